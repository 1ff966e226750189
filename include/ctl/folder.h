/* SPDX-License-Identifier: ISC
 *
 * A folder of keys and certificates that appears under its name complete, or not at all: it is
 * filled under a temporary name beside it and then renamed. Nothing that exists is ever
 * overwritten.
 */
#ifndef CTL_FOLDER_H
#define CTL_FOLDER_H

#include <openssl/x509.h>

#include "ctl/ctl.h"

/* Files that stay whoever's makes them. */
#define NOBODY_ELSE ((struct file_owner){(uid_t)-1, (gid_t)-1})

struct folder {
	char *tmp, *path; /* owned */
	bool made, kept;
};

/* Starts `dir`/`name`; `dir` is made when it is missing. Modes 0700, owner c->owner. -1: USAGE (it
 * exists), FILE, MEMORY. In any case close it. */
int folder_begin(struct ctl *c, const char *dir, const char *name, struct folder *f, struct err *e)
    __attribute__((warn_unused_result));

/* Writes one file in it, owned by c->owner. -1: FILE. */
int folder_add(struct ctl *c, struct folder *f, const char *file, struct view data, mode_t mode,
    struct err *e) __attribute__((warn_unused_result));

/* Gives it its name. -1: FILE. */
int folder_keep(struct folder *f, struct err *e) __attribute__((warn_unused_result));

/* Frees, and removes what was not kept. */
void folder_close(struct folder *f);

/* Removes a folder of plain files with all of them; a missing one is fine. -1: FILE. */
int folder_remove(const char *path, struct err *e) __attribute__((warn_unused_result));

/* "dir/name"; the caller frees. NULL: memory. */
char *path_join(const char *dir, const char *name);

/* Whether something has that name. */
bool path_exists(const char *path);

/* Appends a certificate, or all of a stack, as PEM. -1: MEMORY. */
int pem_add(struct buf *out, const X509 *cert, struct err *e) __attribute__((warn_unused_result));
int pem_add_all(struct buf *out, const STACK_OF(X509) *certs, struct err *e)
    __attribute__((warn_unused_result));

#endif
