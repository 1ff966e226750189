/* SPDX-License-Identifier: ISC
 *
 * scepctl store init: one secret a pool, never lost by mistake.
 */
#include <string.h>

#include "stage.h"
#include "suites.h"

static void
a_pepper_is_made_once(void)
{
	struct stage s;
	char *first, *second;

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|init"), CTL_OK);
	CU_ASSERT_EQUAL(stage_mode(&s, "pepper"), 0600);
	CU_ASSERT_TRUE(stage_said(&s, "pepper: keep it secret, and the same on all hosts"));
	CU_ASSERT_STRING_EQUAL(s.out, "");
	first = stage_text(&s, "pepper");
	CU_ASSERT_PTR_NOT_NULL_FATAL(first);
	CU_ASSERT_EQUAL(strspn(first, "0123456789abcdef"), 64);
	CU_ASSERT_STRING_EQUAL(first + 64, "\n");
	CU_ASSERT_FALSE(stage_said(&s, first));

	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|init"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "pepper exists (--replace makes another one"));
	second = stage_text(&s, "pepper");
	CU_ASSERT_STRING_EQUAL(second, first);
	free(second);

	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|init|--replace"), CTL_OK);
	CU_ASSERT_EQUAL(stage_mode(&s, "pepper"), 0600);
	second = stage_text(&s, "pepper");
	CU_ASSERT_STRING_NOT_EQUAL(second, first);
	free(second);
	free(first);
	stage_close(&s);
}

static void
the_pepper_is_where_the_configuration_says(void)
{
	struct stage s;

	stage_open(&s, "user = \"\"; store = { pepper_file = \"secret/pool\"; };\n");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|init"), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "secret"));
	stage_write(&s, "scepd.conf", "user = \"\"; store = { pepper_file = \"pool\"; };\n", 0644);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|init"), CTL_OK);
	CU_ASSERT_EQUAL(stage_mode(&s, "pool"), 0600);
	CU_ASSERT_EQUAL(stage_mode(&s, "pepper"), -1);
	stage_close(&s);
}

CU_TestInfo store_init_tests[] = {
    T(a_pepper_is_made_once),
    T(the_pepper_is_where_the_configuration_says),
    CU_TEST_INFO_NULL,
};
