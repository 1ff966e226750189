/* SPDX-License-Identifier: ISC
 *
 * The issued.log of this host, as scepctl appends to it: what an operator brings about must survive
 * the loss of the store as what the service does.
 */
#ifndef CTL_ISSUED_LOG_H
#define CTL_ISSUED_LOG_H

#include <jansson.h>

#include "base/journal.h"
#include "ctl/ctl.h"

/* Opens it; one that has to be made belongs to the service. *j is NULL when the configuration names
 * none. The caller frees. -1: FILE, MEMORY. */
int issued_log_open(struct ctl *c, struct journal **j, struct err *e)
    __attribute__((warn_unused_result));

/* Appends one line and frees it; without a log it is only freed. -1: FILE, MEMORY (also when it is
 * NULL). */
int issued_log_add(struct journal *j, json_t *line, struct err *e)
    __attribute__((warn_unused_result));

#endif
