/* SPDX-License-Identifier: ISC
 *
 * Authorities from bundles in every order, and what is wrong with the others, by name.
 */
#include <string.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "ca/authority.h"
#include "make.h"
#include "suites.h"

/* Root <- upper <- issuing, and one that has nothing to do with them. */
struct family {
	X509 *root, *upper, *issuing, *stranger;
};

static struct family
family_make(void)
{
	struct family f;

	f.root = make_ca((struct make_ca){.cn = "Root", .key = KEY_ROOT});
	f.upper = make_ca((struct make_ca){
	    .cn = "Upper", .key = KEY_P384, .issuer = f.root, .issuer_key = KEY_ROOT});
	f.issuing = make_ca((struct make_ca){
	    .cn = "Issuing", .key = KEY_P256, .issuer = f.upper, .issuer_key = KEY_P384});
	f.stranger = make_ca((struct make_ca){.cn = "Stranger", .key = KEY_OTHER});
	return f;
}

static void
family_free(struct family *f)
{
	X509_free(f->root);
	X509_free(f->upper);
	X509_free(f->issuing);
	X509_free(f->stranger);
}

static bool
same(const X509 *a, const X509 *b)
{
	X509 *x = make_plain(a), *y = make_plain(b);
	bool equal = X509_cmp(x, y) == 0;

	X509_free(x);
	X509_free(y);
	return equal;
}

/* Reads `cert` with the certificates of `chain` (NULL ends); the detail is in e. */
static int
read_with(struct authority *a, const X509 *cert, struct err *e, const X509 *const *chain)
{
	struct buf pem = {0}, above = {0};
	int rc;

	make_pem(&pem, cert);
	for (; *chain != NULL; chain++)
		make_pem(&above, *chain);
	rc = authority_read(a, "main", buf_view(&pem), buf_view(&above), e);
	buf_free(&pem);
	buf_free(&above);
	return rc;
}

#define CHAIN(...) ((const X509 *const[]){__VA_ARGS__ NULL})

static void
refused(const X509 *cert, const X509 *const *chain, const char *detail)
{
	struct authority a;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(read_with(&a, cert, &e, chain), -1);
	CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, detail));
	CU_ASSERT_PTR_NULL(a.cert);
	CU_ASSERT_PTR_NULL(a.chain);
}

static void
a_chain_in_any_order(void)
{
	struct family f = family_make();
	const X509 *const *orders[] = {
	    CHAIN(f.upper, f.root, ),
	    CHAIN(f.root, f.upper, ),
	    CHAIN(f.root, f.issuing, f.upper, f.root, ),
	};

	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		struct authority a;
		struct err e = ERR_INIT;

		CU_ASSERT_EQUAL_FATAL(read_with(&a, f.issuing, &e, orders[i]), 0);
		CU_ASSERT_STRING_EQUAL(a.name, "main");
		CU_ASSERT(same(a.cert, f.issuing));
		CU_ASSERT_EQUAL_FATAL(sk_X509_num(a.chain), 2);
		CU_ASSERT(same(sk_X509_value(a.chain, 0), f.upper));
		CU_ASSERT(same(sk_X509_value(a.chain, 1), f.root));
		CU_ASSERT_PTR_NULL(X509_get0_pubkey(a.cert));
		authority_free(&a);
		CU_ASSERT_PTR_NULL(a.cert);
	}
	family_free(&f);
}

static void
a_chain_after_the_certificate(void)
{
	struct family f = family_make();
	struct buf pem = {0};
	struct authority a;
	struct err e = ERR_INIT;

	make_pem(&pem, f.issuing);
	make_pem(&pem, f.root);
	make_pem(&pem, f.upper);
	CU_ASSERT_EQUAL_FATAL(authority_read(&a, "main", buf_view(&pem), view_str(""), &e), 0);
	CU_ASSERT_EQUAL(sk_X509_num(a.chain), 2);
	authority_free(&a);
	buf_free(&pem);
	family_free(&f);
}

static void
a_chain_may_end_early(void)
{
	struct family f = family_make();
	struct authority a;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(read_with(&a, f.issuing, &e, CHAIN()), 0);
	CU_ASSERT_EQUAL(sk_X509_num(a.chain), 0);
	authority_free(&a);
	CU_ASSERT_EQUAL_FATAL(read_with(&a, f.issuing, &e, CHAIN(f.upper, )), 0);
	CU_ASSERT_EQUAL(sk_X509_num(a.chain), 1);
	authority_free(&a);
	family_free(&f);
}

static void
every_type_of_ca_key(void)
{
	static const struct {
		enum make_key key;
		int type, sig_nid;
	} kinds[] = {
	    {KEY_RSA, EVP_PKEY_RSA, NID_sha256WithRSAEncryption},
	    {KEY_P256, EVP_PKEY_EC, NID_ecdsa_with_SHA256},
	    {KEY_P384, EVP_PKEY_EC, NID_ecdsa_with_SHA384},
	    {KEY_P521, EVP_PKEY_EC, NID_ecdsa_with_SHA512},
	    {KEY_ED25519, EVP_PKEY_ED25519, NID_ED25519},
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		X509 *root = make_ca((struct make_ca){.cn = "Root", .key = kinds[i].key});
		X509 *ca = make_ca((struct make_ca){
		    .cn = "CA", .key = kinds[i].key, .issuer = root, .issuer_key = kinds[i].key});
		struct authority a;
		struct err e = ERR_INIT;

		CU_ASSERT_EQUAL_FATAL(read_with(&a, ca, &e, CHAIN(root, )), 0);
		CU_ASSERT_EQUAL(a.key.type, kinds[i].type);
		CU_ASSERT_EQUAL(a.sig_nid, kinds[i].sig_nid);
		CU_ASSERT_EQUAL(sk_X509_num(a.chain), 1);
		authority_free(&a);
		X509_free(ca);
		X509_free(root);
	}
}

static void
a_stranger_in_the_chain(void)
{
	struct family f = family_make();

	refused(f.issuing, CHAIN(f.upper, f.stranger, f.root, ), "\"CN=Stranger\" does not belong");
	refused(f.issuing, CHAIN(f.root, ), "\"CN=Root\" does not belong");
	refused(f.root, CHAIN(f.upper, ), "\"CN=Upper\" does not belong");
	family_free(&f);
}

/* Same name as the issuer, another key; same key, another name. */
static void
an_issuer_by_half(void)
{
	struct family f = family_make();
	X509 *by_name = make_ca((struct make_ca){.cn = "Upper", .key = KEY_OTHER});
	X509 *by_key = make_ca((struct make_ca){.cn = "Lower", .key = KEY_P384});

	refused(f.issuing, CHAIN(by_name, ), "\"CN=Upper\" does not belong");
	refused(f.issuing, CHAIN(by_name, f.upper, f.root, ), "\"CN=Upper\" does not belong");
	refused(f.issuing, CHAIN(by_key, ), "\"CN=Lower\" does not belong");
	X509_free(by_name);
	X509_free(by_key);
	family_free(&f);
}

/* Named like its issuer, but signed by an older key of it. */
static void
a_ca_that_changed_its_key(void)
{
	X509 *old = make_ca((struct make_ca){.cn = "Root", .key = KEY_OTHER});
	X509 *new = make_ca((struct make_ca){
	    .cn = "Root", .key = KEY_ROOT, .issuer = old, .issuer_key = KEY_OTHER});
	struct authority a;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(read_with(&a, new, &e, CHAIN(old, )), 0);
	CU_ASSERT_EQUAL_FATAL(sk_X509_num(a.chain), 1);
	CU_ASSERT(same(sk_X509_value(a.chain, 0), old));
	authority_free(&a);
	X509_free(new);
	X509_free(old);
}

static void
certificates_that_are_no_ca(void)
{
	static const struct {
		enum make_key key;
		unsigned flags;
		const char *detail;
	} bad[] = {
	    {KEY_P256, CA_NOT, "CA:TRUE is missing"},
	    {KEY_P256, CA_FALSE, "CA:TRUE is missing"},
	    {KEY_P256, CA_NO_SIGN, "keyUsage lacks keyCertSign"},
	    {KEY_P256, CA_BAD_USAGE, "keyUsage lacks keyCertSign"},
	    {KEY_RSA_SMALL, 0, "RSA-1024; at least 2048"},
	    {KEY_SECP256K1, 0, "unsupported type or size"},
	    {KEY_PSS, 0, "unsupported type or size"},
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		X509 *ca = make_ca(
		    (struct make_ca){.cn = "Odd", .key = bad[i].key, .flags = bad[i].flags});
		X509 *below = make_ca((struct make_ca){
		    .cn = "Below", .key = KEY_P384, .issuer = ca, .issuer_key = bad[i].key});

		refused(ca, CHAIN(), bad[i].detail);
		refused(below, CHAIN(ca, ), bad[i].detail);
		X509_free(below);
		X509_free(ca);
	}
}

/* Old roots have no keyUsage, which restricts nothing. */
static void
a_ca_without_key_usage(void)
{
	X509 *root = make_ca((struct make_ca){.cn = "Old", .key = KEY_RSA, .flags = CA_NO_USAGE});
	X509 *below = make_ca((struct make_ca){
	    .cn = "Below", .key = KEY_P384, .issuer = root, .issuer_key = KEY_RSA});
	struct authority a;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(read_with(&a, root, &e, CHAIN()), 0);
	authority_free(&a);
	CU_ASSERT_EQUAL(read_with(&a, below, &e, CHAIN(root, )), 0);
	authority_free(&a);
	X509_free(below);
	X509_free(root);
}

static void
texts_that_hold_no_certificate(void)
{
	static const char *const bad[] = {
	    "",
	    "no PEM at all\n",
	    "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
	    "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
	    "-----BEGIN CERTIFICATE-----\nMAA=\n",
	    "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n",
	};
	struct family f = family_make();
	struct buf pem = {0};

	make_pem(&pem, f.root);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct authority a;
		struct err e = ERR_INIT;

		CU_ASSERT_PTR_NULL(certs_read_pem(view_str(bad[i]), &e));
		CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
		err_clear(&e);
		CU_ASSERT_EQUAL(authority_read(&a, "x", view_str(bad[i]), view_str(""), &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
		if (i == 0)
			continue;
		err_clear(&e);
		CU_ASSERT_EQUAL(authority_read(&a, "x", buf_view(&pem), view_str(bad[i]), &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
	}
	buf_free(&pem);
	family_free(&f);
}

/* One malformed certificate spoils a bundle, wherever it stands. */
static void
a_malformed_certificate_among_others(void)
{
	static const char *const bad[] = {
	    "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
	    "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
	    "-----BEGIN CERTIFICATE-----\nMAA=\n",
	};
	struct family f = family_make();

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err e = ERR_INIT;
		struct buf pem = {0};

		make_pem(&pem, f.root);
		CU_ASSERT_EQUAL_FATAL(buf_add_str(&pem, bad[i]), 0);
		CU_ASSERT_PTR_NULL(certs_read_pem(buf_view(&pem), &e));
		CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
		buf_free(&pem);
	}
	family_free(&f);
}

static void
certificates_of_a_text(void)
{
	struct family f = family_make();
	struct err e = ERR_INIT;
	struct buf pem = {0};
	STACK_OF(X509) *certs;

	CU_ASSERT_EQUAL(buf_add_str(&pem, "subject=CN = Root\n"), 0);
	make_pem(&pem, f.root);
	CU_ASSERT_EQUAL(
	    buf_add_str(&pem, "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"), 0);
	make_pem(&pem, f.upper);
	make_pem(&pem, f.root);
	certs = certs_read_pem(buf_view(&pem), &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(certs);
	CU_ASSERT_EQUAL_FATAL(sk_X509_num(certs), 3);
	CU_ASSERT(same(sk_X509_value(certs, 0), f.root));
	CU_ASSERT(same(sk_X509_value(certs, 1), f.upper));
	CU_ASSERT(same(sk_X509_value(certs, 2), f.root));
	sk_X509_pop_free(certs, X509_free);
	buf_free(&pem);
	family_free(&f);
}

static void
presented_is(
    const struct authority *a, STACK_OF(X509) *ras, bool ca, bool root, const X509 *const *expected)
{
	STACK_OF(X509) *got = authority_presented(a, ras, ca, root);
	int n = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(got);
	for (; expected[n] != NULL; n++)
		CU_ASSERT(n < sk_X509_num(got) && same(sk_X509_value(got, n), expected[n]));
	CU_ASSERT_EQUAL(sk_X509_num(got), n);
	sk_X509_free(got);
}

static void
what_is_presented(void)
{
	struct family f = family_make();
	X509 *ra = make_ca((struct make_ca){.cn = "RA", .key = KEY_OTHER, .flags = CA_NOT});
	STACK_OF(X509) *ras = sk_X509_new_null();
	struct authority a;
	struct err e = ERR_INIT;

	sk_X509_push(ras, ra);
	CU_ASSERT_EQUAL_FATAL(read_with(&a, f.issuing, &e, CHAIN(f.root, f.upper, )), 0);
	presented_is(&a, ras, true, true, CHAIN(ra, f.issuing, f.upper, f.root, ));
	presented_is(&a, ras, true, false, CHAIN(ra, f.issuing, f.upper, ));
	presented_is(&a, ras, false, true, CHAIN(ra, ));
	presented_is(&a, ras, false, false, CHAIN(ra, ));
	presented_is(&a, NULL, true, true, CHAIN(f.issuing, f.upper, f.root, ));
	authority_free(&a);
	sk_X509_free(ras);
	X509_free(ra);
	family_free(&f);
}

static void
a_root_that_issues_is_presented(void)
{
	struct family f = family_make();
	struct authority a;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(read_with(&a, f.root, &e, CHAIN()), 0);
	presented_is(&a, NULL, true, false, CHAIN(f.root, ));
	authority_free(&a);
	family_free(&f);
}

static void
fingerprints(void)
{
	struct family f = family_make();
	X509 *root;
	struct buf pem = {0};
	STACK_OF(X509) *certs;
	struct err e = ERR_INIT;
	uint8_t digest[EVP_MAX_MD_SIZE];
	char expected[96] = "", got[96];
	unsigned n = 0;

	make_pem(&pem, f.root);
	CU_ASSERT_PTR_NOT_NULL_FATAL(certs = certs_read_pem(buf_view(&pem), &e));
	root = sk_X509_value(certs, 0);
	CU_ASSERT_EQUAL(X509_digest(f.root, EVP_sha256(), digest, &n), 1);
	for (unsigned i = 0; i < n; i++)
		snprintf(expected + strlen(expected), 4, i == 0 ? "%02X" : ":%02X", digest[i]);
	cert_fingerprint(root, EVP_sha256(), got);
	CU_ASSERT_STRING_EQUAL(got, expected);
	CU_ASSERT_EQUAL(strlen(got), 95);
	cert_fingerprint(root, EVP_sha1(), got);
	CU_ASSERT_EQUAL(strlen(got), 59);
	sk_X509_pop_free(certs, X509_free);
	buf_free(&pem);
	family_free(&f);
}

CU_TestInfo authority_tests[] = {
    T(a_chain_in_any_order),
    T(a_chain_after_the_certificate),
    T(a_chain_may_end_early),
    T(every_type_of_ca_key),
    T(a_stranger_in_the_chain),
    T(an_issuer_by_half),
    T(a_ca_that_changed_its_key),
    T(certificates_that_are_no_ca),
    T(a_ca_without_key_usage),
    T(texts_that_hold_no_certificate),
    T(a_malformed_certificate_among_others),
    T(certificates_of_a_text),
    T(what_is_presented),
    T(a_root_that_issues_is_presented),
    T(fingerprints),
    CU_TEST_INFO_NULL,
};
