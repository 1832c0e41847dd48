/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "load.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../src/base/clock.h"

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

/*
 * The last "; text @ name:LINE:COL" before the complaint is where the verifier was. Line 0
 * is a ready-made subprogram: what called it stands.
 */
static uint32_t line_of_log(const char *log)
{
	uint32_t line = 0;

	for (const char *at = log; (at = strstr(at, " @ ")) != NULL; at += 3) {
		const char *colon = strchr(at, ':');
		uint32_t n = colon ? (uint32_t)strtoul(colon + 1, NULL, 10) : 0;

		if (n)
			line = n;
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
	l->err_line = 0;
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

static struct bpf_map *base_map(const struct loader *l, const char *name)
{
	struct bpf_object *const from[] = { l->base.support, l->base.script };
	struct bpf_map *m;

	for (size_t i = 0; i < 2; i++) {
		m = from[i] ? bpf_object__find_map_by_name(from[i], name) : NULL;
		if (m && bpf_map__autocreate(m) && bpf_map__fd(m) >= 0)
			return m;
	}
	return NULL;
}

/* Maps that a base object has already; the rest are made. */
static int share_maps(const struct loader *l, struct bpf_object *o)
{
	struct bpf_map *m, *first;
	int err;

	bpf_object__for_each_map(m, o) {
		first = bpf_map__is_internal(m) ? NULL : base_map(l, bpf_map__name(m));
		if (!first)
			continue;
		err = bpf_map__reuse_fd(m, bpf_map__fd(first));
		if (err)
			return err;
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

static bool has_clause(const struct loader *l, enum hook_id hook)
{
	return program_clause_hooks(l->program) & (1ull << hook);
}

static int finish(struct loader *l, struct bpf_object *o, const struct gt_layout *layout)
{
	int err = set_layout(o, layout);

	if (!err)
		err = share_maps(l, o);
	if (!err)
		err = load_object(l, o);
	return err;
}

static void want(struct bpf_object *o, enum hook_id hook, int attach_type)
{
	struct bpf_program *prog = program_of(o, hook);

	if (!prog)
		return;
	bpf_program__set_autoload(prog, true);
	if (attach_type >= 0)
		bpf_program__set_expected_attach_type(prog, attach_type);
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

/* Records of streams are made only for scripts that keep them up. */
static void choose_maps(struct loader *l)
{
	static const char *const always[] = { "gt_shared", "gt_cells", "gt_ring", "gt_dict",
					      "gt_zero", "gt_tgids" };
	struct bpf_map *m;

	bpf_object__for_each_map(m, l->base.support) {
		bool keep = l->program->keeps != 0;

		for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
			keep |= !strcmp(bpf_map__name(m), always[i]);
		if (!bpf_map__is_internal(m))
			bpf_map__set_autocreate(m, keep);
		if (!strcmp(bpf_map__name(m), "gt_cells"))
			bpf_map__set_max_entries(m, (uint32_t)l->program->clauses.n + 1);
	}
}

int loader_init(struct loader *l, const struct program *p, bool perf_events)
{
	struct gt_layout layout = { .keeps = p->keeps };
	int err;

	memset(l, 0, sizeof(*l));
	l->program = p;
	l->perf_events = perf_events || !kernel_has_uprobe_multi();
	libbpf_set_print(keep_message);
	l->base.support = open_object(l, support_object, sizeof(support_object));
	if (!l->base.support)
		return -EINVAL;
	load_none(l->base.support);
	choose_maps(l);
	if ((p->hooks & (1ull << HOOK_SWEEP)) && !has_clause(l, HOOK_SWEEP))
		want(l->base.support, HOOK_SWEEP, -1);
	err = finish(l, l->base.support, &layout);
	return err ? err : map_shared(l);
}

int loader_script(struct loader *l, const void *elf, size_t size)
{
	struct gt_layout layout = { .keeps = l->program->keeps };

	l->elf = elf;
	l->elf_size = size;
	l->base.script = open_object(l, elf, size);
	if (!l->base.script)
		return -EINVAL;
	load_none(l->base.script);
	for (int h = 0; h < HOOK_N; h++)
		if (hook_rows[h].kind == HOOK_RUN)
			want(l->base.script, h, -1);
	return finish(l, l->base.script, &layout);
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
	struct bpf_map *m = base_map(l, name);

	return m ? bpf_map__fd(m) : -1;
}

int loader_add_tgid(struct loader *l, uint32_t tgid)
{
	uint32_t one = 1;
	int fd = loader_map(l, "gt_tgids");

	return fd < 0 ? -ENOENT : bpf_map_update_elem(fd, &tgid, &one, BPF_ANY);
}

/* ---- the objects of a binary ---- */
static int load_for(struct loader *l, const struct plan *plan, const void *elf, size_t size,
		    bool clauses, struct bpf_object **out)
{
	struct bpf_object *o = NULL;
	int err;

	for (int h = 0; h < HOOK_N; h++) {
		if (hook_rows[h].kind != HOOK_UPROBE || !plan->hooks[h].n ||
		    has_clause(l, h) != clauses)
			continue;
		if (!o) {
			o = open_object(l, elf, size);
			if (!o)
				return -EINVAL;
			load_none(o);
		}
		want(o, h, l->perf_events ? 0 : TRACE_UPROBE_MULTI);
	}
	err = o ? finish(l, o, &plan->layout) : 0;
	if (err) {
		bpf_object__close(o);
		return err;
	}
	*out = o;
	return 0;
}

int loader_support_for(struct loader *l, const struct plan *plan, struct loaded *out)
{
	return load_for(l, plan, support_object, sizeof(support_object), false, &out->support);
}

int loader_script_for(struct loader *l, const struct plan *plan, struct loaded *out)
{
	return load_for(l, plan, l->elf, l->elf_size, true, &out->script);
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

void loader_gate_open(struct loader *l)
{
	__atomic_store_n(&l->shared->start_ns, clock_ns(), __ATOMIC_SEQ_CST);
	__atomic_store_n(&l->shared->generation, 1, __ATOMIC_SEQ_CST);
}

void loader_gate_shut(struct loader *l)
{
	__atomic_store_n(&l->shared->generation, 0, __ATOMIC_SEQ_CST);
}
