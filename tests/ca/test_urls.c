/* SPDX-License-Identifier: ISC
 *
 * The URLs in a certificate: what may be one, and what then stands in it.
 */
#include <string.h>

#include <openssl/x509v3.h>

#include "ca/plan.h"
#include "ca/urls.h"
#include "make.h"
#include "suites.h"

static void
what_may_be_one(void)
{
	static const struct {
		const char *url;
		bool ok;
	} rows[] = {
	    {"http://a.example/crl/ca.crl", true},
	    {"https://a.example:8443/x?y=z&w=%20", true},
	    {"ldap://a.example/cn=CA?certificateRevocationList;binary", true},
	    {"http://a.example/crl/{authority}.crl", true},
	    {"http://{authority}.example/{authority}", true},
	    {"", false},
	    {"a.example/ca.crl", false},
	    {"ftp://a.example/ca.crl", false},
	    {"HTTP://a.example/ca.crl", false},
	    {"http://", false},
	    {"http:///ca.crl", false},
	    {"http://a.example/a b", false},
	    {"http://a.example/\xc3\xa4", false},
	    {"http://a.example/\n", false},
	    {"http://a.example/{name}.crl", false},
	    {"http://a.example/{authority", false},
	    {"http://a.example/\"", false},
	};
	char longest[URL_MAX + 2] = "http://";

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (url_ok(rows[i].url) != rows[i].ok)
			CU_FAIL(rows[i].url);
	memset(longest + 7, 'a', URL_MAX - 7);
	CU_ASSERT_TRUE(url_ok(longest));
	longest[URL_MAX] = 'a';
	CU_ASSERT_FALSE(url_ok(longest));
}

/* An extension of a planned certificate as text; "" when it has none. */
static void
extension(const struct profile *p, const struct authority *a, int nid, char *out, size_t size)
{
	struct csr csr;
	struct plan plan;
	struct err e = ERR_INIT;
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n;
	int at;

	make_csr(&csr, KEY_P256, DIGEST_SHA256, NULL, "CN=device", NULL);
	CU_ASSERT_EQUAL_FATAL(plan_make(p, a, &csr, NOW, &plan, &e), 0);
	out[0] = '\0';
	if ((at = X509_get_ext_by_NID(plan_cert(&plan), nid, -1)) >= 0) {
		X509_EXTENSION *ext = X509_get_ext(plan_cert(&plan), at);

		CU_ASSERT_EQUAL(X509_EXTENSION_get_critical(ext), 0);
		CU_ASSERT_EQUAL(X509V3_EXT_print(bio, ext, 0, 0), 1);
		n = BIO_get_mem_data(bio, &text);
		snprintf(out, size, "%.*s", (int)n, text);
	}
	BIO_free(bio);
	plan_free(&plan);
	csr_free(&csr);
}

static void
they_stand_in_the_certificate(void)
{
	static char crl[] = "http://a.example/crl/{authority}.crl",
	            issuer[] = "http://a.example/ca/{authority}.cer";
	struct profile p;
	struct authority a;
	struct err e = ERR_INIT;
	char text[400];

	make_authority(&a, KEY_P256);
	snprintf(a.name, sizeof a.name, "routers-2");
	CU_ASSERT_EQUAL_FATAL(profile_init(&p, &e), 0);
	extension(&p, &a, NID_crl_distribution_points, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "");
	extension(&p, &a, NID_info_access, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "");
	p.crl_url = strdup(crl);
	p.ca_url = strdup(issuer);
	extension(&p, &a, NID_crl_distribution_points, text, sizeof text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "URI:http://a.example/crl/routers-2.crl"));
	CU_ASSERT_PTR_NULL(strchr(text, '{'));
	extension(&p, &a, NID_info_access, text, sizeof text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "CA Issuers - URI:http://a.example/ca/routers-2.cer"));
	profile_free(&p);
	authority_free(&a);
}

CU_TestInfo urls_tests[] = {
    T(what_may_be_one),
    T(they_stand_in_the_certificate),
    CU_TEST_INFO_NULL,
};
