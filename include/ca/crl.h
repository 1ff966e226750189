/* SPDX-License-Identifier: ISC
 *
 * A certificate revocation list (RFC 5280 section 5): writing one, complete but for the signature;
 * reading one that came from elsewhere; and whether a new one may take the place of the last.
 */
#ifndef CA_CRL_H
#define CA_CRL_H

#include "ca/authority.h"
#include "ca/crl_set.h"

#define CRL_MAX (64u << 20) /* octets */

/* What a list is to say. Everything is borrowed. */
struct crl_plan {
	const struct authority *by;
	int64_t number;
	time_t this_update, next_update;
	const struct crl_set *revoked;
	time_t since; /* what had ended before this was on a list for the last time */
};

/* Whether the authority may sign lists: its keyUsage, if it has one, must have cRLSign. -1: CRL. */
int crl_allowed(const struct authority *a, struct err *e) __attribute__((warn_unused_result));

/* The list with its extensions (authority key identifier, number; a reason where there is one), in
 * the order of the serial numbers, without signature; the caller frees. NULL: CRL (the authority
 * may not sign it, or its dates are not in order), INTERNAL. */
X509_CRL *crl_write(const struct crl_plan *p, struct err *e);

/* A list that was read. */
struct crl {
	X509_CRL *list; /* owned */
	int64_t number;
	time_t from, to; /* thisUpdate, nextUpdate */
	size_t n;        /* entries */
};

/* Reads a list of this authority: name and signature are checked, and that it is complete (neither
 * a delta nor of a part). -1: CRL, MEMORY. In any case free it afterwards. */
int crl_read(const struct authority *a, struct view der, struct crl *out, struct err *e)
    __attribute__((warn_unused_result));
void crl_free(struct crl *c);

/* Adds the entries of a list to a set, with no end of their certificates known (not_after 0). -1:
 * CRL, MEMORY. */
int crl_entries(const struct crl *c, struct crl_set *to, struct err *e)
    __attribute__((warn_unused_result));

/* What is to come after the list `last`. */
struct crl_next {
	int64_t number;
	time_t from;            /* thisUpdate */
	struct crl_set *has;    /* what it is made of */
	time_t since;           /* as in struct crl_plan */
	struct crl_set *before; /* what was remembered beside `last`; may be empty */
	bool loss;              /* the operator accepts that revocations are missing */
};

/* Whether it may: its number is higher, and every serial of the last is on it, unless its
 * certificate is known to have ended by then. -1: CRL, saying how many are missing. */
int crl_follows(const struct crl *last, const struct crl_next *next, struct err *e)
    __attribute__((warn_unused_result));

#endif
