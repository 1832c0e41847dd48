/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tracer's side: a child that opens gtrace-codegen.so, and what comes back.
 *
 * The Program is in the child by the fork itself; bytes come back in a memfd,
 * figures and a failure's text in a page that both map. LLVM may end its process
 * on an error of its back end: what it then says on standard error is kept, too.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../base/clock.h"
#include "codegen.h"

#define MODULE "gtrace-codegen.so"

typedef int (*run_fn)(const struct program *, enum codegen_what, int, struct codegen_result *,
		      char *, size_t);

/* What the child writes. */
struct report {
	struct codegen_result stats;
	char err[1024];
};

struct codegen_job {
	pid_t pid;
	int out, log;		/* memfds: the result; what came on standard error */
	struct report *report;
};

/* ---- the child ---- */

/* $GTRACE_LIBDIR, else beside the executable (the build directory), else where it was installed. */
static void module_path(char *path, size_t size)
{
	const char *dir = getenv("GTRACE_LIBDIR");
	char exe[PATH_MAX];
	ssize_t n;

	if (dir && *dir) {
		snprintf(path, size, "%s/" MODULE, dir);
		return;
	}
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (n > 0) {
		exe[n] = '\0';
		*strrchr(exe, '/') = '\0';
		snprintf(path, size, "%s/" MODULE, exe);
		if (!access(path, R_OK))
			return;
	}
	snprintf(path, size, "%s/" MODULE, PKGLIBDIR);
}

static run_fn open_module(struct report *r)
{
	char path[PATH_MAX + sizeof(MODULE)];
	uint64_t t0 = clock_ns();
	void *module, *run = NULL;

	module_path(path, sizeof(path));
	module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (module)
		run = dlsym(module, "gt_codegen_run");
	if (!run)
		snprintf(r->err, sizeof(r->err), "%s", dlerror());
	r->stats.ms_open = clock_ms_since(t0);
	return (run_fn)run;
}

static _Noreturn void child(const struct program *p, enum codegen_what what,
			    struct codegen_job *job)
{
	struct report *r = job->report;
	struct rusage u;
	run_fn run;
	int err;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(job->log, STDERR_FILENO);
	run = open_module(r);
	if (!run)
		_exit(1);
	err = run(p, what, job->out, &r->stats, r->err, sizeof(r->err));
	if (!getrusage(RUSAGE_SELF, &u))
		r->stats.peak_kib = u.ru_maxrss;
	_exit(err ? 1 : 0);
}

/* ---- the tracer ---- */

static void job_free(struct codegen_job *job)
{
	if (job->out >= 0)
		close(job->out);
	if (job->log >= 0)
		close(job->log);
	if (job->report != MAP_FAILED)
		munmap(job->report, sizeof(*job->report));
	free(job);
}

static void fail(struct diag *d, const char *text)
{
	struct span none = { 0, 0 };
	struct diag_msg *m = diag_error(d, E_CODEGEN, none, "code generation failed: %s", text);

	if (!m)
		return;
	m->has_span = false;
	if (strstr(text, "out of insn range"))
		diag_help(m, "the clauses of one probe make a program too long for BPF: split the script");
}

struct codegen_job *codegen_start(const struct program *p, enum codegen_what what, struct diag *d)
{
	struct codegen_job *job = calloc(1, sizeof(*job));

	if (!job) {
		fail(d, strerror(ENOMEM));
		return NULL;
	}
	job->out = memfd_create("gtrace-object", MFD_CLOEXEC);
	job->log = memfd_create("gtrace-codegen", MFD_CLOEXEC);
	job->report = mmap(NULL, sizeof(*job->report), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	job->pid = -1;
	if (job->out >= 0 && job->log >= 0 && job->report != MAP_FAILED)
		job->pid = fork();
	if (job->pid < 0) {
		fail(d, strerror(errno));
		job_free(job);
		return NULL;
	}
	if (!job->pid)
		child(p, what, job);
	return job;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

/* Why the child gave nothing: its own word, else LLVM's, else how it died. */
static void tell_failure(struct codegen_job *job, int status, struct diag *d)
{
	char text[sizeof(job->report->err)] = "";
	ssize_t n;

	memcpy(text, job->report->err, sizeof(text) - 1);
	if (!text[0]) {
		n = pread(job->log, text, sizeof(text) - 1, 0);
		text[n > 0 ? n : 0] = '\0';
		text[strcspn(text, "\n")] = '\0';
	}
	if (!text[0] && status >= 0 && WIFSIGNALED(status))
		snprintf(text, sizeof(text), "the code generator died of signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	fail(d, text[0] ? text : "the code generator said nothing");
}

static int read_result(int fd, struct codegen_result *out)
{
	struct stat st;

	if (fstat(fd, &st) || st.st_size <= 0)
		return -1;
	out->size = st.st_size;
	out->bytes = malloc(out->size + 1);
	if (!out->bytes || pread(fd, out->bytes, out->size, 0) != (ssize_t)out->size) {
		free(out->bytes);
		return -1;
	}
	((char *)out->bytes)[out->size] = '\0';
	return 0;
}

int codegen_finish(struct codegen_job *job, struct codegen_result *out, struct diag *d)
{
	int status = wait_for(job->pid), err = -1;

	*out = job->report->stats;
	out->bytes = NULL;
	out->size = 0;
	if (status != 0)
		tell_failure(job, status, d);
	else if (read_result(job->out, out))
		fail(d, "its result could not be read");
	else
		err = 0;
	job_free(job);
	return err;
}
