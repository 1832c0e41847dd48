/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions one after the other, by address, and which of them are wrappers. */
#include "goelf-int.h"

#include <errno.h>

/*
 * funcID of compiler-made wrappers: always the last of its enum (src/internal/abi/symtab.go),
 * whose length changes. With an unknown version the largest one present is taken, as every
 * program has wrappers.
 */
static int wrapper_id_of(int minor)
{
	static const struct { int minor, id; } rows[] = {	/* from this version on */
		{ 28, -1 }, { 25, 23 }, { 22, 22 }, { 18, 21 }, { 16, 22 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (minor >= rows[i].minor)
			return rows[i].id;
	return -1;
}

static int largest_funcid(struct goelf *g)
{
	int max = -1;
	for (uint64_t i = 0; i < g->pcln.nfunc; i++) {
		struct rd r = pclntab_func(g, i);
		rd_skip(&r, g->pcln.layout->funcid_off);
		uint8_t id = rd_u8(&r);
		if (!r.bad && id > max && id < 64)
			max = id;
	}
	return max;
}

bool goelf_is_wrapper(struct goelf *g, uint8_t funcid)
{
	if (g->pcln.wrapper_id < 0)
		g->pcln.wrapper_id = wrapper_id_of(g->bi.major == 1 ? g->bi.minor : 99);
	if (g->pcln.wrapper_id < 0)
		g->pcln.wrapper_id = largest_funcid(g);
	return funcid == g->pcln.wrapper_id;
}

/* The classic two-pointer glob: on a mismatch, let the last star take one more. */
static bool glob_match(const char *glob, const char *s)
{
	const char *star = NULL, *retry = NULL;
	while (*s) {
		if (*glob == '*') {
			star = ++glob;
			retry = s;
		} else if (*glob == '?' || *glob == *s) {
			glob++;
			s++;
		} else if (star) {
			glob = star;
			s = ++retry;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return !*glob;
}

int goelf_each_func(struct goelf *g, const char *glob,
		    int (*fn)(const struct goelf_func *f, void *ctx), void *ctx)
{
	for (uint64_t i = 0; i < g->pcln.nfunc; i++) {
		struct pcln_func f;
		size_t len;
		if (!pclntab_func_read(g, i, &f) || goelf_is_wrapper(g, f.funcid))
			continue;
		struct goelf_func out = {
			.vaddr = f.entry, .end = pclntab_pc(g, i + 1), .count = 1,
			.name = pclntab_name(g, f.nameoff, &len),
		};
		if (!out.name || !len || out.vaddr >= out.end)
			continue;
		if (glob && !glob_match(glob, out.name))
			continue;
		int stop = fn(&out, ctx);
		if (stop)
			return stop;
	}
	return 0;
}

int goelf_func_at(struct goelf *g, uint64_t vaddr, struct goelf_func *out)
{
	uint64_t i;
	struct pcln_func f;
	size_t len;
	*out = (struct goelf_func){ 0 };
	if (!pclntab_find_pc(g, vaddr, &i) || !pclntab_func_read(g, i, &f))
		return -ENOENT;
	const char *name = pclntab_name(g, f.nameoff, &len);
	if (!name)
		return -ENOENT;
	*out = (struct goelf_func){
		.vaddr = f.entry, .end = pclntab_pc(g, i + 1), .count = 1,
		.name = name,
	};
	return 0;
}
