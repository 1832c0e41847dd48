/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GOELF_H
#define GOELF_H
/*
 * goelf: a Go binary on disk -> facts. Reads an unmodified, usually stripped, linux/amd64
 * executable of Go 1.17 to 1.27 and answers where its functions are, where they can be
 * probed, and how its structs are laid out. Knows nothing of BPF, processes or gRPC events.
 *
 * All addresses ("vaddr") are link-time addresses of the file: a position independent
 * process adds its load bias. All offsets and sizes are in bytes.
 *
 * Functions return 0, or a negative errno and fill *err where one is taken. The file is
 * hostile by assumption: whatever its bytes, an answer is right, or an error, or a "no".
 *
 * A struct goelf may be used by one thread at a time. Strings handed out belong to it and
 * live until goelf_close; copy what must live longer.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct goelf;

/* ------------------------------------------------------------------ errors */

enum goelf_errkind {
	GOELF_OK,
	GOELF_ERR_IO,		/* cannot be read: not a regular file, read error */
	GOELF_ERR_NOT_ELF,
	GOELF_ERR_CORRUPT,	/* truncated, or a table points outside of the file */
	GOELF_ERR_ARCH,		/* ELF, but no 64-bit little-endian x86-64 executable */
	GOELF_ERR_NOT_GO,	/* nothing in it was made by the Go linker */
	GOELF_ERR_NO_PCLNTAB,	/* Go, but its function table is not found (garbled?) */
	GOELF_ERR_UNSUPPORTED,	/* a Go version or a table shape that is not known */
	GOELF_ERR_NOT_FOUND,	/* no such function, type, field, itab, call */
	GOELF_ERR_REFUSED,	/* found, but a safe answer could not be proven */
	GOELF_ERR_MEMORY,
	GOELF_ERR_N
};

struct goelf_err {
	enum goelf_errkind kind;
	char text[256];		/* lower case, no full stop, starts with the shown path */
};

/* "not_elf", "corrupt", …: a stable word for each kind */
const char *goelf_errkind_name(enum goelf_errkind kind);

/* ------------------------------------------------------------ open, about */

/*
 * Open the binary behind FD (from /proc/PID/exe or a path). FD is duplicated: the caller
 * keeps and closes its own, at any time. SHOWN_PATH is only for messages. On success *OUT
 * must be closed. Reads headers, build info, pclntab header and moduledata; the rest is
 * read when asked for.
 */
int goelf_open(int fd, const char *shown_path, struct goelf **out, struct goelf_err *err);

/* Free everything; NULL is fine. No memory of the file's size stays behind. */
void goelf_close(struct goelf *g);

enum goelf_grpc_source {
	GOELF_GRPC_NONE,	/* not linked, or its version is unknown */
	GOELF_GRPC_MODULE,	/* build info: mod, dep or => line */
	GOELF_GRPC_USER_AGENT,	/* the constant "grpc-go/1.N.P" (builds without modules) */
	GOELF_GRPC_FILES,	/* file names google.golang.org/grpc@vX in pclntab */
};

struct goelf_info {
	const char *go_version;		/* "go1.26.8", or "" when the binary does not say */
	int go_major, go_minor;		/* 1, 26; 0, 0 when unknown */
	const char *main_module;	/* module path of the main package, or "" */
	const char *main_version;	/* its version, "(devel)", or "" */
	bool has_grpc;			/* functions of …/grpc/internal/transport */
	const char *grpc_version;	/* "1.85.0" without v, with any suffix; or "" */
	enum goelf_grpc_source grpc_source;
	const char *build_id;		/* GNU build id in hex, else Go's own text, else "" */
	bool build_id_is_gnu;
	bool is_pie;
	const char *pgo;		/* value of the -pgo build setting; "": no PGO build */
	uint64_t text_start, text_end;	/* moduledata.text, etext */
	size_t nfuncs;
};

/*
 * What the binary is. Fills INFO; strings live until goelf_close. The first call scans the
 * function names (and, without a module list, read-only data for grpc's version).
 */
int goelf_info(struct goelf *g, struct goelf_info *info);

/* Module version from the build info by path ("golang.org/x/net"), honouring "=>" lines;
 * "" if not listed. Includes the leading v. */
const char *goelf_module_version(struct goelf *g, const char *path);

/* A link-time address to the place in the file and back, through PT_LOAD headers. */
int goelf_vaddr_to_offset(struct goelf *g, uint64_t vaddr, uint64_t *offset);
int goelf_offset_to_vaddr(struct goelf *g, uint64_t offset, uint64_t *vaddr);

/* --------------------------------------------------------------- functions */

struct goelf_func {
	uint64_t vaddr;		/* 0: not found */
	uint64_t end;		/* first byte after it (start of the next function) */
	const char *name;	/* as in the binary: may carry "x/vendor/" in front; the name
				 * asked for if not found */
	unsigned count;		/* functions of that name, wrappers left out; > 1 only for
				 * some closures since Go 1.27 and vendored twins */
	unsigned inlined;	/* filled by goelf_count_inlined */
};

/*
 * Find N functions by full name in one pass over the function table, e.g.
 * "google.golang.org/grpc/internal/transport.(*http2Server).operateHeaders". A name also
 * matches behind "<anything>/vendor/"; an exact match wins. Compiler-made wrappers (same
 * name, other ABI) are left out. OUT[i] answers NAMES[i]; one not found has vaddr 0, which is
 * no error. Returns how many were found, or a negative errno.
 */
int goelf_find(struct goelf *g, const char *const *names, size_t n, struct goelf_func *out);

/*
 * Count, for each of FUNCS, the call sites where the compiler inlined a copy of it: those
 * copies pass a probe unseen. Walks all inline trees (some 50 ms for 100 MB), so ask only
 * when a figure will be shown. Fills .inlined by name, also of functions that goelf_find did
 * not find: those may have no copy but inlined ones.
 */
int goelf_count_inlined(struct goelf *g, struct goelf_func *funcs, size_t n);

/*
 * Call FN for every function, wrappers left out, whose name matches GLOB (NULL: all).
 * '*' matches any run of characters, '?' one; all others, brackets too, are themselves.
 * F and F->name live during the call only. FN returns nonzero to stop, which is returned.
 */
int goelf_each_func(struct goelf *g, const char *glob,
		    int (*fn)(const struct goelf_func *f, void *ctx), void *ctx);

/* The function that contains VADDR (wrappers included); -ENOENT if none. */
int goelf_func_at(struct goelf *g, uint64_t vaddr, struct goelf_func *out);

struct goelf_line {
	const char *func;	/* innermost function, an inlined one if so */
	const char *file;	/* "" if the table has none */
	unsigned line;
};

/*
 * Source position of VADDR (for a return address pass it minus 1): up to MAX frames, the
 * innermost inlined call first, the function itself last. Returns how many.
 */
int goelf_lines_at(struct goelf *g, uint64_t vaddr, struct goelf_line *out, size_t max);

/* ------------------------------------------------------------------- sites */

enum goelf_site_kind {
	GOELF_SITE_NONE,
	GOELF_SITE_PUSH,	/* the "push %rbp" of the frame; once per call */
	GOELF_SITE_JBE,		/* the stack check's jump: a hit counts only if the saved
				 * flags have CF = 0 and ZF = 0, else the function restarts */
	GOELF_SITE_AFTER_CHECK,	/* first instruction behind the check */
	GOELF_SITE_ENTRY,	/* first instruction of a function without a stack check */
	GOELF_SITE_RESULT_JCC,	/* conditional jump that tests a call's result */
	GOELF_SITE_RET,		/* return instruction; results are in registers */
};

/* What a hit costs: the kernel emulates nop, push reg, call, jmp, jcc (arch/x86/kernel/
 * uprobes.c, branch_setup_xol_ops, push_setup_xol_ops); all else is single-stepped. */
enum goelf_cost { GOELF_EMULATED, GOELF_SINGLE_STEPPED };

/* Go's integer registers in the order of ABIInternal on amd64 (src/cmd/compile/abi-internal.md) */
enum goelf_reg {
	GOELF_RAX, GOELF_RBX, GOELF_RCX, GOELF_RDI, GOELF_RSI,
	GOELF_R8, GOELF_R9, GOELF_R10, GOELF_R11, GOELF_REG_N
};

struct goelf_site {
	uint64_t vaddr;
	uint64_t file_offset;	/* what the kernel's uprobe wants */
	enum goelf_site_kind kind;
	enum goelf_cost cost;
	enum goelf_reg reg;	/* RESULT_JCC: the register tested, 0-based as above */
	bool taken_if_zero;	/* RESULT_JCC: the instruction is je: jumps when reg == 0 */
	uint64_t call_vaddr;	/* RESULT_JCC: the call instruction */
};

const char *goelf_site_kind_name(enum goelf_site_kind kind);

/*
 * Where to probe FUNC's entry so that one call is one hit and argument registers, RSP, RDX
 * and R14 are as the caller left them: the push of the frame pointer behind the stack check
 * (Go >= 1.21), else the check's jbe, else the entry of a function that has no check. Every
 * site is proven to be an instruction boundary by decoding from the entry, and agrees with
 * the binary's own SP table.
 */
int goelf_site(struct goelf *g, const struct goelf_func *func, struct goelf_site *site,
	       struct goelf_err *err);

/*
 * The conditional jump that tests a result right after the NTH (0-based) direct call from
 * FUNC to CALLEE. Given only if between the call and the jump no result register changes and
 * no other path of FUNC joins; else GOELF_ERR_REFUSED with the reason. All nine result
 * registers still hold the results at the site.
 */
int goelf_call_result_site(struct goelf *g, const struct goelf_func *func, uint64_t callee_vaddr,
			   unsigned nth, struct goelf_site *site, struct goelf_err *err);

/*
 * The same behind FUNC's only call of METHOD through interface IFACE_PKG.IFACE, e.g.
 * ("google.golang.org/grpc/internal/transport", "ClientTransport", "NewStream"). What is found
 * is a call through that slot of an itab; several such calls are refused, as they may be of
 * other interfaces. A PGO build may also call the method directly: ask goelf_count_calls.
 */
int goelf_iface_call_result_site(struct goelf *g, const struct goelf_func *func,
				 const char *iface_pkg, const char *iface, const char *method,
				 struct goelf_site *site, struct goelf_err *err);

/* How many direct calls FUNC makes to CALLEE, or a negative errno. */
int goelf_count_calls(struct goelf *g, const struct goelf_func *func, uint64_t callee_vaddr);

/*
 * All return instructions of FUNC. Fills up to MAX, returns how many there are (0: it never
 * returns or tail-calls), or a negative errno if the function cannot be decoded throughout.
 */
int goelf_rets(struct goelf *g, const struct goelf_func *func, struct goelf_site *out, size_t max);

/* ------------------------------------------------------------------- types */

/* reflect.Kind numbers (src/reflect/type.go, unchanged Go 1.0 to 1.27) */
enum goelf_kind {
	GOELF_KIND_INVALID, GOELF_KIND_BOOL, GOELF_KIND_INT, GOELF_KIND_INT8, GOELF_KIND_INT16,
	GOELF_KIND_INT32, GOELF_KIND_INT64, GOELF_KIND_UINT, GOELF_KIND_UINT8,
	GOELF_KIND_UINT16, GOELF_KIND_UINT32, GOELF_KIND_UINT64, GOELF_KIND_UINTPTR,
	GOELF_KIND_FLOAT32, GOELF_KIND_FLOAT64, GOELF_KIND_COMPLEX64, GOELF_KIND_COMPLEX128,
	GOELF_KIND_ARRAY, GOELF_KIND_CHAN, GOELF_KIND_FUNC, GOELF_KIND_INTERFACE,
	GOELF_KIND_MAP, GOELF_KIND_POINTER, GOELF_KIND_SLICE, GOELF_KIND_STRING,
	GOELF_KIND_STRUCT, GOELF_KIND_UNSAFE_POINTER, GOELF_KIND_N
};

const char *goelf_kind_name(enum goelf_kind kind);

/* A type descriptor's vaddr: what the first word of an interface{} holds, less the bias. */
typedef uint64_t goelf_type;

struct goelf_type_info {
	goelf_type type;
	enum goelf_kind kind;
	uint64_t size;
	const char *pkg;	/* import path, "" for unnamed and predeclared types */
	const char *name;	/* "http2Server"; "" if the type is unnamed */
	const char *text;	/* "*transport.http2Server", as reflect prints it */
	goelf_type elem;	/* of pointer, slice, array, chan, map (value); else 0 */
	goelf_type key;		/* of map, else 0 */
	uint64_t len;		/* array length */
	unsigned nfields;	/* of struct */
};

struct goelf_field {
	const char *name;
	uint64_t offset;	/* from the start of the outermost struct asked for */
	uint64_t size;
	enum goelf_kind kind;
	goelf_type type;
	bool embedded;
};

/*
 * The named type PKG.NAME ("google.golang.org/grpc/internal/transport", "http2Server"); a
 * leading '*' in NAME asks for the pointer to it. PKG also matches behind
 * "<anything>/vendor/"; "" is for predeclared types such as error. The first call indexes
 * the binary's type descriptors. -ENOENT with the reason if there is none.
 */
int goelf_type_find(struct goelf *g, const char *pkg, const char *name, goelf_type *out,
		    struct goelf_err *err);

/* Call FN for each named type, in no order. FN returns nonzero to stop, which is returned. */
int goelf_each_type(struct goelf *g, int (*fn)(goelf_type type, void *ctx), void *ctx);

/* Describe TYPE, which may be any address: -EINVAL if no sane descriptor is there. */
int goelf_type_info(struct goelf *g, goelf_type type, struct goelf_type_info *out);

/* The I-th field of a struct type. */
int goelf_type_field(struct goelf *g, goelf_type type, unsigned i, struct goelf_field *out);

/*
 * The field at PATH ("controlBuf", "peer.Addr") of a struct type. Fields of embedded structs
 * are found as Go promotes them. A path through a pointer is refused: it is no offset.
 */
int goelf_type_path(struct goelf *g, goelf_type type, const char *path, struct goelf_field *out,
		    struct goelf_err *err);

enum { GOELF_CHAIN_MAX = 6 };

/* How to get at a field: p = base; p = *(p + off[i]) for i < n - 1; it is at p + off[n - 1]. */
struct goelf_chain {
	unsigned n;
	uint64_t off[GOELF_CHAIN_MAX];
	struct goelf_field field;	/* the last; .offset == off[n - 1] */
};

/* As goelf_type_path, but follows pointers, embedded or named in PATH ("Stream.id"). TYPE may
 * be a pointer itself: base is then the pointer's value. */
int goelf_type_chain(struct goelf *g, goelf_type type, const char *path, struct goelf_chain *out,
		     struct goelf_err *err);

/* Shorthands for goelf_type_find + goelf_type_path. */
int goelf_field(struct goelf *g, const char *pkg, const char *type, const char *path,
		struct goelf_field *out, struct goelf_err *err);
int goelf_field_offset(struct goelf *g, const char *pkg, const char *type, const char *path,
		       uint64_t *off, struct goelf_err *err);
int goelf_field_kind(struct goelf *g, const char *pkg, const char *type, const char *path,
		     enum goelf_kind *kind, struct goelf_err *err);
int goelf_struct_size(struct goelf *g, const char *pkg, const char *type, uint64_t *size,
		      struct goelf_err *err);

/*
 * The link-time itab of a concrete type as an interface, e.g. ("", "error") and ("context",
 * "deadlineExceededError"), or ("net", "Addr") and ("net", "*TCPAddr"): what the first word
 * of a non-empty interface holds, less the bias. The runtime makes others at run time, so
 * "not found" does not mean that the pair cannot occur.
 */
int goelf_itab(struct goelf *g, const char *iface_pkg, const char *iface, const char *pkg,
	       const char *type, uint64_t *itab_vaddr, struct goelf_err *err);

/* Call FN for each link-time itab. FN returns nonzero to stop, which is returned. */
int goelf_each_itab(struct goelf *g, int (*fn)(uint64_t itab, goelf_type iface, goelf_type type,
					       void *ctx), void *ctx);

#endif
