/* SPDX-License-Identifier: ISC
 *
 * Tokens of those who may fetch one-time challenges: 256 random bits, of which the store keeps the
 * SHA-256. A token that is revoked is good for nothing at once, because minting asks for it in the
 * same step.
 */
#ifndef STORE_TOKEN_H
#define STORE_TOKEN_H

#include "store/store.h"

/* "scepd_" and 64 hexadecimal digits. */
#define TOKEN_PREFIX "scepd_"
#define TOKEN_LEN 70

/* A new token. -1: INTERNAL, MEMORY. */
int token_draw(struct secret *out, struct err *e) __attribute__((warn_unused_result));

/* What the store keeps of it. */
void token_digest(struct view token, char hex[65]);

/* What guesses of tokens are counted and blocked under, as those of challenges are under the
 * profile (store_admits): a token is not one of a profile. */
#define TOKEN_GUESSES "token"

/* Somebody who shows a token. What becomes of it is noted for all hosts; a wrong one is counted,
 * and after `budget` of one source within `window` seconds that is blocked for as long. Borrowed.
 */
struct bearer {
	const char *token; /* its digest */
	const char *event; /* JSON but for its end, to which name and outcome are added; "": none */
	const char *source, *unique;
	int budget; /* 0: nobody is blocked */
	int64_t window;
};

/* Whether a token is good: for that profile (its id), or with NULL for any; then `outcome` is what
 * is noted. name[64] is whose it is. -1: TOKEN, TOKEN_PROFILE, STORE. */
int store_token(struct store *s, const struct bearer *b, const char *profile, enum err_code outcome,
    char name[64], struct err *e) __attribute__((warn_unused_result));

/* Adds one under a name that is not taken; `profiles` are ids with spaces between ("": all), ttl
 * seconds (0: no end); *expires is seconds since 1970 or 0. -1: USAGE (the name exists), STORE. */
int store_token_add(struct store *s, const char *name, const char *digest, const char *profiles,
    int64_t ttl, int64_t *expires, struct err *e) __attribute__((warn_unused_result));

/* A token; borrowed for the call. Times are seconds since 1970, 0: never. */
struct token_row {
	struct view name, digest, profiles;
	int64_t made, expires, used;
};

/* Calls `each` for all, by name. -1: STORE, or what `each` returned. */
int store_tokens(struct store *s, int (*each)(void *to, const struct token_row *row), void *to,
    struct err *e) __attribute__((warn_unused_result));

/* -1: USAGE (there is none of that name), STORE. */
int store_token_drop(struct store *s, const char *name, struct err *e)
    __attribute__((warn_unused_result));

#endif
