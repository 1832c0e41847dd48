/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A set of names to functions, by two linear passes: over the packed names (each is there
 * once) to get the offsets of the wanted ones, then over the function table, which compares
 * only numbers.
 */
#include "goelf-int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char vendor[] = "/vendor/";
enum { VENDOR_LEN = sizeof(vendor) - 1 };

bool name_matches(const char *name, size_t len, const char *want, size_t wlen)
{
	if (len < wlen || memcmp(name + len - wlen, want, wlen))
		return false;
	size_t before = len - wlen;
	return !before || (before > VENDOR_LEN &&
			   !memcmp(name + before - VENDOR_LEN, vendor, VENDOR_LEN));
}

struct want {
	const char *name;
	size_t len;
	uint64_t tail;		/* its last 8 bytes */
	int next;		/* in its bucket, -1 ends */
};

struct hit {
	uint32_t nameoff;
	unsigned want;
	bool exact;
};

enum { BUCKETS = 1024, MAX_HITS = 1 << 16 };

struct search {
	struct want *wants;
	size_t nwants;
	int bucket[BUCKETS];
	struct hit *hits;	/* by ascending nameoff */
	size_t nhits, cap;
	uint64_t filter[BUCKETS / 64];	/* of nameoff */
};

static uint64_t tail_of(const char *name, size_t len)
{
	unsigned char b[8] = { 0 };
	size_t n = len < 8 ? len : 8;
	memcpy(b + 8 - n, name + len - n, n);
	return le64(b);
}

static unsigned bucket_of(uint64_t tail)
{
	return (unsigned)((tail * 0x9e3779b97f4a7c15ULL) >> 54);
}

static bool search_init(struct search *s, const char *const *names, size_t n)
{
	memset(s, 0, sizeof(*s));
	memset(s->bucket, -1, sizeof(s->bucket));
	s->wants = calloc(n ? n : 1, sizeof(*s->wants));
	if (!s->wants)
		return false;
	s->nwants = n;
	for (size_t i = 0; i < n; i++) {
		struct want *w = &s->wants[i];
		w->name = names[i];
		w->len = strlen(names[i]);
		w->tail = tail_of(w->name, w->len);
		w->next = s->bucket[bucket_of(w->tail)];
		s->bucket[bucket_of(w->tail)] = (int)i;
	}
	return true;
}

static void search_free(struct search *s)
{
	free(s->wants);
	free(s->hits);
}

static bool add_hit(struct search *s, uint32_t nameoff, unsigned want, bool exact)
{
	if (s->nhits == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 64;
		struct hit *h = cap <= MAX_HITS ? realloc(s->hits, cap * sizeof(*h)) : NULL;
		if (!h)
			return false;
		s->hits = h;
		s->cap = cap;
	}
	s->hits[s->nhits++] = (struct hit){ nameoff, want, exact };
	s->filter[nameoff % BUCKETS / 64] |= 1ULL << nameoff % 64;
	return true;
}

static bool match_name(struct search *s, uint32_t nameoff, const char *name, size_t len)
{
	uint64_t tail = tail_of(name, len);
	for (int i = s->bucket[bucket_of(tail)]; i >= 0; i = s->wants[i].next) {
		const struct want *w = &s->wants[i];
		if (w->tail != tail || !name_matches(name, len, w->name, w->len))
			continue;
		if (!add_hit(s, nameoff, (unsigned)i, len == w->len))
			return false;
	}
	return true;
}

static bool search_names(struct goelf *g, struct search *s)
{
	const struct pclntab *t = &g->pcln;
	const char *tab = (const char *)image_at(&g->img, t->funcname, t->funcname_len);
	const char *end = tab ? tab + t->funcname_len : NULL;
	for (const char *p = tab; p && p < end;) {
		const char *nul = memchr(p, 0, (size_t)(end - p));
		if (!nul)
			break;
		if (nul > p && !match_name(s, (uint32_t)(p - tab), p, (size_t)(nul - p)))
			return false;
		p = nul + 1;
	}
	return tab != NULL;
}

/* Most names are not: one bit decides. */
static bool wanted(const struct search *s, uint32_t nameoff)
{
	return s->filter[nameoff % BUCKETS / 64] >> nameoff % 64 & 1;
}

static size_t first_hit(const struct search *s, uint32_t nameoff)
{
	size_t lo = 0, hi = s->nhits;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (s->hits[mid].nameoff < nameoff)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* ------------------------------------------------------------------ goelf_find */

/* The first exact one wins, else the first vendored one. */
static void take(struct goelf *g, struct goelf_func *out, uint64_t i, const struct pcln_func *f,
		 const struct want *w, bool exact)
{
	size_t len = 0;
	const char *name = pclntab_name(g, f->nameoff, &len);
	out->count++;
	if (!name || (out->vaddr && (!exact || !strcmp(out->name, w->name))))
		return;
	out->vaddr = f->entry;
	out->end = pclntab_pc(g, i + 1);
	out->name = pool_copy(g, name, len);
}

static void take_all(struct goelf *g, const struct search *s, uint64_t i, struct goelf_func *out)
{
	struct pcln_func f;
	if (!pclntab_func_read(g, i, &f) || goelf_is_wrapper(g, f.funcid) ||
	    f.entry >= pclntab_pc(g, i + 1))
		return;
	const struct hit *h = s->hits + first_hit(s, f.nameoff), *end = s->hits + s->nhits;
	for (; h < end && h->nameoff == f.nameoff; h++)
		take(g, &out[h->want], i, &f, &s->wants[h->want], h->exact);
}

static uint32_t nameoff_at(struct goelf *g, uint64_t i)
{
	struct rd r = pclntab_func(g, i);
	rd_skip(&r, g->pcln.layout->ptrs);
	return rd_u32(&r);
}

int goelf_find(struct goelf *g, const char *const *names, size_t n, struct goelf_func *out)
{
	struct search s;
	int found = 0;
	memset(out, 0, n * sizeof(*out));
	if (!search_init(&s, names, n) || !search_names(g, &s)) {
		search_free(&s);
		return g->img.failed ? -EIO : -ENOMEM;
	}
	for (uint64_t i = 0; s.nhits && i < g->pcln.nfunc; i++)
		if (wanted(&s, nameoff_at(g, i)))
			take_all(g, &s, i, out);
	search_free(&s);
	for (size_t i = 0; i < n; i++) {
		found += out[i].vaddr != 0;
		if (!out[i].vaddr)
			out[i].name = pool_copy(g, names[i], strlen(names[i]));
	}
	return found;
}
