/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_TARGET_H
#define GT_RUNTIME_TARGET_H
/*
 * target: the processes that are traced and the binaries that they run.
 *
 * A binary is a file (device and inode), opened once: goelf parses that descriptor
 * and probes are attached by it, so a file that is replaced meanwhile is another
 * binary and no race is left. Who understands binaries is the caller's: target.c
 * asks `index` once for each new one.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "../src/catalog/plan.h"

struct bpf_link;
struct loaded;

enum binary_state {
	BINARY_OTHER,		/* nothing of the script is in it */
	BINARY_READY,		/* has a plan with sites */
	BINARY_ATTACHED,
	BINARY_FAILED,		/* could not be loaded or attached: why */
};

struct binary {
	dev_t dev;
	ino_t ino;
	int fd;			/* -1 for BINARY_OTHER: kept only while of use */
	char *path;		/* as the process shows it, or as named by -b */
	enum binary_state state;
	struct plan *plan;	/* BINARY_READY and later */
	char why[512];		/* BINARY_OTHER, BINARY_FAILED */
	struct loaded *loaded;	/* load.h; NULL until something is loaded */
	bool support_loaded, script_loaded;
	bool support_everyone;	/* its ready-made hooks are attached to all processes */
	struct bpf_link **links;
	size_t n_links;
	unsigned sites;
	bool everyone;		/* attached to all processes that run it */
	bool told;		/* its warnings were printed */
};

struct process {
	int pid;
	int pidfd;		/* -1: not watched */
	struct binary *binary;
	uint64_t seen_ns;	/* CLOCK_MONOTONIC */
	bool support;		/* its ready-made hooks are attached */
};

/* Fills b->state, b->plan, b->why. b->fd is open. */
typedef void (*binary_index)(struct binary *b, void *ctx);

struct targets {
	struct binary **binaries;
	size_t n_binaries;
	struct process **processes;
	size_t n_processes;
	binary_index index;
	void *ctx;
};

void targets_init(struct targets *t, binary_index index, void *ctx);
void targets_fini(struct targets *t);

/*
 * The process and its binary; NULL with a message if there is no such process, or
 * its file cannot be opened. A known pid that runs another file by now gets its new
 * binary.
 */
struct process *targets_add_pid(struct targets *t, int pid, char *err, size_t err_size);

/* The binary at a path (-b); NULL with a message. */
struct binary *targets_add_file(struct targets *t, const char *path, char *err, size_t err_size);

/*
 * Looks at every running process but ourselves; calls found for each new one whose
 * binary is BINARY_READY or BINARY_ATTACHED.
 */
void targets_scan(struct targets *t, void (*found)(struct process *p, void *ctx), void *ctx);

struct process *targets_find(struct targets *t, int pid);
void targets_forget(struct targets *t, struct process *p);

#endif
