/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Items become clauses, probes become events, maps get their ids. */
#include <string.h>
#include "../base/strbuf.h"
#include "sema-int.h"

/* Providers of LANGUAGE that have no row in this version. */
static const char *const later_providers[] = {
	"go", "net", "usdt", "uprobe", "tracepoint", "rawtracepoint", "fentry", "fexit", "kprobe",
	"kretprobe", "profile", "software", "hardware",
};
#define N_LATER (sizeof(later_providers) / sizeof(*later_providers))

static bool is_later_provider(const char *name)
{
	for (size_t i = 0; i < N_LATER; i++) {
		if (!strcmp(later_providers[i], name))
			return true;
	}
	return false;
}

uint64_t event_members(enum event_id ev)
{
	return event_rows[ev].kind == EVENT_UNION ? event_rows[ev].members : EV_BIT(ev);
}

bool event_has_field(enum event_id ev, enum field_id f)
{
	return field_rows[f].events & (EV_BIT(ev) | event_members(ev));
}

const char *event_name(struct arena *a, enum event_id ev)
{
	const struct event_row *r = &event_rows[ev];

	return *r->name ? arena_printf(a, "%s:%s", r->provider, r->name) : r->provider;
}

const char *events_text(struct arena *a, uint64_t events)
{
	const char *text = "";

	for (unsigned ev = 0; ev < EVENT_N; ev++) {
		if (!(events & EV_BIT(ev)))
			continue;
		events &= ~EV_BIT(ev);
		text = arena_printf(a, "%s%s%s", text, *text == 0 ? "" : events ? ", " : " and ",
				    event_name(a, ev));
	}
	return text;
}

/* ---- names near to a wrong one ---- */

static void suggest_provider(struct sema *s, struct diag_msg *m, const char *word)
{
	vec_of(const char *) names = { 0 };

	for (unsigned ev = 0; ev < EVENT_N; ev++)
		vec_push(s->a, &names, event_rows[ev].provider);
	for (size_t i = 0; i < N_LATER; i++)
		vec_push(s->a, &names, later_providers[i]);
	const char *near = diag_suggest(word, names.v, names.n);

	if (near)
		diag_help(m, "did you mean `%s`?", near);
	else
		diag_help(m, "providers are grpc, begin, end and interval; "
			     "`gtrace -l` lists all probes");
}

static void suggest_event(struct sema *s, struct diag_msg *m, const struct probe_spec *p)
{
	vec_of(const char *) names = { 0 };

	for (unsigned ev = 0; ev < EVENT_N; ev++) {
		if (!strcmp(event_rows[ev].provider, p->provider) && *event_rows[ev].name)
			vec_push(s->a, &names, event_rows[ev].name);
	}
	const char *near = p->name ? diag_suggest(p->name, names.v, names.n) : NULL;

	if (near)
		diag_help(m, "did you mean `%s:%s`?", p->provider, near);
	else
		diag_help(m, "`gtrace -l '%s:*'` lists them", p->provider);
}

/* ---- one probe ---- */

static uint64_t no_provider(struct sema *s, const struct probe_spec *p)
{
	struct diag_msg *m = diag_error(s->d, E_NO_PROVIDER, p->span, "no provider `%s`",
					p->provider);

	suggest_provider(s, m, p->provider);
	return 0;
}

static uint64_t later_provider(struct sema *s, const struct probe_spec *p)
{
	struct diag_msg *m = diag_error(s->d, E_LATER_PROVIDER, p->span,
					"probes of the provider `%s` are not in this version",
					p->provider);

	diag_help(m, "`gtrace -l` lists the probes that are");
	return 0;
}

static uint64_t later_event(struct sema *s, const struct probe_spec *p)
{
	struct diag_msg *m = diag_error(s->d, E_LATER_EVENT, p->span,
					"the probe `%s` is not in this version", p->text);

	diag_help(m, "`gtrace -l` lists the probes that are");
	return 0;
}

static uint64_t found_event(struct sema *s, const struct probe_spec *p, enum event_id ev)
{
	return event_rows[ev].kind == EVENT_LATER ? later_event(s, p) : EV_BIT(ev);
}

static uint64_t resolve_interval(struct sema *s, struct clause_desc *c, const struct probe_spec *p)
{
	int64_t ns = 0;
	const char *wanted = p->name ? literal_parse(TYPE(TYPE_DURATION), p->name, &ns) : "";

	if (wanted || ns <= 0) {
		struct diag_msg *m = diag_error(s->d, E_BAD_INTERVAL, p->span,
			"expected a duration above 0 after `interval:`, found %s",
			p->name ? arena_printf(s->a, "`%s`", p->name) : "nothing");

		diag_help(m, "like interval:1s or interval:250ms");
		return 0;
	}
	if (c->interval_ns && c->interval_ns != ns) {
		struct diag_msg *m = diag_error(s->d, E_TWO_INTERVALS, p->span,
						"two intervals in one clause");

		diag_help(m, "write a clause for each");
		return 0;
	}
	c->interval_ns = ns;
	return EV_BIT(EV_INTERVAL);
}

/* begin and end: no name after them. */
static uint64_t resolve_bare(struct sema *s, const struct probe_spec *p, enum event_id ev)
{
	if (!p->name)
		return EV_BIT(ev);
	struct diag_msg *m = diag_error(s->d, E_NO_EVENT, p->span, "no probe `%s`", p->text);

	diag_help(m, "`%s` stands alone", p->provider);
	return 0;
}

static uint64_t resolve_glob(struct sema *s, const struct probe_spec *p)
{
	uint64_t found = 0, later = 0;

	for (unsigned ev = 0; ev < EVENT_N; ev++) {
		const struct event_row *r = &event_rows[ev];

		if (r->kind == EVENT_UNION || r->kind == EVENT_TRACER ||
		    !glob_match(p->provider, r->provider) || !glob_match(p->name, r->name))
			continue;
		*(r->kind == EVENT_LATER ? &later : &found) |= EV_BIT(ev);
	}
	if (found)
		return found;
	if (later)
		return later_event(s, p);
	if (is_later_provider(p->provider))
		return later_provider(s, p);
	struct diag_msg *m = diag_error(s->d, E_NO_MATCH, p->span, "no probe matches `%s`",
					p->text);

	diag_help(m, "`gtrace -l` lists all probes");
	return 0;
}

static uint64_t resolve_named(struct sema *s, const struct probe_spec *p)
{
	bool provider = false;

	for (const struct event_alias *al = event_aliases; al->alias; al++) {
		if (!strcmp(al->alias, p->text))
			return found_event(s, p, al->event);
	}
	for (unsigned ev = 0; ev < EVENT_N; ev++) {
		if (strcmp(event_rows[ev].provider, p->provider))
			continue;
		provider = true;
		if (p->name && !strcmp(event_rows[ev].name, p->name))
			return found_event(s, p, ev);
	}
	if (is_later_provider(p->provider))
		return later_provider(s, p);
	if (!provider)
		return no_provider(s, p);
	struct diag_msg *m = p->name
		? diag_error(s->d, E_NO_EVENT, p->span, "no probe `%s`", p->text)
		: diag_error(s->d, E_NO_EVENT, p->span, "expected `%s:NAME`, found `%s`",
			     p->provider, p->text);

	suggest_event(s, m, p);
	return 0;
}

static uint64_t resolve_probe(struct sema *s, struct clause_desc *c, const struct probe_spec *p)
{
	if (!strcmp(p->provider, "interval"))
		return resolve_interval(s, c, p);
	if (!strcmp(p->provider, "begin"))
		return resolve_bare(s, p, EV_BEGIN);
	if (!strcmp(p->provider, "end"))
		return resolve_bare(s, p, EV_END);
	if (p->name && (is_glob(p->name) || is_glob(p->provider)))
		return resolve_glob(s, p);
	return resolve_named(s, p);
}

void resolve_probes(struct sema *s, struct clause_desc *c)
{
	struct clause *cl = &c->node->clause;
	bool bad = false;

	for (size_t i = 0; i < cl->probes.n; i++) {
		uint64_t events = resolve_probe(s, c, &cl->probes.v[i]), members = 0;

		for (unsigned ev = 0; ev < EVENT_N; ev++)
			members |= events & EV_BIT(ev) ? event_members(ev) : 0;
		bad |= !events;
		if (members & c->events) {
			struct diag_msg *m = diag_warning(s->d, W_PROBE_TWICE,
				cl->probes.v[i].span, "%s is in the list already",
				events_text(s->a, members & c->events));

			diag_help(m, "the clause runs once an event however often it is named");
		}
		c->written |= events;
		c->events |= members;
	}
	vec_push(s->a, &s->bad_probes, bad);
}

/* ---- targets ---- */

/* `of pid N` is `where pid == N &&` what was written. */
static void target_pid(struct sema *s, struct clause *c)
{
	struct node *name = node_new(s->a, EXPR_NAME, c->of.span);
	struct node *test = node_new(s->a, EXPR_BINARY, c->of.span);

	name->name.name = "pid";
	name->sym_kind = SYM_FIELD;
	test->op.a = name;
	test->op.b = number_new(s, c->of.span, TYPE(TYPE_INT), c->of.pid);
	test->op.op = OP_EQ;
	test->op.op_span = c->of.span;
	if (c->where) {
		struct node *both = node_new(s->a, EXPR_BINARY, c->where->span);

		both->op.a = test;
		both->op.b = c->where;
		both->op.op = OP_LAND;
		both->op.op_span = c->of.span;
		test = both;
	}
	c->where = test;
}

static void resolve_target(struct sema *s, struct clause_desc *d)
{
	struct clause *c = &d->node->clause;
	uint64_t own = d->events & (EV_BIT(EV_BEGIN) | EV_BIT(EV_END) | EV_BIT(EV_INTERVAL));
	struct diag_msg *m;

	if (c->of.kind == OF_NONE)
		return;
	if (own) {
		m = diag_error(s->d, E_OF_TRACER, c->of.span, "%s happens in no target",
			       events_text(s->a, own));
		diag_help(m, "leave out the `of`");
		return;
	}
	if (c->of.kind == OF_PID) {
		target_pid(s, c);
		return;
	}
	m = diag_error(s->d, E_LATER_TARGET, c->of.span, "this `of` is not in this version");
	if (c->of.kind == OF_EXE)
		diag_help(m, "`-b BINARY` on the command line, or `where exe == \"…\"`");
	else if (c->of.kind == OF_COMM)
		diag_help(m, "`where comm == \"…\"`");
	else
		diag_help(m, "`-p PID…` on the command line");
}

/* ---- heads ---- */

static const char *head_text(struct sema *s, const struct clause *c)
{
	struct strbuf b = { 0 };

	strbuf_puts(&b, "on ");
	for (size_t i = 0; i < c->probes.n; i++)
		strbuf_printf(&b, "%s%s", i ? ", " : "", c->probes.v[i].text);
	if (c->of.kind == OF_PID)
		strbuf_printf(&b, " of pid %lld", (long long)c->of.pid);
	if (c->where)
		strbuf_printf(&b, " where %s", TEXT(s, c->where));
	const char *head = arena_strdup(s->a, b.s);

	strbuf_fini(&b);
	return head;
}

/* ---- maps ---- */

static int map_new(struct sema *s, const char *name, struct span span)
{
	struct map_desc d = { .id = s->p->maps.n, .name = name, .span = span };

	if (!name) {
		d.clause = s->clause->index;
		d.kind = MAP_AGG;
	}
	d.hidden = name && *name == '_';
	vec_push(s->a, &s->p->maps, d);
	vec_push(s->a, &s->maps, (struct map_info){ 0 });
	return d.id;
}

static int map_named(struct sema *s, const char *name, struct span span)
{
	for (size_t i = 0; i < s->p->maps.n; i++) {
		if (s->p->maps.v[i].name && !strcmp(s->p->maps.v[i].name, name))
			return i;
	}
	return map_new(s, name, span);
}

/* A call that stands alone is a list of aggregations only if it is one. */
static void sort_call(struct node *n)
{
	if (n->kind != STMT_AGGS || n->aggs.aggs.n != 1 || n->aggs.keys.n)
		return;
	struct node *call = n->aggs.aggs.v[0];

	if (call->kind != EXPR_CALL || is_agg_call(call))
		return;
	n->kind = STMT_CALL;
	n->call_stmt.call = call;
}

void declare_maps(struct node **child, void *ctx)
{
	struct sema *s = ctx;
	struct node *n = *child;

	sort_call(n);
	if (n->kind == EXPR_MAP) {
		n->sym_kind = SYM_MAP;
		n->slot = map_named(s, n->map.name, n->span);
	} else if (n->kind == STMT_AGGS) {
		n->sym_kind = SYM_AGGS;
		n->slot = map_new(s, NULL, n->span);
		if (s->clause->aggs_map < 0)
			s->clause->aggs_map = n->slot;
	}
	node_children(n, declare_maps, ctx);
}

/* ---- items ---- */

static void resolve_clause(struct sema *s, struct node *item)
{
	struct clause_desc c = { .node = item, .aggs_map = -1, .index = s->p->clauses.n + 1 };

	item->clause.index = c.index;
	c.head = head_text(s, &item->clause);
	resolve_probes(s, &c);
	resolve_target(s, &c);
	s->clause = &c;
	node_children(item, declare_maps, s);
	vec_push(s->a, &s->p->clauses, c);
}

static void later_item(struct sema *s, struct node *item)
{
	struct diag_msg *m;

	switch (item->kind) {
	case ITEM_USE:
		m = diag_error(s->d, E_LATER_USE, item->span, "`use` is not in this version");
		diag_help(m, "give several files' clauses in one, or by several -e");
		break;
	case ITEM_KEEP:
		diag_error(s->d, E_LATER_KEEP, item->span, "`keep` is not in this version");
		break;
	default:
		break;
	}
}

void resolve_script(struct sema *s)
{
	resolve_params(s);
	for (size_t i = 0; i < s->script->items.n; i++) {
		if (s->script->items.v[i]->kind == ITEM_DEF)
			resolve_def(s, s->script->items.v[i]);
	}
	for (size_t i = 0; i < s->script->items.n; i++) {
		struct node *item = s->script->items.v[i];

		if (item->kind == ITEM_CLAUSE)
			resolve_clause(s, item);
		else
			later_item(s, item);
	}
	if (!s->p->clauses.n && !s->d->errors) {
		struct diag_msg *m = diag_error(s->d, E_NO_CLAUSE, (struct span){ 0, 0 },
						"no clause: there is nothing to trace");

		diag_help(m, "like: on grpc:stream_send < count() >");
	}
}
