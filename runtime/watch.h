/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GT_RUNTIME_WATCH_H
#define GT_RUNTIME_WATCH_H
/*
 * watch: tells of every process that executes a program; under -c of those only
 * that descend from the command, whose ids it adds to gt_tgids itself.
 */
#include "../bpf-helpers/gt-abi.h"

struct watch_record {
	gt_u64 time;	/* ktime of the exec */
	gt_u32 tgid;
	gt_u32 stopped;	/* it waits for a SIGCONT */
};

#ifndef __bpf__
struct watch;

/* follow_map: fd of gt_tgids under -c, else -1. NULL with a message on failure. */
struct watch *watch_new(int follow_map, char *err, unsigned long err_size);
void watch_free(struct watch *w);

int watch_fd(const struct watch *w);	/* readable when there is something to read */
void watch_read(struct watch *w, void (*fn)(const struct watch_record *r, void *ctx), void *ctx);

/* Detaches, then reads what is left: nothing stays stopped. */
void watch_stop(struct watch *w, void (*fn)(const struct watch_record *r, void *ctx), void *ctx);

/*
 * Attaches an empty program to an instruction of our own and keeps it: the kernel makes
 * the first uprobe of a quiet machine wait for a grace period (10 ms), the next ones not.
 * Meant for a thread, at the very start. NULL is fine to free.
 */
struct warm;
struct warm *warm_new(void);
void warm_free(struct warm *w);
#endif

#endif
