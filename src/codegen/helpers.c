/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bitcode of bpf-helpers/ is the module that generation starts from: maps,
 * the functions that are inlined into every program (GT_FN), declarations of the
 * subprograms (GT_SUB; subs.c).
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

/* A list that the bitcode holds so that clang leaves in what it names. */
static void drop_list(struct gen *g, const char *name)
{
	LLVMValueRef list = LLVMGetNamedGlobal(g->m, name);

	if (list)
		LLVMDeleteGlobal(list);
}

int helpers_open(struct gen *g)
{
	LLVMMemoryBufferRef buf = LLVMCreateMemoryBufferWithMemoryRange(
		(const char *)bitcode, sizeof(bitcode), "bpf-helpers", 0);

	if (LLVMParseBitcodeInContext2(g->c, buf, &g->m)) {
		gen_fail(g, "the bitcode of bpf-helpers cannot be read");
		return -1;
	}
	LLVMDisposeMemoryBuffer(buf);
	/* Maps that nothing uses shall go, whatever clang says. */
	drop_list(g, "llvm.compiler.used");
	drop_list(g, "gt_subs");
	for (LLVMValueRef fn = LLVMGetFirstFunction(g->m); fn; fn = LLVMGetNextFunction(fn)) {
		if (LLVMIsDeclaration(fn))
			continue;
		LLVMSetLinkage(fn, LLVMInternalLinkage);
		add_attribute(g, fn, "alwaysinline");
	}
	return 0;
}

/* Does an instruction use it? A constant that nothing uses may still be about. */
bool helper_is_used(LLVMValueRef v)
{
	for (LLVMUseRef u = LLVMGetFirstUse(v); u; u = LLVMGetNextUse(u)) {
		LLVMValueRef user = LLVMGetUser(u);

		if (LLVMIsAInstruction(user) || helper_is_used(user))
			return true;
	}
	return false;
}

static bool drop_functions(struct gen *g)
{
	LLVMValueRef fn = LLVMGetFirstFunction(g->m), next;
	bool dropped = false;

	for (; fn; fn = next) {
		size_t len;

		next = LLVMGetNextFunction(fn);
		if (helper_is_used(fn) || LLVMGetVisibility(fn) == LLVMHiddenVisibility ||
		    !strncmp(LLVMGetValueName2(fn, &len), "gt_hook_", 8))
			continue;
		LLVMDeleteFunction(fn);
		dropped = true;
	}
	return dropped;
}

/* The tracer looks these up in every object. */
static const char *const kept_maps[] = { "gt_shared", "gt_cells", "gt_ring", "gt_dict" };

static bool is_dead_map(struct gen *g, LLVMValueRef global)
{
	const char *section = LLVMGetSection(global), *name;
	size_t len;

	if (!section || strcmp(section, ".maps") || helper_is_used(global))
		return false;
	name = LLVMGetValueName2(global, &len);
	for (size_t i = 0; i < ARRAY_SIZE(kept_maps); i++)
		if (!strcmp(name, kept_maps[i]))
			return false;
	return !strncmp(name, "gt_", 3) && !subs_refer_to(g, name);
}

void helpers_drop_functions(struct gen *g)
{
	while (drop_functions(g))
		;
}

void helpers_drop_maps(struct gen *g)
{
	LLVMValueRef v, next;

	for (v = LLVMGetFirstGlobal(g->m); v; v = next) {
		next = LLVMGetNextGlobal(v);
		if (is_dead_map(g, v))
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
