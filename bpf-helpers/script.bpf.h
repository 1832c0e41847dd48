/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GT_SCRIPT_BPF_H
#define GT_SCRIPT_BPF_H
/*
 * script: what expressions and maps of a script do that is shorter in C than as
 * instructions built one by one.
 */
#include "core.bpf.h"

/* ---- arithmetic: BPF divides unsigned numbers only ---- */

GT_INLINE u64 gt_abs(s64 v)
{
	return v < 0 ? -(u64)v : (u64)v;
}

/* Truncates toward zero and wraps; b is not 0. */
GT_FN s64 gt_fn_div(s64 a, s64 b)
{
	u64 q = gt_abs(a) / gt_abs(b);

	return (a ^ b) < 0 ? -q : q;
}

GT_FN s64 gt_fn_mod(s64 a, s64 b)
{
	u64 r = gt_abs(a) % gt_abs(b);

	return a < 0 ? -r : r;
}

/* x * 10^9 / d without the product that would not fit: one long division by thousands. */
GT_SUB s64 gt_fn_per_second(s64 x, s64 d)
{
	u64 n = gt_abs(x), by = gt_abs(d);
	u64 q = n / by, r = n % by;

	for (int i = 0; i < 3; i++) {
		r *= 1000;
		q = q * 1000 + r / by;
		r %= by;
	}
	return (x ^ d) < 0 ? -q : q;
}

GT_SUB s64 gt_fn_percent(s64 a, s64 b)
{
	u64 n = gt_abs(a), by = gt_abs(b), q;

	if (by >> 57) {		/* or a hundred times the remainder would not fit */
		n >>= 7;
		by >>= 7;
	}
	q = n / by * 100 + n % by * 100 / by;
	return (a ^ b) < 0 ? -q : q;
}

/* ---- maps ---- */

/* Which half of a swapped map is written now. */
GT_FN u64 gt_epoch(u32 map)
{
	struct gt_shared *s = gt_shared_words();

	return s && map < GT_MAPS_MAX ? *(volatile u64 *)&s->epoch[map] & 1 : 0;
}

GT_FN void *gt_map_find(void *map, const void *key)
{
	return bpf_map_lookup_elem(map, key);
}

/*
 * The value of a plain map. A subprogram since LLVM makes one test of two pointers by
 * or-ing them where two reads meet, which the verifier refuses.
 */
GT_SUB u64 gt_map_read(void *map, const void *key, u32 *status)
{
	u64 *value = bpf_map_lookup_elem(map, key);

	*status = value ? GT_KNOWN : GT_NONE;
	return value ? *(volatile u64 *)value : 0;
}

/* A new key starts as zeros. NULL where the map is full. */
GT_SUB void *gt_map_insert(void *map, const void *key, u32 clause)
{
	u32 zero = 0;
	void *zeros = bpf_map_lookup_elem(&gt_zero, &zero), *value;

	if (!zeros)
		return NULL;
	bpf_map_update_elem(map, key, zeros, BPF_NOEXIST);
	value = bpf_map_lookup_elem(map, key);
	if (!value)
		gt_count_map_full(clause);
	return value;
}

GT_FN void *gt_map_slot(void *map, const void *key, u32 clause)
{
	void *value = bpf_map_lookup_elem(map, key);

	return value ? value : gt_map_insert(map, key, clause);
}

/* For programs of many clauses. */
GT_SUB void *gt_map_slot_sub(void *map, const void *key, u32 clause)
{
	return gt_map_slot(map, key, clause);
}

GT_FN void gt_map_add(u64 *value, u64 n)
{
	gt_add(value, n);
}

/* @m[k] = v: a new key appears with its value, never as zero first. */
GT_SUB void gt_map_set(void *map, const void *key, u64 v, u32 clause)
{
	u64 *value = bpf_map_lookup_elem(map, key);

	if (value) {
		*(volatile u64 *)value = v;
		return;
	}
	if (!bpf_map_update_elem(map, key, &v, BPF_NOEXIST))
		return;
	value = bpf_map_lookup_elem(map, key);
	if (value)
		*(volatile u64 *)value = v;
	else
		gt_count_map_full(clause);
}

GT_FN void gt_map_delete(void *map, const void *key)
{
	bpf_map_delete_elem(map, key);
}

#endif
