/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(int go, int failed, char *const argv[])
{
	sigset_t none;
	char byte;
	int e;

	if (read(go, &byte, 1) != 1)
		_exit(127);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(argv[0], argv);
	e = errno;
	if (write(failed, &e, sizeof(e)) < 0)
		_exit(126);
	_exit(127);
}

int child_fork(struct child *c, char *const argv[])
{
	int go[2], failed[2];

	if (pipe2(go, O_CLOEXEC) || pipe2(failed, O_CLOEXEC))
		return -errno;
	c->pid = fork();
	if (c->pid < 0)
		return -errno;
	if (c->pid == 0) {
		close(go[1]);
		close(failed[0]);
		run(go[0], failed[1], argv);
	}
	close(go[0]);
	close(failed[1]);
	c->go = go[1];
	c->failed = failed[0];
	return 0;
}

int child_start(struct child *c)
{
	int e = 0;

	if (write(c->go, "g", 1) != 1)
		return -errno;
	close(c->go);
	if (read(c->failed, &e, sizeof(e)) != sizeof(e))
		e = 0;		/* closed by exec */
	close(c->failed);
	return -e;
}

void child_abandon(struct child *c)
{
	close(c->go);
	close(c->failed);
	waitpid(c->pid, NULL, 0);
}

char *child_program(const char *argv0)
{
	const char *path = getenv("PATH");
	char *copy, *rest, *dir, *full = NULL;

	if (strchr(argv0, '/'))
		return access(argv0, X_OK) ? NULL : strdup(argv0);
	copy = rest = strdup(path ? path : "/usr/local/bin:/usr/bin:/bin");
	while (!full && (dir = strsep(&rest, ":")) != NULL) {
		if (asprintf(&full, "%s/%s", *dir ? dir : ".", argv0) < 0)
			abort();
		if (access(full, X_OK)) {
			free(full);
			full = NULL;
		}
	}
	free(copy);
	return full;
}
