/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arena.h"

#define CHUNK_SIZE (64 * 1024 - 64)
#define ALIGN 16

struct chunk {
	struct chunk *next;
	size_t used, size;	/* of data */
	_Alignas(ALIGN) char data[];
};

struct arena {
	struct chunk *chunks;	/* the first one is being filled */
};

static void *no_memory(void)
{
	fputs("gtrace: out of memory\n", stderr);
	exit(1);
}

struct arena *arena_new(void)
{
	struct arena *a = calloc(1, sizeof(*a));

	return a ? a : no_memory();
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	while (a->chunks) {
		struct chunk *next = a->chunks->next;

		free(a->chunks);
		a->chunks = next;
	}
	free(a);
}

static struct chunk *chunk_new(size_t size)
{
	struct chunk *c = NULL;

	if (size <= SIZE_MAX - sizeof(*c))
		c = calloc(1, sizeof(*c) + size);
	if (!c)
		return no_memory();
	c->size = size;
	return c;
}

/* What needs a chunk of its own goes behind the one being filled. */
static void *alloc_large(struct arena *a, size_t size)
{
	struct chunk *c = chunk_new(size);

	c->used = size;
	if (a->chunks) {
		c->next = a->chunks->next;
		a->chunks->next = c;
	} else {
		a->chunks = c;
	}
	return c->data;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct chunk *c = a->chunks;

	if (size > SIZE_MAX - ALIGN)
		return no_memory();
	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (size > CHUNK_SIZE / 4)
		return alloc_large(a, size);
	if (!c || c->size - c->used < size) {
		c = chunk_new(CHUNK_SIZE);
		c->next = a->chunks;
		a->chunks = c;
	}
	c->used += size;
	return c->data + c->used - size;
}

void *arena_dup(struct arena *a, const void *p, size_t size)
{
	void *copy = arena_alloc(a, size);

	if (size)
		memcpy(copy, p, size);
	return copy;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	if (n)
		memcpy(copy, s, n);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return no_memory();

	char *s = arena_alloc(a, (size_t)n + 1);

	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

void *arena_vec_grow(struct arena *a, void *v, size_t *cap, size_t n, size_t item_size)
{
	size_t more = *cap ? *cap * 2 : 8;

	if (more < *cap || more > SIZE_MAX / 2 / item_size)
		return no_memory();

	void *grown = arena_alloc(a, more * item_size);

	if (n)
		memcpy(grown, v, n * item_size);
	*cap = more;
	return grown;
}
