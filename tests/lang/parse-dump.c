/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints what the parser makes of files: the tree on standard output, the messages on
 * standard error. Each file's name is shown without its folder, so goldens do not move.
 *
 *	parse-dump [--json | --colour] FILE…
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../grammar/parse.h"
#include "../../src/base/strbuf.h"

static bool read_file(const char *path, struct strbuf *b)
{
	FILE *f = fopen(path, "rb");
	char part[4096];
	size_t n;

	if (!f) {
		perror(path);
		return false;
	}
	strbuf_puts(b, "");
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		strbuf_add(b, part, n);
	fclose(f);
	return true;
}

static bool dump(const char *path, bool json, bool colour)
{
	const char *slash = strrchr(path, '/');
	struct strbuf text = { 0 };
	struct diag d;

	if (!read_file(path, &text))
		return false;

	struct arena *a = arena_new();
	struct source *src = source_new(a, slash ? slash + 1 : path, text.s, text.len);

	diag_init(&d, a, src);
	ast_print(gt_parse(a, src, &d), stdout);
	if (json)
		diag_print_json(&d, stderr);
	else
		diag_print(&d, stderr, colour);

	bool clean = !d.errors;

	arena_free(a);
	strbuf_fini(&text);
	return clean;
}

int main(int argc, char **argv)
{
	bool json = false, colour = false, clean = true;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json"))
			json = true;
		else if (!strcmp(argv[i], "--colour"))
			colour = true;
		else
			clean &= dump(argv[i], json, colour);
	}
	return clean ? 0 : 3;
}
