/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch.h"

#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

static const unsigned char watch_object[] __attribute__((aligned(8))) = {
#include "runtime/watch.bpf.o.inc"
};

struct watch {
	struct bpf_object *object;
	struct bpf_link *links[2];
	struct ring_buffer *ring;
	void (*fn)(const struct watch_record *r, void *ctx);
	void *ctx;
};

/* Offset of task_struct.tgid by the kernel's own types; 0 if it has none to show. */
static uint32_t tgid_offset(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	uint32_t offset = 0;
	int id;

	if (libbpf_get_error(btf))
		return 0;
	id = btf__find_by_name_kind(btf, "task_struct", BTF_KIND_STRUCT);
	if (id > 0) {
		const struct btf_type *t = btf__type_by_id(btf, (uint32_t)id);
		const struct btf_member *m = btf_members(t);

		for (unsigned i = 0; i < btf_vlen(t); i++)
			if (!strcmp(btf__name_by_offset(btf, m[i].name_off), "tgid"))
				offset = btf_member_bit_offset(t, i) / 8;
	}
	btf__free(btf);
	return offset;
}

static int on_record(void *ctx, void *data, size_t size)
{
	struct watch *w = ctx;

	if (size >= sizeof(struct watch_record))
		w->fn(data, w->ctx);
	return 0;
}

static struct bpf_object *open_only(const char *const *programs, size_t n)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "gtrace_watch");
	struct bpf_object *o = bpf_object__open_mem(watch_object, sizeof(watch_object), &opts);
	struct bpf_program *p;

	if (libbpf_get_error(o))
		return NULL;
	bpf_object__for_each_program(p, o) {
		bool want = false;

		for (size_t i = 0; i < n; i++)
			want |= !strcmp(bpf_program__name(p), programs[i]);
		bpf_program__set_autoload(p, want);
	}
	return o;
}

static int set_follow(struct bpf_object *o, int follow_map)
{
	struct { uint32_t follow, tgid_offset; } *words;
	struct bpf_map *m = bpf_object__find_map_by_name(o, "gt_tgids");
	struct bpf_map *ro;
	size_t size;

	if (bpf_map__reuse_fd(m, follow_map))
		return -errno;
	bpf_object__for_each_map(ro, o) {
		if (!strstr(bpf_map__name(ro), ".rodata"))
			continue;
		words = bpf_map__initial_value(ro, &size);
		if (!words || size < sizeof(*words))
			return -EINVAL;
		words->follow = 1;
		words->tgid_offset = tgid_offset();
		return words->tgid_offset ? 0 : -ENOTSUP;
	}
	return -ENOENT;
}

struct watch *watch_new(int follow_map, char *err, unsigned long err_size)
{
	static const char *const names[] = { "watch_exec", "watch_fork" };
	size_t n = follow_map >= 0 ? 2 : 1;
	struct watch *w = calloc(1, sizeof(*w));
	int e = w ? 0 : -ENOMEM;

	if (!e && !(w->object = open_only(names, n)))
		e = -EINVAL;
	if (!e && follow_map >= 0)
		e = set_follow(w->object, follow_map);
	if (!e)
		e = bpf_object__load(w->object);
	for (size_t i = 0; !e && i < n; i++) {
		w->links[i] = bpf_program__attach(
			bpf_object__find_program_by_name(w->object, names[i]));
		e = w->links[i] ? 0 : -errno;
	}
	if (!e) {
		w->ring = ring_buffer__new(bpf_object__find_map_fd_by_name(w->object, "watch_ring"),
					   on_record, w, NULL);
		e = w->ring ? 0 : -errno;
	}
	if (!e)
		return w;
	if (e == -ENOTSUP)
		snprintf(err, err_size, "-c cannot follow children: the kernel shows no types "
			 "(/sys/kernel/btf/vmlinux, CONFIG_DEBUG_INFO_BTF)");
	else
		snprintf(err, err_size, "cannot watch for new processes: %s", strerror(-e));
	watch_free(w);
	return NULL;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	ring_buffer__free(w->ring);
	bpf_link__destroy(w->links[0]);
	bpf_link__destroy(w->links[1]);
	bpf_object__close(w->object);
	free(w);
}

int watch_fd(const struct watch *w)
{
	return ring_buffer__epoll_fd(w->ring);
}

void watch_read(struct watch *w, void (*fn)(const struct watch_record *r, void *ctx), void *ctx)
{
	w->fn = fn;
	w->ctx = ctx;
	ring_buffer__consume(w->ring);
}

void watch_stop(struct watch *w, void (*fn)(const struct watch_record *r, void *ctx), void *ctx)
{
	for (size_t i = 0; i < 2; i++) {
		bpf_link__destroy(w->links[i]);
		w->links[i] = NULL;
	}
	watch_read(w, fn, ctx);
}

/* ---- the first attach ---- */
struct warm {
	struct bpf_object *object;
	struct bpf_link *link;
};

/* Never called: an instruction of our own to attach to. */
__attribute__((noinline, used)) static void warm_site(void)
{
	__asm__ volatile("");
}

/* Where an address of ours is in our own file. */
static int file_offset(struct dl_phdr_info *info, size_t size, void *data)
{
	unsigned long *at = data;
	unsigned long vaddr = *at - info->dlpi_addr;

	(void)size;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && vaddr - p->p_vaddr < p->p_filesz) {
			*at = vaddr - p->p_vaddr + p->p_offset;
			return 1;
		}
	}
	return 0;
}

struct warm *warm_new(void)
{
	static const char *const name = "watch_warm";
	unsigned long offset = (unsigned long)warm_site;
	LIBBPF_OPTS(bpf_uprobe_multi_opts, opts, .offsets = &offset, .cnt = 1);
	struct warm *w = calloc(1, sizeof(*w));

	if (!w || dl_iterate_phdr(file_offset, &offset) != 1)
		return w;
	w->object = open_only(&name, 1);
	if (w->object && !bpf_object__load(w->object))
		w->link = bpf_program__attach_uprobe_multi(
			bpf_object__find_program_by_name(w->object, name), 0, "/proc/self/exe",
			NULL, &opts);
	return w;
}

void warm_free(struct warm *w)
{
	if (!w)
		return;
	bpf_link__destroy(w->link);
	bpf_object__close(w->object);
	free(w);
}
