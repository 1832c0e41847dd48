/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_GRAMMAR_PARSE_INT_H
#define GT_GRAMMAR_PARSE_INT_H
/*
 * What the parts of the parser share. The order of work (parse.c):
 *
 *	lexer.l		text -> an array of tokens
 *	items.c		the array is cut into items, each of which stands or falls alone:
 *			brackets are matched and the two angles of a block are retagged
 *	parser.y	one item -> its tree, with the constructors of build.c
 *	syntax.c	what is said when the grammar finds a token in the wrong place
 */
#include "../src/lang/units.h"
#include "parse.h"

struct token_string {
	const char *text;
	size_t len;
};

struct token_number {
	struct number n;
	const char *fraction;	/* see ast.h */
};

struct param_value {
	struct node *value;
	const char *help;
};

typedef vec_of(struct probe_spec) probe_list;
typedef vec_of(struct def_param) def_param_list;

/* The value of a token or of a rule. */
union token_value {
	const char *name;
	struct token_string string;
	struct token_number number;
	struct node *node;
	node_list list;
	struct probe_spec probe;
	probe_list probes;
	struct of_target of;
	struct def_param takes;
	def_param_list takes_list;
};

struct token {
	int kind;		/* enum gt_yytokentype, of parser.h */
	struct span span;
	union token_value value;
	unsigned depth;		/* open ( [ { around it, within its item */
	size_t match;		/* of a bracket: its partner */
	bool faulty;		/* reported; its item is parsed for more mistakes, then dropped */
};

/* Tokens from .. to-1 of the array; behind a few `;` the next item begins. */
struct item {
	size_t from, to, next;
	bool bad;		/* a mistake in it was reported already */
};

struct parse {
	struct arena *a;
	struct source *src;
	struct diag *d;
	struct script *script;
	vec_of(struct token) tokens;
	/* the lexer */
	uint32_t pos;			/* behind what was read */
	bool character_reported;	/* in the item at hand */
	/* the parser */
	const struct item *item;
	size_t at;			/* the token at hand */
	struct node *tree;		/* of the item, when it is complete */
	bool failed;
};

/* Nesting that a script may have, of brackets and of the tree. */
#define DEPTH_MAX 500

#define TEXT_MAX (16u << 20)

/* lexer.l */
void lex(struct parse *p);

/* literal.c */
void token_add(struct parse *p, int kind, struct span span, union token_value v);
void lex_number(struct parse *p, const char *text, size_t len, struct span span);
void lex_string(struct parse *p, const char *text, size_t len, struct span span);
void lex_word(struct parse *p, const char *text, size_t len, struct span span);
void lex_map(struct parse *p, const char *text, size_t len, struct span span);
void lex_character(struct parse *p, const char *text, size_t len, struct span span);
void lex_open_string(struct parse *p, struct span span);
void lex_open_comment(struct parse *p, struct span span);
int word_kind(const char *text, size_t len);	/* TOK_NAME: no word of the language */
bool is_item_word(int kind);			/* on param def use keep */
bool is_word(struct parse *p, const struct token *t);	/* these and where, by, let … */

/* help.c */
const char *help_text(struct parse *p);

/* items.c */
typedef vec_of(struct item) item_list;
void split_items(struct parse *p, item_list *out);
bool match_brackets(struct parse *p, const struct item *it);

/* probe.c */
size_t probe_length(const char *s, size_t len);	/* of s that belong to a probe, 0: is none */
bool lex_probe(struct parse *p, const char *text, size_t len, struct span span);
bool check_probes(struct parse *p, const struct item *it);
struct probe_spec build_probe(struct parse *p, struct span span, const char *text);

/* block.c */
bool find_block(struct parse *p, const struct item *it);
void shell_help(struct diag_msg *m);		/* what the shell may have done */

/* syntax.c: the names of the tokens that would do, as parser.y writes them. */
struct expected {
	const char *names[128];
	size_t n;
};
void syntax_error(struct parse *p, const struct expected *e);
void limit_error(struct parse *p, struct span span);
/* "`hist`", "the end of the script": the token at i, or what follows the item. */
const char *found_text(struct parse *p, const struct item *it, size_t i);
const char *slice(struct parse *p, struct span span);

/* build.c: one constructor for each action of the grammar */
struct node *build_clause(struct parse *p, struct span span, probe_list probes,
			  struct of_target of, struct node *where, struct node *block);
struct of_target build_of_pid(struct parse *p, struct span span, const char *kind,
			      struct span kind_span, struct token_number pid,
			      struct span pid_span);
struct of_target build_of(struct parse *p, struct span span, const char *kind,
			  struct span kind_span, const char *text, struct span text_span);
struct node *build_param(struct parse *p, struct span span, const char *name,
			 struct span name_span, const char *type, struct span type_span,
			 struct node *value, const char *help);
struct node *build_def(struct parse *p, struct span span, const char *name, struct span name_span,
		       def_param_list takes, const char *type, struct span type_span,
		       struct node *body);
struct node *build_use(struct parse *p, enum node_kind kind, struct span span, struct span text);

struct node *build_block(struct parse *p, struct span span, node_list stmts);
struct node *build_values(struct parse *p, struct span span, node_list exprs, node_list keys);
struct node *build_assign(struct parse *p, struct span span, struct node *target, enum op op,
			  struct node *value);
struct node *build_step(struct parse *p, struct span span, struct node *target, int by);
struct node *build_let(struct parse *p, struct span span, const char *name, struct span name_span,
		       struct node *value);
struct node *build_if(struct parse *p, struct span span, struct node *cond, struct node *then,
		      struct node *otherwise);

struct node *build_number(struct parse *p, struct span span, struct token_number n);
struct node *build_bool(struct parse *p, struct span span, bool value);
struct node *build_string(struct parse *p, struct span span, struct token_string s);
struct node *build_name(struct parse *p, struct span span, const char *name);
struct node *build_map(struct parse *p, struct span span, const char *name, struct span name_span,
		       node_list keys);
struct node *build_member(struct parse *p, struct span span, struct node *base, const char *name,
			  struct span name_span);
struct node *build_index(struct parse *p, struct span span, struct node *base,
			 struct node *index);
struct node *build_call(struct parse *p, struct span span, const char *name,
			struct span name_span, node_list args);
struct node *build_unary(struct parse *p, struct span span, enum op op, struct span op_span,
			 struct node *a);
struct node *build_binary(struct parse *p, struct node *a, enum op op, struct span op_span,
			  struct node *b);
struct node *build_compare(struct parse *p, struct node *a, enum op op, struct span op_span,
			   struct node *b);
struct node *build_cond(struct parse *p, struct span span, struct node *cond, struct node *a,
			struct node *b);
struct node *build_in(struct parse *p, struct span span, struct node *a, struct span op_span,
		      node_list list);
struct node *build_named(struct parse *p, struct span span, const char *name,
			 struct node *value);
struct node *build_parens(struct node *e, struct span span);

#endif
