/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where to probe: a function's entry, a call's result, its returns.
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

#include <errno.h>
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

static bool site_at(struct goelf *g, const struct insn *in, enum goelf_site_kind kind,
		    struct goelf_site *site)
{
	*site = (struct goelf_site){ .vaddr = in->vaddr, .kind = kind, .cost = insn_cost(in) };
	return !goelf_vaddr_to_offset(g, in->vaddr, &site->file_offset);
}

/* A function as the table has it, not as the caller says: sites are proven from its entry. */
static bool own_func(struct goelf *g, const struct goelf_func *func, struct pcln_func *f,
		     struct code *c)
{
	uint64_t i;
	return pclntab_find_pc(g, func->vaddr, &i) && pclntab_func_read(g, i, f) &&
	       f->entry == func->vaddr && code_of(g, f->entry, pclntab_pc(g, i + 1), c);
}

/* ------------------------------------------------------------------ entry site */

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

/* --------------------------------------------------- every instruction of a function */

/*
 * Go puts no data between the instructions of a function (jump tables are in read-only
 * data), so a linear sweep from the entry meets every instruction. False if it does not end
 * exactly at the function's end; FN returns false to stop early.
 */
static bool sweep(const struct code *c, bool (*fn)(const struct insn *in, void *ctx), void *ctx)
{
	uint64_t at = c->vaddr, end = c->vaddr + c->len;
	while (at < end) {
		struct insn in;
		insn_decode(c, at, &in);
		if (in.class == INSN_BAD)
			return false;
		if (!fn(&in, ctx))
			return true;
		at += in.len;
	}
	return at == end;
}

struct calls {
	uint64_t callee;
	unsigned nth, seen;
	uint64_t call, back;	/* the NTH call and the instruction behind it */
	uint64_t start;		/* where what it calls is fetched, or the call itself */
};

static bool see_call(const struct insn *in, void *ctx)
{
	struct calls *k = ctx;
	if (in->class != INSN_CALL || in->target != k->callee)
		return true;
	if (k->seen++ == k->nth) {
		k->call = k->start = in->vaddr;
		k->back = in->vaddr + in->len;
	}
	return true;
}

int goelf_count_calls(struct goelf *g, const struct goelf_func *func, uint64_t callee_vaddr)
{
	struct pcln_func f;
	struct code c;
	struct calls k = { .callee = callee_vaddr, .nth = (unsigned)-1 };
	if (!own_func(g, func, &f, &c))
		return -ENOENT;
	return callee_vaddr && sweep(&c, see_call, &k) ? (int)k.seen : -EPERM;
}

/* ------------------------------------------------------------------ result site */

enum { RESULT_INSNS = 24 };	/* spills of nine registers, and then some */

static const char *to_jcc(const struct code *c, uint64_t at, struct insn *jcc, int *reg)
{
	*reg = -1;
	for (int i = 0; i < RESULT_INSNS; i++) {
		insn_decode(c, at, jcc);
		if (jcc->class == INSN_JCC)
			return jcc->je || jcc->jne ? *reg < 0 ? "the jump after it tests something else"
				: NULL : "the jump after it is not je or jne";
		if (jcc->class == INSN_BAD)
			return "the code after it cannot be decoded";
		if (jcc->class != INSN_OTHER && jcc->class != INSN_NOP)
			return "no test of a result follows it";
		if (jcc->writes_result)
			return "a result register changes before it is tested";
		if (jcc->writes_flags)
			*reg = jcc->test_zero;
		at += jcc->len;
	}
	return "no test of a result follows it closely";
}

struct joins {
	uint64_t from, to;	/* addresses that nobody may jump to, both included */
	bool found;
};

static bool see_join(const struct insn *in, void *ctx)
{
	struct joins *j = ctx;
	bool jump = in->class == INSN_JCC || in->class == INSN_JMP;
	j->found |= jump && in->target >= j->from && in->target <= j->to;
	return !j->found;
}

static bool joined(const struct code *c, uint64_t from, uint64_t to)
{
	struct joins j = { .from = from, .to = to };
	return !sweep(c, see_join, &j) || j.found;
}

/* The jump behind the call that K found, as a site; or why not. */
static int site_behind(struct goelf *g, const char *name, const struct code *c,
		       const struct calls *k, struct goelf_site *site, struct goelf_err *err)
{
	struct insn jcc;
	int reg;
	const char *why = to_jcc(c, k->back, &jcc, &reg);
	if (!why && joined(c, k->back, jcc.vaddr))
		why = "another path joins before the test";
	if (!why && !site_at(g, &jcc, GOELF_SITE_RESULT_JCC, site))
		why = "it is not in the file";
	if (why)
		return goelf_fail(g, err, GOELF_ERR_REFUSED, "%s: result of the call at %#jx: %s", name,
				  (uintmax_t)k->call, why);
	site->reg = (enum goelf_reg)reg;
	site->taken_if_zero = jcc.je;
	site->call_vaddr = k->call;
	return 0;
}

int goelf_call_result_site(struct goelf *g, const struct goelf_func *func, uint64_t callee_vaddr,
			   unsigned nth, struct goelf_site *site, struct goelf_err *err)
{
	struct pcln_func f;
	struct code c;
	struct calls k = { .callee = callee_vaddr, .nth = nth };
	const char *name = func->name ? func->name : "?";
	*site = (struct goelf_site){ 0 };
	if (!callee_vaddr || !own_func(g, func, &f, &c))
		return goelf_fail(g, err, GOELF_ERR_NOT_FOUND, "%s: no such function", name);
	if (!sweep(&c, see_call, &k))
		return goelf_fail(g, err, GOELF_ERR_REFUSED,
				  "%s: its code cannot be decoded throughout", name);
	if (!k.call)
		return goelf_fail(g, err, GOELF_ERR_NOT_FOUND, "%s: makes %u direct calls to %#jx, "
				  "not %u", name, k.seen, (uintmax_t)callee_vaddr, nth + 1);
	return site_behind(g, name, &c, &k, site, err);
}

/* --------------------------------------------------- result of an interface's method */

/* Which general registers hold what was loaded from the slot, and since which instruction. */
struct slot_calls {
	int64_t disp;
	uint64_t loaded[16];
	struct calls k;
};

static bool see_slot_call(const struct insn *in, void *ctx)
{
	struct slot_calls *s = ctx;
	uint64_t start = in->call_reg >= 0 ? s->loaded[in->call_reg] : 0;
	if (in->call_mem && in->disp == s->disp)
		start = in->vaddr;
	if (in->class == INSN_CALL && start && s->k.seen++ == 0) {
		s->k.call = in->vaddr;
		s->k.back = in->vaddr + in->len;
		s->k.start = start;
	}
	for (int i = 0; i < 16; i++)
		if (in->class == INSN_CALL || in->writes >> i & 1)
			s->loaded[i] = 0;
	if (in->load_reg >= 0 && in->disp == s->disp)
		s->loaded[in->load_reg] = in->vaddr;
	return true;
}

enum { ITAB_FUN = 24 };	/* itab.fun, src/runtime/runtime2.go, src/internal/abi/iface.go */

static int method_slot(struct goelf *g, const char *pkg, const char *iface, const char *method,
		       int64_t *disp, struct goelf_err *err)
{
	goelf_type type;
	struct rtype t;
	int code = goelf_type_find(g, pkg, iface, &type, err);
	int idx = code || !rtype_read(g, type, &t) ? -1 : rtype_method(g, &t, method);
	if (!code && idx < 0)
		return goelf_fail(g, err, GOELF_ERR_NOT_FOUND, "%s.%s has no method %s", pkg, iface,
				  method);
	*disp = ITAB_FUN + 8 * (int64_t)idx;
	return code;
}

int goelf_iface_call_result_site(struct goelf *g, const struct goelf_func *func,
				 const char *iface_pkg, const char *iface, const char *method,
				 struct goelf_site *site, struct goelf_err *err)
{
	struct pcln_func f;
	struct code c;
	struct slot_calls s = { 0 };
	const char *name = func->name ? func->name : "?";
	*site = (struct goelf_site){ 0 };
	int code = method_slot(g, iface_pkg, iface, method, &s.disp, err);
	if (code)
		return code;
	if (!own_func(g, func, &f, &c))
		return goelf_fail(g, err, GOELF_ERR_NOT_FOUND, "%s: no such function", name);
	if (!sweep(&c, see_slot_call, &s))
		return goelf_fail(g, err, GOELF_ERR_REFUSED,
				  "%s: its code cannot be decoded throughout", name);
	if (s.k.seen != 1)
		return goelf_fail(g, err, s.k.seen ? GOELF_ERR_REFUSED : GOELF_ERR_NOT_FOUND,
				  "%s: makes %u calls that may be %s.%s, not 1", name, s.k.seen, iface,
				  method);
	if (joined(&c, s.k.start + 1, s.k.call))
		return goelf_fail(g, err, GOELF_ERR_REFUSED,
				  "%s: another path joins before the call of %s.%s", name, iface, method);
	return site_behind(g, name, &c, &s.k, site, err);
}

/* ----------------------------------------------------------------------- returns */

struct rets {
	struct goelf *g;
	struct goelf_site *out;
	size_t n, max;
};

static bool see_ret(const struct insn *in, void *ctx)
{
	struct rets *r = ctx;
	if (in->class == INSN_RET && r->n++ < r->max)
		site_at(r->g, in, GOELF_SITE_RET, &r->out[r->n - 1]);
	return true;
}

int goelf_rets(struct goelf *g, const struct goelf_func *func, struct goelf_site *out, size_t max)
{
	struct pcln_func f;
	struct code c;
	struct rets r = { .g = g, .out = out, .max = max };
	if (!own_func(g, func, &f, &c))
		return -ENOENT;
	return sweep(&c, see_ret, &r) ? (int)r.n : -EPERM;
}
