/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * trace-targets: what is traced, from its file to its probes.
 *
 * A binary is indexed once, by the callback of runtime/target.h, and attached once, or
 * under -p once a process. Early, while a child compiles the script, come the hooks that
 * are the same for every script; the script's own follow when it is there.
 */
#include "trace-int.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../runtime/attach.h"
#include "base/clock.h"
#include "probes/probes.h"

/* ---- binaries ---- */
void trace_index_binary(struct binary *b, void *ctx)
{
	struct trace *t = ctx;
	struct goelf_err err = { 0 };
	struct goelf *g;

	b->state = BINARY_OTHER;
	if (goelf_open(b->fd, b->path, &g, &err)) {
		const char *text = err.text;
		size_t n = strlen(b->path);

		if (!strncmp(text, b->path, n) && text[n] == ':')
			text += n + 1 + (text[n + 1] == ' ');
		snprintf(b->why, sizeof(b->why), "%s", text);
		return;
	}
	if (!probes_fit(g, t->program)) {
		snprintf(b->why, sizeof(b->why), "a Go program without grpc-go");
	} else {
		b->plan = calloc(1, sizeof(*b->plan));
		if (!b->plan)
			abort();
		probes_plan(g, t->program, b->plan);
		b->plan->layout.exe = string_id(t->program->seed, b->path, strlen(b->path));
		if (t->o->cmd || (t->o->n_pids && !kernel_filters_process()))
			b->plan->layout.flags |= GT_L_TGIDS;
		b->state = b->plan->events ? BINARY_READY : BINARY_FAILED;
	}
	goelf_close(g);
}

/* Says once what a binary cannot do: by name, and the others go on. */
static void tell_binary(struct binary *b)
{
	const struct plan *plan = b->plan;

	if (b->told || !plan)
		return;
	b->told = true;
	for (int e = 0; e < EVENT_N; e++)
		if (plan->why_not[e][0])
			fprintf(stderr, "gtrace: warning: %s (%s, grpc %s): no %s:%s: %s\n", b->path,
				plan->go, plan->grpc[0] ? plan->grpc : "unknown",
				event_rows[e].provider, event_rows[e].name, plan->why_not[e]);
	for (int h = 0; h < HOOK_N; h++)
		for (unsigned i = 0; i < plan->hooks[h].n; i++)
			if (plan->hooks[h].sites[i].inlined)
				fprintf(stderr, "gtrace: warning: %s: %u inlined copies of %s are not "
					"seen: figures are low\n", b->path,
					plan->hooks[h].sites[i].inlined, plan->hooks[h].sites[i].func);
}

static void tell_process(struct trace *t, const struct process *p)
{
	const struct binary *b = p->binary;
	const char *why_not[EVENT_N] = { NULL };
	struct output_target ot = {
		.pid = p->pid, .exe = b->path, .go = b->plan->go, .grpc = b->plan->grpc,
		.events_ok = b->plan->events, .why_not = why_not,
	};

	for (int e = 0; e < EVENT_N; e++)
		if (b->plan->why_not[e][0])
			why_not[e] = b->plan->why_not[e];
	trace_note(t, "tracing pid %d %s (%s, grpc %s)", p->pid, b->path, b->plan->go,
		   b->plan->grpc[0] ? b->plan->grpc : "unknown");
	output_target(t->output, &ot);
}

/* The ready-made hooks: once a process under -p, else once a binary. p may be NULL then. */
static int attach_support_once(struct trace *t, struct process *p, struct binary *b)
{
	bool one = t->o->n_pids && p;
	bool *done = one ? &p->support : &b->support_everyone;

	if (*done)
		return 0;
	*done = true;
	return attach_support(&t->loader, b, one ? p->pid : -1);
}

static int attach_both(struct trace *t, struct process *p, struct binary *b)
{
	int err = attach_support_once(t, p, b);

	return err ? err : attach_script(&t->loader, b, t->o->n_pids && p ? p->pid : -1);
}

/* The line of the script that the verifier stopped at, if it was one. */
static void tell_line(const struct trace *t)
{
	const struct source *s = t->program->script->source;
	size_t len;
	const char *line;

	if (!t->loader.err_line || t->loader.err_line > s->n_lines)
		return;
	line = source_line(s, t->loader.err_line, &len);
	fprintf(stderr, "  E0501 at %s:%u: %.*s\n", s->name, t->loader.err_line, (int)len, line);
}

static void tell_refusal(const struct trace *t, const struct process *p)
{
	fprintf(stderr, "gtrace: warning: pid %d %s: %s\n", p->pid, p->binary->path,
		p->binary->why);
	tell_line(t);
	if (t->o->verbose)
		fputs(t->loader.err, stderr);
}

/* Attaches what a process runs. False if that failed; the others go on. */
static bool attach_process(struct trace *t, struct process *p)
{
	struct binary *b = p->binary;

	tell_binary(b);
	if (b->state == BINARY_FAILED && b->why[0])
		tell_refusal(t, p);
	if (b->state == BINARY_OTHER || b->state == BINARY_FAILED)
		return false;
	if (b->plan->layout.flags & GT_L_TGIDS)
		loader_add_tgid(&t->loader, (uint32_t)p->pid);
	if (b->state == BINARY_READY || (t->o->n_pids && !b->everyone)) {
		maps_put_string(t->maps, b->plan->layout.exe, b->path, strlen(b->path));
		if (attach_both(t, p, b)) {
			tell_refusal(t, p);
			return false;
		}
	}
	tell_process(t, p);
	return true;
}

/* ---- finding targets ---- */
static void found_process(struct process *p, void *ctx)
{
	(void)p;
	(void)ctx;	/* attached by trace_begin() */
}

static int add_named(struct trace *t)
{
	char err[512];

	for (size_t i = 0; i < t->o->n_pids; i++) {
		struct process *p = targets_add_pid(&t->targets, t->o->pids[i], err, sizeof(err));

		if (!p)
			fprintf(stderr, "gtrace: %s\n", err);
	}
	for (size_t i = 0; i < t->o->n_binaries; i++) {
		struct binary *b = targets_add_file(&t->targets, t->o->binaries[i], err, sizeof(err));

		if (!b)
			fprintf(stderr, "gtrace: %s\n", err);
		else if (b->state == BINARY_OTHER)
			fprintf(stderr, "gtrace: %s: %s\n", b->path, b->why);
	}
	if (t->o->cmd) {
		char *path = child_program(t->o->cmd[0]);

		if (!path)
			return trace_fail(t, EXIT_NO_MATCH, "-c: %s: no such program",
					  t->o->cmd[0]);
		targets_add_file(&t->targets, path, err, sizeof(err));
		free(path);
	}
	return EXIT_OK;
}

/* What options name, else what runs. */
int trace_find_targets(struct trace *t)
{
	bool named = t->o->n_pids || t->o->n_binaries || t->o->cmd;
	int status = add_named(t);

	if (!status && t->needs_targets && !named)
		targets_scan(&t->targets, found_process, t);
	return status;
}

static bool any_ready(const struct trace *t)
{
	for (size_t i = 0; i < t->targets.n_binaries; i++)
		if (t->targets.binaries[i]->state == BINARY_READY)
			return true;
	return false;
}

/* Of processes and binaries that were named, one must fit. */
int trace_check_targets(struct trace *t)
{
	if (!(t->o->n_pids || t->o->n_binaries) || any_ready(t))
		return EXIT_OK;
	for (size_t i = 0; i < t->targets.n_binaries; i++)
		tell_binary(t->targets.binaries[i]);
	return trace_fail(t, EXIT_NO_MATCH, "nothing to trace: no named process or binary fits");
}

/* ---- before the script is there ---- */

/*
 * While a child compiles the script: everything that does not depend on it. A failure to
 * attach is told when the script's own hooks are.
 */
void trace_attach_early(struct trace *t)
{
	uint64_t t0 = clock_ns();

	t->load_error = loader_init(&t->loader, t->program, t->o->perf_events);
	if (t->load_error)
		return;
	for (size_t i = 0; i < t->targets.n_processes; i++) {
		struct process *p = t->targets.processes[i];

		if (p->binary->state == BINARY_READY)
			attach_support_once(t, p, p->binary);
	}
	for (size_t i = 0; !t->o->n_pids && i < t->targets.n_binaries; i++)
		if (t->targets.binaries[i]->state == BINARY_READY)
			attach_support_once(t, NULL, t->targets.binaries[i]);
	t->times.early = clock_ms_since(t0);
}

static void *warm_up(void *arg)
{
	struct trace *t = arg;

	t->warm = warm_new();
	return NULL;
}

/* The first attach of a quiet machine waits for a grace period: begin it at once. */
void trace_start_warming(struct trace *t)
{
	if (!t->o->perf_events && kernel_has_uprobe_multi() && t->needs_targets)
		t->warming = !pthread_create(&t->warm_thread, NULL, warm_up, t);
}

void trace_finish_warming(struct trace *t)
{
	if (t->warming)
		pthread_join(t->warm_thread, NULL);
	t->warming = false;
}

/* ---- with the script ---- */

/* A binary of -b or -c, whose processes come later. */
static void attach_named_binaries(struct trace *t)
{
	for (size_t i = 0; i < t->targets.n_binaries; i++) {
		struct binary *b = t->targets.binaries[i];

		tell_binary(b);
		if (b->state != BINARY_READY || t->o->n_pids)
			continue;
		maps_put_string(t->maps, b->plan->layout.exe, b->path, strlen(b->path));
		if (attach_both(t, NULL, b))
			fprintf(stderr, "gtrace: warning: %s: %s\n", b->path, b->why);
		else
			trace_note(t, "tracing %s (%s, grpc %s)", b->path, b->plan->go,
				   b->plan->grpc[0] ? b->plan->grpc : "unknown");
	}
}

unsigned trace_count_sites(const struct trace *t)
{
	unsigned n = 0;

	for (size_t i = 0; i < t->targets.n_binaries; i++)
		if (t->targets.binaries[i]->state == BINARY_ATTACHED)
			n += t->targets.binaries[i]->sites;
	return n;
}

int trace_attach_all(struct trace *t)
{
	size_t attached = 0;

	for (size_t i = 0; i < t->targets.n_processes; i++)
		attached += attach_process(t, t->targets.processes[i]);
	if (t->o->n_binaries || t->o->cmd)
		attach_named_binaries(t);
	if ((t->o->n_pids || t->o->n_binaries) && !trace_count_sites(t))
		return trace_fail(t, EXIT_NO_MATCH, "nothing could be attached");
	if (t->needs_targets && !attached && !t->o->n_binaries && !t->o->cmd)
		trace_note(t, "no running process fits yet: waiting for one to start (^C ends)");
	return EXIT_OK;
}

/* ---- programs that start ---- */
void trace_start_watching(struct trace *t)
{
	char err[256];

	if (!t->needs_targets || t->o->n_pids)
		return;
	if (t->o->cmd)
		loader_add_tgid(&t->loader, (uint32_t)t->child.pid);
	t->watch = watch_new(t->o->cmd ? loader_map(&t->loader, "gt_tgids") : -1, err, sizeof(err));
	if (!t->watch)
		fprintf(stderr, "gtrace: warning: %s\n", err);
}

static void let_go(const struct watch_record *r, void *ctx)
{
	(void)ctx;
	if (r->stopped)
		kill((pid_t)r->tgid, SIGCONT);
}

static void new_program(struct trace *t, const struct watch_record *r)
{
	struct process *p;
	char err[256];
	bool known;

	if (r->tgid == (uint32_t)getpid())
		return;
	known = targets_find(&t->targets, (int)r->tgid) != NULL;
	if (known)
		output_process_changed(t->output, (int)r->tgid);
	p = targets_add_pid(&t->targets, (int)r->tgid, err, sizeof(err));
	if (!p)
		return;
	if (p->binary->state == BINARY_OTHER || (t->o->n_binaries && p->binary->state == BINARY_READY)) {
		if (!known)
			targets_forget(&t->targets, p);
		return;
	}
	if (p->binary->state == BINARY_READY && attach_process(t, p) && !r->stopped)
		trace_note(t, "pid %d was attached %.1f ms after it started", p->pid,
			   clock_ms_since(r->time));
	else if (p->binary->state == BINARY_ATTACHED)
		attach_process(t, p);
	if (p->binary->state == BINARY_FAILED)
		targets_forget(&t->targets, p);
}

void trace_on_exec(const struct watch_record *r, void *ctx)
{
	new_program(ctx, r);
	let_go(r, ctx);
}

/* ---- the end ---- */
static void *warm_end(void *arg)
{
	warm_free(arg);
	return NULL;
}

void trace_detach(struct trace *t)
{
	pthread_t thread;
	bool parallel = t->warm && !pthread_create(&thread, NULL, warm_end, t->warm);

	t->missed = attach_missed(&t->targets);
	detach_all(&t->loader, &t->targets);
	if (t->watch)
		watch_stop(t->watch, let_go, t);
	watch_free(t->watch);
	t->watch = NULL;
	if (parallel)
		pthread_join(thread, NULL);
	else
		warm_free(t->warm);
	t->warm = NULL;
}
