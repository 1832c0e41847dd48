/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pclntab: where it is, its header, its functions by index and by pc.
 *
 * Layout: pcHeader, functab and _func of src/runtime/symtab.go and runtime2.go. It has no
 * length of its own; everything is bounded by the section or segment that holds it.
 */
#include "goelf-int.h"

#include <elf.h>
#include <string.h>

static const struct pcln_layout layouts[] = {
	{	/* Go 1.16, 1.17 */
		.magic = 0xfffffffa, .ptrs = 8, .hdr_words = 7, .first_off = 2,
		.funcid_off = 40, .inl_size = 20, .inl_name = 12, .inl_parent_pc = 16,
	}, {	/* Go 1.18, 1.19: textStart in the header, offsets instead of addresses */
		.magic = 0xfffffff0, .ptrs = 4, .hdr_words = 8, .first_off = 3,
		.funcid_off = 36, .inl_size = 20, .inl_name = 12, .inl_parent_pc = 16,
	}, {	/* Go 1.20 to 1.27: startLine in _func, smaller inline entries */
		.magic = 0xfffffff1, .ptrs = 4, .hdr_words = 8, .first_off = 3,
		.funcid_off = 40, .inl_size = 16, .inl_name = 4, .inl_parent_pc = 8,
		.startline = true,
	},
};

static const struct pcln_layout *layout_of(uint32_t magic)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(*layouts); i++)
		if (layouts[i].magic == magic)
			return &layouts[i];
	return NULL;
}

static bool offsets_sane(const struct pclntab *t, const uint64_t off[5])
{
	uint64_t prev = 8 * (uint64_t)t->layout->hdr_words + 8;
	for (int i = 0; i < 5; i++) {
		if (off[i] < prev || off[i] > t->size)
			return false;
		prev = off[i];
	}
	uint64_t entry = 2 * (uint64_t)t->layout->ptrs;
	return t->nfunc && t->nfunc < (t->size - off[4]) / entry;
}

/* Read the header at file offset AT if there is one; LIMIT bounds the table. */
static bool try_header(struct goelf *g, uint64_t at, uint64_t limit)
{
	struct pclntab *t = &g->pcln;
	struct rd r = rd_over(&g->img, at, limit);
	t->layout = layout_of(rd_u32(&r));
	bool ok = t->layout && rd_u16(&r) == 0 && rd_u8(&r) == 1 && rd_u8(&r) == 8;
	if (!ok || goelf_offset_to_vaddr(g, at, &t->vaddr))
		return false;
	t->offset = at;
	t->size = limit;
	t->nfunc = rd_u64(&r);
	t->nfiles = rd_u64(&r);
	if (t->layout->first_off == 3)
		rd_skip(&r, 8);	/* textStart: unused since Go 1.26, moduledata.text is the truth */
	uint64_t off[5];
	for (int i = 0; i < 5; i++)
		off[i] = rd_u64(&r);
	if (r.bad || !offsets_sane(t, off))
		return false;
	t->funcname = at + off[0];
	t->funcname_len = off[1] - off[0];
	t->cutab = at + off[1];
	t->filetab = at + off[2];
	t->pctab = at + off[3];
	t->pcln = at + off[4];
	return true;
}

/* magic f?ffffff, 0, 0, minLC 1, ptrsize 8 as a little-endian word, less its first byte */
#define HEADER_TAIL 0x08010000ffffffULL

/* The linker aligns it to 32 bytes, so looking at every eighth is plenty. */
static bool scan_segment(struct goelf *g, const struct segment *s)
{
	const uint64_t step = IMAGE_CHUNK;
	uint64_t end = s->offset + s->filesz;
	for (uint64_t at = (s->offset + 7) & ~7ULL; at < end; at = (at + step) & ~(step - 1)) {
		uint64_t n = step - (at & (step - 1));
		n = n < end - at ? n : end - at;
		const unsigned char *p = image_at(&g->img, at, n);
		for (uint64_t i = 0; p && i + 8 <= n; i += 8)
			if (le64(p + i) >> 8 == HEADER_TAIL && try_header(g, at + i, end - at - i))
				return true;
	}
	return false;
}

/* Read-only data first, then what relocations write, code last. */
static bool scan_segments(struct goelf *g)
{
	static const unsigned order[] = { PF_R, PF_R | PF_W, PF_R | PF_X, PF_R | PF_W | PF_X };
	for (size_t o = 0; o < sizeof(order) / sizeof(*order); o++)
		for (unsigned i = 0; i < g->elf.nsegs; i++)
			if ((g->elf.segs[i].flags & 7) == order[o] &&
			    scan_segment(g, &g->elf.segs[i]))
				return true;
	return false;
}

bool pclntab_open(struct goelf *g)
{
	const struct section *s = &g->elf.secs[SEC_GOPCLNTAB];
	g->pcln.wrapper_id = -1;
	if (s->size && try_header(g, s->offset, s->size))
		return true;
	return scan_segments(g);
}

uint64_t pclntab_pc(struct goelf *g, uint64_t i)
{
	const struct pclntab *t = &g->pcln;
	uint64_t at = t->pcln + i * 2 * t->layout->ptrs;
	if (i > t->nfunc)
		return 0;
	const unsigned char *p = image_at(&g->img, at, t->layout->ptrs);
	if (!p)
		return 0;
	return t->layout->ptrs == 8 ? le64(p) : g->md.text + le32(p);
}

struct rd pclntab_func(struct goelf *g, uint64_t i)
{
	const struct pclntab *t = &g->pcln;
	uint64_t at = t->pcln + i * 2 * t->layout->ptrs + t->layout->ptrs;
	const unsigned char *p = image_at(&g->img, at, t->layout->ptrs);
	uint64_t room = t->offset + t->size - t->pcln;
	if (i >= t->nfunc || !p)
		return rd_bad(&g->img);
	uint64_t off = t->layout->ptrs == 8 ? le64(p) : le32(p);
	return off < room ? rd_over(&g->img, t->pcln + off, room - off) : rd_bad(&g->img);
}

bool pclntab_func_read(struct goelf *g, uint64_t i, struct pcln_func *f)
{
	const struct pcln_layout *l = g->pcln.layout;
	struct rd r = pclntab_func(g, i);
	uint64_t start = r.pos;
	f->entry = pclntab_pc(g, i);
	rd_skip(&r, l->ptrs);
	f->nameoff = rd_u32(&r);
	rd_skip(&r, 8);		/* args, deferreturn */
	f->pcsp = rd_u32(&r);
	f->pcfile = rd_u32(&r);
	f->pcline = rd_u32(&r);
	f->npcdata = rd_u32(&r);
	f->cuoff = rd_u32(&r);
	rd_skip(&r, l->funcid_off - (r.pos - start));
	f->funcid = rd_u8(&r);
	rd_skip(&r, 2);		/* flag, padding */
	f->nfuncdata = rd_u8(&r);
	f->tables = r.pos;
	return !r.bad && f->npcdata < 64;
}

bool pclntab_find_pc(struct goelf *g, uint64_t pc, uint64_t *i)
{
	uint64_t lo = 0, hi = g->pcln.nfunc;
	if (pc < pclntab_pc(g, 0) || pc >= pclntab_pc(g, hi))
		return false;
	while (hi - lo > 1) {
		uint64_t mid = lo + (hi - lo) / 2;
		if (pclntab_pc(g, mid) <= pc)
			lo = mid;
		else
			hi = mid;
	}
	*i = lo;
	return true;
}

const char *pclntab_name(struct goelf *g, uint32_t nameoff, size_t *len)
{
	const struct pclntab *t = &g->pcln;
	if (nameoff >= t->funcname_len)
		return NULL;
	struct rd r = rd_over(&g->img, t->funcname + nameoff, t->funcname_len - nameoff);
	return rd_cstr(&r, 64 << 10, len);
}

uint32_t pclntab_pcdata(struct goelf *g, const struct pcln_func *f, unsigned table)
{
	if (table >= f->npcdata)
		return 0;
	struct rd r = rd_over(&g->img, f->tables + 4 * (uint64_t)table, 4);
	return rd_u32(&r);
}

/* funcdata(): offsets from moduledata.gofunc since Go 1.18, aligned pointers before. */
uint64_t pclntab_funcdata(struct goelf *g, const struct pcln_func *f, unsigned table)
{
	uint64_t at = f->tables + 4 * (uint64_t)f->npcdata;
	if (table >= f->nfuncdata)
		return 0;
	if (g->pcln.layout->ptrs == 8) {
		at = ((at - g->pcln.offset + 7) & ~7ULL) + g->pcln.offset;
		struct rd p = rd_over(&g->img, at + 8 * (uint64_t)table, 8);
		return rd_u64(&p);
	}
	struct rd r = rd_over(&g->img, at + 4 * (uint64_t)table, 4);
	uint32_t off = rd_u32(&r);
	return r.bad || off == UINT32_MAX || !g->md.gofunc ? 0 : g->md.gofunc + off;
}
