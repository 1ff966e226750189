/* SPDX-License-Identifier: ISC
 *
 * What comes to an end by itself: the certificates of CAs, of their issuers and of RAs. The log,
 * the metrics and scepctl check speak of the same things in the same words.
 */
#ifndef SCEP_ENDING_H
#define SCEP_ENDING_H

#include "scep/service.h"

enum ending_kind { ENDING_CA, ENDING_CHAIN, ENDING_RA, ENDING_RA_SIGN };

struct ending {
	enum ending_kind kind;
	const char *name; /* of the CA or the profile; borrowed */
	int number;       /* of the chain: its place, from 1; the generation of an RA; else 0 */
	bool presented;   /* clients get it, or certificates of it, now */
	bool wanted;      /* something is amiss when it ends: it is presented or will be */
	bool followed;    /* a CA: the next one is there */
	time_t ends;      /* notAfter */
	const struct service_ra *ra; /* of an RA of a service; NULL */
};

#define ENDING_TEXT 256

/* "ca", "chain", "ra", "ra-sign". */
const char *ending_kind_name(enum ending_kind kind);

/* "CA demo", "certificate 1 of the chain of CA demo", "RA 2 of profile vpn". */
void ending_name(const struct ending *x, char out[ENDING_TEXT]);

/* "ends on 2051-03-01T12:00:00Z", or "ended on ...". */
void ending_date(const struct ending *x, time_t now, char out[ENDING_TEXT]);

/* The same with what is to be done: "ends on 2051-03-01T12:00:00Z: scepctl ra rotate vpn". */
void ending_text(const struct ending *x, time_t now, char out[ENDING_TEXT]);

/* Whether it is time to speak of an end: it is past, or within `before` seconds. */
bool ending_near(time_t ends, int64_t before, time_t now);

/* Whether a revocation list with this nextUpdate is so old that something keeps a newer one from
 * being made: half of the time between the renewal that was due and its end is over. */
bool ending_list_late(time_t next_update, int64_t validity, int64_t renew, time_t now);

/* Calls `each` for all certificates of a service; never waits for the store. */
typedef void ending_each(void *to, const struct ending *x);
void service_endings(const struct service *s, ending_each *each, void *to);

/* Says to the log what ends soon, once a day for all workers of the host. */
void service_watch(const struct service *s);

#endif
