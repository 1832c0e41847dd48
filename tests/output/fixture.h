/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OUTPUT_FIXTURE_H
#define OUTPUT_FIXTURE_H
/*
 * A Program made by hand, one clause of every kind of output, for tests of the output
 * that need neither a compiler nor a kernel.
 */
#include <stdlib.h>
#include <string.h>
#include "../../runtime/sink.h"

#define VEC(...) { .v = (__VA_ARGS__), .n = sizeof(__VA_ARGS__) / sizeof((__VA_ARGS__)[0]) }
#define T(k) { .kind = TYPE_##k }

enum { CL_HIST = 1, CL_FIGURES, CL_QUANTILE, CL_EMIT, CL_TICK, CL_SINGLE, CL_N = CL_SINGLE };
enum { MAP_HIST, MAP_FIGURES, MAP_QUANTILE, MAP_OPEN, MAP_NUMBER, MAP_LHIST, MAP_STATS, MAP_SINGLE,
       MAP_N };
enum { ST_EMIT, ST_PRINTF, ST_VALUE, ST_MAP, ST_CLEAR, ST_N };

/* String ids are whatever maps_put_string() is told. */
enum { STR_ECHO = 101, STR_BULK, STR_HOSTILE, STR_LOST };

static const struct type t_bytes = T(BYTES), t_int = T(INT), t_uint = T(UINT), t_time = T(TIME),
	t_duration = T(DURATION), t_string = T(STRING), t_bool = T(BOOL), t_pointer = T(POINTER),
	t_void = T(VOID), t_side = { TYPE_ENUM, &enum_side };

static struct key_desc *key(struct key_desc *k, const char *text, struct type t)
{
	k->text = text;
	k->type = t;
	return k;
}

static struct agg_desc agg_new(enum builtin_id id, const char *text, struct type t, unsigned *cells)
{
	struct agg_desc a = { .id = id, .text = text, .type = t, .cell = *cells };

	*cells += (unsigned)builtin_rows[id].cells;
	a.dense = builtin_rows[id].dense > 0 ? (unsigned)builtin_rows[id].dense : 0;
	a.sparse = builtin_rows[id].flags & BI_SPARSE;
	return a;
}

static void add_agg_map(struct map_desc *d, unsigned id, unsigned clause,
			const struct agg_desc *aggs, size_t n, unsigned cells)
{
	d->id = id;
	d->kind = MAP_AGG;
	d->clause = clause;
	d->cells = cells;
	d->max_keys = 4096;
	d->tags = d->keys.n != 0;
	d->aggs.v = calloc(n, sizeof(*aggs));
	d->aggs.n = n;
	memcpy(d->aggs.v, aggs, n * sizeof(*aggs));
}

static void add_keys(struct map_desc *d, struct key_desc *keys, size_t n)
{
	d->keys.v = keys;
	d->keys.n = n;
}

static void fill_maps(struct map_desc *maps)
{
	static struct key_desc by_method[1], by_two[2];
	unsigned c = 0;
	struct agg_desc hist = agg_new(BI_HIST, "hist(age)", t_duration, &c);
	struct agg_desc quant = agg_new(BI_QUANTILE, "quantile(age)", t_duration, &c);
	struct agg_desc figures[6], lhist, stats, single;
	unsigned f = 0, s = 0, n = 0;

	figures[0] = agg_new(BI_SUM, "sum(msg_len)", t_bytes, &f);
	figures[1] = agg_new(BI_COUNT, "count()", t_void, &f);
	figures[2] = agg_new(BI_AVG, "avg(msg_len)", t_bytes, &f);
	figures[3] = agg_new(BI_MIN, "min(header_count)", t_int, &f);
	figures[4] = agg_new(BI_MAX, "max(age)", t_duration, &f);
	figures[5] = agg_new(BI_RATE, "rate()", t_void, &f);
	lhist = agg_new(BI_LHIST, "lhist(header_count, 0, 100, 10)", t_int, &n);
	lhist.lo = 0;
	lhist.step = 10;
	lhist.dense = 12;
	stats = agg_new(BI_STATS, "stats(msg_len)", t_bytes, &s);
	n = 0;
	single = agg_new(BI_COUNT, "count()", t_void, &n);

	key(&by_method[0], "method", t_string);
	key(&by_two[0], "method", t_string);
	key(&by_two[1], "side", t_side);
	add_keys(&maps[MAP_HIST], by_method, 1);
	add_agg_map(&maps[MAP_HIST], MAP_HIST, CL_HIST, &hist, 1, 0);
	add_keys(&maps[MAP_FIGURES], by_two, 2);
	add_agg_map(&maps[MAP_FIGURES], MAP_FIGURES, CL_FIGURES, figures, 6, f);
	add_keys(&maps[MAP_QUANTILE], by_method, 1);
	quant.cell = 0;
	add_agg_map(&maps[MAP_QUANTILE], MAP_QUANTILE, CL_QUANTILE, &quant, 1, 2);
	add_agg_map(&maps[MAP_LHIST], MAP_LHIST, CL_FIGURES, &lhist, 1, 0);
	add_agg_map(&maps[MAP_STATS], MAP_STATS, 0, &stats, 1, s);
	maps[MAP_STATS].name = "sizes";
	add_agg_map(&maps[MAP_SINGLE], MAP_SINGLE, CL_SINGLE, &single, 1, n);
	maps[MAP_OPEN] = (struct map_desc){
		.id = MAP_OPEN, .kind = MAP_VALUE, .name = "open", .keys = VEC(by_method),
		.value = t_int, .max_keys = 4096, .tags = true,
	};
	maps[MAP_NUMBER] = (struct map_desc){
		.id = MAP_NUMBER, .kind = MAP_VALUE, .name = "", .value = t_bytes, .max_keys = 1,
	};
}

static void fill_clauses(struct clause_desc *c)
{
	uint64_t sends = EV_BIT(EV_MSG_SEND) | EV_BIT(EV_HEADER_SEND);
	uint64_t age = 1ull << FIELD_AGE, method = 1ull << FIELD_METHOD;

	c[CL_HIST - 1] = (struct clause_desc){
		.written = EV_BIT(EV_STREAM_SEND), .events = sends, .aggs_map = MAP_HIST,
		.where_fields = 1ull << FIELD_MSG_LEN, .block_fields = age | method,
		.head = "on grpc:stream_send where msg_len > 1M",
	};
	c[CL_FIGURES - 1] = (struct clause_desc){
		.written = EV_BIT(EV_MSG_SEND), .events = EV_BIT(EV_MSG_SEND), .names_side = true,
		.aggs_map = MAP_FIGURES, .head = "on grpc:msg_send",
	};
	c[CL_QUANTILE - 1] = (struct clause_desc){
		.written = EV_BIT(EV_STREAM_END), .events = EV_BIT(EV_STREAM_END),
		.aggs_map = MAP_QUANTILE, .block_fields = age, .head = "on grpc:stream_end",
	};
	c[CL_EMIT - 1] = (struct clause_desc){
		.written = EV_BIT(EV_MSG_SEND), .events = EV_BIT(EV_MSG_SEND), .aggs_map = -1,
		.head = "on grpc:msg_send where method =~ \"*\\nX*\"",
	};
	c[CL_TICK - 1] = (struct clause_desc){
		.written = EV_BIT(EV_INTERVAL), .events = EV_BIT(EV_INTERVAL), .aggs_map = -1,
		.interval_ns = 1500000000, .head = "on interval:1500ms",
	};
	c[CL_SINGLE - 1] = (struct clause_desc){
		.written = EV_BIT(EV_HEADER_RECV), .events = EV_BIT(EV_HEADER_RECV),
		.aggs_map = MAP_SINGLE, .head = "on grpc:header_recv",
	};
	for (unsigned i = 0; i < CL_N; i++)
		c[i].index = i + 1;
}

static void fill_stmts(struct stmt_desc *s)
{
	static struct value_desc fields[] = {
		{ NULL, T(INT), "stream_id" }, { NULL, T(BYTES), "msg_len" },
		{ NULL, T(STRING), "method" }, { NULL, { TYPE_ENUM, &enum_side }, "side" },
		{ NULL, T(DURATION), "age" }, { NULL, T(POINTER), "conn" },
		{ NULL, T(BOOL), "compressed" }, { NULL, T(TIME), "now" },
		{ NULL, T(UINT), "total" },
	};
	static struct format_piece pieces[] = {
		{ "stream ", 0, 'd', "" }, { " took ", 4, 'v', "" }, { " [", 2, 's', "-20" },
		{ "] ", 1, 'd', "08" }, { " ", 5, 'p', "" }, { " 100%", 3, 's', "8" },
		{ "\n", -1, 0, "" },
	};

	s[ST_EMIT] = (struct stmt_desc){
		.kind = STMT_D_EMIT, .clause = CL_EMIT, .values = VEC(fields),
	};
	s[ST_PRINTF] = (struct stmt_desc){
		.kind = STMT_D_PRINTF, .clause = CL_EMIT, .values = VEC(fields),
		.format = VEC(pieces),
	};
	s[ST_VALUE] = (struct stmt_desc){
		.kind = STMT_D_PRINT_VALUE, .clause = CL_EMIT,
		.values = { .v = fields + 1, .n = 1 },
	};
	s[ST_MAP] = (struct stmt_desc){
		.kind = STMT_D_PRINT_MAP, .clause = CL_TICK, .map = MAP_OPEN, .top = 1,
	};
	s[ST_CLEAR] = (struct stmt_desc){
		.kind = STMT_D_CLEAR, .clause = CL_TICK, .map = MAP_OPEN,
	};
	for (unsigned i = 0; i < ST_N; i++)
		s[i].id = i;
}

__attribute__((unused))
static const struct program *fixture(void)
{
	static struct map_desc maps[MAP_N];
	static struct clause_desc clauses[CL_N];
	static struct stmt_desc stmts[ST_N];
	static struct program p;

	if (p.maps.n)
		return &p;
	fill_maps(maps);
	fill_clauses(clauses);
	fill_stmts(stmts);
	p = (struct program){
		.clauses = VEC(clauses), .maps = VEC(maps), .stmts = VEC(stmts),
	};
	for (unsigned i = 0; i < CL_N; i++)
		p.events |= clauses[i].events;
	return &p;
}

/* Maps that are only a dictionary. */
static int find_nothing(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return -1;
}

/* The most hostile method name there is. */
#define HOSTILE "/x\033]0;gone\007\n\"\\\xff\xe2\x80\xae\xc2\x9b" "31m=a b"

__attribute__((unused))
static struct maps *fixture_strings(struct gt_shared *shared)
{
	static const struct program none;
	struct maps *m;

	if (maps_bind(&m, &none, find_nothing, NULL, shared))
		return NULL;
	maps_put_string(m, STR_ECHO, "/echo.Echo/Say", 14);
	maps_put_string(m, STR_BULK, "/bulk.Bulk/Put", 14);
	maps_put_string(m, STR_HOSTILE, HOSTILE, sizeof(HOSTILE) - 1);
	return m;
}

/* A record of a statement: words and states, as BPF would send it. */
__attribute__((unused))
static struct gt_record *fixture_record(unsigned stmt, uint64_t time, unsigned tgid, unsigned event,
					const uint64_t *words, const unsigned *states, unsigned n)
{
	struct gt_record *r = calloc(1, sizeof(*r) + n * sizeof(*words));

	r->time = time;
	r->stmt = stmt;
	r->tgid = tgid;
	r->event = event;
	r->n = n;
	for (unsigned i = 0; i < n; i++) {
		r->values[i] = words[i];
		r->states |= (uint64_t)(states ? states[i] : 0) << (2 * i);
	}
	return r;
}

#endif
