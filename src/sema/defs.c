/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * def: a function of the script is an expression with names for its arguments. A body
 * is checked once where it stands, and copied into every call with the arguments in
 * the places of their names. It calls only those above it, so there is no recursion.
 */
#include <string.h>
#include "sema-int.h"

/* Bodies in bodies double with every level: a script may not grow without end. */
#define CLONED_MAX 20000

struct def_sym *def_find(struct sema *s, const char *name)
{
	for (size_t i = 0; i < s->defs.n; i++) {
		if (!strcmp(s->defs.v[i].name, name))
			return &s->defs.v[i];
	}
	return NULL;
}

/* ---- the definition ---- */

static void bad_name(struct sema *s, struct span span, const char *name, const struct span *first)
{
	struct diag_msg *m;

	if (first) {
		m = diag_error(s->d, E_DEF_NAME, span, "a second `%s`", name);
		diag_label(m, *first, "the first one is here");
		return;
	}
	m = diag_error(s->d, E_DEF_NAME, span, "`%s` is a function of the language", name);
	diag_help(m, "another name");
}

static bool name_ok(struct sema *s, const struct node *item)
{
	const struct def_sym *other = def_find(s, item->def.name);

	if (other)
		bad_name(s, item->def.name_span, item->def.name, &other->item->def.name_span);
	else if (builtin_by_name(item->def.name))
		bad_name(s, item->def.name_span, item->def.name, NULL);
	else
		return true;
	return false;
}

static bool params_ok(struct sema *s, struct node *item)
{
	bool ok = true;

	for (size_t i = 0; i < item->def.params.n; i++) {
		struct def_param *p = &item->def.params.v[i];

		ok = type_named(s, p->type_name, p->type_span, &p->type) && ok;
		for (size_t k = 0; k < i; k++) {
			if (strcmp(item->def.params.v[k].name, p->name))
				continue;
			bad_name(s, p->span, p->name, &item->def.params.v[k].span);
			ok = false;
		}
	}
	return ok;
}

void resolve_def(struct sema *s, struct node *item)
{
	struct def_sym def = { .name = item->def.name, .item = item };
	bool params = params_ok(s, item);
	bool type = type_named(s, item->def.type_name, item->def.type_span, &def.type);

	def.bad = !params || !type;
	if (!name_ok(s, item))
		return;
	declare_maps(&item->def.body, s);
	vec_push(s->a, &s->defs, def);
}

/* The body as it stands: its arguments are lets. */
static void check_def(struct sema *s, struct def_sym *def)
{
	const struct node *item = def->item;

	s->clause = NULL;
	s->lets.n = 0;
	for (size_t i = 0; i < item->def.params.n; i++)
		vec_push(s->a, &s->lets, (struct let_sym){
			.name = item->def.params.v[i].name, .type = item->def.params.v[i].type,
			.slot = i, .visible = true, .used = true });
	if (!infer_as(s, item->def.body, def->type) && s->aloud)
		def->bad = true;
	s->lets.n = 0;
}

void check_defs(struct sema *s)
{
	size_t n = s->defs.n;

	/* What is further down is not known yet. */
	for (s->defs.n = 0; s->defs.n < n; s->defs.n++) {
		struct def_sym *def = &s->defs.v[s->defs.n];

		if (!def->bad)
			check_def(s, def);
	}
}

/* ---- the call ---- */

struct clone {
	struct sema *s;
	const struct node *item;
	const node_list *args;
};

static void clone_child(struct node **child, void *ctx);

static node_list *list_of(struct node *n)
{
	return n->kind == EXPR_MAP ? &n->map.keys : n->kind == EXPR_CALL ? &n->call.args :
	       n->kind == EXPR_IN ? &n->in.list : NULL;
}

static struct node *clone(struct clone *c, const struct node *old)
{
	struct node *n = arena_dup(c->s->a, old, sizeof(*old));
	node_list *l = list_of(n);

	c->s->cloned++;
	if (l && l->n)
		l->v = arena_dup(c->s->a, l->v, l->n * sizeof(*l->v));
	/* Calls in the copy have other arguments: they copy their bodies anew. */
	if (n->sym_kind == SYM_INLINE) {
		n->sym_kind = SYM_NONE;
		n->sym = NULL;
	}
	node_children(n, clone_child, c);
	return n;
}

/* The argument that a name in the body stands for. */
static const struct node *argument(const struct clone *c, const struct node *n)
{
	if (!c->args || n->kind != EXPR_NAME || n->sym_kind != SYM_LET)
		return NULL;
	return (size_t)n->slot < c->args->n ? c->args->v[n->slot] : NULL;
}

static struct node *substitute(struct clone *c, const struct node *n)
{
	const struct node *arg = argument(c, n);
	struct clone plain = { c->s, NULL, NULL };
	int64_t v;

	if (!arg)
		return clone(c, n);
	/* A number without a unit has got that of the argument. */
	if (is_flexible(arg) && const_eval(arg, &v))
		return number_new(c->s, arg->span, c->item->def.params.v[n->slot].type, v);
	return clone(&plain, arg);
}

static void clone_child(struct node **child, void *ctx)
{
	*child = substitute(ctx, *child);
}

static bool check_args(struct sema *s, struct node *call, struct def_sym *def)
{
	const struct node *item = def->item;
	size_t wanted = item->def.params.n, found = call->call.args.n;
	bool ok = true;

	if (wanted != found) {
		struct diag_msg *m = diag_error(s->d, E_ARG_COUNT, call->span,
			"expected %zu argument%s for %s(), found %zu", wanted,
			wanted == 1 ? "" : "s", def->name, found);

		diag_label(m, item->def.name_span, "it is defined here");
		return false;
	}
	for (size_t i = 0; i < found; i++)
		ok = infer_as(s, call->call.args.v[i], item->def.params.v[i].type) && ok;
	return ok;
}

static bool too_large(struct sema *s, struct node *call)
{
	if (s->cloned <= CLONED_MAX)
		return false;
	if (s->said_large)
		return true;
	s->said_large = s->aloud;
	struct diag_msg *m = diag_error(s->d, E_DEF_LARGE, call->span,
					"the functions of the script grow too large");

	diag_help(m, "each call is a copy of the function: use an argument once, or call less");
	return true;
}

/* What can be wrong in the copy only: a field that the clause's probes lack. */
static void label_calls(struct sema *s, size_t before, struct node *call)
{
	for (size_t i = before; i < s->d->msgs.n; i++) {
		if (!s->d->msgs.v[i]->labels.n)
			diag_label(s->d->msgs.v[i], call->span, "called here");
	}
}

struct type infer_def(struct sema *s, struct node *call, struct def_sym *def)
{
	struct clone c = { s, def->item, &call->call.args };

	if (def->bad) {
		for (size_t i = 0; i < call->call.args.n; i++)
			infer(s, call->call.args.v[i], NO_TYPE);
		return ERROR_TYPE;
	}
	if (!check_args(s, call, def) || def->item->def.body->type.kind == TYPE_ERROR)
		return ERROR_TYPE;
	if (call->sym_kind != SYM_INLINE) {
		if (too_large(s, call))
			return ERROR_TYPE;
		call->sym = substitute(&c, def->item->def.body);
		call->sym_kind = SYM_INLINE;
	}
	size_t before = s->d->msgs.n;
	bool copy = s->in_copy;

	s->in_copy = true;
	bool ok = infer_as(s, (struct node *)call->sym, def->type);

	s->in_copy = copy;
	label_calls(s, before, call);
	return ok ? def->type : ERROR_TYPE;
}
