/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GOELF_INT_H
#define GOELF_INT_H
/*
 * Inside of goelf: what its files know of each other, in the order in which an open binary
 * is understood. Nobody outside of src/goelf includes this.
 */
#include "goelf.h"
#include "reader.h"

/* ------------------------------------------------------------ elf.c: the container */

enum { ELF_MAX_SEGS = 64 };

struct segment {
	uint64_t vaddr, offset, filesz;
	unsigned flags;			/* PF_R, PF_W, PF_X */
};

/* Sections worth knowing; there may be none at all. */
enum section_id {
	SEC_GOPCLNTAB,		/* .gopclntab, .data.rel.ro.gopclntab */
	SEC_BUILDINFO,		/* .go.buildinfo */
	SEC_MODULE,		/* .go.module, Go >= 1.26 */
	SEC_NOPTRDATA,
	SEC_DATA,
	SEC_GONOTE,		/* .note.go.buildid */
	SEC_N
};

struct section {
	uint64_t vaddr, offset, size;
};

struct elf {
	bool is_pie;
	bool has_sections;
	struct segment segs[ELF_MAX_SEGS];
	unsigned nsegs;
	struct section secs[SEC_N];	/* size 0: absent */
	uint64_t rela_vaddr, rela_size;	/* DT_RELA, DT_RELASZ */
	const char *go_build_id;	/* or NULL; both in the string pool */
	const char *gnu_build_id;
};

/* --------------------------------------------------------- buildinfo.c: the version */

struct buildinfo {
	bool found;
	const char *go_version;		/* "" if unknown */
	int major, minor;
	char *mods;			/* the module text, NUL-terminated, owned; or NULL */
};

/* ------------------------------------------------------------ pclntab.c: functions */

/* What changed between magics; src/internal/abi/symtab.go, src/runtime/symtab.go. */
struct pcln_layout {
	uint32_t magic;
	uint8_t ptrs;		/* functab and _func.entry hold addresses (Go <= 1.17) */
	uint8_t hdr_words;	/* u64 words of header behind its first 8 bytes */
	uint8_t first_off;	/* index of funcnameOffset among them */
	uint8_t funcid_off;	/* _func.funcID; flag and nfuncdata follow at +1, +3 */
	uint8_t inl_size, inl_name, inl_parent_pc;	/* an inlinedCall */
	bool startline;
};

struct pclntab {
	const struct pcln_layout *layout;
	uint64_t vaddr, offset, size;	/* size: to the end of its segment or section */
	uint64_t nfunc, nfiles;
	uint64_t funcname, cutab, filetab, pctab, pcln;	/* file offsets */
	uint64_t funcname_len;
	int wrapper_id;			/* funcID of wrappers, -1 until known */
};

/* ------------------------------------------------------- moduledata.c: the sections */

struct md_layout {
	int min_minor;		/* first Go minor version that has it */
	uint16_t types, etypes, gofunc, typelinks, itablinks;	/* 0: absent */
	uint16_t typedesclen, itaboffset, itabsize;		/* Go >= 1.27 */
};

struct moduledata {
	const struct md_layout *layout;	/* NULL: types are out of reach */
	uint64_t vaddr;
	uint64_t text, etext;
	uint64_t types, etypes, gofunc;
	uint64_t typelinks, ntypelinks;	/* i32 each */
	uint64_t itablinks, nitablinks;	/* pointers; or packed: */
	uint64_t typedesclen, itabs, itabsize;
};

struct types;		/* typeindex.c */
struct pool_block;

struct goelf {
	struct image img;
	char *path;
	struct elf elf;
	struct buildinfo bi;
	struct pclntab pcln;
	struct moduledata md;
	struct types *types;		/* made on first use */
	unsigned looks;			/* at fields, by the path being resolved */
	struct pool_block *pool;
	struct goelf_info info;
	bool info_done;
};

/* goelf.c */
int goelf_fail(const struct goelf *g, struct goelf_err *err, enum goelf_errkind kind,
	       const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* A NUL-terminated copy that lives until goelf_close; "" when out of memory. */
const char *pool_copy(struct goelf *g, const char *s, size_t len);
void pool_free(struct goelf *g);

/* elf.c */
int elf_read(struct goelf *g, struct goelf_err *err);
/* The bytes of a segment from VADDR on: at least LEN of them, else a bad cursor. */
struct rd va_rd(struct goelf *g, uint64_t vaddr, uint64_t len);
bool va_mapped(struct goelf *g, uint64_t vaddr, uint64_t len);
bool va_executable(struct goelf *g, uint64_t vaddr, uint64_t len);
uint64_t va_u64(struct goelf *g, uint64_t vaddr);	/* 0 if unmapped */
bool elf_looks_go(const struct goelf *g);
/* Write the addends of all R_X86_64_RELATIVE into our copy, as ld.so would with bias 0. */
void elf_apply_relocs(struct goelf *g);

/* buildinfo.c */
void buildinfo_read(struct goelf *g);
void buildinfo_free(struct buildinfo *bi);
/* Value of a "KIND\tPATH\tVERSION…" line; NULL if none. */
const char *buildinfo_module(struct goelf *g, const char *path);
const char *buildinfo_setting(struct goelf *g, const char *key);

/* pclntab.c */
bool pclntab_open(struct goelf *g);
/* Entry address of function I, 0 <= I <= nfunc (the last is the end of text). */
uint64_t pclntab_pc(struct goelf *g, uint64_t i);
/* Cursor at the _func of function I. */
struct rd pclntab_func(struct goelf *g, uint64_t i);
/* The fields of a _func that we use. */
struct pcln_func {
	uint64_t entry;
	uint32_t nameoff, pcsp, pcfile, pcline, npcdata, cuoff;
	uint8_t funcid, nfuncdata;
	uint64_t tables;	/* file offset of the pcdata array behind it */
};
bool pclntab_func_read(struct goelf *g, uint64_t i, struct pcln_func *f);
bool pclntab_find_pc(struct goelf *g, uint64_t pc, uint64_t *i);
/* Name at NAMEOFF; NULL if bad. Points into the image. */
const char *pclntab_name(struct goelf *g, uint32_t nameoff, size_t *len);
uint32_t pclntab_pcdata(struct goelf *g, const struct pcln_func *f, unsigned table);
uint64_t pclntab_funcdata(struct goelf *g, const struct pcln_func *f, unsigned table);

/* pcvalue.c: a pc-value table, e.g. SP delta by pc */
struct pcvalue {
	struct rd r;
	uint64_t pc;		/* end of the run that val is good for */
	int32_t val;
	bool first;
};
void pcvalue_start(struct pcvalue *v, struct goelf *g, uint64_t entry, uint32_t off);
bool pcvalue_next(struct pcvalue *v);
/* Value at PC; false if the table has none. */
bool pcvalue_at(struct goelf *g, uint64_t entry, uint32_t off, uint64_t pc, int32_t *val);

/* moduledata.c */
bool moduledata_open(struct goelf *g);

/* find.c: equal, or WANT behind "<anything>/vendor/" */
bool name_matches(const char *name, size_t len, const char *want, size_t wlen);

/* funcs.c */
bool goelf_is_wrapper(struct goelf *g, uint8_t funcid);

/* decode.c: the only file that knows Zydis */
enum insn_class {
	INSN_OTHER, INSN_PUSH_REG, INSN_JCC, INSN_JMP, INSN_CALL, INSN_RET, INSN_NOP, INSN_INT3,
	INSN_BAD,
};

struct insn {
	uint64_t vaddr;
	unsigned len;
	enum insn_class class;
	uint64_t target;	/* of a direct jump or call, else 0 */
	bool push_rbp;
	bool jbe, jb, je, jne;
	bool indirect;		/* jmp through register or memory */
	bool check;		/* may stand in a stack check: mov, lea, sub, cmp on SP, R12 */
	bool cmp_guard;		/* cmp against 16(reg) or 24(reg): g.stackguard0, 1 */
	int test_zero;		/* enum goelf_reg of a 64-bit "test r,r", "cmp r,0"; or -1 */
	bool writes_flags;
	bool writes_result;	/* any of Go's nine integer result registers, or RSP */
	uint16_t writes;	/* general registers written: bit 0 RAX, 1 RCX, … 15 R15 */
	int call_reg;		/* of "call *reg" its number, else -1 */
	int load_reg;		/* of "mov disp(base), reg" its number, else -1 */
	int64_t disp;		/* of that, or of "call *disp(base)" */
	bool call_mem;		/* call *disp(base) */
};

struct code {
	const unsigned char *bytes;
	uint64_t vaddr, len;
};

/* The code of [vaddr, end). False if it is not in an executable segment or too large. */
bool code_of(struct goelf *g, uint64_t vaddr, uint64_t end, struct code *c);
/* Decode one instruction at vaddr; class INSN_BAD if it cannot be. */
void insn_decode(const struct code *c, uint64_t vaddr, struct insn *in);
enum goelf_cost insn_cost(const struct insn *in);

/* site.c */
bool site_at(struct goelf *g, const struct insn *in, enum goelf_site_kind kind,
	     struct goelf_site *site);
/* A function as the table has it, not as the caller says: sites are proven from its entry. */
bool own_func(struct goelf *g, const struct goelf_func *func, struct pcln_func *f,
	      struct code *c);

/* rtype.c: one type descriptor */
struct rtype {
	uint64_t vaddr;
	uint64_t size;
	uint8_t tflag, kind;
	int32_t str, ptr_to_this;
	uint64_t elem, key;		/* element, map key, chan element */
	uint64_t len;			/* array length; number of fields, methods, in+out */
	uint64_t list;			/* vaddr of fields, imethods, in/out types */
	uint64_t uncommon;		/* vaddr, or 0 */
	uint32_t base;			/* size of the kind's descriptor */
	uint32_t descsize;		/* with uncommon part, lists, methods (packed, >= 1.27) */
};

struct gostr {
	const char *s;
	size_t len;
};

struct rfield {
	struct gostr name;
	uint64_t type, offset;
	bool embedded;
};

bool rtype_read(struct goelf *g, uint64_t vaddr, struct rtype *t);
/* What reflect's String gives, star handled; .s NULL if bad. */
struct gostr rtype_text(struct goelf *g, const struct rtype *t);
/* Name of a named type ("http2Server", with type arguments), else .s NULL. */
struct gostr rtype_name(struct goelf *g, const struct rtype *t);
struct gostr rtype_pkg(struct goelf *g, const struct rtype *t);
/* Index of a method in an interface type, hence in the itab; -1 if it has none. */
int rtype_method(struct goelf *g, const struct rtype *t, const char *name);
bool rtype_field(struct goelf *g, const struct rtype *t, uint64_t i, struct rfield *f);

/* typeindex.c */
uint64_t types_find(struct goelf *g, const char *pkg, const char *name);
bool types_ready(struct goelf *g);
/* The type *elem, 0 if the binary has none. */
uint64_t types_pointer_to(struct goelf *g, uint64_t elem);
void types_free(struct goelf *g);
size_t types_count(struct goelf *g);

/* itab.c */
int itab_walk(struct goelf *g, int (*fn)(uint64_t itab, uint64_t iface, uint64_t type, void *ctx),
	      void *ctx);

#endif
