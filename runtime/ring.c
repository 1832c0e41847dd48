/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "../src/base/clock.h"

#define HOLD_NS 1000000ull

/* A drained record's place in `bytes`; order keeps equal times as they came. */
struct entry {
	gt_u64 time;
	size_t at, size;
	size_t order;
};

struct ring {
	struct ring_buffer *rb;
	void (*fn)(const struct gt_record *r, void *ctx);
	void *ctx;
	unsigned char *bytes;
	size_t n_bytes, cap_bytes;
	struct entry *entries;
	size_t n, cap;
};

static void *grow(void *p, size_t *cap, size_t want, size_t size)
{
	size_t n = *cap ? *cap : 1024;

	while (n < want)
		n *= 2;
	if (n == *cap)
		return p;
	p = realloc(p, n * size);
	if (!p)
		abort();
	*cap = n;
	return p;
}

static int take(void *ctx, void *data, size_t size)
{
	struct ring *r = ctx;
	const struct gt_record *rec = data;
	size_t room = (size + 7) & ~(size_t)7;

	if (size < sizeof(*rec))
		return 0;
	r->bytes = grow(r->bytes, &r->cap_bytes, r->n_bytes + room, 1);
	r->entries = grow(r->entries, &r->cap, r->n + 1, sizeof(*r->entries));
	memcpy(r->bytes + r->n_bytes, data, size);
	r->entries[r->n] = (struct entry){ rec->time, r->n_bytes, size, r->n };
	r->n_bytes += room;
	r->n++;
	return 0;
}

struct ring *ring_new(int map_fd, void (*fn)(const struct gt_record *r, void *ctx), void *ctx)
{
	struct ring *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->fn = fn;
	r->ctx = ctx;
	r->rb = ring_buffer__new(map_fd, take, r, NULL);
	if (r->rb)
		return r;
	free(r);
	return NULL;
}

void ring_free(struct ring *r)
{
	if (!r)
		return;
	ring_buffer__free(r->rb);
	free(r->bytes);
	free(r->entries);
	free(r);
}

static int by_time(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* Moves what is held back to the front. */
static void keep_from(struct ring *r, size_t first)
{
	unsigned char *kept;
	size_t at = 0;

	if (first == r->n) {
		r->n = r->n_bytes = 0;
		return;
	}
	kept = malloc(r->n_bytes);
	if (!kept)
		abort();
	for (size_t i = first; i < r->n; i++) {
		struct entry e = r->entries[i];

		memcpy(kept + at, r->bytes + e.at, e.size);
		r->entries[i - first] = (struct entry){ e.time, at, e.size, i - first };
		at += (e.size + 7) & ~(size_t)7;
	}
	r->n -= first;
	memcpy(r->bytes, kept, at);
	r->n_bytes = at;
	free(kept);
}

void ring_drain(struct ring *r, bool all)
{
	gt_u64 limit = clock_ns() - HOLD_NS;
	size_t i;

	ring_buffer__consume(r->rb);
	if (!r->n)
		return;
	qsort(r->entries, r->n, sizeof(*r->entries), by_time);
	for (i = 0; i < r->n && (all || r->entries[i].time <= limit); i++)
		r->fn((const struct gt_record *)(r->bytes + r->entries[i].at), r->ctx);
	keep_from(r, i);
}
