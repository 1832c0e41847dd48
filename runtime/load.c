/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "load.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define TRACE_UPROBE_MULTI 48	/* BPF_TRACE_UPROBE_MULTI: older kernel headers lack it */

static const unsigned char support_object[] __attribute__((aligned(8))) = {
#include "bpf-helpers/support.bpf.o.inc"
};

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

static struct bpf_object *open_object(struct loader *l, const void *elf, size_t size)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "gtrace");
	struct bpf_object *o;

	l->err[0] = '\0';
	log_to = l;
	o = bpf_object__open_mem(elf, size, &opts);
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

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* The layout is all that stands in .rodata. */
static int set_layout(struct bpf_object *o, const struct gt_layout *layout)
{
	struct bpf_map *m;
	void *bytes;
	size_t size;

	bpf_object__for_each_map(m, o) {
		if (!ends_with(bpf_map__name(m), ".rodata"))
			continue;
		bytes = bpf_map__initial_value(m, &size);
		if (!bytes || size < sizeof(*layout))
			return -EINVAL;
		memcpy(bytes, layout, sizeof(*layout));
		return 0;
	}
	return 0;	/* nothing in it asks for the target's layout */
}

static void program_name(char *name, size_t size, enum hook_id hook)
{
	snprintf(name, size, "gt_hook_%s", hook_rows[hook].name);
}

static struct bpf_program *program_of(struct bpf_object *o, enum hook_id hook)
{
	char name[64];

	program_name(name, sizeof(name), hook);
	return o ? bpf_object__find_program_by_name(o, name) : NULL;
}

static void load_none(struct bpf_object *o)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, o)
		bpf_program__set_autoload(prog, false);
}

/* Maps that another object has already; the rest are made. */
static int share_maps(struct bpf_object *o, const struct loaded *with)
{
	struct bpf_object *const from[] = { with->script, with->support };
	struct bpf_map *m, *first;
	int err;

	bpf_object__for_each_map(m, o) {
		if (bpf_map__is_internal(m))
			continue;
		for (size_t i = 0; i < 2; i++) {
			if (!from[i] || from[i] == o ||
			    !(first = bpf_object__find_map_by_name(from[i], bpf_map__name(m))) ||
			    bpf_map__fd(first) < 0)
				continue;
			err = bpf_map__reuse_fd(m, bpf_map__fd(first));
			if (err)
				return err;
			break;
		}
	}
	return 0;
}

void loaded_close(struct loaded *o)
{
	bpf_object__close(o->script);
	bpf_object__close(o->support);
	memset(o, 0, sizeof(*o));
}

struct bpf_program *loaded_program(const struct loaded *o, const char *name)
{
	struct bpf_program *p = o->script ? bpf_object__find_program_by_name(o->script, name) : NULL;

	return !p && o->support ? bpf_object__find_program_by_name(o->support, name) : p;
}

/* Opens both objects, the support only where a hook of it is wanted; loads nothing yet. */
static int open_both(struct loader *l, struct loaded *o)
{
	uint64_t ready_made = l->program->hooks & ~program_clause_hooks(l->program);

	o->script = open_object(l, l->elf, l->elf_size);
	if (!o->script)
		return -EINVAL;
	load_none(o->script);
	if (!ready_made)
		return 0;
	o->support = open_object(l, support_object, sizeof(support_object));
	if (!o->support)
		return -EINVAL;
	load_none(o->support);
	return 0;
}

/* Whose program a hook is: the script's where it has clauses. */
static struct bpf_program *choose(const struct loaded *o, enum hook_id hook)
{
	struct bpf_program *prog = program_of(o->script, hook);

	if (!prog)
		prog = program_of(o->support, hook);
	if (prog)
		bpf_program__set_autoload(prog, true);
	return prog;
}

static int load_both(struct loader *l, struct loaded *o, const struct gt_layout *layout)
{
	struct bpf_object *const both[] = { o->script, o->support };
	int err = 0;

	for (size_t i = 0; !err && i < 2; i++) {
		if (!both[i])
			continue;
		err = set_layout(both[i], layout);
		if (!err)
			err = share_maps(both[i], l->base.script == o->script ? o : &l->base);
		if (!err)
			err = load_object(l, both[i]);
	}
	return err;
}

/* ---- the base objects ---- */
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
	err = open_both(l, &l->base);
	for (int h = 0; !err && h < HOOK_N; h++)
		if (hook_rows[h].kind == HOOK_RUN && (p->hooks & (1ull << h)))
			choose(&l->base, h);
	if (!err)
		err = load_both(l, &l->base, &layout);
	if (!err)
		err = map_shared(l);
	return err;
}

void loader_fini(struct loader *l)
{
	if (l->shared)
		munmap(l->shared, l->shared_size);
	loaded_close(&l->base);
	memset(l, 0, sizeof(*l));
}

int loader_map(const struct loader *l, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(l->base.script, name);

	return fd < 0 && l->base.support ? bpf_object__find_map_fd_by_name(l->base.support, name) : fd;
}

int loader_add_tgid(struct loader *l, uint32_t tgid)
{
	uint32_t one = 1;
	int fd = loader_map(l, "gt_tgids");

	return fd < 0 ? -ENOENT : bpf_map_update_elem(fd, &tgid, &one, BPF_ANY);
}

/* ---- the objects of a binary ---- */
int loader_for(struct loader *l, const struct plan *plan, struct loaded *out)
{
	struct bpf_program *prog;
	int err;

	memset(out, 0, sizeof(*out));
	err = open_both(l, out);
	for (int h = 0; !err && h < HOOK_N; h++) {
		if (hook_rows[h].kind != HOOK_UPROBE || !plan->hooks[h].n)
			continue;
		prog = choose(out, h);
		if (prog)
			bpf_program__set_expected_attach_type(prog, l->perf_events ? 0
									: TRACE_UPROBE_MULTI);
	}
	if (!err)
		err = load_both(l, out, &plan->layout);
	if (err)
		loaded_close(out);
	return err;
}

/* ---- running and the gate ---- */
int loader_run(const struct loader *l, enum hook_id hook, uint64_t arg0, uint64_t arg1)
{
	uint64_t args[12] = { arg0, arg1 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = sizeof(args));
	struct bpf_program *prog;
	char name[64];

	program_name(name, sizeof(name), hook);
	prog = loaded_program(&l->base, name);
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

void loader_gate_shut(struct loader *l)
{
	__atomic_store_n(&l->shared->generation, 0, __ATOMIC_SEQ_CST);
}
