/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * grpc: where the hooks of grpc-go 1.33 to 1.85 are in a binary, and how its structs lie.
 *
 * Nothing here asks for a version. A function that was renamed has a row for each name
 * and the one that is there gets the site; a struct that was re-laid is read from the
 * binary's own type descriptors; and what tells two generations apart is their shape:
 *
 *	type ServerStream			since 1.69; before, Stream serves both sides
 *	ServerStream embeds Stream by pointer	1.69 - 1.76, by value since 1.77
 *	http2Server has a field `peer`		since 1.60, when operateHeaders got a ctx first
 *	Stream.ct is an interface		since 1.66, when messages became mem.BufferSlice
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "probes.h"

#define TRANSPORT "google.golang.org/grpc/internal/transport"
#define IT(f) TRANSPORT "." f
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

enum side { CLIENT = GT_COOKIE_CLIENT, SERVER = GT_COOKIE_SERVER, PREFIX = GT_COOKIE_PREFIX };

/* One function that is, or was, a hook's. */
struct site_row {
	enum hook_id hook;
	enum side side;		/* the cookie; both sides of loopy are CLIENT */
	const char *func;
	bool must;		/* false: builds without it miss nothing */
};

static const struct site_row site_rows[] = {
	{ HOOK_MSG_SEND, SERVER, IT("(*http2Server).write"), true },	/* >= 1.69 */
	{ HOOK_MSG_SEND, SERVER, IT("(*http2Server).Write"), true },
	{ HOOK_MSG_SEND, CLIENT, IT("(*http2Client).write"), true },
	{ HOOK_MSG_SEND, CLIENT, IT("(*http2Client).Write"), true },
	{ HOOK_RECV_CALL, SERVER, IT("(*ServerStream).Read"), true },	/* >= 1.69 */
	{ HOOK_RECV_CALL, CLIENT, IT("(*ClientStream).Read"), true },
	{ HOOK_RECV_CALL, CLIENT, IT("(*Stream).Read"), true },		/* <= 1.68 */
	{ HOOK_RECV_CALL, PREFIX, IT("(*Stream).ReadHeader"), false },	/* 1.66 - 1.68 */
	{ HOOK_WRITE_HEADER, CLIENT, IT("(*loopyWriter).writeHeader"), true },
	{ HOOK_READ_HEADER, SERVER, IT("(*http2Server).operateHeaders"), true },
	{ HOOK_READ_HEADER, CLIENT, IT("(*http2Client).operateHeaders"), true },
	{ HOOK_CALL, CLIENT, IT("(*http2Client).createHeaderFields"), true },
	{ HOOK_CLEANUP, CLIENT, IT("(*loopyWriter).cleanupStreamHandler"), true },
	{ HOOK_APP_END, SERVER, IT("(*http2Server).writeStatus"), true },	/* >= 1.69 */
	{ HOOK_APP_END, SERVER, IT("(*http2Server).WriteStatus"), true },
	{ HOOK_APP_END, CLIENT, IT("(*ClientStream).Close"), true },		/* >= 1.69 */
	{ HOOK_APP_END, CLIENT, IT("(*http2Client).CloseStream"), true },
	{ HOOK_RST_IN, SERVER, IT("(*http2Server).handleRSTStream"), true },
	{ HOOK_RST_IN, CLIENT, IT("(*http2Client).handleRSTStream"), true },
	{ HOOK_EARLY_ABORT, CLIENT, IT("(*loopyWriter).earlyAbortStreamHandler"), false }, /* >= 1.38 */
	{ HOOK_CONN_OPEN, SERVER, IT("(*http2Server).HandleStreams"), true },
	{ HOOK_CONN_OPEN, CLIENT, IT("(*http2Client).reader"), true },
	{ HOOK_CONN_CLOSE, SERVER, IT("(*http2Server).Close"), true },
	{ HOOK_CONN_CLOSE, CLIENT, IT("(*http2Client).Close"), true },
};

/* msg_recv is where recvAndDecompress tests what recvMsg gave. */
static const char *const recv_names[2] = {
	"google.golang.org/grpc.recvAndDecompress",
	"google.golang.org/grpc.(*parser).recvMsg",
};

struct work {
	struct goelf *g;
	const struct program *program;
	struct plan *out;
	char broken[HOOK_N][160];	/* why a hook has no site; "" no reason yet */
	char layout_error[160];
};

__attribute__((format(printf, 3, 4)))
static void say(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, size, fmt, ap);
	va_end(ap);
}

/* ---- layout ---- */
static bool field(struct work *w, const char *pkg, const char *type, const char *path,
		  struct goelf_field *f)
{
	struct goelf_err err = { 0 };

	if (!goelf_field(w->g, pkg, type, path, f, &err) && f->offset < GT_NO_OFFSET)
		return true;
	return false;
}

static gt_u16 offset(struct work *w, const char *pkg, const char *type, const char *path)
{
	struct goelf_field f;

	return field(w, pkg, type, path, &f) ? (gt_u16)f.offset : GT_NO_OFFSET;
}

static bool has_type(struct work *w, const char *pkg, const char *type)
{
	goelf_type t;
	struct goelf_err err = { 0 };

	return !goelf_type_find(w->g, pkg, type, &t, &err);
}

/* Where id, method and ctx of a stream are, and how its transport is reached. */
static void stream_layout(struct work *w)
{
	struct gt_layout *l = &w->out->layout;
	struct goelf_field f;
	const char *base = "Stream", *server = "Stream", *client = "Stream";

	if (has_type(w, TRANSPORT, "ServerStream") || has_type(w, TRANSPORT, "ClientStream")) {
		server = "ServerStream";
		client = "ClientStream";
		if ((field(w, TRANSPORT, server, "Stream", &f) ||
		     field(w, TRANSPORT, client, "Stream", &f)) && f.kind == GOELF_KIND_POINTER)
			l->flags |= GT_L_STREAM_INDIRECT;
		else if (f.offset != 0)
			say(w->layout_error, sizeof(w->layout_error),
			    "transport.Stream is not the first member of ServerStream");
	} else {
		l->flags |= GT_L_ONE_STREAM_TYPE;
	}
	l->stream_id = offset(w, TRANSPORT, base, "id");
	l->stream_method = offset(w, TRANSPORT, base, "method");
	l->stream_ctx = offset(w, TRANSPORT, base, "ctx");
	l->stream_st = offset(w, TRANSPORT, server, "st");
	l->stream_ct = GT_NO_OFFSET;
	if (field(w, TRANSPORT, client, "ct", &f)) {
		l->stream_ct = f.offset;
		if (f.kind == GOELF_KIND_INTERFACE)
			l->flags |= GT_L_CT_IFACE;
	}
	if ((l->flags & GT_L_ONE_STREAM_TYPE) && !(l->flags & GT_L_CT_IFACE))
		l->flags |= GT_L_RECV_LEN_RESULT;
}

static void transport_layout(struct work *w)
{
	struct gt_layout *l = &w->out->layout;
	struct goelf_field f;

	l->server_cbuf = offset(w, TRANSPORT, "http2Server", "controlBuf");
	l->client_cbuf = offset(w, TRANSPORT, "http2Client", "controlBuf");
	l->early_abort_id = offset(w, TRANSPORT, "earlyAbortStream", "streamID");
	if (field(w, TRANSPORT, "http2Server", "peer", &f))
		l->flags |= GT_L_FRAME_ARG3;
	l->g_goid = offset(w, "runtime", "g", "goid");
	l->g_parent_goid = offset(w, "runtime", "g", "parentGoid");
}

/* The first member that every hook may need and this build does not show. */
static const char *missing_member(const struct gt_layout *l)
{
	if (l->g_goid == GT_NO_OFFSET)
		return "runtime.g.goid";
	if (l->stream_id == GT_NO_OFFSET)
		return "transport.Stream.id";
	if (l->stream_method == GT_NO_OFFSET)
		return "transport.Stream.method";
	if (l->stream_ctx == GT_NO_OFFSET)
		return "transport.Stream.ctx";
	if (l->server_cbuf == GT_NO_OFFSET && l->client_cbuf == GT_NO_OFFSET)
		return "transport.http2Server.controlBuf";
	return NULL;
}

static void layout(struct work *w)
{
	const char *miss;

	stream_layout(w);
	transport_layout(w);
	miss = missing_member(&w->out->layout);
	if (miss && !w->layout_error[0])
		say(w->layout_error, sizeof(w->layout_error),
		    "the binary's type descriptors show no %s: an unknown grpc-go layout", miss);
}

/* Is this side's transport laid out in a way that its hooks can read? */
static bool side_known(const struct gt_layout *l, enum side side)
{
	return side == SERVER ? l->server_cbuf != GT_NO_OFFSET && l->stream_st != GT_NO_OFFSET
			      : l->client_cbuf != GT_NO_OFFSET && l->stream_ct != GT_NO_OFFSET;
}

/* ---- sites ---- */
static void add_site(struct work *w, enum hook_id hook, enum side side,
		     const struct goelf_func *f, const struct goelf_site *s)
{
	struct plan_hook *h = &w->out->hooks[hook];
	struct plan_site *p;

	if (h->n == PLAN_SITES_MAX)
		return;
	p = &h->sites[h->n++];
	p->offset = s->file_offset;
	p->vaddr = s->vaddr;
	p->cookie = side;
	p->at = goelf_site_kind_name(s->kind);
	p->emulated = s->cost == GOELF_EMULATED;
	say(p->func, sizeof(p->func), "%s", f->name);
	if (s->kind == GOELF_SITE_JBE) {
		p->cookie |= GT_COOKIE_JBE;
		w->out->layout.flags |= GT_L_JBE_SITES;
	}
}

static void place(struct work *w, const struct site_row *row, const struct goelf_func *f)
{
	struct goelf_err err = { 0 };
	struct goelf_site site;

	if (goelf_site(w->g, f, &site, &err))
		say(w->broken[row->hook], sizeof(w->broken[0]), "%s", err.text);
	else
		add_site(w, row->hook, row->side, f, &site);
	if (row->hook == HOOK_APP_END && strstr(row->func, "(*ClientStream).Close"))
		w->out->layout.flags |= GT_L_CLOSE_ON_STREAM;
}

/* Both sides of loopy and of <= 1.68's streams share a function. */
static bool wanted(const struct work *w, const struct site_row *row)
{
	const struct gt_layout *l = &w->out->layout;

	if (!(w->program->hooks & (1ull << row->hook)))
		return false;
	if (strstr(row->func, "(*Stream)."))
		return l->flags & GT_L_ONE_STREAM_TYPE;
	if (strstr(row->func, "loopyWriter"))
		return row->hook != HOOK_EARLY_ABORT || l->early_abort_id != GT_NO_OFFSET;
	return side_known(l, row->side);
}

static void find_sites(struct work *w)
{
	const char *names[ARRAY_SIZE(site_rows)];
	struct goelf_func funcs[ARRAY_SIZE(site_rows)];

	for (size_t i = 0; i < ARRAY_SIZE(site_rows); i++)
		names[i] = site_rows[i].func;
	if (goelf_find(w->g, names, ARRAY_SIZE(names), funcs) < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(site_rows); i++)
		if (funcs[i].vaddr && wanted(w, &site_rows[i]))
			place(w, &site_rows[i], &funcs[i]);
}

static void find_recv_result(struct work *w)
{
	struct goelf_func f[2];
	struct goelf_err err = { 0 };
	struct goelf_site site;

	if (!(w->program->hooks & (1ull << HOOK_MSG_RECV)))
		return;
	goelf_find(w->g, recv_names, 2, f);
	if (!f[0].vaddr || !f[1].vaddr)
		return;
	if (goelf_call_result_site(w->g, &f[0], f[1].vaddr, 0, &site, &err))
		say(w->broken[HOOK_MSG_RECV], sizeof(w->broken[0]), "%s", err.text);
	else
		add_site(w, HOOK_MSG_RECV, CLIENT, &f[0], &site);
}

/* A PGO build has copies of hooked functions that no probe sees: say how many. */
static void count_copies(struct work *w)
{
	struct goelf_info info;
	struct goelf_func f;

	if (goelf_info(w->g, &info) || !info.pgo[0])
		return;
	for (int h = 0; h < HOOK_N; h++)
		for (unsigned i = 0; i < w->out->hooks[h].n; i++) {
			struct plan_site *s = &w->out->hooks[h].sites[i];
			const char *name = s->func;

			if (goelf_find(w->g, &name, 1, &f) == 1 &&
			    !goelf_count_inlined(w->g, &f, 1))
				s->inlined = f.inlined;
		}
}

/* ---- verdict ---- */
static const char *hook_function(enum hook_id hook)
{
	if (hook == HOOK_MSG_RECV)
		return recv_names[1];
	for (size_t i = 0; i < ARRAY_SIZE(site_rows); i++)
		if (site_rows[i].hook == hook)
			return site_rows[i].func;
	return "its function";
}

/* Why an event cannot fire here: NULL if it can. */
static bool event_fits(struct work *w, enum event_id ev, char *why, size_t size)
{
	uint64_t hooks = event_rows[ev].hooks;

	if (w->layout_error[0]) {
		say(why, size, "%s", w->layout_error);
		return false;
	}
	for (int h = 0; h < HOOK_N; h++) {
		if (!(hooks & (1ull << h)) || hook_rows[h].kind != HOOK_UPROBE ||
		    w->out->hooks[h].n)
			continue;
		if (w->broken[h][0])
			say(why, size, "%s", w->broken[h]);
		else
			say(why, size, "no function %s", hook_function(h));
		return false;
	}
	return true;
}

static void judge(struct work *w)
{
	for (int e = 0; e < EVENT_N; e++) {
		if (!(w->program->events & EV_BIT(e)) || !event_rows[e].hooks ||
		    strcmp(event_rows[e].provider, "grpc"))
			continue;
		if (event_fits(w, e, w->out->why_not[e], sizeof(w->out->why_not[e])))
			w->out->events |= EV_BIT(e);
	}
}

/* Support hooks that are missing would make records lie: then no event that needs them fits. */
static void check_support(struct work *w)
{
	for (size_t i = 0; i < ARRAY_SIZE(site_rows); i++) {
		enum hook_id h = site_rows[i].hook;

		if (!hook_rows[h].keeps || !site_rows[i].must || w->out->hooks[h].n ||
		    !(w->program->hooks & (1ull << h)) || w->layout_error[0])
			continue;
		if (site_rows[i].side == CLIENT && !strstr(site_rows[i].func, "loopyWriter") &&
		    !side_known(&w->out->layout, CLIENT))
			continue;
		say(w->layout_error, sizeof(w->layout_error), "%s",
		    w->broken[h][0] ? w->broken[h] : "");
		if (!w->broken[h][0])
			say(w->layout_error, sizeof(w->layout_error), "no function %s",
			    hook_function(h));
	}
}

void grpc_plan(struct goelf *g, const struct program *p, struct plan *out)
{
	struct work w = { .g = g, .program = p, .out = out };
	struct goelf_info info;

	if (goelf_info(g, &info) || !info.has_grpc) {
		say(w.layout_error, sizeof(w.layout_error), "not linked with grpc-go");
		judge(&w);
		return;
	}
	layout(&w);
	if (!w.layout_error[0]) {
		find_sites(&w);
		find_recv_result(&w);
		check_support(&w);
		count_copies(&w);
	}
	judge(&w);
}
