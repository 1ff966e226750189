/* SPDX-License-Identifier: ISC
 *
 * Whether somebody else could have written a file, or could put another in its place.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

bool
file_owner_fits(const struct stat *st, uid_t service)
{
	return st->st_uid == geteuid() || st->st_uid == 0 || st->st_uid == service;
}

/* In a sticky folder nobody can replace what belongs to another. */
static bool
others_write(const struct stat *st)
{
	bool sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0;

	return (st->st_mode & 022) != 0 && !sticky;
}

int
file_judge(const char *path, uid_t service, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return errno == ENOENT ? 0
		                       : err_set(e, ERR_CONFIG, "%s: %s", path, strerror(errno));
	if (!file_owner_fits(&st, service))
		return err_set(e, ERR_CONFIG, "%s: belongs to user %lu: run chown on it", path,
		    (unsigned long)st.st_uid);
	if (others_write(&st))
		return err_set(e, ERR_CONFIG,
		    "%s: writable by group or others (mode %04o): run chmod go-w %s", path,
		    (unsigned)st.st_mode & 07777, path);
	return 0;
}
