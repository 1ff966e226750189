/* SPDX-License-Identifier: ISC
 *
 * The operator's side of requests (RFC 8894 section 3.2: a CA may decide by hand): those that wait,
 * one of them, the word on it. A request is named by 64 hexadecimal digits, its identity_request.
 */
#ifndef STORE_REQUEST_H
#define STORE_REQUEST_H

#include "store/store.h"

#define REQUEST_NAME_LEN 64

enum request_state {
	REQUEST_SIGNING = 'S',
	REQUEST_ISSUED = 'I',
	REQUEST_PENDING = 'P',
	REQUEST_APPROVED = 'A',
	REQUEST_REJECTED = 'D',
};

/* What is known of a request; views are borrowed for the time of the call. */
struct request_row {
	struct view name;
	int state;                      /* enum request_state */
	int64_t expires, at, decided;   /* milliseconds since 1970; 0: not known */
	struct view profile, authority; /* id; name */
	struct view about;              /* the JSON of struct reserve; empty once it is issued */
	struct view subject, sans;      /* name_line and san_lines */
	struct view serial;             /* hexadecimal; of what is signed or issued */
	struct view who;                /* decided */
	bool changed; /* it waits or is approved, and is not what a worker put there */
};
typedef int (*request_each)(void *arg, const struct request_row *row, struct err *e);

/* Calls `each` for every request of a profile (its id) that waits, or was approved and not fetched
 * yet, the one that expires first coming first. Stops with what `each` returned when that is not 0.
 * -1: STORE, or of `each`. */
int store_requests(struct store *s, const char *profile, request_each each, void *arg,
    struct err *e) __attribute__((warn_unused_result));

/* How many of those, and of the rejected ones, have a name that begins so, counted up to 2; the
 * first one's name is in `name`. -1: STORE. */
int store_request_find(struct store *s, const char *profile, const char *begins,
    char name[REQUEST_NAME_LEN + 1], struct err *e) __attribute__((warn_unused_result));

/* One request, whatever its state: calls `each`, and returns what that does. 1: there is none. -1:
 * STORE. */
int store_request(struct store *s, const char *name, request_each each, void *arg, struct err *e)
    __attribute__((warn_unused_result));

/* The operator's word, with his name (at most 63 octets): a pending request is approved or
 * rejected, an approved one may still be rejected. An approval is sealed with the pepper: without
 * that no worker takes it for one. Giving the word again changes nothing. 0: done; 1: there is no
 * such request; 2: it is past that, *state says how. -1: STORE. */
int store_decide(struct store *s, const char *name, bool approve, const char *who, int *state,
    struct err *e) __attribute__((warn_unused_result));

/* Forgets a request, so that it is a new one when it is sent again, unless it is being signed. A
 * challenge that it used stays used. Returns as store_decide. */
int store_forget(struct store *s, const char *name, int *state, struct err *e)
    __attribute__((warn_unused_result));

#endif
