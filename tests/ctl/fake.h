/* SPDX-License-Identifier: ISC
 *
 * A SCEP server that does as it is told: a root, a CA, an RA, and replies that are right, or wrong
 * in exactly one place.
 */
#ifndef TESTS_CTL_FAKE_H
#define TESTS_CTL_FAKE_H

#include "support/make.h"
#include "wire/http.h"

enum fake_mood {
	FAKE_GRANTS,
	FAKE_HESITATES, /* PENDING */
	FAKE_REFUSES,   /* FAILURE badRequest, with a text */
	FAKE_OTHER_NONCE,
	FAKE_OTHER_TID,
	FAKE_OTHER_TYPE, /* a PKCSReq for an answer */
	FAKE_NO_STATUS,
	FAKE_OTHER_SIGNER, /* somebody whom GetCACert does not know */
	FAKE_LEAF_SIGNS,   /* a certificate of the CA that may not sign */
	FAKE_TAMPERED,
	FAKE_OTHER_RECIPIENT,
	FAKE_OTHER_KEY,    /* a certificate for somebody else's key */
	FAKE_OTHER_ISSUER, /* a certificate that names the CA but is signed by somebody else */
	FAKE_NO_CERTS,     /* SUCCESS without a certificate */
	FAKE_BARE,         /* right, but without the RA's certificate in the message */
	FAKE_CHAIN_FIRST,  /* right, but with the CA's certificate before the issued one */
	FAKE_NOT_FOUND,    /* HTTP 404 */
	FAKE_REDIRECTS,    /* HTTP 302 */
	FAKE_TIMES_OUT,    /* HTTP 504 with Retry-After */
	FAKE_GARBAGE,
	FAKE_FLOODS,      /* more octets than a client takes */
	FAKE_HANGS_UP,    /* no answer to the message */
	FAKE_SPOILED_KEY, /* the content-encryption key does not unwrap */
	FAKE_SHORT_KEY,   /* a key of another length than the cipher wants */
};

struct fake {
	X509 *root, *ca, *ra;                 /* owned */
	EVP_PKEY *root_key, *ca_key, *ra_key; /* borrowed */
	const char *caps;
	enum fake_mood mood;

	/* What the last PKIOperation was. */
	int type;
	bool posted, pss;
	enum digest digest;
	enum cipher cipher;
	struct transport transport;
	char tid[64];
	X509 *signer;                /* owned */
	struct csr csr;              /* owned; empty for a poll */
	struct issuer_subject names; /* of a poll; owned */
};

void fake_open(struct fake *f);
void fake_close(struct fake *f);

/* The body of GetCACert: RA, CA, root. */
void fake_ca_cert(struct fake *f, struct buf *out);

/* Answers a pkiMessage. */
void fake_answer(struct fake *f, struct view der, struct buf *out);

/* The handler of a web server. `arg` is a struct fake. */
void fake_handle(void *arg, const struct http_request *in, struct http_reply *out);

#endif
