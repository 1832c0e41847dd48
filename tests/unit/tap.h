/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_TESTS_TAP_H
#define GT_TESTS_TAP_H
/*
 * tap: checks of a unit test, printed as TAP.
 *
 *	int main(void)
 *	{
 *		ok(1 + 1 == 2, "numbers add");
 *		is_str(text, "1M", "a number of bytes");
 *		return done_testing();
 *	}
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_run, tap_failed;

static inline bool __attribute__((format(printf, 4, 0)))
tap_result(bool good, const char *file, int line_no, const char *fmt, va_list ap)
{
	tap_run++;
	tap_failed += !good;
	printf("%sok %d - ", good ? "" : "not ", tap_run);
	vprintf(fmt, ap);
	putchar('\n');
	if (!good)
		printf("# at %s:%d\n", file, line_no);
	fflush(stdout);
	return good;
}

static inline bool __attribute__((format(printf, 4, 5)))
tap_ok(bool good, const char *file, int line_no, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_result(good, file, line_no, fmt, ap);
	va_end(ap);
	return good;
}

static inline bool __attribute__((format(printf, 5, 6)))
tap_is_str(const char *got, const char *want, const char *file, int line_no, const char *fmt, ...)
{
	bool good = got && want ? !strcmp(got, want) : got == want;
	va_list ap;

	va_start(ap, fmt);
	tap_result(good, file, line_no, fmt, ap);
	va_end(ap);
	if (!good)
		printf("#      got: %s\n# expected: %s\n", got ? got : "(null)",
		       want ? want : "(null)");
	return good;
}

static inline bool __attribute__((format(printf, 5, 6)))
tap_is_int(long long got, long long want, const char *file, int line_no, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_result(got == want, file, line_no, fmt, ap);
	va_end(ap);
	if (got != want)
		printf("#      got: %lld\n# expected: %lld\n", got, want);
	return got == want;
}

#define ok(good, ...) tap_ok((good), __FILE__, __LINE__, __VA_ARGS__)
#define is_str(got, want, ...) tap_is_str((got), (want), __FILE__, __LINE__, __VA_ARGS__)
#define is_int(got, want, ...) \
	tap_is_int((long long)(got), (long long)(want), __FILE__, __LINE__, __VA_ARGS__)
#define skip(n_, why)								\
	do {									\
		for (int left_ = (n_); left_ > 0; left_--)			\
			printf("ok %d # SKIP %s\n", ++tap_run, (why));		\
	} while (0)

static inline int done_testing(void)
{
	printf("1..%d\n", tap_run);
	return tap_failed ? 1 : 0;
}

#endif
