/* SPDX-License-Identifier: ISC
 *
 * Records of issued certificates: kept until the certificate expires and a grace after that, and
 * walked in the order of expiry. Serials are hexadecimal, as everywhere.
 */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "store/store.h"

/* One certificate; views are borrowed for the time of the call. */
struct record {
	const char *authority;
	struct view serial, der;
	struct view profile;       /* its id */
	struct view subject, sans; /* name_line and san_lines */
	struct view source, by;    /* who asked last; what authorised it */
	struct view spki, request; /* hexadecimal SHA-256 of the key; identity_request */
	int64_t not_after, at;     /* seconds; milliseconds since 1970 */
	bool revoked;
	int64_t revoked_at; /* seconds */
	struct view why;
};
typedef int (*record_each)(void *arg, const struct record *r, struct err *e);

/* Which ones; NULL or zeroed: all. */
struct record_filter {
	const char *profile; /* its id */
	const char *subject; /* a part of the subject or of an alternative name, in any case */
	const char *source;
	const char *request; /* the beginning of its request's name */
	int64_t within;      /* > 0: those that end within so many seconds and have no successor: no
	                        later certificate of the same owner that is good */
	bool der;            /* wanted; else it is left empty */
};

/* Calls `each` for every one of an authority that fits, in the order of expiry, and `progress` (may
 * be NULL) after every few hundred that were looked at. Stops with what `each` returned when that
 * is not 0. -1: STORE, or of `each`. */
int store_certs(struct store *s, const char *authority, const struct record_filter *f,
    record_each each, void (*progress)(void *arg, int64_t seen, int64_t total), void *arg,
    struct err *e) __attribute__((warn_unused_result));

/* One of them with its DER: calls `each`, and returns what that does. 1: there is none. -1: STORE.
 */
int store_cert(struct store *s, const char *authority, const char *serial, record_each each,
    void *arg, struct err *e) __attribute__((warn_unused_result));

/* An intent to sign of which no certificate is known. */
struct orphan {
	int64_t at; /* milliseconds */
	struct view authority, serial, profile, request, tbs;
	int state; /* enum request_state of its request; 0: it is forgotten, or went on with another
	              serial */
};
typedef int (*orphan_each)(void *arg, const struct orphan *o, struct err *e);

/* Calls `each` for every one older than `age` seconds, the oldest first. Returns as store_certs. */
int store_orphans(struct store *s, int64_t age, orphan_each each, void *arg, struct err *e)
    __attribute__((warn_unused_result));

/* Takes one off the list. 0: done, or it was not there; 2: its request is still about to have it
 * signed. -1: STORE. */
int store_settle(struct store *s, const struct orphan *o, struct err *e)
    __attribute__((warn_unused_result));

#endif
