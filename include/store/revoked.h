/* SPDX-License-Identifier: ISC
 *
 * Revoked serial numbers: put down once and for ever, until their certificate has ended and a
 * revocation list has said so for the last time (RFC 5280 section 3.3).
 */
#ifndef STORE_REVOKED_H
#define STORE_REVOKED_H

#include "store/store.h"

/* What is to be revoked; texts borrowed. */
struct revocation {
	const char *authority, *serial; /* its name; hexadecimal */
	const char *reason;             /* a name of RFC 5280 section 5.3.1 */
	int64_t at;                     /* seconds; 0: now */
	int64_t not_after; /* seconds; of a certificate of which there may be no record; 0: there
	                      must be one */
};

enum revoked_state { REVOKED_NOW, REVOKED_BEFORE, REVOKED_UNKNOWN };

/* Revokes a serial of an authority: it is in the set, its record says so, and no request is
 * answered with it again. One that was revoked before stays as it was. UNKNOWN: there is no record
 * of it. -1: STORE. */
int store_revoke(struct store *s, const struct revocation *r, enum revoked_state *state,
    struct err *e) __attribute__((warn_unused_result));

/* One of the set; views are borrowed for the time of the call. */
struct revoked_row {
	struct view serial;
	struct view reason;
	int64_t at, not_after; /* seconds */
};
typedef int (*revoked_each)(void *arg, const struct revoked_row *r, struct err *e);

/* Calls `each` for every one of an authority, in the order of the ends of their certificates. What
 * was revoked before the call is among them. Stops with what `each` returned when that is not 0.
 * -1: STORE, or of `each`. */
int store_revoked_each(struct store *s, const char *authority, revoked_each each, void *arg,
    struct err *e) __attribute__((warn_unused_result));

/* Whether a certificate is to be revoked by now because it has a successor, as it was heard last.
 */
bool store_superseded_due(const struct store *s);

/* A certificate that is. */
struct superseded {
	char authority[64], serial[64];
	int64_t not_after; /* seconds */
};

#define SUPERSEDED_MAX 100

/* Some of them, *n, which nobody else is given for a minute. Revoking takes one off the list. -1:
 * STORE. */
int store_superseded(struct store *s, struct superseded out[SUPERSEDED_MAX], size_t *n,
    struct err *e) __attribute__((warn_unused_result));

#endif
