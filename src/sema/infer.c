/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The type of every expression, bottom up. What is expected goes down as `want`:
 * it gives enum names their enum. A number without a unit is flexible: it takes the
 * type of what it meets (int, uint, bytes; 0 also duration).
 */
#include <string.h>
#include "sema-int.h"

struct node *number_new(struct sema *s, struct span span, struct type t, int64_t v)
{
	struct node *n = node_new(s->a, EXPR_INT, span);

	n->num.value = v;
	n->num.unit = t.kind == TYPE_BOOL || t.kind == TYPE_BYTES || t.kind == TYPE_DURATION ?
		      t.kind : TYPE_INT;
	n->type = t;
	n->slot = NUM_FIXED;
	return n;
}

/* ---- flexible numbers ---- */

bool is_flexible(const struct node *e)
{
	switch (e->kind) {
	case EXPR_INT:
		return e->num.unit == TYPE_INT && e->slot != NUM_FIXED;
	case EXPR_UNARY:
		return e->op.op != OP_NOT && is_flexible(e->op.a);
	case EXPR_BINARY:
		return e->op.op <= OP_SHR && is_flexible(e->op.a) && is_flexible(e->op.b);
	case EXPR_COND:
	case EXPR_ELSE:
		return is_flexible(e->cond.a) && is_flexible(e->cond.b);
	default:
		return false;
	}
}

static bool literal_to(struct node *e, struct type t)
{
	switch (t.kind) {
	case TYPE_INT:
	case TYPE_UINT:
	case TYPE_BYTES:
		break;
	case TYPE_POINTER:
		if (e->num.multiplier)
			return false;
		break;
	case TYPE_DURATION:
	case TYPE_TIME:
		if (e->num.value || e->num.multiplier)
			return false;
		break;
	default:
		return false;
	}
	e->type = t;
	return true;
}

bool flexible_to(struct sema *s, struct node *e, struct type t)
{
	bool ok = true;

	if (!is_flexible(e))
		return false;
	switch (e->kind) {
	case EXPR_INT:
		return literal_to(e, t);
	case EXPR_UNARY:
		ok = t.kind != TYPE_UINT && t.kind != TYPE_POINTER && flexible_to(s, e->op.a, t);
		break;
	case EXPR_BINARY:
		/* 2 * 1K as bytes: the first is bytes, a factor or a shift stays a number. */
		ok = flexible_to(s, e->op.a, t);
		if (e->op.op < OP_MUL || (e->op.op >= OP_AND && e->op.op <= OP_ANDNOT) ||
		    t.kind == TYPE_UINT)
			ok = ok && flexible_to(s, e->op.b, t);
		break;
	default:
		ok = flexible_to(s, e->cond.a, t) && flexible_to(s, e->cond.b, t);
		break;
	}
	if (ok)
		e->type = t;
	return ok;
}

/* ---- two types where one is needed ---- */

static void mismatch_unit(struct sema *s, struct node *a, struct node *b, const char *place)
{
	struct diag_msg *m = diag_error(s->d, E_UNIT_MISMATCH, b->span,
					"expected %s, found %s `%s`", type_name(a->type),
					type_name(b->type), TEXT(s, b));

	diag_label(m, a->span, "this is %s; %s needs one unit", type_name(a->type), place);
	if (a->type.kind == TYPE_DURATION && is_flexible(b))
		diag_help(m, "K, M, G and T are numbers or bytes; a duration is like 5ms or 1h30m");
	else if (a->type.kind == TYPE_BYTES && b->type.kind == TYPE_DURATION)
		diag_help(m, "a time is no number of bytes: bytes are like 64K or 1.5MiB");
	else if (a->type.kind == TYPE_DURATION && b->type.kind == TYPE_BYTES)
		diag_help(m, "a number of bytes is no time: durations are like 5ms or 1h30m");
	else if (a->type.kind == TYPE_BYTES || a->type.kind == TYPE_DURATION)
		diag_help(m, "%s(x) gives a number the unit", type_name(a->type));
	else
		diag_help(m, "%s(x) takes the unit off", type_name(a->type));
}

static void mismatch_plain(struct sema *s, struct node *a, struct node *b, const char *place)
{
	const char *text = TEXT(s, b);
	struct diag_msg *m = diag_error(s->d, E_NEEDS_UNIT, b->span,
					"expected %s, found the plain number `%s`",
					type_name(a->type), text);

	diag_label(m, a->span, "this is %s; %s needs one unit", type_name(a->type), place);
	if (a->type.kind == TYPE_DURATION)
		diag_help(m, "write the unit: %sns, %sus, %sms or %ss", text, text, text, text);
	else
		diag_help(m, "a time is compared with a time, like `now`");
}

static void mismatch_sign(struct sema *s, struct node *a, struct node *b, const char *place)
{
	struct diag_msg *m = diag_error(s->d, E_SIGN_MIX, b->span, "expected %s, found %s `%s`",
					type_name(a->type), type_name(b->type), TEXT(s, b));

	diag_label(m, a->span, "this is %s; in %s int and uint mix only by a cast",
		   type_name(a->type), place);
	diag_help(m, "cast one: %s(%s)", type_name(a->type), TEXT(s, b));
}

static void help_type(struct sema *s, struct diag_msg *m, struct node *a, struct node *b)
{
	if (a->type.kind == TYPE_ENUM && b->kind == EXPR_STRING &&
	    enum_by_name(a->type.enums, b->str.text))
		diag_help(m, "without quotes: `%s`", b->str.text);
	else if (a->type.kind == TYPE_ENUM && type_is_number(b->type))
		diag_help(m, "use its name, like `%s`, or int(%s)", a->type.enums->names[0].name,
			  TEXT(s, a));
	else if (b->type.kind == TYPE_ENUM && type_is_number(a->type))
		diag_help(m, "int(%s) is its number", TEXT(s, b));
	else if (a->type.kind == TYPE_STRING && b->kind == EXPR_INT)
		diag_help(m, "with quotes: \"%s\"", TEXT(s, b));
}

static void mismatch_type(struct sema *s, struct node *a, struct node *b, const char *place)
{
	struct diag_msg *m = diag_error(s->d, E_TYPE_MISMATCH, b->span,
					"expected %s, found %s `%s`", type_name(a->type),
					type_name(b->type), TEXT(s, b));

	diag_label(m, a->span, "this is %s; %s needs one type", type_name(a->type), place);
	help_type(s, m, a, b);
}

static bool has_multiplier(const struct node *e)
{
	return e->kind == EXPR_INT && e->num.multiplier;
}

static bool is_sign_pair(struct type a, struct type b)
{
	return (a.kind == TYPE_INT && b.kind == TYPE_UINT) ||
	       (a.kind == TYPE_UINT && b.kind == TYPE_INT);
}

/* a says what is expected, unless it is a number that takes what b is. */
void mismatch(struct sema *s, struct node *a, struct node *b, const char *place)
{
	if (is_flexible(a) && !is_flexible(b)) {
		struct node *t = a;

		a = b;
		b = t;
	}
	bool plain = is_flexible(b) && !has_multiplier(b) &&
		     (a->type.kind == TYPE_DURATION || a->type.kind == TYPE_TIME);

	if (plain)
		mismatch_plain(s, a, b, place);
	else if (is_sign_pair(a->type, b->type))
		mismatch_sign(s, a, b, place);
	else if (type_is_number(a->type) && type_is_number(b->type))
		mismatch_unit(s, a, b, place);
	else
		mismatch_type(s, a, b, place);
}

bool unify(struct sema *s, struct node *a, struct node *b, const char *place)
{
	if (a->type.kind == TYPE_ERROR || b->type.kind == TYPE_ERROR)
		return false;
	if (type_equal(a->type, b->type) || flexible_to(s, a, b->type) ||
	    flexible_to(s, b, a->type))
		return true;
	mismatch(s, a, b, place);
	return false;
}

bool infer_as(struct sema *s, struct node *e, struct type want)
{
	struct type t = infer(s, e, want);

	if (t.kind == TYPE_ERROR)
		return false;
	if (type_equal(t, want) || flexible_to(s, e, want))
		return true;
	bool plain = want.kind == TYPE_DURATION && is_flexible(e) && !has_multiplier(e);
	enum diag_id id = plain ? E_NEEDS_UNIT : is_sign_pair(t, want) ? E_SIGN_MIX :
			  type_is_number(t) && type_is_number(want) ? E_UNIT_MISMATCH :
			  E_TYPE_MISMATCH;
	struct diag_msg *m = diag_error(s->d, id, e->span, "expected %s, found %s `%s`",
					type_name(want), type_name(t), TEXT(s, e));

	if (plain)
		diag_help(m, "write its unit, like 250ms");
	else if (want.kind == TYPE_ENUM && e->kind == EXPR_STRING)
		diag_help(m, "its names are written without quotes, like `%s`",
			  want.enums->names[0].name);
	return false;
}

bool infer_bool(struct sema *s, struct node *e, const char *what)
{
	struct type t = infer(s, e, NO_TYPE);

	if (t.kind == TYPE_ERROR || t.kind == TYPE_BOOL)
		return t.kind == TYPE_BOOL;
	struct diag_msg *m = diag_error(s->d, E_NOT_BOOL, e->span,
					"expected a condition %s, found %s `%s`", what,
					type_name(t), TEXT(s, e));

	if (type_is_number(t))
		diag_help(m, "compare it: `%s != 0`", TEXT(s, e));
	else if (t.kind == TYPE_ENUM)
		diag_help(m, "compare it: `%s == %s`", TEXT(s, e), t.enums->names[0].name);
	else
		diag_help(m, "compare it, or ask has(%s)", TEXT(s, e));
	return false;
}

/* ---- expressions ---- */

/* A name that only its other operand can explain: CLIENT. */
static bool is_pending(const struct sema *s, const struct node *e)
{
	if (e->kind == EXPR_COND || e->kind == EXPR_ELSE)
		return is_pending(s, e->cond.a) && is_pending(s, e->cond.b);
	return e->kind == EXPR_NAME && !is_known(s, e);
}

/* Both of two values that should be of one type: each may tell the other its enum. */
void infer_operands(struct sema *s, struct node *a, struct node *b, struct type want)
{
	bool b_first = is_pending(s, a) && !is_pending(s, b);
	struct node *first = b_first ? b : a, *second = b_first ? a : b;
	struct type t = infer(s, first, want);

	/* After a mistake in the first nothing can be said of a name that it explains. */
	if (t.kind == TYPE_ERROR && is_pending(s, second))
		second->type = ERROR_TYPE;
	else
		infer(s, second, t.kind == TYPE_ERROR ? want : t);
}

bool infer_pair(struct sema *s, struct node *a, struct node *b, struct type want,
		const char *place)
{
	infer_operands(s, a, b, want);
	return unify(s, a, b, place);
}

static struct type infer_cond(struct sema *s, struct node *e, struct type want)
{
	bool ok = infer_bool(s, e->cond.cond, "before `?`");

	ok = infer_pair(s, e->cond.a, e->cond.b, want, "`? :`") && ok;
	return ok ? e->cond.a->type : ERROR_TYPE;
}

static struct type infer_else(struct sema *s, struct node *e, struct type want)
{
	return infer_pair(s, e->cond.a, e->cond.b, want, "`?:`") ? e->cond.a->type : ERROR_TYPE;
}

static struct type infer_in(struct sema *s, struct node *e)
{
	bool ok = infer(s, e->in.a, NO_TYPE).kind != TYPE_ERROR;

	for (size_t i = 0; i < e->in.list.n; i++) {
		struct node *item = e->in.list.v[i];

		if (!ok && is_pending(s, item))
			continue;
		infer(s, item, e->in.a->type);
		ok = unify(s, e->in.a, item, "`in`") && ok;
	}
	return ok ? TYPE(TYPE_BOOL) : ERROR_TYPE;
}

static struct type infer_number(struct sema *s, struct node *e)
{
	if (e->slot == NUM_FIXED)
		return e->type;
	if (e->num.fraction) {
		struct diag_msg *m = diag_error(s->d, E_FRACTION, e->span,
						"expected a whole number, found `%s`",
						e->num.fraction);

		diag_help(m, "with a unit a number can have a point: 1.5ms, 0.5M");
		return ERROR_TYPE;
	}
	return TYPE(e->num.unit);
}

static struct type infer_scoped(struct sema *s, struct node *e)
{
	struct diag_msg *m = diag_error(s->d, E_LATER_SCOPED, e->span,
					"variables of %s are not in this version", e->scoped.scope);

	diag_help(m, "a map keyed by what identifies it: @%s[pid, conn, stream_id]",
		  e->scoped.name);
	return ERROR_TYPE;
}

static struct type infer_part(struct sema *s, struct node *e)
{
	struct node *base = e->kind == EXPR_MEMBER ? e->member.base : e->index.base;

	if (base->kind == EXPR_NAME && !name_is_known(s, base->name.name) &&
	    !strcmp(base->name.name, "arg")) {
		diag_error(s->d, E_LATER_PART, e->span,
			   "arguments of functions are not in this version");
		return ERROR_TYPE;
	}
	struct type t = infer(s, base, NO_TYPE);

	if (t.kind == TYPE_ERROR)
		return ERROR_TYPE;
	diag_error(s->d, E_NO_PART, e->span, "expected a value with parts, found %s `%s`",
		   type_name(t), TEXT(s, base));
	return ERROR_TYPE;
}

static struct type infer_named(struct sema *s, struct node *e)
{
	struct diag_msg *m = diag_error(s->d, E_NAMED, e->span,
					"expected a value, found a name for one, `%s =`",
					e->named.name);

	diag_help(m, "only emit() gives its values names; `==` compares");
	infer(s, e->named.value, NO_TYPE);
	return ERROR_TYPE;
}

static struct type infer_kind(struct sema *s, struct node *e, struct type want)
{
	switch (e->kind) {
	case EXPR_INT:
		return infer_number(s, e);
	case EXPR_STRING:
		return TYPE(TYPE_STRING);
	case EXPR_NAME:
		return infer_name(s, e, want);
	case EXPR_MAP:
		return map_read(s, e);
	case EXPR_SCOPED:
		return infer_scoped(s, e);
	case EXPR_MEMBER:
	case EXPR_INDEX:
		return infer_part(s, e);
	case EXPR_CALL:
		return infer_call(s, e, want);
	case EXPR_UNARY:
		return infer_unary(s, e, want);
	case EXPR_BINARY:
		return infer_binary(s, e, want);
	case EXPR_COND:
		return infer_cond(s, e, want);
	case EXPR_ELSE:
		return infer_else(s, e, want);
	case EXPR_IN:
		return infer_in(s, e);
	case EXPR_NAMED:
		return infer_named(s, e);
	default:
		return ERROR_TYPE;
	}
}

struct type infer(struct sema *s, struct node *e, struct type want)
{
	e->type = infer_kind(s, e, want);
	return e->type;
}
