/* SPDX-License-Identifier: ISC
 *
 * See base/journal.h.
 */
#include "base/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct journal {
	char *path;
	int fd;
};

static int
open_path(const char *path, struct err *e)
{
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

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

/* Whether the last line is whole: a disk that was full, or a process that was killed, may have torn
 * it. */
static bool
ends_well(int fd)
{
	struct stat st;
	char last;

	return fstat(fd, &st) != 0 || st.st_size == 0 || pread(fd, &last, 1, st.st_size - 1) != 1 ||
	       last == '\n';
}

/* Under a lock, for another process might be in the middle of its line. */
static int
add_locked(struct journal *j, struct view line, struct err *e)
{
	struct iovec parts[] = {
	    {.iov_base = (char[1]){'\n'}, .iov_len = ends_well(j->fd) ? 0 : 1},
	    {.iov_base = (void *)(uintptr_t)line.p, .iov_len = line.n},
	    {.iov_base = (char[1]){'\n'}, .iov_len = 1},
	};
	ssize_t n;

	while ((n = writev(j->fd, parts, 3)) < 0 && errno == EINTR)
		;
	if (n == (ssize_t)(parts[0].iov_len + line.n + 1))
		return 0;
	return err_set(
	    e, ERR_FILE, "%s: %s", j->path, n < 0 ? strerror(errno) : "the disk is full");
}

int
journal_add(struct journal *j, struct view line, struct err *e)
{
	int rc;

	while (flock(j->fd, LOCK_EX) != 0)
		if (errno != EINTR)
			return err_set(e, ERR_FILE, "%s: lock: %s", j->path, strerror(errno));
	rc = add_locked(j, line, e);
	flock(j->fd, LOCK_UN);
	return rc;
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
