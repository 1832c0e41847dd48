/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_SINK_H
#define GT_RUNTIME_SINK_H
/*
 * sink: what output.c hands to the formats, and what they share. A new format is a
 * struct sink_ops. Sinks append to o->out and never write by themselves. start, target,
 * attached, maps_done and init, fini may be NULL.
 */
#include "../src/base/strbuf.h"
#include "decode.h"
#include "format.h"
#include "maps.h"
#include "output.h"

/* A process that fired: its comm, kept after it is gone. */
struct process {
	int pid;		/* 0: a free slot */
	bool seen;		/* its comm was read */
	unsigned char len;
	char comm[63];
};

/* A map that is due, with what was read of it. */
struct sink_map {
	const struct map_desc *d;
	const struct map_rows *rows;
	bool final;
	bool by_script;		/* print(@m) */
	unsigned top;		/* 0: all rows */
	int64_t wall_ns;
};

struct sink_ops {
	void *(*init)(struct output *o);	/* its own state, o->sink; NULL: none */
	void (*fini)(struct output *o);
	void (*start)(struct output *o);
	void (*target)(struct output *o, const struct output_target *t);
	void (*attached)(struct output *o, unsigned sites);
	/* one record each: emit(), print(value), printf() */
	void (*event)(struct output *o, const struct stmt_desc *s, const struct gt_record *r,
		      const struct value *values);
	void (*print)(struct output *o, const struct stmt_desc *s, const struct gt_record *r,
		      const struct value *values);
	void (*printf)(struct output *o, const struct stmt_desc *s, const struct gt_record *r,
		       const struct value *values);
	/* one round of maps, or a single one that the script prints */
	void (*map)(struct output *o, const struct sink_map *m);
	void (*map_failed)(struct output *o, const struct sink_map *m, int err);
	void (*maps_done)(struct output *o, bool final);	/* after a round */
	void (*end)(struct output *o, const struct gt_cell *cells, const struct output_loss *extra,
		    const struct output_loss *total);
};

extern const struct sink_ops sink_text, sink_json;

struct output {
	const struct program *p;
	struct maps *maps;
	FILE *file;
	int fd;			/* of file; -1: it has none */
	struct output_opts opts;
	const struct sink_ops *ops;
	void *sink;		/* the format's own */
	struct formatter f;
	struct strbuf out;	/* not written yet */
	int failed;		/* errno of the first failed write */
	uint64_t records;	/* of emit and printf that were printed */
	uint64_t first_ns;	/* time of the first record, where tracing has no start */
	char event_names[EVENT_N][48];
	struct process *processes;
	size_t n_processes, process_slots;
	struct held_map { bool held; unsigned clause; uint64_t time; } *held;	/* [maps.n] */
};

const struct process *output_process(struct output *o, int pid);
/* Of the event that made a record of s: "grpc:msg_send", "interval:1s"; until the next call. */
const char *output_event_name(struct output *o, const struct stmt_desc *s, unsigned event);
/* Since tracing began. */
int64_t output_elapsed(struct output *o, uint64_t time);
int64_t output_wall_now(void);

/* ---- notes.c: what the end says, the same in every format ---- */

/* "age unknown (began before attach)" */
void notes_left_out(struct strbuf *b, const struct program *p, const struct clause_desc *c,
		    enum gt_status why);
/* Both sides were seen and nothing tells them apart. */
bool notes_both_sides(const struct clause_desc *c, const struct gt_cell *cell);
void notes_total(struct output_loss *total, const struct gt_cell *cells, size_t n_clauses,
		 const struct output_loss *extra);

/* ---- aggregations, the same in every format ---- */
bool agg_is_hist(const struct agg_desc *a);	/* drawn as rows of bars */
/* "p50", "p99.9" */
void agg_fraction_name(struct strbuf *b, double p);

#endif
