/* SPDX-License-Identifier: ISC
 *
 * Key ceremonies: the certificates that no grant is for. An operator makes a CA or an RA
 * certificate by hand, at a terminal; the service never does. One table of roles says what each
 * certificate holds (RFC 5280 section 4.2), so that no caller can ask for another shape.
 */
#ifndef SIGNER_CEREMONY_H
#define SIGNER_CEREMONY_H

#include <time.h>

#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/err.h"

/* What key to make. */
struct key_spec {
	int type;  /* EVP_PKEY_RSA, EVP_PKEY_EC, EVP_PKEY_ED25519 */
	int bits;  /* RSA */
	int curve; /* EC: NID */
};

/* Every text that key_spec_read takes, for messages. */
#define KEY_SPECS "rsa:2048, rsa:3072, rsa:4096, ec:P-256, ec:P-384 or ed25519"

/* -1: USAGE naming what is allowed. */
int key_spec_read(const char *text, struct key_spec *spec, struct err *e)
    __attribute__((warn_unused_result));

/* The text of the spec that describes an existing key, such as "rsa:2048", into out[24]. Any key.
 */
void key_spec_of(const EVP_PKEY *key, char out[24]);

/* A new key; the caller frees with EVP_PKEY_free. NULL: INTERNAL. */
EVP_PKEY *key_make(const struct key_spec *spec, struct err *e);

/* The key as PEM (PKCS#8), encrypted under AES-256-CBC with a key derived by scrypt when
 * `passphrase` is not NULL. The caller frees with secret_free. -1: INTERNAL. */
int key_pem(const EVP_PKEY *key, const char *passphrase, struct secret *pem, struct err *e)
    __attribute__((warn_unused_result));

enum ceremony_role {
	CEREMONY_ROOT,    /* 25 years, self-signed, keyCertSign + cRLSign + digitalSignature */
	CEREMONY_ISSUING, /* 20 years, as the root, and pathLen 0 */
	CEREMONY_SINGLE,  /* the issuing CA without a root above it */
	CEREMONY_RA, /* 10 years, RSA, digitalSignature + keyEncipherment, the given extended key
	                usage */
	CEREMONY_RA_SIGN,    /* the half of an RA that signs: digitalSignature alone */
	CEREMONY_RA_ENCRYPT, /* the half that takes messages: keyEncipherment alone */
};

struct ceremony {
	enum ceremony_role role;
	const X509_NAME *subject;
	EVP_PKEY *key;        /* of the subject; the public part is enough when another one signs */
	X509 *issuer;         /* NULL for the self-signed roles */
	EVP_PKEY *issuer_key; /* NULL for the self-signed roles */
	const EXTENDED_KEY_USAGE *ext_key_usage; /* RAs only; NULL or empty: no such extension */
	time_t now;
};

/* Makes and signs the certificate: v3, a random positive serial of 160 bits, SKI and AKI, critical
 * keyUsage and basicConstraints, notBefore ten minutes back, never outside the issuer's validity.
 * The caller frees. NULL: USAGE (an RA key that is not RSA or has fewer than 2048 bits), KEY_FILE
 * (the issuer's key is not the one in its certificate), CA_EXPIRED, INTERNAL. */
X509 *ceremony_cert(const struct ceremony *c, struct err *e);

/* A PKCS#10 for an issuing CA under somebody else's root, asking for what CEREMONY_ISSUING holds;
 * PEM, appended. -1: INTERNAL. */
int ceremony_csr(const X509_NAME *subject, EVP_PKEY *key, struct buf *pem, struct err *e)
    __attribute__((warn_unused_result));

/* Whether this private or public key is the one in the certificate. */
bool key_fits(const EVP_PKEY *key, const X509 *cert);

#endif
