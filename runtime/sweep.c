/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#define BATCH 1024

/*
 * All keys of a hash, as a list of the caller's to free. Keys that come or go
 * meanwhile may be missed or seen twice; every caller can bear both.
 */
static void *all_keys(int fd, size_t key_size, size_t value_size, size_t *n)
{
	unsigned char *keys = NULL, *values = malloc(BATCH * value_size);
	uint64_t cursor[8];
	void *from = NULL;
	size_t cap = 0;
	int err = values && fd >= 0 ? 0 : -ENOMEM;

	*n = 0;
	while (!err) {
		__u32 count = BATCH;

		if (*n + BATCH > cap) {
			cap = cap ? cap * 2 : BATCH;
			keys = realloc(keys, cap * key_size);
			if (!keys)
				abort();
		}
		err = bpf_map_lookup_batch(fd, from, cursor, keys + *n * key_size, values, &count,
					   NULL);
		if (!err || err == -ENOENT)
			*n += count;
		from = cursor;
	}
	free(values);
	return keys;
}

static void *stream_keys(struct loader *l, size_t *n)
{
	return all_keys(loader_map(l, "gt_streams"), sizeof(struct gt_stream_key),
			sizeof(struct gt_stream), n);
}

void sweep_stream(struct loader *l, uint64_t conn, uint32_t tgid, uint32_t id)
{
	loader_run(l, HOOK_SWEEP, conn, (uint64_t)tgid << 32 | id);
}

void sweep_connection(struct loader *l, uint64_t conn, uint32_t tgid)
{
	size_t n;
	struct gt_stream_key *k = stream_keys(l, &n);

	for (size_t i = 0; i < n; i++)
		if (k[i].conn == conn && k[i].tgid == tgid)
			sweep_stream(l, conn, tgid, k[i].id);
	free(k);
}

void sweep_forget_connection(struct loader *l, uint64_t conn, uint32_t tgid)
{
	struct gt_conn_key k = { .conn = conn, .tgid = tgid };
	struct gt_conn c;
	int fd = loader_map(l, "gt_conns");

	if (fd >= 0 && !bpf_map_lookup_elem(fd, &k, &c) && c.closed)
		bpf_map_delete_elem(fd, &k);
}

/* Maps whose keys name a process, and where in the key it stands. */
static const struct process_map {
	const char *name;
	size_t key_size, value_size, tgid_at;
} process_maps[] = {
	{ "gt_streams", sizeof(struct gt_stream_key), sizeof(struct gt_stream),
	  offsetof(struct gt_stream_key, tgid) },
	{ "gt_open", sizeof(struct gt_stream_key), 8, offsetof(struct gt_stream_key, tgid) },
	{ "gt_old", sizeof(struct gt_stream_key), 8, offsetof(struct gt_stream_key, tgid) },
	{ "gt_pending", sizeof(struct gt_pending_key), sizeof(struct gt_pending),
	  offsetof(struct gt_pending_key, tgid) },
	{ "gt_conns", sizeof(struct gt_conn_key), sizeof(struct gt_conn),
	  offsetof(struct gt_conn_key, tgid) },
	{ "gt_recvs", sizeof(struct gt_recv_key), sizeof(struct gt_recv),
	  offsetof(struct gt_recv_key, tgid) },
};

static void forget_process(struct loader *l, const struct process_map *m, uint32_t tgid)
{
	int fd = loader_map(l, m->name);
	size_t n;
	unsigned char *keys = all_keys(fd, m->key_size, m->value_size, &n);

	for (size_t i = 0; i < n; i++) {
		uint32_t owner;

		memcpy(&owner, keys + i * m->key_size + m->tgid_at, sizeof(owner));
		if (owner == tgid)
			bpf_map_delete_elem(fd, keys + i * m->key_size);
	}
	free(keys);
}

void sweep_process(struct loader *l, uint32_t tgid)
{
	size_t n;
	struct gt_stream_key *k = stream_keys(l, &n);

	for (size_t i = 0; i < n; i++)
		if (k[i].tgid == tgid)
			sweep_stream(l, k[i].conn, tgid, k[i].id);
	free(k);
	for (size_t i = 0; i < sizeof(process_maps) / sizeof(process_maps[0]); i++)
		forget_process(l, &process_maps[i], tgid);
}

void sweep_pending(struct loader *l, uint64_t older_than_ns)
{
	int fd = loader_map(l, "gt_pending");
	size_t n;
	struct gt_pending_key *k = all_keys(fd, sizeof(*k), sizeof(struct gt_pending), &n);
	struct gt_pending p;

	for (size_t i = 0; i < n; i++)
		if (!bpf_map_lookup_elem(fd, &k[i], &p) && p.begin < older_than_ns)
			bpf_map_delete_elem(fd, &k[i]);
	free(k);
}

void snapshot_streams(struct loader *l)
{
	size_t n;
	struct gt_stream_key *k = stream_keys(l, &n);

	for (size_t i = 0; i < n; i++)
		loader_run(l, HOOK_STREAM_OPEN, k[i].conn, (uint64_t)k[i].tgid << 32 | k[i].id);
	free(k);
}
