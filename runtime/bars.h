/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_BARS_H
#define GT_RUNTIME_BARS_H
/*
 * bars: a histogram as lines of label, count and bar.
 */
#include <stdbool.h>
#include "../src/base/strbuf.h"
#include "maps.h"

struct bars_look {
	unsigned width;		/* columns of a whole line */
	bool blocks;		/* bars of eighth blocks; else of @ */
};

void bars_print(struct strbuf *out, const struct agg_desc *a, const struct agg_value *v,
		const char *indent, const struct bars_look *look);

#endif
