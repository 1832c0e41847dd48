/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stream of output: the limit, a reader that is gone, a full disk, names of
 * processes, rounds of maps, and print() with clear() by the script.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "../unit/tap.h"
#include "fixture.h"

static char text[1 << 18];

/* What an output has written to its file. */
static const char *written(FILE *f, struct output *o)
{
	size_t n;

	output_flush(o);
	rewind(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = 0;
	fseek(f, 0, SEEK_END);
	return text;
}

static unsigned count_of(const char *s, const char *what)
{
	unsigned n = 0;

	for (; (s = strstr(s, what)); s++)
		n++;
	return n;
}

static bool say(struct output *o, unsigned stmt, unsigned pid, unsigned event, uint64_t time)
{
	static const uint64_t words[9] = { 5, 271838, STR_ECHO, 0, 1210000, 0xc000123000, 1, 0, 7 };
	struct gt_record *r = fixture_record(stmt, time, pid, event, words, NULL, 9);
	bool done = output_record(o, r);

	free(r);
	return done;
}

static void limit(struct maps *m)
{
	struct output_opts opts = { .json = true, .limit = 2 };
	FILE *f = tmpfile();
	struct output *o = output_new(fixture(), m, f, &opts);

	ok(!say(o, ST_EMIT, 1, EV_MSG_SEND, 1), "the first record is below the limit");
	ok(!say(o, ST_VALUE, 1, EV_MSG_SEND, 1), "print() does not count");
	ok(say(o, ST_PRINTF, 1, EV_MSG_SEND, 2), "the second reaches it");
	ok(say(o, ST_EMIT, 1, EV_MSG_SEND, 3), "and so does every other");
	written(f, o);
	ok(count_of(text, "\"type\":\"event\"") == 1 && count_of(text, "\"type\":\"printf\"") == 1,
	   "which are not printed");
	output_free(o);
	fclose(f);
}

static void reader_gone(struct maps *m)
{
	struct output_opts opts = { .json = true };
	int p[2];
	FILE *f;
	struct output *o;

	signal(SIGPIPE, SIG_IGN);
	if (pipe(p))
		return;
	f = fdopen(p[1], "w");
	o = output_new(fixture(), m, f, &opts);
	close(p[0]);
	for (unsigned i = 0; i < 1000; i++)
		say(o, ST_EMIT, 1, EV_MSG_SEND, i);
	ok(output_failed(o) == EPIPE && output_flush(o) == -EPIPE, "a closed pipe is EPIPE");
	output_free(o);
	fclose(f);

	f = fopen("/dev/full", "w");
	o = output_new(fixture(), m, f, &opts);
	say(o, ST_EMIT, 1, EV_MSG_SEND, 1);
	ok(!output_failed(o), "nothing is written before a flush");
	ok(output_flush(o) == -ENOSPC && output_failed(o) == ENOSPC, "a full disk is ENOSPC");
	output_free(o);
	fclose(f);

	char *memory = NULL;
	size_t size = 0;

	f = open_memstream(&memory, &size);
	o = output_new(fixture(), m, f, &opts);
	say(o, ST_EMIT, 1, EV_MSG_SEND, 1);
	ok(!output_flush(o) && size > 100, "a stream without a descriptor");
	output_free(o);
	fclose(f);
	free(memory);
}

/* A pipe that nobody reads for a while, and that does not block. */
static void slow_reader(struct maps *m)
{
	struct output_opts opts = { .json = true };
	int p[2];
	struct output *o;
	size_t got = 0;
	FILE *f;

	if (pipe(p))
		return;
	fcntl(p[1], F_SETFL, O_NONBLOCK);
	f = fdopen(p[1], "w");
	if (!fork()) {
		close(p[1]);
		usleep(100000);
		for (ssize_t n; (n = read(p[0], text, sizeof(text))) > 0; )
			got += (size_t)n;
		_exit(got != 1000000);
	}
	close(p[0]);
	o = output_new(fixture(), m, f, &opts);
	for (unsigned i = 0; i < 1000; i++) {
		for (unsigned k = 0; k < 1000; k++)
			strbuf_putc(&o->out, 'x');
		if (o->out.len > 50000)
			output_flush(o);
	}
	output_free(o);
	fclose(f);
	int status = 1;

	while (wait(&status) < 0 && errno == EINTR)
		;
	ok(status == 0, "a slow reader gets everything");
}

static void processes(struct maps *m)
{
	struct output_opts opts = { .json = true };
	FILE *f = tmpfile();
	struct output *o = output_new(fixture(), m, f, &opts);
	int p[2];
	char c;
	pid_t child;

	if (pipe(p))
		return;
	prctl(PR_SET_NAME, "a \"name\"");
	say(o, ST_EMIT, (unsigned)getpid(), EV_MSG_SEND, 1);
	ok(strstr(written(f, o), "\"comm\":\"a \\\"name\\\"\"") != NULL, "the comm of a process");
	prctl(PR_SET_NAME, "other");
	say(o, ST_EMIT, (unsigned)getpid(), EV_MSG_SEND, 2);
	ok(!strstr(written(f, o), "other"), "is read once");
	output_process_changed(o, getpid());
	say(o, ST_EMIT, (unsigned)getpid(), EV_MSG_SEND, 3);
	ok(strstr(written(f, o), "\"comm\":\"other\"") != NULL, "and again when it changed");
	child = fork();
	if (!child) {
		close(p[1]);
		_exit(read(p[0], &c, 1) == 0);
	}
	output_target(o, &(struct output_target){ .pid = child, .exe = "x", .go = "", .grpc = "" });
	close(p[1]);
	close(p[0]);
	waitpid(child, NULL, 0);
	say(o, ST_EMIT, (unsigned)child, EV_MSG_SEND, 4);
	ok(count_of(written(f, o), "\"comm\":\"other\"") == 2,
	   "it is kept when the process is gone");
	say(o, ST_EMIT, 99999999, EV_MSG_SEND, 5);
	ok(strstr(written(f, o), "\"comm\":null") != NULL, "one that was never there has none");
	for (unsigned i = 1; i < 500; i++)
		say(o, ST_EMIT, 90000000 + i, EV_MSG_SEND, i);
	say(o, ST_EMIT, (unsigned)getpid(), EV_MSG_SEND, 6);
	ok(count_of(written(f, o), "\"comm\":\"other\"") == 3, "among hundreds");
	output_free(o);
	fclose(f);
}

static void names(struct maps *m)
{
	struct stmt_desc tick = fixture()->stmts.v[ST_MAP];
	struct output_opts opts = { 0 };
	FILE *f = tmpfile();
	struct output *o = output_new(fixture(), m, f, &opts);

	ok(!strcmp(output_event_name(o, &tick, EV_INTERVAL), "interval:1.5s"),
	   "an interval by its time");
	ok(!strcmp(output_event_name(o, &tick, EV_BEGIN), "begin"), "begin");
	ok(!strcmp(output_event_name(o, &tick, EV_MSG_SEND), "grpc:msg_send"), "a union's member");
	ok(!strcmp(output_event_name(o, &tick, 4000), "?"), "an event that is not");
	output_free(o);
	fclose(f);
}

/* ---- maps through output_record() and output_maps(), real ones ---- */

static struct { const char *name; int fd; } fds[2];

static int find_fd(void *ctx, const char *name)
{
	(void)ctx;
	for (size_t i = 0; i < 2; i++)
		if (fds[i].name && !strcmp(fds[i].name, name))
			return fds[i].fd;
	return -1;
}

static struct output *o;

static void add(unsigned half, uint64_t n)
{
	uint64_t *v = calloc((size_t)libbpf_num_possible_cpus(), 8);

	v[0] = n;
	bpf_map_update_elem(fds[0].fd, &half, v, BPF_ANY);
	free(v);
}

static void tell(unsigned stmt, uint64_t time)
{
	struct gt_record *r = fixture_record(stmt, time, 1, EV_INTERVAL, NULL, NULL, 0);

	output_record(o, r);
	free(r);
}

/* on interval:1s < print(@a); clear(@a) >  on interval:10s < print(@a) > */
static void print_and_clear(void)
{
	static struct stmt_desc stmts[] = {
		{ .id = 0, .kind = STMT_D_PRINT_MAP, .clause = 1 },
		{ .id = 1, .kind = STMT_D_CLEAR, .clause = 1 },
		{ .id = 2, .kind = STMT_D_PRINT_MAP, .clause = 2 },
	};
	static struct clause_desc clauses[2] = { { .index = 1 }, { .index = 2 } };
	unsigned cells = 0;
	struct agg_desc agg = agg_new(BI_COUNT, "count()", t_void, &cells);
	struct map_desc d = { .kind = MAP_AGG, .name = "a", .swap = true, .cells = 1 };
	struct program p = { .stmts = VEC(stmts), .clauses = VEC(clauses) };
	struct gt_shared shared = { .start_ns = 1 };
	struct gt_cell none[3] = { { 0 } };
	struct output_loss extra = { 0 }, total;
	struct output_opts opts = { 0 };
	FILE *f = tmpfile();
	struct maps *m;

	d.aggs.v = &agg;
	d.aggs.n = 1;
	p.maps.v = &d;
	p.maps.n = 1;
	fds[0].name = "m0";
	fds[0].fd = bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "gt_test", 4, 8, 2, NULL);
	if (fds[0].fd < 0 || maps_bind(&m, &p, find_fd, NULL, &shared)) {
		ok(true, "print() and clear() # SKIP no permission to make BPF maps");
		return;
	}
	o = output_new(&p, m, f, &opts);
	add(0, 5);
	tell(0, 1000);
	ok(strstr(written(f, o), "@a\n  count()  5\n") != NULL, "printed");
	add(1, 3);		/* between print() and clear() */
	tell(1, 1001);
	tell(2, 2000);
	ok(strstr(written(f, o), "  count()  3\n") != NULL, "cleared: what came between is kept");
	tell(1, 5000000000);
	tell(2, 5000000001);
	ok(strstr(written(f, o), "@a  (empty)\n") != NULL, "a clear() of its own empties all");
	add(shared.epoch[0] & 1, 4);
	tell(0, 6000000000);
	tell(0, 7000000000);
	ok(count_of(written(f, o), "  count()  4\n") == 2,
	   "a print() whose clear() did not run changes nothing");
	output_maps(o, false);
	ok(strstr(written(f, o), "\nafter ") && strstr(text, "@a\n  count()  4\n"),
	   "a round of maps");
	o->opts.delta = true;
	output_maps(o, false);
	output_maps(o, true);
	output_end(o, none, &extra, &total);
	ok(count_of(written(f, o), "  count()  4\n") == 4 && strstr(text, "\n@a  (empty)\n"),
	   "with --delta a round has its own events only");
	output_free(o);
	maps_free(m);
	close(fds[0].fd);
	fclose(f);
}

/* A ring's bytes are not to be trusted. */
static void noise(struct maps *m)
{
	struct gt_record *r = calloc(1, sizeof(*r) + 64 * 8);
	unsigned lines = 0;

	for (unsigned format = 0; format < 2; format++) {
		struct output_opts opts = { .json = format };
		FILE *f = fopen("/dev/null", "w");
		struct output *out = output_new(fixture(), m, f, &opts);

		for (unsigned i = 0; i < 50000; i++) {
			unsigned char *bytes = (unsigned char *)r;

			for (size_t k = 0; k < sizeof(*r) + 64 * 8; k++)
				bytes[k] = (unsigned char)rand();
			r->stmt = rand() % 8 ? (unsigned)rand() % ST_N : r->stmt;
			r->n = rand() % 8 ? (unsigned)rand() % 64 : r->n;
			r->event = rand() % 8 ? (unsigned)rand() % 64 : r->event;
			r->tgid = rand() % 8 ? 99999999 : r->tgid;
			output_record(out, r);
			lines += out->out.len && out->out.s[out->out.len - 1] == '\n';
		}
		output_free(out);
		fclose(f);
	}
	free(r);
	ok(lines > 1000, "random records do no harm");
}

int main(void)
{
	struct maps *m = fixture_strings(NULL);

	noise(m);

	limit(m);
	reader_gone(m);
	slow_reader(m);
	processes(m);
	names(m);
	print_and_clear();
	maps_free(m);
	return done_testing();
}
