/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GT_MAPS_BPF_H
#define GT_MAPS_BPF_H
/*
 * maps: those that every script has, and the layout of the target. The maps of
 * a script itself (m0, m1, …) and the size of gt_cells come from codegen.
 */
#include "event.bpf.h"

char gt_license[] SEC("license") = "GPL";

const volatile struct gt_layout gt_layout = {};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, u32);
	__type(value, struct gt_shared);
} gt_shared SEC(".maps");

/*
 * Per-CPU array of struct gt_cell. Declared here, defined by codegen, which
 * knows how many clauses there are; its type is that of every map from there.
 */
struct gt_map_by_sizes {
	void *type, *max_entries, *key_size, *value_size, *map_flags;
};
#ifndef GT_CELLS_HERE
extern struct gt_map_by_sizes gt_cells SEC(".maps");
#else
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct gt_cell);
} gt_cells SEC(".maps");
#endif

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, GT_RING_SIZE_DEFAULT);
} gt_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GT_DICT_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, struct gt_str);
} gt_dict SEC(".maps");

/* Zeros, for inserting a new key's value. */
struct gt_zeros {
	u8 bytes[GT_ZERO_SIZE];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct gt_zeros);
} gt_zero SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GT_TGIDS_MAX);
	__type(key, u32);
	__type(value, u32);
} gt_tgids SEC(".maps");

#endif
