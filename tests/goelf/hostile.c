/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hostile BINARY [ROUNDS]: cut a Go binary off at many lengths and flip its bytes in many
 * ways; each time ask everything. It must answer or refuse with a reason, and not crash.
 * Prints TAP. The places to flip come from a fixed seed: a failure repeats.
 */
#define _GNU_SOURCE
#include "../../src/goelf/goelf.h"
#include "../unit/tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned char *bytes;
static size_t size;
static int memfd;
static unsigned kinds[GOELF_ERR_N];
static bool wrong;

static uint64_t seed = 88172645463325252ULL;

static uint64_t random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static int on_func(const struct goelf_func *f, void *ctx)
{
	struct goelf_site s[4];
	struct goelf_err err;
	if (f->vaddr % 512 || (!goelf_site(ctx, f, s, &err) && s[0].vaddr >= f->vaddr))
		return 0;
	goelf_rets(ctx, f, s, 4);
	wrong |= !*err.text;
	return 0;
}

static int on_type(goelf_type type, void *ctx)
{
	struct goelf_type_info in;
	struct goelf_field f;
	for (unsigned i = 0; !goelf_type_info(ctx, type, &in) && i < in.nfields && i < 4; i++)
		goelf_type_field(ctx, type, i, &f);
	return 0;
}

static void ask(struct goelf *g)
{
	static const char *const names[] = { "main.caller", "main.work", "runtime.newproc1" };
	struct goelf_func f[3];
	struct goelf_info in;
	struct goelf_site s;
	struct goelf_line l[4];
	uint64_t v;
	goelf_info(g, &in);
	if (goelf_find(g, names, 3, f) >= 0) {
		goelf_call_result_site(g, &f[0], f[1].vaddr, 0, &s, NULL);
		goelf_lines_at(g, f[0].vaddr + 9, l, 4);
		goelf_count_inlined(g, f, 3);
	}
	goelf_each_func(g, NULL, on_func, g);
	goelf_field_offset(g, "runtime", "g", "goid", &v, NULL);
	goelf_itab(g, "", "error", "context", "deadlineExceededError", &v, NULL);
	goelf_each_type(g, on_type, g);
}

static void try_it(void)
{
	struct goelf *g;
	struct goelf_err err;
	int code = goelf_open(memfd, "it", &g, &err);
	wrong |= code ? code > 0 || g || !*err.text || err.kind == GOELF_OK : !g;
	kinds[err.kind]++;
	if (!code)
		ask(g);
	goelf_close(g);
}

static void put(size_t off, const void *from, size_t n)
{
	wrong |= pwrite(memfd, from, n, (off_t)off) != (ssize_t)n;
}

static void report(const char *what)
{
	ok(!wrong, "%s: answers or refuses", what);
	printf("#");
	for (int k = 0; k < GOELF_ERR_N; k++)
		if (kinds[k])
			printf(" %s %u", goelf_errkind_name((enum goelf_errkind)k), kinds[k]);
	puts("");
	memset(kinds, 0, sizeof(kinds));
	wrong = false;
}

static void cut(size_t len)
{
	wrong |= ftruncate(memfd, (off_t)len) != 0;
	try_it();
	put(0, bytes, size);
}

static void flip(unsigned n, size_t within)
{
	size_t where[64];
	for (unsigned i = 0; i < n; i++) {
		unsigned char b = (unsigned char)random64();
		where[i] = (size_t)(random64() % within);
		put(where[i], &b, 1);
	}
	try_it();
	for (unsigned i = 0; i < n; i++)
		put(where[i], bytes + where[i], 1);
}

static bool load(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	memfd = memfd_create("hostile", MFD_CLOEXEC);
	if (fd < 0 || memfd < 0 || fstat(fd, &st))
		return false;
	size = (size_t)st.st_size;
	bytes = malloc(size);
	bool good = bytes && read(fd, bytes, size) == (ssize_t)size;
	put(0, bytes, size);
	close(fd);
	return good && !wrong;
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 2 ? (unsigned)atoi(argv[2]) : 60;
	if (argc < 2 || !load(argv[1])) {
		fprintf(stderr, "usage: hostile BINARY [ROUNDS]\n");
		return 2;
	}
	try_it();
	ok(kinds[GOELF_OK] == 1, "the binary itself is understood");
	report("untouched");
	for (size_t len = 0; len < 1024; len += 13)
		cut(len);
	ok(!kinds[GOELF_OK], "no binary cut in its headers opens");
	report("cut in its headers");
	for (unsigned i = 0; i < rounds; i++)
		cut((size_t)(random64() % size));
	report("cut anywhere");
	for (unsigned i = 0; i < rounds; i++)
		flip(1 + i % 4, 1024);
	report("flipped headers");
	for (unsigned i = 0; i < rounds; i++)
		flip(64, size);
	report("flipped anywhere");
	return done_testing();
}
