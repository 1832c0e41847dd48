/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Types and fields as callers ask for them: by name, by path. */
#include "goelf-int.h"

#include <errno.h>
#include <string.h>

static const char *const kind_names[GOELF_KIND_N] = {
	"invalid", "bool", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16",
	"uint32", "uint64", "uintptr", "float32", "float64", "complex64", "complex128", "array",
	"chan", "func", "interface", "map", "pointer", "slice", "string", "struct",
	"unsafe.Pointer",
};

const char *goelf_kind_name(enum goelf_kind kind)
{
	return (unsigned)kind < GOELF_KIND_N ? kind_names[kind] : "?";
}

static int no_types(struct goelf *g, struct goelf_err *err)
{
	if (g->img.failed)
		return goelf_fail(g, err, GOELF_ERR_IO, "cannot be read to its end");
	return goelf_fail(g, err, GOELF_ERR_UNSUPPORTED, "its type descriptors are not laid out as "
			  "in Go 1.17 to 1.27 (%s)",
			  *g->bi.go_version ? g->bi.go_version : "unknown Go version");
}

int goelf_type_find(struct goelf *g, const char *pkg, const char *name, goelf_type *out,
		    struct goelf_err *err)
{
	bool star = *name == '*';
	const char *dot = *pkg ? "." : "";
	*out = 0;
	if (!types_ready(g))
		return no_types(g, err);
	uint64_t t = types_find(g, pkg, name + star);
	if (t == 1)
		return goelf_fail(g, err, GOELF_ERR_REFUSED, "several types are named %s%s%s", pkg,
				  dot, name + star);
	if (t && star)
		t = types_pointer_to(g, t);
	if (!t)
		return goelf_fail(g, err, GOELF_ERR_NOT_FOUND, "no type %s%s%s%s", star ? "*" : "",
				  pkg, dot, name + star);
	*out = t;
	return 0;
}

static const char *copy(struct goelf *g, struct gostr s)
{
	return s.s ? pool_copy(g, s.s, s.len) : "";
}

int goelf_type_info(struct goelf *g, goelf_type type, struct goelf_type_info *out)
{
	struct rtype t;
	*out = (struct goelf_type_info){ .pkg = "", .name = "", .text = "" };
	if (!g->md.layout || !rtype_read(g, type, &t) || !rtype_text(g, &t).s)
		return -EINVAL;
	*out = (struct goelf_type_info){
		.type = type, .kind = (enum goelf_kind)t.kind, .size = t.size,
		.pkg = copy(g, rtype_pkg(g, &t)), .name = copy(g, rtype_name(g, &t)),
		.text = copy(g, rtype_text(g, &t)), .elem = t.elem, .key = t.key,
		.len = t.kind == GOELF_KIND_ARRAY ? t.len : 0,
		.nfields = t.kind == GOELF_KIND_STRUCT ? (unsigned)t.len : 0,
	};
	return 0;
}

/* Offset plus size must stay inside of the struct, else the layout is not what we think. */
static bool fill_field(struct goelf *g, const struct rtype *outer, const struct rfield *f,
		       uint64_t base, struct goelf_field *out)
{
	struct rtype t;
	if (!rtype_read(g, f->type, &t) || t.size > outer->size - f->offset)
		return false;
	*out = (struct goelf_field){
		.offset = base + f->offset, .size = t.size, .kind = (enum goelf_kind)t.kind,
		.type = f->type, .embedded = f->embedded,
	};
	return true;
}

int goelf_type_field(struct goelf *g, goelf_type type, unsigned i, struct goelf_field *out)
{
	struct rtype t;
	struct rfield f;
	*out = (struct goelf_field){ .name = "" };
	if (!g->md.layout || !rtype_read(g, type, &t) || !rtype_field(g, &t, i, &f) ||
	    !fill_field(g, &t, &f, 0, out))
		return -EINVAL;
	out->name = copy(g, f.name);
	return 0;
}

/* ------------------------------------------------------------------------ paths */

enum find_result { FIELD_NONE, FIELD_FOUND, FIELD_BAD, FIELD_AMBIGUOUS, FIELD_TOO_FAR };
enum { MAX_DEPTH = 4, MAX_LOOKS = 1 << 20 };	/* made-up structs may embed each other */

static void step_into(struct goelf_chain *c, uint64_t off)
{
	c->off[c->n - 1] += off;
}

static bool step_through(struct goelf_chain *c)
{
	if (c->n == GOELF_CHAIN_MAX)
		return false;
	c->off[c->n++] = 0;
	return true;
}

static enum find_result find_direct(struct goelf *g, const struct rtype *t, struct gostr name,
				    struct goelf_chain *c)
{
	for (uint64_t i = 0; i < t->len; i++) {
		struct rfield f;
		if (g->looks++ > MAX_LOOKS || !rtype_field(g, t, i, &f))
			return FIELD_BAD;
		if (f.name.len != name.len || memcmp(f.name.s, name.s, name.len))
			continue;
		step_into(c, f.offset);
		return fill_field(g, t, &f, c->off[c->n - 1] - f.offset, &c->field) ? FIELD_FOUND :
										      FIELD_BAD;
	}
	return FIELD_NONE;
}

static enum find_result find_in(struct goelf *g, uint64_t type, struct gostr name, unsigned depth,
				struct goelf_chain *c);

static enum find_result find_through(struct goelf *g, const struct rfield *f, struct gostr name,
				     unsigned depth, struct goelf_chain *c)
{
	struct rtype t;
	if (!f->embedded || !rtype_read(g, f->type, &t))
		return FIELD_NONE;
	step_into(c, f->offset);
	if (t.kind != GOELF_KIND_POINTER)
		return find_in(g, f->type, name, depth, c);
	return step_through(c) ? find_in(g, t.elem, name, depth, c) : FIELD_TOO_FAR;
}

/* Look exactly DEPTH embeddings down, as the language's rule of the shallowest field does. */
static enum find_result find_in(struct goelf *g, uint64_t type, struct gostr name, unsigned depth,
				struct goelf_chain *c)
{
	struct rtype t;
	const struct goelf_chain start = *c;
	enum find_result res = FIELD_NONE;
	if (!rtype_read(g, type, &t) || t.kind != GOELF_KIND_STRUCT)
		return FIELD_NONE;
	if (!depth)
		return find_direct(g, &t, name, c);
	for (uint64_t i = 0; i < t.len; i++) {
		struct rfield f;
		struct goelf_chain here = start;
		if (g->looks++ > MAX_LOOKS || !rtype_field(g, &t, i, &f))
			return FIELD_BAD;
		enum find_result one = find_through(g, &f, name, depth - 1, &here);
		if (one == FIELD_NONE)
			continue;
		if (res != FIELD_NONE)
			return FIELD_AMBIGUOUS;
		res = one;
		*c = here;
	}
	return res;
}

static enum find_result find_field(struct goelf *g, uint64_t type, struct gostr name,
				   struct goelf_chain *c)
{
	enum find_result res = FIELD_NONE;
	for (unsigned depth = 0; res == FIELD_NONE && depth <= MAX_DEPTH; depth++)
		res = find_in(g, type, name, depth, c);
	return res;
}

static int field_error(struct goelf *g, struct goelf_err *err, enum find_result res,
		       uint64_t type, const char *path, size_t upto)
{
	struct rtype t;
	struct gostr s = rtype_read(g, type, &t) ? rtype_text(g, &t) : (struct gostr){ "?", 1 };
	int n = s.s ? (int)(s.len < 80 ? s.len : 80) : 0;
	int m = (int)(upto < 80 ? upto : 80);
	const char *text = s.s ? s.s : "";
	if (res == FIELD_AMBIGUOUS)
		return goelf_fail(g, err, GOELF_ERR_REFUSED, "%.*s: field '%.*s' is ambiguous", n,
				  text, m, path);
	if (res == FIELD_TOO_FAR)
		return goelf_fail(g, err, GOELF_ERR_REFUSED, "%.*s: '%.*s' is more than %d "
				  "pointers away", n, text, m, path, GOELF_CHAIN_MAX - 1);
	if (res == FIELD_BAD)
		return goelf_fail(g, err, GOELF_ERR_CORRUPT, "%.*s: its fields cannot be read", n,
				  text);
	return goelf_fail(g, err, GOELF_ERR_NOT_FOUND, "%.*s has no field '%.*s'", n, text, m,
			  path);
}

/* The struct to go on in behind a field; a pointer to one adds a step. 0: there is none. */
static uint64_t next_struct(struct goelf *g, struct goelf_chain *c)
{
	struct rtype t;
	if (c->field.kind == GOELF_KIND_STRUCT)
		return c->field.type;
	if (c->field.kind != GOELF_KIND_POINTER || !rtype_read(g, c->field.type, &t) ||
	    !step_through(c))
		return 0;
	return t.elem;
}

static uint64_t pointee(struct goelf *g, uint64_t type)
{
	struct rtype t;
	return rtype_read(g, type, &t) && t.kind == GOELF_KIND_POINTER ? t.elem : type;
}

int goelf_type_chain(struct goelf *g, goelf_type type, const char *path, struct goelf_chain *out,
		     struct goelf_err *err)
{
	const char *p = path;
	*out = (struct goelf_chain){ .n = 1, .field.name = "" };
	if (!g->md.layout)
		return no_types(g, err);
	g->looks = 0;
	uint64_t at = pointee(g, type);
	for (;;) {
		size_t n = strcspn(p, ".");
		enum find_result res = find_field(g, at, (struct gostr){ p, n }, out);
		if (res != FIELD_FOUND)
			return field_error(g, err, res, at, p, n);
		if (!p[n])
			break;
		at = next_struct(g, out);
		if (!at)
			return goelf_fail(g, err, GOELF_ERR_REFUSED, "'%.80s': '%.*s' is of kind "
					  "%s, which has no fields", path,
					  (int)(n < 80 ? n : 80), p,
					  goelf_kind_name(out->field.kind));
		p += n + 1;
	}
	out->field.name = pool_copy(g, p, strlen(p));
	return 0;
}

int goelf_type_path(struct goelf *g, goelf_type type, const char *path, struct goelf_field *out,
		    struct goelf_err *err)
{
	struct goelf_chain c;
	int code = goelf_type_chain(g, type, path, &c, err);
	*out = (struct goelf_field){ .name = "" };
	if (!code && c.n > 1)
		return goelf_fail(g, err, GOELF_ERR_REFUSED, "field '%.80s' lies behind a pointer",
				  path);
	if (!code)
		*out = c.field;
	return code;
}

int goelf_field(struct goelf *g, const char *pkg, const char *type, const char *path,
		struct goelf_field *out, struct goelf_err *err)
{
	goelf_type t;
	int code = goelf_type_find(g, pkg, type, &t, err);
	return code ? code : goelf_type_path(g, t, path, out, err);
}

int goelf_field_offset(struct goelf *g, const char *pkg, const char *type, const char *path,
		       uint64_t *off, struct goelf_err *err)
{
	struct goelf_field f;
	int code = goelf_field(g, pkg, type, path, &f, err);
	*off = code ? 0 : f.offset;
	return code;
}

int goelf_field_kind(struct goelf *g, const char *pkg, const char *type, const char *path,
		     enum goelf_kind *kind, struct goelf_err *err)
{
	struct goelf_field f;
	int code = goelf_field(g, pkg, type, path, &f, err);
	*kind = code ? GOELF_KIND_INVALID : f.kind;
	return code;
}

int goelf_struct_size(struct goelf *g, const char *pkg, const char *type, uint64_t *size,
		      struct goelf_err *err)
{
	goelf_type t;
	struct goelf_type_info info;
	*size = 0;
	int code = goelf_type_find(g, pkg, type, &t, err);
	if (code)
		return code;
	if (goelf_type_info(g, t, &info))
		return goelf_fail(g, err, GOELF_ERR_CORRUPT, "%s.%s cannot be read", pkg, type);
	*size = info.size;
	return 0;
}
