/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "../grammar/parse.h"
#include "base/clock.h"
#include "base/diag.h"
#include "codegen/codegen.h"
#include "probes/probes.h"
#include "sema/sema.h"
#include "trace.h"

/* The front half: everything that needs no target and no privilege. */
struct session {
	const struct options *o;
	struct arena *arena;
	struct source *source;
	struct diag diag;
	struct script *script;
	struct program *program;
};

static void session_init(struct session *s, const struct options *o)
{
	s->o = o;
	s->arena = arena_new();
	s->source = source_new(s->arena, o->script_name, o->script_text, o->script_len);
	diag_init(&s->diag, s->arena, s->source);
}

/* Hashes of strings differ from run to run, but not in what --emit prints. */
static uint64_t choose_seed(const struct options *o)
{
	uint64_t seed = 0;

	if (o->emit == EMIT_NOTHING && getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = (uint64_t)getpid();
	return seed;
}

static void front(struct session *s)
{
	struct compile_opts co = {
		.delta = s->o->delta, .map_keys = s->o->map_keys, .seed = choose_seed(s->o),
		.params = s->o->params, .n_params = s->o->n_params,
	};

	s->script = gt_parse(s->arena, s->source, &s->diag);
	if (!s->diag.errors && s->o->emit != EMIT_AST)
		s->program = sema_run(s->arena, s->script, &co, &s->diag);
}

static void print_diags(struct session *s)
{
	const char *no_colour = getenv("NO_COLOR");
	bool colour = isatty(STDERR_FILENO) && !(no_colour && *no_colour);

	if (s->o->diag_json)
		diag_print_json(&s->diag, stderr);
	else
		diag_print(&s->diag, stderr, colour);
	diag_init(&s->diag, s->arena, s->source);
}

static int session_end(struct session *s, int status)
{
	if (s->diag.errors && status == EXIT_OK)
		status = EXIT_SCRIPT;
	print_diags(s);
	arena_free(s->arena);
	return status;
}

/* ---- --emit ---- */
static int write_bytes(const struct options *o, const struct codegen_result *r)
{
	FILE *f = o->output ? fopen(o->output, "we") : stdout;

	if (!f) {
		fprintf(stderr, "gtrace: cannot write %s: %s\n", o->output, strerror(errno));
		return EXIT_RUNTIME;
	}
	fwrite(r->bytes, 1, r->size, f);
	if (f == stdout ? fflush(f) : fclose(f)) {
		fprintf(stderr, "gtrace: cannot write: %s\n", strerror(errno));
		return EXIT_RUNTIME;
	}
	return EXIT_OK;
}

static int generate(struct session *s, enum codegen_what what, struct codegen_result *r)
{
	struct codegen_job *job = codegen_start(s->program, what, &s->diag);

	return job ? codegen_finish(job, r, &s->diag) : -1;
}

static int emit_code(struct session *s)
{
	enum codegen_what what = s->o->emit == EMIT_IR    ? CODEGEN_IR
				 : s->o->emit == EMIT_ASM ? CODEGEN_ASM
							  : CODEGEN_OBJECT;
	struct codegen_result r = { 0 };
	int status;

	if (what == CODEGEN_OBJECT && !s->o->output && isatty(STDOUT_FILENO)) {
		fprintf(stderr, "gtrace: --emit object writes an ELF file: use -o FILE or a pipe\n");
		return EXIT_USAGE;
	}
	if (generate(s, what, &r))
		return EXIT_RUNTIME;
	status = write_bytes(s->o, &r);
	free(r.bytes);
	return status;
}

static void print_plan(const char *path, const struct plan *p)
{
	printf("binary %s (%s, grpc %s)\n", path, p->go, p->grpc[0] ? p->grpc : "unknown");
	for (int h = 0; h < HOOK_N; h++)
		for (unsigned i = 0; i < p->hooks[h].n; i++) {
			const struct plan_site *site = &p->hooks[h].sites[i];

			printf("  %-12s 0x%llx %-12s %-15s cookie %llu  %s\n", hook_rows[h].name,
			       (unsigned long long)site->vaddr, site->at,
			       site->emulated ? "emulated" : "single-stepped",
			       (unsigned long long)site->cookie, site->func);
		}
	for (int e = 0; e < EVENT_N; e++)
		if (p->why_not[e][0])
			printf("  no %s:%s: %s\n", event_rows[e].provider, event_rows[e].name,
			       p->why_not[e]);
}

/* Does the script fit a binary? Prints its plan, or why not. */
static int fit_binary(struct session *s, const char *path, bool print)
{
	struct goelf_err err = { 0 };
	struct plan *plan = calloc(1, sizeof(*plan));
	struct goelf *g;
	int fd = open(path, O_RDONLY | O_CLOEXEC), status = EXIT_OK;

	if (!plan)
		abort();
	if (fd < 0) {
		fprintf(stderr, "gtrace: %s: %s\n", path, strerror(errno));
		status = EXIT_NO_MATCH;
	} else if (goelf_open(fd, path, &g, &err)) {
		fprintf(stderr, "gtrace: %s\n", err.text);
		status = EXIT_NO_MATCH;
	} else {
		probes_plan(g, s->program, plan);
		if (print)
			print_plan(path, plan);
		for (int e = 0; e < EVENT_N; e++) {
			if (!plan->why_not[e][0])
				continue;
			if (!print)
				fprintf(stderr, "gtrace: %s (%s, grpc %s): no %s:%s: %s\n", path,
					plan->go, plan->grpc[0] ? plan->grpc : "unknown",
					event_rows[e].provider, event_rows[e].name, plan->why_not[e]);
			status = EXIT_NO_MATCH;
		}
		goelf_close(g);
	}
	if (fd >= 0)
		close(fd);
	free(plan);
	return status;
}

static int fit_binaries(struct session *s, bool print)
{
	int status = EXIT_OK;

	for (size_t i = 0; i < s->o->n_binaries; i++) {
		int one = fit_binary(s, s->o->binaries[i], print);

		status = status ? status : one;
	}
	return status;
}

static int emit(struct session *s)
{
	switch (s->o->emit) {
	case EMIT_AST:
		ast_print(s->script, stdout);
		return EXIT_OK;
	case EMIT_TYPES:
		program_print_types(s->program, stdout);
		return EXIT_OK;
	case EMIT_PLAN:
		program_print(s->program, stdout);
		return fit_binaries(s, true);
	default:
		return emit_code(s);
	}
}

/* ---- running ---- */
/* Index and support run in this process while the child compiles. */
static void print_stats(const struct trace_times *t, const struct codegen_result *r)
{
	fprintf(stderr,
		"gtrace: stats: parse %.2f ms, compile %.2f ms (open %.2f, ir %.2f, passes %.2f, "
		"emit %.2f; child peak %ld KiB) beside index %.2f ms and support %.2f ms, load "
		"%.2f ms, attach %.2f ms; attached after %.2f ms, stopped in %.2f ms\n",
		t->parse, r->ms_open + r->ms_ir + r->ms_passes + r->ms_emit, r->ms_open, r->ms_ir,
		r->ms_passes, r->ms_emit, r->peak_kib, t->index, t->early, t->load, t->attach,
		t->total, t->stop);
}

static int trace_script(struct session *s, uint64_t t0)
{
	struct trace *t = trace_new(s->o, s->program);
	struct trace_times *times = trace_times(t);
	struct codegen_result r = { 0 };
	struct codegen_job *job = NULL;
	int status;

	times->parse = clock_ms_since(t0);
	status = trace_fork_command(t);
	if (!status) {
		job = codegen_start(s->program, CODEGEN_OBJECT, &s->diag);
		status = job ? trace_prepare(t) : EXIT_RUNTIME;
	}
	if (job && codegen_finish(job, &r, &s->diag) && !status)
		status = EXIT_RUNTIME;
	if (!status)
		status = trace_begin(t, r.bytes, r.size, &s->diag);
	print_diags(s);
	if (!status)
		status = trace_loop(t);
	{
		int end = trace_end(t);

		status = status ? status : end;
	}
	if (s->o->stats)
		print_stats(times, &r);
	trace_free(t);
	free(r.bytes);
	return status;
}

int session_run(const struct options *o)
{
	struct session s = { 0 };
	uint64_t t0 = clock_ns();
	int status;

	session_init(&s, o);
	front(&s);
	if (s.diag.errors)
		return session_end(&s, EXIT_SCRIPT);
	if (o->emit != EMIT_NOTHING)
		status = emit(&s);
	else
		status = trace_script(&s, t0);
	return session_end(&s, status);
}

int session_check(const struct options *o)
{
	struct session s = { 0 };
	struct codegen_result r = { 0 };
	int status = EXIT_OK;

	session_init(&s, o);
	front(&s);
	if (!s.diag.errors && generate(&s, CODEGEN_OBJECT, &r))
		status = EXIT_RUNTIME;
	free(r.bytes);
	if (!s.diag.errors && !status)
		status = fit_binaries(&s, false);
	return session_end(&s, status);
}

/* ---- file.gt --help ---- */
static void print_param(const struct param_desc *p)
{
	char head[80];

	snprintf(head, sizeof(head), "--%s %s", p->name, type_name(p->type));
	printf("  %-28s %s", head, p->help ? p->help : "");
	if (p->has_default)
		printf(" [%s]", p->default_text);
	putchar('\n');
}

int session_script_help(const struct options *o)
{
	struct session s = { 0 };

	session_init(&s, o);
	s.script = gt_parse(s.arena, s.source, &s.diag);
	if (!s.diag.errors) {
		struct compile_opts co = { 0 };
		struct diag quiet;

		diag_init(&quiet, s.arena, s.source);
		s.program = sema_run(s.arena, s.script, &co, &quiet);
		if (s.script->help)
			printf("%s\n", s.script->help);
		if (s.program->params.n)
			printf("\nParameters:\n");
		for (size_t i = 0; i < s.program->params.n; i++)
			print_param(&s.program->params.v[i]);
	}
	return session_end(&s, EXIT_OK);
}
