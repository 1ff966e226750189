/* SPDX-License-Identifier: ISC
 *
 * Signatures of SignerInfos: which combinations of key, digest and algorithm exist (RSA PKCS#1
 * v1.5, RSASSA-PSS, ECDSA), and making and verifying one.
 */
#ifndef WIRE_SCEP_SIG_H
#define WIRE_SCEP_SIG_H

#include "wire/alg.h"

enum sig_kind { SIG_RSA_PKCS1, SIG_RSA_PSS, SIG_ECDSA };

struct sig_alg {
	enum sig_kind kind;
	enum digest digest;
	enum digest mgf; /* PSS only */
	int salt_len;    /* PSS only */
};

/* Admits a signatureAlgorithm for a digest and a key type (EVP_PKEY_RSA, EVP_PKEY_EC).
 * rsaEncryption and id-ecPublicKey stand for "with the digest of the SignerInfo"; shaXWithRSA and
 * ecdsa-with-SHAX must name that same digest; the parameters of PSS must too. -1: not admitted. */
int sig_alg_read(struct sig_alg *s, const X509_ALGOR *alg, enum digest d, int key_type)
    __attribute__((warn_unused_result));

/* The digest that a signatureAlgorithm names by itself (shaXWithRSA, ecdsa-with-SHAX, RSASSA-PSS);
 * DIGEST_NONE: none that we take. */
enum digest sig_digest(const X509_ALGOR *alg);

/* 0: `sig` is a signature over `data`. -1: it is not. */
int sig_verify(const struct sig_alg *s, EVP_PKEY *key, struct view data, struct view sig)
    __attribute__((warn_unused_result));

/* Signs `data` and sets `alg`: rsaEncryption (what old clients expect) or, with `pss`, RSASSA-PSS
 * with a salt as long as the digest; ECDSA for an EC key. Appended to `sig`. -1: INTERNAL matters,
 * or another type of key. */
int sig_make(EVP_PKEY *key, enum digest d, bool pss, struct view data, X509_ALGOR *alg,
    struct buf *sig) __attribute__((warn_unused_result));

#endif
