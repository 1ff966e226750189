/* SPDX-License-Identifier: ISC
 *
 * What the commands make of names, beside reading them (ca/names_read.h).
 */
#ifndef CTL_DN_H
#define CTL_DN_H

#include "ca/names_read.h"

/* A copy with `suffix` appended to its commonName. NULL: USAGE (no commonName, or it becomes longer
 * than 64 characters). */
X509_NAME *dn_with_suffix(const X509_NAME *name, const char *suffix, struct err *e);

/* A copy whose commonName ends in this number, in the place of one that it ends in. NULL: as above.
 */
X509_NAME *dn_numbered(const X509_NAME *name, int number, struct err *e);

#endif
