/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values as text, in the syntax of the language's literals, where no script is
 * around them: `--threshold 4M`, `interval:1s`. And the names of types.
 */
#include <ctype.h>
#include <string.h>
#include "sema-int.h"

static const struct { const char *name; enum type_kind kind; } kinds[] = {
	{ "bool", TYPE_BOOL },
	{ "int", TYPE_INT },
	{ "uint", TYPE_UINT },
	{ "bytes", TYPE_BYTES },
	{ "duration", TYPE_DURATION },
	{ "string", TYPE_STRING },
};

static const struct enum_type *const enums[] = {
	&enum_side, &enum_grpc_code, &enum_http2_error, &enum_rpc_kind,
};

#define N(array) (sizeof(array) / sizeof(*(array)))

const char *const type_names[] = { "bool", "int", "uint", "bytes", "duration", "string" };
const size_t n_type_names = N(type_names);

bool type_by_name(const char *name, struct type *out)
{
	for (size_t i = 0; i < N(kinds); i++) {
		if (!strcmp(kinds[i].name, name)) {
			*out = TYPE(kinds[i].kind);
			return true;
		}
	}
	for (size_t i = 0; i < N(enums); i++) {
		if (!strcmp(enums[i]->name, name)) {
			*out = (struct type){ TYPE_ENUM, enums[i] };
			return true;
		}
	}
	return false;
}

const struct enum_type *enum_of_name(const char *name)
{
	for (size_t i = 0; i < N(enums); i++) {
		if (enum_by_name(enums[i], name))
			return enums[i];
	}
	return NULL;
}

struct unit { const char *name; uint64_t size; };

static const struct unit time_units[] = {
	{ "ns", 1 }, { "us", 1000 }, { "µs", 1000 }, { "μs", 1000 }, { "ms", 1000000 },
	{ "s", 1000000000 }, { "m", 60000000000 }, { "h", 3600000000000 },
	{ "d", 86400000000000 },
};

static const struct unit plain_units[] = {
	{ "", 1 },
	{ "K", 1ull << 10 }, { "M", 1ull << 20 }, { "G", 1ull << 30 }, { "T", 1ull << 40 },
};

static const struct unit byte_units[] = {
	{ "KiB", 1ull << 10 }, { "MiB", 1ull << 20 }, { "GiB", 1ull << 30 }, { "TiB", 1ull << 40 },
	{ "kB", 1000 }, { "KB", 1000 }, { "MB", 1000000 }, { "GB", 1000000000 },
	{ "TB", 1000000000000 },
};

static const struct unit *unit_find(const struct unit *units, size_t n, const char *s, size_t len)
{
	for (size_t i = 0; i < n; i++) {
		if (strlen(units[i].name) == len && !memcmp(units[i].name, s, len))
			return &units[i];
	}
	return NULL;
}

/* A decimal number as mantissa and power of ten. */
struct decimal { uint64_t mantissa, scale; };

static bool decimal_parse(const char **p, struct decimal *d)
{
	bool point = false, digits = false;

	*d = (struct decimal){ 0, 1 };
	for (; isdigit((unsigned char)**p) || **p == '_' || (**p == '.' && !point); ++*p) {
		if (**p == '.')
			point = true;
		if (**p == '.' || **p == '_')
			continue;
		digits = true;
		if (__builtin_mul_overflow(d->mantissa, 10, &d->mantissa) ||
		    __builtin_add_overflow(d->mantissa, **p - '0', &d->mantissa) ||
		    (point && __builtin_mul_overflow(d->scale, 10, &d->scale)))
			return false;
	}
	return digits;
}

static bool decimal_times(struct decimal d, uint64_t unit, uint64_t *out)
{
	unsigned __int128 v = (unsigned __int128)d.mantissa * unit;

	*out = v / d.scale;
	return v % d.scale == 0 && v / d.scale <= UINT64_MAX;
}

static bool hex_parse(const char *p, uint64_t *out)
{
	uint64_t v = 0;

	if (!*p)
		return false;
	for (; *p; p++) {
		if (*p == '_')
			continue;
		if (!isxdigit((unsigned char)*p) || v >> 60)
			return false;
		v = v * 16 + (isdigit((unsigned char)*p) ? *p - '0' : (*p | 32) - 'a' + 10);
	}
	*out = v;
	return true;
}

/* The units that a type takes, in two tables. */
static const struct unit *unit_of(enum type_kind kind, const char *s, size_t len)
{
	const struct unit *u = NULL;

	if (kind == TYPE_DURATION)
		return unit_find(time_units, N(time_units), s, len);
	u = unit_find(plain_units, N(plain_units), s, len);
	if (!u && kind == TYPE_BYTES)
		u = unit_find(byte_units, N(byte_units), s, len);
	return u;
}

/* One number with its unit, or several of them in a row for a duration: 1h30m. */
static bool number_parse(enum type_kind kind, const char *p, uint64_t *out)
{
	uint64_t sum = 0;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		return kind != TYPE_DURATION && hex_parse(p + 2, out);
	if (kind == TYPE_DURATION && !strcmp(p, "0")) {
		*out = 0;
		return true;
	}
	do {
		struct decimal d;
		uint64_t v;

		if (!decimal_parse(&p, &d))
			return false;
		const char *end = p;

		while (*end && !isdigit((unsigned char)*end) && *end != '.')
			end++;
		const struct unit *u = unit_of(kind, p, end - p);

		if (!u || !decimal_times(d, u->size, &v) || __builtin_add_overflow(sum, v, &sum))
			return false;
		p = end;
	} while (*p && kind == TYPE_DURATION);
	*out = sum;
	return *p == 0;
}

static const char *integer_parse(struct type t, const char *text, int64_t *out)
{
	bool negative = *text == '-';
	uint64_t v;
	static const char *const wanted[TYPE_N] = {
		[TYPE_INT] = "a whole number, like 10 or 4K",
		[TYPE_UINT] = "a whole number from 0, like 10 or 4K",
		[TYPE_BYTES] = "a number of bytes, like 512, 64K or 1.5MiB",
		[TYPE_DURATION] = "a duration with its unit, like 250ms or 1h30m",
	};

	if (!number_parse(t.kind, text + negative, &v) || (negative && t.kind == TYPE_UINT) ||
	    (t.kind != TYPE_UINT && v > (uint64_t)INT64_MAX + negative))
		return wanted[t.kind];
	*out = negative ? (int64_t)(0 - v) : (int64_t)v;
	return NULL;
}

static const char *bool_parse(const char *text, int64_t *out)
{
	*out = !strcmp(text, "true");
	return *out || !strcmp(text, "false") ? NULL : "true or false";
}

const char *literal_parse(struct type t, const char *text, int64_t *out)
{
	const struct enum_name *name;

	switch (t.kind) {
	case TYPE_BOOL:
		return bool_parse(text, out);
	case TYPE_ENUM:
		name = enum_by_name(t.enums, text);
		if (!name)
			return type_name(t);
		*out = name->value;
		return NULL;
	default:
		return integer_parse(t, text, out);
	}
}
