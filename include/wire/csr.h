/* SPDX-License-Identifier: ISC
 *
 * PKCS#10 (RFC 2986): the request for a certificate. Reading it proves possession of the key; the
 * challengePassword is taken from any DirectoryString type and normalised to UTF-8; the requested
 * extensions from any of three OIDs.
 */
#ifndef WIRE_CSR_H
#define WIRE_CSR_H

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/ossl.h"
#include "wire/scep_sig.h"

#define CSR_SUBJECT_MAX 64    /* attributes of the subject, over all RDNs */
#define CSR_ATTRIBUTES_MAX 32 /* attributes of the request */

struct csr_parts; /* the decoded structure, wiped when freed because the challenge stands in it */

struct csr {
	struct csr_parts *parts;  /* owned */
	const X509_NAME *subject; /* borrowed from parts */
	const X509_PUBKEY *spki;  /* borrowed from parts; the key is not decoded */
	struct key_facts key;
	enum digest digest;      /* of the signature; DIGEST_NONE for Ed25519 */
	struct secret challenge; /* UTF-8, ASCII white space trimmed at both ends; empty when absent
	                            or empty */
	bool has_challenge;      /* present and not empty */
	STACK_OF(X509_EXTENSION) *exts; /* owned; NULL when none are requested */
};

/* Reads and verifies. Does its own tlv_walk. Octets left over after the request are refused.
 * `known`, when not NULL, is a key that was made before: if the request has that very key, it is
 * not made again. -1: CSR (malformed; beyond the bounds of tlv_walk or those above; an attribute
 * twice; more than one challengePassword; unreadable extensions), CSR_PROOF (the signature is not
 * by the key in it, the key is not sane, or the signature uses an algorithm outside DIGEST_*). In
 * any case free it afterwards. */
int csr_read(struct view der, struct known_key *known, struct csr *c, struct err *e)
    __attribute__((warn_unused_result));

/* Whether two SubjectPublicKeyInfo hold the same key: equal algorithm and key octets. */
bool csr_same_key(const X509_PUBKEY *a, const X509_PUBKEY *b);

/* What a new request asks for (scepctl, tests). */
struct csr_wish {
	const X509_NAME *subject;
	struct view challenge;          /* UTF-8; empty: none */
	STACK_OF(X509_EXTENSION) *exts; /* NULL: none */
	enum digest digest;
};

/* Makes and signs a request; appended as DER. -1: INTERNAL. */
int csr_write(const struct csr_wish *w, EVP_PKEY *key, struct buf *out, struct err *e)
    __attribute__((warn_unused_result));

void csr_free(struct csr *c);

#endif
