/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The children of a node, in text order; the one place that knows every kind. */
#include "sema-int.h"

static void visit(struct node **child, node_fn *fn, void *ctx)
{
	if (*child)
		fn(child, ctx);
}

#define VISIT_LIST(l)					\
	do {						\
		for (size_t i = 0; i < (l).n; i++)	\
			visit(&(l).v[i], fn, ctx);	\
	} while (0)

static void expr_children(struct node *n, node_fn *fn, void *ctx)
{
	switch (n->kind) {
	case EXPR_MAP:
		VISIT_LIST(n->map.keys);
		break;
	case EXPR_MEMBER:
		visit(&n->member.base, fn, ctx);
		break;
	case EXPR_INDEX:
		visit(&n->index.base, fn, ctx);
		visit(&n->index.index, fn, ctx);
		break;
	case EXPR_CALL:
		VISIT_LIST(n->call.args);
		break;
	case EXPR_UNARY:
		visit(&n->op.a, fn, ctx);
		break;
	case EXPR_BINARY:
		visit(&n->op.a, fn, ctx);
		visit(&n->op.b, fn, ctx);
		break;
	case EXPR_COND:
		visit(&n->cond.cond, fn, ctx);
		visit(&n->cond.a, fn, ctx);
		visit(&n->cond.b, fn, ctx);
		break;
	case EXPR_ELSE:
		visit(&n->cond.a, fn, ctx);
		visit(&n->cond.b, fn, ctx);
		break;
	case EXPR_IN:
		visit(&n->in.a, fn, ctx);
		VISIT_LIST(n->in.list);
		break;
	case EXPR_NAMED:
		visit(&n->named.value, fn, ctx);
		break;
	default:
		break;
	}
}

void node_children(struct node *n, node_fn *fn, void *ctx)
{
	switch (n->kind) {
	case ITEM_CLAUSE:
		visit(&n->clause.where, fn, ctx);
		visit(&n->clause.block, fn, ctx);
		break;
	case STMT_BLOCK:
		VISIT_LIST(n->block.stmts);
		break;
	case STMT_AGGS:
		VISIT_LIST(n->aggs.aggs);
		VISIT_LIST(n->aggs.keys);
		break;
	case STMT_ASSIGN:
		visit(&n->assign.target, fn, ctx);
		visit(&n->assign.value, fn, ctx);
		break;
	case STMT_STEP:
		visit(&n->step.target, fn, ctx);
		break;
	case STMT_LET:
		visit(&n->let.value, fn, ctx);
		break;
	case STMT_CALL:
		visit(&n->call_stmt.call, fn, ctx);
		break;
	case STMT_IF:
		visit(&n->if_.cond, fn, ctx);
		visit(&n->if_.then, fn, ctx);
		visit(&n->if_.otherwise, fn, ctx);
		break;
	default:
		expr_children(n, fn, ctx);
		break;
	}
}
