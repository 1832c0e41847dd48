/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../runtime/attach.h"
#include "../runtime/child.h"
#include "../runtime/load.h"
#include "../runtime/maps.h"
#include "../runtime/output.h"
#include "../runtime/ring.h"
#include "../runtime/sweep.h"
#include "../runtime/target.h"
#include "../runtime/watch.h"
#include "base/clock.h"
#include "probes/probes.h"

#define MS 1000000ull
#define SEC 1000000000ull
#define DRAIN_NS (10 * MS)		/* how often the ring is read */
#define CONN_AGAIN_NS (200 * MS)	/* a dead connection is swept a second time */
#define CONN_FORGET_NS (30 * SEC)
#define PENDING_OLD_NS (300 * SEC)

/* Connections that closed: swept at once, again a little later, then forgotten. */
struct dead_conn {
	uint64_t conn, since;
	uint32_t tgid;
	bool swept_again;
};

struct trace {
	const struct options *o;
	const struct program *program;
	struct trace_times times;
	uint64_t started;
	struct targets targets;
	struct loader loader;
	struct maps *maps;
	struct output *output;
	FILE *out;
	struct ring *ring;
	struct watch *watch;
	struct child child;
	bool has_child, child_running;
	struct warm *warm;
	pthread_t warm_thread;
	bool warming;
	struct dead_conn *dead;
	size_t n_dead;
	int signals, drain_timer, every_timer, for_timer;
	struct { int fd; unsigned clause; } *intervals;
	size_t n_intervals;
	bool needs_targets, gate_open, limit_reached, stop;
	int load_error;		/* of the fixed maps, before the script is there */
	bool had_target;
	unsigned long long missed;
	int status;
};

/* ---- small things ---- */
__attribute__((format(printf, 2, 3)))
static void note(const struct trace *t, const char *fmt, ...)
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

__attribute__((format(printf, 3, 4)))
static int fail(struct trace *t, int status, const char *fmt, ...)
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

/* ---- binaries ---- */
static void index_binary(struct binary *b, void *ctx)
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
	note(t, "tracing pid %d %s (%s, grpc %s)", p->pid, b->path, b->plan->go,
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

/* Attaches what a process runs. False if that failed; the others go on. */
static bool attach_process(struct trace *t, struct process *p)
{
	struct binary *b = p->binary;

	tell_binary(b);
	if (b->state == BINARY_OTHER || b->state == BINARY_FAILED)
		return false;
	if (b->plan->layout.flags & GT_L_TGIDS)
		loader_add_tgid(&t->loader, (uint32_t)p->pid);
	if (b->state == BINARY_READY || (t->o->n_pids && !b->everyone)) {
		maps_put_string(t->maps, b->plan->layout.exe, b->path, strlen(b->path));
		if (attach_both(t, p, b)) {
			fprintf(stderr, "gtrace: warning: pid %d %s: %s\n", p->pid, b->path, b->why);
			if (t->o->verbose)
				fputs(t->loader.err, stderr);
			return false;
		}
	}
	t->had_target = true;
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
			return fail(t, EXIT_NO_MATCH, "-c: %s: no such program", t->o->cmd[0]);
		targets_add_file(&t->targets, path, err, sizeof(err));
		free(path);
	}
	return EXIT_OK;
}

/*
 * While a child compiles the script: everything that does not depend on it. A failure to
 * attach is told when the script's own hooks are.
 */
static void attach_early(struct trace *t)
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

static bool any_ready(const struct trace *t)
{
	for (size_t i = 0; i < t->targets.n_binaries; i++)
		if (t->targets.binaries[i]->state == BINARY_READY)
			return true;
	return false;
}

static void *warm_up(void *arg)
{
	struct trace *t = arg;

	t->warm = warm_new();
	return NULL;
}

/* The first attach of a quiet machine waits for a grace period: begin it at once. */
static void start_warming(struct trace *t)
{
	if (!t->o->perf_events && kernel_has_uprobe_multi() && t->needs_targets)
		t->warming = !pthread_create(&t->warm_thread, NULL, warm_up, t);
}

static void finish_warming(struct trace *t)
{
	if (t->warming)
		pthread_join(t->warm_thread, NULL);
	t->warming = false;
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
	targets_init(&t->targets, index_binary, t);
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
		return fail(t, EXIT_RUNTIME, "cannot fork: %s", strerror(-err));
	t->has_child = true;
	return EXIT_OK;
}

int trace_prepare(struct trace *t)
{
	uint64_t t0 = clock_ns();
	bool named = t->o->n_pids || t->o->n_binaries || t->o->cmd;
	int status;

	start_warming(t);
	status = add_named(t);
	if (status)
		return status;
	if (!t->needs_targets) {
		attach_early(t);
		return EXIT_OK;
	}
	if (!named)
		targets_scan(&t->targets, found_process, t);
	t->times.index = clock_ms_since(t0);
	if ((t->o->n_pids || t->o->n_binaries) && !any_ready(t)) {
		for (size_t i = 0; i < t->targets.n_binaries; i++)
			tell_binary(t->targets.binaries[i]);
		return fail(t, EXIT_NO_MATCH, "nothing to trace: no named process or binary fits");
	}
	attach_early(t);
	return EXIT_OK;
}

/* ---- records ---- */
static void connection_died(struct trace *t, uint64_t conn, uint32_t tgid)
{
	t->dead = realloc(t->dead, (t->n_dead + 1) * sizeof(*t->dead));
	if (!t->dead)
		abort();
	t->dead[t->n_dead++] = (struct dead_conn){
		.conn = conn, .since = clock_ns(), .tgid = tgid,
	};
	sweep_connection(&t->loader, conn, tgid);
}

static void on_record(const struct gt_record *r, void *ctx)
{
	struct trace *t = ctx;

	if (r->stmt == GT_CTL_CONN_DEAD)
		connection_died(t, r->values[0], r->tgid);
	else if (r->stmt == GT_CTL_STREAM_DEAD)
		sweep_stream(&t->loader, r->values[0], r->tgid, (uint32_t)r->values[1]);
	else if (r->stmt & GT_CTL || t->limit_reached)
		return;
	else if (r->stmt < t->program->stmts.n &&
		 t->program->stmts.v[r->stmt].kind != STMT_D_EXIT)
		t->limit_reached = output_record(t->output, r);
}

static void drain(struct trace *t, bool all)
{
	if (!t->ring)
		return;
	ring_drain(t->ring, all);
	output_flush(t->output);
}

/* Dead connections: swept again for what raced with the first time, then forgotten. */
static void tend_connections(struct trace *t)
{
	uint64_t now = clock_ns();

	for (size_t i = 0; i < t->n_dead; i++) {
		struct dead_conn *d = &t->dead[i];

		if (!d->swept_again && now - d->since > CONN_AGAIN_NS) {
			d->swept_again = true;
			sweep_connection(&t->loader, d->conn, d->tgid);
		}
		if (now - d->since > CONN_FORGET_NS) {
			sweep_forget_connection(&t->loader, d->conn, d->tgid);
			t->dead[i--] = t->dead[--t->n_dead];
		}
	}
}

static void process_gone(struct trace *t, struct process *p)
{
	drain(t, true);
	sweep_process(&t->loader, (uint32_t)p->pid);
	targets_forget(&t->targets, p);
	if ((t->o->n_pids || t->o->cmd) && !t->targets.n_processes && !t->child_running)
		t->stop = true;
}

/* ---- beginning ---- */
static int explain_load(struct trace *t, int err, struct diag *d)
{
	const struct source *s = t->program->script->source;

	if (err == -EPERM || err == -EACCES) {
		if (!t->loader.err_line && geteuid() != 0)
			return fail(t, EXIT_PRIVILEGE, "not permitted to load BPF programs: run as root, "
				    "or with CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE");
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
		return fail(t, EXIT_RUNTIME, "cannot write %s: %s", t->o->output, strerror(errno));
	err = maps_new(&t->maps, t->program, t->loader.base.script, t->loader.shared);
	if (err)
		return fail(t, EXIT_RUNTIME, "cannot use the maps: %s", strerror(-err));
	for (size_t i = 0; i < t->program->strings.n; i++) {
		const struct string_desc *s = &t->program->strings.v[i];

		maps_put_string(t->maps, s->id, s->text, s->len);
	}
	t->output = output_new(t->program, t->maps, t->out, &oo);
	output_start(t->output);
	return EXIT_OK;
}

static int start_watching(struct trace *t)
{
	char err[256];

	if (!t->needs_targets || t->o->n_pids)
		return EXIT_OK;
	if (t->o->cmd)
		loader_add_tgid(&t->loader, (uint32_t)t->child.pid);
	t->watch = watch_new(t->o->cmd ? loader_map(&t->loader, "gt_tgids") : -1, err, sizeof(err));
	if (!t->watch)
		fprintf(stderr, "gtrace: warning: %s\n", err);
	return EXIT_OK;
}

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
			note(t, "tracing %s (%s, grpc %s)", b->path, b->plan->go,
			     b->plan->grpc[0] ? b->plan->grpc : "unknown");
	}
}

static unsigned count_sites(const struct trace *t)
{
	unsigned n = 0;

	for (size_t i = 0; i < t->targets.n_binaries; i++)
		if (t->targets.binaries[i]->state == BINARY_ATTACHED)
			n += t->targets.binaries[i]->sites;
	return n;
}

static int attach_all(struct trace *t)
{
	size_t attached = 0;

	for (size_t i = 0; i < t->targets.n_processes; i++)
		attached += attach_process(t, t->targets.processes[i]);
	if (t->o->n_binaries || t->o->cmd)
		attach_named_binaries(t);
	if ((t->o->n_pids || t->o->n_binaries) && !count_sites(t))
		return fail(t, EXIT_NO_MATCH, "nothing could be attached");
	if (t->needs_targets && !attached && !t->o->n_binaries && !t->o->cmd)
		note(t, "no running process fits yet: waiting for one to start (^C ends)");
	return EXIT_OK;
}

static int timer_new(uint64_t ns, bool once)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	struct timespec ts = { (time_t)(ns / SEC), (long)(ns % SEC) };
	struct itimerspec its = { .it_value = ts };

	if (!once)
		its.it_interval = ts;
	timerfd_settime(fd, 0, &its, NULL);
	return fd;
}

static void start_timers(struct trace *t)
{
	t->drain_timer = timer_new(t->program->stmts.n ? DRAIN_NS : 10 * DRAIN_NS, false);
	if (t->o->every_ns)
		t->every_timer = timer_new((uint64_t)t->o->every_ns, false);
	if (t->o->for_ns)
		t->for_timer = timer_new((uint64_t)t->o->for_ns, true);
	t->intervals = calloc(t->program->clauses.n + 1, sizeof(*t->intervals));
	if (!t->intervals)
		abort();
	for (size_t i = 0; i < t->program->clauses.n; i++) {
		const struct clause_desc *c = &t->program->clauses.v[i];

		if (!(c->events & EV_BIT(EV_INTERVAL)))
			continue;
		t->intervals[t->n_intervals].fd = timer_new((uint64_t)c->interval_ns, false);
		t->intervals[t->n_intervals++].clause = c->index;
	}
}

static int catch_signals(struct trace *t)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	t->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return t->signals < 0 ? fail(t, EXIT_RUNTIME, "signalfd: %s", strerror(errno)) : EXIT_OK;
}

int trace_begin(struct trace *t, const void *elf, size_t size, struct diag *d)
{
	uint64_t t0 = clock_ns();
	int err = t->load_error ? t->load_error : loader_script(&t->loader, elf, size);
	int status;

	finish_warming(t);
	if (err)
		return explain_load(t, err, d);
	status = open_output(t);
	if (!status)
		status = catch_signals(t);
	if (status)
		return status;
	t->ring = ring_new(loader_map(&t->loader, "gt_ring"), on_record, t);
	t->times.load = clock_ms_since(t0);
	loader_run(&t->loader, HOOK_BEGIN, 0, 0);
	drain(t, true);
	t0 = clock_ns();
	start_watching(t);
	status = attach_all(t);
	if (status)
		return status;
	t->times.attach = clock_ms_since(t0);
	if (!t->loader.shared->exit_asked)
		loader_gate_open(&t->loader);
	t->gate_open = true;
	t->times.total = clock_ms_since(t->started);
	output_attached(t->output, count_sites(t));
	output_flush(t->output);
	if (t->o->verbose)
		note(t, "attached: %u sites", count_sites(t));
	start_timers(t);
	if (t->has_child) {
		t->child_running = true;
		err = child_start(&t->child);
		if (err)
			return fail(t, EXIT_RUNTIME, "-c: %s: %s", t->o->cmd[0], strerror(-err));
	}
	return EXIT_OK;
}

/* ---- the loop ---- */
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
		note(t, "pid %d was attached %.1f ms after it started", p->pid,
		     clock_ms_since(r->time));
	else if (p->binary->state == BINARY_ATTACHED)
		attach_process(t, p);
	if (p->binary->state == BINARY_FAILED)
		targets_forget(&t->targets, p);
}

static void on_exec(const struct watch_record *r, void *ctx)
{
	new_program(ctx, r);
	let_go(r, ctx);
}

static void reap_child(struct trace *t)
{
	int ws;

	if (!t->has_child || waitpid(t->child.pid, &ws, WNOHANG) != t->child.pid)
		return;
	t->child_running = false;
	if (!t->targets.n_processes)
		t->stop = true;
}

static void print_now(struct trace *t)
{
	if (t->program->events & EV_BIT(EV_STREAM_OPEN))
		snapshot_streams(&t->loader);
	drain(t, true);
	output_maps(t->output, false);
	output_flush(t->output);
}

static void on_signal(struct trace *t)
{
	struct signalfd_siginfo si;

	while (read(t->signals, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGUSR1)
			print_now(t);
		else if (si.ssi_signo == SIGCHLD)
			reap_child(t);
		else
			t->stop = true;
	}
}

static bool ticked(int fd)
{
	uint64_t n;

	return fd >= 0 && read(fd, &n, sizeof(n)) == sizeof(n);
}

static void on_timers(struct trace *t)
{
	if (ticked(t->drain_timer)) {
		drain(t, false);
		tend_connections(t);
	}
	for (size_t i = 0; i < t->n_intervals; i++)
		if (ticked(t->intervals[i].fd) && !t->loader.shared->exit_asked)
			loader_run(&t->loader, HOOK_INTERVAL, t->intervals[i].clause, 0);
	if (ticked(t->every_timer)) {
		print_now(t);
		sweep_pending(&t->loader, clock_ns() - PENDING_OLD_NS);
	}
	if (ticked(t->for_timer))
		t->stop = true;
}

static void on_gone(struct trace *t, const struct pollfd *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!(fds[i].revents & POLLIN))
			continue;
		for (size_t k = 0; k < t->targets.n_processes; k++) {
			if (t->targets.processes[k]->pidfd != fds[i].fd)
				continue;
			process_gone(t, t->targets.processes[k]);
			break;
		}
	}
}

/* signals, drain, every, for, watch, intervals, then a pidfd a process */
static size_t gather_fds(struct trace *t, struct pollfd **list)
{
	size_t max = 5 + t->n_intervals + t->targets.n_processes, n = 0;
	struct pollfd *f = realloc(*list, max * sizeof(*f));

	if (!f)
		abort();
	*list = f;
	f[n++] = (struct pollfd){ .fd = t->signals, .events = POLLIN };
	f[n++] = (struct pollfd){ .fd = t->drain_timer, .events = POLLIN };
	f[n++] = (struct pollfd){ .fd = t->every_timer, .events = POLLIN };
	f[n++] = (struct pollfd){ .fd = t->for_timer, .events = POLLIN };
	f[n++] = (struct pollfd){ .fd = t->watch ? watch_fd(t->watch) : -1, .events = POLLIN };
	for (size_t i = 0; i < t->n_intervals; i++)
		f[n++] = (struct pollfd){ .fd = t->intervals[i].fd, .events = POLLIN };
	for (size_t i = 0; i < t->targets.n_processes; i++)
		f[n++] = (struct pollfd){ .fd = t->targets.processes[i]->pidfd, .events = POLLIN };
	return n;
}

static bool over(struct trace *t)
{
	uint64_t asked = t->loader.shared->exit_asked;

	if (asked)
		t->status = (int)(asked - 1);
	return t->stop || t->limit_reached || asked || output_failed(t->output);
}

int trace_loop(struct trace *t)
{
	struct pollfd *fds = NULL;

	while (!over(t)) {
		size_t first = 5 + t->n_intervals, n = gather_fds(t, &fds);

		if (poll(fds, n, -1) < 0 && errno != EINTR)
			break;
		on_signal(t);
		on_timers(t);
		if (t->watch)
			watch_read(t->watch, on_exec, t);
		on_gone(t, fds + first, n - first);
	}
	free(fds);
	return t->status;
}

/* ---- the end ---- */
static void quit_on_second(void)
{
	sigset_t set;

	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* A signal that was pending for us must not end us at unblocking. */
static void swallow_signals(struct trace *t)
{
	struct signalfd_siginfo si;

	while (t->signals >= 0 && read(t->signals, &si, sizeof(si)) == sizeof(si))
		;
}

static void *warm_end(void *arg)
{
	warm_free(arg);
	return NULL;
}

static void detach(struct trace *t)
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
		fail(t, EXIT_RUNTIME, "cannot write %s: %s",
		     t->o->output ? t->o->output : "standard output", strerror(e));
	t->out = NULL;
}

int trace_end(struct trace *t)
{
	uint64_t t0 = clock_ns();

	finish_warming(t);
	if (t->has_child && !t->child_running)
		child_abandon(&t->child);
	if (!t->gate_open) {
		if (t->loader.base.support)
			detach(t);
		return t->status;
	}
	loader_gate_shut(&t->loader);
	maps_wait_programs(t->maps);
	swallow_signals(t);
	quit_on_second();
	if (t->program->events & EV_BIT(EV_STREAM_OPEN))
		snapshot_streams(&t->loader);
	drain(t, true);
	detach(t);
	loader_run(&t->loader, HOOK_END, 0, 0);
	drain(t, true);
	if (t->loader.shared->exit_asked)
		t->status = (int)(t->loader.shared->exit_asked - 1);
	print_end(t);
	check_output(t);
	t->times.stop = clock_ms_since(t0);
	return t->status;
}

static void close_timers(struct trace *t)
{
	const int fds[] = { t->signals, t->drain_timer, t->every_timer, t->for_timer };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	for (size_t i = 0; i < t->n_intervals; i++)
		close(t->intervals[i].fd);
	free(t->intervals);
}

void trace_free(struct trace *t)
{
	if (!t)
		return;
	close_timers(t);
	ring_free(t->ring);
	output_free(t->output);
	maps_free(t->maps);
	targets_fini(&t->targets);
	if (t->loader.base.support)
		loader_fini(&t->loader);
	free(t->dead);
	free(t);
}
