/* SPDX-License-Identifier: ISC
 *
 * See base/tally.h.
 */
#include "base/tally.h"

#include <stdatomic.h>

#include "base/shared.h"

static _Atomic uint64_t own[TALLY_N];
static _Atomic uint64_t *counts = own;

int
tally_start(struct err *e)
{
	void *shared;

	if (counts != own)
		return 0;
	if ((shared = shared_make(sizeof own, e)) == NULL)
		return -1;
	counts = shared;
	return 0;
}

void
tally_add(unsigned i)
{
	if (i < TALLY_N)
		atomic_fetch_add_explicit(&counts[i], 1, memory_order_relaxed);
}

uint64_t
tally_get(unsigned i)
{
	return i < TALLY_N ? atomic_load_explicit(&counts[i], memory_order_relaxed) : 0;
}
