/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * maps: from kernel maps to rows.
 *
 * One map of the script is up to 1 + n kernel maps: its cells (or values) and a
 * dense or sparse map for each aggregation that has one. Every entry of each is folded
 * into the row of its key: words of all possible CPUs added up, both halves together.
 *
 * Emptying without losing an event. Programs write the half that gt_shared.epoch names;
 * the tracer changes that word, waits until every program that may have read the old one
 * is over, and only then reads and deletes the half that nobody writes any more. The wait
 * is an RCU grace period, since a program runs under rcu_read_lock(). Two calls have one:
 * membarrier(GLOBAL), which skips it with one CPU online and fails with nohz_full, and an
 * update of a map of maps, which has it always (maybe_wait_bpf_programs() in the kernel,
 * 4.20). So the second is used, and the first where such a map cannot be made.
 */
#include "maps.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "../src/base/clock.h"
#include "ktable.h"
#include "rowtab.h"
#include "strtab.h"

struct script_map {
	struct ktable cells;	/* or values */
	struct ktable *aux;	/* [aggs.n]: dense or sparse */
	struct rowtab held;	/* taken, printed, not dropped yet */
	uint64_t since;		/* when it was emptied; 0: never */
};

struct maps {
	const struct program *p;
	struct gt_shared *shared;
	struct script_map *maps;
	struct strtab strings;
	struct ktable gt_cells;
	unsigned n_cpus;
	int wait_outer, wait_inner;	/* see maps_wait_programs(); -1: not made yet */
};

/* ---- binding ---- */

/* What a kernel map must be for the reader to be safe. */
static bool table_fits(const struct ktable *t, const struct map_desc *d, bool sparse,
		       unsigned words)
{
	unsigned key = (unsigned)d->keys.n + d->tags;

	if (t->value_words < words)
		return false;
	if (t->array)
		return d->keys.n == 0 && !sparse;
	return t->key_words == (key ? key : 1) + sparse;
}

typedef int (*find_fn)(void *ctx, const char *name);

static int bind_table(struct maps *m, struct ktable *t, const struct map_desc *d, bool sparse,
		      unsigned words, const char *name, find_fn find, void *ctx)
{
	int fd = find(ctx, name);
	int err = fd < 0 ? -ENOENT : ktable_open(t, fd, m->n_cpus);

	if (!err && !table_fits(t, d, sparse, words))
		err = -EINVAL;
	return err;
}

static int bind_map(struct maps *m, const struct map_desc *d, find_fn find, void *ctx)
{
	struct script_map *s = &m->maps[d->id];
	unsigned words = d->kind == MAP_VALUE ? 1 : d->cells;
	char name[32];
	int err = 0;

	if (words) {
		snprintf(name, sizeof(name), "m%u", d->id);
		err = bind_table(m, &s->cells, d, false, words, name, find, ctx);
	}
	for (size_t i = 0; !err && i < d->aggs.n; i++) {
		const struct agg_desc *a = &d->aggs.v[i];

		if (!a->dense && !a->sparse)
			continue;
		snprintf(name, sizeof(name), "m%u_%zu", d->id, i);
		err = bind_table(m, &s->aux[i], d, a->sparse, a->sparse ? 1 : a->dense, name,
				 find, ctx);
	}
	return err;
}

static int bind_all(struct maps *m, find_fn find, void *ctx)
{
	int err = 0, fd = find(ctx, "gt_dict");

	if (fd >= 0 && (m->strings.dict = fcntl(fd, F_DUPFD_CLOEXEC, 3)) < 0)
		return -errno;
	fd = find(ctx, "gt_cells");
	if (fd >= 0)
		err = ktable_open(&m->gt_cells, fd, m->n_cpus);
	for (size_t i = 0; !err && i < m->p->maps.n; i++)
		err = bind_map(m, &m->p->maps.v[i], find, ctx);
	return err;
}

static struct maps *maps_alloc(const struct program *p, struct gt_shared *shared, unsigned n_cpus)
{
	struct maps *m = calloc(1, sizeof(*m));
	size_t n = p->maps.n;

	if (!m || !(m->maps = calloc(n ? n : 1, sizeof(*m->maps)))) {
		free(m);
		return NULL;
	}
	m->p = p;
	m->shared = shared;
	m->n_cpus = n_cpus;
	m->strings.dict = m->gt_cells.fd = m->wait_outer = m->wait_inner = -1;
	for (size_t i = 0; i < n; i++) {
		size_t n_aggs = p->maps.v[i].aggs.n;
		struct script_map *s = &m->maps[i];

		rowtab_init(&s->held, &p->maps.v[i]);
		s->cells.fd = -1;
		s->aux = calloc(n_aggs ? n_aggs : 1, sizeof(*s->aux));
		for (size_t k = 0; s->aux && k < n_aggs; k++)
			s->aux[k].fd = -1;
		if (!s->aux) {
			maps_free(m);
			return NULL;
		}
	}
	return m;
}

int maps_bind(struct maps **out, const struct program *p, int (*find)(void *ctx, const char *name),
	      void *ctx, struct gt_shared *shared)
{
	int n_cpus = libbpf_num_possible_cpus(), err;
	struct maps *m;

	*out = NULL;
	if (n_cpus < 0)
		return n_cpus;
	m = maps_alloc(p, shared, (unsigned)n_cpus);
	if (!m)
		return -ENOMEM;
	err = bind_all(m, find, ctx);
	if (err) {
		maps_free(m);
		return err;
	}
	*out = m;
	return 0;
}

static int find_in_object(void *obj, const char *name)
{
	return bpf_object__find_map_fd_by_name(obj, name);
}

int maps_new(struct maps **out, const struct program *p, struct bpf_object *obj,
	     struct gt_shared *shared)
{
	return maps_bind(out, p, find_in_object, obj, shared);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void maps_free(struct maps *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->p->maps.n; i++) {
		struct script_map *s = &m->maps[i];

		ktable_close(&s->cells);
		for (size_t k = 0; s->aux && k < m->p->maps.v[i].aggs.n; k++)
			ktable_close(&s->aux[k]);
		free(s->aux);
		if (s->held.d)
			rowtab_fini(&s->held);
	}
	free(m->maps);
	strtab_fini(&m->strings);
	ktable_close(&m->gt_cells);
	close_fd(m->wait_outer);
	close_fd(m->wait_inner);
	free(m);
}

void maps_no_batch(struct maps *m)
{
	for (size_t i = 0; i < m->p->maps.n; i++) {
		m->maps[i].cells.no_batch = true;
		for (size_t k = 0; k < m->p->maps.v[i].aggs.n; k++)
			m->maps[i].aux[k].no_batch = true;
	}
}

uint64_t maps_start_ns(const struct maps *m)
{
	return m && m->shared ? __atomic_load_n(&m->shared->start_ns, __ATOMIC_RELAXED) : 0;
}

/* ---- waiting for programs ---- */

static int wait_map_new(struct maps *m)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);

	m->wait_inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "gt_wait_in", 4, 4, 1, NULL);
	if (m->wait_inner < 0)
		return m->wait_inner;
	opts.inner_map_fd = (uint32_t)m->wait_inner;
	m->wait_outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "gt_wait", 4, 4, 1, &opts);
	return m->wait_outer < 0 ? m->wait_outer : 0;
}

int maps_wait_programs(struct maps *m)
{
	uint32_t zero = 0;

	if (m->wait_outer < 0 && m->wait_inner < 0)
		wait_map_new(m);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (m->wait_outer >= 0 && !bpf_map_update_elem(m->wait_outer, &zero, &m->wait_inner,
						       BPF_ANY))
		return 0;
	return syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) ? -errno : 0;
}

/* ---- from entries to rows ---- */

#define EPOCH_BIT 63
#define BOTH_HALVES -1

struct fold {
	const struct map_desc *d;
	const struct ktable *t;
	struct rowtab *rows;
	int half;		/* 0, 1 or BOTH_HALVES */
	int agg;		/* which one's dense or sparse map this is; -1: cells or values */
	struct key_list *seen;	/* keys of what was folded; may be NULL */
};

static bool nothing(const uint64_t *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (words[i])
			return false;
	return true;
}

static int64_t from_ordered(uint64_t u, bool is_signed)
{
	return (int64_t)(is_signed ? u ^ 1ull << 63 : u);
}

static void fold_least(struct agg_value *v, const uint64_t *c, bool is_signed)
{
	int64_t x = from_ordered(~c[1], is_signed);

	if (!c[0])
		return;
	if (!v->some || (is_signed ? x < v->min : (uint64_t)x < (uint64_t)v->min))
		v->min = x;
	v->some = true;
}

static void fold_most(struct agg_value *v, const uint64_t *c, bool is_signed)
{
	int64_t x = from_ordered(c[1], is_signed);

	if (!c[0])
		return;
	if (!v->some || (is_signed ? x > v->max : (uint64_t)x > (uint64_t)v->max))
		v->max = x;
	v->some = true;
}

/* One CPU's cells of one aggregation: see bpf-helpers/agg.bpf.h for their order. */
static void fold_cells(const struct agg_desc *a, struct agg_value *v, const uint64_t *c)
{
	bool is_signed = type_is_signed(a->type);
	bool some = v->some;

	switch (a->id) {
	case BI_SUM:
		v->sum = (int64_t)((uint64_t)v->sum + c[0]);
		return;
	case BI_AVG:
	case BI_STATS:
		v->sum = (int64_t)((uint64_t)v->sum + c[1]);
		break;
	default:
		break;
	}
	v->n += c[0];
	if (a->id == BI_MIN)
		fold_least(v, c, is_signed);
	if (a->id == BI_MAX || a->id == BI_QUANTILE)
		fold_most(v, c, is_signed);
	if (a->id == BI_STATS) {
		fold_least(v, c + 2, is_signed);
		v->some = some;		/* each of the two starts by itself */
		fold_most(v, c + 4, is_signed);
		v->some = some || c[4];
	}
	if (a->id == BI_AVG)
		v->some = v->n != 0;
}

static void fold_row(struct fold *f, struct map_row *row, const uint64_t *key,
		     const uint64_t *value)
{
	unsigned cpus = f->t->cpus;
	unsigned words = f->t->value_words;

	if (f->d->kind == MAP_VALUE) {
		row->value = (int64_t)value[0];
	} else if (f->agg < 0) {
		for (unsigned cpu = 0; cpu < cpus; cpu++)
			for (size_t i = 0; i < f->d->aggs.n; i++)
				if (builtin_rows[f->d->aggs.v[i].id].cells)
					fold_cells(&f->d->aggs.v[i], &row->aggs[i],
						   value + cpu * words + f->d->aggs.v[i].cell);
	} else if (f->d->aggs.v[f->agg].sparse) {
		for (unsigned cpu = 0; cpu < cpus; cpu++)
			if (value[cpu * words])
				rowtab_add_sparse(&row->aggs[f->agg],
						  (uint32_t)key[f->t->key_words - 1],
						  value[cpu * words]);
	} else {
		for (unsigned cpu = 0; cpu < cpus; cpu++)
			for (unsigned i = 0; i < f->d->aggs.v[f->agg].dense; i++)
				row->aggs[f->agg].buckets[i] += value[cpu * words + i];
	}
}

static void fold_entry(void *ctx, const uint64_t *key, const uint64_t *value)
{
	struct fold *f = ctx;
	bool tagged = f->d->tags || f->t->array;
	uint64_t tags = tagged ? key[f->d->keys.n] : 0;
	uint8_t status[GT_VALUES_MAX];

	if (f->half != BOTH_HALVES && tags >> EPOCH_BIT != (unsigned)f->half)
		return;
	if (f->seen)
		key_list_add(f->seen, key);
	/* An array's elements are always there: only what was counted makes a row. */
	if (f->t->array && nothing(value, (size_t)f->t->value_words * f->t->cpus))
		return;
	for (size_t i = 0; i < f->d->keys.n; i++)
		status[i] = tags >> (2 * i) & 3;
	fold_row(f, rowtab_row(f->rows, key, status), key, value);
}

static int read_table(const struct map_desc *d, const struct ktable *t, int agg,
		      int half, bool empty, struct rowtab *rows)
{
	struct key_list seen = { .size = t->key_size };
	struct fold f = {
		.d = d, .t = t, .rows = rows, .half = half, .agg = agg,
		.seen = empty && !t->array ? &seen : NULL,
	};
	int err = ktable_walk(t, fold_entry, &f);

	if (!err && empty && t->array)
		err = ktable_zero(t, half);
	else if (!err && empty && t->fd >= 0)
		ktable_delete(t, &seen);
	if (!err && seen.failed)
		err = -ENOMEM;
	free(seen.keys);
	return err;
}

/*
 * Cells last: a program changes them first, so that the largest value that they know
 * is not smaller than what the buckets of the same row have.
 */
static int read_half(struct maps *m, unsigned id, int half, bool empty, struct rowtab *rows)
{
	const struct map_desc *d = &m->p->maps.v[id];
	int err = 0;

	for (size_t i = 0; !err && i < d->aggs.n; i++)
		err = read_table(d, &m->maps[id].aux[i], (int)i, half, empty, rows);
	return err ? err : read_table(d, &m->maps[id].cells, -1, half, empty, rows);
}

/* Flips the halves and moves the one that was written until now into rows. */
static int take(struct maps *m, unsigned id, struct rowtab *rows)
{
	gt_u64 *epoch;
	int half, err;

	if (!m->p->maps.v[id].swap || id >= GT_MAPS_MAX || !m->shared)
		return -EINVAL;
	epoch = &m->shared->epoch[id];
	half = __atomic_load_n(epoch, __ATOMIC_SEQ_CST) & 1;
	__atomic_store_n(epoch, (gt_u64)!half, __ATOMIC_SEQ_CST);
	err = maps_wait_programs(m);
	if (err) {	/* nothing was read: go on in the half that has everything */
		__atomic_store_n(epoch, (gt_u64)half, __ATOMIC_SEQ_CST);
		return err;
	}
	return read_half(m, id, half, true, rows);
}

static uint64_t span_of(const struct maps *m, unsigned id)
{
	uint64_t from = m->maps[id].since ? m->maps[id].since : maps_start_ns(m);
	uint64_t now = clock_ns();

	return from && now > from ? now - from : 0;
}

int maps_read(struct maps *m, unsigned map_id, bool take_it, struct map_rows *out)
{
	struct rowtab rows;
	uint64_t span;
	int err;

	*out = (struct map_rows){ 0 };
	if (map_id >= m->p->maps.n)
		return -EINVAL;
	rowtab_init(&rows, &m->p->maps.v[map_id]);
	span = span_of(m, map_id);
	err = take_it ? take(m, map_id, &rows) : read_half(m, map_id, BOTH_HALVES, false, &rows);
	if (err) {
		rowtab_fini(&rows);
		return err;
	}
	rowtab_merge(&rows, &m->maps[map_id].held);
	if (take_it)
		maps_drop_held(m, map_id);
	rowtab_give(&rows, m, out);
	out->span_ns = span;
	return 0;
}

int maps_read_held(struct maps *m, unsigned map_id, struct map_rows *out)
{
	struct rowtab rows;
	uint64_t span;
	int err;

	*out = (struct map_rows){ 0 };
	if (map_id >= m->p->maps.n)
		return -EINVAL;
	span = span_of(m, map_id);
	err = take(m, map_id, &m->maps[map_id].held);
	if (err)
		return err;
	rowtab_finish(&m->maps[map_id].held);
	rowtab_init(&rows, &m->p->maps.v[map_id]);
	rowtab_merge(&rows, &m->maps[map_id].held);
	rowtab_give(&rows, m, out);
	out->span_ns = span;
	return 0;
}

void maps_drop_held(struct maps *m, unsigned map_id)
{
	rowtab_fini(&m->maps[map_id].held);
	m->maps[map_id].since = clock_ns();
}

int maps_clear(struct maps *m, unsigned map_id)
{
	struct rowtab rows;
	int err;

	if (map_id >= m->p->maps.n)
		return -EINVAL;
	rowtab_init(&rows, &m->p->maps.v[map_id]);
	err = m->p->maps.v[map_id].swap && m->shared ? take(m, map_id, &rows) :
	      read_half(m, map_id, BOTH_HALVES, true, &rows);
	rowtab_fini(&rows);
	maps_drop_held(m, map_id);
	return err;
}

/* ---- strings ---- */

const char *maps_string(struct maps *m, uint64_t id, size_t *len, bool *truncated)
{
	return strtab_find(&m->strings, id, len, truncated);
}

int maps_put_string(struct maps *m, uint64_t id, const char *text, size_t len)
{
	return strtab_put(&m->strings, id, text, len);
}

/* ---- counters of the clauses ---- */

int maps_cells(struct maps *m, struct gt_cell *out)
{
	size_t n = m->p->clauses.n + 1, words = sizeof(*out) / 8;
	uint64_t *value;
	int err = 0;

	memset(out, 0, n * sizeof(*out));
	if (m->gt_cells.fd < 0)
		return 0;
	if (m->gt_cells.value_words < words)
		return -EINVAL;
	value = malloc(m->gt_cells.value_size);
	if (!value)
		return -ENOMEM;
	for (uint32_t i = 0; !err && i < n && i < m->gt_cells.max_entries; i++) {
		uint64_t *sum = (uint64_t *)(void *)&out[i];

		err = bpf_map_lookup_elem(m->gt_cells.fd, &i, value);
		for (size_t k = 0; !err && k < words * m->gt_cells.cpus; k++)
			sum[k % words] += value[k / words * m->gt_cells.value_words + k % words];
	}
	free(value);
	return err;
}
