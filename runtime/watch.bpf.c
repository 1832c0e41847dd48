// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watch: which processes start. An object of its own, compiled when gtrace is built:
 * it needs no script. Plain raw tracepoints, no CO-RE: searching the kernel's BTF
 * costs 30 ms and is only worth it under -c, which follows children.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "watch.h"

char LICENSE[] SEC("license") = "GPL";

const volatile __u32 watch_follow;	/* -c: children of targets are targets */
const volatile __u32 watch_tgid_offset;	/* task_struct.tgid; set with watch_follow */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} watch_ring SEC(".maps");

struct {				/* the same map as the script's programs test */
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GT_TGIDS_MAX);
	__type(key, gt_u32);
	__type(value, gt_u32);
} gt_tgids SEC(".maps");

#define SIGCONT 18
#define SIGSTOP 19

/*
 * Under -c a new program stops before its first instruction, until the tracer has
 * attached to it and lets it go: nothing of it is missed. The stop comes before the
 * record, or the tracer could be faster.
 */
SEC("raw_tp/sched_process_exec")
int watch_exec(void *ctx)
{
	struct watch_record r = { 0 };

	r.time = bpf_ktime_get_ns();
	r.tgid = bpf_get_current_pid_tgid() >> 32;
	if (watch_follow) {
		if (!bpf_map_lookup_elem(&gt_tgids, &r.tgid))
			return 0;
		r.stopped = !bpf_send_signal(SIGSTOP);
	}
	if (bpf_ringbuf_output(&watch_ring, &r, sizeof(r), 0) && r.stopped)
		bpf_send_signal(SIGCONT);
	return 0;
}

/* args: parent, child (struct task_struct *) */
SEC("raw_tp/sched_process_fork")
int watch_fork(struct bpf_raw_tracepoint_args *ctx)
{
	gt_u32 parent = bpf_get_current_pid_tgid() >> 32;
	gt_u32 child = 0, one = 1;

	if (!watch_follow || !bpf_map_lookup_elem(&gt_tgids, &parent))
		return 0;
	if (bpf_probe_read_kernel(&child, sizeof(child), (void *)(ctx->args[1] + watch_tgid_offset)))
		return 0;
	if (child != parent)
		bpf_map_update_elem(&gt_tgids, &child, &one, BPF_ANY);
	return 0;
}

/* Attached to an instruction of the tracer: pays the first attach's grace period. */
SEC("uprobe.multi")
int watch_warm(void *ctx)
{
	return 0;
}
