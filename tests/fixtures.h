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
#include <string.h>

#include "base/file.h"

#define FIXTURE_MAX (1u << 20)

/* Where the file `name` of a folder lies: "live" or "captured". */
static inline void
fixture_path(const char *folder, const char *name, char path[PATH_MAX])
{
	const char *further = getenv("SCEPD_FIXTURES");

	if (strcmp(folder, "live") == 0)
		further = TESTS_DATA;
	else if (further == NULL)
		further = TESTS_DATA "/../../../shared/fixtures";
	snprintf(path, PATH_MAX, "%s/%s/%s", further, folder, name);
}

/* Appends the file tests/data/live/`name`. */
static inline int
fixture_live(const char *name, struct buf *out)
{
	struct err e = ERR_INIT;
	char path[PATH_MAX];

	fixture_path("live", name, path);
	return file_read(path, FIXTURE_MAX, out, &e);
}

/* Appends the file captured/`name` of the further folder; -1, having said "skipped", when it is not
 * there. */
static inline int
fixture_captured(const char *name, struct buf *out)
{
	struct err e = ERR_INIT;
	char path[PATH_MAX];

	fixture_path("captured", name, path);
	if (file_read(path, FIXTURE_MAX, out, &e) == 0)
		return 0;
	printf("skipped %s ", name);
	return -1;
}

#endif
