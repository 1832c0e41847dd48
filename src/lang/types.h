/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_LANG_TYPES_H
#define GT_LANG_TYPES_H
/*
 * types: what a value can be. Units are part of the type: bytes and durations
 * are integers that never mix by accident.
 *
 * In BPF every value is one 64-bit word (see bpf-helpers/gt-abi.h for how a
 * string becomes one) and a status beside it: known, none, or unknown with a reason.
 */
#include <stdbool.h>
#include <stdint.h>

enum type_kind {
	TYPE_ERROR,		/* a mistake was reported already: says nothing more */
	TYPE_BOOL,
	TYPE_INT,		/* 64 bit, signed */
	TYPE_UINT,
	TYPE_BYTES,		/* signed 64-bit number of bytes */
	TYPE_DURATION,		/* signed nanoseconds */
	TYPE_TIME,		/* nanoseconds of CLOCK_MONOTONIC; printed by wall clock */
	TYPE_STRING,
	TYPE_STACK,
	TYPE_ADDR,		/* ip:port or a unix path */
	TYPE_ENUM,
	TYPE_POINTER,
	TYPE_RECORD,		/* a traced struct; never a value itself */
	TYPE_AGG,		/* what count() has; only where an aggregation may stand */
	TYPE_VOID,
	TYPE_N
};

/* An enum's names, each with its value and the spelling that Go uses, if another. */
struct enum_name {
	int64_t value;
	const char *name;	/* DEADLINE_EXCEEDED */
	const char *go_name;	/* DeadlineExceeded; NULL where it has none */
};

struct enum_type {
	const char *name;	/* "code" */
	const struct enum_name *names;
	unsigned n;
};

struct type {
	enum type_kind kind;
	const struct enum_type *enums;	/* TYPE_ENUM */
};

extern const struct enum_type enum_side;	/* CLIENT SERVER */
extern const struct enum_type enum_grpc_code;	/* OK … UNAUTHENTICATED */
extern const struct enum_type enum_http2_error;	/* NO_ERROR … HTTP_1_1_REQUIRED */
extern const struct enum_type enum_rpc_kind;	/* UNARY CLIENT_STREAM SERVER_STREAM BIDI */

const char *type_name(struct type t);		/* "bytes", "enum code" as used in messages */
bool type_equal(struct type a, struct type b);
bool type_is_number(struct type t);		/* int uint bytes duration time */
bool type_is_signed(struct type t);

const struct enum_name *enum_by_name(const struct enum_type *e, const char *name);
const struct enum_name *enum_by_value(const struct enum_type *e, int64_t value);

#endif
