/* SPDX-License-Identifier: ISC
 *
 * One request on its way through the service; for the files of this layer only.
 */
#ifndef SCEP_REQUEST_H
#define SCEP_REQUEST_H

#include "base/tally.h"
#include "ca/binding.h"
#include "ca/grant.h"
#include "scep/service.h"
#include "signer/signer.h"
#include "store/challenge.h"
#include "store/transaction.h"
#include "wire/query.h"

#define RETRY_AFTER 30 /* seconds, for whoever is refused for now */

struct request {
	const struct service *service;
	const struct http_request *http;
	struct http_reply *reply;
	const struct service_profile *sp; /* NULL until the path is understood */

	char source[46]; /* address of the client */
	char tag[9];     /* names the request in the log and in failInfoText */
	int64_t start_us;
	const char *op_name; /* for the log; NULL until known */
	struct err err;

	/* PKIOperation, in the order in which it becomes known */
	struct scep_msg msg;
	bool known; /* transactionID and senderNonce are: an error is answered by a CertRep */
	struct scep_env env;
	const struct service_issuer *by; /* the CA that is to issue; NULL until known */
	const struct service_ra *ra;     /* the RA that was addressed; NULL until known */
	struct transport transport;
	struct csr csr;
	const char *word; /* the operator's, of a CertPoll; borrowed, NULL elsewhere */
	char named[512];  /* the subject that a CertPoll names, as text; for the log */
	struct plan plan;
	char serial[2 * SERIAL_LEN + 1]; /* of the certificate that is the answer, hexadecimal */
	enum pki_status status;          /* of the CertRep sent */
	char reason[96];                 /* by what the request was authorised */
	bool replayed;                   /* the answer was given before */
	bool sent;                       /* the answer is something that was asked for by name */
	struct view crl;      /* DER, the answer to a GetCRL; borrowed from the service */
	bool noted;           /* the store has heard of the outcome */
	bool wrong_challenge; /* to be counted */
	char minted[CHALLENGE_ID_LEN + 1]; /* the one-time challenge that was handed out */
};

/* PKIOperation: from the message to the CertRep or the HTTP error in r->reply. */
void op_pki(struct request *r);

/* /health and /ready: the answer in r->reply; r->err says when it is a bad one. */
void op_health(struct request *r, bool ready);

/* /metrics: as above. */
void op_metrics(struct request *r);

/* The revocation list or the certificate of an authority: the answer in r->reply; r->err says when
 * it is a bad one. */
struct route;
void op_file(struct request *r, const struct route *route);

/* POST /scep/{profile}/challenge: a one-time challenge for whoever has a token. r->sp may be NULL.
 */
void op_challenge(struct request *r);

/* What the body of that request asks for. */
struct mint_ask {
	struct binding names;
	int64_t ttl; /* seconds; 0: as long as the profile has it */
};

/* Reads a body: the JSON or XML of a webhook, our own members, or anything else, which asks for
 * nothing. -1: BODY, WEBHOOK, MEMORY, with a detail in our own words. In any case free the names
 * afterwards. */
int mint_ask_read(const struct profile *p, struct view body, struct mint_ask *ask, struct err *e)
    __attribute__((warn_unused_result));

/* PKCSReq, RenewalReq and CertPoll: from the decrypted content to the certificate, whose DER is
 * appended to `cert`; it stays empty when the answer is PENDING. -1: r->err. */
int enrol(struct request *r, struct view content, struct buf *cert)
    __attribute__((warn_unused_result));
int renew(struct request *r, struct view content, struct buf *cert)
    __attribute__((warn_unused_result));
int poll_cert(struct request *r, struct view content, struct buf *cert)
    __attribute__((warn_unused_result));

/* GetCert and GetCRL: as above; get_crl sets r->crl and leaves `cert` empty. */
int get_cert(struct request *r, struct view content, struct buf *cert)
    __attribute__((warn_unused_result));
int get_crl(struct request *r, struct view content, struct buf *cert)
    __attribute__((warn_unused_result));

/* Whether the signer's certificate is, octet for octet, one that we issued for this profile (for
 * its CA, with renewal_scope) and have not revoked. Its signature and dates are looked at
 * elsewhere. -1: RENEWAL_SIGNER, RENEWAL_REVOKED, STORE. */
int signer_issued(struct request *r) __attribute__((warn_unused_result));

/* Whether the certificate of the signer bears the name of a CA of ours; then its r->csr may be a
 * renewal, which renew_csr finds out. -1: r->err. */
bool renew_possible(const struct request *r);
int renew_csr(struct request *r, struct buf *cert) __attribute__((warn_unused_result));

/* Reserve, sign, commit r->plan for a claim; `cert` as above. -1: r->err. */
int issue(struct request *r, const struct claim *claim, const uint8_t request[32],
    const char *about, struct buf *cert) __attribute__((warn_unused_result));

/* The parts of a reservation that the request gives; text is filled for it and must be freed with
 * issue_text_free when the reserve is not used any more. -1: r->err. */
struct issue_text {
	struct buf subject, sans;
	uint8_t transaction[32];
};
int issue_reserve(struct request *r, const struct claim *claim, const uint8_t request[32],
    const char *about, struct issue_text *text, struct reserve *out)
    __attribute__((warn_unused_result));
void issue_text_free(struct issue_text *t);

/* The subject that the request is about, as text; "" while it is not known. */
void request_subject(const struct request *r, char *out, size_t len);

/* The digest of a key, under which lists show it. -1: memory. */
int key_digest(const X509_PUBKEY *spki, uint8_t digest[32]) __attribute__((warn_unused_result));

/* The line of the journal for an intent or a certificate. -1: r->err, and nothing may be signed or
 * sent. */
int journal_intent(struct request *r, const struct reserve *what)
    __attribute__((warn_unused_result));
int journal_issued(struct request *r, const struct reserve *what, struct view cert)
    __attribute__((warn_unused_result));

/* What became of a request as JSON, for the store's stream of events; `outcome` is its slug. -1:
 * memory. */
int event_write(const struct request *r, const char *outcome, struct buf *json)
    __attribute__((warn_unused_result));

/* Of a request for a challenge all but name and outcome, which the store adds: the beginning of
 * such JSON. -1: memory. */
int event_asked(const struct request *r, const char *subject, const char *detail, struct buf *json)
    __attribute__((warn_unused_result));

/* Tells the store what became of a PKIOperation that it has not heard of. */
void event_note(const struct request *r);

/* What a request can come to: an error code, or one of these. */
enum outcome {
	OUTCOME_OK = ERR_COUNT,
	OUTCOME_ISSUED,
	OUTCOME_REPLAYED,
	OUTCOME_PENDING,
	OUTCOME_SENT,
	OUTCOME_MINTED,
	OUTCOME_COUNT
};
_Static_assert(OUTCOME_COUNT <= TALLY_N, "more outcomes than are counted");

unsigned request_came_to(const struct request *r);

/* Its slug. */
const char *outcome_name(unsigned outcome);

/* The slug of what became of a request. */
const char *request_outcome(const struct request *r);

/* CertRep SUCCESS with a certificate, encrypted to the signer of the request. -1: r->err. */
int certrep_success(struct request *r, struct view cert) __attribute__((warn_unused_result));

/* The same with r->crl alone. -1: r->err. */
int certrep_crl(struct request *r) __attribute__((warn_unused_result));

/* CertRep PENDING. -1: r->err. */
int certrep_pending(struct request *r) __attribute__((warn_unused_result));

/* The answer to r->err: a CertRep FAILURE when the message is known and the table has a failInfo,
 * else a plain HTTP status. */
void certrep_failure(struct request *r);

/* Sets r->source: the web server's peer or, as long as that is a trusted proxy, the address that it
 * reports. */
void request_source(struct request *r);

/* Whether it lies in one of the networks; no networks are all. */
bool source_among(const struct request *r, const struct net *nets, size_t n);

/* Writes the one log line of the request. */
void request_log(const struct request *r);

#endif
