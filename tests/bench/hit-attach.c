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

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "../../runtime/attach.h"
#include "../../src/goelf/goelf.h"

#define TRACE_UPROBE_MULTI 48	/* BPF_TRACE_UPROBE_MULTI: older kernel headers lack it */

static void until_eof(void)
{
	char c;

	puts("attached");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
}

/* The smallest program there is, at the same instruction, attached the same way. */
static int run_empty(const char *path, unsigned long offset, int pid)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	uint64_t cookie = 1;
	LIBBPF_OPTS(bpf_prog_load_opts, lo, .expected_attach_type = TRACE_UPROBE_MULTI);
	LIBBPF_OPTS(bpf_link_create_opts, co, .uprobe_multi.path = path,
		    .uprobe_multi.offsets = &offset, .uprobe_multi.cookies = (__u64 *)&cookie,
		    .uprobe_multi.cnt = 1, .uprobe_multi.pid = (__u32)pid);
	int prog = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "empty", "GPL", insns, 2, &lo);
	int link = bpf_link_create(prog, 0, TRACE_UPROBE_MULTI, &co);

	if (link < 0) {
		perror("hit-attach: empty program");
		return 1;
	}
	until_eof();
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
		return run_empty(path, strtoul(argv[2], NULL, 0), pid);
	return run_object(fd, strtoul(argv[2], NULL, 0), pid, argv[3]);
}
