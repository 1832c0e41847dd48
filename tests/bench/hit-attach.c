/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hit-attach sites FILE: file offsets of main.hit's probe site and of its first instruction.
 * hit-attach PID OFFSET empty|OBJECT: attaches to one instruction of hit/main.go's program an
 * empty BPF program, or gt_hook_msg_send of an object of `gtrace --emit object`; says
 * "attached" and stays until standard input ends. With it a hit's own price is measured
 * beside an empty program at the same instruction.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../runtime/attach.h"
#include "../../runtime/watch.h"
#include "../../src/goelf/goelf.h"

static void until_eof(void)
{
	char c;

	puts("attached");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
}

static int run_empty(int fd, unsigned long offset, int pid)
{
	struct warm *w = warm_new(fd, offset, pid);

	until_eof();
	warm_free(w);
	return 0;
}

/* Where hit/main.go keeps what msg_send's fields read. */
static const struct gt_layout layout = {
	.keeps = 0, .g_goid = 152, .g_parent_goid = GT_NO_OFFSET, .stream_id = 32,
	.stream_method = 16, .stream_ctx = 0, .stream_st = 0, .stream_ct = 0,
	.server_cbuf = 16, .client_cbuf = 16, .early_abort_id = 0,
};

static void *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "r");
	char *bytes = malloc(4 << 20);

	if (!f || !bytes)
		exit(1);
	*size = fread(bytes, 1, 4 << 20, f);
	fclose(f);
	return bytes;
}

static int run_object(int fd, unsigned long offset, int pid, const char *path)
{
	static struct clause_desc clause = { .index = 1, .events = EV_BIT(EV_MSG_SEND) };
	static struct program program;
	static struct plan plan;
	struct binary b = { .fd = fd, .path = (char *)"hit", .plan = &plan };
	struct binary *list = &b;
	struct targets t = { .binaries = &list, .n_binaries = 1 };
	struct loader l;
	size_t size;
	void *elf = read_file(path, &size);

	program.clauses.v = &clause;
	program.clauses.n = 1;
	program.hooks = 1ull << HOOK_MSG_SEND;
	plan.layout = layout;
	plan.hooks[HOOK_MSG_SEND].n = 1;
	plan.hooks[HOOK_MSG_SEND].sites[0] = (struct plan_site){ .offset = offset, .cookie = 1 };
	if (loader_init(&l, &program, false) || loader_script(&l, elf, size) ||
	    attach_script(&l, &b, pid)) {
		fprintf(stderr, "hit-attach: %s %s\n", l.err, b.why);
		return 1;
	}
	loader_gate_open(&l);
	until_eof();
	detach_all(&l, &t);
	loader_fini(&l);
	free(elf);
	return 0;
}

static int print_sites(const char *path)
{
	const char *name = "main.hit";
	struct goelf_func f;
	struct goelf_site site;
	struct goelf_err err = { 0 };
	struct goelf *g;
	uint64_t entry;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (goelf_open(fd, path, &g, &err) || goelf_find(g, &name, 1, &f) != 1 ||
	    goelf_site(g, &f, &site, &err) || goelf_vaddr_to_offset(g, f.vaddr, &entry)) {
		fprintf(stderr, "hit-attach: %s\n", err.text);
		return 1;
	}
	printf("%s %llu %llu\n", goelf_site_kind_name(site.kind),
	       (unsigned long long)site.file_offset, (unsigned long long)entry);
	goelf_close(g);
	return 0;
}

int main(int argc, char **argv)
{
	char path[64];
	int pid, fd;

	if (argc == 3 && !strcmp(argv[1], "sites"))
		return print_sites(argv[2]);
	if (argc != 4)
		return 2;
	pid = atoi(argv[1]);
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (!strcmp(argv[3], "empty"))
		return run_empty(fd, strtoul(argv[2], NULL, 0), pid);
	return run_object(fd, strtoul(argv[2], NULL, 0), pid, argv[3]);
}
