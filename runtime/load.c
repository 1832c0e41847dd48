/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "load.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define TRACE_UPROBE_MULTI 48	/* BPF_TRACE_UPROBE_MULTI: older kernel headers lack it */

static int kernel_version(void)
{
	struct utsname u;
	int major = 0, minor = 0;

	if (uname(&u) || sscanf(u.release, "%d.%d", &major, &minor) != 2)
		return 0;
	return major * 1000 + minor;
}

bool kernel_has_uprobe_multi(void)
{
	return kernel_version() >= 6006;
}

bool kernel_filters_process(void)
{
	return kernel_version() >= 6010;
}

/* ---- messages of libbpf: kept for the error, never printed by themselves ---- */
static struct loader *log_to;

static int keep_message(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	size_t have;

	if (!log_to || level == LIBBPF_DEBUG)
		return 0;
	have = strlen(log_to->err);
	vsnprintf(log_to->err + have, sizeof(log_to->err) - have, fmt, ap);
	return 0;
}

/* The last "; text @ name:LINE:COL" before the complaint is where the verifier was. */
static uint32_t line_of_log(const char *log)
{
	uint32_t line = 0;

	for (const char *at = log; (at = strstr(at, " @ ")) != NULL; at += 3) {
		const char *colon = strchr(at, ':');

		if (colon)
			line = (uint32_t)strtoul(colon + 1, NULL, 10);
	}
	return line;
}

static struct bpf_object *open_object(struct loader *l, const char *name)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = name);
	struct bpf_object *o;

	l->err[0] = '\0';
	log_to = l;
	o = bpf_object__open_mem(l->elf, l->elf_size, &opts);
	log_to = NULL;
	return libbpf_get_error(o) ? NULL : o;
}

static int load_object(struct loader *l, struct bpf_object *o)
{
	int err;

	l->err[0] = '\0';
	log_to = l;
	err = bpf_object__load(o);
	log_to = NULL;
	if (err)
		l->err_line = line_of_log(l->err);
	return err;
}

/* The layout's bytes in .rodata; libbpf keeps symbols of a section in DATASEC order. */
static int set_layout(struct bpf_object *o, const struct gt_layout *layout)
{
	struct bpf_map *m;
	const char *name;
	void *bytes;
	size_t size;

	bpf_object__for_each_map(m, o) {
		name = bpf_map__name(m);
		if (!strstr(name, ".rodata"))
			continue;
		bytes = bpf_map__initial_value(m, &size);
		if (!bytes || size < sizeof(*layout))
			return -EINVAL;
		memcpy(bytes, layout, sizeof(*layout));
		return 0;
	}
	return -ENOENT;
}

/* ---- the base object ---- */
static int map_shared(struct loader *l)
{
	int fd = loader_map(l, "gt_shared");
	void *page;

	l->shared_size = (sizeof(struct gt_shared) + 4095) & ~4095ul;
	page = mmap(NULL, l->shared_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return -errno;
	l->shared = page;
	l->shared->seed = l->program->seed;
	return 0;
}

static void choose_base_programs(struct loader *l)
{
	struct bpf_program *prog;
	char name[64];

	bpf_object__for_each_program(prog, l->base)
		bpf_program__set_autoload(prog, false);
	for (int h = 0; h < HOOK_N; h++) {
		if (hook_rows[h].kind != HOOK_RUN)
			continue;
		snprintf(name, sizeof(name), "gt_hook_%s", hook_rows[h].name);
		prog = bpf_object__find_program_by_name(l->base, name);
		if (prog)
			bpf_program__set_autoload(prog, true);
	}
}

static void size_maps(struct loader *l)
{
	struct bpf_map *cells = bpf_object__find_map_by_name(l->base, "gt_cells");

	if (cells)
		bpf_map__set_max_entries(cells, (uint32_t)l->program->clauses.n + 1);
}

int loader_init(struct loader *l, const struct program *p, const void *elf, size_t size,
		bool perf_events)
{
	struct gt_layout layout = { .keeps = p->keeps };
	int err;

	memset(l, 0, sizeof(*l));
	l->program = p;
	l->elf = elf;
	l->elf_size = size;
	l->perf_events = perf_events || !kernel_has_uprobe_multi();
	libbpf_set_print(keep_message);
	l->base = open_object(l, "gtrace");
	if (!l->base)
		return -EINVAL;
	choose_base_programs(l);
	size_maps(l);
	err = set_layout(l->base, &layout);
	if (!err)
		err = load_object(l, l->base);
	if (!err)
		err = map_shared(l);
	return err;
}

void loader_fini(struct loader *l)
{
	if (l->shared)
		munmap(l->shared, l->shared_size);
	bpf_object__close(l->base);
	memset(l, 0, sizeof(*l));
}

int loader_map(const struct loader *l, const char *name)
{
	return bpf_object__find_map_fd_by_name(l->base, name);
}

int loader_add_tgid(struct loader *l, uint32_t tgid)
{
	uint32_t one = 1;
	int fd = loader_map(l, "gt_tgids");

	return fd < 0 ? -ENOENT : bpf_map_update_elem(fd, &tgid, &one, BPF_ANY);
}

/* ---- one object a binary ---- */
static int share_maps(struct loader *l, struct bpf_object *o)
{
	struct bpf_map *m;
	int err;

	bpf_object__for_each_map(m, o) {
		struct bpf_map *first;

		if (bpf_map__is_internal(m))
			continue;
		first = bpf_object__find_map_by_name(l->base, bpf_map__name(m));
		if (!first)
			return -ENOENT;
		err = bpf_map__reuse_fd(m, bpf_map__fd(first));
		if (err)
			return err;
	}
	return 0;
}

static void choose_programs(struct loader *l, struct bpf_object *o, const struct plan *plan)
{
	struct bpf_program *prog;
	char name[64];

	bpf_object__for_each_program(prog, o)
		bpf_program__set_autoload(prog, false);
	for (int h = 0; h < HOOK_N; h++) {
		if (hook_rows[h].kind != HOOK_UPROBE || !plan->hooks[h].n)
			continue;
		snprintf(name, sizeof(name), "gt_hook_%s", hook_rows[h].name);
		prog = bpf_object__find_program_by_name(o, name);
		if (!prog)
			continue;
		bpf_program__set_autoload(prog, true);
		bpf_program__set_expected_attach_type(prog, l->perf_events ? 0 : TRACE_UPROBE_MULTI);
	}
}

int loader_for(struct loader *l, const struct plan *plan, struct bpf_object **out)
{
	struct bpf_object *o = open_object(l, "gtrace");
	int err;

	if (!o)
		return -EINVAL;
	choose_programs(l, o, plan);
	err = set_layout(o, &plan->layout);
	if (!err)
		err = share_maps(l, o);
	if (!err)
		err = load_object(l, o);
	if (err) {
		bpf_object__close(o);
		return err;
	}
	*out = o;
	return 0;
}

/* ---- running and the gate ---- */
int loader_run(const struct loader *l, enum hook_id hook, uint64_t arg0, uint64_t arg1)
{
	uint64_t args[12] = { arg0, arg1 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = sizeof(args));
	struct bpf_program *prog;
	char name[64];

	snprintf(name, sizeof(name), "gt_hook_%s", hook_rows[hook].name);
	prog = bpf_object__find_program_by_name(l->base, name);
	if (!prog || bpf_program__fd(prog) < 0)
		return -ENOENT;
	return bpf_prog_test_run_opts(bpf_program__fd(prog), &opts) ? -errno : 0;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

void loader_gate_open(struct loader *l)
{
	__atomic_store_n(&l->shared->start_ns, now_ns(), __ATOMIC_SEQ_CST);
	__atomic_store_n(&l->shared->generation, 1, __ATOMIC_SEQ_CST);
}

/* MEMBARRIER_CMD_GLOBAL waits for an RCU grace period: programs run inside one. */
void loader_gate_shut(struct loader *l)
{
	__atomic_store_n(&l->shared->generation, 0, __ATOMIC_SEQ_CST);
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}
