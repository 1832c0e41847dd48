// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * support: the hooks that keep records up and have no clause of the script. They are the
 * same for every script, so they are compiled when gtrace is built, into an object of
 * their own that shares the script's maps; only hooks with a clause go through LLVM at run
 * time. What a script does not keep up is folded away at load (gt_layout.keeps).
 */
#define GT_FN static inline __attribute__((always_inline, unused))
#define GT_SUB static __attribute__((noinline, unused))
#define GT_CELLS_HERE
#include "helpers.bpf.c"

#define SUPPORT(name)						\
	SEC("uprobe.multi") int gt_hook_##name(void *ctx)	\
	{							\
		struct gt_ev ev = { 0 };			\
								\
		if (gt_gate(ctx, &ev))				\
			gt_in_##name(ctx, &ev);			\
		return 0;					\
	}

/* The same with what runs after the clauses. */
#define SUPPORT_OUT(name)					\
	SEC("uprobe.multi") int gt_hook_##name(void *ctx)	\
	{							\
		struct gt_ev ev = { 0 };			\
								\
		if (gt_gate(ctx, &ev) && gt_in_##name(ctx, &ev))	\
			gt_out_##name(ctx, &ev);		\
		return 0;					\
	}

SUPPORT(recv_call)
SUPPORT_OUT(write_header)
SUPPORT(read_header)
SUPPORT(call)
SUPPORT_OUT(cleanup)
SUPPORT(app_end)
SUPPORT(rst_in)
SUPPORT(early_abort)
SUPPORT(conn_open)
SUPPORT(conn_close)

SEC("raw_tp") int gt_hook_sweep(u64 *args)
{
	struct gt_ev ev = { 0 };

	if (gt_in_sweep(args, &ev))
		gt_out_sweep(args, &ev);
	return 0;
}
