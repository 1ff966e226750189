/* SPDX-License-Identifier: ISC
 *
 * What the two kinds of key are made of; for the files of this layer only.
 */
#ifndef SIGNER_KEYS_H
#define SIGNER_KEYS_H

#include "signer/keyring.h"

#include <stdint.h>

#include "base/buf.h"

struct ra_key {
	EVP_PKEY *key; /* unwraps, and seals unless there is another */
	X509 *cert;
	EVP_PKEY *seal_key; /* NULL: there is none */
	X509 *seal_cert;
	uint8_t rejection[32]; /* the secret from which implicit rejection derives its keys */
};

struct ca_key {
	EVP_PKEY *key;
	X509 *cert;
};

#define MODULUS_MAX 2048 /* octets */

/* The raw RSA operation on `in` into em[k], right-aligned by definition; k is the size of the key.
 * A ciphertext of the wrong length or not below the modulus (both visible to everybody) gives
 * zeroes. -1: the key cannot do it. */
int rsa_raw_decrypt(EVP_PKEY *key, struct view in, uint8_t *em, size_t k)
    __attribute__((warn_unused_result));

#endif
