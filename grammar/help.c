/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The leading comment of a script, which is its help. */
#include <string.h>
#include "parse-int.h"
#include "../src/base/strbuf.h"

static const char *line_end(const char *s)
{
	return s + strcspn(s, "\n");
}

static const char *skip_line(const char *s)
{
	s = line_end(s);
	return *s ? s + 1 : s;
}

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t\r");
}

/* A line of the comment without its mark; what a licence tool reads is not for people. */
static void put_line(struct strbuf *b, const char *s, const char *end)
{
	if (s < end && *s == ' ')
		s++;
	while (end > s && strchr(" \t\r", end[-1]))
		end--;
	if (memmem(s, (size_t)(end - s), "SPDX-License", 12))
		return;
	if (!b->len && s == end)
		return;
	strbuf_add(b, s, (size_t)(end - s));
	strbuf_putc(b, '\n');
}

/* Lines that begin with # or //. */
static void put_line_comments(struct strbuf *b, const char *s)
{
	for (;; s = skip_line(s)) {
		s = skip_blanks(s);

		size_t mark = *s == '#' ? 1 : s[0] == '/' && s[1] == '/' ? 2 : 0;

		if (!mark)
			return;
		put_line(b, s + mark, line_end(s));
	}
}

static void put_block_comment(struct strbuf *b, const char *s, const char *end)
{
	while (s < end) {
		const char *stop = line_end(s) < end ? line_end(s) : end;

		put_line(b, s, stop);
		if (stop == end)
			return;
		s = skip_blanks(stop + 1);
		if (*s == '*' && s < end)
			s++;
	}
}

const char *help_text(struct parse *p)
{
	const char *s = p->src->text, *end;
	struct strbuf b = { 0 };
	const char *help = NULL;

	if (!strncmp(s, "\xef\xbb\xbf", 3))
		s += 3;
	if (!strncmp(s, "#!", 2))
		s = skip_line(s);
	s += strspn(s, " \t\r\n");
	if (s[0] == '/' && s[1] == '*') {
		end = strstr(s + 2, "*/");
		if (end)
			put_block_comment(&b, s + 2 + (s[2] == '*' && end > s + 2), end);
	} else {
		put_line_comments(&b, s);
	}
	while (b.len && b.s[b.len - 1] == '\n')
		b.len--;
	if (b.len)
		help = arena_strndup(p->a, b.s, b.len);
	strbuf_fini(&b);
	return help;
}
