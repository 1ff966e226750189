/* SPDX-License-Identifier: ISC
 *
 * The revocation list of an authority as all hosts have it. A lease keeps all but one worker from
 * making the next; what keeps an old one from coming after a new one is the comparison in
 * store_crl_publish, for whoever holds a lease may have slept through it.
 */
#ifndef STORE_CRL_H
#define STORE_CRL_H

#include "store/store.h"

#define CRL_NUMBER_MAX (INT64_C(1) << 53) /* what a function can count */

/* How it stands. `version` counts the changes of the revoked set, `of` is the one that the list
 * has; the number, thisUpdate and nextUpdate (seconds) are 0 when there is no list. */
struct crl_state {
	int64_t version, of, number, from, to;
};

/* As it was heard last (store_refresh); all 0 when nothing is known of the authority. */
void store_crl_state(const struct store *s, const char *authority, struct crl_state *out);

struct crl_lease {
	struct crl_state state; /* `of` and `to` are 0 */
	int64_t loss; /* the operator accepts that what is on lists up to this number is missing */
};

/* The right to make the next list, for `ttl` seconds; `owner` tells callers apart. 0: it is the
 * caller's; 1: another one's. -1: STORE, CRL (the clock of this host is wrong). */
int store_crl_lease(struct store *s, const char *authority, const char *owner, int64_t ttl,
    struct crl_lease *out, struct err *e) __attribute__((warn_unused_result));

/* A list to publish: made from version `of` of the set, in the place of number `before`. */
struct crl_publication {
	int64_t before, number, of, from, to;
	struct view der;
};

/* Publishes it: 0. 1: the number is not higher, another one was published meanwhile, or the set
 * never had that version: it is not published. -1: STORE. */
int store_crl_publish(struct store *s, const char *authority, const struct crl_publication *p,
    struct err *e) __attribute__((warn_unused_result));

/* Gives back to the store a list that it lost (of and before do not matter), and marks the
 * authority so that a new one is made: 0. 1: it has one with that number or a higher one. -1:
 * STORE. */
int store_crl_keep(struct store *s, const char *authority, const struct crl_publication *p,
    struct err *e) __attribute__((warn_unused_result));

/* Says why what was made from that version of the set is not published. While the lease of `owner`
 * is extended by `ttl` seconds nobody tries again, unless the set changes. -1: STORE. */
struct crl_refusal {
	const char *owner; /* as of the lease; "": without one */
	int64_t version, ttl;
	const char *why;
};
int store_crl_refuse(struct store *s, const char *authority, const struct crl_refusal *r,
    struct err *e) __attribute__((warn_unused_result));

/* The list with all that is known of it. */
struct crl_stored {
	struct crl_state state;
	int64_t loss;    /* as in struct crl_lease */
	int64_t revoked; /* serials in the set */
	char alarm[200]; /* why a newer one is not published; "" */
	struct buf der;  /* owned; empty: there is none */
};

/* 0: found; 1: nothing is known of the authority. -1: STORE. In any case free it afterwards. */
int store_crl(struct store *s, const char *authority, struct crl_stored *out, struct err *e)
    __attribute__((warn_unused_result));
void crl_stored_free(struct crl_stored *c);

/* Has a new list made. With `loss` above 0 it may lack what is on lists up to that number: the
 * operator's word, under a seal of the pool. -1: STORE. */
int store_crl_mark(struct store *s, const char *authority, int64_t loss, struct err *e)
    __attribute__((warn_unused_result));

#endif
