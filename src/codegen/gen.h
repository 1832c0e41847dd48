/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_CODEGEN_GEN_H
#define GT_CODEGEN_GEN_H
/*
 * gen: the state of one code generation and what its files offer each other.
 * Everything here runs in the child. In reading order:
 *
 *	module.c	the whole: helpers in, a function a hook, passes, bytes out
 *	helpers.c	the bitcode of bpf-helpers/: what is inlined, how it is called
 *	subs.c		its subprograms, which come as assembly
 *	hook.c		one BPF program: gate, record in, its clauses, record out; fields
 *	value.c		a value and its status: Kleene logic, none and unknown
 *	expr.c		expressions
 *	stmt.c		statements
 *	map.c		keys, aggregations, plain maps
 *	btf.c		debug information: BTF of programs and maps, lines of the script
 *	object.c	the target machine
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <llvm-c/TargetMachine.h>
#include "llvm-compat.h"
#include "../../bpf-helpers/gt-abi.h"
#include "codegen.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

/* A value of the language: the word, and its enum gt_status (i32); NULL: surely known. */
struct val {
	LLVMValueRef v, st;
};

/* A field's value in memory, for all its uses; v NULL: nobody has asked yet. */
struct gen_memo {
	LLVMValueRef v, st, have;
};

/* The program that is being built. */
struct gen_hook {
	enum hook_id id;
	LLVMValueRef fn, ctx, ev;
	LLVMBasicBlockRef entry;	/* for allocas: elsewhere they are dynamic */
	LLVMValueRef status;		/* where a field's helper leaves its status */
	LLVMValueRef key;		/* room for a map's key, that of all maps of the program */
	LLVMBasicBlockRef out;		/* after the last clause */
	bool many;			/* several clauses: worth sharing code */
	bool remember;			/* fields are kept in memory */
	bool one_event;			/* what fires is always the same */
	LLVMValueRef zero;		/* many: 0, of which the verifier does not know */
	struct gen_memo memo[FIELD_N];
};

/* The clause that is being built, for one event. */
struct gen_clause {
	const struct clause_desc *desc;
	enum event_id event;
	LLVMBasicBlockRef done;		/* where return goes */
	LLVMValueRef cell;		/* its struct gt_cell */
	LLVMValueRef left_out;		/* i1 variable: counted as left out already */
	struct val fields[FIELD_N];	/* v NULL: not loaded */
	struct val *lets;
};

struct gen {
	const struct program *p;
	LLVMContextRef c;
	LLVMModuleRef m;
	LLVMBuilderRef b;
	LLVMTypeRef i1, i8, i32, i64, ptr, void_;
	LLVMTypeRef ev_type;

	LLVMDIBuilderRef di;
	LLVMMetadataRef cu, file, scope;
	LLVMMetadataRef di_int, di_voidp;

	struct gen_hook hook;
	struct gen_clause clause;
	unsigned key_words;		/* of the largest key */

	char *err;
	size_t err_size;
	bool failed;
};

/* The first failure is the one to tell; generation goes on and is thrown away. */
void gen_fail(struct gen *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ---- module.c ---- */
LLVMValueRef gen_i64(struct gen *g, uint64_t v);
LLVMValueRef gen_i32(struct gen *g, uint32_t v);
LLVMValueRef gen_i1(struct gen *g, bool v);
LLVMValueRef gen_at(struct gen *g, LLVMValueRef p, uint64_t offset);	/* p + bytes */
LLVMValueRef gen_load64(struct gen *g, LLVMValueRef p);
void gen_store64(struct gen *g, LLVMValueRef v, LLVMValueRef p);
/* In the entry block; starts as zero where `zeroed`. */
LLVMValueRef gen_alloca(struct gen *g, LLVMTypeRef t, const char *name, bool zeroed);
LLVMBasicBlockRef gen_block(struct gen *g, const char *name);
void gen_goto(struct gen *g, LLVMBasicBlockRef to);			/* and goes on there */
void gen_branch(struct gen *g, LLVMValueRef cond, LLVMBasicBlockRef yes, LLVMBasicBlockRef no);
void gen_enter(struct gen *g, LLVMBasicBlockRef bb);			/* goes on there */

/* ---- helpers.c ---- */
int helpers_open(struct gen *g);
void helpers_drop_functions(struct gen *g);		/* that nothing calls */
void helpers_drop_maps(struct gen *g);
bool helper_is_used(LLVMValueRef v);
bool helper_exists(struct gen *g, const char *name);
/* Calls a function of bpf-helpers/; scalars are fitted to its parameters. */
LLVMValueRef gen_call(struct gen *g, const char *name, LLVMValueRef *args, unsigned n);
#define CALL(g, name, ...)								\
	gen_call((g), (name), (LLVMValueRef[]){ __VA_ARGS__ },				\
		 sizeof((LLVMValueRef[]){ __VA_ARGS__ }) / sizeof(LLVMValueRef))
LLVMValueRef gen_fit(struct gen *g, LLVMValueRef v, LLVMTypeRef t);

/* ---- subs.c ---- */
void subs_define(struct gen *g);				/* those that are called */
bool subs_refer_to(struct gen *g, const char *name);		/* does one that is defined? */

/* ---- hook.c ---- */
void hook_gen(struct gen *g, enum hook_id id);
struct val hook_field(struct gen *g, enum field_id f);
bool hook_is_remembered(struct gen *g, const struct node *e);	/* a field in memory */

/* ---- value.c ---- */
struct val val_known(LLVMValueRef v);
struct val val_int(struct gen *g, int64_t v);
struct val val_none(struct gen *g);
bool val_is_none(struct val a);				/* surely none */
LLVMValueRef val_status(struct gen *g, struct val a);	/* i32, never NULL */
LLVMValueRef val_is_known(struct gen *g, struct val a);	/* i1 */
LLVMValueRef val_is_unknown(struct gen *g, struct val a);
/* Status of what is computed from both: none wins, then an unknown. NULL: known. */
LLVMValueRef val_join(struct gen *g, struct val a, struct val b);
LLVMValueRef val_select(struct gen *g, LLVMValueRef cond, LLVMValueRef a, LLVMValueRef b);
struct val val_choose(struct gen *g, LLVMValueRef cond, struct val a, struct val b);

/* A condition: true and unknown exclude each other; both false is false, which none is too. */
struct truth {
	LLVMValueRef yes, unknown;	/* i1 */
	LLVMValueRef why;		/* i32: status where unknown */
};
struct truth truth_of(struct gen *g, struct val a);
struct val truth_val(struct gen *g, struct truth t);
struct truth truth_and(struct gen *g, struct truth a, struct truth b);
struct truth truth_or(struct gen *g, struct truth a, struct truth b);

/* ---- expr.c ---- */
struct val expr_gen(struct gen *g, const struct node *e);

/* ---- stmt.c ---- */
void stmt_gen(struct gen *g, const struct node *s);
void stmt_leave_out(struct gen *g, struct val a);	/* counts an unknown value, once a clause */

/* ---- map.c ---- */
unsigned map_key_words(const struct map_desc *m, bool sparse);
void map_declare(struct gen *g, const struct map_desc *m);
struct val map_read(struct gen *g, const struct node *e);
void map_assign(struct gen *g, const struct node *target, enum op op, const struct node *value);
void map_step(struct gen *g, const struct node *target, int by);
void map_delete(struct gen *g, const struct node *target);
void map_aggregate(struct gen *g, const struct map_desc *m, const node_list *keys,
		   const node_list *aggs);

/* ---- btf.c ---- */
int btf_open(struct gen *g);
void btf_function(struct gen *g, LLVMValueRef fn, const char *name, struct span span);
void btf_subprogram(struct gen *g, LLVMValueRef fn, const char *name);
void btf_at(struct gen *g, struct span span);		/* what is built next belongs there */
void btf_map(struct gen *g, const char *name, unsigned type, unsigned max_entries,
	     unsigned key_size, unsigned value_size, unsigned flags);
void btf_close(struct gen *g);

/* ---- object.c ---- */
int object_open(struct gen *g, LLVMTargetMachineRef *tm);
int object_passes(struct gen *g, LLVMTargetMachineRef tm);
int object_write(struct gen *g, LLVMTargetMachineRef tm, enum codegen_what what, int fd);

#endif
