/* SPDX-License-Identifier: ISC
 *
 * Algorithms and their parameters: MGF1, RSASSA-PSS (RFC 4056), which signature goes with which
 * key, and lengths and padding of the content ciphers.
 */
#include <string.h>

#include <openssl/rsa.h>

#include "harness.h"
#include "suites.h"
#include "wire/scep_sig.h"

static void
set_alg(X509_ALGOR *alg, int nid, int type, const void *der, size_t n)
{
	ASN1_STRING *param = ASN1_STRING_type_new(type);

	CU_ASSERT_EQUAL_FATAL(ASN1_STRING_set(param, der, (int)n), 1);
	X509_ALGOR_set0(alg, OBJ_nid2obj(nid), type, param);
}

/* What is written in a tag of its own. */
static X509_ALGOR *
written(void (*write)(enum digest hash, int n, struct der *d), enum digest hash)
{
	struct buf der = {0};
	struct der d = der_to(&der);
	X509_ALGOR *alg;

	write(hash, 0, &d);
	CU_ASSERT_EQUAL_FATAL(der_done(&d), 0);
	CU_ASSERT_EQUAL(der.p[0], 0xa0);
	alg = ossl_read(view_of(der.p + 2, der.n - 2), ASN1_ITEM_rptr(X509_ALGOR));
	CU_ASSERT_PTR_NOT_NULL_FATAL(alg);
	buf_free(&der);
	return alg;
}

static void
mgf1_has_a_digest_that_is_known(void)
{
	static const char sha256[] = "\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01";
	const size_t n = sizeof sha256 - 1;
	X509_ALGOR *mgf = written(alg_mgf1_write, DIGEST_SHA384);

	CU_ASSERT_EQUAL(alg_mgf1_read(NULL), DIGEST_SHA1);
	CU_ASSERT_EQUAL(alg_mgf1_read(mgf), DIGEST_SHA384);
	set_alg(mgf, NID_mgf1, V_ASN1_SEQUENCE, sha256, n);
	CU_ASSERT_EQUAL(alg_mgf1_read(mgf), DIGEST_SHA256);
	set_alg(mgf, NID_rsaesOaep, V_ASN1_SEQUENCE, sha256, n);
	CU_ASSERT_EQUAL(alg_mgf1_read(mgf), DIGEST_NONE);
	set_alg(mgf, NID_mgf1, V_ASN1_OCTET_STRING, sha256, n);
	CU_ASSERT_EQUAL(alg_mgf1_read(mgf), DIGEST_NONE);
	set_alg(mgf, NID_mgf1, V_ASN1_SEQUENCE, "\x30\x02\x05\x00", 4);
	CU_ASSERT_EQUAL(alg_mgf1_read(mgf), DIGEST_NONE);
	X509_ALGOR_free(mgf);
}

/* RSASSA-PSS-params: a digest, MGF1 over a digest, a salt, a trailer; -1: absent. */
struct pss {
	int type; /* of the parameters */
	int hash, mgf, salt, trailer;
};

static const struct pss fine = {V_ASN1_SEQUENCE, DIGEST_SHA256, DIGEST_SHA256, 32, -1};

static ASN1_INTEGER *
integer(int n)
{
	ASN1_INTEGER *i = ASN1_INTEGER_new();

	ASN1_INTEGER_set(i, n);
	return i;
}

static X509_ALGOR *
pss_alg(struct pss p, int mgf_nid)
{
	RSA_PSS_PARAMS *params = RSA_PSS_PARAMS_new();
	X509_ALGOR *alg = X509_ALGOR_new();
	unsigned char *der = NULL;
	int n;

	params->hashAlgorithm = written(alg_hash_write, (enum digest)p.hash);
	params->maskGenAlgorithm = written(alg_mgf1_write, (enum digest)p.mgf);
	ASN1_OBJECT_free(params->maskGenAlgorithm->algorithm);
	params->maskGenAlgorithm->algorithm = OBJ_nid2obj(mgf_nid);
	params->saltLength = integer(p.salt);
	if (p.trailer >= 0)
		params->trailerField = integer(p.trailer);
	n = i2d_RSA_PSS_PARAMS(params, &der);
	CU_ASSERT_TRUE_FATAL(n > 0);
	set_alg(alg, NID_rsassaPss, p.type, der, (size_t)n);
	OPENSSL_free(der);
	RSA_PSS_PARAMS_free(params);
	return alg;
}

/* Whether these parameters are admitted for SHA-256 and a key of this type. */
static bool
pss_admitted(struct pss p, int mgf_nid, int key_type)
{
	X509_ALGOR *alg = pss_alg(p, mgf_nid);
	struct sig_alg s;
	bool admitted = sig_alg_read(&s, alg, DIGEST_SHA256, key_type) == 0;

	if (admitted)
		CU_ASSERT_EQUAL(s.salt_len, p.salt);
	X509_ALGOR_free(alg);
	return admitted;
}

static void
pss_parameters_are_exact(void)
{
	struct pss p = fine;
	X509_ALGOR *alg = X509_ALGOR_new();
	struct sig_alg s;

	CU_ASSERT_TRUE(pss_admitted(fine, NID_mgf1, EVP_PKEY_RSA));
	CU_ASSERT_TRUE(pss_admitted(fine, NID_mgf1, EVP_PKEY_RSA_PSS));
	CU_ASSERT_FALSE(pss_admitted(fine, NID_mgf1, EVP_PKEY_EC));
	CU_ASSERT_FALSE(pss_admitted(fine, NID_rsaesOaep, EVP_PKEY_RSA));
	p.hash = DIGEST_SHA512;
	CU_ASSERT_FALSE(pss_admitted(p, NID_mgf1, EVP_PKEY_RSA));
	p = fine, p.mgf = DIGEST_SHA1; /* another digest in MGF1 is allowed by RFC 4055 */
	CU_ASSERT_TRUE(pss_admitted(p, NID_mgf1, EVP_PKEY_RSA));
	for (p = fine, p.salt = 0; p.salt <= EVP_MAX_MD_SIZE; p.salt += EVP_MAX_MD_SIZE)
		CU_ASSERT_TRUE(pss_admitted(p, NID_mgf1, EVP_PKEY_RSA));
	p.salt = -1;
	CU_ASSERT_FALSE(pss_admitted(p, NID_mgf1, EVP_PKEY_RSA));
	p.salt = EVP_MAX_MD_SIZE + 1;
	CU_ASSERT_FALSE(pss_admitted(p, NID_mgf1, EVP_PKEY_RSA));
	p = fine, p.trailer = 1;
	CU_ASSERT_TRUE(pss_admitted(p, NID_mgf1, EVP_PKEY_RSA));
	p.trailer = 2;
	CU_ASSERT_FALSE(pss_admitted(p, NID_mgf1, EVP_PKEY_RSA));
	p = fine, p.type = V_ASN1_OCTET_STRING;
	CU_ASSERT_FALSE(pss_admitted(p, NID_mgf1, EVP_PKEY_RSA));
	set_alg(alg, NID_rsassaPss, V_ASN1_SEQUENCE, "\x30\x02\x05\x00", 4);
	CU_ASSERT_EQUAL(sig_alg_read(&s, alg, DIGEST_SHA1, EVP_PKEY_RSA), -1);
	X509_ALGOR_free(alg);
}

static void
a_signature_goes_with_its_key(void)
{
	static const struct {
		int nid, key_type, rc;
	} cases[] = {
	    {NID_rsaEncryption, EVP_PKEY_RSA, 0},
	    {NID_sha256WithRSAEncryption, EVP_PKEY_RSA, 0},
	    {NID_X9_62_id_ecPublicKey, EVP_PKEY_EC, 0},
	    {NID_ecdsa_with_SHA256, EVP_PKEY_EC, 0},
	    {NID_rsaEncryption, EVP_PKEY_EC, -1},
	    {NID_rsaEncryption, EVP_PKEY_ED25519, -1},
	    {NID_sha256WithRSAEncryption, EVP_PKEY_EC, -1},
	    {NID_ecdsa_with_SHA256, EVP_PKEY_RSA, -1},
	    {NID_X9_62_id_ecPublicKey, EVP_PKEY_RSA, -1},
	    {NID_dsa, EVP_PKEY_EC, -1},
	    {NID_dsa, EVP_PKEY_RSA, -1},
	    {NID_ED25519, EVP_PKEY_ED25519, -1},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		X509_ALGOR *alg = X509_ALGOR_new();
		struct sig_alg s;

		X509_ALGOR_set0(alg, OBJ_nid2obj(cases[i].nid), V_ASN1_NULL, NULL);
		CU_ASSERT_EQUAL(
		    sig_alg_read(&s, alg, DIGEST_SHA256, cases[i].key_type), cases[i].rc);
		X509_ALGOR_free(alg);
	}
}

static void
ciphers_take_only_their_own_lengths_and_padding(void)
{
	static const uint8_t zeros[64];
	const struct view iv = view_of(zeros, 16), key = view_of(zeros, 16);
	struct buf sealed = {0};
	struct secret out = {0};

	CU_ASSERT_EQUAL_FATAL(
	    cipher_encrypt(CIPHER_AES128, key, iv, view_str("sixteen octets.."), &sealed), 0);
	CU_ASSERT_EQUAL_FATAL(sealed.n, 32);
	CU_ASSERT_EQUAL(cipher_decrypt(CIPHER_AES128, key, iv, buf_view(&sealed), &out), 0);
	CU_ASSERT_TRUE(view_eq(secret_view(&out), view_str("sixteen octets..")));
	CU_ASSERT_EQUAL(
	    cipher_decrypt(CIPHER_AES128, view_of(zeros, 15), iv, buf_view(&sealed), &out), -1);
	CU_ASSERT_EQUAL(
	    cipher_decrypt(CIPHER_AES128, view_of(zeros, 32), iv, buf_view(&sealed), &out), -1);
	CU_ASSERT_EQUAL(
	    cipher_decrypt(CIPHER_AES128, key, view_of(zeros, 8), buf_view(&sealed), &out), -1);
	/* Without its last block the text ends in no padding. */
	CU_ASSERT_EQUAL(cipher_decrypt(CIPHER_AES128, key, iv, view_of(sealed.p, 16), &out), -1);
	secret_free(&out);
	buf_free(&sealed);
}

CU_TestInfo alg_tests[] = {
    T(mgf1_has_a_digest_that_is_known),
    T(pss_parameters_are_exact),
    T(a_signature_goes_with_its_key),
    T(ciphers_take_only_their_own_lengths_and_padding),
    CU_TEST_INFO_NULL,
};
