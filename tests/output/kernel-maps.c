/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Real BPF maps, filled as the programs of a script fill them, read through maps.h:
 * CPUs, halves, dense and sparse maps, the dictionary, the counters of clauses; and
 * that a map which is emptied while programs count loses nothing.
 */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "../unit/tap.h"
#include "fixture.h"

/* The kernel maps of one Program by name. */
static struct named_fd { char name[16]; int fd; } fds[32];
static size_t n_fds;
static int n_cpus;

static int find_fd(void *ctx, const char *name)
{
	(void)ctx;
	for (size_t i = 0; i < n_fds; i++)
		if (!strcmp(fds[i].name, name))
			return fds[i].fd;
	return -1;
}

static int make(const char *name, enum bpf_map_type type, unsigned key, unsigned value, unsigned n,
		unsigned flags)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = flags);
	int fd = bpf_map_create(type, "gt_test", key, value, n, &opts);

	if (fd < 0)
		return fd;
	snprintf(fds[n_fds].name, sizeof(fds[0].name), "%s", name);
	fds[n_fds++].fd = fd;
	return fd;
}

static void close_all(void)
{
	while (n_fds)
		close(fds[--n_fds].fd);
}

/* Adds to words of one CPU (or of all there is, where the map is shared). */
static void put(int fd, const void *key, bool percpu, int cpu, const uint64_t *words, unsigned n)
{
	uint64_t *value = calloc((size_t)n * (size_t)n_cpus, 8);

	bpf_map_lookup_elem(fd, key, value);
	for (unsigned i = 0; i < n; i++)
		value[(percpu ? (unsigned)(cpu % n_cpus) * n : 0) + i] += words[i];
	bpf_map_update_elem(fd, key, value, BPF_ANY);
	free(value);
}

#define PUT(fd, key, percpu, cpu, ...)							\
	put(fd, key, percpu, cpu, (uint64_t[]){ __VA_ARGS__ },				\
	    sizeof((uint64_t[]){ __VA_ARGS__ }) / 8)

#define EPOCH (1ull << 63)
#define SIGN (1ull << 63)

/* A Program of one map. */
static struct program one_map(struct map_desc *d)
{
	struct program p = { .maps = { .v = d, .n = 1 } };

	return p;
}

/* ---- figures of all CPUs ---- */

static void merge_cpus(bool batch)
{
	static struct key_desc keys[2];
	static struct agg_desc aggs[5];
	unsigned c = 0;
	struct map_desc d = { .kind = MAP_AGG, .tags = true, .keys = VEC(keys), .aggs = VEC(aggs) };
	struct program p = one_map(&d);
	struct map_rows rows;
	struct maps *m;
	int fd;

	key(&keys[0], "method", t_string);
	key(&keys[1], "pid", t_int);
	aggs[0] = agg_new(BI_COUNT, "count()", t_void, &c);
	aggs[1] = agg_new(BI_SUM, "sum(x)", t_int, &c);
	aggs[2] = agg_new(BI_AVG, "avg(x)", t_int, &c);
	aggs[3] = agg_new(BI_MIN, "min(x)", t_int, &c);
	aggs[4] = agg_new(BI_STATS, "stats(x)", t_uint, &c);
	d.cells = c;
	fd = make("m0", BPF_MAP_TYPE_PERCPU_HASH, 24, 8 * c, 100, 0);

	uint64_t small[] = { 11, 1, 0 }, big[] = { 12, 2, 0 }, gone[] = { 0, 3, 2 };

	/* count, sum, avg, min, stats: see bpf-helpers/agg.bpf.h */
	PUT(fd, small, true, 0, 1, 5, 1, 5, 1, ~(5 ^ SIGN), 1, 5, 1, ~5ull, 1, 5);
	PUT(fd, big, true, 0, 2, 7, 2, 7, 2, ~(3 ^ SIGN), 2, 7, 2, ~3ull, 2, 4);
	PUT(fd, big, true, 1, 1, (uint64_t)-20, 1, (uint64_t)-20, 1, ~((uint64_t)-20 ^ SIGN),
	    1, 20, 1, ~20ull, 1, 20);
	PUT(fd, gone, true, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	ok(!maps_bind(&m, &p, find_fd, NULL, NULL), "bound");
	if (!batch)
		maps_no_batch(m);
	ok(!maps_read(m, 0, false, &rows) && rows.n == 3, "three rows");
	if (rows.n == 3) {
		const struct agg_value *v = rows.rows[0].aggs;

		ok(rows.rows[0].keys[0] == 12 && v[0].n == 3,
		   "the row with most comes first, of all CPUs");
		ok(v[1].sum == -13 && v[2].sum == -13 && v[2].n == 3, "sums are signed");
		ok(v[3].some && v[3].min == -20, "the least of all CPUs");
		ok(v[4].some && v[4].n == 3 && v[4].sum == 27 && v[4].min == 3 && v[4].max == 20,
		   "stats of all CPUs");
		ok(rows.rows[1].keys[0] == 11, "as many events: by key, unknown ones last");
		v = rows.rows[2].aggs;
		ok(!v[3].some && !v[4].some && v[2].n == 0 && rows.rows[2].key_status[0] == 2 &&
		   rows.rows[2].key_status[1] == 0, "an unknown key, and no value at all");
	}
	map_rows_free(&d, &rows);
	ok(!maps_clear(m, 0) && !maps_read(m, 0, false, &rows) && rows.n == 0,
	   "cleared key by key");
	map_rows_free(&d, &rows);
	maps_free(m);
	close_all();
}

/* ---- a map without keys ---- */

static void no_keys(void)
{
	static struct agg_desc agg[1];
	unsigned c = 0;
	struct map_desc d = { .kind = MAP_AGG, .swap = true, .aggs = VEC(agg) };
	struct program p = one_map(&d);
	struct gt_shared shared = { .start_ns = 1 };
	struct map_rows rows;
	struct maps *m;
	uint32_t half[] = { 0, 1 };
	int fd;

	agg[0] = agg_new(BI_COUNT, "count()", t_void, &c);
	d.cells = c;
	fd = make("m0", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 2, 0);
	ok(!maps_bind(&m, &p, find_fd, NULL, &shared), "bound");
	ok(!maps_read(m, 0, false, &rows) && rows.n == 0, "nothing counted is no row");
	map_rows_free(&d, &rows);
	PUT(fd, &half[0], true, 0, 4);
	PUT(fd, &half[0], true, 1, 5);
	ok(!maps_read(m, 0, false, &rows) && rows.n == 1 && rows.rows[0].aggs[0].n == 9,
	   "a running total");
	ok(rows.span_ns > 1000000000ull, "that covers the time since the start");
	map_rows_free(&d, &rows);
	ok(!maps_read(m, 0, true, &rows) && rows.n == 1 && rows.rows[0].aggs[0].n == 9, "taken");
	map_rows_free(&d, &rows);
	ok(shared.epoch[0] == 1, "the other half is written now");
	PUT(fd, &half[1], true, 0, 2);
	ok(!maps_read(m, 0, true, &rows) && rows.n == 1 && rows.rows[0].aggs[0].n == 2,
	   "only what is new");
	ok(rows.span_ns < 1000000000ull, "that covers the time since");
	map_rows_free(&d, &rows);
	ok(!maps_read(m, 0, true, &rows) && rows.n == 0, "and then nothing");
	map_rows_free(&d, &rows);
	maps_free(m);
	close_all();
}

/* ---- dense and sparse maps, halves, what is held ---- */

static void both_kinds(bool batch)
{
	static struct key_desc keys[1];
	static struct agg_desc aggs[3];
	unsigned c = 0;
	struct map_desc d = {
		.kind = MAP_AGG, .tags = true, .swap = true, .keys = VEC(keys), .aggs = VEC(aggs),
	};
	struct program p = one_map(&d);
	struct gt_shared shared = { 0 };
	struct map_rows rows;
	struct maps *m;
	int cells, dense, sparse;

	key(&keys[0], "method", t_string);
	aggs[0] = agg_new(BI_COUNT, "count()", t_void, &c);
	aggs[1] = agg_new(BI_HIST, "hist(age)", t_duration, &c);
	aggs[2] = agg_new(BI_QUANTILE, "quantile(age)", t_duration, &c);
	d.cells = c;
	cells = make("m0", BPF_MAP_TYPE_PERCPU_HASH, 16, 8 * c, 64, 0);
	dense = make("m0_1", BPF_MAP_TYPE_HASH, 16, 66 * 8, 64, 0);
	sparse = make("m0_2", BPF_MAP_TYPE_HASH, 24, 8, 4096, 0);

	uint64_t row[66] = { [12] = 3, [13] = 4 };

	for (uint64_t k = 1; k <= 2; k++) {
		PUT(cells, ((uint64_t[]){ k, 0 }), true, (int)k, k, k, 200 ^ SIGN);
		put(dense, (uint64_t[]){ k, 0 }, false, 0, row, 66);
		PUT(sparse, ((uint64_t[]){ k, 0, 100 }), false, 0, 5);
		PUT(sparse, ((uint64_t[]){ k, 0, GT_QUANT_NEG }), false, 0, 1);
		PUT(sparse, ((uint64_t[]){ k, 0, 7 }), false, 0, 2);
	}
	PUT(sparse, ((uint64_t[]){ 3, 0, 9 }), false, 0, 2);	/* its cells found no room */
	ok(!maps_bind(&m, &p, find_fd, NULL, &shared), "bound");
	if (!batch)
		maps_no_batch(m);
	ok(!maps_read(m, 0, false, &rows) && rows.n == 3, "rows of three kernel maps by key");
	if (rows.n == 3) {
		const struct agg_value *v = rows.rows[0].aggs;

		ok(rows.rows[0].keys[0] == 2 && v[0].n == 2, "ordered by the first aggregation");
		ok(v[1].n == 7 && v[1].buckets[12] == 3 && v[1].buckets[13] == 4,
		   "the histogram's row");
		ok(v[2].n == 8 && v[2].n_sparse == 3 && v[2].sparse[0].bucket == GT_QUANT_NEG &&
		   v[2].sparse[1].bucket == 7 && v[2].sparse[2].bucket == 100 && v[2].max == 200,
		   "the percentiles' buckets, in order");
		ok(rows.rows[2].keys[0] == 3 && rows.rows[2].aggs[2].n == 2 &&
		   !rows.rows[2].aggs[2].some,
		   "a key that only one of them has");
	}
	map_rows_free(&d, &rows);

	ok(!maps_read_held(m, 0, &rows) && rows.n == 3 && shared.epoch[0] == 1,
	   "held: read, and flipped");
	map_rows_free(&d, &rows);
	PUT(cells, ((uint64_t[]){ 1, EPOCH }), true, 0, 10, 10, 300 ^ SIGN);
	PUT(sparse, ((uint64_t[]){ 1, EPOCH, 100 }), false, 0, 10);
	ok(!maps_read(m, 0, false, &rows) && rows.n == 3 && rows.rows[0].keys[0] == 1 &&
	   rows.rows[0].aggs[0].n == 11 && rows.rows[0].aggs[2].n == 18 &&
	   rows.rows[0].aggs[2].max == 300,
	   "what is held still counts");
	map_rows_free(&d, &rows);
	ok(!maps_read_held(m, 0, &rows) && rows.n == 3 && rows.rows[0].aggs[2].n_sparse == 3 &&
	   rows.rows[0].aggs[2].n == 18 && rows.rows[0].aggs[1].n == 7,
	   "also when it is held again");
	map_rows_free(&d, &rows);
	PUT(cells, ((uint64_t[]){ 9, 0 }), true, 0, 1, 1, 5 ^ SIGN);
	maps_drop_held(m, 0);
	ok(!maps_read(m, 0, false, &rows) && rows.n == 1 && rows.rows[0].keys[0] == 9,
	   "dropped: only what came after");
	map_rows_free(&d, &rows);
	ok(!maps_read(m, 0, true, &rows) && rows.n == 1, "taken");
	map_rows_free(&d, &rows);

	uint64_t any[3];

	ok(bpf_map_get_next_key(cells, NULL, any) && bpf_map_get_next_key(dense, NULL, any) &&
	   bpf_map_get_next_key(sparse, NULL, any), "and nothing is left in the kernel");
	maps_free(m);
	close_all();
}

static void many_keys(void)
{
	static struct key_desc keys[1];
	struct map_desc d = { .kind = MAP_VALUE, .name = "n", .keys = VEC(keys), .value = t_int };
	struct program p = one_map(&d);
	struct map_rows rows, again;
	struct maps *m;
	int fd = make("m0", BPF_MAP_TYPE_HASH, 8, 8, 300000, BPF_F_NO_PREALLOC);
	bool same = true;

	key(&keys[0], "goid", t_int);
	for (uint64_t k = 0; k < 200000; k++)
		bpf_map_update_elem(fd, &k, (uint64_t[]){ k / 2 }, BPF_ANY);
	ok(!maps_bind(&m, &p, find_fd, NULL, NULL), "bound");
	ok(!maps_read(m, 0, false, &rows) && rows.n == 200000, "200000 keys in batches");
	maps_no_batch(m);
	ok(!maps_read(m, 0, false, &again) && again.n == 200000, "and one by one");
	for (size_t i = 0; i < rows.n && i < again.n; i++)
		same &= rows.rows[i].keys[0] == again.rows[i].keys[0] &&
			rows.rows[i].value == again.rows[i].value;
	ok(same && rows.rows[0].keys[0] == 199998 && rows.rows[1].keys[0] == 199999,
	   "the same: largest first, equal ones by key");
	map_rows_free(&d, &rows);
	map_rows_free(&d, &again);
	maps_free(m);
	close_all();
}

/* ---- strings and counters ---- */

static void strings(void)
{
	struct program p = { 0 };
	struct gt_str s = { .len = 5, .full_len = 5, .text = "hello" };
	uint64_t id = 77;
	struct maps *m;
	size_t len;
	bool cut;
	const char *t;
	int fd = make("gt_dict", BPF_MAP_TYPE_HASH, 8, sizeof(struct gt_str), 100, 0);
	char big[300];

	ok(!maps_bind(&m, &p, find_fd, NULL, NULL), "bound");
	ok(!maps_string(m, id, &len, &cut), "a string that is not there");
	bpf_map_update_elem(fd, &id, &s, BPF_ANY);
	t = maps_string(m, id, &len, &cut);
	ok(t && len == 5 && !memcmp(t, "hello", 5) && !cut, "is found once it is");
	bpf_map_delete_elem(fd, &id);
	ok(maps_string(m, id, &len, &cut) == t, "and kept");
	id = 78;
	s.len = 0;
	bpf_map_update_elem(fd, &id, &s, BPF_ANY);
	ok(!maps_string(m, id, &len, &cut), "a text that is being written is not shown");
	s.len = GT_STR_MAX;
	s.full_len = 1000;
	memset(s.text, 'x', sizeof(s.text));
	bpf_map_update_elem(fd, &id, &s, BPF_ANY);
	ok(maps_string(m, id, &len, &cut) && len == GT_STR_MAX && cut,
	   "the beginning of a long one");
	id = 79;
	s.len = 0xffffffff;
	bpf_map_update_elem(fd, &id, &s, BPF_ANY);
	ok(maps_string(m, id, &len, &cut) && len == GT_STR_MAX, "a length that cannot be");
	memset(big, 'y', sizeof(big));
	ok(!maps_put_string(m, 80, big, sizeof(big)) &&
	   !bpf_map_lookup_elem(fd, (uint64_t[]){ 80 }, &s) && s.len == GT_STR_MAX &&
	   s.full_len == 300, "one of the tracer's own is in the kernel's map");
	for (uint64_t i = 1000; i < 5000; i++)
		maps_put_string(m, i, big, i % 7);
	for (uint64_t i = 1000; i < 5000; i++)
		if (!maps_string(m, i, &len, &cut) || len != i % 7)
			id = 0;
	ok(id && t && !memcmp(t, "hello", 5), "thousands; the first is where it was");
	maps_free(m);
	close_all();
}

static void counters(void)
{
	static struct clause_desc clauses[2];
	struct program p = { .clauses = VEC(clauses) };
	struct gt_cell out[3], *all = calloc((size_t)n_cpus, sizeof(*all));
	struct maps *m;
	int fd = make("gt_cells", BPF_MAP_TYPE_PERCPU_ARRAY, 4, sizeof(struct gt_cell), 3, 0);

	for (uint32_t c = 0; c < 3; c++) {
		for (int i = 0; i < n_cpus; i++)
			all[i] = (struct gt_cell){
				.events = c + 1, .left_out[GT_UNK_BEFORE] = 2,
				.sides = { 1, c }, .truncated = 5,
			};
		bpf_map_update_elem(fd, &c, all, BPF_ANY);
	}
	ok(!maps_bind(&m, &p, find_fd, NULL, NULL) && !maps_cells(m, out), "read");
	ok(out[2].events == 3u * (unsigned)n_cpus && out[0].events == (unsigned)n_cpus &&
	   out[1].left_out[GT_UNK_BEFORE] == 2u * (unsigned)n_cpus &&
	   out[2].sides[1] == 2u * (unsigned)n_cpus &&
	   out[1].truncated == 5u * (unsigned)n_cpus, "sums over the CPUs");
	free(all);
	maps_free(m);
	close_all();
}

static void misfits(void)
{
	static struct agg_desc agg[1];
	static struct key_desc keys[1];
	unsigned c = 0;
	struct map_desc d = { .kind = MAP_AGG, .tags = true, .keys = VEC(keys), .aggs = VEC(agg) };
	struct program p = one_map(&d);
	struct maps *m;

	agg[0] = agg_new(BI_COUNT, "count()", t_void, &c);
	d.cells = c;
	ok(maps_bind(&m, &p, find_fd, NULL, NULL) == -ENOENT && !m,
	   "a map that is not in the object");
	make("m0", BPF_MAP_TYPE_PERCPU_HASH, 8, 8, 10, 0);
	ok(maps_bind(&m, &p, find_fd, NULL, NULL) == -EINVAL && !m, "a map with other keys");
	close_all();
}

/* ---- nothing falls between ---- */

#define INSN(c, d, s, o, i) { .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }

/* Counts under the epoch of the shared page, long after it has found what to add to. */
static int load_counter(int shared, int counts)
{
	struct bpf_insn prog[] = {
		INSN(BPF_LD | BPF_DW | BPF_IMM, 6, BPF_PSEUDO_MAP_VALUE, 0, shared),
		INSN(0, 0, 0, 0, offsetof(struct gt_shared, epoch)),
		INSN(BPF_LDX | BPF_MEM | BPF_DW, 6, 6, 0, 0),
		INSN(BPF_ALU64 | BPF_LSH | BPF_K, 6, 0, 0, 63),
		INSN(BPF_STX | BPF_MEM | BPF_DW, 10, 6, -8, 0),
		INSN(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -16, 0),
		INSN(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, counts),
		INSN(0, 0, 0, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -8),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 3, 10, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 3, 0, 0, -16),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 4, 0, 0, BPF_NOEXIST),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_update_elem),
		INSN(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, counts),
		INSN(0, 0, 0, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -8),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem),
		INSN(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 5, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 7, 0, 0, 300000),
		INSN(BPF_ALU64 | BPF_SUB | BPF_K, 7, 0, 0, 1),
		INSN(BPF_JMP | BPF_JNE | BPF_K, 7, 0, -2, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 1, 0, 0, 1),
		INSN(BPF_STX | BPF_ATOMIC | BPF_DW, 0, 1, 0, BPF_ADD),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	return bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "gt_count", "GPL", prog,
			     sizeof(prog) / sizeof(prog[0]), NULL);
}

#define ROUNDS 100
#define REPEAT 20

static bool stop_counting;

static void *count_away(void *fd)
{
	char packet[64] = { 0 };
	uint64_t n = 0;

	while (!__atomic_load_n(&stop_counting, __ATOMIC_RELAXED)) {
		LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet,
			    .data_size_in = sizeof(packet),
			    .repeat = REPEAT);

		if (bpf_prog_test_run_opts(*(int *)fd, &run))
			break;
		n += REPEAT;
	}
	return (void *)(uintptr_t)n;
}

static void nothing_falls_between(void)
{
	static struct agg_desc agg[1];
	unsigned c = 0;
	struct map_desc d = { .kind = MAP_AGG, .tags = true, .swap = true, .aggs = VEC(agg) };
	struct program p = one_map(&d);
	struct map_rows rows;
	struct maps *m;
	pthread_t threads[3];
	uint64_t counted = 0, taken = 0;
	size_t size = (sizeof(struct gt_shared) + 4095) & ~4095ul;
	int shared = make("shared", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct gt_shared), 1,
			  BPF_F_MMAPABLE);
	int counts = make("m0", BPF_MAP_TYPE_PERCPU_HASH, 8, 8, 16, 0), prog;
	struct gt_shared *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, shared, 0);

	agg[0] = agg_new(BI_COUNT, "count()", t_void, &c);
	d.cells = c;
	prog = load_counter(shared, counts);
	if (page == MAP_FAILED || prog < 0 || maps_bind(&m, &p, find_fd, NULL, page)) {
		ok(false, "a program that counts: %s", strerror(errno));
		return;
	}
	for (unsigned i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, count_away, &prog);
	for (unsigned i = 0; i < ROUNDS; i++) {
		usleep(2000);
		if (maps_read(m, 0, true, &rows))
			break;
		taken += rows.n ? rows.rows[0].aggs[0].n : 0;
		map_rows_free(&d, &rows);
	}
	__atomic_store_n(&stop_counting, true, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < 3; i++) {
		void *n;

		pthread_join(threads[i], &n);
		counted += (uintptr_t)n;
	}
	for (unsigned i = 0; i < 2; i++) {
		maps_read(m, 0, true, &rows);
		taken += rows.n ? rows.rows[0].aggs[0].n : 0;
		map_rows_free(&d, &rows);
	}
	ok(counted > 1000 && counted == taken, "%llu counted, %llu taken in %d rounds",
	   (unsigned long long)counted, (unsigned long long)taken, ROUNDS);
	maps_free(m);
	munmap(page, size);
	close(prog);
	close_all();
}

int main(void)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	n_cpus = libbpf_num_possible_cpus();
	if (make("m0", BPF_MAP_TYPE_PERCPU_HASH, 8, 8, 10, 0) < 0) {
		printf("1..0 # SKIP no permission to make BPF maps: %s\n", strerror(errno));
		return 0;
	}
	close_all();
	merge_cpus(true);
	merge_cpus(false);
	no_keys();
	both_kinds(true);
	both_kinds(false);
	many_keys();
	strings();
	counters();
	misfits();
	nothing_falls_between();
	return done_testing();
}
