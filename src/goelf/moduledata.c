/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * moduledata: the runtime's own table of contents, found as the word that points at the
 * pclntab and is followed by a pointer at its function names.
 *
 * Layout: struct moduledata of src/runtime/symtab.go at the named versions. A row is tried
 * in order of the version that the binary claims, but believed only if what it names has
 * the right shape: forks claim versions whose layout they do not have.
 */
#include "goelf-int.h"

#include <elf.h>

enum { MD_FUNCNAMETAB = 8, MD_MINPC = 160, MD_TEXT = 176, MD_ETEXT = 184, MD_SIZE = 560 };

static const struct md_layout layouts[] = {	/* newest first */
	{ .min_minor = 27, .types = 296, .etypes = 312, .gofunc = 344,
	  .typedesclen = 304, .itaboffset = 320, .itabsize = 328 },
	{ .min_minor = 26, .types = 296, .etypes = 304, .gofunc = 320,
	  .typelinks = 360, .itablinks = 384 },
	{ .min_minor = 20, .types = 296, .etypes = 304, .gofunc = 320,
	  .typelinks = 352, .itablinks = 376 },
	{ .min_minor = 18, .types = 280, .etypes = 288, .gofunc = 304,
	  .typelinks = 336, .itablinks = 360 },
	{ .min_minor = 16, .types = 280, .etypes = 288,
	  .typelinks = 320, .itablinks = 344 },
};
enum { NLAYOUTS = sizeof(layouts) / sizeof(*layouts) };

static bool text_fits(struct goelf *g, uint64_t vaddr)
{
	struct moduledata *md = &g->md;
	md->vaddr = vaddr;
	md->text = va_u64(g, vaddr + MD_TEXT);
	md->etext = va_u64(g, vaddr + MD_ETEXT);
	uint64_t minpc = va_u64(g, vaddr + MD_MINPC);
	return md->text && md->text < md->etext && va_mapped(g, md->text, md->etext - md->text) &&
	       minpc >= md->text && minpc < md->etext && pclntab_pc(g, 0) == minpc;
}

/* A Go slice at VADDR of N elements of SIZE bytes: pointer, length, capacity. */
static bool read_slice(struct goelf *g, uint64_t vaddr, uint64_t size, uint64_t *ptr, uint64_t *n)
{
	struct rd r = va_rd(g, vaddr, 24);
	*ptr = rd_u64(&r);
	*n = rd_u64(&r);
	uint64_t cap = rd_u64(&r);
	if (r.bad || *n != cap || *n > IMAGE_MAX / 8)
		return false;
	return !*n || va_mapped(g, *ptr, *n * size);
}

static bool links_fit(struct goelf *g, const struct md_layout *l)
{
	struct moduledata *md = &g->md;
	return read_slice(g, md->vaddr + l->typelinks, 4, &md->typelinks, &md->ntypelinks) &&
	       read_slice(g, md->vaddr + l->itablinks, 8, &md->itablinks, &md->nitablinks) &&
	       md->ntypelinks;
}

static bool packed_fits(struct goelf *g, const struct md_layout *l)
{
	struct moduledata *md = &g->md;
	uint64_t itaboff = va_u64(g, md->vaddr + l->itaboffset), size = md->etypes - md->types;
	md->typedesclen = va_u64(g, md->vaddr + l->typedesclen);
	md->itabsize = va_u64(g, md->vaddr + l->itabsize);
	md->itabs = md->types + itaboff;
	return md->typedesclen && md->typedesclen <= itaboff && itaboff <= size &&
	       md->itabsize <= size - itaboff;
}

static bool layout_fits(struct goelf *g, const struct md_layout *l)
{
	struct moduledata *md = &g->md;
	md->types = va_u64(g, md->vaddr + l->types);
	md->etypes = va_u64(g, md->vaddr + l->etypes);
	md->gofunc = l->gofunc ? va_u64(g, md->vaddr + l->gofunc) : 0;
	if (!md->types || md->types >= md->etypes ||
	    !va_mapped(g, md->types, md->etypes - md->types))
		return false;
	if (l->gofunc && !va_mapped(g, md->gofunc, 1))
		return false;
	return l->typelinks ? links_fit(g, l) : packed_fits(g, l);
}

static bool magic_fits(struct goelf *g, const struct md_layout *l)
{
	int v = g->pcln.layout->magic == 0xfffffff1 ? 20 :
		g->pcln.layout->magic == 0xfffffff0 ? 18 : 16;
	return v == 20 ? l->min_minor >= 20 : l->min_minor == v;
}

static const struct md_layout *choose_layout(struct goelf *g)
{
	int minor = g->bi.major == 1 ? g->bi.minor : 0;
	if (minor == 16)
		return NULL;	/* other encoding of names, arguments not in registers */
	for (int i = 0; i < NLAYOUTS; i++)
		if (layouts[i].min_minor <= minor && magic_fits(g, &layouts[i]) &&
		    layout_fits(g, &layouts[i]))
			return &layouts[i];
	for (int i = 0; i < NLAYOUTS; i++)
		if (layouts[i].min_minor > minor && magic_fits(g, &layouts[i]) &&
		    layout_fits(g, &layouts[i]))
			return &layouts[i];
	return NULL;
}

static bool try_at(struct goelf *g, uint64_t off)
{
	uint64_t vaddr;
	if (goelf_offset_to_vaddr(g, off, &vaddr) || !va_mapped(g, vaddr, MD_SIZE) ||
	    va_u64(g, vaddr) != g->pcln.vaddr)
		return false;
	if (va_u64(g, vaddr + MD_FUNCNAMETAB) != g->pcln.vaddr + g->pcln.funcname - g->pcln.offset)
		return false;
	if (!text_fits(g, vaddr))
		return false;
	g->md.layout = choose_layout(g);
	return true;
}

static bool scan(struct goelf *g, uint64_t off, uint64_t size)
{
	uint64_t end = off + size;
	for (off = (off + 7) & ~7ULL; off < end;) {
		uint64_t n = IMAGE_CHUNK - (off & (IMAGE_CHUNK - 1));
		n = n < end - off ? n : end - off;
		const unsigned char *p = image_at(&g->img, off, n);
		for (uint64_t i = 0; p && i + 8 <= n; i += 8)
			if (le64(p + i) == g->pcln.vaddr && try_at(g, off + i))
				return true;
		off += n;
	}
	return false;
}

static bool scan_segments(struct goelf *g, unsigned flags)
{
	for (unsigned i = 0; i < g->elf.nsegs; i++) {
		const struct segment *s = &g->elf.segs[i];
		if ((s->flags & (PF_R | PF_W | PF_X)) == flags && scan(g, s->offset, s->filesz))
			return true;
	}
	return false;
}

static bool scan_all(struct goelf *g)
{
	static const enum section_id first[] = { SEC_MODULE, SEC_NOPTRDATA, SEC_DATA };
	for (size_t i = 0; i < sizeof(first) / sizeof(*first); i++) {
		const struct section *s = &g->elf.secs[first[i]];
		if (s->size && scan(g, s->offset, s->size))
			return true;
	}
	return scan_segments(g, PF_R | PF_W) || scan_segments(g, PF_R);
}

bool moduledata_open(struct goelf *g)
{
	if (scan_all(g))
		return true;
	if (!g->elf.is_pie || !g->elf.rela_size)
		return false;
	elf_apply_relocs(g);
	return scan_all(g);
}
