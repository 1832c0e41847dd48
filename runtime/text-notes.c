/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text-notes: what was left out and lost, a line each. */
#include "text.h"

static void note_count(struct strbuf *b, uint64_t n, const char *noun)
{
	strbuf_puts(b, INDENT);
	format_uint(b, n);
	strbuf_putc(b, ' ');
	strbuf_puts(b, noun);
	if (n != 1)
		strbuf_putc(b, 's');
}

static unsigned map_keys_of(const struct program *p, const struct clause_desc *c)
{
	for (size_t i = 0; i < p->maps.n; i++)
		if (p->maps.v[i].clause == c->index)
			return p->maps.v[i].max_keys;
	return p->maps.n ? p->maps.v[0].max_keys : 0;
}

static void add_map_full(struct strbuf *b, const struct program *p, const struct clause_desc *c,
			 uint64_t n)
{
	unsigned keys = c ? map_keys_of(p, c) : 0;

	note_count(b, n, "update");
	strbuf_puts(b, " lost: the map was full");
	if (keys)
		strbuf_printf(b, " (%u key%s)", keys, keys == 1 ? "" : "s");
	strbuf_puts(b, "; --map-keys makes it larger\n");
}

static void add_losses(struct strbuf *b, const struct program *p, const struct clause_desc *c,
		       const struct gt_cell *cell)
{
	if (cell->ring_full) {
		note_count(b, cell->ring_full, "record");
		strbuf_puts(b, " lost: the ring buffer was full\n");
	}
	if (cell->map_full)
		add_map_full(b, p, c, cell->map_full);
	if (cell->truncated) {
		note_count(b, cell->truncated, "string");
		strbuf_printf(b, " cut at %d bytes\n", GT_STR_MAX);
	}
}

void text_notes(struct output *o, struct strbuf *b, const struct clause_desc *c,
		const struct gt_cell *cell)
{
	for (unsigned i = 0; i < GT_STATUS_N; i++) {
		if (!cell->left_out[i])
			continue;
		note_count(b, cell->left_out[i], "event");
		strbuf_puts(b, " left out: ");
		notes_left_out(b, o->p, c, i);
		strbuf_putc(b, '\n');
	}
	if (notes_both_sides(c, cell) && !o->opts.quiet) {
		strbuf_puts(b, INDENT);
		format_uint(b, cell->sides[0]);
		strbuf_puts(b, " client + ");
		format_uint(b, cell->sides[1]);
		strbuf_puts(b, " server events; add by side\n");
	}
	add_losses(b, o->p, c, cell);
}

static void add_run_note(struct strbuf *b, uint64_t n, const char *noun, const char *what)
{
	if (!n)
		return;
	note_count(b, n, noun);
	strbuf_puts(b, what);
	strbuf_putc(b, '\n');
}

void text_run_notes(struct output *o, struct strbuf *b, const struct gt_cell *own,
		    const struct output_loss *extra)
{
	struct gt_cell cell = *own;

	cell.ring_full += extra->ring;
	cell.map_full += extra->map_full;
	cell.truncated += extra->truncated;
	add_losses(b, o->p, NULL, &cell);
	add_run_note(b, extra->missed, "hit", " missed: the kernel skipped the program");
	add_run_note(b, extra->streams_full, "record",
		     " of streams and calls refused: the table of open ones was full");
	add_run_note(b, extra->dict_full, "string",
		     " not kept and shown as ?: the dictionary was full");
}
