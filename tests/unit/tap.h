/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TAP_H
#define TAP_H
/*
 * The Test Anything Protocol for test programs of one file: ok(cond, "what %d", …) a line,
 * done_testing() at the end of main gives the plan and the exit status.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 4, 5), unused))
static bool tap_ok(bool good, const char *file, int line, const char *fmt, ...)
{
	va_list ap;
	printf("%s %d - ", good ? "ok" : "not ok", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!good)
		printf("# at %s:%d\n", file, line);
	tap_failed += !good;
	return good;
}

#define ok(cond, ...) tap_ok((cond), __FILE__, __LINE__, __VA_ARGS__)

__attribute__((unused))
static int done_testing(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed != 0;
}

#endif
