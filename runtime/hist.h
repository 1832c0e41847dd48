/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_HIST_H
#define GT_RUNTIME_HIST_H
/*
 * hist: what the buckets of hist(), lhist() and quantile() stand for. Only arithmetic;
 * the kernel fills the buckets (bpf-helpers/), the sinks draw them.
 */
#include <stdbool.h>
#include <stdint.h>
#include "../src/catalog/program.h"
#include "maps.h"

/* The values of one row: both ends are in it. An open end has no limit. */
struct hist_row {
	bool low_open, high_open;
	int64_t lo, hi;		/* uint64 where the argument's type is unsigned */
};

/* Row i of a dense aggregation: hist(), lhist(). */
struct hist_row hist_row(const struct agg_desc *a, unsigned i);

/* Values of bucket q of quantile(): from *lo on, *width of them. Not for GT_QUANT_NEG. */
void quant_bucket(uint32_t q, uint64_t *lo, uint64_t *width);

/* The largest relative error of a quantile, as machine output states it. */
#define QUANT_ERROR 0.008	/* 1/128 */

/*
 * The smallest value that at least ceil(p * n) of the n values do not exceed: the middle
 * of its bucket, at most the largest value seen. False: there is no value, or all that is
 * known of it is that it is negative.
 */
bool quantile(const struct agg_value *v, bool is_signed, double p, int64_t *out);

/* The fractions of a quantile() aggregation. */
unsigned quantile_fractions(const struct agg_desc *a, const double **ps);

#endif
