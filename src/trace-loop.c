/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * trace-loop: what happens between opening the gate and shutting it. One poll() waits for
 * signals, timers, programs that start and processes that end. The ring is read by a timer:
 * records do not wake us.
 */
#include "trace-int.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../runtime/sweep.h"
#include "base/clock.h"

#define MS 1000000ull
#define SEC 1000000000ull
#define DRAIN_NS (10 * MS)		/* how often the ring is read */
#define CONN_AGAIN_NS (200 * MS)	/* a dead connection is swept a second time */
#define CONN_FORGET_NS (30 * SEC)
#define PENDING_OLD_NS (300 * SEC)

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

void trace_open_ring(struct trace *t)
{
	t->ring = ring_new(loader_map(&t->loader, "gt_ring"), on_record, t);
}

void trace_drain(struct trace *t, bool all)
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
	trace_drain(t, true);
	sweep_process(&t->loader, (uint32_t)p->pid);
	targets_forget(&t->targets, p);
	if ((t->o->n_pids || t->o->cmd) && !t->targets.n_processes && !t->child_running)
		t->stop = true;
}

/* ---- timers ---- */
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

void trace_start_timers(struct trace *t)
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

void trace_close_timers(struct trace *t)
{
	const int fds[] = { t->signals, t->drain_timer, t->every_timer, t->for_timer };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	for (size_t i = 0; i < t->n_intervals; i++)
		close(t->intervals[i].fd);
	free(t->intervals);
}

/* ---- signals ---- */
int trace_catch_signals(struct trace *t)
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
	if (t->signals < 0)
		return trace_fail(t, EXIT_RUNTIME, "signalfd: %s", strerror(errno));
	return EXIT_OK;
}

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

void trace_release_signals(struct trace *t)
{
	swallow_signals(t);
	quit_on_second();
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
	trace_drain(t, true);
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

/* ---- the loop ---- */
static bool ticked(int fd)
{
	uint64_t n;

	return fd >= 0 && read(fd, &n, sizeof(n)) == sizeof(n);
}

static void on_timers(struct trace *t)
{
	if (ticked(t->drain_timer)) {
		trace_drain(t, false);
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

/* signals, trace_drain, every, for, watch, intervals, then a pidfd a process */
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
			watch_read(t->watch, trace_on_exec, t);
		on_gone(t, fds + first, n - first);
	}
	free(fds);
	return t->status;
}
