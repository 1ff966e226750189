/* SPDX-License-Identifier: ISC
 *
 * Static challenges (RFC 8894 sections 2.4 and 7.3) as scrypt hashes (RFC 7914) under one salt a
 * profile: one derivation tells whether a challenge is any of them. A guesser meets three brakes:
 * the derivation, the gate that lets one derivation run in the whole pool, and no memory of what
 * was wrong. A client that is right waits a little at the gate rather than being sent away.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/enc.h"
#include "base/gate.h"
#include "ca/challenge.h"
#include "ca/memo.h"
#include "ca/text.h"

#define SCRYPT_N ((uint64_t)1 << 14)
#define SCRYPT_R 8
#define SCRYPT_P 1
#define SCRYPT_MEMORY ((uint64_t)32 << 20) /* 128 * N * r is 16 MiB, and a little more */
#define TEXT_PREFIX "scrypt:14:8:1:"

static int
derive(struct view challenge, const uint8_t salt[CHALLENGE_SALT], uint8_t hash[CHALLENGE_HASH],
    struct err *e)
{
	if (EVP_PBE_scrypt((const char *)challenge.p, challenge.n, salt, CHALLENGE_SALT, SCRYPT_N,
	        SCRYPT_R, SCRYPT_P, SCRYPT_MEMORY, hash, CHALLENGE_HASH) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "scrypt");
	return 0;
}

/* What a client could never send, or a guesser would find too soon, is refused when it is made. */
static int
challenge_admit(struct view c, struct err *e)
{
	size_t chars = 0;

	if (c.n > CHALLENGE_MAX)
		return err_set(e, ERR_USAGE, "a challenge has at most %d octets", CHALLENGE_MAX);
	if (!text_plain(c, &chars))
		return err_set(e, ERR_USAGE, "a challenge is UTF-8 without control characters");
	if (chars < CHALLENGE_MIN)
		return err_set(
		    e, ERR_USAGE, "a static challenge has at least %d characters", CHALLENGE_MIN);
	if (c.p[0] == ' ' || c.p[c.n - 1] == ' ') /* trimmed when a client sends it */
		return err_set(e, ERR_USAGE, "a challenge neither begins nor ends with a space");
	return 0;
}

int
challenge_hash(
    struct view challenge, const uint8_t salt[CHALLENGE_SALT], struct buf *text, struct err *e)
{
	uint8_t hash[CHALLENGE_HASH], fresh[CHALLENGE_SALT];
	struct buf line = {0};
	int rc = -1;

	if (challenge_admit(challenge, e) != 0)
		return -1;
	if (salt == NULL) {
		if (RAND_bytes(fresh, sizeof fresh) != 1)
			return err_set_ossl(e, ERR_INTERNAL, "random salt");
		salt = fresh;
	}
	if (derive(challenge, salt, hash, e) != 0)
		goto out;
	if (buf_add_str(&line, TEXT_PREFIX) != 0 ||
	    hex_write(&line, view_of(salt, CHALLENGE_SALT)) != 0 || buf_add(&line, ":", 1) != 0 ||
	    hex_write(&line, view_of(hash, sizeof hash)) != 0 ||
	    buf_add(text, line.p, line.n) != 0) {
		err_set(e, ERR_INTERNAL, "no memory for a challenge hash");
		goto out;
	}
	rc = 0;
out:
	buf_free(&line);
	OPENSSL_cleanse(hash, sizeof hash);
	return rc;
}

static int
text_read(const char *text, uint8_t salt[CHALLENGE_SALT], uint8_t hash[CHALLENGE_HASH])
{
	size_t prefix = strlen(TEXT_PREFIX), colon = prefix + 2 * CHALLENGE_SALT;

	if (strlen(text) != colon + 1 + 2 * CHALLENGE_HASH ||
	    strncmp(text, TEXT_PREFIX, prefix) != 0 || text[colon] != ':')
		return -1;
	if (hex_into(view_of(text + prefix, 2 * CHALLENGE_SALT), salt, CHALLENGE_SALT) != 0)
		return -1;
	return hex_into(view_of(text + colon + 1, 2 * CHALLENGE_HASH), hash, CHALLENGE_HASH);
}

int
challenge_add(struct challenge_set *s, const char *name, const char *text, time_t not_before,
    time_t not_after, struct err *e)
{
	struct challenge_entry entry = {.not_before = not_before, .not_after = not_after}, *more;
	uint8_t salt[CHALLENGE_SALT];

	if (strlen(name) >= sizeof entry.name)
		return err_set(e, ERR_CONFIG, "the name of challenge \"%s\" is too long", name);
	memcpy(entry.name, name, strlen(name) + 1);
	if (text_read(text, salt, entry.hash) != 0)
		return err_set(e, ERR_CONFIG,
		    "challenge \"%s\" is no hash of the form " TEXT_PREFIX
		    "SALT:HASH (make one with scepctl challenge hash)",
		    name);
	if (s->n > 0 && memcmp(s->salt, salt, CHALLENGE_SALT) != 0)
		return err_set(e, ERR_CONFIG,
		    "challenge \"%s\" has another salt than the first of this profile", name);
	if ((more = realloc(s->entries, (s->n + 1) * sizeof *more)) == NULL)
		return err_set(e, ERR_MEMORY, "no memory for challenge \"%s\"", name);
	s->entries = more;
	s->entries[s->n++] = entry;
	memcpy(s->salt, salt, CHALLENGE_SALT);
	return 0;
}

static bool
entry_valid(const struct challenge_entry *c, time_t now)
{
	return (c->not_before == 0 || now >= c->not_before) &&
	       (c->not_after == 0 || now <= c->not_after);
}

/* Looks at every entry, wherever one matches; one within its dates is preferred. */
static const struct challenge_entry *
entry_of(const struct challenge_set *s, const uint8_t hash[CHALLENGE_HASH], time_t now)
{
	const struct challenge_entry *found = NULL;

	for (size_t i = 0; i < s->n; i++)
		if (CRYPTO_memcmp(s->entries[i].hash, hash, CHALLENGE_HASH) == 0 &&
		    (found == NULL || !entry_valid(found, now)))
			found = &s->entries[i];
	return found;
}

/* The hash of what was given, from memory or derived behind the gate; who waited there may find
 * that another process has derived it meanwhile. */
static int
hash_given(const struct challenge_set *s, struct view given, uint8_t hash[CHALLENGE_HASH],
    bool *derived, struct err *e)
{
	int rc;

	*derived = false;
	if (memo_find(s->salt, given, hash))
		return 0;
	if (!gate_enter())
		return err_set(e, ERR_BUSY, "another challenge is being checked");
	if (memo_find(s->salt, given, hash)) {
		gate_leave();
		return 0;
	}
	rc = derive(given, s->salt, hash, e);
	gate_leave();
	*derived = rc == 0;
	return rc;
}

int
challenge_check(const struct challenge_set *s, struct view given, time_t now,
    const struct challenge_entry **which, struct err *e)
{
	const struct challenge_entry *found;
	uint8_t hash[CHALLENGE_HASH];
	bool derived;
	int rc = -1;

	if (given.n == 0)
		return err_set(e, ERR_NO_CHALLENGE, "no challengePassword");
	if (s->n == 0)
		return err_set(e, ERR_CHALLENGE, "the profile has no challenge");
	if (given.n > CHALLENGE_MAX)
		return err_set(
		    e, ERR_CHALLENGE, "the challenge has more than %d octets", CHALLENGE_MAX);
	if (hash_given(s, given, hash, &derived, e) != 0)
		goto out;
	if ((found = entry_of(s, hash, now)) == NULL) {
		if (derived)
			gate_disturb();
		err_set(e, ERR_CHALLENGE, "wrong challenge");
		goto out;
	}
	if (derived)
		memo_add(s->salt, given, hash);
	if (!entry_valid(found, now)) {
		err_set(e, ERR_CHALLENGE, "challenge \"%s\" is %s", found->name,
		    now < found->not_before ? "not valid yet" : "no longer valid");
		goto out;
	}
	if (which != NULL)
		*which = found;
	rc = 0;
out:
	OPENSSL_cleanse(hash, sizeof hash);
	return rc;
}

void
challenge_set_free(struct challenge_set *s)
{
	if (s == NULL)
		return;
	if (s->entries != NULL)
		OPENSSL_cleanse(s->entries, s->n * sizeof *s->entries);
	free(s->entries);
	*s = (struct challenge_set){0};
}

int
challenge_scope(const char *profile_id, struct view challenge, struct buf *out)
{
	if (buf_add(out, profile_id, strlen(profile_id) + 1) != 0)
		return -1;
	return challenge.n == 0 ? 0 : buf_add(out, challenge.p, challenge.n);
}

int
challenge_draw(struct secret *out, struct err *e)
{
	static const char digits[] = "0123456789ABCDEF";
	uint8_t random[16];

	if (RAND_priv_bytes(random, sizeof random) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "random challenge");
	if (secret_alloc(out, 2 * sizeof random) != 0)
		return err_set(e, ERR_MEMORY, "no memory for a challenge");
	for (size_t i = 0; i < sizeof random; i++) {
		out->p[2 * i] = (uint8_t)digits[random[i] >> 4];
		out->p[2 * i + 1] = (uint8_t)digits[random[i] & 15];
	}
	OPENSSL_cleanse(random, sizeof random);
	return 0;
}
