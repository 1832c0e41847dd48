/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which `<` opens a clause's block?
 *
 * `<` and `>` compare, too, so the grammar alone could not tell. Brackets are matched by
 * now; only angles outside of them count here. A block ends its clause, so the clause's
 * last token is its `>`. Without `where` the first angle opens it. With `where` the block
 * is the `<` whose next angle is that final `>`: no other `<` can be it unless an angle in
 * the block compares, and then it must stand in parentheses. These two tokens are
 * retagged, and to the grammar every other angle is a comparison. `{ … }` is the
 * same, and easier: brackets say where it ends.
 *
 * What stands between `where` and the block must be an expression. If it holds `;`, `=`,
 * `let`, `by` or `if`, then a statement has been taken for the predicate, which means
 * that the angle chosen as the block's was a comparison.
 */
#include "parse-int.h"
#include "parser.h"

#define NOWHERE ((size_t)-1)

struct clause_tokens {
	struct parse *p;
	const struct item *it;
	size_t head;		/* the token after `where`; without one, after `on` */
	bool where;
};

static const struct token *tok(const struct clause_tokens *c, size_t i)
{
	return &c->p->tokens.v[i];
}

static int kind(const struct clause_tokens *c, size_t i)
{
	return i < c->it->to ? tok(c, i)->kind : TOK_YYEOF;
}

static bool is_outer(const struct clause_tokens *c, size_t i, int k)
{
	return kind(c, i) == k && !tok(c, i)->depth;
}

static bool is_angle(const struct clause_tokens *c, size_t i)
{
	return is_outer(c, i, TOK_LT) || is_outer(c, i, TOK_GT);
}

static size_t first_of(const struct clause_tokens *c, size_t from, size_t to, int k)
{
	for (size_t i = from; i < to; i++) {
		if (is_outer(c, i, k))
			return i;
	}
	return NOWHERE;
}

static size_t last_of(const struct clause_tokens *c, size_t from, size_t to, int k)
{
	while (to > from) {
		if (is_outer(c, --to, k))
			return to;
	}
	return NOWHERE;
}

static size_t last_angle(const struct clause_tokens *c, size_t from, size_t to)
{
	while (to > from) {
		if (is_angle(c, --to))
			return to;
	}
	return NOWHERE;
}

static bool set_block(const struct clause_tokens *c, size_t open, size_t close)
{
	c->p->tokens.v[open].kind = TOK_BOPEN;
	c->p->tokens.v[close].kind = TOK_BCLOSE;
	return true;
}

/* ---- messages ---- */

static bool at_end(const struct clause_tokens *c)
{
	return c->it->next == c->p->tokens.n;
}

void shell_help(struct diag_msg *m)
{
	diag_help(m, "on a command line an unquoted `>` sends output to a file: put the whole "
		     "program in single quotes, gtrace -e '…'");
}

/* The text is over before the block, or another item begins. */
static bool no_block(const struct clause_tokens *c)
{
	struct parse *p = c->p;
	uint32_t end = tok(c, c->it->to - 1)->span.to;
	struct diag_msg *m;

	if (at_end(c)) {
		m = diag_error(p->d, E_CUT_OFF, (struct span){ end, end },
			       "expected a block `< … >`, found the end of the script");
		shell_help(m);
		return false;
	}
	m = diag_error(p->d, E_NO_BLOCK, (struct span){ end, end },
		       "expected a block `< … >` before %s", found_text(p, c->it, c->it->to));
	diag_label(m, tok(c, c->it->from)->span, "the clause that begins here has none");
	return false;
}

static bool no_opener(const struct clause_tokens *c, size_t at)
{
	struct diag_msg *m = diag_error(c->p->d, E_NO_BLOCK, tok(c, at)->span,
					"expected `<` before the statements: nothing opens the "
					"block that this `>` ends");

	diag_help(m, "a block is: < STATEMENT; … >");
	return false;
}

static bool never_closed(const struct clause_tokens *c, size_t open)
{
	struct diag_msg *m = diag_error(c->p->d, E_BLOCK_OPEN, tok(c, open)->span,
					"expected `>` before %s: this block is never closed",
					found_text(c->p, c->it, c->it->to));

	if (at_end(c))
		shell_help(m);
	return false;
}

static bool after_block(const struct clause_tokens *c, size_t at)
{
	const char *what = found_text(c->p, c->it, at);
	struct diag_msg *m = diag_error(c->p->d, E_AFTER_BLOCK, tok(c, at)->span,
					"expected the end of the clause after its block, found %s",
					what);

	diag_label(m, tok(c, at - 1)->span, "the block ends here");
	switch (kind(c, at)) {
	case TOK_BY:
		diag_help(m, "`by` stands in the block: < count() by method >");
		break;
	case TOK_WHERE:
	case TOK_OF:
		diag_help(m, "%s stands before the block", what);
		break;
	case TOK_PROBE:
	case TOK_NAME:
		diag_help(m, "another clause begins with `on`");
		break;
	default:
		diag_help(m, "statements of one block stand between one `<` and one `>`");
		break;
	}
	return false;
}

/* Does an operand of a comparison end before, or begin behind such a token? */
static bool ends_operand(int k)
{
	switch (k) {
	case TOK_BOPEN: case TOK_COMMA: case TOK_SEMI: case TOK_ASSIGN: case TOK_ADDSET:
	case TOK_SUBSET: case TOK_LAND: case TOK_LOR: case TOK_NOT: case TOK_QUESTION:
	case TOK_COLON: case TOK_ELVIS: case TOK_BY: case TOK_WHERE: case TOK_IF: case TOK_ELSE:
	case TOK_LET: case TOK_RETURN: case TOK_LT: case TOK_GT: case TOK_YYEOF:
		return true;
	default:
		return false;
	}
}

/* The comparison around an angle, as far as one can tell from its tokens. */
static struct span comparison(const struct clause_tokens *c, size_t angle)
{
	size_t from = angle, to = angle;

	while (from > c->head && (tok(c, from - 1)->depth || !ends_operand(kind(c, from - 1))))
		from--;
	while (to + 1 < c->it->to - 1 && (tok(c, to + 1)->depth || !ends_operand(kind(c, to + 1))))
		to++;
	return span_join(tok(c, from)->span, tok(c, to)->span);
}

static bool bare_comparison(const struct clause_tokens *c, size_t angle)
{
	struct parse *p = c->p;
	struct span whole = comparison(c, angle);
	struct diag_msg *m = diag_error(p->d, E_BARE_COMPARISON, tok(c, angle)->span,
					"expected parentheses around a comparison by `%s` in a "
					"block", slice(p, tok(c, angle)->span));

	diag_help(m, "write `(%s)`", slice(p, whole));
	return false;
}

static bool head_word(const struct clause_tokens *c, size_t at)
{
	struct parse *p = c->p;
	const char *what = found_text(p, c->it, at);
	struct diag_msg *m;

	if (kind(c, at) == TOK_ASSIGN) {
		m = diag_error(p->d, E_HEAD_WORD, tok(c, at)->span,
			       "expected `==` in a predicate, found `=`");
		diag_help(m, "`=` assigns, which only statements in the block do");
		return false;
	}
	m = diag_error(p->d, E_HEAD_WORD, tok(c, at)->span,
		       "expected an operator or the block in the predicate, found %s", what);
	diag_help(m, "statements stand in the block: < STATEMENT; … >");
	return false;
}

/* ---- the rule ---- */

static bool is_statement_word(int k)
{
	switch (k) {
	case TOK_SEMI: case TOK_ASSIGN: case TOK_ADDSET: case TOK_SUBSET: case TOK_INC:
	case TOK_DEC: case TOK_LET: case TOK_BY: case TOK_IF: case TOK_ELSE: case TOK_RETURN:
		return true;
	default:
		return false;
	}
}

/* A token that no predicate has. */
static size_t statement_word(const struct clause_tokens *c, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		if (!tok(c, i)->depth && is_statement_word(kind(c, i)))
			return i;
	}
	return NOWHERE;
}

/* `code = OK`: meant as a comparison, for only maps and rpc.x are assigned without let. */
static bool is_meant_equal(const struct clause_tokens *c, size_t at)
{
	return kind(c, at) == TOK_ASSIGN && kind(c, at - 1) == TOK_NAME &&
	       kind(c, at - 2) != TOK_DOT && kind(c, at - 2) != TOK_LET;
}

/* Does a statement begin at i, and no operand of a comparison? */
static bool begins_statement(const struct clause_tokens *c, size_t i)
{
	switch (kind(c, i)) {
	case TOK_LET:
	case TOK_IF:
	case TOK_RETURN:
		return true;
	case TOK_NAME:
		return kind(c, i + 1) == TOK_LPAREN;
	case TOK_MAP:
		i = kind(c, i + 1) == TOK_LBRACKET ? tok(c, i + 1)->match : i;
		return is_statement_word(kind(c, i + 1));
	default:
		return false;
	}
}

/* The `<` that was meant to open a block which has no end. */
static size_t likely_opener(const struct clause_tokens *c)
{
	for (size_t i = c->head; i < c->it->to; i++) {
		if (is_outer(c, i, TOK_LT) && begins_statement(c, i + 1))
			return i;
	}
	return c->where ? NOWHERE : first_of(c, c->head, c->it->to, TOK_LT);
}

/* Is the `>` at i behind something that ends a statement? Then it closed the block. */
static bool ends_block(const struct clause_tokens *c, size_t i)
{
	switch (kind(c, i - 1)) {
	case TOK_RPAREN: case TOK_RBRACE: case TOK_INC: case TOK_DEC: case TOK_SEMI:
	case TOK_RETURN:
		return true;
	default:
		return statement_word(c, c->head, i) != NOWHERE &&
		       kind(c, i + 1) != TOK_NUM && kind(c, i + 1) != TOK_LPAREN;
	}
}

/* `>` ends a block also where what follows belongs in it, before it, or behind another `on`. */
static bool closes_early(const struct clause_tokens *c, size_t i)
{
	if (!is_outer(c, i, TOK_GT))
		return false;
	switch (kind(c, i + 1)) {
	case TOK_LT: case TOK_BY: case TOK_WHERE: case TOK_OF:
		return true;
	default:
		return kind(c, i + 1) == TOK_NAME && kind(c, i + 2) == TOK_COLON;
	}
}

/* The clause does not end in `>` or in its block's `}`. */
static bool no_end(const struct clause_tokens *c)
{
	size_t brace = first_of(c, c->head, c->it->to, TOK_LBRACE);
	size_t open = likely_opener(c);
	size_t close = last_of(c, c->head, c->it->to, TOK_GT);

	if (brace != NOWHERE && (open == NOWHERE || brace < open))
		return after_block(c, tok(c, brace)->match + 1);
	if (open == NOWHERE)
		return no_block(c);
	for (size_t i = open + 1; i < c->it->to; i++) {
		if (closes_early(c, i))
			return after_block(c, i + 1);
	}
	if (close != NOWHERE && close > open && ends_block(c, close))
		return after_block(c, close + 1);
	return never_closed(c, open);
}

static bool block_without_where(const struct clause_tokens *c, size_t open)
{
	size_t last = c->it->to - 1;

	if (is_outer(c, open, TOK_GT))
		return no_opener(c, open);
	if (is_outer(c, open, TOK_LBRACE))
		return tok(c, open)->match == last ? set_block(c, open, last) :
		       after_block(c, tok(c, open)->match + 1);
	if (!is_outer(c, last, TOK_GT))
		return no_end(c);
	for (size_t i = open + 1; i < last; i++) {
		if (closes_early(c, i))
			return after_block(c, i + 1);
		if (is_angle(c, i))
			return bare_comparison(c, i);
	}
	return set_block(c, open, last);
}

/* The last token is `}`: of the block, or of an `if` in a block that lacks its `>`. */
static bool block_of_braces(const struct clause_tokens *c)
{
	size_t last = c->it->to - 1, open = tok(c, last)->match;
	size_t word = statement_word(c, c->head, open);

	if (word == NOWHERE)
		return set_block(c, open, last);
	if (first_of(c, c->head, word, TOK_LBRACE) != NOWHERE ||
	    first_of(c, c->head, word, TOK_LT) == NOWHERE || is_meant_equal(c, word))
		return head_word(c, word);
	return no_end(c);
}

static bool block_of_angles(const struct clause_tokens *c)
{
	size_t last = c->it->to - 1;
	size_t open = last_angle(c, c->head, last);
	size_t word;

	if (open == NOWHERE || first_of(c, c->head, last, TOK_LT) == NOWHERE)
		return no_opener(c, last);
	if (is_outer(c, open, TOK_GT))
		return bare_comparison(c, open);
	word = statement_word(c, c->head, open);
	if (word == NOWHERE)
		return set_block(c, open, last);
	if (first_of(c, c->head, word, TOK_LT) == NOWHERE || is_meant_equal(c, word))
		return head_word(c, word);
	return bare_comparison(c, open);
}

/* The first token that could open a block or compare; it->to if there is none. */
static size_t first_opener(const struct clause_tokens *c)
{
	size_t i = c->head;

	while (i < c->it->to && !is_angle(c, i) && !is_outer(c, i, TOK_LBRACE) &&
	       !is_outer(c, i, TOK_WHERE))
		i++;
	return i;
}

bool find_block(struct parse *p, const struct item *it)
{
	struct clause_tokens c = { .p = p, .it = it, .head = it->from + 1 };
	size_t i = first_opener(&c), last = it->to - 1;

	if (i == it->to)
		return no_block(&c);
	if (!is_outer(&c, i, TOK_WHERE))
		return block_without_where(&c, i);
	c.where = true;
	c.head = i + 1;
	if (is_outer(&c, last, TOK_RBRACE))
		return block_of_braces(&c);
	if (is_outer(&c, last, TOK_GT))
		return block_of_angles(&c);
	return no_end(&c);
}
