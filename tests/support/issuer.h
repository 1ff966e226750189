/* SPDX-License-Identifier: ISC
 *
 * Issuing without a web server and without SCEP: the steps of src/scep/issue.c one by one, so that
 * a test can stop between any two of them. The CA signs by ECDSA, whose signatures are never the
 * same twice: what is issued twice is seen.
 */
#ifndef TESTS_SUPPORT_ISSUER_H
#define TESTS_SUPPORT_ISSUER_H

#include "signer/signer.h"
#include "store/transaction.h"

struct issuer {
	struct profile profile; /* dynamic challenges */
	struct authority authority;
	struct ca_key *key;
	uint8_t settings[32];
	int64_t keep, lease; /* seconds */
};

/* Ends the program when it cannot be made. */
void issuer_start(struct issuer *i);
void issuer_stop(struct issuer *i);

/* A client: its key, its PKCS#10 as read, the certificate that signs its messages. */
struct device {
	EVP_PKEY *key;
	X509 *cert;
	struct csr csr;
};
void device_make(struct device *d, const char *subject);
void device_free(struct device *d);

/* One request on its way. Zeroed before the first step, freed after the last. */
struct enrolment {
	struct claim *claim;
	struct plan plan;
	uint8_t request[32], transaction[32];
	struct buf subject, sans, cert;
	struct reserve what;
	struct reservation held;
};

/* Plan, claim and identities: no store is asked. -1 with the error. */
int enrolment_plan(struct enrolment *n, struct issuer *i, const struct store *s,
    const struct device *d, const char *challenge, const char *transaction_id, struct err *e);
int enrolment_reserve(struct enrolment *n, struct store *s, struct err *e);
/* Signs under the grant; the certificate is in `cert`. */
int enrolment_sign(struct enrolment *n, const struct issuer *i, struct err *e);
/* After it `cert` is the answer. */
int enrolment_commit(struct enrolment *n, struct store *s, struct err *e);
/* All of it. 0: `cert` is the answer; 1: pending; -1. */
int enrol(struct issuer *i, struct store *s, const struct device *d, const char *challenge,
    const char *transaction_id, struct buf *cert, struct err *e);
void enrolment_free(struct enrolment *n);

/* The keyed digest of a challenge, in hexadecimal. */
void challenge_mac(const struct issuer *i, const struct store *s, const char *challenge,
    uint8_t mac[32], char hex[65]);

/* 0 minted, 1 the maximum is pending, -1 STORE. */
int mint(const struct issuer *i, struct store *s, const char *challenge, int ttl, int max,
    struct err *e);

#endif
