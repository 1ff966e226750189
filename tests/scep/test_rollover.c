/* SPDX-License-Identifier: ISC
 *
 * One CA after the other (RFC 8894 sections 4.7 and 5.1): what is prepared is shown and can be
 * enrolled with, a word of the operator has it take over, and what the first CA issued goes on
 * renewing.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/pkcs7.h>

#include "base/clock.h"
#include "harness.h"
#include "rig.h"
#include "store/request.h"
#include "store/state.h"
#include "suites.h"
#include "wire/scep_body.h"

#define PATH "/scep/" RIG_PROFILE

static struct rig rig;
static X509 *ca2, *ra1, *ra2;

static X509 *
cert_of(int key, const char *cn, X509 *issuer, EVP_PKEY *issuer_key, long serial)
{
	bool ca = issuer == NULL;

	return make_cert(&(struct make_cert){.key = make_rsa(2048, key),
	    .cn = cn,
	    .issuer = issuer,
	    .issuer_key = issuer_key,
	    .serial = serial,
	    .days = ca ? 900 : 800,
	    .exts = {
	        ca ? "basicConstraints=critical,CA:TRUE,pathlen:0" : "basicConstraints=CA:FALSE",
	        ca ? "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"
	           : "keyUsage=critical,digitalSignature,keyEncipherment",
	        "subjectKeyIdentifier=hash"}});
}

static void
need(bool ok)
{
	if (!ok)
		abort();
}

/* A second CA behind the rig's, with an RA of its own. */
static void
prepare(const char *name)
{
	BIO *out = BIO_new(BIO_s_mem());
	struct err e = ERR_INIT;
	struct service_ca *cas = calloc(2, sizeof *cas);
	char *pem;
	long n;

	rig_start(&rig, NULL);
	rig.remember = true;
	ra1 = rig.ra;
	ca2 = cert_of(6, name, NULL, NULL, 6);
	ra2 = cert_of(2, "CN=Test RA", ca2, make_rsa(2048, 6), 79);
	cas[0] = rig.service.cas[0];
	free(rig.service.cas);
	rig.service.cas = cas;
	rig.service.n_cas = 2;
	PEM_write_bio_X509(out, ca2);
	n = BIO_get_mem_data(out, &pem);
	need(authority_read(
	         &cas[1].authority, "ca-2", view_of(pem, (size_t)n), (struct view){0}, &e) == 0);
	BIO_free(out);
	EVP_PKEY_up_ref(make_rsa(2048, 6));
	need((cas[1].key = ca_key_new(make_rsa(2048, 6), ca2, &e)) != NULL);
	rig.sp->line[0].ca = &cas[0];
	rig.sp->line[1].ca = &cas[1];
	rig.sp->n_line = 2;
	EVP_PKEY_up_ref(make_rsa(2048, 2));
	rig.sp->ras[1] = (struct service_ra){
	    .key = ra_key_new(make_rsa(2048, 2), ra2, &e), .at = 1, .number = 2};
	need(rig.sp->ras[1].key != NULL);
	rig.sp->n_ras = 2;
	rig_prepare(&rig);
}

static int
start(void)
{
	prepare("CN=Test CA 2/O=Test");
	return 0;
}

static int
stop(void)
{
	rig.ra = ra1;
	X509_free(ca2);
	X509_free(ra2);
	rig_stop(&rig);
	return 0;
}

/* What the operator says of the CA; NULL: nothing. */
static void
say(const char *id)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(store_say(rig.operator, "ca:ca", id != NULL ? id : "", &e), 0);
	store_free(rig.service.store);
	rig.service.store = redis_store(rig.redis);
	CU_ASSERT_EQUAL(store_refresh(rig.service.store, &e), 0);
}

/* That the second took over so many seconds ago. */
static void
say_since(int ago)
{
	char said[96];

	snprintf(said, sizeof said, "%s %lld", rig.service.cas[1].id, (long long)time(NULL) - ago);
	say(said);
}

static void
switch_over(void)
{
	say(rig.service.cas[1].id);
}

static void
begin(void)
{
	freeReplyObject(redis_do(rig.redis, "FLUSHALL"));
	say(NULL);
}

/* --- what a client is shown */

static void
get(const char *operation, struct http_reply *out)
{
	char query[64];
	struct seen s;

	snprintf(query, sizeof query, "operation=%s&message=x", operation);
	rig_get(&rig, PATH, query, out, &s);
}

static bool
offered(void)
{
	struct http_reply out;
	bool found;

	get("GetCACaps", &out);
	found = strstr(buf_str(&out.body), "GetNextCACert\n") != NULL;
	http_reply_free(&out);
	return found;
}

static void
expect_presented(X509 *ra, X509 *ca)
{
	struct http_reply out;
	struct err e = ERR_INIT;
	STACK_OF(X509) *certs;

	get("GetCACert", &out);
	certs = certs_only_read(buf_view(&out.body), NULL, &e);
	CU_ASSERT_EQUAL_FATAL(sk_X509_num(certs), 2);
	CU_ASSERT_EQUAL(X509_cmp(sk_X509_value(certs, 0), ra), 0);
	CU_ASSERT_EQUAL(X509_cmp(sk_X509_value(certs, 1), ca), 0);
	sk_X509_pop_free(certs, X509_free);
	http_reply_free(&out);
}

static bool
among(STACK_OF(X509) *certs, X509 *cert)
{
	for (int i = 0; i < sk_X509_num(certs); i++)
		if (X509_cmp(sk_X509_value(certs, i), cert) == 0)
			return true;
	return false;
}

static PKCS7 *
read_pkcs7(struct view der)
{
	const unsigned char *p = der.p;

	return d2i_PKCS7(NULL, &p, (long)der.n);
}

/* As sscep does: OpenSSL's PKCS7 verifies the signature with the certificate inside, the content is
 * a PKCS#7 of its own, and its certificates are the next ones. */
static void
expect_inner(struct view der)
{
	PKCS7 *outer = read_pkcs7(der), *inner = NULL;
	BIO *content = BIO_new(BIO_s_mem());
	STACK_OF(X509) *signers;
	char *data;
	long n;

	CU_ASSERT_PTR_NOT_NULL_FATAL(outer);
	CU_ASSERT_EQUAL(OBJ_obj2nid(outer->type), NID_pkcs7_signed);
	CU_ASSERT_EQUAL_FATAL(PKCS7_verify(outer, NULL, NULL, NULL, content, PKCS7_NOVERIFY), 1);
	signers = PKCS7_get0_signers(outer, NULL, 0);
	CU_ASSERT_EQUAL_FATAL(sk_X509_num(signers), 1);
	CU_ASSERT_EQUAL(X509_cmp(sk_X509_value(signers, 0), ra1), 0);
	sk_X509_free(signers);
	n = BIO_get_mem_data(content, &data);
	inner = read_pkcs7(view_of(data, (size_t)n));
	CU_ASSERT_PTR_NOT_NULL_FATAL(inner);
	CU_ASSERT_EQUAL(OBJ_obj2nid(inner->type), NID_pkcs7_signed);
	CU_ASSERT_EQUAL(sk_X509_num(inner->d.sign->cert), 2);
	CU_ASSERT_TRUE(among(inner->d.sign->cert, ca2));
	CU_ASSERT_TRUE(among(inner->d.sign->cert, ra2));
	CU_ASSERT_EQUAL(sk_PKCS7_SIGNER_INFO_num(inner->d.sign->signer_info), 0);
	PKCS7_free(outer);
	PKCS7_free(inner);
	BIO_free(content);
}

/* As jscep does: the certificates beside that of the signer are the next ones, and the signer is
 * the one that GetCACert gave. */
static void
expect_outer(struct view der)
{
	PKCS7 *outer = read_pkcs7(der);
	PKCS7_SIGNER_INFO *si;
	STACK_OF(X509) *certs = outer->d.sign->cert;

	CU_ASSERT_EQUAL(sk_X509_num(certs), 3);
	CU_ASSERT_TRUE(among(certs, ra1) && among(certs, ra2) && among(certs, ca2));
	CU_ASSERT_FALSE(among(certs, rig.ca));
	si = sk_PKCS7_SIGNER_INFO_value(outer->d.sign->signer_info, 0);
	CU_ASSERT_EQUAL(
	    ASN1_INTEGER_cmp(si->issuer_and_serial->serial, X509_get_serialNumber(ra1)), 0);
	/* contentType, messageDigest, signingTime, and nothing of SCEP. */
	CU_ASSERT_EQUAL(sk_X509_ATTRIBUTE_num(si->auth_attr), 3);
	CU_ASSERT_PTR_NOT_NULL(PKCS7_get_signed_attribute(si, NID_pkcs9_signingTime));
	PKCS7_free(outer);
}

static void
the_next_ca_is_shown_while_it_is_next(void)
{
	struct http_reply out;

	begin();
	CU_ASSERT_TRUE(offered());
	expect_presented(ra1, rig.ca);
	get("GetNextCACert", &out);
	CU_ASSERT_EQUAL(out.status, 200);
	CU_ASSERT_STRING_EQUAL(out.type, "application/x-x509-next-ca-cert");
	expect_inner(buf_view(&out.body));
	expect_outer(buf_view(&out.body));
	http_reply_free(&out);
	switch_over();
	CU_ASSERT_FALSE(offered());
	get("GetNextCACert", &out);
	CU_ASSERT_EQUAL(out.status, 404);
	http_reply_free(&out);
	expect_presented(ra2, ca2);
}

/* A key in a token that was away signs it when it is back. */
static void
what_could_not_be_signed_yet(void)
{
	struct http_reply out;

	begin();
	buf_cut(&rig.sp->ras[0].next_ca, 0);
	CU_ASSERT_TRUE(offered());
	get("GetNextCACert", &out);
	CU_ASSERT_EQUAL(out.status, 503);
	http_reply_free(&out);
	rig.service.tick_at = 0;
	service_tick(&rig.service);
	get("GetNextCACert", &out);
	CU_ASSERT_EQUAL(out.status, 200);
	expect_inner(buf_view(&out.body));
	http_reply_free(&out);
}

/* Nobody could enrol with it. */
static void
without_an_ra_of_its_own_it_is_not(void)
{
	begin();
	rig.sp->n_ras = 1;
	rig_prepare(&rig);
	CU_ASSERT_FALSE(offered());
	switch_over();
	expect_presented(ra1, rig.ca);
	rig.sp->n_ras = 2;
	rig.sp->n_line = 2;
	rig_prepare(&rig);
	CU_ASSERT_FALSE(offered());
}

static void
the_word_names_one_certificate(void)
{
	char other[65];

	begin();
	snprintf(other, sizeof other, "%s", rig.service.cas[1].id);
	other[0] = other[0] == '0' ? '1' : '0';
	say(other);
	expect_presented(ra1, rig.ca);
	CU_ASSERT_TRUE(offered());
	/* What the files of the host say needs no word. */
	rig.service.cas[0].followed = true;
	expect_presented(ra2, ca2);
	rig.service.cas[0].followed = false;
	/* The RA of the first CA is not presented by the second. */
	switch_over();
	CU_ASSERT_EQUAL(
	    store_say(rig.operator, "ra:" RIG_ID, rig.sp->ras[0].id, &(struct err)ERR_INIT), 0);
	switch_over();
	expect_presented(ra2, ca2);
}

/* Whoever has heard of it once goes by that. */
static void
a_word_that_is_lost_is_remembered(void)
{
	begin();
	switch_over();
	rig.service.tick_at = 0;
	CU_ASSERT(service_tick(&rig.service) > 0);
	begin();
	expect_presented(ra2, ca2);
	CU_ASSERT_FALSE(offered());
	rig.service.cas[0].followed = false;
	expect_presented(ra1, rig.ca);
}

/* --- what a client gets */

static bool
by(X509 *ca, X509 *cert)
{
	EVP_PKEY *key = ca == ca2 ? make_rsa(2048, 6) : rig.ca_key;

	return cert != NULL && X509_verify(cert, key) == 1;
}

/* A message to an RA, answered by that one. */
static void
post(struct make_msg m, X509 *to, struct seen *s)
{
	struct buf der = {0};

	m.ra = to;
	rig_msg(&rig, m, &der);
	rig.ra = to;
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), s);
	rig.ra = ra1;
	CU_ASSERT_TRUE(s->verified);
	buf_free(&der);
}

static X509 *
enrol(const char *subject, X509 *to, X509 *ca, const char *slug)
{
	struct buf csr = {0};
	struct seen s;

	make_csr(make_rsa(2048, 3), subject, RIG_CHALLENGE, NULL, &csr);
	post((struct make_msg){.inner = buf_view(&csr)}, to, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, slug);
	CU_ASSERT_TRUE(by(ca, s.cert));
	buf_free(&csr);
	return s.cert;
}

static void
the_ca_that_is_addressed_issues(void)
{
	begin();
	X509_free(enrol("CN=a", ra1, rig.ca, "issued"));
	X509_free(enrol("CN=b", ra2, ca2, "issued"));
	/* The same request to the other one is answered by that. */
	X509_free(enrol("CN=a", ra2, ca2, "issued"));
	switch_over();
	X509_free(enrol("CN=c", ra2, ca2, "issued"));
	/* Who still knows the first one gets a certificate of the present one. */
	X509_free(enrol("CN=d", ra1, ca2, "issued"));
}

/* Who asked for the certificates just before can still go on with them. */
static void
who_began_before_the_switch_ends_with_the_first(void)
{
	begin();
	say_since(SWITCH_GRACE - 60);
	expect_presented(ra2, ca2);
	X509_free(enrol("CN=a", ra1, rig.ca, "issued"));
	X509_free(enrol("CN=b", ra2, ca2, "issued"));
	say_since(SWITCH_GRACE + 1);
	X509_free(enrol("CN=c", ra1, ca2, "issued"));
}

/* Whoever can write to the store must not have the first CA go on for ever. */
static void
no_switch_lies_ahead(void)
{
	char said[96];

	begin();
	say_since(-SWITCH_GRACE - 60);
	X509_free(enrol("CN=a", ra1, ca2, "issued"));
	snprintf(said, sizeof said, "%s 9223372036854775807", rig.service.cas[1].id);
	say(said);
	X509_free(enrol("CN=b", ra1, ca2, "issued"));
	snprintf(said, sizeof said, "%s -9223372036854775807", rig.service.cas[1].id);
	say(said);
	X509_free(enrol("CN=c", ra1, ca2, "issued"));
}

static void
renew(X509 *old, X509 *to, X509 *ca, const char *slug)
{
	struct buf csr = {0};
	struct seen s;

	make_csr(make_rsa(2048, 3), "CN=device", NULL, NULL, &csr);
	post((struct make_msg){.type = TYPE_RENEWAL_REQ, .cert = old, .inner = buf_view(&csr)}, to,
	    &s);
	CU_ASSERT_STRING_EQUAL(s.slug, slug);
	CU_ASSERT_EQUAL(s.cert != NULL, ca != NULL);
	if (ca != NULL)
		CU_ASSERT_TRUE(by(ca, s.cert));
	seen_free(&s);
	buf_free(&csr);
}

static void
certificates_of_every_ca_renew(void)
{
	X509 *old, *new;

	begin();
	old = enrol("CN=device", ra1, rig.ca, "issued");
	new = enrol("CN=device", ra2, ca2, "issued");
	renew(old, ra1, rig.ca, "issued");
	renew(old, ra1, rig.ca, "replayed");
	renew(old, ra2, ca2, "issued"); /* another CA: another certificate */
	renew(old, ra2, ca2, "replayed");
	renew(new, ra1, rig.ca, "issued");
	switch_over();
	renew(old, ra1, ca2, "replayed");
	renew(old, ra2, ca2, "replayed");
	renew(new, ra2, ca2, "issued");
	/* Each stands in the records of its own CA. */
	CU_ASSERT_TRUE(rig.service.cas[0].key != NULL);
	freeReplyObject(redis_do(rig.redis, "DEL {scepd}:exp:ca-2"));
	renew(old, ra2, ca2, "replayed");
	X509_free(old);
	X509_free(new);
}

/* The record of the CA that issued it decides. */
static void
revoked_by_the_first_ca(void)
{
	X509 *old;
	redisReply *r;

	begin();
	old = enrol("CN=device", ra1, rig.ca, "issued");
	switch_over();
	r = redis_do(rig.redis, "ZRANGE {scepd}:exp:ca 0 0");
	CU_ASSERT_EQUAL_FATAL(r->elements, 1);
	freeReplyObject(
	    redis_do(rig.redis, "HSET {scepd}:crt:ca:%s rev 1 why x", r->element[0]->str));
	renew(old, ra2, NULL, "renewal-revoked");
	freeReplyObject(redis_do(rig.redis, "DEL {scepd}:crt:ca:%s", r->element[0]->str));
	renew(old, ra2, NULL, "renewal-signer");
	freeReplyObject(r);
	X509_free(old);
}

/* What is renewed by the next CA is put down in the list of the one that issued it. */
static void
put_down_by_the_first_ca(void)
{
	X509 *old;
	redisReply *r;

	begin();
	old = enrol("CN=device", ra1, rig.ca, "issued");
	switch_over();
	rig.sp->profile.revoke_previous_after = 3600;
	renew(old, ra2, ca2, "issued");
	rig.sp->profile.revoke_previous_after = -1;
	r = redis_do(rig.redis, "ZRANGE {scepd}:sup 0 9");
	CU_ASSERT_EQUAL_FATAL(r->elements, 1);
	CU_ASSERT_EQUAL(strncmp(r->element[0]->str, "ca ", 3), 0);
	freeReplyObject(r);
	X509_free(old);
}

static void
get_cert(X509 *wanted, X509 *to, struct seen *s)
{
	PKCS7_ISSUER_AND_SERIAL is = {
	    .issuer = X509_get_issuer_name(wanted), .serial = X509_get_serialNumber(wanted)};
	struct buf inner = {0};

	CU_ASSERT_EQUAL_FATAL(ossl_write(&inner, &is, ASN1_ITEM_rptr(PKCS7_ISSUER_AND_SERIAL)), 0);
	post((struct make_msg){.type = TYPE_GET_CERT, .inner = buf_view(&inner)}, to, s);
	buf_free(&inner);
}

/* A client that asks another CA than the one that issued gets the certificate of the latter. */
static void
the_chain_is_that_of_the_certificate(void)
{
	X509 *certs[2], *cas[] = {rig.ca, ca2}, *ras[] = {ra1, ra2};
	struct seen s;

	begin();
	certs[0] = enrol("CN=device", ra1, rig.ca, "issued");
	certs[1] = enrol("CN=device", ra2, ca2, "issued");
	rig.sp->profile.chain_in_reply = true;
	for (int i = 0; i < 6; i++) {
		if (i == 4)
			switch_over();
		get_cert(certs[i % 2], ras[i / 2 % 2], &s);
		CU_ASSERT_STRING_EQUAL(s.slug, "sent");
		CU_ASSERT_EQUAL(s.n_certs, 2);
		CU_ASSERT_TRUE(s.cert != NULL && X509_cmp(s.cert, certs[i % 2]) == 0);
		CU_ASSERT_TRUE(s.above != NULL && X509_cmp(s.above, cas[i % 2]) == 0);
		seen_free(&s);
	}
	rig.sp->profile.chain_in_reply = false;
	X509_free(certs[0]);
	X509_free(certs[1]);
}

/* --- what was begun before */

static int
take_name(void *arg, const struct request_row *row, struct err *e)
{
	(void)e;
	snprintf(arg, REQUEST_NAME_LEN + 1, "%.*s", (int)row->name.n, (const char *)row->name.p);
	return 0;
}

static void
approve(void)
{
	char name[REQUEST_NAME_LEN + 1] = "";
	struct err e = ERR_INIT;
	int state;

	CU_ASSERT_EQUAL(store_requests(rig.operator, RIG_ID, take_name, name, &e), 0);
	CU_ASSERT_EQUAL(store_decide(rig.operator, name, true, "alice", &state, &e), 0);
}

static void
poll(X509 *to, const char *slug, X509 *ca)
{
	struct buf names = {0};
	X509_NAME *subject = make_name("CN=device");
	struct seen s;

	CU_ASSERT_EQUAL_FATAL(
	    issuer_subject_write(X509_get_subject_name(rig.ca), subject, &names), 0);
	post((struct make_msg){.type = TYPE_CERT_POLL, .inner = buf_view(&names)}, to, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, slug);
	if (ca != NULL)
		CU_ASSERT_TRUE(by(ca, s.cert));
	seen_free(&s);
	X509_NAME_free(subject);
	buf_free(&names);
}

static void
ask(X509 *to)
{
	struct buf csr = {0};
	struct seen s;

	make_csr(make_rsa(2048, 3), "CN=device", NULL, NULL, &csr);
	post((struct make_msg){.inner = buf_view(&csr)}, to, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "pending");
	seen_free(&s);
	buf_free(&csr);
}

/* What waits when another CA takes over is found, and issued as it was approved. */
static void
what_waits_is_not_lost(void)
{
	struct profile *p = &rig.sp->profile;
	struct ca_key *key = rig.service.cas[0].key;

	begin();
	p->challenge_type = CHALLENGE_NONE;
	p->approval = APPROVAL_MANUAL;
	ask(ra1);
	poll(ra1, "pending", NULL);
	switch_over();
	poll(ra1, "pending", NULL);
	poll(ra2, "pending", NULL);
	approve();
	/* Without the key of the first CA nobody can sign it; the client asks anew. */
	rig.service.cas[0].key = NULL;
	poll(ra2, "no-transaction", NULL);
	rig.service.cas[0].key = key;
	poll(ra2, "issued", rig.ca);
	poll(ra1, "replayed", rig.ca);
	/* Asked for anew it is of the present CA. */
	ask(ra1);
	approve();
	poll(ra1, "issued", ca2);
	p->challenge_type = CHALLENGE_STATIC;
	p->approval = APPROVAL_AUTOMATIC;
}

/* --- what cannot be served */

static void
a_ca_without_ra_or_key(void)
{
	struct err e = ERR_INIT;
	struct ca_key *key = rig.service.cas[0].key;

	begin();
	rig.service.cas[0].key = NULL;
	CU_ASSERT_EQUAL(service_prepare(&rig.service, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "CA ca has no key"));
	/* One that was followed needs none. */
	rig.service.cas[0].followed = true;
	err_clear(&e);
	CU_ASSERT_EQUAL(service_prepare(&rig.service, &e), 0);
	X509_free(enrol("CN=e", ra1, ca2, "issued"));
	say_since(0);
	X509_free(enrol("CN=f", ra1, ca2, "issued"));
	rig.service.cas[0].followed = false;
	say(NULL);
	rig.service.cas[0].key = key;
	rig.sp->ras[0].at = 1;
	err_clear(&e);
	CU_ASSERT_EQUAL(service_prepare(&rig.service, &e), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "no RA of CA ca"));
	rig.sp->ras[0].at = 0;
	rig_prepare(&rig);
}

static void
refused_for_want_of_a_key(X509 *to)
{
	struct buf csr = {0}, der = {0};
	struct seen s;

	make_csr(make_rsa(2048, 3), "CN=g", RIG_CHALLENGE, NULL, &csr);
	rig_msg(&rig, (struct make_msg){.ra = to, .inner = buf_view(&csr)}, &der);
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "key-unavailable");
	CU_ASSERT_EQUAL(s.http, 503);
	seen_free(&s);
	buf_free(&csr);
	buf_free(&der);
}

/* It was followed too, so its key may be gone, but the word for the one before it was lost, or this
 * profile has no RA of the one behind it. */
static void
a_ca_without_its_key_comes_to_issue(void)
{
	struct ca_key *key = rig.service.cas[1].key;

	begin();
	rig.service.cas[1].key = NULL;
	refused_for_want_of_a_key(ra2);
	switch_over();
	refused_for_want_of_a_key(ra2);
	refused_for_want_of_a_key(ra1);
	rig.service.cas[1].key = key;
	X509_free(enrol("CN=g", ra2, ca2, "issued"));
}

/* The second of three has taken over, and this profile has an RA of the first and the third. */
static void
a_ca_that_is_passed_over(void)
{
	begin();
	rig.sp->line[2] = rig.sp->line[1];
	rig.sp->n_line = 3;
	rig.sp->ras[1].at = 2;
	rig_prepare(&rig);
	rig.service.cas[0].followed = true;
	CU_ASSERT_EQUAL(service_current(&rig.service, rig.sp), 0);
	CU_ASSERT_FALSE(offered());
	rig.service.cas[0].followed = false;
	rig.sp->ras[1].at = 1;
	rig.sp->n_line = 2;
	rig_prepare(&rig);
}

/* Two CAs of one name are told apart by their signatures. */
static void
cas_of_one_name(void)
{
	X509 *old, *new;

	stop();
	prepare("CN=Test CA/O=Test");
	old = enrol("CN=device", ra1, rig.ca, "issued");
	new = enrol("CN=device", ra2, ca2, "issued");
	CU_ASSERT_PTR_EQUAL(service_issuer_of(rig.sp, old), &rig.sp->line[0]);
	CU_ASSERT_PTR_EQUAL(service_issuer_of(rig.sp, new), &rig.sp->line[1]);
	CU_ASSERT_PTR_NULL(service_issuer_of(rig.sp, rig.signer));
	switch_over();
	renew(old, ra1, ca2, "issued");
	renew(new, ra1, ca2, "issued");
	X509_free(old);
	X509_free(new);
}

static CU_TestInfo tests[] = {
    T(the_next_ca_is_shown_while_it_is_next),
    T(what_could_not_be_signed_yet),
    T(without_an_ra_of_its_own_it_is_not),
    T(the_word_names_one_certificate),
    T(a_word_that_is_lost_is_remembered),
    T(the_ca_that_is_addressed_issues),
    T(who_began_before_the_switch_ends_with_the_first),
    T(no_switch_lies_ahead),
    T(certificates_of_every_ca_renew),
    T(revoked_by_the_first_ca),
    T(put_down_by_the_first_ca),
    T(the_chain_is_that_of_the_certificate),
    T(what_waits_is_not_lost),
    T(a_ca_without_ra_or_key),
    T(a_ca_without_its_key_comes_to_issue),
    T(a_ca_that_is_passed_over),
    T(cas_of_one_name),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo rollover_suite = {"rollover", start, stop, NULL, NULL, tests};
