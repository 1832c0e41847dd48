/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Aggregations: their arguments, and the unnamed ones of a clause. */
#include <stdlib.h>
#include <string.h>
#include "sema-int.h"

bool is_agg_call(const struct node *e)
{
	const struct builtin_row *row = e->kind == EXPR_CALL ? builtin_by_name(e->call.name) : NULL;

	return row && row->kind == BI_AGG;
}

/* ---- what is aggregated ---- */

static bool check_value(struct sema *s, struct node *call, struct node *x)
{
	struct type t = infer(s, x, NO_TYPE);
	struct diag_msg *m;

	if (t.kind == TYPE_ERROR)
		return false;
	if (type_is_number(t) && t.kind != TYPE_TIME)
		return true;
	m = diag_error(s->d, E_ARG_TYPE, x->span,
		       "expected a number, bytes or a duration for %s(), found %s `%s`",
		       call->call.name, type_name(t), TEXT(s, x));
	if (t.kind == TYPE_ENUM || t.kind == TYPE_STRING || t.kind == TYPE_POINTER)
		diag_help(m, "count() by %s counts its values", TEXT(s, x));
	else if (t.kind == TYPE_BOOL)
		diag_help(m, "count() by %s, or int(%s)", TEXT(s, x), TEXT(s, x));
	return false;
}

/* ---- lhist ---- */

static bool constant(struct sema *s, struct node *call, struct node *arg, struct type t, int64_t *v)
{
	if (!infer_as(s, arg, t))
		return false;
	if (const_eval(arg, v))
		return true;
	diag_error(s->d, E_NOT_CONSTANT, arg->span, "expected a constant for %s(), found `%s`",
		   call->call.name, TEXT(s, arg));
	return false;
}

static bool bad_rows(struct sema *s, struct node *call, const char *why)
{
	struct diag_msg *m = diag_error(s->d, E_LHIST, call->span, "%s", why);

	diag_help(m, "like lhist(%s, 0, 1000, 100): rows of `step` from `lo` to `hi`",
		  TEXT(s, call->call.args.v[0]));
	return false;
}

static bool check_lhist(struct sema *s, struct node *call, struct agg_desc *out)
{
	int64_t v[3];
	bool ok = true;

	for (size_t i = 0; i < 3; i++)
		ok = constant(s, call, call->call.args.v[i + 1], out->type, &v[i]) && ok;
	if (!ok)
		return false;
	if (v[2] <= 0)
		return bad_rows(s, call, "expected a step above 0 for lhist()");
	if (v[1] <= v[0])
		return bad_rows(s, call, "expected hi above lo for lhist()");
	uint64_t rows = ((uint64_t)v[1] - (uint64_t)v[0] + v[2] - 1) / (uint64_t)v[2];

	if (rows + 2 > PROGRAM_DENSE_MAX)
		return bad_rows(s, call, arena_printf(s->a,
			"expected at most %u rows for lhist(), found %llu",
			PROGRAM_DENSE_MAX - 2, (unsigned long long)rows));
	out->lo = v[0];
	out->step = v[2];
	out->dense = rows + 2;
	return true;
}

/* ---- quantile ---- */

static bool fraction(struct sema *s, struct node *arg, double *out)
{
	bool number = arg->kind == EXPR_INT && arg->num.unit == TYPE_INT;

	*out = !number ? 0 : arg->num.fraction ? strtod(arg->num.fraction, NULL) : arg->num.value;
	if (*out > 0 && *out < 1)
		return true;
	struct diag_msg *m = diag_error(s->d, E_QUANTILE, arg->span,
		"expected a fraction between 0 and 1 for quantile(), found `%s`", TEXT(s, arg));

	if (*out > 1 && *out < 100)
		diag_help(m, "did you mean %g?", *out / 100);
	else
		diag_help(m, "like 0.5, 0.99 or 0.999");
	return false;
}

static bool check_quantile(struct sema *s, struct node *call, struct agg_desc *out)
{
	bool ok = true;

	for (size_t i = 1; i < call->call.args.n; i++) {
		struct node *arg = call->call.args.v[i];
		double p;

		if (fraction(s, arg, &p))
			vec_push(s->a, &out->ps, p);
		else
			ok = false;
		arg->type = TYPE(TYPE_INT);
	}
	out->sparse = true;
	return ok;
}

/* ---- one aggregation ---- */

static bool check_count(struct sema *s, struct node *call, size_t *n)
{
	switch (builtin_by_name(call->call.name) - builtin_rows) {
	case BI_COUNT:
	case BI_RATE:
		*n = 0;
		if (call->call.args.n == 1) {
			struct diag_msg *m = diag_error(s->d, E_ARG_COUNT, call->span,
				"expected no argument for %s(), found 1", call->call.name);

			diag_help(m, "`where` says what is counted; sum(%s) adds values up",
				  TEXT(s, call->call.args.v[0]));
			return false;
		}
		return args_count(s, call, 0, 0);
	case BI_LHIST:
		*n = 4;
		return args_count(s, call, 4, 4);
	case BI_QUANTILE:
		*n = call->call.args.n;
		return args_count(s, call, 1, 16);
	default:
		*n = 1;
		return args_count(s, call, 1, 1);
	}
}

bool agg_check(struct sema *s, struct node *call, struct agg_desc *out)
{
	const struct builtin_row *row = builtin_by_name(call->call.name);
	size_t n;

	*out = (struct agg_desc){ .id = row - builtin_rows, .type = NO_TYPE,
				  .text = TEXT(s, call) };
	call->type = ERROR_TYPE;
	if (is_later_builtin(s, call, row) || !check_count(s, call, &n))
		return false;
	if (n) {
		if (!check_value(s, call, call->call.args.v[0]))
			return false;
		out->arg = call->call.args.v[0];
		out->type = out->arg->type;
	}
	if (row->dense > 0)
		out->dense = row->dense;
	if (out->id == BI_LHIST && !check_lhist(s, call, out))
		return false;
	if (out->id == BI_QUANTILE && !check_quantile(s, call, out))
		return false;
	call->type = TYPE(TYPE_AGG);
	call->sym_kind = SYM_BUILTIN;
	call->slot = out->id;
	call->sym = row;
	return true;
}

/* ---- AGG[, AGG…] [by KEY, …] ---- */

static void check_key(struct sema *s, struct map_desc *d, struct node *key)
{
	if (infer(s, key, NO_TYPE).kind == TYPE_ERROR || !s->aloud)
		return;
	vec_push(s->a, &d->keys, (struct key_desc){
		.node = key, .type = key->type, .text = TEXT(s, key) });
}

static void check_agg(struct sema *s, struct map_desc *d, struct node *e)
{
	struct agg_desc a;

	if (is_agg_call(e)) {
		if (agg_check(s, e, &a) && s->aloud)
			vec_push(s->a, &d->aggs, a);
		return;
	}
	if (e->kind == EXPR_CALL && !builtin_by_name(e->call.name)) {
		no_function(s, e);
		return;
	}
	struct diag_msg *m = diag_error(s->d, E_NOT_AGG, e->span,
					"expected an aggregation, found `%s`", TEXT(s, e));

	diag_help(m, "aggregations are count sum avg min max stats rate hist lhist quantile");
}

void check_aggs(struct sema *s, struct node *stmt)
{
	struct map_desc *d = &s->p->maps.v[stmt->slot];

	if (stmt->aggs.aggs.n > PROGRAM_VALUES_MAX)
		diag_error(s->d, E_TOO_MANY, stmt->span,
			   "expected at most %u aggregations, found %zu", PROGRAM_VALUES_MAX,
			   stmt->aggs.aggs.n);
	if (stmt->aggs.keys.n >= PROGRAM_VALUES_MAX)
		diag_error(s->d, E_TOO_MANY, stmt->span, "expected fewer than %u keys, found %zu",
			   PROGRAM_VALUES_MAX, stmt->aggs.keys.n);
	for (size_t i = 0; i < stmt->aggs.aggs.n; i++)
		check_agg(s, d, stmt->aggs.aggs.v[i]);
	for (size_t i = 0; i < stmt->aggs.keys.n; i++)
		check_key(s, d, stmt->aggs.keys.v[i]);
}
