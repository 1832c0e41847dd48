/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where to probe a function's entry.
 *
 * The prologue that Go's assembler writes (preprocess and stacksplit in src/cmd/internal/
 * obj/x86/obj6.go, Go 1.17 to 1.27):
 *
 *	entry:	[mov %fs:..., %rcx]			only ABI0
 *		[lea -N(%rsp), %r12 | mov, sub, jb]	frames over 128 bytes
 *		cmp 16(%r14), %rsp			g.stackguard0
 *		jbe grow			<- SITE_JBE: emulated, CF|ZF says it will restart
 *		push %rbp			<- SITE_PUSH: Go >= 1.21, emulated, once a call
 *		mov %rsp, %rbp; sub $N, %rsp		Go <= 1.20 starts with the sub
 *	grow:	(spill arguments) call runtime.morestack; jmp entry
 *
 * After morestack the function starts over: a probe at its entry fires twice.
 */
#include "goelf-int.h"

#include <string.h>

enum { PROLOGUE_INSNS = 10 };

static const char *const kind_names[] = {
	[GOELF_SITE_NONE] = "none", [GOELF_SITE_PUSH] = "push", [GOELF_SITE_JBE] = "jbe",
	[GOELF_SITE_AFTER_CHECK] = "after-check", [GOELF_SITE_ENTRY] = "entry",
	[GOELF_SITE_RESULT_JCC] = "result-jcc", [GOELF_SITE_RET] = "ret",
};

const char *goelf_site_kind_name(enum goelf_site_kind kind)
{
	return (unsigned)kind < sizeof(kind_names) / sizeof(*kind_names) ? kind_names[kind] : "?";
}

bool site_at(struct goelf *g, const struct insn *in, enum goelf_site_kind kind,
		    struct goelf_site *site)
{
	*site = (struct goelf_site){ .vaddr = in->vaddr, .kind = kind, .cost = insn_cost(in) };
	return !goelf_vaddr_to_offset(g, in->vaddr, &site->file_offset);
}

bool own_func(struct goelf *g, const struct goelf_func *func, struct pcln_func *f,
		     struct code *c)
{
	uint64_t i;
	return pclntab_find_pc(g, func->vaddr, &i) && pclntab_func_read(g, i, f) &&
	       f->entry == func->vaddr && code_of(g, f->entry, pclntab_pc(g, i + 1), c);
}

struct prologue {
	struct insn first, jbe, body;	/* body: first instruction behind the check */
	bool has_check;
};

static bool in_code(const struct code *c, uint64_t vaddr)
{
	return vaddr >= c->vaddr && vaddr - c->vaddr < c->len;
}

static bool read_prologue(const struct code *c, struct prologue *p)
{
	bool compared = false;
	uint64_t at = c->vaddr;
	memset(p, 0, sizeof(*p));
	for (int i = 0; i < PROLOGUE_INSNS; i++) {
		struct insn in;
		insn_decode(c, at, &in);
		if (in.class == INSN_BAD)
			return false;
		if (!i)
			p->first = in;
		at += in.len;
		if (compared && in.jbe && in_code(c, in.target) && in.target > at) {
			p->jbe = in;
			p->has_check = true;
			insn_decode(c, at, &p->body);
			return p->body.class != INSN_BAD;
		}
		/* the jb of a huge frame comes before the compare */
		if (!in.check && !(in.jb && !compared && in_code(c, in.target)))
			break;
		compared = in.cmp_guard;
	}
	p->body = p->first;
	return true;
}

/* The binary's own SP table must agree: nothing pushed before the site, 8 bytes after. */
static bool pushes_frame(struct goelf *g, const struct pcln_func *f, const struct insn *push)
{
	int32_t before, after;
	return pcvalue_at(g, f->entry, f->pcsp, push->vaddr, &before) && before == 0 &&
	       pcvalue_at(g, f->entry, f->pcsp, push->vaddr + push->len, &after) && after == 8;
}

static bool sp_untouched(struct goelf *g, const struct pcln_func *f, uint64_t vaddr)
{
	int32_t delta;
	return pcvalue_at(g, f->entry, f->pcsp, vaddr, &delta) && delta == 0;
}

static enum goelf_site_kind choose(struct goelf *g, const struct pcln_func *f,
				   const struct prologue *p, const struct insn **in)
{
	*in = &p->body;
	if (p->body.push_rbp && pushes_frame(g, f, &p->body))
		return GOELF_SITE_PUSH;
	if (!p->has_check)
		return sp_untouched(g, f, p->first.vaddr) ? GOELF_SITE_ENTRY : GOELF_SITE_NONE;
	if (sp_untouched(g, f, p->jbe.vaddr)) {
		*in = &p->jbe;
		return GOELF_SITE_JBE;
	}
	return GOELF_SITE_NONE;
}

int goelf_site(struct goelf *g, const struct goelf_func *func, struct goelf_site *site,
	       struct goelf_err *err)
{
	struct pcln_func f;
	struct code c;
	struct prologue p;
	const struct insn *in;
	const char *name = func->name ? func->name : "?";
	*site = (struct goelf_site){ 0 };
	if (!own_func(g, func, &f, &c))
		return goelf_fail(g, err, GOELF_ERR_NOT_FOUND, "%s: no such function", name);
	if (!read_prologue(&c, &p))
		return goelf_fail(g, err, GOELF_ERR_REFUSED,
				  "%s: its first instructions cannot be decoded", name);
	enum goelf_site_kind kind = choose(g, &f, &p, &in);
	if (kind == GOELF_SITE_NONE || in->class == INSN_INT3 || !site_at(g, in, kind, site))
		return goelf_fail(g, err, GOELF_ERR_REFUSED,
				  "%s: its prologue is not one that Go's assembler writes", name);
	return 0;
}
