/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values with a status. Almost every status is a constant while code is
 * generated, so what can be decided here is not left to the optimiser: a field
 * that is always known costs nothing.
 */
#include "gen.h"

struct val val_known(LLVMValueRef v)
{
	return (struct val){ v, NULL };
}

struct val val_int(struct gen *g, int64_t v)
{
	return val_known(gen_i64(g, v));
}

struct val val_none(struct gen *g)
{
	return (struct val){ gen_i64(g, 0), gen_i32(g, GT_NONE) };
}

static bool is_const(LLVMValueRef v, uint64_t n)
{
	return v && LLVMIsAConstantInt(v) && LLVMConstIntGetZExtValue(v) == n;
}

bool val_is_none(struct val a)
{
	return is_const(a.st, GT_NONE);
}

LLVMValueRef val_status(struct gen *g, struct val a)
{
	return a.st ? a.st : gen_i32(g, GT_KNOWN);
}

LLVMValueRef val_is_known(struct gen *g, struct val a)
{
	return LLVMBuildICmp(g->b, LLVMIntEQ, val_status(g, a), gen_i32(g, GT_KNOWN), "known");
}

LLVMValueRef val_is_unknown(struct gen *g, struct val a)
{
	return LLVMBuildICmp(g->b, LLVMIntUGT, val_status(g, a), gen_i32(g, GT_NONE), "unknown");
}

/* A status that turned out to be constant "known" is none at all. */
static LLVMValueRef tidy(LLVMValueRef st)
{
	return is_const(st, GT_KNOWN) ? NULL : st;
}

LLVMValueRef val_select(struct gen *g, LLVMValueRef cond, LLVMValueRef a, LLVMValueRef b)
{
	if (LLVMIsAConstantInt(cond))
		return LLVMConstIntGetZExtValue(cond) ? a : b;
	return a == b ? a : LLVMBuildSelect(g->b, cond, a, b, "");
}

LLVMValueRef val_join(struct gen *g, struct val a, struct val b)
{
	LLVMValueRef b_none, a_known;

	if (!a.st || val_is_none(b))
		return b.st;
	if (!b.st || val_is_none(a))
		return a.st;
	b_none = LLVMBuildICmp(g->b, LLVMIntEQ, b.st, gen_i32(g, GT_NONE), "");
	a_known = val_is_known(g, a);
	return tidy(val_select(g, LLVMBuildOr(g->b, b_none, a_known, ""), b.st, a.st));
}

struct val val_choose(struct gen *g, LLVMValueRef cond, struct val a, struct val b)
{
	LLVMValueRef st = NULL;

	if (a.st || b.st)
		st = tidy(val_select(g, cond, val_status(g, a), val_status(g, b)));
	return (struct val){ val_select(g, cond, a.v, b.v), st };
}

struct truth truth_of(struct gen *g, struct val a)
{
	LLVMValueRef set = LLVMBuildICmp(g->b, LLVMIntNE, a.v, gen_i64(g, 0), "");

	return (struct truth){
		.yes = a.st ? LLVMBuildAnd(g->b, set, val_is_known(g, a), "") : set,
		.unknown = a.st ? val_is_unknown(g, a) : gen_i1(g, false),
		.why = val_status(g, a),
	};
}

struct val truth_val(struct gen *g, struct truth t)
{
	LLVMValueRef st = val_select(g, t.unknown, t.why, gen_i32(g, GT_KNOWN));

	return (struct val){ LLVMBuildZExt(g->b, t.yes, g->i64, ""), tidy(st) };
}

/* Unknown where one is unknown and the other does not decide: false does for and, true for or. */
struct truth truth_and(struct gen *g, struct truth a, struct truth b)
{
	LLVMValueRef a_may = LLVMBuildOr(g->b, a.yes, a.unknown, "");
	LLVMValueRef b_may = LLVMBuildOr(g->b, b.yes, b.unknown, "");
	LLVMValueRef either = LLVMBuildOr(g->b, a.unknown, b.unknown, "");

	return (struct truth){
		.yes = LLVMBuildAnd(g->b, a.yes, b.yes, ""),
		.unknown = LLVMBuildAnd(g->b, either, LLVMBuildAnd(g->b, a_may, b_may, ""), ""),
		.why = val_select(g, a.unknown, a.why, b.why),
	};
}

struct truth truth_or(struct gen *g, struct truth a, struct truth b)
{
	LLVMValueRef either = LLVMBuildOr(g->b, a.unknown, b.unknown, "");
	LLVMValueRef yes = LLVMBuildOr(g->b, a.yes, b.yes, "");

	return (struct truth){
		.yes = yes,
		.unknown = LLVMBuildAnd(g->b, either, LLVMBuildNot(g->b, yes, ""), ""),
		.why = val_select(g, a.unknown, a.why, b.why),
	};
}
