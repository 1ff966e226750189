/* SPDX-License-Identifier: ISC
 *
 * What the operator calls a request: the beginning of its name.
 */
#ifndef CTL_REQUEST_H
#define CTL_REQUEST_H

#include "ctl/ctl.h"
#include "store/request.h"

/* The whole name that 8 or more digits mean, in capitals or not: of a request that waits or was
 * rejected, else of one whose certificate is in the records. A whole name is taken as it is. -1:
 * USAGE (none, or more than one), STORE. */
int request_name(struct ctl *c, struct store *s, const char *given, char name[REQUEST_NAME_LEN + 1],
    struct err *e) __attribute__((warn_unused_result));

#endif
