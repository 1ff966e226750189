/* SPDX-License-Identifier: ISC
 *
 * The certificate as it is written: signing it changes no octet of what was decided, and OpenSSL
 * takes it under its strict rules.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/enc.h"
#include "ca/profile.h"
#include "ca/plan.h"
#include "make.h"
#include "suites.h"

static const uint8_t serial[SERIAL_LEN] = {0x7f, 0xff, [SERIAL_LEN - 1] = 0x80};

/* Read back, with no signature. */
static X509 *
certificate(const struct tbs *t)
{
	struct plan plan = {.sig_nid = t->by->sig_nid};
	struct err e = ERR_INIT;
	X509 *cert;

	CU_ASSERT_EQUAL_FATAL(tbs_write(t, &plan.tbs, plan.key_digest, &e), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(cert = plan_cert(&plan));
	plan.cert = NULL;
	plan_free(&plan);
	return cert;
}

static X509 *
written(const struct authority *a, const struct csr *csr, struct view san, unsigned usage)
{
	STACK_OF(ASN1_OBJECT) *eku = sk_ASN1_OBJECT_new_null();
	struct tbs t = {.by = a,
	    .csr = csr,
	    .serial = serial,
	    .not_before = NOW,
	    .not_after = NOW + DAY,
	    .key_usage = usage,
	    .ext_key_usage = eku,
	    .san = san};
	X509 *cert;

	if (usage != 0)
		sk_ASN1_OBJECT_push(eku, OBJ_nid2obj(NID_client_auth));
	cert = certificate(&t);
	sk_ASN1_OBJECT_free(eku);
	return cert;
}

static void
sign(X509 *cert, EVP_PKEY *key, int sig_nid)
{
	int md = NID_undef;

	CU_ASSERT_EQUAL(OBJ_find_sigid_algs(sig_nid, &md, NULL), 1);
	CU_ASSERT(X509_sign(cert, key, md == NID_undef ? NULL : EVP_get_digestbynid(md)) > 0);
}

/* 0, or why OpenSSL's strict rules refuse it. */
static int
strict_error(X509 *cert, const X509 *ca)
{
	X509 *plain = make_plain(cert), *root = make_plain(ca);
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
	int error;

	X509_STORE_add_cert(store, root);
	X509_VERIFY_PARAM_set_flags(
	    param, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
	X509_VERIFY_PARAM_set_time(param, NOW + 1);
	CU_ASSERT_EQUAL_FATAL(X509_STORE_CTX_init(ctx, store, plain, NULL), 1);
	X509_verify_cert(ctx);
	error = X509_STORE_CTX_get_error(ctx);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	X509_free(root);
	X509_free(plain);
	return error;
}

static void
signing_changes_no_octet(void)
{
	static const enum make_key cas[] = {KEY_RSA, KEY_P256, KEY_P384, KEY_P521, KEY_ED25519};
	uint8_t before[32], after[32], issued[32];
	struct csr csr;

	make_csr(&csr, KEY_RSA, DIGEST_SHA256, NULL, "CN=device", NULL);
	for (size_t i = 0; i < sizeof cas / sizeof cas[0]; i++) {
		struct authority a;
		X509 *cert, *plain;

		make_authority(&a, cas[i]);
		cert = written(&a, &csr, view_str(""), USAGE_DIGITAL_SIGNATURE);
		CU_ASSERT_EQUAL(tbs_digest(cert, before), 0);
		CU_ASSERT_EQUAL(X509_get_signature_nid(cert), a.sig_nid);
		sign(cert, make_key(cas[i]), a.sig_nid);
		CU_ASSERT_EQUAL(tbs_digest(cert, after), 0);
		plain = make_plain(cert);
		CU_ASSERT_EQUAL(tbs_digest(plain, issued), 0);
		CU_ASSERT_EQUAL(memcmp(before, after, sizeof before), 0);
		CU_ASSERT_EQUAL(memcmp(before, issued, sizeof before), 0);
		CU_ASSERT_EQUAL(strict_error(cert, a.cert), X509_V_OK);
		X509_free(plain);
		X509_free(cert);
		authority_free(&a);
	}
	csr_free(&csr);
}

static void
the_strict_rules_would_notice(void)
{
	struct authority a;
	struct csr csr;
	X509 *cert;

	make_authority(&a, KEY_P256);
	make_csr(&csr, KEY_RSA, DIGEST_SHA256, NULL, "CN=device", NULL);
	cert = written(&a, &csr, view_str(""), USAGE_DIGITAL_SIGNATURE);
	X509_EXTENSION_free(
	    X509_delete_ext(cert, X509_get_ext_by_NID(cert, NID_authority_key_identifier, -1)));
	sign(cert, make_key(KEY_P256), a.sig_nid);
	CU_ASSERT_EQUAL(strict_error(cert, a.cert), X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER);
	X509_free(cert);
	csr_free(&csr);
	authority_free(&a);
}

static void
every_type_of_requested_key(void)
{
	static const enum make_key kinds[] = {KEY_RSA, KEY_P256, KEY_P384, KEY_P521, KEY_ED25519};
	struct authority a;

	make_authority(&a, KEY_P256);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct csr csr;
		X509 *cert, *plain;
		struct buf asked = {0}, got = {0};

		make_csr(&csr, kinds[i], DIGEST_SHA256, NULL, "CN=device", NULL);
		cert = written(&a, &csr, view_str(""), USAGE_DIGITAL_SIGNATURE);
		sign(cert, make_key(KEY_P256), a.sig_nid);
		plain = make_plain(cert);
		CU_ASSERT_EQUAL(EVP_PKEY_eq(X509_get0_pubkey(plain), make_key(kinds[i])), 1);
		CU_ASSERT_EQUAL(ossl_spki_write(&asked, csr.spki), 0);
		CU_ASSERT_EQUAL(ossl_spki_write(&got, X509_get_X509_PUBKEY(plain)), 0);
		CU_ASSERT(view_eq(buf_view(&asked), buf_view(&got)));
		CU_ASSERT_EQUAL(strict_error(cert, a.cert), X509_V_OK);
		buf_free(&asked);
		buf_free(&got);
		X509_free(plain);
		X509_free(cert);
		csr_free(&csr);
	}
	authority_free(&a);
}

static int
ext_critical(X509 *cert, int nid)
{
	int at = X509_get_ext_by_NID(cert, nid, -1);

	return at < 0 ? -1 : X509_EXTENSION_get_critical(X509_get_ext(cert, at));
}

static void
the_fields(void)
{
	struct authority a;
	struct csr csr;
	X509 *cert, *plain;
	const ASN1_INTEGER *number;

	make_authority(&a, KEY_P256);
	make_csr(&csr, KEY_RSA, DIGEST_SHA256, NULL, "C=XX", "O=Example", "CN=device", NULL);
	cert = written(&a, &csr, view_str(""), USAGE_DIGITAL_SIGNATURE | USAGE_KEY_ENCIPHERMENT);
	sign(cert, make_key(KEY_P256), a.sig_nid);
	plain = make_plain(cert);
	CU_ASSERT_EQUAL(X509_get_version(plain), X509_VERSION_3);
	number = X509_get0_serialNumber(plain);
	CU_ASSERT_EQUAL_FATAL(ASN1_STRING_length(number), SERIAL_LEN);
	CU_ASSERT_EQUAL(memcmp(ASN1_STRING_get0_data(number), serial, SERIAL_LEN), 0);
	CU_ASSERT_EQUAL(ASN1_STRING_type(number), V_ASN1_INTEGER);
	CU_ASSERT_EQUAL(X509_NAME_cmp(X509_get_subject_name(plain), csr.subject), 0);
	CU_ASSERT_EQUAL(
	    X509_NAME_cmp(X509_get_issuer_name(plain), X509_get_subject_name(a.cert)), 0);
	CU_ASSERT_EQUAL(ASN1_TIME_cmp_time_t(X509_get0_notBefore(plain), NOW), 0);
	CU_ASSERT_EQUAL(ASN1_TIME_cmp_time_t(X509_get0_notAfter(plain), NOW + DAY), 0);
	CU_ASSERT_EQUAL(X509_get_ext_count(plain), 5);
	CU_ASSERT_EQUAL(ext_critical(plain, NID_basic_constraints), 1);
	CU_ASSERT_EQUAL(ext_critical(plain, NID_key_usage), 1);
	CU_ASSERT_EQUAL(ext_critical(plain, NID_ext_key_usage), 0);
	CU_ASSERT_EQUAL(ext_critical(plain, NID_subject_key_identifier), 0);
	CU_ASSERT_EQUAL(ext_critical(plain, NID_authority_key_identifier), 0);
	CU_ASSERT_EQUAL(X509_check_ca(plain), 0);
	CU_ASSERT_EQUAL(
	    X509_get_key_usage(plain), X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_KEY_ENCIPHERMENT);
	CU_ASSERT_EQUAL(X509_get_extended_key_usage(plain), XKU_SSL_CLIENT);
	X509_free(plain);
	X509_free(cert);
	csr_free(&csr);
	authority_free(&a);
}

/* Whether keyUsage is this bit alone, as OpenSSL writes it. */
static bool
is_list_of(X509 *cert, int bit)
{
	X509_EXTENSION *ext = X509_get_ext(cert, X509_get_ext_by_NID(cert, NID_key_usage, -1));
	ASN1_BIT_STRING *list = ASN1_BIT_STRING_new();
	struct buf der = {0};
	bool same;

	ASN1_BIT_STRING_set_bit(list, bit, 1);
	same = ossl_write(&der, list, ASN1_ITEM_rptr(ASN1_BIT_STRING)) == 0 &&
	       view_eq(buf_view(&der), ossl_string_view(X509_EXTENSION_get_data(ext)));
	ASN1_BIT_STRING_free(list);
	buf_free(&der);
	return same;
}

static void
every_bit_of_key_usage(void)
{
	static const uint32_t bits[] = {X509v3_KU_DIGITAL_SIGNATURE, X509v3_KU_NON_REPUDIATION,
	    X509v3_KU_KEY_ENCIPHERMENT, X509v3_KU_DATA_ENCIPHERMENT, X509v3_KU_KEY_AGREEMENT,
	    X509v3_KU_KEY_CERT_SIGN, X509v3_KU_CRL_SIGN, X509v3_KU_ENCIPHER_ONLY,
	    X509v3_KU_DECIPHER_ONLY};
	struct authority a;
	struct csr csr;

	make_authority(&a, KEY_P256);
	make_csr(&csr, KEY_RSA, DIGEST_SHA256, NULL, "CN=device", NULL);
	for (unsigned i = 0; i < sizeof bits / sizeof bits[0]; i++) {
		X509 *cert = written(&a, &csr, view_str(""), USAGE_BIT(i)), *plain;

		sign(cert, make_key(KEY_P256), a.sig_nid);
		plain = make_plain(cert);
		CU_ASSERT_EQUAL(X509_get_key_usage(plain), bits[i]);
		CU_ASSERT_TRUE(is_list_of(plain, (int)i));
		X509_free(plain);
		X509_free(cert);
	}
	csr_free(&csr);
	authority_free(&a);
}

static void
no_extension_is_empty(void)
{
	struct authority a;
	struct csr csr;
	X509 *cert;

	make_authority(&a, KEY_P256);
	make_csr(&csr, KEY_RSA, DIGEST_SHA256, NULL, "CN=device", NULL);
	cert = written(&a, &csr, view_str(""), 0);
	CU_ASSERT_EQUAL(ext_critical(cert, NID_key_usage), -1);
	CU_ASSERT_EQUAL(ext_critical(cert, NID_ext_key_usage), -1);
	CU_ASSERT_EQUAL(ext_critical(cert, NID_subject_alt_name), -1);
	CU_ASSERT_EQUAL(X509_get_ext_count(cert), 3);
	X509_free(cert);
	csr_free(&csr);
	authority_free(&a);
}

static void
a_name_only_in_subject_alt_name_is_critical(void)
{
	static const uint8_t san[] = {0x30, 0x03, 0x82, 0x01, 'x'};
	struct authority a;
	struct csr named, unnamed;
	X509 *with, *without;
	GENERAL_NAMES *names;

	make_authority(&a, KEY_P256);
	make_csr(&named, KEY_RSA, DIGEST_SHA256, NULL, "CN=device", NULL);
	make_csr(&unnamed, KEY_RSA, DIGEST_SHA256, NULL, NULL);
	with = written(&a, &named, view_of(san, sizeof san), USAGE_DIGITAL_SIGNATURE);
	without = written(&a, &unnamed, view_of(san, sizeof san), USAGE_DIGITAL_SIGNATURE);
	CU_ASSERT_EQUAL(ext_critical(with, NID_subject_alt_name), 0);
	CU_ASSERT_EQUAL(ext_critical(without, NID_subject_alt_name), 1);
	names = X509_get_ext_d2i(with, NID_subject_alt_name, NULL, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(names);
	CU_ASSERT_EQUAL(sk_GENERAL_NAME_num(names), 1);
	GENERAL_NAMES_free(names);
	sign(without, make_key(KEY_P256), a.sig_nid);
	CU_ASSERT_EQUAL(strict_error(without, a.cert), X509_V_OK);
	X509_free(with);
	X509_free(without);
	csr_free(&named);
	csr_free(&unnamed);
	authority_free(&a);
}

/* RFC 5280 section 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050. */
static void
times_are_written_by_year(void)
{
	static const time_t year_2050 = 2524608000;
	struct authority a;
	struct csr csr;
	struct tbs t = {.by = &a,
	    .csr = &csr,
	    .serial = serial,
	    .not_before = year_2050 - 1,
	    .not_after = year_2050};
	X509 *cert;

	make_authority(&a, KEY_P256);
	make_csr(&csr, KEY_RSA, DIGEST_SHA256, NULL, "CN=device", NULL);
	cert = certificate(&t);
	CU_ASSERT_EQUAL(ASN1_STRING_type(X509_get0_notBefore(cert)), V_ASN1_UTCTIME);
	CU_ASSERT_EQUAL(ASN1_STRING_type(X509_get0_notAfter(cert)), V_ASN1_GENERALIZEDTIME);
	X509_free(cert);
	csr_free(&csr);
	authority_free(&a);
}

static void
key_identifiers(void)
{
	X509 *ca = make_ca((struct make_ca){.cn = "CA", .key = KEY_P256, .flags = CA_NO_KEY_ID});
	struct authority with, without;
	struct err e = ERR_INIT;
	struct buf pem = {0};
	struct csr csr;
	X509 *a, *b;
	AUTHORITY_KEYID *of_a, *of_b;
	ASN1_OCTET_STRING *id;

	make_authority(&with, KEY_P256);
	make_pem(&pem, ca);
	CU_ASSERT_EQUAL_FATAL(authority_read(&without, "x", buf_view(&pem), view_str(""), &e), 0);
	make_csr(&csr, KEY_P256, DIGEST_SHA256, NULL, "CN=device", NULL);
	a = written(&with, &csr, view_str(""), USAGE_DIGITAL_SIGNATURE);
	b = written(&without, &csr, view_str(""), USAGE_DIGITAL_SIGNATURE);
	id = X509_get_ext_d2i(with.cert, NID_subject_key_identifier, NULL, NULL);
	of_a = X509_get_ext_d2i(a, NID_authority_key_identifier, NULL, NULL);
	of_b = X509_get_ext_d2i(b, NID_authority_key_identifier, NULL, NULL);
	CU_ASSERT_FATAL(id != NULL && of_a != NULL && of_b != NULL);
	CU_ASSERT_EQUAL(ASN1_OCTET_STRING_cmp(of_a->keyid, id), 0);
	/* OpenSSL's "hash" of the same key: computed where the CA names none */
	CU_ASSERT_EQUAL(ASN1_OCTET_STRING_cmp(of_b->keyid, id), 0);
	CU_ASSERT_PTR_NULL(of_a->issuer);
	ASN1_OCTET_STRING_free(id);
	/* the request has the CA's key, so its identifier is the same */
	id = X509_get_ext_d2i(a, NID_subject_key_identifier, NULL, NULL);
	CU_ASSERT_EQUAL(ASN1_OCTET_STRING_cmp(of_a->keyid, id), 0);
	ASN1_OCTET_STRING_free(id);
	AUTHORITY_KEYID_free(of_a);
	AUTHORITY_KEYID_free(of_b);
	X509_free(a);
	X509_free(b);
	X509_free(ca);
	csr_free(&csr);
	buf_free(&pem);
	authority_free(&with);
	authority_free(&without);
}

/* What is written is DER, as OpenSSL would write it after reading it. */
static void
it_is_der(void)
{
	struct buf one = {0};
	struct authority a;
	struct csr csr;
	X509 *cert;
	uint8_t *tbs = NULL;

	make_authority(&a, KEY_P256);
	make_csr(&csr, KEY_RSA, DIGEST_SHA256, NULL, "C=XX", "O=Example", "CN=device", NULL);
	for (unsigned usage = 0; usage < 0x200; usage += 0x35) {
		uint8_t digest[32];
		struct tbs t = {.by = &a,
		    .csr = &csr,
		    .serial = serial,
		    .not_before = NOW,
		    .not_after = NOW + DAY,
		    .key_usage = usage,
		    .crl_url = "http://a.example/{authority}.crl",
		    .ca_url = "http://a.example/ca.cer"};
		struct err e = ERR_INIT;

		buf_cut(&one, 0);
		CU_ASSERT_EQUAL_FATAL(tbs_write(&t, &one, digest, &e), 0);
		cert = certificate(&t);
		CU_ASSERT_EQUAL_FATAL(i2d_re_X509_tbs(cert, &tbs), (int)one.n);
		CU_ASSERT_EQUAL(memcmp(tbs, one.p, one.n), 0);
		OPENSSL_free(tbs);
		tbs = NULL;
		X509_free(cert);
	}
	buf_free(&one);
	csr_free(&csr);
	authority_free(&a);
}

/* A subject in BER (a SET OF out of order, an indefinite length) becomes DER; the string types
 * stay. */
static void
a_subject_is_written_as_der(void)
{
	static const char ber[] = "30803180"
	                          "3009060355040a13026262" /* O=bb, PrintableString */
	                          "30080603550403160161"   /* CN=a, IA5String */
	                          "000031 0a30080603550403140163"
	                          "0000";
	static const char der[] = "3023"
	                          "3115"
	                          "30080603550403160161"
	                          "3009060355040a13026262"
	                          "310a30080603550403140163";
	struct buf in = {0}, out = {0}, expected = {0};
	struct authority a;
	struct csr csr;
	X509_NAME *subject;
	const X509_NAME *kept;
	X509 *cert;

	for (const char *p = ber; *p != '\0'; p += 2) {
		if (*p == ' ')
			p++;
		CU_ASSERT_EQUAL_FATAL(hex_read(&in, view_of(p, 2)), 0);
	}
	CU_ASSERT_EQUAL_FATAL(hex_read(&expected, view_str(der)), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(subject = ossl_read(buf_view(&in), ASN1_ITEM_rptr(X509_NAME)));
	make_authority(&a, KEY_P256);
	make_csr(&csr, KEY_RSA, DIGEST_SHA256, NULL, "CN=device", NULL);
	kept = csr.subject;
	csr.subject = subject;
	cert = written(&a, &csr, view_str(""), USAGE_DIGITAL_SIGNATURE);
	CU_ASSERT_EQUAL(
	    ossl_write(&out, X509_get_subject_name(cert), ASN1_ITEM_rptr(X509_NAME)), 0);
	CU_ASSERT(view_eq(buf_view(&out), buf_view(&expected)));
	csr.subject = kept;
	X509_NAME_free(subject);
	X509_free(cert);
	csr_free(&csr);
	authority_free(&a);
	buf_free(&in);
	buf_free(&out);
	buf_free(&expected);
}

CU_TestInfo tbs_tests[] = {
    T(signing_changes_no_octet),
    T(the_strict_rules_would_notice),
    T(every_type_of_requested_key),
    T(the_fields),
    T(every_bit_of_key_usage),
    T(no_extension_is_empty),
    T(a_name_only_in_subject_alt_name_is_critical),
    T(times_are_written_by_year),
    T(key_identifiers),
    T(it_is_der),
    T(a_subject_is_written_as_der),
    CU_TEST_INFO_NULL,
};
