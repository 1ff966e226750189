/* SPDX-License-Identifier: ISC
 *
 * Issuing exactly once (RFC 8894 sections 2.5, 5.2 and 7.4). RESERVE admits a claim, binds it to
 * one request and records the intent to sign one plan, all or nothing; COMMIT records the
 * certificate, and what it returns is what the client gets. The same request, sent again by
 * whatever way, gets the same octets.
 */
#ifndef STORE_TRANSACTION_H
#define STORE_TRANSACTION_H

#include "ca/grant.h"
#include "store/store.h"

/* The operator's word on a request as the store holds it, with its seal. */
#define WORD_SIZE 176

/* Everything that RESERVE needs to know; borrowed. */
struct reserve {
	const struct authority *authority;
	const char *profile;        /* its id */
	const uint8_t *request;     /* 32 octets: identity_request */
	const uint8_t *transaction; /* 32 octets: identity_transaction */
	const struct claim *claim;
	const uint8_t *settings; /* 32 octets: profile_settings */
	int64_t keep;            /* seconds that the answer is remembered */
	int64_t lease;       /* seconds after which another worker may finish what this one began */
	bool manual;         /* the operator decides */
	int64_t pending_ttl; /* seconds */
	int pending_max;
	const char *subject, *sans; /* name_line and san_lines of the plan */
	const char *about; /* JSON for the operator: key, source, fingerprints; never a challenge */
	const char *word;  /* the operator's, as store_poll gave it; NULL: not known */
	time_t now;        /* of this host */
};

enum reserved {
	RESERVE_SIGN, /* go on: `grant` is for the plan, which may be one that was begun earlier */
	RESERVE_ISSUED,  /* `cert` is the answer */
	RESERVE_PENDING, /* the operator, or another worker, is not done */
};

struct reservation {
	enum reserved state;
	struct grant *grant; /* owned; RESERVE_SIGN */
	struct buf cert;     /* owned; RESERVE_ISSUED */
	char owner[33];
	int64_t fence;
};

/* Reserves `plan`, or replaces it by the one that was reserved before. Where the operator decides,
 * his word must be in the store under its seal, or nothing is reserved. -1: CHALLENGE (unknown or
 * expired), CHALLENGE_USED (it belongs to another request: a breach), BINDING, REJECTED,
 * QUEUE_FULL, DISABLED, STORE, INTERNAL. In any case free it afterwards. */
int store_reserve(struct store *s, const struct reserve *what, struct plan *plan,
    struct reservation *r, struct err *e) __attribute__((warn_unused_result));
void reservation_free(struct reservation *r);

/* What is recorded with a certificate. */
struct commit_note {
	const char *source, *by; /* address; claim_reason */
	const char *event;       /* JSON for the stream of outcomes; "" none */
	const uint8_t *spki;     /* 32 octets: SHA-256 of the SubjectPublicKeyInfo */
	int64_t grace;           /* seconds that the record outlives the certificate */
	const char *before;      /* "AUTHORITY SERIAL": what it renews, to be revoked; NULL: none */
	int64_t before_lives;    /* in so many seconds */
};

/* Records the certificate signed under a reservation: 0. When another worker was faster, `cert` is
 * replaced by his, which is the answer: 1. -1: STORE (lost, not recorded, or revoked already):
 * nothing may be sent. */
int store_commit(struct store *s, const struct reserve *what, const struct plan *plan,
    const struct reservation *r, const struct commit_note *note, struct buf *cert, struct err *e)
    __attribute__((warn_unused_result));

/* May a client whose request cannot be granted know why: 0 yes, its challenge is alive and stays
 * so; 1 the request was answered before, `cert` is the answer. -1: as store_reserve. For dynamic
 * challenges only. */
int store_lookup(struct store *s, const struct reserve *what, struct buf *cert, struct err *e)
    __attribute__((warn_unused_result));

enum polled { POLL_ISSUED, POLL_PENDING, POLL_READY };

struct poll {
	enum polled state;
	struct buf cert;      /* POLL_ISSUED; owned */
	uint8_t request[32];  /* POLL_READY: reserve this plan, sign and commit */
	struct plan plan;     /* owned */
	bool approved;        /* the plan waited for the operator: refresh it */
	char word[WORD_SIZE]; /* his, for struct reserve; not checked yet */
};

/* CertPoll (section 3.3.3). -1: NO_TRANSACTION, REJECTED, STORE. In any case free it afterwards. */
int store_poll(struct store *s, const struct authority *a, const char *profile,
    const uint8_t transaction[32], struct poll *p, struct err *e)
    __attribute__((warn_unused_result));
void poll_free(struct poll *p);

#endif
