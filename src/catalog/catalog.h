/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_CATALOG_H
#define GT_CATALOG_H
/*
 * catalog: everything that can be named in a script, as rows with their
 * documentation. The compiler, `-l`, the manual's tests and completion read the
 * same rows; there is no code here.
 *
 *	events.def	probes and what fires them
 *	fields.def	fields, their types and the BPF function that reads them
 *	hooks.def	one row a BPF program: which events it carries, what it keeps up
 *	builtins.def	functions, statements and aggregations
 */
#include <stdbool.h>
#include <stdint.h>
#include "../lang/types.h"

/* ---- hooks: one BPF program each, named gt_hook_<name> ---- */
enum hook_id {
#define HOOK(id, name, kind, keeps, doc) HOOK_##id,
#include "hooks.def"
#undef HOOK
	HOOK_N
};

enum hook_kind {
	HOOK_UPROBE,	/* attached to sites of targets */
	HOOK_RUN,	/* raw_tp program that the tracer starts itself */
};

/* State that support hooks keep up; a field or an event asks for it. */
enum keep {
	KEEP_STREAM = 1 << 0,	/* a record for each stream: age, method, one end a stream */
	KEEP_OPEN = 1 << 1,	/* the set of open streams: stream_end once, stream_open */
	KEEP_RECV = 1 << 2,	/* which stream a receive belongs to */
};

struct hook_row {
	const char *name;
	enum hook_kind kind;
	unsigned keeps;		/* needed whenever one of these enum keep bits is asked for */
	const char *doc;
};
extern const struct hook_row hook_rows[HOOK_N];

/* ---- events ---- */
enum event_id {
#define EVENT(id, provider, name, kind, hooks, keeps, doc) EV_##id,
#include "events.def"
#undef EVENT
	EVENT_N
};
_Static_assert(EVENT_N <= 64, "event sets are 64-bit masks");

enum event_kind {
	EVENT_PLAIN,		/* fires in its hooks */
	EVENT_UNION,		/* stands for its members */
	EVENT_SNAPSHOT,		/* the tracer runs it once for each live record */
	EVENT_TRACER,		/* begin, end, interval */
	EVENT_LATER,		/* known to the language, not built in this version */
};

#define EV_BIT(id) (1ull << (id))

struct event_row {
	const char *provider, *name;	/* name "" for begin and end */
	enum event_kind kind;
	uint64_t members;		/* EVENT_UNION: mask of events */
	uint64_t hooks;			/* mask of enum hook_id that carry it */
	unsigned keeps;			/* enum keep */
	const char *doc;
};
extern const struct event_row event_rows[EVENT_N];

struct event_alias { const char *alias; enum event_id event; };
extern const struct event_alias event_aliases[];	/* ends with alias == NULL */

/* ---- fields ---- */
enum field_id {
#define FIELD(id, name, type, enums, events, flags, keeps, helper, doc) FIELD_##id,
#include "fields.def"
#undef FIELD
	FIELD_N
};

enum field_flags {
	FIELD_NONE_OK = 1 << 0,		/* can be none */
	FIELD_UNKNOWN_OK = 1 << 1,	/* can be unknown */
	FIELD_CONST = 1 << 2,		/* the compiler knows it from the event: is_header, probe */
	FIELD_LATER = 1 << 3,		/* not built in this version */
	FIELD_IMPLICIT = 1 << 4,	/* not among the fields of a bare emit() */
};

/*
 * helper names the BPF function that reads the field (bpf-helpers/):
 *	u64 HELPER(void *ctx, struct gt_ev *ev)				neither flag
 *	u64 HELPER(void *ctx, struct gt_ev *ev, u32 *status)		NONE_OK or UNKNOWN_OK
 * A function HELPER__<hook name> is taken instead where it exists.
 */
struct field_row {
	const char *name;
	struct type type;
	uint64_t events;	/* mask; a union has what any member has, none where that member lacks it */
	unsigned flags;
	unsigned keeps;		/* enum keep */
	const char *helper;
	const char *doc;
};
extern const struct field_row field_rows[FIELD_N];

/* ---- builtins ---- */
enum builtin_id {
#define BUILTIN(id, name, kind, signature, cells, dense, helper, flags, doc) BI_##id,
#include "builtins.def"
#undef BUILTIN
	BI_N
};

enum builtin_kind {
	BI_FUNCTION,	/* has a value: str(), has(), percent() */
	BI_STATEMENT,	/* print printf emit exit delete clear */
	BI_AGG,		/* count() hist(x) */
};

enum builtin_flags {
	BI_LATER = 1 << 0,
	BI_SPARSE = 1 << 1,	/* aggregation with a (key, bucket) map */
};

/*
 * An aggregation's state: `cells` words in the per-CPU map of its clause, updated by
 *	void HELPER(u64 *cells, s64 value, bool is_signed)
 * and, for dense > 0 (a shared map of that many words a key; -1: worked out from the
 * arguments), by void HELPER_dense(u64 *buckets, s64 value, bool is_signed), for lhist
 * HELPER_dense(buckets, value, lo, step, words); with BI_SPARSE by a shared map of
 * (key, HELPER_bucket(value, is_signed)) -> count.
 */
struct builtin_row {
	const char *name;
	enum builtin_kind kind;
	const char *signature;	/* "hist(x)", as in the manual */
	int cells, dense;
	const char *helper;
	unsigned flags;
	const char *doc;
};
extern const struct builtin_row builtin_rows[BI_N];

#endif
