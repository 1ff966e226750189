/* SPDX-License-Identifier: ISC
 *
 * PKIOperation (RFC 8894 section 4.3). The order of the steps is the order of their cost and of
 * what they give away: the structure, the algorithms, the signature, what the client wants, and
 * only then our key. A message type that is not in the table does not exist.
 */
#include "base/clock.h"
#include "base/net.h"
#include "request.h"
#include "store/state.h"
#include "wire/scep_ca.h"

static const struct {
	int type;
	int (*handle)(struct request *r, struct view content, struct buf *cert);
} types[] = {
    {TYPE_PKCS_REQ, enrol},
    {TYPE_RENEWAL_REQ, renew},
    {TYPE_CERT_POLL, poll_cert},
    {TYPE_GET_CERT, get_cert},
    {TYPE_GET_CRL, get_crl},
};

/* Whether this source may ask at all; before any private key is used. Without its store the service
 * promises nothing. */
static int
check_source(struct request *r)
{
	const struct profile *p = &r->sp->profile;
	char group[64];

	if (!source_among(r, p->allow_from, p->n_allow_from))
		return err_set(&r->err, ERR_SOURCE, "not in allow_from");
	if (r->service->store == NULL)
		return err_set(&r->err, ERR_STORE, "no store is configured");
	net_group(r->source, group);
	return store_admits(r->service->store, p->id, group, &r->err);
}

/* What the message shows to anybody. */
static int
check_visible(struct request *r)
{
	const struct profile *p = &r->sp->profile;
	const struct key_facts *k = &r->msg.signer_facts;

	if (scep_msg_verify(&r->msg, p->algs.digests, NULL, &r->err) != 0)
		return -1;
	if (k->type == EVP_PKEY_RSA && k->bits < p->min_rsa_bits)
		return err_set(&r->err, ERR_SIGNER_WEAK, "RSA key of %d bits, at least %d needed",
		    k->bits, p->min_rsa_bits);
	if (!scep_env_possible(k))
		return err_set(&r->err, ERR_REPLY_KEY, "%s key of %d bits", k->name, k->bits);
	if (p->signing_time_window > 0 && r->msg.attrs.signing_time != 0) {
		int64_t off = (int64_t)clock_now() - (int64_t)r->msg.attrs.signing_time;

		if (off > p->signing_time_window || -off > p->signing_time_window)
			return err_set(&r->err, ERR_SIGNING_TIME, "signingTime is off by %lld s",
			    (long long)off);
	}
	return 0;
}

/* An older RA serves until it expires; the present one goes on, since there is nothing better. */
static bool
serves(const struct request *r, const struct service_ra *ra)
{
	return clock_now() <= ra->ends || ra == service_presented(r->service, r->sp);
}

/* The envelope, and which of our keys it is for. */
static int
open_envelope(struct request *r, struct secret *content)
{
	struct env_recipient to = {0};
	struct secret cek = {0};
	int rc = 1;

	if (scep_env_read(r->msg.content, r->sp->profile.algs.ciphers, &r->env, &r->err) != 0)
		return -1;
	for (size_t i = 0; i < r->sp->n_ras && rc == 1; i++) {
		r->ra = &r->sp->ras[i];
		rc = scep_env_recipient(&r->env, ra_key_cert(r->ra->key), &to, &r->err);
	}
	if (rc == 1) {
		r->ra = NULL;
		return err_set(&r->err, ERR_RECIPIENT, "none of the recipients is this RA");
	}
	if (rc != 0)
		return -1;
	r->transport = to.transport;
	if (!serves(r, r->ra))
		return err_set(&r->err, ERR_RECIPIENT, "RA %d has expired", r->ra->number);
	r->by = service_issuer(r->service, r->sp, r->ra);
	rc = signer_unwrap(r->ra->key, &to, cipher_key_len(r->env.cipher), &cek, &r->err);
	if (rc == 0)
		rc = scep_env_open(&r->env, secret_view(&cek), content, &r->err);
	secret_free(&cek);
	return rc;
}

static int
answer(struct request *r)
{
	struct secret content = {0};
	struct buf cert = {0};
	int rc = -1;

	if (check_visible(r) != 0)
		return -1;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (types[i].type != r->msg.attrs.type)
			continue;
		if (open_envelope(r, &content) == 0 &&
		    types[i].handle(r, secret_view(&content), &cert) == 0)
			rc = r->crl.n > 0 ? certrep_crl(r)
			     : cert.n > 0 ? certrep_success(r, buf_view(&cert))
			                  : certrep_pending(r);
		secret_free(&content);
		buf_free(&cert);
		return rc;
	}
	return err_set(&r->err, ERR_TYPE, "message type %d", r->msg.attrs.type);
}

void
op_pki(struct request *r)
{
	struct buf der = {0};

	if (check_source(r) == 0 && query_message(r->http, &der, &r->err) == 0 &&
	    scep_msg_read(buf_view(&der), &r->msg, &r->err) == 0) {
		if (r->msg.attrs.sender_nonce.n == 0)
			err_set(&r->err, ERR_ATTRIBUTE, "senderNonce is absent");
		else
			r->known = true;
	}
	if (!r->known || answer(r) != 0)
		certrep_failure(r);
	else /* What strangers send must not keep an old RA in use. */
		r->ra->use->at = clock_ms();
	event_note(r);
	buf_free(&der);
}
