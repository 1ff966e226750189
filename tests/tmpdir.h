/* SPDX-License-Identifier: ISC
 *
 * A private folder for a test, and names inside it. The folder disappears with tmpdir_remove.
 */
#ifndef TESTS_TMPDIR_H
#define TESTS_TMPDIR_H

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct tmpdir {
	char path[PATH_MAX / 4];
	char name[PATH_MAX];
};

/* 0, or -1 when there is no place for it. The folder has mode 0700. */
static inline int
tmpdir_make(struct tmpdir *t)
{
	const char *base = getenv("TMPDIR");
	int n;

	n = snprintf(t->path, sizeof t->path, "%s/scepd-test.XXXXXX", base != NULL ? base : "/tmp");
	return n < 0 || (size_t)n >= sizeof t->path || mkdtemp(t->path) == NULL ? -1 : 0;
}

/* The path of `name` in the folder, valid until the next call. */
static inline const char *
tmpdir_path(struct tmpdir *t, const char *name)
{
	snprintf(t->name, sizeof t->name, "%s/%s", t->path, name);
	return t->name;
}

static inline int
tmpdir_unlink(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static inline void
tmpdir_remove(struct tmpdir *t)
{
	nftw(t->path, tmpdir_unlink, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
