/* SPDX-License-Identifier: ISC
 *
 * One request per forbidden extension, and what becomes of the harmless ones.
 */
#include <string.h>

#include <openssl/x509v3.h>

#include "base/enc.h"
#include "ca/extreq.h"
#include "make.h"
#include "suites.h"

static struct profile
profile_default(void)
{
	struct err e = ERR_INIT;
	struct profile p;

	CU_ASSERT_EQUAL_FATAL(profile_init(&p, &e), 0);
	return p;
}

/* Admits and frees `exts`; the result is in *r. */
static enum err_code
admit(STACK_OF(X509_EXTENSION) *exts, struct extreq *r, char detail[384])
{
	struct profile p = profile_default();
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(extreq_admit(&p, exts, r, &e), e.code == ERR_OK ? 0 : -1);
	memcpy(detail, e.detail, sizeof e.detail);
	profile_free(&p);
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	return e.code;
}

static enum err_code
admit_one(const char *oid, const char *value)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	char detail[384];
	struct extreq r;

	make_ext(&exts, oid, value);
	return admit(exts, &r, detail);
}

static enum err_code
admit_hex(const char *oid, const char *hex)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	struct buf value = {0};
	char detail[384];
	struct extreq r;
	enum err_code code;

	CU_ASSERT_EQUAL_FATAL(hex_read(&value, view_str(hex)), 0);
	make_raw_ext(&exts, oid, buf_view(&value));
	code = admit(exts, &r, detail);
	if (code == ERR_FORBID_SID)
		CU_ASSERT_PTR_NOT_NULL(strstr(detail, oid));
	buf_free(&value);
	return code;
}

static void
none_at_all(void)
{
	char detail[384];
	struct extreq r;

	CU_ASSERT_EQUAL(admit(NULL, &r, detail), ERR_OK);
	CU_ASSERT_EQUAL(r.san.n, 0);
	CU_ASSERT_STRING_EQUAL(r.dropped, "");
}

static void
a_ca_certificate(void)
{
	CU_ASSERT_EQUAL(admit_one("2.5.29.19", "CA:TRUE"), ERR_FORBID_CA);
	CU_ASSERT_EQUAL(admit_one("2.5.29.19", "critical,CA:TRUE,pathlen:0"), ERR_FORBID_CA);
	CU_ASSERT_EQUAL(admit_hex("2.5.29.19", "3003010101"), ERR_FORBID_CA); /* TRUE, not as DER */
	CU_ASSERT_EQUAL(admit_one("2.5.29.19", "CA:FALSE"), ERR_OK);
}

static void
key_usages_of_a_ca(void)
{
	CU_ASSERT_EQUAL(admit_one("2.5.29.15", "keyCertSign"), ERR_FORBID_KEY_USAGE);
	CU_ASSERT_EQUAL(admit_one("2.5.29.15", "cRLSign"), ERR_FORBID_KEY_USAGE);
	CU_ASSERT_EQUAL(
	    admit_one("2.5.29.15", "digitalSignature,keyCertSign"), ERR_FORBID_KEY_USAGE);
	CU_ASSERT_EQUAL(
	    admit_one("2.5.29.15", "digitalSignature,nonRepudiation,keyEncipherment,"
	                           "dataEncipherment,keyAgreement,encipherOnly,decipherOnly"),
	    ERR_OK);
}

static void
extended_key_usages_that_mean_more(void)
{
	static const char *const bad[] = {
	    "2.5.29.37.0",            /* any */
	    "1.3.6.1.4.1.311.20.2.2", /* smart card logon */
	    "1.3.6.1.4.1.311.20.2.1", /* certificate request agent */
	    "1.3.6.1.5.5.7.3.9",      /* OCSPSigning */
	    "1.3.6.1.5.2.3.5",        /* KDC */
	};
	char behind[64];

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		CU_ASSERT_EQUAL(admit_one("2.5.29.37", bad[i]), ERR_FORBID_EKU);
		snprintf(behind, sizeof behind, "clientAuth,%s", bad[i]);
		CU_ASSERT_EQUAL(admit_one("2.5.29.37", behind), ERR_FORBID_EKU);
	}
	CU_ASSERT_EQUAL(admit_one("2.5.29.37", "clientAuth,serverAuth,emailProtection"), ERR_OK);
}

/* Its text would take OpenSSL long to make. */
static void
a_usage_of_great_length(void)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	uint8_t der[69] = {0x30, 67, 0x06, 65, 0x2a};
	char detail[384];
	struct extreq r;

	make_raw_ext(&exts, "2.5.29.37", view_of(der, sizeof der));
	CU_ASSERT_EQUAL(admit(exts, &r, detail), ERR_EXTENSIONS);
}

/* What the operator wrote into the profile may be asked for. */
static void
a_usage_that_the_profile_gives(void)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	struct profile p = profile_default();
	struct extreq r;
	struct err e = ERR_INIT;

	make_ext(&exts, "2.5.29.37", "1.3.6.1.4.1.311.20.2.2");
	CU_ASSERT_EQUAL(extreq_admit(&p, exts, &r, &e), -1);
	err_clear(&e);
	sk_ASN1_OBJECT_push(p.ext_key_usage, OBJ_txt2obj("1.3.6.1.4.1.311.20.2.2", 1));
	CU_ASSERT_EQUAL(extreq_admit(&p, exts, &r, &e), 0);
	CU_ASSERT_STRING_EQUAL(r.dropped, "");
	profile_free(&p);
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
}

static void
the_ad_security_identifier(void)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	char detail[384];
	struct extreq r;

	CU_ASSERT_EQUAL(admit_hex("1.3.6.1.4.1.311.25.2", "3000"), ERR_FORBID_SID);
	CU_ASSERT_EQUAL(admit_hex("1.3.6.1.4.1.311.25.2", "00"), ERR_FORBID_SID);
	make_uri(&exts, "tag:microsoft.com,2022-09-14:sid:S-1-5-21");
	CU_ASSERT_EQUAL(admit(exts, &r, detail), ERR_FORBID_SID);
}

static void
constraints(void)
{
	CU_ASSERT_EQUAL(
	    admit_one("2.5.29.30", "critical,permitted;DNS:example.org"), ERR_FORBID_CONSTRAINTS);
	CU_ASSERT_EQUAL(admit_one("2.5.29.36", "requireExplicitPolicy:3"), ERR_FORBID_CONSTRAINTS);
	CU_ASSERT_EQUAL(admit_one("2.5.29.33", "1.2.3.4:1.2.3.5"), ERR_FORBID_CONSTRAINTS);
	CU_ASSERT_EQUAL(admit_one("2.5.29.54", "2"), ERR_FORBID_CONSTRAINTS);
}

static void
names_are_looked_at(void)
{
	CU_ASSERT_EQUAL(
	    admit_one("2.5.29.17", "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:a@b"), ERR_FORBID_UPN);
	CU_ASSERT_EQUAL(admit_one("2.5.29.17", "RID:1.2.3.4"), ERR_FORBID_SAN);
	CU_ASSERT_EQUAL(admit_one("2.5.29.17", "DNS:example.org"), ERR_OK);
}

static void
what_cannot_be_read(void)
{
	static const char *const oids[] = {"2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.17"};
	static const char *const bad[] = {"", "00", "3001", "0401ff"};

	for (size_t i = 0; i < sizeof oids / sizeof oids[0]; i++)
		for (size_t j = 0; j < sizeof bad / sizeof bad[0]; j++)
			CU_ASSERT_EQUAL(admit_hex(oids[i], bad[j]), ERR_EXTENSIONS);
	CU_ASSERT_EQUAL(admit_hex("2.5.29.19", "300000"), ERR_EXTENSIONS);
}

static void
the_same_one_twice(void)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	char detail[384];
	struct extreq r;

	make_ext(&exts, "2.5.29.17", "DNS:a.example.org");
	make_ext(&exts, "2.5.29.15", "digitalSignature");
	make_ext(&exts, "2.5.29.17", "DNS:b.example.org");
	CU_ASSERT_EQUAL(admit(exts, &r, detail), ERR_EXTENSIONS);
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "2.5.29.17"));
	exts = NULL;
	make_raw_ext(&exts, "1.2.3.4", view_str("x"));
	make_raw_ext(&exts, "1.2.3.4", view_str("x"));
	CU_ASSERT_EQUAL(admit(exts, &r, detail), ERR_EXTENSIONS);
}

static void
too_many(void)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	char detail[384], oid[32];
	struct extreq r;

	for (int i = 0; i < EXTREQ_MAX; i++) {
		snprintf(oid, sizeof oid, "1.2.3.%d", i);
		make_raw_ext(&exts, oid, view_str("x"));
	}
	CU_ASSERT_EQUAL(admit(exts, &r, detail), ERR_OK);
	exts = NULL;
	for (int i = 0; i <= EXTREQ_MAX; i++) {
		snprintf(oid, sizeof oid, "1.2.3.%d", i);
		make_raw_ext(&exts, oid, view_str("x"));
	}
	CU_ASSERT_EQUAL(admit(exts, &r, detail), ERR_EXTENSIONS);
}

static void
what_is_taken_and_what_is_noted(void)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	struct profile p = profile_default();
	struct err e = ERR_INIT;
	struct extreq r;
	const ASN1_OCTET_STRING *san;

	make_ext(&exts, "2.5.29.14", "0102");
	make_ext(&exts, "2.5.29.19", "CA:FALSE");
	make_ext(&exts, "2.5.29.15", "digitalSignature,keyEncipherment");
	make_ext(&exts, "2.5.29.37", "clientAuth");
	make_ext(&exts, "2.5.29.17", "DNS:a.example.org");
	make_raw_ext(&exts, "1.3.6.1.4.1.311.20.2", view_str("template"));
	make_raw_ext(&exts, "2.5.29.35", view_str("0"));
	make_raw_ext(&exts, "1.2.3.4", view_str("x"));
	CU_ASSERT_EQUAL(extreq_admit(&p, exts, &r, &e), 0);
	CU_ASSERT_STRING_EQUAL(r.dropped, "1.3.6.1.4.1.311.20.2,1.2.3.4");
	san = X509_EXTENSION_get_data(sk_X509_EXTENSION_value(exts, 4));
	CU_ASSERT_PTR_EQUAL(r.san.p, ASN1_STRING_get0_data(san));
	CU_ASSERT_EQUAL(r.san.n, (size_t)ASN1_STRING_length(san));
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	profile_free(&p);
}

static void
usages_beyond_the_profile_are_noted(void)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	char detail[384];
	struct extreq r;

	make_ext(&exts, "2.5.29.15", "digitalSignature,dataEncipherment");
	make_ext(&exts, "2.5.29.37", "clientAuth,serverAuth");
	CU_ASSERT_EQUAL(admit(exts, &r, detail), ERR_OK);
	CU_ASSERT_STRING_EQUAL(r.dropped, "2.5.29.15,2.5.29.37");
}

static void
the_note_holds_whole_oids_only(void)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	char detail[384], oid[40];
	struct extreq r;

	for (int i = 0; i < 10; i++) {
		snprintf(oid, sizeof oid, "1.2.3.4.5.6.7.8.9.%d", 100000000 + i);
		make_raw_ext(&exts, oid, view_str("x"));
	}
	CU_ASSERT_EQUAL(admit(exts, &r, detail), ERR_OK);
	CU_ASSERT_EQUAL(strlen(r.dropped), 5 * 28 - 1);
	CU_ASSERT_STRING_EQUAL(r.dropped + 4 * 28, "1.2.3.4.5.6.7.8.9.100000004");
}

CU_TestInfo extreq_tests[] = {
    T(none_at_all),
    T(a_ca_certificate),
    T(key_usages_of_a_ca),
    T(extended_key_usages_that_mean_more),
    T(a_usage_of_great_length),
    T(a_usage_that_the_profile_gives),
    T(the_ad_security_identifier),
    T(constraints),
    T(names_are_looked_at),
    T(what_cannot_be_read),
    T(the_same_one_twice),
    T(too_many),
    T(what_is_taken_and_what_is_noted),
    T(usages_beyond_the_profile_are_noted),
    T(the_note_holds_whole_oids_only),
    CU_TEST_INFO_NULL,
};
