/* SPDX-License-Identifier: ISC
 *
 * How fast workers that die may be replaced: a few at once, then one each interval, so that a crash
 * loop neither eats the machine nor fills the log.
 */
#ifndef DAEMON_PACE_H
#define DAEMON_PACE_H

#include <stdint.h>

struct pace {
	int burst;        /* how many at once */
	int64_t interval; /* milliseconds in which one more is earned */
	int left;
	int64_t since; /* when `left` was last brought up to date */
};

struct pace pace_of(int burst, int64_t interval, int64_t now);

/* 0: may go on, and one is used up. Otherwise the milliseconds to wait. */
int64_t pace_take(struct pace *p, int64_t now);

#endif
