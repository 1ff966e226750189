/* SPDX-License-Identifier: ISC
 *
 * The algorithms of SCEP messages: one closed table each for digests and content ciphers (RFC 8894
 * sections 2.9 and 3.5.2). What is not in a table does not exist here: no MD5, no single DES, no
 * RC2.
 */
#ifndef WIRE_ALG_H
#define WIRE_ALG_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "wire/der.h"

enum digest {
	DIGEST_SHA1,
	DIGEST_SHA256,
	DIGEST_SHA384,
	DIGEST_SHA512,
	DIGEST_COUNT,
	DIGEST_NONE = -1
};
enum cipher {
	CIPHER_DES3,
	CIPHER_AES128,
	CIPHER_AES192,
	CIPHER_AES256,
	CIPHER_COUNT,
	CIPHER_NONE = -1
};
enum key_transport { KEY_TRANSPORT_PKCS1, KEY_TRANSPORT_OAEP };

/* What a profile accepts and offers, as sets of bits 1 << enum. */
struct algs {
	unsigned digests;
	unsigned ciphers;
};

#define ALGS_MODERN                                                                                \
	((struct algs){.digests = 1u << DIGEST_SHA256 | 1u << DIGEST_SHA384 | 1u << DIGEST_SHA512, \
	    .ciphers = 1u << CIPHER_AES128 | 1u << CIPHER_AES192 | 1u << CIPHER_AES256})
#define ALGS_ALL                                                                                   \
	((struct algs){.digests = ALGS_MODERN.digests | 1u << DIGEST_SHA1,                         \
	    .ciphers = ALGS_MODERN.ciphers | 1u << CIPHER_DES3})

enum digest digest_of_nid(int nid);
enum digest digest_of(const X509_ALGOR *alg);
const EVP_MD *digest_md(enum digest d); /* fetched once a process */
int digest_nid(enum digest d);
const char *digest_name(enum digest d); /* "SHA-256"; "none" */

enum cipher cipher_of(const X509_ALGOR *alg);
const EVP_CIPHER *cipher_evp(enum cipher c);
int cipher_nid(enum cipher c);
size_t cipher_key_len(enum cipher c);   /* octets */
size_t cipher_iv_len(enum cipher c);    /* octets; also the block length */
const char *cipher_name(enum cipher c); /* "AES-128-CBC"; "none" */

/* OAEP with its hash; mgf1 with `mgf`. Only meaningful when kind is KEY_TRANSPORT_OAEP. */
struct transport {
	enum key_transport kind;
	enum digest oaep_md, oaep_mgf;
};

/* The NID of an algorithm; NID_undef when OpenSSL does not know it. */
int alg_nid(const X509_ALGOR *alg);

/* The dotted OID of an algorithm into out[80], for texts. */
void alg_oid_text(const X509_ALGOR *alg, char out[80]);

/* [n] AlgorithmIdentifier of a digest (with NULL parameters, as PSS and OAEP want it), and of MGF1
 * over one. */
void alg_hash_write(enum digest hash, int n, struct der *d);
void alg_mgf1_write(enum digest hash, int n, struct der *d);

/* The digest of a MaskGenAlgorithm; an absent one (NULL) is SHA-1. DIGEST_NONE: not MGF1 over a
 * known digest. */
enum digest alg_mgf1_read(const X509_ALGOR *mgf);

/* Content encryption in CBC mode with padding (RFC 5652 section 6.3). Encrypting cannot fail but
 * for memory; decrypting fails (-1) on a bad padding. `iv` has cipher_iv_len octets, `key`
 * cipher_key_len. Output is appended / replaced. */
int cipher_encrypt(enum cipher c, struct view key, struct view iv, struct view in, struct buf *out)
    __attribute__((warn_unused_result));
int cipher_decrypt(enum cipher c, struct view key, struct view iv, struct view in,
    struct secret *out) __attribute__((warn_unused_result));

#endif
