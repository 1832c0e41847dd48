/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values as text and JSON: units, times, enums, printf; and escaping, tried on noise. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../unit/tap.h"
#include "fixture.h"
#include "../../runtime/escape.h"

static struct strbuf b;

static bool is(const char *want)
{
	const char *have = b.s ? b.s : "";
	bool same = b.len == strlen(want) && !memcmp(have, want, b.len);

	if (!same)
		printf("# have %.*s\n# want %s\n", (int)b.len, have, want);
	strbuf_reset(&b);
	return same;
}

static void durations(void)
{
	static const struct { int64_t ns; const char *text; } rows[] = {
		{ 0, "0s" }, { 1, "1ns" }, { 980, "980ns" }, { 999, "999ns" }, { 1000, "1us" },
		{ 1004, "1us" }, { 1005, "1.01us" }, { 12340, "12.3us" }, { 999499, "999us" },
		{ 999500, "1ms" }, { 1210000, "1.21ms" }, { 100000000, "100ms" },
		{ 2500000000, "2.5s" }, { 59940000000, "59.9s" }, { 59960000000, "1m" },
		{ 90000000000, "1m30s" }, { 3599600000000, "1h" }, { 5400000000000, "1h30m" },
		{ 90000000000000, "1d1h" }, { 86399900000000, "1d" }, { -1210000, "-1.21ms" },
		{ INT64_MAX, "106752d" }, { INT64_MIN, "-106752d" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		format_duration(&b, rows[i].ns);
		ok(is(rows[i].text), "%" PRId64 " ns is %s", rows[i].ns, rows[i].text);
	}
}

static void sizes(void)
{
	static const struct { int64_t n; const char *text; } rows[] = {
		{ 0, "0B" }, { 1023, "1023B" }, { 1024, "1KiB" }, { 65536, "64KiB" },
		{ 1572864, "1.5MiB" }, { 271838, "265KiB" }, { 1048575, "1MiB" },
		{ 1047000, "1022KiB" }, { -65536, "-64KiB" }, { INT64_MAX, "8EiB" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		format_bytes(&b, rows[i].n);
		ok(is(rows[i].text), "%" PRId64 " bytes are %s", rows[i].n, rows[i].text);
	}
	format_ratio(&b, 7, 3);
	ok(is("2.33"), "7 / 3 is 2.33");
	format_ratio(&b, -1, 2);
	ok(is("-0.5"), "-1 / 2 is -0.5");
	format_rate(&b, 12, 2500000000);
	ok(is("4.8/s"), "12 in 2.5 s");
	format_rate(&b, 2000, 1959000000);
	ok(is("1021/s"), "2000 in 1.959 s");
	format_ratio(&b, 0, 0);
	ok(is("-"), "a mean of nothing is none");
}

static void times(void)
{
	struct formatter f;
	int64_t before, after;

	formatter_init(&f, NULL);
	before = output_wall_now() - f.wall_offset;
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	after = t.tv_sec * 1000000000ll + t.tv_nsec;
	ok(llabs(after - before) < 50000000, "the clocks' offset is right");
	f.wall_offset = 1700000000123456789 - 5;
	format_time(&f, &b, 5);
	ok(is("2023-11-14T22:13:20.123456789Z"), "a time is RFC 3339 with nanoseconds");
	format_time(&f, &b, 5 + 900000000);
	ok(is("2023-11-14T22:13:21.023456789Z"), "the next second is another text");
	format_wall(&f, &b, -1);
	ok(is("1969-12-31T23:59:59.999999999Z"), "before 1970");
	format_wall(&f, &b, INT64_MAX);
	ok(is("2262-04-11T23:47:16.854775807Z"), "the last time");
}

static void text_of(struct maps *m, struct type t, uint64_t word, enum value_state s)
{
	struct formatter f = { .maps = m, .second = -1 };

	format_value(&f, &b, t, (struct value){ word, s }, false);
}

static void json_of(struct maps *m, struct type t, uint64_t word, enum value_state s)
{
	struct formatter f = { .maps = m, .second = -1 };

	format_value_json(&f, &b, t, (struct value){ word, s });
}

static void values(struct maps *m)
{
	static const struct { struct type t; uint64_t word; const char *text, *json; } rows[] = {
		{ T(BOOL), 1, "true", "true" }, { T(INT), (uint64_t)-5, "-5", "-5" },
		{ T(INT), 1ull << 63, "-9223372036854775808", "-9223372036854775808" },
		{ T(UINT), UINT64_MAX, "18446744073709551615", "18446744073709551615" },
		{ T(POINTER), 0xc000123000, "0xc000123000", "\"0xc000123000\"" },
		{ T(POINTER), 0, "0x0", "\"0x0\"" }, { T(BYTES), 65536, "64KiB", "65536" },
		{ T(DURATION), 1210000, "1.21ms", "1210000" },
		{ { TYPE_ENUM, &enum_side }, 1, "SERVER", "\"SERVER\"" },
		{ { TYPE_ENUM, &enum_side }, 9, "9", "\"9\"" },
		{ { TYPE_ENUM, &enum_grpc_code }, 4, "DEADLINE_EXCEEDED", "\"DEADLINE_EXCEEDED\"" },
		{ T(STRING), STR_ECHO, "/echo.Echo/Say", "\"/echo.Echo/Say\"" },
		{ T(STRING), STR_LOST, "?", "null" }, { T(STRING), 0, "?", "null" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text_of(m, rows[i].t, rows[i].word, VALUE_KNOWN);
		ok(is(rows[i].text), "text of %s %s", type_name(rows[i].t), rows[i].text);
		json_of(m, rows[i].t, rows[i].word, VALUE_KNOWN);
		ok(is(rows[i].json), "JSON of %s %s", type_name(rows[i].t), rows[i].json);
	}
	text_of(m, t_duration, 0, VALUE_NONE);
	ok(is("-"), "none is - in text");
	text_of(m, t_duration, 0, VALUE_UNKNOWN);
	ok(is("?"), "unknown is ? in text");
	text_of(m, t_duration, 0, VALUE_KNOWN);
	ok(is("0s"), "0 ns is neither");
	json_of(m, t_string, 0, VALUE_NONE);
	ok(is("null"), "none is null in JSON");
	json_of(m, t_int, 0, VALUE_UNKNOWN);
	ok(is("null"), "unknown is null in JSON");
}

static void conversion(struct maps *m, char conv, const char *flags, struct type t, uint64_t word,
		       const char *want)
{
	struct format_piece p = { .text = "", .conv = conv, .flags = flags };
	struct value_desc d = { .type = t };
	struct stmt_desc s = {
		.values = { .v = &d, .n = 1 }, .format = { .v = &p, .n = 1 },
	};
	struct formatter f = { .maps = m, .second = -1 };
	struct value v = { word, VALUE_KNOWN };

	format_pieces(&f, &b, &s, &v);
	ok(is(want), "%%%s%c gives `%s`", flags, conv, want);
}

static void printfs(struct maps *m)
{
	conversion(m, 'd', "", t_int, (uint64_t)-42, "-42");
	conversion(m, 'd', "6", t_int, (uint64_t)-42, "   -42");
	conversion(m, 'd', "-6", t_int, 42, "42    ");
	conversion(m, 'd', "06", t_int, (uint64_t)-42, "-00042");
	conversion(m, 'd', "+", t_int, 42, "+42");
	conversion(m, 'd', ".4", t_int, 42, "0042");
	conversion(m, 'd', "7.4", t_int, (uint64_t)-42, "  -0042");
	conversion(m, 'u', "", t_int, UINT64_MAX, "18446744073709551615");
	conversion(m, 'x', "", t_int, 0xbeef, "beef");
	conversion(m, 'x', "#010", t_int, 0xbeef, "0x0000beef");
	conversion(m, 'p', "", t_pointer, 0xc000, "0xc000");
	conversion(m, 'd', "", t_duration, 1210000, "1210000");
	conversion(m, 'v', "", t_duration, 1210000, "1.21ms");
	conversion(m, 'v', "10", t_bytes, 65536, "     64KiB");
	conversion(m, 's', "-16", t_string, STR_ECHO, "/echo.Echo/Say  ");
	conversion(m, 's', ".5", t_string, STR_ECHO, "/echo");
	conversion(m, 's', "", t_side, 0, "CLIENT");
	conversion(m, 's', "", t_bool, 0, "false");
	conversion(m, 'c', "", t_int, 'x', "x");
	conversion(m, 'c', "", t_int, 0x1b, "\\x1b");
	conversion(m, 'c', "", t_int, 0x20ac, "€");
	conversion(m, 'c', "", t_int, 0x202e, "\\u{202e}");
	conversion(m, 'c', "", t_int, 0xd800, "\\xed\\xa0\\x80");
}

/* ---- escaping ---- */

static void escapes(void)
{
	escape_text(&b, "a\033[31mb\r\n\t\x7f", 11, false, ESCAPE_PLAIN);
	ok(is("a\\x1b[31mb\\r\\n\\t\\x7f"), "control characters");
	escape_text(&b, "\xc2\x9b" "31m", 5, false, ESCAPE_PLAIN);
	ok(is("\\u{9b}31m"), "a C1 control");
	escape_text(&b, "\xff\xc0\xaf\xed\xa0\x80\xe2\x82", 8, false, ESCAPE_PLAIN);
	ok(is("\\xff\\xc0\\xaf\\xed\\xa0\\x80\\xe2\\x82"), "bytes that are no UTF-8");
	escape_text(&b, "a\xe2\x80\xae" "b\xef\xbb\xbf", 8, false, ESCAPE_PLAIN);
	ok(is("a\\u{202e}b\\u{feff}"), "bidirectional and invisible characters");
	escape_text(&b, "\xf3\xa0\x81\x81", 4, false, ESCAPE_PLAIN);
	ok(is("\\u{e0041}"), "a tag character");
	escape_text(&b, "a\\x1b", 5, false, ESCAPE_PLAIN);
	ok(is("a\\\\x1b"), "a backslash cannot forge an escape");
	escape_text(&b, "gr\xc3\xbc\xc3\x9f \xe6\x97\xa5", 10, false, ESCAPE_PLAIN);
	ok(is("grüß 日"), "letters stay");
	escape_text(&b, "", 0, false, ESCAPE_PLAIN);
	ok(is("\"\""), "an empty string is seen");
	escape_text(&b, "-", 1, false, ESCAPE_PLAIN);
	ok(is("\"-\""), "a string is not none");
	escape_text(&b, "a b", 3, false, ESCAPE_WORD);
	ok(is("\"a b\""), "words are quoted");
	escape_text(&b, "a=\"b\"", 5, false, ESCAPE_WORD);
	ok(is("\"a=\\\"b\\\"\""), "quotes in quotes");
	escape_text(&b, "abc\xe2\x82", 5, true, ESCAPE_PLAIN);
	ok(is("abc…"), "a cut text ends before the cut character");
	escape_text(&b, "ab\xe2\x82\xac", 5, true, ESCAPE_PLAIN);
	ok(is("ab€…"), "a whole last character stays");
	escape_json(&b, "a\"\\\n\t\033\xff\xe2\x80\xae\xf3\xa0\x81\x81", 14, false);
	ok(is("\"a\\\"\\\\\\n\\t\\u001b\\ufffd\\u202e\\udb40\\udc41\""), "JSON");

	char big[1000];

	memset(big, 'x', sizeof(big));
	escape_text(&b, big, sizeof(big), false, ESCAPE_PLAIN);
	ok(b.len == 256 + strlen("…"), "a long string is cut at 256 bytes");
	strbuf_reset(&b);
	ok(escape_width("grüß", 6) == 4 && escape_width("日本", 6) == 4 &&
	   escape_width("e\xcc\x81", 3) == 1,
	   "columns of accents, wide and combining characters");
}

/* Bytes of the kinds that matter, often enough to meet each other. */
static size_t noise(char *s, size_t max)
{
	static const char *const bits[] = {
		"\033", "\033[2J", "\xe2\x80\xae", "\xe2\x81\xa6", "\xc2\x9b",
		"\xff", "\xf0\x9f", "\\",
		"\"", "\n", "a", "/svc/M", "\xed\xa0\x80", "\xf4\x90\x80\x80",
		"\xc0\x80", "日", "\x7f",
		"\\u001b", "\xef\xbf\xbf", "=", " ",
	};
	size_t n = 0;

	while (n + 8 < max && rand() % 12) {
		const char *bit = bits[(size_t)rand() % (sizeof(bits) / sizeof(bits[0]))];

		if (rand() % 2) {
			s[n++] = (char)rand();
			continue;
		}
		memcpy(s + n, bit, strlen(bit));
		n += strlen(bit);
	}
	return n;
}

/* No byte that a terminal acts on; valid UTF-8; no line end. */
static bool is_tame(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x20 || c == 0x7f)
			return false;
		if (c == 0xc2 && i + 1 < len && (unsigned char)s[i + 1] < 0xa0)
			return false;
		if (c == 0xe2 && i + 2 < len && (unsigned char)s[i + 1] == 0x80 &&
		    (unsigned char)s[i + 2] >= 0xa8 && (unsigned char)s[i + 2] <= 0xae)
			return false;
	}
	return true;
}

/* Our own reading of UTF-8, by the book: lead byte, count, range. */
static bool is_utf8(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;

	for (size_t i = 0; i < len; ) {
		size_t n = s[i] < 0x80 ? 1 : s[i] < 0xe0 ? 2 : s[i] < 0xf0 ? 3 : 4;

		if ((s[i] >= 0x80 && s[i] < 0xc2) || s[i] > 0xf4 || i + n > len)
			return false;
		for (size_t k = 1; k < n; k++)
			if (s[i + k] >> 6 != 2)
				return false;
		if ((s[i] == 0xe0 && s[i + 1] < 0xa0) || (s[i] == 0xed && s[i + 1] > 0x9f) ||
		    (s[i] == 0xf0 && s[i + 1] < 0x90) || (s[i] == 0xf4 && s[i + 1] > 0x8f))
			return false;
		i += n;
	}
	return true;
}

/* A JSON string ends where it ends: no quote but the last that is not escaped. */
static bool is_json_string(const char *s, size_t len)
{
	if (len < 2 || s[0] != '"' || s[len - 1] != '"')
		return false;
	for (size_t i = 1; i < len - 1; i++) {
		if (s[i] == '"')
			return false;
		if (s[i] == '\\') {
			if (!strchr("\"\\nu" "t", s[++i]))
				return false;
			if (i >= len - 1)
				return false;
		}
	}
	return true;
}

/* What escape_text() made of a string, read back. */
static size_t unescape(const char *s, size_t len, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] != '\\') {
			out[n++] = s[i];
			continue;
		}
		switch (s[++i]) {
		case 'n': out[n++] = '\n'; break;
		case 't': out[n++] = '\t'; break;
		case 'r': out[n++] = '\r'; break;
		case 'x':
			out[n++] = (char)strtol((char[]){ s[i + 1], s[i + 2], 0 }, NULL, 16);
			i += 2;
			break;
		case 'u': {
			unsigned long c = strtoul(s + i + 2, NULL, 16);

			if (c < 0x800) {
				out[n++] = (char)(0xc0 | c >> 6);
			} else if (c < 0x10000) {
				out[n++] = (char)(0xe0 | c >> 12);
				out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
			} else {
				out[n++] = (char)(0xf0 | c >> 18);
				out[n++] = (char)(0x80 | (c >> 12 & 0x3f));
				out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
			}
			out[n++] = (char)(0x80 | (c & 0x3f));
			i = (size_t)(strchr(s + i, '}') - s);
			break;
		}
		default:
			out[n++] = s[i];
		}
	}
	return n;
}

static void property(void)
{
	static const enum escape_how how[] = { ESCAPE_PLAIN, ESCAPE_WORD, ESCAPE_BARE };
	unsigned wild = 0, broken = 0, changed = 0, bad_json = 0, runs = 100000;
	char s[240], back[1024];

	srand(7);
	for (unsigned i = 0; i < runs; i++) {
		size_t len = noise(s, sizeof(s));

		strbuf_reset(&b);
		escape_text(&b, s, len, i % 4 == 3, how[i % 3]);
		wild += b.len && !is_tame(b.s, b.len);
		broken += b.len && !is_utf8(b.s, b.len);
		if (how[i % 3] == ESCAPE_BARE && i % 4 != 3)
			changed += unescape(b.s ? b.s : "", b.len, back) != len ||
				   memcmp(back, s, len);
		strbuf_reset(&b);
		escape_json(&b, s, len, i % 4 == 3);
		bad_json += !is_tame(b.s, b.len) || !is_utf8(b.s, b.len) ||
			    !is_json_string(b.s, b.len);
	}
	strbuf_reset(&b);
	ok(!wild, "of %u hostile strings none leaves its value in text (%u do)", runs, wild);
	ok(!broken, "and all of the text is UTF-8 (%u are not)", broken);
	ok(!changed, "and can be read back as it was (%u cannot)", changed);
	ok(!bad_json, "nor in JSON (%u do)", bad_json);
}

int main(void)
{
	struct maps *m = fixture_strings(NULL);

	ok(m != NULL, "a dictionary without a kernel map");
	durations();
	sizes();
	times();
	values(m);
	printfs(m);
	escapes();
	property();
	maps_free(m);
	strbuf_fini(&b);
	return done_testing();
}
