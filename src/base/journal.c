/* SPDX-License-Identifier: ISC
 *
 * See base/journal.h.
 */
#include "base/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

struct journal {
	char *path;
	int fd;
};

static int
open_path(const char *path, struct err *e)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

	return fd >= 0 ? fd : err_set(e, ERR_FILE, "%s: %s", path, strerror(errno));
}

struct journal *
journal_open(const char *path, struct err *e)
{
	struct journal *j = calloc(1, sizeof *j);

	if (j == NULL || (j->path = strdup(path)) == NULL) {
		free(j);
		err_set(e, ERR_MEMORY, "journal");
		return NULL;
	}
	if ((j->fd = open_path(path, e)) >= 0)
		return j;
	journal_free(j);
	return NULL;
}

int
journal_reopen(struct journal *j, struct err *e)
{
	int fd = open_path(j->path, e);

	if (fd < 0)
		return -1;
	close(j->fd);
	j->fd = fd;
	return 0;
}

int
journal_add(struct journal *j, struct view line, struct err *e)
{
	struct iovec parts[] = {
	    {.iov_base = (void *)(uintptr_t)line.p, .iov_len = line.n},
	    {.iov_base = (char[1]){'\n'}, .iov_len = 1},
	};
	ssize_t n;

	while ((n = writev(j->fd, parts, 2)) < 0 && errno == EINTR)
		;
	if (n == (ssize_t)line.n + 1)
		return 0;
	/* What comes next must begin a line of its own. */
	if (n > 0 && write(j->fd, "\n", 1) != 1)
		return err_set(e, ERR_FILE, "%s: %s", j->path, strerror(errno));
	return err_set(
	    e, ERR_FILE, "%s: %s", j->path, n < 0 ? strerror(errno) : "the disk is full");
}

void
journal_free(struct journal *j)
{
	if (j == NULL)
		return;
	if (j->fd >= 0)
		close(j->fd);
	free(j->path);
	free(j);
}
