/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hist.h"

static struct hist_row pow2_row(unsigned i)
{
	struct hist_row r = { 0 };

	if (i == 0) {
		r.low_open = true;
		r.hi = -1;
	} else if (i >= 2) {
		uint64_t lo = 1ull << (i - 2);

		r.lo = (int64_t)lo;
		r.hi = (int64_t)(lo + (lo - 1));
	}
	return r;
}

static struct hist_row linear_row(const struct agg_desc *a, unsigned i)
{
	struct hist_row r = { .low_open = i == 0, .high_open = i + 1 == a->dense };
	uint64_t lo = (uint64_t)a->lo + (uint64_t)a->step * (i - 1ull);

	r.lo = (int64_t)lo;
	r.hi = (int64_t)(lo + (uint64_t)a->step - 1);
	return r;
}

struct hist_row hist_row(const struct agg_desc *a, unsigned i)
{
	return a->id == BI_LHIST ? linear_row(a, i) : pow2_row(i);
}

void quant_bucket(uint32_t q, uint64_t *lo, uint64_t *width)
{
	uint32_t above = q - (1u << GT_QUANT_SHIFT);
	uint32_t shift = (above >> GT_QUANT_SUB_BITS) + GT_QUANT_SHIFT - GT_QUANT_SUB_BITS;
	uint64_t sub = above & ((1u << GT_QUANT_SUB_BITS) - 1);

	if (q < 1u << GT_QUANT_SHIFT) {
		*lo = q;
		*width = 1;
		return;
	}
	if (shift > 63 - GT_QUANT_SUB_BITS)	/* no value has such a bucket */
		shift = 63 - GT_QUANT_SUB_BITS;
	*lo = ((1ull << GT_QUANT_SUB_BITS) + sub) << shift;
	*width = 1ull << shift;
}

/* ceil(p * n): p as it was written; 0.9 of 10 is 9, though the double 0.9 is a little more. */
static uint64_t rank_of(double p, uint64_t n)
{
	long double exact = (long double)p * (long double)n * (1 - 1e-15L);
	uint64_t rank = exact < (long double)n ? (uint64_t)exact : n;

	if ((long double)rank < exact)
		rank++;
	return rank ? rank : 1;
}

bool quantile(const struct agg_value *v, bool is_signed, double p, int64_t *out)
{
	uint64_t rank = rank_of(p, v->n), seen = 0, lo, width, middle;

	for (size_t i = 0; i < v->n_sparse; i++) {
		seen += v->sparse[i].n;
		if (seen < rank)
			continue;
		if (v->sparse[i].bucket == GT_QUANT_NEG)
			return false;
		quant_bucket(v->sparse[i].bucket, &lo, &width);
		middle = lo + width / 2;
		/* Cells that were full refused what the buckets have: then max is not theirs. */
		if (v->some && middle > (uint64_t)v->max && (!is_signed || v->max >= (int64_t)lo))
			middle = (uint64_t)v->max;
		*out = (int64_t)middle;
		return true;
	}
	return false;
}

static const double usual[] = { 0.5, 0.9, 0.99, 0.999 };

unsigned quantile_fractions(const struct agg_desc *a, const double **ps)
{
	*ps = a->ps.n ? a->ps.v : usual;
	return a->ps.n ? (unsigned)a->ps.n : sizeof(usual) / sizeof(usual[0]);
}
