/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../runtime/sweep.h"
#include "base/clock.h"
#include "trace-int.h"

void trace_note(const struct trace *t, const char *fmt, ...)
{
	va_list ap;

	if (t->o->quiet)
		return;
	va_start(ap, fmt);
	fputs("gtrace: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
}

int trace_fail(struct trace *t, int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("gtrace: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	t->status = status;
	return status;
}

static uint64_t grpc_events(const struct program *p)
{
	uint64_t events = 0;

	for (int e = 0; e < EVENT_N; e++)
		if ((p->events & EV_BIT(e)) && event_rows[e].kind != EVENT_TRACER)
			events |= EV_BIT(e);
	return events;
}

struct trace *trace_new(const struct options *o, const struct program *p)
{
	struct trace *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->o = o;
	t->program = p;
	t->started = clock_ns();
	t->needs_targets = grpc_events(p) != 0;
	t->signals = t->drain_timer = t->every_timer = t->for_timer = -1;
	targets_init(&t->targets, trace_index_binary, t);
	return t;
}

struct trace_times *trace_times(struct trace *t)
{
	return &t->times;
}

int trace_fork_command(struct trace *t)
{
	int err;

	if (!t->o->cmd)
		return EXIT_OK;
	err = child_fork(&t->child, t->o->cmd);
	if (err)
		return trace_fail(t, EXIT_RUNTIME, "cannot fork: %s", strerror(-err));
	t->has_child = true;
	return EXIT_OK;
}

int trace_prepare(struct trace *t)
{
	uint64_t t0 = clock_ns();
	int status;

	trace_start_warming(t);
	status = trace_find_targets(t);
	if (status)
		return status;
	if (t->needs_targets) {
		t->times.index = clock_ms_since(t0);
		status = trace_check_targets(t);
		if (status)
			return status;
	}
	trace_attach_early(t);
	return EXIT_OK;
}

/* ---- beginning ---- */
static int explain_load(struct trace *t, int err, struct diag *d)
{
	const struct source *s = t->program->script->source;

	if (err == -EPERM || err == -EACCES) {
		if (!t->loader.err_line && geteuid() != 0)
			return trace_fail(t, EXIT_PRIVILEGE, "not permitted to load BPF programs: "
					  "run as root, or with CAP_BPF, CAP_PERFMON and "
					  "CAP_SYS_PTRACE");
	}
	if (t->loader.err_line && t->loader.err_line <= s->n_lines) {
		uint32_t at = s->lines[t->loader.err_line - 1];
		struct diag_msg *m = diag_error(d, E_VERIFIER, (struct span){ at, at + 1 },
						"the kernel's verifier refused this line");

		diag_help(m, "-v shows the verifier's own words; `gtrace explain E0501` says more");
	} else {
		fprintf(stderr, "gtrace: the kernel refused the program: %s\n", strerror(-err));
	}
	if (t->o->verbose)
		fputs(t->loader.err, stderr);
	t->status = EXIT_PRIVILEGE;
	return EXIT_PRIVILEGE;
}

static int open_output(struct trace *t)
{
	struct output_opts oo = {
		.json = t->o->format == FORMAT_JSON, .delta = t->o->delta, .quiet = t->o->quiet,
		.limit = t->o->limit, .gtrace_version = PACKAGE_VERSION,
	};
	int err;

	t->out = t->o->output ? fopen(t->o->output, "we") : stdout;
	if (!t->out)
		return trace_fail(t, EXIT_RUNTIME, "cannot write %s: %s", t->o->output,
				  strerror(errno));
	err = maps_new(&t->maps, t->program, t->loader.base.script, t->loader.shared);
	if (err)
		return trace_fail(t, EXIT_RUNTIME, "cannot use the maps: %s", strerror(-err));
	for (size_t i = 0; i < t->program->strings.n; i++) {
		const struct string_desc *s = &t->program->strings.v[i];

		maps_put_string(t->maps, s->id, s->text, s->len);
	}
	t->output = output_new(t->program, t->maps, t->out, &oo);
	output_start(t->output);
	return EXIT_OK;
}

int trace_begin(struct trace *t, const void *elf, size_t size, struct diag *d)
{
	uint64_t t0 = clock_ns();
	int err = t->load_error ? t->load_error : loader_script(&t->loader, elf, size);
	int status;

	trace_finish_warming(t);
	if (err)
		return explain_load(t, err, d);
	status = open_output(t);
	if (!status)
		status = trace_catch_signals(t);
	if (status)
		return status;
	trace_open_ring(t);
	t->times.load = clock_ms_since(t0);
	loader_run(&t->loader, HOOK_BEGIN, 0, 0);
	trace_drain(t, true);
	t0 = clock_ns();
	trace_start_watching(t);
	status = trace_attach_all(t);
	if (status)
		return status;
	t->times.attach = clock_ms_since(t0);
	if (!t->loader.shared->exit_asked)
		loader_gate_open(&t->loader);
	t->gate_open = true;
	t->times.total = clock_ms_since(t->started);
	output_attached(t->output, trace_count_sites(t));
	output_flush(t->output);
	if (t->o->verbose)
		trace_note(t, "attached: %u sites", trace_count_sites(t));
	trace_start_timers(t);
	if (t->has_child) {
		t->child_running = true;
		err = child_start(&t->child);
		if (err)
			return trace_fail(t, EXIT_RUNTIME, "-c: %s: %s", t->o->cmd[0],
					  strerror(-err));
	}
	return EXIT_OK;
}

/* ---- the end ---- */
static unsigned long long loss_sum(const struct output_loss *l)
{
	return l->ring + l->map_full + l->missed + l->truncated + l->streams_full + l->dict_full;
}

static void print_end(struct trace *t)
{
	struct gt_cell *cells = calloc(t->program->clauses.n + 1, sizeof(*cells));
	struct output_loss extra = {
		.missed = t->missed,
		.streams_full = t->loader.shared->streams_full + t->loader.shared->pending_full,
		.dict_full = t->loader.shared->dict_full,
	};
	struct output_loss total = { 0 };

	if (!cells)
		abort();
	output_maps(t->output, true);
	maps_cells(t->maps, cells);
	output_end(t->output, cells, &extra, &total);
	free(cells);
	output_flush(t->output);
	if (t->o->strict && loss_sum(&total) && t->status == EXIT_OK)
		t->status = EXIT_LOSS;
}

static void check_output(struct trace *t)
{
	int e = output_failed(t->output);

	if (fflush(t->out) && !e)
		e = errno;
	if (t->out != stdout && fclose(t->out) && !e)
		e = errno;
	if (e && e != EPIPE)
		trace_fail(t, EXIT_RUNTIME, "cannot write %s: %s",
			   t->o->output ? t->o->output : "standard output", strerror(e));
	t->out = NULL;
}

int trace_end(struct trace *t)
{
	uint64_t t0 = clock_ns();

	trace_finish_warming(t);
	if (t->has_child && !t->child_running)
		child_abandon(&t->child);
	if (!t->gate_open) {
		trace_detach(t);
		return t->status;
	}
	loader_gate_shut(&t->loader);
	maps_wait_programs(t->maps);
	trace_release_signals(t);
	if (t->program->events & EV_BIT(EV_STREAM_OPEN))
		snapshot_streams(&t->loader);
	trace_drain(t, true);
	trace_detach(t);
	loader_run(&t->loader, HOOK_END, 0, 0);
	trace_drain(t, true);
	if (t->loader.shared->exit_asked)
		t->status = (int)(t->loader.shared->exit_asked - 1);
	print_end(t);
	check_output(t);
	t->times.stop = clock_ms_since(t0);
	return t->status;
}

void trace_free(struct trace *t)
{
	if (!t)
		return;
	trace_close_timers(t);
	ring_free(t->ring);
	output_free(t->output);
	maps_free(t->maps);
	targets_fini(&t->targets);
	if (t->loader.base.support)
		loader_fini(&t->loader);
	free(t->dead);
	free(t);
}
