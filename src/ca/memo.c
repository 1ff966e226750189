/* SPDX-License-Identifier: ISC
 *
 * A small ring of derivations under HMAC-SHA-256 (RFC 2104) with a key of this process alone. The
 * key is drawn again in a forked child, so that no two processes know the same digests; drawing it
 * empties the ring.
 */
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "ca/memo.h"

#define SLOTS 16
#define MAC_LEN 32

/* One of zeroes was never used: no MAC is zero. */
struct slot {
	uint8_t mac[MAC_LEN];
	uint8_t hash[CHALLENGE_HASH];
};

static struct {
	pid_t owner; /* 0: no key yet */
	uint8_t key[32];
	struct slot slots[SLOTS];
	size_t next;
} memo;

static int
memo_ready(void)
{
	pid_t self = getpid();

	if (memo.owner == self)
		return 0;
	OPENSSL_cleanse(&memo, sizeof memo);
	if (RAND_bytes(memo.key, sizeof memo.key) != 1)
		return -1;
	memo.owner = self;
	return 0;
}

static int
memo_mac(const uint8_t salt[CHALLENGE_SALT], struct view given, uint8_t mac[MAC_LEN])
{
	uint8_t in[CHALLENGE_SALT + CHALLENGE_MAX];
	unsigned n = 0;
	bool done;

	if (given.n == 0 || given.n > CHALLENGE_MAX || memo_ready() != 0)
		return -1;
	memcpy(in, salt, CHALLENGE_SALT);
	memcpy(in + CHALLENGE_SALT, given.p, given.n);
	done = HMAC(EVP_sha256(), memo.key, sizeof memo.key, in, CHALLENGE_SALT + given.n, mac,
	           &n) != NULL &&
	       n == MAC_LEN;
	OPENSSL_cleanse(in, sizeof in);
	return done ? 0 : -1;
}

bool
memo_find(const uint8_t salt[CHALLENGE_SALT], struct view given, uint8_t hash[CHALLENGE_HASH])
{
	uint8_t mac[MAC_LEN];
	bool found = false;

	if (memo_mac(salt, given, mac) != 0)
		return false;
	for (size_t i = 0; i < SLOTS; i++)
		if (CRYPTO_memcmp(memo.slots[i].mac, mac, MAC_LEN) == 0) {
			memcpy(hash, memo.slots[i].hash, CHALLENGE_HASH);
			found = true;
		}
	return found;
}

void
memo_add(const uint8_t salt[CHALLENGE_SALT], struct view given, const uint8_t hash[CHALLENGE_HASH])
{
	struct slot *slot;
	uint8_t mac[MAC_LEN];

	if (memo_mac(salt, given, mac) != 0)
		return;
	slot = &memo.slots[memo.next++ % SLOTS];
	memcpy(slot->mac, mac, MAC_LEN);
	memcpy(slot->hash, hash, CHALLENGE_HASH);
}
