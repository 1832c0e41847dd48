/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One type descriptor of the runtime, read where it lies.
 *
 * Layout: src/runtime/type.go (Go <= 1.20), src/internal/abi/type.go (>= 1.21):
 *	size@0 hash@16 tflag@20 kind@23 str@40 ptrToThis@44, the kind's own part from 48,
 *	then uncommonType if tflag says so, then the func type's parameters.
 * Offsets (nameOff, typeOff) count from moduledata.types.
 */
#include "goelf-int.h"

#include <string.h>

enum {
	TFLAG_UNCOMMON = 1, TFLAG_EXTRA_STAR = 2, TFLAG_NAMED = 4,
	KIND_MASK = 31, HEAD = 48, NAME_MAX_LEN = 16 << 10, LIST_MAX = 1 << 16,
	NAME_EMBEDDED = 8,
};

static int minor_of(const struct goelf *g)
{
	return g->bi.major == 1 && g->bi.minor ? g->bi.minor : g->md.layout->min_minor;
}

/*
 * OldMapType is 88 bytes (abi/map_noswiss.go, an experiment in 1.24 and 1.25, which the version
 * text tells), the maps since 1.24 have 112 (map_swiss.go), 136 in 1.27 (map.go).
 */
static uint32_t map_size(const struct goelf *g)
{
	int minor = strstr(g->bi.go_version, "X:noswissmap") ? 23 : minor_of(g);
	return minor >= 27 ? 136 : minor >= 24 ? 112 : 88;
}

static uint32_t base_size(const struct goelf *g, unsigned kind)
{
	switch (kind) {
	case GOELF_KIND_ARRAY:
		return 72;
	case GOELF_KIND_CHAN:
		return 64;
	case GOELF_KIND_FUNC:
	case GOELF_KIND_POINTER:
	case GOELF_KIND_SLICE:
		return 56;
	case GOELF_KIND_INTERFACE:
	case GOELF_KIND_STRUCT:
		return 80;
	case GOELF_KIND_MAP:
		return map_size(g);
	default:
		return HEAD;
	}
}

static void read_list(struct rtype *t, const unsigned char *p, uint32_t entry)
{
	t->list = le64(p + 56);
	t->len = le64(p + 64);
	t->descsize += (uint32_t)t->len * entry;
}

/* inCount @48; outCount @50, whose top bit says variadic; parameters follow uncommonType */
static void read_func(struct rtype *t, const unsigned char *p)
{
	t->len = (uint64_t)le16(p + 48) + (le16(p + 50) & 0x7fff);
	t->list = t->vaddr + t->base + (t->uncommon ? 16 : 0);
	t->descsize += (uint32_t)t->len * 8;
}

static void read_kind(struct rtype *t, const unsigned char *p)
{
	switch (t->kind) {
	case GOELF_KIND_ARRAY:
		t->len = le64(p + 64);
		t->elem = le64(p + 48);
		break;
	case GOELF_KIND_CHAN:
	case GOELF_KIND_POINTER:
	case GOELF_KIND_SLICE:
		t->elem = le64(p + 48);
		break;
	case GOELF_KIND_MAP:
		t->key = le64(p + 48);
		t->elem = le64(p + 56);
		break;
	case GOELF_KIND_FUNC:
		read_func(t, p);
		break;
	case GOELF_KIND_INTERFACE:
		/* descriptorSizes() of 1.27 has 8-byte Imethods; fields are 24 bytes and apart */
		read_list(t, p, 8);
		break;
	case GOELF_KIND_STRUCT:
		read_list(t, p, 24);
		break;
	default:
		break;
	}
}

static bool in_types(const struct goelf *g, uint64_t vaddr)
{
	return vaddr >= g->md.types && vaddr < g->md.etypes && !(vaddr & 7);
}

static bool read_head(struct goelf *g, uint64_t vaddr, struct rtype *t)
{
	struct rd r = va_rd(g, vaddr, HEAD);
	const unsigned char *p = in_types(g, vaddr) ? rd_bytes(&r, HEAD) : NULL;
	*t = (struct rtype){ .vaddr = vaddr };
	if (!p)
		return false;
	t->size = le64(p);
	t->tflag = p[20];
	t->kind = p[23] & KIND_MASK;
	t->str = (int32_t)le32(p + 40);
	t->ptr_to_this = (int32_t)le32(p + 44);
	t->base = t->descsize = base_size(g, t->kind);
	return t->kind && t->kind < GOELF_KIND_N;
}

/* uncommonType: mcount @4, and as many methods of 16 bytes elsewhere */
static bool read_uncommon(struct goelf *g, struct rtype *t)
{
	if (!(t->tflag & TFLAG_UNCOMMON))
		return true;
	t->uncommon = t->vaddr + t->base;
	struct rd u = va_rd(g, t->uncommon, 16);
	rd_skip(&u, 4);
	t->descsize += 16 + 16 * (uint32_t)rd_u16(&u);
	return !u.bad;
}

bool rtype_read(struct goelf *g, uint64_t vaddr, struct rtype *t)
{
	if (!read_head(g, vaddr, t))
		return false;
	struct rd r = va_rd(g, vaddr, t->base);
	const unsigned char *p = rd_bytes(&r, t->base);
	if (!p || !read_uncommon(g, t))
		return false;
	read_kind(t, p);
	return t->kind == GOELF_KIND_ARRAY || t->len < LIST_MAX;
}

/* A name: flag byte, uvarint length (Go >= 1.17), bytes. */
static struct gostr read_name(struct goelf *g, uint64_t vaddr, uint8_t *flags)
{
	struct rd r = va_rd(g, vaddr, 1);
	*flags = rd_u8(&r);
	uint64_t len = rd_uvarint(&r);
	const unsigned char *p = len <= NAME_MAX_LEN ? rd_bytes(&r, len) : NULL;
	return r.bad || !p ? (struct gostr){ NULL, 0 } : (struct gostr){ (const char *)p, len };
}

static struct gostr name_at(struct goelf *g, int32_t off)
{
	uint8_t flags;
	if (off < 0 || (uint64_t)off >= g->md.etypes - g->md.types)
		return (struct gostr){ NULL, 0 };
	return read_name(g, g->md.types + (uint64_t)off, &flags);
}

struct gostr rtype_text(struct goelf *g, const struct rtype *t)
{
	struct gostr s = name_at(g, t->str);
	if (s.s && (t->tflag & TFLAG_EXTRA_STAR)) {
		if (!s.len || *s.s != '*')
			return (struct gostr){ NULL, 0 };
		s.s++;
		s.len--;
	}
	return s;
}

/* rtype.Name(): what follows the last dot that is not inside of type arguments. */
struct gostr rtype_name(struct goelf *g, const struct rtype *t)
{
	struct gostr s = rtype_text(g, t);
	int depth = 0;
	if (!s.s || !(t->tflag & TFLAG_NAMED))
		return (struct gostr){ NULL, 0 };
	size_t i = s.len;
	for (; i; i--) {
		char c = s.s[i - 1];
		depth += c == ']';
		depth -= c == '[';
		if (c == '.' && !depth)
			break;
	}
	return (struct gostr){ s.s + i, s.len - i };
}

struct gostr rtype_pkg(struct goelf *g, const struct rtype *t)
{
	struct rd r = va_rd(g, t->uncommon, 16);
	int32_t off = (int32_t)rd_u32(&r);
	struct gostr s = t->uncommon && !r.bad && off ? name_at(g, off) : (struct gostr){ NULL, 0 };
	return s.s ? s : (struct gostr){ "", 0 };
}

/*
 * structField {name, type, offset}. Up to Go 1.18 the offset is shifted left by one and bit 0
 * says embedded; since 1.19 that is a flag of the name (go.dev/cl/407136). 1.18 and 1.19
 * share a pclntab magic, so without a version the answer cannot be proven.
 */
bool rtype_field(struct goelf *g, const struct rtype *t, uint64_t i, struct rfield *f)
{
	uint8_t flags;
	int minor = minor_of(g);
	if (t->kind != GOELF_KIND_STRUCT || i >= t->len || (!g->bi.minor && minor == 18))
		return false;
	struct rd r = va_rd(g, t->list + 24 * i, 24);
	uint64_t name = rd_u64(&r);
	f->type = rd_u64(&r);
	f->offset = rd_u64(&r);
	f->name = read_name(g, name, &flags);
	f->embedded = minor <= 18 ? f->offset & 1 : flags & NAME_EMBEDDED;
	if (minor <= 18)
		f->offset >>= 1;
	return !r.bad && f->name.s && f->offset <= t->size;
}

/* imethod {name, type}, in the order of itab.fun (src/cmd/compile/internal/reflectdata) */
int rtype_method(struct goelf *g, const struct rtype *t, const char *name)
{
	if (t->kind != GOELF_KIND_INTERFACE)
		return -1;
	struct rd r = va_rd(g, t->list, 8 * t->len);
	for (uint64_t i = 0; i < t->len && !r.bad; i++) {
		struct gostr s = name_at(g, (int32_t)rd_u32(&r));
		rd_skip(&r, 4);
		if (s.s && s.len == strlen(name) && !memcmp(s.s, name, s.len))
			return (int)i;
	}
	return -1;
}
