/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bitcode of bpf-helpers/ is the module that generation starts from.
 *
 * A helper marked noinline there (GT_SUB) stays a subprogram: hidden and not
 * internal, or its BTF says "global" and the kernel verifies it alone, with a ctx
 * it knows nothing of. It keeps its debug information, which libbpf insists on.
 * All others are inlined; they lose theirs, so that the verifier cites the
 * script's line and not the helper's.
 */
#include <llvm-c/BitReader.h>
#include <string.h>
#include "gen.h"

static const unsigned char bitcode[] = {
#include "bpf-helpers/helpers.bc.inc"
};

static unsigned attribute_kind(const char *name)
{
	return LLVMGetEnumAttributeKindForName(name, strlen(name));
}

static void add_attribute(struct gen *g, LLVMValueRef fn, const char *name)
{
	LLVMAttributeRef a = LLVMCreateEnumAttribute(g->c, attribute_kind(name), 0);

	LLVMAddAttributeAtIndex(fn, LLVMAttributeFunctionIndex, a);
}

static bool is_heavy(LLVMValueRef fn)
{
	return LLVMGetEnumAttributeAtIndex(fn, LLVMAttributeFunctionIndex,
					   attribute_kind("noinline"));
}

static void strip_block(LLVMBasicBlockRef bb)
{
	LLVMValueRef in = LLVMGetFirstInstruction(bb), next;

	for (; in; in = next) {
		next = LLVMGetNextInstruction(in);
		if (LLVMIsADbgInfoIntrinsic(in))
			LLVMInstructionEraseFromParent(in);
		else
			LLVMInstructionSetDebugLoc(in, NULL);
	}
}

static void strip(LLVMValueRef fn)
{
	if (!LLVMGetSubprogram(fn))
		return;
	LLVMGlobalEraseMetadata(fn, LLVMGetMDKindID("dbg", 3));
	for (LLVMBasicBlockRef bb = LLVMGetFirstBasicBlock(fn); bb; bb = LLVMGetNextBasicBlock(bb))
		strip_block(bb);
}

static void prepare(struct gen *g, LLVMValueRef fn)
{
	if (is_heavy(fn)) {
		LLVMSetVisibility(fn, LLVMHiddenVisibility);
		return;
	}
	LLVMSetLinkage(fn, LLVMInternalLinkage);
	add_attribute(g, fn, "alwaysinline");
	strip(fn);
}

int helpers_open(struct gen *g)
{
	LLVMMemoryBufferRef buf = LLVMCreateMemoryBufferWithMemoryRange(
		(const char *)bitcode, sizeof(bitcode), "bpf-helpers", 0);
	LLVMValueRef used;

	if (LLVMParseBitcodeInContext2(g->c, buf, &g->m)) {
		gen_fail(g, "the bitcode of bpf-helpers cannot be read");
		return -1;
	}
	LLVMDisposeMemoryBuffer(buf);
	compat_debug_calls(g->m);
	/* Maps that nothing uses shall go, whatever clang says. */
	used = LLVMGetNamedGlobal(g->m, "llvm.compiler.used");
	if (used)
		LLVMDeleteGlobal(used);
	for (LLVMValueRef fn = LLVMGetFirstFunction(g->m); fn; fn = LLVMGetNextFunction(fn))
		if (!LLVMIsDeclaration(fn))
			prepare(g, fn);
	return 0;
}

static bool drop_functions(struct gen *g)
{
	LLVMValueRef fn = LLVMGetFirstFunction(g->m), next;
	bool dropped = false;

	for (; fn; fn = next) {
		size_t len;

		next = LLVMGetNextFunction(fn);
		if (LLVMGetFirstUse(fn) || !strncmp(LLVMGetValueName2(fn, &len), "gt_hook_", 8))
			continue;
		LLVMDeleteFunction(fn);
		dropped = true;
	}
	return dropped;
}

/* The tracer looks these up in every object. */
static const char *const kept_maps[] = { "gt_shared", "gt_cells", "gt_ring", "gt_dict" };

static bool is_dead_map(LLVMValueRef global)
{
	const char *section = LLVMGetSection(global), *name;
	size_t len;

	if (!section || strcmp(section, ".maps") || LLVMGetFirstUse(global))
		return false;
	name = LLVMGetValueName2(global, &len);
	for (size_t i = 0; i < ARRAY_SIZE(kept_maps); i++)
		if (!strcmp(name, kept_maps[i]))
			return false;
	return strncmp(name, "gt_", 3) == 0;
}

void helpers_drop_unused(struct gen *g)
{
	LLVMValueRef v, next;

	while (drop_functions(g))
		;
	for (v = LLVMGetFirstGlobal(g->m); v; v = next) {
		next = LLVMGetNextGlobal(v);
		if (is_dead_map(v))
			LLVMDeleteGlobal(v);
	}
}

bool helper_exists(struct gen *g, const char *name)
{
	return LLVMGetNamedFunction(g->m, name) != NULL;
}

LLVMValueRef gen_fit(struct gen *g, LLVMValueRef v, LLVMTypeRef t)
{
	LLVMTypeRef have = LLVMTypeOf(v);
	unsigned from, to;

	if (have == t)
		return v;
	if (LLVMGetTypeKind(have) == LLVMPointerTypeKind)
		return LLVMGetTypeKind(t) == LLVMPointerTypeKind
			       ? LLVMBuildBitCast(g->b, v, t, "")
			       : LLVMBuildPtrToInt(g->b, v, t, "");
	if (LLVMGetTypeKind(t) == LLVMPointerTypeKind)
		return LLVMBuildIntToPtr(g->b, v, t, "");
	from = LLVMGetIntTypeWidth(have);
	to = LLVMGetIntTypeWidth(t);
	if (to == 1)
		return LLVMBuildICmp(g->b, LLVMIntNE, v, LLVMConstInt(have, 0, 0), "");
	return (to < from ? LLVMBuildTrunc : LLVMBuildZExt)(g->b, v, t, "");
}

/* How a narrow argument fills its register is said at the call, too. */
static void copy_extension(LLVMValueRef fn, LLVMValueRef call, unsigned index)
{
	static const char *const names[] = { "zeroext", "signext" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		LLVMAttributeRef a =
			LLVMGetEnumAttributeAtIndex(fn, index, attribute_kind(names[i]));

		if (a)
			LLVMAddCallSiteAttribute(call, index, a);
	}
}

LLVMValueRef gen_call(struct gen *g, const char *name, LLVMValueRef *args, unsigned n)
{
	LLVMValueRef fn = LLVMGetNamedFunction(g->m, name), call;
	LLVMTypeRef type, params[8];

	if (!fn) {
		gen_fail(g, "bpf-helpers has no %s()", name);
		return gen_i64(g, 0);
	}
	type = LLVMGlobalGetValueType(fn);
	if (LLVMCountParamTypes(type) != n || n > ARRAY_SIZE(params)) {
		gen_fail(g, "%s() of bpf-helpers takes %u arguments, not %u", name,
			 LLVMCountParamTypes(type), n);
		return gen_i64(g, 0);
	}
	LLVMGetParamTypes(type, params);
	for (unsigned i = 0; i < n; i++)
		args[i] = gen_fit(g, args[i], params[i]);
	call = LLVMBuildCall2(g->b, type, fn, args, n, "");
	for (unsigned i = 0; i <= n; i++)
		copy_extension(fn, call, i);
	return call;
}
