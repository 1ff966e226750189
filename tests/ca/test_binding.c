/* SPDX-License-Identifier: ISC
 *
 * Names to bind a challenge to: the text is that of a certificate with these names, and what could
 * never be issued is refused.
 */
#include <string.h>

#include "ca/binding.h"
#include "ca/profile.h"
#include "suites.h"

static void
expect(const char *subject, const char *sans, const char *want_subject, const char *want_sans)
{
	struct profile p;
	struct binding b = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(profile_init(&p, &e), 0);
	p.allow_upn = true;
	if (subject != NULL)
		CU_ASSERT_EQUAL(binding_subject(&b, subject, &e), 0);
	if (sans != NULL)
		CU_ASSERT_EQUAL(binding_sans(&p, &b, sans, &e), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&b.subject), want_subject);
	CU_ASSERT_STRING_EQUAL(buf_str(&b.sans), want_sans);
	CU_ASSERT_EQUAL(binding_any(&b), subject != NULL || sans != NULL);
	binding_free(&b);
	profile_free(&p);
}

static void
names_become_the_text_of_a_certificate(void)
{
	expect(NULL, NULL, "", "");
	expect("CN=a,O=Test", NULL, "CN=a,O=Test", "");
	expect("/O=Test/CN=a", NULL, "CN=a,O=Test", "");
	expect("cn = a , o=Test", NULL, "CN=a,O=Test", "");
	expect("CN=a+serialNumber=7", NULL, "serialNumber=7+CN=a", "");
	expect("CN=M\xc3\xbcller\\, A", NULL, "CN=M\\C3\\BCller\\, A", "");
	expect("emailAddress=x@a.example", NULL, "emailAddress=x@a.example", "");
	expect(NULL, "DNS:A.Example, IP:192.0.2.1 ,IP:2001:DB8::0:1", "",
	    "DNS:a.example\nIP:192.0.2.1\nIP:2001:db8::1\n");
	expect(NULL, "email:X@a.example,URI:urn:x,UPN:x@a.example", "",
	    "email:X@a.example\nURI:urn:x\nUPN:x@a.example\n");
}

static void
what_cannot_be_issued_cannot_be_bound(void)
{
	static const char *const subjects[] = {"", "device", "CN=", "CN=a\x01", "/"};
	static const char *const sans[] = {"", "a.example", "DNS:", ":a", "DNS:a,", "IP:300.0.0.1",
	    "UPN:x@a", "RID:1.2.3", "dirName:x", "otherName:1.2.3;UTF8:x", "DNS:a\nb",
	    "DNS:\xc3\xbc.example", "URI:tag:microsoft.com,2022-09-14:sid:S-1-5", "email:copy\x7f",
	    "UPN:x\x01@a.example", "URI:urn:\x01x"};
	struct profile p;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(profile_init(&p, &e), 0);
	for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
		struct binding b = {0};

		err_clear(&e);
		CU_ASSERT_EQUAL(binding_subject(&b, subjects[i], &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_USAGE);
		binding_free(&b);
	}
	for (size_t i = 0; i < sizeof sans / sizeof *sans; i++) {
		struct binding b = {0};

		err_clear(&e);
		CU_ASSERT_EQUAL(binding_sans(&p, &b, sans[i], &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_USAGE);
		binding_free(&b);
	}
	profile_free(&p);
}

CU_TestInfo binding_tests[] = {
    T(names_become_the_text_of_a_certificate),
    T(what_cannot_be_issued_cannot_be_bound),
    CU_TEST_INFO_NULL,
};
