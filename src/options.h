/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_OPTIONS_H
#define GT_OPTIONS_H
/*
 * options: the command line as data. options.c fills it and knows usage errors;
 * main.c decides by `command` whom to call; session.c reads the rest.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "catalog/program.h"

enum exit_status {
	EXIT_OK = 0,		/* also after ^C */
	EXIT_RUNTIME = 1,
	EXIT_USAGE = 2,
	EXIT_SCRIPT = 3,
	EXIT_NO_MATCH = 4,
	EXIT_PRIVILEGE = 5,	/* privilege or kernel */
	EXIT_LOSS = 6,		/* loss under --strict */
};

enum command { CMD_RUN, CMD_CHECK, CMD_LIST, CMD_HELP, CMD_SCRIPT_HELP, CMD_VERSION, CMD_EXPLAIN, CMD_TARGETS };
enum emit_what { EMIT_NOTHING, EMIT_AST, EMIT_TYPES, EMIT_PLAN, EMIT_IR, EMIT_ASM, EMIT_OBJECT };
enum format { FORMAT_TEXT, FORMAT_JSON };

struct options {
	struct arena *arena;		/* of what it points to */
	enum command command;
	/* the script: text joined from -e, or read from the file or standard input */
	const char *script_name;	/* "<command line>", "big.gt", "<standard input>" */
	const char *script_text;
	size_t script_len;
	struct param_value *params;	/* --name value after the script */
	size_t n_params;
	/* targets */
	int *pids;
	size_t n_pids;
	const char **binaries;
	size_t n_binaries;
	char **cmd;			/* -c: argv, NULL-terminated; NULL without -c */
	bool all;
	/* output */
	enum format format;
	const char *output;		/* -o; NULL: standard output */
	int64_t every_ns;		/* 0: none */
	bool delta;
	int64_t for_ns;			/* 0: until ^C */
	uint64_t limit;			/* events printed by emit and printf; 0: no limit */
	bool stats, strict, quiet, verbose, diag_json;
	enum emit_what emit;
	unsigned map_keys;
	bool perf_events;		/* attach by perf events, not by uprobe_multi (for tests) */
	const char *list_pattern;	/* -l 'grpc:*' */
	bool list_verbose;		/* -lv */
	const char *explain;		/* E0107 */
};

/*
 * Fills o, which options_free() empties, also on failure. Returns 0, or EXIT_USAGE, EXIT_SCRIPT (not a text) or
 * EXIT_RUNTIME (read error) after saying why.
 */
int options_parse(struct options *o, int argc, char **argv);
void options_free(struct options *o);

void help_print(void);			/* bare gtrace, --help */

#endif
