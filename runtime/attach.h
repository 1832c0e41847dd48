/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_ATTACH_H
#define GT_RUNTIME_ATTACH_H
/*
 * attach: a binary's hooks to its sites, and off again.
 *
 * One uprobe_multi link a hook, with the sites' cookies; enders first, beginners
 * last, so that a stream whose beginning was missed is known to be one. Where the
 * kernel has no uprobe_multi, a perf event a site.
 */
#include <stdbool.h>
#include <stddef.h>
#include "load.h"
#include "target.h"

/*
 * Loads the binary's ready-made hooks if that was not done yet and attaches them, to
 * one process or, with pid -1, to every one that runs it: can be done while the script
 * is still being compiled. attach_script() does the same for hooks with clauses. On
 * failure b->why says what was refused; detach_all() takes off what was attached. 0 or -errno.
 */
int attach_support(struct loader *l, struct binary *b, int pid);
int attach_script(struct loader *l, struct binary *b, int pid);

/*
 * Detaches everything of all binaries and closes their objects. Links are closed by
 * threads, since each waits for grace periods that they can share; perf events, which
 * wait one after the other, by a child in the background.
 */
void detach_all(struct loader *l, struct targets *t);

/* Hits that the kernel skipped because a program was running already on that CPU. */
unsigned long long attach_missed(const struct targets *t);

#endif
