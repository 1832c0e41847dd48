/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the binary is: versions, modules, build id, whether it links grpc-go. */
#define _GNU_SOURCE
#include "goelf-int.h"

#include <ctype.h>
#include <elf.h>
#include <string.h>

static const char grpc_path[] = "google.golang.org/grpc";
static const char transport[] = "google.golang.org/grpc/internal/transport.";
/* The client's user agent, a constant of internal/transport; strings are packed, so digits
 * and dots are all that surely belongs to it. */
static const char user_agent[] = "grpc-go/1.";
static const char file_mark[] = "google.golang.org/grpc@v";

static const char *grpc_of_modules(struct goelf *g)
{
	const char *v = buildinfo_module(g, grpc_path);
	if (!v || !*v)
		return NULL;
	return *v == 'v' ? v + 1 : v;
}

/* "1.33.3" out of "1.33.3grpc: ..." */
static const char *copy_digits(struct goelf *g, uint64_t at)
{
	char v[16];
	size_t n = 0;
	struct rd r = rd_over(&g->img, at, g->img.size - at);
	unsigned dots = 0;
	while (n < sizeof(v)) {
		unsigned char c = rd_u8(&r);
		dots += c == '.';
		if (!(isdigit(c) || c == '.') || dots > 2)
			break;
		v[n++] = (char)c;
	}
	while (n && v[n - 1] == '.')
		n--;
	return n ? pool_copy(g, v, n) : NULL;
}

static const char *grpc_of_user_agent(struct goelf *g)
{
	for (unsigned i = 0; i < g->elf.nsegs; i++) {
		const struct segment *s = &g->elf.segs[i];
		if (s->flags & PF_X)
			continue;
		uint64_t at = image_find(&g->img, s->offset, s->filesz, user_agent,
					 sizeof(user_agent) - 1);
		if (at == UINT64_MAX)
			continue;
		const char *v = copy_digits(g, at + sizeof(user_agent) - 3);
		if (v && strchr(v + 2, '.'))
			return v;
	}
	return NULL;
}

static const char *grpc_of_files(struct goelf *g)
{
	uint64_t at = image_find(&g->img, g->pcln.filetab, g->pcln.pctab - g->pcln.filetab,
				 file_mark, sizeof(file_mark) - 1);
	if (at == UINT64_MAX)
		return NULL;
	size_t len;
	at += sizeof(file_mark) - 1;
	struct rd r = rd_over(&g->img, at, g->pcln.pctab - at);
	const char *v = rd_cstr(&r, 4096, &len);
	return v ? pool_copy(g, v, strcspn(v, "/")) : NULL;
}

static void read_grpc(struct goelf *g, struct goelf_info *in)
{
	static const struct {
		const char *(*of)(struct goelf *g);
		enum goelf_grpc_source source;
	} ways[] = {
		{ grpc_of_modules, GOELF_GRPC_MODULE },
		{ grpc_of_user_agent, GOELF_GRPC_USER_AGENT },
		{ grpc_of_files, GOELF_GRPC_FILES },
	};
	in->grpc_version = "";
	in->has_grpc = image_find(&g->img, g->pcln.funcname, g->pcln.funcname_len, transport,
				  sizeof(transport) - 1) != UINT64_MAX;
	for (size_t i = 0; in->has_grpc && i < sizeof(ways) / sizeof(*ways); i++) {
		const char *v = ways[i].of(g);
		if (!v)
			continue;
		in->grpc_version = v;
		in->grpc_source = ways[i].source;
		return;
	}
}

/* "mod\tPATH\tVERSION\tSUM"; a main package without module has only a "path" line. */
static void read_main(struct goelf *g, struct goelf_info *in)
{
	in->main_module = in->main_version = "";
	const char *mods = g->bi.mods ? g->bi.mods : "";
	const char *mod = strncmp(mods, "mod\t", 4) ? strstr(mods, "\nmod\t") : mods;
	if (!mod)
		return;
	mod = strchr(mod, '\t') + 1;
	size_t n = strcspn(mod, "\t\n");
	in->main_module = pool_copy(g, mod, n);
	if (mod[n] == '\t')
		in->main_version = pool_copy(g, mod + n + 1, strcspn(mod + n + 1, "\t\n"));
}

int goelf_info(struct goelf *g, struct goelf_info *info)
{
	struct goelf_info *in = &g->info;
	if (!g->info_done) {
		in->go_version = g->bi.go_version;
		in->go_major = g->bi.major;
		in->go_minor = g->bi.minor;
		read_main(g, in);
		read_grpc(g, in);
		in->build_id_is_gnu = g->elf.gnu_build_id && *g->elf.gnu_build_id;
		in->build_id = in->build_id_is_gnu ? g->elf.gnu_build_id : g->elf.go_build_id;
		in->build_id = in->build_id ? in->build_id : "";
		in->is_pie = g->elf.is_pie;
		in->pgo = buildinfo_setting(g, "-pgo");
		in->pgo = in->pgo ? in->pgo : "";
		in->text_start = g->md.text;
		in->text_end = g->md.etext;
		in->nfuncs = g->pcln.nfunc;
		g->info_done = true;
	}
	*info = *in;
	return 0;
}
