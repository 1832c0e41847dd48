/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Params: their defaults, and what the command line says instead. */
#include <string.h>
#include "sema-int.h"

/* The long options of gtrace: a param of such a name could not be given. */
static const char *const option_names[] = {
	"all", "delta", "diag", "emit", "every", "for", "format", "help", "leak-age", "limit",
	"listen", "map-keys", "max-overhead", "otlp", "perf-events", "stats", "strict", "version",
};

/* A param's name has _ where an option has -. */
static bool is_named(const char *option, const char *name)
{
	while (*option && (*option == *name || (*option == '-' && *name == '_'))) {
		option++;
		name++;
	}
	return !*option && !*name;
}

static bool is_option(const char *name)
{
	for (size_t i = 0; i < sizeof(option_names) / sizeof(*option_names); i++) {
		if (is_named(option_names[i], name))
			return true;
	}
	return false;
}

static const char *given(struct sema *s, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < s->opts->n_params; i++) {
		if (!strcmp(s->opts->params[i].name, name))
			value = s->opts->params[i].value;
	}
	return value;
}

static struct node *string_new(struct sema *s, struct span span, const char *text)
{
	struct node *n = node_new(s->a, EXPR_STRING, span);

	n->str.text = arena_strdup(s->a, text);
	n->str.len = strlen(text);
	n->type = TYPE(TYPE_STRING);
	return n;
}

/* The value of `--name text`, or NULL after a message. */
static struct node *value_given(struct sema *s, struct node *item, struct type t, const char *text)
{
	int64_t v;

	if (t.kind == TYPE_STRING)
		return string_new(s, item->param.name_span, text);
	const char *wanted = literal_parse(t, text, &v);

	if (!wanted)
		return number_new(s, item->param.name_span, t, v);
	struct diag_msg *m = diag_error(s->d, E_PARAM_GIVEN, item->param.name_span,
					"expected %s for --%s, found `%s`", wanted,
					item->param.name, text);

	diag_label(m, item->param.type_span, "the param is %s", type_name(t));
	return NULL;
}

/* The value after `=`. */
static struct node *value_default(struct sema *s, struct node *item, struct type t)
{
	struct node *value = item->param.value;
	int64_t v;

	if (!infer_as(s, value, t))
		return NULL;
	if (value->kind == EXPR_STRING)
		return value;
	if (const_eval(value, &v))
		return number_new(s, value->span, t, v);
	diag_error(s->d, E_PARAM_DEFAULT, value->span,
		   "expected a constant as the default of `%s`, found `%s`", item->param.name,
		   TEXT(s, value));
	return NULL;
}

static struct node *value_missing(struct sema *s, struct node *item)
{
	struct diag_msg *m = diag_error(s->d, E_PARAM_MISSING, item->param.name_span,
					"no value for the param `%s`, which has no default",
					item->param.name);

	diag_help(m, "give one: --%s VALUE", item->param.name);
	return NULL;
}

bool type_named(struct sema *s, const char *name, struct span span, struct type *t)
{
	if (type_by_name(name, t))
		return true;
	struct diag_msg *m = diag_error(s->d, E_NO_TYPE, span, "no type `%s`", name);
	const char *near = diag_suggest(name, type_names, n_type_names);

	if (near)
		diag_help(m, "did you mean `%s`?", near);
	else
		diag_help(m, "types are bool, int, uint, bytes, duration, string, "
			     "and enums by name: side, code");
	return false;
}

/* Of two params with one name the first counts. */
static bool is_second(struct sema *s, struct node *item)
{
	for (size_t i = 0; i < s->p->params.n; i++) {
		if (strcmp(s->p->params.v[i].name, item->param.name))
			continue;
		struct diag_msg *m = diag_error(s->d, E_PARAM_TWICE, item->param.name_span,
						"a second param `%s`", item->param.name);

		diag_label(m, s->p->params.v[i].span, "the first one is here");
		return true;
	}
	return false;
}

static void check_option(struct sema *s, struct node *item)
{
	if (!is_option(item->param.name))
		return;
	struct diag_msg *m = diag_error(s->d, E_PARAM_OPTION, item->param.name_span,
					"the param `%s` has the name of an option of gtrace",
					item->param.name);

	diag_help(m, "another name, so that --%s stays the option", item->param.name);
}

static const char *default_text(struct sema *s, const struct node *value)
{
	return value ? arena_strndup(s->a, s->script->source->text + value->span.from,
				     value->span.to - value->span.from) : NULL;
}

static void resolve_param(struct sema *s, struct node *item)
{
	struct param_value_sym sym = { .name = item->param.name };
	struct type t = ERROR_TYPE;

	if (is_second(s, item))
		return;
	check_option(s, item);
	if (type_named(s, item->param.type_name, item->param.type_span, &t)) {
		const char *text = given(s, item->param.name);

		/* A wrong default is wrong also where it is not used. */
		if (item->param.value)
			sym.value = value_default(s, item, t);
		if (text)
			sym.value = value_given(s, item, t, text);
		else if (!item->param.value)
			sym.value = value_missing(s, item);
	}
	vec_push(s->a, &s->params, sym);
	vec_push(s->a, &s->p->params, (struct param_desc){
		.name = item->param.name, .help = item->param.help, .type = t,
		.has_default = item->param.value, .span = item->param.name_span,
		.default_text = default_text(s, item->param.value),
	});
}

static void check_given(struct sema *s, const char *name)
{
	vec_of(const char *) names = { 0 };

	for (size_t i = 0; i < s->p->params.n; i++) {
		if (!strcmp(s->p->params.v[i].name, name))
			return;
		vec_push(s->a, &names, s->p->params.v[i].name);
	}
	struct diag_msg *m = diag_error(s->d, E_PARAM_UNKNOWN, (struct span){ 0, 0 },
					"the script has no param `%s`", name);
	const char *near = diag_suggest(name, names.v, names.n);

	if (m)
		m->has_span = false;
	if (near)
		diag_help(m, "did you mean --%s?", near);
	else if (!names.n)
		diag_help(m, "it has no params at all; options of gtrace go before the script");
	else
		diag_help(m, "the script's own --help lists them");
}

void resolve_params(struct sema *s)
{
	for (size_t i = 0; i < s->script->items.n; i++) {
		if (s->script->items.v[i]->kind == ITEM_PARAM)
			resolve_param(s, s->script->items.v[i]);
	}
	for (size_t i = 0; i < s->opts->n_params; i++)
		check_given(s, s->opts->params[i].name);
}
