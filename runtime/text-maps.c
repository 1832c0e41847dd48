/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text-maps: a map as a table, its figures as columns and its histograms as bars. */
#include <stdio.h>
#include <string.h>
#include "escape.h"
#include "hist.h"
#include "table.h"
#include "text.h"

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
	format_value(&o->f, b, d->value, (struct value){ (uint64_t)row->value, VALUE_KNOWN },
		     false);
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

void text_map(struct output *o, const struct sink_map *m)
{
	struct text_sink *t = o->sink;
	unsigned clause = m->d->name ? 0 : m->d->clause;
	struct strbuf *section = clause <= o->p->clauses.n ? &t->sections[clause] : NULL;

	if (m->by_script) {
		text_end_line(o);
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

void text_map_failed(struct output *o, const struct sink_map *m, int err)
{
	struct text_sink *t = o->sink;
	struct strbuf *out = &t->sections[m->d->clause <= o->p->clauses.n ? m->d->clause : 0];

	if (m->by_script) {
		text_end_line(o);
		out = &o->out;
	} else {
		t->due[out - t->sections] = true;
	}
	if (m->d->name)
		add_map_name(out, m->d);
	else
		strbuf_puts(out, INDENT);
	strbuf_printf(out, "%s(the map cannot be read: %s)\n", m->d->name ? INDENT : "",
		      strerror(err));
}
