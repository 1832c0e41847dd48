/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_LOAD_H
#define GT_RUNTIME_LOAD_H
/*
 * load: the script's BPF object and the ready-made one of support hooks, loaded once for
 * the maps and the tracer's own programs and then once for every binary with that
 * binary's layout; all share the first one's maps.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../bpf-helpers/gt-abi.h"
#include "../src/catalog/plan.h"
#include "../src/catalog/program.h"

struct bpf_object;
struct bpf_program;

/* What one binary has loaded: the script's hooks, and the ready-made ones. NULL: none needed. */
struct loaded {
	struct bpf_object *script, *support;
};

struct loader {
	const struct program *program;
	const void *elf;		/* borrowed until loader_fini */
	size_t elf_size;
	bool perf_events;		/* attach by perf events: no uprobe_multi */
	struct loaded base;		/* maps, begin, end, interval, snapshots, sweep */
	struct gt_shared *shared;	/* the mapped page of gt_shared */
	size_t shared_size;
	char err[4096];			/* of the last failure: one line, then the verifier's log */
	uint32_t err_line;		/* the script's line that the verifier refused; 0 not known */
};

/* Creates the maps and the tracer's own programs. 0 or -errno with l->err. */
int loader_init(struct loader *l, const struct program *p, const void *elf, size_t size,
		bool perf_events);
void loader_fini(struct loader *l);

/* The objects for one binary: only the hooks that have sites in the plan. Caller closes them. */
int loader_for(struct loader *l, const struct plan *plan, struct loaded *out);
void loaded_close(struct loaded *o);
struct bpf_program *loaded_program(const struct loaded *o, const char *name);	/* NULL: none */

/* fd of a map or program of the base object by name; -1 if the script has none. */
int loader_map(const struct loader *l, const char *name);

/* Counts a process in, for layouts with GT_L_TGIDS. */
int loader_add_tgid(struct loader *l, uint32_t tgid);

/* Runs a raw_tp program of the base object (BPF_PROG_RUN). 0 or -errno; -ENOENT: none. */
int loader_run(const struct loader *l, enum hook_id hook, uint64_t arg0, uint64_t arg1);

/* Opens and shuts the gate. Programs that run while it is shut may still count: see maps_wait_programs(). */
void loader_gate_open(struct loader *l);
void loader_gate_shut(struct loader *l);

/* Is uprobe_multi there (kernel 6.6)? Does its pid mean the whole process (6.10)? */
bool kernel_has_uprobe_multi(void);
bool kernel_filters_process(void);

#endif
