/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inline trees: copies of functions inside of others, and source lines through them.
 *
 * A function's FUNCDATA 3 is an array of inlined calls, PCDATA 2 says by pc which of them is
 * innermost (-1: none). The array has no length, its highest index in PCDATA does. Layout of
 * an entry: inlinedCall, src/runtime/symtab.go (Go <= 1.19), symtabinl.go (>= 1.20).
 */
#include "goelf-int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PCDATA_INL_TREE = 2, FUNCDATA_INL_TREE = 3, MAX_TREE = 1 << 16 };

static struct rd inl_entry(struct goelf *g, uint64_t tree, int32_t idx)
{
	uint32_t size = g->pcln.layout->inl_size;
	if (idx < 0 || idx >= MAX_TREE)
		return rd_bad(&g->img);
	return va_rd(g, tree + (uint64_t)idx * size, size);
}

static uint32_t inl_word(struct goelf *g, uint64_t tree, int32_t idx, unsigned at)
{
	struct rd r = inl_entry(g, tree, idx);
	rd_skip(&r, at);
	return r.bad ? UINT32_MAX : rd_u32(&r);
}

/* ------------------------------------------------------------------- counting */

struct counted {
	uint32_t nameoff;
	size_t index;		/* into funcs */
};

struct counter {
	struct counted *names;
	size_t *lens;		/* of the names wanted; most others differ in it */
	size_t n;
	uint8_t filter[4096];
	struct goelf_func *funcs;
	uint64_t steps;		/* taken so far: made-up tables may overlap endlessly */
};

enum { MAX_STEPS = 64 << 20 };	/* 100 MB of real code take 5 million */

/* Names are stored once, so an offset stands for a name. */
static size_t collect(struct goelf *g, struct counter *c, size_t nfuncs)
{
	const struct pclntab *t = &g->pcln;
	struct rd r = rd_over(&g->img, t->funcname, t->funcname_len);
	size_t len;
	uint64_t at = r.pos;
	for (const char *s; c->n < nfuncs && (s = rd_cstr(&r, 64 << 10, &len)); at = r.pos) {
		for (size_t i = 0; len && i < nfuncs && c->n < nfuncs; i++) {
			if (len != c->lens[i] || memcmp(c->funcs[i].name, s, len))
				continue;
			uint32_t off = (uint32_t)(at - t->funcname);
			c->names[c->n++] = (struct counted){ off, i };
			c->filter[off % sizeof(c->filter)] = 1;
		}
	}
	return c->n;
}

static void count_name(struct counter *c, uint32_t nameoff)
{
	if (!c->filter[nameoff % sizeof(c->filter)])
		return;
	for (size_t i = 0; i < c->n; i++)
		if (c->names[i].nameoff == nameoff)
			c->funcs[c->names[i].index].inlined++;
}

static void count_func(struct goelf *g, struct counter *c, uint64_t i)
{
	struct pcln_func f;
	struct pcvalue v;
	int32_t max = -1;
	if (!pclntab_func_read(g, i, &f))
		return;
	uint64_t tree = pclntab_funcdata(g, &f, FUNCDATA_INL_TREE);
	if (!tree)
		return;
	pcvalue_start(&v, g, f.entry, pclntab_pcdata(g, &f, PCDATA_INL_TREE));
	for (; pcvalue_next(&v) && c->steps < MAX_STEPS; c->steps++)
		max = v.val > max && v.val < MAX_TREE ? v.val : max;
	c->steps += (uint64_t)(max + 1);
	uint32_t size = g->pcln.layout->inl_size;
	struct rd r = max < 0 ? rd_bad(&g->img) : va_rd(g, tree, ((uint64_t)max + 1) * size);
	for (int32_t k = 0; k <= max && !r.bad; k++) {
		const unsigned char *e = rd_bytes(&r, size);
		if (e)
			count_name(c, le32(e + g->pcln.layout->inl_name));
	}
}

static int count_all(struct goelf *g, struct counter *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		c->lens[i] = c->funcs[i].name ? strlen(c->funcs[i].name) : 0;
		c->funcs[i].inlined = 0;
	}
	collect(g, c, n);
	for (uint64_t i = 0; c->n && i < g->pcln.nfunc && c->steps < MAX_STEPS; i++)
		count_func(g, c, i);
	return c->steps < MAX_STEPS ? 0 : -EBADMSG;
}

int goelf_count_inlined(struct goelf *g, struct goelf_func *funcs, size_t n)
{
	struct counter *c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->funcs = funcs;
	c->names = calloc(n + 1, sizeof(*c->names));
	c->lens = calloc(n + 1, sizeof(*c->lens));
	int code = c->names && c->lens ? count_all(g, c, n) : -ENOMEM;
	free(c->names);
	free(c->lens);
	free(c);
	return code;
}

/* ---------------------------------------------------------------------- lines */

/* funcfile(): the file's index in the compilation unit, then in the file table. */
static const char *file_at(struct goelf *g, const struct pcln_func *f, uint64_t pc)
{
	const struct pclntab *t = &g->pcln;
	int32_t no;
	size_t len;
	if (!pcvalue_at(g, f->entry, f->pcfile, pc, &no) || no < 0)
		return "";
	uint64_t at = t->cutab + 4 * ((uint64_t)f->cuoff + (uint32_t)no);
	if (at >= t->filetab)
		return "";
	struct rd r = rd_over(&g->img, at, 4);
	uint32_t off = rd_u32(&r);
	if (r.bad || off >= t->pctab - t->filetab)
		return "";
	struct rd s = rd_over(&g->img, t->filetab + off, t->pctab - t->filetab - off);
	const char *name = rd_cstr(&s, 4096, &len);
	return name ? name : "";
}

static void fill_line(struct goelf *g, const struct pcln_func *f, uint64_t pc, uint32_t nameoff,
		      struct goelf_line *out)
{
	int32_t line = 0;
	size_t len;
	const char *name = pclntab_name(g, nameoff, &len);
	pcvalue_at(g, f->entry, f->pcline, pc, &line);
	*out = (struct goelf_line){ .func = name ? name : "", .file = file_at(g, f, pc) };
	out->line = line > 0 ? (unsigned)line : 0;
}

/* An inlined call's own call site is at parentPc, an offset from the entry. */
int goelf_lines_at(struct goelf *g, uint64_t vaddr, struct goelf_line *out, size_t max)
{
	uint64_t i;
	struct pcln_func f;
	size_t n = 0;
	if (!pclntab_find_pc(g, vaddr, &i) || !pclntab_func_read(g, i, &f))
		return 0;
	uint64_t tree = pclntab_funcdata(g, &f, FUNCDATA_INL_TREE);
	uint32_t table = pclntab_pcdata(g, &f, PCDATA_INL_TREE);
	for (int32_t idx; tree && n + 1 < max && pcvalue_at(g, f.entry, table, vaddr, &idx);) {
		uint32_t nameoff = inl_word(g, tree, idx, g->pcln.layout->inl_name);
		uint32_t parent = inl_word(g, tree, idx, g->pcln.layout->inl_parent_pc);
		if (idx < 0 || nameoff == UINT32_MAX)
			break;
		fill_line(g, &f, vaddr, nameoff, &out[n++]);
		vaddr = f.entry + parent;
	}
	if (n < max)
		fill_line(g, &f, vaddr, f.nameoff, &out[n++]);
	return (int)n;
}
