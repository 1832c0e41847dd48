/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Maps of a script: their keys, plain values and aggregations. How they are laid
 * out is said with struct map_desc in catalog/program.h.
 */
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include "gen.h"

#define SPARSE_FACTOR 32	/* (key, bucket) pairs a key has room for, on average */
#define SPARSE_LEAST 4096	/* pairs that a map has room for: all buckets that one key can fill */

static bool is_array(const struct map_desc *m)
{
	return m->kind == MAP_AGG && !m->keys.n;
}

unsigned map_key_words(const struct map_desc *m, bool sparse)
{
	unsigned n = m->keys.n + m->tags;

	return (n ? n : 1) + sparse;
}

static void agg_map_name(char *buf, size_t size, const struct map_desc *m, size_t i)
{
	snprintf(buf, size, "m%u_%zu", m->id, i);
}

static LLVMValueRef map_ref(struct gen *g, const struct map_desc *m, int agg)
{
	char name[32];

	if (agg < 0)
		snprintf(name, sizeof(name), "m%u", m->id);
	else
		agg_map_name(name, sizeof(name), m, agg);
	return LLVMGetNamedGlobal(g->m, name);
}

/* ---- definitions ---- */

static void declare(struct gen *g, const char *name, unsigned type, unsigned entries,
		    unsigned key_words, unsigned value_words, unsigned flags)
{
	if (value_words * 8 > GT_ZERO_SIZE)
		gen_fail(g, "map %s: a value of %u words", name, value_words);
	if (key_words > g->key_words)
		g->key_words = key_words;
	btf_map(g, name, type, entries, key_words * 8, value_words * 8, flags);
}

/* Few keys may each spread over every bucket, many do not. */
static unsigned sparse_entries(const struct map_desc *m, unsigned entries)
{
	unsigned least = SPARSE_LEAST << m->swap;

	return entries * SPARSE_FACTOR > least ? entries * SPARSE_FACTOR : least;
}

static void declare_agg(struct gen *g, const struct map_desc *m, size_t i, unsigned entries)
{
	const struct agg_desc *a = &m->aggs.v[i];
	char name[32];

	agg_map_name(name, sizeof(name), m, i);
	if (a->dense)
		declare(g, name, BPF_MAP_TYPE_HASH, entries, map_key_words(m, false), a->dense, 0);
	if (a->sparse)
		declare(g, name, BPF_MAP_TYPE_HASH, sparse_entries(m, entries),
			map_key_words(m, true), 1, BPF_F_NO_PREALLOC);
}

void map_declare(struct gen *g, const struct map_desc *m)
{
	/* Both halves of a swapped map are in it for a moment. */
	unsigned entries = (m->keys.n ? m->max_keys : 1) << m->swap;
	char name[32];

	snprintf(name, sizeof(name), "m%u", m->id);
	if (m->kind == MAP_VALUE) {
		declare(g, name, BPF_MAP_TYPE_HASH, entries, map_key_words(m, false), 1, 0);
		return;
	}
	if (m->cells && is_array(m))
		btf_map(g, name, BPF_MAP_TYPE_PERCPU_ARRAY, 2, 4, m->cells * 8, 0);
	else if (m->cells)
		declare(g, name, BPF_MAP_TYPE_PERCPU_HASH, entries, map_key_words(m, false),
			m->cells, 0);
	for (size_t i = 0; i < m->aggs.n; i++)
		declare_agg(g, m, i, entries);
}

/* ---- keys ---- */

static LLVMValueRef epoch(struct gen *g, const struct map_desc *m)
{
	return m->swap ? CALL(g, "gt_epoch", gen_i32(g, m->id)) : gen_i64(g, 0);
}

static void set_key(struct gen *g, unsigned word, LLVMValueRef v)
{
	gen_store64(g, v, gen_at(g, g->hook.key, word * 8));
}

/* Two bits a key: 0 known, 1 none, 2 unknown. The word of what is not known is 0. */
static LLVMValueRef set_tagged(struct gen *g, unsigned i, struct val k, LLVMValueRef tags)
{
	LLVMValueRef two = gen_i32(g, 2), bits;

	if (!k.st) {
		set_key(g, i, k.v);
		return tags;
	}
	set_key(g, i, val_select(g, val_is_known(g, k), k.v, gen_i64(g, 0)));
	bits = val_select(g, LLVMBuildICmp(g->b, LLVMIntUGT, k.st, two, ""), two, k.st);
	bits = LLVMBuildShl(g->b, LLVMBuildZExt(g->b, bits, g->i64, ""), gen_i64(g, 2 * i), "");
	return LLVMBuildOr(g->b, tags, bits, "");
}

/* The keys of one use of a map. */
struct keys {
	const node_list *nodes;
	struct val v[GT_VALUES_MAX];	/* v NULL: worked out where it is written */
};

/* Writes a key's words into the program's buffer; `half` is the epoch. */
static void write_key(struct gen *g, const struct map_desc *m, const struct keys *k,
		      LLVMValueRef half)
{
	LLVMValueRef tags = LLVMBuildShl(g->b, half, gen_i64(g, 63), "");
	size_t n = k->nodes->n;

	for (size_t i = 0; i < n; i++)
		tags = set_tagged(g, i, k->v[i].v ? k->v[i] : expr_gen(g, k->nodes->v[i]), tags);
	if (m->tags)
		set_key(g, n, tags);
	else if (!n)
		set_key(g, 0, gen_i64(g, 0));
}

/*
 * Works out the keys: all before the first is written, for a key may read a map
 * itself, which needs the buffer. Those that only come out of memory can wait.
 */
static bool eval_keys(struct gen *g, const struct map_desc *m, const node_list *list,
		      struct keys *k)
{
	if (list->n != m->keys.n || list->n > GT_VALUES_MAX) {
		gen_fail(g, "map m%u has %zu keys, not %zu", m->id, m->keys.n, list->n);
		return false;
	}
	k->nodes = list;
	for (size_t i = 0; i < list->n; i++)
		k->v[i] = hook_is_remembered(g, list->v[i]) ? (struct val){ NULL, NULL }
							    : expr_gen(g, list->v[i]);
	return true;
}

/* The key of @m[…] in the buffer; false on failure. */
static bool key_of(struct gen *g, const struct node *e, const struct map_desc *m)
{
	struct keys k;

	if (!eval_keys(g, m, &e->map.keys, &k))
		return false;
	btf_at(g, e->span);
	write_key(g, m, &k, epoch(g, m));
	return true;
}

static LLVMValueRef clause_index(struct gen *g)
{
	return gen_i32(g, g->clause.desc->index);
}

/* The value's address for the key in the buffer, inserted if new; goes on where there is one. */
static LLVMValueRef slot(struct gen *g, LLVMValueRef map, LLVMBasicBlockRef none)
{
	const char *name = g->hook.many ? "gt_map_slot_sub" : "gt_map_slot";
	LLVMValueRef p = CALL(g, name, map, g->hook.key, clause_index(g));
	LLVMBasicBlockRef found = gen_block(g, "slot");

	gen_branch(g, LLVMBuildIsNotNull(g->b, p, ""), found, none);
	gen_enter(g, found);
	return p;
}

/* ---- plain values ---- */

/* none where the key is absent. */
struct val map_read(struct gen *g, const struct node *e)
{
	const struct map_desc *m = &g->p->maps.v[e->slot];
	LLVMValueRef v;

	if (!key_of(g, e, m))
		return val_none(g);
	v = CALL(g, "gt_map_read", map_ref(g, m, -1), g->hook.key, g->hook.status);
	return (struct val){ v, LLVMBuildLoad2(g->b, g->i32, g->hook.status, "") };
}

/* Goes on where the value is known; one that is unknown leaves the event out. */
static void need(struct gen *g, struct val a, LLVMBasicBlockRef otherwise)
{
	LLVMBasicBlockRef known;

	stmt_leave_out(g, a);
	if (!a.st)
		return;
	known = gen_block(g, "known");
	gen_branch(g, val_is_known(g, a), known, otherwise);
	gen_enter(g, known);
}

static void add_to(struct gen *g, const struct node *target, LLVMValueRef n, LLVMBasicBlockRef done)
{
	const struct map_desc *m = &g->p->maps.v[target->slot];

	if (key_of(g, target, m))
		CALL(g, "gt_map_add", slot(g, map_ref(g, m, -1), done), n);
}

void map_assign(struct gen *g, const struct node *target, enum op op, const struct node *value)
{
	const struct map_desc *m = &g->p->maps.v[target->slot];
	struct val v = expr_gen(g, value);
	LLVMBasicBlockRef done = gen_block(g, "assigned");

	need(g, v, done);
	if (op == OP_ADD)
		add_to(g, target, v.v, done);
	else if (op == OP_SUB)
		add_to(g, target, LLVMBuildNeg(g->b, v.v, ""), done);
	else if (op != OP_NONE)
		gen_fail(g, "assignment by operator %d cannot be compiled", op);
	else if (key_of(g, target, m))
		CALL(g, "gt_map_set", map_ref(g, m, -1), g->hook.key, v.v, clause_index(g));
	gen_goto(g, done);
}

void map_step(struct gen *g, const struct node *target, int by)
{
	LLVMBasicBlockRef done = gen_block(g, "stepped");

	add_to(g, target, gen_i64(g, by), done);
	gen_goto(g, done);
}

/* ---- aggregations ---- */

struct agg_use {
	const struct agg_desc *desc;
	struct val arg;
	bool is_signed;
};

struct agg_site {
	const struct map_desc *m;
	struct agg_use aggs[GT_VALUES_MAX];
	LLVMValueRef half;
};

static LLVMValueRef call_agg(struct gen *g, const char *suffix, const struct agg_use *u,
			     LLVMValueRef *args, unsigned n)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%s", builtin_rows[u->desc->id].helper, suffix);
	return gen_call(g, name, args, n);
}

static void update_cells(struct gen *g, struct agg_use *u, LLVMValueRef cells)
{
	LLVMBasicBlockRef done = gen_block(g, "agg");
	LLVMValueRef args[] = { gen_at(g, cells, u->desc->cell * 8), u->arg.v,
				gen_i1(g, u->is_signed) };

	if (u->arg.st) {
		LLVMBasicBlockRef known = gen_block(g, "known");

		gen_branch(g, val_is_known(g, u->arg), known, done);
		gen_enter(g, known);
	}
	call_agg(g, "", u, args, 3);
	gen_goto(g, done);
}

static bool has_cells(const struct agg_use *u)
{
	return builtin_rows[u->desc->id].cells > 0;
}

/* Whether any of them has a value: otherwise no row is made. */
static LLVMValueRef any_known(struct gen *g, struct agg_site *s)
{
	LLVMValueRef any = gen_i1(g, false);

	for (size_t i = 0; i < s->m->aggs.n; i++) {
		if (!has_cells(&s->aggs[i]))
			continue;
		if (!s->aggs[i].arg.st)
			return gen_i1(g, true);
		any = LLVMBuildOr(g->b, any, val_is_known(g, s->aggs[i].arg), "");
	}
	return any;
}

static LLVMValueRef array_slot(struct gen *g, struct agg_site *s, LLVMBasicBlockRef none)
{
	LLVMValueRef index = gen_alloca(g, g->i32, "half", false), p;
	LLVMBasicBlockRef found = gen_block(g, "slot");

	LLVMBuildStore(g->b, gen_fit(g, s->half, g->i32), index);
	p = CALL(g, "gt_map_find", map_ref(g, s->m, -1), index);
	gen_branch(g, LLVMBuildIsNotNull(g->b, p, ""), found, none);
	gen_enter(g, found);
	return p;
}

static void aggregate_cells(struct gen *g, struct agg_site *s)
{
	LLVMBasicBlockRef any = gen_block(g, "any"), done = gen_block(g, "cells");
	LLVMValueRef p;

	gen_branch(g, any_known(g, s), any, done);
	gen_enter(g, any);
	p = is_array(s->m) ? array_slot(g, s, done) : slot(g, map_ref(g, s->m, -1), done);
	for (size_t i = 0; i < s->m->aggs.n; i++)
		if (has_cells(&s->aggs[i]))
			update_cells(g, &s->aggs[i], p);
	gen_goto(g, done);
}

static void update_dense(struct gen *g, struct agg_use *u, LLVMValueRef p)
{
	uint64_t flip = u->is_signed ? 0 : 1ull << 63;
	LLVMValueRef hist[] = { p, u->arg.v, gen_i1(g, u->is_signed) };
	LLVMValueRef lhist[] = { p, LLVMBuildXor(g->b, u->arg.v, gen_i64(g, flip), ""),
				 gen_i64(g, (uint64_t)u->desc->lo ^ flip),
				 gen_i64(g, u->desc->step), gen_i32(g, u->desc->dense) };

	if (u->desc->id == BI_LHIST)
		call_agg(g, "_dense", u, lhist, 5);
	else
		call_agg(g, "_dense", u, hist, 3);
}

/* The bucket is one more word of the key. */
static void update_sparse(struct gen *g, struct agg_site *s, size_t i, LLVMBasicBlockRef done)
{
	struct agg_use *u = &s->aggs[i];
	LLVMValueRef args[] = { u->arg.v, gen_i1(g, u->is_signed) };
	LLVMValueRef bucket = call_agg(g, "_bucket", u, args, 2);

	set_key(g, map_key_words(s->m, false), gen_fit(g, bucket, g->i64));
	CALL(g, "gt_map_add", slot(g, map_ref(g, s->m, i), done), gen_i64(g, 1));
}

static void aggregate_shared(struct gen *g, struct agg_site *s, size_t i)
{
	struct agg_use *u = &s->aggs[i];
	LLVMBasicBlockRef done;

	if (!u->desc->dense && !u->desc->sparse)
		return;
	done = gen_block(g, "shared");
	if (u->arg.st) {
		LLVMBasicBlockRef known = gen_block(g, "known");

		gen_branch(g, val_is_known(g, u->arg), known, done);
		gen_enter(g, known);
	}
	if (u->desc->dense)
		update_dense(g, u, slot(g, map_ref(g, s->m, i), done));
	else
		update_sparse(g, s, i, done);
	gen_goto(g, done);
}

static bool eval_args(struct gen *g, struct agg_site *s, const node_list *aggs)
{
	if (aggs->n != s->m->aggs.n || aggs->n > GT_VALUES_MAX) {
		gen_fail(g, "map m%u has %zu aggregations, not %zu", s->m->id, s->m->aggs.n,
			 aggs->n);
		return false;
	}
	for (size_t i = 0; i < aggs->n; i++) {
		const struct node *call = aggs->v[i];
		struct agg_use *u = &s->aggs[i];

		*u = (struct agg_use){ &s->m->aggs.v[i], val_int(g, 0), true };
		if (!call->call.args.n)
			continue;
		u->is_signed = type_is_signed(call->call.args.v[0]->type);
		u->arg = expr_gen(g, call->call.args.v[0]);
	}
	return true;
}

void map_aggregate(struct gen *g, const struct map_desc *m, const node_list *key_nodes,
		   const node_list *aggs)
{
	struct agg_site s = { .m = m };
	struct keys k;

	if (!eval_args(g, &s, aggs) || !eval_keys(g, m, key_nodes, &k))
		return;
	for (size_t i = 0; i < aggs->n; i++)
		stmt_leave_out(g, s.aggs[i].arg);
	s.half = epoch(g, m);
	if (g->hook.key)
		write_key(g, m, &k, s.half);
	if (m->cells)
		aggregate_cells(g, &s);
	for (size_t i = 0; i < aggs->n; i++)
		aggregate_shared(g, &s, i);
}

/* ---- delete ---- */

void map_delete(struct gen *g, const struct node *target)
{
	const struct map_desc *m = &g->p->maps.v[target->slot];

	if (m->kind != MAP_VALUE) {
		gen_fail(g, "delete() of an aggregation cannot be compiled");
		return;
	}
	if (key_of(g, target, m))
		CALL(g, "gt_map_delete", map_ref(g, m, -1), g->hook.key);
}
