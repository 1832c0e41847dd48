/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_LOAD_H
#define GT_RUNTIME_LOAD_H
/*
 * load: BPF objects, and the maps that all of them share.
 *
 * Two kinds: the ready-made one of support hooks (bpf-helpers/support.bpf.c), which is there
 * before the script is compiled and so makes the fixed maps, and the script's own. Each
 * is loaded once as the base, for maps and the tracer's own programs, and then once for
 * every binary with that binary's layout.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../bpf-helpers/gt-abi.h"
#include "../src/catalog/plan.h"
#include "../src/catalog/program.h"

struct bpf_object;
struct bpf_program;

/* NULL: not loaded, or not needed. */
struct loaded {
	struct bpf_object *script, *support;
};

struct loader {
	const struct program *program;
	const void *elf;		/* the script's object, borrowed until loader_fini */
	size_t elf_size;
	bool perf_events;		/* attach by perf events: no uprobe_multi */
	struct loaded base;		/* maps, begin, end, interval, snapshots, sweep */
	struct gt_shared *shared;	/* the mapped page of gt_shared */
	size_t shared_size;
	char err[4096];			/* of the last failure: one line, then the verifier's log */
	uint32_t err_line;		/* the script's line that the verifier refused; 0 not known */
};

/* Makes the fixed maps: all that can be done before the script is compiled. 0 or -errno. */
int loader_init(struct loader *l, const struct program *p, bool perf_events);
/* Makes the script's maps and loads the programs that the tracer starts itself. */
int loader_script(struct loader *l, const void *elf, size_t size);
void loader_fini(struct loader *l);

/*
 * A binary's programs, of the hooks that have sites in its plan: the ready-made ones, and
 * after loader_script() those with clauses. They are added to *out. 0 or -errno with l->err.
 */
int loader_support_for(struct loader *l, const struct plan *plan, struct loaded *out);
int loader_script_for(struct loader *l, const struct plan *plan, struct loaded *out);
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
