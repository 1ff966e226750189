/* SPDX-License-Identifier: ISC
 *
 * A claim: what a request bases itself on. Only the functions below make one, each after the check
 * that is its own; the store then takes the claim together with the request, whole or not at all,
 * and only that makes a grant (ca/grant.h). So "authorisation skipped" cannot be expressed.
 */
#ifndef CA_CLAIM_H
#define CA_CLAIM_H

#include "ca/authority.h"
#include "ca/profile.h"
#include "wire/csr.h"

enum claim_kind {
	CLAIM_STATIC,   /* a static challenge, found right */
	CLAIM_DYNAMIC,  /* a one-time challenge, which the store knows or does not */
	CLAIM_MANUAL,   /* nothing; the operator decides */
	CLAIM_RENEWAL,  /* a certificate of ours, found good, that signed the message */
	CLAIM_APPROVED, /* a request that the store holds already: CertPoll */
};

struct claim; /* opaque */

/* By a static challenge of the profile. NULL with challenge_check's errors when it is not right. */
struct claim *claim_by_static_challenge(
    const struct profile *p, struct view given, time_t now, struct err *e);

/* By a one-time challenge, of which the caller gives the keyed digest under which the store would
 * know it. NULL: NO_CHALLENGE, CHALLENGE (the profile has no such challenges), MEMORY. */
struct claim *claim_by_dynamic_challenge(
    const struct profile *p, struct view given, const uint8_t mac[32], struct err *e);

/* By nothing, where the profile lets the operator decide. NULL: NO_CHALLENGE, MEMORY. */
struct claim *claim_for_approval(const struct profile *p, struct err *e);

/* By the predecessor of a renewal, whom the caller has found in the records: byte-equal, of this
 * profile or authority, not revoked. Performs renew_admit. NULL with its errors. */
struct claim *claim_by_renewal(const struct profile *p, const struct authority *a,
    const X509 *predecessor, const struct csr *csr, time_t now, struct err *e);

/* By a transaction: the store grants only what it holds as approved or begun. NULL: MEMORY. */
struct claim *claim_by_transaction(struct err *e);

enum claim_kind claim_kind(const struct claim *c);

/* The digest of a one-time challenge, else the empty view; of the predecessor of a renewal, else
 * the empty view. Borrowed. */
struct view claim_mac(const struct claim *c);
struct view claim_predecessor(const struct claim *c);

/* What the identity of a request is bound to: "static", "manual", or in hexadecimal the digest of
 * the challenge or of the predecessor. */
void claim_authority(const struct claim *c, char out[65]);

/* For the log: "static:NAME", "dynamic:0123456789abcdef", "renewal:SERIAL",
 * "approval", "transaction". */
const char *claim_reason(const struct claim *c);

void claim_free(struct claim *c);

#endif
