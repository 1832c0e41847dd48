/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Expressions. They have no side effects, so everything is worked out and the
 * right one selected: code without branches, which the verifier walks once.
 */
#include <string.h>
#include "gen.h"

typedef struct val (*expr_fn)(struct gen *g, const struct node *e);

static struct val gen_int(struct gen *g, const struct node *e)
{
	return val_int(g, e->num.value);
}

static struct val gen_string(struct gen *g, const struct node *e)
{
	return val_int(g, g->p->strings.v[e->slot].id);
}

static struct val gen_name(struct gen *g, const struct node *e)
{
	if (e->sym_kind == SYM_LET)
		return g->clause.lets[e->slot];
	if (e->sym_kind == SYM_FIELD)
		return hook_field(g, e->slot);
	gen_fail(g, "`%s` stands for nothing", e->name.name);
	return val_none(g);
}

/* ---- arithmetic ---- */

typedef LLVMValueRef (*build_fn)(LLVMBuilderRef, LLVMValueRef, LLVMValueRef, const char *);

static LLVMValueRef build_andnot(LLVMBuilderRef b, LLVMValueRef x, LLVMValueRef y, const char *name)
{
	return LLVMBuildAnd(b, x, LLVMBuildNot(b, y, ""), name);
}

static const build_fn simple_ops[OP_N] = {
	[OP_ADD] = LLVMBuildAdd,
	[OP_SUB] = LLVMBuildSub,
	[OP_MUL] = LLVMBuildMul,
	[OP_AND] = LLVMBuildAnd,
	[OP_OR] = LLVMBuildOr,
	[OP_XOR] = LLVMBuildXor,
	[OP_ANDNOT] = build_andnot,
};

/* What divides: 1 in place of 0, where the result is unknown. */
static LLVMValueRef divisor(struct gen *g, struct val *b, LLVMValueRef *st, struct val a)
{
	LLVMValueRef zero = LLVMBuildICmp(g->b, LLVMIntEQ, b->v, gen_i64(g, 0), "");
	struct val div0 = { gen_i64(g, 0), gen_i32(g, GT_UNK_DIV0) };
	LLVMValueRef joined = val_join(g, a, *b);

	*st = joined;
	if (LLVMIsAConstantInt(zero) && !LLVMConstIntGetZExtValue(zero))
		return b->v;
	/* a status that is there already is the better reason */
	*st = val_join(g, (struct val){ NULL, joined },
		       val_choose(g, zero, div0, val_int(g, 0)));
	return val_select(g, zero, gen_i64(g, 1), b->v);
}

static struct val gen_divide(struct gen *g, const struct node *e, struct val a, struct val b)
{
	bool is_signed = type_is_signed(e->op.a->type), div = e->op.op == OP_DIV;
	LLVMValueRef st, by = divisor(g, &b, &st, a), v;

	if (is_signed)
		v = CALL(g, div ? "gt_fn_div" : "gt_fn_mod", a.v, by);
	else
		v = (div ? LLVMBuildUDiv : LLVMBuildURem)(g->b, a.v, by, "");
	return (struct val){ v, st };
}

/* As in Go: a count of 64 or more shifts everything out. A negative one is such a count. */
static struct val gen_shift(struct gen *g, const struct node *e, struct val a, struct val b)
{
	bool is_signed = type_is_signed(e->op.a->type), right = e->op.op == OP_SHR;
	LLVMValueRef most = gen_i64(g, 63), zero = gen_i64(g, 0);
	LLVMValueRef over = LLVMBuildICmp(g->b, LLVMIntUGT, b.v, most, "");
	LLVMValueRef n = val_select(g, over, most, b.v), v;

	if (right && is_signed) {
		v = LLVMBuildAShr(g->b, a.v, n, "");
	} else {
		v = (right ? LLVMBuildLShr : LLVMBuildShl)(g->b, a.v, n, "");
		v = val_select(g, over, zero, v);
	}
	return (struct val){ v, val_join(g, a, b) };
}

/* ---- comparison ---- */

static const struct { LLVMIntPredicate is_signed, is_unsigned; } compare_ops[OP_N] = {
	[OP_EQ] = { LLVMIntEQ, LLVMIntEQ },
	[OP_NE] = { LLVMIntNE, LLVMIntNE },
	[OP_LT] = { LLVMIntSLT, LLVMIntULT },
	[OP_LE] = { LLVMIntSLE, LLVMIntULE },
	[OP_GT] = { LLVMIntSGT, LLVMIntUGT },
	[OP_GE] = { LLVMIntSGE, LLVMIntUGE },
};

/* With none it is false, with unknown it is unknown. */
static struct truth compare(struct gen *g, LLVMIntPredicate how, struct val a, struct val b)
{
	struct val both = { LLVMBuildICmp(g->b, how, a.v, b.v, ""), val_join(g, a, b) };
	LLVMValueRef yes = both.v;

	if (both.st)
		yes = LLVMBuildAnd(g->b, yes, val_is_known(g, both), "");
	return (struct truth){ yes, val_is_unknown(g, both), val_status(g, both) };
}

static struct val gen_compare(struct gen *g, const struct node *e, struct val a, struct val b)
{
	bool is_signed = type_is_signed(e->op.a->type);
	LLVMIntPredicate how = is_signed ? compare_ops[e->op.op].is_signed
					 : compare_ops[e->op.op].is_unsigned;

	return truth_val(g, compare(g, how, a, b));
}

static struct val gen_logic(struct gen *g, const struct node *e, struct val a, struct val b)
{
	struct truth x = truth_of(g, a), y = truth_of(g, b);

	return truth_val(g, e->op.op == OP_LAND ? truth_and(g, x, y) : truth_or(g, x, y));
}

static struct val gen_binary(struct gen *g, const struct node *e)
{
	enum op op = e->op.op;
	struct val a = expr_gen(g, e->op.a), b = expr_gen(g, e->op.b);

	btf_at(g, e->span);
	if (simple_ops[op])
		return (struct val){ simple_ops[op](g->b, a.v, b.v, ""), val_join(g, a, b) };
	if (compare_ops[op].is_signed)
		return gen_compare(g, e, a, b);
	if (op == OP_DIV || op == OP_MOD)
		return gen_divide(g, e, a, b);
	if (op == OP_SHL || op == OP_SHR)
		return gen_shift(g, e, a, b);
	if (op == OP_LAND || op == OP_LOR)
		return gen_logic(g, e, a, b);
	gen_fail(g, "operator %d cannot be compiled", op);
	return val_none(g);
}

static struct val gen_unary(struct gen *g, const struct node *e)
{
	struct val a = expr_gen(g, e->op.a);

	if (e->op.op == OP_NEG)
		a.v = LLVMBuildNeg(g->b, a.v, "");
	else if (e->op.op == OP_COM)
		a.v = LLVMBuildNot(g->b, a.v, "");
	else
		a.v = LLVMBuildZExt(g->b, LLVMBuildICmp(g->b, LLVMIntEQ, a.v, gen_i64(g, 0), ""),
				    g->i64, "");
	return a;
}

/* ---- choices ---- */

static struct val gen_cond(struct gen *g, const struct node *e)
{
	struct truth t = truth_of(g, expr_gen(g, e->cond.cond));
	struct val a = expr_gen(g, e->cond.a), b = expr_gen(g, e->cond.b);
	struct val r = val_choose(g, t.yes, a, b);

	return val_choose(g, t.unknown, (struct val){ gen_i64(g, 0), t.why }, r);
}

static struct val gen_else(struct gen *g, const struct node *e)
{
	struct val a = expr_gen(g, e->cond.a);

	if (!a.st)
		return a;
	return val_choose(g, val_is_known(g, a), val_known(a.v), expr_gen(g, e->cond.b));
}

static struct val gen_in(struct gen *g, const struct node *e)
{
	struct val a = expr_gen(g, e->in.a);
	struct truth t = { gen_i1(g, false), gen_i1(g, false), gen_i32(g, GT_KNOWN) };

	for (size_t i = 0; i < e->in.list.n; i++)
		t = truth_or(g, t, compare(g, LLVMIntEQ, a, expr_gen(g, e->in.list.v[i])));
	return truth_val(g, t);
}

/* ---- functions ---- */

static struct val fn_has(struct gen *g, const struct node *e)
{
	struct val a = expr_gen(g, e->call.args.v[0]);
	LLVMValueRef none = gen_i32(g, GT_NONE);
	LLVMValueRef has = LLVMBuildICmp(g->b, LLVMIntNE, val_status(g, a), none, "");

	return val_known(LLVMBuildZExt(g->b, has, g->i64, ""));
}

static struct val fn_known(struct gen *g, const struct node *e)
{
	struct val a = expr_gen(g, e->call.args.v[0]);
	LLVMValueRef known = LLVMBuildNot(g->b, val_is_unknown(g, a), "");

	return val_known(LLVMBuildZExt(g->b, known, g->i64, ""));
}

static struct val fn_cast(struct gen *g, const struct node *e)
{
	return expr_gen(g, e->call.args.v[0]);
}

static struct val fn_ratio(struct gen *g, const struct node *e)
{
	struct val a = expr_gen(g, e->call.args.v[0]), b = expr_gen(g, e->call.args.v[1]);
	LLVMValueRef st, by = divisor(g, &b, &st, a);
	const char *name = e->slot == BI_PERCENT ? "gt_fn_percent" : "gt_fn_per_second";

	return (struct val){ CALL(g, name, a.v, by), st };
}

static struct val fn_minmax(struct gen *g, const struct node *e)
{
	struct val a = expr_gen(g, e->call.args.v[0]), b = expr_gen(g, e->call.args.v[1]);
	bool is_signed = type_is_signed(e->call.args.v[0]->type);
	LLVMValueRef less = LLVMBuildICmp(g->b, is_signed ? LLVMIntSLT : LLVMIntULT, a.v, b.v, "");
	LLVMValueRef v = e->slot == BI_MIN2 ? val_select(g, less, a.v, b.v)
					    : val_select(g, less, b.v, a.v);

	return (struct val){ v, val_join(g, a, b) };
}

/* Of zero and of negative numbers there is none. */
static struct val fn_log2(struct gen *g, const struct node *e)
{
	const struct node *arg = e->call.args.v[0];
	struct val a = expr_gen(g, arg);
	LLVMIntPredicate how = type_is_signed(arg->type) ? LLVMIntSLE : LLVMIntEQ;
	LLVMValueRef none = LLVMBuildICmp(g->b, how, a.v, gen_i64(g, 0), "");
	struct val r = { CALL(g, "gt_fn_log2", a.v), a.st };

	r.st = val_join(g, r, val_choose(g, none, val_none(g), val_int(g, 0)));
	return r;
}

static const expr_fn functions[BI_N] = {
	[BI_HAS] = fn_has,
	[BI_KNOWN] = fn_known,
	[BI_INT] = fn_cast,
	[BI_UINT] = fn_cast,
	[BI_BYTES] = fn_cast,
	[BI_DURATION] = fn_cast,
	[BI_PERCENT] = fn_ratio,
	[BI_PER_SECOND] = fn_ratio,
	[BI_MIN2] = fn_minmax,
	[BI_MAX2] = fn_minmax,
	[BI_LOG2] = fn_log2,
};

static struct val gen_call_expr(struct gen *g, const struct node *e)
{
	if (e->sym_kind == SYM_BUILTIN && functions[e->slot])
		return functions[e->slot](g, e);
	gen_fail(g, "%s() cannot be compiled", e->call.name);
	return val_none(g);
}

static struct val gen_named(struct gen *g, const struct node *e)
{
	return expr_gen(g, e->named.value);
}

static const expr_fn kinds[NODE_N] = {
	[EXPR_INT] = gen_int,
	[EXPR_STRING] = gen_string,
	[EXPR_NAME] = gen_name,
	[EXPR_MAP] = map_read,
	[EXPR_CALL] = gen_call_expr,
	[EXPR_UNARY] = gen_unary,
	[EXPR_BINARY] = gen_binary,
	[EXPR_COND] = gen_cond,
	[EXPR_ELSE] = gen_else,
	[EXPR_IN] = gen_in,
	[EXPR_NAMED] = gen_named,
};

struct val expr_gen(struct gen *g, const struct node *e)
{
	btf_at(g, e->span);
	if (kinds[e->kind])
		return kinds[e->kind](g, e);
	gen_fail(g, "expression of kind %d cannot be compiled", e->kind);
	return val_none(g);
}
