/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_CATALOG_PROGRAM_H
#define GT_CATALOG_PROGRAM_H
/*
 * Program: a script, understood. Made by sema, only read by codegen, probes and
 * runtime. Plain data in the compilation's arena; ids are indexes.
 */
#include <stdbool.h>
#include <stdint.h>
#include "../base/arena.h"
#include "../base/source.h"
#include "../lang/ast.h"
#include "catalog.h"

/*
 * What node->sym_kind and node->slot say. Names that stand for a constant (enum
 * names, params, true) are no symbols: sema turns such a node into EXPR_INT or
 * EXPR_STRING with its type.
 */
enum sym_kind {
	SYM_NONE,
	SYM_FIELD,	/* EXPR_NAME: slot = enum field_id */
	SYM_LET,	/* EXPR_NAME, STMT_LET: slot = index among the clause's lets */
	SYM_MAP,	/* EXPR_MAP: slot = index into maps */
	SYM_BUILTIN,	/* EXPR_CALL: slot = enum builtin_id */
	SYM_STRING,	/* EXPR_STRING: slot = index into strings */
	SYM_STMT,	/* STMT_CALL that makes a ring record: slot = index into stmts */
	SYM_AGGS,	/* STMT_AGGS: slot = index into maps */
};

/* Limits that a script can meet; the same as in bpf-helpers/gt-abi.h, and tested to be. */
#define PROGRAM_VALUES_MAX 32u	/* values of a record; fewer keys of a map */
#define PROGRAM_MAPS_MAX 64u	/* maps that can be swapped stand among the first so many */
#define PROGRAM_DENSE_MAX 2048u	/* words of a dense map */

/*
 * A string literal, or the name of an event where a clause uses `probe`; BPF knows it by
 * id = hash(seed, text), the tracer puts its text into gt_dict.
 */
struct string_desc {
	const char *text;
	size_t len;
	uint64_t id;
};

struct agg_desc {
	enum builtin_id id;
	struct node *arg;	/* NULL: count(), rate() */
	struct type type;	/* of arg; TYPE_VOID without one */
	const char *text;	/* "hist(age)" */
	unsigned cell;		/* its first word in the map's cells */
	unsigned dense;		/* words of its dense map; 0: it has none */
	bool sparse;		/* has a (key, bucket) map */
	int64_t lo, step;	/* lhist: rows [lo + i*step, …); dense = rows + 2 (below, above) */
	vec_of(double) ps;	/* quantile: asked fractions; empty: 0.5 0.9 0.99 0.999 */
};

enum map_kind {
	MAP_VALUE,	/* key -> one word, a shared hash named m<id> */
	MAP_AGG,	/* key -> cells words, a per-CPU hash m<id> (a per-CPU array [2] where it has
			 * no keys: index = epoch); its i-th aggregation's dense or sparse map is
			 * m<id>_<i>, a shared hash */
};

struct key_desc {
	struct node *node;
	struct type type;
	const char *text;	/* "method" */
};

/*
 * Keys in BPF: n_keys words in order; then, where `tags` is set, one more word:
 * (epoch << 63) | 2 bits a key (0 known, 1 none, 2 unknown; key i at bit 2*i). A key that is
 * not known is the word 0. A sparse map's key has the bucket as its last word. A
 * map without keys has one word, 0 (or the tags), where it is a hash.
 */
struct map_desc {
	unsigned id;
	enum map_kind kind;
	const char *name;	/* "open" for @open, "" for @; NULL: a clause's unnamed aggregations */
	unsigned clause;	/* index of the clause it stands in; 0 for named maps */
	struct span span;	/* where it was first written */
	vec_of(struct key_desc) keys;
	bool tags;
	bool swap;		/* cleared or printed with --delta: has two halves, see gt_shared.epoch */
	struct type value;	/* MAP_VALUE */
	vec_of(struct agg_desc) aggs;
	unsigned cells;		/* words; 0: no cells map */
	unsigned max_keys;	/* of one half: --map-keys, or 1 without keys */
	bool hidden;		/* @_name: never printed by itself */
	bool printed_at_end;	/* the script's `end` prints it: not again */
};

enum stmt_kind {
	STMT_D_EMIT,
	STMT_D_PRINTF,
	STMT_D_PRINT_VALUE,
	STMT_D_PRINT_MAP,
	STMT_D_CLEAR,
	STMT_D_EXIT,
};

struct value_desc {
	struct node *node;
	struct type type;
	const char *name;	/* of the field in JSON: "msg_len", "total" */
};

/* A piece of a format: literal text, then, unless value < 0, one value. */
struct format_piece {
	const char *text;	/* before the value; "%%" is one % already */
	int value;		/* index into values; -1: text only */
	char conv;		/* d u x s c p v (v: as print() would show it) */
	const char *flags;	/* "-08" and width/precision as written, "" if none */
};

struct stmt_desc {
	unsigned id;
	enum stmt_kind kind;
	unsigned clause;
	struct span span;
	vec_of(struct value_desc) values;	/* EXIT: one, the status */
	vec_of(struct format_piece) format;	/* PRINTF */
	unsigned map;				/* PRINT_MAP, CLEAR */
	unsigned top;				/* PRINT_MAP: 0 all */
};

struct clause_desc {
	unsigned index;		/* 1-based */
	struct node *node;	/* ITEM_CLAUSE */
	uint64_t written;	/* mask of events as written (unions stand as themselves) */
	uint64_t events;	/* mask of events it runs on: members; without those whose predicate is false for sure */
	int64_t interval_ns;	/* EV_INTERVAL */
	uint64_t where_fields, block_fields;	/* masks of enum field_id */
	unsigned n_lets;
	bool names_side;	/* filters or keys on side */
	int aggs_map;		/* map of its first unnamed aggregations, or -1 */
	const char *head;	/* "on grpc:stream_send where msg_len > 1M", canonical */
};

struct param_desc {
	const char *name, *help;
	struct type type;
	bool has_default;
	const char *default_text;	/* as written */
	struct span span;
};

/* What a compilation is told besides the text. */
struct compile_opts {
	bool delta;		/* --delta: every printed aggregation is swapped */
	unsigned map_keys;	/* 0: 4096 */
	uint64_t seed;		/* of string hashes */
	const struct param_value { const char *name, *value; } *params;	/* from the command line */
	size_t n_params;
};

struct program {
	struct script *script;
	vec_of(struct clause_desc) clauses;
	vec_of(struct map_desc) maps;
	vec_of(struct stmt_desc) stmts;
	vec_of(struct string_desc) strings;
	vec_of(struct param_desc) params;
	uint64_t events;	/* of all clauses */
	uint64_t fields;	/* of all clauses */
	uint64_t hooks;		/* mask of enum hook_id: carriers and support */
	unsigned keeps;		/* enum keep */
	uint64_t seed;
};

/*
 * The hooks in which a clause runs: these are compiled. The rest of program->hooks only
 * keep records up, and are ready-made (bpf-helpers/support.bpf.c).
 */
uint64_t program_clause_hooks(const struct program *p);

/* The 64-bit id that BPF gives a string (see gt-abi.h). */
uint64_t string_id(uint64_t seed, const char *text, size_t len);

#endif
