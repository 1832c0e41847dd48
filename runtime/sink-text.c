/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sink-text: what a person reads. A line an event; maps as tables under the head of
 * their clause or the name of the map, histograms as bars. What is written anywhere but
 * to a terminal depends on nothing but its input.
 *
 * The maps of a round are collected a clause and shown together, the final ones with the
 * clause's notes by the end: what was left out stands under the figure that lacks it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "escape.h"
#include "text.h"

#define FIELD_WIDTH_MAX 40	/* of an event's value: longer ones push the rest to the right */

/* ---- the terminal ---- */

static bool locale_is_utf8(void)
{
	static const char *const vars[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(vars) / sizeof(vars[0]); i++) {
		const char *s = getenv(vars[i]);

		if (s && *s)
			return strcasestr(s, "utf-8") || strcasestr(s, "utf8");
	}
	return false;
}

static struct bars_look look_of(const struct output *o)
{
	struct bars_look look = { .width = 80 };
	const char *columns = getenv("COLUMNS");
	struct winsize w;

	if (o->fd < 0 || !isatty(o->fd))
		return look;
	look.blocks = locale_is_utf8();
	if (!ioctl(o->fd, TIOCGWINSZ, &w) && w.ws_col)
		look.width = w.ws_col;
	else if (columns && atoi(columns) > 0)
		look.width = (unsigned)atoi(columns);
	return look;
}

/* ---- life ---- */

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

static void *text_init(struct output *o)
{
	struct text_sink *t = must(calloc(1, sizeof(*t)));
	size_t n = o->p->clauses.n + 1, stmts = o->p->stmts.n;

	t->sections = must(calloc(n, sizeof(*t->sections)));
	t->due = must(calloc(n, sizeof(*t->due)));
	t->widths = must(calloc(stmts ? stmts : 1, sizeof(*t->widths)));
	for (size_t i = 0; i < stmts; i++)
		t->widths[i] = must(calloc(o->p->stmts.v[i].values.n + 1, 1));
	for (unsigned i = 0; i < EVENT_N; i++)
		if ((o->p->events & EV_BIT(i)) && strlen(o->event_names[i]) > t->probe_width)
			t->probe_width = strlen(o->event_names[i]);
	t->look = look_of(o);
	return t;
}

static void text_fini(struct output *o)
{
	struct text_sink *t = o->sink;

	for (size_t i = 0; i <= o->p->clauses.n; i++)
		strbuf_fini(&t->sections[i]);
	for (size_t i = 0; i < o->p->stmts.n; i++)
		free(t->widths[i]);
	free(t->sections);
	free(t->due);
	free(t->widths);
	free(t);
}

/* ---- records ---- */

/* Right-aligned; ten digits at most are expected. */
static void add_number(struct strbuf *b, uint64_t n, long width)
{
	for (uint64_t limit = 10; width > 1 && n >= limit; limit *= 10)
		width--;
	format_repeat(b, ' ', width - 1);
	format_uint(b, n);
}

/* Seconds since tracing began, to the microsecond. */
static void add_elapsed(struct output *o, uint64_t time)
{
	int64_t us = output_elapsed(o, time) / 1000;
	size_t point;

	add_number(&o->out, (uint64_t)(us < 0 ? 0 : us / 1000000), 5);
	point = o->out.len;	/* the 1 before six digits becomes the point */
	format_uint(&o->out, (uint64_t)(us < 0 ? 0 : us % 1000000) + 1000000);
	o->out.s[point] = '.';
}

static void add_event_head(struct output *o, const struct stmt_desc *s, const struct gt_record *r)
{
	struct text_sink *t = o->sink;
	const struct process *p = output_process(o, (int)r->tgid);
	size_t from;

	add_elapsed(o, r->time);
	strbuf_putc(&o->out, ' ');
	from = o->out.len;
	strbuf_puts(&o->out, output_event_name(o, s, r->event));
	format_pad_to(&o->out, from, t->probe_width);
	strbuf_putc(&o->out, ' ');
	add_number(&o->out, r->tgid, 7);
	strbuf_putc(&o->out, ' ');
	from = o->out.len;
	if (p->seen)
		escape_text(&o->out, p->comm, p->len, false, ESCAPE_WORD);
	else
		strbuf_putc(&o->out, '?');
	format_pad_to(&o->out, from, s->values.n ? 15 : 0);
}

static void text_event(struct output *o, const struct stmt_desc *s, const struct gt_record *r,
		       const struct value *values)
{
	struct text_sink *t = o->sink;
	unsigned char *widths = t->widths[s->id];

	add_event_head(o, s, r);
	for (size_t i = 0; i < s->values.n; i++) {
		size_t from, width;

		strbuf_putc(&o->out, ' ');
		strbuf_puts(&o->out, s->values.v[i].name);
		strbuf_putc(&o->out, '=');
		from = o->out.len;
		format_value(&o->f, &o->out, s->values.v[i].type, values[i], true);
		width = escape_width(o->out.s + from, o->out.len - from);
		if (width > widths[i] && width <= FIELD_WIDTH_MAX)
			widths[i] = (unsigned char)width;
		if (i + 1 < s->values.n)
			format_pad_to(&o->out, from, widths[i]);
	}
	strbuf_putc(&o->out, '\n');
	t->any = true;
}

static void text_print(struct output *o, const struct stmt_desc *s, const struct gt_record *r,
		       const struct value *values)
{
	struct text_sink *t = o->sink;

	(void)r;
	for (size_t i = 0; i < s->values.n; i++) {
		if (i)
			strbuf_putc(&o->out, ' ');
		format_value(&o->f, &o->out, s->values.v[i].type, values[i], s->values.n > 1);
	}
	strbuf_putc(&o->out, '\n');
	t->any = true;
	t->in_line = false;
}

static void text_printf(struct output *o, const struct stmt_desc *s, const struct gt_record *r,
			const struct value *values)
{
	struct text_sink *t = o->sink;
	size_t from = o->out.len;

	(void)r;
	format_pieces(&o->f, &o->out, s, values);
	if (o->out.len > from) {
		t->in_line = o->out.s[o->out.len - 1] != '\n';
		t->any = true;
	}
}

/* ---- rounds and the end ---- */

void text_start_block(struct output *o)
{
	struct text_sink *t = o->sink;

	if (t->in_line)
		strbuf_putc(&o->out, '\n');
	if (t->any)
		strbuf_putc(&o->out, '\n');
	t->in_line = false;
	t->any = true;
}

void text_end_line(struct output *o)
{
	struct text_sink *t = o->sink;

	if (t->in_line)
		strbuf_putc(&o->out, '\n');
	t->in_line = false;
	t->any = true;
}

static void add_head(struct output *o, const struct clause_desc *c)
{
	text_start_block(o);
	escape_text(&o->out, c->head, strlen(c->head), false, ESCAPE_SCRIPT);
	strbuf_putc(&o->out, '\n');
}

static void add_section(struct output *o, unsigned clause)
{
	struct text_sink *t = o->sink;

	strbuf_add(&o->out, t->sections[clause].s ? t->sections[clause].s : "",
		   t->sections[clause].len);
	strbuf_reset(&t->sections[clause]);
	t->due[clause] = false;
}

static void add_named_section(struct output *o)
{
	struct text_sink *t = o->sink;

	if (!t->due[0])
		return;
	text_start_block(o);
	add_section(o, 0);
}

static void add_round_head(struct output *o)
{
	int64_t now = output_wall_now() - o->f.wall_offset;

	text_start_block(o);
	strbuf_puts(&o->out, "after ");
	format_duration(&o->out, output_elapsed(o, (uint64_t)now));
	strbuf_putc(&o->out, '\n');
}

static void text_maps_done(struct output *o, bool final)
{
	struct text_sink *t = o->sink;

	if (final)
		return;
	t->rounds = true;
	add_round_head(o);
	for (unsigned i = 1; i <= o->p->clauses.n; i++) {
		if (!t->due[i])
			continue;
		add_head(o, &o->p->clauses.v[i - 1]);
		if (!t->sections[i].len && !o->opts.quiet)
			strbuf_puts(&o->out, INDENT "(no events)\n");
		add_section(o, i);
	}
	add_named_section(o);
}

static bool of_tracer(const struct clause_desc *c)
{
	return (c->events & ~(EV_BIT(EV_BEGIN) | EV_BIT(EV_END) | EV_BIT(EV_INTERVAL))) == 0;
}

static void end_clause(struct output *o, unsigned index, const struct gt_cell *cell)
{
	struct text_sink *t = o->sink;
	const struct clause_desc *c = &o->p->clauses.v[index - 1];
	bool empty = !t->sections[index].len;
	const char *nothing = !empty || o->opts.quiet || (!t->due[index] && of_tracer(c)) ? NULL :
			      !cell->events || (o->opts.delta && t->due[index]) ? "(no events)" :
			      t->due[index] ? "(no values)" : NULL;
	struct strbuf notes = { 0 };

	text_notes(o, &notes, c, cell);
	if (!empty || nothing || notes.len) {
		add_head(o, c);
		if (nothing)
			strbuf_printf(&o->out, INDENT "%s\n", nothing);
		add_section(o, index);
		strbuf_add(&o->out, notes.s ? notes.s : "", notes.len);
	}
	strbuf_fini(&notes);
}

/* What no clause can be blamed for. */
static void end_run(struct output *o, const struct gt_cell *own, const struct output_loss *extra)
{
	struct strbuf b = { 0 };

	text_run_notes(o, &b, own, extra);
	if (b.len) {
		text_start_block(o);
		strbuf_puts(&o->out, "losses\n");
		strbuf_add(&o->out, b.s, b.len);
	}
	strbuf_fini(&b);
}

static void text_end(struct output *o, const struct gt_cell *cells, const struct output_loss *extra,
		     const struct output_loss *total)
{
	struct text_sink *t = o->sink;

	(void)total;
	if (t->rounds)
		add_round_head(o);
	for (unsigned i = 1; i <= o->p->clauses.n; i++)
		end_clause(o, i, &cells[i]);
	add_named_section(o);
	end_run(o, &cells[0], extra);
	if (t->in_line)
		text_end_line(o);
}

const struct sink_ops sink_text = {
	.init = text_init,
	.fini = text_fini,
	.event = text_event,
	.print = text_print,
	.printf = text_printf,
	.map = text_map,
	.maps_done = text_maps_done,
	.map_failed = text_map_failed,
	.end = text_end,
};
