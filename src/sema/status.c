/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a value can be none or unknown: keys that can be need a word that says so. */
#include "sema-int.h"

static unsigned status_field(const struct clause_desc *c, const struct node *e)
{
	const struct field_row *row = &field_rows[e->slot];
	unsigned status = 0;

	if (row->flags & FIELD_CONST)
		return 0;
	if (row->flags & FIELD_NONE_OK)
		status |= MAY_NONE;
	if (row->flags & FIELD_UNKNOWN_OK)
		status |= MAY_UNKNOWN;
	/* A member of a union that lacks it has none. */
	if (c->events & ~row->events)
		status |= MAY_NONE;
	return status;
}

struct walk {
	const struct sema *s;
	const struct clause_desc *c;
	unsigned status;
};

static void join(struct node **child, void *ctx)
{
	struct walk *w = ctx;

	w->status |= status_of(w->s, w->c, *child);
}

static unsigned status_parts(const struct sema *s, const struct clause_desc *c, struct node *e)
{
	struct walk w = { s, c, 0 };

	node_children(e, join, &w);
	return w.status;
}

static unsigned status_binary(const struct sema *s, const struct clause_desc *c, struct node *e)
{
	unsigned status = status_parts(s, c, e);

	if (e->op.op >= OP_EQ && e->op.op <= OP_LOR)
		return status & MAY_UNKNOWN;
	if ((e->op.op == OP_DIV || e->op.op == OP_MOD) && e->op.b->kind != EXPR_INT)
		status |= MAY_UNKNOWN;
	return status;
}

static unsigned status_call(const struct sema *s, const struct clause_desc *c, struct node *e)
{
	unsigned status = status_parts(s, c, e);

	switch (e->slot) {
	case BI_HAS:
	case BI_KNOWN:
		return 0;
	case BI_LOG2:
		return status | MAY_NONE;
	case BI_PERCENT:
	case BI_PER_SECOND:
		return e->call.args.v[1]->kind == EXPR_INT ? status : status | MAY_UNKNOWN;
	default:
		return status;
	}
}

unsigned status_of(const struct sema *s, const struct clause_desc *c, const struct node *expr)
{
	struct node *e = (struct node *)expr;

	switch (e->kind) {
	case EXPR_NAME:
		if (e->sym_kind == SYM_FIELD)
			return status_field(c, e);
		return e->sym ? status_of(s, c, ((const struct node *)e->sym)->let.value) : 0;
	case EXPR_MAP:
		return MAY_NONE | status_parts(s, c, e);
	case EXPR_CALL:
		return status_call(s, c, e);
	case EXPR_BINARY:
		return status_binary(s, c, e);
	case EXPR_IN:
		return status_parts(s, c, e) & MAY_UNKNOWN;
	case EXPR_ELSE:
		/* A default for both. */
		return status_of(s, c, e->cond.b);
	default:
		return status_parts(s, c, e);
	}
}
