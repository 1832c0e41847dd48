/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_CHILD_H
#define GT_RUNTIME_CHILD_H
/*
 * child: the command of -c. It is forked first and waits; it executes once everything
 * is attached, so nothing of it is missed.
 */
#include <stddef.h>
#include <sys/types.h>

struct child {
	pid_t pid;
	int go;		/* write end: one byte lets it execute */
	int failed;	/* read end: its errno if it could not */
};

int child_fork(struct child *c, char *const argv[]);	/* 0 or -errno */
int child_start(struct child *c);	/* 0, or -errno of its exec */
void child_abandon(struct child *c);	/* before it was started: it never runs */

/* The file that argv[0] would execute, by PATH; NULL if none. malloc'd. */
char *child_program(const char *argv0);

#endif
