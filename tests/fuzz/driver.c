/* SPDX-License-Identifier: ISC
 *
 * Replays recorded inputs through a fuzz target: the files named, or all of tests/data/live and of
 * tests/data/fuzz/NAME for the program f_NAME.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "fuzz.h"

#define INPUT_MAX (1u << 20)

/* An exact copy, so that a sanitizer sees the first octet read too many. */
static void
replay(const char *path)
{
	struct buf b = {0};
	struct err e = ERR_INIT;
	uint8_t *copy;

	if (file_read(path, INPUT_MAX, &b, &e) != 0) {
		fprintf(stderr, "%s\n", e.detail);
		exit(1);
	}
	PROMISE((copy = malloc(b.n == 0 ? 1 : b.n)) != NULL);
	memcpy(copy, b.p, b.n);
	LLVMFuzzerTestOneInput(copy, b.n);
	free(copy);
	buf_free(&b);
}

static unsigned
replay_folder(const char *folder)
{
	DIR *d = opendir(folder);
	const struct dirent *entry;
	unsigned n = 0;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		char path[PATH_MAX];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		replay(path);
		n++;
	}
	if (d != NULL)
		closedir(d);
	return n;
}

int
main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	char own[PATH_MAX];
	unsigned n;

	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	if (argc > 1)
		return 0;
	name = name == NULL ? argv[0] : name + 1;
	snprintf(own, sizeof own, "%s/fuzz/%s", TESTS_DATA,
	    strncmp(name, "f_", 2) == 0 ? name + 2 : name);
	n = replay_folder(own);
	if (n == 0) {
		fprintf(stderr, "%s: no inputs\n", own);
		return 1;
	}
	printf("%s: replayed %u inputs\n", name, n + replay_folder(TESTS_DATA "/live"));
	return 0;
}
