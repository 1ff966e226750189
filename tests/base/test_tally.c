/* SPDX-License-Identifier: ISC
 *
 * What children count is in the sum, also when they have ended.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "base/tally.h"
#include "suites.h"

static void
child_adds(unsigned i, int times)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		while (times-- > 0)
			tally_add(i);
		_exit(0);
	}
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
}

static void
children_are_summed(void)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(tally_start(&e), 0);
	child_adds(ERR_CHALLENGE, 2);
	child_adds(ERR_CHALLENGE, 3);
	tally_add(TALLY_N - 1);
	/* A second start forgets nothing. */
	CU_ASSERT_EQUAL(tally_start(&e), 0);
	CU_ASSERT_EQUAL(tally_get(ERR_CHALLENGE), 5);
	CU_ASSERT_EQUAL(tally_get(TALLY_N - 1), 1);
	CU_ASSERT_EQUAL(tally_get(ERR_STORE), 0);
}

static void
what_is_not_counted(void)
{
	tally_add(TALLY_N);
	CU_ASSERT_EQUAL(tally_get(TALLY_N), 0);
}

CU_TestInfo tally_tests[] = {
    T(children_are_summed),
    T(what_is_not_counted),
    CU_TEST_INFO_NULL,
};
