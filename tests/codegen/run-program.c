/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Compiles a script, loads the object and runs its begin, interval and end clauses
 * in the kernel, then prints what they left, the raw words decoded by nobody else:
 *
 *	run-program [-n TIMES] [-s] 'on begin < … >'
 *
 *	clause 1: events 3 left_out div0 1
 *	@a[1,none] = 7
 *	@q[] = hist(x): 0:1 5:2
 *	record 0: 1 none unknown
 *
 * -n runs begin that often; intervals run in text order, once each, then end. -s flips
 * the half of every swapped map between begin and the rest.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../../bpf-helpers/gt-abi.h"
#include "../../grammar/parse.h"
#include "../../src/codegen/codegen.h"
#include "../../src/sema/sema.h"

static const char *const status_names[GT_STATUS_N] = {
	"known", "none", "before", "full", "fault", "div0", "over", "layout",
};

static const struct program *program;
static struct bpf_object *object;
static unsigned cpus;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "run-program: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct program *compile(struct arena *a, const char *text, struct codegen_result *r)
{
	struct compile_opts opts = { .seed = 1 };
	struct codegen_job *job;
	struct script *s;
	struct program *p;
	struct diag d;

	diag_init(&d, a, source_new(a, "<test>", text, strlen(text)));
	s = gt_parse(a, (struct source *)d.source, &d);
	p = d.errors ? NULL : sema_run(a, s, &opts, &d);
	job = d.errors ? NULL : codegen_start(p, CODEGEN_OBJECT, &d);
	if (!job || codegen_finish(job, r, &d)) {
		diag_print(&d, stderr, false);
		exit(1);
	}
	return p;
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, fmt, ap) : 0;
}

static void load(const struct codegen_result *r)
{
	libbpf_set_print(quiet);
	object = bpf_object__open_mem(r->bytes, r->size, NULL);
	if (!object || bpf_object__load(object))
		die("load");
}

static int map_fd(const char *name)
{
	return bpf_object__find_map_fd_by_name(object, name);
}

static struct gt_shared shared_words(void)
{
	struct gt_shared s;
	gt_u32 zero = 0;

	if (bpf_map_lookup_elem(map_fd("gt_shared"), &zero, &s))
		die("gt_shared");
	return s;
}

static void prepare_shared(void)
{
	struct gt_shared s = shared_words();
	gt_u32 zero = 0;

	s.seed = program->seed;
	s.generation = 1;
	bpf_map_update_elem(map_fd("gt_shared"), &zero, &s, BPF_ANY);
}

static void flip_halves(void)
{
	struct gt_shared s = shared_words();
	gt_u32 zero = 0;

	for (size_t i = 0; i < program->maps.n; i++)
		if (program->maps.v[i].swap)
			s.epoch[program->maps.v[i].id] ^= 1;
	bpf_map_update_elem(map_fd("gt_shared"), &zero, &s, BPF_ANY);
}

static void run(const char *name, gt_u64 arg)
{
	gt_u64 args[12] = { arg };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = sizeof(args));
	struct bpf_program *prog = bpf_object__find_program_by_name(object, name);

	if (prog && bpf_prog_test_run_opts(bpf_program__fd(prog), &opts))
		die(name);
}

/* ---- what is printed ---- */

static void print_word(struct type t, gt_u64 w)
{
	if (t.kind == TYPE_STRING) {
		for (size_t i = 0; i < program->strings.n; i++)
			if (program->strings.v[i].id == w) {
				printf("\"%s\"", program->strings.v[i].text);
				return;
			}
		printf("string");
	} else if (type_is_signed(t)) {
		printf("%lld", (gt_s64)w);
	} else {
		printf("%llu", w);
	}
}

static void print_state(struct type t, gt_u64 w, unsigned state)
{
	if (state)
		printf("%s", state == 1 ? "none" : "unknown");
	else
		print_word(t, w);
}

static void print_key(const struct map_desc *m, const gt_u64 *key)
{
	gt_u64 tags = m->tags ? key[m->keys.n] : 0;

	printf("@%s%s[", m->name ? m->name : "", tags >> 63 ? "'" : "");
	for (size_t i = 0; i < m->keys.n; i++) {
		printf("%s", i ? "," : "");
		print_state(m->keys.v[i].type, key[i], tags >> 2 * i & 3);
	}
	printf("] = ");
}

typedef void (*row_fn)(const struct map_desc *m, const struct agg_desc *a, const gt_u64 *key,
		       const gt_u64 *value);

/* Calls f for every row of a hash. */
static void each_row(const char *name, const struct map_desc *m, const struct agg_desc *a,
		     size_t words, row_fn f)
{
	gt_u64 key[GT_VALUES_MAX + 2], next[GT_VALUES_MAX + 2];
	gt_u64 *value = calloc(words, sizeof(*value));
	int fd = map_fd(name);
	void *from = NULL;

	for (; !bpf_map_get_next_key(fd, from, next); from = key) {
		memcpy(key, next, sizeof(key));
		if (!bpf_map_lookup_elem(fd, key, value))
			f(m, a, key, value);
	}
	free(value);
}

static void print_value(const struct map_desc *m, const struct agg_desc *a, const gt_u64 *key,
			const gt_u64 *value)
{
	(void)a;
	print_key(m, key);
	print_word(m->value, value[0]);
	printf("\n");
}

/* How the words of an aggregation merge: s by sum; l, h are the least and greatest. */
static const char *const merges[BI_N] = {
	[BI_COUNT] = "s", [BI_RATE] = "s", [BI_SUM] = "s", [BI_AVG] = "ss", [BI_MIN] = "sl",
	[BI_MAX] = "sh", [BI_STATS] = "ssslsh", [BI_QUANTILE] = "sh",
};

static void print_merged(const struct agg_desc *a, const gt_u64 *cells, size_t stride, char how,
			 unsigned word)
{
	bool is_signed = type_is_signed(a->type) || a->type.kind == TYPE_VOID;
	gt_u64 w = 0;

	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		gt_u64 c = cells[cpu * stride + word];

		w = how == 's' ? w + c : c > w ? c : w;
	}
	w = how == 'l' ? ~w : w;
	if (how != 's' && is_signed)
		w ^= 1ull << 63;
	printf(is_signed ? " %lld" : " %llu", w);
}

static void print_cells(const struct map_desc *m, const struct agg_desc *a, const gt_u64 *key,
			const gt_u64 *value)
{
	(void)a;
	print_key(m, key);
	for (size_t i = 0; i < m->aggs.n; i++) {
		const struct agg_desc *g = &m->aggs.v[i];
		const char *how = merges[g->id];

		if (!how)
			continue;
		printf("%s%s:", i ? " " : "", builtin_rows[g->id].name);
		for (unsigned w = 0; how[w]; w++)
			print_merged(g, value, m->cells, how[w], g->cell + w);
	}
	printf("\n");
}

static void print_dense(const struct map_desc *m, const struct agg_desc *a, const gt_u64 *key,
			const gt_u64 *value)
{
	print_key(m, key);
	printf("%s:", builtin_rows[a->id].name);
	for (unsigned i = 0; i < a->dense; i++)
		if (value[i])
			printf(" %u:%llu", i, value[i]);
	printf("\n");
}

static void print_sparse(const struct map_desc *m, const struct agg_desc *a, const gt_u64 *key,
			 const gt_u64 *value)
{
	size_t n = m->keys.n + m->tags;

	print_key(m, key);
	printf("%s: bucket %llu:%llu\n", builtin_rows[a->id].name, key[n ? n : 1], value[0]);
}

static void print_array(const struct map_desc *m, const char *name)
{
	gt_u64 *value = calloc((size_t)m->cells * cpus, sizeof(*value));

	for (gt_u32 half = 0; half < 2; half++) {
		const gt_u64 key[] = { (gt_u64)half << 63 };
		gt_u64 any = 0;

		bpf_map_lookup_elem(map_fd(name), &half, value);
		for (size_t i = 0; i < (size_t)m->cells * cpus; i++)
			any |= value[i];
		if (any)
			print_cells(m, NULL, key, value);
	}
	free(value);
}

static void print_map(const struct map_desc *m)
{
	char name[32];

	snprintf(name, sizeof(name), "m%u", m->id);
	if (m->kind == MAP_VALUE)
		each_row(name, m, NULL, 1, print_value);
	else if (m->cells && m->keys.n)
		each_row(name, m, NULL, (size_t)m->cells * cpus, print_cells);
	else if (m->cells)
		print_array(m, name);
	for (size_t i = 0; i < m->aggs.n; i++) {
		const struct agg_desc *a = &m->aggs.v[i];

		snprintf(name, sizeof(name), "m%u_%zu", m->id, i);
		if (a->dense)
			each_row(name, m, a, a->dense, print_dense);
		if (a->sparse)
			each_row(name, m, a, 1, print_sparse);
	}
}

static void print_clause(unsigned index)
{
	struct gt_cell sum = { 0 }, *cells = calloc(cpus, sizeof(*cells));

	if (bpf_map_lookup_elem(map_fd("gt_cells"), &index, cells))
		die("gt_cells");
	for (unsigned cpu = 0; cpu < cpus; cpu++)
		for (size_t w = 0; w < sizeof(sum) / 8; w++)
			((gt_u64 *)&sum)[w] += ((gt_u64 *)&cells[cpu])[w];
	free(cells);
	printf("clause %u: events %llu", index, sum.events);
	for (unsigned s = 0; s < GT_STATUS_N; s++)
		if (sum.left_out[s])
			printf(" left_out %s %llu", status_names[s], sum.left_out[s]);
	if (sum.map_full)
		printf(" map_full %llu", sum.map_full);
	if (sum.ring_full)
		printf(" ring_full %llu", sum.ring_full);
	printf("\n");
}

static int print_record(void *ctx, void *data, size_t size)
{
	const struct gt_record *r = data;
	const struct stmt_desc *d = &program->stmts.v[r->stmt];

	(void)ctx;
	(void)size;
	printf("record %u:", r->stmt);
	for (unsigned i = 0; i < r->n; i++) {
		struct type t = { TYPE_INT, NULL };

		if (i < d->values.n)
			t = d->values.v[i].type;
		printf(" ");
		print_state(t, r->values[i], r->states >> 2 * i & 3);
	}
	printf("\n");
	return 0;
}

static void print_records(void)
{
	struct ring_buffer *rb = ring_buffer__new(map_fd("gt_ring"), print_record, NULL, NULL);

	if (!rb)
		die("ring");
	ring_buffer__consume(rb);
	ring_buffer__free(rb);
}

static void print_shared(void)
{
	struct gt_shared s = shared_words();

	if (s.control_asked)
		printf("asked %llu\n", s.control_asked);
	if (s.exit_asked)
		printf("exit %llu, gate %s\n", s.exit_asked - 1, s.generation ? "open" : "shut");
}

static void print_all(void)
{
	for (size_t i = 0; i < program->clauses.n; i++)
		print_clause(program->clauses.v[i].index);
	for (size_t i = 0; i < program->maps.n; i++)
		print_map(&program->maps.v[i]);
	print_records();
	print_shared();
}

int main(int argc, char **argv)
{
	struct codegen_result r = { 0 };
	struct arena *a = arena_new();
	bool swap = false;
	int times = 1, opt;

	while ((opt = getopt(argc, argv, "n:s")) != -1) {
		if (opt == 'n')
			times = atoi(optarg);
		else if (opt == 's')
			swap = true;
		else
			return 2;
	}
	if (optind + 1 != argc)
		return 2;
	program = compile(a, argv[optind], &r);
	cpus = (unsigned)libbpf_num_possible_cpus();
	load(&r);
	prepare_shared();
	for (int i = 0; i < times; i++)
		run("gt_hook_begin", 0);
	if (swap)
		flip_halves();
	for (size_t i = 0; i < program->clauses.n; i++)
		if (program->clauses.v[i].events & EV_BIT(EV_INTERVAL))
			run("gt_hook_interval", program->clauses.v[i].index);
	run("gt_hook_end", 0);
	print_all();
	bpf_object__close(object);
	free(r.bytes);
	arena_free(a);
	return 0;
}
