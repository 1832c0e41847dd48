/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <string.h>
#include "types.h"

#define ENUM_TYPE(text, table) { text, table, sizeof(table) / sizeof(*(table)) }

static const struct enum_name side_names[] = {
	{ 0, "CLIENT", NULL },
	{ 1, "SERVER", NULL },
};

/* google.golang.org/grpc/codes; Go's spelling is what codes.Code prints. */
static const struct enum_name grpc_code_names[] = {
	{ 0, "OK", "OK" },
	{ 1, "CANCELLED", "Canceled" },
	{ 2, "UNKNOWN", "Unknown" },
	{ 3, "INVALID_ARGUMENT", "InvalidArgument" },
	{ 4, "DEADLINE_EXCEEDED", "DeadlineExceeded" },
	{ 5, "NOT_FOUND", "NotFound" },
	{ 6, "ALREADY_EXISTS", "AlreadyExists" },
	{ 7, "PERMISSION_DENIED", "PermissionDenied" },
	{ 8, "RESOURCE_EXHAUSTED", "ResourceExhausted" },
	{ 9, "FAILED_PRECONDITION", "FailedPrecondition" },
	{ 10, "ABORTED", "Aborted" },
	{ 11, "OUT_OF_RANGE", "OutOfRange" },
	{ 12, "UNIMPLEMENTED", "Unimplemented" },
	{ 13, "INTERNAL", "Internal" },
	{ 14, "UNAVAILABLE", "Unavailable" },
	{ 15, "DATA_LOSS", "DataLoss" },
	{ 16, "UNAUTHENTICATED", "Unauthenticated" },
};

/* RFC 9113 section 7; Go's are the constants of golang.org/x/net/http2. */
static const struct enum_name http2_error_names[] = {
	{ 0, "NO_ERROR", "ErrCodeNo" },
	{ 1, "PROTOCOL_ERROR", "ErrCodeProtocol" },
	{ 2, "INTERNAL_ERROR", "ErrCodeInternal" },
	{ 3, "FLOW_CONTROL_ERROR", "ErrCodeFlowControl" },
	{ 4, "SETTINGS_TIMEOUT", "ErrCodeSettingsTimeout" },
	{ 5, "STREAM_CLOSED", "ErrCodeStreamClosed" },
	{ 6, "FRAME_SIZE_ERROR", "ErrCodeFrameSize" },
	{ 7, "REFUSED_STREAM", "ErrCodeRefusedStream" },
	{ 8, "CANCEL", "ErrCodeCancel" },
	{ 9, "COMPRESSION_ERROR", "ErrCodeCompression" },
	{ 10, "CONNECT_ERROR", "ErrCodeConnect" },
	{ 11, "ENHANCE_YOUR_CALM", "ErrCodeEnhanceYourCalm" },
	{ 12, "INADEQUATE_SECURITY", "ErrCodeInadequateSecurity" },
	{ 13, "HTTP_1_1_REQUIRED", "ErrCodeHTTP11Required" },
};

static const struct enum_name rpc_kind_names[] = {
	{ 0, "UNARY", NULL },
	{ 1, "CLIENT_STREAM", NULL },
	{ 2, "SERVER_STREAM", NULL },
	{ 3, "BIDI", NULL },
};

const struct enum_type enum_side = ENUM_TYPE("side", side_names);
const struct enum_type enum_grpc_code = ENUM_TYPE("code", grpc_code_names);
const struct enum_type enum_http2_error = ENUM_TYPE("http2_error", http2_error_names);
const struct enum_type enum_rpc_kind = ENUM_TYPE("rpc_kind", rpc_kind_names);

static const char *const names[] = {
	[TYPE_ERROR] = "?",
	[TYPE_BOOL] = "bool",
	[TYPE_INT] = "int",
	[TYPE_UINT] = "uint",
	[TYPE_BYTES] = "bytes",
	[TYPE_DURATION] = "duration",
	[TYPE_TIME] = "time",
	[TYPE_STRING] = "string",
	[TYPE_STACK] = "stack",
	[TYPE_ADDR] = "addr",
	[TYPE_ENUM] = "enum",
	[TYPE_POINTER] = "pointer",
	[TYPE_RECORD] = "record",
	[TYPE_AGG] = "aggregation",
	[TYPE_VOID] = "nothing",
};

_Static_assert(sizeof(names) / sizeof(*names) == TYPE_N, "a name for each type");

/* An enum's own name goes behind: few enough that a table of texts does. */
static const struct { const struct enum_type *e; const char *text; } enum_texts[] = {
	{ &enum_side, "enum side" },
	{ &enum_grpc_code, "enum code" },
	{ &enum_http2_error, "enum http2_error" },
	{ &enum_rpc_kind, "enum rpc_kind" },
};

const char *type_name(struct type t)
{
	if (t.kind == TYPE_ENUM && t.enums) {
		for (size_t i = 0; i < sizeof(enum_texts) / sizeof(*enum_texts); i++) {
			if (enum_texts[i].e == t.enums)
				return enum_texts[i].text;
		}
		return t.enums->name;
	}
	return t.kind < TYPE_N ? names[t.kind] : names[TYPE_ERROR];
}

bool type_equal(struct type a, struct type b)
{
	return a.kind == b.kind && (a.kind != TYPE_ENUM || a.enums == b.enums);
}

bool type_is_number(struct type t)
{
	switch (t.kind) {
	case TYPE_INT:
	case TYPE_UINT:
	case TYPE_BYTES:
	case TYPE_DURATION:
	case TYPE_TIME:
		return true;
	default:
		return false;
	}
}

bool type_is_signed(struct type t)
{
	return t.kind == TYPE_INT || t.kind == TYPE_BYTES || t.kind == TYPE_DURATION ||
	       t.kind == TYPE_ENUM;
}

const struct enum_name *enum_by_name(const struct enum_type *e, const char *name)
{
	for (unsigned i = 0; i < e->n; i++) {
		const struct enum_name *n = &e->names[i];

		if (!strcmp(n->name, name) || (n->go_name && !strcmp(n->go_name, name)))
			return n;
	}
	return NULL;
}

const struct enum_name *enum_by_value(const struct enum_type *e, int64_t value)
{
	for (unsigned i = 0; i < e->n; i++) {
		if (e->names[i].value == value)
			return &e->names[i];
	}
	return NULL;
}
