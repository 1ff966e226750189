/* SPDX-License-Identifier: ISC
 *
 * A service in memory: one CA, one RA, one static profile, whose log goes to a file so that a test
 * can see which outcome was recorded. Requests go in as a web server would hand them over, and
 * replies are read as a client would.
 */
#ifndef TESTS_SCEP_RIG_H
#define TESTS_SCEP_RIG_H

#include "scep/service.h"
#include "support/make.h"
#include "support/redis.h"

#define RIG_CHALLENGE "correct-horse"
#define RIG_PROFILE "test"
#define RIG_ID "11111111-2222-4333-8444-555555555555"

struct rig {
	struct service service;
	struct test_redis *redis;
	struct store *operator;     /* the same store with the account of scepctl */
	bool remember;              /* the store keeps what it knows between requests */
	struct service_profile *sp; /* the one profile; a test may change its settings */
	X509 *ca, *ra;
	EVP_PKEY *ca_key;
	X509 *signer; /* self-signed, of make_rsa(2048, 3) */
};

/* `ca_key` NULL: RSA. Ends the program when it cannot be made. Stopping frees all. */
void rig_start(struct rig *r, EVP_PKEY *ca_key);
void rig_stop(struct rig *r);

/* The same with a store that remembers, and one certificate issued, for the key and names of the
 * rig's own request; the caller frees it. NULL: none was issued. */
X509 *rig_start_enrolled(struct rig *r);

/* How many lines of the log have this in them. */
int rig_logged(const char *text);

/* The same profile with dynamic challenges, or settings changed by the test: prepares the bodies
 * again. */
void rig_prepare(struct rig *r);

/* What came of a request, as the log and the client see it. */
struct seen {
	int http;
	const char *type;      /* Content-Type */
	char slug[40];         /* outcome= of the log line */
	char line[4096];       /* the whole log line */
	int status, fail_info; /* of the CertRep; STATUS_NONE when there was none */
	char text[600];        /* failInfoText, or the body of a plain answer */
	size_t length;         /* of the body */
	X509 *cert;            /* issued; the caller frees with seen_free */
	X509 *above;           /* the one behind it, the same */
	X509_CRL *crl;         /* the same */
	int n_certs;
	enum cipher cipher; /* of the reply */
	enum digest digest;
	enum key_transport transport;
	bool verified; /* signature by the RA, nonce and transactionID echoed, fresh senderNonce,
	                  signingTime there */
	int retry_after;
};

void rig_handle(
    struct rig *r, const struct http_request *in, struct http_reply *out, struct seen *s);

/* POSTs a message and reads the reply with the key of the signer. `sent`, when not NULL, is what
 * the reply must echo. */
void rig_post(struct rig *r, struct view message, EVP_PKEY *key, struct seen *s);

/* A token of that name in the store, good for the profiles (ids; "": all), so many seconds (0: no
 * end); into out[72]. */
void rig_token(struct rig *r, const char *name, const char *profiles, int64_t ttl, char out[72]);

/* GETs a path and query. */
void rig_get(
    struct rig *r, const char *path, const char *query, struct http_reply *out, struct seen *s);

/* A message of the rig's client; zeroed members get the rig's: the signer, the RA, a CSR with the
 * right challenge. */
void rig_msg(struct rig *r, struct make_msg m, struct buf *out);

/* Whether this CSR, sent by the rig's client, ends with this slug. */
void rig_enrol_csr(struct rig *r, struct view csr, struct seen *s);

void seen_free(struct seen *s);

#endif
