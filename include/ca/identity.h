/* SPDX-License-Identifier: ISC
 *
 * When two messages are the same request, and when two are one transaction. Both are digests under
 * which the store keeps them; clients sign again, draw new nonces and sometimes new transactionIDs
 * when they repeat themselves (RFC 8894 section 5.2), so neither depends on such octets.
 */
#ifndef CA_IDENTITY_H
#define CA_IDENTITY_H

#include "ca/claim.h"
#include "wire/csr.h"

/* A request: the profile, what the claim is bound to, the key, the subject and the requested
 * extensions in any order. -1: MEMORY. */
int identity_request(const struct profile *p, const struct claim *by, const struct csr *csr,
    uint8_t digest[32], struct err *e) __attribute__((warn_unused_result));

/* A transaction: the profile (its id), the transactionID, the key of the signer (his certificate
 * may be a new one each time) and, for a renewal, the digest of the predecessor (else the empty
 * view): devices renew under the transactionID and key of the enrolment. -1: MEMORY. */
int identity_transaction(const char *profile, struct view transaction_id, const X509 *signer,
    struct view predecessor, uint8_t digest[32], struct err *e) __attribute__((warn_unused_result));

#endif
