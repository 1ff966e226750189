/* SPDX-License-Identifier: ISC
 *
 * What the log is to hear once a day though every worker of the host sees it.
 */
#ifndef BASE_DAILY_H
#define BASE_DAILY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum daily {
	DAILY_ENDINGS, /* what ends soon */
	DAILY_OLD_RA,  /* an old RA that ends soon and is still used */
	DAILY_N
};

/* Makes the memory that children of this process share. Before it is called each process counts for
 * itself. -1: INTERNAL. */
int daily_start(struct err *e) __attribute__((warn_unused_result));

/* True for one caller in 24 hours, all processes together; `now` is clock_ms. */
bool daily_take(enum daily what, int64_t now);

/* Everything may be said again at once. */
void daily_reset(void);

#endif
