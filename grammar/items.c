/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tokens of a script are cut into items before anything else is looked at, so
 * that a mistake in one cannot spill into the next. The words that begin an item
 * (on param def use keep) are reserved for that and end the item before, however
 * deep in brackets that is.
 */
#include <string.h>
#include "parse-int.h"
#include "parser.h"

static const struct token *tok(const struct parse *p, size_t i)
{
	return &p->tokens.v[i];
}

static int kind(const struct parse *p, size_t i)
{
	return i < p->tokens.n ? tok(p, i)->kind : TOK_YYEOF;
}

static bool is_open(int k)
{
	return k == TOK_LPAREN || k == TOK_LBRACKET || k == TOK_LBRACE;
}

static bool is_close(int k)
{
	return k == TOK_RPAREN || k == TOK_RBRACKET || k == TOK_RBRACE;
}

/* ---- cutting ---- */

/* Does what follows the word look like the item that it begins? */
static bool begins_item(const struct parse *p, size_t i)
{
	int next = kind(p, i + 1), then = kind(p, i + 2);

	switch (kind(p, i)) {
	case TOK_ON:
		return next == TOK_PROBE;
	case TOK_PARAM:
		return next == TOK_NAME &&
		       (then == TOK_COLON || then == TOK_ASSIGN || then == TOK_NAME);
	case TOK_DEF:
		return next == TOK_NAME && then == TOK_LPAREN;
	case TOK_USE:
		return next == TOK_STRING;
	case TOK_KEEP:
		return next == TOK_NAME && then == TOK_IF;
	default:
		return false;
	}
}

/* Could the item that begins at `from` be over before token i, which is `depth` deep? */
static bool may_end(const struct parse *p, size_t from, size_t i, int depth)
{
	while (i > from && kind(p, i - 1) == TOK_SEMI)
		i--;
	if (depth > 0 || i <= from)
		return false;
	if (kind(p, from) == TOK_ON)
		return kind(p, i - 1) == TOK_GT || kind(p, i - 1) == TOK_RBRACE;
	return i > from + 1;
}

static bool begins_line(const struct parse *p, size_t i)
{
	size_t at = tok(p, i)->span.from;

	while (at && strchr(" \t", p->src->text[at - 1]))
		at--;
	return !at || p->src->text[at - 1] == '\n';
}

/* A reserved word inside an item, where a name or a value was meant. */
static bool is_misplaced(const struct parse *p, const struct item *open, size_t i, int depth)
{
	return !begins_item(p, i) && !begins_line(p, i) && !may_end(p, open->from, i, depth) &&
	       i > open->from + 1;
}

static void misplaced_error(struct parse *p, size_t i)
{
	const char *word = slice(p, tok(p, i)->span);
	struct diag_msg *m = diag_error(p->d, E_RESERVED, tok(p, i)->span,
					"expected a value or a name, found the reserved word `%s`",
					word);

	diag_help(m, "on, param, def, use and keep begin an item wherever they stand; "
		     "after `.` and `@` they are names: rpc.%s, @%s", word, word);
}

/* What stands before the first item, or where there is none. */
static void stray_error(struct parse *p, size_t to)
{
	struct item it = { 0, to, to, false };
	struct diag_msg *m = diag_error(p->d, E_ITEM, tok(p, 0)->span,
					"expected `on`, `param` or `def`, found %s",
					found_text(p, &it, 0));

	if (kind(p, 0) == TOK_LPAREN || kind(p, 0) == TOK_LT)
		diag_help(m, "a clause is: on PROBE where PREDICATE < STATEMENTS >");
	else if (kind(p, 1) == TOK_COLON || kind(p, 1) == TOK_WRONG_OP)
		diag_help(m, "a clause begins with `on`: on %s…",
			  slice(p, span_join(tok(p, 0)->span, tok(p, to > 2 ? 2 : 1)->span)));
	else
		diag_help(m, "a clause is: on PROBE where PREDICATE < STATEMENTS >");
}

static bool has_bad(const struct parse *p, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		if (kind(p, i) == TOK_BAD)
			return true;
	}
	return false;
}

/* The item that begins at `from`; bad if a reserved word was in its way. */
static struct item cut_item(struct parse *p, size_t from)
{
	struct item it = { from, from + 1, 0, false };
	int depth = 0;

	for (; it.to < p->tokens.n; it.to++) {
		int k = kind(p, it.to);

		depth += is_open(k) - is_close(k);
		it.bad |= k == TOK_BAD;
		if (!is_item_word(k))
			continue;
		if (!is_misplaced(p, &it, it.to, depth))
			break;
		if (!it.bad)
			misplaced_error(p, it.to);
		it.bad = true;
	}
	return it;
}

static size_t without_semicolons(const struct parse *p, size_t from, size_t to)
{
	while (to > from && kind(p, to - 1) == TOK_SEMI)
		to--;
	return to;
}

void split_items(struct parse *p, item_list *out)
{
	size_t i = 0;

	while (i < p->tokens.n && !is_item_word(kind(p, i)))
		i++;
	if (without_semicolons(p, 0, i) && !has_bad(p, 0, i))
		stray_error(p, i);
	while (i < p->tokens.n) {
		struct item it = cut_item(p, i);

		i = it.next = it.to;
		it.to = without_semicolons(p, it.from, it.to);
		vec_push(p->a, out, it);
	}
}

/* ---- brackets ---- */

static const char *partner(int k)
{
	switch (k) {
	case TOK_LPAREN:
		return ")";
	case TOK_LBRACKET:
		return "]";
	case TOK_LBRACE:
		return "}";
	case TOK_RPAREN:
		return "(";
	case TOK_RBRACKET:
		return "[";
	default:
		return "{";
	}
}

static bool fits(const struct parse *p, size_t open, size_t close)
{
	return p->src->text[tok(p, close)->span.from] == *partner(kind(p, open));
}

/* Does the brace open a clause's block, and not that of an `if` or `else`? */
static bool is_clause_block(const struct parse *p, const struct item *it, size_t open)
{
	if (kind(p, open) != TOK_LBRACE || tok(p, open)->depth || kind(p, it->from) != TOK_ON ||
	    open < it->from + 2 || kind(p, open - 1) == TOK_ELSE)
		return false;
	return kind(p, open - 1) != TOK_RPAREN ||
	       kind(p, tok(p, open - 1)->match - 1) != TOK_IF;
}

static void open_error(struct parse *p, const struct item *it, size_t open)
{
	const char *text = slice(p, tok(p, open)->span);
	bool block = is_clause_block(p, it, open);
	struct diag_msg *m = diag_error(p->d, block ? E_BLOCK_OPEN : E_BRACKET_OPEN,
					tok(p, open)->span,
					"expected `%s` before %s: this `%s` is never closed",
					partner(kind(p, open)), found_text(p, it, it->to), text);

	if (block)
		diag_help(m, "the `}` that ends a clause's block is the clause's last token");
}

static void mismatch_error(struct parse *p, size_t open, size_t close)
{
	struct diag_msg *m = diag_error(p->d, E_BRACKET_KIND, tok(p, close)->span,
					"expected `%s`, found `%s`", partner(kind(p, open)),
					slice(p, tok(p, close)->span));

	diag_label(m, tok(p, open)->span, "this one is open");
}

static void extra_error(struct parse *p, size_t close)
{
	diag_error(p->d, E_BRACKET_EXTRA, tok(p, close)->span,
		   "there is no `%s` that this `%s` could close", partner(kind(p, close)),
		   slice(p, tok(p, close)->span));
}

bool match_brackets(struct parse *p, const struct item *it)
{
	size_t open[DEPTH_MAX];
	unsigned depth = 0;

	for (size_t i = it->from; i < it->to; i++) {
		struct token *t = &p->tokens.v[i];

		if (is_close(t->kind)) {
			if (!depth)
				return extra_error(p, i), false;
			if (!fits(p, open[depth - 1], i))
				return mismatch_error(p, open[depth - 1], i), false;
			t->match = open[--depth];
			p->tokens.v[t->match].match = i;
		}
		t->depth = depth;
		if (is_open(t->kind)) {
			if (depth == DEPTH_MAX)
				return limit_error(p, t->span), false;
			open[depth++] = i;
		}
	}
	if (depth)
		open_error(p, it, open[depth - 1]);
	return !depth;
}
