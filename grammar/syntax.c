/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said when a token stands where the grammar has no place for it. Each kind of
 * mistake has a rule, which looks at the token, at the one before it, and at what would
 * have done instead; the first rule that knows the mistake reports it.
 */
#include <string.h>
#include "parse-int.h"
#include "parser.h"
#include "../src/base/strbuf.h"

#define SLICE_MAX 40

/* A piece of the script for a message: not too long, not beyond its line. */
const char *slice(struct parse *p, struct span span)
{
	const char *s = p->src->text + span.from;
	size_t len = span.to - span.from, n = 0;

	while (n < len && n < SLICE_MAX && s[n] != '\n')
		n++;
	while (n < len && n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return arena_printf(p->a, "%.*s%s", (int)n, s, n < len ? "…" : "");
}

const char *found_text(struct parse *p, const struct item *it, size_t i)
{
	if (i < it->to)
		return arena_printf(p->a, "`%s`", slice(p, p->tokens.v[i].span));
	if (it->next < p->tokens.n)
		return arena_printf(p->a, "the next `%s`", slice(p, p->tokens.v[it->next].span));
	return "the end of the script";
}

void limit_error(struct parse *p, struct span span)
{
	if (!p->failed) {
		struct diag_msg *m = diag_error(p->d, E_LIMIT, span,
						"expected at most %d levels of nesting", DEPTH_MAX);

		diag_help(m, "`let` gives a part of it a name");
	}
	p->failed = true;
}

/* ---- the mistake at hand ---- */

struct mistake {
	struct parse *p;
	const struct expected *e;
	int kind, before;	/* the token, and the one before it; TOK_YYEOF: none */
	struct span span;
	const char *found;	/* as in a message */
};

static int kind_at(const struct parse *p, size_t i)
{
	return i >= p->item->from && i < p->item->to ? p->tokens.v[i].kind : TOK_YYEOF;
}

static struct span span_at(const struct parse *p, size_t i)
{
	if (i < p->item->to)
		return p->tokens.v[i].span;

	uint32_t end = p->tokens.v[p->item->to - 1].span.to;

	return (struct span){ end, end };
}

static bool expects(const struct mistake *m, const char *name)
{
	for (size_t i = 0; i < m->e->n; i++) {
		if (!strcmp(m->e->names[i], name))
			return true;
	}
	return false;
}

/* Behind a whole expression: an operator could follow. */
static bool behind_expr(const struct mistake *m)
{
	return expects(m, "+");
}

static bool wants_expr(const struct mistake *m)
{
	return expects(m, "a number") && expects(m, "(");
}

static bool wants_stmt(const struct mistake *m)
{
	return expects(m, "let");
}

/* " behind `x`", or nothing at the start of an item. */
static const char *behind(const struct mistake *m)
{
	if (m->before == TOK_YYEOF)
		return "";
	return arena_printf(m->p->a, " behind `%s`", slice(m->p, span_at(m->p, m->p->at - 1)));
}

static struct diag_msg *error(const struct mistake *m, enum diag_id id, const char *expected)
{
	return diag_error(m->p->d, id, m->span, "expected %s, found %s", expected, m->found);
}

/* ---- lists of what would do ---- */

static bool is_operator_name(const char *name)
{
	static const char *const names[] = {
		"?", "?:", "||", "&&", "in", "=~", "!~", "==", "!=", "<", "<=", ">", ">=", "+", "-",
		"|", "^", "*", "/", "%", "<<", ">>", "&", "&^", ".", "[", "(", "++", "--", "+=", "-=",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

static const char *shown_name(const struct mistake *m, const char *name)
{
	struct parse *p = m->p;

	if (!strcmp(name, "end of file"))
		return "the end of the item";
	if (!strcmp(name, "the block"))
		return "the block `< … >`";
	if (!strcmp(name, "the end of the block"))
		return arena_printf(p->a, "`%s`", slice(p, span_at(p, p->item->to - 1)));
	if (!strncmp(name, "a ", 2))
		return name;
	return arena_printf(p->a, "`%s`", name);
}

static const char *join(struct arena *a, const char *const *names, size_t n)
{
	const char *text = n ? names[0] : "something else";

	for (size_t i = 1; i < n; i++)
		text = arena_printf(a, "%s%s%s", text, i + 1 < n ? ", " : " or ", names[i]);
	return text;
}

/* At most four of them; operators count as one. */
static const char *expected_list(const struct mistake *m)
{
	const char *names[4];
	size_t n = 0;
	bool after = behind_expr(m);

	if (after)
		names[n++] = "an operator";
	for (size_t i = 0; i < m->e->n && n < 4; i++) {
		if (!after || !is_operator_name(m->e->names[i]))
			names[n++] = shown_name(m, m->e->names[i]);
	}
	return join(m->p->a, names, n);
}

/* ---- rules ---- */

static const struct { const char *op, *help; } other_operators[] = {
	{ "->", "members are read with a point: arg.req.ID" },
	{ ":=", "`let x = …` gives a value a name, `@x = …` writes a map" },
	{ "::", "a probe has one colon: on PROVIDER:NAME" },
	{ "=>", "greater or equal is >=" },
	{ "===", "equal is ==" },
	{ "!==", "unequal is !=" },
};

static bool operator_of_others(const struct mistake *m)
{
	const char *op = slice(m->p, m->span), *help = NULL;

	if (m->kind != TOK_WRONG_OP)
		return false;
	for (size_t i = 0; i < sizeof(other_operators) / sizeof(*other_operators); i++) {
		if (!strcmp(op, other_operators[i].op))
			help = other_operators[i].help;
	}
	struct diag_msg *d = diag_error(m->p->d, E_NO_OPERATOR, m->span,
					"expected an operator of the language, found `%s`", op);

	if (help)
		diag_help(d, "%s", help);
	else
		diag_help(d, "only += and -= work in place: write @x = @x %.*s …",
			  (int)strlen(op) - 1, op);
	return true;
}

/* `*p` and `&x`. */
static bool pointer(const struct mistake *m)
{
	if (!wants_expr(m) || (m->kind != TOK_MUL && m->kind != TOK_AND) ||
	    kind_at(m->p, m->p->at + 1) == TOK_YYEOF)
		return false;
	struct diag_msg *d = diag_error(m->p->d, E_NO_OPERATOR, m->span,
					"expected an expression%s, found %s: it takes two operands",
					behind(m), m->found);

	diag_help(d, "pointers are followed by themselves: arg.req.ID reads a member");
	return true;
}

static bool step_in_expr(const struct mistake *m)
{
	if (m->kind != TOK_INC && m->kind != TOK_DEC)
		return false;
	struct diag_msg *d = diag_error(m->p->d, E_NO_OPERATOR, m->span,
					"expected %s, found %s: it is a statement of its own",
					wants_expr(m) ? "an expression" : "an operator or the end of "
					"the statement", m->found);

	diag_help(d, "`@x%s` as a statement, then `@x` where its value is wanted",
		  m->kind == TOK_INC ? "++" : "--");
	return true;
}

static bool comma(const struct mistake *m)
{
	if (m->kind != TOK_COMMA || !behind_expr(m))
		return false;
	struct diag_msg *d = diag_error(m->p->d, E_NO_OPERATOR, m->span,
					"expected %s, found `,`: there is no comma operator",
					expected_list(m));

	if (expects(m, ";"))
		diag_help(d, "statements are separated by `;`");
	return true;
}

static bool missing_probe(const struct mistake *m)
{
	struct parse *p = m->p;

	if (!expects(m, "a probe"))
		return false;
	struct diag_msg *d = diag_error(p->d, E_PROBE, m->span, "expected a probe%s, found %s",
					behind(m), m->found);

	diag_help(d, "like grpc:stream_send; `gtrace -l` lists them");
	return true;
}

/* `on grpc stream_send`, `on grpc: stream_send`, `on grpc :stream_send`. */
static bool missing_colon(const struct mistake *m)
{
	struct parse *p = m->p;

	if (m->before != TOK_PROBE ||
	    (m->kind != TOK_NAME && m->kind != TOK_COLON && m->kind != TOK_DOT))
		return false;

	const char *probe = p->tokens.v[p->at - 1].value.name;
	bool colon = strchr(probe, ':') != NULL;
	size_t name_at = m->kind == TOK_NAME ? p->at : p->at + 1;

	if ((colon && probe[strlen(probe) - 1] != ':') || kind_at(p, name_at) != TOK_NAME)
		return false;
	struct diag_msg *d = diag_error(p->d, E_PROBE_COLON, m->span,
					"expected `:` and a name right behind `%s`, found %s", probe,
					m->found);

	diag_help(d, "did you mean `%s%s%s`?", probe, colon ? "" : ":",
		  slice(p, span_at(p, name_at)));
	return true;
}

static bool word_as_name(const struct mistake *m)
{
	struct parse *p = m->p;

	if (p->at >= p->item->to || !is_word(p, &p->tokens.v[p->at]) ||
	    !expects(m, "a name") || (wants_expr(m) && wants_stmt(m)))
		return false;
	if (wants_expr(m) && m->kind != TOK_WHERE && m->kind != TOK_OF && m->kind != TOK_LET)
		return false;
	struct diag_msg *d = diag_error(p->d, E_RESERVED, m->span,
					"expected a name%s, found the word %s of the language",
					behind(m), m->found);

	diag_help(d, "choose another name; behind `@` and `.` any word will do");
	return true;
}

/* `; = let by if` in a head without `where`; with one, block.c has found them. */
static bool head_word(const struct mistake *m)
{
	if (!expects(m, "the block"))
		return false;
	switch (m->kind) {
	case TOK_SEMI: case TOK_ASSIGN: case TOK_LET: case TOK_BY: case TOK_IF:
		break;
	case TOK_OF:
		diag_help(error(m, E_SYNTAX, expected_list(m)), "`of TARGET` stands before `where`");
		return true;
	default:
		return false;
	}
	struct diag_msg *d = error(m, E_HEAD_WORD, expected_list(m));

	diag_help(d, "statements stand in the block: < STATEMENT; … >");
	return true;
}

static bool missing_stmt(const struct mistake *m)
{
	if (!wants_stmt(m))
		return false;
	struct diag_msg *d = error(m, E_STMT, arena_printf(m->p->a, "a statement%s", behind(m)));

	switch (m->kind) {
	case TOK_LBRACE:
		diag_help(d, "blocks stand behind if (…) and else only");
		break;
	case TOK_ELSE:
		diag_help(d, "`else` follows the `}` of an if at once");
		break;
	case TOK_WHERE:
	case TOK_OF:
		diag_help(d, "%s stands before the block; in it there is if (…) { … }", m->found);
		break;
	default:
		break;
	}
	return true;
}

static bool missing_expr(const struct mistake *m)
{
	if (!wants_expr(m))
		return false;
	struct diag_msg *d = error(m, E_EXPR, arena_printf(m->p->a, "an expression%s", behind(m)));

	if (m->kind == TOK_ADD)
		diag_help(d, "numbers need no plus");
	return true;
}

static bool begins_statement(int kind)
{
	switch (kind) {
	case TOK_NAME: case TOK_MAP: case TOK_LET: case TOK_IF: case TOK_RETURN: case TOK_NUM:
	case TOK_STRING: case TOK_LPAREN: case TOK_TRUE: case TOK_FALSE:
		return true;
	default:
		return false;
	}
}

/* `for (…) {` reads as a call: C's loops are not here. */
static bool is_loop(const struct parse *p)
{
	static const char *const words[] = { "for", "while", "unroll", "foreach" };
	size_t i = p->at;

	if (kind_at(p, i) != TOK_LBRACE || kind_at(p, i - 1) != TOK_RPAREN)
		return false;
	i = p->tokens.v[i - 1].match;
	if (kind_at(p, i - 1) != TOK_NAME)
		return false;
	for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++) {
		if (!strcmp(p->tokens.v[i - 1].value.name, words[k]))
			return true;
	}
	return false;
}

static bool missing_semicolon(const struct mistake *m)
{
	if (!expects(m, ";"))
		return false;
	if (is_loop(m->p)) {
		struct diag_msg *d = error(m, E_STMT, "a statement that the language has");

		diag_help(d, "there are no loops in this version");
		return true;
	}
	if (!begins_statement(m->kind))
		return false;
	error(m, E_SEMICOLON, "`;` between two statements");
	return true;
}

/* What has no rule of its own; some mistakes get a hint. */
static bool anything(const struct mistake *m)
{
	struct diag_msg *d = error(m, E_SYNTAX, expected_list(m));

	if (m->kind == TOK_ASSIGN && expects(m, "=="))
		diag_help(d, "did you mean `==`?");
	else if (m->kind == TOK_BY)
		diag_help(d, "`by` stands behind unnamed aggregations; a map has its keys in "
			     "brackets: @m[key] = count()");
	else if (expects(m, ":") && kind_at(m->p, m->p->item->from) == TOK_PARAM)
		diag_help(d, "a param has a type: param limit: bytes = 1M");
	else if (m->kind == TOK_LPAREN && behind_expr(m))
		diag_help(d, "only functions are called, by their name");
	else if (expects(m, "{"))
		diag_help(d, "if (CONDITION) { … } else { … }");
	return true;
}

static bool (*const rules[])(const struct mistake *m) = {
	operator_of_others, pointer, step_in_expr, comma, missing_probe, missing_colon,
	word_as_name, head_word, missing_stmt, missing_expr, missing_semicolon, anything,
};

void syntax_error(struct parse *p, const struct expected *e)
{
	struct mistake m = {
		.p = p, .e = e, .kind = kind_at(p, p->at),
		.before = p->at > p->item->from ? kind_at(p, p->at - 1) : TOK_YYEOF,
		.span = span_at(p, p->at), .found = found_text(p, p->item, p->at),
	};

	p->failed = true;
	for (size_t i = 0; !rules[i](&m); i++)
		;
}
