/* SPDX-License-Identifier: ISC
 *
 * See support/issuer.h.
 */
#include "support/issuer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/ossl.h"
#include "ca/identity.h"
#include "ca/names.h"
#include "store/call.h"
#include "support/make.h"

#define NEED(ok) ((ok) ? (void)0 : need_failed(#ok, __LINE__))

static void
need_failed(const char *what, int line)
{
	fprintf(stderr, "issuer.c:%d: %s\n", line, what);
	abort();
}

void
issuer_start(struct issuer *i)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct err e = ERR_INIT;
	BIO *out = BIO_new(BIO_s_mem());
	X509 *ca;
	char *pem;
	long n;

	*i = (struct issuer){.keep = 3600, .lease = 1};
	NEED(key != NULL && out != NULL);
	ca = make_cert(&(struct make_cert){.key = key,
	    .cn = "CN=Ledger CA",
	    .days = 900,
	    .exts = {"basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign",
	        "subjectKeyIdentifier=hash"}});
	NEED(PEM_write_bio_X509(out, ca) == 1);
	n = BIO_get_mem_data(out, &pem);
	NEED(authority_read(&i->authority, "ca", view_of(pem, (size_t)n), (struct view){0}, &e) ==
	     0);
	NEED(i->key = ca_key_new(key, ca, &e));
	NEED(profile_init(&i->profile, &e) == 0);
	snprintf(i->profile.name, sizeof i->profile.name, "ledger");
	snprintf(i->profile.id, sizeof i->profile.id, "11111111-2222-4333-8444-555555555555");
	i->profile.challenge_type = CHALLENGE_DYNAMIC;
	NEED(profile_settings(&i->profile, ca, i->settings, &e) == 0);
	X509_free(ca);
	BIO_free(out);
}

void
issuer_stop(struct issuer *i)
{
	ca_key_free(i->key);
	authority_free(&i->authority);
	profile_free(&i->profile);
	*i = (struct issuer){0};
}

void
device_make(struct device *d, const char *subject)
{
	struct buf der = {0};
	struct err e = ERR_INIT;

	*d = (struct device){.key = EVP_EC_gen("P-256")};
	NEED(d->key != NULL);
	d->cert = make_cert(&(struct make_cert){.key = d->key, .cn = subject});
	make_csr(d->key, subject, NULL, "DNS:device.example", &der);
	NEED(csr_read(buf_view(&der), NULL, &d->csr, &e) == 0);
	buf_free(&der);
}

void
device_free(struct device *d)
{
	csr_free(&d->csr);
	X509_free(d->cert);
	EVP_PKEY_free(d->key);
	*d = (struct device){0};
}

void
challenge_mac(const struct issuer *i, const struct store *s, const char *challenge, uint8_t mac[32],
    char hex[65])
{
	struct buf scoped = {0};

	NEED(challenge_scope(i->profile.id, view_str(challenge), &scoped) == 0);
	NEED(store_mac(s, "challenge", buf_view(&scoped), mac) == 0);
	hex_of(view_of(mac, 32), hex);
	buf_free(&scoped);
}

int
mint(
    const struct issuer *i, struct store *s, const char *challenge, int ttl, int max, struct err *e)
{
	struct args a = {0};
	redisReply *r;
	uint8_t mac[32];
	char hex[65];
	int rc = -1;

	challenge_mac(i, s, challenge, mac, hex);
	arg_str(&a, i->profile.id);
	arg_str(&a, hex);
	arg_int(&a, ttl);
	arg_int(&a, max);
	arg_str(&a, "test");
	if ((r = store_call(s, "mint", &a, true, e)) == NULL)
		return -1;
	if (reply_is(r, "MINTED"))
		rc = 0;
	else if (reply_is(r, "FULL"))
		rc = 1;
	else
		reply_strange(r, "mint", e);
	freeReplyObject(r);
	return rc;
}

static int
fill_names(struct enrolment *n, struct err *e)
{
	if (name_line(n->plan.subject, &n->subject, e) != 0)
		return -1;
	return san_lines(n->plan.san, &n->sans, e);
}

int
enrolment_plan(struct enrolment *n, struct issuer *i, const struct store *s, const struct device *d,
    const char *challenge, const char *transaction_id, struct err *e)
{
	uint8_t mac[32];
	char hex[65];

	challenge_mac(i, s, challenge, mac, hex);
	n->claim = claim_by_dynamic_challenge(&i->profile, view_str(challenge), mac, e);
	if (n->claim == NULL ||
	    plan_make(&i->profile, &i->authority, &d->csr, clock_now(), &n->plan, e) != 0 ||
	    identity_request(&i->profile, n->claim, &d->csr, n->request, e) != 0 ||
	    identity_transaction(i->authority.name, view_str(transaction_id), d->cert,
	        (struct view){0}, n->transaction, e) != 0 ||
	    fill_names(n, e) != 0)
		return -1;
	n->what = (struct reserve){.authority = &i->authority,
	    .profile = i->profile.id,
	    .request = n->request,
	    .transaction = n->transaction,
	    .claim = n->claim,
	    .settings = i->settings,
	    .keep = i->keep,
	    .lease = i->lease,
	    .manual = i->profile.approval == APPROVAL_MANUAL,
	    .pending_ttl = i->profile.pending_ttl,
	    .pending_max = i->profile.max_pending_requests,
	    .subject = buf_str(&n->subject),
	    .sans = buf_str(&n->sans),
	    .about = "{}",
	    .now = time(NULL)};
	return 0;
}

int
enrolment_reserve(struct enrolment *n, struct store *s, struct err *e)
{
	if (store_reserve(s, &n->what, &n->plan, &n->held, e) != 0)
		return -1;
	if (n->held.state == RESERVE_ISSUED)
		return buf_add(&n->cert, n->held.cert.p, n->held.cert.n);
	return 0;
}

int
enrolment_sign(struct enrolment *n, const struct issuer *i, struct err *e)
{
	return signer_issue(i->key, n->held.grant, &n->plan, &n->cert, e);
}

int
enrolment_commit(struct enrolment *n, struct store *s, struct err *e)
{
	struct commit_note note = {.source = "192.0.2.7",
	    .by = claim_reason(n->claim),
	    .event = "{\"outcome\":\"issued\"}",
	    .spki = n->plan.key_digest,
	    .grace = 3600};

	/* 1: another one was faster, and his certificate is the answer. */
	return store_commit(s, &n->what, &n->plan, &n->held, &note, &n->cert, e) < 0 ? -1 : 0;
}

int
enrol(struct issuer *i, struct store *s, const struct device *d, const char *challenge,
    const char *transaction_id, struct buf *cert, struct err *e)
{
	struct enrolment n = {0};
	int rc = -1;

	if (enrolment_plan(&n, i, s, d, challenge, transaction_id, e) == 0 &&
	    enrolment_reserve(&n, s, e) == 0)
		rc = n.held.state == RESERVE_PENDING ? 1 : 0;
	if (rc == 0 && n.held.state == RESERVE_SIGN &&
	    (enrolment_sign(&n, i, e) != 0 || enrolment_commit(&n, s, e) != 0))
		rc = -1;
	if (rc == 0)
		NEED(buf_add(cert, n.cert.p, n.cert.n) == 0);
	enrolment_free(&n);
	return rc;
}

void
enrolment_free(struct enrolment *n)
{
	reservation_free(&n->held);
	plan_free(&n->plan);
	claim_free(n->claim);
	buf_free(&n->subject);
	buf_free(&n->sans);
	buf_free(&n->cert);
	*n = (struct enrolment){0};
}
