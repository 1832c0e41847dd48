/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages: collected here, shown by diag-print.c. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "diag.h"

struct row {
	const char *code, *text;
};

static const struct row rows[] = {
#define DIAG(sym, code, text) [sym] = { code, text },
#include "diag.def"
#undef DIAG
};

_Static_assert(sizeof(rows) / sizeof(*rows) == DIAG_N, "one row for each id");

void diag_init(struct diag *d, struct arena *a, const struct source *s)
{
	*d = (struct diag){ .arena = a, .source = s };
}

static const char *__attribute__((format(printf, 2, 0)))
vformat(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);

	size_t size = n < 0 ? 1 : (size_t)n + 1;
	char *s = arena_alloc(a, size);

	vsnprintf(s, size, fmt, ap);
	return s;
}

static struct diag_msg *__attribute__((format(printf, 5, 0)))
add(struct diag *d, enum diag_severity severity, enum diag_id id, struct span span,
    const char *fmt, va_list ap)
{
	*(severity == DIAG_ERROR ? &d->errors : &d->warnings) += 1;
	if (d->quiet)
		return NULL;

	struct diag_msg *m = arena_new_of(d->arena, struct diag_msg);

	m->id = id;
	m->severity = severity;
	m->span = span;
	m->has_span = d->source != NULL;
	m->text = vformat(d->arena, fmt, ap);
	m->owner = d;
	vec_push(d->arena, &d->msgs, m);
	return m;
}

struct diag_msg *diag_error(struct diag *d, enum diag_id id, struct span span, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct diag_msg *m = add(d, DIAG_ERROR, id, span, fmt, ap);
	va_end(ap);
	return m;
}

struct diag_msg *diag_warning(struct diag *d, enum diag_id id, struct span span,
			      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct diag_msg *m = add(d, DIAG_WARNING, id, span, fmt, ap);
	va_end(ap);
	return m;
}

void diag_label(struct diag_msg *m, struct span span, const char *fmt, ...)
{
	va_list ap;

	if (!m)
		return;
	va_start(ap, fmt);
	struct diag_label label = { span, vformat(m->owner->arena, fmt, ap) };
	va_end(ap);
	vec_push(m->owner->arena, &m->labels, label);
}

void diag_help(struct diag_msg *m, const char *fmt, ...)
{
	va_list ap;

	if (!m)
		return;
	va_start(ap, fmt);
	const char *text = vformat(m->owner->arena, fmt, ap);
	va_end(ap);
	vec_push(m->owner->arena, &m->helps, text);
}

const char *diag_code(enum diag_id id)
{
	return rows[id].code;
}

const char *diag_explain(enum diag_id id)
{
	return rows[id].text;
}

/* ---- did you mean ---- */

#define WORD_MAX 64

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* Insertions, deletions, replacements and swaps of neighbours; letter case is free. */
static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned rows3[3][WORD_MAX + 1];
	unsigned *older = rows3[0], *prev = rows3[1], *cur = rows3[2];

	for (size_t j = 0; j <= nb; j++)
		prev[j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		cur[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			cur[j] = min3(prev[j] + 1, cur[j - 1] + 1,
				      prev[j - 1] + !same(a[i - 1], b[j - 1]));
			bool swapped = i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
				       same(a[i - 2], b[j - 1]);

			if (swapped && older[j - 2] + 1 < cur[j])
				cur[j] = older[j - 2] + 1;
		}
		unsigned *t = older;

		older = prev, prev = cur, cur = t;
	}
	return prev[nb];
}

/* How many slips a word of that length may have and still be meant. */
static unsigned tolerance(size_t len)
{
	return len < 2 ? 0 : len < 4 ? 1 : len < 7 ? 2 : 3;
}

const char *diag_suggest(const char *word, const char *const *names, size_t n)
{
	size_t len = strlen(word);
	unsigned best = tolerance(len) + 1;
	const char *found = NULL;

	if (!len || len > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t other = strlen(names[i]);

		if (!other || other > WORD_MAX)
			continue;
		unsigned d = distance(word, len, names[i], other);

		/* Half of it may be wrong at most, or `to` would be near to any `of`. */
		if (d < best && d * 2 < (len > other ? len : other)) {
			best = d;
			found = names[i];
		}
	}
	return found;
}
