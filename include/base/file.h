/* SPDX-License-Identifier: ISC
 *
 * Files read whole and written whole. A key file is only read when nobody else could have written
 * it or can read it; a new file appears under its name complete, or not at all.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* Reads a regular file of at most `max` octets into `out` (appended). -1: FILE. */
int file_read(const char *path, size_t max, struct buf *out, struct err *e)
    __attribute__((warn_unused_result));

#define OWNER_NONE ((uid_t)-1)

/* Reads a file that holds a secret. Refused with KEY_FILE, naming what to do: a symbolic link; not
 * a regular file; read or write permission for group or others; the file or its folder owned by
 * neither the effective user, nor root, nor `service`, the user that serves (OWNER_NONE: no
 * other); a folder writable by group or others unless sticky. */
int file_read_secret(const char *path, size_t max, uid_t service, struct secret *out, struct err *e)
    __attribute__((warn_unused_result));

/* Whether the owner of what was looked at is the effective user, root, or `service`. */
struct stat;
bool file_owner_fits(const struct stat *st, uid_t service);

/* Whether a file or folder is safe from others: -1 CONFIG, naming what to do, when its owner does
 * not fit or group or others may write to it (a sticky folder excepted). A symbolic link is
 * followed. What does not exist is safe. */
int file_judge(const char *path, uid_t service, struct err *e) __attribute__((warn_unused_result));

/* Who owns what is made and with which permissions. uid/gid (uid_t)-1: leave. */
struct file_owner {
	uid_t uid;
	gid_t gid;
};

/* Writes a temporary file beside `path`, syncs it, gives it mode and owner, and renames it over
 * `path`; with `fresh` it is an error (FILE) when `path` exists. */
int file_write(const char *path, struct view data, mode_t mode, struct file_owner owner, bool fresh,
    struct err *e) __attribute__((warn_unused_result));

/* Makes a folder (and its parents, mode 0755) unless it is there; only a folder made now gets mode
 * and owner. -1: FILE. */
int dir_make(const char *path, mode_t mode, struct file_owner owner, struct err *e)
    __attribute__((warn_unused_result));

#endif
