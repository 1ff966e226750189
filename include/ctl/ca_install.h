/* SPDX-License-Identifier: ISC
 *
 * The commands that join a CA to somebody else's: a request for a foreign root, its answer, and a
 * whole CA brought along.
 */
#ifndef CTL_CA_INSTALL_H
#define CTL_CA_INSTALL_H

#include "ctl/ctl.h"

int ca_csr(struct ctl *c, const struct args *a, struct err *e);
int ca_install(struct ctl *c, const struct args *a, struct err *e);
int ca_import(struct ctl *c, const struct args *a, struct err *e);

extern const struct opt ca_csr_options[], ca_install_options[], ca_import_options[];

#endif
