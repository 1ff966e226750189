/* SPDX-License-Identifier: ISC
 *
 * The seam for time. Everything that decides by the calendar asks here, so that a test can fix the
 * day.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Seconds since 1970, UTC. The environment variable SCEPD_TEST_TIME plays no part: only clock_fix
 * changes it. */
time_t clock_now(void);

/* From now on clock_now() returns `at`; 0 gives the real clock back. For tests. */
void clock_fix(time_t at);

/* Milliseconds and microseconds of a clock that never goes back. */
int64_t clock_ms(void);
int64_t clock_us(void);

#endif
