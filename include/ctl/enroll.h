/* SPDX-License-Identifier: ISC
 *
 * One enrolment from the command line: what is shared by enroll, renew and poll, and the file that
 * remembers a pending one.
 */
#ifndef CTL_ENROLL_H
#define CTL_ENROLL_H

#include "ctl/client.h"
#include "ctl/ctl.h"

/* A transaction under way. */
struct enrolment {
	struct client_server server; /* borrowed */
	struct client_ca ca;
	struct client_how how;
	struct client_request request;
	struct client_signer signer;
	bool sent;                        /* the request may have reached the server */
	EVP_PKEY *key;                    /* that the certificate is for; owned */
	X509_NAME *subject;               /* owned */
	const char *out;                  /* PREFIX */
	char *key_path, *signer_key_path; /* owned */
	char *fingerprint;                /* owned; NULL: none was given */
	char *url, *tls_ca;               /* owned when they come from a file */
};

void enrolment_free(struct enrolment *en);

/* Options that choose how messages are protected, over what the server offers. -1: USAGE. */
int enrolment_how(const struct args *a, struct enrolment *en, struct err *e)
    __attribute__((warn_unused_result));

/* Sends `content` under en->request.type and deals with the answer: writes PREFIX.pem and
 * PREFIX.ca.pem, or PREFIX.pending. CTL_OK, CTL_PENDING, or -1: REFUSED (failInfo and text as the
 * detail, or HTTP status 4xx), NETWORK ... With any other code than REFUSED and en->sent there may
 * be a certificate. */
int enrolment_run(struct ctl *c, struct enrolment *en, struct view content, struct err *e)
    __attribute__((warn_unused_result));

/* PREFIX and a suffix; the caller frees. NULL: memory. */
char *prefix_path(const char *prefix, const char *suffix);

/* Writes, reads and removes PREFIX.pending. */
int pending_write(struct ctl *c, const struct enrolment *en, struct err *e)
    __attribute__((warn_unused_result));
int pending_read(struct ctl *c, const struct args *a, struct enrolment *en, struct err *e)
    __attribute__((warn_unused_result));

/* Reads a certificate in PEM, the first of the file; the caller frees. NULL: FILE, CONFIG. */
X509 *cert_load(const char *path, struct err *e);

/* Options of every command that asks a server. */
#define SERVER_OPTIONS                                                                             \
	OPT_NEED("url", url, "URL", "the SCEP URL of the profile"),                                \
	    OPT("fingerprint", fingerprint, "SHA256",                                              \
	        "fingerprint of the CA; nothing else is trusted"),                                 \
	    OPT("tls-ca", tls_ca, "FILE", "PEM file of the CA that https is checked with")

int getca(struct ctl *c, const struct args *a, struct err *e);
extern const struct opt getca_options[];

#endif
