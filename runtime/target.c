/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../src/base/clock.h"

static void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		abort();
	return p;
}

static void *append(void *list, size_t n, size_t size)
{
	void *p = realloc(list, (n + 1) * size);

	if (!p)
		abort();
	return p;
}

void targets_init(struct targets *t, binary_index index, void *ctx)
{
	memset(t, 0, sizeof(*t));
	t->index = index;
	t->ctx = ctx;
}

static void binary_free(struct binary *b)
{
	if (b->fd >= 0)
		close(b->fd);
	free(b->path);
	free(b->plan);
	free(b->links);
	free(b->loaded);
	free(b);
}

void targets_fini(struct targets *t)
{
	while (t->n_processes)
		targets_forget(t, t->processes[t->n_processes - 1]);
	for (size_t i = 0; i < t->n_binaries; i++)
		binary_free(t->binaries[i]);
	free(t->binaries);
	free(t->processes);
	memset(t, 0, sizeof(*t));
}

/* ---- binaries ---- */
static struct binary *find_binary(struct targets *t, const struct stat *st)
{
	for (size_t i = 0; i < t->n_binaries; i++)
		if (t->binaries[i]->dev == st->st_dev && t->binaries[i]->ino == st->st_ino)
			return t->binaries[i];
	return NULL;
}

/* Takes the descriptor. */
static struct binary *binary_of_fd(struct targets *t, int fd, const char *path)
{
	struct stat st;
	struct binary *b;

	if (fstat(fd, &st)) {
		close(fd);
		return NULL;
	}
	b = find_binary(t, &st);
	if (b) {
		close(fd);
		return b;
	}
	b = xcalloc(1, sizeof(*b));
	b->dev = st.st_dev;
	b->ino = st.st_ino;
	b->fd = fd;
	b->path = strdup(path);
	t->index(b, t->ctx);
	if (b->state == BINARY_OTHER) {
		close(b->fd);
		b->fd = -1;
	}
	t->binaries = append(t->binaries, t->n_binaries, sizeof(*t->binaries));
	t->binaries[t->n_binaries++] = b;
	return b;
}

struct binary *targets_add_file(struct targets *t, const char *path, char *err, size_t err_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		snprintf(err, err_size, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		snprintf(err, err_size, "%s: %s, expected a program's file", path,
			 S_ISDIR(st.st_mode) ? "is a directory" : "is no regular file");
		close(fd);
		return NULL;
	}
	return binary_of_fd(t, fd, path);
}

/* ---- processes ---- */
struct process *targets_find(struct targets *t, int pid)
{
	for (size_t i = 0; i < t->n_processes; i++)
		if (t->processes[i]->pid == pid)
			return t->processes[i];
	return NULL;
}

void targets_forget(struct targets *t, struct process *p)
{
	for (size_t i = 0; i < t->n_processes; i++) {
		if (t->processes[i] != p)
			continue;
		if (p->pidfd >= 0)
			close(p->pidfd);
		free(p);
		t->processes[i] = t->processes[--t->n_processes];
		return;
	}
}

static struct process *new_process(struct targets *t, int pid)
{
	struct process *p = xcalloc(1, sizeof(*p));

	p->pid = pid;
	p->pidfd = -1;
	p->seen_ns = clock_ns();
	t->processes = append(t->processes, t->n_processes, sizeof(*t->processes));
	t->processes[t->n_processes++] = p;
	return p;
}

/* "/usr/bin/etcd (deleted)" is a path that a person knows without the mark. */
static void exe_path(int pid, char *path, size_t size)
{
	static const char mark[] = " (deleted)";
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	n = readlink(link, path, size - 1);
	path[n < 0 ? 0 : n] = '\0';
	if (n > (ssize_t)sizeof(mark) && !strcmp(path + n - (sizeof(mark) - 1), mark))
		path[n - (ssize_t)(sizeof(mark) - 1)] = '\0';
}

struct process *targets_add_pid(struct targets *t, int pid, char *err, size_t err_size)
{
	char link[64], path[4096];
	struct process *p;
	struct binary *b;
	int fd;

	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	fd = open(link, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		int e = errno;

		snprintf(link, sizeof(link), "/proc/%d", pid);
		if (access(link, F_OK))
			snprintf(err, err_size, "no process %d", pid);
		else if (e == ENOENT)
			snprintf(err, err_size, "process %d is a kernel thread", pid);
		else
			snprintf(err, err_size, "process %d: cannot open its program: %s", pid,
				 strerror(e));
		return NULL;
	}
	exe_path(pid, path, sizeof(path));
	b = binary_of_fd(t, fd, path);
	if (!b) {
		snprintf(err, err_size, "process %d: cannot read its program", pid);
		return NULL;
	}
	p = targets_find(t, pid);
	if (!p && b->state == BINARY_OTHER) {
		snprintf(err, err_size, "process %d: %s: %s", pid, b->path, b->why);
		return NULL;
	}
	if (!p)
		p = new_process(t, pid);
	p->binary = b;
	if (p->pidfd < 0)
		p->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return p;
}

void targets_scan(struct targets *t, void (*found)(struct process *p, void *ctx), void *ctx)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;
	char err[256];

	if (!proc)
		return;
	while ((e = readdir(proc)) != NULL) {
		struct process *p;
		int pid;

		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		pid = atoi(e->d_name);
		if (pid == getpid() || targets_find(t, pid))
			continue;
		p = targets_add_pid(t, pid, err, sizeof(err));
		if (p)
			found(p, ctx);
	}
	closedir(proc);
}
