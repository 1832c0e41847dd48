/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_BASE_CLOCK_H
#define GT_BASE_CLOCK_H
/*
 * clock: the clock that gtrace measures by. It is that of bpf_ktime_get_ns(), so times of
 * the tracer and of records can be compared.
 */
#include <stdint.h>
#include <time.h>

static inline uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Between two of clock_ns(), for people. */
static inline double clock_ms(uint64_t from, uint64_t to)
{
	return (double)(to - from) / 1e6;
}

static inline double clock_ms_since(uint64_t from)
{
	return clock_ms(from, clock_ns());
}

#endif
