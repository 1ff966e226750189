/* SPDX-License-Identifier: ISC
 *
 * Memory that a process and its children share, for as long as they live.
 */
#ifndef BASE_SHARED_H
#define BASE_SHARED_H

#include <stddef.h>

#include "base/err.h"

/* So many octets, all 0. NULL: INTERNAL. */
void *shared_make(size_t n, struct err *e);

#endif
