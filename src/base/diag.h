/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_BASE_DIAG_H
#define GT_BASE_DIAG_H
/*
 * diag: what went wrong, collected with its place and a stable id.
 *
 * Every message is a row of diag.def: an id that never changes its meaning
 * (E0107), a severity, and the long text of `gtrace explain`. The short text is
 * made where the mistake is found, in the words of the script:
 *
 *	struct diag_msg *m = diag_error(d, E_NO_FIELD, span, "no field `%s` in %s", …);
 *	diag_label(m, other_span, "first used as %s here", …);
 *	diag_help(m, "did you mean `%s`?", …);
 *
 * Layers below session never print: they add to a diag, session renders it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "arena.h"
#include "source.h"

struct arena;

enum diag_id {
#define DIAG(sym, code, text) sym,
#include "diag.def"
#undef DIAG
	DIAG_N
};

enum diag_severity { DIAG_ERROR, DIAG_WARNING };

struct diag_label {
	struct span span;
	const char *text;
};

struct diag_msg {
	enum diag_id id;
	enum diag_severity severity;
	struct span span;
	bool has_span;		/* false: about the command, not about a spot in the script */
	const char *text;	/* one line: lower case, no full stop, expected before found */
	vec_of(struct diag_label) labels;
	vec_of(const char *) helps;
	struct diag *owner;
};

struct diag {
	struct arena *arena;
	const struct source *source;
	vec_of(struct diag_msg *) msgs;
	size_t errors, warnings;
	bool quiet;		/* count but keep nothing (speculative work) */
};

void diag_init(struct diag *d, struct arena *a, const struct source *s);

struct diag_msg *diag_error(struct diag *d, enum diag_id id, struct span span, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
struct diag_msg *diag_warning(struct diag *d, enum diag_id id, struct span span,
			      const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* A second spot, and a suggestion. Both take NULL as m and then do nothing. */
void diag_label(struct diag_msg *m, struct span span, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void diag_help(struct diag_msg *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

const char *diag_code(enum diag_id id);		/* "E0107" */
const char *diag_explain(enum diag_id id);	/* the long text of diag.def */

/* Renders every message in the order of the script: the line, the span marked, helps. */
void diag_print(const struct diag *d, FILE *out, bool colour);
/* The same as NDJSON records: {"type":"diag","id":…,"severity":…,"text":…,"spans":[…],…}. */
void diag_print_json(const struct diag *d, FILE *out);

/* Nearest of n names by edit distance, or NULL when none is near enough to suggest. */
const char *diag_suggest(const char *word, const char *const *names, size_t n);

#endif
