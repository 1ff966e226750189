/* SPDX-License-Identifier: ISC
 *
 * A gate that one process of the pool may hold at a time. It keeps an expensive derivation (scrypt)
 * from occupying every worker at once. Others may wait for it: all as long as nobody guesses, then
 * a few, each on a seat, and whoever finds no seat does not wait. A process that dies releases gate
 * and seat.
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

/* How many of the pool may wait at a time (GATE_SEATS_MAX at most) after a guess, and how many
 * milliseconds whoever waits does. For this process and children made from now on; nobody waits
 * before it is called. */
void gate_patience(size_t seats, int ms);

/* Somebody has guessed: for GATE_UNREST_MS seats count, in all processes. */
#define GATE_UNREST_MS 10000
void gate_disturb(void);

/* True: this process holds the gate and must call gate_leave. False: another one holds it. gate_try
 * never waits; gate_enter waits as gate_patience says, and false also means that no seat was free.
 */
bool gate_try(void);
bool gate_enter(void);
void gate_leave(void);

#endif
