/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening and closing, errors, and the pool of strings handed out. */
#include "goelf-int.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	int code;
} errkinds[] = {
	[GOELF_OK] = { "ok", 0 },
	[GOELF_ERR_IO] = { "io", -EIO },
	[GOELF_ERR_NOT_ELF] = { "not_elf", -ENOEXEC },
	[GOELF_ERR_CORRUPT] = { "corrupt", -EBADMSG },
	[GOELF_ERR_ARCH] = { "arch", -EPFNOSUPPORT },
	[GOELF_ERR_NOT_GO] = { "not_go", -ENOMSG },
	[GOELF_ERR_NO_PCLNTAB] = { "no_pclntab", -ENODATA },
	[GOELF_ERR_UNSUPPORTED] = { "unsupported", -EOPNOTSUPP },
	[GOELF_ERR_NOT_FOUND] = { "not_found", -ENOENT },
	[GOELF_ERR_REFUSED] = { "refused", -EPERM },
	[GOELF_ERR_MEMORY] = { "memory", -ENOMEM },
};
_Static_assert(sizeof(errkinds) / sizeof(*errkinds) == GOELF_ERR_N, "one row a kind");

const char *goelf_errkind_name(enum goelf_errkind kind)
{
	return (unsigned)kind < GOELF_ERR_N ? errkinds[kind].name : "?";
}

int goelf_fail(const struct goelf *g, struct goelf_err *err, enum goelf_errkind kind,
	       const char *fmt, ...)
{
	if (err) {
		int n = snprintf(err->text, sizeof(err->text), "%s: ", g->path ? g->path : "?");
		size_t used = n < 0 ? 0 : (size_t)n;
		if (used >= sizeof(err->text))
			used = 0;
		va_list ap;
		va_start(ap, fmt);
		vsnprintf(err->text + used, sizeof(err->text) - used, fmt, ap);
		va_end(ap);
		err->kind = kind;
	}
	return errkinds[kind].code;
}

/* Strings handed out are copied here: few (names found, versions), so blocks stay small. */
struct pool_block {
	struct pool_block *next;
	size_t used, size;
	char bytes[];
};

static struct pool_block *pool_room(struct goelf *g, size_t need)
{
	struct pool_block *b = g->pool;
	if (b && b->size - b->used >= need)
		return b;
	size_t size = need > 4000 ? need : 4000;
	b = malloc(sizeof(*b) + size);
	if (!b)
		return NULL;
	*b = (struct pool_block){ .next = g->pool, .size = size };
	g->pool = b;
	return b;
}

const char *pool_copy(struct goelf *g, const char *s, size_t len)
{
	struct pool_block *b = len ? pool_room(g, len + 1) : NULL;
	if (!b)
		return "";
	char *to = b->bytes + b->used;
	memcpy(to, s, len);
	to[len] = 0;
	b->used += len + 1;
	return to;
}

void pool_free(struct goelf *g)
{
	while (g->pool) {
		struct pool_block *next = g->pool->next;
		free(g->pool);
		g->pool = next;
	}
}

static int fail_io(struct goelf *g, int code, struct goelf_err *err)
{
	if (code == -EINVAL)
		return goelf_fail(g, err, GOELF_ERR_IO, "not a regular file");
	if (code == -EFBIG)
		return goelf_fail(g, err, GOELF_ERR_UNSUPPORTED, "larger than 4 GiB");
	if (code == -ENOMEM)
		return goelf_fail(g, err, GOELF_ERR_MEMORY, "out of memory");
	return goelf_fail(g, err, GOELF_ERR_IO, "cannot be read: %s", strerror(-code));
}

static int fail_pclntab(struct goelf *g, struct goelf_err *err)
{
	if (g->img.failed)
		return goelf_fail(g, err, GOELF_ERR_IO, "cannot be read to its end");
	if (!g->bi.found && !elf_looks_go(g))
		return goelf_fail(g, err, GOELF_ERR_NOT_GO, "not built by Go");
	return goelf_fail(g, err, GOELF_ERR_NO_PCLNTAB, "built by Go, but no function table "
			  "(pclntab) that Go 1.16 to 1.27 would write: obfuscated or damaged");
}

static int open_go(struct goelf *g, struct goelf_err *err)
{
	int code = elf_read(g, err);
	if (code)
		return code;
	if (g->elf.has_sections && !elf_looks_go(g))
		return goelf_fail(g, err, GOELF_ERR_NOT_GO, "not built by Go");
	buildinfo_read(g);
	if (!pclntab_open(g))
		return fail_pclntab(g, err);
	if (!moduledata_open(g))
		return goelf_fail(g, err, GOELF_ERR_UNSUPPORTED, "no module data that fits its "
				  "function table (%s)", *g->bi.go_version ? g->bi.go_version :
				  "unknown Go version");
	/* Up to Go 1.17 it holds pointers, which may have waited for relocation. */
	if (g->bi.found && !*g->bi.go_version)
		buildinfo_read(g);
	return 0;
}

int goelf_open(int fd, const char *shown_path, struct goelf **out, struct goelf_err *err)
{
	static const struct goelf nobody;
	*out = NULL;
	if (err)
		*err = (struct goelf_err){ .kind = GOELF_OK };
	struct goelf *g = calloc(1, sizeof(*g));
	if (!g)
		return goelf_fail(&nobody, err, GOELF_ERR_MEMORY, "out of memory");
	g->path = strdup(shown_path);
	int code = image_open(&g->img, fd);
	code = code ? fail_io(g, code, err) : open_go(g, err);
	if (code)
		goelf_close(g);
	else
		*out = g;
	return code;
}

void goelf_close(struct goelf *g)
{
	if (!g)
		return;
	types_free(g);
	buildinfo_free(&g->bi);
	pool_free(g);
	image_close(&g->img);
	free(g->path);
	free(g);
}
