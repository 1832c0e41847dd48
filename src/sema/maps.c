/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Maps are never declared: the first use with keys fixes their number and types,
 * the first value that is written fixes the type of the value, the first write
 * whether it holds values or aggregations. Every other use must agree.
 */
#include "sema-int.h"

const char *map_text(struct sema *s, int slot)
{
	return arena_printf(s->a, "@%s", s->p->maps.v[slot].name);
}

/* ---- keys ---- */

static void fix_keys(struct sema *s, struct node *map)
{
	struct map_desc *d = &s->p->maps.v[map->slot];
	struct map_info *info = &s->maps.v[map->slot];
	bool ok = map->map.keys.n < PROGRAM_VALUES_MAX;

	if (!ok)
		diag_error(s->d, E_TOO_MANY, map->span, "expected fewer than %u keys, found %zu",
			   PROGRAM_VALUES_MAX, map->map.keys.n);
	for (size_t i = 0; i < map->map.keys.n; i++)
		ok = infer(s, map->map.keys.v[i], NO_TYPE).kind != TYPE_ERROR && ok;
	if (!ok)
		return;
	for (size_t i = 0; i < map->map.keys.n; i++) {
		struct node *key = map->map.keys.v[i];

		vec_push(s->a, &d->keys, (struct key_desc){
			.node = key, .type = key->type, .text = TEXT(s, key) });
	}
	info->keyed = true;
	info->keyed_at = map->span;
	info->keyed_by_def = !s->clause;
	s->progress = true;
}

static const char *keys_text(struct sema *s, size_t n)
{
	return n == 0 ? "no key" : n == 1 ? "1 key" : arena_printf(s->a, "%zu keys", n);
}

static void check_key(struct sema *s, struct node *map, size_t i)
{
	struct map_desc *d = &s->p->maps.v[map->slot];
	struct node *key = map->map.keys.v[i];
	struct type t = infer(s, key, d->keys.v[i].type), want = d->keys.v[i].type;

	if (t.kind == TYPE_ERROR || type_equal(t, want) || flexible_to(s, key, want))
		return;
	struct diag_msg *m = diag_error(s->d, E_MAP_KEY_TYPE, key->span,
					"expected %s as key %zu of %s, found %s `%s`",
					type_name(want), i + 1, map_text(s, map->slot),
					type_name(t), TEXT(s, key));

	diag_label(m, s->maps.v[map->slot].keyed_at, "first used with %s here", type_name(want));
}

/* A clause's own words say more than a def's. */
static void rename_keys(struct sema *s, struct node *map)
{
	struct map_desc *d = &s->p->maps.v[map->slot];
	struct map_info *info = &s->maps.v[map->slot];

	if (!info->keyed_by_def || !s->clause || s->in_copy)
		return;
	for (size_t i = 0; i < d->keys.n; i++) {
		d->keys.v[i].node = map->map.keys.v[i];
		d->keys.v[i].text = TEXT(s, map->map.keys.v[i]);
	}
	info->keyed_by_def = false;
}

void map_use_keys(struct sema *s, struct node *map)
{
	struct map_desc *d = &s->p->maps.v[map->slot];
	struct map_info *info = &s->maps.v[map->slot];

	if (!info->keyed) {
		fix_keys(s, map);
		return;
	}
	if (d->keys.n == map->map.keys.n) {
		for (size_t i = 0; i < d->keys.n; i++)
			check_key(s, map, i);
		rename_keys(s, map);
		return;
	}
	struct diag_msg *m = diag_error(s->d, E_MAP_KEYS, map->span, "expected %s for %s, found %s",
					keys_text(s, d->keys.n), map_text(s, map->slot),
					keys_text(s, map->map.keys.n));

	diag_label(m, info->keyed_at, "first used with %s here", keys_text(s, d->keys.n));
	for (size_t i = 0; i < map->map.keys.n; i++)
		infer(s, map->map.keys.v[i], NO_TYPE);
}

/* ---- reading ---- */

static void never_written(struct sema *s, int slot, struct span span)
{
	struct map_info *info = &s->maps.v[slot];

	if (!s->aloud || info->written || info->reported)
		return;
	info->reported = true;
	struct diag_msg *m = diag_error(s->d, E_MAP_NEVER_WRITTEN, span,
					"nothing writes the map %s", map_text(s, slot));
	vec_of(const char *) names = { 0 };

	for (size_t i = 0; i < s->p->maps.n; i++) {
		if (s->p->maps.v[i].name && s->maps.v[i].written)
			vec_push(s->a, &names, s->p->maps.v[i].name);
	}
	const char *near = diag_suggest(s->p->maps.v[slot].name, names.v, names.n);

	if (near)
		diag_help(m, "did you mean `@%s`?", near);
}

struct type map_read(struct sema *s, struct node *map)
{
	struct map_desc *d = &s->p->maps.v[map->slot];
	struct map_info *info = &s->maps.v[map->slot];

	map_use_keys(s, map);
	if (info->form == FORM_AGG) {
		struct diag_msg *m = diag_error(s->d, E_AGG_READ, map->span,
			"expected a value, found %s, which holds an aggregation",
			map_text(s, map->slot));

		diag_label(m, info->form_at, "it is written here");
		diag_help(m, "print(%s) shows it; `+=` and `++` make a map of values",
			  map_text(s, map->slot));
		return ERROR_TYPE;
	}
	if (!info->typed) {
		never_written(s, map->slot, map->span);
		return ERROR_TYPE;
	}
	return d->value;
}

/* ---- writing ---- */

/* Values or aggregations: the first write decides. */
static bool fix_form(struct sema *s, struct node *target, enum map_form form)
{
	struct map_info *info = &s->maps.v[target->slot];

	if (info->form == FORM_NONE) {
		info->form = form;
		info->form_at = target->span;
		s->p->maps.v[target->slot].kind = form == FORM_AGG ? MAP_AGG : MAP_VALUE;
		s->p->maps.v[target->slot].span = target->span;
	}
	info->written = true;
	if (info->form == form)
		return true;
	struct diag_msg *m = diag_error(s->d, E_MAP_FORM, target->span,
		form == FORM_AGG ? "expected a value for %s, found an aggregation"
				 : "expected an aggregation for %s, found a value",
		map_text(s, target->slot));

	diag_label(m, info->form_at, "first written with %s here",
		   form == FORM_AGG ? "a value" : "an aggregation");
	diag_help(m, "use two maps");
	return false;
}

static void wrong_value(struct sema *s, struct node *target, struct node *value)
{
	struct map_desc *d = &s->p->maps.v[target->slot];
	struct diag_msg *m = diag_error(s->d, E_MAP_VALUE_TYPE, value->span,
					"expected %s for %s, found %s `%s`", type_name(d->value),
					map_text(s, target->slot), type_name(value->type),
					TEXT(s, value));

	diag_label(m, s->maps.v[target->slot].typed_at, "first written with %s here",
		   type_name(d->value));
	if (is_flexible(value) && d->value.kind == TYPE_DURATION)
		diag_help(m, "write its unit, like 1ms");
}

static void fix_value(struct sema *s, struct node *target, struct node *value)
{
	struct map_info *info = &s->maps.v[target->slot];

	if (is_flexible(value) && !info->settle) {
		info->weak = true;
		return;
	}
	s->p->maps.v[target->slot].value = value->type;
	info->typed = true;
	info->typed_at = target->span;
	s->progress = true;
}

static bool op_suits(struct sema *s, struct node *target, enum op op, struct node *value)
{
	if (op == OP_NONE || type_is_number(value->type))
		return true;
	diag_error(s->d, E_OPERAND, value->span, "expected a number for `%s=` on %s, found %s `%s`",
		   op_text(op), map_text(s, target->slot), type_name(value->type), TEXT(s, value));
	return false;
}

void map_write(struct sema *s, struct node *target, enum op op, struct node *value)
{
	struct map_desc *d = &s->p->maps.v[target->slot];
	struct map_info *info = &s->maps.v[target->slot];
	bool ok = fix_form(s, target, FORM_VALUE);

	map_use_keys(s, target);
	struct type t = infer(s, value, info->typed ? d->value : NO_TYPE);

	target->type = t;
	if (!ok || t.kind == TYPE_ERROR || !op_suits(s, target, op, value))
		return;
	if (!info->typed)
		fix_value(s, target, value);
	else if (!type_equal(t, d->value) && !flexible_to(s, value, d->value))
		wrong_value(s, target, value);
	if (info->typed)
		target->type = d->value;
}

/* ++ and -- are += 1 and -= 1. */
void map_step(struct sema *s, struct node *target, int by)
{
	struct node *one = number_new(s, target->span, TYPE(TYPE_INT), 1);

	one->slot = 0;
	map_write(s, target, by < 0 ? OP_SUB : OP_ADD, one);
}

static bool same_agg(const struct agg_desc *a, const struct agg_desc *b)
{
	return a->id == b->id && type_equal(a->type, b->type) && a->lo == b->lo &&
	       a->step == b->step && a->dense == b->dense && a->ps.n == b->ps.n;
}

void map_assign_agg(struct sema *s, struct node *target, struct node *agg)
{
	struct agg_desc a = { 0 };
	bool ok = fix_form(s, target, FORM_AGG);

	map_use_keys(s, target);
	ok = agg_check(s, agg, &a) && ok;
	target->type = ok ? TYPE(TYPE_AGG) : ERROR_TYPE;
	if (!ok || !s->aloud)
		return;
	struct map_desc *d = &s->p->maps.v[target->slot];

	if (!d->aggs.n) {
		vec_push(s->a, &d->aggs, a);
		s->maps.v[target->slot].typed_at = target->span;
		return;
	}
	if (same_agg(&d->aggs.v[0], &a))
		return;
	struct diag_msg *m = diag_error(s->d, E_MAP_AGG, agg->span, "expected %s for %s, found %s",
					d->aggs.v[0].text, map_text(s, target->slot), a.text);

	diag_label(m, s->maps.v[target->slot].typed_at, "first written with %s here",
		   d->aggs.v[0].text);
	diag_help(m, "a map holds one aggregation of one type; use two maps");
}

/* ---- whole maps: print(@m), clear(@m) ---- */

bool map_whole(struct sema *s, struct node *arg, const char *what)
{
	struct diag_msg *m;

	if (arg->kind != EXPR_MAP) {
		m = diag_error(s->d, E_MAP_WHOLE, arg->span, "expected a map for %s(), found `%s`",
			       what, TEXT(s, arg));
		return false;
	}
	if (arg->map.keys.n) {
		m = diag_error(s->d, E_MAP_WHOLE, arg->span,
			       "expected a whole map for %s(), found a key of one", what);
		diag_help(m, "%s(%s); delete(%s) removes one key", what, map_text(s, arg->slot),
			  TEXT(s, arg));
		return false;
	}
	never_written(s, arg->slot, arg->span);
	arg->type = s->maps.v[arg->slot].form == FORM_AGG ? TYPE(TYPE_AGG) :
		    s->p->maps.v[arg->slot].value;
	return true;
}
