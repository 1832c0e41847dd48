/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_RING_H
#define GT_RUNTIME_RING_H
/*
 * ring: records of all CPUs in the order in which their events happened. A drain takes
 * what is there, sorts by time and holds back what is younger than a millisecond: a
 * program on another CPU may still be writing an earlier one.
 */
#include <stdbool.h>
#include "../bpf-helpers/gt-abi.h"

struct ring;

/* fn gets each record once, in order; it is valid during the call. NULL on failure (errno). */
struct ring *ring_new(int map_fd, void (*fn)(const struct gt_record *r, void *ctx), void *ctx);
void ring_free(struct ring *r);

/* all: hold nothing back (the gate is shut). */
void ring_drain(struct ring *r, bool all);

#endif
