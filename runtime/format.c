/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format.h"
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "escape.h"

#define NS_SECOND 1000000000ll

void format_repeat(struct strbuf *b, char c, long n)
{
	char some[64];

	if (n > 0)
		memset(some, c, n < (long)sizeof(some) ? (size_t)n : sizeof(some));
	for (; n > 0; n -= (long)sizeof(some))
		strbuf_add(b, some, n < (long)sizeof(some) ? (size_t)n : sizeof(some));
}

void format_pad_to(struct strbuf *b, size_t from, size_t width)
{
	format_repeat(b, ' ', (long)width - (long)escape_width(b->s + from, b->len - from));
}

/* Decimal digits at the end of a buffer; returns where they start. */
static char *digits(char *end, uint64_t n)
{
	do
		*--end = (char)('0' + n % 10);
	while (n /= 10);
	return end;
}

void format_uint(struct strbuf *b, uint64_t n)
{
	char out[20], *from = digits(out + sizeof(out), n);

	strbuf_add(b, from, (size_t)(out + sizeof(out) - from));
}

void format_int(struct strbuf *b, int64_t n)
{
	char out[21], *end = out + sizeof(out);
	char *from = digits(end, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);

	if (n < 0)
		*--from = '-';
	strbuf_add(b, from, (size_t)(end - from));
}

void format_hex(struct strbuf *b, uint64_t n)
{
	char out[18], *at = out + sizeof(out);

	do
		*--at = "0123456789abcdef"[n & 15];
	while (n >>= 4);
	*--at = 'x';
	*--at = '0';
	strbuf_add(b, at, (size_t)(out + sizeof(out) - at));
}

struct unit {
	uint64_t size;
	const char *name;
};

/* n / unit with three digits, or all of its whole part; false if it rounds up to `limit` units. */
static bool add_scaled(struct strbuf *b, uint64_t n, uint64_t unit, uint64_t limit)
{
	uint64_t whole = n / unit, scale = whole >= 100 ? 1 : whole >= 10 ? 10 : 100;
	uint64_t scaled = (uint64_t)(((unsigned __int128)n * scale + unit / 2) / unit);
	char out[24], *end = out + sizeof(out), *from;

	if (limit && scaled >= limit * scale)
		return false;
	while (scale > 1 && scaled % 10 == 0) {
		scaled /= 10;
		scale /= 10;
	}
	from = digits(end, scaled / scale);
	strbuf_add(b, from, (size_t)(end - from));
	if (scale > 1) {
		/* the 1 before the fraction becomes the point */
		from = digits(end, scaled % scale + scale);
		*from = '.';
		strbuf_add(b, from, (size_t)(end - from));
	}
	return true;
}

static void add_in_units(struct strbuf *b, uint64_t n, const struct unit *units)
{
	unsigned i = 0;

	while (units[i + 1].size && n >= units[i + 1].size)
		i++;
	while (!add_scaled(b, n, units[i].size,
			   units[i + 1].size ? units[i + 1].size / units[i].size : 0))
		i++;
	strbuf_puts(b, units[i].name);
}

/* A long time as two whole units: 1m30s, 2h5m, 3d4h. */
static void add_long(struct strbuf *b, uint64_t seconds)
{
	static const struct unit units[] = {
		{ 86400, "d" }, { 3600, "h" }, { 60, "m" }, { 1, "s" },
	};
	unsigned i = 0;

	while (seconds < units[i].size)
		i++;
	/* Round to the smaller of the two, which may make a whole larger one. */
	seconds = (seconds + units[i + 1].size / 2) / units[i + 1].size * units[i + 1].size;
	if (i > 0 && seconds >= units[i - 1].size)
		i--;
	format_uint(b, seconds / units[i].size);
	strbuf_puts(b, units[i].name);
	if (seconds % units[i].size) {
		format_uint(b, seconds % units[i].size / units[i + 1].size);
		strbuf_puts(b, units[i + 1].name);
	}
}

static uint64_t magnitude(struct strbuf *b, int64_t n)
{
	if (n >= 0)
		return (uint64_t)n;
	strbuf_putc(b, '-');
	return 0 - (uint64_t)n;
}

void format_duration(struct strbuf *b, int64_t ns)
{
	static const struct unit units[] = {
		{ 1, "ns" }, { 1000, "us" }, { 1000000, "ms" }, { NS_SECOND, "s" }, { 0, NULL },
	};
	uint64_t n = magnitude(b, ns);

	if (n == 0)
		strbuf_puts(b, "0s");
	else if (n < 59950000000ull)
		add_in_units(b, n, units);
	else
		add_long(b, (n + NS_SECOND / 2) / NS_SECOND);
}

static const struct unit binary_units[] = {
	{ 1, "" }, { 1ull << 10, "K" }, { 1ull << 20, "M" }, { 1ull << 30, "G" },
	{ 1ull << 40, "T" }, { 1ull << 50, "P" }, { 1ull << 60, "E" }, { 0, NULL },
};

void format_binary(struct strbuf *b, uint64_t n)
{
	add_in_units(b, n, binary_units);
}

void format_bytes(struct strbuf *b, int64_t n)
{
	uint64_t m = magnitude(b, n);

	add_in_units(b, m, binary_units);
	strbuf_puts(b, m < 1024 ? "B" : "iB");
}

void format_ratio(struct strbuf *b, __int128 sum, uint64_t n)
{
	__int128 hundredths;

	if (n == 0) {
		strbuf_putc(b, '-');
		return;
	}
	if (sum < 0) {
		strbuf_putc(b, '-');
		sum = -sum;
	}
	hundredths = (sum * 100 + n / 2) / n;
	format_uint(b, (uint64_t)(hundredths / 100));
	if (hundredths % 100) {
		strbuf_putc(b, '.');
		strbuf_putc(b, (char)('0' + hundredths % 100 / 10));
		if (hundredths % 10)
			strbuf_putc(b, (char)('0' + hundredths % 10));
	}
}

void format_rate(struct strbuf *b, uint64_t n, uint64_t ns)
{
	unsigned __int128 a_second = (unsigned __int128)n * NS_SECOND;

	if (a_second / ns >= 100)
		format_uint(b, (uint64_t)((a_second + ns / 2) / ns));
	else
		format_ratio(b, (__int128)a_second, ns);
	strbuf_puts(b, "/s");
}

/* ---- time ---- */

/* The offset between the clocks, from the closest of a few pairs of readings. */
static int64_t clock_offset(void)
{
	int64_t best = INT64_MAX, offset = 0;

	for (int i = 0; i < 5; i++) {
		struct timespec a, wall, z;
		int64_t from, to;

		clock_gettime(CLOCK_MONOTONIC, &a);
		clock_gettime(CLOCK_REALTIME, &wall);
		clock_gettime(CLOCK_MONOTONIC, &z);
		from = a.tv_sec * NS_SECOND + a.tv_nsec;
		to = z.tv_sec * NS_SECOND + z.tv_nsec;
		if (to - from < best) {
			best = to - from;
			offset = wall.tv_sec * NS_SECOND + wall.tv_nsec - (from + (to - from) / 2);
		}
	}
	return offset;
}

void formatter_init(struct formatter *f, struct maps *m)
{
	memset(f, 0, sizeof(*f));
	f->maps = m;
	f->wall_offset = clock_offset();
	f->second = -1;
}

void format_wall(struct formatter *f, struct strbuf *b, int64_t wall_ns)
{
	int64_t second = wall_ns / NS_SECOND, ns = wall_ns % NS_SECOND;
	char out[11] = ".000000000Z";

	if (ns < 0) {
		ns += NS_SECOND;
		second--;
	}
	if (second != f->second || !f->second_text[0]) {
		time_t t = (time_t)second;
		struct tm tm;

		if (!gmtime_r(&t, &tm) || tm.tm_year > 8099 || tm.tm_year < -1900) {
			strbuf_puts(b, "9999-12-31T23:59:59.999999999Z");
			return;
		}
		strftime(f->second_text, sizeof(f->second_text), "%Y-%m-%dT%H:%M:%S", &tm);
		f->second = second;
	}
	strbuf_add(b, f->second_text, sizeof(f->second_text) - 1);
	for (int i = 9; i > 0; i--) {
		out[i] = (char)('0' + ns % 10);
		ns /= 10;
	}
	strbuf_add(b, out, sizeof(out));
}

void format_time(struct formatter *f, struct strbuf *b, uint64_t mono_ns)
{
	format_wall(f, b, (int64_t)(mono_ns + (uint64_t)f->wall_offset));
}

/* ---- values ---- */

static const char *string_of(struct formatter *f, uint64_t id, size_t *len, bool *cut)
{
	return f->maps && id ? maps_string(f->maps, id, len, cut) : NULL;
}

static void add_string(struct formatter *f, struct strbuf *b, uint64_t id, bool words)
{
	size_t len = 0;
	bool cut = false;
	const char *s = string_of(f, id, &len, &cut);

	if (s)
		escape_text(b, s, len, cut, words ? ESCAPE_WORD : ESCAPE_PLAIN);
	else
		strbuf_putc(b, '?');
}

void format_value(struct formatter *f, struct strbuf *b, struct type t, struct value v, bool words)
{
	const struct enum_name *name;

	if (v.state != VALUE_KNOWN) {
		strbuf_putc(b, v.state == VALUE_NONE ? '-' : '?');
		return;
	}
	switch (t.kind) {
	case TYPE_BOOL:
		strbuf_puts(b, v.word ? "true" : "false");
		break;
	case TYPE_UINT:
		format_uint(b, v.word);
		break;
	case TYPE_BYTES:
		format_bytes(b, (int64_t)v.word);
		break;
	case TYPE_DURATION:
		format_duration(b, (int64_t)v.word);
		break;
	case TYPE_TIME:
		format_time(f, b, v.word);
		break;
	case TYPE_STRING:
	case TYPE_ADDR:
		add_string(f, b, v.word, words);
		break;
	case TYPE_ENUM:
		name = enum_by_value(t.enums, (int64_t)v.word);
		if (name)
			strbuf_puts(b, name->name);
		else
			format_int(b, (int64_t)v.word);
		break;
	case TYPE_POINTER:
	case TYPE_STACK:
		format_hex(b, v.word);
		break;
	default:
		format_int(b, (int64_t)v.word);
	}
}

static void add_json_enum(struct strbuf *b, const struct enum_type *e, int64_t value)
{
	const struct enum_name *name = enum_by_value(e, value);

	strbuf_putc(b, '"');
	if (name)
		strbuf_puts(b, name->name);
	else
		format_int(b, value);
	strbuf_putc(b, '"');
}

static void add_json_string(struct formatter *f, struct strbuf *b, uint64_t id)
{
	size_t len = 0;
	bool cut = false;
	const char *s = string_of(f, id, &len, &cut);

	if (s)
		escape_json(b, s, len, cut);
	else
		strbuf_puts(b, "null");
}

void format_value_json(struct formatter *f, struct strbuf *b, struct type t, struct value v)
{
	if (v.state != VALUE_KNOWN) {
		strbuf_puts(b, "null");
		return;
	}
	switch (t.kind) {
	case TYPE_BOOL:
		strbuf_puts(b, v.word ? "true" : "false");
		break;
	case TYPE_UINT:
		format_uint(b, v.word);
		break;
	case TYPE_TIME:
		strbuf_putc(b, '"');
		format_time(f, b, v.word);
		strbuf_putc(b, '"');
		break;
	case TYPE_STRING:
	case TYPE_ADDR:
		add_json_string(f, b, v.word);
		break;
	case TYPE_ENUM:
		add_json_enum(b, t.enums, (int64_t)v.word);
		break;
	case TYPE_POINTER:
		strbuf_putc(b, '"');
		format_hex(b, v.word);
		strbuf_putc(b, '"');
		break;
	case TYPE_STACK:
		strbuf_puts(b, "[]");
		break;
	default:
		format_int(b, (int64_t)v.word);
	}
}

const char *format_unit(struct type t)
{
	return t.kind == TYPE_DURATION ? "ns" : t.kind == TYPE_BYTES ? "bytes" : "";
}

/* ---- printf ---- */

struct conversion {
	bool left, zero, plus, space, alt;
	int width, precision;	/* precision -1: none */
};

#define FORMAT_WIDTH_MAX 1000

static int parse_number(const char **s)
{
	int n = 0;

	while (**s >= '0' && **s <= '9')
		if ((n = n * 10 + (*(*s)++ - '0')) > FORMAT_WIDTH_MAX)
			n = FORMAT_WIDTH_MAX;
	return n;
}

static struct conversion parse_flags(const char *s)
{
	struct conversion c = { .precision = -1 };

	for (; s && *s && strchr("-0+ #", *s); s++) {
		c.left |= *s == '-';
		c.zero |= *s == '0';
		c.plus |= *s == '+';
		c.space |= *s == ' ';
		c.alt |= *s == '#';
	}
	if (!s)
		return c;
	c.width = parse_number(&s);
	if (*s == '.') {
		s++;
		c.precision = parse_number(&s);
	}
	return c;
}

static void add_padded(struct strbuf *b, const char *s, size_t len, const struct conversion *c)
{
	long missing = c->width - (long)escape_width(s, len);

	if (!c->left)
		format_repeat(b, ' ', missing);
	strbuf_add(b, s, len);
	if (c->left)
		format_repeat(b, ' ', missing);
}

/* d u x p: sign or 0x, then zeros, then digits. */
static void add_number(struct strbuf *b, char conv, uint64_t n, const struct conversion *c)
{
	bool negative = conv == 'd' && (int64_t)n < 0;
	const char *prefix = negative ? "-" : conv == 'p' || (conv == 'x' && c->alt) ? "0x" :
			     conv != 'd' ? "" : c->plus ? "+" : c->space ? " " : "";
	struct strbuf number = { 0 };
	long zeros, spaces;

	if (conv == 'x' || conv == 'p')
		format_hex(&number, n);
	else
		format_uint(&number, negative ? 0 - n : n);
	size_t skip = conv == 'x' || conv == 'p' ? 2 : 0;
	size_t len = number.len - skip;

	zeros = c->precision - (long)len;
	if (zeros < 0)
		zeros = 0;
	spaces = c->width - (long)(strlen(prefix) + len) - zeros;
	if (c->zero && !c->left && c->precision < 0 && spaces > 0) {
		zeros = spaces;
		spaces = 0;
	}
	if (!c->left)
		format_repeat(b, ' ', spaces);
	strbuf_puts(b, prefix);
	format_repeat(b, '0', zeros);
	strbuf_add(b, number.s + skip, len);
	if (c->left)
		format_repeat(b, ' ', spaces);
	strbuf_fini(&number);
}

/* A code point, shown like any text of the target. */
static void add_char(struct strbuf *b, uint64_t c)
{
	char s[4];
	size_t n = 0;

	if (c < 0x80) {
		s[n++] = (char)c;
	} else if (c < 0x800) {
		s[n++] = (char)(0xc0 | c >> 6);
		s[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		s[n++] = (char)(0xe0 | c >> 12);
		s[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		s[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x110000) {
		s[n++] = (char)(0xf0 | c >> 18);
		s[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		s[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		s[n++] = (char)(0x80 | (c & 0x3f));
	}
	if (n)
		escape_text(b, s, n, false, ESCAPE_BARE);
	else
		strbuf_putc(b, '?');
}

/* The first n characters that printf's precision asks for. */
static size_t first_chars(const char *s, size_t len, int n)
{
	size_t i = 0;

	for (; n > 0 && i < len; n--)
		for (i++; i < len && ((unsigned char)s[i] & 0xc0) == 0x80; i++)
			;
	return i;
}

/* %s of a string is the string: no quotes, even where print() would set some. */
static void add_bare_string(struct formatter *f, struct strbuf *b, uint64_t id)
{
	size_t len = 0;
	bool cut = false;
	const char *s = string_of(f, id, &len, &cut);

	if (s)
		escape_text(b, s, len, cut, ESCAPE_BARE);
	else
		strbuf_putc(b, '?');
}

static void add_conversion(struct formatter *f, struct strbuf *b, const struct format_piece *p,
			   struct type t, struct value v)
{
	struct conversion c = parse_flags(p->flags);
	struct strbuf text = { 0 };

	if (v.state == VALUE_KNOWN && p->conv && strchr("duxp", p->conv)) {
		add_number(b, p->conv, v.word, &c);
		return;
	}
	if (v.state == VALUE_KNOWN && p->conv == 'c')
		add_char(&text, v.word);
	else if (v.state == VALUE_KNOWN && p->conv == 's' && t.kind == TYPE_STRING)
		add_bare_string(f, &text, v.word);
	else
		format_value(f, &text, t, v, false);
	if (p->conv == 's' && c.precision >= 0)
		text.len = first_chars(text.s, text.len, c.precision);
	add_padded(b, text.s ? text.s : "", text.len, &c);
	strbuf_fini(&text);
}

void format_pieces(struct formatter *f, struct strbuf *b, const struct stmt_desc *s,
		   const struct value *values)
{
	for (size_t i = 0; i < s->format.n; i++) {
		const struct format_piece *p = &s->format.v[i];

		if (p->text)
			strbuf_puts(b, p->text);
		if (p->value >= 0 && (size_t)p->value < s->values.n)
			add_conversion(f, b, p, s->values.v[p->value].type, values[p->value]);
	}
}
