/* SPDX-License-Identifier: ISC
 *
 * The devices of the load generator: each with a name of its own, and one key for all of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/enc.h"
#include "ctl/client.h"
#include "load.h"
#include "wire/csr.h"
#include "wire/scep_body.h"

static struct err e = ERR_INIT;
static struct client_ca ca;
static struct client_how how;
static EVP_PKEY *key;
static struct client_request *requests;
static struct client_signer *signers; /* of the requests; for a renewal its predecessor */

void
devices_make(struct view caps, struct view certs)
{
	NEED(client_ca_read(caps, certs, NULL, &ca, &e) == 0);
	how = client_how(&ca.caps);
	requests = calloc(opt.n, sizeof *requests);
	signers = calloc(opt.n, sizeof *signers);
	NEED(requests != NULL && signers != NULL);
	NEED(key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048));
}

/* As many devices send a message: base64 in the query, percent-encoded. */
static void
message_by_get(struct buf *out, struct view der)
{
	struct buf text = {0}, query = {0};

	NEED(base64_write(&text, der) == 0);
	NEED(buf_add_str(&query, "operation=PKIOperation&message=") == 0);
	for (const char *c = buf_str(&text); *c != '\0'; c++)
		NEED((*c == '+'      ? buf_add_str(&query, "%2B")
		         : *c == '/' ? buf_add_str(&query, "%2F")
		         : *c == '=' ? buf_add_str(&query, "%3D")
		                     : buf_add(&query, c, 1)) == 0);
	http_head(out, "GET", buf_str(&query), "", 0);
	buf_free(&text);
	buf_free(&query);
}

static void
message(struct buf *out, struct view der)
{
	if (opt.get) {
		message_by_get(out, der);
		return;
	}
	http_head(out, "POST", "operation=PKIOperation",
	    "Content-Type: application/x-pki-message\r\n", der.n);
	NEED(buf_add(out, der.p, der.n) == 0);
}

/* A name of its own for every request of every run. */
static X509_NAME *
name_of(size_t i)
{
	X509_NAME *name = X509_NAME_new();
	char cn[64];

	snprintf(cn, sizeof cn, "bench-%d-%zu", (int)getpid(), i);
	NEED(name != NULL && X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
	                         (const unsigned char *)"Bench", -1, -1, 0) == 1);
	NEED(X509_NAME_add_entry_by_txt(
	         name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0) == 1);
	return name;
}

/* What is in the envelope: a PKCS#10, or the names of what is asked for. */
static void
content(size_t i, int type, X509_NAME *name, struct buf *out)
{
	struct csr_wish wish = {.subject = name, .digest = DIGEST_SHA256};

	if (type == TYPE_CERT_POLL) {
		NEED(issuer_subject_write(X509_get_subject_name(ca.issuer), name, out) == 0);
		return;
	}
	if (type == TYPE_PKCS_REQ && challenges != NULL)
		wish.challenge = view_str(challenges[i]);
	else if (type == TYPE_PKCS_REQ && opt.challenge != NULL)
		wish.challenge = view_str(opt.challenge);
	NEED(csr_write(&wish, key, out, &e) == 0);
}

void
device_prepare(size_t i, int type)
{
	struct client_request *r = &requests[i];
	X509_NAME *name = name_of(i);
	struct buf inner = {0};

	if (signers[i].cert == NULL)
		NEED(client_signer_make(key, name, &signers[i], &e) == 0);
	content(i, type, name, &inner);
	buf_free(&r->der);
	if (type != TYPE_CERT_POLL)
		*r = (struct client_request){0};
	r->type = type;
	NEED(client_request_make(&ca, &how, &signers[i], buf_view(&inner), r, &e) == 0);
	buf_cut(&shots[i].request, 0);
	message(&shots[i].request, buf_view(&r->der));
	buf_free(&inner);
	X509_NAME_free(name);
}

/* A CertRep that is signed, for this request, and a SUCCESS; what is in it stays sealed, since the
 * peer answers with DES, which is not read here. */
static bool
is_success(size_t i)
{
	struct scep_msg m;
	struct err why = ERR_INIT;
	bool ok = scep_msg_read(buf_view(&shots[i].reply), &m, &why) == 0 &&
	          scep_msg_verify(&m, ALGS_ALL.digests, ca.issuer, &why) == 0 &&
	          m.attrs.status == STATUS_SUCCESS &&
	          view_eq(m.attrs.transaction_id, view_str(requests[i].transaction_id));

	scep_msg_free(&m);
	return ok;
}

/* Whether the device takes the answer; `kept`, when not NULL, gets what was issued. */
static bool
is_answered(size_t i, int status, X509 **kept, struct err *why)
{
	struct client_reply reply = {0};
	bool ok =
	    client_reply_read(&ca, &requests[i], &signers[i], X509_get_X509_PUBKEY(signers[i].cert),
	        buf_view(&shots[i].reply), &reply, why) == 0 &&
	    reply.status == status;

	if (!ok && why->code == ERR_OK)
		err_set(why, ERR_MESSAGE, "status %d: %s", reply.status, reply.fail_text);
	if (ok && kept != NULL) {
		X509_free(*kept);
		*kept = sk_X509_shift(reply.certs);
	}
	client_reply_free(&reply);
	return ok;
}

size_t
devices_check(int status, bool keep)
{
	size_t bad = 0;

	for (size_t i = 0; i < opt.n; i++) {
		struct err why = ERR_INIT;
		bool ok =
		    shots[i].status == 200 &&
		    (opt.sealed ? is_success(i)
		                : is_answered(i, status, keep ? &signers[i].cert : NULL, &why));

		if (!ok && bad++ == 0 && !opt.sealed)
			fprintf(stderr, "HTTP %d: %s\n", shots[i].status, why.detail);
		buf_cut(&shots[i].reply, 0);
	}
	return bad;
}
