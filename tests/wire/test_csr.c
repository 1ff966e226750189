/* SPDX-License-Identifier: ISC
 *
 * PKCS#10: proof of possession, the challenge in every string type, extensions under every name.
 */
#include <string.h>

#include "harness.h"
#include "suites.h"
#include "support/make.h"
#include "wire/tlv.h"

/* A request built with OpenSSL, changed by the case before it is signed. */
static void
build(void (*change)(X509_REQ *req, void *arg), void *arg, EVP_PKEY *key, const EVP_MD *md,
    struct buf *out)
{
	X509_REQ *req = X509_REQ_new();
	X509_NAME *name = make_name("CN=device/O=Test");

	X509_REQ_set_subject_name(req, name);
	X509_REQ_set_pubkey(req, key);
	if (change != NULL)
		change(req, arg);
	CU_ASSERT_TRUE_FATAL(X509_REQ_sign(req, key, md) > 0);
	CU_ASSERT_EQUAL_FATAL(ossl_write(out, req, ASN1_ITEM_rptr(X509_REQ)), 0);
	X509_NAME_free(name);
	X509_REQ_free(req);
}

static enum err_code
read_der(struct view der, struct csr *c)
{
	struct err e = ERR_INIT;

	(void)!csr_read(der, NULL, c, &e);
	return e.code;
}

static enum err_code
code_of(void (*change)(X509_REQ *req, void *arg), void *arg)
{
	struct buf der = {0};
	struct csr c;
	enum err_code code;

	build(change, arg, make_rsa(2048, 0), EVP_sha256(), &der);
	code = read_der(buf_view(&der), &c);
	csr_free(&c);
	buf_free(&der);
	return code;
}

struct string {
	int type;
	const char *data;
	int n;
	const char *utf8;
};

static void
add_challenge(X509_REQ *req, void *arg)
{
	const struct string *s = arg;

	X509_REQ_add1_attr_by_NID(
	    req, NID_pkcs9_challengePassword, s->type, (const unsigned char *)s->data, s->n);
}

static void
the_challenge_is_read_from_every_string_type(void)
{
	static struct string cases[] = {
	    {V_ASN1_PRINTABLESTRING, "s3cret", 6, "s3cret"},
	    {V_ASN1_UTF8STRING, "p\xc3\xa4ss_@!", 8, "p\xc3\xa4ss_@!"},
	    {V_ASN1_IA5STRING, "a_b", 3, "a_b"},
	    {V_ASN1_T61STRING, "caf\xe9", 4, "caf\xc3\xa9"},
	    {V_ASN1_BMPSTRING, "\0h\0\xe9", 4, "h\xc3\xa9"},
	    {V_ASN1_UNIVERSALSTRING, "\0\0\0h\0\0\0i", 8, "hi"},
	    {V_ASN1_PRINTABLESTRING, "  padded\t\n", 10, "padded"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf der = {0};
		struct csr c;

		build(add_challenge, &cases[i], make_rsa(2048, 0), EVP_sha256(), &der);
		CU_ASSERT_EQUAL(read_der(buf_view(&der), &c), ERR_OK);
		CU_ASSERT_TRUE(c.has_challenge);
		CU_ASSERT_TRUE(view_eq(secret_view(&c.challenge), view_str(cases[i].utf8)));
		csr_free(&c);
		buf_free(&der);
	}
}

static void
an_empty_challenge_is_none(void)
{
	static struct string cases[] = {
	    {V_ASN1_UTF8STRING, "", 0, ""}, {V_ASN1_UTF8STRING, "  ", 2, ""}};

	for (size_t i = 0; i < 2; i++) {
		struct buf der = {0};
		struct csr c;

		build(add_challenge, &cases[i], make_rsa(2048, 0), EVP_sha256(), &der);
		CU_ASSERT_EQUAL(read_der(buf_view(&der), &c), ERR_OK);
		CU_ASSERT_FALSE(c.has_challenge);
		csr_free(&c);
		buf_free(&der);
	}
}

static void
challenge_and_name(X509_REQ *req, void *arg)
{
	struct string s = {V_ASN1_UTF8STRING, "one", 3, NULL};

	(void)arg;
	add_challenge(req, &s);
	X509_REQ_add1_attr_by_NID(
	    req, NID_pkcs9_unstructuredName, V_ASN1_UTF8STRING, (const unsigned char *)"two", 3);
}

/* OpenSSL will not write the same attribute twice, so one is renamed afterwards; the signature
 * would be looked at later. */
static void
two_challenges_are_refused(void)
{
	static const char name_oid[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02";
	struct buf der = {0};
	struct csr c;
	uint8_t *oid;

	build(challenge_and_name, NULL, make_rsa(2048, 0), EVP_sha256(), &der);
	CU_ASSERT_EQUAL(read_der(buf_view(&der), &c), ERR_OK);
	csr_free(&c);
	oid = memmem(der.p, der.n, name_oid, sizeof name_oid - 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(oid);
	oid[8] = 7;
	CU_ASSERT_EQUAL(read_der(buf_view(&der), &c), ERR_CSR);
	csr_free(&c);
	buf_free(&der);
}

static void
two_values(X509_REQ *req, void *arg)
{
	X509_ATTRIBUTE *a = X509_ATTRIBUTE_create_by_NID(
	    NULL, NID_pkcs9_challengePassword, V_ASN1_UTF8STRING, "one", 3);

	(void)arg;
	X509_ATTRIBUTE_set1_data(a, V_ASN1_UTF8STRING, "two", 3);
	X509_REQ_add1_attr(req, a);
	X509_ATTRIBUTE_free(a);
}

static void
challenge_is_octets(X509_REQ *req, void *arg)
{
	(void)arg;
	X509_REQ_add1_attr_by_NID(
	    req, NID_pkcs9_challengePassword, V_ASN1_OCTET_STRING, (const unsigned char *)"x", 1);
}

static void
a_challenge_in_a_wrong_shape_is_refused(void)
{
	struct string time_of_day = {V_ASN1_UTCTIME, "231114221320Z", 13, NULL};
	struct string no_utf8 = {V_ASN1_UTF8STRING, "\xff\xfe", 2, NULL};

	CU_ASSERT_EQUAL(code_of(NULL, NULL), ERR_OK);
	CU_ASSERT_EQUAL(code_of(two_values, NULL), ERR_CSR);
	CU_ASSERT_EQUAL(code_of(challenge_is_octets, NULL), ERR_CSR);
	CU_ASSERT_EQUAL(code_of(add_challenge, &time_of_day), ERR_CSR);
	CU_ASSERT_EQUAL(code_of(add_challenge, &no_utf8), ERR_CSR);
}

static void
add_extensions(X509_REQ *req, void *oid)
{
	static const char *const pairs[] = {"subjectAltName", "DNS:device.example", NULL};
	STACK_OF(X509_EXTENSION) *exts = make_exts(pairs);
	unsigned char *der = NULL;
	int n = i2d_X509_EXTENSIONS(exts, &der);

	X509_REQ_add1_attr_by_txt(req, oid, V_ASN1_SEQUENCE, der, n);
	OPENSSL_free(der);
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
}

static void
extensions_are_read_under_every_name(void)
{
	static char oids[][24] = {
	    "1.2.840.113549.1.9.14", "1.3.6.1.4.1.311.2.1.14", "2.16.840.1.113733.1.9.8"};

	for (size_t i = 0; i < 3; i++) {
		struct buf der = {0};
		struct csr c;

		build(add_extensions, oids[i], make_rsa(2048, 0), EVP_sha256(), &der);
		CU_ASSERT_EQUAL(read_der(buf_view(&der), &c), ERR_OK);
		CU_ASSERT_EQUAL(sk_X509_EXTENSION_num(c.exts), 1);
		csr_free(&c);
		buf_free(&der);
	}
}

static void
extensions_twice(X509_REQ *req, void *arg)
{
	char pkcs9[] = "1.2.840.113549.1.9.14", microsoft[] = "1.3.6.1.4.1.311.2.1.14";

	(void)arg;
	add_extensions(req, pkcs9);
	add_extensions(req, microsoft);
}

static void
extensions_broken(X509_REQ *req, void *arg)
{
	(void)arg;
	X509_REQ_add1_attr_by_txt(req, "1.2.840.113549.1.9.14", V_ASN1_SEQUENCE,
	    (const unsigned char *)"\x30\x02\x05\x00", 4);
}

static void
extensions_no_sequence(X509_REQ *req, void *arg)
{
	(void)arg;
	X509_REQ_add1_attr_by_txt(
	    req, "1.2.840.113549.1.9.14", V_ASN1_OCTET_STRING, (const unsigned char *)"x", 1);
}

static void
extensions_in_a_wrong_shape_are_refused(void)
{
	CU_ASSERT_EQUAL(code_of(extensions_twice, NULL), ERR_CSR);
	CU_ASSERT_EQUAL(code_of(extensions_broken, NULL), ERR_CSR);
	CU_ASSERT_EQUAL(code_of(extensions_no_sequence, NULL), ERR_CSR);
}

static void
version_two(X509_REQ *req, void *arg)
{
	(void)arg;
	X509_REQ_set_version(req, 2);
}

static void
a_wrong_version_number_is_forgiven(void)
{
	CU_ASSERT_EQUAL(code_of(version_two, NULL), ERR_OK);
}

static void
possession_is_proved_by_every_kind_of_key(void)
{
	EVP_PKEY *keys[] = {make_rsa(2048, 0), make_ec("P-256"), make_ec("P-384"), make_ec("P-521"),
	    make_ed25519()};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct buf der = {0};
		struct csr c;

		build(NULL, NULL, keys[i], keys[i] == make_ed25519() ? NULL : EVP_sha256(), &der);
		CU_ASSERT_EQUAL(read_der(buf_view(&der), &c), ERR_OK);
		csr_free(&c);
		/* The signature's last octets, changed. */
		der.p[der.n - 3] ^= 1;
		CU_ASSERT_EQUAL(read_der(buf_view(&der), &c), ERR_CSR_PROOF);
		csr_free(&c);
		buf_free(&der);
	}
}

static void
a_forbidden_digest_proves_nothing(void)
{
	struct buf der = {0};
	struct csr c;

	build(NULL, NULL, make_rsa(2048, 0), EVP_md5(), &der);
	CU_ASSERT_EQUAL(read_der(buf_view(&der), &c), ERR_CSR_PROOF);
	csr_free(&c);
	buf_free(&der);
}

/* A request by `key` that names another signature algorithm than the one it was signed with. */
static enum err_code
code_renamed(EVP_PKEY *key, int nid)
{
	X509_ALGOR *alg = X509_ALGOR_new();
	struct buf der = {0}, renamed = {0};
	enum err_code code;
	X509_REQ *req;
	struct csr c;

	build(NULL, NULL, key, key == make_ed25519() ? NULL : EVP_sha256(), &der);
	req = ossl_csr_read(buf_view(&der));
	X509_ALGOR_set0(alg, OBJ_nid2obj(nid), V_ASN1_NULL, NULL);
	CU_ASSERT_EQUAL_FATAL(X509_REQ_set1_signature_algo(req, alg), 1);
	CU_ASSERT_EQUAL_FATAL(ossl_write(&renamed, req, ASN1_ITEM_rptr(X509_REQ)), 0);
	code = read_der(buf_view(&renamed), &c);
	csr_free(&c);
	X509_REQ_free(req);
	X509_ALGOR_free(alg);
	buf_free(&der);
	buf_free(&renamed);
	return code;
}

static void
the_signature_is_what_it_is_called(void)
{
	struct buf der = {0};
	struct csr c;

	CU_ASSERT_EQUAL(code_renamed(make_rsa(2048, 0), NID_sha256WithRSAEncryption), ERR_OK);
	CU_ASSERT_EQUAL(code_renamed(make_rsa(2048, 0), NID_ecdsa_with_SHA256), ERR_CSR_PROOF);
	CU_ASSERT_EQUAL(code_renamed(make_rsa(2048, 0), NID_ED25519), ERR_CSR_PROOF);
	CU_ASSERT_EQUAL(code_renamed(make_ed25519(), NID_ED448), ERR_CSR_PROOF);
	/* A key that is never made. */
	build(NULL, NULL, make_ec("secp256k1"), EVP_sha256(), &der);
	CU_ASSERT_EQUAL(read_der(buf_view(&der), &c), ERR_CSR_PROOF);
	csr_free(&c);
	buf_free(&der);
}

static X509_PUBKEY *
spki_of(int nid, int type, int curve)
{
	X509_PUBKEY *spki = X509_PUBKEY_new();

	CU_ASSERT_EQUAL_FATAL(
	    X509_PUBKEY_set0_param(spki, OBJ_nid2obj(nid), type,
	        type == V_ASN1_OBJECT ? OBJ_nid2obj(curve) : NULL, OPENSSL_memdup("key", 3), 3),
	    1);
	return spki;
}

/* The same octets are the same key only under the same algorithm and on the same curve. */
static void
a_key_is_more_than_its_octets(void)
{
	X509_PUBKEY *rsa = spki_of(NID_rsaEncryption, V_ASN1_NULL, 0);
	X509_PUBKEY *bare = spki_of(NID_rsaEncryption, V_ASN1_UNDEF, 0);
	X509_PUBKEY *pss = spki_of(NID_rsassaPss, V_ASN1_NULL, 0);
	X509_PUBKEY *p256 = spki_of(NID_X9_62_id_ecPublicKey, V_ASN1_OBJECT, NID_X9_62_prime256v1);
	X509_PUBKEY *k256 = spki_of(NID_X9_62_id_ecPublicKey, V_ASN1_OBJECT, NID_secp256k1);

	CU_ASSERT_TRUE(csr_same_key(rsa, bare));
	CU_ASSERT_TRUE(csr_same_key(p256, p256));
	CU_ASSERT_FALSE(csr_same_key(rsa, pss));
	CU_ASSERT_FALSE(csr_same_key(p256, k256));
	X509_PUBKEY_free(rsa);
	X509_PUBKEY_free(bare);
	X509_PUBKEY_free(pss);
	X509_PUBKEY_free(p256);
	X509_PUBKEY_free(k256);
}

static void
the_signers_key_serves_when_it_is_the_same(void)
{
	X509 *same = make_cert(&(struct make_cert){.key = make_rsa(2048, 0), .cn = "CN=same"});
	X509 *other = make_cert(&(struct make_cert){.key = make_rsa(2048, 1), .cn = "CN=other"});
	struct known_key first = {.spki = X509_get_X509_PUBKEY(same), .key = make_rsa(2048, 0)};
	struct known_key second = {.spki = X509_get_X509_PUBKEY(other), .key = make_rsa(2048, 1)};
	struct buf der = {0};
	struct csr c;
	struct err e = ERR_INIT;

	build(NULL, NULL, make_rsa(2048, 0), EVP_sha256(), &der);
	CU_ASSERT_EQUAL(csr_read(buf_view(&der), &first, &c, &e), 0);
	CU_ASSERT_PTR_NOT_NULL(first.ctx.ctx);
	CU_ASSERT_TRUE(csr_same_key(X509_get_X509_PUBKEY(same), c.spki));
	CU_ASSERT_FALSE(csr_same_key(X509_get_X509_PUBKEY(other), c.spki));
	csr_free(&c);
	/* Another key is not taken for that of the request. */
	CU_ASSERT_EQUAL(csr_read(buf_view(&der), &second, &c, &e), 0);
	CU_ASSERT_PTR_NULL(second.ctx.ctx);
	csr_free(&c);
	/* Nor does the one handed in save a request whose signature is by somebody else. */
	der.p[der.n - 3] ^= 1;
	CU_ASSERT_EQUAL(csr_read(buf_view(&der), &first, &c, &e), -1);
	csr_free(&c);
	sig_ctx_free(&first.ctx);
	buf_free(&der);
	X509_free(same);
	X509_free(other);
}

static void
add_names(X509_REQ *req, void *arg)
{
	X509_NAME *name = X509_NAME_new();

	for (int i = 0; i < *(int *)arg; i++)
		X509_NAME_add_entry_by_NID(name, NID_organizationalUnitName, MBSTRING_UTF8,
		    (const unsigned char *)"x", 1, -1, i % 2 == 0 ? 0 : -1);
	X509_REQ_set_subject_name(req, name);
	X509_NAME_free(name);
}

/* Attributes of one type each, since OpenSSL writes none twice. */
static void
add_attributes(X509_REQ *req, void *arg)
{
	char oid[32];

	for (int i = 0; i < *(int *)arg; i++) {
		snprintf(oid, sizeof oid, "1.3.6.1.4.1.99999.%d", i);
		X509_REQ_add1_attr_by_txt(
		    req, oid, V_ASN1_UTF8STRING, (const unsigned char *)"x", 1);
	}
}

static void
add_values(X509_REQ *req, void *arg)
{
	X509_ATTRIBUTE *a = X509_ATTRIBUTE_create_by_NID(
	    NULL, NID_pkcs9_unstructuredName, V_ASN1_UTF8STRING, "x", 1);

	for (int i = 0; i < *(int *)arg; i++)
		X509_ATTRIBUTE_set1_data(a, V_ASN1_UTF8STRING, "x", 1);
	X509_REQ_add1_attr(req, a);
	X509_ATTRIBUTE_free(a);
}

static void
what_is_in_a_request_is_counted(void)
{
	static const struct {
		void (*change)(X509_REQ *req, void *arg);
		int most;
	} cases[] = {{add_names, CSR_SUBJECT_MAX}, {add_attributes, CSR_ATTRIBUTES_MAX}};
	int many = TLV_ELEMENTS_MAX;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int n = cases[i].most;

		CU_ASSERT_EQUAL(code_of(cases[i].change, &n), ERR_OK);
		n++;
		CU_ASSERT_EQUAL(code_of(cases[i].change, &n), ERR_CSR);
	}
	CU_ASSERT_EQUAL(code_of(add_values, &many), ERR_CSR);
}

static void
what_is_no_request_is_refused(void)
{
	/* The outer structure is right, and there is nothing in it. */
	static const char no_info[] = "\x30\x12\x30\x00\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d"
	                              "\x01\x01\x0b\x03\x01\x00";
	struct buf der = {0};
	struct csr c;

	make_csr(make_rsa(2048, 0), "CN=x", "secret", "DNS:x", &der);
	CU_ASSERT_EQUAL(read_der(buf_view(&der), &c), ERR_OK);
	CU_ASSERT_TRUE(c.has_challenge);
	csr_free(&c);
	CU_ASSERT_EQUAL(read_der(view_of(der.p, der.n - 1), &c), ERR_CSR);
	csr_free(&c);
	CU_ASSERT_EQUAL_FATAL(buf_add_str(&der, "!"), 0);
	CU_ASSERT_EQUAL(read_der(buf_view(&der), &c), ERR_CSR);
	csr_free(&c);
	CU_ASSERT_EQUAL(read_der(view_str("rubbish"), &c), ERR_CSR);
	csr_free(&c);
	/* Of a sane shape, but something else: all of it, or what is signed. */
	CU_ASSERT_EQUAL(read_der(view_of("\x30\x02\x05\x00", 4), &c), ERR_CSR);
	csr_free(&c);
	CU_ASSERT_EQUAL(read_der(view_of(no_info, sizeof no_info - 1), &c), ERR_CSR);
	csr_free(&c);
	buf_free(&der);
}

CU_TestInfo csr_tests[] = {
    T(the_challenge_is_read_from_every_string_type),
    T(an_empty_challenge_is_none),
    T(a_challenge_in_a_wrong_shape_is_refused),
    T(two_challenges_are_refused),
    T(extensions_are_read_under_every_name),
    T(extensions_in_a_wrong_shape_are_refused),
    T(a_wrong_version_number_is_forgiven),
    T(possession_is_proved_by_every_kind_of_key),
    T(a_forbidden_digest_proves_nothing),
    T(the_signature_is_what_it_is_called),
    T(a_key_is_more_than_its_octets),
    T(the_signers_key_serves_when_it_is_the_same),
    T(what_is_in_a_request_is_counted),
    T(what_is_no_request_is_refused),
    CU_TEST_INFO_NULL,
};
