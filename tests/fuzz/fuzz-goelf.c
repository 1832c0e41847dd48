/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libFuzzer target for goelf: whatever the bytes, no crash, no leak, no endless loop.
 *
 * A Go binary has a megabyte at least, far too much to mutate blindly. With GOELF_FUZZ_BASE
 * naming a real one, an input is a list of patches to it: one byte that picks a region
 * (headers, pclntab, moduledata, types, code …), four of offset in it, eight of value. Without
 * it, an input is the file itself.
 *
 *	GOELF_FUZZ_BASE=hello ./fuzz-goelf -max_total_time=60 corpus/
 */
#define _GNU_SOURCE
#include "../../src/goelf/goelf-int.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static unsigned char *base;
static size_t base_size;
static struct { uint64_t off, size; } regions[8];
static unsigned nregions;
static int memfd = -1;

static void add_region(struct goelf *g, uint64_t vaddr, uint64_t size)
{
	uint64_t off;
	if (goelf_vaddr_to_offset(g, vaddr, &off) || off >= base_size)
		return;
	regions[nregions].off = off;
	regions[nregions++].size = size < base_size - off ? size : base_size - off;
}

static void find_regions(const char *path)
{
	struct goelf *g;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	regions[nregions].off = 0;
	regions[nregions++].size = 4096;
	if (goelf_open(fd, path, &g, NULL))
		abort();
	add_region(g, g->pcln.vaddr, 72);
	add_region(g, g->pcln.vaddr, g->pcln.size);
	add_region(g, g->pcln.vaddr + g->pcln.pcln - g->pcln.offset, 64 << 10);
	add_region(g, g->md.vaddr, 600);
	add_region(g, g->md.types, g->md.etypes - g->md.types);
	add_region(g, g->md.text, g->md.etext - g->md.text);
	goelf_close(g);
	close(fd);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *path = getenv("GOELF_FUZZ_BASE");
	struct stat st;
	(void)argc;
	(void)argv;
	memfd = memfd_create("fuzz-goelf", MFD_CLOEXEC);
	if (!path)
		return 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		abort();
	base_size = (size_t)st.st_size;
	base = malloc(base_size);
	if (!base || read(fd, base, base_size) != (ssize_t)base_size)
		abort();
	close(fd);
	find_regions(path);
	if (pwrite(memfd, base, base_size, 0) != (ssize_t)base_size)
		abort();
	return 0;
}

/* ------------------------------------------------------------------------ exercise */

static int few_funcs(const struct goelf_func *f, void *ctx)
{
	static struct goelf *g;
	static unsigned n;
	struct goelf_site s[4];
	struct goelf_line l[4];
	if (g != ctx)
		n = 0;
	g = ctx;
	if (n++ % 64)
		return 0;
	goelf_site(g, f, s, NULL);
	goelf_rets(g, f, s, 4);
	goelf_call_result_site(g, f, f->vaddr, 0, s, NULL);
	goelf_lines_at(g, f->vaddr + (f->end - f->vaddr) / 2, l, 4);
	return n > 8192;
}

static int all_types(goelf_type type, void *ctx)
{
	struct goelf_type_info in;
	struct goelf_field f;
	struct goelf_chain c;
	if (goelf_type_info(ctx, type, &in))
		return 0;
	for (unsigned i = 0; i < in.nfields && i < 8; i++)
		if (!goelf_type_field(ctx, type, i, &f))
			goelf_type_chain(ctx, type, f.name, &c, NULL);
	return 0;
}

static int few_itabs(uint64_t itab, goelf_type iface, goelf_type type, void *ctx)
{
	struct goelf_type_info in;
	(void)itab;
	goelf_type_info(ctx, iface, &in);
	goelf_type_info(ctx, type, &in);
	return 0;
}

static void exercise(struct goelf *g)
{
	static const char *const names[] = { "main.caller", "main.work", "runtime.newproc1", "x" };
	struct goelf_func f[4];
	struct goelf_info in;
	struct goelf_site s[8];
	struct goelf_err err;
	uint64_t v;
	goelf_info(g, &in);
	if (goelf_find(g, names, 4, f) >= 0) {
		for (int i = 0; i < 3; i++)
			goelf_site(g, &f[i], s, &err);
		goelf_call_result_site(g, &f[0], f[1].vaddr, 0, s, &err);
		goelf_iface_call_result_site(g, &f[2], "context", "Context", "Err", s, &err);
		goelf_rets(g, &f[2], s, 8);
		goelf_count_inlined(g, f, 4);
	}
	goelf_each_func(g, "*a?*", few_funcs, g);
	goelf_field_offset(g, "runtime", "g", "goid", &v, &err);
	goelf_field_offset(g, "runtime", "g", "sched.pc", &v, &err);
	goelf_itab(g, "", "error", "context", "deadlineExceededError", &v, &err);
	goelf_each_type(g, all_types, g);
	goelf_each_itab(g, few_itabs, g);
}

static void try_file(void)
{
	struct goelf *g;
	struct goelf_err err;
	int code = goelf_open(memfd, "fuzz", &g, &err);
	if (!code)
		exercise(g);
	else if (err.kind == GOELF_OK || !*err.text || g)
		abort();
	goelf_close(g);
}

/* ------------------------------------------------------------------------- inputs */

enum { PATCH = 13, MAX_PATCHES = 32 };

static uint64_t patch_place(const uint8_t *p)
{
	unsigned r = p[0] % nregions;
	return regions[r].off + le32(p + 1) % regions[r].size;
}

static void write_at(uint64_t off, const void *from, size_t n)
{
	if (off + n > base_size)
		n = base_size - off;
	if (pwrite(memfd, from, n, (off_t)off) != (ssize_t)n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = size / PATCH < MAX_PATCHES ? size / PATCH : MAX_PATCHES;
	if (!base) {
		if (ftruncate(memfd, (off_t)size) || pwrite(memfd, data, size, 0) != (ssize_t)size)
			abort();
		try_file();
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		const uint8_t *p = data + i * PATCH;
		write_at(patch_place(p), p + 5, 1 + p[0] / 37);
	}
	try_file();
	for (size_t i = 0; i < n; i++) {
		uint64_t off = patch_place(data + i * PATCH);
		write_at(off, base + off, 8);
	}
	return 0;
}
