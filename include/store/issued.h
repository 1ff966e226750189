/* SPDX-License-Identifier: ISC
 *
 * Looking up one certificate that was issued.
 */
#ifndef STORE_ISSUED_H
#define STORE_ISSUED_H

#include "store/store.h"

struct issued {
	struct buf cert;  /* DER; owned */
	char profile[40]; /* id of the profile it was issued under */
	bool revoked;
};

/* The record of a serial number (its octets) of an authority. 0: found; 1: there is none. -1:
 * STORE. In any case free it afterwards. */
int store_issued(struct store *s, const char *authority, struct view serial, struct issued *out,
    struct err *e) __attribute__((warn_unused_result));
void issued_free(struct issued *i);

#endif
