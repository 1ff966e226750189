/* SPDX-License-Identifier: ISC
 *
 * See daemon/pidfile.h. The file is renamed into place: a link that somebody put there is replaced,
 * never followed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "conf/folder.h"
#include "daemon/pidfile.h"

int
pid_file_write(const char *path, struct pid_file *f, struct err *e)
{
	const struct file_owner leave = {(uid_t)-1, (gid_t)-1};
	struct stat st;
	char text[16];

	*f = (struct pid_file){.path = conf_absolute(path)};
	if (f->path == NULL)
		return err_set(e, ERR_FILE, "%s: %s", path, strerror(errno));
	snprintf(text, sizeof text, "%d\n", (int)getpid());
	if (file_write(f->path, view_str(text), 0644, leave, false, e) != 0)
		return -1;
	if (lstat(f->path, &st) != 0)
		return err_set(e, ERR_FILE, "%s: %s", f->path, strerror(errno));
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	return 0;
}

int
pid_file_remove(struct pid_file *f)
{
	struct stat st;
	int rc = 0;

	if (f->path != NULL && lstat(f->path, &st) == 0 && st.st_dev == f->dev &&
	    st.st_ino == f->ino)
		rc = unlink(f->path);
	free(f->path);
	*f = (struct pid_file){0};
	return rc;
}
