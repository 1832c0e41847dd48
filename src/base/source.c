/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "arena.h"
#include "source.h"

static size_t count_lines(const char *text, size_t len)
{
	size_t n = 1;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

struct source *source_new(struct arena *a, const char *name, const char *text, size_t len)
{
	struct source *s = arena_new_of(a, struct source);
	size_t n = 0;

	s->name = arena_strdup(a, name);
	s->text = arena_strndup(a, text, len);
	s->len = len;
	s->n_lines = count_lines(text, len);
	s->lines = arena_alloc(a, s->n_lines * sizeof(*s->lines));
	s->lines[n++] = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			s->lines[n++] = (uint32_t)i + 1;
	}
	return s;
}

/* 0-based: the last line that starts at or before the offset. */
static size_t line_of(const struct source *s, uint32_t offset)
{
	size_t lo = 0, hi = s->n_lines;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->lines[mid] <= offset)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

struct place source_place(const struct source *s, uint32_t offset)
{
	if (offset > s->len)
		offset = (uint32_t)s->len;

	size_t line = line_of(s, offset);
	struct place p = { (uint32_t)line + 1, 1 };

	for (uint32_t i = s->lines[line]; i < offset; i++)
		p.col += ((unsigned char)s->text[i] & 0xc0) != 0x80;
	return p;
}

const char *source_line(const struct source *s, uint32_t line, size_t *len)
{
	if (line < 1 || line > s->n_lines) {
		*len = 0;
		return s->text + s->len;
	}

	size_t from = s->lines[line - 1];
	size_t to = line < s->n_lines ? s->lines[line] - 1 : s->len;

	if (to > from && s->text[to - 1] == '\r')
		to--;
	*len = to - from;
	return s->text + from;
}
