/* SPDX-License-Identifier: ISC
 *
 * scepctl cert revoke, which has a file of its own.
 */
#ifndef CTL_REVOKE_H
#define CTL_REVOKE_H

#include "ctl/ctl.h"

extern const struct opt cert_revoke_options[];
int cert_revoke(struct ctl *c, const struct args *a, struct err *e);

#endif
