/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GT_CORE_BPF_H
#define GT_CORE_BPF_H
/*
 * core: the gate, a clause's counters, records for the ring.
 *
 * Every counter is added to atomically: uprobe programs can be preempted, and a
 * second one on the same CPU would lose an addition (an atomic add costs nothing
 * measurable).
 */
#include "event.bpf.h"
#include "maps.bpf.h"

#define gt_add(p, n) ((void)__sync_fetch_and_add((p), (n)))

/* NULL never happens; the verifier wants it tested. */
GT_INLINE struct gt_shared *gt_shared_words(void)
{
	u32 zero = 0;

	return bpf_map_lookup_elem(&gt_shared, &zero);
}

GT_FN void *gt_zeros(void)
{
	u32 zero = 0;

	return bpf_map_lookup_elem(&gt_zero, &zero);
}

GT_FN struct gt_cell *gt_cell(u32 clause)
{
	return bpf_map_lookup_elem(&gt_cells, &clause);
}

/* gtrace's own counters. */
GT_FN struct gt_cell *gt_own_cell(void)
{
	return gt_cell(0);
}

/* Whether this hit counts: the gate is open and the process is a target. */
GT_FN bool gt_gate(void *ctx, struct gt_ev *ev)
{
	struct gt_shared *s = gt_shared_words();
	u32 tgid;

	if (!s || !*(volatile u64 *)&s->generation)
		return false;
	if (!(gt_layout.flags & GT_L_TGIDS))
		return true;
	tgid = gt_tgid(ev);
	return bpf_map_lookup_elem(&gt_tgids, &tgid) != NULL;
}

/* An event that needed a value which is not known. */
GT_SUB void gt_left_out(u32 clause, u32 status)
{
	struct gt_cell *cell = gt_cell(clause);

	if (cell && status < GT_STATUS_N)
		gt_add(&cell->left_out[status], 1);
}

/*
 * The event has passed the clause's predicate: counts it, returns the clause's cell. The
 * second is for programs of many clauses, which would grow too long.
 */
GT_FN struct gt_cell *gt_enter(struct gt_ev *ev, u32 clause, bool grpc)
{
	struct gt_cell *cell = gt_cell(clause);

	if (!cell)
		return NULL;
	gt_add(&cell->events, 1);
	if (grpc)
		gt_add(&cell->sides[ev->server & 1], 1);
	return cell;
}

GT_SUB struct gt_cell *gt_enter_sub(struct gt_ev *ev, u32 clause, bool grpc)
{
	return gt_enter(ev, clause, grpc);
}

GT_SUB void gt_count_map_full(u32 clause)
{
	struct gt_cell *cell = gt_cell(clause);

	if (cell)
		gt_add(&cell->map_full, 1);
}

/* ---- the event as generated code handles it ---- */

/* Gives the type to codegen, which makes room for one. */
struct gt_ev gt_ev_type;

GT_FN void gt_ev_init(struct gt_ev *ev)
{
	__builtin_memset(ev, 0, sizeof(*ev));
}

GT_FN void gt_ev_set_event(struct gt_ev *ev, u32 event)
{
	ev->event = event;
}

GT_FN u32 gt_ev_run_clause(struct gt_ev *ev)
{
	return ev->run_clause;
}

/* ---- records ---- */

/*
 * A record of n values in the ring; NULL where it is full, which is counted in the
 * cell. n is a constant of the caller's. The caller fills states and values, then
 * submits.
 */
GT_FN struct gt_record *gt_record_reserve(struct gt_ev *ev, struct gt_cell *cell, u32 stmt, u32 n)
{
	struct gt_record *r = bpf_ringbuf_reserve(&gt_ring, sizeof(*r) + n * 8, 0);

	if (!r) {
		gt_add(&cell->ring_full, 1);
		return NULL;
	}
	r->time = gt_now(ev);
	r->stmt = stmt;
	r->tgid = gt_tgid(ev);
	r->event = ev->event;
	r->n = n;
	return r;
}

/* No wake-up: the tracer drains on a timer. */
GT_FN void gt_record_submit(struct gt_record *r)
{
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
}

/* A record of up to two values, all known. False: the ring was full. */
GT_INLINE bool gt_record_put(u32 stmt, u64 tgid_event, u32 n, u64 v0, u64 v1)
{
	struct gt_record *r = bpf_ringbuf_reserve(&gt_ring, sizeof(*r) + 16, 0);

	if (!r)
		return false;
	r->time = bpf_ktime_get_ns();
	r->stmt = stmt;
	r->tgid = tgid_event;
	r->event = tgid_event >> 32;
	r->n = n;
	r->states = 0;
	r->values[0] = v0;
	r->values[1] = v1;
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return true;
}

/* One of gtrace's own (GT_CTL_…); false: lost, which is counted in its own cell. */
GT_SUB bool gt_control(u32 stmt, u32 tgid, u32 n, u64 v0, u64 v1)
{
	struct gt_cell *own;

	if (gt_record_put(stmt, tgid, n, v0, v1))
		return true;
	own = gt_own_cell();
	if (own)
		gt_add(&own->ring_full, 1);
	return false;
}

GT_INLINE u64 gt_tgid_event(struct gt_ev *ev)
{
	return (u64)ev->event << 32 | gt_tgid(ev);
}

/* print(@m), clear(@m): done by the tracer when it reaches the record. */
GT_SUB void gt_ask(struct gt_ev *ev, u32 stmt)
{
	struct gt_shared *s = gt_shared_words();

	gt_record_put(stmt, gt_tgid_event(ev), 0, 0, 0);
	if (s)
		gt_add(&s->control_asked, 1);
}

/* exit(status): the gate is shut at once. The first one wins. */
GT_SUB void gt_exit(struct gt_ev *ev, u32 stmt, u64 status)
{
	struct gt_shared *s = gt_shared_words();

	gt_record_put(stmt, gt_tgid_event(ev), 1, status, 0);
	if (!s)
		return;
	__sync_val_compare_and_swap(&s->exit_asked, 0, (status & 0xff) + 1);
	*(volatile u64 *)&s->generation = 0;
	gt_add(&s->control_asked, 1);
}

#endif
