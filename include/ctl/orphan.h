/* SPDX-License-Identifier: ISC
 *
 * scepctl cert orphans and cert settle: the intents to sign that came to nothing.
 */
#ifndef CTL_ORPHAN_H
#define CTL_ORPHAN_H

#include "ctl/ctl.h"

#define ORPHAN_AGE 60 /* seconds after which nobody is signing any more */

extern const struct opt orphan_options[], settle_options[];

int cert_orphans(struct ctl *c, const struct args *a, struct err *e);
int cert_settle(struct ctl *c, const struct args *a, struct err *e);

#endif
