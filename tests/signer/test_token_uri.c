/* SPDX-License-Identifier: ISC
 *
 * pkcs11 URIs: what is understood, and what is refused rather than read in part. No message repeats
 * a PIN.
 */
#include <string.h>

#include "harness.h"
#include "signer/token.h"
#include "suites.h"

static void
every_part_is_read(void)
{
	struct err e = ERR_INIT;
	struct token_uri u;

	CU_ASSERT_EQUAL(
	    token_uri_read("pkcs11:token=My%20token;manufacturer=A;model=B;serial=c-1;"
	                   "object=the/key;id=%00%ff1;type=private?module-path=/usr/lib/x%20y.so",
	        &u, &e),
	    0);
	CU_ASSERT_STRING_EQUAL(u.token, "My token");
	CU_ASSERT_STRING_EQUAL(u.manufacturer, "A");
	CU_ASSERT_STRING_EQUAL(u.model, "B");
	CU_ASSERT_STRING_EQUAL(u.serial, "c-1");
	CU_ASSERT_STRING_EQUAL(u.object, "the/key");
	CU_ASSERT_STRING_EQUAL(u.module, "/usr/lib/x y.so");
	CU_ASSERT_EQUAL(u.id_len, 3);
	CU_ASSERT_EQUAL(memcmp(u.id,
	                    "\0\xff"
	                    "1",
	                    3),
	    0);
	CU_ASSERT_EQUAL(token_uri_read("PKCS11:id=%01", &u, &e), 0);
	CU_ASSERT_STRING_EQUAL(u.text, "PKCS11:id=%01");
	CU_ASSERT_STRING_EQUAL(u.module, "");
}

static void
a_path_is_no_uri(void)
{
	CU_ASSERT_TRUE(token_is_uri("pkcs11:object=x"));
	CU_ASSERT_TRUE(token_is_uri("PKCS11:"));
	CU_ASSERT_FALSE(token_is_uri("ra/pkcs11:object=x"));
	CU_ASSERT_FALSE(token_is_uri("pkcs11"));
	CU_ASSERT_FALSE(token_is_uri(""));
}

static void
what_is_not_understood_is_refused(void)
{
	static const struct {
		const char *uri, *says;
	} cases[] = {
	    {"file:object=x", "not a pkcs11 URI"},
	    {"pkcs11:", "names no key"},
	    {"pkcs11:token=x", "names no key"},
	    {"pkcs11:object", "name=value"},
	    {"pkcs11:=x", "name=value"},
	    {"pkcs11:ob ject=x", "name=value"},
	    {"pkcs11:object=x;", "nothing behind"},
	    {"pkcs11:object=x;;id=1", "name=value"},
	    {"pkcs11:object=", "object: empty"},
	    {"pkcs11:id=", "id: empty"},
	    {"pkcs11:object=a%00b", "object: empty, too long, or with a NUL"},
	    {"pkcs11:object=a%4", "object: a character"},
	    {"pkcs11:object=a%4x", "object: a character"},
	    {"pkcs11:object=a b", "object: a character"},
	    {"pkcs11:object=a\xc3\xa4", "object: a character"},
	    {"pkcs11:object=a;object=b", "object: stands there twice"},
	    {"pkcs11:id=a;id=b", "id: stands there twice"},
	    {"pkcs11:object=x;type=public", "type: must be private"},
	    {"pkcs11:object=x;slot-id=1", "slot-id: not understood"},
	    {"pkcs11:object=x;library-version=1", "library-version: not understood"},
	    {"pkcs11:object=x?module-name=softhsm2", "module-name: not understood"},
	    {"pkcs11:object=x?module-path=lib.so", "module-path: must be an absolute path"},
	    {"pkcs11:object=x?module-path=/a&module-path=/b", "module-path: stands there twice"},
	    {"pkcs11:object=x;token=123456789012345678901234567890123", "token: empty, too long"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = ERR_INIT;
		struct token_uri u;

		CU_ASSERT_EQUAL(token_uri_read(cases[i].uri, &u, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
		if (strstr(e.detail, cases[i].says) == NULL)
			printf("\n  %s: %s\n", cases[i].uri, e.detail);
		CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, cases[i].says));
	}
}

static void
a_pin_is_refused_and_not_repeated(void)
{
	static const char *const uris[] = {"pkcs11:object=x?pin-value=s3cret",
	    "pkcs11:object=x?module-path=/a&pin-value=s3cret",
	    "pkcs11:object=x?pin-source=file:/s3cret", "pkcs11:object=x;pin-value=s3cret",
	    "pkcs11:object=x?pin-value=s3cret%", "pkcs11:object=x?pin-value=s3cret;x"};

	for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
		struct err e = ERR_INIT;
		struct token_uri u;

		CU_ASSERT_EQUAL(token_uri_read(uris[i], &u, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
		CU_ASSERT_PTR_NULL(strstr(e.detail, "s3cret"));
		CU_ASSERT_EQUAL(strstr(e.detail, "put it where passphrases") != NULL, i < 3);
		CU_ASSERT_EQUAL(u.text[0], '\0');
	}
}

static void
lengths_are_bounded(void)
{
	char text[TOKEN_URI_MAX + 64];
	struct err e = ERR_INIT;
	struct token_uri u;

	memset(text, 'a', sizeof text);
	memcpy(text, "pkcs11:object=", 14);
	text[14 + 255] = '\0';
	CU_ASSERT_EQUAL(token_uri_read(text, &u, &e), 0);
	text[14 + 255] = 'a';
	text[14 + 256] = '\0';
	CU_ASSERT_EQUAL(token_uri_read(text, &u, &e), -1);
	memset(text + 14, 'a', sizeof text - 14);
	text[TOKEN_URI_MAX + 1] = '\0';
	err_clear(&e);
	CU_ASSERT_EQUAL(token_uri_read(text, &u, &e), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "pkcs11 URI: too long"));
	memcpy(text, "pkcs11:id=", 10);
	text[10 + 128] = '\0';
	err_clear(&e);
	CU_ASSERT_EQUAL(token_uri_read(text, &u, &e), 0);
	CU_ASSERT_EQUAL(u.id_len, 128);
	text[10 + 128] = 'a';
	text[10 + 129] = '\0';
	CU_ASSERT_EQUAL(token_uri_read(text, &u, &e), -1);
}

static CU_TestInfo tests[] = {
    T(every_part_is_read),
    T(a_path_is_no_uri),
    T(what_is_not_understood_is_refused),
    T(a_pin_is_refused_and_not_repeated),
    T(lengths_are_bounded),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo token_uri_suite = {"token_uri", NULL, NULL, NULL, NULL, tests};
