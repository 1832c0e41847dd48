/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_TRACE_H
#define GT_TRACE_H
/*
 * trace: the live half of a session: targets, attaching, the loop, the end.
 *
 *	trace_prepare()	finds and indexes targets while the script is being compiled
 *	trace_begin()	loads the object, attaches, opens the gate
 *	trace_loop()	until something ends it
 *	trace_end()	shuts the gate, detaches, prints
 *
 * Each returns an exit status; a failed one has said why on standard error. trace_end
 * may follow any of them.
 */
#include <stdbool.h>
#include <stdio.h>
#include "base/diag.h"
#include "catalog/program.h"
#include "options.h"

struct trace;

/* Milliseconds of each stage, for --stats. */
struct trace_times {
	double parse, index, early, load, attach, total;
	double stop;
};

struct trace *trace_new(const struct options *o, const struct program *p);
void trace_free(struct trace *t);

int trace_fork_command(struct trace *t);	/* -c: before anything else */
int trace_prepare(struct trace *t);
int trace_begin(struct trace *t, const void *elf, size_t size, struct diag *d);
int trace_loop(struct trace *t);
int trace_end(struct trace *t);

struct trace_times *trace_times(struct trace *t);

#endif
