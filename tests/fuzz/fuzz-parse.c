/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libFuzzer target for the parser: whatever the text, no crash, and
 *
 *	- a script without an item has a message that says why
 *	- every span lies in the text, so messages can be shown
 *	- an expression written as text parses to an expression of the same text
 *
 *	./fuzz-parse -max_total_time=60 corpus/ tests/lang/
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../grammar/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *what, const char *a, const char *b)
{
	fprintf(stderr, "%s: %s / %s\n", what, a, b);
	abort();
}

static const char *again(struct arena *a, const char *text)
{
	const char *script = arena_printf(a, "def f(): int = %s", text);
	struct source *src = source_new(a, "again", script, strlen(script));
	struct diag d;

	diag_init(&d, a, src);
	struct script *s = gt_parse(a, src, &d);

	if (s->items.n != 1 || d.errors)
		fail("does not parse again", text, d.msgs.n ? d.msgs.v[0]->text : "");
	return ast_expr_text(a, s->items.v[0]->def.body);
}

static void check_expr(struct arena *a, const struct node *e)
{
	const char *text = ast_expr_text(a, e);
	const char *other = again(a, text);

	if (strcmp(text, other))
		fail("not the same again", text, other);
}

static void check_list(struct arena *a, const node_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		check_expr(a, l->v[i]);
}

static void check_stmt(struct arena *a, const struct node *n)
{
	switch (n->kind) {
	case STMT_BLOCK:
		for (size_t i = 0; i < n->block.stmts.n; i++)
			check_stmt(a, n->block.stmts.v[i]);
		break;
	case STMT_IF:
		check_expr(a, n->if_.cond);
		check_stmt(a, n->if_.then);
		if (n->if_.otherwise)
			check_stmt(a, n->if_.otherwise);
		break;
	case STMT_AGGS:
		check_list(a, &n->aggs.aggs);
		check_list(a, &n->aggs.keys);
		break;
	case STMT_ASSIGN:
		check_expr(a, n->assign.target);
		check_expr(a, n->assign.value);
		break;
	case STMT_STEP:
		check_expr(a, n->step.target);
		break;
	case STMT_LET:
		check_expr(a, n->let.value);
		break;
	case STMT_CALL:
		check_expr(a, n->call_stmt.call);
		break;
	default:
		break;
	}
}

static void check_item(struct arena *a, const struct node *n)
{
	if (n->kind == ITEM_CLAUSE) {
		if (n->clause.where)
			check_expr(a, n->clause.where);
		check_stmt(a, n->clause.block);
	} else if (n->kind == ITEM_PARAM && n->param.value) {
		check_expr(a, n->param.value);
	} else if (n->kind == ITEM_DEF) {
		check_expr(a, n->def.body);
	}
}

static void check_messages(const struct diag *d)
{
	for (size_t i = 0; i < d->msgs.n; i++) {
		struct span s = d->msgs.v[i]->span;

		if (s.from > s.to || s.to > d->source->len)
			fail("a span outside of the text", d->msgs.v[i]->text, "");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *null;
	struct arena *a = arena_new();
	struct source *src = source_new(a, "fuzz.gt", (const char *)data, size);
	struct diag d;

	if (!null)
		null = fopen("/dev/null", "w");
	diag_init(&d, a, src);
	struct script *s = gt_parse(a, src, &d);

	if (!s->items.n && !d.errors)
		fail("no item and no message", "", "");
	check_messages(&d);
	for (size_t i = 0; i < s->items.n; i++)
		check_item(a, s->items.v[i]);
	ast_print(s, null);
	diag_print(&d, null, true);
	diag_print_json(&d, null);
	arena_free(a);
	return 0;
}
