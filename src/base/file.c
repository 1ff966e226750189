/* SPDX-License-Identifier: ISC
 *
 * Files. Reading a secret first makes sure that nobody else can have read or replaced it: the
 * folder is opened, judged, and the file opened inside that very folder. Writing goes to a
 * temporary file that takes the name only when it is complete and synced.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static int
fail(struct err *e, enum err_code code, const char *path)
{
	return err_set(e, code, "%s: %s", path, strerror(errno));
}

/* Reads until `n` octets or the end; gives how many, or -1 with errno. */
static ssize_t
read_all(int fd, uint8_t *p, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = read(fd, p + got, n - got);

		if (r == 0)
			break;
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

static int
write_all(int fd, struct view data)
{
	while (data.n > 0) {
		ssize_t w = write(fd, data.p, data.n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -1;
		data.p += w;
		data.n -= (size_t)w;
	}
	return 0;
}

/* The part of a path before the last slash, "." when there is none; the caller frees. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static const char *
name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

int
file_read(const char *path, size_t max, struct buf *out, struct err *e)
{
	struct stat st;
	uint8_t *to;
	ssize_t n;
	int fd, rc = -1;

	/* Without O_NONBLOCK a named pipe would hold us here for ever. */
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) < 0)
		return fail(e, ERR_FILE, path);
	if (fstat(fd, &st) != 0) {
		fail(e, ERR_FILE, path);
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		err_set(e, ERR_FILE, "%s: not a regular file", path);
		goto out;
	}
	if ((uintmax_t)st.st_size > max) {
		err_set(e, ERR_FILE, "%s: larger than %zu bytes", path, max);
		goto out;
	}
	if ((to = buf_room(out, (size_t)st.st_size)) == NULL) {
		err_set(e, ERR_FILE, "%s: no memory", path);
		goto out;
	}
	if ((n = read_all(fd, to, (size_t)st.st_size)) < 0) {
		fail(e, ERR_FILE, path);
		goto out;
	}
	out->n += (size_t)n;
	out->p[out->n] = '\0';
	rc = 0;
out:
	close(fd);
	return rc;
}

/* Whether what was opened can hold a secret; otherwise says what to do about it. */
static int
judge_secret(const char *path, const struct stat *folder, const struct stat *file, uid_t service,
    struct err *e)
{
	if (!S_ISREG(file->st_mode))
		return err_set(e, ERR_KEY_FILE, "%s: not a regular file", path);
	if ((file->st_mode & 077) != 0)
		return err_set(e, ERR_KEY_FILE,
		    "%s: open to group or others (mode %04o): run chmod 600 %s", path,
		    (unsigned)file->st_mode & 07777, path);
	if (!file_owner_fits(file, service))
		return err_set(e, ERR_KEY_FILE, "%s: belongs to user %lu: run chown on it", path,
		    (unsigned long)file->st_uid);
	if (!file_owner_fits(folder, service))
		return err_set(e, ERR_KEY_FILE,
		    "%s: its folder belongs to user %lu: run chown on it", path,
		    (unsigned long)folder->st_uid);
	if ((folder->st_mode & 022) != 0 && (folder->st_mode & S_ISVTX) == 0)
		return err_set(e, ERR_KEY_FILE,
		    "%s: its folder is writable by group or others (mode %04o): run chmod go-w on "
		    "the folder",
		    path, (unsigned)folder->st_mode & 07777);
	return 0;
}

static int
secret_take(int fd, const char *path, size_t n, struct secret *out, struct err *e)
{
	struct secret s = {0};
	ssize_t got;

	if (secret_alloc(&s, n) != 0)
		return err_set(e, ERR_KEY_FILE, "%s: no memory", path);
	if ((got = read_all(fd, s.p, n)) < 0 || (size_t)got != n) {
		secret_free(&s);
		return got < 0 ? fail(e, ERR_KEY_FILE, path)
		               : err_set(e, ERR_KEY_FILE, "%s: changed while it was read", path);
	}
	*out = s;
	return 0;
}

int
file_read_secret(const char *path, size_t max, uid_t service, struct secret *out, struct err *e)
{
	char *folder = folder_of(path);
	struct stat of_folder, of_file;
	int dir = -1, fd = -1, rc = -1;

	if (folder == NULL || (dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
	    fstat(dir, &of_folder) != 0) {
		fail(e, ERR_KEY_FILE, folder == NULL ? path : folder);
		goto out;
	}
	fd = openat(dir, name_of(path), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno == ELOOP) {
		err_set(e, ERR_KEY_FILE, "%s: a symbolic link: name the file itself", path);
		goto out;
	}
	if (fd < 0 || fstat(fd, &of_file) != 0) {
		fail(e, ERR_KEY_FILE, path);
		goto out;
	}
	if (judge_secret(path, &of_folder, &of_file, service, e) != 0)
		goto out;
	if ((uintmax_t)of_file.st_size > max) {
		err_set(e, ERR_KEY_FILE, "%s: larger than %zu bytes", path, max);
		goto out;
	}
	rc = secret_take(fd, path, (size_t)of_file.st_size, out, e);
out:
	if (fd >= 0)
		close(fd);
	if (dir >= 0)
		close(dir);
	free(folder);
	return rc;
}

/* Gives the temporary file its name, which link(2) refuses to take away from another file. */
static int
take_name(const char *temporary, const char *path, bool fresh)
{
	if (!fresh)
		return rename(temporary, path);
	if (link(temporary, path) != 0)
		return -1;
	return unlink(temporary);
}

/* Without this a crash may lose the name although the content is on disk. */
static int
folder_sync(const char *path)
{
	char *folder = folder_of(path);
	int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 || (fsync(fd) != 0 && errno != EINVAL) ? -1 : 0;

	if (fd >= 0)
		close(fd);
	free(folder);
	return rc;
}

int
file_write(const char *path, struct view data, mode_t mode, struct file_owner owner, bool fresh,
    struct err *e)
{
	char *temporary = NULL;
	int fd = -1, rc = -1;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
		temporary = NULL;
		goto out;
	}
	if ((fd = mkostemp(temporary, O_CLOEXEC)) < 0)
		goto out;
	if (write_all(fd, data) != 0 || fchown(fd, owner.uid, owner.gid) != 0 ||
	    fchmod(fd, mode) != 0 || fsync(fd) != 0 || take_name(temporary, path, fresh) != 0) {
		int saved = errno;

		unlink(temporary);
		errno = saved;
		goto out;
	}
	rc = folder_sync(path);
out:
	if (rc != 0)
		fail(e, ERR_FILE, path);
	if (fd >= 0)
		close(fd);
	free(temporary);
	return rc;
}

/* Makes one folder; one that is there already stays as it is. */
static int
dir_make_one(const char *path, mode_t mode, struct file_owner owner)
{
	struct stat st;
	int fd, rc;

	if (mkdir(path, 0700) != 0) {
		if (errno != EEXIST || stat(path, &st) != 0)
			return -1;
		errno = ENOTDIR;
		return S_ISDIR(st.st_mode) ? 0 : -1;
	}
	if ((fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		return -1;
	rc = fchown(fd, owner.uid, owner.gid) != 0 || fchmod(fd, mode) != 0 ? -1 : 0;
	close(fd);
	return rc;
}

int
dir_make(const char *path, mode_t mode, struct file_owner owner, struct err *e)
{
	static const struct file_owner nobody = {(uid_t)-1, (gid_t)-1};
	char *copy = strdup(path), *slash;
	int rc = copy == NULL ? -1 : 0;

	/* A slash at the end would make the folder itself a parent, with the mode of a parent. */
	for (size_t n = strlen(path); rc == 0 && n > 1 && copy[n - 1] == '/'; n--)
		copy[n - 1] = '\0';
	for (slash = copy; rc == 0 && *slash != '\0' && (slash = strchr(slash + 1, '/')) != NULL;) {
		*slash = '\0';
		rc = dir_make_one(copy, 0755, nobody);
		*slash = '/';
	}
	if (rc == 0)
		rc = dir_make_one(copy, mode, owner);
	if (rc != 0)
		fail(e, ERR_FILE, path);
	free(copy);
	return rc;
}
