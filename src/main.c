/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gtrace: reads the command line and hands over to whoever does what it asks. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "base/diag.h"
#include "session.h"

static int explain(const char *id)
{
	for (int i = 0; i < DIAG_N; i++) {
		if (strcasecmp(id, diag_code(i)))
			continue;
		printf("%s: %s\n", diag_code(i), diag_explain(i));
		return EXIT_OK;
	}
	fprintf(stderr, "gtrace: no message has the id `%s`\n"
			"  ids are a letter and four digits, as in E0107\n", id);
	return EXIT_USAGE;
}

static int print_version(void)
{
	puts("gtrace " PACKAGE_VERSION);
	return EXIT_OK;
}

static int print_help(void)
{
	help_print();
	return EXIT_OK;
}

static int run(const struct options *o)
{
	switch (o->command) {
	case CMD_RUN:
		return session_run(o);
	case CMD_CHECK:
		return session_check(o);
	case CMD_SCRIPT_HELP:
		return session_script_help(o);
	case CMD_LIST:
		return list_run(o);
	case CMD_EXPLAIN:
		return explain(o->explain);
	case CMD_VERSION:
		return print_version();
	case CMD_HELP:
	case CMD_TARGETS:
		break;
	}
	return print_help();
}

/* Output that was buffered may find the disk full or the pipe gone. */
static int flush_output(int status)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "gtrace: standard output: %s\n", strerror(errno ? errno : EIO));
	return status ? status : EXIT_RUNTIME;
}

int main(int argc, char **argv)
{
	struct options o;
	int status = options_parse(&o, argc, argv);

	if (!status)
		status = flush_output(run(&o));
	options_free(&o);
	return status;
}
