/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What operators take and give; units of arithmetic. */
#include "sema-int.h"

static struct type no_operator(struct sema *s, struct node *e, struct node *bad, const char *wants)
{
	struct diag_msg *m = diag_error(s->d, E_OPERAND, bad->span,
					"expected %s for `%s`, found %s `%s`", wants,
					op_text(e->op.op), type_name(bad->type), TEXT(s, bad));

	if (bad->type.kind == TYPE_ENUM || bad->type.kind == TYPE_BOOL)
		diag_help(m, "int(%s) is its number", TEXT(s, bad));
	return ERROR_TYPE;
}

/* Reports the first operand that is no number. */
static bool are_numbers(struct sema *s, struct node *e)
{
	struct node *operands[] = { e->op.a, e->op.b };

	for (size_t i = 0; i < 2; i++) {
		if (operands[i]->type.kind == TYPE_ERROR)
			return false;
		if (!type_is_number(operands[i]->type)) {
			no_operator(s, e, operands[i], "a number");
			return false;
		}
	}
	return true;
}

static bool has_unit(const struct node *e)
{
	return e->type.kind == TYPE_BYTES || e->type.kind == TYPE_DURATION ||
	       e->type.kind == TYPE_TIME;
}

static const char *place(struct sema *s, const struct node *e)
{
	return arena_printf(s->a, "`%s`", op_text(e->op.op));
}

static struct type unified(struct sema *s, struct node *e)
{
	return unify(s, e->op.a, e->op.b, place(s, e)) ? e->op.a->type : ERROR_TYPE;
}

/* time - time is a duration, time + duration a time. */
static struct type add_time(struct sema *s, struct node *e)
{
	enum type_kind a = e->op.a->type.kind, b = e->op.b->type.kind;

	if (e->op.op == OP_SUB && a == TYPE_TIME && b == TYPE_TIME)
		return TYPE(TYPE_DURATION);
	if (a == TYPE_TIME && b == TYPE_DURATION)
		return TYPE(TYPE_TIME);
	if (e->op.op == OP_ADD && a == TYPE_DURATION && b == TYPE_TIME)
		return TYPE(TYPE_TIME);
	return no_operator(s, e, b == TYPE_TIME ? e->op.a : e->op.b, "a duration beside a time");
}

static struct type infer_add(struct sema *s, struct node *e)
{
	if (!are_numbers(s, e))
		return ERROR_TYPE;
	if (e->op.a->type.kind == TYPE_TIME || e->op.b->type.kind == TYPE_TIME)
		return add_time(s, e);
	return unified(s, e);
}

static struct type unit_squared(struct sema *s, struct node *e)
{
	struct diag_msg *m = diag_error(s->d, E_UNIT_PRODUCT, e->op.op_span,
					"expected a plain number beside %s, found %s",
					type_name(e->op.a->type), type_name(e->op.b->type));

	diag_label(m, e->op.a->span, "this is %s", type_name(e->op.a->type));
	diag_label(m, e->op.b->span, "this is %s", type_name(e->op.b->type));
	diag_help(m, "take the unit off one: int(%s)", TEXT(s, e->op.b));
	return ERROR_TYPE;
}

static struct type infer_mul(struct sema *s, struct node *e)
{
	struct node *a = e->op.a, *b = e->op.b;

	if (!are_numbers(s, e))
		return ERROR_TYPE;
	if (a->type.kind == TYPE_TIME || b->type.kind == TYPE_TIME)
		return no_operator(s, e, a->type.kind == TYPE_TIME ? a : b, "a number or a unit");
	if (has_unit(a) && has_unit(b))
		return unit_squared(s, e);
	struct node *plain = has_unit(a) ? b : a;

	if (has_unit(a) || has_unit(b)) {
		if (plain->type.kind == TYPE_UINT)
			return no_operator(s, e, plain, "a signed number beside a unit");
		return has_unit(a) ? a->type : b->type;
	}
	return unified(s, e);
}

static struct type per_second(struct sema *s, struct node *e)
{
	struct diag_msg *m = diag_error(s->d, E_UNIT_DIVISION, e->op.op_span,
					"%s divided by a duration has no unit",
					type_name(e->op.a->type));

	diag_label(m, e->op.a->span, "this is %s", type_name(e->op.a->type));
	diag_label(m, e->op.b->span, "this is %s", type_name(e->op.b->type));
	diag_help(m, "per_second(%s, %s)", TEXT(s, e->op.a), TEXT(s, e->op.b));
	return ERROR_TYPE;
}

static struct type ratio(struct sema *s, struct node *e)
{
	int64_t v;

	/* age / 1ms is a number of milliseconds and meant so. */
	if (!s->in_copy && !const_eval(e->op.b, &v)) {
		struct diag_msg *m = diag_warning(s->d, W_UNIT_RATIO, e->span,
			"%s divided by %s is a whole number without a unit, often 0",
			type_name(e->op.a->type), type_name(e->op.b->type));

		diag_help(m, "percent(%s, %s)", TEXT(s, e->op.a), TEXT(s, e->op.b));
	}
	return TYPE(TYPE_INT);
}

static struct type infer_div(struct sema *s, struct node *e)
{
	struct node *a = e->op.a, *b = e->op.b;
	int64_t v;

	if (!are_numbers(s, e))
		return ERROR_TYPE;
	if (a->type.kind == TYPE_TIME || b->type.kind == TYPE_TIME)
		return no_operator(s, e, a->type.kind == TYPE_TIME ? a : b, "a number or a unit");
	if (const_eval(b, &v) && v == 0) {
		diag_error(s->d, E_DIVISION_BY_ZERO, b->span, "expected a divisor, found 0");
		return ERROR_TYPE;
	}
	if (e->op.op == OP_DIV && b->type.kind == TYPE_DURATION && a->type.kind != TYPE_DURATION)
		return per_second(s, e);
	if (has_unit(a) && type_equal(a->type, b->type))
		return e->op.op == OP_MOD ? a->type : ratio(s, e);
	if (has_unit(a) && (b->type.kind == TYPE_INT || is_flexible(b)))
		return a->type;
	return unified(s, e);
}

static bool has_bits(struct type t)
{
	return t.kind == TYPE_INT || t.kind == TYPE_UINT || t.kind == TYPE_BYTES;
}

static struct type infer_bits(struct sema *s, struct node *e)
{
	if (!are_numbers(s, e))
		return ERROR_TYPE;
	if (!has_bits(e->op.a->type))
		return no_operator(s, e, e->op.a, "an int, uint or bytes");
	if (!has_bits(e->op.b->type))
		return no_operator(s, e, e->op.b, "an int, uint or bytes");
	return unified(s, e);
}

static struct type infer_shift(struct sema *s, struct node *e)
{
	int64_t v;

	if (!are_numbers(s, e))
		return ERROR_TYPE;
	if (!has_bits(e->op.a->type))
		return no_operator(s, e, e->op.a, "an int, uint or bytes");
	if (e->op.b->type.kind != TYPE_INT && e->op.b->type.kind != TYPE_UINT)
		return no_operator(s, e, e->op.b, "a plain number");
	if (const_eval(e->op.b, &v) && v < 0) {
		diag_error(s->d, E_OUT_OF_RANGE, e->op.b->span,
			   "expected a shift from 0, found %lld", (long long)v);
		return ERROR_TYPE;
	}
	return e->op.a->type;
}

static struct type infer_equality(struct sema *s, struct node *e)
{
	if (!unify(s, e->op.a, e->op.b, place(s, e)))
		return ERROR_TYPE;
	if (e->op.a->type.kind == TYPE_STACK)
		return no_operator(s, e, e->op.a, "values that can be compared");
	return TYPE(TYPE_BOOL);
}

static struct type infer_order(struct sema *s, struct node *e)
{
	struct node *a = e->op.a, *b = e->op.b;

	if (a->type.kind == TYPE_STRING && b->type.kind == TYPE_STRING) {
		struct diag_msg *m = diag_error(s->d, E_STRING_ORDER, e->op.op_span,
			"expected numbers for `%s`, found strings", op_text(e->op.op));

		diag_help(m, "strings have no order here; `==` and `!=` compare them");
		return ERROR_TYPE;
	}
	if (!are_numbers(s, e) || !unify(s, a, b, place(s, e)))
		return ERROR_TYPE;
	return TYPE(TYPE_BOOL);
}

static struct type infer_match(struct sema *s, struct node *e)
{
	struct diag_msg *m = diag_error(s->d, E_LATER_MATCH, e->op.op_span,
					"`%s` is not in this version", op_text(e->op.op));

	diag_help(m, "`==` and `in` compare whole strings");
	return ERROR_TYPE;
}

static struct type infer_logic(struct sema *s, struct node *e)
{
	const char *what = arena_printf(s->a, "for `%s`", op_text(e->op.op));
	bool a = infer_bool(s, e->op.a, what), b = infer_bool(s, e->op.b, what);

	return a && b ? TYPE(TYPE_BOOL) : ERROR_TYPE;
}

typedef struct type rule_fn(struct sema *s, struct node *e);

static rule_fn *const rules[OP_N] = {
	[OP_ADD] = infer_add, [OP_SUB] = infer_add, [OP_MUL] = infer_mul,
	[OP_DIV] = infer_div, [OP_MOD] = infer_div,
	[OP_AND] = infer_bits, [OP_OR] = infer_bits, [OP_XOR] = infer_bits,
	[OP_ANDNOT] = infer_bits, [OP_SHL] = infer_shift, [OP_SHR] = infer_shift,
	[OP_EQ] = infer_equality, [OP_NE] = infer_equality,
	[OP_LT] = infer_order, [OP_LE] = infer_order, [OP_GT] = infer_order, [OP_GE] = infer_order,
	[OP_MATCH] = infer_match, [OP_NOMATCH] = infer_match,
	[OP_LAND] = infer_logic, [OP_LOR] = infer_logic,
};

static bool is_comparison(enum op op)
{
	return op >= OP_EQ && op <= OP_GE;
}

struct type infer_binary(struct sema *s, struct node *e, struct type want)
{
	if (e->op.op == OP_LAND || e->op.op == OP_LOR)
		return infer_logic(s, e);
	if (is_comparison(e->op.op))
		infer_operands(s, e->op.a, e->op.b, NO_TYPE);
	else
		infer_operands(s, e->op.a, e->op.b, want);
	return rules[e->op.op](s, e);
}

struct type infer_unary(struct sema *s, struct node *e, struct type want)
{
	struct node *a = e->op.a;

	if (e->op.op == OP_NOT)
		return infer_bool(s, a, "after `!`") ? TYPE(TYPE_BOOL) : ERROR_TYPE;
	struct type t = infer(s, a, want);

	if (t.kind == TYPE_ERROR)
		return t;
	if (e->op.op == OP_COM)
		return t.kind == TYPE_INT || t.kind == TYPE_UINT ? t :
		       no_operator(s, e, a, "an int or uint");
	if (!type_is_number(t) || t.kind == TYPE_TIME)
		return no_operator(s, e, a, "a number");
	return t.kind == TYPE_UINT ? no_operator(s, e, a, "a signed number") : t;
}
