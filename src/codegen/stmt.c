/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements, and the records that some of them put into the ring. */
#include "gen.h"

/* Once a clause and event, however many of its values are unknown. */
void stmt_leave_out(struct gen *g, struct val a)
{
	LLVMBasicBlockRef count, done;
	LLVMValueRef left, cond;

	if (!a.st || val_is_none(a))
		return;
	count = gen_block(g, "leave_out");
	done = gen_block(g, "left_out");
	left = LLVMBuildLoad2(g->b, g->i1, g->clause.left_out, "");
	cond = LLVMBuildAnd(g->b, val_is_unknown(g, a), LLVMBuildNot(g->b, left, ""), "");
	gen_branch(g, cond, count, done);
	gen_enter(g, count);
	LLVMBuildStore(g->b, gen_i1(g, true), g->clause.left_out);
	CALL(g, "gt_left_out", gen_i32(g, g->clause.desc->index), val_status(g, a));
	gen_goto(g, done);
}

/* ---- records ---- */

/* The two bits of a value: 0 known, 1 none, 2 unknown. */
static LLVMValueRef state_bits(struct gen *g, struct val a, unsigned i)
{
	LLVMValueRef two = gen_i32(g, 2), st = val_status(g, a);
	LLVMValueRef over = LLVMBuildICmp(g->b, LLVMIntUGT, st, two, "");

	st = LLVMBuildZExt(g->b, val_select(g, over, two, st), g->i64, "");
	return LLVMBuildShl(g->b, st, gen_i64(g, 2 * i), "");
}

/* Each value is stored as soon as it is there: kept for later, all would be on the stack. */
static void fill_record(struct gen *g, LLVMValueRef r, const struct stmt_desc *d)
{
	LLVMValueRef states = gen_i64(g, 0);

	for (unsigned i = 0; i < d->values.n; i++) {
		struct val a = expr_gen(g, d->values.v[i].node);

		if (a.st)
			states = LLVMBuildOr(g->b, states, state_bits(g, a, i), "");
		gen_store64(g, a.v, gen_at(g, r, offsetof(struct gt_record, values) + 8 * i));
	}
	gen_store64(g, states, gen_at(g, r, offsetof(struct gt_record, states)));
}

static void gen_record(struct gen *g, const struct stmt_desc *d)
{
	LLVMBasicBlockRef room, done;
	LLVMValueRef r;

	if (d->values.n > GT_VALUES_MAX) {
		gen_fail(g, "a record of %zu values", d->values.n);
		return;
	}
	room = gen_block(g, "room");
	done = gen_block(g, "recorded");
	r = CALL(g, "gt_record_reserve", g->hook.ev, g->clause.cell, gen_i32(g, d->id),
		 gen_i32(g, d->values.n));
	gen_branch(g, LLVMBuildIsNotNull(g->b, r, ""), room, done);
	gen_enter(g, room);
	fill_record(g, r, d);
	CALL(g, "gt_record_submit", r);
	gen_goto(g, done);
}

static void gen_ask(struct gen *g, const struct stmt_desc *d)
{
	CALL(g, "gt_ask", g->hook.ev, gen_i32(g, d->id));
}

/* Nothing after a return or exit runs; what stands there anyway is dropped later. */
static void leave_clause(struct gen *g)
{
	LLVMBuildBr(g->b, g->clause.done);
	gen_enter(g, gen_block(g, "dead"));
}

/* A status that is not known must not pass for success. */
static void gen_exit(struct gen *g, const struct stmt_desc *d)
{
	struct val status = d->values.n ? expr_gen(g, d->values.v[0].node) : val_int(g, 0);
	LLVMValueRef v = val_select(g, val_is_known(g, status), status.v, gen_i64(g, 1));

	CALL(g, "gt_exit", g->hook.ev, gen_i32(g, d->id), v);
	leave_clause(g);
}

static void (*const records[])(struct gen *g, const struct stmt_desc *d) = {
	[STMT_D_EMIT] = gen_record,
	[STMT_D_PRINTF] = gen_record,
	[STMT_D_PRINT_VALUE] = gen_record,
	[STMT_D_PRINT_MAP] = gen_ask,
	[STMT_D_CLEAR] = gen_ask,
	[STMT_D_EXIT] = gen_exit,
};
_Static_assert(ARRAY_SIZE(records) == STMT_D_EXIT + 1, "every kind of record is written");

static void gen_call_stmt(struct gen *g, const struct node *s)
{
	const struct node *call = s->call_stmt.call;

	if (s->sym_kind == SYM_STMT) {
		const struct stmt_desc *d = &g->p->stmts.v[s->slot];

		records[d->kind](g, d);
	} else if (call->sym_kind == SYM_BUILTIN && call->slot == BI_DELETE) {
		map_delete(g, call->call.args.v[0]);
	} else {
		gen_fail(g, "%s() cannot be compiled", call->call.name);
	}
}

/* ---- maps ---- */

static void gen_aggs(struct gen *g, const struct node *s)
{
	map_aggregate(g, &g->p->maps.v[s->slot], &s->aggs.keys, &s->aggs.aggs);
}

static bool is_aggregation(const struct node *e)
{
	return e->kind == EXPR_CALL && e->sym_kind == SYM_BUILTIN &&
	       builtin_rows[e->slot].kind == BI_AGG;
}

static void gen_assign(struct gen *g, const struct node *s)
{
	struct node *target = s->assign.target, *value = s->assign.value;
	node_list one = { &value, 1, 1 };

	if (target->kind != EXPR_MAP)
		gen_fail(g, "assignment to something else than a map");
	else if (is_aggregation(value))
		map_aggregate(g, &g->p->maps.v[target->slot], &target->map.keys, &one);
	else
		map_assign(g, target, s->assign.op, value);
}

static void gen_step(struct gen *g, const struct node *s)
{
	if (s->step.target->kind != EXPR_MAP)
		gen_fail(g, "++ of something else than a map");
	else
		map_step(g, s->step.target, s->step.by);
}

/* ---- flow ---- */

static void gen_block_stmt(struct gen *g, const struct node *s)
{
	for (size_t i = 0; i < s->block.stmts.n; i++)
		stmt_gen(g, s->block.stmts.v[i]);
}

static void gen_let(struct gen *g, const struct node *s)
{
	g->clause.lets[s->slot] = expr_gen(g, s->let.value);
}

/* On an unknown condition neither branch runs. */
static void gen_if(struct gen *g, const struct node *s)
{
	struct truth t = truth_of(g, expr_gen(g, s->if_.cond));
	LLVMBasicBlockRef yes = gen_block(g, "then"), not_yes = gen_block(g, "not");
	LLVMBasicBlockRef no = gen_block(g, "else"), done = gen_block(g, "endif");

	gen_branch(g, t.yes, yes, not_yes);
	gen_enter(g, not_yes);
	gen_branch(g, t.unknown, done, no);
	gen_enter(g, yes);
	stmt_gen(g, s->if_.then);
	LLVMBuildBr(g->b, done);
	gen_enter(g, no);
	if (s->if_.otherwise)
		stmt_gen(g, s->if_.otherwise);
	gen_goto(g, done);
}

static void gen_return(struct gen *g, const struct node *s)
{
	(void)s;
	leave_clause(g);
}

static void (*const kinds[NODE_N])(struct gen *g, const struct node *s) = {
	[STMT_BLOCK] = gen_block_stmt,
	[STMT_AGGS] = gen_aggs,
	[STMT_ASSIGN] = gen_assign,
	[STMT_STEP] = gen_step,
	[STMT_LET] = gen_let,
	[STMT_CALL] = gen_call_stmt,
	[STMT_IF] = gen_if,
	[STMT_RETURN] = gen_return,
};

void stmt_gen(struct gen *g, const struct node *s)
{
	btf_at(g, s->span);
	if (kinds[s->kind])
		kinds[s->kind](g, s);
	else
		gen_fail(g, "statement of kind %d cannot be compiled", s->kind);
}
