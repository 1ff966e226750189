/* SPDX-License-Identifier: ISC
 *
 * For LD_PRELOAD into Redis: writes down how long the append-only file was at its last completed
 * fsync, which is all of it that a power loss leaves. Killing the process alone loses nothing,
 * since what was written stays in the page cache. While the file LEDGER_HOLD exists, no fsync
 * completes.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int
is_append_only(int fd)
{
	static const char end[] = ".incr.aof";
	char link[40], path[512];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path);
	return n > (ssize_t)strlen(end) && memcmp(path + n - strlen(end), end, strlen(end)) == 0;
}

static void
record(long length)
{
	static int out = -1;
	char text[32];
	int n = snprintf(text, sizeof text, "%20ld\n", length);

	if (out < 0)
		out = open(getenv("LEDGER_SYNCED"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (out < 0 || pwrite(out, text, (size_t)n, 0) != n)
		abort();
}

static int
sync_and_record(const char *name, int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
	struct timespec moment = {.tv_nsec = 1000000};
	struct stat st;
	int rc;

	if (real == NULL)
		abort();
	if (!is_append_only(fd))
		return real(fd);
	if (fstat(fd, &st) != 0)
		return -1;
	while (access(getenv("LEDGER_HOLD"), F_OK) == 0)
		nanosleep(&moment, NULL);
	if ((rc = real(fd)) == 0)
		record((long)st.st_size);
	return rc;
}

int
fsync(int fd)
{
	return sync_and_record("fsync", fd);
}

int
fdatasync(int fd)
{
	return sync_and_record("fdatasync", fd);
}
