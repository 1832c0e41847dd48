/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sink-json: one object a line, as LANGUAGE.md's "Machine output" has it and
 * tests/output/gtrace-output.schema.json checks it. The constant parts of an
 * event are made once: a record is then a few copies into the buffer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "escape.h"
#include "hist.h"
#include "sink.h"

/* Of one statement: `,"clause":1,"probe":"` and `"msg_len":` of each value. */
struct json_stmt {
	struct strbuf head;
	struct strbuf *names;
};

struct json_sink {
	struct json_stmt *stmts;
};

static void add_str(struct strbuf *b, const char *s)
{
	escape_json(b, s ? s : "", s ? strlen(s) : 0, false);
}

/* `,"name":` */
static void add_key(struct strbuf *b, const char *name)
{
	strbuf_add(b, ",\"", 2);
	strbuf_puts(b, name);
	strbuf_add(b, "\":", 2);
}

static void add_str_member(struct strbuf *b, const char *name, const char *s)
{
	add_key(b, name);
	add_str(b, s);
}

static void add_uint_member(struct strbuf *b, const char *name, uint64_t n)
{
	add_key(b, name);
	format_uint(b, n);
}

static void open_object(struct output *o, const char *type)
{
	strbuf_puts(&o->out, "{\"type\":\"");
	strbuf_puts(&o->out, type);
	strbuf_putc(&o->out, '"');
}

static void close_object(struct output *o)
{
	strbuf_add(&o->out, "}\n", 2);
}

static void add_wall(struct output *o, int64_t wall_ns)
{
	strbuf_puts(&o->out, ",\"time\":\"");
	format_wall(&o->f, &o->out, wall_ns);
	strbuf_putc(&o->out, '"');
}

static void *json_init(struct output *o)
{
	struct json_sink *j = calloc(1, sizeof(*j));
	size_t n = o->p->stmts.n;

	if (!j || !(j->stmts = calloc(n ? n : 1, sizeof(*j->stmts))))
		abort();
	for (size_t i = 0; i < n; i++) {
		const struct stmt_desc *s = &o->p->stmts.v[i];
		struct json_stmt *js = &j->stmts[i];

		add_uint_member(&js->head, "clause", s->clause);
		js->names = calloc(s->values.n ? s->values.n : 1, sizeof(*js->names));
		if (!js->names)
			abort();
		for (size_t k = 0; k < s->values.n; k++) {
			strbuf_puts(&js->names[k], k ? "," : "");
			add_str(&js->names[k], s->values.v[k].name);
			strbuf_putc(&js->names[k], ':');
		}
	}
	return j;
}

static void json_fini(struct output *o)
{
	struct json_sink *j = o->sink;

	for (size_t i = 0; i < o->p->stmts.n; i++) {
		for (size_t k = 0; k < o->p->stmts.v[i].values.n; k++)
			strbuf_fini(&j->stmts[i].names[k]);
		free(j->stmts[i].names);
		strbuf_fini(&j->stmts[i].head);
	}
	free(j->stmts);
	free(j);
}

static void json_start(struct output *o)
{
	const struct script *s = o->p->script;

	open_object(o, "start");
	add_uint_member(&o->out, "v", 1);
	add_str_member(&o->out, "gtrace", o->opts.gtrace_version);
	add_wall(o, output_wall_now());
	add_key(&o->out, "script");
	if (s && s->source)
		escape_json(&o->out, s->source->text, s->source->len, false);
	else
		strbuf_puts(&o->out, "\"\"");
	close_object(o);
}

/* "ok", or why the event does not fire in the target; of a union, why its first member does not. */
static const char *probe_state(const struct output *o, unsigned event,
			       const struct output_target *t)
{
	uint64_t members = event_rows[event].kind == EVENT_UNION ?
			   event_rows[event].members & o->p->events : EV_BIT(event);

	for (unsigned i = 0; i < EVENT_N; i++)
		if ((members & EV_BIT(i)) && !(t->events_ok & EV_BIT(i)))
			return t->why_not && t->why_not[i] ? t->why_not[i] : "not found";
	return "ok";
}

static void json_target(struct output *o, const struct output_target *t)
{
	uint64_t written = 0;
	bool first = true;

	for (size_t i = 0; i < o->p->clauses.n; i++)
		written |= o->p->clauses.v[i].written;
	open_object(o, "target");
	add_key(&o->out, "pid");
	format_int(&o->out, t->pid);
	add_str_member(&o->out, "exe", t->exe);
	add_str_member(&o->out, "go", t->go);
	add_str_member(&o->out, "grpc", t->grpc);
	strbuf_puts(&o->out, ",\"probes\":{");
	for (unsigned i = 0; i < EVENT_N; i++) {
		if (!(written & EV_BIT(i)) || event_rows[i].kind == EVENT_TRACER)
			continue;
		strbuf_puts(&o->out, first ? "" : ",");
		first = false;
		add_str(&o->out, o->event_names[i]);
		strbuf_putc(&o->out, ':');
		add_str(&o->out, probe_state(o, i, t));
	}
	strbuf_putc(&o->out, '}');
	close_object(o);
}

static void json_attached(struct output *o, unsigned sites)
{
	open_object(o, "attached");
	add_wall(o, output_wall_now());
	add_uint_member(&o->out, "sites", sites);
	close_object(o);
}

/* {"type":…,"time":…,"clause":…,"probe":…,"pid":…,"comm":… */
static void open_record(struct output *o, const char *type, const struct stmt_desc *s,
			const struct gt_record *r)
{
	struct json_sink *j = o->sink;
	const struct strbuf *head = &j->stmts[s->id].head;

	open_object(o, type);
	strbuf_add(&o->out, ",\"time\":\"", 9);
	format_time(&o->f, &o->out, r->time);
	strbuf_putc(&o->out, '"');
	strbuf_add(&o->out, head->s, head->len);
}

static void add_fields(struct output *o, const struct stmt_desc *s, const struct value *values)
{
	struct json_sink *j = o->sink;
	const struct strbuf *names = j->stmts[s->id].names;

	strbuf_add(&o->out, ",\"fields\":{", 11);
	for (size_t i = 0; i < s->values.n; i++) {
		strbuf_add(&o->out, names[i].s, names[i].len);
		format_value_json(&o->f, &o->out, s->values.v[i].type, values[i]);
	}
	strbuf_putc(&o->out, '}');
}

static void json_event(struct output *o, const struct stmt_desc *s, const struct gt_record *r,
		       const struct value *values)
{
	const struct process *p = output_process(o, (int)r->tgid);

	open_record(o, "event", s, r);
	strbuf_add(&o->out, ",\"probe\":\"", 10);
	strbuf_puts(&o->out, output_event_name(o, s, r->event));
	strbuf_add(&o->out, "\",\"pid\":", 8);
	format_uint(&o->out, r->tgid);
	strbuf_add(&o->out, ",\"comm\":", 8);
	if (p->seen)
		escape_json(&o->out, p->comm, p->len, false);
	else
		strbuf_add(&o->out, "null", 4);
	add_fields(o, s, values);
	close_object(o);
}

static void json_print(struct output *o, const struct stmt_desc *s, const struct gt_record *r,
		       const struct value *values)
{
	open_record(o, "print", s, r);
	add_fields(o, s, values);
	close_object(o);
}

static void json_printf(struct output *o, const struct stmt_desc *s, const struct gt_record *r,
			const struct value *values)
{
	struct strbuf text = { 0 };

	format_pieces(&o->f, &text, s, values);
	open_record(o, "printf", s, r);
	add_key(&o->out, "text");
	escape_json(&o->out, text.s ? text.s : "", text.len, false);
	close_object(o);
	strbuf_fini(&text);
}

/* ---- maps ---- */

/* A value of an aggregation's argument type; null where there is none. */
static void add_arg(struct output *o, const struct agg_desc *a, bool some, int64_t v)
{
	struct value value = { (uint64_t)v, some ? VALUE_KNOWN : VALUE_NONE };

	format_value_json(&o->f, &o->out, a->type, value);
}

static __int128 sum_of(const struct agg_desc *a, const struct agg_value *v)
{
	return type_is_signed(a->type) ? (__int128)v->sum : (__int128)(uint64_t)v->sum;
}

/* Sums are numbers even of what is a time or an enum. */
static void add_sum(struct strbuf *b, const struct agg_desc *a, int64_t sum)
{
	if (type_is_signed(a->type))
		format_int(b, sum);
	else
		format_uint(b, (uint64_t)sum);
}

static void add_avg(struct output *o, const struct agg_desc *a, const struct agg_value *v)
{
	strbuf_puts(&o->out, "{\"n\":");
	format_uint(&o->out, v->n);
	add_key(&o->out, "sum");
	add_sum(&o->out, a, v->sum);
	add_key(&o->out, "avg");
	if (v->n)
		format_ratio(&o->out, sum_of(a, v), v->n);
	else
		strbuf_puts(&o->out, "null");
}

static void add_limit(struct strbuf *b, bool open, bool is_signed, int64_t v)
{
	if (open)
		strbuf_puts(b, "null");
	else if (is_signed)
		format_int(b, v);
	else
		format_uint(b, (uint64_t)v);
}

static void add_buckets(struct strbuf *b, const struct agg_desc *a, const struct agg_value *v)
{
	bool first = true, is_signed = type_is_signed(a->type);

	strbuf_puts(b, "{\"n\":");
	format_uint(b, v->n);
	strbuf_puts(b, ",\"buckets\":[");
	for (unsigned i = 0; i < a->dense; i++) {
		struct hist_row r = hist_row(a, i);

		if (!v->buckets[i])
			continue;
		strbuf_puts(b, first ? "{\"lo\":" : ",{\"lo\":");
		first = false;
		add_limit(b, r.low_open, is_signed, r.lo);
		add_key(b, "hi");
		add_limit(b, r.high_open, is_signed, r.hi);
		add_uint_member(b, "n", v->buckets[i]);
		strbuf_putc(b, '}');
	}
	strbuf_puts(b, "]}");
}

static void add_quantiles(struct output *o, const struct agg_desc *a, const struct agg_value *v)
{
	bool is_signed = type_is_signed(a->type);
	const double *ps;
	unsigned n = quantile_fractions(a, &ps);

	strbuf_puts(&o->out, "{\"n\":");
	format_uint(&o->out, v->n);
	for (unsigned i = 0; i < n; i++) {
		int64_t x = 0;
		bool some = quantile(v, is_signed, ps[i], &x);

		strbuf_add(&o->out, ",\"", 2);
		agg_fraction_name(&o->out, ps[i]);
		strbuf_add(&o->out, "\":", 2);
		add_arg(o, a, some, x);
	}
	add_key(&o->out, "max");
	add_arg(o, a, v->some, v->max);
	strbuf_printf(&o->out, ",\"error\":%.3f}", QUANT_ERROR);
}

static void add_rate(struct output *o, const struct agg_value *v, uint64_t span_ns)
{
	strbuf_puts(&o->out, "{\"n\":");
	format_uint(&o->out, v->n);
	add_uint_member(&o->out, "span", span_ns);
	add_key(&o->out, "per_second");
	if (span_ns)
		format_ratio(&o->out, (__int128)v->n * 1000000000, span_ns);
	else
		strbuf_puts(&o->out, "null");
	strbuf_putc(&o->out, '}');
}

static void add_agg(struct output *o, const struct agg_desc *a, const struct agg_value *v,
		    uint64_t span_ns)
{
	switch (a->id) {
	case BI_SUM:
		add_sum(&o->out, a, v->sum);
		break;
	case BI_MIN:
		add_arg(o, a, v->some, v->min);
		break;
	case BI_MAX:
		add_arg(o, a, v->some, v->max);
		break;
	case BI_AVG:
		add_avg(o, a, v);
		strbuf_putc(&o->out, '}');
		break;
	case BI_STATS:
		add_avg(o, a, v);
		add_key(&o->out, "min");
		add_arg(o, a, v->some, v->min);
		add_key(&o->out, "max");
		add_arg(o, a, v->some, v->max);
		strbuf_putc(&o->out, '}');
		break;
	case BI_RATE:
		add_rate(o, v, span_ns);
		break;
	case BI_HIST:
	case BI_LHIST:
		add_buckets(&o->out, a, v);
		break;
	case BI_QUANTILE:
		add_quantiles(o, a, v);
		break;
	default:
		format_uint(&o->out, v->n);
	}
}

static void add_row(struct output *o, const struct sink_map *m, const struct map_row *row, int agg)
{
	const struct map_desc *d = m->d;

	strbuf_puts(&o->out, "{\"key\":[");
	for (unsigned i = 0; i < d->keys.n; i++) {
		strbuf_puts(&o->out, i ? "," : "");
		format_value_json(&o->f, &o->out, d->keys.v[i].type, decode_key(row, i));
	}
	strbuf_puts(&o->out, "],\"value\":");
	if (agg < 0)
		format_value_json(&o->f, &o->out, d->value,
				  (struct value){ (uint64_t)row->value, VALUE_KNOWN });
	else
		add_agg(o, &d->aggs.v[agg], &row->aggs[agg], m->rows->span_ns);
	strbuf_putc(&o->out, '}');
}

static void open_map(struct output *o, const struct sink_map *m)
{
	open_object(o, "map");
	add_wall(o, m->wall_ns);
	strbuf_puts(&o->out, m->final ? ",\"final\":true" : ",\"final\":false");
	add_uint_member(&o->out, "clause", m->d->clause);
}

static void add_map_name(struct strbuf *b, const struct map_desc *d)
{
	struct strbuf name = { 0 };

	if (d->name) {
		strbuf_putc(&name, '@');
		strbuf_puts(&name, d->name);
	}
	add_key(b, "name");
	escape_json(b, name.s ? name.s : "", name.len, false);
	strbuf_fini(&name);
}

/* One object an aggregation; agg -1: plain values. */
static void add_map(struct output *o, const struct sink_map *m, int agg)
{
	const struct map_desc *d = m->d;
	const struct agg_desc *a = agg < 0 ? NULL : &d->aggs.v[agg];
	size_t n = m->top && m->top < m->rows->n ? m->top : m->rows->n;
	bool unitless = a && (a->id == BI_COUNT || a->id == BI_RATE);

	open_map(o, m);
	add_map_name(&o->out, d);
	add_str_member(&o->out, "expr", a ? a->text : "");
	add_str_member(&o->out, "agg", a ? builtin_rows[a->id].name : "value");
	add_str_member(&o->out, "unit", unitless ? "" : format_unit(a ? a->type : d->value));
	strbuf_puts(&o->out, ",\"by\":[");
	for (size_t i = 0; i < d->keys.n; i++) {
		strbuf_puts(&o->out, i ? "," : "");
		add_str(&o->out, d->keys.v[i].text);
	}
	strbuf_puts(&o->out, "],\"rows\":[");
	for (size_t i = 0; i < n; i++) {
		strbuf_puts(&o->out, i ? "," : "");
		add_row(o, m, &m->rows->rows[i], agg);
	}
	strbuf_putc(&o->out, ']');
	close_object(o);
}

static void json_map(struct output *o, const struct sink_map *m)
{
	if (m->d->kind == MAP_VALUE)
		add_map(o, m, -1);
	else
		for (size_t i = 0; i < m->d->aggs.n; i++)
			add_map(o, m, (int)i);
}

static void json_map_failed(struct output *o, const struct sink_map *m, int err)
{
	open_map(o, m);
	add_map_name(&o->out, m->d);
	add_str_member(&o->out, "error", strerror(err));
	close_object(o);
}

/* ---- the end ---- */

static void add_loss(struct strbuf *b, uint64_t ring, uint64_t map_full, uint64_t truncated)
{
	strbuf_puts(b, ",\"lost\":{\"ring\":");
	format_uint(b, ring);
	add_uint_member(b, "map_full", map_full);
	add_uint_member(b, "truncated", truncated);
}

static void add_left_out(struct output *o, const struct clause_desc *c, const struct gt_cell *cell)
{
	struct strbuf why = { 0 };
	bool first = true;

	strbuf_puts(&o->out, ",\"left_out\":[");
	for (unsigned i = 0; i < GT_STATUS_N; i++) {
		if (!cell->left_out[i])
			continue;
		strbuf_reset(&why);
		notes_left_out(&why, o->p, c, i);
		strbuf_puts(&o->out, first ? "{\"why\":" : ",{\"why\":");
		first = false;
		escape_json(&o->out, why.s, why.len, false);
		add_uint_member(&o->out, "n", cell->left_out[i]);
		strbuf_putc(&o->out, '}');
	}
	strbuf_putc(&o->out, ']');
	strbuf_fini(&why);
}

static void add_clause_end(struct output *o, const struct clause_desc *c,
			   const struct gt_cell *cell, uint64_t missed)
{
	strbuf_puts(&o->out, "{\"clause\":");
	format_uint(&o->out, c->index);
	add_uint_member(&o->out, "events", cell->events);
	add_uint_member(&o->out, "client", cell->sides[0]);
	add_uint_member(&o->out, "server", cell->sides[1]);
	add_left_out(o, c, cell);
	add_loss(&o->out, cell->ring_full, cell->map_full, cell->truncated);
	/* The kernel counts skipped hits of a program, which clauses may share. */
	add_key(&o->out, "missed");
	if (missed && o->p->clauses.n > 1)
		strbuf_puts(&o->out, "null");
	else
		format_uint(&o->out, missed);
	strbuf_puts(&o->out, "}}");
}

static void json_end(struct output *o, const struct gt_cell *cells, const struct output_loss *extra,
		     const struct output_loss *total)
{
	open_object(o, "end");
	add_wall(o, output_wall_now());
	strbuf_puts(&o->out, ",\"clauses\":[");
	for (size_t i = 0; i < o->p->clauses.n; i++) {
		strbuf_puts(&o->out, i ? "," : "");
		add_clause_end(o, &o->p->clauses.v[i], &cells[i + 1], extra->missed);
	}
	strbuf_putc(&o->out, ']');
	add_loss(&o->out, total->ring, total->map_full, total->truncated);
	add_uint_member(&o->out, "missed", total->missed);
	add_uint_member(&o->out, "streams_full", total->streams_full);
	add_uint_member(&o->out, "dict_full", total->dict_full);
	strbuf_putc(&o->out, '}');
	close_object(o);
}

const struct sink_ops sink_json = {
	.init = json_init,
	.fini = json_fini,
	.start = json_start,
	.target = json_target,
	.attached = json_attached,
	.event = json_event,
	.print = json_print,
	.printf = json_printf,
	.map = json_map,
	.map_failed = json_map_failed,
	.end = json_end,
};
