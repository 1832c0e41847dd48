/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Debug information, of which LLVM makes BTF: programs with a named parameter
 * (the kernel refuses them otherwise), maps that only the script knows, and the
 * script's line of every instruction, which the verifier's log then cites.
 *
 * The log shows the line's text if LLVM can read the file. What has no file (-e,
 * standard input) is put into a memfd, whose name is its number in /proc/self/fd.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "gen.h"

#define DW_ATE_SIGNED 5
#define PRODUCER "gtrace"

static LLVMMetadataRef di_file(struct gen *g, const char *name, const char *dir)
{
	return LLVMDIBuilderCreateFile(g->di, name, strlen(name), dir, strlen(dir));
}

/* The script in a memfd. It stays open until the child ends. */
static LLVMMetadataRef text_file(struct gen *g, const struct source *s)
{
	int fd = memfd_create("script", 0);
	char name[16];

	if (fd < 0 || write(fd, s->text, s->len) != (ssize_t)s->len)
		return di_file(g, s->name, ".");
	snprintf(name, sizeof(name), "%d", fd);
	return di_file(g, name, "/proc/self/fd");
}

static LLVMMetadataRef script_file(struct gen *g)
{
	const struct source *s = g->p->script->source;
	char dir[4096];

	if (s->name[0] == '/')
		return di_file(g, s->name, "");
	if (!access(s->name, R_OK) && getcwd(dir, sizeof(dir)))
		return di_file(g, s->name, dir);
	return text_file(g, s);
}

int btf_open(struct gen *g)
{
	g->di = LLVMCreateDIBuilder(g->m);
	g->file = script_file(g);
	/* Full and not just lines: LLVM makes no BTF of less. */
	g->cu = LLVMDIBuilderCreateCompileUnit(g->di, LLVMDWARFSourceLanguageC99, g->file, PRODUCER,
					       strlen(PRODUCER), 1, "", 0, 0, "", 0,
					       LLVMDWARFEmissionFull, 0, 0, 0, "", 0, "", 0);
	g->di_int = LLVMDIBuilderCreateBasicType(g->di, "int", 3, 32, DW_ATE_SIGNED, 0);
	g->di_voidp = LLVMDIBuilderCreatePointerType(g->di, NULL, 64, 64, 0, "", 0);
	return 0;
}

static void enter_scope(struct gen *g, LLVMValueRef fn, const char *name, unsigned line,
			unsigned params)
{
	LLVMMetadataRef types[] = { g->di_int, g->di_voidp }, type;

	type = LLVMDIBuilderCreateSubroutineType(g->di, g->file, types, 1 + params, 0);
	g->scope = LLVMDIBuilderCreateFunction(g->di, g->file, name, strlen(name), name,
					       strlen(name), g->file, line, type, 0, 1, line, 0, 1);
	LLVMSetSubprogram(fn, g->scope);
}

/* A subprogram has no line of the script: 0. Parameters would need names; nobody asks for them. */
void btf_subprogram(struct gen *g, LLVMValueRef fn, const char *name)
{
	enter_scope(g, fn, name, 0, 0);
	LLVMSetCurrentDebugLocation2(
		g->b, LLVMDIBuilderCreateDebugLocation(g->c, 0, 0, g->scope, NULL));
}

void btf_function(struct gen *g, LLVMValueRef fn, const char *name, struct span span)
{
	struct place at = source_place(g->p->script->source, span.from);

	enter_scope(g, fn, name, at.line, 1);
	LLVMDIBuilderCreateParameterVariable(g->di, g->scope, "ctx", 3, 1, g->file, at.line,
					     g->di_voidp, 1, 0);
	btf_at(g, span);
}

void btf_at(struct gen *g, struct span span)
{
	struct place at = source_place(g->p->script->source, span.from);

	LLVMSetCurrentDebugLocation2(g->b, LLVMDIBuilderCreateDebugLocation(
						   g->c, at.line, at.col, g->scope, NULL));
}

/* ---- maps: struct { int (*type)[T]; int (*max_entries)[N]; … } ---- */

#define MEMBERS 5

static LLVMMetadataRef number_member(struct gen *g, const char *name, unsigned i, unsigned n)
{
	LLVMMetadataRef range = LLVMDIBuilderGetOrCreateSubrange(g->di, 0, n), array, pointer;

	array = LLVMDIBuilderCreateArrayType(g->di, n * 32ull, 32, g->di_int, &range, 1);
	pointer = LLVMDIBuilderCreatePointerType(g->di, array, 64, 64, 0, "", 0);
	return LLVMDIBuilderCreateMemberType(g->di, g->file, name, strlen(name), g->file, 0, 64, 64,
					     i * 64, 0, pointer);
}

static LLVMValueRef map_global(struct gen *g, const char *name)
{
	LLVMTypeRef members[MEMBERS] = { g->ptr, g->ptr, g->ptr, g->ptr, g->ptr }, type;
	LLVMValueRef v = LLVMGetNamedGlobal(g->m, name);

	if (!v) {
		type = LLVMStructTypeInContext(g->c, members, MEMBERS, 0);
		v = LLVMAddGlobal(g->m, type, name);
	}
	LLVMSetInitializer(v, LLVMConstNull(LLVMGlobalGetValueType(v)));
	LLVMSetSection(v, ".maps");
	LLVMSetAlignment(v, 8);
	return v;
}

void btf_map(struct gen *g, const char *name, unsigned type, unsigned max_entries,
	     unsigned key_size, unsigned value_size, unsigned flags)
{
	static const char *const names[MEMBERS] = { "type", "max_entries", "key_size", "value_size",
						    "map_flags" };
	const unsigned values[MEMBERS] = { type, max_entries, key_size, value_size, flags };
	LLVMMetadataRef m[MEMBERS], record, none, expr;
	LLVMValueRef v = map_global(g, name);

	for (unsigned i = 0; i < MEMBERS; i++)
		m[i] = number_member(g, names[i], i, values[i]);
	record = LLVMDIBuilderCreateStructType(g->di, g->file, "", 0, g->file, 0, MEMBERS * 64, 64,
					       0, NULL, m, MEMBERS, 0, NULL, "", 0);
	none = LLVMDIBuilderCreateExpression(g->di, NULL, 0);
	expr = LLVMDIBuilderCreateGlobalVariableExpression(g->di, g->cu, name, strlen(name), "", 0,
							   g->file, 0, record, 0, none, NULL, 64);
	LLVMGlobalSetMetadata(v, LLVMGetMDKindID("dbg", 3), expr);
}

void btf_close(struct gen *g)
{
	LLVMDIBuilderFinalize(g->di);
	LLVMDisposeDIBuilder(g->di);
}
