/* SPDX-License-Identifier: ISC
 *
 * The pkcsPKIEnvelope: EnvelopedData (RFC 8894 section 3.2.2). Incoming, it is taken apart here and
 * only key transport is understood; unwrapping the key is the signer's business. Outgoing, it is
 * built for the key that signed the request: key transport for RSA, key agreement (RFC 5753) for
 * EC.
 */
#ifndef WIRE_SCEP_ENV_H
#define WIRE_SCEP_ENV_H

#include "base/ossl.h"
#include "wire/alg.h"
#include "wire/cms.h"

#define ENV_RECIPIENTS_MAX 8

struct scep_env {
	CMS_ENVELOPED *ed;
	enum cipher cipher;
	struct view iv;                                /* borrowed from ed */
	struct view encrypted;                         /* borrowed from ed */
	CMS_KEY_TRANS *recipients[ENV_RECIPIENTS_MAX]; /* the KeyTrans ones; owned */
	size_t n_recipients;
};

/* One recipient that is ours: which key to use, and with what. */
struct env_recipient {
	struct transport transport;
	struct view encrypted_key;
};

/* Takes an EnvelopedData apart. `ciphers` is the accepted set. Does its own tlv_walk.
 * -1: ENVELOPE (not one, no content, no KeyTrans recipient, a bad IV, ciphertext not a whole number
 * of blocks), LIMITS, CIPHER with a detail "OID not accepted; accepted: ..." that is fit for the
 * client. In any case free it afterwards. */
int scep_env_read(struct view der, unsigned ciphers, struct scep_env *env, struct err *e)
    __attribute__((warn_unused_result));

/* Finds the recipient that means `cert` (issuer and serial, or subjectKeyIdentifier) and reads its
 * key transport. 0: found. 1: none of them. -1: KEY_TRANSPORT (an algorithm or OAEP parameters we
 * do not take). */
int scep_env_recipient(const struct scep_env *env, X509 *cert, struct env_recipient *r,
    struct err *e) __attribute__((warn_unused_result));

/* Decrypts the content with the content-encryption key. -1: CONTENT. */
int scep_env_open(const struct scep_env *env, struct view cek, struct secret *out, struct err *e)
    __attribute__((warn_unused_result));

/* Whether a reply can be encrypted to this key: RSA of 1024..8192 bits, or EC on P-256, P-384,
 * P-521. */
bool scep_env_possible(const struct key_facts *f);

/* Encrypts `content` to a certificate, with a fresh key and IV. `how` says which key transport an
 * RSA key gets; it is ignored for EC. `key` is that of the certificate when it is there already,
 * else NULL. Appended to `out` as a ContentInfo. -1: REPLY_KEY, INTERNAL. */
int scep_env_write(struct view content, enum cipher cipher, struct transport how, X509 *to,
    EVP_PKEY *key, struct buf *out, struct err *e) __attribute__((warn_unused_result));

void scep_env_free(struct scep_env *env);

#endif
