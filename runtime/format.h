/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_FORMAT_H
#define GT_RUNTIME_FORMAT_H
/*
 * format: one value as text, in its unit, or as JSON, in its base unit. Appends to a
 * buffer; no locale, no allocation of its own.
 */
#include <stdint.h>
#include "../src/base/strbuf.h"
#include "../src/catalog/program.h"
#include "decode.h"
#include "maps.h"

/* What values are shown with. */
struct formatter {
	struct maps *maps;	/* the dictionary of strings; may be NULL */
	int64_t wall_offset;	/* CLOCK_REALTIME - CLOCK_MONOTONIC, ns */
	/* the last whole second that was made into text */
	int64_t second;
	char second_text[20];	/* "2026-11-22T10:00:00" */
};

void formatter_init(struct formatter *f, struct maps *m);

/* n times the same character; to a width in columns, what begins at `from`. */
void format_repeat(struct strbuf *b, char c, long n);
void format_pad_to(struct strbuf *b, size_t from, size_t width);

void format_uint(struct strbuf *b, uint64_t n);
void format_int(struct strbuf *b, int64_t n);
void format_hex(struct strbuf *b, uint64_t n);
void format_duration(struct strbuf *b, int64_t ns);	/* 980ns 1.21ms 2.5s 1m30s */
void format_bytes(struct strbuf *b, int64_t n);		/* 512B 64KiB 1.5MiB */
void format_binary(struct strbuf *b, uint64_t n);	/* 512 64K 1.5M */
void format_ratio(struct strbuf *b, __int128 sum, uint64_t n);	/* sum / n: 2.33 */
void format_rate(struct strbuf *b, uint64_t n, uint64_t ns);	/* 4.8/s 1021/s */
void format_time(struct formatter *f, struct strbuf *b, uint64_t mono_ns);	/* RFC 3339 */
void format_wall(struct formatter *f, struct strbuf *b, int64_t wall_ns);

/* In text none is `-`, unknown `?`. words: quote strings with spaces. */
void format_value(struct formatter *f, struct strbuf *b, struct type t, struct value v, bool words);
void format_value_json(struct formatter *f, struct strbuf *b, struct type t, struct value v);

/* "ns", "bytes" or "": of the numbers in machine output. */
const char *format_unit(struct type t);

/* printf(): the pieces of s with its values. */
void format_pieces(struct formatter *f, struct strbuf *b, const struct stmt_desc *s,
		   const struct value *values);

#endif
