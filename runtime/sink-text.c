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
#include "bars.h"
#include "escape.h"
#include "hist.h"
#include "sink.h"
#include "table.h"

#define INDENT "  "
#define FIELD_WIDTH_MAX 40	/* of an event's value: longer ones push the rest to the right */

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

/* ---- aggregations as columns ---- */

/* "age" of "quantile(age, 0.5)", for columns that stand beside others. */
static void add_arg_text(struct strbuf *b, const struct agg_desc *a)
{
	const char *s = strchr(a->text, '('), *end;
	int depth = 0;

	if (!s)
		return;
	for (end = ++s; *end && (depth || (*end != ',' && *end != ')')); end++)
		depth += (*end == '(') - (*end == ')');
	strbuf_add(b, s, (size_t)(end - s));
}

/* The columns of one aggregation; row NULL: their titles. */
struct columns {
	struct output *o;
	const struct agg_desc *a;
	const struct agg_value *v;
	uint64_t span_ns;
	struct text_table *t;
	bool alone;		/* the only aggregation: titles need not say of what */
};

static void title(const struct columns *c, const char *what)
{
	strbuf_puts(&c->t->text, what);
	if (!c->alone) {
		strbuf_putc(&c->t->text, '(');
		add_arg_text(&c->t->text, c->a);
		strbuf_putc(&c->t->text, ')');
	}
	text_table_end_cell(c->t);
}

static void number(const struct columns *c, bool some, int64_t v)
{
	struct value value = { (uint64_t)v, some ? VALUE_KNOWN : VALUE_NONE };

	format_value(&c->o->f, &c->t->text, c->a->type, value, false);
	text_table_end_cell(c->t);
}

static void count(const struct columns *c, uint64_t n)
{
	format_uint(&c->t->text, n);
	text_table_end_cell(c->t);
}

/* In the argument's unit; a plain number with its fraction. */
static void mean(const struct columns *c)
{
	bool is_signed = type_is_signed(c->a->type);
	__int128 sum = is_signed ? (__int128)c->v->sum : (__int128)(uint64_t)c->v->sum;
	enum type_kind kind = c->a->type.kind;

	if (c->v->n && (kind == TYPE_DURATION || kind == TYPE_BYTES)) {
		__int128 half = sum < 0 ? -(__int128)(c->v->n / 2) : (__int128)(c->v->n / 2);

		number(c, true, (int64_t)((sum + half) / (__int128)c->v->n));
		return;
	}
	format_ratio(&c->t->text, sum, c->v->n);
	text_table_end_cell(c->t);
}

static void stats_columns(const struct columns *c)
{
	static const char *const titles[] = { "n", "avg", "min", "max" };

	for (size_t i = 0; !c->v && i < 4; i++)
		title(c, titles[i]);
	if (!c->v)
		return;
	count(c, c->v->n);
	mean(c);
	number(c, c->v->some, c->v->min);
	number(c, c->v->some, c->v->max);
}

static void quantile_columns(const struct columns *c)
{
	const double *ps;
	unsigned n = quantile_fractions(c->a, &ps);

	if (c->v)
		count(c, c->v->n);
	else
		title(c, "n");
	for (unsigned i = 0; i < n; i++) {
		struct strbuf name = { 0 };
		int64_t x = 0;

		if (c->v) {
			bool some = quantile(c->v, type_is_signed(c->a->type), ps[i], &x);

			number(c, some, x);
			continue;
		}
		agg_fraction_name(&name, ps[i]);
		title(c, name.s);
		strbuf_fini(&name);
	}
	if (c->v)
		number(c, c->v->some, c->v->max);
	else
		title(c, "max");
}

static void rate_column(const struct columns *c)
{
	if (c->span_ns) {
		format_rate(&c->t->text, c->v->n, c->span_ns);
	} else {
		strbuf_putc(&c->t->text, '-');
	}
	text_table_end_cell(c->t);
}

static bool has_columns(const struct agg_desc *a)
{
	return a->id == BI_STATS || a->id == BI_QUANTILE;
}

static size_t n_columns(const struct agg_desc *a)
{
	const double *ps;

	if (agg_is_hist(a))
		return 0;
	return a->id == BI_STATS ? 4 : a->id == BI_QUANTILE ? quantile_fractions(a, &ps) + 2 : 1;
}

static void scalar_column(const struct columns *c)
{
	if (!c->v) {
		strbuf_puts(&c->t->text, c->a->text);
		text_table_end_cell(c->t);
		return;
	}
	switch (c->a->id) {
	case BI_SUM:
		number(c, true, c->v->sum);
		break;
	case BI_AVG:
		mean(c);
		break;
	case BI_MIN:
		number(c, c->v->some, c->v->min);
		break;
	case BI_MAX:
		number(c, c->v->some, c->v->max);
		break;
	case BI_RATE:
		rate_column(c);
		break;
	default:
		count(c, c->v->n);
	}
}

static void agg_columns(const struct columns *c)
{
	if (agg_is_hist(c->a))
		return;
	if (c->a->id == BI_STATS)
		stats_columns(c);
	else if (c->a->id == BI_QUANTILE)
		quantile_columns(c);
	else
		scalar_column(c);
}

/* ---- maps ---- */

static size_t shown_rows(const struct sink_map *m)
{
	return m->top && m->top < m->rows->n ? m->top : m->rows->n;
}

static void add_key(struct output *o, struct strbuf *b, const struct map_desc *d,
		    const struct map_row *row, unsigned i, bool words)
{
	format_value(&o->f, b, d->keys.v[i].type, decode_key(row, i), words);
}

static void add_key_cells(struct output *o, struct text_table *t, const struct map_desc *d,
			  const struct map_row *row)
{
	for (unsigned i = 0; i < d->keys.n; i++) {
		if (row)
			add_key(o, &t->text, d, row, i, false);
		else
			strbuf_puts(&t->text, d->keys.v[i].text);
		text_table_end_cell(t);
	}
}

static bool is_right(struct type t)
{
	return type_is_number(t) && t.kind != TYPE_TIME;
}

static void add_agg_cells(struct output *o, struct text_table *t, const struct sink_map *m,
			  const struct map_row *row, bool alone)
{
	for (size_t i = 0; i < m->d->aggs.n; i++) {
		struct columns c = {
			.o = o, .a = &m->d->aggs.v[i], .v = row ? &row->aggs[i] : NULL,
			.span_ns = m->rows->span_ns, .t = t, .alone = alone,
		};

		agg_columns(&c);
	}
}

/* One figure and no key needs no table. */
static void add_single(struct strbuf *out, const struct text_table *t)
{
	size_t from = t->cells[0].to;

	strbuf_puts(out, INDENT);
	strbuf_add(out, t->text.s, from);
	strbuf_puts(out, INDENT);
	strbuf_add(out, t->text.s + from, t->text.len - from);
	strbuf_putc(out, '\n');
}

/* All aggregations that are figures: one table, its first columns the keys. */
static void add_figures(struct output *o, struct strbuf *out, const struct sink_map *m)
{
	const struct map_desc *d = m->d;
	size_t figures = 0, aggs = 0;
	struct text_table t;

	for (size_t i = 0; i < d->aggs.n; i++) {
		figures += n_columns(&d->aggs.v[i]);
		aggs += n_columns(&d->aggs.v[i]) != 0;
	}
	if (!figures)
		return;
	text_table_init(&t, d->keys.n + figures);
	for (size_t i = 0; i < d->keys.n + figures; i++)
		t.right[i] = i >= d->keys.n || is_right(d->keys.v[i].type);
	add_key_cells(o, &t, d, NULL);
	add_agg_cells(o, &t, m, NULL, aggs == 1);
	for (size_t i = 0; i < shown_rows(m); i++) {
		add_key_cells(o, &t, d, &m->rows->rows[i]);
		add_agg_cells(o, &t, m, &m->rows->rows[i], aggs == 1);
	}
	if (t.n_cols == 1)
		add_single(out, &t);
	else
		text_table_print(&t, out, INDENT);
	text_table_fini(&t);
}

static void add_hist(struct output *o, struct strbuf *out, const struct sink_map *m,
		     const struct map_row *row, size_t agg)
{
	struct text_sink *t = o->sink;
	const struct agg_desc *a = &m->d->aggs.v[agg];

	strbuf_puts(out, INDENT);
	strbuf_puts(out, a->text);
	for (unsigned i = 0; i < m->d->keys.n; i++) {
		strbuf_puts(out, i ? " " : INDENT);
		strbuf_puts(out, m->d->keys.v[i].text);
		strbuf_putc(out, '=');
		add_key(o, out, m->d, row, i, true);
	}
	strbuf_puts(out, INDENT "n=");
	format_uint(out, row->aggs[agg].n);
	strbuf_putc(out, '\n');
	bars_print(out, a, &row->aggs[agg], INDENT INDENT, &t->look);
}

static void add_hists(struct output *o, struct strbuf *out, const struct sink_map *m)
{
	for (size_t i = 0; i < m->d->aggs.n; i++)
		for (size_t k = 0; agg_is_hist(&m->d->aggs.v[i]) && k < shown_rows(m); k++)
			add_hist(o, out, m, &m->rows->rows[k], i);
}

/* A title where the columns do not say what they are of: a lone quantile() or stats(). */
static void add_agg_title(struct strbuf *out, const struct map_desc *d)
{
	size_t figures = 0;
	const struct agg_desc *only = NULL;

	for (size_t i = 0; i < d->aggs.n; i++) {
		if (agg_is_hist(&d->aggs.v[i]))
			continue;
		figures++;
		only = &d->aggs.v[i];
	}
	if (figures != 1 || !has_columns(only))
		return;
	strbuf_puts(out, INDENT);
	strbuf_puts(out, only->text);
	for (size_t i = 0; i < d->keys.n; i++) {
		strbuf_puts(out, i ? ", " : " by ");
		strbuf_puts(out, d->keys.v[i].text);
	}
	strbuf_putc(out, '\n');
}

static void add_aggs(struct output *o, struct strbuf *out, const struct sink_map *m)
{
	add_agg_title(out, m->d);
	add_figures(o, out, m);
	add_hists(o, out, m);
}

static void add_more(struct strbuf *out, const struct sink_map *m)
{
	if (shown_rows(m) < m->rows->n)
		strbuf_printf(out, INDENT "%zu more\n", m->rows->n - shown_rows(m));
}

static void add_value(struct output *o, struct strbuf *b, const struct map_desc *d,
		      const struct map_row *row)
{
	format_value(&o->f, b, d->value, (struct value){ (uint64_t)row->value, VALUE_KNOWN }, false);
}

static void add_values(struct output *o, struct strbuf *out, const struct sink_map *m)
{
	const struct map_desc *d = m->d;
	struct text_table t;

	text_table_init(&t, d->keys.n + 1);
	for (size_t i = 0; i < d->keys.n; i++)
		t.right[i] = is_right(d->keys.v[i].type);
	t.right[d->keys.n] = is_right(d->value);
	for (size_t i = 0; i < shown_rows(m); i++) {
		add_key_cells(o, &t, d, &m->rows->rows[i]);
		add_value(o, &t.text, d, &m->rows->rows[i]);
		text_table_end_cell(&t);
	}
	text_table_print(&t, out, INDENT);
	text_table_fini(&t);
}

/* @open[method] */
static void add_map_name(struct strbuf *out, const struct map_desc *d)
{
	strbuf_putc(out, '@');
	strbuf_puts(out, d->name);
	for (size_t i = 0; i < d->keys.n; i++) {
		strbuf_puts(out, i ? ", " : "[");
		strbuf_puts(out, d->keys.v[i].text);
	}
	if (d->keys.n)
		strbuf_putc(out, ']');
}

static void add_named_map(struct output *o, struct strbuf *out, const struct sink_map *m)
{
	add_map_name(out, m->d);
	if (!m->rows->n) {
		strbuf_puts(out, INDENT "(empty)\n");
	} else if (m->d->kind == MAP_VALUE && !m->d->keys.n) {
		strbuf_puts(out, " = ");
		add_value(o, out, m->d, m->rows->rows);
		strbuf_putc(out, '\n');
	} else {
		strbuf_putc(out, '\n');
		if (m->d->kind == MAP_VALUE)
			add_values(o, out, m);
		else
			add_aggs(o, out, m);
		add_more(out, m);
	}
}

static void start_block(struct output *o)
{
	struct text_sink *t = o->sink;

	if (t->in_line)
		strbuf_putc(&o->out, '\n');
	if (t->any)
		strbuf_putc(&o->out, '\n');
	t->in_line = false;
	t->any = true;
}

static void end_line(struct output *o)
{
	struct text_sink *t = o->sink;

	if (t->in_line)
		strbuf_putc(&o->out, '\n');
	t->in_line = false;
	t->any = true;
}

static void text_map(struct output *o, const struct sink_map *m)
{
	struct text_sink *t = o->sink;
	unsigned clause = m->d->name ? 0 : m->d->clause;
	struct strbuf *section = clause <= o->p->clauses.n ? &t->sections[clause] : NULL;

	if (m->by_script) {
		end_line(o);
		if (m->d->name)
			add_named_map(o, &o->out, m);
		else
			add_aggs(o, &o->out, m);
		return;
	}
	if (!section)
		return;
	t->due[clause] = true;
	if (m->d->name) {
		if (section->len)
			strbuf_putc(section, '\n');
		add_named_map(o, section, m);
	} else if (m->rows->n) {
		add_aggs(o, section, m);
	}
}

static void text_map_failed(struct output *o, const struct sink_map *m, int err)
{
	struct text_sink *t = o->sink;
	struct strbuf *out = &t->sections[m->d->clause <= o->p->clauses.n ? m->d->clause : 0];

	if (m->by_script) {
		end_line(o);
		out = &o->out;
	} else {
		t->due[out - t->sections] = true;
	}
	if (m->d->name)
		add_map_name(out, m->d);
	else
		strbuf_puts(out, INDENT);
	strbuf_printf(out, "%s(the map cannot be read: %s)\n", m->d->name ? INDENT : "", strerror(err));
}

/* ---- rounds and the end ---- */

static void add_head(struct output *o, const struct clause_desc *c)
{
	start_block(o);
	escape_text(&o->out, c->head, strlen(c->head), false, ESCAPE_SCRIPT);
	strbuf_putc(&o->out, '\n');
}

static void add_section(struct output *o, unsigned clause)
{
	struct text_sink *t = o->sink;

	strbuf_add(&o->out, t->sections[clause].s ? t->sections[clause].s : "", t->sections[clause].len);
	strbuf_reset(&t->sections[clause]);
	t->due[clause] = false;
}

static void add_named_section(struct output *o)
{
	struct text_sink *t = o->sink;

	if (!t->due[0])
		return;
	start_block(o);
	add_section(o, 0);
}

static void add_round_head(struct output *o)
{
	int64_t now = output_wall_now() - o->f.wall_offset;

	start_block(o);
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

static void add_notes(struct output *o, struct strbuf *b, const struct clause_desc *c,
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

	add_notes(o, &notes, c, cell);
	if (!empty || nothing || notes.len) {
		add_head(o, c);
		if (nothing)
			strbuf_printf(&o->out, INDENT "%s\n", nothing);
		add_section(o, index);
		strbuf_add(&o->out, notes.s ? notes.s : "", notes.len);
	}
	strbuf_fini(&notes);
}

static void add_run_note(struct strbuf *b, uint64_t n, const char *noun, const char *what)
{
	if (!n)
		return;
	note_count(b, n, noun);
	strbuf_puts(b, what);
	strbuf_putc(b, '\n');
}

/* What no clause can be blamed for. */
static void end_run(struct output *o, const struct gt_cell *own, const struct output_loss *extra)
{
	struct gt_cell cell = *own;
	struct strbuf b = { 0 };

	cell.ring_full += extra->ring;
	cell.map_full += extra->map_full;
	cell.truncated += extra->truncated;
	add_losses(&b, o->p, NULL, &cell);
	add_run_note(&b, extra->missed, "hit", " missed: the kernel skipped the program");
	add_run_note(&b, extra->streams_full, "record",
		     " of streams and calls refused: the table of open ones was full");
	add_run_note(&b, extra->dict_full, "string", " not kept and shown as ?: the dictionary was full");
	if (b.len) {
		start_block(o);
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
		end_line(o);
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
