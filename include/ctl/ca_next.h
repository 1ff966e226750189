/* SPDX-License-Identifier: ISC
 *
 * The commands that have one CA follow another.
 */
#ifndef CTL_CA_NEXT_H
#define CTL_CA_NEXT_H

#include "ctl/ctl.h"

int ca_next(struct ctl *c, const struct args *a, struct err *e);
int ca_switch(struct ctl *c, const struct args *a, struct err *e);

extern const struct opt ca_next_options[], ca_switch_options[];

#endif
