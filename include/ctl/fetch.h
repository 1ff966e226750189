/* SPDX-License-Identifier: ISC
 *
 * HTTP as a SCEP client needs it: one request, one bounded answer, deadlines, by libcurl.
 */
#ifndef CTL_FETCH_H
#define CTL_FETCH_H

#include "base/buf.h"
#include "base/err.h"

#define FETCH_MAX (1u << 20) /* octets of an answer */

struct fetch {
	const char *url;    /* http or https */
	const char *tls_ca; /* PEM file that https is checked with; NULL: the system's */
	struct view body;   /* of a POST; empty: GET */
	const char *type;   /* Content-Type of the body */
};

struct fetched {
	long status;
	long retry_after; /* seconds; 0: the server did not say */
	struct buf body;  /* owned: buf_free */
};

/* -1: NETWORK (no answer, an answer over FETCH_MAX), USAGE (a URL of another kind). Any HTTP status
 * is a success here. */
int fetch(const struct fetch *f, struct fetched *out, struct err *e)
    __attribute__((warn_unused_result));

/* 0 for status 200. Otherwise -1 with the status, the server's line and its Retry-After as the
 * detail: REFUSED (4xx), NETWORK (any other status, which leaves open what came of the request).
 * `what` names the request. */
int fetch_check(const struct fetched *got, const char *what, struct err *e)
    __attribute__((warn_unused_result));

/* Length of the first line of an answer, for messages. */
int fetch_line(const struct buf *body);

#endif
