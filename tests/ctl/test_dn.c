/* SPDX-License-Identifier: ISC
 *
 * Names from text: order, escapes, multi-valued RDNs, types, refusals.
 */
#include <string.h>

#include "ctl/dn.h"
#include "suites.h"

/* "type=value" of each attribute in the order of the encoding; '+' before one that shares the RDN
 * of the last. */
static void
spell(const X509_NAME *name, char *out, size_t len)
{
	size_t at = 0;
	int before = -1;

	out[0] = '\0';
	for (int i = 0; i < X509_NAME_entry_count(name) && at < len; i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
		const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
		char type[64];

		OBJ_obj2txt(type, sizeof type, X509_NAME_ENTRY_get_object(entry), 0);
		at += (size_t)snprintf(out + at, len - at, "%s%s=%.*s",
		    i == 0                                 ? ""
		    : X509_NAME_ENTRY_set(entry) == before ? "+"
		                                           : ";",
		    type, ASN1_STRING_length(value), (const char *)ASN1_STRING_get0_data(value));
		before = X509_NAME_ENTRY_set(entry);
	}
}

static void
names_are_read(void)
{
	static const struct {
		const char *text, *spelled;
	} names[] = {
	    {"CN=x,O=y,C=DE", "countryName=DE;organizationName=y;commonName=x"},
	    {"/C=DE/O=y/CN=x", "countryName=DE;organizationName=y;commonName=x"},
	    {" CN = x y , O=z ", "organizationName=z;commonName=x y"},
	    {"cn=x,o=y", "organizationName=y;commonName=x"},
	    {"CN=a\\,b\\+c\\=d\\\\", "commonName=a,b+c=d\\"},
	    {"CN=a\\2Cb\\20", "commonName=a,b "},
	    {"CN=a\\ ", "commonName=a "},
	    {"/CN=a\\/b", "commonName=a/b"},
	    {"CN=a/b", "commonName=a/b"},
	    {"CN=a+serialNumber=1,O=y", "organizationName=y;commonName=a+serialNumber=1"},
	    {"/O=y/CN=a+SERIALNUMBER=1", "organizationName=y;commonName=a+serialNumber=1"},
	    {"E=a@b.example,DC=b,DC=example",
	        "domainComponent=example;domainComponent=b;emailAddress=a@b.example"},
	    {"2.5.4.3=x", "commonName=x"},
	    {"CN=M\xc3\xbcller", "commonName=M\xc3\xbcller"},
	};
	char spelled[512];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct err e = ERR_INIT;
		X509_NAME *name = dn_read(names[i].text, &e);

		CU_ASSERT_PTR_NOT_NULL_FATAL(name);
		spell(name, spelled, sizeof spelled);
		CU_ASSERT_STRING_EQUAL(spelled, names[i].spelled);
		X509_NAME_free(name);
	}
}

static int
value_type(const char *text, int nid)
{
	struct err e = ERR_INIT;
	X509_NAME *name = dn_read(text, &e);
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	int type = ASN1_STRING_type(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));

	X509_NAME_free(name);
	return type;
}

static void
string_types_fit(void)
{
	CU_ASSERT_EQUAL(value_type("CN=x", NID_commonName), V_ASN1_UTF8STRING);
	CU_ASSERT_EQUAL(value_type("C=DE", NID_countryName), V_ASN1_PRINTABLESTRING);
	CU_ASSERT_EQUAL(value_type("serialNumber=1", NID_serialNumber), V_ASN1_PRINTABLESTRING);
	CU_ASSERT_EQUAL(value_type("E=a@b", NID_pkcs9_emailAddress), V_ASN1_IA5STRING);
}

static void
bad_names_are_refused(void)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
	    {"", "without '='"},
	    {"foo", "\"foo\""},
	    {"CN=x,", "without '='"},
	    {"CN=x,,O=y", "without '='"},
	    {"CN=", "empty or too long"},
	    {"=x", "not an attribute"},
	    {"FOO=x", "\"FOO\" is not an attribute"},
	    {"C=Germany", "value of C is not possible"},
	    {"C=D", "value of C is not possible"},
	    {"CN=\xff\xfe", "or is not UTF-8"},
	    {"CN=0123456789012345678901234567890123456789012345678901234567890123456789",
	        "value of CN is not possible"},
	};
	char many[1024] = "";

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err e = ERR_INIT;

		CU_ASSERT_PTR_NULL(dn_read(bad[i].text, &e));
		CU_ASSERT_EQUAL(e.code, ERR_USAGE);
		CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, bad[i].why));
	}
	for (int i = 0; i < 65; i++)
		strcat(many, i == 0 ? "OU=x" : ",OU=x");
	CU_ASSERT_PTR_NULL(dn_read(many, &(struct err)ERR_INIT));
	many[strlen(many) - 5] = '\0';
	X509_NAME_free(dn_read(many, &(struct err)ERR_INIT));
}

/* A name with them would be refused in a request, and could forge a line where it is shown. */
static void
control_characters_are_refused(void)
{
	static const char *const bad[] = {"CN=a\nb", "CN=a\\0Ab", "CN=a\\00b", "CN=a\\1B[2J",
	    "CN=a\x7f", "CN=a\xc2\x85", "O=x,CN=a\tb", "CN=a\\FFb"};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err e = ERR_INIT;

		CU_ASSERT_PTR_NULL(dn_read(bad[i], &e));
		CU_ASSERT_EQUAL(e.code, ERR_USAGE);
		CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "has a control character"));
	}
}

static void
suffix_goes_to_the_common_name(void)
{
	struct err e = ERR_INIT;
	X509_NAME *name = dn_read("/C=DE/CN=x+serialNumber=1/O=y", &e), *longer;
	char spelled[256];

	longer = dn_with_suffix(name, " Root", &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(longer);
	spell(longer, spelled, sizeof spelled);
	CU_ASSERT_STRING_EQUAL(
	    spelled, "countryName=DE;commonName=x Root+serialNumber=1;organizationName=y");
	X509_NAME_free(longer);
	X509_NAME_free(name);

	name = dn_read("O=y", &e);
	CU_ASSERT_PTR_NULL(dn_with_suffix(name, " Root", &e));
	CU_ASSERT_EQUAL(e.code, ERR_USAGE);
	X509_NAME_free(name);

	err_clear(&e);
	name = dn_read("CN=012345678901234567890123456789012345678901234567890123456789", &e);
	CU_ASSERT_PTR_NULL(dn_with_suffix(name, " Root", &e));
	CU_ASSERT_EQUAL(e.code, ERR_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "too long"));
	X509_NAME_free(name);
}

static void
alternative_names_are_read(void)
{
	static const char *const bad[] = {"", "x", "DNS:", "IP:1.2.3", "FOO:x", "DNS:a,BAR:b"};
	struct err e = ERR_INIT;
	GENERAL_NAMES *names = san_read(
	    "DNS:a.example,IP:192.0.2.1,IP:2001:db8::1,email:x@a.example,URI:https://a/", &e);
	static const int types[] = {GEN_DNS, GEN_IPADD, GEN_IPADD, GEN_EMAIL, GEN_URI};

	CU_ASSERT_EQUAL_FATAL(sk_GENERAL_NAME_num(names), 5);
	for (int i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(sk_GENERAL_NAME_value(names, i)->type, types[i]);
	sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		err_clear(&e);
		CU_ASSERT_PTR_NULL(san_read(bad[i], &e));
		CU_ASSERT_EQUAL(e.code, ERR_USAGE);
	}
}

CU_TestInfo dn_tests[] = {
    T(names_are_read),
    T(string_types_fit),
    T(bad_names_are_refused),
    T(control_characters_are_refused),
    T(suffix_goes_to_the_common_name),
    T(alternative_names_are_read),
    CU_TEST_INFO_NULL,
};
