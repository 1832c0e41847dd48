/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GT_GRPC_FIELDS_BPF_H
#define GT_GRPC_FIELDS_BPF_H
/*
 * grpc-fields: what a script reads of an event. Each field has gt_f_NAME(), or
 * gt_f_NAME__HOOK() where hooks differ, called when a clause asks; status says why a value
 * is not known.
 */
#include "grpc-records.bpf.h"

/* ---- of the stream ---- */
GT_FN u64 gt_f_side(void *ctx, struct gt_ev *ev)
{
	return ev->server;
}

GT_FN u64 gt_f_stream_id(void *ctx, struct gt_ev *ev, u32 *status)
{
	need_id(ev);
	*status = ev->st_id;
	return ev->key.id;
}

GT_FN u64 gt_f_conn(void *ctx, struct gt_ev *ev, u32 *status)
{
	need_conn(ev);
	*status = ev->st_conn;
	return ev->key.conn;
}

/* A stream older than gtrace: its end will want the method that only messages show. */
GT_SUB int rec_make_old(struct gt_ev *ev)
{
	if (bpf_map_lookup_elem(&gt_old, &ev->key))	/* ended already */
		return 0;
	return rec_make(ev, 0, GT_S_OLD);
}

/* By record where there is one, else from the target's own stream. */
GT_SUB u64 stream_method(struct gt_ev *ev)
{
	struct gt_stream *rec;

	if (ev->method)
		return ev->method;
	if (gt_layout.keeps & KEEP_STREAM) {
		need_rec(ev);
		rec = ev->rec;
		if (rec)
			ev->method = rec->method;
	}
	if (ev->method || ev->from != FROM_STREAM || !ev->a1)
		return ev->method;
	ev->method = method_of_stream(ev);
	rec = ev->rec;
	if (rec)
		rec->method = ev->method;
	else if ((gt_layout.keeps & KEEP_STREAM) && ev->st_rec == GT_UNK_BEFORE)
		rec_make_old(ev);
	return ev->method;
}

GT_FN u64 gt_f_method(void *ctx, struct gt_ev *ev, u32 *status)
{
	u64 m = stream_method(ev);

	if (!m)
		*status = ev->st_rec ? ev->st_rec : GT_UNK_FAULT;
	return m;
}

GT_SUB u64 stream_age(struct gt_ev *ev, u32 *status)
{
	struct gt_stream *rec;
	u64 now;

	need_rec(ev);
	rec = ev->rec;
	*status = ev->st_rec;
	if (!rec)
		return 0;
	now = gt_now(ev);
	return now > rec->begin ? now - rec->begin : 0;
}

GT_FN u64 gt_f_age(void *ctx, struct gt_ev *ev, u32 *status)
{
	return stream_age(ev, status);
}

/* ---- of the message ---- */

/* A prefix of a message: one byte of flags, four of length, big endian. */
GT_INLINE void need_prefix(struct gt_ev *ev)
{
	u8 b[5] = { 0 };

	if (ev->have & HAVE_MSG)
		return;
	ev->have |= HAVE_MSG;
	if (bpf_probe_read_user(b, sizeof(b), (void *)ev->a2))
		ev->st_v = GT_UNK_FAULT;
	ev->v0 = (u32)b[1] << 24 | (u32)b[2] << 16 | (u32)b[3] << 8 | b[4];
	ev->v1 = b[0] & 1;
}

GT_FN u64 gt_f_msg_len__msg_send(void *ctx, struct gt_ev *ev, u32 *status)
{
	need_prefix(ev);
	*status = ev->st_v;
	return ev->v0;
}

GT_FN u64 gt_f_compressed(void *ctx, struct gt_ev *ev, u32 *status)
{
	need_prefix(ev);
	*status = ev->st_v;
	return ev->v1;
}

GT_FN u64 gt_f_msg_len__msg_recv(void *ctx, struct gt_ev *ev, u32 *status)
{
	*status = ev->st_v;
	return ev->v0;
}

/* ---- of the frame ---- */
GT_FN u64 gt_f_header_count(void *ctx, struct gt_ev *ev, u32 *status)
{
	*status = ev->st_v;
	return ev->v0;
}

GT_FN u64 gt_f_end_stream(void *ctx, struct gt_ev *ev, u32 *status)
{
	*status = ev->st_v;
	return ev->v1;
}

/* Of what was received, else of what is being sent (v0: code + 1). */
GT_FN u64 gt_f_rst_code(void *ctx, struct gt_ev *ev, u32 *status)
{
	struct gt_stream *rec = ev->rec;
	u64 code = rec && rec->rst_code ? rec->rst_code : ev->v0;

	if (!code) {
		*status = GT_NONE;
		return 0;
	}
	return code - 1;
}

/* ---- of the goroutine and its process ---- */
GT_FN u64 gt_f_goid(void *ctx, struct gt_ev *ev, u32 *status)
{
	return read_u64(GT_REG_R14(ctx) + gt_layout.g_goid, status);
}

GT_FN u64 gt_f_parent_goid(void *ctx, struct gt_ev *ev, u32 *status)
{
	if (gt_layout.g_parent_goid == GT_NO_OFFSET) {
		*status = GT_UNK_LAYOUT;
		return 0;
	}
	return read_u64(GT_REG_R14(ctx) + gt_layout.g_parent_goid, status);
}

GT_FN u64 gt_f_pid(void *ctx, struct gt_ev *ev)
{
	return gt_tgid(ev);
}

GT_FN u64 gt_f_tid(void *ctx, struct gt_ev *ev, u32 *status)
{
	return (u32)bpf_get_current_pid_tgid();
}

GT_FN u64 gt_f_cpu(void *ctx, struct gt_ev *ev, u32 *status)
{
	return bpf_get_smp_processor_id();
}

GT_FN u64 gt_f_cgroup(void *ctx, struct gt_ev *ev, u32 *status)
{
	return bpf_get_current_cgroup_id();
}

GT_INLINE u32 comm_len(const u64 *comm)
{
	const char *c = (const char *)comm;
	u32 n = 0;

	for (u32 i = 0; i < 16; i++) {
		if (!c[i])
			break;
		n++;
	}
	return n;
}

GT_SUB u64 task_comm(void)
{
	u64 comm[2] = { 0 };

	bpf_get_current_comm(comm, sizeof(comm));
	return gt_str_buf(comm, comm_len(comm));
}

GT_FN u64 gt_f_comm(void *ctx, struct gt_ev *ev, u32 *status)
{
	return task_comm();
}

GT_FN u64 gt_f_exe(void *ctx, struct gt_ev *ev, u32 *status)
{
	if (!gt_layout.exe)
		*status = GT_UNK_LAYOUT;
	return gt_layout.exe;
}

/* A swept stream ends on no goroutine, thread or CPU of its own. */
#define SWEPT(field)									\
	GT_FN u64 gt_f_##field##__sweep(void *ctx, struct gt_ev *ev,	\
							     u32 *status)		\
	{										\
		*status = GT_UNK_OVER;							\
		return 0;								\
	}
SWEPT(goid)
SWEPT(parent_goid)
SWEPT(tid)
SWEPT(cpu)
SWEPT(cgroup)
SWEPT(comm)

/* ---- of the moment ---- */
GT_FN u64 gt_f_now(void *ctx, struct gt_ev *ev)
{
	return gt_now(ev);
}

GT_FN u64 gt_f_elapsed(void *ctx, struct gt_ev *ev)
{
	struct gt_shared *sh = gt_shared_words();
	u64 now = gt_now(ev);

	return sh && sh->start_ns && now > sh->start_ns ? now - sh->start_ns : 0;
}

#endif
