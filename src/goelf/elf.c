/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ELF container: segments, the few sections that help, build id notes, relocations.
 *
 * Only program headers are relied on, as the kernel does; sections may be stripped or lie.
 * libelf is not used: it would want its own mapping of the file, and what is needed is a
 * hundred lines over the bounded reader. <elf.h> gives the numbers.
 */
#include "goelf-int.h"

#include <elf.h>
#include <string.h>

static int check_ident(struct goelf *g, struct goelf_err *err)
{
	const unsigned char *id = image_at(&g->img, 0, EI_NIDENT);
	const unsigned char *magic = image_at(&g->img, 0, SELFMAG);
	if (!magic || memcmp(magic, ELFMAG, SELFMAG))
		return goelf_fail(g, err, GOELF_ERR_NOT_ELF, "not an ELF file");
	if (!id || !image_at(&g->img, 0, sizeof(Elf64_Ehdr)))
		return goelf_fail(g, err, GOELF_ERR_CORRUPT, "truncated ELF header");
	if (id[EI_CLASS] != ELFCLASS64 || id[EI_DATA] != ELFDATA2LSB)
		return goelf_fail(g, err, GOELF_ERR_ARCH, "not a 64-bit little-endian ELF file");
	return 0;
}

struct ehdr {
	uint16_t type, machine, phentsize, phnum, shentsize, shnum, shstrndx;
	uint64_t phoff, shoff;
};

static struct ehdr read_ehdr(struct goelf *g)
{
	struct ehdr h;
	struct rd r = rd_over(&g->img, EI_NIDENT, sizeof(Elf64_Ehdr) - EI_NIDENT);
	h.type = rd_u16(&r);
	h.machine = rd_u16(&r);
	rd_skip(&r, 4 + 8);	/* version, entry */
	h.phoff = rd_u64(&r);
	h.shoff = rd_u64(&r);
	rd_skip(&r, 4 + 2);	/* flags, ehsize */
	h.phentsize = rd_u16(&r);
	h.phnum = rd_u16(&r);
	h.shentsize = rd_u16(&r);
	h.shnum = rd_u16(&r);
	h.shstrndx = rd_u16(&r);
	return h;
}

/* "Go\0\0" type 4 is written by cmd/link (ld/elf.go, ELF_NOTE_GOBUILDID_TAG). */
enum { NOTE_GO_BUILD_ID = 4 };

static void take_note(struct goelf *g, uint32_t type, const char *name, uint32_t namesz,
		      const unsigned char *desc, uint32_t descsz)
{
	char hex[2 * 64];
	if (namesz == 4 && !memcmp(name, "Go\0", 4) && type == NOTE_GO_BUILD_ID)
		g->elf.go_build_id = pool_copy(g, (const char *)desc, descsz);
	if (namesz != 4 || memcmp(name, "GNU", 4) || type != NT_GNU_BUILD_ID || descsz > 64)
		return;
	for (uint32_t i = 0; i < descsz; i++) {
		hex[2 * i] = "0123456789abcdef"[desc[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[desc[i] & 15];
	}
	g->elf.gnu_build_id = pool_copy(g, hex, 2 * descsz);
}

static void read_notes(struct goelf *g, uint64_t off, uint64_t size)
{
	struct rd r = rd_over(&g->img, off, size);
	for (int i = 0; i < 64 && !r.bad && r.pos < r.end; i++) {
		uint32_t namesz = rd_u32(&r), descsz = rd_u32(&r), type = rd_u32(&r);
		if (namesz > 64 || descsz > 4096)
			return;
		const unsigned char *name = rd_bytes(&r, namesz);
		rd_skip(&r, -namesz & 3);
		const unsigned char *desc = rd_bytes(&r, descsz);
		if (r.bad)
			return;
		take_note(g, type, (const char *)name, namesz, desc, descsz);
		if (r.pos + (-descsz & 3) <= r.end)
			rd_skip(&r, -descsz & 3);
	}
}

static void read_dynamic(struct goelf *g, uint64_t off, uint64_t size)
{
	struct rd r = rd_over(&g->img, off, size);
	for (int i = 0; i < 256 && !r.bad && r.pos < r.end; i++) {
		uint64_t tag = rd_u64(&r), val = rd_u64(&r);
		if (tag == DT_NULL)
			return;
		if (tag == DT_RELA)
			g->elf.rela_vaddr = val;
		if (tag == DT_RELASZ)
			g->elf.rela_size = val;
	}
}

static bool add_load(struct goelf *g, const struct segment *s, uint64_t memsz)
{
	if (s->filesz > g->img.size || s->offset > g->img.size - s->filesz)
		return false;
	if (s->filesz > memsz || s->vaddr > UINT64_MAX - memsz)
		return false;
	if (g->elf.nsegs < ELF_MAX_SEGS && s->filesz)
		g->elf.segs[g->elf.nsegs++] = *s;
	return true;
}

static bool read_phdr(struct goelf *g, uint64_t at)
{
	struct rd r = rd_over(&g->img, at, sizeof(Elf64_Phdr));
	uint32_t type = rd_u32(&r);
	struct segment s = { .flags = rd_u32(&r) };
	s.offset = rd_u64(&r);
	s.vaddr = rd_u64(&r);
	rd_skip(&r, 8);		/* paddr */
	s.filesz = rd_u64(&r);
	uint64_t memsz = rd_u64(&r);
	if (r.bad)
		return false;
	if (type == PT_NOTE)
		read_notes(g, s.offset, s.filesz);
	if (type == PT_DYNAMIC)
		read_dynamic(g, s.offset, s.filesz);
	return type != PT_LOAD || add_load(g, &s, memsz);
}

static bool read_phdrs(struct goelf *g, const struct ehdr *h)
{
	for (unsigned i = 0; i < h->phnum; i++)
		if (h->phoff > IMAGE_MAX || !read_phdr(g, h->phoff + (uint64_t)i * h->phentsize))
			return false;
	return true;
}

static const struct {
	const char *name;
	enum section_id id;
} section_names[] = {
	{ ".gopclntab", SEC_GOPCLNTAB },
	{ ".data.rel.ro.gopclntab", SEC_GOPCLNTAB },
	{ ".go.buildinfo", SEC_BUILDINFO },
	{ ".go.module", SEC_MODULE },
	{ ".noptrdata", SEC_NOPTRDATA },
	{ ".data", SEC_DATA },
	{ ".note.go.buildid", SEC_GONOTE },
};

static void take_section(struct goelf *g, const char *name, uint32_t type,
			 const struct section *s)
{
	if (s->size > g->img.size || s->offset > g->img.size - s->size || type == SHT_NOBITS)
		return;
	for (size_t i = 0; i < sizeof(section_names) / sizeof(*section_names); i++)
		if (!strcmp(name, section_names[i].name))
			g->elf.secs[section_names[i].id] = *s;
}

struct shdr {
	uint32_t name, type;
	struct section s;
};

static bool read_shdr(struct goelf *g, const struct ehdr *h, unsigned i, struct shdr *sh)
{
	struct rd r = rd_over(&g->img, h->shoff + (uint64_t)i * h->shentsize, sizeof(Elf64_Shdr));
	sh->name = rd_u32(&r);
	sh->type = rd_u32(&r);
	rd_skip(&r, 8);		/* flags */
	sh->s.vaddr = rd_u64(&r);
	sh->s.offset = rd_u64(&r);
	sh->s.size = rd_u64(&r);
	return !r.bad;
}

/* Damaged or absent section headers are as good as none. */
static void read_sections(struct goelf *g, const struct ehdr *h)
{
	struct shdr names, sh;
	if (!h->shoff || h->shoff > IMAGE_MAX || h->shentsize != sizeof(Elf64_Shdr) ||
	    h->shnum < 2 || !read_shdr(g, h, h->shstrndx, &names))
		return;
	for (unsigned i = 1; i < h->shnum && read_shdr(g, h, i, &sh); i++) {
		size_t len;
		struct rd r = rd_over(&g->img, names.s.offset, names.s.size);
		rd_skip(&r, sh.name);
		const char *name = rd_cstr(&r, 64, &len);
		if (name)
			take_section(g, name, sh.type, &sh.s);
		g->elf.has_sections |= name && *name;
	}
}

int elf_read(struct goelf *g, struct goelf_err *err)
{
	int code = check_ident(g, err);
	if (code)
		return code;
	struct ehdr h = read_ehdr(g);
	if (h.machine != EM_X86_64)
		return goelf_fail(g, err, GOELF_ERR_ARCH, "not an x86-64 binary (ELF machine %u)",
				  h.machine);
	if (h.type != ET_EXEC && h.type != ET_DYN)
		return goelf_fail(g, err, GOELF_ERR_ARCH, "not an executable (ELF type %u)",
				  h.type);
	if (h.phentsize != sizeof(Elf64_Phdr) || !read_phdrs(g, &h) || !g->elf.nsegs)
		return goelf_fail(g, err, GOELF_ERR_CORRUPT,
				  "truncated: a segment lies outside of the file");
	g->elf.is_pie = h.type == ET_DYN;
	read_sections(g, &h);
	return 0;
}

bool elf_looks_go(const struct goelf *g)
{
	return g->elf.go_build_id || g->elf.secs[SEC_BUILDINFO].size ||
	       g->elf.secs[SEC_GOPCLNTAB].size || g->elf.secs[SEC_GONOTE].size ||
	       g->elf.secs[SEC_MODULE].size;
}

static const struct segment *segment_of(const struct goelf *g, uint64_t vaddr, uint64_t len)
{
	for (unsigned i = 0; i < g->elf.nsegs; i++) {
		const struct segment *s = &g->elf.segs[i];
		if (vaddr >= s->vaddr && len <= s->filesz && vaddr - s->vaddr <= s->filesz - len)
			return s;
	}
	return NULL;
}

struct rd va_rd(struct goelf *g, uint64_t vaddr, uint64_t len)
{
	const struct segment *s = segment_of(g, vaddr, len);
	if (!s)
		return rd_bad(&g->img);
	uint64_t skip = vaddr - s->vaddr;
	return rd_over(&g->img, s->offset + skip, s->filesz - skip);
}

bool va_mapped(struct goelf *g, uint64_t vaddr, uint64_t len)
{
	return segment_of(g, vaddr, len) != NULL;
}

bool va_executable(struct goelf *g, uint64_t vaddr, uint64_t len)
{
	const struct segment *s = segment_of(g, vaddr, len);
	return s && s->flags & PF_X;
}

uint64_t va_u64(struct goelf *g, uint64_t vaddr)
{
	struct rd r = va_rd(g, vaddr, 8);
	return rd_u64(&r);
}

int goelf_vaddr_to_offset(struct goelf *g, uint64_t vaddr, uint64_t *offset)
{
	const struct segment *s = segment_of(g, vaddr, 1);
	if (!s)
		return goelf_fail(g, NULL, GOELF_ERR_NOT_FOUND, "not in the file");
	*offset = s->offset + (vaddr - s->vaddr);
	return 0;
}

int goelf_offset_to_vaddr(struct goelf *g, uint64_t offset, uint64_t *vaddr)
{
	for (unsigned i = 0; i < g->elf.nsegs; i++) {
		const struct segment *s = &g->elf.segs[i];
		if (offset < s->offset || offset - s->offset >= s->filesz)
			continue;
		*vaddr = s->vaddr + (offset - s->offset);
		return 0;
	}
	return goelf_fail(g, NULL, GOELF_ERR_NOT_FOUND, "not in a segment");
}

/*
 * Go's linker and GNU ld leave the link-time value in place of a RELATIVE relocation; lld
 * and others may leave zero, so pointers in data come out as 0 until this has run.
 */
void elf_apply_relocs(struct goelf *g)
{
	uint64_t size = g->elf.rela_size - g->elf.rela_size % sizeof(Elf64_Rela);
	struct rd r = va_rd(g, g->elf.rela_vaddr, size);
	for (uint64_t n = size / sizeof(Elf64_Rela); n && !r.bad; n--) {
		uint64_t where = rd_u64(&r), info = rd_u64(&r), addend = rd_u64(&r);
		uint64_t off = 0;
		if (ELF64_R_TYPE(info) == R_X86_64_RELATIVE && va_mapped(g, where, 8) &&
		    !goelf_vaddr_to_offset(g, where, &off))
			image_patch_u64(&g->img, off, addend);
	}
}
