/* SPDX-License-Identifier: ISC
 *
 * Subjects and subjectAltNames, octet by octet where OpenSSL would not write what is tested.
 */
#include <string.h>

#include <openssl/x509v3.h>

#include "base/enc.h"
#include "ca/names.h"
#include "make.h"
#include "suites.h"

/* One attribute of any type and string type. */
static enum err_code
subject_with(int nid, int type, const void *value, int n)
{
	X509_NAME *name = X509_NAME_new();
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
	                          (const unsigned char *)"device", -1, -1, 0),
	    1);
	CU_ASSERT_EQUAL_FATAL(
	    X509_NAME_add_entry_by_NID(name, nid, type, (const unsigned char *)value, n, -1, 0), 1);
	CU_ASSERT_EQUAL(names_admit_subject(name, &e), e.code == ERR_OK ? 0 : -1);
	X509_NAME_free(name);
	return e.code;
}

static void
what_devices_send_passes(void)
{
	static const struct {
		int nid, type;
		const char *value;
	} good[] = {
	    {NID_pkcs9_unstructuredName, V_ASN1_IA5STRING, "router.example.org"},
	    {NID_pkcs9_unstructuredName, V_ASN1_PRINTABLESTRING, "router_1.example.org"},
	    {NID_pkcs9_unstructuredAddress, V_ASN1_PRINTABLESTRING, "192.0.2.1"},
	    {NID_serialNumber, V_ASN1_PRINTABLESTRING, "301b2d89"},
	    {NID_pkcs9_emailAddress, V_ASN1_IA5STRING, "a@example.org"},
	    {NID_commonName, V_ASN1_T61STRING, "Z\xfcrich"},
	    {NID_commonName, V_ASN1_UTF8STRING, "Z\xc3\xbcrich"},
	    {NID_userId, V_ASN1_UTF8STRING, "42"},
	    {NID_countryName, V_ASN1_PRINTABLESTRING, "Switzerland"},
	    {NID_dnQualifier, V_ASN1_NUMERICSTRING, "1 2 3"},
	};

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		CU_ASSERT_EQUAL(subject_with(good[i].nid, good[i].type, good[i].value, -1), ERR_OK);
	CU_ASSERT_EQUAL(subject_with(NID_commonName, V_ASN1_BMPSTRING, "\0Z\0\xfc", 4), ERR_OK);
	CU_ASSERT_EQUAL(
	    subject_with(NID_commonName, V_ASN1_UNIVERSALSTRING, "\0\0\0Z\0\1\xf5\x11", 8), ERR_OK);
}

static void
an_empty_subject_and_multi_valued_rdns_pass(void)
{
	X509_NAME *name = X509_NAME_new();
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(names_admit_subject(name, &e), 0);
	X509_NAME_add_entry_by_txt(
	    name, "serialNumber", MBSTRING_UTF8, (const unsigned char *)"1", -1, -1, 0);
	X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_UTF8, (const unsigned char *)"pix", -1, -1, -1);
	X509_NAME_add_entry_by_txt(
	    name, "unstructuredName", MBSTRING_UTF8, (const unsigned char *)"pix", -1, -1, -1);
	CU_ASSERT_EQUAL(X509_NAME_ENTRY_set(X509_NAME_get_entry(name, 2)), 0);
	CU_ASSERT_EQUAL(names_admit_subject(name, &e), 0);
	X509_NAME_free(name);
}

static void
a_value_that_is_no_text(void)
{
	static const struct {
		int type;
		const char *value;
		int n;
	} bad[] = {
	    {V_ASN1_UTF8STRING, "", 0},
	    {V_ASN1_UTF8STRING, "a\0b", 3},
	    {V_ASN1_UTF8STRING, "a\nb", 3},
	    {V_ASN1_UTF8STRING, "a\x7f", 2},
	    {V_ASN1_UTF8STRING, "\xc2\x85", 2},
	    {V_ASN1_UTF8STRING, "\xc3", 1},
	    {V_ASN1_UTF8STRING, "\xff", 1},
	    {V_ASN1_PRINTABLESTRING, "a\0b", 3},
	    {V_ASN1_PRINTABLESTRING, "Z\xfcrich", 6},
	    {V_ASN1_IA5STRING, "Z\xfcrich", 6},
	    {V_ASN1_IA5STRING, "a\x1b[2J", 5},
	    {V_ASN1_NUMERICSTRING, "1\xb2", 2},
	    {V_ASN1_T61STRING, "a\x9f", 2},
	    {V_ASN1_BMPSTRING, "\0\0", 2},
	    {V_ASN1_BMPSTRING, "\xd8\0\0a", 4},
	    {V_ASN1_UNIVERSALSTRING, "\0\x11\0\0", 4},
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CU_ASSERT_EQUAL(
		    subject_with(NID_organizationName, bad[i].type, bad[i].value, bad[i].n),
		    ERR_SUBJECT_TEXT);
}

static void
a_value_is_bounded_in_characters(void)
{
	char text[2 * 256];

	memset(text, 'x', sizeof text);
	CU_ASSERT_EQUAL(subject_with(NID_organizationName, V_ASN1_UTF8STRING, text, 255), ERR_OK);
	CU_ASSERT_EQUAL(
	    subject_with(NID_organizationName, V_ASN1_UTF8STRING, text, 256), ERR_SUBJECT_TEXT);
	for (size_t i = 0; i < sizeof text; i += 2)
		memcpy(text + i, "\xc3\xbc", 2);
	CU_ASSERT_EQUAL(subject_with(NID_organizationName, V_ASN1_UTF8STRING, text, 510), ERR_OK);
	CU_ASSERT_EQUAL(
	    subject_with(NID_organizationName, V_ASN1_UTF8STRING, text, 512), ERR_SUBJECT_TEXT);
}

static void
a_value_that_is_no_string(void)
{
	static const int types[] = {V_ASN1_BIT_STRING, V_ASN1_SEQUENCE};

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		CU_ASSERT_EQUAL(subject_with(NID_x500UniqueIdentifier, types[i], "\x30\x00", 2),
		    ERR_SUBJECT_ITEM);
}

/* GeneralNames of one name: context tag, content. */
static enum err_code
san_with(const struct profile *p, uint8_t tag, const void *content, size_t n)
{
	struct err e = ERR_INIT;
	struct buf der = {0};
	uint8_t head[] = {0x30, (uint8_t)(n + 2), tag, (uint8_t)n};

	CU_ASSERT_FATAL(n < 120);
	CU_ASSERT_EQUAL_FATAL(buf_add(&der, head, sizeof head), 0);
	CU_ASSERT_EQUAL_FATAL(buf_add(&der, content, n), 0);
	CU_ASSERT_EQUAL(names_admit_san(p, buf_view(&der), &e), e.code == ERR_OK ? 0 : -1);
	buf_free(&der);
	return e.code;
}

enum {
	OTHER = 0xa0,
	MAIL = 0x81,
	DNS = 0x82,
	X400 = 0xa3,
	DIR = 0xa4,
	EDI = 0xa5,
	URI = 0x86,
	IP = 0x87,
	RID = 0x88
};

static enum err_code
san_text(uint8_t tag, const char *text)
{
	static const struct profile p = {.name = "p"};

	return san_with(&p, tag, text, strlen(text));
}

static void
ordinary_names_pass(void)
{
	static const struct profile p = {.name = "p"};

	CU_ASSERT_EQUAL(san_text(DNS, "host.example.org"), ERR_OK);
	CU_ASSERT_EQUAL(san_text(DNS, "*.example.org"), ERR_OK);
	CU_ASSERT_EQUAL(san_text(MAIL, "a@example.org"), ERR_OK);
	CU_ASSERT_EQUAL(san_text(URI, "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"), ERR_OK);
	CU_ASSERT_EQUAL(san_text(URI, "tag:microsoft.com,2022-09-14:other"), ERR_OK);
	CU_ASSERT_EQUAL(san_with(&p, IP, "\xc0\0\2\1", 4), ERR_OK);
	CU_ASSERT_EQUAL(san_with(&p, IP, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16), ERR_OK);
}

static void
an_ad_security_identifier(void)
{
	CU_ASSERT_EQUAL(
	    san_text(URI, "tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-500"), ERR_FORBID_SID);
	CU_ASSERT_EQUAL(
	    san_text(URI, "TAG:Microsoft.COM,2022-09-14:SID:S-1-5-21-1-2-3-500"), ERR_FORBID_SID);
	CU_ASSERT_EQUAL(san_text(URI, "tag:microsoft.com,2022-09-14:sid:"), ERR_FORBID_SID);
}

static void
a_user_principal_name(void)
{
	static const char upn[] = "\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03\xa0\x05\x0c\x03"
	                          "a@b";
	static const char ia5[] = "\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03\xa0\x05\x16\x03"
	                          "a@b";
	static const char nul[] = "\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03\xa0\x05\x0c\x03"
	                          "a\0b";
	static const char null[] =
	    "\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03\xa0\x02\x05\x00";
	struct profile p = {.allow_upn = false};

	CU_ASSERT_EQUAL(san_with(&p, OTHER, upn, sizeof upn - 1), ERR_FORBID_UPN);
	p.allow_upn = true;
	CU_ASSERT_EQUAL(san_with(&p, OTHER, upn, sizeof upn - 1), ERR_OK);
	CU_ASSERT_EQUAL(san_with(&p, OTHER, ia5, sizeof ia5 - 1), ERR_FORBID_SAN);
	CU_ASSERT_EQUAL(san_with(&p, OTHER, nul, sizeof nul - 1), ERR_FORBID_SAN);
	CU_ASSERT_EQUAL(san_with(&p, OTHER, null, sizeof null - 1), ERR_FORBID_SAN);
}

static void
names_of_other_types(void)
{
	/* otherName of type 1.2.3.4 and of one that OpenSSL knows; a Name; an empty ORAddress; a
	 * partyName; 1.2.3.4 */
	static const char other[] = "\x06\x03\x2a\x03\x04\xa0\x03\x0c\x01x";
	static const char known[] = "\x06\x03\x55\x04\x03\xa0\x03\x0c\x01x";
	static const char dir[] = "\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01x";
	static const char x400[] = "\x30\x00";
	static const char edi[] = "\xa1\x03\x0c\x01x";
	static const char rid[] = "\x2a\x03\x04";
	const struct profile p = {.allow_upn = true};

	CU_ASSERT_EQUAL(san_with(&p, OTHER, other, sizeof other - 1), ERR_FORBID_SAN);
	CU_ASSERT_EQUAL(san_with(&p, OTHER, known, sizeof known - 1), ERR_FORBID_SAN);
	CU_ASSERT_EQUAL(san_with(&p, DIR, dir, sizeof dir - 1), ERR_FORBID_SAN);
	CU_ASSERT_EQUAL(san_with(&p, X400, x400, sizeof x400 - 1), ERR_FORBID_SAN);
	CU_ASSERT_EQUAL(san_with(&p, EDI, edi, sizeof edi - 1), ERR_FORBID_SAN);
	CU_ASSERT_EQUAL(san_with(&p, RID, rid, sizeof rid - 1), ERR_FORBID_SAN);
}

static void
names_with_other_octets(void)
{
	static const uint8_t tags[] = {DNS, MAIL, URI};
	const struct profile p = {.name = "p"};

	for (size_t i = 0; i < sizeof tags; i++) {
		CU_ASSERT_EQUAL(san_with(&p, tags[i], "good.example\0.evil", 18), ERR_FORBID_SAN);
		CU_ASSERT_EQUAL(san_with(&p, tags[i], "a\nb", 3), ERR_FORBID_SAN);
		CU_ASSERT_EQUAL(san_with(&p, tags[i], "z\xc3\xbcri", 5), ERR_FORBID_SAN);
		CU_ASSERT_EQUAL(san_with(&p, tags[i], "", 0), ERR_FORBID_SAN);
	}
	for (size_t n = 0; n <= 17; n++)
		CU_ASSERT_EQUAL(san_with(&p, IP, "0123456789abcdefg", n),
		    n == 4 || n == 16 ? ERR_OK : ERR_FORBID_SAN);
}

static void
every_name_is_looked_at(void)
{
	static const char both[] = "\x30\x0f\x82\x01x\x86\x04t:ab\x88\x04\x2a\x03\x04\x05";
	const struct profile p = {.name = "p"};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(names_admit_san(&p, view_of(both, sizeof both - 1), &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_FORBID_SAN);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "registeredID"));
}

static void
what_is_no_general_names(void)
{
	static const struct {
		const char *der;
		size_t n;
	} bad[] = {
	    {"", 0}, {"\x30\x00", 2},         /* none */
	    {"\x30\x03\x82\x01x\x00", 6},     /* an octet left over */
	    {"\x30\x03\x82\x02x", 5},         /* cut short */
	    {"\x04\x03\x82\x01x", 5},         /* no sequence */
	    {"\x30\x80\x82\x01x\x00\x00", 7}, /* BER */
	    {"\x30\x81\x03\x82\x01x", 6},     /* BER, a long form without need */
	    {"\x30\x03\x89\x01x", 5},         /* no such choice */
	};
	const struct profile p = {.name = "p"};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err e = ERR_INIT;

		CU_ASSERT_EQUAL(names_admit_san(&p, view_of(bad[i].der, bad[i].n), &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_EXTENSIONS);
	}
}

/* A subjectAltName of n DNS names of one letter. */
static enum err_code
san_of(size_t n)
{
	const struct profile p = {.name = "p"};
	uint8_t der[4 + 3 * (NAMES_SAN_MAX + 1)], *at = der;
	struct err e = ERR_INIT;

	*at++ = 0x30;
	if (3 * n > 255)
		*at++ = 0x82, *at++ = (uint8_t)(3 * n >> 8);
	else
		*at++ = 0x81;
	*at++ = (uint8_t)(3 * n);
	for (size_t i = 0; i < n; i++) {
		memcpy(at, "\x82\x01x", 3);
		at += 3;
	}
	(void)!names_admit_san(&p, view_of(der, (size_t)(at - der)), &e);
	return e.code;
}

static void
names_are_counted(void)
{
	CU_ASSERT_EQUAL(san_of(NAMES_SAN_MAX), ERR_OK);
	CU_ASSERT_EQUAL(san_of(NAMES_SAN_MAX + 1), ERR_EXTENSIONS);
}

/* otherName with a type whose text would take OpenSSL long to make. */
static void
a_long_object_identifier(void)
{
	const struct profile p = {.name = "p"};
	uint8_t der[80] = {0x30, 73, 0xa0, 71, 0x06, 65, 0x2a};
	struct err e = ERR_INIT;

	memcpy(der + 6 + 65, "\xa0\x02\x05", 3);
	CU_ASSERT_EQUAL(names_admit_san(&p, view_of(der, 75), &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_EXTENSIONS);
}

static void
a_subject_as_text(void)
{
	X509_NAME *name = X509_NAME_new();
	char text[128], little[8];

	name_text(name, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "");
	X509_NAME_add_entry_by_txt(
	    name, "O", V_ASN1_UNIVERSALSTRING, (const unsigned char *)"\0\x11\0\0", 4, -1, 0);
	X509_NAME_add_entry_by_txt(
	    name, "CN", V_ASN1_UTF8STRING, (const unsigned char *)"z\xc3\xbcri", 5, -1, 0);
	name_text(name, text, sizeof text);
	/* the first value is no text: then all are shown as octets */
	CU_ASSERT_STRING_EQUAL(text, "CN=#0C057AC3BC7269,O=#1C0400110000");
	X509_NAME_ENTRY_free(X509_NAME_delete_entry(name, 0));
	X509_NAME_add_entry_by_txt(
	    name, "O", V_ASN1_UTF8STRING, (const unsigned char *)"A, B\n", 5, -1, 0);
	name_text(name, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "O=A\\, B\\0A,CN=z\\C3\\BCri");
	name_text(name, little, sizeof little);
	CU_ASSERT_STRING_EQUAL(little, "O=A\\, B");
	name_text(name, little, 1);
	CU_ASSERT_STRING_EQUAL(little, "");
	X509_NAME_free(name);
}

CU_TestInfo names_tests[] = {
    T(what_devices_send_passes),
    T(an_empty_subject_and_multi_valued_rdns_pass),
    T(a_value_that_is_no_text),
    T(a_value_is_bounded_in_characters),
    T(a_value_that_is_no_string),
    T(ordinary_names_pass),
    T(an_ad_security_identifier),
    T(a_user_principal_name),
    T(names_of_other_types),
    T(names_with_other_octets),
    T(every_name_is_looked_at),
    T(what_is_no_general_names),
    T(names_are_counted),
    T(a_long_object_identifier),
    T(a_subject_as_text),
    CU_TEST_INFO_NULL,
};
