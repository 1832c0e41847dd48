/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GT_GRPC_RECORDS_BPF_H
#define GT_GRPC_RECORDS_BPF_H
/*
 * grpc-records: what is kept of connections and streams, and how an event finds its own.
 *
 * What several fields need (the connection, the stream's record) is found once an event
 * and remembered in gt_ev.have.
 *
 * A stream's record is made where its identity is first certain: a server's when its
 * headers are read, a client's when loopy writes them or the application touches the
 * stream, whichever is first (a client's Write runs before loopy's writeHeader most of
 * the time). The moment it began is, for a client, that of createHeaderFields in the
 * caller; it waits in gt_pending under the address of the stream's context, which is
 * the stream's own for life (http2Client.NewStream passes one ctx to both
 * createHeaderFields and newStream: grpc-go 1.33 to 1.85).
 *
 * Two goroutines end a stream: the application's (writeStatus, CloseStream) and the
 * transport's (cleanupStreamHandler). Each sets its bit by one atomic OR and reads the
 * other's from its result: the second frees the record. stream_end is the delete of
 * the stream from gt_open, so it happens once whoever is first.
 */
#include "strings.bpf.h"

/* ---- maps ---- */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GT_STREAMS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct gt_stream_key);
	__type(value, struct gt_stream);
} gt_streams SEC(".maps");

struct {			/* streams whose end is still to come */
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GT_STREAMS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct gt_stream_key);
	__type(value, gt_u64);
} gt_open SEC(".maps");

struct {			/* ends seen of streams that are older than gtrace */
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, GT_OLD_MAX);
	__type(key, struct gt_stream_key);
	__type(value, gt_u64);
} gt_old SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GT_PENDING_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct gt_pending_key);
	__type(value, struct gt_pending);
} gt_pending SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GT_CONNS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct gt_conn_key);
	__type(value, struct gt_conn);
} gt_conns SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GT_STREAMS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct gt_recv_key);
	__type(value, struct gt_recv);
} gt_recvs SEC(".maps");

/* The bits of catalog.h's enum keep, as they come in gt_layout.keeps. */
#define KEEP_STREAM 1
#define KEEP_OPEN 2
#define KEEP_RECV 4

/* gt_ev.have */
#define HAVE_CONN 1
#define HAVE_ID 2
#define HAVE_REC 4
#define HAVE_MSG 8

/* Which words of gt_ev are what: by the kind of hook. */
#define FROM_STREAM 1		/* a0 transport (0: take it from the stream), a1 stream */
#define FROM_LOOPY 2		/* conn and id are set by the hook */

GT_INLINE u64 read_u64(u64 addr, u32 *status)
{
	u64 v = 0;

	if (bpf_probe_read_user(&v, sizeof(v), (void *)addr))
		*status = GT_UNK_FAULT;
	return v;
}

/* The *Stream inside what the application holds. */
GT_INLINE u64 inner_stream(u64 s, u32 *status)
{
	return (gt_layout.flags & GT_L_STREAM_INDIRECT) ? read_u64(s, status) : s;
}

/* ---- identity ---- */
GT_INLINE void need_id(struct gt_ev *ev)
{
	u32 id = 0;

	if (ev->have & HAVE_ID)
		return;
	ev->have |= HAVE_ID;
	if (bpf_probe_read_user(&id, sizeof(id),
				(void *)(inner_stream(ev->a1, &ev->st_id) + gt_layout.stream_id)))
		ev->st_id = GT_UNK_FAULT;
	ev->key.id = id;
}

/* The transport that a stream belongs to. */
GT_INLINE u64 stream_transport(struct gt_ev *ev)
{
	if (ev->server)
		return read_u64(ev->a1 + gt_layout.stream_st + 8, &ev->st_conn);
	if (gt_layout.flags & GT_L_CT_IFACE)
		return read_u64(ev->a1 + gt_layout.stream_ct + 8, &ev->st_conn);
	return read_u64(ev->a1 + gt_layout.stream_ct, &ev->st_conn);
}

GT_INLINE void need_conn(struct gt_ev *ev)
{
	u64 t;

	if (ev->have & HAVE_CONN)
		return;
	ev->have |= HAVE_CONN;
	ev->key.tgid = gt_tgid(ev);
	t = ev->a0 ? ev->a0 : stream_transport(ev);
	ev->key.conn = read_u64(t + (ev->server ? gt_layout.server_cbuf : gt_layout.client_cbuf),
				&ev->st_conn);
}

/* ---- connections ---- */
GT_INLINE struct gt_conn *conn_find(struct gt_ev *ev)
{
	struct gt_conn_key k = { .conn = ev->key.conn, .tgid = gt_tgid(ev) };

	return bpf_map_lookup_elem(&gt_conns, &k);
}

GT_INLINE struct gt_conn *conn_make(struct gt_ev *ev, u32 whole)
{
	struct gt_conn_key k = { .conn = ev->key.conn, .tgid = gt_tgid(ev) };
	struct gt_conn c = { .whole = whole };

	bpf_map_update_elem(&gt_conns, &k, &c, BPF_NOEXIST);
	return bpf_map_lookup_elem(&gt_conns, &k);
}

/* Did a stream begin before gtrace looked? Ids only grow on a connection. */
GT_INLINE bool is_old(struct gt_ev *ev, const struct gt_conn *c)
{
	return !c || (!c->whole && (!c->first_id || ev->key.id < c->first_id));
}

/* ---- the record of a stream ---- */
GT_SUB int rec_make(struct gt_ev *ev, u64 begin, u64 flags)
{
	struct gt_stream s = { .begin = begin, .flags = flags, .method = ev->method };
	struct gt_conn *c = conn_find(ev);
	struct gt_shared *sh;

	if (ev->server)
		s.flags |= GT_S_SERVER;
	if (c && c->closed) {
		s.flags |= GT_S_TR_DONE;
		s.end = c->closed;
	}
	if (bpf_map_update_elem(&gt_streams, &ev->key, &s, BPF_NOEXIST) == -7 /* E2BIG */) {
		sh = gt_shared_words();
		if (sh)
			__sync_fetch_and_add(&sh->streams_full, 1);
	}
	ev->rec = bpf_map_lookup_elem(&gt_streams, &ev->key);
	return 0;
}

/* A client's stream in the caller's hands: its call waits in gt_pending under its ctx. */
GT_SUB int rec_join(struct gt_ev *ev)
{
	struct gt_pending_key k = { .tgid = gt_tgid(ev) };
	struct gt_stream *rec = ev->rec;
	struct gt_pending *p;
	u32 status = 0;

	k.ctx = read_u64(inner_stream(ev->a1, &status) + gt_layout.stream_ctx + 8, &status);
	p = status ? NULL : bpf_map_lookup_elem(&gt_pending, &k);
	if (p) {
		if (rec) {
			rec->begin = p->begin;
		} else {
			ev->method = p->method;
			rec_make(ev, p->begin, 0);
		}
		bpf_map_delete_elem(&gt_pending, &k);
	}
	rec = ev->rec;
	if (rec && (rec->flags & GT_S_LATE))
		__sync_fetch_and_and(&rec->flags, ~(u64)GT_S_LATE);
	return 0;
}

/* Why a stream has no record. */
GT_INLINE u32 why_no_rec(struct gt_ev *ev)
{
	struct gt_conn *c = conn_find(ev);
	struct gt_shared *sh = gt_shared_words();

	if (is_old(ev, c))
		return GT_UNK_BEFORE;
	return sh && sh->streams_full ? GT_UNK_FULL : GT_UNK_OVER;
}

/* Finds the record of ev's stream; sets ev->rec, or ev->st_rec to the reason. */
GT_SUB int need_rec(struct gt_ev *ev)
{
	struct gt_stream *rec;

	if (ev->have & HAVE_REC)
		return 0;
	ev->have |= HAVE_REC;
	need_conn(ev);
	need_id(ev);
	if (ev->st_conn || ev->st_id) {
		ev->st_rec = GT_UNK_FAULT;
		return 0;
	}
	ev->rec = bpf_map_lookup_elem(&gt_streams, &ev->key);
	rec = ev->rec;
	if (ev->from == FROM_STREAM && !ev->server && (!rec || (rec->flags & GT_S_LATE)))
		rec_join(ev);
	rec = ev->rec;
	if (!rec)
		ev->st_rec = why_no_rec(ev);
	else if (rec->flags & GT_S_OLD)
		ev->st_rec = GT_UNK_BEFORE;
	return 0;
}

GT_INLINE void rec_free(struct gt_ev *ev)
{
	bpf_map_delete_elem(&gt_streams, &ev->key);
}

/* One side is over: the second of the two frees. */
GT_INLINE void rec_done(struct gt_ev *ev, struct gt_stream *rec, u64 mine)
{
	u64 others = mine == GT_S_APP_DONE ? GT_S_TR_DONE : GT_S_APP_DONE | GT_S_NO_APP;
	u64 was;

	if (mine == GT_S_TR_DONE)
		rec->end = gt_now(ev);
	was = __sync_fetch_and_or(&rec->flags, mine);
	if (was & others)
		rec_free(ev);
}

/* ---- methods ---- */

/* A header block's :path. HTTP/2 has the (at most five) pseudo-headers first. */
#define HPACK_FIELD 40		/* sizeof(hpack.HeaderField): Name, Value, Sensitive */

/* Reads the i-th field as two (pointer, length); is it :path? */
GT_INLINE bool path_at(u64 fields, u64 n, u32 i, u64 f[4])
{
	if (i >= n || bpf_probe_read_user(f, 4 * sizeof(*f), (void *)(fields + i * HPACK_FIELD)) ||
	    f[1] != 5)
		return false;
	f[1] = 0;	/* the name goes there: stack is short */
	return !bpf_probe_read_user(&f[1], 5, (void *)f[0]) && f[1] == 0x687461703aull;
}

/* No loop: its counter would need a word of stack. */
GT_SUB u64 path_of_fields(u64 fields, u64 n)
{
	u64 f[4];

	if (path_at(fields, n, 0, f) || path_at(fields, n, 1, f) || path_at(fields, n, 2, f) ||
	    path_at(fields, n, 3, f) || path_at(fields, n, 4, f))
		return gt_str_user((void *)f[2], f[3]);
	return 0;
}

/* The method that stands in the target's own stream object. */
GT_SUB u64 method_of_stream(struct gt_ev *ev)
{
	u64 m[2];
	u32 status = 0;
	u64 s = inner_stream(ev->a1, &status);

	if (status || bpf_probe_read_user(m, sizeof(m), (void *)(s + gt_layout.stream_method)))
		return 0;
	return gt_str_user((void *)m[0], m[1]);
}

#endif
