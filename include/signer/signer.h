/* SPDX-License-Identifier: ISC
 *
 * The verbs that use a private key, and the only ones: unwrap, issue, seal, crl. Each does one
 * meaningful thing; there is no "sign these octets". Behind this header the keys may one day live
 * in another process.
 */
#ifndef SIGNER_SIGNER_H
#define SIGNER_SIGNER_H

#include "ca/crl.h"
#include "ca/grant.h"
#include "signer/keyring.h"
#include "wire/scep_env.h"
#include "wire/scep_msg.h"

/* Unwraps a content-encryption key of exactly `key_len` octets. There is no failure that a caller
 * could see: when the padding or the length is wrong the result is a key derived from the
 * ciphertext, the same at every repetition (implicit rejection), in the same time. PKCS#1 v1.5 and
 * OAEP alike. -1: KEY_GONE (the token of the key is away), INTERNAL; never because of what the
 * client sent. */
int signer_unwrap(const struct ra_key *k, const struct env_recipient *r, size_t key_len,
    struct secret *cek, struct err *e) __attribute__((warn_unused_result));

/* Signs the certificate of a plan, only with a grant that covers it. The DER is appended to `out`.
 * -1: KEY_GONE, INTERNAL. */
int signer_issue(const struct ca_key *k, const struct grant *g, const struct plan *plan,
    struct buf *out, struct err *e) __attribute__((warn_unused_result));

/* Signs a CertRep (attributes of type TYPE_CERT_REP only) with the RA key that signs and includes
 * its certificate. `content` as in scep_msg_write. -1: KEY_GONE,
 * INTERNAL. */
int signer_seal(const struct ra_key *k, const struct scep_attrs *a, const struct view *content,
    enum digest digest, struct buf *out, struct err *e) __attribute__((warn_unused_result));

/* Signs the answer to GetNextCACert (RFC 8894 section 4.7): these certificates, once inside
 * as a certs-only SignedData and once beside the signer's, since clients differ in where they look.
 * The DER is appended to `out`. -1: INTERNAL. */
int signer_next_ca(const struct ra_key *k, STACK_OF(X509) *certs, time_t now, struct buf *out,
    struct err *e) __attribute__((warn_unused_result));

/* Writes and signs the revocation list of a plan, with the digest that the CA signs certificates
 * with. The DER is appended to `out`. -1: as crl_write, KEY_GONE, INTERNAL (it is the plan of
 * another CA). */
int signer_crl(const struct ca_key *k, const struct crl_plan *plan, struct buf *out, struct err *e)
    __attribute__((warn_unused_result));

#endif
