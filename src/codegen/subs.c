/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The subprograms of bpf-helpers/, which were compiled when gtrace was built.
 *
 * One that a script needs becomes a naked function whose body is its assembly:
 * LLVM has nothing to do but assemble it, which is ten times as fast as compiling
 * it, and makes symbols, relocations and BTF as for any other function. They are
 * global and hidden, not internal: BTF says "global" for both, and only for a
 * hidden one libbpf changes that to "static"; a global function is verified by
 * itself, where ctx and pointers to the stack are unknown.
 */
#include <string.h>
#include "gen.h"

static const struct sub {
	const char *name;
	const char *refs;	/* functions and globals in the text, separated by spaces */
	const char *text;
} subs[] = {
#include "bpf-helpers/subs.inc"
};

static const struct sub *find(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(subs); i++)
		if (strlen(subs[i].name) == len && !memcmp(subs[i].name, name, len))
			return &subs[i];
	return NULL;
}

static void add_attribute(struct gen *g, LLVMValueRef fn, const char *name)
{
	unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));

	LLVMAddAttributeAtIndex(fn, LLVMAttributeFunctionIndex,
				LLVMCreateEnumAttribute(g->c, kind, 0));
}

static void define(struct gen *g, LLVMValueRef fn, const struct sub *s)
{
	LLVMTypeRef type = LLVMFunctionType(g->void_, NULL, 0, 0);
	LLVMValueRef body;

	LLVMSetVisibility(fn, LLVMHiddenVisibility);
	add_attribute(g, fn, "naked");
	add_attribute(g, fn, "noinline");
	add_attribute(g, fn, "nounwind");
	btf_subprogram(g, fn, s->name);
	gen_enter(g, LLVMAppendBasicBlockInContext(g->c, fn, ""));
	body = compat_inline_asm(type, s->text);
	LLVMBuildCall2(g->b, type, body, NULL, 0, "");
	LLVMBuildUnreachable(g->b);
}

/* Defines what the text names, too. */
static void define_all(struct gen *g, LLVMValueRef fn, const struct sub *s);

static void define_refs(struct gen *g, const char *refs)
{
	size_t len;

	for (; *refs; refs += len + (refs[len] == ' ')) {
		char name[128];
		const struct sub *s;
		LLVMValueRef fn;

		len = strcspn(refs, " ");
		s = find(refs, len);
		if (!s)
			continue;
		snprintf(name, sizeof(name), "%s", s->name);
		fn = LLVMGetNamedFunction(g->m, name);
		if (!fn)
			fn = LLVMAddFunction(g->m, name, LLVMFunctionType(g->void_, NULL, 0, 0));
		define_all(g, fn, s);
	}
}

static void define_all(struct gen *g, LLVMValueRef fn, const struct sub *s)
{
	if (LLVMGetFirstBasicBlock(fn))
		return;
	define(g, fn, s);
	define_refs(g, s->refs);
}

void subs_define(struct gen *g)
{
	for (LLVMValueRef fn = LLVMGetFirstFunction(g->m); fn; fn = LLVMGetNextFunction(fn)) {
		const char *name;
		const struct sub *s;
		size_t len;

		if (!LLVMIsDeclaration(fn) || !helper_is_used(fn) || LLVMGetIntrinsicID(fn))
			continue;
		name = LLVMGetValueName2(fn, &len);
		s = find(name, len);
		if (s)
			define_all(g, fn, s);
		else
			gen_fail(g, "bpf-helpers has no subprogram %s()", name);
	}
}

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = words; (at = strstr(at, word)) != NULL; at += n)
		if ((at == words || at[-1] == ' ') && (!at[n] || at[n] == ' '))
			return true;
	return false;
}

bool subs_refer_to(struct gen *g, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(subs); i++) {
		LLVMValueRef fn = LLVMGetNamedFunction(g->m, subs[i].name);

		if (fn && LLVMGetFirstBasicBlock(fn) && has_word(subs[i].refs, name))
			return true;
	}
	return false;
}
