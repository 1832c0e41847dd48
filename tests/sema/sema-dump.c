/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sema-dump FILE.gt: the typed tree and the Program of a script, or its messages. A
 * line `# options: …` in the script stands for the command line: --delta, --map-keys N;
 * any other --NAME VALUE is a param.
 */
#include <stdlib.h>
#include <string.h>
#include "../../bpf-helpers/gt-abi.h"
#include "../../grammar/parse.h"
#include "../../src/sema/sema.h"

_Static_assert(PROGRAM_VALUES_MAX == GT_VALUES_MAX, "values of a record");
_Static_assert(PROGRAM_MAPS_MAX == GT_MAPS_MAX, "maps with two halves");
_Static_assert(PROGRAM_DENSE_MAX == GT_ZERO_SIZE / sizeof(gt_u64), "words of a dense map");

static char *read_file(const char *path, size_t *len)
{
	FILE *in = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!in)
		return NULL;
	*len = 0;
	do {
		size += 4096;
		text = realloc(text, size);
		*len += fread(text + *len, 1, size - *len, in);
	} while (*len == size);
	fclose(in);
	return text;
}

static void read_options(struct arena *a, const struct source *s, struct compile_opts *o)
{
	const char *line = strstr(s->text, "# options: ");
	struct param_value *params = arena_alloc(a, 32 * sizeof(*params));

	o->params = params;
	if (!line)
		return;
	line += strlen("# options: ");
	char *words = arena_strndup(a, line, strcspn(line, "\n")), *at = NULL;

	for (char *w = strtok_r(words, " ", &at); w; w = strtok_r(NULL, " ", &at)) {
		if (!strcmp(w, "--delta"))
			o->delta = true;
		else if (!strcmp(w, "--map-keys"))
			o->map_keys = atoi(strtok_r(NULL, " ", &at));
		else
			params[o->n_params++] =
				(struct param_value){ w + 2, strtok_r(NULL, " ", &at) };
	}
}

int main(int argc, char **argv)
{
	size_t len = 0;
	char *text = argc == 2 ? read_file(argv[1], &len) : NULL;

	if (!text) {
		fprintf(stderr, "usage: sema-dump FILE.gt\n");
		return 2;
	}
	struct arena *a = arena_new();
	const char *slash = strrchr(argv[1], '/');
	struct source *source = source_new(a, slash ? slash + 1 : argv[1], text, len);
	struct compile_opts opts = { .seed = 1 };
	struct diag d;

	free(text);
	read_options(a, source, &opts);
	diag_init(&d, a, source);
	struct script *script = gt_parse(a, source, &d);
	struct program *p = script && !d.errors ? sema_run(a, script, &opts, &d) : NULL;

	diag_print(&d, stdout, false);
	if (p && !d.errors) {
		program_print_types(p, stdout);
		program_print(p, stdout);
	}
	int status = d.errors != 0;

	arena_free(a);
	return status;
}
