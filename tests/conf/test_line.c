/* SPDX-License-Identifier: ISC
 *
 * Which CAs follow each other, as files in their folders say.
 */
#include <string.h>
#include <sys/stat.h>

#include "conf/line.h"
#include "suites.h"

static struct tmpdir dir;

static void
setup(void)
{
	static const char *const folders[] = {"ca", "ca/a", "ca/b", "ca/c"};

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&dir), 0);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		CU_ASSERT_EQUAL(mkdir(tmpdir_path(&dir, folders[i]), 0700), 0);
}

/* The line from a CA on: its names, ">" where one has taken over; or the fault. */
static const char *
line_from(const char *first)
{
	static char text[400];
	struct conf_line line;
	struct conf c;
	struct err e = ERR_INIT;
	size_t at = 0;

	CU_ASSERT_EQUAL_FATAL(conf_read(tmpdir_path(&dir, "scepd.conf"), &c, &e), 0);
	if (conf_line_read(&c, first, &line, &e) != 0) {
		const char *behind = strstr(e.detail, "/ca/");

		CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
		snprintf(text, sizeof text, "%s", behind != NULL ? behind + 4 : e.detail);
	}
	for (size_t i = 0; e.code == ERR_OK && i < line.n; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", line.names[i],
		    i + 1 == line.n    ? ""
		    : line.followed[i] ? ">"
		                       : " ");
	if (e.code == ERR_OK)
		snprintf(text + at, sizeof text - at, " now %s", conf_line_current(&line));
	conf_free(&c);
	return text;
}

static void
one_follows_the_other(void)
{
	setup();
	CU_ASSERT_STRING_EQUAL(line_from("a"), "a now a");
	CU_ASSERT_STRING_EQUAL(line_from("elsewhere"), "elsewhere now elsewhere");
	conf_dir_write(&dir, "ca/a/next", "b\n");
	CU_ASSERT_STRING_EQUAL(line_from("a"), "a b now a");
	CU_ASSERT_STRING_EQUAL(line_from("b"), "b now b");
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&dir, "ca/a/next")), 0);
	conf_dir_write(&dir, "ca/a/successor", "b\n");
	conf_dir_write(&dir, "ca/b/next", "c\r\nsecond line\n");
	CU_ASSERT_STRING_EQUAL(line_from("a"), "a>b c now b");
	conf_dir_write(&dir, "ca/b/successor", "c");
	CU_ASSERT_STRING_EQUAL(line_from("a"), "a>b>c now c");
	/* One that only the word of the store has taken over is behind one that waits. */
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&dir, "ca/a/successor")), 0);
	conf_dir_write(&dir, "ca/a/next", "b\n");
	CU_ASSERT_STRING_EQUAL(line_from("a"), "a b>c now a");
	tmpdir_remove(&dir);
}

static void
what_is_no_line(void)
{
	char name[80];

	setup();
	conf_dir_write(&dir, "ca/a/next", "a\n");
	CU_ASSERT_STRING_EQUAL(line_from("a"), "CA a cannot be followed by a: that is a circle");
	conf_dir_write(&dir, "ca/a/next", "b\n");
	conf_dir_write(&dir, "ca/b/successor", "a\n");
	CU_ASSERT_STRING_EQUAL(line_from("a"), "CA b cannot be followed by a: that is a circle");
	static const char *const no_names[] = {"", "\n", "../b\n", "b c\n",
	    "x123456789012345678901234567890123456789012345678901234567890123\n"};

	for (size_t i = 0; i < sizeof no_names / sizeof *no_names; i++) {
		conf_dir_write(&dir, "ca/a/next", no_names[i]);
		CU_ASSERT_STRING_EQUAL(
		    line_from("a"), "a/next: its first line is not the name of a CA");
	}
	for (int i = 0; i < CAS_MAX; i++) {
		char text[16];

		snprintf(name, sizeof name, "ca/n%d", i);
		CU_ASSERT_EQUAL(mkdir(tmpdir_path(&dir, name), 0700), 0);
		snprintf(name, sizeof name, "ca/n%d/next", i);
		snprintf(text, sizeof text, "n%d", i + 1);
		conf_dir_write(&dir, name, text);
	}
	CU_ASSERT_STRING_EQUAL(
	    line_from("n0"), "CA n7 cannot be followed by n8: too many follow each other");
	CU_ASSERT_STRING_EQUAL(line_from("n1"), "n1 n2 n3 n4 n5 n6 n7 n8 now n1");
	tmpdir_remove(&dir);
}

CU_TestInfo line_tests[] = {
    T(one_follows_the_other),
    T(what_is_no_line),
    CU_TEST_INFO_NULL,
};
