/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_MAPS_H
#define GT_RUNTIME_MAPS_H
/*
 * maps: the script's maps, read from the kernel, merged over CPUs and halves, and
 * sorted; and the dictionary of strings.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../bpf-helpers/gt-abi.h"
#include "../src/catalog/program.h"

struct bpf_object;
struct maps;

/*
 * Binds the maps of a loaded object (names m<id>, m<id>_<i>, gt_dict, gt_cells; see
 * catalog/program.h) and the shared page. Keeps dup'ed fds: the object may be closed.
 */
int maps_new(struct maps **out, const struct program *p, struct bpf_object *obj,
	     struct gt_shared *shared);
/* The same for maps found by name in another way; find returns a borrowed fd or < 0. */
int maps_bind(struct maps **out, const struct program *p, int (*find)(void *ctx, const char *name),
	      void *ctx, struct gt_shared *shared);
void maps_free(struct maps *m);

/* A counter of quantile(): see GT_QUANT_… for what a bucket stands for. */
struct sparse_bucket {
	uint32_t bucket;
	uint64_t n;
};

/* A value of a row: the merged state of one aggregation, or a plain value. */
struct agg_value {
	uint64_t n;			/* values aggregated (count: the count; sum: not known) */
	bool some;			/* min max avg stats quantile: at least one value */
	int64_t sum, min, max;		/* uint64 where the argument's type is unsigned */
	uint64_t *buckets;		/* dense: [agg->dense]; NULL */
	struct sparse_bucket *sparse;	/* sorted, negative values first; NULL */
	size_t n_sparse;
};

struct map_row {
	uint64_t keys[GT_VALUES_MAX];
	uint8_t key_status[GT_VALUES_MAX];	/* 0 known, 1 none, 2 unknown */
	int64_t value;				/* MAP_VALUE */
	struct agg_value *aggs;			/* MAP_AGG: [map->aggs.n] */
};

struct map_rows {
	struct map_row *rows;
	size_t n;
	uint64_t span_ns;	/* that they cover: since the map was emptied, or the start */
};

/*
 * Reads one map. take: flips its half first (gt_shared.epoch, then a grace period) and
 * empties what it read, so that no event falls between; only for maps with swap.
 * Rows come largest first, by the first aggregation; equal ones by key.
 */
int maps_read(struct maps *m, unsigned map_id, bool take, struct map_rows *out);
void map_rows_free(const struct map_desc *d, struct map_rows *rows);

/*
 * Reads a map that is cleared right after: what was read stands aside, still part of
 * every later maps_read(), until maps_drop_held() forgets exactly that.
 */
int maps_read_held(struct maps *m, unsigned map_id, struct map_rows *out);
void maps_drop_held(struct maps *m, unsigned map_id);

/* Empties a map: by taking it, or key by key where it has no halves. */
int maps_clear(struct maps *m, unsigned map_id);

/*
 * Returns when every BPF program that ran at the time of the call is over: whatever
 * was stored before (an epoch, a shut gate) is seen by all that run from then on.
 */
int maps_wait_programs(struct maps *m);

/* Text of a string id, NULL if not known; *len bytes, borrowed until maps_free. */
const char *maps_string(struct maps *m, uint64_t id, size_t *len, bool *truncated);
/* Puts a string of the tracer's own (a literal, an exe) into gt_dict. */
int maps_put_string(struct maps *m, uint64_t id, const char *text, size_t len);

/* Sums the per-CPU cells of every clause; out is [n_clauses + 1]. */
int maps_cells(struct maps *m, struct gt_cell *out);

/* CLOCK_MONOTONIC when tracing began; 0: it has not, or there is no shared page. */
uint64_t maps_start_ns(const struct maps *m);

/* For tests: read key by key, as on a kernel without batches. */
void maps_no_batch(struct maps *m);

#endif
