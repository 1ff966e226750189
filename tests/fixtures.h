/* SPDX-License-Identifier: ISC
 *
 * Recorded messages. Those under tests/data/live belong to the sources. A folder of further ones,
 * named by the variable SCEPD_FIXTURES or lying beside the sources, is used when it is there.
 */
#ifndef TESTS_FIXTURES_H
#define TESTS_FIXTURES_H

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"

#define FIXTURE_MAX (1u << 20)

/* Appends the file tests/data/live/`name`. */
static inline int
fixture_live(const char *name, struct buf *out)
{
	struct err e = ERR_INIT;
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/live/%s", TESTS_DATA, name);
	return file_read(path, FIXTURE_MAX, out, &e);
}

/* Appends the file captured/`name` of the further folder; -1, having said "skipped", when it is not
 * there. */
static inline int
fixture_captured(const char *name, struct buf *out)
{
	const char *folder = getenv("SCEPD_FIXTURES");
	struct err e = ERR_INIT;
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/captured/%s",
	    folder != NULL ? folder : TESTS_DATA "/../../../shared/fixtures", name);
	if (file_read(path, FIXTURE_MAX, out, &e) == 0)
		return 0;
	printf("skipped %s ", name);
	return -1;
}

#endif
