/* SPDX-License-Identifier: ISC
 *
 * The revocation list that this host has on its disk.
 */
#ifndef CTL_CRL_H
#define CTL_CRL_H

#include "ca/crl.h"
#include "ctl/ctl.h"

/* Reads it. 1: there is none. -1: FILE, CRL, MEMORY. In any case free it afterwards. */
int crl_filed(struct ctl *c, const struct authority *a, struct crl *list, struct err *e)
    __attribute__((warn_unused_result));

#endif
