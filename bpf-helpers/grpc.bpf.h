/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * grpc: what the hooks of grpc-go see and keep.
 *
 * Each hook has gt_in_NAME(): it reads the arguments, keeps the records up, and says
 * what fired. Fields are read by gt_f_NAME() when a clause asks; what several of them
 * need (the connection, the stream's record) is found once an event and remembered in
 * gt_ev.have.
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
 *
 * Arguments: Go's ABIInternal on amd64 (Go >= 1.17): AX BX CX DI SI R8 R9 R10 R11, g in
 * R14. Frames and hpack fields have not moved since 2019 (golang.org/x/net/http2).
 */

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

GT_INLINE u32 cookie_server(void *ctx)
{
	return bpf_get_attach_cookie(ctx) & GT_COOKIE_SIDE;
}

/* At a stack check's jbe a branch that will be taken (CF or ZF) is no call yet: it comes back. */
GT_INLINE bool retried(void *ctx)
{
	return (gt_layout.flags & GT_L_JBE_SITES) && (GT_REG_FLAGS(ctx) & 0x41) &&
	       (bpf_get_attach_cookie(ctx) & GT_COOKIE_JBE);
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

/* ---- hooks of the application's goroutine ---- */

/* http2Server.write(s, hdr, data, …), http2Client.write: a0 t, a1 s, a2..a4 hdr. */
GT_FN u32 gt_in_msg_send(void *ctx, struct gt_ev *ev)
{
	if (retried(ctx) || !GT_REG_CX(ctx))	/* no 5-byte prefix: only the end of the stream */
		return 0;
	ev->from = FROM_STREAM;
	ev->a0 = GT_REG_AX(ctx);
	ev->a1 = GT_REG_BX(ctx);
	ev->a2 = GT_REG_CX(ctx);
	ev->server = cookie_server(ctx);
	return 1;
}

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

GT_INLINE void recv_key(void *ctx, struct gt_ev *ev, struct gt_recv_key *k)
{
	u32 status = 0;

	k->goid = read_u64(GT_REG_R14(ctx) + gt_layout.g_goid, &status);
	k->tgid = gt_tgid(ev);
}

/*
 * Stream.Read(p []byte) (<= 1.65), Stream.Read(n) and ReadHeader (1.66-1.68),
 * ServerStream.Read(n), ClientStream.Read(n) (>= 1.69): a0 is the stream.
 */
GT_FN u32 gt_in_recv_call(void *ctx, struct gt_ev *ev)
{
	struct gt_recv_key k;
	struct gt_recv r = { .stream = GT_REG_AX(ctx), .len = GT_REG_BX(ctx) };
	u64 cookie = bpf_get_attach_cookie(ctx);
	u32 status = 0;

	if (retried(ctx))
		return 0;
	if (cookie & GT_COOKIE_PREFIX)
		r.len = 0;
	if (gt_layout.flags & GT_L_ONE_STREAM_TYPE)
		r.server = read_u64(r.stream + gt_layout.stream_st + 8, &status) != 0;
	else
		r.server = cookie & GT_COOKIE_SIDE;
	recv_key(ctx, ev, &k);
	bpf_map_update_elem(&gt_recvs, &k, &r, BPF_ANY);
	return 0;
}

/* After recvMsg in recvAndDecompress: AX flag, BX CX DI message or buffers, SI R8 error. */
GT_FN u32 gt_in_msg_recv(void *ctx, struct gt_ev *ev)
{
	struct gt_recv_key k;
	struct gt_recv *r;

	recv_key(ctx, ev, &k);
	r = bpf_map_lookup_elem(&gt_recvs, &k);
	ev->from = FROM_STREAM;
	ev->v0 = GT_REG_CX(ctx);
	if (r) {
		ev->a1 = r->stream;
		ev->server = r->server;
		if (!(gt_layout.flags & GT_L_RECV_LEN_RESULT))
			ev->v0 = r->len;
		bpf_map_delete_elem(&gt_recvs, &k);
	} else {
		ev->st_v = gt_layout.flags & GT_L_RECV_LEN_RESULT ? 0 : GT_UNK_BEFORE;
		ev->st_conn = ev->st_id = ev->st_rec = GT_UNK_BEFORE;
		ev->have = HAVE_CONN | HAVE_ID | HAVE_REC;
	}
	return GT_REG_SI(ctx) == 0;
}

GT_FN u64 gt_f_msg_len__msg_recv(void *ctx, struct gt_ev *ev, u32 *status)
{
	*status = ev->st_v;
	return ev->v0;
}

/* http2Client.createHeaderFields(ctx, callHdr): a1 a2 ctx, a3 callHdr{Host, Method}. */
GT_FN u32 gt_in_call(void *ctx, struct gt_ev *ev)
{
	struct gt_pending_key k = { .ctx = GT_REG_CX(ctx), .tgid = gt_tgid(ev) };
	struct gt_pending p = { .begin = bpf_ktime_get_ns() };
	struct gt_shared *sh;
	u64 m[2];

	if (retried(ctx))
		return 0;
	if (!bpf_probe_read_user(m, sizeof(m), (void *)(GT_REG_DI(ctx) + 16)))
		p.method = gt_str_user((void *)m[0], m[1]);
	if (bpf_map_update_elem(&gt_pending, &k, &p, BPF_ANY) == -7 /* E2BIG */) {
		sh = gt_shared_words();
		if (sh)
			__sync_fetch_and_add(&sh->pending_full, 1);
	}
	return 0;
}

/* http2Server.writeStatus(s, st), http2Client.CloseStream(s, err), ClientStream.Close(err). */
GT_FN u32 gt_in_app_end(void *ctx, struct gt_ev *ev)
{
	struct gt_stream *rec;

	if (retried(ctx))
		return 0;
	ev->from = FROM_STREAM;
	ev->server = cookie_server(ctx);
	if (!ev->server && (gt_layout.flags & GT_L_CLOSE_ON_STREAM)) {
		ev->a1 = GT_REG_AX(ctx);
	} else {
		ev->a0 = GT_REG_AX(ctx);
		ev->a1 = GT_REG_BX(ctx);
	}
	need_rec(ev);
	rec = ev->rec;
	if (rec)
		rec_done(ev, rec, GT_S_APP_DONE);
	return 0;
}

/* ---- hooks of loopy: a0 is the loopyWriter {side u32@0, cbuf@8} ---- */
GT_INLINE void loopy_conn(struct gt_ev *ev, u64 l)
{
	u64 w[2] = { 0 };

	if (bpf_probe_read_user(w, sizeof(w), (void *)l))
		ev->st_conn = GT_UNK_FAULT;
	ev->server = w[0] & 1;
	ev->key.conn = w[1];
	ev->key.tgid = gt_tgid(ev);
	ev->from = FROM_LOOPY;
	ev->have |= HAVE_CONN | HAVE_ID;
}

GT_INLINE void open_add(struct gt_ev *ev)
{
	u64 one = 1;

	if (gt_layout.keeps & KEEP_OPEN)
		bpf_map_update_elem(&gt_open, &ev->key, &one, BPF_NOEXIST);
}

/* The first block that a client writes opens the stream. */
GT_SUB int client_begins(struct gt_ev *ev)
{
	struct gt_conn *c;
	struct gt_stream *rec;

	c = conn_find(ev);
	if (!c)
		c = conn_make(ev, 0);
	if (c && !c->first_id)
		c->first_id = ev->key.id;
	ev->rec = bpf_map_lookup_elem(&gt_streams, &ev->key);
	if (!ev->rec) {
		ev->method = path_of_fields(ev->a3, ev->a4);
		rec_make(ev, gt_now(ev), GT_S_LATE | GT_S_BEGUN);
	}
	ev->have |= HAVE_REC;
	rec = ev->rec;
	if (!rec) {
		ev->st_rec = GT_UNK_FULL;
		return 0;
	}
	__sync_fetch_and_or(&rec->flags, GT_S_BEGUN);
	open_add(ev);
	return 0;
}

/* loopyWriter.writeHeader(streamID, endStream, hf []hpack.HeaderField, onWrite). */
GT_FN u32 gt_in_write_header(void *ctx, struct gt_ev *ev)
{
	if (retried(ctx))
		return 0;
	loopy_conn(ev, GT_REG_AX(ctx));
	ev->key.id = GT_REG_BX(ctx);
	ev->a3 = GT_REG_DI(ctx);
	ev->a4 = GT_REG_SI(ctx);
	ev->v0 = GT_REG_SI(ctx);
	ev->v1 = GT_REG_CX(ctx) & 1;
	if (ev->server)
		return 2;
	if (gt_layout.keeps & KEEP_STREAM)
		client_begins(ev);
	return 3;
}

/* Early abort: the block just written is the stream's last, no handler comes. */
GT_FN void gt_out_write_header(void *ctx, struct gt_ev *ev)
{
	struct gt_stream *rec;

	if (!(gt_layout.keeps & KEEP_STREAM) || !ev->server || !ev->v1)
		return;
	need_rec(ev);
	rec = ev->rec;
	if (rec && (rec->flags & GT_S_NO_APP)) {
		rec->end = gt_now(ev);
		gt_control(GT_CTL_STREAM_DEAD, gt_tgid(ev), 2, ev->key.conn, ev->key.id);
	}
}

/* loopyWriter.earlyAbortStreamHandler(eas). */
GT_FN u32 gt_in_early_abort(void *ctx, struct gt_ev *ev)
{
	struct gt_stream *rec;

	if (retried(ctx))
		return 0;
	loopy_conn(ev, GT_REG_AX(ctx));
	if (bpf_probe_read_user(&ev->key.id, sizeof(ev->key.id),
				(void *)(GT_REG_BX(ctx) + gt_layout.early_abort_id)))
		return 0;
	need_rec(ev);
	rec = ev->rec;
	if (rec)
		__sync_fetch_and_or(&rec->flags, GT_S_NO_APP);
	return 0;
}

/* Takes the end of a stream: true for one caller only. */
GT_SUB int take_end(struct gt_ev *ev)
{
	struct gt_conn *c;
	u64 one = 1;

	if (!(gt_layout.keeps & KEEP_OPEN))
		return 0;
	if (!bpf_map_delete_elem(&gt_open, &ev->key))
		return 1;
	c = conn_find(ev);
	if (!is_old(ev, c))
		return 0;
	return !bpf_map_update_elem(&gt_old, &ev->key, &one, BPF_NOEXIST);
}

/* http2.ErrCode of a stream that was refused before it had a handler. */
#define ERR_FRAME_SIZE 6
#define ERR_REFUSED_STREAM 7

GT_FN void gt_out_cleanup(void *ctx, struct gt_ev *ev)
{
	struct gt_stream *rec = ev->rec;

	if (rec)
		rec_done(ev, rec, GT_S_TR_DONE);
}

/* loopyWriter.cleanupStreamHandler(c): c {streamID u32@0, rst bool@4, rstCode u32@8}. */
GT_FN u32 gt_in_cleanup(void *ctx, struct gt_ev *ev)
{
	u32 c[3] = { 0 };
	struct gt_stream *rec;

	if (retried(ctx))
		return 0;
	loopy_conn(ev, GT_REG_AX(ctx));
	if (bpf_probe_read_user(c, sizeof(c), (void *)GT_REG_BX(ctx)))
		return 0;
	ev->key.id = c[0];
	ev->v0 = c[1] & 0xff ? (u64)c[2] + 1 : 0;
	need_rec(ev);
	rec = ev->rec;
	if (rec && ev->server && (ev->v0 == ERR_REFUSED_STREAM + 1 || ev->v0 == ERR_FRAME_SIZE + 1))
		__sync_fetch_and_or(&rec->flags, GT_S_NO_APP);
	if (take_end(ev))
		return 1;
	gt_out_cleanup(ctx, ev);
	return 0;
}

/* ---- hooks of the reader ---- */

/* A server's new stream: before its handler can run. */
GT_SUB int server_begins(struct gt_ev *ev)
{
	struct gt_conn *c;

	c = conn_find(ev);
	if (!c)
		c = conn_make(ev, 0);
	if (c && !c->first_id)
		c->first_id = ev->key.id;
	ev->method = path_of_fields(ev->a3, ev->a4);
	rec_make(ev, gt_now(ev), GT_S_BEGUN);
	ev->have |= HAVE_REC;
	if (!ev->rec) {
		ev->st_rec = GT_UNK_FULL;
		return 0;
	}
	open_add(ev);
	return 0;
}

/*
 * operateHeaders: a0 transport, frame a1 or a3: *MetaHeadersFrame {*HeadersFrame@0,
 * Fields@8}; HeadersFrame starts with FrameHeader {valid u8, Type u8, Flags u8@2, Length
 * u32@4, StreamID u32@8}.
 */
GT_FN u32 gt_in_read_header(void *ctx, struct gt_ev *ev)
{
	u64 frame, f[3] = { 0 };
	u32 h[3] = { 0 };

	if (retried(ctx))
		return 0;
	ev->server = cookie_server(ctx);
	ev->from = FROM_LOOPY;
	ev->a0 = GT_REG_AX(ctx);
	frame = ev->server && (gt_layout.flags & GT_L_FRAME_ARG3) ? GT_REG_DI(ctx) : GT_REG_BX(ctx);
	if (bpf_probe_read_user(f, sizeof(f), (void *)frame) ||
	    bpf_probe_read_user(h, sizeof(h), (void *)f[0]))
		ev->st_v = ev->st_id = GT_UNK_FAULT;
	ev->a3 = f[1];
	ev->a4 = f[2];
	ev->v0 = f[2];
	ev->v1 = h[0] >> 16 & 1;
	ev->key.id = h[2];
	ev->have |= HAVE_ID;
	if (!(gt_layout.keeps & KEEP_STREAM))
		return ev->server ? 3 : 2;
	need_conn(ev);
	if (ev->server) {
		server_begins(ev);
		return 3;
	}
	need_rec(ev);
	return ev->st_rec == GT_UNK_OVER ? 0 : 2;	/* grpc-go drops it too */
}

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

/* handleRSTStream(f): RSTStreamFrame {FrameHeader, ErrCode u32@12}. */
GT_FN u32 gt_in_rst_in(void *ctx, struct gt_ev *ev)
{
	u32 f[4];
	struct gt_stream *rec;

	if (retried(ctx))
		return 0;
	ev->server = cookie_server(ctx);
	ev->from = FROM_LOOPY;
	ev->a0 = GT_REG_AX(ctx);
	if (bpf_probe_read_user(f, sizeof(f), (void *)GT_REG_BX(ctx)))
		return 0;
	ev->key.id = f[2];
	ev->have |= HAVE_ID;
	need_rec(ev);
	if (!ev->rec && ev->st_rec == GT_UNK_BEFORE)
		rec_make(ev, 0, GT_S_OLD);
	rec = ev->rec;
	if (rec)
		rec->rst_code = f[3] + 1;
	return 0;
}

/* http2Server.HandleStreams, http2Client.reader: nothing on this connection is older. */
GT_FN u32 gt_in_conn_open(void *ctx, struct gt_ev *ev)
{
	struct gt_conn_key k = { .tgid = gt_tgid(ev) };
	struct gt_conn c = {};

	if (retried(ctx))
		return 0;
	c.whole = 1;
	ev->server = cookie_server(ctx);
	ev->a0 = GT_REG_AX(ctx);
	need_conn(ev);
	k.conn = ev->key.conn;
	if (!ev->st_conn)
		bpf_map_update_elem(&gt_conns, &k, &c, BPF_ANY);
	return 0;
}

/* Close of a transport: loopy will clean up no stream any more; the tracer sweeps. */
GT_FN u32 gt_in_conn_close(void *ctx, struct gt_ev *ev)
{
	struct gt_conn *c;

	if (retried(ctx))
		return 0;
	ev->server = cookie_server(ctx);
	ev->a0 = GT_REG_AX(ctx);
	need_conn(ev);
	if (ev->st_conn)
		return 0;
	c = conn_find(ev);
	if (!c)
		c = conn_make(ev, 0);
	if (!c || c->closed)
		return 0;
	c->closed = bpf_ktime_get_ns();
	gt_control(GT_CTL_CONN_DEAD, gt_tgid(ev), 1, ev->key.conn, 0);
	return 0;
}

/* ---- programs that the tracer runs: args conn, tgid << 32 | id ---- */
GT_INLINE bool run_stream(u64 *args, struct gt_ev *ev)
{
	struct gt_stream *rec;

	ev->key.conn = args[0];
	ev->key.tgid = args[1] >> 32;
	ev->key.id = args[1];
	ev->tgid = ev->key.tgid;
	ev->from = FROM_LOOPY;
	ev->have = HAVE_CONN | HAVE_ID | HAVE_REC;
	ev->rec = bpf_map_lookup_elem(&gt_streams, &ev->key);
	rec = ev->rec;
	if (!rec)
		return false;
	ev->server = !!(rec->flags & GT_S_SERVER);
	if (rec->flags & GT_S_OLD)
		ev->st_rec = GT_UNK_BEFORE;
	return true;
}

GT_FN u32 gt_in_stream_open(u64 *args, struct gt_ev *ev)
{
	struct gt_stream *rec;

	if (!run_stream(args, ev))
		return 0;
	rec = ev->rec;
	return (rec->flags & (GT_S_BEGUN | GT_S_OLD)) && !(rec->flags & GT_S_TR_DONE);
}

GT_FN void gt_out_sweep(u64 *args, struct gt_ev *ev)
{
	struct gt_stream *rec = ev->rec;

	if (rec)
		rec_done(ev, rec, GT_S_TR_DONE);
}

/* Ends a stream at the time when its connection, or its last block, went. */
GT_FN u32 gt_in_sweep(u64 *args, struct gt_ev *ev)
{
	struct gt_stream *rec;
	struct gt_conn *c;

	if (!run_stream(args, ev))
		return 0;
	rec = ev->rec;
	c = conn_find(ev);
	ev->now = rec->end ? rec->end : c ? c->closed : 0;
	if (take_end(ev))
		return 1;
	gt_out_sweep(args, ev);
	return 0;
}

/* begin and end run once, interval for the clause whose time it is: args clause. */
GT_FN u32 gt_in_begin(u64 *args, struct gt_ev *ev)
{
	return 1;
}

GT_FN u32 gt_in_end(u64 *args, struct gt_ev *ev)
{
	return 1;
}

GT_FN u32 gt_in_interval(u64 *args, struct gt_ev *ev)
{
	ev->run_clause = args[0];
	return 1;
}

/* ---- fields ---- */
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
