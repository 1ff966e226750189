/* SPDX-License-Identifier: ISC
 *
 * Things that tests need made: keys (never committed, made once a program), certificates, requests,
 * whole pkiMessages, and messages that are wrong in exactly one place and still correctly signed.
 * Whatever cannot be made ends the program: a test without its material proves nothing.
 */
#ifndef TESTS_SUPPORT_MAKE_H
#define TESTS_SUPPORT_MAKE_H

#include "wire/csr.h"
#include "wire/scep_body.h"
#include "wire/scep_env.h"
#include "wire/scep_msg.h"

/* Cached keys, borrowed: the n-th (0..7) RSA key of so many bits; EC by curve name; Ed25519. */
EVP_PKEY *make_rsa(int bits, int n);
EVP_PKEY *make_ec(const char *curve);
EVP_PKEY *make_ed25519(void);

/* A certificate parsed as the server parses it. `issuer` NULL: self-signed. Serial 1..; valid an
 * hour either way. The caller frees. */
struct make_cert {
	EVP_PKEY *key;
	const char *cn;
	X509 *issuer;
	EVP_PKEY *issuer_key;
	const char *exts[6]; /* "basicConstraints=critical,CA:TRUE" and so on, NULL ends */
	long serial;         /* 0: 1 */
	long version;        /* X509_VERSION_3 is 2; 0 is v1 when v1 is set */
	bool v1;
	long days;  /* 0: an hour */
	long start; /* seconds from now; 0: an hour ago */
};
X509 *make_cert(const struct make_cert *m);

/* A name from "CN=x/O=y" parts; the caller frees. */
X509_NAME *make_name(const char *text);

/* Extensions from OpenSSL's configuration syntax, name and value in turn, NULL ends; the caller
 * frees. */
STACK_OF(X509_EXTENSION) *make_exts(const char *const *pairs);

/* A PKCS#10 with a challenge (NULL: none) and a subjectAltName (NULL: none), appended. */
void make_csr(
    EVP_PKEY *key, const char *subject, const char *challenge, const char *san, struct buf *out);

/* A request message. Zeroed members get defaults: PKCSReq, "tid-1", a 16-octet nonce, SHA-256,
 * AES-128, PKCS#1 v1.5. */
struct make_msg {
	int type;
	struct view tid, nonce;
	EVP_PKEY *key;
	X509 *cert; /* of the signer */
	X509 *ra;   /* recipient */
	struct view inner;
	enum digest digest; /* DIGEST_SHA1 means SHA-256 unless sha1 is set */
	bool sha1, pss;
	enum cipher cipher; /* CIPHER_DES3 means AES-128 unless des3 is set */
	bool des3;
	struct transport transport;
	time_t signing_time;
};
void make_msg(const struct make_msg *m, struct buf *out);

/* A signature of a SignerInfo, appended. */
void make_sig(EVP_PKEY *key, enum digest d, struct view data, struct buf *sig);

/* Reads a message, lets `change` alter it, signs the attributes again with `key` (NULL: leaves the
 * signature), and writes it. */
void make_changed(struct view der, void (*change)(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg),
    void *arg, EVP_PKEY *key, struct buf *out);

/* Reads a whole file or ends the program. */
void make_read_file(const char *path, struct buf *out);

#endif
