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

/* " after `x`", or nothing at the start of an item. */
static const char *after(const struct mistake *m)
{
	if (m->before == TOK_YYEOF)
		return "";
	return arena_printf(m->p->a, " after `%s`", slice(m->p, span_at(m->p, m->p->at - 1)));
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
		"|", "^", "*", "/", "%", "<<", ">>", "&", "&^", ".", "[", "(", "++", "--", "+=",
		"-=",
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
	bool operators = behind_expr(m);

	if (operators)
		names[n++] = "an operator";
	for (size_t i = 0; i < m->e->n && n < 4; i++) {
		if (!operators || !is_operator_name(m->e->names[i]))
			names[n++] = shown_name(m, m->e->names[i]);
	}
	return join(m->p->a, names, n);
}

/* ---- rules ---- */

/* `for (` at the start of a statement, from where the grammar takes it for a call. */
static bool is_loop(const struct parse *p, size_t i)
{
	static const char *const words[] = { "for", "while", "unroll", "foreach" };
	int before = kind_at(p, i - 1);

	if (kind_at(p, i) != TOK_NAME || kind_at(p, i + 1) != TOK_LPAREN ||
	    (before != TOK_BOPEN && before != TOK_LBRACE && before != TOK_SEMI &&
	     before != TOK_RBRACE))
		return false;
	for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++) {
		if (!strcmp(p->tokens.v[i].value.name, words[k]))
			return true;
	}
	return false;
}

static bool loop(const struct mistake *m)
{
	struct parse *p = m->p;

	for (size_t i = p->item->from + 1; i < p->at; i++) {
		if (!is_loop(p, i))
			continue;
		diag_error(p->d, E_STMT, p->tokens.v[i].span,
			   "expected a statement, found `%s`: there are no loops in this version",
			   p->tokens.v[i].value.name);
		return true;
	}
	return false;
}

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
					after(m), m->found);

	diag_help(d, "pointers are followed by themselves: arg.req.ID reads a member");
	return true;
}

static bool step_in_expr(const struct mistake *m)
{
	if (m->kind != TOK_INC && m->kind != TOK_DEC)
		return false;
	const char *wanted = wants_expr(m) ? "an expression" :
			     "an operator or the end of the statement";
	struct diag_msg *d = diag_error(m->p->d, E_NO_OPERATOR, m->span,
					"expected %s, found %s: it is a statement of its own",
					wanted, m->found);

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

/* `of`, or `of pid`, and nothing that fits. */
static bool target(const struct mistake *m)
{
	bool kind = m->before == TOK_OF;
	bool value = m->before == TOK_NAME && kind_at(m->p, m->p->at - 2) == TOK_OF;

	if ((!kind && !value) || behind_expr(m))
		return false;
	error(m, E_OF, kind ? "pid, exe, comm, cgroup or container after `of`" :
	      arena_printf(m->p->a, "a number or a name%s", after(m)));
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
					after(m), m->found);

	diag_help(d, "choose another name; after `@` and `.` any word will do");
	return true;
}

/* `; = let by if` in a head without `where`; with one, block.c has found them. */
static bool head_word(const struct mistake *m)
{
	struct diag_msg *d;

	if (!expects(m, "the block"))
		return false;
	switch (m->kind) {
	case TOK_SEMI: case TOK_ASSIGN: case TOK_LET: case TOK_BY: case TOK_IF:
		break;
	case TOK_OF:
		d = error(m, E_SYNTAX, expected_list(m));
		diag_help(d, "`of TARGET` stands before `where`");
		return true;
	default:
		return false;
	}
	d = error(m, E_HEAD_WORD, expected_list(m));
	diag_help(d, "statements stand in the block: < STATEMENT; … >");
	return true;
}

static bool missing_stmt(const struct mistake *m)
{
	if (!wants_stmt(m))
		return false;
	struct diag_msg *d = error(m, E_STMT, arena_printf(m->p->a, "a statement%s", after(m)));

	switch (m->kind) {
	case TOK_LBRACE:
		diag_help(d, "blocks stand after if (…) and else only");
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
	struct diag_msg *d = error(m, E_EXPR, arena_printf(m->p->a, "an expression%s", after(m)));

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

static bool missing_semicolon(const struct mistake *m)
{
	if (!expects(m, ";"))
		return false;
	if (!begins_statement(m->kind))
		return false;
	error(m, E_SEMICOLON, "`;` between two statements");
	return true;
}

/* What has no rule of its own; some mistakes get a hint. */
static bool anything(const struct mistake *m)
{
	struct parse *p = m->p;
	int item = kind_at(p, p->item->from);
	const char *expected = arena_printf(p->a, "%s%s", expected_list(m), after(m));
	struct diag_msg *d = error(m, E_SYNTAX, expected);

	if (m->kind == TOK_ASSIGN && expects(m, "=="))
		diag_help(d, "did you mean `==`?");
	else if (m->kind == TOK_BY)
		diag_help(d, "`by` stands after unnamed aggregations; a map has its keys in "
			     "brackets: @m[key] = count()");
	else if (m->before == TOK_IN)
		diag_help(d, "`in` has a list in parentheses: code in (OK, CANCELLED)");
	else if (m->kind == TOK_LPAREN && behind_expr(m))
		diag_help(d, "only functions are called, by their name");
	else if (expects(m, "{") || m->before == TOK_IF)
		diag_help(d, "if (CONDITION) { … } else { … }");
	else if (item == TOK_PARAM && !behind_expr(m))
		diag_help(d, "a param is: param NAME: TYPE = VALUE \"HELP\"");
	else if (item == TOK_DEF && !behind_expr(m))
		diag_help(d, "a function is: def NAME(NAME: TYPE, …): TYPE = EXPRESSION");
	else if (item == TOK_USE)
		diag_help(d, "like: use \"lib.gt\"");
	else if (item == TOK_KEEP && !behind_expr(m))
		diag_help(d, "like: keep rpc if code != OK");
	return true;
}

static bool (*const rules[])(const struct mistake *m) = {
	loop, operator_of_others, pointer, step_in_expr, comma, target, word_as_name, head_word,
	missing_stmt, missing_expr, missing_semicolon, anything,
};

void syntax_error(struct parse *p, const struct expected *e)
{
	struct mistake m = {
		.p = p, .e = e, .kind = kind_at(p, p->at),
		.before = p->at > p->item->from ? kind_at(p, p->at - 1) : TOK_YYEOF,
		.span = span_at(p, p->at), .found = found_text(p, p->item, p->at),
	};

	if (p->failed)
		return;
	p->failed = true;
	for (size_t i = 0; !rules[i](&m); i++)
		;
}
