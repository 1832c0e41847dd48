/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "../base/arena.h"
#include "../base/diag.h"
#include "../base/strbuf.h"
#include "units.h"

struct unit {
	const char *name;
	uint64_t size;
	enum type_kind kind;
	bool multiplier;
	bool written;		/* number_write uses it: among one kind the greatest first */
};

#define KI (1ull << 10)
#define NS_PER_S 1000000000ull

static const struct unit units[] = {
	{ "T", KI * KI * KI * KI, TYPE_INT, true, true },
	{ "G", KI * KI * KI, TYPE_INT, true, true },
	{ "M", KI * KI, TYPE_INT, true, true },
	{ "K", KI, TYPE_INT, true, true },
	{ "TiB", KI * KI * KI * KI, TYPE_BYTES, false, true },
	{ "GiB", KI * KI * KI, TYPE_BYTES, false, true },
	{ "MiB", KI * KI, TYPE_BYTES, false, true },
	{ "KiB", KI, TYPE_BYTES, false, true },
	{ "TB", 1000000000000, TYPE_BYTES, false, true },
	{ "GB", 1000000000, TYPE_BYTES, false, true },
	{ "MB", 1000000, TYPE_BYTES, false, true },
	{ "kB", 1000, TYPE_BYTES, false, true },
	{ "B", 1, TYPE_BYTES, false, true },
	{ "d", 86400 * NS_PER_S, TYPE_DURATION, false, false },
	{ "h", 3600 * NS_PER_S, TYPE_DURATION, false, false },
	{ "m", 60 * NS_PER_S, TYPE_DURATION, false, false },
	{ "s", NS_PER_S, TYPE_DURATION, false, true },
	{ "ms", 1000000, TYPE_DURATION, false, true },
	{ "us", 1000, TYPE_DURATION, false, true },
	{ "µs", 1000, TYPE_DURATION, false, false },	/* U+00B5 */
	{ "μs", 1000, TYPE_DURATION, false, false },	/* U+03BC */
	{ "ns", 1, TYPE_DURATION, false, true },
};

#define N_UNITS (sizeof(units) / sizeof(*units))

static const struct unit *unit_find(const char *s, size_t len)
{
	for (size_t i = 0; i < N_UNITS; i++) {
		if (strlen(units[i].name) == len && !memcmp(units[i].name, s, len))
			return &units[i];
	}
	return NULL;
}

/* ---- reading ---- */

struct reader {
	const char *s;
	size_t len, pos;
};

static int peek(const struct reader *r)
{
	return r->pos < r->len ? (unsigned char)r->s[r->pos] : -1;
}

static int hex_digit(int c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

static enum number_fault read_hex(const char *s, size_t len, uint64_t *out)
{
	bool any = false;

	*out = 0;
	for (size_t i = 0; i < len; i++) {
		int digit = s[i] == '_' ? 0 : hex_digit((unsigned char)s[i]);

		if (digit < 0)
			return NUMBER_DIGITS;
		if (s[i] == '_')
			continue;
		if (*out >> 60)
			return NUMBER_RANGE;
		*out = *out * 16 + (unsigned)digit;
		any = true;
	}
	return any ? NUMBER_OK : NUMBER_DIGITS;
}

/* A decimal number is mantissa / scale. */
struct decimal {
	uint64_t mantissa, scale;
};

static enum number_fault read_decimal(struct reader *r, struct decimal *d)
{
	bool point = false;

	*d = (struct decimal){ 0, 1 };
	if (!isdigit(peek(r)))
		return NUMBER_DIGITS;
	for (; isdigit(peek(r)) || peek(r) == '_' || peek(r) == '.'; r->pos++) {
		if (peek(r) == '_')
			continue;
		if (peek(r) == '.') {
			if (point)
				return NUMBER_DIGITS;
			point = true;
			continue;
		}
		if (__builtin_mul_overflow(d->mantissa, 10, &d->mantissa) ||
		    __builtin_add_overflow(d->mantissa, (unsigned)(peek(r) - '0'), &d->mantissa) ||
		    (point && __builtin_mul_overflow(d->scale, 10, &d->scale)))
			return NUMBER_RANGE;
	}
	return NUMBER_OK;
}

static enum number_fault add_scaled(struct decimal d, uint64_t unit, uint64_t *sum)
{
	unsigned __int128 v = (unsigned __int128)d.mantissa * unit;

	if (v % d.scale)
		return NUMBER_INEXACT;
	if (v / d.scale > UINT64_MAX || __builtin_add_overflow(*sum, (uint64_t)(v / d.scale), sum))
		return NUMBER_RANGE;
	return NUMBER_OK;
}

static size_t skip_letters(struct reader *r)
{
	size_t from = r->pos;

	while (peek(r) >= 0 && !isdigit(peek(r)) && peek(r) != '.')
		r->pos++;
	return r->pos - from;
}

/* One number with its unit; *last is the unit of the part before it, 0 if there is none. */
static enum number_fault read_part(struct reader *r, struct number *n, uint64_t *last,
				   struct number_part *part)
{
	struct decimal d;
	size_t start = r->pos;
	enum number_fault fault = read_decimal(r, &d);
	size_t at = r->pos, letters = skip_letters(r);
	const struct unit *u = letters ? unit_find(r->s + at, letters) : NULL;

	*part = (struct number_part){ start, r->pos - start };
	if (fault)
		return fault;
	if (letters && !u) {
		*part = (struct number_part){ at, letters };
		return NUMBER_UNIT;
	}
	if ((*last || r->pos < r->len) &&
	    (!u || u->kind != TYPE_DURATION || (*last && u->size >= *last)))
		return NUMBER_MIX;
	n->unit = u ? u->kind : TYPE_INT;
	n->multiplier = u && u->multiplier;
	n->fraction = !u && d.scale > 1;
	*last = u ? u->size : 1;
	if (n->fraction) {
		n->value = d.mantissa / d.scale;
		return NUMBER_OK;
	}
	return add_scaled(d, u ? u->size : 1, &n->value);
}

enum number_fault number_parse(const char *text, size_t len, struct number *out,
			       struct number_part *part)
{
	struct reader r = { text, len, 0 };
	enum number_fault fault = NUMBER_OK;
	uint64_t last = 0;

	*out = (struct number){ .unit = TYPE_INT };
	*part = (struct number_part){ 0, len };
	if (len >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return read_hex(text + 2, len - 2, &out->value);
	if (len > 2 && text[0] == '0' && strchr("bBoO", text[1]) && isdigit((unsigned char)text[2]))
		return NUMBER_DIGITS;
	do
		fault = read_part(&r, out, &last, part);
	while (!fault && r.pos < len);
	if (!fault && out->unit != TYPE_INT && out->value > INT64_MAX)
		fault = NUMBER_RANGE;
	if (fault == NUMBER_RANGE || fault == NUMBER_MIX)
		*part = (struct number_part){ 0, len };
	return fault;
}

/* What people write for the units of this language. */
static const struct { const char *wrong, *right; } meant[] = {
	{ "k", "K" }, { "KB", "KiB" }, { "Kb", "KiB" }, { "kb", "kB" }, { "kib", "KiB" },
	{ "Ki", "KiB" }, { "Mi", "MiB" }, { "Gi", "GiB" }, { "Ti", "TiB" },
	{ "Mb", "MB" }, { "mb", "MB" }, { "mib", "MiB" }, { "g", "G" }, { "gb", "GB" },
	{ "Gb", "GB" }, { "gib", "GiB" }, { "t", "T" }, { "tb", "TB" }, { "Tb", "TB" },
	{ "b", "B" }, { "byte", "B" }, { "bytes", "B" },
	{ "nsec", "ns" }, { "nsecs", "ns" }, { "usec", "us" }, { "usecs", "us" },
	{ "msec", "ms" }, { "msecs", "ms" }, { "milli", "ms" }, { "millis", "ms" },
	{ "S", "s" }, { "sec", "s" }, { "secs", "s" }, { "second", "s" }, { "seconds", "s" },
	{ "min", "m" }, { "mins", "m" }, { "minute", "m" }, { "minutes", "m" },
	{ "H", "h" }, { "hr", "h" }, { "hrs", "h" }, { "hour", "h" }, { "hours", "h" },
	{ "D", "d" }, { "day", "d" }, { "days", "d" },
};

const char *unit_suggest(struct arena *a, const char *unit, size_t len)
{
	const char *names[N_UNITS];
	const char *word = arena_strndup(a, unit, len);

	for (size_t i = 0; i < sizeof(meant) / sizeof(*meant); i++) {
		if (!strcmp(meant[i].wrong, word))
			return meant[i].right;
	}
	for (size_t i = 0; i < N_UNITS; i++)
		names[i] = units[i].name;
	return diag_suggest(word, names, N_UNITS);
}

/* ---- writing ---- */

/* value / size with at most three digits behind the point: its length, 0 if not exact. */
static size_t scaled_text(char *out, size_t size, uint64_t value, const struct unit *u)
{
	unsigned __int128 milli = (unsigned __int128)value * 1000;
	unsigned rest = (unsigned)(milli / u->size % 1000);
	char digits[8] = "";

	if (value < u->size || milli % u->size)
		return 0;
	if (rest) {
		int n = snprintf(digits, sizeof(digits), ".%03u", rest);

		while (digits[n - 1] == '0')
			digits[--n] = 0;
	}
	return (size_t)snprintf(out, size, "%llu%s%s", (unsigned long long)(value / u->size),
				digits, u->name);
}

/* Days, hours and minutes; what is left is below a minute. */
static uint64_t write_great_parts(struct strbuf *b, uint64_t ns)
{
	for (size_t i = 0; i < N_UNITS; i++) {
		if (units[i].kind != TYPE_DURATION || units[i].size <= NS_PER_S ||
		    ns < units[i].size)
			continue;
		strbuf_printf(b, "%llu%s", (unsigned long long)(ns / units[i].size), units[i].name);
		ns %= units[i].size;
	}
	return ns;
}

/* Of the exact texts the shortest; among these the one with the greatest unit. */
static bool write_shortest(struct strbuf *b, struct number n, uint64_t value)
{
	char best[48] = "", text[48];
	size_t shortest = sizeof(best);

	for (size_t i = 0; i < N_UNITS; i++) {
		const struct unit *u = &units[i];

		if (!u->written || u->kind != n.unit || u->multiplier != n.multiplier)
			continue;
		size_t len = scaled_text(text, sizeof(text), value, u);

		if (len && len < shortest) {
			shortest = len;
			memcpy(best, text, len + 1);
		}
	}
	strbuf_puts(b, best);
	return *best;
}

void number_write(struct strbuf *b, struct number n)
{
	uint64_t value = n.value;

	if (n.unit == TYPE_DURATION && n.value >= 60 * NS_PER_S) {
		value = write_great_parts(b, n.value);
		if (!value)
			return;
	}
	if (!write_shortest(b, n, value))
		strbuf_printf(b, "%llu%s", (unsigned long long)value,
			      n.unit == TYPE_DURATION ? "s" : n.unit == TYPE_BYTES ? "B" : "");
}
