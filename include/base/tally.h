/* SPDX-License-Identifier: ISC
 *
 * How often something came about since the program was started, counted by all its workers
 * together; a worker that ends takes nothing away.
 */
#ifndef BASE_TALLY_H
#define BASE_TALLY_H

#include <stdint.h>

#include "base/err.h"

#define TALLY_MORE 8                     /* things that are no error */
#define TALLY_N (ERR_COUNT + TALLY_MORE) /* an error by its code, the others behind them */

/* Makes the memory that children of this process share. Before it is called each process counts for
 * itself. -1: INTERNAL. */
int tally_start(struct err *e) __attribute__((warn_unused_result));

void tally_add(unsigned i);
uint64_t tally_get(unsigned i);

#endif
