/* SPDX-License-Identifier: ISC
 *
 * See base/daily.h. Whoever exchanges the time of the last one for his own has the word; one that
 * dies before he used it costs a day.
 */
#include "base/daily.h"

#include <stdatomic.h>

#include "base/shared.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

static _Atomic int64_t own[DAILY_N]; /* 0: not yet */
static _Atomic int64_t *last = own;

int
daily_start(struct err *e)
{
	void *shared;

	if (last != own)
		return 0;
	if ((shared = shared_make(sizeof own, e)) == NULL)
		return -1;
	last = shared;
	return 0;
}

bool
daily_take(enum daily what, int64_t now)
{
	int64_t was = atomic_load(&last[what]);

	if (was != 0 && now - was < DAY_MS)
		return false;
	return atomic_compare_exchange_strong(&last[what], &was, now != 0 ? now : 1);
}

void
daily_reset(void)
{
	for (size_t i = 0; i < DAILY_N; i++)
		atomic_store(&last[i], 0);
}
