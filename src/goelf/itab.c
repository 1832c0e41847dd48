/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Link-time itabs: {interface type, concrete type, hash, methods}; src/runtime/runtime2.go
 * and, since 1.22, src/internal/abi/iface.go. Listed in moduledata.itablinks up to Go 1.26;
 * since 1.27 they lie one behind the other (itabsinit of src/runtime/iface.go).
 */
#include "goelf-int.h"

enum { ITAB_HEAD = 24, ITABS_MAX = 1 << 20 };

typedef int itab_fn(uint64_t itab, uint64_t iface, uint64_t type, void *ctx);

static int visit(struct goelf *g, uint64_t itab, itab_fn *fn, void *ctx)
{
	struct rd r = va_rd(g, itab, ITAB_HEAD);
	uint64_t iface = rd_u64(&r), type = rd_u64(&r);
	return r.bad ? 0 : fn(itab, iface, type, ctx);
}

static int walk_links(struct goelf *g, itab_fn *fn, void *ctx)
{
	int stop = 0;
	struct rd r = va_rd(g, g->md.itablinks, 8 * g->md.nitablinks);
	for (uint64_t i = 0; i < g->md.nitablinks && i < ITABS_MAX && !r.bad && !stop; i++)
		stop = visit(g, rd_u64(&r), fn, ctx);
	return stop;
}

static int walk_packed(struct goelf *g, itab_fn *fn, void *ctx)
{
	uint64_t at = g->md.itabs, end = at + g->md.itabsize;
	int stop = 0;
	while (at < end && !stop) {
		struct rtype iface;
		if (!rtype_read(g, va_u64(g, at), &iface) || iface.kind != GOELF_KIND_INTERFACE)
			break;
		stop = visit(g, at, fn, ctx);
		at += ITAB_HEAD + 8 * iface.len;
	}
	return stop;
}

int itab_walk(struct goelf *g, itab_fn *fn, void *ctx)
{
	if (!g->md.layout)
		return 0;
	return g->md.layout->itablinks ? walk_links(g, fn, ctx) : walk_packed(g, fn, ctx);
}

int goelf_each_itab(struct goelf *g, int (*fn)(uint64_t itab, goelf_type iface, goelf_type type,
					       void *ctx), void *ctx)
{
	return itab_walk(g, fn, ctx);
}

struct pair {
	uint64_t iface, type, itab;
};

static int match(uint64_t itab, uint64_t iface, uint64_t type, void *ctx)
{
	struct pair *p = ctx;
	if (iface != p->iface || type != p->type)
		return 0;
	p->itab = itab;
	return 1;
}

int goelf_itab(struct goelf *g, const char *iface_pkg, const char *iface, const char *pkg,
	       const char *type, uint64_t *itab_vaddr, struct goelf_err *err)
{
	struct pair p = { 0 };
	*itab_vaddr = 0;
	int code = goelf_type_find(g, iface_pkg, iface, &p.iface, err);
	if (!code)
		code = goelf_type_find(g, pkg, type, &p.type, err);
	if (code)
		return code;
	if (!itab_walk(g, match, &p))
		return goelf_fail(g, err, GOELF_ERR_NOT_FOUND,
				  "no link-time itab of %s.%s as %s%s%s", pkg, type, iface_pkg,
				  *iface_pkg ? "." : "", iface);
	*itab_vaddr = p.itab;
	return 0;
}
