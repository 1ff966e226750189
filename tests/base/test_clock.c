/* SPDX-License-Identifier: ISC
 *
 * The calendar can be fixed and released; the measuring clock does not go back.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "suites.h"

static void
fixed_and_released(void)
{
	time_t before = time(NULL), now;

	clock_fix(1000000000);
	CU_ASSERT_EQUAL(clock_now(), 1000000000);
	clock_fix(0);
	now = clock_now();
	CU_ASSERT(now >= before && now <= time(NULL));
}

static void
environment_plays_no_part(void)
{
	time_t before = time(NULL);

	setenv("SCEPD_TEST_TIME", "1000000000", 1);
	CU_ASSERT(clock_now() >= before);
	unsetenv("SCEPD_TEST_TIME");
}

static void
measuring_clock_is_monotonic(void)
{
	int64_t us = clock_us(), ms = clock_ms();

	clock_fix(1);
	CU_ASSERT(clock_us() >= us);
	CU_ASSERT(clock_ms() >= ms);
	CU_ASSERT(ms >= us / 1000);
	clock_fix(0);
}

CU_TestInfo clock_tests[] = {
    T(fixed_and_released),
    T(environment_plays_no_part),
    T(measuring_clock_is_monotonic),
    CU_TEST_INFO_NULL,
};
