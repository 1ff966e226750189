/* SPDX-License-Identifier: ISC
 *
 * Private keys: loaded from files (from tokens: signer/token.h), matched to their certificates,
 * wiped at the end. The two types keep the two duties apart: an RA key unwraps and seals, a CA key
 * issues.
 */
#ifndef SIGNER_KEYRING_H
#define SIGNER_KEYRING_H

#include <stdbool.h>
#include <sys/types.h>

#include <openssl/x509.h>

#include "base/err.h"

struct ra_key; /* RSA private key, its certificate, and the secret for implicit rejection; or two
                  keys with a certificate each, for key stores that forbid one of the uses */
struct ca_key; /* private key of an issuing CA and its certificate */

/* Reads a PEM private key file (file_read_secret's rules; `service` as there), decrypts it with
 * `passphrase` (NULL: an encrypted key is an error that says so). The caller frees with
 * EVP_PKEY_free. NULL: KEY_FILE, FILE. Never prompts. */
EVP_PKEY *key_load(const char *path, const char *passphrase, uid_t service, struct err *e);

/* Whether such a file holds an encrypted key; false when it cannot be read. */
bool key_encrypted(const char *path, uid_t service);

/* Takes over `key` whatever happens; takes its own reference of `cert`. NULL: KEY_FILE (does not
 * match the certificate, not RSA for an RA, fewer than 2048 bits, a keyUsage that forbids what the
 * key is for). */
struct ra_key *ra_key_new(EVP_PKEY *key, X509 *cert, struct err *e);

/* An RA of two keys: the first decrypts what clients send, the second signs the replies. */
struct ra_key *ra_key_new_two(
    EVP_PKEY *key, X509 *cert, EVP_PKEY *seal_key, X509 *seal_cert, struct err *e);
struct ca_key *ca_key_new(EVP_PKEY *key, X509 *cert, struct err *e);
void ra_key_free(struct ra_key *k);
void ca_key_free(struct ca_key *k);

/* Whether the key can be used now, as key_here (signer/token.h). -1: KEY_GONE, KEY_FILE. */
int ra_key_here(const struct ra_key *k, struct err *e) __attribute__((warn_unused_result));
int ca_key_here(const struct ca_key *k, struct err *e) __attribute__((warn_unused_result));

/* The certificate that clients encrypt to, and the one that signs the replies: the same one unless
 * there are two. Borrowed. */
X509 *ra_key_cert(const struct ra_key *k);
X509 *ra_key_seal_cert(const struct ra_key *k);

#endif
