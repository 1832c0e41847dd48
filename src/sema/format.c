/* SPDX-License-Identifier: GPL-3.0-or-later */
/* printf: the format is cut into pieces, each checked against its value. */
#include <ctype.h>
#include <string.h>
#include "../base/strbuf.h"
#include "sema-int.h"

/* One conversion as written: %-8.3d */
struct conversion {
	const char *at, *flags, *end;	/* end: after the letter; flags: after the % */
	const char *letter;
};

static bool is_whole(struct type t)
{
	return type_is_number(t) || t.kind == TYPE_ENUM || t.kind == TYPE_BOOL;
}

static bool takes_number(struct type t) { return is_whole(t) || t.kind == TYPE_POINTER; }
static bool takes_char(struct type t) { return t.kind == TYPE_INT || t.kind == TYPE_UINT; }
static bool takes_pointer(struct type t) { return t.kind == TYPE_POINTER || takes_char(t); }
static bool takes_any(struct type t) { return t.kind != TYPE_VOID && t.kind != TYPE_AGG; }

static const struct {
	char letter;
	bool (*takes)(struct type t);
	const char *what;
} conversions[] = {
	{ 'd', is_whole, "a number, enum or bool" },
	{ 'u', is_whole, "a number, enum or bool" },
	{ 'x', takes_number, "a number, enum, bool or pointer" },
	{ 'c', takes_char, "an int" },
	{ 'p', takes_pointer, "a pointer or an int" },
	{ 's', takes_any, "a value" },
	{ 'v', takes_any, "a value" },
};
#define N_CONVERSIONS (sizeof(conversions) / sizeof(*conversions))

static struct conversion scan(const char *at)
{
	struct conversion c = { .at = at, .flags = at + 1 };
	const char *p = at + 1;

	p += strspn(p, "-+ 0#");
	p += strspn(p, "0123456789");
	if (*p == '.') {
		p++;
		p += strspn(p, "0123456789");
	}
	c.letter = p;
	c.end = *p ? p + 1 : p;
	return c;
}

static int conversion_find(char letter)
{
	for (size_t i = 0; i < N_CONVERSIONS; i++) {
		if (conversions[i].letter == letter)
			return i;
	}
	return -1;
}

static bool bad_conversion(struct sema *s, struct node *fmt, const struct conversion *c)
{
	bool letter = isalpha((unsigned char)*c->letter);
	const char *shown = letter ? arena_strndup(s->a, c->at, c->end - c->at) : "%";
	struct diag_msg *m = diag_error(s->d, E_FORMAT, fmt->span,
					"expected a conversion in the format, found `%s`", shown);

	if (!letter)
		diag_help(m, "a percent sign is written %%%%");
	else if (strchr("lhqjzt", *c->letter))
		diag_help(m, "no size is needed: %%d");
	else if (strchr("feg", *c->letter))
		diag_help(m, "there are no fractions: %%v prints a value with its unit");
	else
		diag_help(m, "conversions are %%d %%u %%x %%c %%p %%s and %%v; "
			     "%%%% is one percent sign");
	return false;
}

static bool check_arg(struct sema *s, struct node *fmt, const struct conversion *c,
		      struct node *arg)
{
	int i = conversion_find(*c->letter);
	struct diag_msg *m;

	if (arg->type.kind == TYPE_ERROR || conversions[i].takes(arg->type))
		return true;
	m = diag_error(s->d, E_FORMAT_TYPE, arg->span, "expected %s for `%s`, found %s `%s`",
		       conversions[i].what, arena_strndup(s->a, c->at, c->end - c->at),
		       type_name(arg->type), TEXT(s, arg));
	diag_label(m, fmt->span, "in this format");
	diag_help(m, "%%v prints any value");
	return false;
}

static void check_counts(struct sema *s, struct node *call, size_t wanted)
{
	size_t found = call->call.args.n - 1;
	struct node *fmt = call->call.args.v[0];
	struct diag_msg *m;

	if (wanted == found)
		return;
	m = diag_error(s->d, E_FORMAT_COUNT, call->span,
		       "expected %zu value%s for the format, found %zu", wanted,
		       wanted == 1 ? "" : "s", found);
	diag_label(m, fmt->span, "this has %zu conversion%s", wanted, wanted == 1 ? "" : "s");
	if (found > wanted)
		diag_help(m, "`%s` would not be printed", TEXT(s, call->call.args.v[wanted + 1]));
}

/* Cuts the format; the pieces go to out. Returns how many values it wants, -1 after a message. */
static int cut(struct sema *s, struct node *call, struct stmt_desc *out)
{
	struct node *fmt = call->call.args.v[0];
	struct strbuf text = { 0 };
	size_t n = 0;

	strbuf_puts(&text, "");
	for (const char *p = fmt->str.text; *p;) {
		struct conversion c = scan(p);

		if (*p != '%') {
			strbuf_putc(&text, *p++);
		} else if (p[1] == '%') {
			strbuf_putc(&text, '%');
			p += 2;
		} else if (conversion_find(*c.letter) < 0 || !*c.letter) {
			bad_conversion(s, fmt, &c);
			strbuf_fini(&text);
			return -1;
		} else {
			if (n + 1 < call->call.args.n)
				check_arg(s, fmt, &c, call->call.args.v[n + 1]);
			vec_push(s->a, &out->format, (struct format_piece){
				.text = arena_strdup(s->a, text.s), .value = n++,
				.conv = *c.letter,
				.flags = arena_strndup(s->a, c.flags, c.letter - c.flags) });
			strbuf_reset(&text);
			p = c.end;
		}
	}
	if (text.len)
		vec_push(s->a, &out->format, (struct format_piece){
			.text = arena_strdup(s->a, text.s), .value = -1, .conv = 0, .flags = "" });
	strbuf_fini(&text);
	return n;
}

void check_printf(struct sema *s, struct node *stmt, struct node *call)
{
	struct stmt_desc desc = { .kind = STMT_D_PRINTF };

	if (!args_count(s, call, 1, PROGRAM_VALUES_MAX + 1))
		return;
	struct node *fmt = call->call.args.v[0];

	for (size_t i = 1; i < call->call.args.n; i++) {
		struct node *arg = call->call.args.v[i];

		infer(s, arg, NO_TYPE);
		vec_push(s->a, &desc.values, (struct value_desc){
			.node = arg, .type = arg->type, .name = TEXT(s, arg) });
	}
	if (fmt->kind != EXPR_STRING) {
		struct diag_msg *m = diag_error(s->d, E_FORMAT_TEXT, fmt->span,
			"expected a format in quotes for printf(), found `%s`", TEXT(s, fmt));

		diag_help(m, "printf(\"%%v\\n\", %s), or print(%s)", TEXT(s, fmt), TEXT(s, fmt));
		return;
	}
	fmt->type = TYPE(TYPE_STRING);
	int n = cut(s, call, &desc);

	if (n < 0)
		return;
	check_counts(s, call, n);
	if (!s->aloud)
		return;
	int id = stmt_add(s, STMT_D_PRINTF, stmt->span);
	struct stmt_desc *d = &s->p->stmts.v[id];

	d->values.v = desc.values.v;
	d->values.n = desc.values.n;
	d->values.cap = desc.values.cap;
	d->format.v = desc.format.v;
	d->format.n = desc.format.n;
	d->format.cap = desc.format.cap;
	stmt->sym_kind = SYM_STMT;
	stmt->slot = id;
}
