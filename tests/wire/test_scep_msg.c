/* SPDX-License-Identifier: ISC
 *
 * SignedData: what is written is read again and verifies; what differs in one place is refused for
 * that reason.
 */
#include "harness.h"
#include "suites.h"
#include "support/change.h"
#include "support/make.h"
#include "wire/scep_sig.h"

#include <openssl/bn.h>
#include <openssl/param_build.h>
#include <openssl/x509v3.h>

#define ALL_DIGESTS (ALGS_ALL.digests)

static void
sign(
    EVP_PKEY *key, X509 *cert, enum digest d, bool pss, const struct view *content, struct buf *out)
{
	const struct msg_signer by = {.cert = cert, .key = key, .digest = d, .pss = pss};
	struct scep_attrs a = SCEP_ATTRS_INIT;
	struct err e = ERR_INIT;

	a.type = TYPE_PKCS_REQ;
	a.transaction_id = view_str("tid");
	a.sender_nonce = view_str("0123456789abcdef");
	CU_ASSERT_EQUAL_FATAL(scep_msg_write(&a, content, &by, NULL, out, &e), 0);
}

static enum err_code
read_verify(struct view der, unsigned digests, struct scep_msg *m)
{
	struct err e = ERR_INIT;

	if (scep_msg_read(der, m, &e) == 0)
		(void)!scep_msg_verify(m, digests, NULL, &e);
	return e.code;
}

static enum err_code
outcome(struct view der, unsigned digests)
{
	struct scep_msg m;
	enum err_code code = read_verify(der, digests, &m);

	scep_msg_free(&m);
	return code;
}

static struct view content_view = {(const uint8_t *)"content", 7};

/* A good message by an RSA key, shared by the cases that spoil it. */
static void
good(struct buf *out)
{
	static X509 *cert;

	if (cert == NULL)
		cert = make_cert(&(struct make_cert){.key = make_rsa(2048, 0), .cn = "CN=signer"});
	sign(make_rsa(2048, 0), cert, DIGEST_SHA256, false, &content_view, out);
}

static enum err_code
spoiled(void (*change)(CMS_SIGNED *, CMS_SIGNER *, void *), void *arg, bool sign_again)
{
	struct buf der = {0}, changed = {0};
	enum err_code code;

	good(&der);
	make_changed(buf_view(&der), change, arg, sign_again ? make_rsa(2048, 0) : NULL, &changed);
	code = outcome(buf_view(&changed), ALL_DIGESTS);
	buf_free(&der);
	buf_free(&changed);
	return code;
}

static void
every_algorithm_round_trips(void)
{
	static const struct {
		int kind;
		bool pss;
	} keys[] = {{0, false}, {0, true}, {1, false}, {2, false}, {3, false}};
	static const char *const curves[] = {NULL, "P-256", "P-384", "P-521"};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		EVP_PKEY *key =
		    keys[i].kind == 0 ? make_rsa(2048, 0) : make_ec(curves[keys[i].kind]);
		X509 *cert = make_cert(&(struct make_cert){.key = key, .cn = "CN=signer"});

		for (int d = 0; d < DIGEST_COUNT; d++) {
			struct buf der = {0};
			struct scep_msg m;

			sign(key, cert, (enum digest)d, keys[i].pss, &content_view, &der);
			CU_ASSERT_EQUAL(read_verify(buf_view(&der), ALL_DIGESTS, &m), ERR_OK);
			CU_ASSERT_EQUAL(m.digest, (enum digest)d);
			CU_ASSERT_TRUE(view_eq(m.content, content_view));
			CU_ASSERT_EQUAL(X509_cmp(m.signer, cert), 0);
			scep_msg_free(&m);
			CU_ASSERT_EQUAL(
			    outcome(buf_view(&der), ALL_DIGESTS & ~(1u << d)), ERR_DIGEST);
			buf_free(&der);
		}
		X509_free(cert);
	}
}

static void
absent_and_empty_content_differ(void)
{
	X509 *cert = make_cert(&(struct make_cert){.key = make_rsa(2048, 0), .cn = "CN=signer"});
	struct view empty = {0};
	const struct view *cases[] = {NULL, &empty};

	for (size_t i = 0; i < 2; i++) {
		struct buf der = {0};
		struct scep_msg m;

		sign(make_rsa(2048, 0), cert, DIGEST_SHA256, false, cases[i], &der);
		CU_ASSERT_EQUAL(read_verify(buf_view(&der), ALL_DIGESTS, &m), ERR_OK);
		CU_ASSERT_EQUAL(m.has_content, cases[i] != NULL);
		CU_ASSERT_EQUAL(m.content.n, 0);
		scep_msg_free(&m);
		buf_free(&der);
	}
	X509_free(cert);
}

static void
odd_signer_certificates_serve(void)
{
	static const struct make_cert odd[] = {
	    {.cn = "CN=v1", .v1 = true},
	    {.cn = "CN=expired", .start = -20 * 86400, .days = -10},
	    {.cn = "CN=future", .start = 20 * 86400, .days = 30},
	    {.cn = "CN=negative", .serial = -5},
	};

	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		struct make_cert m = odd[i];
		struct buf der = {0};
		X509 *cert;

		m.key = make_rsa(2048, 0);
		cert = make_cert(&m);
		sign(m.key, cert, DIGEST_SHA256, false, &content_view, &der);
		CU_ASSERT_EQUAL(outcome(buf_view(&der), ALL_DIGESTS), ERR_OK);
		buf_free(&der);
		X509_free(cert);
	}
}

static void
forbidden_algorithms_are_refused_before_the_signature(void)
{
	int md5 = NID_md5, md4 = NID_md4, wrong = NID_sha512WithRSAEncryption,
	    md5rsa = NID_md5WithRSAEncryption;
	int ecdsa = NID_ecdsa_with_SHA256, fine = NID_sha256WithRSAEncryption, ed = NID_ED25519;

	/* The signature is never made again: were it looked at first, the answer would be another.
	 */
	CU_ASSERT_EQUAL(spoiled(change_nothing, NULL, true), ERR_OK);
	CU_ASSERT_EQUAL(spoiled(change_digest, &md5, false), ERR_DIGEST);
	CU_ASSERT_EQUAL(spoiled(change_digest, &md4, false), ERR_DIGEST);
	CU_ASSERT_EQUAL(spoiled(change_sig_alg, &wrong, false), ERR_SIGNATURE_ALG);
	CU_ASSERT_EQUAL(spoiled(change_sig_alg, &md5rsa, false), ERR_SIGNATURE_ALG);
	CU_ASSERT_EQUAL(spoiled(change_sig_alg, &ecdsa, false), ERR_SIGNATURE_ALG);
	CU_ASSERT_EQUAL(spoiled(change_sig_alg, &ed, false), ERR_SIGNATURE_ALG);
	CU_ASSERT_EQUAL(spoiled(change_sig_alg, &fine, false), ERR_OK);
}

static void
drop_attrs(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	(void)sd;
	(void)arg;
	sk_X509_ATTRIBUTE_pop_free(si->signed_attrs, X509_ATTRIBUTE_free);
	si->signed_attrs = NULL;
}

static void
second_signer(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	(void)arg;
	sk_CMS_SIGNER_push(sd->signers, ASN1_item_dup(ASN1_ITEM_rptr(CMS_SIGNER), si));
}

static void
many_digests(CMS_SIGNED *sd, CMS_SIGNER *si, void *n)
{
	while (sk_X509_ALGOR_num(sd->digest_algs) > *(int *)n)
		X509_ALGOR_free(sk_X509_ALGOR_pop(sd->digest_algs));
	while (sk_X509_ALGOR_num(sd->digest_algs) < *(int *)n)
		sk_X509_ALGOR_push(sd->digest_algs, X509_ALGOR_dup(si->digest_alg));
}

static void
many_certs(CMS_SIGNED *sd, CMS_SIGNER *si, void *n)
{
	(void)si;
	while (sk_ASN1_TYPE_num(sd->certs) < *(int *)n)
		sk_ASN1_TYPE_push(
		    sd->certs, change_any(cms_any_view(sk_ASN1_TYPE_value(sd->certs, 0))));
}

static void
set_content_type(CMS_SIGNED *sd, CMS_SIGNER *si, void *nid)
{
	(void)si;
	ASN1_OBJECT_free(sd->encap->type);
	sd->encap->type = OBJ_nid2obj(*(int *)nid);
}

static void
shapes_out_of_bounds_are_refused(void)
{
	int seventeen = 17, sixteen = 16, none = 0, nine = 9, eight = 8;
	int enveloped = NID_pkcs7_enveloped, signed_data = NID_pkcs7_signed;

	CU_ASSERT_EQUAL(spoiled(drop_attrs, NULL, false), ERR_ATTRIBUTE);
	CU_ASSERT_EQUAL(spoiled(second_signer, NULL, false), ERR_MESSAGE);
	CU_ASSERT_EQUAL(spoiled(many_digests, &seventeen, false), ERR_LIMITS);
	CU_ASSERT_EQUAL(spoiled(many_digests, &sixteen, false), ERR_OK);
	CU_ASSERT_EQUAL(spoiled(many_digests, &none, false), ERR_LIMITS);
	CU_ASSERT_EQUAL(spoiled(many_certs, &nine, false), ERR_LIMITS);
	CU_ASSERT_EQUAL(spoiled(many_certs, &eight, false), ERR_OK);
	CU_ASSERT_EQUAL(spoiled(change_no_certs, NULL, false), ERR_SIGNER);
	CU_ASSERT_EQUAL(spoiled(set_content_type, &enveloped, false), ERR_OK);
	CU_ASSERT_EQUAL(spoiled(set_content_type, &signed_data, false), ERR_MESSAGE);
}

/* The signer's certificate is the one that the sid means, wherever it stands. */
static void
other_cert_first(CMS_SIGNED *sd, CMS_SIGNER *si, void *der)
{
	(void)si;
	sk_ASN1_TYPE_insert(sd->certs, change_any(buf_view(der)), 0);
}

static void
the_signer_is_found_by_sid(void)
{
	EVP_PKEY *key = make_rsa(2048, 0);
	X509 *other = make_cert(
	    &(struct make_cert){.key = make_rsa(2048, 1), .cn = "CN=signer", .serial = 7});
	X509 *with_id = make_cert(
	    &(struct make_cert){.key = key, .cn = "CN=id", .exts = {"subjectKeyIdentifier=hash"}});
	struct buf der = {0}, changed = {0};

	CU_ASSERT_EQUAL_FATAL(ossl_write(&der, other, ASN1_ITEM_rptr(X509)), 0);
	CU_ASSERT_EQUAL(spoiled(other_cert_first, &der, false), ERR_OK);
	buf_free(&der);
	sign(key, with_id, DIGEST_SHA256, false, &content_view, &der);
	make_changed(buf_view(&der), change_to_key_id, with_id, NULL, &changed);
	CU_ASSERT_EQUAL(outcome(buf_view(&changed), ALL_DIGESTS), ERR_OK);
	buf_free(&der);
	buf_free(&changed);
	X509_free(other);
	X509_free(with_id);
}

/* A reply may come without certificates; then the one we hold counts, if the sid means it. */
static void
a_known_certificate_can_stand_in(void)
{
	X509 *cert = make_cert(&(struct make_cert){.key = make_rsa(2048, 0), .cn = "CN=signer"});
	X509 *other = make_cert(&(struct make_cert){.key = make_rsa(2048, 0), .cn = "CN=other"});
	struct buf der = {0}, bare = {0};
	struct scep_msg m;
	struct err e = ERR_INIT;

	sign(make_rsa(2048, 0), cert, DIGEST_SHA256, false, &content_view, &der);
	make_changed(buf_view(&der), change_no_certs, NULL, NULL, &bare);
	CU_ASSERT_EQUAL_FATAL(scep_msg_read(buf_view(&bare), &m, &e), 0);
	CU_ASSERT_EQUAL(scep_msg_verify(&m, ALL_DIGESTS, cert, &e), 0);
	scep_msg_free(&m);
	CU_ASSERT_EQUAL_FATAL(scep_msg_read(buf_view(&bare), &m, &e), 0);
	CU_ASSERT_EQUAL(scep_msg_verify(&m, ALL_DIGESTS, other, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_SIGNER);
	scep_msg_free(&m);
	buf_free(&der);
	buf_free(&bare);
	X509_free(cert);
	X509_free(other);
}

static void
change_content(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	(void)si;
	(void)arg;
	sd->encap->content->data[0] ^= 1;
}

static void
change_attr(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	(void)sd;
	(void)arg;
	X509_ATTRIBUTE_free(
	    sk_X509_ATTRIBUTE_delete(si->signed_attrs, 0)); /* contentType or a SCEP attribute */
}

static void
drop_content_type(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	(void)sd;
	(void)arg;
	for (int i = 0; i < sk_X509_ATTRIBUTE_num(si->signed_attrs); i++)
		if (OBJ_obj2nid(X509_ATTRIBUTE_get0_object(
		        sk_X509_ATTRIBUTE_value(si->signed_attrs, i))) == NID_pkcs9_contentType)
			X509_ATTRIBUTE_free(sk_X509_ATTRIBUTE_delete(si->signed_attrs, i));
}

static void
what_was_not_signed_does_not_verify(void)
{
	CU_ASSERT_EQUAL(spoiled(change_content, NULL, true), ERR_SIGNATURE);
	CU_ASSERT_EQUAL(spoiled(change_attr, NULL, false), ERR_SIGNATURE);
	CU_ASSERT_EQUAL(spoiled(drop_content_type, NULL, true), ERR_SIGNATURE);
	CU_ASSERT_EQUAL(spoiled(change_signature, NULL, false), ERR_SIGNATURE);
}

/* The key of the certificate is replaced by one that is costly to verify with. */
static void
set_key(CMS_SIGNED *sd, CMS_SIGNER *si, void *key)
{
	X509 *cert = ossl_cert_read(cms_any_view(sk_ASN1_TYPE_value(sd->certs, 0)));
	struct buf der = {0};

	(void)si;
	X509_set_pubkey(cert, key);
	CU_ASSERT_TRUE_FATAL(X509_sign(cert, make_rsa(2048, 0), EVP_sha256()) > 0);
	CU_ASSERT_EQUAL_FATAL(ossl_write(&der, cert, ASN1_ITEM_rptr(X509)), 0);
	ASN1_TYPE_free(sk_ASN1_TYPE_pop(sd->certs));
	sk_ASN1_TYPE_push(sd->certs, change_any(buf_view(&der)));
	buf_free(&der);
	X509_free(cert);
}

static EVP_PKEY *
strange_rsa(unsigned bits, const char *exponent)
{
	BIGNUM *n = BN_new(), *exp = NULL;
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params;
	EVP_PKEY *key = NULL;

	BN_rand(n, (int)bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
	BN_hex2bn(&exp, exponent);
	OSSL_PARAM_BLD_push_BN(bld, "n", n);
	OSSL_PARAM_BLD_push_BN(bld, "e", exp);
	params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_fromdata_init(ctx);
	EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	BN_free(n);
	BN_free(exp);
	return key;
}

static void
keys_that_cost_are_refused_before_the_signature(void)
{
	static const struct {
		unsigned bits;
		const char *exponent;
	} keys[] = {{16384, "10001"}, {8200, "10001"}, {2048, "8000000000000001"}, {2048, "10000"},
	    {2048, "1"}, {504, "10001"}};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		EVP_PKEY *key = strange_rsa(keys[i].bits, keys[i].exponent);

		CU_ASSERT_EQUAL(spoiled(set_key, key, false), ERR_SIGNER_KEY);
		EVP_PKEY_free(key);
	}
}

static void
what_is_no_message_is_refused(void)
{
	static const char *const junk[] = {"", "0", "hello", "\x30\x80", "\x30\x03\x02\x01\x00"};
	struct buf der = {0};

	for (size_t i = 0; i < sizeof junk / sizeof *junk; i++)
		CU_ASSERT_EQUAL(outcome(view_str(junk[i]), ALL_DIGESTS), ERR_MESSAGE);
	good(&der);
	for (size_t n = 1; n < der.n; n += 7)
		CU_ASSERT_EQUAL(outcome(view_of(der.p, n), ALL_DIGESTS), ERR_MESSAGE);
	CU_ASSERT_EQUAL_FATAL(buf_add_str(&der, "x"), 0);
	CU_ASSERT_EQUAL(outcome(buf_view(&der), ALL_DIGESTS), ERR_MESSAGE);
	buf_free(&der);
}

/* Signed over the content itself. */
static void
without_attrs(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	struct buf sig = {0};

	(void)arg;
	sk_X509_ATTRIBUTE_pop_free(si->signed_attrs, X509_ATTRIBUTE_free);
	si->signed_attrs = NULL;
	make_sig(make_rsa(2048, 0), DIGEST_SHA256, ossl_string_view(sd->encap->content), &sig);
	CU_ASSERT_EQUAL(ASN1_STRING_set(si->signature, sig.p, (int)sig.n), 1);
	buf_free(&sig);
}

static enum err_code
signed_outcome(const struct buf *der)
{
	struct err e = ERR_INIT;
	struct scep_msg m;

	if (scep_signed_read(buf_view(der), &m, &e) == 0)
		(void)!scep_msg_verify(&m, ALL_DIGESTS, NULL, &e);
	scep_msg_free(&m);
	return e.code;
}

/* The answer to GetNextCACert. */
static void
one_that_is_no_message_has_no_attributes_of_scep(void)
{
	X509 *cert = make_cert(&(struct make_cert){.key = make_rsa(2048, 0), .cn = "CN=signer"});
	const struct msg_signer by = {
	    .cert = cert, .key = make_rsa(2048, 0), .digest = DIGEST_SHA256};
	struct scep_attrs a = SCEP_ATTRS_INIT;
	struct err e = ERR_INIT;
	struct buf der = {0}, changed = {0};

	CU_ASSERT_EQUAL_FATAL(scep_msg_write(&a, &content_view, &by, NULL, &der, &e), 0);
	CU_ASSERT_EQUAL(outcome(buf_view(&der), ALL_DIGESTS), ERR_ATTRIBUTE);
	CU_ASSERT_EQUAL(signed_outcome(&der), ERR_OK);
	make_changed(buf_view(&der), without_attrs, NULL, NULL, &changed);
	CU_ASSERT_EQUAL(signed_outcome(&changed), ERR_SIGNATURE);
	X509_free(cert);
	buf_free(&der);
	buf_free(&changed);
}

/* Nobody sends a part of a message: without memory for all of it nothing is appended. */
static void
a_message_is_written_whole_or_not_at_all(void)
{
	X509 *cert = make_cert(&(struct make_cert){.key = make_rsa(2048, 0), .cn = "CN=x"});
	const struct msg_signer by = {
	    .cert = cert, .key = make_rsa(2048, 0), .digest = DIGEST_SHA256};
	struct scep_attrs a = SCEP_ATTRS_INIT;
	struct buf whole = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(scep_msg_write(&a, &content_view, &by, NULL, &whole, &e), 0);
	for (size_t max = 7; max < whole.n + 6; max += 50) {
		struct buf out = {.max = max};

		CU_ASSERT_EQUAL(buf_add_str(&out, "before"), 0);
		CU_ASSERT_EQUAL(scep_msg_write(&a, &content_view, &by, NULL, &out, &e), -1);
		CU_ASSERT_EQUAL(out.n, 6);
		CU_ASSERT_EQUAL(e.code, ERR_INTERNAL);
		err_clear(&e);
		buf_free(&out);
	}
	buf_free(&whole);
	X509_free(cert);
}

/* The context that is kept for a key serves the next signature only by the same algorithm. */
static void
what_is_kept_of_a_key_is_for_one_algorithm(void)
{
	static const struct sig_alg algs[] = {
	    {SIG_RSA_PKCS1, DIGEST_SHA256, 0, 0},
	    {SIG_RSA_PKCS1, DIGEST_SHA512, 0, 0},
	    {SIG_RSA_PSS, DIGEST_SHA512, DIGEST_SHA512, 64},
	    {SIG_RSA_PSS, DIGEST_SHA512, DIGEST_SHA256, 64},
	    {SIG_RSA_PSS, DIGEST_SHA512, DIGEST_SHA256, 32},
	    {SIG_RSA_PKCS1, DIGEST_SHA512, DIGEST_SHA256, 32},
	};
	EVP_PKEY *key = make_rsa(2048, 0);
	struct known_key verifies = {.key = key};
	struct sig_ctx signs = {0};

	for (size_t i = 0; i < sizeof algs / sizeof *algs; i++) {
		struct known_key other = {.key = key};
		struct buf first = {0}, second = {0};

		CU_ASSERT_EQUAL_FATAL(sig_make(key, &signs, &algs[i], content_view, &first), 0);
		CU_ASSERT_EQUAL(sig_verify(&verifies, &algs[i], content_view, buf_view(&first)), 0);
		CU_ASSERT_EQUAL(sig_verify(&other, &algs[i], content_view, buf_view(&first)), 0);
		/* Nor does one for verifying sign. */
		CU_ASSERT_EQUAL_FATAL(
		    sig_make(key, &other.ctx, &algs[i], content_view, &second), 0);
		CU_ASSERT_EQUAL(
		    sig_verify(&verifies, &algs[i], content_view, buf_view(&second)), 0);
		sig_ctx_free(&other.ctx);
		buf_free(&first);
		buf_free(&second);
	}
	sig_ctx_free(&signs);
	sig_ctx_free(&verifies.ctx);
}

/* After a failure OpenSSL may have left something with the key: the next context is of a copy. */
static void
what_failed_is_not_used_again(void)
{
	static const struct sig_alg alg = {.digest = DIGEST_SHA256};
	EVP_PKEY *key = make_rsa(2048, 0);
	struct known_key verifies = {.key = key};
	struct buf narrow = {.max = 10}, sig = {0};
	struct sig_ctx kept = {0};

	CU_ASSERT_EQUAL_FATAL(sig_make(key, &kept, &alg, content_view, &sig), 0);
	CU_ASSERT_PTR_EQUAL(EVP_PKEY_CTX_get0_pkey(kept.ctx), key);
	CU_ASSERT_EQUAL(sig_make(key, &kept, &alg, content_view, &narrow), -1);
	CU_ASSERT_PTR_NULL(kept.ctx);
	buf_cut(&sig, 0);
	CU_ASSERT_EQUAL_FATAL(sig_make(key, &kept, &alg, content_view, &sig), 0);
	CU_ASSERT_PTR_NOT_EQUAL(EVP_PKEY_CTX_get0_pkey(kept.ctx), key);
	CU_ASSERT_EQUAL(sig_verify(&verifies, &alg, content_view, buf_view(&sig)), 0);
	sig_ctx_free(&kept);
	sig_ctx_free(&verifies.ctx);
	buf_free(&narrow);
	buf_free(&sig);
}

CU_TestInfo scep_msg_tests[] = {
    T(every_algorithm_round_trips),
    T(absent_and_empty_content_differ),
    T(odd_signer_certificates_serve),
    T(forbidden_algorithms_are_refused_before_the_signature),
    T(shapes_out_of_bounds_are_refused),
    T(the_signer_is_found_by_sid),
    T(a_known_certificate_can_stand_in),
    T(what_was_not_signed_does_not_verify),
    T(keys_that_cost_are_refused_before_the_signature),
    T(what_is_no_message_is_refused),
    T(one_that_is_no_message_has_no_attributes_of_scep),
    T(a_message_is_written_whole_or_not_at_all),
    T(what_is_kept_of_a_key_is_for_one_algorithm),
    T(what_failed_is_not_used_again),
    CU_TEST_INFO_NULL,
};
