/* SPDX-License-Identifier: GPL-3.0-or-later */
/* src/base: memory, text, places, messages. */
#include <stdint.h>
#include <stdlib.h>
#include "../../src/base/arena.h"
#include "../../src/base/diag.h"
#include "../../src/base/source.h"
#include "../../src/base/strbuf.h"
#include "tap.h"

static void test_arena(void)
{
	struct arena *a = arena_new();
	vec_of(int) v = { 0 };
	bool zeroed = true, aligned = true;

	for (size_t size = 0; size < 300000; size = size * 2 + 1) {
		unsigned char *p = arena_alloc(a, size);

		aligned &= (uintptr_t)p % 16 == 0;
		for (size_t i = 0; i < size; i++)
			zeroed &= !p[i];
		memset(p, 0xff, size);
	}
	ok(zeroed, "memory of an arena is zero, small and large");
	ok(aligned, "and aligned to 16");
	is_str(arena_strndup(a, "abcdef", 3), "abc", "strndup ends its copy");
	is_str(arena_printf(a, "%d-%s", 7, "x"), "7-x", "printf");
	for (int i = 0; i < 1000; i++)
		vec_push(a, &v, i);
	ok(v.n == 1000 && v.v[0] == 0 && v.v[999] == 999 && vec_last(&v) == 999, "vectors grow");
	arena_free(a);
	arena_free(NULL);
}

static void test_strbuf(void)
{
	struct strbuf b = { 0 };

	strbuf_puts(&b, "a");
	strbuf_putc(&b, 'b');
	strbuf_add(&b, "cdx", 2);
	strbuf_printf(&b, " %d", 5);
	is_str(b.s, "abcd 5", "text is added");
	for (int i = 0; i < 1000; i++)
		strbuf_puts(&b, "0123456789");
	is_int(b.len, 10006, "a lot of it");
	strbuf_reset(&b);
	is_str(b.s, "", "reset empties");
	strbuf_fini(&b);
	ok(!b.s && !b.len, "fini leaves an empty buffer");
}

static void test_source(void)
{
	struct arena *a = arena_new();
	struct source *s = source_new(a, "x.gt", "ab\n\n\tµs x\r\nlast", 16);
	struct place p;
	size_t len;

	is_int(s->n_lines, 4, "lines are counted");
	p = source_place(s, 1);
	ok(p.line == 1 && p.col == 2, "a place in the first line");
	p = source_place(s, 3);
	ok(p.line == 2 && p.col == 1, "an empty line");
	p = source_place(s, 8);
	ok(p.line == 3 && p.col == 4, "columns count characters: %u:%u", p.line, p.col);
	p = source_place(s, 1000);
	ok(p.line == 4 && p.col == 5, "beyond the end is the end: %u:%u", p.line, p.col);
	const char *line = source_line(s, 1, &len);

	ok(len == 2 && !strncmp(line, "ab", len), "a line's text");
	source_line(s, 2, &len);
	is_int(len, 0, "an empty line's");
	source_line(s, 3, &len);
	is_int(len, 6, "without its return and newline");
	source_line(s, 9, &len);
	is_int(len, 0, "a line that is not there");
	arena_free(a);
}

/* What a function prints of one message. */
static char *printed(const struct diag *d, bool json, bool colour)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (json)
		diag_print_json(d, f);
	else
		diag_print(d, f, colour);
	fclose(f);
	return text;
}

static void is_printed(struct diag *d, const char *want, const char *name)
{
	char *text = printed(d, false, false);

	is_str(text, want, "%s", name);
	free(text);
	d->msgs.n = 0;
}

static void test_diag_text(void)
{
	struct arena *a = arena_new();
	const char *text = "one two\n\tthree µ four\nfive\n\nseven";
	struct source *s = source_new(a, "x.gt", text, strlen(text));
	struct diag d;
	struct diag_msg *m;

	diag_init(&d, a, s);
	m = diag_error(&d, E_NONE, (struct span){ 4, 7 }, "second %s", "word");
	diag_help(m, "go on");
	is_printed(&d, "error[E0000]: second word\n"
		       " --> x.gt:1:5\n"
		       "  |\n"
		       "1 | one two\n"
		       "  |     ^^^\n"
		       "  = help: go on\n", "a message with help");

	m = diag_warning(&d, E_NONE, (struct span){ 18, 22 }, "after a tab");
	diag_label(m, (struct span){ 0, 3 }, "first");
	diag_label(m, (struct span){ 9, 14 }, "same line");
	diag_label(m, (struct span){ 29, 34 }, "far away");
	is_printed(&d, "warning[E0000]: after a tab\n"
		       " --> x.gt:2:10\n"
		       "  |\n"
		       "1 | one two\n"
		       "  | --- first\n"
		       "2 |         three µ four\n"
		       "  |                 ^^^^\n"
		       "  |         ----- same line\n"
		       "...\n"
		       "5 | seven\n"
		       "  | ----- far away\n", "labels, a tab, a wide character");

	diag_error(&d, E_NONE, (struct span){ 23, 30 }, "many lines");
	diag_error(&d, E_NONE, (struct span){ 7, 7 }, "a spot");
	is_printed(&d, "error[E0000]: a spot\n"
		       " --> x.gt:1:8\n"
		       "  |\n"
		       "1 | one two\n"
		       "  |        ^\n"
		       "\n"
		       "error[E0000]: many lines\n"
		       " --> x.gt:3:1\n"
		       "  |\n"
		       "3 | five\n"
		       "  | ^^^^\n", "in the order of the script, and clipped to a line");

	m = diag_error(&d, E_NONE, (struct span){ 0, 0 }, "no place");
	m->has_span = false;
	diag_help(m, "none");
	is_printed(&d, "error[E0000]: no place\nhelp: none\n", "a message about the command");

	diag_error(&d, E_NONE, (struct span){ 100, 200 }, "beyond \033[31m");
	is_printed(&d, "error[E0000]: beyond \\x1b[31m\n"
		       " --> x.gt:5:6\n"
		       "  |\n"
		       "5 | seven\n"
		       "  |      ^\n", "a span behind the end, bytes that a terminal obeys");

	d.quiet = true;
	m = diag_error(&d, E_NONE, (struct span){ 0, 0 }, "unheard");
	diag_label(m, (struct span){ 0, 0 }, "x");
	diag_help(m, "x");
	ok(!m && !d.msgs.n, "quiet: nothing is kept");
	is_int(d.errors, 6, "but errors are counted");
	is_int(d.warnings, 1, "and warnings");
	arena_free(a);
}

static void test_diag_json(void)
{
	struct arena *a = arena_new();
	struct source *s = source_new(a, "x \"y\".gt", "one\ntwo\xff", 8);
	struct diag d;

	diag_init(&d, a, s);
	struct diag_msg *m = diag_error(&d, E_NONE, (struct span){ 4, 7 }, "a \"b\"\n\xff µ");

	diag_label(m, (struct span){ 0, 3 }, "here");
	diag_help(m, "x");
	diag_help(m, "y");

	char *text = printed(&d, true, false);

	is_str(text, "{\"type\":\"diag\",\"id\":\"E0000\",\"severity\":\"error\","
		     "\"text\":\"a \\\"b\\\"\\u000a\\ufffd µ\",\"file\":\"x \\\"y\\\".gt\","
		     "\"spans\":["
		     "{\"from\":4,\"to\":7,\"line\":2,\"col\":1,\"end_line\":2,\"end_col\":4,"
		     "\"label\":null},"
		     "{\"from\":0,\"to\":3,\"line\":1,\"col\":1,\"end_line\":1,\"end_col\":4,"
		     "\"label\":\"here\"}],\"help\":[\"x\",\"y\"]}\n", "a message as a record");
	free(text);
	m->has_span = false;
	text = printed(&d, true, false);
	ok(strstr(text, "\"file\":null,\"spans\":[]") != NULL, "without a place");
	free(text);
	m->has_span = true;
	text = printed(&d, false, true);
	ok(strstr(text, "\033[1;31merror[E0000]\033[1m: ") == text, "with colours");
	free(text);
	arena_free(a);
}

static void test_diag_table(void)
{
	bool codes = true, unique = true, texts = true;

	for (int i = 0; i < DIAG_N; i++) {
		const char *code = diag_code(i);

		codes &= strlen(code) == 5 && strchr("EW", code[0]) &&
			 strspn(code + 1, "0123456789") == 4;
		texts &= strlen(diag_explain(i)) > 10;
		for (int k = 0; k < i; k++)
			unique &= strcmp(code, diag_code(k)) != 0;
	}
	ok(codes, "a code is a letter and four digits");
	ok(unique, "and no code is used twice");
	ok(texts, "and each has a long text");
}

static void test_suggest(void)
{
	static const char *const names[] = { "msg_len", "method", "age", "rpc_age", "side", "OK" };
	static const struct { const char *word, *want; } rows[] = {
		{ "msglen", "msg_len" }, { "msg_lne", "msg_len" }, { "methdo", "method" },
		{ "agee", "age" }, { "aeg", "age" }, { "ok", "OK" }, { "SIDE", "side" },
		{ "rpcage", "rpc_age" }, { "x", NULL }, { "", NULL }, { "goid", NULL },
		{ "to", NULL }, { "completely_else", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		is_str(diag_suggest(rows[i].word, names, 6), rows[i].want, "suggestion for `%s`",
		       rows[i].word);
}

int main(void)
{
	test_arena();
	test_strbuf();
	test_source();
	test_diag_text();
	test_diag_json();
	test_diag_table();
	test_suggest();
	return done_testing();
}
