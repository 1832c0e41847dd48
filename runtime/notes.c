/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notes: what is said at the end about events that were left out or lost. */
#include <stdio.h>
#include "sink.h"

static const char *const reasons[GT_STATUS_N] = {
	[GT_KNOWN] = "",
	[GT_NONE] = "there is none",
	[GT_UNK_BEFORE] = "began before attach",
	[GT_UNK_FULL] = "a table was full",
	[GT_UNK_FAULT] = "the target's memory could not be read",
	[GT_UNK_DIV0] = "division by zero",
	[GT_UNK_OVER] = "had ended already",
	[GT_UNK_LAYOUT] = "not known of this build",
};

#define FIELD_BIT(id) (1ull << (id))
_Static_assert(FIELD_N <= 64, "sets of fields are 64-bit masks");

static uint64_t fields_of(const struct node *n);

static uint64_t fields_of_list(const node_list *l)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < l->n; i++)
		mask |= fields_of(l->v[i]);
	return mask;
}

/* Fields that an expression reads by themselves; a let or a def hides what is in it. */
static uint64_t fields_of(const struct node *n)
{
	if (!n)
		return 0;
	switch (n->kind) {
	case EXPR_NAME:
		return n->sym_kind == SYM_FIELD ? FIELD_BIT(n->slot) : 0;
	case EXPR_UNARY:
	case EXPR_BINARY:
		return fields_of(n->op.a) | fields_of(n->op.b);
	case EXPR_COND:
	case EXPR_ELSE:
		return fields_of(n->cond.cond) | fields_of(n->cond.a) | fields_of(n->cond.b);
	case EXPR_IN:
		return fields_of(n->in.a) | fields_of_list(&n->in.list);
	case EXPR_CALL:
		return fields_of_list(&n->call.args);
	case EXPR_NAMED:
		return fields_of(n->named.value);
	default:
		return 0;
	}
}

static uint64_t fields_of_aggs(const struct program *p, const struct clause_desc *c)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < p->maps.n; i++)
		for (size_t k = 0; k < p->maps.v[i].aggs.n; k++)
			if (p->maps.v[i].clause == c->index)
				mask |= fields_of(p->maps.v[i].aggs.v[k].arg);
	return mask;
}

static uint64_t can_be_unknown(uint64_t fields, bool of_state)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < FIELD_N; i++)
		if ((field_rows[i].flags & FIELD_UNKNOWN_OK) &&
		    (!of_state || (field_rows[i].keeps & KEEP_STREAM)))
			mask |= FIELD_BIT(i);
	return mask & fields;
}

/*
 * The fields for whose sake events were left out: of the predicate and of aggregated
 * values. Those of gtrace's own records are meant where its records are the reason.
 */
static uint64_t blamed(const struct program *p, const struct clause_desc *c, enum gt_status why)
{
	bool of_state = why == GT_UNK_BEFORE || why == GT_UNK_FULL || why == GT_UNK_OVER;
	uint64_t needed = c->where_fields | fields_of_aggs(p, c), mask;

	if (why == GT_UNK_DIV0)
		return 0;
	mask = can_be_unknown(needed, of_state);
	if (!mask)
		mask = can_be_unknown(needed | c->block_fields, of_state);
	return mask ? mask : can_be_unknown(needed | c->block_fields, false);
}

void notes_left_out(struct strbuf *b, const struct program *p, const struct clause_desc *c,
		    enum gt_status why)
{
	uint64_t mask = blamed(p, c, why), left = mask;

	for (unsigned i = 0; i < FIELD_N; i++) {
		if (!(left & FIELD_BIT(i)))
			continue;
		if (left != mask)
			strbuf_puts(b, left == FIELD_BIT(i) ? " or " : ", ");
		strbuf_puts(b, field_rows[i].name);
		left &= ~FIELD_BIT(i);
	}
	strbuf_printf(b, "%s unknown (%s)", mask ? "" : "a value", reasons[why]);
}

bool notes_both_sides(const struct clause_desc *c, const struct gt_cell *cell)
{
	return cell->sides[0] && cell->sides[1] && !c->names_side;
}

void notes_total(struct output_loss *total, const struct gt_cell *cells, size_t n_clauses,
		 const struct output_loss *extra)
{
	*total = *extra;
	for (size_t i = 0; i <= n_clauses; i++) {
		total->ring += cells[i].ring_full;
		total->map_full += cells[i].map_full;
		total->truncated += cells[i].truncated;
	}
}

bool agg_is_hist(const struct agg_desc *a)
{
	return a->dense != 0;
}

void agg_fraction_name(struct strbuf *b, double p)
{
	strbuf_printf(b, "p%.10g", p * 100);
}
