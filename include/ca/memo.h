/* SPDX-License-Identifier: ISC
 *
 * What is remembered of challenges that were right, so that only the first use of one costs a
 * derivation. It keeps a keyed digest of the challenge and the hash that came out, never the
 * challenge; whether that hash is still one of the profile's, and within its dates, is asked anew
 * each time. One thread a process.
 */
#ifndef CA_MEMO_H
#define CA_MEMO_H

#include "ca/challenge.h"

/* From now on this process and its children remember together, under a key that is drawn once: what
 * one worker derived, the others, and those after a reload, know. Without it each process remembers
 * for itself. -1: INTERNAL. */
int memo_start(struct err *e) __attribute__((warn_unused_result));

/* True when this challenge was derived under this salt before: the result is in hash[]. */
bool memo_find(const uint8_t salt[CHALLENGE_SALT], struct view given, uint8_t hash[CHALLENGE_HASH]);

/* Remembers a derivation; the oldest is forgotten for it. What cannot be remembered is derived
 * again. */
void memo_add(
    const uint8_t salt[CHALLENGE_SALT], struct view given, const uint8_t hash[CHALLENGE_HASH]);

#endif
