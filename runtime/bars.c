/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bars.h"
#include <string.h>
#include "escape.h"
#include "format.h"
#include "hist.h"

#define EMPTY_RUN 4		/* more empty rows than that are one line */
#define BAR_MIN 10
#define BAR_MAX 100

/* A limit in the unit of the values. Limits of power-of-two rows are never negative. */
static void add_limit(struct strbuf *b, const struct agg_desc *a, int64_t v)
{
	if (a->type.kind == TYPE_DURATION)
		format_duration(b, v);
	else if (a->id == BI_HIST)
		format_binary(b, (uint64_t)v);
	else if (a->type.kind == TYPE_BYTES)
		format_bytes(b, v);
	else if (type_is_signed(a->type))
		format_int(b, v);
	else
		format_uint(b, (uint64_t)v);
}

/* The first value above a row; a duration has none above the largest. */
static int64_t above(const struct agg_desc *a, int64_t hi)
{
	if (hi == INT64_MAX && a->type.kind == TYPE_DURATION)
		return hi;
	return (int64_t)((uint64_t)hi + 1);
}

static void add_label(struct strbuf *b, const struct agg_desc *a, unsigned i)
{
	struct hist_row r = hist_row(a, i);

	if (r.low_open) {
		strbuf_puts(b, "< ");
		add_limit(b, a, above(a, r.hi));
	} else if (r.high_open) {
		strbuf_puts(b, ">= ");
		add_limit(b, a, r.lo);
	} else if (r.lo == r.hi) {
		strbuf_putc(b, '[');
		add_limit(b, a, r.lo);
		strbuf_putc(b, ']');
	} else {
		strbuf_putc(b, '[');
		add_limit(b, a, r.lo);
		strbuf_puts(b, ", ");
		if (a->id == BI_HIST && (uint64_t)r.hi == UINT64_MAX)
			strbuf_puts(b, "16E");
		else
			add_limit(b, a, above(a, r.hi));
		strbuf_putc(b, ')');
	}
}

struct extent {
	unsigned first, last;	/* rows that are not empty */
	uint64_t most;
	size_t label_width, count_width;
};

static size_t label_width(const struct agg_desc *a, unsigned i)
{
	struct strbuf b = { 0 };
	size_t width;

	add_label(&b, a, i);
	width = escape_width(b.s, b.len);
	strbuf_fini(&b);
	return width;
}

static bool measure(const struct agg_desc *a, const struct agg_value *v, struct extent *e)
{
	bool some = false;

	memset(e, 0, sizeof(*e));
	for (unsigned i = 0; i < a->dense; i++) {
		if (!v->buckets[i])
			continue;
		if (!some)
			e->first = i;
		some = true;
		e->last = i;
		if (v->buckets[i] > e->most)
			e->most = v->buckets[i];
	}
	for (unsigned i = e->first; some && i <= e->last; i++) {
		size_t width = label_width(a, i);

		e->label_width = width > e->label_width ? width : e->label_width;
	}
	e->count_width = 1;
	for (uint64_t n = e->most; n >= 10; n /= 10)
		e->count_width++;
	return some;
}

static void add_bar(struct strbuf *b, uint64_t n, uint64_t most, size_t width, bool blocks)
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	size_t parts = blocks ? 8 : 1;
	size_t filled = (size_t)((unsigned __int128)n * width * parts / most), cols;

	if (n && !filled && blocks)
		filled = 1;
	for (size_t i = 0; i < filled / parts; i++)
		strbuf_puts(b, blocks ? "█" : "@");
	strbuf_puts(b, eighths[filled % parts]);
	cols = (filled + parts - 1) / parts;
	format_repeat(b, ' ', (long)(width - cols));
}

static void add_row(struct strbuf *out, const struct agg_desc *a, const struct agg_value *v,
		    unsigned i, const struct extent *e, size_t bar, bool blocks)
{
	size_t from = out->len, digits;

	add_label(out, a, i);
	format_pad_to(out, from, e->label_width + 1);
	from = out->len;
	format_uint(out, v->buckets[i]);
	digits = out->len - from;
	out->len = from;
	format_repeat(out, ' ', (long)(e->count_width - digits));
	format_uint(out, v->buckets[i]);
	strbuf_puts(out, " |");
	add_bar(out, v->buckets[i], e->most, bar, blocks);
	strbuf_puts(out, "|\n");
}

/* How many empty rows begin at i. */
static unsigned empty_run(const struct agg_value *v, unsigned i, unsigned last)
{
	unsigned n = 0;

	while (i + n < last && !v->buckets[i + n])
		n++;
	return n;
}

void bars_print(struct strbuf *out, const struct agg_desc *a, const struct agg_value *v,
		const char *indent, const struct bars_look *look)
{
	struct extent e;
	size_t taken, bar;

	if (!measure(a, v, &e))
		return;
	taken = strlen(indent) + e.label_width + e.count_width + 4;
	bar = look->width > taken + BAR_MIN ? look->width - taken : BAR_MIN;
	if (bar > BAR_MAX)
		bar = BAR_MAX;
	for (unsigned i = e.first; i <= e.last; i++) {
		unsigned empty = empty_run(v, i, e.last);

		strbuf_puts(out, indent);
		if (empty > EMPTY_RUN) {
			strbuf_puts(out, "...\n");
			i += empty - 1;
		} else {
			add_row(out, a, v, i, &e, bar, look->blocks);
		}
	}
}
