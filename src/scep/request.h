/* SPDX-License-Identifier: ISC
 *
 * One request on its way through the service; for the files of this layer only.
 */
#ifndef SCEP_REQUEST_H
#define SCEP_REQUEST_H

#include "ca/grant.h"
#include "scep/service.h"
#include "signer/signer.h"
#include "wire/query.h"

struct request {
	const struct service *service;
	const struct http_request *http;
	struct http_reply *reply;
	const struct service_profile *sp; /* NULL until the path is understood */

	char tag[9]; /* names the request in the log and in failInfoText */
	int64_t start_us;
	const char *op_name; /* for the log; NULL until known */
	struct err err;

	/* PKIOperation, in the order in which it becomes known */
	struct scep_msg msg;
	bool known; /* transactionID and senderNonce are: an error is answered by a CertRep */
	struct scep_env env;
	const struct ra_key *ra; /* the RA that was addressed */
	struct transport transport;
	struct csr csr;
	struct plan plan;
	enum pki_status status; /* of the CertRep sent */
	char reason[96];        /* by what the request was authorised */
	bool authorised;
};

/* PKIOperation: from the message to the CertRep or the HTTP error in r->reply. */
void op_pki(struct request *r);

/* PKCSReq: from the decrypted content to the certificate, whose DER is appended to `cert`. -1:
 * r->err. */
int enrol(struct request *r, struct view content, struct buf *cert)
    __attribute__((warn_unused_result));

/* CertRep SUCCESS with a certificate, encrypted to the signer of the request. -1: r->err. */
int certrep_success(struct request *r, struct view cert) __attribute__((warn_unused_result));

/* The answer to r->err: a CertRep FAILURE when the message is known and the table has a failInfo,
 * else a plain HTTP status. */
void certrep_failure(struct request *r);

/* Writes the one log line of the request. */
void request_log(const struct request *r);

#endif
