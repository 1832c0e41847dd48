/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_ESCAPE_H
#define GT_RUNTIME_ESCAPE_H
/*
 * escape: text that a target wrote, made fit for a terminal or for JSON.
 *
 * A method name, a path or a comm can hold anything. What a terminal would act on
 * (ESC and the other control characters), what would show text in another order than
 * it has (bidirectional and other format controls), and bytes that are no UTF-8 never
 * pass. In text a backslash is doubled, so that the escapes cannot be forged.
 */
#include <stdbool.h>
#include <stddef.h>
#include "../src/base/strbuf.h"

#define ESCAPE_MAX 256	/* bytes of one string that are shown; then an ellipsis */

enum escape_how {
	ESCAPE_PLAIN,		/* quoted only where it would read as none, unknown or nothing */
	ESCAPE_WORD,		/* quoted also where it holds a space, `=` or a quote */
	ESCAPE_BARE,		/* never quoted: printf's %s */
	ESCAPE_SCRIPT,		/* the script's own text: backslashes stay, no limit */
};

/* cut: the text is only the beginning of a longer one. */
void escape_text(struct strbuf *b, const char *s, size_t len, bool cut, enum escape_how how);
/* With its quotes. Bytes that are no UTF-8 become U+FFFD. */
void escape_json(struct strbuf *b, const char *s, size_t len, bool cut);

/* Columns that text takes on a terminal. */
size_t escape_width(const char *s, size_t len);

#endif
