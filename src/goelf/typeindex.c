/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All type descriptors by name.
 *
 * No list of them survives in the binary as such; the graph is walked once, from what the
 * runtime keeps for reflection (typelinks; since Go 1.27 the descriptors lie packed), and
 * from all itabs, along element, key, field, parameter, method and pointer edges. Named
 * types land in a hash by name; the package is compared on lookup.
 */
#include "goelf-int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct types {
	uint8_t *seen;		/* a bit for each 8 bytes of [types, etypes) */
	uint32_t *todo;		/* offsets / 8, a stack */
	size_t ntodo, todo_cap;
	struct named {
		uint32_t hash, off8;
	} *named;		/* sorted by hash when done */
	size_t nnamed, named_cap;
	size_t count;
	uint64_t edges;		/* followed so far */
	bool failed, ready;
};

/* 100 MB of real code have 100 thousand types and a million edges; made-up lists overlap. */
enum { MAX_TYPES = 8 << 20, MAX_EDGES = 32 << 20 };

static uint32_t hash_of(const char *s, size_t len)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 16777619u;
	return h;
}

static bool grow(void **p, size_t *cap, size_t n, size_t size)
{
	if (n < *cap)
		return true;
	size_t want = *cap ? *cap * 2 : 1024;
	void *q = want <= MAX_TYPES ? realloc(*p, want * size) : NULL;
	if (!q)
		return false;
	*p = q;
	*cap = want;
	return true;
}

static void push(struct goelf *g, uint64_t vaddr)
{
	struct types *ts = g->types;
	if (vaddr < g->md.types || vaddr >= g->md.etypes || (vaddr - g->md.types) & 7)
		return;
	uint32_t off8 = (uint32_t)((vaddr - g->md.types) >> 3);
	if (ts->seen[off8 >> 3] & 1 << (off8 & 7))
		return;
	if (!grow((void **)&ts->todo, &ts->todo_cap, ts->ntodo, sizeof(*ts->todo))) {
		ts->failed = true;
		return;
	}
	ts->seen[off8 >> 3] |= (uint8_t)(1 << (off8 & 7));
	ts->todo[ts->ntodo++] = off8;
}

static void push_off(struct goelf *g, int32_t off)
{
	if (off > 0)
		push(g, g->md.types + (uint64_t)off);
}

static void spend(struct goelf *g, uint64_t edges)
{
	g->types->edges += edges;
	g->types->failed |= g->types->edges > MAX_EDGES;
}

/* Every STRIDE bytes from VADDR, the pointer AT bytes in. */
static void push_list(struct goelf *g, uint64_t vaddr, uint64_t n, uint64_t stride, uint64_t at)
{
	struct rd r = va_rd(g, vaddr, n * stride);
	spend(g, n);
	for (uint64_t i = 0; i < n && !r.bad; i++) {
		const unsigned char *p = rd_bytes(&r, stride);
		if (p)
			push(g, le64(p + at));
	}
}

/* imethod {name, type} of 8 bytes, method {name, type, ifn, tfn} of 16: typeOff @4 */
static void push_methods(struct goelf *g, uint64_t vaddr, uint64_t n, uint64_t stride)
{
	struct rd r = va_rd(g, vaddr, n * stride);
	spend(g, n);
	for (uint64_t i = 0; i < n && !r.bad; i++) {
		const unsigned char *p = rd_bytes(&r, stride);
		if (p)
			push_off(g, (int32_t)le32(p + 4));
	}
}

/* uncommonType: pkgPath @0, mcount @4, xcount @6, moff @8 */
static void push_uncommon(struct goelf *g, const struct rtype *t)
{
	struct rd r = va_rd(g, t->uncommon, 16);
	rd_skip(&r, 4);
	uint16_t mcount = rd_u16(&r);
	rd_skip(&r, 2);
	uint32_t moff = rd_u32(&r);
	if (!r.bad && mcount)
		push_methods(g, t->uncommon + moff, mcount, 16);
}

static void push_edges(struct goelf *g, const struct rtype *t)
{
	push(g, t->elem);
	push(g, t->key);
	push_off(g, t->ptr_to_this);
	if (t->uncommon)
		push_uncommon(g, t);
	if (t->kind == GOELF_KIND_STRUCT)
		push_list(g, t->list, t->len, 24, 8);
	if (t->kind == GOELF_KIND_FUNC)
		push_list(g, t->list, t->len, 8, 0);
	if (t->kind == GOELF_KIND_INTERFACE)
		push_methods(g, t->list, t->len, 8);
}

static void add_named(struct goelf *g, const struct rtype *t, uint32_t off8)
{
	struct types *ts = g->types;
	struct gostr name = rtype_name(g, t);
	if (!name.s)
		return;
	if (!grow((void **)&ts->named, &ts->named_cap, ts->nnamed, sizeof(*ts->named)))
		ts->failed = true;
	else
		ts->named[ts->nnamed++] = (struct named){ hash_of(name.s, name.len), off8 };
}

static void walk(struct goelf *g)
{
	struct types *ts = g->types;
	while (ts->ntodo && !ts->failed) {
		struct rtype t;
		uint32_t off8 = ts->todo[--ts->ntodo];
		if (!rtype_read(g, g->md.types + 8 * (uint64_t)off8, &t))
			continue;
		ts->count++;
		add_named(g, &t, off8);
		push_edges(g, &t);
	}
}

/* ----------------------------------------------------------------------- roots */

static void push_typelinks(struct goelf *g)
{
	struct rd r = va_rd(g, g->md.typelinks, 4 * g->md.ntypelinks);
	for (uint64_t i = 0; i < g->md.ntypelinks && !r.bad; i++) {
		push_off(g, (int32_t)rd_u32(&r));
		walk(g);
	}
}

/* moduleTypelinks() of src/runtime/type.go, Go 1.27; nothing behind typedesclen is packed */
static void push_packed(struct goelf *g)
{
	uint64_t at = g->md.types + 8, end = g->md.types + g->md.typedesclen;
	struct rtype t;
	while (at < end && rtype_read(g, at, &t)) {
		push(g, at);
		walk(g);
		at = (at + t.descsize + 7) & ~7ULL;
	}
}

static int push_itab(uint64_t itab, uint64_t iface, uint64_t type, void *ctx)
{
	struct goelf *g = ctx;
	(void)itab;
	push(g, iface);
	push(g, type);
	return 0;
}

static int by_hash(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->off8 < y->off8 ? -1 : x->off8 > y->off8;
}

static void build(struct goelf *g)
{
	struct types *ts = g->types;
	if (g->md.layout->typelinks)
		push_typelinks(g);
	else
		push_packed(g);
	itab_walk(g, push_itab, g);
	walk(g);
	if (ts->nnamed)
		qsort(ts->named, ts->nnamed, sizeof(*ts->named), by_hash);
	free(ts->todo);
	ts->todo = NULL;
	ts->ready = !ts->failed;
}

bool types_ready(struct goelf *g)
{
	if (!g->md.layout)
		return false;
	if (!g->types) {
		g->types = calloc(1, sizeof(*g->types));
		if (!g->types)
			return false;
		g->types->seen = calloc((g->md.etypes - g->md.types) / 64 + 1, 1);
		if (g->types->seen)
			build(g);
	}
	return g->types->ready;
}

void types_free(struct goelf *g)
{
	if (!g->types)
		return;
	free(g->types->seen);
	free(g->types->todo);
	free(g->types->named);
	free(g->types);
	g->types = NULL;
}

size_t types_count(struct goelf *g)
{
	return types_ready(g) ? g->types->count : 0;
}

int goelf_each_type(struct goelf *g, int (*fn)(goelf_type type, void *ctx), void *ctx)
{
	int stop = 0;
	if (!types_ready(g))
		return -EOPNOTSUPP;
	for (size_t i = 0; i < g->types->nnamed && !stop; i++)
		stop = fn(g->md.types + 8 * (uint64_t)g->types->named[i].off8, ctx);
	return stop;
}

/* ---------------------------------------------------------------------- lookup */

static size_t lower_bound(const struct types *ts, uint32_t hash)
{
	size_t lo = 0, hi = ts->nnamed;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (ts->named[mid].hash < hash)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool same(struct gostr s, const char *want)
{
	return s.s && s.len == strlen(want) && !memcmp(s.s, want, s.len);
}

static bool is_type(struct goelf *g, uint64_t vaddr, const char *pkg, const char *name)
{
	struct rtype t;
	if (!rtype_read(g, vaddr, &t) || !same(rtype_name(g, &t), name))
		return false;
	struct gostr p = rtype_pkg(g, &t);
	return *pkg ? name_matches(p.s, p.len, pkg, strlen(pkg)) : !p.len;
}

/* The address, 0 if there is none, 1 if several differ (types local to functions). */
uint64_t types_find(struct goelf *g, const char *pkg, const char *name)
{
	uint64_t found = 0;
	if (!types_ready(g))
		return 0;
	const struct types *ts = g->types;
	uint32_t hash = hash_of(name, strlen(name));
	for (size_t i = lower_bound(ts, hash); i < ts->nnamed && ts->named[i].hash == hash; i++) {
		uint64_t vaddr = g->md.types + 8 * (uint64_t)ts->named[i].off8;
		if (!is_type(g, vaddr, pkg, name))
			continue;
		if (found)
			return 1;
		found = vaddr;
	}
	return found;
}

static uint64_t pointer_by_scan(struct goelf *g, uint64_t elem)
{
	const struct types *ts = g->types;
	uint64_t n = (g->md.etypes - g->md.types) / 8;
	for (uint64_t i = 0; i < n; i++) {
		struct rtype t;
		uint64_t vaddr = g->md.types + 8 * i;
		if (ts->seen[i >> 3] >> (i & 7) & 1 && rtype_read(g, vaddr, &t) &&
		    t.kind == GOELF_KIND_POINTER && t.elem == elem && !t.uncommon)
			return vaddr;
	}
	return 0;
}

uint64_t types_pointer_to(struct goelf *g, uint64_t elem)
{
	struct rtype t, p;
	if (!types_ready(g) || !rtype_read(g, elem, &t))
		return 0;
	uint64_t vaddr = g->md.types + (uint64_t)t.ptr_to_this;
	if (t.ptr_to_this > 0 && rtype_read(g, vaddr, &p) && p.kind == GOELF_KIND_POINTER &&
	    p.elem == elem)
		return vaddr;
	return pointer_by_scan(g, elem);
}
