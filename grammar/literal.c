/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pieces that the lexer cuts out stand for, and what is wrong with them. */
#include <ctype.h>
#include <string.h>
#include "parse-int.h"
#include "parser.h"
#include "../src/base/strbuf.h"

void token_add(struct parse *p, int kind, struct span span, union token_value v)
{
	vec_push(p->a, &p->tokens, (struct token){ .kind = kind, .span = span, .value = v });
}

static void bad_token(struct parse *p, struct span span)
{
	token_add(p, TOK_BAD, span, (union token_value){ 0 });
}

/* ---- words ---- */

static const struct { const char *text; int kind; } words[] = {
	{ "on", TOK_ON }, { "param", TOK_PARAM }, { "def", TOK_DEF }, { "use", TOK_USE },
	{ "keep", TOK_KEEP },
	{ "of", TOK_OF }, { "where", TOK_WHERE }, { "by", TOK_BY }, { "let", TOK_LET },
	{ "if", TOK_IF }, { "else", TOK_ELSE }, { "return", TOK_RETURN },
	{ "true", TOK_TRUE }, { "false", TOK_FALSE },
	{ "and", TOK_LAND }, { "or", TOK_LOR }, { "not", TOK_NOT }, { "in", TOK_IN },
};

int word_kind(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strlen(words[i].text) == len && !memcmp(words[i].text, text, len))
			return words[i].kind;
	}
	return TOK_NAME;
}

bool is_item_word(int kind)
{
	return kind == TOK_ON || kind == TOK_PARAM || kind == TOK_DEF || kind == TOK_USE ||
	       kind == TOK_KEEP;
}

bool is_word(struct parse *p, const struct token *t)
{
	return t->kind != TOK_NAME && isalpha((unsigned char)p->src->text[t->span.from]) &&
	       word_kind(p->src->text + t->span.from, t->span.to - t->span.from) != TOK_NAME;
}

/* Behind a point any word is a name: rpc.use, arg.in. */
void lex_word(struct parse *p, const char *text, size_t len, struct span span)
{
	bool member = p->tokens.n && vec_last(&p->tokens).kind == TOK_DOT;
	int kind = member ? TOK_NAME : word_kind(text, len);
	union token_value v = { .name = arena_strndup(p->a, text, len) };

	if (is_item_word(kind))
		p->character_reported = false;
	token_add(p, kind, span, v);
}

void lex_map(struct parse *p, const char *text, size_t len, struct span span)
{
	token_add(p, TOK_MAP, span, (union token_value){
		.name = arena_strndup(p->a, text + 1, len - 1) });
}

/* ---- numbers ---- */

static void unit_help(struct parse *p, struct diag_msg *m, const char *text,
		      struct number_part part)
{
	const char *near = unit_suggest(p->a, text + part.from, part.len);

	if (near)
		diag_help(m, "did you mean `%.*s%s`?", (int)part.from, text, near);
	else
		diag_help(m, "units are K M G T, B KiB MiB GiB TiB kB MB GB TB, "
			     "and ns us ms s m h d for durations");
}

static void number_error(struct parse *p, enum number_fault fault, const char *text, size_t len,
			 struct number_part part, struct span span)
{
	struct span at = { span.from + (uint32_t)part.from,
			   span.from + (uint32_t)(part.from + part.len) };
	int n = (int)len;
	struct diag_msg *m;

	switch (fault) {
	case NUMBER_UNIT:
		m = diag_error(p->d, E_UNIT, at, "expected a unit after the number, found `%.*s`",
			       (int)part.len, text + part.from);
		unit_help(p, m, text, part);
		break;
	case NUMBER_MIX:
		m = diag_error(p->d, E_NUMBER, at, "expected one number with its unit, "
			       "found `%.*s`", n, text);
		diag_help(m, "only durations have parts, each of a smaller unit than the one "
			     "before: 1h30m, 1m1.5s");
		break;
	case NUMBER_RANGE:
		m = diag_error(p->d, E_NUMBER_RANGE, at, "expected a number that fits in 64 bits, "
			       "found `%.*s`", n, text);
		diag_help(m, "the greatest is 18446744073709551615; of bytes and durations half "
			     "of it: 8388607TiB, 106751d");
		break;
	case NUMBER_INEXACT:
		m = diag_error(p->d, E_NUMBER_INEXACT, at, "expected a whole number of bytes or "
			       "nanoseconds, found `%.*s`", n, text);
		diag_help(m, "round it, or take a smaller unit");
		break;
	default:
		m = diag_error(p->d, E_NUMBER, at, "expected a number, found `%.*s`", n, text);
		diag_help(m, "like 10, 1_000, 0x1f, 64K or 1.5s");
		break;
	}
}

void lex_number(struct parse *p, const char *text, size_t len, struct span span)
{
	union token_value v = { 0 };
	struct number_part part;
	enum number_fault fault = number_parse(text, len, &v.number.n, &part);

	if (fault)
		number_error(p, fault, text, len, part, span);
	else if (v.number.n.fraction)
		v.number.fraction = arena_strndup(p->a, text, len);
	token_add(p, TOK_NUM, span, v);
	vec_last(&p->tokens).faulty = fault != NUMBER_OK;
}

/* ---- strings ---- */

static void put_utf8(struct strbuf *b, unsigned c)
{
	if (c < 0x80) {
		strbuf_putc(b, (char)c);
	} else if (c < 0x800) {
		strbuf_putc(b, (char)(0xc0 | c >> 6));
		strbuf_putc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		strbuf_putc(b, (char)(0xe0 | c >> 12));
		strbuf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		strbuf_putc(b, (char)(0x80 | (c & 0x3f)));
	}
}

/* Exactly n hex digits at s, of which `left` may be read; -1 if they are not there. */
static int hex_value(const char *s, size_t left, size_t n)
{
	int v = 0;

	if (left < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		int c = (unsigned char)s[i];

		if (!isxdigit(c))
			return -1;
		v = v * 16 + (isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	return v;
}

/* One escape behind its `\`: its length, or 0 if there is no such. */
static size_t put_escape(struct strbuf *b, const char *s, size_t left)
{
	static const char letters[] = "abefnrtv\\\"'0", stand_for[] = "\a\b\033\f\n\r\t\v\\\"'";
	const char *at = *s ? strchr(letters, *s) : NULL;
	int v;

	if (at) {
		strbuf_putc(b, stand_for[at - letters]);	/* \0 is the NUL at its end */
		return 1;
	}
	if (*s == 'x' && (v = hex_value(s + 1, left - 1, 2)) >= 0) {
		strbuf_putc(b, (char)v);
		return 3;
	}
	if (*s == 'u' && (v = hex_value(s + 1, left - 1, 4)) >= 0 && (v & 0xf800) != 0xd800) {
		put_utf8(b, (unsigned)v);
		return 5;
	}
	return 0;
}

static size_t char_length(const char *s, size_t left)
{
	size_t n = 1;

	while (n < left && ((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static void escape_error(struct parse *p, const char *s, size_t left, uint32_t at)
{
	size_t n = char_length(s, left);
	struct span span = { at, at + 1 + (uint32_t)n };
	struct diag_msg *m = diag_error(p->d, E_ESCAPE, span,
					"expected an escape like \\n, found `\\%.*s`", (int)n, s);

	if (*s == 'x')
		diag_help(m, "\\x is followed by two hex digits: \\x1b");
	else if (*s == 'u')
		diag_help(m, "\\u is followed by the four hex digits of a character: \\u00b5");
	else
		diag_help(m, "escapes are \\n \\t \\r \\\\ \\\" \\' \\a \\b \\e \\f \\v \\0 \\xHH "
			     "\\uHHHH; a backslash itself is \\\\");
}

void lex_string(struct parse *p, const char *text, size_t len, struct span span)
{
	struct strbuf b = { 0 };
	bool reported = false;

	strbuf_puts(&b, "");
	for (size_t i = 1; i + 1 < len; i++) {
		if (text[i] != '\\') {
			strbuf_putc(&b, text[i]);
			continue;
		}
		size_t n = put_escape(&b, text + i + 1, len - i - 2);

		if (!n && !reported) {
			escape_error(p, text + i + 1, len - i - 2, span.from + (uint32_t)i);
			reported = true;
		}
		i += n ? n : 1;
	}
	token_add(p, TOK_STRING, span, (union token_value){
		.string = { arena_strndup(p->a, b.s, b.len), b.len } });
	vec_last(&p->tokens).faulty = reported;
	strbuf_fini(&b);
}

/* ---- what has no end, and what is nothing ---- */

void lex_open_string(struct parse *p, struct span span)
{
	struct span quote = { span.from, span.from + 1 };
	struct diag_msg *m = diag_error(p->d, E_STRING_OPEN, quote,
					"expected `\"` before the end of the line: this string is "
					"never closed");

	diag_help(m, "a string stands on one line; a new line in it is \\n, a quote \\\"");
	bad_token(p, span);
}

void lex_open_comment(struct parse *p, struct span span)
{
	struct diag_msg *m = diag_error(p->d, E_COMMENT_OPEN, span,
					"expected `*/` before the end of the script: this comment "
					"is never closed");

	diag_help(m, "comments do not nest; # and // comment up to the end of the line");
	bad_token(p, span);
}

static const struct { const char *text, *help; } known_characters[] = {
	{ "'", "strings stand in double quotes; on a command line the single quotes go around "
	       "the whole program" },
	{ "`", "strings stand in double quotes" },
	{ "“", "a straight quote opens a string: \"" },
	{ "”", "a straight quote closes a string: \"" },
	{ "„", "a straight quote opens a string: \"" },
	{ "$", "a value from the command line is a param: `param limit: bytes = 1M`, then "
	       "`limit`" },
	{ "~", "`^x` inverts the bits, `=~` and `!~` match a pattern" },
	{ "\\", "a line needs no mark to go on in the next one" },
	{ "\xc2\xa0", "this is a no-break space: replace it by a plain one" },
	{ "–", "this is a dash: the minus is -" },
	{ "−", "this is a typographic minus: the plain one is -" },
	{ "≤", "less or equal is <=" },
	{ "≥", "greater or equal is >=" },
	{ "≠", "unequal is !=" },
};

void lex_character(struct parse *p, const char *text, size_t len, struct span span)
{
	unsigned char c = (unsigned char)text[0];
	struct diag_msg *m = NULL;

	if (!span.from && len == 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		return;		/* a byte order mark */
	if (!p->character_reported && len == 1 && !isprint(c))
		m = diag_error(p->d, E_CHARACTER, span, "expected text, found the byte 0x%02x", c);
	else if (!p->character_reported)
		m = diag_error(p->d, E_CHARACTER, span, "no token begins with the character `%.*s`",
			       (int)len, text);
	for (size_t i = 0; m && i < sizeof(known_characters) / sizeof(*known_characters); i++) {
		if (strlen(known_characters[i].text) == len &&
		    !memcmp(known_characters[i].text, text, len))
			diag_help(m, "%s", known_characters[i].help);
	}
	p->character_reported = true;
	bad_token(p, span);
}
