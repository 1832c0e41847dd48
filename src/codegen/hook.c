/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One BPF program a hook:
 *
 *	if (!gt_gate(ctx, ev)) return 0;
 *	fired = gt_in_NAME(ctx, ev);
 *	for each clause in text order, for each event of it that the hook carries:
 *		if (fired & that event's bit) { the clause }
 *	gt_out_NAME(ctx, ev);
 *
 * and a clause is
 *
 *	the predicate's fields; the predicate; on unknown count and leave
 *	count the event; the block's fields, once each; the block
 */
#include <stdlib.h>
#include <string.h>
#include "gen.h"

/* ---- fields ---- */

static const uint64_t messages = EV_BIT(EV_MSG_SEND) | EV_BIT(EV_MSG_RECV);
static const uint64_t headers = EV_BIT(EV_HEADER_SEND) | EV_BIT(EV_HEADER_RECV);

static struct val const_is_header(struct gen *g)
{
	uint64_t ev = EV_BIT(g->clause.event);

	return ev & (messages | headers) ? val_int(g, (ev & headers) != 0) : val_none(g);
}

static struct val const_probe(struct gen *g)
{
	const struct event_row *row = &event_rows[g->clause.event];
	char text[128];

	snprintf(text, sizeof(text), row->name[0] ? "%s:%s" : "%s", row->provider, row->name);
	return val_int(g, string_id(g->p->seed, text, strlen(text)));
}

/* FIELD_CONST: known from the event alone. */
static struct val (*const const_fields[FIELD_N])(struct gen *g) = {
	[FIELD_IS_HEADER] = const_is_header,
	[FIELD_PROBE] = const_probe,
};

static struct val call_field(struct gen *g, const struct field_row *row)
{
	struct gen_hook *h = &g->hook;
	char name[128];

	snprintf(name, sizeof(name), "%s__%s", row->helper, hook_rows[h->id].name);
	if (!helper_exists(g, name))
		snprintf(name, sizeof(name), "%s", row->helper);
	if (!(row->flags & (FIELD_NONE_OK | FIELD_UNKNOWN_OK)))
		return val_known(gen_fit(g, CALL(g, name, h->ctx, h->ev), g->i64));
	LLVMBuildStore(g->b, gen_i32(g, GT_KNOWN), h->status);
	LLVMValueRef v = gen_fit(g, CALL(g, name, h->ctx, h->ev, h->status), g->i64);

	return (struct val){ v, LLVMBuildLoad2(g->b, g->i32, h->status, row->name) };
}

/*
 * Where a program has several clauses a field is read once for all of them, by the
 * first that wants it, and kept on the stack. What was found is hidden from the
 * verifier by adding a zero that it takes for any number: it would follow every status
 * of every field, and what each comparison says of the value, through all the clauses
 * after it. Many fields are kept so even for one clause: as values that wait for their
 * use they would need twice the stack.
 */
#define REMEMBER_FIELDS 4

static bool is_remembered(struct gen *g, enum field_id f)
{
	const struct field_row *row = &field_rows[f];

	return g->hook.remember && row->helper && row->events & EV_BIT(g->clause.event) &&
	       row->flags & (FIELD_NONE_OK | FIELD_UNKNOWN_OK);
}

static LLVMValueRef in_memory(LLVMValueRef access)
{
	LLVMSetVolatile(access, 1);	/* or LLVM would keep it in registers, and spill them */
	return access;
}

/* Reads the field unless that was done. */
static void remember_field(struct gen *g, enum field_id f)
{
	struct gen_memo *m = &g->hook.memo[f];
	LLVMBasicBlockRef read = gen_block(g, "read"), done = gen_block(g, "field");
	struct val a;

	if (!m->v) {
		m->v = gen_alloca(g, g->i64, field_rows[f].name, false);
		m->st = gen_alloca(g, g->i32, "", false);
		m->have = gen_alloca(g, g->i1, "", true);
	}
	gen_branch(g, LLVMBuildLoad2(g->b, g->i1, m->have, ""), done, read);
	gen_enter(g, read);
	a = call_field(g, &field_rows[f]);
	in_memory(LLVMBuildStore(g->b, a.v, m->v));
	in_memory(LLVMBuildStore(g->b, a.st, m->st));
	LLVMBuildStore(g->b, gen_i1(g, true), m->have);
	gen_goto(g, done);
}

static struct val recall_field(struct gen *g, enum field_id f)
{
	struct gen_memo *m = &g->hook.memo[f];
	struct val a = { in_memory(LLVMBuildLoad2(g->b, g->i64, m->v, "")),
			 in_memory(LLVMBuildLoad2(g->b, g->i32, m->st, "")) };

	if (g->hook.zero) {
		a.v = LLVMBuildAdd(g->b, a.v, g->hook.zero, "");
		a.st = LLVMBuildAdd(g->b, a.st, gen_fit(g, g->hook.zero, g->i32), "");
	}
	return a;
}

static struct val load_field(struct gen *g, enum field_id f)
{
	const struct field_row *row = &field_rows[f];

	if (row->flags & FIELD_CONST && const_fields[f])
		return const_fields[f](g);
	if (!(row->events & EV_BIT(g->clause.event)))
		return val_none(g);
	if (!row->helper) {
		gen_fail(g, "the field %s has no helper", row->name);
		return val_none(g);
	}
	return call_field(g, row);
}

struct val hook_field(struct gen *g, enum field_id f)
{
	if (is_remembered(g, f))
		return recall_field(g, f);
	return g->clause.fields[f].v ? g->clause.fields[f] : load_field(g, f);
}

bool hook_is_remembered(struct gen *g, const struct node *e)
{
	return e->kind == EXPR_NAME && e->sym_kind == SYM_FIELD && is_remembered(g, e->slot);
}

static void load_fields(struct gen *g, uint64_t mask)
{
	for (unsigned f = 0; f < FIELD_N; f++) {
		if (!(mask >> f & 1))
			continue;
		if (is_remembered(g, f))
			remember_field(g, f);
		else if (!g->clause.fields[f].v)
			g->clause.fields[f] = load_field(g, f);
	}
}

/* ---- a clause ---- */

/* Goes on where the predicate is true. */
static void gen_where(struct gen *g, const struct clause_desc *c)
{
	const struct node *where = c->node->clause.where;
	LLVMBasicBlockRef pass, unknown, other;
	struct truth t;

	load_fields(g, c->where_fields);
	if (!where)
		return;
	t = truth_of(g, expr_gen(g, where));
	btf_at(g, where->span);
	pass = gen_block(g, "pass");
	unknown = gen_block(g, "unknown");
	other = gen_block(g, "other");
	gen_branch(g, t.yes, pass, other);
	gen_enter(g, other);
	gen_branch(g, t.unknown, unknown, g->clause.done);
	gen_enter(g, unknown);
	CALL(g, "gt_left_out", gen_i32(g, c->index), t.why);
	LLVMBuildBr(g->b, g->clause.done);
	gen_enter(g, pass);
}

/* Counts the event and finds the clause's counters, which are always there. */
static void gen_count(struct gen *g, const struct clause_desc *c)
{
	bool grpc = !strcmp(event_rows[g->clause.event].provider, "grpc");
	LLVMBasicBlockRef found = gen_block(g, "cell");

	g->clause.cell = CALL(g, g->hook.many ? "gt_enter_sub" : "gt_enter", g->hook.ev,
			      gen_i32(g, c->index), gen_i1(g, grpc));
	gen_branch(g, LLVMBuildIsNotNull(g->b, g->clause.cell, ""), found, g->hook.out);
	gen_enter(g, found);
}

static void gen_clause_for(struct gen *g, const struct clause_desc *c, enum event_id ev)
{
	struct gen_clause *k = &g->clause;

	*k = (struct gen_clause){ .desc = c, .event = ev, .done = gen_block(g, "done") };
	k->lets = calloc(c->n_lets + 1, sizeof(*k->lets));
	k->left_out = gen_alloca(g, g->i1, "left_out", false);
	LLVMBuildStore(g->b, gen_i1(g, false), k->left_out);
	CALL(g, "gt_ev_set_event", g->hook.ev, gen_i32(g, ev));
	gen_where(g, c);
	gen_count(g, c);
	load_fields(g, c->block_fields);
	stmt_gen(g, c->node->clause.block);
	gen_goto(g, k->done);
	free(k->lets);
}

/* ---- the program ---- */

/* Which bit of gt_in_<hook>()'s result stands for the event. */
static unsigned event_bit(enum hook_id hook, enum event_id ev)
{
	unsigned bit = 0;

	for (unsigned e = 0; e < (unsigned)ev; e++)
		bit += event_rows[e].hooks >> hook & 1;
	return bit;
}

/* Whether the event fired, as i1; NULL: it did. */
static LLVMValueRef gen_has_fired(struct gen *g, LLVMValueRef fired, enum event_id ev)
{
	LLVMTypeRef type = LLVMTypeOf(fired);
	LLVMValueRef bit;

	if (g->hook.one_event)
		return NULL;
	bit = LLVMConstInt(type, 1u << event_bit(g->hook.id, ev), 0);
	return LLVMBuildICmp(g->b, LLVMIntNE, LLVMBuildAnd(g->b, fired, bit, ""),
			     LLVMConstNull(type), "");
}

/* Each interval has a period of its own: the tracer says whose it is. */
static LLVMValueRef gen_is_mine(struct gen *g, const struct clause_desc *c)
{
	return LLVMBuildICmp(g->b, LLVMIntEQ, CALL(g, "gt_ev_run_clause", g->hook.ev),
			     gen_i32(g, c->index), "");
}

static void gen_fired(struct gen *g, LLVMValueRef fired, const struct clause_desc *c,
		      enum event_id ev)
{
	LLVMBasicBlockRef yes = gen_block(g, "fired"), no = gen_block(g, "next");
	LLVMValueRef cond;

	btf_at(g, c->node->clause.head);
	cond = ev == EV_INTERVAL ? gen_is_mine(g, c) : gen_has_fired(g, fired, ev);
	if (cond)
		gen_branch(g, cond, yes, no);
	else
		LLVMBuildBr(g->b, yes);
	gen_enter(g, yes);
	gen_clause_for(g, c, ev);
	gen_goto(g, no);
}

static bool carries(const struct gen_hook *h, const struct clause_desc *c, enum event_id ev)
{
	return c->events & EV_BIT(ev) && event_rows[ev].hooks >> h->id & 1;
}

static void gen_clauses(struct gen *g, LLVMValueRef fired)
{
	for (size_t i = 0; i < g->p->clauses.n; i++)
		for (unsigned ev = 0; ev < EVENT_N; ev++)
			if (carries(&g->hook, &g->p->clauses.v[i], ev))
				gen_fired(g, fired, &g->p->clauses.v[i], ev);
}

/* What the clauses of the program are like; *first is where the first stands. */
static void survey(struct gen *g, struct span *first)
{
	unsigned clauses = 0;
	uint64_t fields = 0;

	*first = (struct span){ 0, 0 };
	for (size_t i = 0; i < g->p->clauses.n; i++) {
		const struct clause_desc *c = &g->p->clauses.v[i];

		for (unsigned ev = 0; ev < EVENT_N; ev++) {
			if (!carries(&g->hook, c, ev))
				continue;
			if (!clauses++)
				*first = c->node->span;
			fields |= c->where_fields | c->block_fields;
		}
	}
	g->hook.many = clauses > 1;
	g->hook.remember = g->hook.many || __builtin_popcountll(fields) > REMEMBER_FIELDS;
	g->hook.one_event = event_bit(g->hook.id, EVENT_N) == 1;
}

static void open_function(struct gen *g, const char *name, struct span at)
{
	struct gen_hook *h = &g->hook;
	bool run = hook_rows[h->id].kind == HOOK_RUN;

	h->fn = LLVMAddFunction(g->m, name, LLVMFunctionType(g->i32, &g->ptr, 1, 0));
	LLVMSetSection(h->fn, run ? "raw_tp" : "uprobe.multi");
	LLVMAddAttributeAtIndex(h->fn, LLVMAttributeFunctionIndex,
				LLVMCreateEnumAttribute(g->c, LLVMGetEnumAttributeKindForName(
								      "nounwind", 8), 0));
	h->ctx = LLVMGetParam(h->fn, 0);
	/* The entry block holds allocas only, so that more can be added at any time. */
	h->entry = LLVMAppendBasicBlockInContext(g->c, h->fn, "entry");
	LLVMBasicBlockRef start = LLVMAppendBasicBlockInContext(g->c, h->fn, "start");

	btf_function(g, h->fn, name, at);
	gen_enter(g, h->entry);
	gen_goto(g, start);
	h->ev = gen_alloca(g, g->ev_type, "ev", false);
	h->status = gen_alloca(g, g->i32, "status", false);
	if (g->key_words)
		h->key = gen_alloca(g, LLVMArrayType(g->i64, g->key_words), "key", false);
	CALL(g, "gt_ev_init", h->ev);
}

/* Goes on where this hit counts. */
static void gen_open(struct gen *g, LLVMBasicBlockRef end)
{
	LLVMBasicBlockRef open = gen_block(g, "open");

	gen_branch(g, CALL(g, "gt_gate", g->hook.ctx, g->hook.ev), open, end);
	gen_enter(g, open);
}

static void gen_zero(struct gen *g, LLVMBasicBlockRef end)
{
	LLVMValueRef p = CALL(g, "gt_zeros");
	LLVMBasicBlockRef found = gen_block(g, "zeros");

	gen_branch(g, LLVMBuildIsNotNull(g->b, p, ""), found, end);
	gen_enter(g, found);
	g->hook.zero = gen_load64(g, p);
	LLVMSetVolatile(g->hook.zero, 1);
}

void hook_gen(struct gen *g, enum hook_id id)
{
	const struct hook_row *row = &hook_rows[id];
	LLVMBasicBlockRef clauses, end;
	LLVMValueRef fired;
	struct span at;
	char name[64];

	g->hook = (struct gen_hook){ .id = id };
	survey(g, &at);
	snprintf(name, sizeof(name), "gt_hook_%s", row->name);
	open_function(g, name, at);
	end = gen_block(g, "end");
	g->hook.out = gen_block(g, "out");
	if (row->kind == HOOK_UPROBE)
		gen_open(g, end);
	if (g->hook.many)
		gen_zero(g, end);
	snprintf(name, sizeof(name), "gt_in_%s", row->name);
	fired = CALL(g, name, g->hook.ctx, g->hook.ev);
	clauses = gen_block(g, "clauses");
	gen_branch(g, LLVMBuildICmp(g->b, LLVMIntNE, fired, LLVMConstNull(LLVMTypeOf(fired)), ""),
		   clauses, end);
	gen_enter(g, clauses);
	gen_clauses(g, fired);
	btf_at(g, at);
	gen_goto(g, g->hook.out);
	snprintf(name, sizeof(name), "gt_out_%s", row->name);
	if (helper_exists(g, name))
		CALL(g, name, g->hook.ctx, g->hook.ev);
	gen_goto(g, end);
	LLVMBuildRet(g->b, gen_i32(g, 0));
}
