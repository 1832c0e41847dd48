/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rowtab.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *grow(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n, size);
	if (!p) {
		fputs("gtrace: out of memory\n", stderr);
		abort();
	}
	return p;
}

static void *zeros(size_t n, size_t size)
{
	return memset(grow(NULL, n ? n : 1, size), 0, (n ? n : 1) * size);
}

void rowtab_init(struct rowtab *t, const struct map_desc *d)
{
	memset(t, 0, sizeof(*t));
	t->d = d;
}

void rowtab_fini(struct rowtab *t)
{
	struct map_rows rows = { .rows = t->rows, .n = t->n };

	map_rows_free(t->d, &rows);
	free(t->slots);
	rowtab_init(t, t->d);
}

void map_rows_free(const struct map_desc *d, struct map_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		for (size_t k = 0; rows->rows[i].aggs && k < d->aggs.n; k++) {
			free(rows->rows[i].aggs[k].buckets);
			free(rows->rows[i].aggs[k].sparse);
		}
		free(rows->rows[i].aggs);
	}
	free(rows->rows);
	rows->rows = NULL;
	rows->n = 0;
}

static uint64_t hash_key(const struct map_desc *d, const uint64_t *keys, const uint8_t *status)
{
	uint64_t h = 1;

	for (size_t i = 0; i < d->keys.n; i++)
		h = gt_hash_word(gt_hash_word(h, keys[i]), status[i]);
	return h;
}

static bool same_key(const struct map_desc *d, const struct map_row *row, const uint64_t *keys,
		     const uint8_t *status)
{
	return !memcmp(row->keys, keys, d->keys.n * sizeof(*keys)) &&
	       !memcmp(row->key_status, status, d->keys.n);
}

/* The slot that holds the key, or the free one where it belongs. */
static uint32_t *slot_of(struct rowtab *t, const uint64_t *keys, const uint8_t *status)
{
	size_t i = hash_key(t->d, keys, status);

	for (;; i++) {
		uint32_t *slot = &t->slots[i & (t->n_slots - 1)];

		if (!*slot || same_key(t->d, &t->rows[*slot - 1], keys, status))
			return slot;
	}
}

static void rehash(struct rowtab *t)
{
	free(t->slots);
	t->n_slots = t->n_slots ? t->n_slots * 2 : 64;
	t->slots = zeros(t->n_slots, sizeof(*t->slots));
	for (size_t i = 0; i < t->n; i++)
		*slot_of(t, t->rows[i].keys, t->rows[i].key_status) = (uint32_t)i + 1;
}

static struct map_row *add_row(struct rowtab *t, const uint64_t *keys, const uint8_t *status)
{
	struct map_row *row;

	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 16;
		t->rows = grow(t->rows, t->cap, sizeof(*t->rows));
	}
	row = &t->rows[t->n++];
	memset(row, 0, sizeof(*row));
	memcpy(row->keys, keys, t->d->keys.n * sizeof(*keys));
	memcpy(row->key_status, status, t->d->keys.n);
	if (t->d->kind == MAP_AGG) {
		row->aggs = zeros(t->d->aggs.n, sizeof(*row->aggs));
		for (size_t i = 0; i < t->d->aggs.n; i++)
			if (t->d->aggs.v[i].dense)
				row->aggs[i].buckets = zeros(t->d->aggs.v[i].dense,
							     sizeof(uint64_t));
	}
	return row;
}

struct map_row *rowtab_row(struct rowtab *t, const uint64_t *keys, const uint8_t *status)
{
	uint32_t *slot;

	if (2 * t->n >= t->n_slots)
		rehash(t);
	slot = slot_of(t, keys, status);
	if (*slot)
		return &t->rows[*slot - 1];
	*slot = (uint32_t)t->n + 1;
	return add_row(t, keys, status);
}

void rowtab_add_sparse(struct agg_value *v, uint32_t bucket, uint64_t n)
{
	size_t have = v->n_sparse;

	if ((have & (have - 1)) == 0)	/* full: there is room for the next power of two */
		v->sparse = grow(v->sparse, have ? 2 * have : 1, sizeof(*v->sparse));
	v->sparse[v->n_sparse++] = (struct sparse_bucket){ bucket, n };
}

static bool is_signed(const struct agg_desc *a)
{
	return a->type.kind == TYPE_VOID || type_is_signed(a->type);
}

static bool less(const struct agg_desc *a, int64_t x, int64_t y)
{
	return is_signed(a) ? x < y : (uint64_t)x < (uint64_t)y;
}

static void merge_agg(const struct agg_desc *a, struct agg_value *dst, const struct agg_value *src)
{
	if (src->some) {
		dst->min = !dst->some || less(a, src->min, dst->min) ? src->min : dst->min;
		dst->max = !dst->some || less(a, dst->max, src->max) ? src->max : dst->max;
		dst->some = true;
	}
	dst->n += src->n;
	dst->sum = (int64_t)((uint64_t)dst->sum + (uint64_t)src->sum);
	for (unsigned i = 0; i < a->dense; i++)
		dst->buckets[i] += src->buckets[i];
	for (size_t i = 0; i < src->n_sparse; i++)
		rowtab_add_sparse(dst, src->sparse[i].bucket, src->sparse[i].n);
}

void rowtab_merge(struct rowtab *dst, const struct rowtab *src)
{
	for (size_t i = 0; i < src->n; i++) {
		const struct map_row *from = &src->rows[i];
		struct map_row *to = rowtab_row(dst, from->keys, from->key_status);

		if (dst->d->kind == MAP_VALUE)
			to->value = (int64_t)((uint64_t)to->value + (uint64_t)from->value);
		for (size_t k = 0; k < dst->d->aggs.n && to->aggs; k++)
			merge_agg(&dst->d->aggs.v[k], &to->aggs[k], &from->aggs[k]);
	}
}

/* GT_QUANT_NEG is the largest number and stands for the smallest values. */
static int by_bucket(const void *x, const void *y)
{
	uint32_t a = ((const struct sparse_bucket *)x)->bucket + 1;
	uint32_t b = ((const struct sparse_bucket *)y)->bucket + 1;

	return a < b ? -1 : a > b;
}

static void finish_sparse(struct agg_value *v)
{
	size_t n = 0;

	if (!v->n_sparse)
		return;
	qsort(v->sparse, v->n_sparse, sizeof(*v->sparse), by_bucket);
	for (size_t i = 1; i < v->n_sparse; i++) {
		if (v->sparse[i].bucket == v->sparse[n].bucket)
			v->sparse[n].n += v->sparse[i].n;
		else
			v->sparse[++n] = v->sparse[i];
	}
	v->n_sparse = n + 1;
}

void rowtab_finish(struct rowtab *t)
{
	for (size_t i = 0; i < t->n; i++) {
		for (size_t k = 0; t->rows[i].aggs && k < t->d->aggs.n; k++) {
			const struct agg_desc *a = &t->d->aggs.v[k];
			struct agg_value *v = &t->rows[i].aggs[k];

			if (!a->dense && !a->sparse)
				continue;
			finish_sparse(v);
			v->n = 0;
			for (unsigned b = 0; b < a->dense; b++)
				v->n += v->buckets[b];
			for (size_t b = 0; b < v->n_sparse; b++)
				v->n += v->sparse[b].n;
		}
	}
}

/* ---- order ---- */

struct order {
	const struct map_desc *d;
	struct maps *maps;
};

static int compare(int64_t x, int64_t y, bool as_signed)
{
	if (as_signed)
		return x < y ? -1 : x > y;
	return (uint64_t)x < (uint64_t)y ? -1 : (uint64_t)x > (uint64_t)y;
}

/* Means are compared as fractions. */
static int compare_avg(const struct agg_value *x, const struct agg_value *y, bool as_signed)
{
	__int128 a = as_signed ? (__int128)x->sum : (__int128)(uint64_t)x->sum;
	__int128 b = as_signed ? (__int128)y->sum : (__int128)(uint64_t)y->sum;

	if (!x->n || !y->n)
		return !!x->n - !!y->n;
	a /= x->n;
	b /= y->n;
	return a < b ? -1 : a > b;
}

static int compare_aggs(const struct agg_desc *a, const struct agg_value *x,
			const struct agg_value *y)
{
	switch (a->id) {
	case BI_SUM:
		return compare(x->sum, y->sum, is_signed(a));
	case BI_AVG:
		return compare_avg(x, y, is_signed(a));
	case BI_MIN:
	case BI_MAX:
		if (!x->some || !y->some)
			return x->some - y->some;
		return a->id == BI_MIN ? compare(x->min, y->min, is_signed(a)) :
					 compare(x->max, y->max, is_signed(a));
	default:
		return compare((int64_t)x->n, (int64_t)y->n, false);
	}
}

static int compare_strings(struct maps *m, uint64_t x, uint64_t y)
{
	size_t nx = 0, ny = 0;
	bool cut;
	const char *a = m ? maps_string(m, x, &nx, &cut) : NULL;
	const char *b = m ? maps_string(m, y, &ny, &cut) : NULL;
	int c;

	if (!a || !b)
		return a ? -1 : b ? 1 : compare((int64_t)x, (int64_t)y, false);
	c = memcmp(a, b, nx < ny ? nx : ny);
	return c ? c : nx < ny ? -1 : nx > ny;
}

static int compare_keys(const struct order *o, const struct map_row *x, const struct map_row *y)
{
	for (size_t i = 0; i < o->d->keys.n; i++) {
		struct type t = o->d->keys.v[i].type;
		int c = x->key_status[i] - y->key_status[i];

		if (!c)
			c = t.kind == TYPE_STRING ?
			    compare_strings(o->maps, x->keys[i], y->keys[i]) :
			    compare((int64_t)x->keys[i], (int64_t)y->keys[i], type_is_signed(t));
		if (c)
			return c;
	}
	return 0;
}

static bool is_magnitude(struct type t)
{
	return type_is_number(t) && t.kind != TYPE_TIME;
}

/* Largest first; equal ones, and values that have no size, by key. */
static int by_size(const void *px, const void *py, void *ctx)
{
	const struct map_row *x = px, *y = py;
	const struct order *o = ctx;
	int c = 0;

	if (o->d->kind == MAP_AGG && o->d->aggs.n)
		c = compare_aggs(&o->d->aggs.v[0], &y->aggs[0], &x->aggs[0]);
	else if (is_magnitude(o->d->value))
		c = compare(y->value, x->value, type_is_signed(o->d->value));
	return c ? c : compare_keys(o, x, y);
}

void rowtab_give(struct rowtab *t, struct maps *m, struct map_rows *out)
{
	struct order o = { t->d, m };

	rowtab_finish(t);
	if (t->n > 1)
		qsort_r(t->rows, t->n, sizeof(*t->rows), by_size, &o);
	out->rows = t->rows;
	out->n = t->n;
	free(t->slots);
	rowtab_init(t, t->d);
}
