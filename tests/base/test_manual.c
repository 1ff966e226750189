/* SPDX-License-Identifier: ISC
 *
 * scepd-log(7) and the table of errors say the same: every slug is explained, and stands in the
 * table at the end with its HTTP status and failInfo.
 */
#include "base/err.h"
#include "manual.h"
#include "suites.h"

static const char *
fail_info_name(enum fail_info f)
{
	static const char *const names[] = {
	    [FAIL_BAD_ALG] = "badAlg",
	    [FAIL_BAD_MESSAGE_CHECK] = "badMessageCheck",
	    [FAIL_BAD_REQUEST] = "badRequest",
	    [FAIL_BAD_TIME] = "badTime",
	    [FAIL_BAD_CERT_ID] = "badCertId",
	};

	return f == FAIL_NONE ? "none" : names[f];
}

static void
expect_line(const char *page, const char *line)
{
	if (manual_line(page, line) != NULL)
		return;
	fprintf(stderr, "\n  not in scepd-log.7: %s\n", line);
	CU_FAIL("a line is missing");
}

static void
every_slug_is_explained(void)
{
	char *page = manual_read("scepd-log.7"), line[256];
	const char *table;

	CU_ASSERT_PTR_NOT_NULL_FATAL(page);
	table = strstr(page, "\n.Sh ALL OUTCOMES\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(table);
	for (enum err_code c = ERR_OK + 1; c < ERR_COUNT; c++) {
		snprintf(line, sizeof line, ".It Li %s", err_slug(c));
		expect_line(page, line);
		snprintf(line, sizeof line, ".It Li %s Ta %d Ta %s", err_slug(c), err_http(c),
		    fail_info_name(err_fail_info(c)));
		expect_line(table, line);
	}
	CU_ASSERT_EQUAL(manual_count(table, ".It Li "), (size_t)ERR_COUNT - ERR_OK - 1);
	free(page);
}

CU_TestInfo manual_tests[] = {
    T(every_slug_is_explained),
    CU_TEST_INFO_NULL,
};
