/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GT_ABI_H
#define GT_ABI_H
/*
 * gt-abi: what the BPF programs and the tracer agree on: maps, records, limits,
 * the layout of a target. Included by bpf-helpers/, codegen, probes and runtime;
 * includes nothing itself.
 *
 * Values. In BPF every value of the language is one 64-bit word: integers as
 * they are, bool 0/1, an enum its number, a string its 64-bit id (a seeded hash;
 * the text stands once in the map gt_dict), a pointer the address. Beside it
 * stands a status (enum gt_status).
 */

typedef unsigned char gt_u8;
typedef unsigned short gt_u16;
typedef unsigned int gt_u32;
typedef unsigned long long gt_u64;
typedef long long gt_s64;

enum gt_status {
	GT_KNOWN = 0,
	GT_NONE = 1,		/* the event has no such thing */
	/* unknown, and why */
	GT_UNK_BEFORE = 2,	/* began before gtrace was attached */
	GT_UNK_FULL = 3,	/* a table was full */
	GT_UNK_FAULT = 4,	/* the target's memory could not be read */
	GT_UNK_DIV0 = 5,	/* division by zero */
	GT_UNK_OVER = 6,	/* its subject had ended already */
	GT_UNK_LAYOUT = 7,	/* not known of this target's build */
	GT_STATUS_N
};

/* Limits. */
#define GT_STR_MAX 256		/* bytes of a string's text that are kept */
#define GT_VALUES_MAX 32	/* values of one ring record; keys of one map */
#define GT_MAPS_MAX 64		/* maps of a script that can be swapped */
#define GT_ZERO_SIZE 16384	/* largest map value that starts as zeros */
#define GT_STREAMS_MAX 65536	/* open streams with a record */
#define GT_PENDING_MAX 16384	/* client calls between NewStream and their first use */
#define GT_CONNS_MAX 16384
#define GT_OLD_MAX 16384	/* remembered ends of streams older than gtrace */
#define GT_DICT_MAX 32768	/* distinct strings */
#define GT_TGIDS_MAX 8192
#define GT_HIST_BUCKETS 66	/* [0] negative, [1] zero, [2+i] 2^i .. 2^(i+1)-1 */
#define GT_QUANT_SUB_BITS 6	/* 64 buckets a power of two: relative error <= 1/128 */
#define GT_QUANT_SHIFT 7	/* values below 2^7 have a bucket each */

/*
 * Quantile bucket q of value v >= 0: v itself below 2^7, else with e = log2(v) and
 * m = the 6 bits below the leading one: q = 128 + ((e - 7) << 6) + m. Its lower edge is
 * (64 + m) << (e - 6), its width 1 << (e - 6). Negative values go to GT_QUANT_NEG.
 */
#define GT_QUANT_NEG 0xffffffffu

/* Hash of strings: 8-byte little-endian words, the last one padded with zeros, then the length. */
static inline __attribute__((always_inline, unused)) gt_u64 gt_hash_word(gt_u64 h, gt_u64 w)
{
	h = (h ^ w) * 0x9e3779b97f4a7c15ull;
	return h ^ (h >> 32);
}

/* ---- shared words: map gt_shared, array of one, mmapable ---- */
struct gt_shared {
	gt_u64 generation;	/* 0: the gate is shut and no probe does anything */
	gt_u64 start_ns;	/* CLOCK_MONOTONIC when the gate was opened; `elapsed` counts from it */
	gt_u64 seed;		/* of string hashes */
	gt_u64 exit_asked;	/* exit(n) ran: n + 1 */
	gt_u64 control_asked;	/* print/clear/exit records wanted, also those that the ring refused */
	gt_u64 streams_full;	/* records refused by a full table */
	gt_u64 pending_full;
	gt_u64 dict_full;
	gt_u64 epoch[GT_MAPS_MAX];	/* 0 or 1: which half of a swapped map is written */
};

/* ---- a clause's counters: map gt_cells, per-CPU array [clause] (clauses count from 1; 0 is gtrace's own) ---- */
struct gt_cell {
	gt_u64 events;		/* passed the predicate */
	gt_u64 left_out[GT_STATUS_N];	/* needed a value that was unknown, by reason */
	gt_u64 sides[2];	/* events of a client, of a server */
	gt_u64 ring_full;	/* records that did not fit */
	gt_u64 map_full;	/* keys that did not fit */
	gt_u64 truncated;	/* strings longer than GT_STR_MAX */
};

/* ---- ring buffer records: map gt_ring ---- */
#define GT_RING_SIZE_DEFAULT (4u << 20)

struct gt_record {
	gt_u64 time;		/* ktime, ns */
	gt_u32 stmt;		/* index of the statement in Program, or a GT_CTL_… */
	gt_u32 tgid;
	gt_u32 event;		/* enum event_id of what fired */
	gt_u32 n;		/* values */
	gt_u64 states;		/* 2 bits a value: 0 known, 1 none, 2 unknown */
	gt_u64 values[];	/* n words */
};

/* Records of gtrace's own: stmt is one of these. */
#define GT_CTL 0x80000000u
#define GT_CTL_CONN_DEAD (GT_CTL | 1)	/* values: conn */
#define GT_CTL_STREAM_DEAD (GT_CTL | 2)	/* values: conn, stream id: nothing in the target will end it */

/* ---- strings: map gt_dict, hash: id -> text ---- */
struct gt_str {
	gt_u32 len;		/* bytes of text; set last */
	gt_u32 full_len;	/* as the target has it */
	char text[GT_STR_MAX];
};

/* ---- traced records ---- */
struct gt_stream_key {
	gt_u64 conn;		/* address of the connection's controlBuffer: same on both goroutines */
	gt_u32 tgid;
	gt_u32 id;		/* HTTP/2 stream id */
};

/* Changed by atomic OR only: two goroutines end a stream. */
enum gt_stream_flags {
	GT_S_SERVER = 1 << 0,
	GT_S_BEGUN = 1 << 1,	/* its headers were seen: it is a stream on the wire */
	GT_S_OLD = 1 << 2,	/* began before gtrace: begin is not known */
	GT_S_LATE = 1 << 3,	/* begin is that of the first sight, the call's own was not found yet */
	GT_S_NO_APP = 1 << 4,	/* no handler will ever end it (refused, early abort) */
	GT_S_APP_DONE = 1 << 5,	/* the application's side is over */
	GT_S_TR_DONE = 1 << 6,	/* the transport's side is over */
};

struct gt_stream {
	gt_u64 begin;		/* ktime */
	gt_u64 method;		/* string id; 0 not known */
	gt_u64 end;		/* ktime of the transport's end; 0 open */
	gt_u64 flags;
	gt_u32 rst_code;	/* code + 1 of an RST_STREAM that was received; 0 none */
	gt_u32 pad;
};

struct gt_pending_key {		/* a client call whose stream id is not known yet */
	gt_u64 ctx;		/* address of the stream's context */
	gt_u64 tgid;
};

struct gt_pending {
	gt_u64 begin;
	gt_u64 method;
};

struct gt_conn_key {
	gt_u64 conn;
	gt_u64 tgid;
};

struct gt_conn {
	gt_u64 closed;		/* ktime; 0 open */
	gt_u32 first_id;	/* id of the first stream that began under gtrace; 0 none yet */
	gt_u32 whole;		/* seen from its start: no stream on it is older than gtrace */
};

struct gt_recv_key {
	gt_u64 goid;
	gt_u64 tgid;
};

struct gt_recv {		/* the read that a goroutine is in */
	gt_u64 stream;		/* address of the stream object */
	gt_u64 len;		/* bytes asked for */
	gt_u64 server;
};

/* ---- target filter: map gt_tgids, hash tgid -> 1; used when layout.flags has GT_L_TGIDS ---- */

/*
 * ---- one binary: `const volatile struct gt_layout gt_layout` in .rodata ----
 * Filled by probes/ before each load; the verifier folds what it tests. Offsets
 * are bytes; GT_NO_OFFSET where this build has no such member.
 */
#define GT_NO_OFFSET 0xffffu

enum gt_layout_flags {
	GT_L_TGIDS = 1 << 0,		/* count only processes in gt_tgids */
	GT_L_STREAM_INDIRECT = 1 << 1,	/* ServerStream/ClientStream hold *Stream at 0 (1.69-1.76) */
	GT_L_FRAME_ARG3 = 1 << 2,	/* server operateHeaders: frame is a3 (>= 1.60), else a1 */
	GT_L_CLOSE_ON_STREAM = 1 << 3,	/* client app end is (*ClientStream).Close: a0 = stream */
	GT_L_JBE_SITES = 1 << 4,	/* some sites are the stack check's jbe: test the saved flags */
	GT_L_CT_IFACE = 1 << 5,		/* Stream.ct is an interface: its data word is at +8 */
	GT_L_RECV_LEN_RESULT = 1 << 6,	/* recvMsg gives the message as one slice (<= 1.65) */
	GT_L_ONE_STREAM_TYPE = 1 << 7,	/* Stream serves both sides (<= 1.68): st or ct tells */
};

struct gt_layout {
	gt_u32 flags;
	gt_u32 keeps;		/* enum keep of the script: what the hooks must keep up */
	gt_u64 exe;		/* string id of the binary's path */
	/* runtime.g */
	gt_u16 g_goid, g_parent_goid;
	/* transport.Stream (after the indirection, if any) */
	gt_u16 stream_id, stream_method, stream_ctx;
	/* in the stream as the application holds it: its *http2Server, *http2Client */
	gt_u16 stream_st, stream_ct;
	gt_u16 server_cbuf, client_cbuf;	/* controlBuf in http2Server, http2Client */
	gt_u16 early_abort_id;			/* earlyAbortStream.streamID */
	gt_u16 pad[2];
};

/* A site's cookie: which variant of its hook it is. */
enum gt_cookie {
	GT_COOKIE_CLIENT = 0,
	GT_COOKIE_SERVER = 1,
	GT_COOKIE_SIDE = 1,		/* mask */
	GT_COOKIE_JBE = 2,		/* the site is a jbe: a taken branch is not an event */
	GT_COOKIE_PREFIX = 4,		/* reads a message's prefix: how much follows is not known yet */
};

#endif
