/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_ROWTAB_H
#define GT_RUNTIME_ROWTAB_H
/*
 * rowtab: rows of one map, found by key. maps.c adds up in it what stands in several
 * kernel maps, on several CPUs and in two halves.
 */
#include "maps.h"

struct rowtab {
	const struct map_desc *d;
	struct map_row *rows;
	size_t n, cap;
	uint32_t *slots;	/* index + 1 of a row; 0: free */
	size_t n_slots;		/* a power of two */
};

void rowtab_init(struct rowtab *t, const struct map_desc *d);
void rowtab_fini(struct rowtab *t);

/* The row of a key, made if there is none. Valid until the next call. */
struct map_row *rowtab_row(struct rowtab *t, const uint64_t *keys, const uint8_t *status);

/* Adds n to one bucket of a quantile(). */
void rowtab_add_sparse(struct agg_value *v, uint32_t bucket, uint64_t n);
/* Adds all rows of src to dst. */
void rowtab_merge(struct rowtab *dst, const struct rowtab *src);
/* Makes sparse buckets sorted and unique, and n the sum where buckets are all there is. */
void rowtab_finish(struct rowtab *t);
/* Gives the rows away, sorted; t is empty after. The maps know the keys' strings. */
void rowtab_give(struct rowtab *t, struct maps *m, struct map_rows *out);

#endif
