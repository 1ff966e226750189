/* SPDX-License-Identifier: ISC
 *
 * What the two kinds of key are made of; for the files of this layer only.
 */
#ifndef SIGNER_KEYS_H
#define SIGNER_KEYS_H

#include "signer/keyring.h"

#include <stdint.h>

struct ra_key {
	EVP_PKEY *key;
	X509 *cert;
	uint8_t rejection[32]; /* the secret from which implicit rejection derives its keys */
};

struct ca_key {
	EVP_PKEY *key;
	X509 *cert;
};

#endif
