/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include "parse-int.h"
#include "parser.h"

/* What the grammar sees behind the last token of an item. */
static struct span end_span(const struct parse *p, const struct item *it)
{
	uint32_t end = p->tokens.v[it->to - 1].span.to;

	return (struct span){ end, end };
}

static gt_yypstate *new_state(void)
{
	gt_yypstate *state = gt_yypstate_new();

	if (state)
		return state;
	fputs("gtrace: out of memory\n", stderr);
	exit(1);
}

/* Feeds the item's tokens to the grammar: true if it took them all. */
static bool feed(struct parse *p, const struct item *it)
{
	gt_yypstate *state = new_state();
	int status = YYPUSH_MORE;

	for (p->at = it->from; p->at < it->to && status == YYPUSH_MORE; p->at++) {
		const struct token *t = &p->tokens.v[p->at];
		union token_value v = t->value;
		struct span span = t->span;

		status = gt_yypush_parse(state, t->kind, &v, &span, p);
	}
	if (status == YYPUSH_MORE) {
		union token_value v = { 0 };
		struct span span = end_span(p, it);

		status = gt_yypush_parse(state, TOK_YYEOF, &v, &span, p);
	}
	gt_yypstate_delete(state);
	return status == 0;
}

static bool has_faulty(const struct parse *p, const struct item *it)
{
	for (size_t i = it->from; i < it->to; i++) {
		if (p->tokens.v[i].faulty)
			return true;
	}
	return false;
}

static void parse_item(struct parse *p, const struct item *it)
{
	if (it->bad || !match_brackets(p, it))
		return;
	if (p->tokens.v[it->from].kind == TOK_ON && !(check_probes(p, it) && find_block(p, it)))
		return;
	p->item = it;
	p->tree = NULL;
	p->failed = false;
	if (feed(p, it) && !p->failed && !has_faulty(p, it))
		vec_push(p->a, &p->script->items, p->tree);
}

static void empty_error(struct parse *p)
{
	uint32_t end = (uint32_t)p->src->len;
	struct diag_msg *m = diag_error(p->d, E_EMPTY, (struct span){ end, end },
					"expected a clause, found an empty script");

	diag_help(m, "a clause is: on PROBE where PREDICATE < STATEMENTS >");
	diag_help(m, "on a command line the program stands in single quotes: "
		     "gtrace -e 'on grpc:stream_send < count() >'");
}

static void too_large(struct parse *p)
{
	diag_error(p->d, E_LIMIT, (struct span){ 0, 0 }, "expected a script of at most %u MiB, "
		   "found one of %zu", TEXT_MAX >> 20, p->src->len >> 20);
}

struct script *gt_parse(struct arena *a, struct source *src, struct diag *d)
{
	struct parse p = { .a = a, .src = src, .d = d };
	item_list items = { 0 };
	size_t before = d->errors;

	p.script = arena_new_of(a, struct script);
	p.script->source = src;
	if (src->len > TEXT_MAX) {
		too_large(&p);
		return p.script;
	}
	p.script->help = help_text(&p);
	lex(&p);
	split_items(&p, &items);
	if (!items.n && d->errors == before)
		empty_error(&p);
	for (size_t i = 0; i < items.n; i++)
		parse_item(&p, &items.v[i]);
	return p.script;
}
