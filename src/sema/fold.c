/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Constants: arithmetic as BPF does it (64 bits, wrapping), names replaced by what
 * they stand for, and the predicate as it is for one event.
 */
#include <string.h>
#include "sema-int.h"

/* ---- arithmetic ---- */

static bool fold_div(enum op op, bool is_signed, int64_t a, int64_t b, int64_t *out)
{
	if (b == 0)
		return false;
	if (!is_signed)
		*out = op == OP_DIV ? (uint64_t)a / (uint64_t)b : (uint64_t)a % (uint64_t)b;
	else if (b == -1)
		*out = op == OP_DIV ? (int64_t)(0 - (uint64_t)a) : 0;
	else
		*out = op == OP_DIV ? a / b : a % b;
	return true;
}

static int64_t fold_shift(enum op op, bool is_signed, int64_t a, int64_t b)
{
	bool far = (uint64_t)b >= 64;

	if (op == OP_SHL)
		return far ? 0 : (int64_t)((uint64_t)a << b);
	if (is_signed)
		return a >> (far ? 63 : b);
	return far ? 0 : (int64_t)((uint64_t)a >> b);
}

static int64_t fold_compare(enum op op, bool is_signed, int64_t a, int64_t b)
{
	bool less = is_signed ? a < b : (uint64_t)a < (uint64_t)b;

	switch (op) {
	case OP_EQ: return a == b;
	case OP_NE: return a != b;
	case OP_LT: return less;
	case OP_LE: return less || a == b;
	case OP_GT: return !less && a != b;
	default: return !less;
	}
}

static bool fold_binary(enum op op, bool is_signed, int64_t a, int64_t b, int64_t *out)
{
	uint64_t ua = a, ub = b;

	switch (op) {
	case OP_ADD: *out = ua + ub; return true;
	case OP_SUB: *out = ua - ub; return true;
	case OP_MUL: *out = ua * ub; return true;
	case OP_DIV:
	case OP_MOD: return fold_div(op, is_signed, a, b, out);
	case OP_AND: *out = a & b; return true;
	case OP_OR: *out = a | b; return true;
	case OP_XOR: *out = a ^ b; return true;
	case OP_ANDNOT: *out = a & ~b; return true;
	case OP_SHL:
	case OP_SHR: *out = fold_shift(op, is_signed, a, b); return true;
	case OP_LAND: *out = a && b; return true;
	case OP_LOR: *out = a || b; return true;
	case OP_MATCH:
	case OP_NOMATCH: return false;
	default: *out = fold_compare(op, is_signed, a, b); return true;
	}
}

static int64_t fold_unary(enum op op, int64_t a)
{
	return op == OP_NEG ? (int64_t)(0 - (uint64_t)a) : op == OP_COM ? ~a : !a;
}

/*
 * What an expression is for one event, or for all of them where ev is EVENT_N. A
 * string is known by its text, a number by v.
 */
enum state { IS_OPEN, IS_KNOWN, IS_NONE };
struct value {
	enum state state;
	int64_t v;
	const char *text;
};

#define OPEN ((struct value){ .state = IS_OPEN })
#define NONE ((struct value){ .state = IS_NONE })
#define KNOWN(x) ((struct value){ .state = IS_KNOWN, .v = (x) })

static struct value eval(const struct sema *s, const struct node *e, enum event_id ev);

static struct value eval_field(const struct sema *s, enum field_id f, enum event_id ev)
{
	if (ev == EVENT_N)
		return OPEN;
	if (f == FIELD_IS_HEADER)
		return KNOWN(ev == EV_HEADER_SEND || ev == EV_HEADER_RECV);
	if (f == FIELD_PROBE)
		return (struct value){ .state = IS_KNOWN, .text = event_name(s->a, ev) };
	return field_rows[f].events & EV_BIT(ev) ? OPEN : NONE;
}

static struct value eval_name(const struct sema *s, const struct node *e, enum event_id ev)
{
	if (e->sym_kind == SYM_CONST && e->sym)
		return eval(s, e->sym, ev);
	return e->sym_kind == SYM_FIELD ? eval_field(s, e->slot, ev) : OPEN;
}

/* Kleene's: false decides `&&`, true decides `||`; nothing else makes none true. */
static struct value eval_logic(enum op op, struct value a, struct value b)
{
	bool decides = op == OP_LOR;

	if ((a.state == IS_KNOWN && !!a.v == decides) || (b.state == IS_KNOWN && !!b.v == decides))
		return KNOWN(decides);
	if (a.state == IS_KNOWN)
		return b;
	if (b.state == IS_KNOWN)
		return a;
	if (op == OP_LAND)
		return a.state == IS_NONE || b.state == IS_NONE ? NONE : OPEN;
	return a.state == IS_NONE && b.state == IS_NONE ? NONE : OPEN;
}

static struct value eval_compare(const struct node *e, struct value a, struct value b)
{
	int64_t v;

	if (a.state == IS_NONE || b.state == IS_NONE)
		return KNOWN(0);
	if (a.state == IS_OPEN || b.state == IS_OPEN)
		return OPEN;
	if (a.text && b.text)
		return KNOWN(!strcmp(a.text, b.text) == (e->op.op == OP_EQ));
	fold_binary(e->op.op, type_is_signed(e->op.a->type), a.v, b.v, &v);
	return KNOWN(v);
}

static struct value eval_binary(const struct sema *s, const struct node *e, enum event_id ev)
{
	struct value a = eval(s, e->op.a, ev), b = eval(s, e->op.b, ev);
	int64_t v;

	if (e->op.op == OP_LAND || e->op.op == OP_LOR)
		return eval_logic(e->op.op, a, b);
	if (e->op.op >= OP_EQ && e->op.op <= OP_GE)
		return eval_compare(e, a, b);
	if (a.state == IS_NONE || b.state == IS_NONE)
		return NONE;
	if (a.state == IS_OPEN || b.state == IS_OPEN ||
	    !fold_binary(e->op.op, type_is_signed(e->op.a->type), a.v, b.v, &v))
		return OPEN;
	return KNOWN(v);
}

static struct value eval_unary(const struct sema *s, const struct node *e, enum event_id ev)
{
	struct value a = eval(s, e->op.a, ev);

	return a.state == IS_KNOWN ? KNOWN(fold_unary(e->op.op, a.v)) : a;
}

static struct value eval_in(const struct sema *s, const struct node *e, enum event_id ev)
{
	struct value a = eval(s, e->in.a, ev);
	bool open = a.state == IS_OPEN;

	for (size_t i = 0; i < e->in.list.n && a.state == IS_KNOWN; i++) {
		struct value b = eval(s, e->in.list.v[i], ev);

		open |= b.state == IS_OPEN;
		if (b.state == IS_KNOWN && (a.text ? !strcmp(a.text, b.text) : a.v == b.v))
			return KNOWN(1);
	}
	return open ? OPEN : KNOWN(0);
}

static struct value eval_call(const struct sema *s, const struct node *e, enum event_id ev)
{
	if (e->sym_kind == SYM_INLINE)
		return eval(s, e->sym, ev);
	if (e->sym_kind != SYM_BUILTIN || (e->slot != BI_HAS && e->slot != BI_KNOWN))
		return OPEN;
	struct value a = eval(s, e->call.args.v[0], ev);

	if (a.state == IS_OPEN)
		return OPEN;
	return KNOWN(e->slot == BI_KNOWN || a.state == IS_KNOWN);
}

static struct value eval(const struct sema *s, const struct node *e, enum event_id ev)
{
	struct value c;

	switch (e->kind) {
	case EXPR_INT:
		return KNOWN(e->num.value);
	case EXPR_STRING:
		return (struct value){ .state = IS_KNOWN, .text = e->str.text };
	case EXPR_NAME:
		return eval_name(s, e, ev);
	case EXPR_UNARY:
		return eval_unary(s, e, ev);
	case EXPR_BINARY:
		return eval_binary(s, e, ev);
	case EXPR_IN:
		return eval_in(s, e, ev);
	case EXPR_CALL:
		return eval_call(s, e, ev);
	case EXPR_COND:
		c = eval(s, e->cond.cond, ev);
		if (c.state == IS_OPEN)
			return c;
		return eval(s, c.state == IS_KNOWN && c.v ? e->cond.a : e->cond.b, ev);
	case EXPR_ELSE:
		c = eval(s, e->cond.a, ev);
		return c.state == IS_NONE ? eval(s, e->cond.b, ev) : c;
	default:
		return OPEN;
	}
}

bool const_eval(const struct node *e, int64_t *out)
{
	struct value v = eval(NULL, e, EVENT_N);

	if (v.state != IS_KNOWN || v.text)
		return false;
	*out = v.v;
	return true;
}

/* ---- the tree ---- */

static bool is_value(const struct node *e)
{
	return e->kind >= EXPR_INT && e->kind <= EXPR_IN && e->kind != EXPR_MAP;
}

static void replace_constant(struct sema *s, struct node *n)
{
	struct span span = n->span;
	struct type type = n->type;

	if (n->kind == EXPR_NAME && n->sym_kind == SYM_CONST) {
		*n = *(const struct node *)n->sym;
		n->span = span;
		return;
	}
	struct value v = eval(s, n, EVENT_N);

	if (v.state != IS_KNOWN || v.text || n->kind == EXPR_INT)
		return;
	*n = *number_new(s, span, type, v.v);
}

static void check_range(struct sema *s, const struct node *n)
{
	if (n->kind != EXPR_INT || n->slot == NUM_FIXED || n->num.value >= 0 ||
	    n->type.kind == TYPE_UINT || n->type.kind == TYPE_POINTER || n->type.kind == TYPE_ERROR)
		return;
	/* The smallest number is written as a minus and 2^63. */
	if (n->num.value == INT64_MIN)
		return;
	struct diag_msg *m = diag_error(s->d, E_OUT_OF_RANGE, n->span,
					"expected %s below 2^63, found %llu", type_name(n->type),
					(unsigned long long)n->num.value);

	diag_help(m, "uint(x) holds numbers up to 2^64 - 1");
}

static void fold_children(struct node **child, void *ctx);

static void fold_node(struct sema *s, struct node *n)
{
	if (n->kind == EXPR_CALL && n->sym_kind == SYM_INLINE)
		*n = *(const struct node *)n->sym;
	check_range(s, n);
	node_children(n, fold_children, s);
	if (is_value(n) && n->type.kind != TYPE_ERROR)
		replace_constant(s, n);
}

static void fold_children(struct node **child, void *ctx)
{
	fold_node(ctx, *child);
}

/* ---- the predicate of each event ---- */

struct search {
	const struct sema *s;
	bool found;
};

static void find_param(struct node **child, void *ctx)
{
	struct search *f = ctx;

	for (size_t i = 0; i < f->s->params.n && (*child)->sym_kind == SYM_CONST; i++)
		f->found |= (*child)->sym == f->s->params.v[i].value;
	node_children(*child, find_param, ctx);
}

/* A clause that a param switches off is no mistake. */
static bool has_param(const struct sema *s, struct node *where)
{
	struct search f = { s, false };

	find_param(&where, &f);
	return f.found;
}

static void fold_predicate(struct sema *s, struct clause_desc *c)
{
	struct node *where = c->node->clause.where;
	uint64_t left = 0;

	if (!where || where->type.kind != TYPE_BOOL)
		return;
	for (unsigned ev = 0; ev < EVENT_N; ev++) {
		if (!(c->events & EV_BIT(ev)))
			continue;
		struct value v = eval(s, where, ev);

		if (v.state == IS_OPEN || (v.state == IS_KNOWN && v.v))
			left |= EV_BIT(ev);
	}
	if (!left && c->events && !has_param(s, where)) {
		struct diag_msg *m = diag_warning(s->d, W_NEVER_TRUE, where->span,
						  "the predicate is never true");

		diag_help(m, "the clause never runs");
	}
	c->events = left;
}

void fold_clause(struct sema *s, struct clause_desc *c)
{
	fold_predicate(s, c);
	node_children(c->node, fold_children, s);
}
