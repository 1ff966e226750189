/* SPDX-License-Identifier: ISC
 *
 * Names as the store compares and lists them: whatever is in them, one name is one line.
 */
#include <string.h>

#include <openssl/x509v3.h>

#include "ca/names.h"
#include "ca/plan.h"
#include "make.h"
#include "suites.h"

static void
add(X509_NAME *name, const char *type, int kind, const char *value, int n)
{
	CU_ASSERT_EQUAL_FATAL(
	    X509_NAME_add_entry_by_txt(name, type, kind, (const unsigned char *)value, n, -1, 0),
	    1);
}

static void
expect_line(const X509_NAME *name, const char *wanted)
{
	struct buf line = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(name_line(name, &line, &e), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&line), wanted);
	buf_free(&line);
}

static void
a_subject_is_one_line(void)
{
	X509_NAME *name = X509_NAME_new();
	char many[600], wanted[600];

	expect_line(name, "");
	add(name, "O", MBSTRING_UTF8, "Test, \"Inc\"", -1);
	add(name, "CN", MBSTRING_UTF8, "a+b\nO=x", -1);
	add(name, "OU", MBSTRING_UTF8, "#1", -1);
	expect_line(name, "OU=\\#1,CN=a\\+b\\0AO=x,O=Test\\, \\\"Inc\\\"");
	X509_NAME_free(name);

	/* Nothing is cut: what is compared is all of it. */
	name = X509_NAME_new();
	memset(many, 'a', sizeof many);
	for (int i = 0; i < 4; i++)
		add(name, "OU", MBSTRING_UTF8, many, 64);
	snprintf(
	    wanted, sizeof wanted, "OU=%.64s,OU=%.64s,OU=%.64s,OU=%.64s", many, many, many, many);
	expect_line(name, wanted);
	X509_NAME_free(name);
}

/* What cannot be text is shown by its octets, and still is one line. */
static void
octets_that_are_no_text(void)
{
	X509_NAME *name = X509_NAME_new();

	add(name, "CN", V_ASN1_UTF8STRING, "a\xff\n", 3);
	add(name, "CN", V_ASN1_T61STRING, "\n", 1);
	expect_line(name, "CN=\\0A,CN=a\\FF\\0A");
	add(name, "CN", V_ASN1_BMPSTRING, "\xd8\0", 2);
	expect_line(name, "CN=#1E02D800,CN=#14010A,CN=#0C0361FF0A");
	X509_NAME_free(name);
}

/* The lines of what a request with these names would get; NULL: it asks for none. */
static void
expect_sans(const char *asked, const char *wanted)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	struct authority a;
	struct profile p;
	struct csr csr;
	struct plan plan;
	struct buf lines = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(profile_init(&p, &e), 0);
	p.allow_upn = true;
	make_authority(&a, KEY_P256);
	if (asked != NULL)
		make_ext(&exts, "subjectAltName", asked);
	make_csr(&csr, KEY_P256, DIGEST_SHA256, exts, "CN=device", NULL);
	CU_ASSERT_EQUAL_FATAL(plan_make(&p, &a, &csr, NOW, &plan, &e), 0);
	CU_ASSERT_EQUAL(buf_add_str(&lines, ">"), 0);
	CU_ASSERT_EQUAL(san_lines(plan.san, &lines, &e), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&lines) + 1, wanted);
	buf_free(&lines);
	plan_free(&plan);
	csr_free(&csr);
	authority_free(&a);
	profile_free(&p);
}

static void
alternative_names_are_a_line_each(void)
{
	expect_sans(NULL, "");
	expect_sans("DNS:B.Example,DNS:a.example", "DNS:b.example\nDNS:a.example\n");
	expect_sans("IP:192.0.2.1,IP:2001:DB8::1", "IP:192.0.2.1\nIP:2001:db8::1\n");
	expect_sans("email:A@example.org,URI:urn:X", "email:A@example.org\nURI:urn:X\n");
	expect_sans("otherName:1.3.6.1.4.1.311.20.2.3;UTF8:A@corp.example", "UPN:A@corp.example\n");
}

CU_TestInfo names_text_tests[] = {
    T(a_subject_is_one_line),
    T(octets_that_are_no_text),
    T(alternative_names_are_a_line_each),
    CU_TEST_INFO_NULL,
};
