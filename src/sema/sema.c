/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order of work; sema-int.h says what each step does. */
#include "sema-int.h"

static void check_all(struct sema *s)
{
	check_defs(s);
	for (size_t i = 0; i < s->p->clauses.n; i++)
		check_clause(s, &s->p->clauses.v[i]);
}

static bool has_named_maps(const struct program *p)
{
	for (size_t i = 0; i < p->maps.n; i++) {
		if (p->maps.v[i].name)
			return true;
	}
	return false;
}

/* Maps of which only numbers without a unit are known hold ints. */
static bool settle_maps(struct sema *s)
{
	bool some = false;

	for (size_t i = 0; i < s->maps.n; i++) {
		struct map_info *info = &s->maps.v[i];

		if (info->weak && !info->typed && !info->settle) {
			info->settle = true;
			some = true;
		}
	}
	return some;
}

/* A map may be read above the line that gives it its type. */
static void find_map_types(struct sema *s)
{
	size_t errors = s->d->errors, warnings = s->d->warnings;

	s->d->quiet = true;
	do {
		do {
			s->progress = false;
			check_all(s);
		} while (s->progress);
	} while (settle_maps(s));
	s->d->quiet = false;
	s->d->errors = errors;
	s->d->warnings = warnings;
}

static void warn_unused_params(struct sema *s)
{
	for (size_t i = 0; i < s->params.n; i++) {
		if (!s->params.v[i].used)
			diag_warning(s->d, W_UNUSED_PARAM, s->p->params.v[i].span,
				     "nothing uses the param `%s`", s->params.v[i].name);
	}
}

static void never_runs(struct sema *s)
{
	struct diag_msg *m = diag_error(s->d, E_NEVER_RUNS, s->p->clauses.v[0].node->clause.head,
					"no clause of the script ever runs");

	diag_help(m, "their predicates are all false; see the params, if it has some");
}

struct program *sema_run(struct arena *a, struct script *script, const struct compile_opts *opts,
			 struct diag *d)
{
	struct sema s = { .a = a, .d = d, .script = script, .opts = opts,
			  .p = arena_new_of(a, struct program) };

	s.p->script = script;
	s.p->seed = opts->seed;
	resolve_script(&s);
	if (has_named_maps(s.p))
		find_map_types(&s);
	s.aloud = true;
	check_all(&s);
	if (d->errors)
		return s.p;
	warn_unused_params(&s);
	for (size_t i = 0; i < s.p->clauses.n; i++)
		fold_clause(&s, &s.p->clauses.v[i]);
	layout_program(&s);
	if (!s.p->events)
		never_runs(&s);
	return s.p;
}
