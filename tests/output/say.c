/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * say text|json [quiet|noise]: a whole run's output, made of rows and records that are
 * written down here. The text is compared with a golden file, the JSON with the schema.
 * With noise, records and keys are strings of random bytes instead.
 */
#include <stdio.h>
#include <unistd.h>
#include "fixture.h"

#define START 100000000000ull
#define MS 1000000ull
#define NOBODY 99999999		/* no process has this number */

static struct map_row row(const struct map_desc *d, uint64_t k0, uint64_t k1)
{
	struct map_row r = { .keys = { k0, k1 } };

	if (d->kind == MAP_VALUE)
		return r;
	r.aggs = calloc(d->aggs.n, sizeof(*r.aggs));
	for (size_t i = 0; i < d->aggs.n; i++)
		if (d->aggs.v[i].dense)
			r.aggs[i].buckets = calloc(d->aggs.v[i].dense, 8);
	return r;
}

static void show(struct output *o, unsigned map, struct map_row *rows, size_t n)
{
	struct map_rows all = {
		.rows = calloc(n ? n : 1, sizeof(*rows)), .n = n, .span_ns = 2500 * MS,
	};
	struct sink_map m = {
		.d = &o->p->maps.v[map], .rows = &all, .final = true, .wall_ns = output_wall_now(),
	};

	if (n)
		memcpy(all.rows, rows, n * sizeof(*rows));
	o->ops->map(o, &m);
	map_rows_free(m.d, &all);
}

static void show_hist(struct output *o)
{
	const struct map_desc *d = &o->p->maps.v[MAP_HIST];
	struct map_row rows[] = { row(d, STR_BULK, 0), row(d, STR_HOSTILE, 0) };
	static const unsigned counts[] = { 1, 3, 11, 40, 17, 0, 2 };

	for (unsigned i = 0; i < 7; i++)
		rows[0].aggs[0].buckets[2 + 18 + i] = counts[i];
	rows[0].aggs[0].n = 74;
	rows[1].aggs[0].buckets[0] = 1;
	rows[1].aggs[0].buckets[1] = 2;
	rows[1].aggs[0].buckets[2] = 3;
	rows[1].aggs[0].buckets[40] = 1;
	rows[1].aggs[0].n = 7;
	show(o, MAP_HIST, rows, 2);
}

static void show_figures(struct output *o)
{
	const struct map_desc *d = &o->p->maps.v[MAP_FIGURES];
	struct map_row rows[] = { row(d, STR_BULK, 0), row(d, STR_ECHO, 1), row(d, 0, 7) };

	rows[2].key_status[0] = 2;
	rows[2].key_status[1] = 1;
	for (unsigned i = 0; i < 2; i++) {
		struct agg_value *v = rows[i].aggs;

		v[0].sum = i ? 4097 : 1572864;
		v[1].n = i ? 3 : 12;
		v[2].n = v[1].n;
		v[2].sum = v[0].sum;
		v[3] = (struct agg_value){ .n = 3, .some = true, .min = i ? 4 : 9 };
		v[4] = (struct agg_value){ .n = 3, .some = true, .max = i ? 980 : 1210000 };
		v[5].n = i ? 3 : 12;
	}
	show(o, MAP_FIGURES, rows, 3);
}

static void show_quantile(struct output *o)
{
	const struct map_desc *d = &o->p->maps.v[MAP_QUANTILE];
	struct map_row rows[] = { row(d, STR_ECHO, 0), row(d, STR_BULK, 0) };
	static const struct sparse_bucket some[] = { { 100, 90 }, { 900, 9 }, { 1200, 1 } };

	rows[0].aggs[0] = (struct agg_value){
		.n = 100, .some = true, .max = 14500000, .n_sparse = 3,
	};
	rows[0].aggs[0].sparse = malloc(sizeof(some));
	memcpy(rows[0].aggs[0].sparse, some, sizeof(some));
	rows[1].aggs[0].n_sparse = 0;
	show(o, MAP_QUANTILE, rows, 2);
}

static void show_others(struct output *o)
{
	const struct map_desc *maps = o->p->maps.v;
	struct map_row open[] = {
		row(&maps[MAP_OPEN], STR_ECHO, 0), row(&maps[MAP_OPEN], STR_LOST, 0),
	};
	struct map_row number[] = { row(&maps[MAP_NUMBER], 0, 0) };
	struct map_row lhist[] = { row(&maps[MAP_LHIST], 0, 0) };
	struct map_row stats[] = { row(&maps[MAP_STATS], 0, 0) };

	open[0].value = 12;
	open[1].value = -3;
	show(o, MAP_OPEN, open, 2);
	number[0].value = 65536;
	show(o, MAP_NUMBER, number, 1);
	lhist[0].aggs[0].buckets[0] = 1;
	lhist[0].aggs[0].buckets[1] = 5;
	lhist[0].aggs[0].buckets[2] = 10;
	lhist[0].aggs[0].buckets[11] = 2;
	lhist[0].aggs[0].n = 18;
	show(o, MAP_LHIST, lhist, 1);
	stats[0].aggs[0] = (struct agg_value){
		.n = 4, .some = true, .sum = 4004, .min = 1, .max = 4000,
	};
	show(o, MAP_STATS, stats, 1);
	show(o, MAP_SINGLE, NULL, 0);
}

static void say_record(struct output *o, unsigned stmt, uint64_t at, unsigned event,
		       const uint64_t *words, const unsigned *states, unsigned n)
{
	struct gt_record *r = fixture_record(stmt, START + at, NOBODY, event, words, states, n);

	output_record(o, r);
	free(r);
}

static void say_records(struct output *o)
{
	static const uint64_t a[] = {
		5, 271838, STR_ECHO, 0, 1210000, 0xc000123000, 1, 0, 1ull << 63,
	};
	static const uint64_t b[] = { 7, 12, STR_HOSTILE, 1, 980, 0xc000123400, 0, 0, 3 };
	static const unsigned gone[] = { 0, 1, 2, 0, 2, 1, 2, 1, 2 };
	static const unsigned timeless[] = { 0, 0, 0, 0, 0, 0, 0, 1, 0 };

	say_record(o, ST_EMIT, 1234567, EV_MSG_SEND, a, gone, 9);
	say_record(o, ST_EMIT, 1234999, EV_MSG_SEND, b, timeless, 9);
	say_record(o, ST_EMIT, 12 * 1000 * MS, EV_MSG_SEND, a, timeless, 9);
	say_record(o, ST_PRINTF, 12001 * MS, EV_MSG_SEND, a, NULL, 9);
	say_record(o, ST_PRINTF, 12002 * MS, EV_MSG_SEND, b, gone, 9);
	say_record(o, ST_PRINTF, 12003 * MS, EV_MSG_SEND, b, NULL, 9);
	say_record(o, ST_VALUE, 12004 * MS, EV_MSG_SEND, a + 1, NULL, 1);
	say_record(o, 17, 0, EV_MSG_SEND, a, NULL, 1);		/* no such statement */
	say_record(o, ST_EMIT, 0, EV_MSG_SEND, a, NULL, 3);	/* too short */
}

static void say_end(struct output *o)
{
	struct gt_cell cells[CL_N + 1] = { { 0 } };
	struct output_loss extra = { .missed = 3, .streams_full = 1, .dict_full = 2 }, total;

	cells[CL_HIST].events = 81;
	cells[CL_HIST].left_out[GT_UNK_BEFORE] = 7;
	cells[CL_HIST].left_out[GT_UNK_FAULT] = 1;
	cells[CL_HIST].sides[0] = 12;
	cells[CL_HIST].sides[1] = 69;
	cells[CL_FIGURES].events = 16;
	cells[CL_FIGURES].sides[0] = cells[CL_FIGURES].sides[1] = 8;
	cells[CL_FIGURES].map_full = 40;
	cells[CL_QUANTILE].events = 100;
	cells[CL_QUANTILE].left_out[GT_UNK_DIV0] = 2;
	cells[CL_EMIT].events = 12;
	cells[CL_EMIT].ring_full = 9;
	cells[CL_EMIT].truncated = 1;
	cells[0].ring_full = 1;
	output_end(o, cells, &extra, &total);
}

static void say_run(struct output *o)
{
	say_records(o);
	show_hist(o);
	show_figures(o);
	show_quantile(o);
	show_others(o);
	if (o->ops->maps_done)
		o->ops->maps_done(o, true);
	say_end(o);
}

/* A string of bytes that do harm, and any others. */
static size_t harm(char *s, size_t max)
{
	static const char *const bits[] = {
		"\033[2J", "\033]0;", "\007", "\xe2\x80\xae", "\xe2\x81\xa6", "\xc2\x9b",
		"\xff", "\xf0\x9f",
		"\\", "\"", "\n", "\r", "a", " ", "=", "\xed\xa0\x80", "\xc0\x80", "\x7f",
		"\xe6\x97\xa5",
	};
	size_t n = 0;

	while (n + 8 < max && rand() % 16) {
		const char *bit = bits[(size_t)rand() % (sizeof(bits) / sizeof(bits[0]))];

		if (rand() % 3 == 0) {
			s[n++] = (char)rand();
			continue;
		}
		memcpy(s + n, bit, strlen(bit));
		n += strlen(bit);
	}
	return n;
}

static void say_noise(struct output *o, struct maps *m)
{
	static struct map_row rows[2000];
	struct gt_cell none[CL_N + 1] = { { 0 } };
	struct output_loss extra = { 0 }, total;
	char s[300];

	srand(11);
	for (unsigned i = 0; i < 2000; i++) {
		uint64_t a[] = { 5, 271838, 1000 + i, 0, 1210000, 0xc000123000, 1, 0, 7 };

		maps_put_string(m, 1000 + i, s, harm(s, sizeof(s)));
		say_record(o, ST_EMIT, i, EV_MSG_SEND, a, NULL, 9);
		say_record(o, ST_PRINTF, i, EV_MSG_SEND, a, NULL, 9);
		rows[i] = row(&o->p->maps.v[MAP_OPEN], 1000 + i, 0);
	}
	show(o, MAP_OPEN, rows, 2000);
	output_end(o, none, &extra, &total);
}

int main(int argc, char **argv)
{
	static struct gt_shared shared = { .start_ns = START };
	static const char *const why[EVENT_N] = { [EV_STREAM_END] = "no symbol \033[31mx" };
	struct output_opts opts = {
		.json = argc > 1 && !strcmp(argv[1], "json"), .gtrace_version = "0.1.0",
		.quiet = argc > 2 && !strcmp(argv[2], "quiet"),
	};
	struct output_target target = {
		.pid = NOBODY, .exe = "/usr/bin/" HOSTILE, .go = "1.19.8", .grpc = "1.33.3",
		.events_ok = ~EV_BIT(EV_STREAM_END), .why_not = why,
	};
	struct maps *m = fixture_strings(&shared);
	struct output *o = m ? output_new(fixture(), m, stdout, &opts) : NULL;

	if (!o)
		return 1;
	output_start(o);
	output_target(o, &target);
	output_attached(o, 4);
	if (argc > 2 && !strcmp(argv[2], "noise"))
		say_noise(o, m);
	else
		say_run(o);
	output_free(o);
	maps_free(m);
	return 0;
}
