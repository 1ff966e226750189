/* SPDX-License-Identifier: ISC
 *
 * Signatures of SignerInfos: which combinations of key, digest and algorithm exist (RSA PKCS#1
 * v1.5, RSASSA-PSS, ECDSA), and making and verifying one.
 */
#ifndef WIRE_SCEP_SIG_H
#define WIRE_SCEP_SIG_H

#include "wire/alg.h"
#include "wire/der.h"

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

/* The context of the last signature or verification with a key, which serves the next one by the
 * same algorithm: OpenSSL looks up more to make one than it costs to verify. Start with zeroes, use
 * it with one key only, end with sig_ctx_free. */
struct sig_ctx {
	EVP_PKEY_CTX *ctx;
	struct sig_alg alg;
	bool signs;
	bool anew; /* with a copy of the key */
};
void sig_ctx_free(struct sig_ctx *c);

/* After a failure: what is kept is dropped, and the next context is made of a copy of the key.
 * OpenSSL keeps the blinding of a private RSA key with it, and where memory was short its two
 * halves may no longer fit. */
void sig_ctx_renew(struct sig_ctx *c);

/* The key, or with `anew` a copy of it where it can be copied, which one in a token cannot. The
 * caller frees. */
EVP_PKEY *sig_key(EVP_PKEY *key, bool anew);

/* A public key that came in a message, made once. */
struct known_key {
	const X509_PUBKEY *spki; /* borrowed */
	EVP_PKEY *key;           /* owned */
	struct sig_ctx ctx;      /* for verifying */
};
void known_key_free(struct known_key *k);

/* 0: `sig` is a signature over `data`. -1: it is not. */
int sig_verify(struct known_key *k, const struct sig_alg *s, struct view data, struct view sig)
    __attribute__((warn_unused_result));

/* How a key signs: RSA PKCS#1 v1.5 or, with `pss`, RSASSA-PSS with a salt as long as the digest;
 * ECDSA for an EC key. -1: another type of key. */
int sig_alg_of(const EVP_PKEY *key, enum digest d, bool pss, struct sig_alg *s)
    __attribute__((warn_unused_result));

/* Its signatureAlgorithm: rsaEncryption for PKCS#1 v1.5, which is what old clients expect. */
void sig_alg_write(const struct sig_alg *s, struct der *d);

/* Signs `data`; appended to `sig`. `kept` is of this key. -1: INTERNAL matters. */
int sig_make(EVP_PKEY *key, struct sig_ctx *kept, const struct sig_alg *s, struct view data,
    struct buf *sig) __attribute__((warn_unused_result));

#endif
