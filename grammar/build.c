/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The constructors that the grammar's actions call, with the rules that are no syntax. */
#include <string.h>
#include "parse-int.h"

/* ---- depth: what walks the tree later may recurse without fear ---- */

static void under(struct parse *p, struct node *parent, const struct node *child)
{
	if (!child || parent->depth > child->depth)
		return;
	parent->depth = child->depth + 1;
	if (parent->depth > DEPTH_MAX)
		limit_error(p, parent->span);
}

static void under_list(struct parse *p, struct node *parent, const node_list *children)
{
	for (size_t i = 0; i < children->n; i++)
		under(p, parent, children->v[i]);
}

/* ---- items ---- */

struct node *build_clause(struct parse *p, struct span span, probe_list probes,
			  struct of_target of, struct node *where, struct node *block)
{
	struct node *n = node_new(p->a, ITEM_CLAUSE, span);

	n->clause.probes.v = probes.v;
	n->clause.probes.n = probes.n;
	n->clause.probes.cap = probes.cap;
	n->clause.of = of;
	n->clause.where = where;
	n->clause.block = block;
	n->clause.head = (struct span){ span.from, block->span.from };
	under(p, n, where);
	under(p, n, block);
	return n;
}

/* ---- of ---- */

static const struct { const char *word; enum of_kind kind; } of_kinds[] = {
	{ "pid", OF_PID }, { "exe", OF_EXE }, { "comm", OF_COMM }, { "cgroup", OF_CGROUP },
	{ "container", OF_CONTAINER },
};

#define N_OF (sizeof(of_kinds) / sizeof(*of_kinds))

static enum of_kind of_kind(struct parse *p, const char *word, struct span span)
{
	const char *names[N_OF];

	for (size_t i = 0; i < N_OF; i++) {
		names[i] = of_kinds[i].word;
		if (!strcmp(word, names[i]))
			return of_kinds[i].kind;
	}
	struct diag_msg *m = diag_error(p->d, E_OF, span, "expected pid, exe, comm, cgroup or "
					"container after `of`, found `%s`", word);
	const char *near = diag_suggest(word, names, N_OF);

	if (near)
		diag_help(m, "did you mean `%s`?", near);
	p->failed = true;
	return OF_NONE;
}

static void of_value_error(struct parse *p, const char *word, struct span span)
{
	bool pid = !strcmp(word, "pid");
	struct diag_msg *m = diag_error(p->d, E_OF, span, "expected a %s after `of %s`, found `%s`",
					pid ? "process id" : "string", word, slice(p, span));

	diag_help(m, pid ? "like `of pid 123`" : "like `of %s \"…\"`", word);
	p->failed = true;
}

struct of_target build_of_pid(struct parse *p, struct span span, const char *kind,
			      struct span kind_span, struct token_number pid,
			      struct span pid_span)
{
	struct of_target of = { .kind = of_kind(p, kind, kind_span), .span = span,
				.pid = (int64_t)pid.n.value };
	bool plain = pid.n.unit == TYPE_INT && !pid.n.multiplier && !pid.n.fraction;

	if (of.kind != OF_NONE && (of.kind != OF_PID || !plain || of.pid < 1 || of.pid > INT32_MAX))
		of_value_error(p, kind, pid_span);
	return of;
}

struct of_target build_of(struct parse *p, struct span span, const char *kind,
			  struct span kind_span, const char *text, struct span text_span)
{
	struct of_target of = { .kind = of_kind(p, kind, kind_span), .span = span, .text = text };
	bool quoted = p->src->text[text_span.from] == '"';

	if (of.kind == OF_PID || (of.kind != OF_NONE && of.kind != OF_CONTAINER && !quoted))
		of_value_error(p, kind, text_span);
	return of;
}

/* ---- the other items ---- */

struct node *build_param(struct parse *p, struct span span, const char *name,
			 struct span name_span, const char *type, struct span type_span,
			 struct node *value, const char *help)
{
	struct node *n = node_new(p->a, ITEM_PARAM, span);

	n->param.name = name;
	n->param.name_span = name_span;
	n->param.type_name = type;
	n->param.type_span = type_span;
	n->param.value = value;
	n->param.help = help;
	under(p, n, value);
	return n;
}

struct node *build_def(struct parse *p, struct span span, const char *name, struct span name_span,
		       def_param_list takes, const char *type, struct span type_span,
		       struct node *body)
{
	struct node *n = node_new(p->a, ITEM_DEF, span);

	n->def.name = name;
	n->def.name_span = name_span;
	n->def.type_name = type;
	n->def.type_span = type_span;
	n->def.params.v = takes.v;
	n->def.params.n = takes.n;
	n->def.params.cap = takes.cap;
	n->def.body = body;
	under(p, n, body);
	return n;
}

struct node *build_use(struct parse *p, enum node_kind kind, struct span span, struct span text)
{
	struct node *n = node_new(p->a, kind, span);

	n->use.text = arena_strndup(p->a, p->src->text + text.from, text.to - text.from);
	return n;
}

/* ---- statements ---- */

struct node *build_block(struct parse *p, struct span span, node_list stmts)
{
	struct node *n = node_new(p->a, STMT_BLOCK, span);

	n->block.stmts = stmts;
	under_list(p, n, &stmts);
	return n;
}

static bool is_statement_call(const char *name)
{
	static const char *const names[] = { "print", "printf", "emit", "exit", "delete", "clear",
					     "span" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

/* An expression that is no call does nothing. */
static void alone_error(struct parse *p, const struct node *e)
{
	const char *text = slice(p, e->span);
	struct diag_msg *m = diag_error(p->d, E_EXPR_ALONE, e->span,
					"expected a statement, found the value `%s`", text);

	if (e->kind == EXPR_BINARY && e->op.op == OP_EQ &&
	    (e->op.a->kind == EXPR_MAP || e->op.a->kind == EXPR_SCOPED))
		diag_help(m, "did you mean `=`?");
	else if (e->kind == EXPR_NAME)
		diag_help(m, "print(%s) prints a value; a function needs its parentheses: %s()",
			  text, text);
	else
		diag_help(m, "print(%s) prints it, `let x = %s` gives it a name", text, text);
	p->failed = true;
}

/* Expressions with commas and a `by`: aggregations, or the call of a function that acts. */
struct node *build_values(struct parse *p, struct span span, node_list exprs, node_list keys)
{
	struct node *n;

	for (size_t i = 0; i < exprs.n; i++) {
		if (exprs.v[i]->kind != EXPR_CALL)
			return alone_error(p, exprs.v[i]), node_new(p->a, STMT_RETURN, span);
	}
	if (exprs.n == 1 && !keys.n && is_statement_call(exprs.v[0]->call.name)) {
		n = node_new(p->a, STMT_CALL, span);
		n->call_stmt.call = exprs.v[0];
	} else {
		n = node_new(p->a, STMT_AGGS, span);
		n->aggs.aggs = exprs;
		n->aggs.keys = keys;
	}
	under_list(p, n, &exprs);
	under_list(p, n, &keys);
	return n;
}

struct node *build_assign(struct parse *p, struct span span, struct node *target, enum op op,
			  struct node *value)
{
	struct node *n = node_new(p->a, STMT_ASSIGN, span);

	n->assign.target = target;
	n->assign.op = op;
	n->assign.value = value;
	under(p, n, target);
	under(p, n, value);
	return n;
}

struct node *build_step(struct parse *p, struct span span, struct node *target, int by)
{
	struct node *n = node_new(p->a, STMT_STEP, span);

	n->step.target = target;
	n->step.by = by;
	under(p, n, target);
	return n;
}

struct node *build_let(struct parse *p, struct span span, const char *name, struct span name_span,
		       struct node *value)
{
	struct node *n = node_new(p->a, STMT_LET, span);

	n->let.name = name;
	n->let.name_span = name_span;
	n->let.value = value;
	under(p, n, value);
	return n;
}

struct node *build_if(struct parse *p, struct span span, struct node *cond, struct node *then,
		      struct node *otherwise)
{
	struct node *n = node_new(p->a, STMT_IF, span);

	n->if_.cond = cond;
	n->if_.then = then;
	n->if_.otherwise = otherwise;
	under(p, n, cond);
	under(p, n, then);
	under(p, n, otherwise);
	return n;
}

/* ---- operands ---- */

struct node *build_number(struct parse *p, struct span span, struct token_number t)
{
	struct node *n = node_new(p->a, EXPR_INT, span);

	n->num.value = (int64_t)t.n.value;
	n->num.unit = t.n.unit;
	n->num.multiplier = t.n.multiplier;
	n->num.fraction = t.fraction;
	return n;
}

struct node *build_bool(struct parse *p, struct span span, bool value)
{
	struct node *n = node_new(p->a, EXPR_INT, span);

	n->num.value = value;
	n->num.unit = TYPE_BOOL;
	return n;
}

struct node *build_string(struct parse *p, struct span span, struct token_string s)
{
	struct node *n = node_new(p->a, EXPR_STRING, span);

	n->str.text = s.text;
	n->str.len = s.len;
	return n;
}

struct node *build_name(struct parse *p, struct span span, const char *name)
{
	struct node *n = node_new(p->a, EXPR_NAME, span);

	n->name.name = name;
	return n;
}

struct node *build_map(struct parse *p, struct span span, const char *name, struct span name_span,
		       node_list keys)
{
	struct node *n = node_new(p->a, EXPR_MAP, span);

	n->map.name = name;
	n->map.name_span = name_span;
	n->map.keys = keys;
	under_list(p, n, &keys);
	return n;
}

static bool is_scope(const struct node *e)
{
	static const char *const scopes[] = { "rpc", "conn", "ctx", "g" };

	if (e->kind != EXPR_NAME)
		return false;
	for (size_t i = 0; i < sizeof(scopes) / sizeof(*scopes); i++) {
		if (!strcmp(e->name.name, scopes[i]))
			return true;
	}
	return false;
}

struct node *build_member(struct parse *p, struct span span, struct node *base, const char *name,
			  struct span name_span)
{
	struct node *n = node_new(p->a, EXPR_MEMBER, span);

	if (is_scope(base)) {
		n->kind = EXPR_SCOPED;
		n->scoped.scope = base->name.name;
		n->scoped.name = name;
		return n;
	}
	n->member.base = base;
	n->member.name = name;
	n->member.name_span = name_span;
	under(p, n, base);
	return n;
}

struct node *build_index(struct parse *p, struct span span, struct node *base, struct node *index)
{
	struct node *n = node_new(p->a, EXPR_INDEX, span);

	n->index.base = base;
	n->index.index = index;
	under(p, n, base);
	under(p, n, index);
	return n;
}

struct node *build_call(struct parse *p, struct span span, const char *name,
			struct span name_span, node_list args)
{
	struct node *n = node_new(p->a, EXPR_CALL, span);

	n->call.name = name;
	n->call.name_span = name_span;
	n->call.args = args;
	under_list(p, n, &args);
	return n;
}

/* ---- operators ---- */

struct node *build_unary(struct parse *p, struct span span, enum op op, struct span op_span,
			 struct node *a)
{
	struct node *n = node_new(p->a, EXPR_UNARY, span);

	n->op.op = op;
	n->op.op_span = op_span;
	n->op.a = a;
	under(p, n, a);
	return n;
}

struct node *build_binary(struct parse *p, struct node *a, enum op op, struct span op_span,
			  struct node *b)
{
	struct node *n = node_new(p->a, EXPR_BINARY, span_join(a->span, b->span));

	n->op.op = op;
	n->op.op_span = op_span;
	n->op.a = a;
	n->op.b = b;
	under(p, n, a);
	under(p, n, b);
	return n;
}

static bool is_comparison(const struct node *e)
{
	switch (e->kind) {
	case EXPR_IN:
		return e->span.from == e->in.a->span.from;
	case EXPR_BINARY:
		return e->op.op >= OP_EQ && e->op.op <= OP_NOMATCH &&
		       e->span.from == e->op.a->span.from;
	default:
		return false;
	}
}

/* `a < b < c`: as in Go, but there `(a < b) < c` fails by its types, here it says so. */
static void check_chain(struct parse *p, const struct node *a, struct span op_span)
{
	if (!is_comparison(a))
		return;

	const char *left = slice(p, a->span), *op = slice(p, op_span);
	struct diag_msg *m = diag_error(p->d, E_CHAIN, op_span,
					"expected `&&` or `||` after a comparison, found `%s`: "
					"comparisons do not chain", op);

	diag_label(m, a->span, "this is true or false already");
	if (*op == '=' || *op == '!')
		diag_help(m, "to compare that, put it in parentheses: (%s) %s …", left, op);
	else
		diag_help(m, "`a < b && b < c` is what `a < b < c` means elsewhere");
	p->failed = true;
}

struct node *build_compare(struct parse *p, struct node *a, enum op op, struct span op_span,
			   struct node *b)
{
	check_chain(p, a, op_span);
	return build_binary(p, a, op, op_span, b);
}

struct node *build_in(struct parse *p, struct span span, struct node *a, struct span op_span,
		      node_list list)
{
	struct node *n = node_new(p->a, EXPR_IN, span);

	check_chain(p, a, op_span);
	n->in.a = a;
	n->in.list = list;
	under(p, n, a);
	under_list(p, n, &list);
	return n;
}

/* With a condition `c ? a : b`, without one `a ?: b`. */
struct node *build_cond(struct parse *p, struct span span, struct node *cond, struct node *a,
			struct node *b)
{
	struct node *n = node_new(p->a, cond ? EXPR_COND : EXPR_ELSE, span);

	n->cond.cond = cond;
	n->cond.a = a;
	n->cond.b = b;
	under(p, n, cond);
	under(p, n, a);
	under(p, n, b);
	return n;
}

struct node *build_named(struct parse *p, struct span span, const char *name, struct node *value)
{
	struct node *n = node_new(p->a, EXPR_NAMED, span);

	n->named.name = name;
	n->named.value = value;
	under(p, n, value);
	return n;
}

struct node *build_parens(struct node *e, struct span span)
{
	e->span = span;
	return e;
}
