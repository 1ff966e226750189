/* SPDX-License-Identifier: ISC
 *
 * A look at the text before libconfig reads it. The versions of libconfig in use differ silently
 * (0770 is decimal for one and octal for the other, large numbers are truncated by one) and say no
 * more than "syntax error"; what they would read differently is refused here, with the line and
 * what to write instead.
 */
#ifndef CONF_SCAN_H
#define CONF_SCAN_H

#include "base/buf.h"
#include "base/err.h"
#include "conf/key.h"

/* -1: CONFIG, "LABEL:LINE: ...". */
int conf_scan(const char *label, enum key_file file, struct view text, struct err *e)
    __attribute__((warn_unused_result));

#endif
