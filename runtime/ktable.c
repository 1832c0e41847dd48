/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ktable.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include "../bpf-helpers/gt-abi.h"

int ktable_open(struct ktable *t, int fd, unsigned n_cpus)
{
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info);
	bool percpu;
	int err = bpf_map_get_info_by_fd(fd, &info, &len);

	if (err)
		return err;
	t->array = info.type == BPF_MAP_TYPE_ARRAY || info.type == BPF_MAP_TYPE_PERCPU_ARRAY;
	percpu = info.type == BPF_MAP_TYPE_PERCPU_HASH || info.type == BPF_MAP_TYPE_PERCPU_ARRAY;
	t->cpus = percpu ? n_cpus : 1;
	t->key_size = info.key_size;
	t->key_words = info.key_size / 8;
	t->value_words = info.value_size / 8;
	t->value_size = (size_t)info.value_size * t->cpus;
	t->max_entries = info.max_entries;
	if (info.value_size % 8 || (!t->array && info.key_size % 8))
		return -EINVAL;
	t->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return t->fd < 0 ? -errno : 0;
}

void ktable_close(struct ktable *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

#define BATCH_BYTES (1u << 20)
#define ERRNO_NOTSUPP 524	/* the kernel's ENOTSUPP, which user space has no name for */

/* Whether an error of the first batch means that this kernel has none for the map. */
static bool no_batches(int err)
{
	return err == -EINVAL || err == -ENOTSUP || err == -ERRNO_NOTSUPP || err == -EPERM;
}

static int walk_batches(const struct ktable *t, entry_fn fn, void *ctx)
{
	size_t entry = t->key_size + t->value_size;
	uint32_t room = (uint32_t)(BATCH_BYTES / entry > 64 ? BATCH_BYTES / entry : 64);
	uint64_t at[8];
	bool first = true, done = false;
	char *keys = NULL, *values = NULL;
	int err = 0;

	if (room > t->max_entries)
		room = t->max_entries;
	while (!done) {
		uint32_t n = room;
		char *k = reallocarray(keys, room, t->key_size), *v;

		keys = k ? k : keys;
		v = k ? reallocarray(values, room, t->value_size) : NULL;
		values = v ? v : values;
		if (!k || !v) {
			err = -ENOMEM;
			break;
		}
		err = bpf_map_lookup_batch(t->fd, first ? NULL : at, at, keys, values, &n, NULL);
		if (err == -ENOSPC && room < UINT32_MAX / 2) {
			room *= 2;	/* what hashes alike is more than the room */
			continue;
		}
		done = err == -ENOENT;
		if (err && !done)
			break;
		for (uint32_t i = 0; i < n; i++)
			fn(ctx, (uint64_t *)(void *)(keys + i * t->key_size),
			   (uint64_t *)(void *)(values + i * t->value_size));
		first = false;
	}
	free(keys);
	free(values);
	return done ? 0 : err;
}

void key_list_add(struct key_list *l, const void *key)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 64;
		char *p = reallocarray(l->keys, cap, l->size);

		if (!p) {
			l->failed = true;
			return;
		}
		l->keys = p;
		l->cap = cap;
	}
	memcpy(l->keys + l->n++ * l->size, key, l->size);
}

static int compare_raw(const void *a, const void *b, void *size)
{
	return memcmp(a, b, *(size_t *)size);
}

/*
 * Every key once: get_next_key starts again at the front when its key was deleted
 * meanwhile, and what is seen twice must not be counted twice.
 */
static void list_keys(const struct ktable *t, struct key_list *l)
{
	size_t most = 4 * (size_t)t->max_entries, n = 0;
	uint64_t key[GT_VALUES_MAX + 2];

	l->size = t->key_size;
	while (l->n < most && !l->failed &&
	       !bpf_map_get_next_key(t->fd, l->n ? l->keys + (l->n - 1) * l->size : NULL, key))
		key_list_add(l, key);
	if (l->n < 2)
		return;
	qsort_r(l->keys, l->n, l->size, compare_raw, &l->size);
	for (size_t i = 1; i < l->n; i++)
		if (memcmp(l->keys + i * l->size, l->keys + n * l->size, l->size))
			memmove(l->keys + ++n * l->size, l->keys + i * l->size, l->size);
	l->n = n + 1;
}

static int walk_keys(const struct ktable *t, entry_fn fn, void *ctx)
{
	struct key_list l = { 0 };
	uint64_t *value = malloc(t->value_size);

	if (value)
		list_keys(t, &l);
	for (size_t i = 0; value && i < l.n; i++) {
		void *key = l.keys + i * l.size;

		if (!bpf_map_lookup_elem(t->fd, key, value))
			fn(ctx, key, value);
	}
	free(l.keys);
	free(value);
	return value && !l.failed ? 0 : -ENOMEM;
}

static int walk_array(const struct ktable *t, entry_fn fn, void *ctx)
{
	uint64_t *value = malloc(t->value_size);
	int err = value ? 0 : -ENOMEM;

	for (uint32_t i = 0; !err && i < t->max_entries; i++) {
		uint64_t key = (uint64_t)i << 63;

		err = bpf_map_lookup_elem(t->fd, &i, value);
		if (!err)
			fn(ctx, &key, value);
	}
	free(value);
	return err;
}

int ktable_walk(const struct ktable *t, entry_fn fn, void *ctx)
{
	int err;

	if (t->fd < 0)
		return 0;
	if (t->array)
		return walk_array(t, fn, ctx);
	err = t->no_batch ? -ENOTSUP : walk_batches(t, fn, ctx);
	return no_batches(err) ? walk_keys(t, fn, ctx) : err;
}

/* In one call where the kernel has it. */
void ktable_delete(const struct ktable *t, const struct key_list *l)
{
	uint32_t n = (uint32_t)l->n;

	if (!n || (!t->no_batch && !bpf_map_delete_batch(t->fd, l->keys, &n, NULL)))
		return;
	for (size_t i = 0; i < l->n; i++)
		bpf_map_delete_elem(t->fd, l->keys + i * l->size);
}

int ktable_zero(const struct ktable *t, int half)
{
	uint64_t *zeros = calloc(1, t->value_size);
	int err = zeros ? 0 : -ENOMEM;

	for (uint32_t i = 0; !err && i < t->max_entries; i++)
		if (half < 0 || i == (uint32_t)half)
			err = bpf_map_update_elem(t->fd, &i, zeros, BPF_ANY);
	free(zeros);
	return err;
}
