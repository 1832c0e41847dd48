/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_SEMA_INT_H
#define GT_SEMA_INT_H
/*
 * What the parts of sema share. The order of work (sema.c):
 *
 *	resolve		params get values, probes become events, maps get ids
 *	check, infer	statements and their expressions get types; repeated silently
 *			until the types of all maps are known, then once aloud
 *	fold		constants replace names; events whose predicate is never true go
 *	layout		keys, cells, halves, hooks
 *
 * A mistake gives its expression TYPE_ERROR, about which nobody complains again.
 */
#include "sema.h"

enum map_form { FORM_NONE, FORM_VALUE, FORM_AGG };

/* What sema knows of a map beyond its map_desc; same index. */
struct map_info {
	bool keyed;		/* the number and types of its keys are fixed … */
	struct span keyed_at;	/* … here */
	bool keyed_by_def;	/* its keys have the names of a def's arguments */
	bool typed;		/* its value is fixed … */
	struct span typed_at;	/* … here */
	bool weak;		/* written with numbers that take any unit … */
	bool settle;		/* … and with nothing else: it is an int */
	enum map_form form;	/* fixed by the first write … */
	struct span form_at;	/* … here */
	bool written;
	bool reported;		/* "never written" was said */
	bool printed;		/* by a statement */
	bool cleared;
};

struct param_value_sym {
	const char *name;
	struct node *value;	/* EXPR_INT or EXPR_STRING with its type; TYPE_ERROR: reported */
	bool used;
};

struct let_sym {
	const char *name;
	struct node *node;	/* STMT_LET */
	struct type type;
	int slot;
	bool visible;		/* its block is still open */
	bool used;
};

struct def_sym {
	const char *name;
	struct node *item;	/* ITEM_DEF */
	struct type type;
	bool bad;		/* reported: its calls say nothing more */
};

struct sema {
	struct arena *a;
	struct diag *d;
	struct script *script;
	const struct compile_opts *opts;
	struct program *p;
	vec_of(struct param_value_sym) params;
	vec_of(struct map_info) maps;
	vec_of(bool) bad_probes;	/* a clause: a probe was reported, its fields are not known */
	vec_of(struct def_sym) defs;	/* in text order: a body calls those above it */
	size_t cloned;			/* nodes made of bodies */
	bool said_large;
	bool in_copy;			/* of a body: what it warns of was said */
	bool aloud;			/* the last round: messages count, records are made */
	bool progress;			/* this round fixed the type of a map */
	/* the clause at hand */
	struct clause_desc *clause;
	vec_of(struct let_sym) lets;
};

/*
 * Inside sema a name that stands for a constant has this kind and node->sym is the constant;
 * fold puts the constant in its place.
 */
#define SYM_CONST 100
/* A call of a def: node->sym is its body with the arguments in it; fold puts that in its place. */
#define SYM_INLINE 101

/* node->slot of an EXPR_INT whose type is given: no other unit suits it. */
#define NUM_FIXED 1

/* resolve.c */
void resolve_script(struct sema *s);
void declare_maps(struct node **child, void *s);
void resolve_probes(struct sema *s, struct clause_desc *c);
bool event_has_field(enum event_id ev, enum field_id f);	/* as written: unions too */
uint64_t event_members(enum event_id ev);
const char *event_name(struct arena *a, enum event_id ev);	/* "grpc:msg_send", "begin" */
const char *events_text(struct arena *a, uint64_t events);	/* "a, b and c" */

/* params.c */
void resolve_params(struct sema *s);

bool type_named(struct sema *s, const char *name, struct span span, struct type *t);

/* literal.c: a value as text, as on the command line. NULL, or what was expected. */
const char *literal_parse(struct type t, const char *text, int64_t *out);
bool type_by_name(const char *name, struct type *out);
extern const char *const type_names[];
extern const size_t n_type_names;
const struct enum_type *enum_of_name(const char *name);		/* any enum that has it */

/* glob.c */
bool glob_match(const char *pattern, const char *text);
bool is_glob(const char *text);

/* check.c */
void check_clause(struct sema *s, struct clause_desc *c);
int stmt_add(struct sema *s, enum stmt_kind kind, struct span span);

/* maps.c */
void map_use_keys(struct sema *s, struct node *map);
struct type map_read(struct sema *s, struct node *map);
void map_write(struct sema *s, struct node *target, enum op op, struct node *value);
void map_step(struct sema *s, struct node *target, int by);
void map_assign_agg(struct sema *s, struct node *target, struct node *agg);
bool map_whole(struct sema *s, struct node *arg, const char *what);
const char *map_text(struct sema *s, int slot);			/* "@open" */

/* aggs.c */
bool is_agg_call(const struct node *e);
bool agg_check(struct sema *s, struct node *call, struct agg_desc *out);
void check_aggs(struct sema *s, struct node *stmt);

/* format.c */
void check_printf(struct sema *s, struct node *stmt, struct node *call);

/* infer.c */
#define NO_TYPE ((struct type){ .kind = TYPE_VOID })
#define ERROR_TYPE ((struct type){ .kind = TYPE_ERROR })
#define TYPE(k) ((struct type){ .kind = (k) })
struct type infer(struct sema *s, struct node *e, struct type want);
/* infer, and the value must be of this type. */
bool infer_as(struct sema *s, struct node *e, struct type want);
bool infer_bool(struct sema *s, struct node *e, const char *what);
bool is_flexible(const struct node *e);
bool flexible_to(struct sema *s, struct node *e, struct type t);
/* Makes two values have one type; a message if they cannot. `place` names the operator. */
bool unify(struct sema *s, struct node *a, struct node *b, const char *place);
void mismatch(struct sema *s, struct node *a, struct node *b, const char *place);
/* Both operands; each may tell the other its enum. infer_pair unifies them, too. */
void infer_operands(struct sema *s, struct node *a, struct node *b, struct type want);
bool infer_pair(struct sema *s, struct node *a, struct node *b, struct type want,
		const char *place);
struct node *number_new(struct sema *s, struct span span, struct type t, int64_t v);

/* operators.c */
struct type infer_binary(struct sema *s, struct node *e, struct type want);
struct type infer_unary(struct sema *s, struct node *e, struct type want);

/* defs.c */
void resolve_def(struct sema *s, struct node *item);
void check_defs(struct sema *s);
struct def_sym *def_find(struct sema *s, const char *name);
struct type infer_def(struct sema *s, struct node *call, struct def_sym *def);

/* names.c */
struct type infer_name(struct sema *s, struct node *e, struct type want);
bool is_known(const struct sema *s, const struct node *name);
bool name_is_known(const struct sema *s, const char *name);	/* let, param or field */

/* call.c */
struct type infer_call(struct sema *s, struct node *e, struct type want);
const struct builtin_row *builtin_by_name(const char *name);
bool args_count(struct sema *s, struct node *call, size_t least, size_t most);
void no_function(struct sema *s, struct node *call);
bool is_later_builtin(struct sema *s, struct node *call, const struct builtin_row *row);

/* fold.c */
bool const_eval(const struct node *e, int64_t *out);
void fold_clause(struct sema *s, struct clause_desc *c);

/* status.c: what may be beside a value. */
enum { MAY_NONE = 1, MAY_UNKNOWN = 2 };
unsigned status_of(const struct sema *s, const struct clause_desc *c, const struct node *e);

/* layout.c */
void layout_program(struct sema *s);

/* walk.c */
typedef void node_fn(struct node **child, void *ctx);
void node_children(struct node *n, node_fn *fn, void *ctx);

#define TEXT(s, e) ast_expr_text((s)->a, (e))

#endif
