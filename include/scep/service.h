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

#define RAS_MAX 4

struct crl_cache;

/* An authority with its key. */
struct service_ca {
	struct authority authority; /* owned */
	struct ca_key *key;         /* owned */
	struct crl_cache *crl;      /* its revocation list on this host; owned */
	bool imported;              /* it had a life elsewhere: no first list before that is known */
};

/* A profile ready to serve. */
struct service_profile {
	struct profile profile;      /* owned */
	const struct service_ca *ca; /* borrowed from the service */
	struct ra_key *ras[RAS_MAX]; /* owned; the first is presented by GetCACert */
	size_t n_ras;
	uint8_t settings[32];     /* profile_settings */
	struct buf caps, ca_cert; /* bodies prepared by service_prepare; owned */
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
	char node[64];              /* what this host is called in events */
	struct buf report;          /* JSON: what this host runs, for the other ones; owned */
	int64_t report_at, tick_at; /* when the tick is to do it again; clock_ms */
	char *crl_dir; /* where revocation lists are filed; owned; NULL: none are made */
	int64_t crl_validity, crl_renew; /* seconds: to nextUpdate; after which a new one is made */
	char crl_owner[33];              /* tells this process from others that would make one */
	const struct service_profile *default_profile; /* may be NULL */
	struct net *trusted_proxies;                   /* owned */
	size_t n_trusted_proxies;
};

/* Prepares the bodies that never change. Call once everything is filled in. -1: INTERNAL, CONFIG.
 */
int service_prepare(struct service *s, struct err *e) __attribute__((warn_unused_result));

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
