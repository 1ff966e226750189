/* SPDX-License-Identifier: ISC
 *
 * A bucket that fills by one each interval.
 */
#include "daemon/pace.h"

struct pace
pace_of(int burst, int64_t interval, int64_t now)
{
	return (struct pace){.burst = burst, .interval = interval, .left = burst, .since = now};
}

int64_t
pace_take(struct pace *p, int64_t now)
{
	int64_t earned = (now - p->since) / p->interval;

	if (earned >= p->burst - p->left) {
		p->left = p->burst;
		p->since = now;
	} else {
		p->left += (int)earned;
		p->since += earned * p->interval;
	}
	if (p->left > 0) {
		p->left--;
		return 0;
	}
	return p->interval - (now - p->since);
}
