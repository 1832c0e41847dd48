/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of the .def files as tables. */
#include <stddef.h>
#include "catalog.h"

const struct hook_row hook_rows[HOOK_N] = {
#define HOOK(id, name, kind, keeps, doc) [HOOK_##id] = { name, kind, keeps, doc },
#include "hooks.def"
#undef HOOK
};

/* The column `hooks` holds members for a union and hooks for the rest. */
const struct event_row event_rows[EVENT_N] = {
#define EVENT(id, provider, name, kind, hooks, keeps, doc)				\
	[EV_##id] = { provider, name, kind, (kind) == EVENT_UNION ? (hooks) : 0,	\
		      (kind) == EVENT_UNION ? 0 : (hooks), keeps, doc },
#include "events.def"
#undef EVENT
};

const struct event_alias event_aliases[] = {
	{ "grpc_go:stream_send", EV_STREAM_SEND },
	{ "grpc_go:http2_process_header", EV_HEADER_RECV },
	{ "go:timerFired", EV_TIMER_FIRED },
	{ "go:contextWithTimeout", EV_CTX_WITH_TIMEOUT },
	{ NULL, EVENT_N },
};

const struct field_row field_rows[FIELD_N] = {
#define FIELD(id, name, kind, enums, events, flags, keeps, helper, doc)	\
	[FIELD_##id] = { name, { kind, enums }, events, flags, keeps, helper, doc },
#include "fields.def"
#undef FIELD
};

const struct builtin_row builtin_rows[BI_N] = {
#define BUILTIN(id, name, kind, signature, cells, dense, helper, flags, doc)	\
	[BI_##id] = { name, kind, signature, cells, dense, helper, flags, doc },
#include "builtins.def"
#undef BUILTIN
};
