/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A Program as text: `--emit types` is the tree with its types, `--emit plan` the rest. */
#include <string.h>
#include "sema-int.h"

/* ---- types ---- */

static const char *const kind_names[NODE_N] = {
	[STMT_BLOCK] = "block", [STMT_AGGS] = "aggregate", [STMT_ASSIGN] = "assign",
	[STMT_STEP] = "step", [STMT_LET] = "let", [STMT_CALL] = "do", [STMT_IF] = "if",
	[STMT_RETURN] = "return", [EXPR_INT] = "number", [EXPR_STRING] = "string",
	[EXPR_NAME] = "name", [EXPR_MAP] = "map", [EXPR_CALL] = "call", [EXPR_UNARY] = "unary",
	[EXPR_BINARY] = "binary", [EXPR_COND] = "cond", [EXPR_ELSE] = "else", [EXPR_IN] = "in",
	[EXPR_NAMED] = "named",
};

static void print_quoted(FILE *out, const char *text, size_t len)
{
	putc('"', out);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = text[i];

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", out);
		else if (c < ' ' || c == 127)
			fprintf(out, "\\x%02x", c);
		else
			putc(c, out);
	}
	putc('"', out);
}

static void print_number(const struct node *n, FILE *out)
{
	const struct enum_name *name = n->type.kind == TYPE_ENUM ?
				       enum_by_value(n->type.enums, n->num.value) : NULL;

	if (n->num.fraction)
		fprintf(out, " %s", n->num.fraction);
	else if (name)
		fprintf(out, " %s", name->name);
	else if (n->type.kind == TYPE_BOOL)
		fprintf(out, " %s", n->num.value ? "true" : "false");
	else if (type_is_signed(n->type))
		fprintf(out, " %lld", (long long)n->num.value);
	else
		fprintf(out, " %llu", (unsigned long long)n->num.value);
}

static const char *symbol(const struct node *n)
{
	switch (n->sym_kind) {
	case SYM_FIELD: return "field";
	case SYM_LET: return "let";
	case SYM_MAP: return "map";
	case SYM_STRING: return "string";
	case SYM_STMT: return "record";
	case SYM_AGGS: return "map";
	default: return NULL;
	}
}

static void print_detail(const struct node *n, FILE *out)
{
	switch (n->kind) {
	case EXPR_INT:
		print_number(n, out);
		break;
	case EXPR_STRING:
		putc(' ', out);
		print_quoted(out, n->str.text, n->str.len);
		break;
	case EXPR_NAME:
		fprintf(out, " %s", n->name.name);
		break;
	case EXPR_MAP:
		fprintf(out, " @%s", n->map.name);
		break;
	case EXPR_CALL:
		fprintf(out, " %s", n->call.name);
		break;
	case EXPR_UNARY:
	case EXPR_BINARY:
		fprintf(out, " %s", op_text(n->op.op));
		break;
	case EXPR_NAMED:
		fprintf(out, " %s", n->named.name);
		break;
	case STMT_ASSIGN:
		fprintf(out, " %s=", n->assign.op == OP_NONE ? "" : op_text(n->assign.op));
		break;
	case STMT_STEP:
		fprintf(out, " %s", n->step.by < 0 ? "--" : "++");
		break;
	case STMT_LET:
		fprintf(out, " %s", n->let.name);
		break;
	default:
		break;
	}
}

struct printer {
	FILE *out;
	int depth;
};

static void print_node(struct node **child, void *ctx)
{
	struct printer *p = ctx;
	const struct node *n = *child;
	const char *sym = symbol(n);

	fprintf(p->out, "%*s%s", 2 * p->depth, "", kind_names[n->kind] ? kind_names[n->kind] : "?");
	print_detail(n, p->out);
	if (n->kind >= EXPR_INT && n->type.kind != TYPE_VOID)
		fprintf(p->out, ": %s", type_name(n->type));
	else if (n->kind == STMT_LET)
		fprintf(p->out, ": %s", type_name(n->type));
	if (sym && n->sym_kind != SYM_FIELD)
		fprintf(p->out, " (%s %d)", sym, n->slot);
	putc('\n', p->out);
	p->depth++;
	node_children(*child, print_node, ctx);
	p->depth--;
}

void program_print_types(const struct program *p, FILE *out)
{
	struct printer pr = { out, 1 };

	for (size_t i = 0; i < p->clauses.n; i++) {
		fprintf(out, "clause %u: %s\n", p->clauses.v[i].index, p->clauses.v[i].head);
		node_children(p->clauses.v[i].node, print_node, &pr);
	}
}

/* ---- the Program ---- */

static void print_events(const char *label, uint64_t events, FILE *out)
{
	fprintf(out, "  %-8s", label);
	for (unsigned ev = 0; ev < EVENT_N; ev++) {
		const struct event_row *r = &event_rows[ev];

		if (events & EV_BIT(ev))
			fprintf(out, " %s%s%s", r->provider, *r->name ? ":" : "", r->name);
	}
	fputs(events ? "\n" : " none\n", out);
}

static void print_fields(const char *label, uint64_t fields, FILE *out)
{
	if (!fields)
		return;
	fprintf(out, "  %-8s", label);
	for (unsigned f = 0; f < FIELD_N; f++) {
		if (fields & 1ull << f)
			fprintf(out, " %s", field_rows[f].name);
	}
	putc('\n', out);
}

static void print_clause(const struct clause_desc *c, FILE *out)
{
	fprintf(out, "clause %u: %s\n", c->index, c->head);
	if (c->written != c->events)
		print_events("written", c->written, out);
	print_events("events", c->events, out);
	if (c->interval_ns)
		fprintf(out, "  every    %lldns\n", (long long)c->interval_ns);
	print_fields("where", c->where_fields, out);
	print_fields("block", c->block_fields, out);
	if (c->n_lets)
		fprintf(out, "  lets     %u\n", c->n_lets);
	if (c->names_side)
		fputs("  names side\n", out);
	if (c->aggs_map >= 0)
		fprintf(out, "  prints   map %d\n", c->aggs_map);
}

static void print_agg(const struct agg_desc *a, FILE *out)
{
	fprintf(out, "  agg      %s", a->text);
	if (a->type.kind != TYPE_VOID)
		fprintf(out, " of %s", type_name(a->type));
	if (builtin_rows[a->id].cells)
		fprintf(out, ", cell %u", a->cell);
	if (a->dense)
		fprintf(out, ", dense %u", a->dense);
	if (a->id == BI_LHIST)
		fprintf(out, ", lo %lld, step %lld", (long long)a->lo, (long long)a->step);
	if (a->sparse)
		fputs(", sparse", out);
	for (size_t i = 0; i < a->ps.n; i++)
		fprintf(out, "%s %g", i ? "" : ", at", a->ps.v[i]);
	putc('\n', out);
}

static void print_map(const struct map_desc *m, FILE *out)
{
	fprintf(out, "map %u: ", m->id);
	if (m->name)
		fprintf(out, "@%s\n", m->name);
	else
		fprintf(out, "of clause %u\n", m->clause);
	for (size_t i = 0; i < m->keys.n; i++)
		fprintf(out, "  key      %s: %s\n", m->keys.v[i].text,
			type_name(m->keys.v[i].type));
	if (m->kind == MAP_VALUE)
		fprintf(out, "  value    %s\n", type_name(m->value));
	for (size_t i = 0; i < m->aggs.n; i++)
		print_agg(&m->aggs.v[i], out);
	fprintf(out, "  size     %u keys, %u cells%s%s%s%s\n", m->max_keys, m->cells,
		m->tags ? ", tags" : "", m->swap ? ", swap" : "", m->hidden ? ", hidden" : "",
		m->printed_at_end ? ", printed at the end" : "");
}

static const char *const stmt_names[] = {
	[STMT_D_EMIT] = "emit", [STMT_D_PRINTF] = "printf", [STMT_D_PRINT_VALUE] = "print",
	[STMT_D_PRINT_MAP] = "print map", [STMT_D_CLEAR] = "clear map", [STMT_D_EXIT] = "exit",
};

static void print_piece(const struct format_piece *f, FILE *out)
{
	fputs("  format   ", out);
	print_quoted(out, f->text, strlen(f->text));
	if (f->value >= 0)
		fprintf(out, " %%%s%c of value %d", f->flags, f->conv, f->value);
	putc('\n', out);
}

static void print_stmt(const struct stmt_desc *d, FILE *out)
{
	fprintf(out, "record %u: %s in clause %u", d->id, stmt_names[d->kind], d->clause);
	if (d->kind == STMT_D_PRINT_MAP || d->kind == STMT_D_CLEAR)
		fprintf(out, ", map %u", d->map);
	if (d->top)
		fprintf(out, ", top %u", d->top);
	putc('\n', out);
	for (size_t i = 0; i < d->format.n; i++)
		print_piece(&d->format.v[i], out);
	for (size_t i = 0; i < d->values.n; i++)
		fprintf(out, "  value    %s: %s\n", d->values.v[i].name,
			type_name(d->values.v[i].type));
}

static void print_param(const struct param_desc *d, FILE *out)
{
	fprintf(out, "param %s: %s", d->name, type_name(d->type));
	if (d->has_default)
		fprintf(out, " = %s", d->default_text);
	if (d->help) {
		fputs("  ", out);
		print_quoted(out, d->help, strlen(d->help));
	}
	putc('\n', out);
}

static void print_needs(const struct program *p, FILE *out)
{
	static const char *const keeps[] = { "streams", "open", "recv" };

	fputs("keeps:", out);
	for (unsigned i = 0; i < sizeof(keeps) / sizeof(*keeps); i++) {
		if (p->keeps & 1u << i)
			fprintf(out, " %s", keeps[i]);
	}
	fputs(p->keeps ? "\nhooks:" : " nothing\nhooks:", out);
	for (unsigned h = 0; h < HOOK_N; h++) {
		if (p->hooks & 1ull << h)
			fprintf(out, " %s", hook_rows[h].name);
	}
	putc('\n', out);
}

void program_print(const struct program *p, FILE *out)
{
	for (size_t i = 0; i < p->params.n; i++)
		print_param(&p->params.v[i], out);
	for (size_t i = 0; i < p->clauses.n; i++)
		print_clause(&p->clauses.v[i], out);
	for (size_t i = 0; i < p->maps.n; i++)
		print_map(&p->maps.v[i], out);
	for (size_t i = 0; i < p->stmts.n; i++)
		print_stmt(&p->stmts.v[i], out);
	for (size_t i = 0; i < p->strings.n; i++) {
		fprintf(out, "string %zu: ", i);
		print_quoted(out, p->strings.v[i].text, p->strings.v[i].len);
		putc('\n', out);
	}
	print_needs(p, out);
}
