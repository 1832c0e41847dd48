/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_BASE_SOURCE_H
#define GT_BASE_SOURCE_H
/*
 * source: one script text and the places in it.
 *
 * A span is a half-open range of byte offsets into the text; lines and columns
 * are worked out only when something is printed. Several -e options are one
 * source: they are joined by newlines.
 */
#include <stddef.h>
#include <stdint.h>

struct arena;

struct span {
	uint32_t from, to;	/* bytes, half open; from == to marks a spot */
};

struct source {
	const char *name;	/* as shown: "big.gt", "<command line>", "<standard input>" */
	const char *text;	/* NUL-terminated; text[len] == 0 */
	size_t len;
	uint32_t *lines;	/* byte offset of each line's start */
	size_t n_lines;
};

struct place {
	uint32_t line, col;	/* 1-based; col counts code points, a tab is one */
};

/* Takes a copy of the text into the arena. */
struct source *source_new(struct arena *a, const char *name, const char *text, size_t len);

struct place source_place(const struct source *s, uint32_t offset);
/* The text of a 1-based line without its newline; not NUL-terminated, *len bytes. */
const char *source_line(const struct source *s, uint32_t line, size_t *len);

static inline struct span span_join(struct span a, struct span b)
{
	return (struct span){ a.from < b.from ? a.from : b.from, a.to > b.to ? a.to : b.to };
}

#endif
