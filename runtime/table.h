/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_TABLE_H
#define GT_RUNTIME_TABLE_H
/*
 * table: rows of cells, printed in columns as wide as their widest cell.
 */
#include <stdbool.h>
#include <stddef.h>
#include "../src/base/strbuf.h"

struct table_cell {
	size_t to;		/* end in text; it begins where the one before ends */
	size_t width;
};

struct text_table {
	size_t n_cols;
	bool *right;		/* [n_cols]: numbers */
	struct strbuf text;
	struct table_cell *cells;
	size_t n, cap;
};

void text_table_init(struct text_table *t, size_t n_cols);
void text_table_fini(struct text_table *t);

/* Append a cell's text to t->text, then end it. Cells come row by row. */
void text_table_end_cell(struct text_table *t);
void text_table_print(const struct text_table *t, struct strbuf *out, const char *indent);

#endif
