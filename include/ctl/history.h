/* SPDX-License-Identifier: ISC
 *
 * A CA that came with its key has a past: a list that forgets what was revoked there would be worse
 * than none. So its folder is marked, and no list is published until the past was read or the
 * operator says that there is none.
 */
#ifndef CTL_HISTORY_H
#define CTL_HISTORY_H

#include "ctl/ctl.h"
#include "store/store.h"

/* Tells all hosts that the past of a CA is known. -1: STORE. */
int history_known(struct store *s, const char *ca, struct err *e)
    __attribute__((warn_unused_result));

/* Whether it is still wanted; `s` NULL: as far as the folder says. -1: STORE. */
int history_wanted(struct ctl *c, struct store *s, const char *ca, bool *wanted, struct err *e)
    __attribute__((warn_unused_result));

#endif
