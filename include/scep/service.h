/* SPDX-License-Identifier: ISC
 *
 * The service: profiles with their authorities and keys, and the one entry point from a request to
 * a reply.
 */
#ifndef SCEP_SERVICE_H
#define SCEP_SERVICE_H

#include "base/net.h"
#include "ca/authority.h"
#include "ca/profile.h"
#include "base/journal.h"
#include "signer/keyring.h"
#include "store/store.h"
#include "wire/http.h"

#define RAS_MAX 8 /* of a profile */

#define CAS_MAX 8 /* that follow each other */

struct crl_cache;

/* An authority with its key. */
struct service_ca {
	struct authority authority; /* owned */
	struct ca_key *key;         /* owned; NULL: it was followed and issues nothing any more */
	struct crl_cache *crl;      /* its revocation list on this host; owned */
	bool imported; /* it had a life elsewhere: no first list before that is known */
	bool followed; /* the one behind it in its line has taken over, as this host's files say or
	                  as was heard (service_hear) */
	char id[65];   /* SHA-256 of its certificate, hexadecimal: what the operator's word names */
};

/* An authority as a profile sees it. */
struct service_issuer {
	const struct service_ca *ca; /* borrowed from the service */
	/* Filled in by service_prepare. */
	uint8_t settings[32]; /* profile_settings */
	size_t ra;            /* the RA that is presented unless the operator names one */
	bool has_ra;          /* there is one */
};

/* When something was last used and when the store was told; clock_ms, 0: never. */
struct service_use {
	int64_t at, told;
};

/* An RA of a profile. Messages to any of them are answered; one is presented by GetCACert. */
struct service_ra {
	struct ra_key *key; /* owned */
	size_t at;          /* whose RA it is: the place in the line of the profile */
	int number;         /* its generation */
	bool staged;        /* waits until every host has it */
	/* Filled in by service_prepare. */
	time_t ends; /* notAfter of the certificate */
	char id[65]; /* SHA-256 of the certificate, hexadecimal: what the operator's word names */
	struct buf ca_cert; /* GetCACert's body when it is presented; owned */
	bool has_next;      /* a next CA is prepared then */
	struct buf
	    next_ca; /* GetNextCACert's body for it; empty while the key cannot sign it; owned */
	struct service_use *use; /* owned */
};

/* A profile ready to serve. */
struct service_profile {
	struct profile profile;              /* owned */
	struct service_issuer line[CAS_MAX]; /* the CA that it began with and those behind it */
	size_t n_line;
	struct service_ra ras[RAS_MAX]; /* the oldest first */
	size_t n_ras;
	/* Filled in by service_prepare. */
	struct buf caps, caps_next; /* GetCACaps's body, without and with a next CA; owned */
};

struct service {
	struct service_ca *cas; /* owned */
	size_t n_cas;
	struct service_profile *profiles; /* owned */
	size_t n_profiles;
	struct store *store;        /* owned; NULL: none is configured, and nothing is issued */
	struct journal *journal;    /* the log of what was issued; owned; NULL: none */
	int64_t lease;              /* seconds after which a worker that signs counts as dead */
	int64_t record_grace;       /* seconds that the record of a certificate outlives it */
	bool allow_http_challenge;  /* challenges are handed out over plain HTTP too */
	int64_t warn_before;        /* seconds before the end of a certificate: the log says so */
	char node[64];              /* what this host is called in events */
	bool replacing;             /* workers of an older configuration still serve here */
	struct buf report;          /* JSON: what this host runs, for the other ones; owned */
	int64_t report_at, tick_at; /* when the tick is to do it again; clock_ms */
	char *crl_dir; /* where revocation lists are filed; owned; NULL: none are made */
	int64_t crl_validity, crl_renew; /* seconds: to nextUpdate; after which a new one is made */
	char crl_owner[33];              /* tells this process from others that would make one */
	const struct service_profile *default_profile; /* may be NULL */
	struct net *trusted_proxies;                   /* owned */
	size_t n_trusted_proxies;
};

/* Prepares what never changes. Call once everything is filled in. -1: INTERNAL, CONFIG. */
int service_prepare(struct service *s, struct err *e) __attribute__((warn_unused_result));

/* Remembers which CAs have taken over, by what the store said last: there is no way back, not even
 * when the store loses it. */
void service_hear(struct service *s);

/* Signs what could not be signed yet. */
void service_sign_next(struct service *s);

/* The place in the profile's line of the CA that issues now: the last that has taken over, by the
 * files of this host or by the operator's word for all hosts, and has an RA here. Neither this nor
 * the next ever waits for the store: they go by what was heard last. */
size_t service_current(const struct service *s, const struct service_profile *sp);

/* The RA that GetCACert presents: of that CA the one that the operator named for all hosts, when
 * this host has it. */
const struct service_ra *service_presented(
    const struct service *s, const struct service_profile *sp);

/* The CA that issues to whoever encrypts to that RA: its own when that is the present one or one to
 * come (RFC 8894 section 5.1), else the present one. For SWITCH_GRACE seconds after a CA was
 * followed it goes on for those who asked for its certificate just before. */
#define SWITCH_GRACE 600
const struct service_issuer *service_issuer(
    const struct service *s, const struct service_profile *sp, const struct service_ra *ra);

/* Which CA of the line issued a certificate, by its issuer's name; where several have that name, by
 * its signature. NULL: none. */
const struct service_issuer *service_issuer_of(const struct service_profile *sp, const X509 *cert);

/* Whether every key can be used now, as key_here (signer/token.h). -1: KEY_GONE, KEY_FILE. */
int service_keys_here(const struct service *s, struct err *e) __attribute__((warn_unused_result));

/* Answers a request: always fills the reply (to be freed with http_reply_free) and writes one log
 * line. Never fails. */
void service_handle(const struct service *s, const struct http_request *in, struct http_reply *out);

/* The operator's word that the revocations of an imported CA are known; its name comes behind. */
#define HISTORY_WORD "history:"

/* What is to be done between requests. Call at least once a second; it does nothing when it is too
 * early. Returns the milliseconds until it wants to be called again. */
#define TICK_MS 1000
int64_t service_tick(struct service *s);

/* The revocation list of an authority (RFC 5280), DER, as this host has it on disk; the store is
 * not asked. Empty when there is none yet. Borrowed until the next call. */
struct view service_crl(const struct service_ca *ca);

void service_free(struct service *s);

#endif
