/* SPDX-License-Identifier: ISC
 *
 * Time. The calendar can be fixed for a test; the monotonic clock, which only measures, cannot.
 */
#include <time.h>

#include "base/clock.h"

static time_t fixed;

time_t
clock_now(void)
{
	return fixed != 0 ? fixed : time(NULL);
}

void
clock_fix(time_t at)
{
	fixed = at;
}

int64_t
clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
clock_ms(void)
{
	return clock_us() / 1000;
}
