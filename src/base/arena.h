/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_BASE_ARENA_H
#define GT_BASE_ARENA_H
/*
 * arena: memory that lives as long as one compilation.
 *
 * Everything that the compiler makes (text, tree, types, Program) is allocated
 * here and freed at once; nothing in it is freed by itself. Out of memory ends
 * the program with a message: no caller checks for NULL.
 */
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);			/* NULL is fine */

void *arena_alloc(struct arena *a, size_t size);	/* zeroed, aligned to 16 */
void *arena_dup(struct arena *a, const void *p, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);	/* adds the NUL */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define arena_new_of(a, type) ((type *)arena_alloc((a), sizeof(type)))

/*
 * A growable array in an arena:
 *	struct { T *v; size_t n, cap; } list;
 *	vec_push(arena, &list, item);
 */
void *arena_vec_grow(struct arena *a, void *v, size_t *cap, size_t n, size_t item_size);

#define vec_of(T) struct { T *v; size_t n, cap; }
#define vec_push(a, l, ...)								\
	do {										\
		if ((l)->n == (l)->cap)							\
			(l)->v = arena_vec_grow((a), (l)->v, &(l)->cap, (l)->n,		\
						sizeof(*(l)->v));			\
		(l)->v[(l)->n++] = (__VA_ARGS__);					\
	} while (0)
#define vec_last(l) ((l)->v[(l)->n - 1])

#endif
