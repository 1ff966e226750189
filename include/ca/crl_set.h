/* SPDX-License-Identifier: ISC
 *
 * Revoked serial numbers of one authority, with when, why, and until when their certificates are
 * good: what a revocation list is made of, and what is remembered beside it.
 */
#ifndef CA_CRL_SET_H
#define CA_CRL_SET_H

#include <time.h>

#include "base/buf.h"
#include "base/err.h"

#define CRL_SERIAL_MAX 20 /* octets, RFC 5280 section 4.1.2.2 */

/* Reasons as RFC 5280 section 5.3.1 numbers them. */
#define CRL_REASON_UNSPECIFIED 0
#define CRL_REASON_SUPERSEDED 4

struct crl_entry {
	uint8_t serial[CRL_SERIAL_MAX];
	uint8_t n;      /* octets of it */
	uint8_t reason; /* of an unknown name: unspecified */
	time_t at, not_after;
};

struct crl_set {
	struct crl_entry *v; /* owned */
	size_t n, room;
	bool sorted;
};

/* Adds one: the serial in hexadecimal, the reason by its name. -1: CRL (not a serial), MEMORY. */
int crl_set_add(struct crl_set *s, struct view serial, struct view reason, time_t at,
    time_t not_after, struct err *e) __attribute__((warn_unused_result));

/* The entry of a serial (its octets); NULL. Sorts the set when it must. */
struct crl_entry *crl_set_find(struct crl_set *s, struct view serial);

/* Adds every entry of `from` that is not there; of one that is there the later end counts. -1:
 * MEMORY. */
int crl_set_merge(struct crl_set *s, const struct crl_set *from, struct err *e)
    __attribute__((warn_unused_result));

/* What has to be remembered beside a list, since it does not say it: the serials and the ends of
 * their certificates, one a line. -1: MEMORY. Reading adds what can be understood. */
int crl_set_write(const struct crl_set *s, struct buf *out, struct err *e)
    __attribute__((warn_unused_result));
int crl_set_read(struct crl_set *s, struct view text, struct err *e)
    __attribute__((warn_unused_result));

void crl_set_free(struct crl_set *s);

/* The number of a reason by its name, exactly as RFC 5280 spells it; -1. And back; NULL. */
int crl_reason_read(struct view name);
const char *crl_reason_name(int reason);

/* Whether it is a reason to revoke the certificate of a device here: not one of an authority, and
 * not one that could be taken back. */
bool crl_reason_final(int reason);

#endif
