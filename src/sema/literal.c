/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values as text, in the syntax of the language's literals, where no script is
 * around them: `--threshold 4M`, `interval:1s`. And the names of types.
 */
#include <string.h>
#include "../lang/units.h"
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

/* Whether a number as written is one of the type: no unit, or the type's own. */
static bool suits(struct type t, struct number n)
{
	if (n.fraction)
		return false;
	if (t.kind == TYPE_DURATION)
		return n.unit == TYPE_DURATION || (n.unit == TYPE_INT && n.value == 0);
	return n.unit == TYPE_INT || n.unit == t.kind;
}

static const char *integer_parse(struct type t, const char *text, int64_t *out)
{
	bool negative = *text == '-';
	struct number_part part;
	struct number n;
	static const char *const wanted[TYPE_N] = {
		[TYPE_INT] = "a whole number, like 10 or 4K",
		[TYPE_UINT] = "a whole number from 0, like 10 or 4K",
		[TYPE_BYTES] = "a number of bytes, like 512, 64K or 1.5MiB",
		[TYPE_DURATION] = "a duration with its unit, like 250ms or 1h30m",
	};

	text += negative;
	if (number_parse(text, strlen(text), &n, &part) != NUMBER_OK || !suits(t, n) ||
	    (negative && t.kind == TYPE_UINT) ||
	    (t.kind != TYPE_UINT && n.value > (uint64_t)INT64_MAX + negative))
		return wanted[t.kind];
	*out = negative ? (int64_t)(0 - n.value) : (int64_t)n.value;
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
