/* SPDX-License-Identifier: ISC
 *
 * The journal: lines of several writers that never mix, a file that logrotate may move, and a full
 * disk that costs one line and is said.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/journal.h"
#include "suites.h"
#include "tmpdir.h"

static struct tmpdir tmp;

int
journal_tests_begin(void)
{
	umask(022);
	return tmpdir_make(&tmp);
}

int
journal_tests_end(void)
{
	tmpdir_remove(&tmp);
	return 0;
}

static const char *
at(const char *name)
{
	return tmpdir_path(&tmp, name);
}

static struct journal *
opened(const char *name)
{
	struct err e = ERR_INIT;
	struct journal *j = journal_open(at(name), &e);

	CU_ASSERT_PTR_NOT_NULL_FATAL(j);
	return j;
}

static void
add(struct journal *j, const char *line)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(journal_add(j, view_str(line), &e), 0);
	CU_ASSERT_STRING_EQUAL(e.detail, "");
}

static void
holds(const char *name, const char *text)
{
	struct buf found = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(file_read(at(name), 1 << 20, &found, &e), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&found), text);
	buf_free(&found);
}

static void
lines_are_added(void)
{
	struct journal *j = opened("a"), *other = opened("a");
	struct stat st;

	add(j, "one");
	add(other, "two");
	add(j, "");
	journal_free(j);
	j = opened("a");
	add(j, "three");
	holds("a", "one\ntwo\n\nthree\n");
	CU_ASSERT_EQUAL(stat(at("a"), &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 07777, 0640);
	journal_free(j);
	journal_free(other);
	journal_free(NULL);
}

static void
it_is_opened_again_under_its_name(void)
{
	struct journal *j = opened("b");
	struct err e = ERR_INIT;
	char moved[PATH_MAX];

	snprintf(moved, sizeof moved, "%s", at("b.1"));
	add(j, "before");
	CU_ASSERT_EQUAL(rename(at("b"), moved), 0);
	add(j, "still there");
	CU_ASSERT_EQUAL(journal_reopen(j, &e), 0);
	add(j, "after");
	holds("b.1", "before\nstill there\n");
	holds("b", "after\n");
	journal_free(j);
}

static void
where_it_cannot_be(void)
{
	struct err e = ERR_INIT;
	struct journal *j;
	char folder[PATH_MAX], aside[PATH_MAX];

	CU_ASSERT_PTR_NULL(journal_open(at("no/such/folder"), &e));
	CU_ASSERT_EQUAL(e.code, ERR_FILE);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "no/such/folder: No such file or directory"));
	err_clear(&e);
	/* Somebody else could make it point anywhere. */
	CU_ASSERT_EQUAL(symlink("a", at("link")), 0);
	CU_ASSERT_PTR_NULL(journal_open(at("link"), &e));
	CU_ASSERT_EQUAL(e.code, ERR_FILE);
	err_clear(&e);

	/* When it cannot be opened again, the old one goes on. */
	snprintf(folder, sizeof folder, "%s", at("d"));
	snprintf(aside, sizeof aside, "%s", at("d.aside"));
	CU_ASSERT_EQUAL(mkdir(folder, 0755), 0);
	j = opened("d/j");
	CU_ASSERT_EQUAL(rename(folder, aside), 0);
	CU_ASSERT_EQUAL(journal_reopen(j, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_FILE);
	add(j, "kept");
	holds("d.aside/j", "kept\n");
	journal_free(j);
}

/* As much as fits is written, as on a disk that is almost full. */
static int
add_within(struct journal *j, rlim_t size, const char *line)
{
	struct rlimit old, limit;
	struct err e = ERR_INIT;
	int rc;

	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = (struct rlimit){.rlim_cur = size, .rlim_max = old.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
	rc = journal_add(j, view_str(line), &e);
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &old), 0);
	CU_ASSERT_EQUAL(e.code, rc == 0 ? ERR_OK : ERR_FILE);
	return rc;
}

static void
a_torn_line_costs_no_other(void)
{
	struct journal *j = opened("c"), *other = opened("c");
	struct err e = ERR_INIT;
	struct journal *full;

	CU_ASSERT_EQUAL(add_within(j, 4, "one"), 0);
	CU_ASSERT_EQUAL(add_within(j, 7, "two"), -1); /* all but its end */
	CU_ASSERT_EQUAL(add_within(j, 7, "three"), -1);
	CU_ASSERT_EQUAL(add_within(other, 9, "four"), -1);
	add(other, "five");
	add(j, "six");
	holds("c", "one\ntwo\nf\nfive\nsix\n");
	journal_free(j);
	journal_free(other);

	full = journal_open("/dev/full", &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(full);
	CU_ASSERT_EQUAL(journal_add(full, view_str("x"), &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_FILE);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "/dev/full: No space left on device"));
	journal_free(full);
}

static void
write_many(const char *name, char letter)
{
	struct journal *j = opened(name);
	struct err e = ERR_INIT;
	char line[5001];

	memset(line, letter, sizeof line - 1);
	line[sizeof line - 1] = '\0';
	for (int i = 0; i < 200; i++)
		if (journal_add(j, view_str(line), &e) != 0)
			_exit(1);
	_exit(0);
}

static void
lines_of_several_processes_do_not_mix(void)
{
	char line[8192];
	FILE *f;
	int n = 0, status;

	fflush(NULL);
	for (char letter = 'a'; letter < 'e'; letter++)
		if (fork() == 0)
			write_many("many", letter);
	for (int i = 0; i < 4; i++) {
		CU_ASSERT_TRUE(wait(&status) > 0);
		CU_ASSERT_EQUAL(status, 0);
	}
	f = fopen(at("many"), "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	for (; fgets(line, sizeof line, f) != NULL; n++) {
		CU_ASSERT_EQUAL(strlen(line), 5001);
		CU_ASSERT_EQUAL(strspn(line, (char[]){line[0], '\0'}), 5000);
	}
	CU_ASSERT_EQUAL(n, 800);
	fclose(f);
}

CU_TestInfo journal_tests[] = {
    T(lines_are_added),
    T(it_is_opened_again_under_its_name),
    T(where_it_cannot_be),
    T(a_torn_line_costs_no_other),
    T(lines_of_several_processes_do_not_mix),
    CU_TEST_INFO_NULL,
};
