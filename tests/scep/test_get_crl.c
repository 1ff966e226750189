/* SPDX-License-Identifier: ISC
 *
 * GetCRL: the list of an issuer, alone, for whoever asks.
 */
#include <string.h>

#include "base/ossl.h"
#include "harness.h"
#include "host.h"
#include "suites.h"

#define SERIAL "0a00000000000000000000000000000000000001"

static struct rig rig;
static struct host host;
static const struct service_ca *without;

static int
start(void)
{
	rig_start(&rig, NULL);
	rig.remember = true;
	host_start(&host, &rig, "one");
	without = rig.sp->line[0].ca;
	rig.sp->line[0].ca = host.ca;
	return 0;
}

static int
stop(void)
{
	rig.sp->line[0].ca = without;
	host_stop(&host);
	rig_stop(&rig);
	return 0;
}

/* Asks with a serial number that means nothing. */
static void
get(const X509_NAME *issuer, struct seen *s)
{
	PKCS7_ISSUER_AND_SERIAL is = {
	    .issuer = (X509_NAME *)(uintptr_t)issuer, .serial = X509_get_serialNumber(rig.ca)};
	struct buf inner = {0}, der = {0};

	if (ossl_write(&inner, &is, ASN1_ITEM_rptr(PKCS7_ISSUER_AND_SERIAL)) != 0)
		abort();
	rig_msg(&rig, (struct make_msg){.type = TYPE_GET_CRL, .inner = buf_view(&inner)}, &der);
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), s);
	buf_free(&inner);
	buf_free(&der);
}

static void
expect_none(const X509_NAME *issuer, const char *detail)
{
	struct seen s;

	get(issuer, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "no-crl");
	CU_ASSERT_EQUAL(s.status, STATUS_FAILURE);
	CU_ASSERT_EQUAL(s.fail_info, FAIL_BAD_CERT_ID);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, detail));
	seen_free(&s);
}

/* The list that came has so many entries and is signed by the CA. */
static void
expect_list(const X509_NAME *issuer, int entries)
{
	struct seen s;

	get(issuer, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "sent");
	CU_ASSERT_EQUAL(s.status, STATUS_SUCCESS);
	CU_ASSERT(s.verified);
	CU_ASSERT_EQUAL(s.n_certs, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s.crl);
	CU_ASSERT_EQUAL(X509_CRL_verify(s.crl, rig.ca_key), 1);
	CU_ASSERT_EQUAL(entries, X509_CRL_get_REVOKED(s.crl) != NULL
	                             ? sk_X509_REVOKED_num(X509_CRL_get_REVOKED(s.crl))
	                             : 0);
	seen_free(&s);
}

static void
the_newest_list_comes_alone(void)
{
	const X509_NAME *ca = X509_get_subject_name(rig.ca);

	expect_none(ca, "none has been made yet");
	host_tick(&host);
	expect_list(ca, 0);
	host_revoke(&rig, SERIAL, 3600);
	host_tick(&host);
	expect_list(ca, 1);
}

static void
the_issuer_chooses(void)
{
	X509_NAME *stranger = make_name("CN=nobody");

	expect_list(X509_get_subject_name(rig.ra), 1);
	expect_none(stranger, "of another CA");
	X509_NAME_free(stranger);
}

static CU_TestInfo tests[] = {
    T(the_newest_list_comes_alone),
    T(the_issuer_chooses),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo get_crl_suite = {"get_crl", start, stop, NULL, NULL, tests};
