/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_LANG_AST_H
#define GT_LANG_AST_H
/*
 * ast: the tree of a script.
 *
 * Made by grammar/ (one constructor call an action), annotated by sema (the
 * members under "sema" and nothing else), read by codegen. Nodes live in the
 * arena of the compilation. Strings are interned nowhere: compare with strcmp.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "../base/arena.h"
#include "../base/source.h"
#include "types.h"

enum node_kind {
	/* items */
	ITEM_CLAUSE, ITEM_PARAM, ITEM_DEF, ITEM_USE, ITEM_KEEP,
	/* statements */
	STMT_BLOCK,	/* stmts */
	STMT_AGGS,	/* unnamed aggregations with one `by` */
	STMT_ASSIGN,	/* target op= value; target is EXPR_MAP or EXPR_SCOPED */
	STMT_STEP,	/* target++ or target-- */
	STMT_LET,
	STMT_CALL,	/* print printf emit exit delete clear: an EXPR_CALL as statement */
	STMT_IF,
	STMT_RETURN,
	/* expressions */
	EXPR_INT,	/* a number with its unit, also true/false */
	EXPR_STRING,
	EXPR_NAME,	/* field, let, param, enum name: sema decides */
	EXPR_MAP,	/* @m or @m[k, …] */
	EXPR_SCOPED,	/* rpc.x conn.x ctx.x g.x */
	EXPR_MEMBER,	/* peer.ip, arg.req.ID */
	EXPR_INDEX,	/* arg.buf[3] */
	EXPR_CALL,	/* functions and aggregations */
	EXPR_UNARY, EXPR_BINARY,
	EXPR_COND,	/* a ? b : c */
	EXPR_ELSE,	/* a ?: b */
	EXPR_IN,	/* a in (b, c, …) */
	EXPR_NAMED,	/* total = x, an argument of emit */
	NODE_N
};

enum op {
	OP_NONE,
	OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD,
	OP_AND, OP_OR, OP_XOR, OP_ANDNOT, OP_SHL, OP_SHR,	/* & | ^ &^ << >> */
	OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE,
	OP_MATCH, OP_NOMATCH,					/* =~ !~ */
	OP_LAND, OP_LOR,					/* && || */
	OP_NEG, OP_COM, OP_NOT,					/* unary - ^ ! */
	OP_N
};

struct node;
typedef vec_of(struct node *) node_list;

/* One probe of a clause's list, as written. */
struct probe_spec {
	struct span span;
	const char *text;	/* "grpc:stream_send" */
	const char *provider;	/* "grpc"; the whole word for begin, end */
	const char *name;	/* "stream_send"; NULL where there is no colon */
};

/* `of pid 123`, `of exe "…"`, … */
enum of_kind { OF_NONE, OF_PID, OF_EXE, OF_COMM, OF_CGROUP, OF_CONTAINER };
struct of_target {
	enum of_kind kind;
	struct span span;
	const char *text;	/* OF_EXE … OF_CONTAINER */
	int64_t pid;
};

struct clause {
	vec_of(struct probe_spec) probes;
	struct of_target of;
	struct node *where;	/* NULL: always */
	struct node *block;	/* STMT_BLOCK */
	struct span head;	/* from `on` to before the block */
	/* sema */
	unsigned index;		/* 1-based, in text order */
};

struct def_param {
	struct span span;
	const char *name, *type_name;
	struct span type_span;
	/* sema */
	struct type type;
};

struct node {
	enum node_kind kind;
	struct span span;	/* with the parentheses around it */
	unsigned depth;		/* of the tree below; the parser bounds it, so recursion is safe */
	union {
		struct clause clause;
		struct {			/* ITEM_PARAM */
			const char *name, *type_name, *help;	/* help NULL if none */
			struct span name_span, type_span;
			struct node *value;			/* NULL: must be given */
		} param;
		struct {			/* ITEM_DEF */
			const char *name, *type_name;
			struct span name_span, type_span;
			vec_of(struct def_param) params;
			struct node *body;
		} def;
		struct { const char *text; } use;	/* ITEM_USE, ITEM_KEEP: as written */
		struct { node_list stmts; } block;
		struct { node_list aggs, keys; } aggs;
		struct { struct node *target, *value; enum op op; } assign;	/* OP_NONE: = */
		struct { struct node *target; int by; } step;			/* +1, -1 */
		struct { const char *name; struct span name_span; struct node *value; } let;
		struct { struct node *call; } call_stmt;
		struct {			/* STMT_IF */
			struct node *cond, *then, *otherwise;	/* otherwise: block, if or NULL */
		} if_;
		struct {			/* EXPR_INT; the base unit: bytes, ns */
			int64_t value;		/* two's complement: literals reach 2^64-1 */
			enum type_kind unit;	/* INT: none written; BYTES for KiB MB …; DURATION; BOOL */
			bool multiplier;	/* K M G T: int or bytes, whichever is wanted */
			const char *fraction;	/* "0.99", for quantile(); NULL: a whole number */
		} num;
		struct { const char *text; size_t len; } str;
		struct { const char *name; } name;
		struct {			/* EXPR_MAP */
			const char *name;	/* without @; "" for @ alone */
			struct span name_span;
			node_list keys;
		} map;
		struct { const char *scope, *name; } scoped;
		struct { struct node *base; const char *name; struct span name_span; } member;
		struct { struct node *base, *index; } index;
		struct { const char *name; struct span name_span; node_list args; } call;
		struct {			/* EXPR_UNARY: a only; EXPR_BINARY */
			struct node *a, *b;
			enum op op;
			struct span op_span;
		} op;
		struct { struct node *cond, *a, *b; } cond;	/* EXPR_COND; EXPR_ELSE: a, b */
		struct { struct node *a; node_list list; } in;
		struct { const char *name; struct node *value; } named;
	};
	/* sema */
	struct type type;
	const void *sym;	/* what a name, call or map stands for: see catalog/program.h */
	int sym_kind;		/* enum sym_kind */
	int slot;		/* index of a let, param, map, record, aggregation: by sym_kind */
};

struct script {
	struct source *source;
	const char *help;	/* the leading comment without its marks, or NULL */
	node_list items;
};

struct node *node_new(struct arena *a, enum node_kind kind, struct span span);

const char *op_text(enum op op);	/* "<=" as written in a script */

/* --emit ast: an indented tree, one node a line, stable (goldens). */
void ast_print(const struct script *s, FILE *out);
/* One expression as text in the canonical form: "hist(msg_len)", for titles and JSON names. */
char *ast_expr_text(struct arena *a, const struct node *expr);

#endif
