/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_OUTPUT_H
#define GT_RUNTIME_OUTPUT_H
/*
 * output: everything that the user reads on standard output (or -o FILE), in text
 * or JSON. The session feeds it; it reads maps through maps.h and formats values
 * through the sinks. A string of a target never reaches a sink unescaped.
 *
 * Every function that writes may find the output gone (EPIPE, ENOSPC): output_failed()
 * then gives the errno and further writes do nothing. SIGPIPE is the caller's to ignore.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "../bpf-helpers/gt-abi.h"
#include "../src/catalog/program.h"

struct output;
struct maps;			/* maps.h: the script's maps, bound to fds */

struct output_opts {
	bool json;
	bool delta;		/* maps are printed and emptied */
	bool quiet;
	uint64_t limit;		/* records of emit and printf that are printed; 0: all */
	const char *gtrace_version;
};

/* The target's side of things that records only know by number. */
struct output_target {
	int pid;
	const char *exe, *go, *grpc;
	uint64_t events_ok;		/* mask of enum event_id that fit */
	const char *const *why_not;	/* [EVENT_N], NULL where it fits */
};

/* out is borrowed; program and maps must outlive the output. */
struct output *output_new(const struct program *p, struct maps *m, FILE *out,
			  const struct output_opts *o);
void output_free(struct output *o);

/* These three are objects of JSON; in text they are nothing. */
void output_start(struct output *o);
void output_target(struct output *o, const struct output_target *t);
void output_attached(struct output *o, unsigned sites);
/* The process has another name now (exec), or its number another process. */
void output_process_changed(struct output *o, int pid);

/*
 * One ring record of a statement (not GT_CTL_…), already in time order: prints an
 * emit, printf or print-value; prints or clears a map for PRINT_MAP and CLEAR.
 * STMT_D_EXIT is the session's. Returns true once `limit` is reached.
 */
bool output_record(struct output *o, const struct gt_record *r);

/*
 * All maps that print by themselves: at every --every (final false) and at the end.
 * The final ones are read here and, in text, shown by output_end() with their notes.
 */
void output_maps(struct output *o, bool final);

/*
 * Losses that no clause's cell has. `missed` counts hits that the kernel skipped. What
 * the cells count (ring_full, map_full, truncated) must not be in here again.
 */
struct output_loss {
	uint64_t ring, map_full, missed, truncated;
	uint64_t streams_full, dict_full;
};

/*
 * The end: JSON `end` object; text: for every clause the notes "7 events left out: age
 * unknown (began before attach)", "12 client + 12 server events; add by side", losses.
 * cells is [n_clauses + 1] sums over CPUs. Fills *total with all losses.
 */
void output_end(struct output *o, const struct gt_cell *cells, const struct output_loss *extra,
		struct output_loss *total);

int output_flush(struct output *o);	/* 0 or -errno */
int output_failed(const struct output *o);	/* errno of the first failed write, or 0 */

#endif
