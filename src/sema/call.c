/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls in expressions: what each function takes and gives. */
#include <string.h>
#include "sema-int.h"

const struct builtin_row *builtin_by_name(const char *name)
{
	for (int i = 0; i < BI_N; i++) {
		if (!strcmp(builtin_rows[i].name, name))
			return &builtin_rows[i];
	}
	return NULL;
}

/* A def that is not known yet where another one calls it. */
static bool is_below(const struct sema *s, const char *name)
{
	for (size_t i = 0; i < s->script->items.n; i++) {
		const struct node *item = s->script->items.v[i];

		if (item->kind == ITEM_DEF && !strcmp(item->def.name, name))
			return true;
	}
	return false;
}

void no_function(struct sema *s, struct node *call)
{
	vec_of(const char *) names = { 0 };
	struct diag_msg *m = diag_error(s->d, E_NO_FUNCTION, call->call.name_span,
					"no function `%s`", call->call.name);

	for (int i = 0; i < BI_N; i++)
		vec_push(s->a, &names, builtin_rows[i].name);
	for (size_t i = 0; i < s->defs.n; i++)
		vec_push(s->a, &names, s->defs.v[i].name);
	const char *near = diag_suggest(call->call.name, names.v, names.n);

	if (is_below(s, call->call.name))
		diag_help(m, "it stands further down: a function calls those above it");
	else if (near)
		diag_help(m, "did you mean `%s`?", builtin_by_name(near) ?
			  builtin_by_name(near)->signature : near);
	else if (name_is_known(s, call->call.name))
		diag_help(m, "`%s` is a value: leave out the parentheses", call->call.name);
}

bool is_later_builtin(struct sema *s, struct node *call, const struct builtin_row *row)
{
	if (!(row->flags & BI_LATER))
		return false;
	diag_error(s->d, E_LATER_FUNCTION, call->call.name_span, "%s() is not in this version",
		   row->name);
	return true;
}

bool args_count(struct sema *s, struct node *call, size_t least, size_t most)
{
	size_t n = call->call.args.n;
	const struct builtin_row *row = builtin_by_name(call->call.name);

	if (n >= least && n <= most)
		return true;
	const char *wanted = least == most ? arena_printf(s->a, "%zu", least) :
			     n < least ? arena_printf(s->a, "at least %zu", least) :
			     arena_printf(s->a, "at most %zu", most);
	struct diag_msg *m = diag_error(s->d, E_ARG_COUNT, call->span,
					"expected %s argument%s for %s(), found %zu", wanted,
					(n < least ? least : most) == 1 ? "" : "s",
					call->call.name, n);

	diag_help(m, "it is %s", row->signature);
	return false;
}

static struct type bad_arg(struct sema *s, struct node *call, struct node *arg, const char *wants)
{
	if (arg->type.kind != TYPE_ERROR)
		diag_error(s->d, E_ARG_TYPE, arg->span, "expected %s for %s(), found %s `%s`",
			   wants, call->call.name, type_name(arg->type), TEXT(s, arg));
	return ERROR_TYPE;
}

/* ---- the functions ---- */

static struct type call_test(struct sema *s, struct node *call)
{
	return infer(s, call->call.args.v[0], NO_TYPE).kind == TYPE_ERROR ? ERROR_TYPE :
	       TYPE(TYPE_BOOL);
}

/* int() and uint() take the unit off whatever is a number inside. */
static struct type call_plain(struct sema *s, struct node *call)
{
	struct node *arg = call->call.args.v[0];
	struct type t = infer(s, arg, NO_TYPE);

	if (!type_is_number(t) && t.kind != TYPE_ENUM && t.kind != TYPE_BOOL &&
	    t.kind != TYPE_POINTER)
		return bad_arg(s, call, arg, "a number, enum, bool or pointer");
	return TYPE(builtin_by_name(call->call.name) == &builtin_rows[BI_UINT] ? TYPE_UINT :
		    TYPE_INT);
}

static struct type call_unit(struct sema *s, struct node *call)
{
	struct node *arg = call->call.args.v[0];
	enum type_kind unit = builtin_by_name(call->call.name) == &builtin_rows[BI_BYTES] ?
			      TYPE_BYTES : TYPE_DURATION;
	struct type t = infer(s, arg, NO_TYPE);

	if (t.kind != TYPE_INT && t.kind != TYPE_UINT && t.kind != unit)
		return bad_arg(s, call, arg, "a number without another unit");
	return TYPE(unit);
}

static bool two_numbers(struct sema *s, struct node *call)
{
	struct node *a = call->call.args.v[0], *b = call->call.args.v[1];

	infer_operands(s, a, b, NO_TYPE);
	for (size_t i = 0; i < 2; i++) {
		struct node *arg = call->call.args.v[i];

		if (!type_is_number(arg->type)) {
			bad_arg(s, call, arg, "a number");
			return false;
		}
	}
	return unify(s, a, b, arena_printf(s->a, "%s()", call->call.name));
}

static struct type call_percent(struct sema *s, struct node *call)
{
	return two_numbers(s, call) ? TYPE(TYPE_INT) : ERROR_TYPE;
}

static struct type call_two(struct sema *s, struct node *call)
{
	return two_numbers(s, call) ? call->call.args.v[0]->type : ERROR_TYPE;
}

static struct type call_per_second(struct sema *s, struct node *call)
{
	struct node *x = call->call.args.v[0], *d = call->call.args.v[1];
	struct type t = infer(s, x, NO_TYPE);
	bool ok = infer_as(s, d, TYPE(TYPE_DURATION));

	if (t.kind != TYPE_INT && t.kind != TYPE_UINT && t.kind != TYPE_BYTES)
		return bad_arg(s, call, x, "a number or bytes");
	return ok ? t : ERROR_TYPE;
}

static struct type call_log2(struct sema *s, struct node *call)
{
	struct node *x = call->call.args.v[0];

	return type_is_number(infer(s, x, NO_TYPE)) ? TYPE(TYPE_INT) :
	       bad_arg(s, call, x, "a number");
}

static const struct rule {
	size_t n_args;
	struct type (*infer)(struct sema *s, struct node *call);
} rules[BI_N] = {
	[BI_HAS] = { 1, call_test },
	[BI_KNOWN] = { 1, call_test },
	[BI_INT] = { 1, call_plain },
	[BI_UINT] = { 1, call_plain },
	[BI_BYTES] = { 1, call_unit },
	[BI_DURATION] = { 1, call_unit },
	[BI_PERCENT] = { 2, call_percent },
	[BI_PER_SECOND] = { 2, call_per_second },
	[BI_MIN2] = { 2, call_two },
	[BI_MAX2] = { 2, call_two },
	[BI_LOG2] = { 1, call_log2 },
};

static struct type no_value(struct sema *s, struct node *call, const struct builtin_row *row)
{
	struct diag_msg *m;

	if (row->kind == BI_STATEMENT) {
		diag_error(s->d, E_NOT_VALUE, call->span,
			   "expected a value, found %s(), which is a statement", row->name);
		return ERROR_TYPE;
	}
	m = diag_error(s->d, E_AGG_VALUE, call->span,
		       "expected a value, found the aggregation %s()", row->name);
	diag_help(m, "an aggregation stands alone, before a `by`, or after `@name =`");
	if (row == &builtin_rows[BI_MIN] || row == &builtin_rows[BI_MAX])
		diag_help(m, "%s2(a, b) is the %s of two values", row->name,
			  row == &builtin_rows[BI_MIN] ? "smaller" : "larger");
	return ERROR_TYPE;
}

struct type infer_call(struct sema *s, struct node *e, struct type want)
{
	const struct builtin_row *row = builtin_by_name(e->call.name);

	struct def_sym *def = row ? NULL : def_find(s, e->call.name);

	(void)want;
	if (def)
		return infer_def(s, e, def);
	if (!row) {
		no_function(s, e);
		return ERROR_TYPE;
	}
	if (is_later_builtin(s, e, row))
		return ERROR_TYPE;
	if (row->kind != BI_FUNCTION)
		return no_value(s, e, row);
	const struct rule *rule = &rules[row - builtin_rows];

	e->sym_kind = SYM_BUILTIN;
	e->slot = row - builtin_rows;
	e->sym = row;
	return args_count(s, e, rule->n_args, rule->n_args) ? rule->infer(s, e) : ERROR_TYPE;
}
