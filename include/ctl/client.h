/* SPDX-License-Identifier: ISC
 *
 * A SCEP client (RFC 8894) on the server's own codec: what a server says of itself, a request, and
 * its answer. No files and no terminal here, so that the commands, the tests and a load generator
 * use the same functions. Bytes go through fetch.h.
 */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include <openssl/x509.h>

#include "wire/scep_ca.h"
#include "wire/scep_env.h"
#include "wire/scep_msg.h"

/* Where a server is and how to reach it; borrowed. */
struct client_server {
	const char *url;
	const char *tls_ca; /* PEM file for https; NULL: the system's */
	bool get;           /* send PKIOperation by GET even when POST is offered */
};

/* What a server says of itself. */
struct client_ca {
	STACK_OF(X509) *certs; /* GetCACert's that can be believed, in its order; owned */
	X509 *encrypt;         /* requests are encrypted to it; borrowed from certs */
	X509 *issuer; /* the CA that issues; NULL when it was not given; borrowed from certs */
	struct caps_read caps;
};

/* GetCACaps and GetCACert. With `fingerprint` (SHA-256, hexadecimal with or without colons, any
 * case) one of the certificates must have it, and only those that chain to it (and the root above
 * it) are kept; without it those that chain to a CA that came along, if one did. -1: NETWORK,
 * REFUSED (HTTP status 4xx), MESSAGE (no certificates), USAGE (no fingerprint), SIGNER (nothing has
 * the fingerprint; the first certificate does not chain to a CA). */
int client_ca_get(const struct client_server *s, const char *fingerprint, struct client_ca *ca,
    struct err *e) __attribute__((warn_unused_result));

/* Whether a certificate that GetCACert gave signed: the RA, or a CA, whose keyUsage may name
 * certificates alone: many an old server has no RA. */
bool client_ca_signs(const struct client_ca *ca, const X509 *signer);

/* The same from the octets of the two answers. */
int client_ca_read(struct view caps, struct view certs, const char *fingerprint,
    struct client_ca *ca, struct err *e) __attribute__((warn_unused_result));
void client_ca_free(struct client_ca *ca);

/* GetNextCACert: the CA that is to follow, with its RA. It is believed when a certificate of `ca`
 * signed for it; it may not be valid yet. -1: NETWORK, REFUSED (HTTP status 4xx: there is none),
 * MESSAGE (not a signed message around certificates; no CA in it), SIGNER (signed by somebody else;
 * its RA is not of its CA), DIGEST, SIGNATURE ... */
int client_next_get(const struct client_server *s, const struct client_ca *ca,
    struct client_ca *next, struct err *e) __attribute__((warn_unused_result));

/* The same from the octets of the answer. */
int client_next_read(const struct client_ca *ca, struct view der, struct client_ca *next,
    struct err *e) __attribute__((warn_unused_result));

/* How messages are protected. */
struct client_how {
	enum cipher cipher;
	enum digest digest;
	bool pss;
	struct transport transport;
};

/* The best that the server offers: AES-128 and SHA-256 (RFC 8894 section 3.5.2), else triple DES
 * and SHA-1. */
struct client_how client_how(const struct caps_read *caps);

/* Key and certificate that sign a request, and that the reply is encrypted to; both owned. */
struct client_signer {
	EVP_PKEY *key;
	X509 *cert;
};

/* A self-signed certificate as RFC 8894 section 2.3 asks for; takes a reference of the key. -1:
 * INTERNAL. */
int client_signer_make(EVP_PKEY *key, const X509_NAME *subject, struct client_signer *s,
    struct err *e) __attribute__((warn_unused_result));
void client_signer_free(struct client_signer *s);

#define CLIENT_TID_LEN 32

struct client_request {
	int type; /* TYPE_PKCS_REQ, TYPE_RENEWAL_REQ, TYPE_CERT_POLL */
	char transaction_id[CLIENT_TID_LEN +
	                    1]; /* empty: client_request_make chooses a random one */
	uint8_t nonce[NONCE_LEN];
	struct buf der; /* the pkiMessage; owned: buf_free */
};

/* Builds the pkiMessage of `r->type` around `content` (a PKCS#10, an IssuerAndSubject). -1:
 * INTERNAL, REPLY_KEY. */
int client_request_make(const struct client_ca *ca, const struct client_how *how,
    const struct client_signer *by, struct view content, struct client_request *r, struct err *e)
    __attribute__((warn_unused_result));

struct client_reply {
	int status; /* STATUS_SUCCESS, STATUS_FAILURE, STATUS_PENDING */
	int fail_info;
	char fail_text[256];   /* may be empty; printable */
	STACK_OF(X509) *certs; /* SUCCESS: the issued one first; owned */
};

/* Checks and opens a CertRep: signed by a certificate that GetCACert gave, for our transaction and
 * nonce; SUCCESS holds a certificate for `spki` (NULL: not looked at) that the issuer signed. -1:
 * MESSAGE, ATTRIBUTE, SIGNER, SIGNATURE, ENVELOPE, RECIPIENT, CONTENT ... */
int client_reply_read(const struct client_ca *ca, const struct client_request *r,
    const struct client_signer *by, const X509_PUBKEY *spki, struct view der,
    struct client_reply *out, struct err *e) __attribute__((warn_unused_result));
void client_reply_free(struct client_reply *r);

/* Sends a request and takes the octets of the answer. -1: NETWORK (no answer, or one that leaves
 * open what came of the request), REFUSED (HTTP status 4xx). */
int client_send(const struct client_server *s, const struct client_ca *ca,
    const struct client_request *r, struct buf *answer, struct err *e)
    __attribute__((warn_unused_result));

#endif
