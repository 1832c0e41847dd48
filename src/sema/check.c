/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements: their rules, and the records that they make. */
#include <string.h>
#include "sema-int.h"

static void check_stmt(struct sema *s, struct node *n);

int stmt_add(struct sema *s, enum stmt_kind kind, struct span span)
{
	struct stmt_desc d = { .id = s->p->stmts.n, .kind = kind, .clause = s->clause->index,
			       .span = span };

	vec_push(s->a, &s->p->stmts, d);
	return d.id;
}

/* The record of a statement call; NULL while nothing is made yet. */
static struct stmt_desc *record(struct sema *s, struct node *stmt, enum stmt_kind kind)
{
	if (!s->aloud)
		return NULL;
	stmt->sym_kind = SYM_STMT;
	stmt->slot = stmt_add(s, kind, stmt->span);
	return &s->p->stmts.v[stmt->slot];
}

static void value_add(struct sema *s, struct stmt_desc *d, struct node *value, const char *name)
{
	if (d)
		vec_push(s->a, &d->values, (struct value_desc){ value, value->type, name });
}

static bool too_many(struct sema *s, struct node *call, size_t n)
{
	if (n <= PROGRAM_VALUES_MAX)
		return false;
	diag_error(s->d, E_TOO_MANY, call->span, "expected at most %u values for %s(), found %zu",
		   PROGRAM_VALUES_MAX, call->call.name, n);
	return true;
}

/* ---- emit ---- */

/* Every field that belongs to the clause's events themselves. */
static void emit_all(struct sema *s, struct node *stmt, struct node *call)
{
	struct stmt_desc *d = record(s, stmt, STMT_D_EMIT);
	size_t n = 0;

	for (unsigned f = 0; f < FIELD_N; f++) {
		bool has = false;

		for (unsigned ev = 0; ev < EVENT_N; ev++)
			has |= (s->clause->written & EV_BIT(ev)) && event_has_field(ev, f);
		if (!has || (field_rows[f].flags & (FIELD_IMPLICIT | FIELD_LATER)))
			continue;
		struct node *name = node_new(s->a, EXPR_NAME, call->span);

		name->name.name = field_rows[f].name;
		name->sym_kind = SYM_FIELD;
		name->sym = &field_rows[f];
		name->slot = f;
		name->type = field_rows[f].type;
		value_add(s, d, name, field_rows[f].name);
		n++;
	}
	if (n || !s->clause->written)
		return;
	struct diag_msg *m = diag_error(s->d, E_EMIT_NOTHING, call->span,
					"%s has no fields of its own to emit",
					events_text(s->a, s->clause->written));

	diag_help(m, "name what is wanted, like emit(now)");
}

static void check_names(struct sema *s, struct node *call, size_t i, const char *const *names)
{
	for (size_t k = 0; k < i; k++) {
		if (strcmp(names[k], names[i]))
			continue;
		struct diag_msg *m = diag_error(s->d, E_EMIT_TWICE, call->call.args.v[i]->span,
						"a second value with the name `%s`", names[i]);

		diag_label(m, call->call.args.v[k]->span, "the first one is here");
		diag_help(m, "give it another name: emit(…, other = %s)", names[i]);
		return;
	}
}

static void check_emit(struct sema *s, struct node *stmt, struct node *call)
{
	const char *names[PROGRAM_VALUES_MAX];

	if (!call->call.args.n) {
		emit_all(s, stmt, call);
		return;
	}
	if (too_many(s, call, call->call.args.n))
		return;
	struct stmt_desc *d = record(s, stmt, STMT_D_EMIT);

	for (size_t i = 0; i < call->call.args.n; i++) {
		struct node *arg = call->call.args.v[i];
		struct node *value = arg->kind == EXPR_NAMED ? arg->named.value : arg;

		names[i] = arg->kind == EXPR_NAMED ? arg->named.name : TEXT(s, arg);
		infer(s, value, NO_TYPE);
		arg->type = value->type;
		check_names(s, call, i, names);
		value_add(s, d, value, names[i]);
	}
}

/* ---- print ---- */

static bool check_top(struct sema *s, struct node *arg, unsigned *top)
{
	int64_t v;

	if (!infer_as(s, arg, TYPE(TYPE_INT)))
		return false;
	if (const_eval(arg, &v) && v > 0 && v <= INT32_MAX) {
		*top = v;
		return true;
	}
	struct diag_msg *m = diag_error(s->d, E_NOT_CONSTANT, arg->span,
		"expected a constant number of rows above 0 for print(), found `%s`", TEXT(s, arg));

	diag_help(m, "like print(@m, 10)");
	return false;
}

static void print_map(struct sema *s, struct node *stmt, struct node *call)
{
	struct node *map = call->call.args.v[0];
	unsigned top = 0;

	if (!args_count(s, call, 1, 2) || !map_whole(s, map, "print") ||
	    (call->call.args.n > 1 && !check_top(s, call->call.args.v[1], &top)))
		return;
	struct stmt_desc *d = record(s, stmt, STMT_D_PRINT_MAP);

	if (!d)
		return;
	d->map = map->slot;
	d->top = top;
	s->maps.v[map->slot].printed = true;
	if (s->clause->written & EV_BIT(EV_END))
		s->p->maps.v[map->slot].printed_at_end = true;
}

/* print(@m), print(@m, 10). Of a map of one row print(@n, x) shows the value, beside x. */
static bool is_whole_map(struct sema *s, struct node *call)
{
	const struct node *map = call->call.args.v[0];

	if (map->kind != EXPR_MAP || map->map.keys.n)
		return false;
	const struct map_info *info = &s->maps.v[map->slot];
	bool one_row = info->keyed && !s->p->maps.v[map->slot].keys.n;

	return call->call.args.n == 1 || !one_row || info->form != FORM_VALUE;
}

static void check_print(struct sema *s, struct node *stmt, struct node *call)
{
	if (!args_count(s, call, 1, PROGRAM_VALUES_MAX))
		return;
	if (is_whole_map(s, call)) {
		print_map(s, stmt, call);
		return;
	}
	struct stmt_desc *d = record(s, stmt, STMT_D_PRINT_VALUE);

	for (size_t i = 0; i < call->call.args.n; i++) {
		struct node *arg = call->call.args.v[i];

		infer(s, arg, NO_TYPE);
		value_add(s, d, arg, TEXT(s, arg));
	}
}

/* ---- exit delete clear ---- */

static void check_exit(struct sema *s, struct node *stmt, struct node *call)
{
	struct node *status;
	int64_t v;

	if (!args_count(s, call, 0, 1))
		return;
	if (call->call.args.n) {
		status = call->call.args.v[0];
		if (!infer_as(s, status, TYPE(TYPE_INT)))
			return;
		if (const_eval(status, &v) && (v < 0 || v > 255)) {
			diag_error(s->d, E_OUT_OF_RANGE, status->span,
				   "expected an exit status from 0 to 255, found %lld",
				   (long long)v);
			return;
		}
	} else {
		status = number_new(s, call->span, TYPE(TYPE_INT), 0);
	}
	value_add(s, record(s, stmt, STMT_D_EXIT), status, "status");
}

static void check_delete(struct sema *s, struct node *stmt, struct node *call)
{
	struct diag_msg *m;

	(void)stmt;
	if (!args_count(s, call, 1, 1))
		return;
	struct node *map = call->call.args.v[0];

	if (map->kind != EXPR_MAP || !map->map.keys.n) {
		m = diag_error(s->d, E_MAP_WHOLE, map->span,
			       "expected a key of a map for delete(), found `%s`", TEXT(s, map));
		diag_help(m, "delete(@m[k]) removes one key, clear(@m) all");
		return;
	}
	map_use_keys(s, map);
	if (s->maps.v[map->slot].form == FORM_NONE)
		map_read(s, map);
	map->type = s->p->maps.v[map->slot].value;
	if (s->maps.v[map->slot].form != FORM_AGG)
		return;
	m = diag_error(s->d, E_LATER_DELETE, map->span,
		       "delete() of a key of an aggregation is not in this version");
	diag_help(m, "clear(%s) empties the whole map", map_text(s, map->slot));
}

static void check_clear(struct sema *s, struct node *stmt, struct node *call)
{
	if (!args_count(s, call, 1, 1) || !map_whole(s, call->call.args.v[0], "clear"))
		return;
	struct stmt_desc *d = record(s, stmt, STMT_D_CLEAR);
	int slot = call->call.args.v[0]->slot;

	s->maps.v[slot].cleared = true;
	if (d)
		d->map = slot;
}

/* ---- calls as statements ---- */

static void (*const call_rules[BI_N])(struct sema *s, struct node *stmt, struct node *call) = {
	[BI_PRINT] = check_print,
	[BI_PRINTF] = check_printf,
	[BI_EMIT] = check_emit,
	[BI_EXIT] = check_exit,
	[BI_DELETE] = check_delete,
	[BI_CLEAR] = check_clear,
};

static void check_call(struct sema *s, struct node *stmt)
{
	struct node *call = stmt->call_stmt.call;
	const struct builtin_row *row = builtin_by_name(call->call.name);

	if (!row && !def_find(s, call->call.name)) {
		no_function(s, call);
		return;
	}
	if (row && is_later_builtin(s, call, row))
		return;
	if (!row || !call_rules[row - builtin_rows]) {
		struct diag_msg *m = diag_error(s->d, E_NOT_STATEMENT, call->span,
			"expected a statement, found the value `%s`", TEXT(s, call));

		diag_help(m, "print(%s)", TEXT(s, call));
		return;
	}
	call->sym_kind = SYM_BUILTIN;
	call->slot = row - builtin_rows;
	call->sym = row;
	call->type = NO_TYPE;
	call_rules[row - builtin_rows](s, stmt, call);
}

/* ---- maps ---- */

static bool is_target(struct sema *s, struct node *target)
{
	struct diag_msg *m;

	if (target->kind == EXPR_MAP)
		return true;
	if (target->kind == EXPR_SCOPED) {
		infer(s, target, NO_TYPE);
		return false;
	}
	m = diag_error(s->d, E_ASSIGN, target->span, "expected a map to write to, found `%s`",
		       TEXT(s, target));
	if (target->kind == EXPR_NAME && name_is_known(s, target->name.name))
		diag_help(m, "fields, params and lets keep their value; write `@%s` for a map",
			  target->name.name);
	else if (target->kind == EXPR_NAME)
		diag_help(m, "`let %s = …` or `@%s = …`", target->name.name, target->name.name);
	return false;
}

static void check_assign(struct sema *s, struct node *n)
{
	struct node *target = n->assign.target, *value = n->assign.value;

	if (!is_target(s, target)) {
		infer(s, value, NO_TYPE);
		return;
	}
	if (!is_agg_call(value)) {
		map_write(s, target, n->assign.op, value);
		return;
	}
	if (n->assign.op == OP_NONE) {
		map_assign_agg(s, target, value);
		return;
	}
	struct diag_msg *m = diag_error(s->d, E_AGG_VALUE, value->span,
					"expected a value for `%s=`, found the aggregation %s()",
					op_text(n->assign.op), value->call.name);

	diag_help(m, "every event goes into `%s = %s`", TEXT(s, target), TEXT(s, value));
	s->maps.v[target->slot].written = true;
}

static void check_step(struct sema *s, struct node *n)
{
	if (is_target(s, n->step.target))
		map_step(s, n->step.target, n->step.by);
}

/* ---- let ---- */

static void check_let(struct sema *s, struct node *n)
{
	struct let_sym sym = { .name = n->let.name, .node = n, .slot = s->lets.n, .visible = true };

	for (size_t i = 0; i < s->lets.n; i++) {
		const struct let_sym *other = &s->lets.v[i];

		if (!other->visible || strcmp(other->name, sym.name))
			continue;
		struct diag_msg *m = diag_error(s->d, E_LET_TWICE, n->let.name_span,
						"a second `let %s`", sym.name);

		diag_label(m, other->node->let.name_span, "the first one is here");
		diag_help(m, "a value has one name for good; a map (`@%s`) can change", sym.name);
	}
	sym.type = infer(s, n->let.value, NO_TYPE);
	n->type = sym.type;
	n->sym_kind = SYM_LET;
	n->slot = sym.slot;
	vec_push(s->a, &s->lets, sym);
}

static void check_unused(struct sema *s)
{
	for (size_t i = 0; i < s->lets.n; i++) {
		if (!s->lets.v[i].used)
			diag_warning(s->d, W_UNUSED_LET, s->lets.v[i].node->let.name_span,
				     "nothing uses `%s`", s->lets.v[i].name);
	}
}

/* ---- blocks ---- */

static bool ends_clause(const struct node *n)
{
	return n->kind == STMT_RETURN ||
	       (n->kind == STMT_CALL && !strcmp(n->call_stmt.call->call.name, "exit"));
}

static void check_block(struct sema *s, struct node *n)
{
	size_t outer = s->lets.n;

	for (size_t i = 0; i < n->block.stmts.n; i++) {
		struct node *stmt = n->block.stmts.v[i];
		const struct node *before = i ? n->block.stmts.v[i - 1] : NULL;

		if (before && ends_clause(before))
			diag_warning(s->d, W_UNREACHED, stmt->span,
				     "nothing after `%s` is ever run",
				     before->kind == STMT_RETURN ? "return" : "exit()");
		check_stmt(s, stmt);
	}
	for (size_t i = outer; i < s->lets.n; i++)
		s->lets.v[i].visible = false;
}

static void check_if(struct sema *s, struct node *n)
{
	infer_bool(s, n->if_.cond, "for `if`");
	check_stmt(s, n->if_.then);
	if (n->if_.otherwise)
		check_stmt(s, n->if_.otherwise);
}

static void check_stmt(struct sema *s, struct node *n)
{
	switch (n->kind) {
	case STMT_BLOCK:
		check_block(s, n);
		break;
	case STMT_AGGS:
		check_aggs(s, n);
		break;
	case STMT_ASSIGN:
		check_assign(s, n);
		break;
	case STMT_STEP:
		check_step(s, n);
		break;
	case STMT_LET:
		check_let(s, n);
		break;
	case STMT_CALL:
		check_call(s, n);
		break;
	case STMT_IF:
		check_if(s, n);
		break;
	default:
		break;
	}
}

void check_clause(struct sema *s, struct clause_desc *c)
{
	struct clause *clause = &c->node->clause;

	s->clause = c;
	s->lets.n = 0;
	if (clause->where)
		infer_bool(s, clause->where, "after `where`");
	if (clause->block)
		check_stmt(s, clause->block);
	c->n_lets = s->lets.n;
	if (s->aloud && !s->d->errors)
		check_unused(s);
}
