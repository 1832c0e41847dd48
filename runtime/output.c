/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "sink.h"

#define BUFFER_BYTES (64u << 10)	/* is written when it has more */

/* A print() and a clear() further apart than this are not the same run of a clause. */
#define SAME_RUN_NS 10000000ull

/* ---- writing ---- */

static void wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	poll(&p, 1, -1);
}

/* A signal (^C) in the middle of a write must not lose what follows: so not stdio. */
static void write_out(struct output *o)
{
	size_t done = 0;

	while (!o->failed && o->fd >= 0 && done < o->out.len) {
		ssize_t n = write(o->fd, o->out.s + done, o->out.len - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN)
			wait_writable(o->fd);
		else if (errno != EINTR)
			o->failed = errno;
	}
	if (o->fd < 0 && o->out.len && !o->failed &&
	    (fwrite(o->out.s, 1, o->out.len, o->file) != o->out.len || fflush(o->file)))
		o->failed = errno ? errno : EIO;
	strbuf_reset(&o->out);
}

int output_flush(struct output *o)
{
	write_out(o);
	return -o->failed;
}

int output_failed(const struct output *o)
{
	return o->failed;
}

static void wrote(struct output *o)
{
	if (o->out.len >= BUFFER_BYTES)
		write_out(o);
}

/* ---- life ---- */

struct output *output_new(const struct program *p, struct maps *m, FILE *out,
			  const struct output_opts *opts)
{
	struct output *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->p = p;
	o->maps = m;
	o->file = out;
	o->opts = *opts;
	o->ops = opts->json ? &sink_json : &sink_text;
	o->held = calloc(p->maps.n ? p->maps.n : 1, sizeof(*o->held));
	if (!o->held) {
		free(o);
		return NULL;
	}
	fflush(out);
	o->fd = fileno(out);
	formatter_init(&o->f, m);
	for (unsigned i = 0; i < EVENT_N; i++)
		decode_event_name(o->event_names[i], sizeof(o->event_names[i]), i);
	if (o->ops->init)
		o->sink = o->ops->init(o);
	return o;
}

void output_free(struct output *o)
{
	if (!o)
		return;
	if (o->ops->fini)
		o->ops->fini(o);
	write_out(o);
	strbuf_fini(&o->out);
	free(o->processes);
	free(o->held);
	free(o);
}

/* ---- what the sinks ask for ---- */

int64_t output_wall_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

int64_t output_elapsed(struct output *o, uint64_t time)
{
	uint64_t start = maps_start_ns(o->maps);

	if (!start) {
		if (!o->first_ns)
			o->first_ns = time;
		start = o->first_ns;
	}
	return (int64_t)(time - start);
}

const char *output_event_name(struct output *o, const struct stmt_desc *s, unsigned event)
{
	static char interval[64];
	struct strbuf b = { 0 };

	if (event != EV_INTERVAL || s->clause == 0 || s->clause > o->p->clauses.n)
		return event < EVENT_N ? o->event_names[event] : "?";
	strbuf_puts(&b, "interval:");
	format_duration(&b, o->p->clauses.v[s->clause - 1].interval_ns);
	snprintf(interval, sizeof(interval), "%s", b.s);
	strbuf_fini(&b);
	return interval;
}

static void read_comm(struct process *p)
{
	char path[32];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", p->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, p->comm, sizeof(p->comm));
		close(fd);
	}
	if (n <= 0)
		return;
	if (p->comm[n - 1] == '\n')
		n--;
	p->len = (unsigned char)n;
	p->seen = true;
}

static struct process *process_slot(struct output *o, int pid)
{
	for (size_t i = (size_t)pid * 2654435761u;; i++) {
		struct process *p = &o->processes[i & (o->process_slots - 1)];

		if (!p->pid || p->pid == pid)
			return p;
	}
}

static bool processes_grow(struct output *o)
{
	struct process *old = o->processes;
	size_t n_old = o->process_slots;
	struct process *slots = calloc(n_old ? 2 * n_old : 64, sizeof(*slots));

	if (!slots)
		return false;
	o->processes = slots;
	o->process_slots = n_old ? 2 * n_old : 64;
	for (size_t i = 0; i < n_old; i++)
		if (old[i].pid)
			*process_slot(o, old[i].pid) = old[i];
	free(old);
	return true;
}

static struct process *process_of(struct output *o, int pid)
{
	struct process *p;

	if (2 * o->n_processes >= o->process_slots && !processes_grow(o))
		return NULL;
	p = process_slot(o, pid);
	if (!p->pid) {
		p->pid = pid;
		o->n_processes++;
	}
	return p;
}

const struct process *output_process(struct output *o, int pid)
{
	static const struct process nobody;
	struct process *p = pid > 0 ? process_of(o, pid) : NULL;

	if (p && !p->seen)
		read_comm(p);
	return p ? p : &nobody;
}

void output_process_changed(struct output *o, int pid)
{
	struct process *p = pid > 0 ? process_of(o, pid) : NULL;

	if (p)
		read_comm(p);	/* what was seen stays where it is gone already */
}

/* ---- the path of things ---- */

void output_start(struct output *o)
{
	if (o->ops->start)
		o->ops->start(o);
	wrote(o);
}

void output_target(struct output *o, const struct output_target *t)
{
	output_process_changed(o, t->pid);	/* while it is there */
	if (o->ops->target)
		o->ops->target(o, t);
	wrote(o);
}

void output_attached(struct output *o, unsigned sites)
{
	if (o->ops->attached)
		o->ops->attached(o, sites);
	wrote(o);
}

/* Whether the clause of this print() also clears the map after it. */
static bool cleared_after(const struct program *p, const struct stmt_desc *print)
{
	for (size_t i = print->id + 1; i < p->stmts.n; i++)
		if (p->stmts.v[i].kind == STMT_D_CLEAR && p->stmts.v[i].map == print->map &&
		    p->stmts.v[i].clause == print->clause)
			return true;
	return false;
}

static void show_map(struct output *o, unsigned id, bool final, const struct stmt_desc *print,
		     uint64_t time)
{
	const struct map_desc *d = &o->p->maps.v[id];
	bool take = o->opts.delta && d->swap;
	bool hold = print && !take && d->swap && d->kind == MAP_AGG && cleared_after(o->p, print);
	struct map_rows rows = { 0 };
	struct sink_map m = {
		.d = d, .rows = &rows, .final = final, .by_script = print != NULL,
		.top = print ? print->top : 0, .wall_ns = output_wall_now(),
	};
	int err = !o->maps ? -ENOENT : hold ? maps_read_held(o->maps, id, &rows) :
		  maps_read(o->maps, id, take, &rows);

	if (err) {
		o->ops->map_failed(o, &m, -err);
		return;
	}
	o->held[id].held = hold;
	o->held[id].clause = print ? print->clause : 0;
	o->held[id].time = time;
	o->ops->map(o, &m);
	map_rows_free(d, &rows);
}

/*
 * clear(@m) right after print(@m) forgets what was printed and nothing else; else
 * everything up to now.
 */
static void clear_map(struct output *o, const struct stmt_desc *s, uint64_t time)
{
	struct held_map *h = &o->held[s->map];

	if (!o->maps)
		return;
	if (h->held && h->clause == s->clause && time - h->time < SAME_RUN_NS)
		maps_drop_held(o->maps, s->map);
	else
		maps_clear(o->maps, s->map);
	h->held = false;
}

static void run_record(struct output *o, const struct stmt_desc *s, const struct gt_record *r,
		       const struct value *values)
{
	switch (s->kind) {
	case STMT_D_EMIT:
		o->ops->event(o, s, r, values);
		o->records++;
		break;
	case STMT_D_PRINTF:
		o->ops->printf(o, s, r, values);
		o->records++;
		break;
	case STMT_D_PRINT_VALUE:
		o->ops->print(o, s, r, values);
		break;
	case STMT_D_PRINT_MAP:
		if (s->map < o->p->maps.n)
			show_map(o, s->map, r->event == EV_END, s, r->time);
		break;
	case STMT_D_CLEAR:
		if (s->map < o->p->maps.n)
			clear_map(o, s, r->time);
		break;
	case STMT_D_EXIT:
		break;
	}
}

static bool at_limit(const struct output *o)
{
	return o->opts.limit && o->records >= o->opts.limit;
}

bool output_record(struct output *o, const struct gt_record *r)
{
	struct value values[GT_VALUES_MAX];
	const struct stmt_desc *s;

	if (at_limit(o))
		return true;
	s = decode_record(o->p, r, values);
	if (s)
		run_record(o, s, r, values);
	wrote(o);
	return at_limit(o);
}

static bool shows_itself(const struct map_desc *d, bool final)
{
	return !d->hidden && !(final && d->printed_at_end);
}

void output_maps(struct output *o, bool final)
{
	for (unsigned i = 0; i < o->p->maps.n; i++)
		if (shows_itself(&o->p->maps.v[i], final))
			show_map(o, i, final, NULL, 0);
	if (o->ops->maps_done)
		o->ops->maps_done(o, final);
	wrote(o);
}

void output_end(struct output *o, const struct gt_cell *cells, const struct output_loss *extra,
		struct output_loss *total)
{
	notes_total(total, cells, o->p->clauses.n, extra);
	o->ops->end(o, cells, extra, total);
	wrote(o);
}
