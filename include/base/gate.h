/* SPDX-License-Identifier: ISC
 *
 * A gate that one process of the pool may hold at a time. It keeps an expensive derivation (scrypt)
 * from occupying every worker at once. A holder that dies releases it.
 */
#ifndef BASE_GATE_H
#define BASE_GATE_H

#include <stdbool.h>

#include "base/err.h"

/* Makes the gate in memory that children of this process share. Before it is called, gate_try
 * always succeeds. -1: INTERNAL. */
int gate_start(struct err *e) __attribute__((warn_unused_result));

/* True: this process holds the gate and must call gate_leave. False: another one holds it. Never
 * waits. */
bool gate_try(void);
void gate_leave(void);

#endif
