/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "attach.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* What ends a stream is attached before what begins one. */
static const enum hook_id attach_order[] = {
	HOOK_CLEANUP, HOOK_APP_END, HOOK_CONN_CLOSE, HOOK_RST_IN, HOOK_EARLY_ABORT,
	HOOK_MSG_RECV, HOOK_RECV_CALL, HOOK_MSG_SEND, HOOK_CONN_OPEN, HOOK_READ_HEADER,
	HOOK_WRITE_HEADER, HOOK_CALL,
};

static void keep_link(struct binary *b, struct bpf_link *link)
{
	b->links = realloc(b->links, (b->n_links + 1) * sizeof(*b->links));
	if (!b->links)
		abort();
	b->links[b->n_links++] = link;
}

static int attach_multi(struct binary *b, struct bpf_program *prog, const struct plan_hook *h,
			const char *path, int pid)
{
	unsigned long offsets[PLAN_SITES_MAX];
	uint64_t cookies[PLAN_SITES_MAX];
	LIBBPF_OPTS(bpf_uprobe_multi_opts, opts, .offsets = offsets,
		    .cookies = (const __u64 *)cookies, .cnt = h->n);
	struct bpf_link *link;

	for (unsigned i = 0; i < h->n; i++) {
		offsets[i] = h->sites[i].offset;
		cookies[i] = h->sites[i].cookie;
	}
	link = bpf_program__attach_uprobe_multi(prog, pid, path, NULL, &opts);
	if (!link)
		return -errno;
	keep_link(b, link);
	return 0;
}

static int attach_perf(struct binary *b, struct bpf_program *prog, const struct plan_hook *h,
		       const char *path, int pid)
{
	for (unsigned i = 0; i < h->n; i++) {
		LIBBPF_OPTS(bpf_uprobe_opts, opts, .bpf_cookie = h->sites[i].cookie);
		struct bpf_link *link = bpf_program__attach_uprobe_opts(prog, pid, path,
								h->sites[i].offset, &opts);

		if (!link)
			return -errno;
		keep_link(b, link);
	}
	return 0;
}

static int attach_hook(struct loader *l, struct binary *b, enum hook_id hook, int pid)
{
	const struct plan_hook *h = &b->plan->hooks[hook];
	struct bpf_program *prog;
	char name[64], path[64];
	int err;

	snprintf(name, sizeof(name), "gt_hook_%s", hook_rows[hook].name);
	prog = loaded_program(b->loaded, name);
	if (!h->n || !prog)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", b->fd);
	err = l->perf_events ? attach_perf(b, prog, h, path, pid)
			     : attach_multi(b, prog, h, path, pid);
	if (err)
		snprintf(b->why, sizeof(b->why), "cannot attach to %s: %s", h->sites[0].func,
			 strerror(-err));
	return err;
}

static struct loaded *loaded_of(struct binary *b)
{
	if (!b->loaded)
		b->loaded = calloc(1, sizeof(*b->loaded));
	if (!b->loaded)
		abort();
	return b->loaded;
}

/* Attaches the hooks that have clauses, or those that have none. */
static int attach_hooks(struct loader *l, struct binary *b, int pid, bool clauses)
{
	int err = 0;

	if (pid >= 0 && !kernel_filters_process())
		pid = -1;
	for (size_t i = 0; !err && i < sizeof(attach_order) / sizeof(attach_order[0]); i++) {
		bool has = program_clause_hooks(l->program) & (1ull << attach_order[i]);

		if (has == clauses)
			err = attach_hook(l, b, attach_order[i], pid);
	}
	return err;
}

static int refused(struct binary *b, int err)
{
	if (err == -E2BIG && !b->why[0])
		snprintf(b->why, sizeof(b->why), "the script is too large for the kernel: the clauses "
			 "of one probe may use 64 maps and take the verifier a million "
			 "steps; split it into several scripts");
	if (err && !b->why[0])
		snprintf(b->why, sizeof(b->why), "the kernel refused the programs: %s",
			 strerror(-err));
	if (err && err != -ESRCH)	/* a process that has just ended says nothing of its binary */
		b->state = BINARY_FAILED;
	return err;
}

int attach_support(struct loader *l, struct binary *b, int pid)
{
	int err = b->support_loaded ? 0 : loader_support_for(l, b->plan, loaded_of(b));

	b->support_loaded = true;
	return refused(b, err ? err : attach_hooks(l, b, pid, false));
}

int attach_script(struct loader *l, struct binary *b, int pid)
{
	int err = b->script_loaded ? 0 : loader_script_for(l, b->plan, loaded_of(b));

	b->script_loaded = true;
	err = refused(b, err ? err : attach_hooks(l, b, pid, true));
	if (err)
		return err;
	if (b->state != BINARY_ATTACHED)
		for (int h = 0; h < HOOK_N; h++)
			b->sites += b->plan->hooks[h].n;
	b->state = BINARY_ATTACHED;
	b->everyone |= pid < 0;
	return 0;
}

/* ---- detaching ---- */
#define CLOSERS_MAX 64

struct closing {
	struct bpf_link **links;
	size_t n, next;
};

static void *close_links(void *arg)
{
	struct closing *c = arg;
	size_t i;

	while ((i = __atomic_fetch_add(&c->next, 1, __ATOMIC_RELAXED)) < c->n)
		bpf_link__destroy(c->links[i]);
	return NULL;
}

static void close_by_threads(struct closing *c)
{
	pthread_t threads[CLOSERS_MAX];
	pthread_attr_t attr;
	size_t n = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	while (n < CLOSERS_MAX && n + 1 < c->n &&
	       !pthread_create(&threads[n], &attr, close_links, c))
		n++;
	close_links(c);
	while (n)
		pthread_join(threads[--n], NULL);
	pthread_attr_destroy(&attr);
}

/*
 * The child holds the last references: its exit closes them. It must hold nothing
 * else, or a reader of our standard output would wait for it.
 */
static void close_by_child(struct closing *c)
{
	pid_t child = fork();

	if (child == 0) {
		signal(SIGINT, SIG_IGN);
		signal(SIGTERM, SIG_IGN);
		setsid();
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		close_links(c);
		_exit(0);
	}
	if (child > 0)
		for (size_t i = 0; i < c->n; i++)
			bpf_link__destroy(c->links[i]);
	else
		close_by_threads(c);
}

static void gather(struct targets *t, struct closing *c)
{
	for (size_t i = 0; i < t->n_binaries; i++)
		c->n += t->binaries[i]->n_links;
	c->links = calloc(c->n ? c->n : 1, sizeof(*c->links));
	if (!c->links)
		abort();
	c->n = 0;
	for (size_t i = 0; i < t->n_binaries; i++) {
		struct binary *b = t->binaries[i];

		for (size_t k = 0; k < b->n_links; k++)
			c->links[c->n++] = b->links[k];
		b->n_links = 0;
	}
}

void detach_all(struct loader *l, struct targets *t)
{
	struct closing c = { 0 };

	gather(t, &c);
	if (l->perf_events && c.n)
		close_by_child(&c);
	else if (c.n)
		close_by_threads(&c);
	free(c.links);
	for (size_t i = 0; i < t->n_binaries; i++) {
		struct binary *b = t->binaries[i];

		if (b->loaded)
			loaded_close(b->loaded);
		free(b->loaded);
		b->loaded = NULL;
	}
}

static unsigned long long missed_by(struct bpf_object *o)
{
	unsigned long long missed = 0;
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, o) {
		struct bpf_prog_info info = { 0 };
		__u32 len = sizeof(info);

		if (bpf_program__fd(prog) >= 0 &&
		    !bpf_prog_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			missed += info.recursion_misses;
	}
	return missed;
}

unsigned long long attach_missed(const struct targets *t)
{
	unsigned long long missed = 0;

	for (size_t i = 0; i < t->n_binaries; i++) {
		struct loaded *o = t->binaries[i]->loaded;

		if (!o)
			continue;
		if (o->script)
			missed += missed_by(o->script);
		if (o->support)
			missed += missed_by(o->support);
	}
	return missed;
}
