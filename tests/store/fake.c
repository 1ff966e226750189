/* SPDX-License-Identifier: ISC
 *
 * See fake.h. One command a read is enough: the store sends one and waits.
 */
#include "fake.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int
open_socket(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 5) != 0)
		abort();
	return fd;
}

static void
serve(int fd, const char *info, const char *other)
{
	char command[65536];
	ssize_t n;

	while ((n = read(fd, command, sizeof command - 1)) > 0) {
		command[n] = '\0';
		if (strstr(command, "INFO") != NULL)
			dprintf(fd, "$%zu\r\n%s\r\n", strlen(info), info);
		else
			dprintf(fd, "%s", other);
	}
	close(fd);
}

pid_t
fake_start(const char *path, const char *info, const char *other)
{
	int fd = open_socket(path);
	pid_t pid = fork();

	if (pid < 0)
		abort();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			serve(accept(fd, NULL, NULL), info, other);
	}
	close(fd);
	return pid;
}

void
fake_stop(pid_t pid, const char *path)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	unlink(path);
}
