/* SPDX-License-Identifier: ISC
 *
 * What OpenSSL needs from us in one place. Certificates and requests are parsed under a library
 * context that has no key decoders, so that parsing never spends time on a public key nor touches
 * one that has not been measured; keys are then built from the SubjectPublicKeyInfo after their
 * sizes have been checked.
 */
#ifndef BASE_OSSL_H
#define BASE_OSSL_H

#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/err.h"

/* Creates the parsing context. Call once, before the first fork. -1: INTERNAL. ossl_stop frees it
 * (for leak checks). */
int ossl_start(struct err *e) __attribute__((warn_unused_result));
void ossl_stop(void);

/* The library context for ASN1_item_d2i_ex: parses, decodes no key. */
OSSL_LIB_CTX *ossl_parse_ctx(void);

/* Parses exactly one ASN.1 value of the item from `der`; NULL when it is malformed or octets are
 * left over. The caller frees it with ASN1_item_free. */
void *ossl_read(struct view der, const ASN1_ITEM *it);

/* A certificate or request whose public key is not decoded (X509_get0_pubkey gives NULL; use
 * ossl_spki_key). The caller frees. NULL: malformed, or octets left over. */
X509 *ossl_cert_read(struct view der);
X509_REQ *ossl_csr_read(struct view der);

/* Whether two certificates are the same octets. False as well when memory is short. */
bool ossl_cert_same(const X509 *a, const X509 *b);

/* The octets of a string, borrowed. */
struct view ossl_string_view(const ASN1_STRING *s);

/* The DER of an ASN.1 value appended to `out`. -1: memory. */
int ossl_write(struct buf *out, const void *value, const ASN1_ITEM *it)
    __attribute__((warn_unused_result));

/* What a SubjectPublicKeyInfo holds, read without any arithmetic. */
struct key_facts {
	int type;         /* EVP_PKEY_RSA, EVP_PKEY_EC, EVP_PKEY_ED25519, ... or 0 when unknown */
	int bits;         /* RSA modulus, EC field; 0 when unknown */
	int curve;        /* NID of the named curve; 0 otherwise */
	bool sane;        /* within the limits below: any public operation with it is cheap */
	const char *name; /* "RSA", "EC", "Ed25519", "unknown" */
};

/* Limits of a sane key: RSA in DER of 512..8192 bits with an odd modulus and an odd exponent 3 <= e
 * < 2^33; EC on P-256, P-384 or P-521 with an uncompressed or compressed point; Ed25519. Never
 * fails: what cannot be read has type 0. */
struct key_facts ossl_key_facts(const X509_PUBKEY *spki);

/* The key itself; the caller frees. NULL (SIGNER_KEY; give e NULL to record another code) unless
 * ossl_key_facts calls it sane, or when the point is not on the curve. */
EVP_PKEY *ossl_spki_key(const X509_PUBKEY *spki, struct err *e);

/* A public key of the type ("RSA", "EC") from its parts, by the names of OpenSSL's parameters; the
 * caller frees. NULL: memory, or the parts are no key. What OpenSSL says of that stays in its
 * queue.
 */
EVP_PKEY *ossl_key_from(const char *type, OSSL_PARAM_BLD *parts);

/* The DER of the SubjectPublicKeyInfo as it stood in the certificate or request, appended. -1:
 * memory. */
int ossl_spki_write(struct buf *out, const X509_PUBKEY *spki) __attribute__((warn_unused_result));

/* A date of a certificate or a list (NULL: it has none) in seconds since 1970. -1: it is none. */
int ossl_seconds(const ASN1_TIME *at, time_t *out) __attribute__((warn_unused_result));

/* SHA-256 of `in` into out[32]. */
void ossl_sha256(struct view in, uint8_t out[32]);

/* HMAC with SHA-256 (RFC 2104) of `in` into out[32]. -1: memory. */
int ossl_hmac(struct view key, struct view in, uint8_t out[32]) __attribute__((warn_unused_result));

#endif
