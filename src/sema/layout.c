/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What runs where: strings, fields, maps' cells and halves, hooks. */
#include <string.h>
#include "sema-int.h"

#define MAP_KEYS_DEFAULT 4096

_Static_assert(FIELD_N <= 64 && HOOK_N <= 64, "sets of fields and hooks are 64-bit masks");

/* ---- strings ---- */

static int string_add(struct sema *s, const char *text, size_t len)
{
	for (size_t i = 0; i < s->p->strings.n; i++) {
		const struct string_desc *d = &s->p->strings.v[i];

		if (d->len == len && !memcmp(d->text, text, len))
			return i;
	}
	vec_push(s->a, &s->p->strings, (struct string_desc){
		.text = text, .len = len, .id = string_id(s->opts->seed, text, len) });
	return s->p->strings.n - 1;
}

/* The text of every event that `probe` can be. */
static void probe_strings(struct sema *s, const struct clause_desc *c)
{
	for (unsigned ev = 0; ev < EVENT_N; ev++) {
		if (c->events & EV_BIT(ev)) {
			const char *name = event_name(s->a, ev);

			string_add(s, name, strlen(name));
		}
	}
}

/* ---- one clause ---- */

struct walk {
	struct sema *s;
	struct clause_desc *c;
	uint64_t *fields;
};

static void use_field(struct walk *w, enum field_id f)
{
	*w->fields |= 1ull << f;
	if (f == FIELD_SIDE)
		w->c->names_side = true;
	if (f == FIELD_PROBE)
		probe_strings(w->s, w->c);
}

static void use_map(struct walk *w, struct node *map)
{
	struct map_desc *d = &w->s->p->maps.v[map->slot];

	for (size_t i = 0; i < map->map.keys.n; i++)
		d->tags |= status_of(w->s, w->c, map->map.keys.v[i]) != 0;
}

static void use_aggs(struct walk *w, struct node *stmt)
{
	struct map_desc *d = &w->s->p->maps.v[stmt->slot];

	for (size_t i = 0; i < stmt->aggs.keys.n; i++)
		d->tags |= status_of(w->s, w->c, stmt->aggs.keys.v[i]) != 0;
}

static void use_node(struct node **child, void *ctx)
{
	struct walk *w = ctx;
	struct node *n = *child;

	if (n->kind == EXPR_NAME && n->sym_kind == SYM_FIELD)
		use_field(w, n->slot);
	else if (n->kind == EXPR_MAP)
		use_map(w, n);
	else if (n->kind == STMT_AGGS)
		use_aggs(w, n);
	if (n->kind == EXPR_STRING && n->sym_kind != SYM_STRING) {
		n->sym_kind = SYM_STRING;
		n->slot = string_add(w->s, n->str.text, n->str.len);
	}
	/* A format is the tracer's, not BPF's. */
	bool format = n->kind == EXPR_CALL && n->sym_kind == SYM_BUILTIN && n->slot == BI_PRINTF;

	for (size_t i = 1; format && i < n->call.args.n; i++)
		use_node(&n->call.args.v[i], ctx);
	if (!format)
		node_children(n, use_node, ctx);
}

static void layout_clause(struct sema *s, struct clause_desc *c)
{
	struct walk w = { s, c, &c->where_fields };

	if (c->node->clause.where)
		use_node(&c->node->clause.where, &w);
	w.fields = &c->block_fields;
	if (c->node->clause.block)
		use_node(&c->node->clause.block, &w);
	/* A bare emit() names fields that are not in the tree. */
	for (size_t i = 0; i < s->p->stmts.n; i++) {
		struct stmt_desc *d = &s->p->stmts.v[i];

		for (size_t k = 0; d->clause == c->index && k < d->values.n; k++)
			use_node(&d->values.v[k].node, &w);
	}
}

/* ---- maps ---- */

static bool is_swapped(const struct sema *s, const struct map_desc *d)
{
	const struct map_info *info = &s->maps.v[d->id];
	bool prints = !d->hidden || info->printed;

	return d->kind == MAP_AGG && (info->cleared || (s->opts->delta && prints));
}

static void layout_map(struct sema *s, struct map_desc *d)
{
	unsigned keys = s->opts->map_keys ? s->opts->map_keys : MAP_KEYS_DEFAULT;

	for (size_t i = 0; i < d->aggs.n; i++) {
		d->aggs.v[i].cell = d->cells;
		d->cells += builtin_rows[d->aggs.v[i].id].cells;
	}
	d->swap = is_swapped(s, d);
	d->tags |= d->swap;
	d->max_keys = d->keys.n ? keys : 1;
	if (d->swap && d->id >= PROGRAM_MAPS_MAX)
		diag_error(s->d, E_TOO_MANY, d->span,
			   "expected maps that are emptied among the first %u, found number %u",
			   PROGRAM_MAPS_MAX, d->id + 1);
}

/* ---- hooks ---- */

static void need_clause(struct program *p, const struct clause_desc *c)
{
	p->events |= c->events;
	if (!c->events)
		return;
	p->fields |= c->where_fields | c->block_fields;
	for (unsigned f = 0; f < FIELD_N; f++) {
		if (((c->where_fields | c->block_fields) & 1ull << f) &&
		    (field_rows[f].events & c->events))
			p->keeps |= field_rows[f].keeps;
	}
}

static void layout_hooks(struct program *p)
{
	for (size_t i = 0; i < p->clauses.n; i++)
		need_clause(p, &p->clauses.v[i]);
	for (unsigned ev = 0; ev < EVENT_N; ev++) {
		if (p->events & EV_BIT(ev)) {
			p->hooks |= event_rows[ev].hooks;
			p->keeps |= event_rows[ev].keeps;
		}
	}
	for (unsigned h = 0; h < HOOK_N; h++) {
		if (hook_rows[h].keeps & p->keeps)
			p->hooks |= 1ull << h;
	}
}

void layout_program(struct sema *s)
{
	for (size_t i = 0; i < s->p->clauses.n; i++)
		layout_clause(s, &s->p->clauses.v[i]);
	for (size_t i = 0; i < s->p->maps.n; i++)
		layout_map(s, &s->p->maps.v[i]);
	layout_hooks(s->p);
}
