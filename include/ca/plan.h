/* SPDX-License-Identifier: ISC
 *
 * The plan: exactly which certificate would be issued for a request under a profile. Made before
 * anybody is authorised and before any key is used; a plan that cannot be made is a refusal. Serial
 * and validity are chosen here, so the certificate's to-be-signed octets are fixed from then on.
 */
#ifndef CA_PLAN_H
#define CA_PLAN_H

#include "ca/authority.h"
#include "ca/profile.h"
#include "ca/tbs.h"
#include "wire/csr.h"

struct plan {
	struct buf tbs;             /* TBSCertificate, DER: what is signed, octet for octet */
	uint8_t serial[SERIAL_LEN]; /* first octet 0x01..0x7f, 152 random bits after it */
	uint8_t tbs_digest[32];     /* SHA-256 of the TBSCertificate */
	uint8_t key_digest[32];     /* SHA-256 of the SubjectPublicKeyInfo in it */
	int sig_nid;                /* how it will be signed */
	const X509_NAME *subject;   /* the names in it: borrowed from the request, from its */
	struct view san;            /* predecessor, or from cert */
	X509 *cert;                 /* the same, read: plan_cert; owned */
	time_t not_before, not_after;
	char dropped[160]; /* OIDs of requested extensions that were left out, comma-separated, for
	                      the log; keyUsage and extendedKeyUsage are among them when more was
	                      asked than the profile gives */
};

/* v3; subject and subjectAltName from the request; keyUsage and extendedKeyUsage from the profile
 * (the bits that fit the type of key: no keyEncipherment for a key that is not RSA; KEY_TYPE when
 * none is left); basicConstraints CA:FALSE; SKI, AKI; notBefore = now - backdate but not before the
 * CA's, notAfter never past the CA's. An unknown requested extension is dropped and noted.
 * subjectAltName is critical when the subject is empty. -1: KEY_TYPE, KEY_WEAK, CSR_ALG, SUBJECT_*,
 * FORBID_*, EXTENSIONS, CA_EXPIRED, INTERNAL. In any case free it afterwards. */
int plan_make(const struct profile *p, const struct authority *a, const struct csr *csr, time_t now,
    struct plan *plan, struct err *e) __attribute__((warn_unused_result));

/* The plan of a renewal: key from the request, subject and subjectAltName octet for octet from the
 * predecessor, everything else as plan_make. renew_admit comes first. */
int plan_renew(const struct profile *p, const struct authority *a, const struct csr *csr,
    const X509 *predecessor, time_t now, struct plan *plan, struct err *e)
    __attribute__((warn_unused_result));

/* The certificate of a plan with its signature, DER, appended; without one it is the plan as it is
 * kept until it is signed. -1: INTERNAL. */
int plan_write(const struct plan *plan, struct view signature, struct buf *der, struct err *e)
    __attribute__((warn_unused_result));

/* The certificate of a plan without its signature, read at the first call and borrowed. NULL:
 * memory, or there is no plan. */
X509 *plan_cert(struct plan *plan);

/* Reads such a plan back. -1: INTERNAL (malformed), CONFIG (it is for another CA certificate than
 * the present one of `a`). In any case free it afterwards. */
int plan_read(const struct authority *a, struct view der, struct plan *plan, struct err *e)
    __attribute__((warn_unused_result));

/* Gives a plan that has waited for the operator the dates and the serial of now. -1: CA_EXPIRED,
 * INTERNAL. */
int plan_refresh(const struct profile *p, const struct authority *a, time_t now, struct plan *plan,
    struct err *e) __attribute__((warn_unused_result));

void plan_free(struct plan *p);

#endif
