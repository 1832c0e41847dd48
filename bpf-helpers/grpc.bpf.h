/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GT_GRPC_BPF_H
#define GT_GRPC_BPF_H
/*
 * grpc: what the hooks of grpc-go see.
 *
 * Each hook has gt_in_NAME(): it reads the arguments, keeps the records up, and says
 * what fired. One that has something to do after the clauses has gt_out_NAME() too.
 *
 * Arguments: Go's ABIInternal on amd64 (Go >= 1.17): AX BX CX DI SI R8 R9 R10 R11, g in
 * R14. Frames and hpack fields have not moved since 2019 (golang.org/x/net/http2).
 */
#include "grpc-records.bpf.h"

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

#endif
