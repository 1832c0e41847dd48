/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_KTABLE_H
#define GT_RUNTIME_KTABLE_H
/*
 * ktable: one kernel map, walked and emptied. A value is words, those of one CPU after
 * those of another where the map is per CPU.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ktable {
	int fd;			/* -1: not there */
	bool array;
	bool no_batch;		/* go key by key, as on a kernel without batches */
	unsigned cpus;		/* values an entry: 1, or one for each possible CPU */
	unsigned key_words;	/* of a hash */
	unsigned value_words;	/* of one CPU */
	size_t key_size, value_size;	/* as user space sees them: all CPUs */
	uint32_t max_entries;
};

/* fd stays the caller's. 0 or -errno; -EINVAL: its keys or values are no words. */
int ktable_open(struct ktable *t, int fd, unsigned n_cpus);
void ktable_close(struct ktable *t);

/* Called for each entry; an array's index comes as the tags word that a hash would have. */
typedef void (*entry_fn)(void *ctx, const uint64_t *key, const uint64_t *value);
int ktable_walk(const struct ktable *t, entry_fn fn, void *ctx);

/* Keys of a hash, as bytes. */
struct key_list {
	char *keys;
	size_t size, n, cap;
	bool failed;		/* out of memory: some are missing */
};

void key_list_add(struct key_list *l, const void *key);
void ktable_delete(const struct ktable *t, const struct key_list *l);
/* Makes an element of an array zeros; half -1: all. */
int ktable_zero(const struct ktable *t, int half);

#endif
