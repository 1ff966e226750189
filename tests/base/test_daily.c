/* SPDX-License-Identifier: ISC
 *
 * One process in a day has the word.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "base/daily.h"
#include "suites.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define NOW INT64_C(1000)

static void
once_a_day(void)
{
	daily_reset();
	CU_ASSERT_TRUE(daily_take(DAILY_ENDINGS, NOW));
	CU_ASSERT_FALSE(daily_take(DAILY_ENDINGS, NOW));
	CU_ASSERT_TRUE(daily_take(DAILY_OLD_RA, NOW));
	CU_ASSERT_FALSE(daily_take(DAILY_ENDINGS, NOW + DAY_MS - 1));
	CU_ASSERT_TRUE(daily_take(DAILY_ENDINGS, NOW + DAY_MS));
	CU_ASSERT_FALSE(daily_take(DAILY_ENDINGS, NOW + DAY_MS));
	daily_reset();
	CU_ASSERT_TRUE(daily_take(DAILY_ENDINGS, 0));
	CU_ASSERT_FALSE(daily_take(DAILY_ENDINGS, 0));
}

/* Whether a child has the word. */
static bool
child_takes(void)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0)
		_exit(daily_take(DAILY_ENDINGS, NOW) ? 0 : 1);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
children_share_it(void)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(daily_start(&e), 0);
	CU_ASSERT_TRUE(child_takes());
	CU_ASSERT_FALSE(child_takes());
	/* A second start forgets nothing. */
	CU_ASSERT_EQUAL(daily_start(&e), 0);
	CU_ASSERT_FALSE(daily_take(DAILY_ENDINGS, NOW));
	daily_reset();
	CU_ASSERT_TRUE(child_takes());
}

CU_TestInfo daily_tests[] = {
    T(once_a_day),
    T(children_share_it),
    CU_TEST_INFO_NULL,
};
