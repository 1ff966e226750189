/* SPDX-License-Identifier: ISC
 *
 * A small ring of derivations under HMAC-SHA-256 (RFC 2104), in memory shared by all children. A
 * version, odd while a slot is being written, keeps a reader from half of one.
 */
#include <stdatomic.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/ossl.h"
#include "base/shared.h"
#include "ca/memo.h"

#define SLOTS 16
#define MAC_LEN 32

/* A MAC of zeroes was never used. */
struct slot {
	_Atomic unsigned version;
	uint8_t mac[MAC_LEN];
	uint8_t hash[CHALLENGE_HASH];
};

struct memo {
	uint8_t key[32];
	struct slot slots[SLOTS];
	_Atomic unsigned next;
};

static struct memo own, *memo; /* NULL: there is no key yet */

int
memo_start(struct err *e)
{
	struct memo *shared;

	if (memo != NULL && memo != &own)
		return 0;
	if ((shared = shared_make(sizeof *shared, e)) == NULL)
		return -1;
	if (RAND_bytes(shared->key, sizeof shared->key) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "random key");
	memo = shared;
	return 0;
}

/* A process that shares with nobody keeps its own. */
static int
memo_ready(void)
{
	if (memo == NULL && RAND_bytes(own.key, sizeof own.key) != 1)
		return -1;
	if (memo == NULL)
		memo = &own;
	return 0;
}

static int
memo_mac(const uint8_t salt[CHALLENGE_SALT], struct view given, uint8_t mac[MAC_LEN])
{
	uint8_t in[CHALLENGE_SALT + CHALLENGE_MAX];
	int rc;

	if (given.n == 0 || given.n > CHALLENGE_MAX || memo_ready() != 0)
		return -1;
	memcpy(in, salt, CHALLENGE_SALT);
	memcpy(in + CHALLENGE_SALT, given.p, given.n);
	rc = ossl_hmac(
	    view_of(memo->key, sizeof memo->key), view_of(in, CHALLENGE_SALT + given.n), mac);
	OPENSSL_cleanse(in, sizeof in);
	return rc;
}

/* A copy of a slot; false: it is being written. */
static bool
slot_read(struct slot *slot, uint8_t mac[MAC_LEN], uint8_t hash[CHALLENGE_HASH])
{
	unsigned version = atomic_load_explicit(&slot->version, memory_order_acquire);

	memcpy(mac, slot->mac, MAC_LEN);
	memcpy(hash, slot->hash, CHALLENGE_HASH);
	atomic_thread_fence(memory_order_acquire);
	return version % 2 == 0 &&
	       atomic_load_explicit(&slot->version, memory_order_relaxed) == version;
}

bool
memo_find(const uint8_t salt[CHALLENGE_SALT], struct view given, uint8_t hash[CHALLENGE_HASH])
{
	uint8_t mac[MAC_LEN], its_mac[MAC_LEN], its_hash[CHALLENGE_HASH];
	bool found = false;

	if (memo_mac(salt, given, mac) != 0)
		return false;
	for (size_t i = 0; i < SLOTS; i++)
		if (slot_read(&memo->slots[i], its_mac, its_hash) &&
		    CRYPTO_memcmp(its_mac, mac, MAC_LEN) == 0) {
			memcpy(hash, its_hash, CHALLENGE_HASH);
			found = true;
		}
	OPENSSL_cleanse(its_hash, sizeof its_hash);
	return found;
}

void
memo_add(const uint8_t salt[CHALLENGE_SALT], struct view given, const uint8_t hash[CHALLENGE_HASH])
{
	struct slot *slot;
	uint8_t mac[MAC_LEN];
	unsigned version;

	if (memo_mac(salt, given, mac) != 0)
		return;
	slot = &memo->slots[atomic_fetch_add(&memo->next, 1) % SLOTS];
	version = atomic_load(&slot->version);
	/* Somebody else writes there, or died at it. */
	if (version % 2 != 0 ||
	    !atomic_compare_exchange_strong(&slot->version, &version, version + 1))
		return;
	memcpy(slot->mac, mac, MAC_LEN);
	memcpy(slot->hash, hash, CHALLENGE_HASH);
	atomic_store_explicit(&slot->version, version + 2, memory_order_release);
}
