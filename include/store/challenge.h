/* SPDX-License-Identifier: ISC
 *
 * One-time challenges (RFC 8894 section 7.3) in the store: never themselves, only their MAC under
 * the pepper. Redeeming one is a part of store_reserve.
 */
#ifndef STORE_CHALLENGE_H
#define STORE_CHALLENGE_H

#include "store/token.h"

#define CHALLENGE_ID_LEN                                                                           \
	16 /* hexadecimal digits of the MAC by which lists and the log name one                    \
	    */

/* What stands for a challenge of a profile (its id). -1: MEMORY. */
int store_challenge_mac(struct store *s, const char *profile, struct view challenge,
    uint8_t mac[32], struct err *e) __attribute__((warn_unused_result));

/* A challenge to be made; borrowed. */
struct mint {
	const char *profile;         /* its id */
	const uint8_t *mac;          /* 32 octets: store_challenge_mac */
	int64_t ttl;                 /* seconds */
	int max;                     /* outstanding ones of the profile, this one included */
	const struct bearer *bearer; /* NULL: the operator */
	const char *by;              /* his name */
	bool bound;                  /* to these names alone */
	const char *subject, *sans;  /* name_line, san_lines */
};

struct minted {
	int64_t expires; /* seconds since 1970, by the store's clock */
	char by[64];     /* name of the token; "" without one or when it is unknown */
	int retry_after; /* seconds until the oldest ends: PENDING_FULL */
};

/* Counts, checks the token and adds, all at once. -1: TOKEN (unknown or expired), TOKEN_PROFILE,
 * PENDING_FULL, DISABLED, STORE. */
int store_mint(struct store *s, const struct mint *m, struct minted *out, struct err *e)
    __attribute__((warn_unused_result));

/* A challenge that nobody has used yet; borrowed for the call. */
struct challenge_row {
	struct view mac;       /* hexadecimal */
	int64_t expires, made; /* seconds since 1970 */
	struct view by, subject, sans;
};

/* Calls `each` for all outstanding ones of a profile, by expiry, a page at a time. -1: STORE, or
 * what `each` returned. */
int store_challenges(struct store *s, const char *profile,
    int (*each)(void *to, const struct challenge_row *row), void *to, struct err *e)
    __attribute__((warn_unused_result));

/* Ends the outstanding ones whose MAC begins so ("": all); *n is how many there were. -1: STORE. */
int store_challenge_drop(struct store *s, const char *profile, const char *begins, int64_t *n,
    struct err *e) __attribute__((warn_unused_result));

#endif
