/* SPDX-License-Identifier: ISC
 *
 * May this certificate be renewed by this request (RFC 8894 section 3.3.1)? What only the store
 * knows (is it ours, of which profile, revoked) has been asked before.
 */
#ifndef CA_RENEW_H
#define CA_RENEW_H

#include "ca/authority.h"
#include "ca/profile.h"
#include "wire/csr.h"

/* -1: RENEWAL_SIGNER (the CA did not issue it, or it is itself a CA), RENEWAL_OFF, RENEWAL_EXPIRED,
 * RENEWAL_EARLY (not yet valid, or before the window), RENEWAL_KEY (a new one is demanded),
 * RENEWAL_NAMES (another subject by the rules of RFC 5280 section 7.1, or alternative names beyond
 * those of the predecessor). */
int renew_admit(const struct profile *p, const struct authority *a, const X509 *predecessor,
    const struct csr *csr, time_t now, struct err *e) __attribute__((warn_unused_result));

#endif
