/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One item of a script. Its tokens come from an array, in which brackets are matched
 * and the two angles (or braces) of a clause's block stand out as "block" and "end of
 * block" already; so a `<` here always compares. Actions are one constructor each.
 */
%require "3.8"
%define api.pure full
%define api.push-pull push
%define api.prefix {gt_yy}
%define api.token.prefix {TOK_}
%define api.value.type {union token_value}
%define api.location.type {struct span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param { struct parse *p }

%code requires {
#include "parse-int.h"
}

%code {
#define YYLLOC_DEFAULT(cur, rhs, n)						\
	((cur) = (n) ? span_join(YYRHSLOC(rhs, 1), YYRHSLOC(rhs, n)) :		\
	 (struct span){ YYRHSLOC(rhs, 0).to, YYRHSLOC(rhs, 0).to })

#define PUSH(list, item) vec_push(p->a, &(list), item)

static void gt_yyerror(const struct span *span, struct parse *p, const char *text);
}

/* Words. */
%token ON "on" PARAM "param" DEF "def" USE "use" KEEP "keep"
%token OF "of" WHERE "where" BY "by" LET "let" IF "if" ELSE "else" RETURN "return"
%token TRUE "true" FALSE "false"

%token <name> NAME "a name" MAP "a map" PROBE "a probe"
%token <string> STRING "a string"
%token <number> NUM "a number"

/* The two ends of a clause's block, in either form. */
%token BOPEN "the block" BCLOSE "the end of the block"

%token LPAREN "(" RPAREN ")" LBRACKET "[" RBRACKET "]" LBRACE "{" RBRACE "}"
%token COMMA "," SEMI ";" DOT "." COLON ":" QUESTION "?" ELVIS "?:"
%token ASSIGN "=" ADDSET "+=" SUBSET "-=" INC "++" DEC "--"
%token LOR "||" LAND "&&" BANG "!" NOT "not" IN "in" MATCH "=~" NOMATCH "!~"
%token EQ "==" NE "!=" LT "<" LE "<=" GT ">" GE ">="
%token ADD "+" SUB "-" OR "|" XOR "^"
%token MUL "*" DIV "/" MOD "%" SHL "<<" SHR ">>" AND "&" ANDNOT "&^"

/* Never in a rule: an operator of other languages, and what is no token at all. */
%token WRONG_OP "another operator" BAD "nothing known"

/* Go's precedence, with the ternary below it and `not` where it reads well. */
%right "?" ":" "?:"
%left "||"
%left "&&"
%precedence "not"
%left "==" "!=" "<" "<=" ">" ">=" "=~" "!~" "in"
%left "+" "-" "|" "^"
%left "*" "/" "%" "<<" ">>" "&" "&^"
%precedence UNARY
%precedence ALONE
%precedence "." "["

%type <node> item clause param def use keep where block braces stmt plain_stmt if_stmt else
%type <node> value expr arg
%type <list> stmts closed exprs keys args arg_list
%type <probe> probe
%type <probes> probes
%type <of> of
%type <takes> takes_one
%type <takes_list> takes takes_list
%type <string> help

%%

start:
  item			{ p->tree = $item; }
;

item:
  clause
| param
| def
| use
| keep
;

/* ---- clauses ---- */

clause:
  "on" probes of where block	{ $$ = build_clause(p, @$, $probes, $of, $where, $block); }
;

probes:
  probe			{ $$ = (probe_list){ 0 }; PUSH($$, $probe); }
| probes[l] "," probe	{ $$ = $l; PUSH($$, $probe); }
;

probe:
  PROBE			{ $$ = build_probe(p, @$, $PROBE); }
;

of:
  %empty		{ $$ = (struct of_target){ 0 }; }
| "of" NAME[kind] NUM	{ $$ = build_of_pid(p, @$, $kind, @kind, $NUM, @NUM); }
| "of" NAME[kind] STRING { $$ = build_of(p, @$, $kind, @kind, $STRING.text, @STRING); }
| "of" NAME[kind] NAME[n] { $$ = build_of(p, @$, $kind, @kind, $n, @n); }
;

where:
  %empty		{ $$ = NULL; }
| "where" expr		{ $$ = $expr; }
;

block:
  BOPEN stmts BCLOSE	{ $$ = build_block(p, @$, $stmts); }
;

/* ---- other items ---- */

param:
  "param" NAME[n] ":" NAME[type] value help
			{ $$ = build_param(p, @$, $n, @n, $type, @type, $value, $help.text); }
;

value:
  %empty		{ $$ = NULL; }
| "=" expr		{ $$ = $expr; }
;

help:
  %empty		{ $$ = (struct token_string){ 0 }; }
| STRING
;

def:
  "def" NAME[n] "(" takes ")" ":" NAME[type] "=" expr[body]
			{ $$ = build_def(p, @$, $n, @n, $takes, $type, @type, $body); }
;

takes:
  %empty		{ $$ = (def_param_list){ 0 }; }
| takes_list
;

takes_list:
  takes_one		{ $$ = (def_param_list){ 0 }; PUSH($$, $takes_one); }
| takes_list[l] "," takes_one { $$ = $l; PUSH($$, $takes_one); }
;

takes_one:
  NAME[n] ":" NAME[type]	{ $$ = (struct def_param){ .span = @n, .name = $n,
							.type_name = $type, .type_span = @type }; }
;

use:
  "use" STRING		{ $$ = build_use(p, ITEM_USE, @$, @STRING); }
;

keep:
  "keep" NAME[n] "if" expr { $$ = build_use(p, ITEM_KEEP, @$, span_join(@n, @expr)); }
;

/* ---- statements ---- */

stmts:
  closed
| closed[l] plain_stmt	{ $$ = $l; PUSH($$, $plain_stmt); }
;

/* What needs no `;` before another statement. */
closed:
  %empty		{ $$ = (node_list){ 0 }; }
| closed[l] ";"		{ $$ = $l; }
| closed[l] stmt	{ $$ = $l; PUSH($$, $stmt); }
;

stmt:
  plain_stmt ";"	{ $$ = $1; }
| if_stmt
;

plain_stmt:
  exprs keys		{ $$ = build_values(p, @$, $exprs, $keys); }
| expr[a] "=" expr[b]	{ $$ = build_assign(p, @$, $a, OP_NONE, $b); }
| expr[a] "+=" expr[b]	{ $$ = build_assign(p, @$, $a, OP_ADD, $b); }
| expr[a] "-=" expr[b]	{ $$ = build_assign(p, @$, $a, OP_SUB, $b); }
| expr[a] "++"		{ $$ = build_step(p, @$, $a, 1); }
| expr[a] "--"		{ $$ = build_step(p, @$, $a, -1); }
| "let" NAME[n] "=" expr { $$ = build_let(p, @$, $n, @n, $expr); }
| "return"		{ $$ = node_new(p->a, STMT_RETURN, @$); }
;

keys:
  %empty		{ $$ = (node_list){ 0 }; }
| "by" exprs		{ $$ = $exprs; }
;

if_stmt:
  "if" "(" expr ")" braces else { $$ = build_if(p, @$, $expr, $braces, $else); }
;

else:
  %empty		{ $$ = NULL; }
| "else" braces		{ $$ = $braces; }
| "else" if_stmt	{ $$ = $if_stmt; }
;

braces:
  "{" stmts "}"		{ $$ = build_block(p, @$, $stmts); }
;

/* ---- expressions ---- */

exprs:
  expr			{ $$ = (node_list){ 0 }; PUSH($$, $expr); }
| exprs[l] "," expr	{ $$ = $l; PUSH($$, $expr); }
;

expr:
  NUM			{ $$ = build_number(p, @$, $NUM); }
| "true"		{ $$ = build_bool(p, @$, true); }
| "false"		{ $$ = build_bool(p, @$, false); }
| STRING		{ $$ = build_string(p, @$, $STRING); }
| NAME			{ $$ = build_name(p, @$, $NAME); }
| MAP %prec ALONE	{ $$ = build_map(p, @$, $MAP, @MAP, (node_list){ 0 }); }
| MAP "[" exprs "]"	{ $$ = build_map(p, @$, $MAP, @MAP, $exprs); }
| NAME "(" args ")"	{ $$ = build_call(p, @$, $NAME, @NAME, $args); }
| "(" expr[a] ")"	{ $$ = build_parens($a, @$); }
| expr[a] "." NAME	{ $$ = build_member(p, @$, $a, $NAME, @NAME); }
| expr[a] "[" expr[i] "]" { $$ = build_index(p, @$, $a, $i); }
| "-" expr[a] %prec UNARY { $$ = build_unary(p, @$, OP_NEG, @1, $a); }
| "^" expr[a] %prec UNARY { $$ = build_unary(p, @$, OP_COM, @1, $a); }
| "!" expr[a] %prec UNARY { $$ = build_unary(p, @$, OP_NOT, @1, $a); }
| "not" expr[a]		{ $$ = build_unary(p, @$, OP_NOT, @1, $a); }
| expr[a] "*" expr[b]	{ $$ = build_binary(p, $a, OP_MUL, @2, $b); }
| expr[a] "/" expr[b]	{ $$ = build_binary(p, $a, OP_DIV, @2, $b); }
| expr[a] "%" expr[b]	{ $$ = build_binary(p, $a, OP_MOD, @2, $b); }
| expr[a] "<<" expr[b]	{ $$ = build_binary(p, $a, OP_SHL, @2, $b); }
| expr[a] ">>" expr[b]	{ $$ = build_binary(p, $a, OP_SHR, @2, $b); }
| expr[a] "&" expr[b]	{ $$ = build_binary(p, $a, OP_AND, @2, $b); }
| expr[a] "&^" expr[b]	{ $$ = build_binary(p, $a, OP_ANDNOT, @2, $b); }
| expr[a] "+" expr[b]	{ $$ = build_binary(p, $a, OP_ADD, @2, $b); }
| expr[a] "-" expr[b]	{ $$ = build_binary(p, $a, OP_SUB, @2, $b); }
| expr[a] "|" expr[b]	{ $$ = build_binary(p, $a, OP_OR, @2, $b); }
| expr[a] "^" expr[b]	{ $$ = build_binary(p, $a, OP_XOR, @2, $b); }
| expr[a] "==" expr[b]	{ $$ = build_compare(p, $a, OP_EQ, @2, $b); }
| expr[a] "!=" expr[b]	{ $$ = build_compare(p, $a, OP_NE, @2, $b); }
| expr[a] "<" expr[b]	{ $$ = build_compare(p, $a, OP_LT, @2, $b); }
| expr[a] "<=" expr[b]	{ $$ = build_compare(p, $a, OP_LE, @2, $b); }
| expr[a] ">" expr[b]	{ $$ = build_compare(p, $a, OP_GT, @2, $b); }
| expr[a] ">=" expr[b]	{ $$ = build_compare(p, $a, OP_GE, @2, $b); }
| expr[a] "=~" expr[b]	{ $$ = build_compare(p, $a, OP_MATCH, @2, $b); }
| expr[a] "!~" expr[b]	{ $$ = build_compare(p, $a, OP_NOMATCH, @2, $b); }
| expr[a] "in" "(" exprs ")" { $$ = build_in(p, @$, $a, @2, $exprs); }
| expr[a] "&&" expr[b]	{ $$ = build_binary(p, $a, OP_LAND, @2, $b); }
| expr[a] "||" expr[b]	{ $$ = build_binary(p, $a, OP_LOR, @2, $b); }
| expr[c] "?" expr[a] ":" expr[b] { $$ = build_cond(p, @$, $c, $a, $b); }
| expr[a] "?:" expr[b]	{ $$ = build_cond(p, @$, NULL, $a, $b); }
;

args:
  %empty		{ $$ = (node_list){ 0 }; }
| arg_list
;

arg_list:
  arg			{ $$ = (node_list){ 0 }; PUSH($$, $arg); }
| arg_list[l] "," arg	{ $$ = $l; PUSH($$, $arg); }
;

arg:
  expr
| NAME "=" expr		{ $$ = build_named(p, @$, $NAME, $expr); }
;

%%

static int yyreport_syntax_error(const yypcontext_t *ctx, struct parse *p)
{
	yysymbol_kind_t kinds[YYNTOKENS];
	struct expected e = { .n = 0 };
	int n = yypcontext_expected_tokens(ctx, kinds, YYNTOKENS);

	_Static_assert(YYNTOKENS <= sizeof(e.names) / sizeof(*e.names), "room for all tokens");
	for (int i = 0; i < n; i++)
		e.names[e.n++] = yysymbol_name(kinds[i]);
	syntax_error(p, &e);
	return 0;
}

/* Bison calls this where its stack would grow too far. */
static void gt_yyerror(const struct span *span, struct parse *p, const char *text)
{
	(void)text;
	limit_error(p, *span);
}
