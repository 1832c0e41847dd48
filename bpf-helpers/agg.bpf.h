/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GT_AGG_BPF_H
#define GT_AGG_BPF_H
/*
 * agg: what the aggregations do with a value. The state of each starts as zeros
 * (a new key's value is copied from gt_zero), so zero is the identity of every word:
 *
 *	count, rate	n
 *	sum		sum
 *	avg		n, sum
 *	min		n, greatest ~u		u: the value made order-preserving unsigned,
 *	max		n, greatest u		   a signed one has its sign bit flipped
 *	stats		avg, min, max: six words
 *	quantile	max
 *
 * and in shared maps, hist and lhist a row of counters, quantile one counter a
 * (key, bucket).
 */
#include "core.bpf.h"

#define GT_SIGN (1ull << 63)

GT_INLINE u64 gt_ordered(s64 value, bool is_signed)
{
	return is_signed ? (u64)value ^ GT_SIGN : (u64)value;
}

/* *p = max(*p, u). Others change *p rarely and only upwards: a few tries are enough. */
GT_INLINE void gt_raise(u64 *p, u64 u)
{
	for (int i = 0; i < 8; i++) {
		u64 old = *(volatile u64 *)p;

		if (old >= u || __sync_val_compare_and_swap(p, old, u) == old)
			return;
	}
}

GT_FN void gt_agg_count(u64 *cells, s64 value, bool is_signed)
{
	gt_add(&cells[0], 1);
}

GT_FN void gt_agg_sum(u64 *cells, s64 value, bool is_signed)
{
	gt_add(&cells[0], value);
}

GT_FN void gt_agg_avg(u64 *cells, s64 value, bool is_signed)
{
	gt_add(&cells[0], 1);
	gt_add(&cells[1], value);
}

GT_SUB void gt_agg_min(u64 *cells, s64 value, bool is_signed)
{
	gt_add(&cells[0], 1);
	gt_raise(&cells[1], ~gt_ordered(value, is_signed));
}

GT_SUB void gt_agg_max(u64 *cells, s64 value, bool is_signed)
{
	gt_add(&cells[0], 1);
	gt_raise(&cells[1], gt_ordered(value, is_signed));
}

GT_SUB void gt_agg_stats(u64 *cells, s64 value, bool is_signed)
{
	gt_add(&cells[0], 1);
	gt_add(&cells[1], value);
	gt_add(&cells[2], 1);
	gt_raise(&cells[3], ~gt_ordered(value, is_signed));
	gt_add(&cells[4], 1);
	gt_raise(&cells[5], gt_ordered(value, is_signed));
}

GT_SUB void gt_agg_quantile(u64 *cells, s64 value, bool is_signed)
{
	gt_add(&cells[0], 1);
	gt_raise(&cells[1], gt_ordered(value, is_signed));
}

/*
 * The whole part of the binary logarithm of v > 0; 0 for 0. In arithmetic, not in
 * branches, of which the verifier would walk all 64 ways: (limit - v) >> 63 is 1
 * where v is above the limit, for v below 2^63.
 */
GT_INLINE u32 gt_log2(u64 v)
{
	u64 top = v >> 63, e = 0, up;

	v &= ~GT_SIGN;
#pragma unroll
	for (int i = 5; i >= 0; i--) {
		up = (1ull << (1 << i)) - 1 - v;
		asm volatile("" : "+r"(up));	/* LLVM would know it for a comparison */
		up = up >> 63 << i;
		asm volatile("" : "+r"(up));
		v >>= up;
		e |= up;
	}
	return e | ((0 - top) & 63);
}

/* The function log2(x) of the language. */
GT_SUB u64 gt_fn_log2(u64 v)
{
	return gt_log2(v);
}

GT_SUB void gt_agg_hist_dense(u64 *buckets, s64 value, bool is_signed)
{
	u32 row;

	if (value < 0 && is_signed)
		row = 0;
	else if (!value)
		row = 1;
	else
		row = 2 + gt_log2(value);
	if (row < GT_HIST_BUCKETS)
		gt_add(&buckets[row], 1);
}

/*
 * n words: below lo, rows of width step, what is left above. An unsigned value and
 * its lo both come with the sign bit flipped.
 */
GT_SUB void gt_agg_lhist_dense(u64 *buckets, s64 value, s64 lo, u64 step, u32 n)
{
	u64 row = 0;

	if (value >= lo)
		row = ((u64)value - (u64)lo) / step + 1;
	if (row >= n)
		row = n - 1;
	/* The verifier has lost track of row <= n - 1 where LLVM made a select of it. */
	asm volatile("" : "+r"(row));
	if (row < n)
		gt_add(&buckets[row], 1);
}

/* See gt-abi.h for the buckets. */
GT_SUB u64 gt_agg_quantile_bucket(s64 value, bool is_signed)
{
	u64 v = value;
	u32 e;

	if (value < 0 && is_signed)
		return GT_QUANT_NEG;
	if (v < 1ull << GT_QUANT_SHIFT)
		return v;
	e = gt_log2(v);
	return (1u << GT_QUANT_SHIFT) + ((u64)(e - GT_QUANT_SHIFT) << GT_QUANT_SUB_BITS) +
	       ((v >> (e - GT_QUANT_SUB_BITS)) & ((1u << GT_QUANT_SUB_BITS) - 1));
}

#endif
