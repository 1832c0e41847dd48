/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_LANG_UNITS_H
#define GT_LANG_UNITS_H
/*
 * units: numbers as they are written, and written back.
 *
 *	10  1_000  0x1f		plain
 *	64K  1.5M  2G  1T	times 1024, 1024^2 …: int or bytes, whichever is wanted
 *	512B  64KiB  1MB	bytes: KiB MiB GiB TiB by 1024, kB MB GB TB by 1000
 *	250ms  1.5s  1h30m	durations: ns us µs ms s m h d
 *	0.99			a fraction: for quantile() only
 */
#include <stddef.h>
#include "types.h"

struct arena;
struct strbuf;

struct number {
	uint64_t value;		/* in the base unit: bytes, ns; a fraction's is cut off */
	enum type_kind unit;	/* TYPE_INT, TYPE_BYTES, TYPE_DURATION */
	bool multiplier;	/* K M G T */
	bool fraction;		/* a point and no unit */
};

enum number_fault {
	NUMBER_OK,
	NUMBER_DIGITS,		/* not a number: 0x, 12ab3, 1.2.3 */
	NUMBER_UNIT,		/* no such unit: 1Mb, 5sec */
	NUMBER_MIX,		/* parts that are no durations, or not from great to small: 1s1h */
	NUMBER_RANGE,		/* over 2^64 - 1, or over 2^63 - 1 of bytes or ns */
	NUMBER_INEXACT,		/* not a whole number of the base unit: 0.3K, 0.5ns */
};

/* The part of the text that a fault is about. */
struct number_part {
	size_t from, len;
};

enum number_fault number_parse(const char *text, size_t len, struct number *out,
			       struct number_part *part);
/* The unit that was meant by a wrong one, or NULL. */
const char *unit_suggest(struct arena *a, const char *unit, size_t len);

/* "1M", "250ms", "1h30m", "64KiB": exact, and read back as the same. */
void number_write(struct strbuf *b, struct number n);

#endif
