/* SPDX-License-Identifier: ISC
 *
 * Folders that appear complete. The temporary name begins with a dot, so that listings pass over
 * one that a crash left behind.
 */
#include "ctl/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>

char *
path_join(const char *dir, const char *name)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

bool
path_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

int
folder_begin(struct ctl *c, const char *dir, const char *name, struct folder *f, struct err *e)
{
	*f = (struct folder){0};
	if (dir_make(dir, 0700, c->owner, e) != 0)
		return -1;
	f->path = path_join(dir, name);
	if (f->path == NULL || asprintf(&f->tmp, "%s/.%s.XXXXXX", dir, name) < 0)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (path_exists(f->path))
		return err_set(e, ERR_USAGE, "%s exists already; nothing is overwritten", f->path);
	if (mkdtemp(f->tmp) == NULL)
		return err_set(e, ERR_FILE, "%s: %s", f->tmp, strerror(errno));
	f->made = true;
	if (chown(f->tmp, c->owner.uid, c->owner.gid) != 0)
		return err_set(e, ERR_FILE, "%s: %s", f->tmp, strerror(errno));
	return 0;
}

int
folder_add(
    struct ctl *c, struct folder *f, const char *file, struct view data, mode_t mode, struct err *e)
{
	char *path = path_join(f->tmp, file);
	int rc;

	if (path == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	rc = file_write(path, data, mode, c->owner, true, e);
	free(path);
	return rc;
}

/* The new name must survive a power cut too. */
static int
sync_parent(const char *path)
{
	char *dir = strdup(path), *slash = dir != NULL ? strrchr(dir, '/') : NULL;
	int fd = -1, rc = -1;

	if (slash != NULL && slash != dir) {
		*slash = '\0';
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd >= 0) {
		rc = fsync(fd);
		close(fd);
	}
	free(dir);
	return rc;
}

int
folder_keep(struct folder *f, struct err *e)
{
	if (rename(f->tmp, f->path) != 0)
		return err_set(e, ERR_FILE, "%s: %s", f->path, strerror(errno));
	f->kept = true;
	if (sync_parent(f->path) != 0)
		return err_set(e, ERR_FILE, "%s: %s", f->path, strerror(errno));
	return 0;
}

int
folder_remove(const char *path, struct err *e)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	int rc = 0;

	if (dir == NULL && errno == ENOENT)
		return 0;
	if (dir == NULL)
		return err_set(e, ERR_FILE, "%s: %s", path, strerror(errno));
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0) != 0)
			rc =
			    err_set(e, ERR_FILE, "%s/%s: %s", path, entry->d_name, strerror(errno));
	}
	closedir(dir);
	if (rc == 0 && rmdir(path) != 0)
		rc = err_set(e, ERR_FILE, "%s: %s", path, strerror(errno));
	return rc;
}

void
folder_close(struct folder *f)
{
	struct err ignored = ERR_INIT;

	if (f->made && !f->kept && folder_remove(f->tmp, &ignored) != 0)
		fprintf(stderr, "scepctl: could not remove %s\n", f->tmp);
	free(f->tmp);
	free(f->path);
	*f = (struct folder){0};
}

int
pem_add(struct buf *out, const X509 *cert, struct err *e)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n;
	int rc = -1;

	if (bio != NULL && PEM_write_bio_X509(bio, cert) == 1 &&
	    (n = BIO_get_mem_data(bio, &text)) > 0)
		rc = buf_add(out, text, (size_t)n);
	BIO_free(bio);
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "out of memory");
}

int
pem_add_all(struct buf *out, const STACK_OF(X509) *certs, struct err *e)
{
	for (int i = 0; i < sk_X509_num(certs); i++) {
		if (pem_add(out, sk_X509_value(certs, i), e) != 0)
			return -1;
	}
	return 0;
}
