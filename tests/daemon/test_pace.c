/* SPDX-License-Identifier: ISC
 *
 * A burst at once, then one each interval, and quiet times give the burst back.
 */
#include "daemon/pace.h"
#include "suites.h"

static void
a_burst_then_one_each_interval(void)
{
	struct pace p = pace_of(3, 5000, 1000);

	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(pace_take(&p, 1000), 0);
	CU_ASSERT_EQUAL(pace_take(&p, 1000), 5000);
	CU_ASSERT_EQUAL(pace_take(&p, 5999), 1);
	CU_ASSERT_EQUAL(pace_take(&p, 6000), 0);
	CU_ASSERT_EQUAL(pace_take(&p, 6000), 5000);
	CU_ASSERT_EQUAL(pace_take(&p, 11000), 0);
	CU_ASSERT_EQUAL(pace_take(&p, 11001), 4999);
}

static void
quiet_gives_the_burst_back_and_no_more(void)
{
	struct pace p = pace_of(2, 100, 0);

	CU_ASSERT_EQUAL(pace_take(&p, 0), 0);
	CU_ASSERT_EQUAL(pace_take(&p, 0), 0);
	CU_ASSERT_EQUAL(pace_take(&p, 100000), 0);
	CU_ASSERT_EQUAL(pace_take(&p, 100000), 0);
	CU_ASSERT_EQUAL(pace_take(&p, 100000), 100);
}

CU_TestInfo pace_tests[] = {
    T(a_burst_then_one_each_interval),
    T(quiet_gives_the_burst_back_and_no_more),
    CU_TEST_INFO_NULL,
};
