/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Globs of probe names: `*`, `?` and `{a,b}`, which may be nested. */
#include <string.h>
#include "sema-int.h"

bool is_glob(const char *text)
{
	return strpbrk(text, "*?{") != NULL;
}

/* The brace that closes the one at p, or NULL. */
static const char *closing(const char *p)
{
	int depth = 0;

	for (; *p; p++) {
		depth += *p == '{' ? 1 : *p == '}' ? -1 : 0;
		if (depth == 0)
			return p;
	}
	return NULL;
}

/*
 * A pattern is matched as a chain of pieces, so that what stands in braces can be
 * followed by what comes after them without making a copy.
 */
struct piece {
	const char *from, *to;
	const struct piece *next;
};

static bool match(const char *p, const char *end, const struct piece *next, const char *t);

static bool match_next(const struct piece *next, const char *t)
{
	return next ? match(next->from, next->to, next->next, t) : *t == 0;
}

static bool match_braces(const char *p, const char *close, const struct piece *rest, const char *t)
{
	int depth = 0;
	const char *from = p + 1;

	for (const char *q = from; q <= close; q++) {
		if (depth == 0 && (*q == ',' || q == close)) {
			if (match(from, q, rest, t))
				return true;
			from = q + 1;
		}
		depth += *q == '{' ? 1 : *q == '}' ? -1 : 0;
	}
	return false;
}

static bool match(const char *p, const char *end, const struct piece *next, const char *t)
{
	for (; p < end; p++, t++) {
		if (*p == '*') {
			for (;; t++) {
				if (match(p + 1, end, next, t))
					return true;
				if (!*t)
					return false;
			}
		}
		const char *close = *p == '{' ? closing(p) : NULL;

		if (close && close < end) {
			struct piece rest = { close + 1, end, next };

			return match_braces(p, close, &rest, t);
		}
		if (!*t || (*p != '?' && *p != *t))
			return false;
	}
	return match_next(next, t);
}

bool glob_match(const char *pattern, const char *text)
{
	return match(pattern, pattern + strlen(pattern), NULL, text);
}
