/* SPDX-License-Identifier: ISC
 *
 * What the two kinds of key are made of; for the files of this layer only.
 */
#ifndef SIGNER_KEYS_H
#define SIGNER_KEYS_H

#include "signer/keyring.h"

#include <stdbool.h>
#include <stdint.h>

#include "signer/token.h"

/* The secret from which implicit rejection derives its keys. */
struct rejection {
	bool known;
	uint8_t secret[32];
};

struct ra_key {
	EVP_PKEY *key; /* unwraps, and seals unless there is another */
	X509 *cert;
	EVP_PKEY *seal_key; /* NULL: there is none */
	X509 *seal_cert;
	struct rejection *rejection; /* owned; learned when the key is there */
};

/* Makes k->rejection, which only a key whose token is away leaves unknown. -1: KEY_FILE. */
int rejection_prepare(struct ra_key *k, struct err *e) __attribute__((warn_unused_result));

struct ca_key {
	EVP_PKEY *key;
	X509 *cert;
};

#endif
