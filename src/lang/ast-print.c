/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree as text (--emit ast), and an expression as it would be written. */
#include <string.h>
#include "../base/strbuf.h"
#include "ast.h"
#include "units.h"

/* ---- an expression as text ---- */

/* How tightly an expression holds together; Go's levels with ours around them. */
enum prec { P_COND = 1, P_OR, P_AND, P_CMP, P_ADD, P_MUL, P_UNARY, P_POSTFIX };

static enum prec op_prec(enum op op)
{
	switch (op) {
	case OP_LOR:
		return P_OR;
	case OP_LAND:
		return P_AND;
	case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE:
	case OP_MATCH: case OP_NOMATCH:
		return P_CMP;
	case OP_ADD: case OP_SUB: case OP_OR: case OP_XOR:
		return P_ADD;
	default:
		return P_MUL;
	}
}

static enum prec prec_of(const struct node *e)
{
	switch (e->kind) {
	case EXPR_COND:
	case EXPR_ELSE:
	case EXPR_NAMED:
		return P_COND;
	case EXPR_BINARY:
		return op_prec(e->op.op);
	case EXPR_IN:
		return P_CMP;
	case EXPR_UNARY:
		return P_UNARY;
	default:
		return P_POSTFIX;
	}
}

static void put_expr(struct strbuf *b, const struct node *e, enum prec least);

static void put_list(struct strbuf *b, const node_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			strbuf_puts(b, ", ");
		put_expr(b, l->v[i], P_COND);
	}
}

static void put_string(struct strbuf *b, const char *s, size_t len)
{
	static const char plain[] = "\n\t\r\"\\", marked[] = "ntr\"\\";

	strbuf_putc(b, '"');
	for (size_t i = 0; i < len; i++) {
		const char *at = s[i] ? strchr(plain, s[i]) : NULL;

		if (at)
			strbuf_printf(b, "\\%c", marked[at - plain]);
		else if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			strbuf_printf(b, "\\x%02x", (unsigned char)s[i]);
		else
			strbuf_putc(b, s[i]);
	}
	strbuf_putc(b, '"');
}

/* Signed only where sema said so: as written, no number has a sign. */
static bool is_negative(const struct node *e)
{
	return e->num.value < 0 && type_is_signed(e->type);
}

static void put_number(struct strbuf *b, const struct node *e)
{
	struct number n = { .value = (uint64_t)e->num.value, .unit = e->num.unit,
			    .multiplier = e->num.multiplier };

	if (e->num.fraction) {
		strbuf_puts(b, e->num.fraction);
	} else if (e->num.unit == TYPE_BOOL) {
		strbuf_puts(b, e->num.value ? "true" : "false");
	} else {
		if (is_negative(e)) {
			strbuf_putc(b, '-');
			n.value = 0 - n.value;
		}
		number_write(b, n);
	}
}

static void put_map(struct strbuf *b, const struct node *e)
{
	strbuf_printf(b, "@%s", e->map.name);
	if (!e->map.keys.n)
		return;
	strbuf_putc(b, '[');
	put_list(b, &e->map.keys);
	strbuf_putc(b, ']');
}

static void put_unary(struct strbuf *b, const struct node *e)
{
	const struct node *a = e->op.a;
	bool minus = a->kind == EXPR_UNARY ? a->op.op == OP_NEG :
		     a->kind == EXPR_INT && is_negative(a);

	strbuf_puts(b, op_text(e->op.op));
	put_expr(b, a, e->op.op == OP_NEG && minus ? P_POSTFIX + 1 : P_UNARY);
}

/* Comparisons do not chain: both sides must hold more tightly. */
static void put_binary(struct strbuf *b, const struct node *e)
{
	enum prec p = op_prec(e->op.op);

	put_expr(b, e->op.a, p == P_CMP ? p + 1 : p);
	strbuf_printf(b, " %s ", op_text(e->op.op));
	put_expr(b, e->op.b, p + 1);
}

static void put_cond(struct strbuf *b, const struct node *e)
{
	if (e->kind == EXPR_ELSE) {
		put_expr(b, e->cond.a, P_OR);
		strbuf_puts(b, " ?: ");
	} else {
		put_expr(b, e->cond.cond, P_OR);
		strbuf_puts(b, " ? ");
		put_expr(b, e->cond.a, P_COND);
		strbuf_puts(b, " : ");
	}
	put_expr(b, e->cond.b, P_COND);
}

static void put_bare(struct strbuf *b, const struct node *e)
{
	switch (e->kind) {
	case EXPR_INT:
		put_number(b, e);
		break;
	case EXPR_STRING:
		put_string(b, e->str.text, e->str.len);
		break;
	case EXPR_NAME:
		strbuf_puts(b, e->name.name);
		break;
	case EXPR_MAP:
		put_map(b, e);
		break;
	case EXPR_SCOPED:
		strbuf_printf(b, "%s.%s", e->scoped.scope, e->scoped.name);
		break;
	case EXPR_MEMBER:
		put_expr(b, e->member.base, P_POSTFIX);
		strbuf_printf(b, ".%s", e->member.name);
		break;
	case EXPR_INDEX:
		put_expr(b, e->index.base, P_POSTFIX);
		strbuf_putc(b, '[');
		put_expr(b, e->index.index, P_COND);
		strbuf_putc(b, ']');
		break;
	case EXPR_CALL:
		strbuf_printf(b, "%s(", e->call.name);
		put_list(b, &e->call.args);
		strbuf_putc(b, ')');
		break;
	case EXPR_UNARY:
		put_unary(b, e);
		break;
	case EXPR_BINARY:
		put_binary(b, e);
		break;
	case EXPR_COND:
	case EXPR_ELSE:
		put_cond(b, e);
		break;
	case EXPR_IN:
		put_expr(b, e->in.a, P_CMP + 1);
		strbuf_puts(b, " in (");
		put_list(b, &e->in.list);
		strbuf_putc(b, ')');
		break;
	case EXPR_NAMED:
		strbuf_printf(b, "%s = ", e->named.name);
		put_expr(b, e->named.value, P_COND);
		break;
	default:
		break;
	}
}

static void put_expr(struct strbuf *b, const struct node *e, enum prec least)
{
	bool parens = prec_of(e) < least;

	/* Past the last level: only what is in one piece, which - and -5 are not. */
	if (least > P_POSTFIX)
		parens = true;
	if (parens)
		strbuf_putc(b, '(');
	put_bare(b, e);
	if (parens)
		strbuf_putc(b, ')');
}

char *ast_expr_text(struct arena *a, const struct node *expr)
{
	struct strbuf b = { 0 };

	strbuf_puts(&b, "");
	put_expr(&b, expr, P_COND);

	char *text = arena_strndup(a, b.s, b.len);

	strbuf_fini(&b);
	return text;
}

/* ---- the tree ---- */

struct printer {
	FILE *out;
	int depth;
	struct strbuf b;	/* for a literal */
};

static void line(struct printer *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void line(struct printer *p, const char *fmt, ...)
{
	va_list ap;

	fprintf(p->out, "%*s", p->depth * 2, "");
	va_start(ap, fmt);
	vfprintf(p->out, fmt, ap);
	va_end(ap);
	putc('\n', p->out);
}

static void print_node(struct printer *p, const struct node *n);

static void print_list(struct printer *p, const node_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		print_node(p, l->v[i]);
}

/* A word, and below it the nodes that belong to it. */
static void print_under(struct printer *p, const char *word, const struct node *n)
{
	line(p, "%s", word);
	p->depth++;
	print_node(p, n);
	p->depth--;
}

static const char *literal(struct printer *p, const char *s, size_t len)
{
	strbuf_reset(&p->b);
	put_string(&p->b, s, len);
	return p->b.s;
}

static void print_number(struct printer *p, const struct node *n)
{
	strbuf_reset(&p->b);
	put_number(&p->b, n);

	long long value = n->num.value;

	if (n->num.fraction)
		line(p, "fraction %s", p->b.s);
	else if (n->num.unit == TYPE_BOOL)
		line(p, "bool %s", p->b.s);
	else if (n->num.unit == TYPE_DURATION)
		line(p, "duration %s = %lld ns", p->b.s, value);
	else if (n->num.unit == TYPE_BYTES)
		line(p, "bytes %s = %lld", p->b.s, value);
	else if (n->num.multiplier)
		line(p, "number %s = %lld", p->b.s, value);
	else
		line(p, "number %s", p->b.s);
}

static void print_binary(struct printer *p, const struct node *n)
{
	line(p, "%s", op_text(n->op.op));
	p->depth++;
	print_node(p, n->op.a);
	print_node(p, n->op.b);
	p->depth--;
}

/* The nodes below a line, in the order of the text; NULL ends them early. */
static void print_below(struct printer *p, const struct node *a, const struct node *b,
			const struct node *c)
{
	const struct node *const all[] = { a, b, c };

	p->depth++;
	for (size_t i = 0; i < 3 && all[i]; i++)
		print_node(p, all[i]);
	p->depth--;
}

static void print_list_below(struct printer *p, const node_list *l)
{
	p->depth++;
	print_list(p, l);
	p->depth--;
}

static void print_expr(struct printer *p, const struct node *n)
{
	switch (n->kind) {
	case EXPR_INT:
		print_number(p, n);
		break;
	case EXPR_STRING:
		line(p, "string %s", literal(p, n->str.text, n->str.len));
		break;
	case EXPR_NAME:
		line(p, "name %s", n->name.name);
		break;
	case EXPR_MAP:
		line(p, "map @%s", n->map.name);
		print_list_below(p, &n->map.keys);
		break;
	case EXPR_SCOPED:
		line(p, "scoped %s.%s", n->scoped.scope, n->scoped.name);
		break;
	case EXPR_MEMBER:
		line(p, "member .%s", n->member.name);
		print_below(p, n->member.base, NULL, NULL);
		break;
	case EXPR_INDEX:
		line(p, "index");
		print_below(p, n->index.base, n->index.index, NULL);
		break;
	case EXPR_CALL:
		line(p, "call %s", n->call.name);
		print_list_below(p, &n->call.args);
		break;
	case EXPR_UNARY:
		line(p, "unary %s", op_text(n->op.op));
		print_below(p, n->op.a, NULL, NULL);
		break;
	case EXPR_BINARY:
		print_binary(p, n);
		break;
	case EXPR_COND:
		line(p, "? :");
		print_below(p, n->cond.cond, n->cond.a, n->cond.b);
		break;
	case EXPR_ELSE:
		line(p, "?:");
		print_below(p, n->cond.a, n->cond.b, NULL);
		break;
	case EXPR_IN:
		line(p, "in");
		print_below(p, n->in.a, NULL, NULL);
		print_list_below(p, &n->in.list);
		break;
	case EXPR_NAMED:
		line(p, "named %s", n->named.name);
		print_below(p, n->named.value, NULL, NULL);
		break;
	default:
		break;
	}
}

static void print_aggs(struct printer *p, const struct node *n)
{
	line(p, "aggregations");
	p->depth++;
	print_list(p, &n->aggs.aggs);
	if (n->aggs.keys.n) {
		line(p, "by");
		print_list_below(p, &n->aggs.keys);
	}
	p->depth--;
}

static void print_if(struct printer *p, const struct node *n)
{
	line(p, "if");
	p->depth++;
	print_node(p, n->if_.cond);
	print_under(p, "then", n->if_.then);
	if (n->if_.otherwise)
		print_under(p, "else", n->if_.otherwise);
	p->depth--;
}

static void print_stmt(struct printer *p, const struct node *n)
{
	switch (n->kind) {
	case STMT_BLOCK:
		line(p, "block");
		print_list_below(p, &n->block.stmts);
		break;
	case STMT_AGGS:
		print_aggs(p, n);
		break;
	case STMT_ASSIGN:
		line(p, "assign %s=", op_text(n->assign.op));
		print_below(p, n->assign.target, n->assign.value, NULL);
		break;
	case STMT_STEP:
		line(p, "step %+d", n->step.by);
		print_below(p, n->step.target, NULL, NULL);
		break;
	case STMT_LET:
		line(p, "let %s", n->let.name);
		print_below(p, n->let.value, NULL, NULL);
		break;
	case STMT_CALL:
		print_under(p, "do", n->call_stmt.call);
		break;
	case STMT_IF:
		print_if(p, n);
		break;
	case STMT_RETURN:
		line(p, "return");
		break;
	default:
		print_expr(p, n);
		break;
	}
}

static void print_of(struct printer *p, const struct of_target *of)
{
	static const char *const words[] = {
		[OF_PID] = "pid", [OF_EXE] = "exe", [OF_COMM] = "comm",
		[OF_CGROUP] = "cgroup", [OF_CONTAINER] = "container",
	};

	if (of->kind == OF_PID)
		line(p, "of pid %lld", (long long)of->pid);
	else if (of->kind != OF_NONE)
		line(p, "of %s %s", words[of->kind], literal(p, of->text, strlen(of->text)));
}

static void print_clause(struct printer *p, const struct clause *c)
{
	line(p, "clause");
	p->depth++;
	for (size_t i = 0; i < c->probes.n; i++)
		line(p, "probe %s", c->probes.v[i].text);
	print_of(p, &c->of);
	if (c->where)
		print_under(p, "where", c->where);
	if (c->block)
		print_node(p, c->block);
	p->depth--;
}

static void print_param(struct printer *p, const struct node *n)
{
	line(p, "param %s: %s", n->param.name, n->param.type_name);
	p->depth++;
	if (n->param.value)
		print_node(p, n->param.value);
	if (n->param.help)
		line(p, "help %s", literal(p, n->param.help, strlen(n->param.help)));
	p->depth--;
}

static void print_def(struct printer *p, const struct node *n)
{
	line(p, "def %s: %s", n->def.name, n->def.type_name);
	p->depth++;
	for (size_t i = 0; i < n->def.params.n; i++)
		line(p, "takes %s: %s", n->def.params.v[i].name, n->def.params.v[i].type_name);
	print_node(p, n->def.body);
	p->depth--;
}

static void print_node(struct printer *p, const struct node *n)
{
	switch (n->kind) {
	case ITEM_CLAUSE:
		print_clause(p, &n->clause);
		break;
	case ITEM_PARAM:
		print_param(p, n);
		break;
	case ITEM_DEF:
		print_def(p, n);
		break;
	case ITEM_USE:
		line(p, "use %s", n->use.text);
		break;
	case ITEM_KEEP:
		line(p, "keep %s", n->use.text);
		break;
	default:
		print_stmt(p, n);
		break;
	}
}

static void print_help(struct printer *p, const char *help)
{
	line(p, "help");
	p->depth++;
	while (*help) {
		size_t len = strcspn(help, "\n");

		line(p, "| %.*s", (int)len, help);
		help += len + (help[len] == '\n');
	}
	p->depth--;
}

void ast_print(const struct script *s, FILE *out)
{
	struct printer p = { .out = out };

	if (s->help)
		print_help(&p, s->help);
	print_list(&p, &s->items);
	strbuf_fini(&p.b);
}
