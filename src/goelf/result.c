/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where results can be seen: the jump that tests a call's error, a function's returns.
 *
 * A return is single-stepped. The "test %rbx, %rbx; jne" that every caller writes behind a
 * call is emulated, and until it nothing but spills happens to the result registers: that
 * is proven here by decoding, or the site is refused.
 */
#include "goelf-int.h"

#include <errno.h>

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
		if (jcc->class == INSN_JCC && !jcc->je && !jcc->jne)
			return "the jump after it is not je or jne";
		if (jcc->class == INSN_JCC)
			return *reg < 0 ? "the jump after it tests something else" : NULL;
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
		return goelf_fail(g, err, GOELF_ERR_REFUSED, "%s: result of the call at %#jx: %s",
				  name, (uintmax_t)k->call, why);
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
				  "%s: makes %u calls that may be %s.%s, not 1", name, s.k.seen,
				  iface, method);
	if (joined(&c, s.k.start + 1, s.k.call))
		return goelf_fail(g, err, GOELF_ERR_REFUSED,
				  "%s: another path joins before the call of %s.%s", name, iface,
				  method);
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
