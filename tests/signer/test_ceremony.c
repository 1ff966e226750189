/* SPDX-License-Identifier: ISC
 *
 * Ceremonies: what each certificate holds is read back with OpenSSL's own functions, and whole
 * chains are validated in its strict mode (RFC 5280).
 */
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "base/file.h"
#include "base/ossl.h"
#include "base/span.h"
#include "signer/ceremony.h"
#include "signer/keyring.h"
#include "suites.h"
#include "support/make.h"
#include "tmpdir.h"

#define NOW ((time_t)1900000000) /* 2030-03-17 */
#define CA_USAGE (X509v3_KU_KEY_CERT_SIGN | X509v3_KU_CRL_SIGN | X509v3_KU_DIGITAL_SIGNATURE)

static X509 *
make(enum ceremony_role role, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key, time_t now)
{
	X509_NAME *name = make_name(role == CEREMONY_ROOT ? "CN=Test Root" : "CN=Test");
	struct ceremony c = {.role = role,
	    .subject = name,
	    .key = key,
	    .issuer = issuer,
	    .issuer_key = issuer_key,
	    .now = now};
	struct err e = ERR_INIT;
	X509 *cert = ceremony_cert(&c, &e);

	if (cert == NULL)
		printf(" %s: %s", err_slug(e.code), e.detail);
	X509_NAME_free(name);
	return cert;
}

/* The code that a ceremony is refused with; ERR_OK when it is not. */
static enum err_code
refusal(enum ceremony_role role, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key, time_t now)
{
	X509_NAME *name = make_name("CN=Test");
	struct ceremony c = {.role = role,
	    .subject = name,
	    .key = key,
	    .issuer = issuer,
	    .issuer_key = issuer_key,
	    .now = now};
	struct err e = ERR_INIT;
	X509 *cert = ceremony_cert(&c, &e);

	X509_free(cert);
	X509_NAME_free(name);
	return e.code;
}

static int
years_of(const X509 *cert)
{
	struct tm from, to;

	if (ASN1_TIME_to_tm(X509_get0_notBefore(cert), &from) != 1 ||
	    ASN1_TIME_to_tm(X509_get0_notAfter(cert), &to) != 1)
		return -1;
	return to.tm_year - from.tm_year;
}

static int
is_critical(const X509 *cert, int nid)
{
	int at = X509_get_ext_by_NID(cert, nid, -1);

	return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(cert, at)) == 1;
}

/* Validates leaf -> middle -> root, strictly. */
static int
chain_ok(X509 *root, X509 *middle, X509 *leaf, time_t at)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	int ok;

	X509_STORE_add_cert(store, root);
	if (middle != NULL)
		sk_X509_push(others, middle);
	X509_STORE_CTX_init(ctx, store, leaf, others);
	X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(ctx), X509_V_FLAG_X509_STRICT);
	X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx), at);
	ok = X509_verify_cert(ctx) == 1;
	if (!ok)
		printf(" %s", X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
	sk_X509_free(others);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return ok;
}

static void
key_specs_are_read(void)
{
	static const struct {
		const char *text;
		int type, bits;
	} good[] = {
	    {"rsa:2048", EVP_PKEY_RSA, 2048},
	    {"ec:P-256", EVP_PKEY_EC, 256},
	    {"EC:p-384", EVP_PKEY_EC, 384},
	    {"ed25519", EVP_PKEY_ED25519, 256},
	};
	static const char *const bad[] = {
	    "rsa", "rsa:1024", "rsa:2047", "ec:P-521", "dsa:2048", ""};
	struct key_spec spec;
	struct err e = ERR_INIT;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		EVP_PKEY *key;
		char again[24];
		struct key_spec spec_again;

		CU_ASSERT_EQUAL_FATAL(key_spec_read(good[i].text, &spec, &e), 0);
		key = key_make(&spec, &e);
		CU_ASSERT_PTR_NOT_NULL_FATAL(key);
		CU_ASSERT_EQUAL(EVP_PKEY_get_base_id(key), good[i].type);
		if (good[i].type != EVP_PKEY_ED25519)
			CU_ASSERT_EQUAL(EVP_PKEY_get_bits(key), good[i].bits);
		key_spec_of(key, again);
		CU_ASSERT_EQUAL(key_spec_read(again, &spec_again, &e), 0);
		CU_ASSERT_EQUAL(memcmp(&spec, &spec_again, sizeof spec), 0);
		EVP_PKEY_free(key);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		err_clear(&e);
		CU_ASSERT_EQUAL(key_spec_read(bad[i], &spec, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_USAGE);
		CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "rsa:3072"));
	}
	for (int bits = 3072; bits <= 4096; bits += 1024) {
		char text[16];

		snprintf(text, sizeof text, "rsa:%d", bits);
		CU_ASSERT_EQUAL(key_spec_read(text, &spec, &e), 0);
		CU_ASSERT_EQUAL(spec.bits, bits);
	}
}

static void
keys_are_written(void)
{
	static const struct file_owner leave = {(uid_t)-1, (gid_t)-1};
	EVP_PKEY *key = make_ec("P-256"), *again;
	struct secret plain = {0}, sealed = {0};
	struct err e = ERR_INIT;
	struct tmpdir t;
	char path[PATH_MAX];

	CU_ASSERT_EQUAL_FATAL(tmpdir_make(&t), 0);
	snprintf(path, sizeof path, "%s", tmpdir_path(&t, "key"));
	CU_ASSERT_EQUAL_FATAL(key_pem(key, NULL, &plain, &e), 0);
	CU_ASSERT_EQUAL_FATAL(key_pem(key, "open sesame", &sealed, &e), 0);

	CU_ASSERT_EQUAL(file_write(path, secret_view(&plain), 0600, leave, true, &e), 0);
	again = key_load(path, NULL, OWNER_NONE, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(again);
	CU_ASSERT_EQUAL(EVP_PKEY_eq(key, again), 1);
	EVP_PKEY_free(again);

	CU_ASSERT_PTR_NOT_NULL(strstr((char *)sealed.p, "BEGIN ENCRYPTED PRIVATE KEY"));
	CU_ASSERT_EQUAL(file_write(path, secret_view(&sealed), 0600, leave, false, &e), 0);
	again = key_load(path, "open sesame", OWNER_NONE, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(again);
	CU_ASSERT_EQUAL(EVP_PKEY_eq(key, again), 1);
	EVP_PKEY_free(again);
	CU_ASSERT_PTR_NULL(key_load(path, "wrong", OWNER_NONE, &e));
	CU_ASSERT_EQUAL(e.code, ERR_KEY_FILE);
	err_clear(&e);
	CU_ASSERT_PTR_NULL(key_load(path, NULL, OWNER_NONE, &e));
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "encrypted"));

	secret_free(&plain);
	secret_free(&sealed);
	tmpdir_remove(&t);
}

static void
check_ca(X509 *cert, int years, long path_len)
{
	BASIC_CONSTRAINTS *bc = X509_get_ext_d2i(cert, NID_basic_constraints, NULL, NULL);
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);

	CU_ASSERT_EQUAL(X509_get_version(cert), X509_VERSION_3);
	CU_ASSERT_EQUAL(years_of(cert), years);
	CU_ASSERT_EQUAL(X509_get_key_usage(cert), CA_USAGE);
	CU_ASSERT_TRUE(is_critical(cert, NID_key_usage));
	CU_ASSERT_TRUE(is_critical(cert, NID_basic_constraints));
	CU_ASSERT_PTR_NOT_NULL_FATAL(bc);
	CU_ASSERT_TRUE(bc->ca != 0);
	if (path_len < 0)
		CU_ASSERT_PTR_NULL(bc->pathlen)
	else
		CU_ASSERT_EQUAL(ASN1_INTEGER_get(bc->pathlen), path_len);
	CU_ASSERT_PTR_NOT_NULL(X509_get0_subject_key_id(cert));
	CU_ASSERT_PTR_NOT_NULL(X509_get0_authority_key_id(cert));
	CU_ASSERT_EQUAL(ASN1_STRING_type(serial), V_ASN1_INTEGER); /* not a negative one */
	CU_ASSERT_EQUAL(ASN1_STRING_length(serial), 20);
	CU_ASSERT_TRUE(ASN1_STRING_get0_data(serial)[0] < 0x80); /* 20 octets in DER too */
	BASIC_CONSTRAINTS_free(bc);
}

/* Every pair of kinds of keys that an operator can choose makes a chain that validates strictly. */
static void
hierarchies_validate(void)
{
	EVP_PKEY *keys[] = {make_ec("P-256"), make_ec("P-384"), make_ed25519(), make_rsa(2048, 0)};
	EVP_PKEY *ra_key = make_rsa(2048, 1);

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		X509 *root = make(CEREMONY_ROOT, keys[i], NULL, NULL, NOW);
		X509 *issuing = make(CEREMONY_ISSUING, keys[(i + 1) % 4], root, keys[i], NOW), *ra;

		CU_ASSERT_PTR_NOT_NULL_FATAL(issuing);
		check_ca(root, 25, -1);
		check_ca(issuing, 20, 0);
		CU_ASSERT_EQUAL(ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(issuing),
		                    X509_get0_subject_key_id(root)),
		    0);
		ra = make(CEREMONY_RA, ra_key, issuing, keys[(i + 1) % 4], NOW);
		CU_ASSERT_PTR_NOT_NULL_FATAL(ra);
		CU_ASSERT_EQUAL(years_of(ra), 10);
		CU_ASSERT_TRUE(chain_ok(root, issuing, ra, NOW));
		CU_ASSERT_TRUE(key_fits(ra_key, ra));
		CU_ASSERT_FALSE(key_fits(keys[i], ra));
		X509_free(ra);
		X509_free(issuing);
		X509_free(root);
	}
}

static void
single_ca_is_its_own_root(void)
{
	EVP_PKEY *key = make_ec("P-256");
	X509 *ca = make(CEREMONY_SINGLE, key, NULL, NULL, NOW);
	X509 *ra = make(CEREMONY_RA, make_rsa(2048, 0), ca, key, NOW);

	CU_ASSERT_PTR_NOT_NULL_FATAL(ra);
	check_ca(ca, 20, 0);
	CU_ASSERT_EQUAL(X509_self_signed(ca, 1), 1);
	CU_ASSERT_TRUE(chain_ok(ca, NULL, ra, NOW));
	X509_free(ra);
	X509_free(ca);
}

static void
ra_holds_what_clients_want(void)
{
	EVP_PKEY *ca_key = make_ec("P-256"), *key = make_rsa(2048, 0);
	X509 *ca = make(CEREMONY_SINGLE, ca_key, NULL, NULL, NOW), *ra;
	EXTENDED_KEY_USAGE *eku = sk_ASN1_OBJECT_new_null(), *found;
	X509_NAME *name = make_name("CN=RA");
	struct ceremony c = {.role = CEREMONY_RA,
	    .subject = name,
	    .key = key,
	    .issuer = ca,
	    .issuer_key = ca_key,
	    .ext_key_usage = eku,
	    .now = NOW};
	struct err e = ERR_INIT;

	sk_ASN1_OBJECT_push(eku, OBJ_nid2obj(NID_server_auth));
	ra = ceremony_cert(&c, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ra);
	CU_ASSERT_EQUAL(
	    X509_get_key_usage(ra), X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_KEY_ENCIPHERMENT);
	CU_ASSERT_TRUE(is_critical(ra, NID_key_usage));
	CU_ASSERT_EQUAL(X509_check_ca(ra), 0);
	CU_ASSERT_TRUE(is_critical(ra, NID_basic_constraints));
	found = X509_get_ext_d2i(ra, NID_ext_key_usage, NULL, NULL);
	CU_ASSERT_EQUAL_FATAL(sk_ASN1_OBJECT_num(found), 1);
	CU_ASSERT_EQUAL(OBJ_obj2nid(sk_ASN1_OBJECT_value(found, 0)), NID_server_auth);
	CU_ASSERT_FALSE(is_critical(ra, NID_ext_key_usage));
	sk_ASN1_OBJECT_pop_free(found, ASN1_OBJECT_free);
	X509_free(ra);

	c.ext_key_usage = NULL;
	ra = ceremony_cert(&c, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ra);
	CU_ASSERT_EQUAL(X509_get_ext_by_NID(ra, NID_ext_key_usage, -1), -1);
	X509_free(ra);
	sk_ASN1_OBJECT_pop_free(eku, ASN1_OBJECT_free);
	X509_NAME_free(name);
	X509_free(ca);
}

/* A CA that ends in a year, or began a minute ago, bounds what it signs. */
static void
validity_stays_inside_the_issuer(void)
{
	EVP_PKEY *ca_key = make_ec("P-256"), *key = make_rsa(2048, 0);
	X509 *ca = make(CEREMONY_SINGLE, ca_key, NULL, NULL, NOW), *ra;

	ra = make(CEREMONY_RA, key, ca, ca_key, NOW + 15 * span_read("1y"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(ra);
	CU_ASSERT_EQUAL(ASN1_TIME_compare(X509_get0_notAfter(ra), X509_get0_notAfter(ca)), 0);
	X509_free(ra);
	ra = make(CEREMONY_RA, key, ca, ca_key, NOW - 60);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ra);
	CU_ASSERT_EQUAL(ASN1_TIME_compare(X509_get0_notBefore(ra), X509_get0_notBefore(ca)), 0);
	X509_free(ra);
	ra = make(CEREMONY_RA, key, ca, ca_key, NOW + 3600);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ra);
	CU_ASSERT_EQUAL(ASN1_TIME_cmp_time_t(X509_get0_notBefore(ra), NOW + 3600 - 600), 0);
	X509_free(ra);
	X509_free(ca);
}

static void
refusals(void)
{
	EVP_PKEY *ca_key = make_ec("P-256"), *key = make_rsa(2048, 0);
	X509 *ca = make(CEREMONY_SINGLE, ca_key, NULL, NULL, NOW);
	time_t over = NOW + 21 * span_read("1y");

	CU_ASSERT_EQUAL(refusal(CEREMONY_RA, make_ec("P-384"), ca, ca_key, NOW), ERR_USAGE);
	CU_ASSERT_EQUAL(refusal(CEREMONY_RA, make_rsa(1024, 0), ca, ca_key, NOW), ERR_USAGE);
	CU_ASSERT_EQUAL(refusal(CEREMONY_RA, key, ca, make_ec("P-384"), NOW), ERR_KEY_FILE);
	CU_ASSERT_EQUAL(refusal(CEREMONY_RA, key, ca, ca_key, over), ERR_CA_EXPIRED);
	CU_ASSERT_EQUAL(refusal(CEREMONY_RA, key, ca, ca_key, NOW), ERR_OK);
	X509_free(ca);
}

/* As the service parses it, a certificate has no decoded key. */
static void
issuer_may_be_undecoded(void)
{
	EVP_PKEY *ca_key = make_rsa(2048, 1), *key = make_rsa(2048, 0);
	X509 *made = make(CEREMONY_SINGLE, ca_key, NULL, NULL, NOW), *ca, *ra;
	struct buf der = {0};

	CU_ASSERT_EQUAL_FATAL(ossl_write(&der, made, ASN1_ITEM_rptr(X509)), 0);
	ca = ossl_cert_read(buf_view(&der));
	CU_ASSERT_PTR_NOT_NULL_FATAL(ca);
	ra = make(CEREMONY_RA, key, ca, ca_key, NOW);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ra);
	CU_ASSERT_TRUE(chain_ok(made, NULL, ra, NOW));
	buf_free(&der);
	X509_free(ra);
	X509_free(ca);
	X509_free(made);
}

static void
csr_asks_for_a_ca(void)
{
	EVP_PKEY *keys[] = {make_rsa(2048, 0), make_ec("P-384"), make_ed25519()};
	X509_NAME *name = make_name("CN=Sub");

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct buf pem = {0};
		struct err e = ERR_INIT;
		STACK_OF(X509_EXTENSION) *exts;
		BASIC_CONSTRAINTS *bc;
		X509_REQ *req;
		BIO *in;

		CU_ASSERT_EQUAL_FATAL(ceremony_csr(name, keys[i], &pem, &e), 0);
		in = BIO_new_mem_buf(pem.p, (int)pem.n);
		req = PEM_read_bio_X509_REQ(in, NULL, NULL, NULL);
		CU_ASSERT_PTR_NOT_NULL_FATAL(req);
		CU_ASSERT_EQUAL(X509_REQ_verify(req, keys[i]), 1);
		CU_ASSERT_EQUAL(X509_NAME_cmp(X509_REQ_get_subject_name(req), name), 0);
		exts = X509_REQ_get_extensions(req);
		bc = X509V3_get_d2i(exts, NID_basic_constraints, NULL, NULL);
		CU_ASSERT_PTR_NOT_NULL_FATAL(bc);
		CU_ASSERT_TRUE(bc->ca != 0);
		CU_ASSERT_EQUAL(ASN1_INTEGER_get(bc->pathlen), 0);
		BASIC_CONSTRAINTS_free(bc);
		sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
		X509_REQ_free(req);
		BIO_free(in);
		buf_free(&pem);
	}
	X509_NAME_free(name);
}

static CU_TestInfo tests[] = {
    T(key_specs_are_read),
    T(keys_are_written),
    T(hierarchies_validate),
    T(single_ca_is_its_own_root),
    T(ra_holds_what_clients_want),
    T(validity_stays_inside_the_issuer),
    T(refusals),
    T(issuer_may_be_undecoded),
    T(csr_asks_for_a_ca),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo ceremony_suite = {"ceremony", NULL, NULL, NULL, NULL, tests};
