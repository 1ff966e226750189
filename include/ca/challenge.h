/* SPDX-License-Identifier: ISC
 *
 * Static challenges: several may be valid at once, each with a name and dates, kept as scrypt
 * hashes under one salt a profile, so that an attempt costs one derivation whoever makes it.
 */
#ifndef CA_CHALLENGE_H
#define CA_CHALLENGE_H

#include <time.h>

#include "base/buf.h"
#include "base/err.h"

#define CHALLENGE_MIN 8    /* characters of a static challenge */
#define CHALLENGE_MAX 1024 /* octets; a longer one is refused without a derivation */
#define CHALLENGE_SALT 16
#define CHALLENGE_HASH 32

struct challenge_entry {
	char name[64];
	uint8_t hash[CHALLENGE_HASH];
	time_t not_before, not_after; /* 0: no such limit */
};

struct challenge_set {
	uint8_t salt[CHALLENGE_SALT];
	struct challenge_entry *entries; /* owned */
	size_t n;
};

/* The text kept in a profile: "scrypt:14:8:1:<salt, hex>:<hash, hex>" (N = 2^14, r = 8, p = 1).
 * With `salt` NULL a fresh random one. -1: USAGE (shorter than CHALLENGE_MIN characters, longer
 * than CHALLENGE_MAX, a control character, a space at either end, not UTF-8), INTERNAL. */
int challenge_hash(struct view challenge, const uint8_t salt[CHALLENGE_SALT], struct buf *text,
    struct err *e) __attribute__((warn_unused_result));

/* Adds an entry from that text. All entries of a set have one salt. -1: CONFIG, MEMORY. */
int challenge_add(struct challenge_set *s, const char *name, const char *text, time_t not_before,
    time_t not_after, struct err *e) __attribute__((warn_unused_result));

/* Whether `given` is one of the challenges valid at `now`; *which (may be NULL) is the entry,
 * borrowed from the set. One derivation at most, and at most one at a time in the pool
 * (base/gate.h); one that was right before in this process costs none. -1: NO_CHALLENGE (empty),
 * CHALLENGE (wrong, out of its dates, too long, or the set is empty), BUSY (others were being
 * checked for as long as gate_patience lets this process wait). */
int challenge_check(const struct challenge_set *s, struct view given, time_t now,
    const struct challenge_entry **which, struct err *e) __attribute__((warn_unused_result));

/* What a one-time challenge is digested as: the id of its profile, a zero octet, the challenge.
 * Appended; secret. -1: memory. */
int challenge_scope(const char *profile_id, struct view challenge, struct buf *out)
    __attribute__((warn_unused_result));

/* A one-time challenge: 32 upper-case hexadecimal digits, 128 random bits; the longest that every
 * client has room for. -1: INTERNAL, MEMORY. */
int challenge_draw(struct secret *out, struct err *e) __attribute__((warn_unused_result));

void challenge_set_free(struct challenge_set *s);

#endif
