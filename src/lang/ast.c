/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ast.h"

struct node *node_new(struct arena *a, enum node_kind kind, struct span span)
{
	struct node *n = arena_new_of(a, struct node);

	n->kind = kind;
	n->span = span;
	return n;
}

static const char *const op_texts[] = {
	[OP_NONE] = "",
	[OP_ADD] = "+", [OP_SUB] = "-", [OP_MUL] = "*", [OP_DIV] = "/", [OP_MOD] = "%",
	[OP_AND] = "&", [OP_OR] = "|", [OP_XOR] = "^", [OP_ANDNOT] = "&^",
	[OP_SHL] = "<<", [OP_SHR] = ">>",
	[OP_EQ] = "==", [OP_NE] = "!=", [OP_LT] = "<", [OP_LE] = "<=", [OP_GT] = ">",
	[OP_GE] = ">=",
	[OP_MATCH] = "=~", [OP_NOMATCH] = "!~",
	[OP_LAND] = "&&", [OP_LOR] = "||",
	[OP_NEG] = "-", [OP_COM] = "^", [OP_NOT] = "!",
};

_Static_assert(sizeof(op_texts) / sizeof(*op_texts) == OP_N, "a text for each operator");

const char *op_text(enum op op)
{
	return op_texts[op];
}
