/* SPDX-License-Identifier: GPL-3.0-or-later */
/* src/lang: types, numbers with units, expressions as text. */
#include "../../grammar/parse.h"
#include "../../src/base/strbuf.h"
#include "../../src/lang/units.h"
#include "tap.h"

static void test_types(void)
{
	struct type code = { TYPE_ENUM, &enum_grpc_code }, side = { TYPE_ENUM, &enum_side };
	struct type bytes = { .kind = TYPE_BYTES }, u = { .kind = TYPE_UINT };

	is_str(type_name(bytes), "bytes", "a type's name");
	is_str(type_name(code), "enum code", "an enum's");
	is_str(type_name((struct type){ .kind = TYPE_ENUM }), "enum", "one without names");
	ok(type_equal(code, code) && !type_equal(code, side) && !type_equal(code, bytes),
	   "enums differ by their names");
	ok(type_is_number(bytes) && type_is_number(u) && !type_is_number(code), "numbers");
	ok(type_is_signed(bytes) && !type_is_signed(u), "signs");
	is_int(enum_by_name(&enum_grpc_code, "DEADLINE_EXCEEDED")->value, 4, "a code by its name");
	is_int(enum_by_name(&enum_grpc_code, "DeadlineExceeded")->value, 4, "and by Go's");
	is_int(enum_by_name(&enum_grpc_code, "Canceled")->value, 1, "which may differ");
	ok(!enum_by_name(&enum_grpc_code, "deadline_exceeded"), "letter case matters");
	is_str(enum_by_value(&enum_grpc_code, 16)->name, "UNAUTHENTICATED", "a code by its number");
	ok(!enum_by_value(&enum_grpc_code, 17), "there are no more");
	is_int(enum_by_name(&enum_side, "SERVER")->value, 1, "the sides");
	is_int(enum_by_name(&enum_http2_error, "ErrCodeCancel")->value, 8, "HTTP/2's codes");
	is_int(enum_by_name(&enum_rpc_kind, "BIDI")->value, 3, "kinds of RPCs");
}

static bool in_order(const struct enum_type *e)
{
	for (unsigned i = 0; i < e->n; i++) {
		if (e->names[i].value != i)
			return false;
	}
	return true;
}

static void test_enums(void)
{
	ok(in_order(&enum_side) && enum_side.n == 2, "sides are 0 to 1");
	ok(in_order(&enum_grpc_code) && enum_grpc_code.n == 17, "codes are 0 to 16");
	ok(in_order(&enum_http2_error) && enum_http2_error.n == 14, "HTTP/2 errors are 0 to 13");
	ok(in_order(&enum_rpc_kind) && enum_rpc_kind.n == 4, "kinds are 0 to 3");
}

static const struct {
	const char *text;
	enum number_fault fault;
	uint64_t value;
	const char *written;	/* NULL: as it was */
} numbers[] = {
	{ "0", NUMBER_OK, 0, NULL },
	{ "1_000", NUMBER_OK, 1000, "1000" },
	{ "0x1f", NUMBER_OK, 31, "31" },
	{ "18446744073709551615", NUMBER_OK, UINT64_MAX, NULL },
	{ "18446744073709551616", NUMBER_RANGE, 0, NULL },
	{ "99999999999999999999999999", NUMBER_RANGE, 0, NULL },
	{ "0x10000000000000000", NUMBER_RANGE, 0, NULL },
	{ "1K", NUMBER_OK, 1024, NULL },
	{ "1.5M", NUMBER_OK, 1572864, NULL },
	{ "0.5M", NUMBER_OK, 524288, "512K" },
	{ "16777216T", NUMBER_RANGE, 0, NULL },
	{ "16777215T", NUMBER_OK, 16777215ull << 40, NULL },
	{ "1KiB", NUMBER_OK, 1024, NULL },
	{ "1024B", NUMBER_OK, 1024, "1KiB" },
	{ "0B", NUMBER_OK, 0, NULL },
	{ "1MB", NUMBER_OK, 1000000, NULL },
	{ "1GB", NUMBER_OK, 1000000000, NULL },
	{ "1.5MB", NUMBER_OK, 1500000, NULL },
	{ "9223372036854775807B", NUMBER_OK, INT64_MAX, NULL },
	{ "9223372036854775808B", NUMBER_RANGE, 0, NULL },
	{ "250ms", NUMBER_OK, 250000000, NULL },
	{ "1.5s", NUMBER_OK, 1500000000, NULL },
	{ "1500ms", NUMBER_OK, 1500000000, "1.5s" },
	{ "5µs", NUMBER_OK, 5000, "5us" },
	{ "5μs", NUMBER_OK, 5000, "5us" },
	{ "0s", NUMBER_OK, 0, NULL },
	{ "1h30m", NUMBER_OK, 5400000000000, NULL },
	{ "90m", NUMBER_OK, 5400000000000, "1h30m" },
	{ "1d2h3m4.5s", NUMBER_OK, 93784500000000, NULL },
	{ "106751d", NUMBER_OK, 106751ull * 86400 * 1000000000, NULL },
	{ "106752d", NUMBER_RANGE, 0, NULL },
	{ "1h1h", NUMBER_MIX, 0, NULL },
	{ "1s1h", NUMBER_MIX, 0, NULL },
	{ "1h30", NUMBER_MIX, 0, NULL },
	{ "1K1K", NUMBER_MIX, 0, NULL },
	{ "0.3K", NUMBER_INEXACT, 0, NULL },
	{ "0.1ns", NUMBER_INEXACT, 0, NULL },
	{ "1Mb", NUMBER_UNIT, 0, NULL },
	{ "5sec", NUMBER_UNIT, 0, NULL },
	{ "0x", NUMBER_DIGITS, 0, NULL },
	{ "0xg", NUMBER_DIGITS, 0, NULL },
	{ "0b1", NUMBER_DIGITS, 0, NULL },
	{ "1.2.3", NUMBER_DIGITS, 0, NULL },
};

static void test_numbers(void)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		const char *text = numbers[i].text;
		struct strbuf b = { 0 };
		struct number_part part;
		struct number n;
		enum number_fault fault = number_parse(text, strlen(text), &n, &part);

		is_int(fault, numbers[i].fault, "%s is read", text);
		if (fault || numbers[i].fault)
			continue;
		ok(n.value == numbers[i].value, "%s is %llu", text,
		   (unsigned long long)numbers[i].value);
		number_write(&b, n);
		is_str(b.s, numbers[i].written ? numbers[i].written : text, "%s is written back",
		       text);
		strbuf_fini(&b);
	}
}

/* Numbers of all sizes: what is written reads back as the same. */
static void test_number_round_trip(void)
{
	static const struct { enum type_kind unit; bool multiplier; } kinds[] = {
		{ TYPE_INT, false }, { TYPE_INT, true }, { TYPE_BYTES, false },
		{ TYPE_DURATION, false },
	};
	uint64_t state = 1;
	bool good = true;

	for (int i = 0; i < 200000 && good; i++) {
		struct number n = { .unit = kinds[i % 4].unit,
				    .multiplier = kinds[i % 4].multiplier };
		struct number_part part;
		struct number back;
		struct strbuf b = { 0 };

		state = state * 6364136223846793005u + 1442695040888963407u;
		n.value = (state >> 1) >> (state >> 58);
		if (n.multiplier)
			n.value &= ~(uint64_t)1023;
		n.multiplier &= n.value != 0;
		number_write(&b, n);
		good = !number_parse(b.s, b.len, &back, &part) && back.value == n.value &&
		       back.unit == n.unit && back.multiplier == n.multiplier;
		if (!good)
			printf("# %llu is written %s\n", (unsigned long long)n.value, b.s);
		strbuf_fini(&b);
	}
	ok(good, "200000 numbers read back as they were");
}

static void test_units(void)
{
	struct arena *a = arena_new();

	is_str(unit_suggest(a, "Mb", 2), "MB", "Mb means MB");
	is_str(unit_suggest(a, "sec", 3), "s", "sec means s");
	is_str(unit_suggest(a, "KIB", 3), "KiB", "letter case is forgiven");
	is_str(unit_suggest(a, "parsec", 6), NULL, "not everything is a unit");
	arena_free(a);
}

/* Text in, canonical text out. */
static const struct { const char *in, *out; } exprs[] = {
	{ "a+b*c", "a + b * c" },
	{ "(a+b)*c", "(a + b) * c" },
	{ "a+(b*c)", "a + b * c" },
	{ "a-(b-c)", "a - (b - c)" },
	{ "(a-b)-c", "a - b - c" },
	{ "a|b&c", "a | b & c" },
	{ "(a|b)&c", "(a | b) & c" },
	{ "a&b==c", "a & b == c" },
	{ "a&(b==c)", "a & (b == c)" },
	{ "(a<b)==c", "(a < b) == c" },
	{ "a and b or not c", "a && b || !c" },
	{ "not a == b", "!(a == b)" },
	{ "!a == b", "!a == b" },
	{ "(a or b) and c", "(a || b) && c" },
	{ "a?b:c?d:e", "a ? b : c ? d : e" },
	{ "(a?b:c)?d:e", "(a ? b : c) ? d : e" },
	{ "a ? (b ? c : d) : e", "a ? b ? c : d : e" },
	{ "a?:b?:c", "a ?: b ?: c" },
	{ "(a?:b)?:c", "(a ?: b) ?: c" },
	{ "(a?:b)+c", "(a ?: b) + c" },
	{ "-(-a)", "-(-a)" },
	{ "- -5", "-(-5)" },
	{ "!!a", "!!a" },
	{ "-a*b", "-a * b" },
	{ "-(a*b)", "-(a * b)" },
	{ "^a.b[c]", "^a.b[c]" },
	{ "(a+b).c", "(a + b).c" },
	{ "(-a).c", "(-a).c" },
	{ "@m[a,b]", "@m[a, b]" },
	{ "@", "@" },
	{ "rpc.x+conn.y", "rpc.x + conn.y" },
	{ "code in(OK,CANCELLED)", "code in (OK, CANCELLED)" },
	{ "(a in (b)) == c", "(a in (b)) == c" },
	{ "f()", "f()" },
	{ "hist( msg_len )", "hist(msg_len)" },
	{ "quantile(age,0.5,0.99)", "quantile(age, 0.5, 0.99)" },
	{ "emit(total=a+b,c)", "emit(total = a + b, c)" },
	{ "comm=~\"a\\n\\\"\\x01\"", "comm =~ \"a\\n\\\"\\x01\"" },
	{ "x > 1048576", "x > 1048576" },
	{ "x > 1M", "x > 1M" },
	{ "x > 1000ms", "x > 1s" },
	{ "true", "true" },
	{ "a >> 1 << 2", "a >> 1 << 2" },
	{ "a >> (1 << 2)", "a >> (1 << 2)" },
	{ "a &^ b", "a &^ b" },
	{ "a & ^b", "a & ^b" },
};

/* The expression as the tree has it, as text; NULL if it does not parse. */
static const char *canonical(struct arena *a, const char *text)
{
	const char *script = arena_printf(a, "def f(): int = %s", text);
	struct source *src = source_new(a, "x", script, strlen(script));
	struct diag d;

	diag_init(&d, a, src);
	struct script *s = gt_parse(a, src, &d);

	return s->items.n == 1 && !d.errors ? ast_expr_text(a, s->items.v[0]->def.body) : NULL;
}

static void test_exprs(void)
{
	struct arena *a = arena_new();

	for (size_t i = 0; i < sizeof(exprs) / sizeof(*exprs); i++) {
		const char *text = canonical(a, exprs[i].in);

		is_str(text, exprs[i].out, "%s", exprs[i].in);
		if (text)
			is_str(canonical(a, text), text, "and again");
	}
	arena_free(a);
}

static void is_span(struct arena *a, const struct source *src, struct span span,
		    const char *want, const char *name)
{
	is_str(arena_strndup(a, src->text + span.from, span.to - span.from), want, "span of %s",
	       name);
}

/* Spans are what messages point at. */
static void test_spans(void)
{
	struct arena *a = arena_new();
	const char *text = "on a:b where (x) > y.z < @m[k] = f(1); hist(x) by y >";
	struct source *src = source_new(a, "x", text, strlen(text));
	struct diag d;

	diag_init(&d, a, src);
	struct script *s = gt_parse(a, src, &d);
	const struct clause *c = &s->items.v[0]->clause;
	const struct node *where = c->where, *assign = c->block->block.stmts.v[0];
	const struct node *aggs = c->block->block.stmts.v[1];

	is_span(a, src, s->items.v[0]->span, text, "the clause");
	is_span(a, src, c->head, "on a:b where (x) > y.z ", "the head");
	is_span(a, src, c->probes.v[0].span, "a:b", "the probe");
	is_span(a, src, where->span, "(x) > y.z", "a comparison");
	is_span(a, src, where->op.op_span, ">", "its operator");
	is_span(a, src, where->op.a->span, "(x)", "parentheses");
	is_span(a, src, where->op.b->member.name_span, "z", "a member's name");
	is_span(a, src, c->block->span, "< @m[k] = f(1); hist(x) by y >", "the block");
	is_span(a, src, assign->span, "@m[k] = f(1)", "an assignment");
	is_span(a, src, assign->assign.target->map.name_span, "@m", "a map's name");
	is_span(a, src, assign->assign.value->call.name_span, "f", "a function's name");
	is_span(a, src, aggs->span, "hist(x) by y", "aggregations");
	arena_free(a);
}

int main(void)
{
	test_types();
	test_enums();
	test_numbers();
	test_number_round_trip();
	test_units();
	test_exprs();
	test_spans();
	return done_testing();
}
