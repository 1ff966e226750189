/* SPDX-License-Identifier: ISC
 *
 * A gate that one process of the pool may hold at a time. It keeps an expensive derivation (scrypt)
 * from occupying every worker at once. A few more may wait for it, each on a seat; whoever finds no
 * seat does not wait. A process that dies releases gate and seat.
 */
#ifndef BASE_GATE_H
#define BASE_GATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define GATE_SEATS_MAX 8

/* Makes the gate in memory that children of this process share. Before it is called, the gate is
 * open to everybody. -1: INTERNAL. */
int gate_start(struct err *e) __attribute__((warn_unused_result));

/* How many of the pool may wait at a time (GATE_SEATS_MAX at most), and how many milliseconds. For
 * this process and children made from now on; nobody waits before it is called. */
void gate_patience(size_t seats, int ms);

/* True: this process holds the gate and must call gate_leave. False: another one holds it. gate_try
 * never waits; gate_enter waits as gate_patience says, and false also means that all seats were
 * taken. */
bool gate_try(void);
bool gate_enter(void);
void gate_leave(void);

#endif
