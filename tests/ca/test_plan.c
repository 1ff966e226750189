/* SPDX-License-Identifier: ISC
 *
 * From request and profile to plan or refusal: each refusal with its code.
 */
#include <string.h>

#include <openssl/x509v3.h>

#include "base/file.h"
#include "ca/plan.h"
#include "make.h"
#include "suites.h"

struct desk {
	struct profile p;
	struct authority a;
	struct csr csr;
	struct plan plan;
	struct err e;
};

static void
desk_open(struct desk *d, enum make_key key)
{
	*d = (struct desk){.e = ERR_INIT};
	CU_ASSERT_EQUAL_FATAL(profile_init(&d->p, &d->e), 0);
	make_authority(&d->a, KEY_P256);
	make_csr(&d->csr, key, DIGEST_SHA256, NULL, "CN=device", NULL);
}

static void
desk_close(struct desk *d)
{
	plan_free(&d->plan);
	CU_ASSERT_PTR_NULL(d->plan.cert);
	CU_ASSERT_PTR_NULL(d->plan.tbs.p);
	csr_free(&d->csr);
	authority_free(&d->a);
	profile_free(&d->p);
}

static enum err_code
plan_at(struct desk *d, time_t now)
{
	plan_free(&d->plan);
	err_clear(&d->e);
	CU_ASSERT_EQUAL(
	    plan_make(&d->p, &d->a, &d->csr, now, &d->plan, &d->e), d->e.code == ERR_OK ? 0 : -1);
	CU_ASSERT_EQUAL(plan_cert(&d->plan) != NULL, d->e.code == ERR_OK);
	return d->e.code;
}

/* The same desk with another request. */
static void
ask(struct desk *d, enum make_key key, enum digest digest, STACK_OF(X509_EXTENSION) *exts,
    const char *subject)
{
	csr_free(&d->csr);
	make_csr(&d->csr, key, digest, exts, subject, NULL);
}

static void
a_plan_is_what_will_be_signed(void)
{
	struct desk d;
	uint8_t digest[32];
	const ASN1_INTEGER *serial;
	struct buf key = {0};
	X509 *plain;

	desk_open(&d, KEY_RSA);
	CU_ASSERT_EQUAL_FATAL(plan_at(&d, NOW), ERR_OK);
	CU_ASSERT(X509_sign(plan_cert(&d.plan), make_key(KEY_P256), EVP_sha256()) > 0);
	plain = make_plain(plan_cert(&d.plan));
	CU_ASSERT_EQUAL(tbs_digest(plain, digest), 0);
	CU_ASSERT_EQUAL(memcmp(digest, d.plan.tbs_digest, sizeof digest), 0);
	CU_ASSERT_EQUAL(ossl_spki_write(&key, X509_get_X509_PUBKEY(plain)), 0);
	ossl_sha256(buf_view(&key), digest);
	CU_ASSERT_EQUAL(memcmp(digest, d.plan.key_digest, sizeof digest), 0);
	CU_ASSERT_EQUAL(X509_NAME_cmp(d.plan.subject, X509_get_subject_name(plain)), 0);
	CU_ASSERT_EQUAL(d.plan.sig_nid, X509_get_signature_nid(plain));
	serial = X509_get0_serialNumber(plain);
	CU_ASSERT_EQUAL_FATAL(ASN1_STRING_length(serial), SERIAL_LEN);
	CU_ASSERT_EQUAL(memcmp(ASN1_STRING_get0_data(serial), d.plan.serial, SERIAL_LEN), 0);
	CU_ASSERT_EQUAL(ASN1_TIME_cmp_time_t(X509_get0_notBefore(plain), d.plan.not_before), 0);
	CU_ASSERT_EQUAL(ASN1_TIME_cmp_time_t(X509_get0_notAfter(plain), d.plan.not_after), 0);
	CU_ASSERT_EQUAL(
	    X509_get_key_usage(plain), X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_KEY_ENCIPHERMENT);
	CU_ASSERT_EQUAL(X509_get_extended_key_usage(plain), XKU_SSL_CLIENT);
	X509_free(plain);
	buf_free(&key);
	desk_close(&d);
}

static void
serials_are_positive_and_differ(void)
{
	struct desk d;
	uint8_t seen[64][SERIAL_LEN];
	bool varies = false;

	desk_open(&d, KEY_P256);
	for (size_t i = 0; i < 64; i++) {
		CU_ASSERT_EQUAL_FATAL(plan_at(&d, NOW), ERR_OK);
		memcpy(seen[i], d.plan.serial, SERIAL_LEN);
		CU_ASSERT(seen[i][0] >= 0x01 && seen[i][0] <= 0x7f);
		for (size_t j = 0; j < i; j++)
			CU_ASSERT(memcmp(seen[i] + 1, seen[j] + 1, SERIAL_LEN - 1) != 0);
		varies = varies || seen[i][0] != seen[0][0];
	}
	CU_ASSERT(varies);
	desk_close(&d);
}

static void
the_validity(void)
{
	struct desk d;

	desk_open(&d, KEY_P256);
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_OK);
	CU_ASSERT_EQUAL(d.plan.not_before, NOW - 600);
	CU_ASSERT_EQUAL(d.plan.not_after, NOW + 365 * DAY);
	d.p.validity = 7 * DAY;
	d.p.backdate = 0;
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_OK);
	CU_ASSERT_EQUAL(d.plan.not_before, NOW);
	CU_ASSERT_EQUAL(d.plan.not_after, NOW + 7 * DAY);
	desk_close(&d);
}

static void
the_validity_stays_within_the_ca(void)
{
	const time_t begin = NOW - 3650 * DAY, end = NOW + 3650 * DAY; /* of make_ca */
	struct desk d;

	desk_open(&d, KEY_P256);
	CU_ASSERT_EQUAL(plan_at(&d, begin + 10), ERR_OK);
	CU_ASSERT_EQUAL(d.plan.not_before, begin);
	CU_ASSERT_EQUAL(plan_at(&d, end - 10), ERR_OK);
	CU_ASSERT_EQUAL(d.plan.not_after, end);
	CU_ASSERT_EQUAL(plan_at(&d, end + 1), ERR_CA_EXPIRED);
	d.p.backdate = 0;
	CU_ASSERT_EQUAL(plan_at(&d, end), ERR_CA_EXPIRED); /* no second left */
	CU_ASSERT_EQUAL(plan_at(&d, begin - 400 * DAY), ERR_CA_EXPIRED);
	desk_close(&d);
}

static void
weak_keys(void)
{
	struct desk d;

	desk_open(&d, KEY_RSA_SMALL);
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_KEY_WEAK);
	CU_ASSERT_PTR_NOT_NULL(strstr(d.e.detail, "RSA-1024"));
	d.p.min_rsa_bits = 1024;
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_OK);
	d.p.min_rsa_bits = 2049;
	ask(&d, KEY_RSA, DIGEST_SHA256, NULL, "CN=device");
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_KEY_WEAK);
	desk_close(&d);
}

static void
types_of_keys(void)
{
	static const enum make_key curves[] = {KEY_P256, KEY_P384, KEY_P521};
	struct desk d;

	desk_open(&d, KEY_RSA);
	for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
		ask(&d, curves[i], DIGEST_SHA256, NULL, "CN=device");
		d.p.allow_ec = true;
		CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_OK);
		d.p.allow_ec = false;
		CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_KEY_TYPE);
	}
	ask(&d, KEY_ED25519, DIGEST_NONE, NULL, "CN=device");
	d.p.allow_ed25519 = false;
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_KEY_TYPE);
	d.p.allow_ed25519 = true;
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_OK);
	d.csr.key.sane = false;
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_KEY_TYPE);
	d.csr.key = (struct key_facts){.name = "unknown", .sane = true};
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_KEY_TYPE);
	d.csr.key =
	    (struct key_facts){.type = EVP_PKEY_RSA_PSS, .bits = 2048, .name = "RSA", .sane = true};
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_KEY_TYPE);
	desk_close(&d);
}

static uint32_t
usage_of(struct desk *d)
{
	X509 *plain;
	uint32_t usage;

	CU_ASSERT_EQUAL_FATAL(plan_at(d, NOW), ERR_OK);
	CU_ASSERT(X509_sign(plan_cert(&d->plan), make_key(KEY_P256), EVP_sha256()) > 0);
	plain = make_plain(plan_cert(&d->plan));
	usage = X509_get_key_usage(plain);
	X509_free(plain);
	return usage;
}

static void
usages_fit_the_key(void)
{
	struct desk d;

	desk_open(&d, KEY_P256);
	CU_ASSERT_EQUAL(usage_of(&d), X509v3_KU_DIGITAL_SIGNATURE);
	d.p.key_usage = 0x1ff;
	CU_ASSERT_EQUAL(usage_of(&d), X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_NON_REPUDIATION |
	                                  X509v3_KU_KEY_AGREEMENT | X509v3_KU_ENCIPHER_ONLY |
	                                  X509v3_KU_DECIPHER_ONLY);
	d.p.key_usage &= ~USAGE_KEY_AGREEMENT;
	CU_ASSERT_EQUAL(usage_of(&d), X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_NON_REPUDIATION);
	d.p.key_usage = 0x1ff;
	ask(&d, KEY_RSA, DIGEST_SHA256, NULL, "CN=device");
	CU_ASSERT_EQUAL(usage_of(&d), X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_NON_REPUDIATION |
	                                  X509v3_KU_KEY_ENCIPHERMENT | X509v3_KU_DATA_ENCIPHERMENT);
	ask(&d, KEY_ED25519, DIGEST_NONE, NULL, "CN=device");
	d.p.allow_ed25519 = true;
	CU_ASSERT_EQUAL(usage_of(&d), X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_NON_REPUDIATION);
	d.p.key_usage = USAGE_KEY_ENCIPHERMENT; /* nothing left: better no certificate than one for
	                                           everything */
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_KEY_TYPE);
	d.p.key_usage = 0;
	CU_ASSERT_EQUAL(usage_of(&d), UINT32_MAX); /* no such extension */
	desk_close(&d);
}

static void
signature_algorithms_of_the_request(void)
{
	struct desk d;

	desk_open(&d, KEY_RSA);
	ask(&d, KEY_RSA, DIGEST_SHA1, NULL, "CN=device");
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_OK);
	d.p.algs = ALGS_MODERN;
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_CSR_ALG);
	ask(&d, KEY_RSA, DIGEST_SHA512, NULL, "CN=device");
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_OK);
	d.csr.digest = DIGEST_NONE; /* only a key without a digest of its own may have none */
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_CSR_ALG);
	desk_close(&d);
}

static void
subjects(void)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	struct desk d;

	desk_open(&d, KEY_P256);
	ask(&d, KEY_P256, DIGEST_SHA256, NULL, NULL);
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_SUBJECT_EMPTY);
	make_ext(&exts, "2.5.29.17", "DNS:device.example.org");
	ask(&d, KEY_P256, DIGEST_SHA256, exts, NULL);
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_OK);
	ask(&d, KEY_P256, DIGEST_SHA256, NULL, "CN=tab\there");
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_SUBJECT_TEXT);
	desk_close(&d);
}

static void
a_subject_that_is_no_string(void)
{
	X509_NAME *odd = X509_NAME_new();
	const X509_NAME *kept;
	struct desk d;

	desk_open(&d, KEY_P256);
	X509_NAME_add_entry_by_NID(
	    odd, NID_x500UniqueIdentifier, V_ASN1_BIT_STRING, (const unsigned char *)"x", 1, -1, 0);
	kept = d.csr.subject;
	d.csr.subject = odd;
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_SUBJECT_ITEM);
	d.csr.subject = kept;
	X509_NAME_free(odd);
	desk_close(&d);
}

static void
forbidden_extensions(void)
{
	static const struct {
		const char *oid, *value;
		enum err_code code;
	} bad[] = {
	    {"2.5.29.19", "CA:TRUE", ERR_FORBID_CA},
	    {"2.5.29.15", "keyCertSign", ERR_FORBID_KEY_USAGE},
	    {"2.5.29.37", "anyExtendedKeyUsage", ERR_FORBID_EKU},
	    {"2.5.29.30", "permitted;DNS:example.org", ERR_FORBID_CONSTRAINTS},
	    {"2.5.29.17", "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:a@b", ERR_FORBID_UPN},
	    {"2.5.29.17", "RID:1.2.3.4", ERR_FORBID_SAN},
	};
	STACK_OF(X509_EXTENSION) *exts;
	struct desk d;

	desk_open(&d, KEY_P256);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		exts = NULL;
		make_ext(&exts, bad[i].oid, bad[i].value);
		ask(&d, KEY_P256, DIGEST_SHA256, exts, "CN=device");
		CU_ASSERT_EQUAL(plan_at(&d, NOW), bad[i].code);
	}
	exts = NULL;
	make_uri(&exts, "tag:microsoft.com,2022-09-14:sid:S-1-5-21");
	ask(&d, KEY_P256, DIGEST_SHA256, exts, "CN=device");
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_FORBID_SID);
	desk_close(&d);
}

static void
extensions_of_a_request(void)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	struct desk d;
	GENERAL_NAMES *names;

	desk_open(&d, KEY_P256);
	make_ext(&exts, "2.5.29.17", "DNS:a.example.org,IP:192.0.2.1");
	make_raw_ext(&exts, "1.3.6.1.4.1.311.20.2", view_str("template"));
	make_ext(&exts, "2.5.29.37", "serverAuth");
	ask(&d, KEY_P256, DIGEST_SHA256, exts, "CN=device");
	CU_ASSERT_EQUAL_FATAL(plan_at(&d, NOW), ERR_OK);
	CU_ASSERT_STRING_EQUAL(d.plan.dropped, "1.3.6.1.4.1.311.20.2,2.5.29.37");
	names = X509_get_ext_d2i(plan_cert(&d.plan), NID_subject_alt_name, NULL, NULL);
	CU_ASSERT_EQUAL(sk_GENERAL_NAME_num(names), 2);
	GENERAL_NAMES_free(names);
	CU_ASSERT_EQUAL(X509_get_ext_count(plan_cert(&d.plan)), 6);
	exts = NULL;
	make_ext(&exts, "2.5.29.17", "DNS:a.example.org");
	make_ext(&exts, "2.5.29.17", "DNS:b.example.org");
	ask(&d, KEY_P256, DIGEST_SHA256, exts, "CN=device");
	CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_EXTENSIONS);
	CU_ASSERT_STRING_EQUAL(d.plan.dropped, "");
	desk_close(&d);
}

/* Requests recorded from real clients, under the default profile. */
static void
what_real_clients_ask_for(void)
{
	static const struct {
		const char *client, *dropped;
	} asked[] = {
	    {"certmonger_PKCSReq_get", ""},
	    {"strongswan_PKCSReq_aes_sha256", ""},
	    {"strongswan_des3_sha1", ""},
	    {"strongswan_rsapss", ""},
	    {"strongswan_RenewalReq17", ""},
	};
	struct desk d;

	desk_open(&d, KEY_P256);
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		char path[512];
		struct buf der = {0};

		snprintf(
		    path, sizeof path, "%s/live/live_%s.inner.der", TESTS_DATA, asked[i].client);
		CU_ASSERT_EQUAL_FATAL(file_read(path, 1 << 16, &der, &d.e), 0);
		csr_free(&d.csr);
		CU_ASSERT_EQUAL_FATAL(csr_read(buf_view(&der), NULL, &d.csr, &d.e), 0);
		CU_ASSERT_EQUAL(plan_at(&d, NOW), ERR_OK);
		CU_ASSERT_STRING_EQUAL(d.plan.dropped, asked[i].dropped);
		buf_free(&der);
	}
	desk_close(&d);
}

CU_TestInfo plan_tests[] = {
    T(a_plan_is_what_will_be_signed),
    T(serials_are_positive_and_differ),
    T(the_validity),
    T(the_validity_stays_within_the_ca),
    T(weak_keys),
    T(types_of_keys),
    T(usages_fit_the_key),
    T(signature_algorithms_of_the_request),
    T(subjects),
    T(a_subject_that_is_no_string),
    T(forbidden_extensions),
    T(extensions_of_a_request),
    T(what_real_clients_ask_for),
    CU_TEST_INFO_NULL,
};
