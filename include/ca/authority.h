/* SPDX-License-Identifier: ISC
 *
 * An authority: the issuing CA certificate with its chain. No keys here.
 */
#ifndef CA_AUTHORITY_H
#define CA_AUTHORITY_H

#include <openssl/x509.h>

#include "base/ossl.h"

struct authority {
	char name[64];
	X509 *cert;            /* the issuing CA; owned */
	STACK_OF(X509) *chain; /* its issuers upwards, the root last; may be empty; owned */
	struct key_facts key;
	int sig_nid; /* how it signs: NID_sha256WithRSAEncryption (RSA),
	                NID_ecdsa_with_SHA256/384/512, NID_ED25519 */
};

/* Reads an authority from PEM: `cert` holds the issuing CA first; `chain` (may be empty) its
 * issuers in any order. Checks: CA:TRUE, keyCertSign, each issuer's name and signature fit, every
 * key sane and RSA >= 2048, nothing in the chain that does not belong to it. -1: CONFIG naming what
 * is wrong. */
int authority_read(struct authority *a, const char *name, struct view cert_pem,
    struct view chain_pem, struct err *e) __attribute__((warn_unused_result));
void authority_free(struct authority *a);

/* Whether the issuing CA issued this certificate: its name is that of the issuer and the signature
 * verifies under its key. */
bool authority_issued(const struct authority *a, const X509 *cert);

/* All certificates of a PEM text in their order; the caller frees. NULL: CONFIG (none, or one is
 * malformed). Public keys are not decoded. */
STACK_OF(X509) *certs_read_pem(struct view pem, struct err *e);

/* What GetCACert presents (requirements 2.2, 4.2): RA certificates as given, then, with
 * `include_ca`, the issuing CA and its chain, the root left out when `include_root` is false unless
 * the issuing CA is itself the root. The caller frees the stack only (sk_X509_free). NULL: memory.
 */
STACK_OF(X509) *authority_presented(
    const struct authority *a, STACK_OF(X509) *ras, bool include_ca, bool include_root);

/* SHA-256 / SHA-1 fingerprint of a whole certificate as "AB:CD:..." into out[96]. */
void cert_fingerprint(const X509 *cert, const EVP_MD *md, char out[96]);

#endif
