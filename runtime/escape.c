/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "escape.h"
#include <stdint.h>
#include <string.h>

struct range { uint32_t from, to; };

/*
 * Characters that are shown by number: controls, line separators, everything that is
 * invisible or changes how its neighbours are shown (Unicode's Cf and the default
 * ignorable ones), noncharacters. Sorted.
 */
static const struct range hidden[] = {
	{ 0x0000, 0x001f }, { 0x007f, 0x009f }, { 0x00ad, 0x00ad }, { 0x034f, 0x034f },
	{ 0x0600, 0x0605 }, { 0x061c, 0x061c }, { 0x06dd, 0x06dd }, { 0x070f, 0x070f },
	{ 0x0890, 0x0891 }, { 0x08e2, 0x08e2 }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
	{ 0x3164, 0x3164 }, { 0xfdd0, 0xfdef }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0x110bd, 0x110bd }, { 0x110cd, 0x110cd },
	{ 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
	{ 0xe0000, 0xe0fff },
};

static const struct range wide[] = {
	{ 0x1100, 0x115e }, { 0x2e80, 0x303e }, { 0x3041, 0x4dbf }, { 0x4e00, 0xa4cf },
	{ 0xa960, 0xa97c }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },
	{ 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff },
	{ 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

static const struct range combining[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x064b, 0x065f },
	{ 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x20d0, 0x20ff }, { 0xfe20, 0xfe2f },
};

static bool in_ranges(const struct range *r, size_t n, uint32_t c)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (c > r[mid].to)
			lo = mid + 1;
		else if (c < r[mid].from)
			hi = mid;
		else
			return true;
	}
	return false;
}

#define IN(table, c) in_ranges(table, sizeof(table) / sizeof(table[0]), c)

static bool is_hidden(uint32_t c)
{
	return (c & 0xfffe) == 0xfffe || IN(hidden, c);
}

/* Length of the code point at s, 0 where the bytes are not UTF-8. */
static size_t utf8_next(const char *text, size_t len, uint32_t *c)
{
	const unsigned char *s = (const unsigned char *)text;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 :
		   s[0] < 0xf5 ? 4 : 0;

	if (n == 0 || n > len)
		return 0;
	*c = n == 1 ? s[0] : s[0] & (0x7f >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	if (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return n;
}

/* How much of s is shown: a cut text does not end within a character. */
static size_t shown_length(const char *s, size_t len, bool *cut)
{
	if (len > ESCAPE_MAX) {
		len = ESCAPE_MAX;
		*cut = true;
	}
	for (size_t back = 1; *cut && back <= 3 && back <= len; back++) {
		unsigned char lead = (unsigned char)s[len - back];

		if ((lead & 0xc0) == 0x80)
			continue;
		if (lead >= 0xc0 && back < (lead < 0xe0 ? 2u : lead < 0xf0 ? 3u : 4u))
			return len - back;
		break;
	}
	return len;
}

static const char hex[] = "0123456789abcdef";

static void add_byte(struct strbuf *b, unsigned char c)
{
	char out[4] = { '\\', 'x', hex[c >> 4], hex[c & 15] };

	strbuf_add(b, out, sizeof(out));
}

static void add_hidden(struct strbuf *b, uint32_t c)
{
	if (c == '\n' || c == '\t' || c == '\r') {
		strbuf_putc(b, '\\');
		strbuf_putc(b, c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
	} else if (c < 0x80) {
		add_byte(b, (unsigned char)c);
	} else {
		strbuf_printf(b, "\\u{%x}", (unsigned)c);
	}
}

static bool wants_quotes(const char *s, size_t len, enum escape_how how)
{
	if (how == ESCAPE_SCRIPT || how == ESCAPE_BARE)
		return false;
	if (len == 0 || (len == 1 && (*s == '-' || *s == '?')))
		return true;
	return s[0] == '"' || (how == ESCAPE_WORD &&
			       (memchr(s, ' ', len) || memchr(s, '=', len) || memchr(s, '"', len)));
}

void escape_text(struct strbuf *b, const char *s, size_t len, bool cut, enum escape_how how)
{
	bool quotes = wants_quotes(s, len, how);
	size_t plain = 0;

	if (how != ESCAPE_SCRIPT)
		len = shown_length(s, len, &cut);
	if (quotes)
		strbuf_putc(b, '"');
	for (size_t i = 0; i < len; ) {
		unsigned char ch = (unsigned char)s[i];
		uint32_t c = ch;
		size_t n = 1;

		if (ch >= 0x20 && ch < 0x7f && (how == ESCAPE_SCRIPT || ch != '\\') &&
		    !(quotes && ch == '"')) {
			i++;
			continue;
		}
		if (ch >= 0x80)
			n = utf8_next(s + i, len - i, &c);
		if (n > 1 && !is_hidden(c)) {
			i += n;
			continue;
		}
		strbuf_add(b, s + plain, i - plain);
		if (n == 0)
			add_byte(b, ch);
		else if (c == '\\' || c == '"')
			strbuf_add(b, c == '"' ? "\\\"" : "\\\\", 2);
		else
			add_hidden(b, c);
		i += n ? n : 1;
		plain = i;
	}
	strbuf_add(b, s + plain, len - plain);
	if (cut)
		strbuf_puts(b, "…");
	if (quotes)
		strbuf_putc(b, '"');
}

static void add_unit(struct strbuf *b, unsigned u)
{
	char out[6] = {
		'\\', 'u', hex[u >> 12 & 15], hex[u >> 8 & 15], hex[u >> 4 & 15], hex[u & 15],
	};

	strbuf_add(b, out, sizeof(out));
}

static void add_json(struct strbuf *b, uint32_t c)
{
	if (c == '"' || c == '\\') {
		strbuf_putc(b, '\\');
		strbuf_putc(b, (char)c);
	} else if (c == '\n' || c == '\t') {
		strbuf_add(b, c == '\n' ? "\\n" : "\\t", 2);
	} else if (c < 0x10000) {
		add_unit(b, c);
	} else {
		add_unit(b, 0xd800 + ((c - 0x10000) >> 10));
		add_unit(b, 0xdc00 + ((c - 0x10000) & 0x3ff));
	}
}

void escape_json(struct strbuf *b, const char *s, size_t len, bool cut)
{
	size_t plain = 0;

	if (cut)
		len = shown_length(s, len, &cut);
	strbuf_putc(b, '"');
	for (size_t i = 0; i < len; ) {
		unsigned char ch = (unsigned char)s[i];
		uint32_t c = ch;
		size_t n = 1;

		if (ch >= 0x20 && ch < 0x7f && ch != '"' && ch != '\\') {
			i++;
			continue;
		}
		if (ch >= 0x80)
			n = utf8_next(s + i, len - i, &c);
		if (n > 1 && !is_hidden(c)) {
			i += n;
			continue;
		}
		strbuf_add(b, s + plain, i - plain);
		add_json(b, n ? c : 0xfffd);
		i += n ? n : 1;
		plain = i;
	}
	strbuf_add(b, s + plain, len - plain);
	if (cut)
		strbuf_puts(b, "…");
	strbuf_putc(b, '"');
}

size_t escape_width(const char *s, size_t len)
{
	size_t width = 0;

	while (width < len && (unsigned char)s[width] < 0x80)
		width++;
	for (size_t i = width; i < len; ) {
		uint32_t c = 0;
		size_t n = utf8_next(s + i, len - i, &c);

		width += n < 2 ? 1 : IN(combining, c) ? 0 : IN(wide, c) ? 2 : 1;
		i += n ? n : 1;
	}
	return width;
}
