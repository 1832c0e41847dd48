/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * goelf-dump: print what goelf knows of a binary, one fact a line, for tests and by hand.
 *
 *	goelf-dump BINARY				what it is
 *	goelf-dump BINARY funcs [GLOB]			entry, end, site of functions
 *	goelf-dump BINARY find NAME...			the same by name, inlined copies
 *	goelf-dump BINARY rets NAME...
 *	goelf-dump BINARY result CALLER CALLEE [N]
 *	goelf-dump BINARY method-result CALLER PKG INTERFACE METHOD
 *	goelf-dump BINARY type PKG NAME			fields
 *	goelf-dump BINARY types				all fields of all named structs
 *	goelf-dump BINARY field PKG NAME PATH...
 *	goelf-dump BINARY chain PKG NAME PATH		through pointers
 *	goelf-dump BINARY itab IPKG INAME PKG NAME
 *	goelf-dump BINARY itabs
 *	goelf-dump BINARY lines ADDRESS...
 */
#include "../../src/goelf/goelf.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int complain(const struct goelf_err *err)
{
	fprintf(stderr, "%s: %s\n", goelf_errkind_name(err->kind), err->text);
	return 1;
}

static int dump_info(struct goelf *g, char **args)
{
	struct goelf_info in;
	(void)args;
	goelf_info(g, &in);
	printf("go_version %s\ngo %d.%d\n", in.go_version, in.go_major, in.go_minor);
	printf("main %s %s\n", in.main_module, in.main_version);
	printf("grpc %d %s from %d\n", in.has_grpc, in.grpc_version, in.grpc_source);
	printf("build_id %s%s\n", in.build_id_is_gnu ? "gnu " : "", in.build_id);
	printf("pie %d\npgo %s\n", in.is_pie, in.pgo);
	printf("text %#" PRIx64 " %#" PRIx64 "\n", in.text_start, in.text_end);
	printf("nfuncs %zu\n", in.nfuncs);
	return 0;
}

static void print_site(struct goelf *g, const struct goelf_func *f)
{
	struct goelf_site s;
	struct goelf_err err;
	if (goelf_site(g, f, &s, &err))
		printf("%#" PRIx64 " %#" PRIx64 " - %s %s\n", f->vaddr, f->end,
		       goelf_errkind_name(err.kind), f->name);
	else
		printf("%#" PRIx64 " %#" PRIx64 " %#" PRIx64 " %s%s %s\n", f->vaddr, f->end,
		       s.vaddr, goelf_site_kind_name(s.kind),
		       s.cost == GOELF_EMULATED ? "" : "!", f->name);
}

static int on_func(const struct goelf_func *f, void *ctx)
{
	print_site(ctx, f);
	return 0;
}

static int dump_funcs(struct goelf *g, char **args)
{
	return goelf_each_func(g, args[0], on_func, g);
}

static size_t count(char **args)
{
	size_t n = 0;
	while (args[n])
		n++;
	return n;
}

static int dump_find(struct goelf *g, char **args)
{
	size_t n = count(args);
	struct goelf_func *f = calloc(n + 1, sizeof(*f));
	const char **names = calloc(n + 1, sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = args[i];
	int found = goelf_find(g, names, n, f);
	goelf_count_inlined(g, f, n);
	for (size_t i = 0; i < n; i++) {
		printf("%s count %u inlined %u ", args[i], f[i].count, f[i].inlined);
		if (f[i].vaddr)
			print_site(g, &f[i]);
		else
			puts("not found");
	}
	free(f);
	free(names);
	return found < 0;
}

static int dump_rets(struct goelf *g, char **args)
{
	for (; *args; args++) {
		struct goelf_func f;
		struct goelf_site s[64];
		const char *name = *args;
		goelf_find(g, &name, 1, &f);
		int n = goelf_rets(g, &f, s, 64);
		printf("%s %d", name, n);
		for (int i = 0; i < n && i < 64; i++)
			printf(" %#" PRIx64, s[i].vaddr);
		puts("");
	}
	return 0;
}

static void print_result(const struct goelf_site *s)
{
	printf("call %#" PRIx64 " site %#" PRIx64 " reg %d taken_if_zero %d\n", s->call_vaddr,
	       s->vaddr, s->reg, s->taken_if_zero);
}

static int dump_result(struct goelf *g, char **args)
{
	struct goelf_func f[2];
	struct goelf_site s;
	struct goelf_err err;
	if (!args[0] || !args[1])
		return 2;
	const char *names[] = { args[0], args[1] };
	if (goelf_find(g, names, 2, f) != 2) {
		puts("not found");
		return 1;
	}
	unsigned nth = args[2] ? (unsigned)atoi(args[2]) : 0;
	printf("calls %d\n", goelf_count_calls(g, &f[0], f[1].vaddr));
	if (goelf_call_result_site(g, &f[0], f[1].vaddr, nth, &s, &err))
		return complain(&err);
	print_result(&s);
	return 0;
}

static int dump_method_result(struct goelf *g, char **args)
{
	struct goelf_func f;
	struct goelf_site s;
	struct goelf_err err;
	if (count(args) < 4)
		return 2;
	const char *name = args[0];
	goelf_find(g, &name, 1, &f);
	if (goelf_iface_call_result_site(g, &f, args[1], args[2], args[3], &s, &err))
		return complain(&err);
	print_result(&s);
	return 0;
}

static void print_field(struct goelf *g, const char *path, const struct goelf_field *f)
{
	struct goelf_type_info t;
	goelf_type_info(g, f->type, &t);
	printf("%s %" PRIu64 " %" PRIu64 " %s%s %s\n", path, f->offset, f->size,
	       goelf_kind_name(f->kind), f->embedded ? " embedded" : "", t.text);
}

static int dump_type(struct goelf *g, char **args)
{
	goelf_type t;
	struct goelf_type_info in;
	struct goelf_field f;
	struct goelf_err err;
	if (!args[0] || !args[1])
		return 2;
	if (goelf_type_find(g, args[0], args[1], &t, &err))
		return complain(&err);
	goelf_type_info(g, t, &in);
	printf("%#" PRIx64 " %s %s size %" PRIu64 "\n", t, in.text, goelf_kind_name(in.kind),
	       in.size);
	for (unsigned i = 0; i < in.nfields; i++)
		if (!goelf_type_field(g, t, i, &f))
			print_field(g, f.name, &f);
	return 0;
}

static int on_type(goelf_type type, void *ctx)
{
	struct goelf_type_info in;
	struct goelf_field f;
	if (goelf_type_info(ctx, type, &in))
		return 0;
	for (unsigned i = 0; i < in.nfields; i++)
		if (!goelf_type_field(ctx, type, i, &f))
			printf("%s%s%s\t%s\t%" PRIu64 "\n", in.pkg, *in.pkg ? "." : "", in.name,
			       f.name, f.offset);
		else
			printf("%s%s%s\tbad field\t%u\n", in.pkg, *in.pkg ? "." : "", in.name, i);
	return 0;
}

static int dump_types(struct goelf *g, char **args)
{
	(void)args;
	return goelf_each_type(g, on_type, g);
}

static int dump_field(struct goelf *g, char **args)
{
	int code = 0;
	if (!args[0] || !args[1])
		return 2;
	for (char **path = args + 2; *path; path++) {
		struct goelf_field f;
		struct goelf_err err;
		if (goelf_field(g, args[0], args[1], *path, &f, &err))
			code = complain(&err);
		else
			print_field(g, *path, &f);
	}
	return code;
}

static int dump_chain(struct goelf *g, char **args)
{
	goelf_type t;
	struct goelf_chain c;
	struct goelf_err err;
	if (count(args) < 3)
		return 2;
	if (goelf_type_find(g, args[0], args[1], &t, &err) ||
	    goelf_type_chain(g, t, args[2], &c, &err))
		return complain(&err);
	for (unsigned i = 0; i < c.n; i++)
		printf("%" PRIu64 " ", c.off[i]);
	print_field(g, args[2], &c.field);
	return 0;
}

static int dump_itab(struct goelf *g, char **args)
{
	uint64_t itab;
	struct goelf_err err;
	if (count(args) < 4)
		return 2;
	if (goelf_itab(g, args[0], args[1], args[2], args[3], &itab, &err))
		return complain(&err);
	printf("%#" PRIx64 "\n", itab);
	return 0;
}

static int on_itab(uint64_t itab, goelf_type iface, goelf_type type, void *ctx)
{
	struct goelf_type_info a, b;
	if (!goelf_type_info(ctx, iface, &a) && !goelf_type_info(ctx, type, &b))
		printf("%#" PRIx64 " %s|%s\n", itab, a.text, b.text);
	return 0;
}

static int dump_itabs(struct goelf *g, char **args)
{
	(void)args;
	return goelf_each_itab(g, on_itab, g);
}

static int dump_lines(struct goelf *g, char **args)
{
	for (; *args; args++) {
		struct goelf_line l[16];
		int n = goelf_lines_at(g, strtoull(*args, NULL, 0), l, 16);
		for (int i = 0; i < n; i++)
			printf("%s %s:%u\n", l[i].func, l[i].file, l[i].line);
	}
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct goelf *g, char **args);
} verbs[] = {
	{ "info", dump_info }, { "funcs", dump_funcs }, { "find", dump_find },
	{ "rets", dump_rets },
	{ "result", dump_result },
	{ "method-result", dump_method_result }, { "type", dump_type }, { "field", dump_field },
	{ "types", dump_types }, { "chain", dump_chain }, { "itab", dump_itab },
	{ "itabs", dump_itabs }, { "lines", dump_lines },
};

int main(int argc, char **argv)
{
	struct goelf *g;
	struct goelf_err err;
	const char *verb = argc > 2 ? argv[2] : "info";
	int fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1, code = 2;
	if (fd < 0) {
		fprintf(stderr, "usage: goelf-dump BINARY [VERB ARG...]\n");
		return 2;
	}
	if (goelf_open(fd, argv[1], &g, &err))
		return complain(&err);
	close(fd);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strcmp(verb, verbs[i].name))
			code = verbs[i].run(g, argc > 3 ? argv + 3 : argv + argc);
	goelf_close(g);
	return code;
}
