/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * goelf-bench BINARY [RUNS]: time what the tracer asks of a grpc binary at start: the facts,
 * a set of names, their sites, some thirty offsets. Prints the fastest and median run in ms
 * by stage, and resident memory before and after.
 */
#include "../../src/goelf/goelf.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define IT "google.golang.org/grpc/internal/transport"
#define GRPC "google.golang.org/grpc."

static const char *const names[] = {
	IT ".(*loopyWriter).writeHeader", IT ".(*loopyWriter).cleanupStreamHandler",
	IT ".(*http2Client).operateHeaders", IT ".(*http2Server).operateHeaders",
	IT ".(*http2Client).handleData", IT ".(*http2Server).handleData",
	IT ".(*framer).writeData", "golang.org/x/net/http2.(*Framer).WriteDataPadded",
	IT ".(*http2Client).handleRSTStream", IT ".(*http2Server).handleRSTStream",
	"golang.org/x/net/http2.(*Framer).WriteRSTStream",
	"golang.org/x/net/http2.(*Framer).WriteGoAway", IT ".(*http2Client).handleGoAway",
	GRPC "(*ClientConn).Invoke", GRPC "newClientStream", GRPC "invoke",
	IT ".(*http2Client).closeStream", IT ".(*http2Server).write", IT ".(*http2Client).write",
	GRPC "(*Server).handleStream", "runtime.newproc1", "runtime.casgstatus",
};
enum { NNAMES = sizeof(names) / sizeof(*names) };

static const char *const fields[][3] = {
	{ IT, "http2Server", "conn" }, { IT, "http2Server", "controlBuf" },
	{ IT, "http2Server", "framer" }, { IT, "http2Server", "maxStreams" },
	{ IT, "http2Server", "activeStreams" }, { IT, "http2Server", "peer.Addr" },
	{ IT, "http2Server", "peer.LocalAddr" }, { IT, "http2Server", "remoteAddr" },
	{ IT, "http2Client", "conn" }, { IT, "http2Client", "controlBuf" },
	{ IT, "http2Client", "framer" }, { IT, "http2Client", "remoteAddr" },
	{ IT, "http2Client", "streamQuota" }, { IT, "http2Client", "nextID" },
	{ IT, "http2Client", "activeStreams" }, { IT, "Stream", "id" }, { IT, "Stream", "method" },
	{ IT, "Stream", "state" }, { IT, "Stream", "wq" }, { IT, "loopyWriter", "cbuf" },
	{ IT, "loopyWriter", "sendQuota" }, { IT, "loopyWriter", "oiws" },
	{ IT, "writeQuota", "quota" }, { IT, "ServerStream", "id" }, { IT, "ClientStream", "id" },
	{ IT, "cleanupStream", "rstCode" }, { "net", "TCPAddr", "Port" },
	{ "runtime", "g", "goid" }, { "runtime", "g", "parentGoid" }, { "runtime", "m", "curg" },
};
enum { NFIELDS = sizeof(fields) / sizeof(*fields) };

enum { OPEN, INFO, FIND, SITES, FIELDS, INLINED, CLOSE, NSTAGES };
static const char *const stage_names[] = {
	"open", "info", "find", "sites", "fields", "inlined", "close",
};

static double now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static long rss_kib(void)
{
	long size = 0, rss = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (f && fscanf(f, "%ld %ld", &size, &rss) != 2)
		rss = 0;
	if (f)
		fclose(f);
	return rss * 4;
}

static int found_fields, found_sites, found_names;
static long peak;

static void lap(double *t, double *last)
{
	double now = now_ms();
	*t = now - *last;
	*last = now;
}

static int run(int fd, double t[NSTAGES])
{
	struct goelf *g;
	struct goelf_info info;
	struct goelf_func f[NNAMES];
	struct goelf_site s;
	struct goelf_err err;
	double last = now_ms();
	if (goelf_open(fd, "binary", &g, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	lap(&t[OPEN], &last);
	goelf_info(g, &info);
	lap(&t[INFO], &last);
	found_names = goelf_find(g, names, NNAMES, f);
	lap(&t[FIND], &last);
	found_sites = found_fields = 0;
	for (int i = 0; i < NNAMES; i++)
		found_sites += f[i].vaddr && !goelf_site(g, &f[i], &s, NULL);
	lap(&t[SITES], &last);
	for (int i = 0; i < NFIELDS; i++) {
		uint64_t off;
		const char *const *f3 = fields[i];
		found_fields += !goelf_field_offset(g, f3[0], f3[1], f3[2], &off, NULL);
	}
	lap(&t[FIELDS], &last);
	goelf_count_inlined(g, f, NNAMES);
	lap(&t[INLINED], &last);
	peak = rss_kib();
	last = now_ms();
	goelf_close(g);
	lap(&t[CLOSE], &last);
	return 0;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	int runs = argc > 2 ? atoi(argv[2]) : 15;
	if (fd < 0 || runs < 1) {
		fprintf(stderr, "usage: goelf-bench BINARY [RUNS]\n");
		return 2;
	}
	double (*t)[NSTAGES] = calloc((size_t)runs, sizeof(*t)), *col = calloc((size_t)runs, 8);
	long before = rss_kib();
	for (int i = 0; i < runs; i++)
		if (run(fd, t[i]))
			return 1;
	printf("%d of %d names, %d sites, %d of %d fields\n", found_names, NNAMES, found_sites,
	       found_fields, NFIELDS);
	double sum[2] = { 0, 0 };
	for (int s = 0; s < NSTAGES; s++) {
		for (int i = 0; i < runs; i++)
			col[i] = t[i][s];
		qsort(col, (size_t)runs, sizeof(*col), by_value);
		printf("%-8s min %7.2f  median %7.2f ms\n", stage_names[s], col[0], col[runs / 2]);
		if (s != INLINED) {
			sum[0] += col[0];
			sum[1] += col[runs / 2];
		}
	}
	printf("without inlined: min %.2f  median %.2f ms\n", sum[0], sum[1]);
	printf("rss before %ld, peak %ld, after %ld KiB\n", before, peak, rss_kib());
	return 0;
}
