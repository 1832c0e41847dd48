/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A probe is one token, because names of functions hold nearly any character: it ends at
 * white space, at `<`, at a `,` or `;` outside of brackets, and at a `{` that starts no
 * comma list. Quotes protect anything.
 */
#include <string.h>
#include "parse-int.h"
#include "parser.h"

/* Behind a quote: the length up to and with the closing one. */
static size_t quoted_length(const char *s, size_t len)
{
	size_t i = 1;

	while (i < len && s[i] != '"')
		i += s[i] == '\\' ? 2 : 1;
	return i < len ? i + 1 : len;
}

/* A `{` that starts a comma list, as in grpc:{msg_send,msg_recv}. */
static bool is_comma_list(const char *s, size_t len)
{
	bool comma = false;

	for (size_t i = 1; i < len && !strchr("{<(;\"@", s[i]); i++) {
		if (s[i] == '}')
			return comma;
		comma |= s[i] == ',';
	}
	return false;
}

size_t probe_length(const char *s, size_t len)
{
	int depth = 0;
	size_t i = 0;

	while (i < len) {
		switch (s[i]) {
		case '"':
			i += quoted_length(s + i, len - i);
			continue;
		case '{':
			if (!is_comma_list(s + i, len - i))
				return i;
			depth++;
			break;
		case '(':
		case '[':
			depth++;
			break;
		case ')':
		case ']':
		case '}':
			if (!depth--)
				return i;
			break;
		case ',':
		case ';':
			if (!depth)
				return i;
			break;
		case '<':
			return i;
		}
		i++;
	}
	return len;
}

/* False where it is a word of the language: the probe is missing. */
bool lex_probe(struct parse *p, const char *text, size_t len, struct span span)
{
	if (word_kind(text, len) != TOK_NAME) {
		lex_word(p, text, len, span);
		return false;
	}
	token_add(p, TOK_PROBE, span, (union token_value){
		.name = arena_strndup(p->a, text, len) });
	return true;
}

/* ---- its two parts ---- */

/* The provider ends at the first colon that no quote protects. */
static size_t provider_length(const char *text)
{
	bool quoted = false;
	size_t i = 0;

	for (; text[i] && (quoted || text[i] != ':'); i++)
		quoted ^= text[i] == '"';
	return i;
}

/* A part without the quotes that protect it. */
static const char *unquote(struct parse *p, const char *s)
{
	char *out = arena_strdup(p->a, s);
	size_t n = 0;

	for (; *s; s++) {
		if (*s != '"')
			out[n++] = *s;
	}
	out[n] = 0;
	return out;
}

struct probe_spec build_probe(struct parse *p, struct span span, const char *text)
{
	struct probe_spec s = { .span = span, .text = text };
	size_t n = provider_length(text);

	s.provider = unquote(p, arena_strndup(p->a, text, n));
	if (text[n])
		s.name = unquote(p, text + n + 1);
	return s;
}

/* ---- what is wrong with it ---- */

static const struct token *tok(const struct parse *p, size_t i)
{
	return &p->tokens.v[i];
}

static int kind(const struct parse *p, const struct item *it, size_t i)
{
	return i < it->to ? tok(p, i)->kind : TOK_YYEOF;
}

static bool part_error(struct parse *p, size_t i, const char *what)
{
	struct diag_msg *m = diag_error(p->d, E_PROBE_PART, tok(p, i)->span,
					"expected PROVIDER:NAME, found `%s` without a %s",
					tok(p, i)->value.name, what);

	diag_help(m, "like grpc:stream_send; `gtrace -l` lists the probes");
	return false;
}

/* `on grpc:{a, b}`, of which the token is only `grpc:`. */
static bool list_error(struct parse *p, size_t i)
{
	struct span span = span_join(tok(p, i)->span, tok(p, tok(p, i + 1)->match)->span);
	struct diag_msg *m = diag_error(p->d, E_PROBE_PART, span,
					"expected a list without blanks in a probe, found `%s`",
					slice(p, span));

	diag_help(m, "blanks end a probe: grpc:{msg_send,msg_recv}");
	return false;
}

/* `on grpc stream_send`, `on grpc: stream_send`, `on grpc :stream_send`. */
static bool colon_error(struct parse *p, const struct item *it, size_t i, size_t name)
{
	const char *probe = tok(p, i)->value.name;
	bool colon = strchr(probe, ':') != NULL;
	struct diag_msg *m = diag_error(p->d, E_PROBE_COLON, tok(p, i + 1)->span,
					"expected `:` and a name right after `%s`, found %s", probe,
					found_text(p, it, i + 1));

	diag_help(m, "did you mean `%s%s%s`?", probe, colon ? "" : ":",
		  slice(p, tok(p, name)->span));
	return false;
}

static bool check_probe(struct parse *p, const struct item *it, size_t i)
{
	const char *text = tok(p, i)->value.name;
	size_t n = provider_length(text);
	int next = kind(p, it, i + 1);
	size_t name = next == TOK_COLON || next == TOK_DOT ? i + 2 : i + 1;

	if (!n)
		return part_error(p, i, "provider");
	if (text[n] && text[n + 1])
		return true;
	if (kind(p, it, name) == TOK_NAME)
		return colon_error(p, it, i, name);
	if (text[n] && next == TOK_LBRACE && tok(p, i + 1)->span.from == tok(p, i)->span.to)
		return list_error(p, i);
	return text[n] ? part_error(p, i, "name") : true;
}

bool check_probes(struct parse *p, const struct item *it)
{
	size_t i = it->from + 1;
	struct diag_msg *m;

	for (; kind(p, it, i) == TOK_PROBE; i += 2) {
		if (!check_probe(p, it, i))
			return false;
		if (kind(p, it, i + 1) != TOK_COMMA)
			return true;
	}

	uint32_t end = tok(p, i - 1)->span.to;
	struct span span = i < it->to ? tok(p, i)->span : (struct span){ end, end };

	m = diag_error(p->d, E_PROBE, span, "expected a probe after `%s`, found %s",
		       slice(p, tok(p, i - 1)->span), found_text(p, it, i));
	diag_help(m, "like grpc:stream_send; `gtrace -l` lists the probes");
	if (i == it->to && it->next == p->tokens.n)
		shell_help(m);
	return false;
}
