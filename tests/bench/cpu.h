/* SPDX-License-Identifier: ISC
 *
 * The processor time of other programs while something runs: each with all its descendants.
 */
#ifndef TESTS_BENCH_CPU_H
#define TESTS_BENCH_CPU_H

#include <stddef.h>

/* "NAME=PID": watch it. At most eight. */
void cpu_watch(const char *text);

void cpu_begin(void);
void cpu_end(void);

/* Prints " NAME=CPU-seconds" per 1,000 requests of each, of this program ("load"), and how many
 * cores were busy. */
void cpu_print(size_t requests, double seconds);

#endif
