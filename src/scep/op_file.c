/* SPDX-License-Identifier: ISC
 *
 * What everybody may fetch of an authority (RFC 5280 sections 4.2.1.13 and 4.2.2.1; RFC 2585): its
 * revocation list and its certificate. Both are answered without the store, and caches may keep
 * them for a while; a list not for long, so that a revocation is seen soon.
 */
#include <string.h>

#include <openssl/pem.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/ossl.h"
#include "crl.h"
#include "request.h"
#include "wire/route.h"

#define CRL_AGE 60
#define CERT_AGE 3600

static const struct service_ca *
by_name(const struct service *s, struct view name)
{
	for (size_t i = 0; i < s->n_cas; i++)
		if (view_eq(name, view_str(s->cas[i].authority.name)))
			return &s->cas[i];
	return NULL;
}

/* The list as PEM, made once. */
static int
make_pem(struct crl_cache *c)
{
	BIO *out = c->pem.n == 0 ? BIO_new(BIO_s_mem()) : NULL;
	char *text;
	long n;
	int rc = c->pem.n == 0 ? -1 : 0;

	if (out != NULL &&
	    PEM_write_bio(out, PEM_STRING_X509_CRL, "", c->der.p, (long)c->der.n) > 0 &&
	    (n = BIO_get_mem_data(out, &text)) > 0)
		rc = buf_add(&c->pem, text, (size_t)n);
	BIO_free(out);
	return rc;
}

static int
give_crl(struct request *r, const struct service_ca *ca, bool pem)
{
	struct view body = service_crl(ca);
	struct crl_cache *c = ca->crl;
	time_t left;

	if (body.n == 0)
		return err_set(
		    &r->err, ERR_NOT_READY, "CA %s has no revocation list", ca->authority.name);
	if (pem && make_pem(c) != 0)
		return err_set(&r->err, ERR_MEMORY, "PEM");
	if (pem)
		body = buf_view(&c->pem);
	left = c->to - clock_now();
	r->reply->type = pem ? "application/x-pem-file" : "application/pkix-crl";
	r->reply->modified = c->from;
	r->reply->max_age = left > CRL_AGE ? CRL_AGE : left > 0 ? (int)left : 1;
	snprintf(r->reply->etag, sizeof r->reply->etag, "\"%s%s\"", c->etag, pem ? "-pem" : "");
	r->reply->body.max = CRL_MAX;
	return buf_add(&r->reply->body, body.p, body.n) == 0
	           ? 0
	           : err_set(&r->err, ERR_MEMORY, "revocation list");
}

static int
give_cert(struct request *r, const struct service_ca *ca)
{
	uint8_t digest[32];
	char hex[65];

	if (ossl_write(&r->reply->body, ca->authority.cert, ASN1_ITEM_rptr(X509)) != 0)
		return err_set(&r->err, ERR_MEMORY, "certificate");
	ossl_sha256(buf_view(&r->reply->body), digest);
	hex_of(view_of(digest, sizeof digest), hex);
	snprintf(r->reply->etag, sizeof r->reply->etag, "\"%.32s\"", hex);
	r->reply->type = "application/pkix-cert";
	r->reply->max_age = CERT_AGE;
	return 0;
}

void
op_file(struct request *r, const struct route *route)
{
	const struct service_ca *ca = by_name(r->service, route->authority);
	int rc;

	if (ca == NULL)
		rc = err_set(&r->err, ERR_NO_CA, "no such CA");
	else if (route->kind == ROUTE_CA_CERT)
		rc = give_cert(r, ca);
	else
		rc = give_crl(r, ca, route->kind == ROUTE_CRL_PEM);
	if (rc != 0) {
		http_reply_error(r->reply, r->err.code, NULL);
		return;
	}
	r->reply->status = 200;
	if (http_unchanged(r->http, r->reply))
		http_reply_unchanged(r->reply);
}
