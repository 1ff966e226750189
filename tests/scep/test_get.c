/* SPDX-License-Identifier: ISC
 *
 * GetCert: a certificate goes to its owner and to nobody else, and what is refused is refused with
 * one answer.
 */
#include <string.h>

#include "base/ossl.h"
#include "harness.h"
#include "rig.h"
#include "suites.h"

#define OTHER_ID "99999999-2222-4333-8444-555555555555"

static struct rig rig;
static X509 *mine, *other; /* of make_rsa(2048, 3) and make_rsa(2048, 2) */

static X509 *
enrol(EVP_PKEY *key, const char *subject, const char *san)
{
	struct buf csr = {0}, der = {0};
	struct seen s;

	make_csr(key, subject, RIG_CHALLENGE, san, &csr);
	rig_msg(&rig, (struct make_msg){.inner = buf_view(&csr)}, &der);
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), &s);
	buf_free(&csr);
	buf_free(&der);
	return s.cert;
}

static int
start(void)
{
	rig_start(&rig, NULL);
	rig.remember = true;
	mine = enrol(make_rsa(2048, 3), "CN=device", "DNS:device.example");
	other = enrol(make_rsa(2048, 2), "CN=other", "DNS:other.example");
	return mine == NULL || other == NULL;
}

static int
stop(void)
{
	X509_free(mine);
	X509_free(other);
	rig_stop(&rig);
	return 0;
}

/* Asks for a certificate under the name of an issuer, as a signer. */
static void
get(const X509_NAME *issuer, const ASN1_INTEGER *serial, X509 *signer, EVP_PKEY *key,
    struct seen *s)
{
	PKCS7_ISSUER_AND_SERIAL is = {
	    .issuer = (X509_NAME *)(uintptr_t)issuer, .serial = (ASN1_INTEGER *)(uintptr_t)serial};
	struct buf inner = {0}, der = {0};

	if (ossl_write(&inner, &is, ASN1_ITEM_rptr(PKCS7_ISSUER_AND_SERIAL)) != 0)
		abort();
	rig_msg(&rig,
	    (struct make_msg){
	        .type = TYPE_GET_CERT, .key = key, .cert = signer, .inner = buf_view(&inner)},
	    &der);
	rig_post(&rig, buf_view(&der), key, s);
	buf_free(&inner);
	buf_free(&der);
}

/* Asks for `wanted`. */
static void
get_of(const X509 *wanted, X509 *signer, EVP_PKEY *key, struct seen *s)
{
	get(X509_get_subject_name(rig.ca), X509_get0_serialNumber(wanted), signer, key, s);
}

static void
expect_sent(struct seen *s, const X509 *wanted)
{
	CU_ASSERT_STRING_EQUAL(s->slug, "sent");
	CU_ASSERT_EQUAL(s->status, STATUS_SUCCESS);
	CU_ASSERT(s->verified);
	CU_ASSERT_EQUAL(s->n_certs, 1);
	CU_ASSERT(s->cert != NULL && X509_cmp(s->cert, wanted) == 0);
	seen_free(s);
}

static void
expect_refused(struct seen *s, const char *detail)
{
	CU_ASSERT_STRING_EQUAL(s->slug, "no-certificate");
	CU_ASSERT_EQUAL(s->status, STATUS_FAILURE);
	CU_ASSERT_EQUAL(s->fail_info, FAIL_BAD_CERT_ID);
	CU_ASSERT(strstr(s->text, "no such certificate for this key") == s->text);
	CU_ASSERT_PTR_NULL(s->cert);
	CU_ASSERT_PTR_NOT_NULL(strstr(s->line, detail));
	seen_free(s);
}

static void
the_owner_gets_it(void)
{
	X509 *again;
	struct seen s;

	/* By the key, whatever certificate is around it. */
	get_of(mine, mine, make_rsa(2048, 3), &s);
	expect_sent(&s, mine);
	get_of(mine, rig.signer, make_rsa(2048, 3), &s);
	expect_sent(&s, mine);
	/* By another certificate for the same names. */
	again = enrol(make_rsa(2048, 1), "CN=device", "DNS:device.example");
	CU_ASSERT_PTR_NOT_NULL_FATAL(again);
	get_of(mine, again, make_rsa(2048, 1), &s);
	expect_sent(&s, mine);
	X509_free(again);
}

static void
the_ra_may_be_called_the_issuer(void)
{
	X509_NAME *stranger = make_name("CN=nobody");
	struct seen s;

	get(X509_get_subject_name(rig.ra), X509_get0_serialNumber(mine), mine, make_rsa(2048, 3),
	    &s);
	expect_sent(&s, mine);
	get(stranger, X509_get0_serialNumber(mine), mine, make_rsa(2048, 3), &s);
	expect_refused(&s, "another CA");
	X509_NAME_free(stranger);
}

static void
nobody_else_gets_it(void)
{
	X509 *half = enrol(make_rsa(2048, 1), "CN=device", "DNS:other.example");
	struct seen s;

	get_of(mine, other, make_rsa(2048, 2), &s);
	expect_refused(&s, "somebody else");
	CU_ASSERT_PTR_NOT_NULL_FATAL(half);
	get_of(mine, half, make_rsa(2048, 1), &s);
	expect_refused(&s, "somebody else");
	X509_free(half);
	/* A self-signed certificate says nothing of whose it is. */
	get_of(other, rig.signer, make_rsa(2048, 3), &s);
	expect_refused(&s, "no certificate of this CA");
	rig.sp->profile.get_cert = GET_CERT_AUTHORITY;
	get_of(other, rig.signer, make_rsa(2048, 3), &s);
	expect_refused(&s, "no certificate of this CA");
	get_of(mine, other, make_rsa(2048, 2), &s);
	expect_sent(&s, mine);
	rig.sp->profile.get_cert = GET_CERT_OWNER;
}

/* A certificate of the CA that is not ours, or not good now, opens nothing. */
static void
only_a_good_certificate_of_ours_asks(void)
{
	X509 *foreign = make_cert(&(struct make_cert){.key = make_rsa(2048, 1),
	    .cn = "CN=device",
	    .issuer = rig.ca,
	    .issuer_key = rig.ca_key,
	    .serial = 77});
	X509 *expired = make_cert(&(struct make_cert){.key = make_rsa(2048, 1),
	    .cn = "CN=device",
	    .issuer = rig.ca,
	    .issuer_key = rig.ca_key,
	    .serial = 78,
	    .start = -86400 * 3,
	    .days = -1});
	struct seen s;

	rig.sp->profile.get_cert = GET_CERT_AUTHORITY;
	get_of(mine, foreign, make_rsa(2048, 1), &s);
	expect_refused(&s, "not among the certificates issued");
	get_of(mine, expired, make_rsa(2048, 1), &s);
	expect_refused(&s, "not valid now");
	rig.sp->profile.get_cert = GET_CERT_OWNER;
	X509_free(foreign);
	X509_free(expired);
}

/* Sets a field of the record of a certificate. */
static void
record(const X509 *cert, const char *field, const char *value)
{
	BIGNUM *bn = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
	char *serial = BN_bn2hex(bn);

	for (char *c = serial; *c != '\0'; c++)
		*c = (char)(*c >= 'A' && *c <= 'F' ? *c + 32 : *c);
	freeReplyObject(redis_do(rig.redis,
	    *value != '\0' ? "HSET {scepd}:crt:%s:%s %s %s" : "HDEL {scepd}:crt:%s:%s %s",
	    rig.service.cas[0].authority.name, serial, field, value));
	OPENSSL_free(serial);
	BN_free(bn);
}

static void
what_is_not_there_is_not_told_apart(void)
{
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	struct seen s;

	if (number == NULL || ASN1_INTEGER_set_int64(number, 4711) != 1)
		abort();
	get(X509_get_subject_name(rig.ca), number, mine, make_rsa(2048, 3), &s);
	expect_refused(&s, "not among the certificates issued");
	ASN1_INTEGER_free(number);
	if ((number = ASN1_INTEGER_dup(X509_get0_serialNumber(mine))) == NULL)
		abort();
	number->type = V_ASN1_NEG_INTEGER;
	get(X509_get_subject_name(rig.ca), number, mine, make_rsa(2048, 3), &s);
	expect_refused(&s, "negative");
	ASN1_INTEGER_free(number);
	record(mine, "rev", "1700000000");
	get_of(mine, mine, make_rsa(2048, 3), &s);
	expect_refused(&s, "revoked");
	/* Nor does a revoked certificate ask for another one of its owner. */
	rig.sp->profile.get_cert = GET_CERT_AUTHORITY;
	get_of(other, mine, make_rsa(2048, 3), &s);
	expect_refused(&s, "revoked");
	rig.sp->profile.get_cert = GET_CERT_OWNER;
	record(mine, "rev", "");

	record(mine, "p", OTHER_ID);
	get_of(mine, mine, make_rsa(2048, 3), &s);
	expect_refused(&s, "another profile");
	rig.sp->profile.get_cert = GET_CERT_AUTHORITY;
	get_of(mine, mine, make_rsa(2048, 3), &s);
	expect_sent(&s, mine);
	rig.sp->profile.get_cert = GET_CERT_OWNER;
	record(mine, "p", RIG_ID);
}

static void
a_content_of_another_kind_is_refused(void)
{
	struct buf der = {0};
	struct seen s;

	rig_msg(&rig,
	    (struct make_msg){.type = TYPE_GET_CERT,
	        .key = make_rsa(2048, 3),
	        .cert = mine,
	        .inner = view_str("0123")},
	    &der);
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "content");
	CU_ASSERT_EQUAL(s.fail_info, FAIL_BAD_REQUEST);
	buf_free(&der);
	seen_free(&s);
}

static CU_TestInfo tests[] = {
    T(the_owner_gets_it),
    T(the_ra_may_be_called_the_issuer),
    T(nobody_else_gets_it),
    T(only_a_good_certificate_of_ours_asks),
    T(what_is_not_there_is_not_told_apart),
    T(a_content_of_another_kind_is_refused),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo get_suite = {"get", start, stop, NULL, NULL, tests};
