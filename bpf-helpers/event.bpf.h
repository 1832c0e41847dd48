/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GT_EVENT_BPF_H
#define GT_EVENT_BPF_H
/*
 * event: what one hit of a hook carries from its gt_in_<hook>() through the
 * fields of its clauses to gt_out_<hook>(). One stands on each program's stack,
 * zeroed at entry; the words that nobody reads are optimised away. Keep it small: it
 * counts into the 512 bytes of stack of a whole chain of calls.
 *
 * How a helper is declared decides what becomes of it:
 *	GT_FN	inlined into every program that calls it: small ones
 *	GT_SUB	stays a subprogram (at most five arguments, scalars or pointers);
 *		compiled to the end when gtrace is built
 *
 * So this is compiled twice: to bitcode, where a GT_SUB is a declaration only, and
 * with GT_ASSEMBLY to text, of which the subprograms are taken (subs.awk). LLVM needs
 * 15 us for an instruction: what costs nothing when a script is compiled is worth the
 * trouble. No debug information, or the verifier would cite these lines in place
 * of the script's.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include "gt-abi.h"

typedef gt_u8 u8;
typedef gt_u16 u16;
typedef gt_u32 u32;
typedef gt_u64 u64;
typedef gt_s64 s64;

#ifndef GT_FN
#define GT_FN __attribute__((nodebug))
#ifdef GT_ASSEMBLY
#define GT_SUB __attribute__((noinline))
#else
#define GT_SUB extern inline __attribute__((gnu_inline, noinline, nodebug))
#pragma clang diagnostic ignored "-Wstatic-in-inline"	/* libbpf's helpers are static */
#endif
#endif
#define GT_INLINE static inline __attribute__((always_inline, unused, nodebug))

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

struct gt_ev {
	u64 a0, a1, a2, a3, a4;		/* arguments, as gt_in_<hook>() read them */
	u64 now;			/* ktime; 0: not asked yet, see gt_now() */
	struct gt_stream_key key;
	struct gt_stream *rec;
	u64 method;
	union {
		u64 v0;			/* the hook's own: message length, header count, … */
		u64 run_clause;		/* interval: index of the clause to run */
	};
	u64 v1;
	u8 have;			/* what was worked out already: HAVE_… of grpc-records */
	u8 from;			/* what a0 and a1 are: FROM_… of grpc-records */
	u8 server;			/* 1: this is the RPC's server */
	u8 event;			/* enum event_id of the clause that runs */
	u32 st_conn, st_id, st_rec, st_v;	/* enum gt_status of those */
	u32 tgid;			/* 0: not asked yet, see gt_tgid() */
};

/* Both are asked once a hit at most. */
GT_INLINE u64 gt_now(struct gt_ev *ev)
{
	if (!ev->now)
		ev->now = bpf_ktime_get_ns();
	return ev->now;
}

GT_INLINE u32 gt_tgid(struct gt_ev *ev)
{
	if (!ev->tgid)
		ev->tgid = bpf_get_current_pid_tgid() >> 32;
	return ev->tgid;
}

/*
 * A register of the target by its offset in pt_regs. As inline assembly, since LLVM
 * merges plain loads of a context into one of a computed address, which the verifier
 * rejects ("dereference of modified ctx ptr"). Not volatile: unread ones go away.
 */
#define GT_REG_AT(ctx, off)								\
	({										\
		u64 gt_reg_value;							\
		asm("%0 = *(u64 *)(%1 + " #off ")" : "=r"(gt_reg_value) : "r"(ctx));	\
		gt_reg_value;								\
	})

#define GT_REG_R14(ctx) GT_REG_AT(ctx, 8)	/* Go's g */
#define GT_REG_BP(ctx) GT_REG_AT(ctx, 32)
#define GT_REG_BX(ctx) GT_REG_AT(ctx, 40)
#define GT_REG_R11(ctx) GT_REG_AT(ctx, 48)
#define GT_REG_R10(ctx) GT_REG_AT(ctx, 56)
#define GT_REG_R9(ctx) GT_REG_AT(ctx, 64)
#define GT_REG_R8(ctx) GT_REG_AT(ctx, 72)
#define GT_REG_AX(ctx) GT_REG_AT(ctx, 80)
#define GT_REG_CX(ctx) GT_REG_AT(ctx, 88)
#define GT_REG_DX(ctx) GT_REG_AT(ctx, 96)
#define GT_REG_SI(ctx) GT_REG_AT(ctx, 104)
#define GT_REG_DI(ctx) GT_REG_AT(ctx, 112)
#define GT_REG_IP(ctx) GT_REG_AT(ctx, 128)
#define GT_REG_FLAGS(ctx) GT_REG_AT(ctx, 144)
#define GT_REG_SP(ctx) GT_REG_AT(ctx, 152)

#endif
