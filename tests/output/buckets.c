/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Buckets: what rows stand for, how they are drawn, and how right quantiles are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../unit/tap.h"
#include "fixture.h"
#include "../../runtime/bars.h"
#include "../../runtime/hist.h"
#include "../../runtime/rowtab.h"

/* The bucket of a value, as gt-abi.h defines it. */
static uint32_t bucket_of(uint64_t v)
{
	unsigned e = v ? 63 - (unsigned)__builtin_clzll(v) : 0;

	if (v < 128)
		return (uint32_t)v;
	return 128 + ((e - 7) << 6) + (uint32_t)(v >> (e - 6) & 63);
}

static void rows(void)
{
	struct agg_desc h = { .id = BI_HIST, .type = t_duration, .dense = 66 };
	struct hist_row r = hist_row(&h, 0);
	bool meet = true;

	ok(r.low_open && r.hi == -1, "the first row has the negative values");
	r = hist_row(&h, 1);
	ok(r.lo == 0 && r.hi == 0, "then zero");
	r = hist_row(&h, 12);
	ok(r.lo == 1024 && r.hi == 2047, "then powers of two");
	for (unsigned i = 2; i < 66; i++)
		meet &= (uint64_t)hist_row(&h, i).lo == (uint64_t)hist_row(&h, i - 1).hi + 1;
	ok(meet && (uint64_t)hist_row(&h, 65).hi == UINT64_MAX, "without a gap, up to the largest");

	struct agg_desc l = { .id = BI_LHIST, .type = t_int, .dense = 5, .lo = -10, .step = 10 };

	r = hist_row(&l, 0);
	ok(r.low_open && r.hi == -11, "lhist: below");
	r = hist_row(&l, 1);
	ok(r.lo == -10 && r.hi == -1, "lhist: the first row");
	r = hist_row(&l, 4);
	ok(r.high_open && r.lo == 20, "lhist: above");
}

static void quantile_buckets(void)
{
	bool inside = true, narrow = true;

	for (unsigned i = 0; i < 1000000; i++) {
		uint64_t v = (uint64_t)rand() << 33 ^ (uint64_t)rand() << 11 ^ (uint64_t)rand();
		uint64_t lo, width;

		v >>= rand() % 64;
		quant_bucket(bucket_of(v), &lo, &width);
		inside &= v >= lo && v - lo < width;
		narrow &= width == 1 || width <= lo / 64;
	}
	ok(inside, "a million values are in their buckets");
	ok(narrow, "no bucket is wider than a 64th of its values");

	uint64_t lo, width;

	quant_bucket(bucket_of(UINT64_MAX), &lo, &width);
	ok(lo + (width - 1) == UINT64_MAX, "the last bucket ends with the largest value");
	quant_bucket(0x7fffffff, &lo, &width);
	ok(width != 0, "a bucket that does not exist does no harm");
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static double uniform(void)
{
	return (rand() + 1.0) / ((double)RAND_MAX + 2.0);
}

static uint64_t draw(unsigned distribution)
{
	double u = uniform(), v = uniform();

	switch (distribution) {
	case 0: return (uint64_t)(u * 1e6);				/* flat */
	case 1: return (uint64_t)(-log(u) * 3e6);			/* exponential */
	case 2: return (uint64_t)exp(14 + 2 * sqrt(-2 * log(u)) * cos(6.283185307179586 * v));
	case 3: return u < 0.9 ? 1000 : 5000000000;			/* two spikes */
	default: return (uint64_t)(u * 100);				/* small ones: exact */
	}
}

static const char *const distributions[] = {
	"flat", "exponential", "log-normal", "two spikes", "small",
};

#define SAMPLES 100000

static void accuracy(unsigned distribution)
{
	static const double ps[] = { 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.99999 };
	static uint64_t values[SAMPLES];
	struct map_desc d = { .kind = MAP_AGG };
	struct agg_desc a = { .id = BI_QUANTILE, .type = t_duration, .sparse = true };
	uint64_t no_key = 0;
	uint8_t no_status = 0;
	struct rowtab t;
	double worst = 0;

	d.aggs.v = &a;
	d.aggs.n = 1;
	rowtab_init(&t, &d);
	struct agg_value *v = rowtab_row(&t, &no_key, &no_status)->aggs;

	for (unsigned i = 0; i < SAMPLES; i++) {
		values[i] = draw(distribution);
		rowtab_add_sparse(v, bucket_of(values[i]), 1);
		v->max = !v->some || (int64_t)values[i] > v->max ? (int64_t)values[i] : v->max;
		v->some = true;
	}
	rowtab_finish(&t);
	qsort(values, SAMPLES, sizeof(values[0]), by_value);
	for (size_t i = 0; i < sizeof(ps) / sizeof(ps[0]); i++) {
		double exact = (double)values[(size_t)ceil(ps[i] * SAMPLES - 1e-6) - 1];
		int64_t x;

		if (!quantile(v, true, ps[i], &x))
			worst = INFINITY;
		else if (fabs((double)x - exact) > worst * (exact ? exact : 1))
			worst = fabs((double)x - exact) / (exact ? exact : 1);
	}
	ok(worst <= 1.0 / 128, "%s: off by %.4f at most", distributions[distribution], worst);
	ok(v->n == SAMPLES && v->max == (int64_t)values[SAMPLES - 1], "n and max are exact");
	rowtab_fini(&t);
}

static bool at(const struct agg_value *v, double p, int64_t want)
{
	int64_t x;
	bool some = quantile(v, true, p, &x);

	if (!some || x != want)
		printf("# have %s %lld, want %lld\n", some ? "" : "none", (long long)x,
		       (long long)want);
	return some && x == want;
}

static void ranks(void)
{
	struct sparse_bucket b[] = {
		{ 1, 1 }, { 2, 1 }, { 3, 1 }, { 4, 1 }, { 5, 1 },
		{ 6, 1 }, { 7, 1 }, { 8, 1 }, { 9, 1 }, { 10, 1 },
	};
	struct agg_value v = { .n = 10, .some = true, .max = 10, .sparse = b, .n_sparse = 10 };
	struct sparse_bucket negative[] = { { GT_QUANT_NEG, 9 }, { 5, 1 } };
	struct agg_value n = { .n = 10, .some = true, .max = 5, .sparse = negative, .n_sparse = 2 };
	struct agg_value none = { 0 };
	struct sparse_bucket one[] = { { 1000, 1 } };
	struct agg_value clamped = { .n = 1, .some = true, .sparse = one, .n_sparse = 1 };
	uint64_t lo, width;
	int64_t x;

	ok(at(&v, 0.5, 5) && at(&v, 0.9, 9) && at(&v, 0.91, 10) && at(&v, 0.1, 1) &&
	   at(&v, 0.999, 10), "a rank is ceil(p * n)");
	ok(at(&v, 0.3, 3) && at(&v, 0.7, 7) && at(&v, 0.6, 6), "and not a step more by rounding");
	ok(!quantile(&n, true, 0.5, &x), "of negative values only the sign is known");
	ok(at(&n, 0.99, 5), "but those above them are");
	ok(!quantile(&none, true, 0.5, &x), "nothing has no median");
	quant_bucket(1000, &lo, &width);
	clamped.max = (int64_t)lo + 1;
	ok(at(&clamped, 0.5, (int64_t)lo + 1), "a percentile is never above the largest value");
}

static void drawn(void)
{
	struct agg_desc a = { .id = BI_HIST, .type = t_bytes, .dense = 66 };
	uint64_t counts[66] = { [12] = 4, [13] = 8, [20] = 1 };
	struct agg_value v = { .buckets = counts };
	struct strbuf b = { 0 };
	struct bars_look narrow = { .width = 40 }, blocks = { .width = 40, .blocks = true };
	bars_print(&b, &a, &v, "  ", &narrow);
	ok(!strncmp(b.s, "  [1K, 2K)", 10) && strstr(b.s, "[2K, 4K)     8 |@@@@") &&
	   strstr(b.s, "  ...\n") &&
	   strstr(b.s, "[256K, 512K) 1 |"), "from the first row to the last, long gaps as one");
	for (char *line = b.s, *end; (end = strchr(line, '\n')); line = end + 1)
		ok(end - line <= 40, "a line of %d columns", (int)(end - line));
	strbuf_reset(&b);
	bars_print(&b, &a, &v, "  ", &blocks);
	ok(strstr(b.s, "████") && strstr(b.s, "▏") == NULL, "blocks on a terminal");
	strbuf_reset(&b);
	memset(counts, 0, sizeof(counts));
	bars_print(&b, &a, &v, "  ", &narrow);
	ok(b.len == 0, "nothing of nothing");
	counts[65] = 1;
	a.type = t_uint;
	bars_print(&b, &a, &v, "  ", &narrow);
	ok(strstr(b.s, "[8E, 16E)") != NULL, "the last row of an unsigned value");
	strbuf_reset(&b);
	counts[65] = 0;
	counts[64] = 1;
	a.type = t_duration;
	bars_print(&b, &a, &v, "  ", &narrow);
	ok(strchr(b.s, '-') == NULL, "the largest duration is not negative");
	strbuf_fini(&b);
}

int main(void)
{
	srand(3);
	rows();
	quantile_buckets();
	for (unsigned i = 0; i < sizeof(distributions) / sizeof(distributions[0]); i++)
		accuracy(i);
	ranks();
	drawn();
	return done_testing();
}
