/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_BASE_STRBUF_H
#define GT_BASE_STRBUF_H
/*
 * strbuf: a growing, NUL-terminated text buffer on the heap.
 * `struct strbuf b = { 0 };` is a valid empty one; strbuf_fini() frees it.
 */
#include <stdarg.h>
#include <stddef.h>

struct strbuf {
	char *s;	/* never NULL after the first add */
	size_t len, cap;
};

void strbuf_add(struct strbuf *b, const char *s, size_t n);
void strbuf_puts(struct strbuf *b, const char *s);
void strbuf_putc(struct strbuf *b, char c);
void strbuf_printf(struct strbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vprintf(struct strbuf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
void strbuf_reset(struct strbuf *b);	/* empty, keeps the memory */
void strbuf_fini(struct strbuf *b);

#endif
