/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_TRACE_INT_H
#define GT_TRACE_INT_H
/*
 * trace-int: the state of a trace, and what its files call of each other. Only for
 * trace.c, trace-targets.c and trace-loop.c; session.c sees trace.h.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "../runtime/child.h"
#include "../runtime/load.h"
#include "../runtime/maps.h"
#include "../runtime/output.h"
#include "../runtime/ring.h"
#include "../runtime/target.h"
#include "../runtime/watch.h"
#include "trace.h"

/* Connections that closed: swept at once, again a little later, then forgotten. */
struct dead_conn {
	uint64_t conn, since;
	uint32_t tgid;
	bool swept_again;
};

struct trace {
	const struct options *o;
	const struct program *program;
	struct trace_times times;
	uint64_t started;
	struct targets targets;
	struct loader loader;
	struct maps *maps;
	struct output *output;
	FILE *out;
	struct ring *ring;
	struct watch *watch;
	struct child child;
	bool has_child, child_running;
	struct warm *warm;
	pthread_t warm_thread;
	bool warming;
	struct dead_conn *dead;
	size_t n_dead;
	int signals, drain_timer, every_timer, for_timer;
	struct { int fd; unsigned clause; } *intervals;
	size_t n_intervals;
	bool needs_targets, gate_open, limit_reached, stop;
	int load_error;		/* of the fixed maps, before the script is there */
	unsigned long long missed;
	int status;
};

/* trace.c: a line for people, left out by -q; a failure, which returns its exit status. */
void trace_note(const struct trace *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int trace_fail(struct trace *t, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* trace-targets.c */
void trace_index_binary(struct binary *b, void *trace);		/* for targets_init() */
int trace_find_targets(struct trace *t);
int trace_check_targets(struct trace *t);
void trace_start_warming(struct trace *t);
void trace_finish_warming(struct trace *t);
void trace_attach_early(struct trace *t);
void trace_start_watching(struct trace *t);
int trace_attach_all(struct trace *t);
unsigned trace_count_sites(const struct trace *t);
void trace_on_exec(const struct watch_record *r, void *trace);	/* for watch_read() */
void trace_detach(struct trace *t);

/* trace-loop.c */
int trace_catch_signals(struct trace *t);
void trace_open_ring(struct trace *t);
void trace_drain(struct trace *t, bool all);	/* all: hold nothing back */
void trace_start_timers(struct trace *t);
void trace_release_signals(struct trace *t);	/* a second ^C ends us at once */
void trace_close_timers(struct trace *t);	/* and the signals' descriptor */

#endif
