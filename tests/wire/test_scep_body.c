/* SPDX-License-Identifier: ISC
 *
 * Certs-only messages keep their order; the small bodies and the capability list round-trip.
 */
#include <string.h>

#include "base/ossl.h"
#include "harness.h"
#include "suites.h"
#include "support/change.h"
#include "support/make.h"
#include "wire/scep_ca.h"

static void
certificates_keep_their_order(void)
{
	/* The longer one first: a SET would put it last. */
	X509 *first = make_cert(&(struct make_cert){
	    .key = make_rsa(2048, 0), .cn = "CN=a rather long name for a device"});
	X509 *second = make_cert(&(struct make_cert){.key = make_ec("P-256"), .cn = "CN=b"});
	STACK_OF(X509) *certs = sk_X509_new_null(), *read;
	struct buf der = {0};
	struct err e = ERR_INIT;
	X509_CRL *crl = NULL;

	sk_X509_push(certs, first);
	sk_X509_push(certs, second);
	CU_ASSERT_EQUAL_FATAL(certs_only_write((struct view){0}, certs, (struct view){0}, &der), 0);
	read = certs_only_read(buf_view(&der), &crl, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(read);
	CU_ASSERT_EQUAL(sk_X509_num(read), 2);
	CU_ASSERT_EQUAL(X509_cmp(sk_X509_value(read, 0), first), 0);
	CU_ASSERT_EQUAL(X509_cmp(sk_X509_value(read, 1), second), 0);
	CU_ASSERT_PTR_NULL(crl);
	/* RFC 8894 section 3.4: no content, no signers, no digests. */
	CU_ASSERT_PTR_NOT_NULL(memmem(der.p, der.n, "\x02\x01\x01\x31\x00\x30\x0b\x06\x09", 9));
	CU_ASSERT_EQUAL(memcmp(der.p + der.n - 2, "\x31\x00", 2), 0);
	CU_ASSERT_PTR_NULL(certs_only_read(view_of(der.p, der.n - 1), NULL, &e));
	CU_ASSERT_EQUAL(e.code, ERR_MESSAGE);
	sk_X509_pop_free(read, X509_free);
	sk_X509_pop_free(certs, X509_free);
	buf_free(&der);
}

/* A SignedData of one certificate, with a SEQUENCE of nothing beside it. */
static void
what_is_no_certificate_or_crl_is_refused(void)
{
	X509 *cert = make_cert(&(struct make_cert){.key = make_rsa(2048, 0), .cn = "CN=a"});
	STACK_OF(X509) *certs = sk_X509_new_null();
	const struct view nothing = view_of("\x30\x00", 2);

	sk_X509_push(certs, cert);
	for (int crl = 0; crl < 2; crl++) {
		struct buf der = {0}, changed = {0};
		struct err e = ERR_INIT;
		X509_CRL *read = NULL;
		CMS_SIGNED *sd;

		CU_ASSERT_EQUAL_FATAL(
		    certs_only_write((struct view){0}, certs, (struct view){0}, &der), 0);
		sd = cms_read(buf_view(&der), NID_pkcs7_signed, ASN1_ITEM_rptr(CMS_SIGNED), &e);
		if (crl != 0)
			sd->crls = sk_ASN1_TYPE_new_null();
		sk_ASN1_TYPE_push(crl != 0 ? sd->crls : sd->certs, change_any(nothing));
		CU_ASSERT_EQUAL_FATAL(
		    change_write(&changed, NID_pkcs7_signed, sd, ASN1_ITEM_rptr(CMS_SIGNED)), 0);
		CU_ASSERT_PTR_NULL(certs_only_read(buf_view(&changed), &read, &e));
		CU_ASSERT_EQUAL(e.code, ERR_MESSAGE);
		CMS_SIGNED_free(sd);
		buf_free(&der);
		buf_free(&changed);
	}
	sk_X509_pop_free(certs, X509_free);
}

static void
issuer_and_subject_round_trip(void)
{
	X509_NAME *issuer = make_name("CN=ca"), *subject = make_name("CN=device/O=y");
	struct issuer_subject s;
	struct buf der = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(issuer_subject_write(issuer, subject, &der), 0);
	CU_ASSERT_EQUAL(issuer_subject_read(buf_view(&der), &s, &e), 0);
	CU_ASSERT_EQUAL(X509_NAME_cmp(s.issuer, issuer), 0);
	CU_ASSERT_EQUAL(X509_NAME_cmp(s.subject, subject), 0);
	issuer_subject_free(&s);
	CU_ASSERT_EQUAL(issuer_subject_read(view_of(der.p, der.n - 1), &s, &e), -1);
	issuer_subject_free(&s);
	X509_NAME_free(issuer);
	X509_NAME_free(subject);
	buf_free(&der);
}

static void
capabilities_are_one_a_line(void)
{
	struct buf all = {0}, modern = {0};

	CU_ASSERT_EQUAL(
	    caps_write(&(struct caps){.algs = ALGS_ALL, .renewal = true, .next_ca = true}, &all),
	    0);
	CU_ASSERT_STRING_EQUAL(buf_str(&all), "AES\nDES3\nGetNextCACert\nPOSTPKIOperation\nRenewal"
	                                      "\nSCEPStandard\nSHA-1\nSHA-256\nSHA-384\nSHA-512\n");
	CU_ASSERT_EQUAL(caps_write(&(struct caps){.algs = ALGS_MODERN}, &modern), 0);
	CU_ASSERT_STRING_EQUAL(
	    buf_str(&modern), "AES\nPOSTPKIOperation\nSCEPStandard\nSHA-256\nSHA-384\nSHA-512\n");
	buf_free(&all);
	buf_free(&modern);
}

static void
capabilities_are_read_in_any_form(void)
{
	struct caps_read c = caps_read(view_str("des3\r\nRenewal\r\nUpdate\r\n"));

	CU_ASSERT_TRUE(c.des3 && c.renewal);
	CU_ASSERT_FALSE(c.post || c.aes || c.sha256);
	c = caps_read(view_str("SCEPStandard"));
	CU_ASSERT_TRUE(c.post && c.aes && c.sha256);
	CU_ASSERT_FALSE(c.renewal || c.sha1 || c.next_ca || c.sha512);
	c = caps_read(view_str("\n\nSHA-1\nSHA-512\nGetNextCACert\nPOSTPKIOperation\nAES"));
	CU_ASSERT_TRUE(c.sha1 && c.sha512 && c.next_ca && c.post && c.aes);
	CU_ASSERT_FALSE(c.des3);
}

CU_TestInfo scep_body_tests[] = {
    T(certificates_keep_their_order),
    T(what_is_no_certificate_or_crl_is_refused),
    T(issuer_and_subject_round_trip),
    T(capabilities_are_one_a_line),
    T(capabilities_are_read_in_any_form),
    CU_TEST_INFO_NULL,
};
