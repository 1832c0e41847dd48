/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a message looks:
 *
 *	error[E0012]: expected …, found …
 *	 --> big.gt:3:14
 *	  |
 *	3 | on grpc:stream_send < hist(age >
 *	  |                           ^ this `(` is never closed
 *	  = help: …
 *
 * A line is shown with its tabs expanded and with nothing in it that a terminal
 * could take for a command; the marks below count what is shown.
 */
#include <stdlib.h>
#include <string.h>
#include "diag.h"
#include "strbuf.h"

#define TAB 8
#define WIDTH_MAX 160	/* of a line as shown; what is farther from the mark is cut */

enum style { PLAIN, RED, YELLOW, BLUE, BOLD };

static const char *const ansi[] = {
	[PLAIN] = "\033[0m", [RED] = "\033[1;31m", [YELLOW] = "\033[1;33m",
	[BLUE] = "\033[1;34m", [BOLD] = "\033[1m",
};

struct printer {
	const struct source *source;
	FILE *out;
	bool colour;
	int gutter;		/* digits of the greatest line number shown */
	uint32_t last_line;	/* shown, 0: none yet */
};

static void set_style(const struct printer *p, enum style s)
{
	if (p->colour)
		fputs(ansi[s], p->out);
}

static enum style severity_style(const struct diag_msg *m)
{
	return m->severity == DIAG_ERROR ? RED : YELLOW;
}

static const char *severity_name(const struct diag_msg *m)
{
	return m->severity == DIAG_ERROR ? "error" : "warning";
}

/* ---- one line of the script ---- */

/* Bytes of the UTF-8 character at s (of n), 0 if there is none. */
static size_t utf8_len(const char *s, size_t n)
{
	unsigned char c = (unsigned char)s[0];
	size_t want = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : (c & 0xf0) == 0xe0 ? 3 :
		      c >= 0xf0 && c < 0xf5 ? 4 : 0;

	if (want > n)
		return 0;
	for (size_t i = 1; i < want; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
	}
	return want;
}

static bool is_control(const char *s, size_t n)
{
	unsigned char c = (unsigned char)s[0];

	/* U+0080 to U+009F are commands to some terminals, U+202x turns text around. */
	return c < 0x20 || c == 0x7f || (n == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0) ||
	       (n == 3 && !memcmp(s, "\xe2\x80", 2) && (unsigned char)s[2] >= 0xa8 &&
		(unsigned char)s[2] <= 0xae);
}

/* A line as shown: each of its cells starts at at[i], and stands for the byte from[i]. */
struct shown_line {
	struct strbuf text;
	vec_of(uint32_t) at, from;
};

static void add_cell(struct shown_line *l, struct arena *a, size_t from, const char *s, size_t n)
{
	vec_push(a, &l->at, (uint32_t)l->text.len);
	vec_push(a, &l->from, (uint32_t)from);
	strbuf_add(&l->text, s, n);
}

static void show_line(struct shown_line *l, struct arena *a, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = utf8_len(s + i, len - i);

		if (s[i] == '\t') {
			do
				add_cell(l, a, i, " ", 1);
			while (l->at.n % TAB);
		} else if (!n || is_control(s + i, n)) {
			add_cell(l, a, i, "\xef\xbf\xbd", 3);
		} else {
			add_cell(l, a, i, s + i, n);
		}
		i += n ? n : 1;
	}
	add_cell(l, a, len, " ", 1);	/* a spot behind the end */
}

/* The cell that shows the byte at an offset of the line. */
static size_t cell_of(const struct shown_line *l, size_t offset)
{
	size_t i = 0;

	while (i + 1 < l->from.n && l->from.v[i + 1] <= offset)
		i++;
	while (i > 0 && l->from.v[i - 1] == l->from.v[i])
		i--;
	return i;
}

/* Words of the script stand in a message as they are: nothing may reach the terminal. */
static void print_safe(FILE *out, const char *s)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len;) {
		size_t n = utf8_len(s + i, len - i);

		if (n && !is_control(s + i, n))
			fwrite(s + i, 1, n, out);
		else
			fprintf(out, "\\x%02x", (unsigned char)s[i]), n = 1;
		i += n;
	}
}

/* ---- spots ---- */

struct spot {
	struct span span;
	const char *text;	/* NULL: the message's own */
	struct place place;
};

static void print_gutter(const struct printer *p, uint32_t line)
{
	set_style(p, BLUE);
	if (line)
		fprintf(p->out, "%*u |", p->gutter, line);
	else
		fprintf(p->out, "%*s |", p->gutter, "");
	set_style(p, PLAIN);
}

static void print_repeated(FILE *out, char c, size_t n)
{
	while (n--)
		putc(c, out);
}

/* Which cells of a long line are shown so that the mark is among them. */
static void choose_window(const struct shown_line *l, size_t mark, size_t *from, size_t *to)
{
	size_t n = l->at.n - 1;

	*from = n > WIDTH_MAX && mark > WIDTH_MAX / 2 ? mark - WIDTH_MAX / 2 : 0;
	*to = n - *from > WIDTH_MAX ? *from + WIDTH_MAX : n;
}

static void print_text(const struct printer *p, const struct shown_line *l, size_t from, size_t to)
{
	while (to > from && l->text.s[l->at.v[to - 1]] == ' ')
		to--;
	if (from == to && !from) {
		putc('\n', p->out);
		return;
	}
	fprintf(p->out, " %s%.*s%s\n", from ? "…" : "", (int)(l->at.v[to] - l->at.v[from]),
		l->text.s + l->at.v[from], to + 1 < l->at.n && l->at.n - 1 > WIDTH_MAX ? "…" : "");
}

static void print_mark(const struct printer *p, const struct diag_msg *m, const struct spot *s,
		       size_t cells_before, size_t width)
{
	print_gutter(p, 0);
	putc(' ', p->out);
	print_repeated(p->out, ' ', cells_before);
	set_style(p, s->text ? BLUE : severity_style(m));
	print_repeated(p->out, s->text ? '-' : '^', width);
	if (s->text) {
		putc(' ', p->out);
		print_safe(p->out, s->text);
	}
	set_style(p, PLAIN);
	putc('\n', p->out);
}

static void print_spot(struct printer *p, const struct diag_msg *m, const struct spot *s)
{
	size_t len;
	const char *line = source_line(p->source, s->place.line, &len);
	size_t start = (size_t)(line - p->source->text);
	size_t at = s->span.from > start ? s->span.from - start : 0;
	size_t end = s->span.to > start ? s->span.to - start : 0;
	struct arena *a = arena_new();
	struct shown_line l = { 0 };
	size_t from, to;

	show_line(&l, a, line, len);
	size_t first = cell_of(&l, at < len ? at : len);
	size_t last = end > at ? cell_of(&l, end < len ? end : len) : first;

	choose_window(&l, first, &from, &to);
	if (p->last_line != s->place.line) {
		if (p->last_line && p->last_line + 1 != s->place.line)
			fprintf(p->out, "%*s...\n", p->gutter - 1, "");
		print_gutter(p, s->place.line);
		print_text(p, &l, from, to);
	}
	p->last_line = s->place.line;
	if (last > to)
		last = to;
	print_mark(p, m, s, first - from + (from > 0), last > first ? last - first : 1);
	strbuf_fini(&l.text);
	arena_free(a);
}

static int by_place(const void *a, const void *b)
{
	const struct spot *x = a, *y = b;

	if (x->place.line != y->place.line)
		return x->place.line < y->place.line ? -1 : 1;
	if (!x->text != !y->text)		/* the message's own mark first */
		return x->text ? 1 : -1;
	return x->span.from < y->span.from ? -1 : x->span.from > y->span.from;
}

static void print_spots(struct printer *p, const struct diag_msg *m)
{
	size_t n = m->labels.n + 1;
	struct spot *spots = arena_alloc(m->owner->arena, n * sizeof(*spots));
	uint32_t greatest = 0;

	spots[0] = (struct spot){ m->span, NULL, source_place(p->source, m->span.from) };
	for (size_t i = 1; i < n; i++) {
		const struct diag_label *l = &m->labels.v[i - 1];

		spots[i] = (struct spot){ l->span, l->text, source_place(p->source, l->span.from) };
	}
	for (size_t i = 0; i < n; i++)
		greatest = spots[i].place.line > greatest ? spots[i].place.line : greatest;
	p->gutter = snprintf(NULL, 0, "%u", greatest);
	p->last_line = 0;

	set_style(p, BLUE);
	fprintf(p->out, "%*s-->", p->gutter, "");
	set_style(p, PLAIN);
	putc(' ', p->out);
	print_safe(p->out, p->source->name);
	fprintf(p->out, ":%u:%u\n", spots[0].place.line, spots[0].place.col);
	print_gutter(p, 0);
	putc('\n', p->out);
	qsort(spots, n, sizeof(*spots), by_place);
	for (size_t i = 0; i < n; i++)
		print_spot(p, m, &spots[i]);
}

static void print_msg(struct printer *p, const struct diag_msg *m)
{
	set_style(p, severity_style(m));
	fprintf(p->out, "%s[%s]", severity_name(m), diag_code(m->id));
	set_style(p, BOLD);
	fputs(": ", p->out);
	print_safe(p->out, m->text);
	set_style(p, PLAIN);
	putc('\n', p->out);
	p->gutter = 0;
	if (m->has_span)
		print_spots(p, m);
	for (size_t i = 0; i < m->helps.n; i++) {
		if (m->has_span) {
			set_style(p, BLUE);
			fprintf(p->out, "%*s = ", p->gutter, "");
		}
		set_style(p, BOLD);
		fputs("help: ", p->out);
		set_style(p, PLAIN);
		print_safe(p->out, m->helps.v[i]);
		putc('\n', p->out);
	}
}

/* ---- all of them ---- */

struct numbered {
	const struct diag_msg *m;
	size_t i;
};

static int by_script(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	if (x->m->has_span != y->m->has_span)
		return x->m->has_span ? 1 : -1;
	if (x->m->has_span && x->m->span.from != y->m->span.from)
		return x->m->span.from < y->m->span.from ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

static const struct numbered *sorted(const struct diag *d)
{
	struct numbered *l = arena_alloc(d->arena, (d->msgs.n + 1) * sizeof(*l));

	for (size_t i = 0; i < d->msgs.n; i++)
		l[i] = (struct numbered){ d->msgs.v[i], i };
	qsort(l, d->msgs.n, sizeof(*l), by_script);
	return l;
}

void diag_print(const struct diag *d, FILE *out, bool colour)
{
	struct printer p = { .source = d->source, .out = out, .colour = colour };
	const struct numbered *l = sorted(d);

	for (size_t i = 0; i < d->msgs.n; i++) {
		if (i)
			putc('\n', out);
		print_msg(&p, l[i].m);
	}
}

/* ---- JSON ---- */

static void json_string(FILE *out, const char *s)
{
	size_t len = strlen(s);

	putc('"', out);
	for (size_t i = 0; i < len;) {
		size_t n = utf8_len(s + i, len - i);

		if (s[i] == '"' || s[i] == '\\')
			fprintf(out, "\\%c", s[i]);
		else if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			fprintf(out, "\\u%04x", (unsigned char)s[i]);
		else if (n)
			fwrite(s + i, 1, n, out);
		else
			fputs("\\ufffd", out);
		i += n ? n : 1;
	}
	putc('"', out);
}

static void json_span(FILE *out, const struct source *s, struct span span, const char *label)
{
	struct place from = source_place(s, span.from), to = source_place(s, span.to);

	fprintf(out, "{\"from\":%u,\"to\":%u,\"line\":%u,\"col\":%u,\"end_line\":%u,\"end_col\":%u,"
		"\"label\":", span.from, span.to, from.line, from.col, to.line, to.col);
	if (label)
		json_string(out, label);
	else
		fputs("null", out);
	putc('}', out);
}

static void json_spans(FILE *out, const struct source *s, const struct diag_msg *m)
{
	json_span(out, s, m->span, NULL);
	for (size_t i = 0; i < m->labels.n; i++) {
		putc(',', out);
		json_span(out, s, m->labels.v[i].span, m->labels.v[i].text);
	}
}

static void json_msg(FILE *out, const struct source *s, const struct diag_msg *m)
{
	fprintf(out, "{\"type\":\"diag\",\"id\":\"%s\",\"severity\":\"%s\",\"text\":",
		diag_code(m->id), severity_name(m));
	json_string(out, m->text);
	fputs(",\"file\":", out);
	if (m->has_span)
		json_string(out, s->name);
	else
		fputs("null", out);
	fputs(",\"spans\":[", out);
	if (m->has_span)
		json_spans(out, s, m);
	fputs("],\"help\":[", out);
	for (size_t i = 0; i < m->helps.n; i++) {
		if (i)
			putc(',', out);
		json_string(out, m->helps.v[i]);
	}
	fputs("]}\n", out);
}

void diag_print_json(const struct diag *d, FILE *out)
{
	const struct numbered *l = sorted(d);

	for (size_t i = 0; i < d->msgs.n; i++)
		json_msg(out, d->source, l[i].m);
}
