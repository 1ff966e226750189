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
#include "wire/scep_sig.h"

#define MODULUS_MAX 2048 /* octets */

/* What is learned of an RA key, and kept for its next use. */
struct ra_kept {
	bool known;         /* the secret is */
	uint8_t secret[32]; /* from which implicit rejection derives its keys */
	size_t size;        /* of the modulus; 0: not read yet */
	uint8_t modulus[MODULUS_MAX];
	EVP_PKEY_CTX *decrypt; /* NULL: none yet */
	struct sig_ctx seal;
};

/* After a failure of either: both are made anew, since one key may serve for both. */
void ra_kept_renew(struct ra_kept *kept);

struct ra_key {
	EVP_PKEY *key; /* unwraps, and seals unless there is another */
	X509 *cert;
	EVP_PKEY *seal_key; /* NULL: there is none */
	X509 *seal_cert;
	struct ra_kept *kept; /* owned */
};

/* Learns k->kept; only a key whose token is away leaves the secret unknown. -1: KEY_FILE. */
int unwrap_prepare(struct ra_key *k, struct err *e) __attribute__((warn_unused_result));

struct ca_key {
	EVP_PKEY *key;
	X509 *cert;
	struct sig_ctx *kept; /* owned */
};

#endif
