/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The build info blob: Go version, module list, build settings.
 *
 * Layout: src/debug/buildinfo/buildinfo.go. 32 bytes of header, 16-aligned: magic, pointer
 * size @14, flags @15. Flag 2 (Go >= 1.18): two strings with uvarint lengths follow. Else
 * (Go <= 1.17) pointers @16 and @24 to Go string headers. The module text stands between two
 * 16-byte sentinels.
 */
#include "goelf-int.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char magic[] = "\xff Go buildinf:";
enum { MAGIC_LEN = 14, HEADER_LEN = 32, SENTINEL = 16, MODS_MAX = 4 << 20, VERSION_MAX = 256 };

static uint64_t find_in(struct goelf *g, uint64_t off, uint64_t size)
{
	uint64_t end = off + size;
	while (off < end) {
		uint64_t at = image_find(&g->img, off, end - off, magic, MAGIC_LEN);
		if (at == UINT64_MAX || at % 16 == 0)
			return at;
		off = at + 1;
	}
	return UINT64_MAX;
}

static uint64_t find_blob(struct goelf *g)
{
	const struct section *s = &g->elf.secs[SEC_BUILDINFO];
	uint64_t at = s->size ? find_in(g, s->offset, s->size) : UINT64_MAX;
	for (unsigned i = 0; at == UINT64_MAX && i < g->elf.nsegs; i++)
		if (g->elf.segs[i].flags & PF_W)
			at = find_in(g, g->elf.segs[i].offset, g->elf.segs[i].filesz);
	return at;
}

static const unsigned char *varlen_string(struct rd *r, uint64_t max, uint64_t *len)
{
	*len = rd_uvarint(r);
	if (*len > max)
		r->bad = true;
	return rd_bytes(r, *len);
}

static const unsigned char *header_string(struct goelf *g, uint64_t hdr, uint64_t max,
					  uint64_t *len)
{
	struct rd h = va_rd(g, hdr, 16);
	uint64_t data = rd_u64(&h);
	*len = rd_u64(&h);
	if (h.bad || *len > max)
		return NULL;
	struct rd r = va_rd(g, data, *len);
	return rd_bytes(&r, *len);
}

static void set_version(struct goelf *g, const unsigned char *s, uint64_t len)
{
	struct buildinfo *bi = &g->bi;
	if (!s)
		return;
	bi->go_version = pool_copy(g, (const char *)s, len);
	/* "go1.26.8", "devel go1.25-…", "go1.24 X:boringcrypto" */
	const char *go = strstr(bi->go_version, "go1.");
	if (!go || sscanf(go, "go%d.%d", &bi->major, &bi->minor) != 2 || bi->minor > 9999)
		bi->major = bi->minor = 0;
}

static void set_mods(struct goelf *g, const unsigned char *s, uint64_t len)
{
	if (!s || len <= 2 * SENTINEL)
		return;
	g->bi.mods = strndup((const char *)s + SENTINEL, len - 2 * SENTINEL);
}

void buildinfo_read(struct goelf *g)
{
	g->bi.go_version = "";
	uint64_t at = find_blob(g), vlen = 0, mlen = 0;
	if (at == UINT64_MAX)
		return;
	struct rd r = rd_over(&g->img, at, g->img.size - at);
	const unsigned char *h = rd_bytes(&r, HEADER_LEN);
	if (!h)
		return;
	g->bi.found = true;
	const unsigned char *v, *m;
	if (h[15] & 2) {
		v = varlen_string(&r, VERSION_MAX, &vlen);
		m = varlen_string(&r, MODS_MAX, &mlen);
	} else {
		v = header_string(g, le64(h + 16), VERSION_MAX, &vlen);
		m = header_string(g, le64(h + 24), MODS_MAX, &mlen);
	}
	set_version(g, v, vlen);
	set_mods(g, m, mlen);
}

void buildinfo_free(struct buildinfo *bi)
{
	free(bi->mods);
	bi->mods = NULL;
}

/* The text behind the N-th tab of LINE, up to the next tab or end of line. */
static struct gostr column(const char *line, int n)
{
	size_t len = strcspn(line, "\n");
	const char *end = line + len;
	while (n-- && line) {
		line = memchr(line, '\t', (size_t)(end - line));
		line = line ? line + 1 : NULL;
	}
	if (!line)
		return (struct gostr){ "", 0 };
	const char *tab = memchr(line, '\t', (size_t)(end - line));
	return (struct gostr){ line, (size_t)((tab ? tab : end) - line) };
}

static bool is(struct gostr s, const char *want)
{
	return s.len == strlen(want) && !memcmp(s.s, want, s.len);
}

static const char *next_line(const char *line)
{
	const char *nl = strchr(line, '\n');
	return nl ? nl + 1 : "";
}

static const char *module_line(const char *mods, const char *path)
{
	for (const char *l = mods ? mods : ""; *l; l = next_line(l))
		if ((is(column(l, 0), "dep") || is(column(l, 0), "mod")) && is(column(l, 1), path))
			return l;
	return NULL;
}

/* A "=>\tpath\tversion" line replaces the module of the line before it. */
const char *buildinfo_module(struct goelf *g, const char *path)
{
	const char *l = module_line(g->bi.mods, path);
	if (!l)
		return NULL;
	if (is(column(next_line(l), 0), "=>") && column(next_line(l), 2).len)
		l = next_line(l);
	struct gostr v = column(l, 2);
	return pool_copy(g, v.s, v.len);
}

const char *buildinfo_setting(struct goelf *g, const char *key)
{
	size_t n = strlen(key);
	for (const char *l = g->bi.mods ? g->bi.mods : ""; *l; l = next_line(l)) {
		struct gostr kv = column(l, 1);
		if (is(column(l, 0), "build") && kv.len > n && kv.s[n] == '=' &&
		    !memcmp(kv.s, key, n))
			return pool_copy(g, kv.s + n + 1, kv.len - n - 1);
	}
	return NULL;
}

const char *goelf_module_version(struct goelf *g, const char *path)
{
	const char *v = buildinfo_module(g, path);
	return v ? v : "";
}
