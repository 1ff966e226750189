/* SPDX-License-Identifier: ISC
 *
 * Sealed files: what is written is read, under the same passphrase alone, and no octet of it can be
 * changed, left out or added.
 */
#include "ctl/sealed.h"

#include <string.h>

#include "base/file.h"
#include "stage.h"
#include "suites.h"

#define PASS view_str("correct horse")

static void
write_lines(const char *path, int n, size_t length)
{
	struct err e = ERR_INIT;
	struct sealed *s = sealed_create(path, PASS, true, &e);
	char *line = malloc(length + 1);

	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	for (int i = 0; i < n; i++) {
		memset(line, 'a' + i % 26, length);
		CU_ASSERT_EQUAL(sealed_add(s, view_of(line, length), &e), 0);
	}
	CU_ASSERT_EQUAL(sealed_finish(s, &e), 0);
	sealed_free(s);
	free(line);
}

/* The number of lines that can be read; -1: refused. */
static int
count_lines(const char *path, struct view passphrase, size_t length)
{
	struct err e = ERR_INIT;
	struct sealed *s = sealed_open(path, passphrase, &e);
	struct view line;
	int n = 0, rc = s != NULL ? 1 : -1;

	while (rc == 1 && (rc = sealed_line(s, &line, &e)) == 1) {
		CU_ASSERT_EQUAL(line.n, length);
		CU_ASSERT_EQUAL(line.n > 0 ? line.p[0] : 'a' + n % 26, 'a' + n % 26);
		n++;
	}
	if (rc < 0)
		CU_ASSERT_EQUAL(e.code, ERR_REFUSED);
	sealed_free(s);
	return rc < 0 ? -1 : n;
}

static void
what_is_written_is_read(void)
{
	static const struct {
		int n;
		size_t length;
	} sizes[] = {{0, 0}, {1, 0}, {1, 1}, {1, 65534}, {1, 65535}, {1, 65536}, {3, 65535},
	    {5, 200000}, {1000, 99}};
	struct stage s;

	stage_open(&s, NULL);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		write_lines(stage_path(&s, "x"), sizes[i].n, sizes[i].length);
		CU_ASSERT_EQUAL(
		    count_lines(stage_path(&s, "x"), PASS, sizes[i].length), sizes[i].n);
	}
	CU_ASSERT_EQUAL(stage_mode(&s, "x"), 0600);
	CU_ASSERT_EQUAL(count_lines(stage_path(&s, "x"), view_str("correct hors"), 99), -1);
	CU_ASSERT_EQUAL(count_lines(stage_path(&s, "scepd.conf"), PASS, 0), -1);
	stage_close(&s);
}

static void
rewrite(struct stage *s, struct view text)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(file_write(stage_path(s, "y"), text, 0600,
	                    (struct file_owner){(uid_t)-1, (gid_t)-1}, false, &e),
	    0);
}

static void
nothing_can_be_changed(void)
{
	struct stage s;
	struct buf whole = {0}, other = {0};
	struct err e = ERR_INIT;
	const size_t head = 48, chunk = 65536 + 16;
	static const size_t places[] = {16, 60, 48 + 65536 + 2, 48 + 65536 + 16 + 5};

	stage_open(&s, NULL);
	write_lines(stage_path(&s, "x"), 2, 100000);
	CU_ASSERT_EQUAL_FATAL(file_read(stage_path(&s, "x"), 1 << 20, &whole, &e), 0);
	CU_ASSERT_EQUAL(whole.p[head - 1], '\n');
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		whole.p[places[i]] ^= 1;
		rewrite(&s, buf_view(&whole));
		whole.p[places[i]] ^= 1;
		CU_ASSERT_EQUAL(count_lines(stage_path(&s, "y"), PASS, 100000), -1);
	}
	/* Cut off at each boundary and beside it, and made longer. */
	for (size_t n = 0; n < 4; n++) {
		rewrite(&s, view_of(whole.p, head + n * chunk));
		CU_ASSERT_EQUAL(count_lines(stage_path(&s, "y"), PASS, 100000), -1);
		rewrite(&s, view_of(whole.p, head + n * chunk + 20));
		CU_ASSERT_EQUAL(count_lines(stage_path(&s, "y"), PASS, 100000), -1);
	}
	CU_ASSERT_EQUAL(buf_add(&other, whole.p, whole.n), 0);
	CU_ASSERT_EQUAL(buf_add(&other, "x", 1), 0);
	rewrite(&s, buf_view(&other));
	CU_ASSERT_EQUAL(count_lines(stage_path(&s, "y"), PASS, 100000), -1);
	/* Two chunks in the other order. */
	buf_cut(&other, 0);
	CU_ASSERT_EQUAL(buf_add(&other, whole.p, head), 0);
	CU_ASSERT_EQUAL(buf_add(&other, whole.p + head + chunk, chunk), 0);
	CU_ASSERT_EQUAL(buf_add(&other, whole.p + head, chunk), 0);
	CU_ASSERT_EQUAL(buf_add(&other, whole.p + head + 2 * chunk, whole.n - head - 2 * chunk), 0);
	rewrite(&s, buf_view(&other));
	CU_ASSERT_EQUAL(count_lines(stage_path(&s, "y"), PASS, 100000), -1);
	rewrite(&s, buf_view(&whole));
	CU_ASSERT_EQUAL(count_lines(stage_path(&s, "y"), PASS, 100000), 2);
	/* A line fills a chunk: what is left after a cut between two looks complete. */
	write_lines(stage_path(&s, "x"), 3, 65535);
	buf_cut(&whole, 0);
	CU_ASSERT_EQUAL_FATAL(file_read(stage_path(&s, "x"), 1 << 20, &whole, &e), 0);
	for (size_t n = 1; n < 3; n++) {
		rewrite(&s, view_of(whole.p, head + n * chunk));
		CU_ASSERT_EQUAL(count_lines(stage_path(&s, "y"), PASS, 65535), -1);
	}
	buf_free(&whole);
	buf_free(&other);
	stage_close(&s);
}

static void
an_unfinished_file_does_not_appear(void)
{
	struct stage s;
	struct err e = ERR_INIT;
	struct sealed *f;

	stage_open(&s, NULL);
	f = sealed_create(stage_path(&s, "x"), PASS, false, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT_EQUAL(sealed_add(f, view_str("a"), &e), 0);
	sealed_free(f);
	CU_ASSERT_EQUAL(stage_count(&s, "."), 1);
	write_lines(stage_path(&s, "x"), 1, 1);
	CU_ASSERT_PTR_NULL(sealed_create(stage_path(&s, "x"), PASS, false, &e));
	CU_ASSERT_EQUAL(e.code, ERR_USAGE);
	stage_close(&s);
}

CU_TestInfo sealed_tests[] = {
    T(what_is_written_is_read),
    T(nothing_can_be_changed),
    T(an_unfinished_file_does_not_appear),
    CU_TEST_INFO_NULL,
};
