/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table.h"
#include <stdlib.h>
#include <string.h>
#include "escape.h"
#include "format.h"

void text_table_init(struct text_table *t, size_t n_cols)
{
	memset(t, 0, sizeof(*t));
	t->n_cols = n_cols;
	t->right = calloc(n_cols ? n_cols : 1, sizeof(*t->right));
	if (!t->right)
		abort();
}

void text_table_fini(struct text_table *t)
{
	free(t->right);
	free(t->cells);
	strbuf_fini(&t->text);
}

void text_table_end_cell(struct text_table *t)
{
	size_t from = t->n ? t->cells[t->n - 1].to : 0;

	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->cells = reallocarray(t->cells, t->cap, sizeof(*t->cells));
		if (!t->cells)
			abort();
	}
	t->cells[t->n].to = t->text.len;
	t->cells[t->n++].width = escape_width(t->text.s ? t->text.s + from : "",
					      t->text.len - from);
}

static void print_cell(const struct text_table *t, struct strbuf *out, size_t i, size_t width)
{
	size_t from = i ? t->cells[i - 1].to : 0;
	long missing = (long)(width - t->cells[i].width);
	bool last = i % t->n_cols + 1 == t->n_cols;

	if (t->right[i % t->n_cols])
		format_repeat(out, ' ', missing);
	strbuf_add(out, t->text.s + from, t->cells[i].to - from);
	if (!t->right[i % t->n_cols] && !last)
		format_repeat(out, ' ', missing);
	if (last)
		strbuf_putc(out, '\n');
	else
		strbuf_puts(out, "  ");
}

void text_table_print(const struct text_table *t, struct strbuf *out, const char *indent)
{
	size_t *widths = calloc(t->n_cols ? t->n_cols : 1, sizeof(*widths));

	if (!widths)
		abort();
	for (size_t i = 0; i < t->n; i++)
		if (t->cells[i].width > widths[i % t->n_cols])
			widths[i % t->n_cols] = t->cells[i].width;
	for (size_t i = 0; i < t->n; i++) {
		if (i % t->n_cols == 0)
			strbuf_puts(out, indent);
		print_cell(t, out, i, widths[i % t->n_cols]);
	}
	free(widths);
}
