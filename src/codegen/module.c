/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole of a code generation, and the words of LLVM that all of it uses. */
#include <linux/bpf.h>
#include <llvm-c/Analysis.h>
#include <stdarg.h>
#include <string.h>
#include "../base/clock.h"
#include "gen.h"

void gen_fail(struct gen *g, const char *fmt, ...)
{
	va_list ap;

	if (g->failed)
		return;
	g->failed = true;
	va_start(ap, fmt);
	vsnprintf(g->err, g->err_size, fmt, ap);
	va_end(ap);
}

LLVMValueRef gen_i64(struct gen *g, uint64_t v)
{
	return LLVMConstInt(g->i64, v, 0);
}

LLVMValueRef gen_i32(struct gen *g, uint32_t v)
{
	return LLVMConstInt(g->i32, v, 0);
}

LLVMValueRef gen_i1(struct gen *g, bool v)
{
	return LLVMConstInt(g->i1, v, 0);
}

LLVMValueRef gen_at(struct gen *g, LLVMValueRef p, uint64_t offset)
{
	LLVMValueRef index = gen_i64(g, offset);

	if (!offset)
		return p;
	return LLVMBuildGEP2(g->b, g->i8, gen_fit(g, p, g->ptr), &index, 1, "");
}

LLVMValueRef gen_load64(struct gen *g, LLVMValueRef p)
{
	return LLVMBuildLoad2(g->b, g->i64, gen_fit(g, p, LLVMPointerType(g->i64, 0)), "");
}

void gen_store64(struct gen *g, LLVMValueRef v, LLVMValueRef p)
{
	LLVMBuildStore(g->b, v, gen_fit(g, p, LLVMPointerType(g->i64, 0)));
}

LLVMValueRef gen_alloca(struct gen *g, LLVMTypeRef t, const char *name, bool zeroed)
{
	LLVMBasicBlockRef here = LLVMGetInsertBlock(g->b);
	LLVMMetadataRef at = LLVMGetCurrentDebugLocation2(g->b);
	LLVMValueRef v;

	LLVMPositionBuilderBefore(g->b, LLVMGetBasicBlockTerminator(g->hook.entry));
	v = LLVMBuildAlloca(g->b, t, name);
	if (zeroed)
		LLVMBuildStore(g->b, LLVMConstNull(t), v);
	LLVMPositionBuilderAtEnd(g->b, here);
	LLVMSetCurrentDebugLocation2(g->b, at);
	return v;
}

LLVMBasicBlockRef gen_block(struct gen *g, const char *name)
{
	return LLVMAppendBasicBlockInContext(g->c, g->hook.fn, name);
}

void gen_enter(struct gen *g, LLVMBasicBlockRef bb)
{
	LLVMPositionBuilderAtEnd(g->b, bb);
}

void gen_goto(struct gen *g, LLVMBasicBlockRef to)
{
	LLVMBuildBr(g->b, to);
	gen_enter(g, to);
}

void gen_branch(struct gen *g, LLVMValueRef cond, LLVMBasicBlockRef yes, LLVMBasicBlockRef no)
{
	LLVMBuildCondBr(g->b, gen_fit(g, cond, g->i1), yes, no);
}

static void open_types(struct gen *g)
{
	g->i1 = LLVMInt1TypeInContext(g->c);
	g->i8 = LLVMInt8TypeInContext(g->c);
	g->i32 = LLVMInt32TypeInContext(g->c);
	g->i64 = LLVMInt64TypeInContext(g->c);
	g->void_ = LLVMVoidTypeInContext(g->c);
	g->ptr = compat_pointer(g->c);
}

/* The type of struct gt_ev comes from the C that made it. */
static int find_ev_type(struct gen *g)
{
	LLVMValueRef v = LLVMGetNamedGlobal(g->m, "gt_ev_type");

	if (!v) {
		gen_fail(g, "bpf-helpers has no gt_ev_type");
		return -1;
	}
	g->ev_type = LLVMGlobalGetValueType(v);
	LLVMDeleteGlobal(v);
	return 0;
}

static void declare_maps(struct gen *g)
{
	btf_map(g, "gt_cells", BPF_MAP_TYPE_PERCPU_ARRAY, g->p->clauses.n + 1, 4,
		sizeof(struct gt_cell), 0);
	for (size_t i = 0; i < g->p->maps.n; i++)
		map_declare(g, &g->p->maps.v[i]);
}

static int verify(struct gen *g)
{
	char *msg = NULL;

	if (LLVMVerifyModule(g->m, LLVMReturnStatusAction, &msg))
		gen_fail(g, "invalid code: %s", msg);
	LLVMDisposeMessage(msg);
	return g->failed ? -1 : 0;
}

static int build(struct gen *g)
{
	open_types(g);
	if (helpers_open(g) || find_ev_type(g) || btf_open(g))
		return -1;
	declare_maps(g);
	for (unsigned h = 0; h < HOOK_N; h++)
		if (program_clause_hooks(g->p) >> h & 1)
			hook_gen(g, h);
	helpers_drop_functions(g);
	subs_define(g);
	btf_close(g);
	if (g->failed)
		return -1;
	return verify(g);
}

static int run(struct gen *g, enum codegen_what what, int fd, struct codegen_result *stats)
{
	LLVMTargetMachineRef tm;
	uint64_t t0 = clock_ns(), t1, t2;

	if (object_open(g, &tm) || build(g))
		return -1;
	t1 = clock_ns();
	if (object_passes(g, tm))
		return -1;
	t2 = clock_ns();
	if (object_write(g, tm, what, fd))
		return -1;
	stats->ms_ir = clock_ms(t0, t1);
	stats->ms_passes = clock_ms(t1, t2);
	stats->ms_emit = clock_ms_since(t2);
	return 0;
}

/* Nothing is freed: the process that called ends next. */
int gt_codegen_run(const struct program *p, enum codegen_what what, int fd,
		   struct codegen_result *stats, char *err, size_t err_size)
{
	struct gen g = { .p = p, .err = err, .err_size = err_size };

	g.c = LLVMContextCreate();
	g.b = LLVMCreateBuilderInContext(g.c);
	return run(&g, what, fd, stats) || g.failed ? -1 : 0;
}
