/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a bare name means: let, param, field, or the name of an enum's value, in this order. */
#include <string.h>
#include "sema-int.h"

static struct let_sym *let_find(const struct sema *s, const char *name)
{
	for (size_t i = s->lets.n; i-- > 0;) {
		if (s->lets.v[i].visible && !strcmp(s->lets.v[i].name, name))
			return &s->lets.v[i];
	}
	return NULL;
}

static struct param_value_sym *param_find(const struct sema *s, const char *name)
{
	for (size_t i = 0; i < s->params.n; i++) {
		if (!strcmp(s->params.v[i].name, name))
			return &s->params.v[i];
	}
	return NULL;
}

static int field_find(const char *name)
{
	for (int f = 0; f < FIELD_N; f++) {
		if (!strcmp(field_rows[f].name, name))
			return f;
	}
	return -1;
}

bool name_is_known(const struct sema *s, const char *name)
{
	return let_find(s, name) || param_find(s, name) || field_find(name) >= 0;
}

/*
 * A name that a round before found to be no let, or that sema made itself. In the body of a
 * def it stays so, whatever the lets of the clause that calls it.
 */
static bool is_no_let(const struct node *e)
{
	return e->sym_kind == SYM_FIELD || e->sym_kind == SYM_CONST;
}

bool is_known(const struct sema *s, const struct node *e)
{
	return (!is_no_let(e) && let_find(s, e->name.name)) || param_find(s, e->name.name) ||
	       field_find(e->name.name) >= 0;
}

/* ---- fields ---- */

/* Those of the clause's probes, as written, that have the field. */
static uint64_t events_with(const struct clause_desc *c, enum field_id f)
{
	uint64_t with = 0;

	for (unsigned ev = 0; ev < EVENT_N; ev++) {
		if ((c->written & EV_BIT(ev)) && event_has_field(ev, f))
			with |= EV_BIT(ev);
	}
	return with;
}

static const char *have_text(uint64_t events)
{
	return events & (events - 1) ? "have" : "has";
}

static void help_where(struct sema *s, struct diag_msg *m, enum field_id f)
{
	uint64_t have = 0;

	for (unsigned ev = 0; ev < EVENT_N; ev++) {
		if (event_rows[ev].kind != EVENT_LATER && event_has_field(ev, f))
			have |= EV_BIT(ev);
	}
	if (__builtin_popcountll(have) > 4)
		diag_help(m, "`gtrace -lv` lists the probes that have it");
	else
		diag_help(m, "%s %s it", events_text(s->a, have), have_text(have));
}

static struct type field_type(struct sema *s, struct node *e, enum field_id f)
{
	const struct field_row *row = &field_rows[f];
	uint64_t written = s->clause ? s->clause->written : 0;
	struct diag_msg *m;

	e->sym_kind = SYM_FIELD;
	e->slot = f;
	e->sym = row;
	if (row->flags & FIELD_LATER) {
		m = diag_error(s->d, E_LATER_FIELD, e->span,
			       "the field `%s` is not in this version", row->name);
		diag_help(m, "`gtrace -lv` lists the fields of every probe");
		return ERROR_TYPE;
	}
	uint64_t with = written ? events_with(s->clause, f) : 0;

	if (with == written)
		return row->type;
	if (with) {
		m = diag_error(s->d, E_FIELD_NOT_IN_ALL, e->span, "no field `%s` in %s", row->name,
			       events_text(s->a, written & ~with));
		diag_help(m, "%s %s it: write a clause for each", events_text(s->a, with),
			  have_text(with));
		return ERROR_TYPE;
	}
	m = diag_error(s->d, E_NO_NAME, e->span, "no field `%s` in %s", row->name,
		       events_text(s->a, written));
	help_where(s, m, f);
	return ERROR_TYPE;
}

/* ---- enums ---- */

static struct type enum_value(struct sema *s, struct node *e, struct type t)
{
	const struct enum_name *n = enum_by_name(t.enums, e->name.name);

	if (!n)
		return ERROR_TYPE;
	e->sym_kind = SYM_CONST;
	e->sym = number_new(s, e->span, t, n->value);
	return t;
}

static const char *enum_list(struct sema *s, const struct enum_type *e)
{
	const char *text = e->names[0].name;

	for (unsigned i = 1; i < e->n; i++)
		text = arena_printf(s->a, "%s%s%s", text, i + 1 < e->n ? ", " : " and ",
				    e->names[i].name);
	return text;
}

static struct type no_enum_value(struct sema *s, struct node *e, struct type t)
{
	struct diag_msg *m = diag_error(s->d, E_NO_ENUM_NAME, e->span, "no `%s` in %s",
					e->name.name, type_name(t));
	vec_of(const char *) names = { 0 };

	for (unsigned i = 0; i < t.enums->n; i++) {
		vec_push(s->a, &names, t.enums->names[i].name);
		if (t.enums->names[i].go_name)
			vec_push(s->a, &names, t.enums->names[i].go_name);
	}
	for (int f = 0; f < FIELD_N; f++) {
		if (type_equal(field_rows[f].type, t))
			vec_push(s->a, &names, field_rows[f].name);
	}
	const char *near = diag_suggest(e->name.name, names.v, names.n);

	if (near)
		diag_help(m, "did you mean `%s`?", near);
	else
		diag_help(m, "it has %s", enum_list(s, t.enums));
	return ERROR_TYPE;
}

/* ---- nothing of that name ---- */

static const char *nearest_name(struct sema *s, const char *word)
{
	vec_of(const char *) names = { 0 };

	for (size_t i = 0; i < s->lets.n; i++) {
		if (s->lets.v[i].visible)
			vec_push(s->a, &names, s->lets.v[i].name);
	}
	for (size_t i = 0; i < s->params.n; i++)
		vec_push(s->a, &names, s->params.v[i].name);
	for (int f = 0; f < FIELD_N; f++) {
		if (s->clause && !(field_rows[f].flags & FIELD_LATER) &&
		    events_with(s->clause, f) == s->clause->written)
			vec_push(s->a, &names, field_rows[f].name);
	}
	return diag_suggest(word, names.v, names.n);
}

static const char *map_of_name(struct sema *s, const char *word)
{
	for (size_t i = 0; i < s->p->maps.n; i++) {
		const char *name = s->p->maps.v[i].name;

		if (name && *name && !strcmp(name, word))
			return name;
	}
	return NULL;
}

static void help_no_name(struct sema *s, struct diag_msg *m, const char *word)
{
	const struct builtin_row *fn = builtin_by_name(word);
	const char *map = map_of_name(s, word), *near = nearest_name(s, word);

	if (map)
		diag_help(m, "did you mean the map `@%s`?", map);
	else if (fn)
		diag_help(m, "did you mean the function `%s`?", fn->signature);
	else if (near)
		diag_help(m, "did you mean `%s`?", near);
	else if (s->clause)
		diag_help(m, "`gtrace -lv` lists the fields of every probe");
}

static struct type no_name(struct sema *s, struct node *e)
{
	const char *word = e->name.name;
	const struct enum_type *of = enum_of_name(word);
	struct diag_msg *m;

	if (s->clause && s->bad_probes.v[s->clause->index - 1])
		return ERROR_TYPE;
	if (of) {
		m = diag_error(s->d, E_ENUM_ALONE, e->span,
			       "`%s` of enum %s stands beside no value of that enum", word,
			       of->name);
		diag_help(m, "it is a literal where one is expected: `%s == %s`",
			  of == &enum_side ? "side" : of == &enum_http2_error ? "rst_code" : "x",
			  word);
		return ERROR_TYPE;
	}
	uint64_t written = s->clause ? s->clause->written : 0;

	m = written ? diag_error(s->d, E_NO_NAME, e->span, "no field `%s` in %s", word,
				 events_text(s->a, written))
		    : diag_error(s->d, E_NO_NAME, e->span, "nothing has the name `%s`", word);
	help_no_name(s, m, word);
	return ERROR_TYPE;
}

struct type infer_name(struct sema *s, struct node *e, struct type want)
{
	struct let_sym *let = is_no_let(e) ? NULL : let_find(s, e->name.name);
	struct param_value_sym *param = e->sym_kind == SYM_FIELD ? NULL :
					param_find(s, e->name.name);
	int f = field_find(e->name.name);

	if (let) {
		let->used = true;
		e->sym_kind = SYM_LET;
		e->slot = let->slot;
		e->sym = let->node;
		return let->type;
	}
	if (param) {
		param->used = true;
		e->sym_kind = SYM_CONST;
		e->sym = param->value;
		return param->value ? param->value->type : ERROR_TYPE;
	}
	if (f >= 0)
		return field_type(s, e, f);
	if (want.kind != TYPE_ENUM)
		return no_name(s, e);
	struct type t = enum_value(s, e, want);

	return t.kind == TYPE_ERROR ? no_enum_value(s, e, want) : t;
}
