/* SPDX-License-Identifier: ISC
 *
 * What the tests of this layer need made: keys (once a run), CA certificates, requests.
 */
#ifndef TESTS_CA_MAKE_H
#define TESTS_CA_MAKE_H

#include "ca/authority.h"
#include "wire/csr.h"

#define NOW ((time_t)1800000000) /* 2027-01-15 08:00:00 UTC */
#define DAY ((time_t)86400)

enum make_key {
	KEY_ROOT,      /* EC P-256 */
	KEY_OTHER,     /* EC P-256 */
	KEY_RSA,       /* 2048 */
	KEY_RSA_SMALL, /* 1024 */
	KEY_PSS,       /* 2048, for RSASSA-PSS alone */
	KEY_P256,
	KEY_P384,
	KEY_P521,
	KEY_ED25519,
	KEY_SECP256K1,
	KEY_COUNT
};

/* Borrowed; made at the first call. make_end frees them all. */
EVP_PKEY *make_key(enum make_key k);
void make_end(void);

#define CA_NOT 1u       /* without basicConstraints CA:TRUE */
#define CA_FALSE 16u    /* with basicConstraints CA:FALSE */
#define CA_NO_SIGN 2u   /* keyUsage without keyCertSign */
#define CA_NO_USAGE 4u  /* no keyUsage at all */
#define CA_NO_KEY_ID 8u /* no subjectKeyIdentifier */
#define CA_BAD_USAGE 32u /* a keyUsage that is no BIT STRING */

struct make_ca {
	const char *cn;
	enum make_key key;
	const X509 *issuer; /* NULL: self-signed */
	enum make_key issuer_key;
	unsigned flags;
	time_t not_before, not_after; /* 0: ten years around NOW */
};

/* The caller frees. */
X509 *make_ca(struct make_ca m);

/* Appends a certificate as PEM. */
void make_pem(struct buf *out, const X509 *cert);

/* An authority alone, of this key: no chain. */
void make_authority(struct authority *a, enum make_key key);

/* A request with the subject given as "CN=a", "O=b", ... (NULL ends), the extensions (freed here),
 * read by csr_read. */
void make_csr(struct csr *c, enum make_key key, enum digest d, STACK_OF(X509_EXTENSION) *exts, ...);

/* Adds an extension in OpenSSL's configuration syntax, or with these octets as its value. */
void make_ext(STACK_OF(X509_EXTENSION) **exts, const char *oid, const char *value);
void make_raw_ext(STACK_OF(X509_EXTENSION) **exts, const char *oid, struct view value);

/* Adds a subjectAltName of one URI, whatever stands in it. */
void make_uri(STACK_OF(X509_EXTENSION) **exts, const char *uri);

/* The same certificate outside the parsing context: OpenSSL can verify and compare it. The caller
 * frees. */
X509 *make_plain(const X509 *cert);

#endif
