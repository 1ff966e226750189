/* SPDX-License-Identifier: ISC
 *
 * Renewal: a certificate of ours that signs the request is its authorisation, the new certificate
 * has the names of the old one whatever is asked for, and nobody else's certificate is good for it.
 */
#include <string.h>

#include "base/clock.h"
#include "base/ossl.h"
#include "harness.h"
#include "rig.h"
#include "suites.h"

#define SUBJECT "CN=device/O=Test"
#define SAN "DNS:device.example"

static struct rig rig;
static X509 *first; /* the certificate that is renewed, of make_rsa(2048, 3) */

static int
start(void)
{
	first = rig_start_enrolled(&rig);
	return first == NULL;
}

static int
stop(void)
{
	X509_free(first);
	rig_stop(&rig);
	return 0;
}

/* A renewal by `signer` and its key, with a request for the key and names. */
static void
renew(int type, X509 *signer, EVP_PKEY *signer_key, EVP_PKEY *key, const char *subject,
    const char *san, const char *challenge, struct seen *s)
{
	struct buf csr = {0}, der = {0};

	make_csr(key, subject, challenge, san, &csr);
	rig_msg(&rig,
	    (struct make_msg){
	        .type = type, .key = signer_key, .cert = signer, .inner = buf_view(&csr)},
	    &der);
	rig_post(&rig, buf_view(&der), signer_key, s);
	buf_free(&csr);
	buf_free(&der);
}

static void
by_first(int type, EVP_PKEY *key, const char *subject, const char *san, struct seen *s)
{
	renew(type, first, make_rsa(2048, 3), key, subject, san, NULL, s);
}

static void
expect(const struct seen *s, const char *slug)
{
	CU_ASSERT_STRING_EQUAL(s->slug, slug);
	CU_ASSERT_EQUAL(s->http, 200);
	CU_ASSERT_EQUAL(s->status, STATUS_FAILURE);
	CU_ASSERT_PTR_NULL(s->cert);
}

/* By both message types, with the same key or a new one, seconds after the enrolment and under its
 * transactionID: a new certificate with the names of the old one; sent again, the same once more.
 */
static void
a_certificate_renews_itself(void)
{
	for (int i = 0; i < 4; i++) {
		int type = i % 2 == 0 ? TYPE_RENEWAL_REQ : TYPE_PKCS_REQ;
		EVP_PKEY *key = i < 2 ? make_rsa(2048, 3) : make_rsa(2048, 2);
		struct seen s, again;

		by_first(type, key, SUBJECT, i % 2 == 0 ? NULL : SAN, &s);
		CU_ASSERT_STRING_EQUAL(s.slug, "issued");
		CU_ASSERT_PTR_NOT_NULL_FATAL(s.cert);
		CU_ASSERT_NOT_EQUAL(X509_cmp(s.cert, first), 0);
		CU_ASSERT_EQUAL(
		    X509_NAME_cmp(X509_get_subject_name(s.cert), X509_get_subject_name(first)), 0);
		CU_ASSERT_NOT_EQUAL(X509_get_ext_by_NID(s.cert, NID_subject_alt_name, -1), -1);
		CU_ASSERT_EQUAL(X509_verify(s.cert, rig.ca_key), 1);
		by_first(type, key, SUBJECT, i % 2 == 0 ? NULL : SAN, &again);
		CU_ASSERT_STRING_EQUAL(again.slug, "replayed");
		CU_ASSERT(again.cert != NULL && X509_cmp(again.cert, s.cert) == 0);
		seen_free(&again);
		seen_free(&s);
	}
}

static void
a_spent_or_wrong_challenge_does_not_hinder(void)
{
	struct seen s;

	renew(TYPE_RENEWAL_REQ, first, make_rsa(2048, 3), make_rsa(2048, 1), SUBJECT, NULL,
	    "wrong-wrong", &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "issued");
	seen_free(&s);
	renew(TYPE_PKCS_REQ, first, make_rsa(2048, 3), make_rsa(2048, 0), SUBJECT, NULL,
	    "wrong-wrong", &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "issued");
	seen_free(&s);
	rig.sp->profile.renewal_challenge = true;
	renew(TYPE_PKCS_REQ, first, make_rsa(2048, 3), make_ec("P-256"), SUBJECT, NULL,
	    "wrong-wrong", &s);
	expect(&s, "challenge");
	rig.sp->profile.renewal_challenge = false;
}

static bool
same_octets(const X509_NAME *a, const X509_NAME *b)
{
	struct buf x = {0}, y = {0};
	bool same = ossl_write(&x, a, ASN1_ITEM_rptr(X509_NAME)) == 0 &&
	            ossl_write(&y, b, ASN1_ITEM_rptr(X509_NAME)) == 0 &&
	            view_eq(buf_view(&x), buf_view(&y));

	buf_free(&x);
	buf_free(&y);
	return same;
}

/* The names are those of the certificate: asked for by other octets they are the same, and anything
 * else is refused. */
static void
names_cannot_be_changed(void)
{
	struct seen s;

	by_first(TYPE_RENEWAL_REQ, make_rsa(2048, 2), "CN=other/O=Test", NULL, &s);
	expect(&s, "renewal-names");
	CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "somebody else"));
	by_first(TYPE_RENEWAL_REQ, make_rsa(2048, 2), SUBJECT, SAN ",DNS:more.example", &s);
	expect(&s, "renewal-names");
	by_first(TYPE_RENEWAL_REQ, make_rsa(2048, 2), SUBJECT, "DNS:device.example.org", &s);
	expect(&s, "renewal-names");
	by_first(TYPE_RENEWAL_REQ, make_ec("P-384"), "CN=DEVICE/O=test", "DNS:DEVICE.example", &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "issued");
	CU_ASSERT_PTR_NOT_NULL_FATAL(s.cert);
	CU_ASSERT_TRUE(same_octets(X509_get_subject_name(s.cert), X509_get_subject_name(first)));
	CU_ASSERT_PTR_NOT_NULL(memmem(s.line, strlen(s.line), "renewal:", 8));
	seen_free(&s);
}

static long long
counted(void)
{
	return redis_int(rig.redis, "ZCARD {scepd}:bad:" RIG_ID ":192.0.2.7");
}

/* A certificate of ours is no place to guess challenges from. */
static void
a_guess_is_counted_behind_a_renewal_too(void)
{
	long long before = counted();
	struct seen s;

	renew(TYPE_PKCS_REQ, first, make_rsa(2048, 3), make_rsa(2048, 2), "CN=other/O=Test", NULL,
	    "wrong-wrong", &s);
	expect(&s, "renewal-names");
	CU_ASSERT_EQUAL(counted(), before + 1);
	for (int i = 0; i < 2; i++) {
		renew(TYPE_PKCS_REQ, first, make_rsa(2048, 3), make_rsa(3072, 0), SUBJECT, NULL,
		    "wrong-wrong", &s);
		CU_ASSERT_STRING_EQUAL(s.slug, i == 0 ? "issued" : "replayed");
		CU_ASSERT_EQUAL(counted(), before + 1 + i);
		seen_free(&s);
	}
}

/* Where the operator decides about strangers, a renewal is none of his business. */
static void
a_renewal_waits_for_nobody(void)
{
	struct seen s;

	rig.sp->profile.challenge_type = CHALLENGE_NONE;
	rig.sp->profile.approval = APPROVAL_MANUAL;
	by_first(TYPE_PKCS_REQ, make_rsa(3072, 1), SUBJECT, NULL, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "issued");
	seen_free(&s);
	by_first(TYPE_PKCS_REQ, make_rsa(3072, 1), "CN=other/O=Test", NULL, &s);
	expect(&s, "renewal-names");
	renew(TYPE_PKCS_REQ, rig.signer, make_rsa(2048, 3), make_rsa(2048, 3), SUBJECT, NULL, NULL,
	    &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "pending");
	rig.sp->profile.challenge_type = CHALLENGE_STATIC;
	rig.sp->profile.approval = APPROVAL_AUTOMATIC;
}

static X509 *
stranger(X509 *issuer, EVP_PKEY *issuer_key, const char *ext)
{
	return make_cert(&(struct make_cert){.key = make_rsa(2048, 2),
	    .cn = SUBJECT,
	    .issuer = issuer,
	    .issuer_key = issuer_key,
	    .serial = 4711,
	    .days = 30,
	    .exts = {ext}});
}

static void
nobody_elses_certificate_is_good_for_it(void)
{
	X509 *fake_ca = make_cert(&(struct make_cert){.key = make_rsa(2048, 1),
	    .cn = "CN=Test CA/O=Test",
	    .exts = {"basicConstraints=critical,CA:TRUE"}});
	X509 *by_fake = stranger(fake_ca, make_rsa(2048, 1), "keyUsage=digitalSignature");
	X509 *unknown = stranger(rig.ca, rig.ca_key, "keyUsage=digitalSignature");
	X509 *self = stranger(NULL, make_rsa(2048, 2), "keyUsage=digitalSignature");
	X509 *const signers[] = {by_fake, unknown, self};
	struct seen s;

	for (size_t i = 0; i < 3; i++) {
		renew(TYPE_RENEWAL_REQ, signers[i], make_rsa(2048, 2), make_rsa(2048, 2), SUBJECT,
		    NULL, NULL, &s);
		expect(&s, "renewal-signer");
		CU_ASSERT_STRING_EQUAL(s.text, "");
		renew(TYPE_PKCS_REQ, signers[i], make_rsa(2048, 2), make_rsa(2048, 2), SUBJECT,
		    NULL, NULL, &s);
		expect(&s, "no-challenge");
	}
	X509_free(by_fake);
	X509_free(unknown);
	X509_free(self);
	X509_free(fake_ca);
}

/* The key of a record in the store. */
static void
record_key(char *out, size_t len)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(first);
	size_t n = (size_t)snprintf(out, len, "{scepd}:crt:ca:");

	for (int i = 0; i < ASN1_STRING_length(serial); i++)
		n += (size_t)snprintf(out + n, len - n, "%02x", ASN1_STRING_get0_data(serial)[i]);
}

static void
the_record_decides(void)
{
	char key[100], profile[40];
	struct seen s;

	record_key(key, sizeof key);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "HSET %s rev 1", key), 1);
	by_first(TYPE_RENEWAL_REQ, make_ec("P-256"), SUBJECT, NULL, &s);
	expect(&s, "renewal-revoked");
	redis_int(rig.redis, "HDEL %s rev", key);
	snprintf(profile, sizeof profile, "%s", "99999999-2222-4333-8444-555555555555");
	redis_int(rig.redis, "HSET %s p %s", key, profile);
	by_first(TYPE_RENEWAL_REQ, make_ec("P-256"), SUBJECT, NULL, &s);
	expect(&s, "renewal-signer");
	rig.sp->profile.renewal_scope = RENEWAL_AUTHORITY;
	by_first(TYPE_RENEWAL_REQ, make_ec("P-256"), SUBJECT, NULL, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "issued");
	seen_free(&s);
	rig.sp->profile.renewal_scope = RENEWAL_PROFILE;
	redis_int(rig.redis, "HSET %s p %s", key, RIG_ID);
	redis_int(rig.redis, "RENAME %s kept", key);
	by_first(TYPE_RENEWAL_REQ, make_ec("P-521"), SUBJECT, NULL, &s);
	expect(&s, "renewal-signer");
	redis_int(rig.redis, "RENAME kept %s", key);
}

static void
the_profile_decides(void)
{
	struct profile *p = &rig.sp->profile;
	struct seen s;

	p->allow_renewal = false;
	by_first(TYPE_RENEWAL_REQ, make_ec("P-521"), SUBJECT, NULL, &s);
	expect(&s, "renewal-off");
	p->allow_renewal = true;
	p->renewal_new_key = true;
	by_first(TYPE_RENEWAL_REQ, make_rsa(2048, 3), SUBJECT, NULL, &s);
	expect(&s, "renewal-key");
	p->renewal_new_key = false;
	p->renewal_window = 30 * 24 * 60 * 60;
	by_first(TYPE_RENEWAL_REQ, make_ec("P-521"), SUBJECT, NULL, &s);
	expect(&s, "renewal-early");
	p->renewal_window = 366 * 24 * 60 * 60;
	by_first(TYPE_RENEWAL_REQ, make_ec("P-521"), SUBJECT, NULL, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "issued");
	seen_free(&s);
	p->renewal_window = 0;
}

/* What is renewed is to be revoked after a while, where the profile says so, and an enrolment
 * revokes nothing. */
static void
a_predecessor_is_put_down(void)
{
	struct profile *p = &rig.sp->profile;
	char key[100];
	struct seen s;
	redisReply *r;

	record_key(key, sizeof key);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:sup"), 0);
	p->revoke_previous_after = 3600;
	by_first(TYPE_RENEWAL_REQ, make_ec("P-384"), SUBJECT, NULL, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "issued");
	seen_free(&s);
	r = redis_do(rig.redis, "ZRANGE {scepd}:sup 0 9 WITHSCORES");
	CU_ASSERT_EQUAL_FATAL(r->elements, 2);
	CU_ASSERT_EQUAL(strncmp(r->element[0]->str, "ca ", 3), 0);
	CU_ASSERT_STRING_EQUAL(r->element[0]->str + 3, strrchr(key, ':') + 1);
	CU_ASSERT(atoll(r->element[1]->str) > ((long long)time(NULL) + 3500) * 1000);
	freeReplyObject(r);
	redis_int(rig.redis, "DEL {scepd}:sup");
	renew(TYPE_PKCS_REQ, rig.signer, make_rsa(2048, 3), make_rsa(2048, 3), "CN=other/O=Test",
	    NULL, RIG_CHALLENGE, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "issued");
	seen_free(&s);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:sup"), 0);
	/* One with a challenge is an enrolment, also when a certificate of ours signed it. */
	renew(TYPE_PKCS_REQ, first, make_rsa(2048, 3), make_rsa(2048, 3), "CN=again/O=Test", NULL,
	    RIG_CHALLENGE, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "issued");
	seen_free(&s);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:sup"), 0);
	p->revoke_previous_after = -1;
}

static void
time_decides(void)
{
	time_t now = time(NULL);
	struct seen s;

	clock_fix(now - 3600);
	by_first(TYPE_RENEWAL_REQ, make_ec("P-256"), SUBJECT, NULL, &s);
	expect(&s, "renewal-early");
	clock_fix(now + (time_t)366 * 24 * 60 * 60);
	by_first(TYPE_RENEWAL_REQ, make_ec("P-256"), SUBJECT, NULL, &s);
	expect(&s, "renewal-expired");
	clock_fix(0);
}

static CU_TestInfo tests[] = {
    T(a_certificate_renews_itself),
    T(a_spent_or_wrong_challenge_does_not_hinder),
    T(a_guess_is_counted_behind_a_renewal_too),
    T(a_renewal_waits_for_nobody),
    T(names_cannot_be_changed),
    T(nobody_elses_certificate_is_good_for_it),
    T(the_record_decides),
    T(the_profile_decides),
    T(a_predecessor_is_put_down),
    T(time_decides),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo renew_suite = {"renew", start, stop, NULL, NULL, tests};
