/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_TEXT_H
#define GT_RUNTIME_TEXT_H
/*
 * text: what the parts of the text sink share. sink-text.c has records, rounds and the
 * end; text-maps.c maps; text-notes.c what is said under a clause.
 */
#include "bars.h"
#include "sink.h"

#define INDENT "  "

struct text_sink {
	struct strbuf *sections;	/* [n_clauses + 1]: maps that are due; 0: named ones */
	bool *due;			/* [n_clauses + 1]: has maps in this round */
	unsigned char **widths;		/* [stmts][values]: as wide as any so far */
	size_t probe_width;
	struct bars_look look;
	bool any;			/* something was printed */
	bool in_line;			/* a printf() has begun a line */
	bool rounds;			/* maps were shown before the end */
};

/* What follows stands by itself: an empty line before it. */
void text_start_block(struct output *o);
/* What follows is a line of its own. */
void text_end_line(struct output *o);

void text_map(struct output *o, const struct sink_map *m);
void text_map_failed(struct output *o, const struct sink_map *m, int err);

/* Lines of what was left out and lost of a clause; of the whole run. */
void text_notes(struct output *o, struct strbuf *b, const struct clause_desc *c,
		const struct gt_cell *cell);
void text_run_notes(struct output *o, struct strbuf *b, const struct gt_cell *own,
		    const struct output_loss *extra);

#endif
