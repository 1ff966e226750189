/* SPDX-License-Identifier: ISC
 *
 * Messages of real clients. The recorded ones that are ours to keep are enrolled again, under the
 * day on which they were made; those found in public are decoded to what is known of them, or
 * refused for the known reason.
 */
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/ossl.h"
#include "fixtures.h"
#include "harness.h"
#include "signer/signer.h"
#include "rig.h"
#include "suites.h"

#define RECORDED 1795421400 /* 2026-11-23 08:10 UTC: when the live messages were made */

static X509 *
cert_of(const char *name, int (*fixture)(const char *, struct buf *))
{
	struct buf pem = {0};
	struct err e = ERR_INIT;
	STACK_OF(X509) *certs;
	X509 *cert;

	if (fixture(name, &pem) != 0)
		return NULL;
	certs = certs_read_pem(buf_view(&pem), &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(certs);
	cert = sk_X509_shift(certs);
	sk_X509_pop_free(certs, X509_free);
	buf_free(&pem);
	return cert;
}

static EVP_PKEY *
key_of(const char *name, int (*fixture)(const char *, struct buf *))
{
	struct buf pem = {0};
	BIO *in;
	EVP_PKEY *key;

	if (fixture(name, &pem) != 0)
		return NULL;
	in = BIO_new_mem_buf(pem.p, (int)pem.n);
	key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	BIO_free(in);
	buf_free(&pem);
	return key;
}

/* "s3cret", the challenge of the recordings, is shorter than scepd would take: its text is made
 * here. */
static void
add_recorded_challenge(struct profile *p)
{
	uint8_t salt[16] = "recorded", hash[32];
	struct buf text = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(EVP_PBE_scrypt("s3cret", 6, salt, sizeof salt, 1 << 14, 8, 1,
	                          64 << 20, hash, sizeof hash),
	    1);
	CU_ASSERT_EQUAL_FATAL(buf_add_str(&text, "scrypt:14:8:1:"), 0);
	CU_ASSERT_EQUAL_FATAL(hex_write(&text, view_of(salt, sizeof salt)), 0);
	CU_ASSERT_EQUAL_FATAL(buf_add_str(&text, ":"), 0);
	CU_ASSERT_EQUAL_FATAL(hex_write(&text, view_of(hash, sizeof hash)), 0);
	CU_ASSERT_EQUAL_FATAL(
	    challenge_add(&p->challenges, "recorded", buf_str(&text), 0, 0, &e), 0);
	buf_free(&text);
}

/* The rig's profile, with the recorded recipients as its RAs. */
static void
use_recorded_recipients(struct rig *r)
{
	static const char *const names[][2] = {{"live_recipient_ca.pem", "live_recipient_ca.key"},
	    {"live_recipient_ra.pem", "live_recipient_ra.key"},
	    {"live_recipient_raenc.pem", "live_recipient_raenc.key"}};

	ra_key_free(r->sp->ras[0]);
	for (size_t i = 0; i < 3; i++) {
		X509 *cert = cert_of(names[i][0], fixture_live);
		struct err e = ERR_INIT;

		r->sp->ras[i] = ra_key_new(key_of(names[i][1], fixture_live), cert, &e);
		CU_ASSERT_PTR_NOT_NULL_FATAL(r->sp->ras[i]);
		X509_free(cert);
	}
	r->sp->n_ras = 3;
	challenge_set_free(&r->sp->profile.challenges);
	add_recorded_challenge(&r->sp->profile);
}

static void
recorded_enrolments_get_certificates(void)
{
	static const struct {
		const char *file, *subject;
	} cases[] = {
	    {"live_certmonger_PKCSReq_get.der", "/O=Capture/CN=certmonger.example"},
	    {"live_certmonger_aes256_get.der", "/O=Capture/CN=certmonger.example"},
	    {"live_certmonger_3des_get.der", "/O=Capture/CN=certmonger.example"},
	    {"live_certmonger_ra_get.der", "/O=Capture/CN=certmonger.example"},
	    {"live_certmonger_pend_PKCSReq_get.der", "/O=Capture/CN=certmonger.example"},
	    {"live_strongswan_PKCSReq_aes_sha256.der", "/C=XX/O=Capture/CN=swan.example"},
	    {"live_strongswan_des3.der", "/C=XX/O=Capture/CN=swan.example"},
	    {"live_strongswan_des3_sha1.der", "/C=XX/O=Capture/CN=swan.example"},
	    {"live_strongswan_sha512.der", "/C=XX/O=Capture/CN=swan.example"},
	    {"live_strongswan_rsapss.der", "/C=XX/O=Capture/CN=swan.example"},
	    {"live_strongswan_pend_PKCSReq.der", "/C=XX/O=Capture/CN=swan.example"},
	};
	struct rig r;

	rig_start(&r, NULL);
	use_recorded_recipients(&r);
	clock_fix(RECORDED);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct http_request in = {
		    .method = HTTP_POST, .path = view_str("/scep/" RIG_PROFILE)};
		struct buf der = {0};
		struct http_reply out;
		struct seen s;
		struct scep_msg request, reply;
		struct err e = ERR_INIT;

		CU_ASSERT_EQUAL_FATAL(fixture_live(cases[i].file, &der), 0);
		in.body = buf_view(&der);
		rig_handle(&r, &in, &out, &s);
		CU_ASSERT_STRING_EQUAL(s.slug, "issued");
		CU_ASSERT_PTR_NOT_NULL(strstr(s.line, "by=static:recorded"));
		CU_ASSERT_EQUAL_FATAL(scep_msg_read(in.body, &request, &e), 0);
		CU_ASSERT_EQUAL_FATAL(scep_msg_read(buf_view(&out.body), &reply, &e), 0);
		CU_ASSERT_EQUAL(reply.attrs.status, STATUS_SUCCESS);
		CU_ASSERT_TRUE(view_eq(reply.attrs.transaction_id, request.attrs.transaction_id));
		CU_ASSERT_TRUE(view_eq(reply.attrs.recipient_nonce, request.attrs.sender_nonce));
		scep_msg_free(&request);
		scep_msg_free(&reply);
		http_reply_free(&out);
		buf_free(&der);
	}
	clock_fix(0);
	rig_stop(&r);
}

/* The content of an envelope, with the key of its recipient. */
static void
open_with(const struct scep_msg *m, X509 *cert, EVP_PKEY *key, struct secret *content)
{
	struct err e = ERR_INIT;
	struct ra_key *ra;
	struct scep_env env;
	struct env_recipient r;
	struct secret cek = {0};

	EVP_PKEY_up_ref(key);
	ra = ra_key_new(key, cert, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ra);
	CU_ASSERT_EQUAL_FATAL(scep_env_read(m->content, ALGS_ALL.ciphers, &env, &e), 0);
	CU_ASSERT_EQUAL_FATAL(scep_env_recipient(&env, cert, &r, &e), 0);
	CU_ASSERT_EQUAL_FATAL(signer_unwrap(ra, &r, cipher_key_len(env.cipher), &cek, &e), 0);
	CU_ASSERT_EQUAL(scep_env_open(&env, secret_view(&cek), content, &e), 0);
	secret_free(&cek);
	scep_env_free(&env);
	ra_key_free(ra);
}

static void
recorded_messages_decrypt_to_what_was_inside(void)
{
	static const struct {
		const char *name;
		int type;
		size_t tid;
	} cases[] = {
	    {"live_certmonger_PKCSReq_get", 19, 76},
	    {"live_certmonger_rekey19_get", 19, 77},
	    {"live_certmonger_resubmit_get", 19, 77},
	    {"live_certmonger_pend_GetCertInitial20_get", 20, 77},
	    {"live_strongswan_RenewalReq17", 17, 40},
	    {"live_strongswan_pend_CertPoll20", 20, 40},
	    {"live_strongswan_rsapss", 19, 40},
	    {"live_strongswan_PKCSReq_aes_sha256", 19, 40},
	};
	X509 *cert = cert_of("live_recipient_ca.pem", fixture_live);
	EVP_PKEY *key = key_of("live_recipient_ca.key", fixture_live);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char file[100];
		struct buf der = {0}, inner = {0};
		struct scep_msg m;
		struct secret content = {0};
		struct err e = ERR_INIT;

		snprintf(file, sizeof file, "%s.der", cases[i].name);
		CU_ASSERT_EQUAL_FATAL(fixture_live(file, &der), 0);
		snprintf(file, sizeof file, "%s.inner.der", cases[i].name);
		CU_ASSERT_EQUAL_FATAL(fixture_live(file, &inner), 0);
		CU_ASSERT_EQUAL_FATAL(scep_msg_read(buf_view(&der), &m, &e), 0);
		CU_ASSERT_EQUAL(scep_msg_verify(&m, ALGS_ALL.digests, NULL, &e), 0);
		CU_ASSERT_EQUAL(m.attrs.type, cases[i].type);
		CU_ASSERT_EQUAL(m.attrs.transaction_id.n, cases[i].tid);
		CU_ASSERT_EQUAL(m.attrs.sender_nonce.n, 16);
		open_with(&m, cert, key, &content);
		CU_ASSERT_TRUE(view_eq(secret_view(&content), buf_view(&inner)));
		if (cases[i].type == 20) {
			struct issuer_subject is;

			CU_ASSERT_EQUAL(issuer_subject_read(secret_view(&content), &is, &e), 0);
			issuer_subject_free(&is);
		} else {
			struct csr csr;

			CU_ASSERT_EQUAL(csr_read(secret_view(&content), NULL, NULL, &csr, &e), 0);
			CU_ASSERT_EQUAL(csr.has_challenge, cases[i].type == 19);
			csr_free(&csr);
		}
		secret_free(&content);
		scep_msg_free(&m);
		buf_free(&der);
		buf_free(&inner);
	}
	EVP_PKEY_free(key);
	X509_free(cert);
}

/* What is known of messages found in public: attributes as read, then how far each gets. */
static void
captured_messages_decode_or_are_refused_for_the_known_reason(void)
{
	static const struct {
		const char *file;
		enum err_code read, verify, envelope;
		int type;
		const char *tid;
		size_t nonce;
		enum digest digest;
		enum cipher cipher;
	} cases[] = {
	    {"micromdm_PKCSReq.der", 0, 0, 0, 19, "A13090761A30F66664F85D37433D2065E1112BA1", 8,
	        DIGEST_SHA1, CIPHER_DES3},
	    {"windows_PKCSReq.der", 0, 0, 0, 19, "252e27f890ea721a5a5790225ce6b42a02d14fbf", 16,
	        DIGEST_SHA1, CIPHER_AES128},
	    {"apple_ios_2012_PKCSReq.der", 0, 0, 0, 19, "0FE7C2DA5D07671E97149B5A704B0DC6C8060D2A",
	        16, DIGEST_SHA1, CIPHER_DES3},
	    {"apple_ios_2013_PKCSReq.der", 0, 0, ERR_CIPHER, 19,
	        "006C86FC2E74672C618CC5720BF422BEDEDCDDB6", 16, DIGEST_SHA1, CIPHER_NONE},
	    {"apple_ios_2018_intune_PKCSReq_TRUNCATED.der", ERR_MESSAGE, 0, 0, 0, NULL, 0,
	        DIGEST_NONE, CIPHER_NONE},
	    {"mdm_comodo_ber_PKCSReq_2016.der", 0, 0, 0, 19,
	        "6F3B179A9A28B53F2CA3D0A8F01FD95463CEFF44", 16, DIGEST_SHA256, CIPHER_DES3},
	    {"cisco_iosxe_2026_PKCSReq.der", 0, 0, 0, 19, "FAE414FF46E651481D9F8EB74114493B", 16,
	        DIGEST_SHA256, CIPHER_DES3},
	    {"cryptlib_scep_req2.der", 0, 0, 0, 19, "7XXEY-ERLPU-2JDR9", 16, DIGEST_SHA256,
	        CIPHER_AES128},
	    {"ericsson_enb_2014_PKCSReq.der", 0, 0, 0, 19,
	        "33D29237707C1B0B937D563EE093BA1EDF981D3A", 16, DIGEST_SHA1, CIPHER_DES3},
	    {"ericsson_2015_GetCertInitial.der", 0, 0, ERR_CIPHER, 20, "999", 16, DIGEST_SHA1,
	        CIPHER_NONE},
	    {"ejbca_pixscep_PKCSReq.der", 0, ERR_DIGEST, 0, 19, "70b486fff2f2eb1c03fdbb9c9ac6a62a",
	        16, DIGEST_NONE, CIPHER_NONE},
	    {"ejbca_ciscovpnscep_PKCSReq.der", 0, ERR_DIGEST, 0, 19,
	        "5D8737382F6871D1BE9F5454E18BE352", 16, DIGEST_NONE, CIPHER_NONE},
	    {"ejbca_openscep_PKCSReq.der", 0, ERR_DIGEST, 0, 19, "0C52343672712F734D83C52DA187FA14",
	        16, DIGEST_NONE, CIPHER_NONE},
	    {"ejbca_sscep_PKCSReq.der", 0, ERR_DIGEST, 0, 19, "0C52343672712F734D83C52DA187FA14",
	        16, DIGEST_NONE, CIPHER_NONE},
	    {"ejbca_scepclient_PKCSReq.der", 0, ERR_DIGEST, 0, 19,
	        "C993BB20C87BF007CE548EFF2533F9F8", 16, DIGEST_NONE, CIPHER_NONE},
	    {"ejbca_openscep2003_PKCSReq.der", 0, ERR_DIGEST, 0, 19,
	        "88E2DEE47068BB37F19BA647BF02FD0F", 16, DIGEST_NONE, CIPHER_NONE},
	    {"openca_autosscep_2014_PKCSReq.der", 0, ERR_DIGEST, 0, 19,
	        "\x93\x38\xbf\xd1\x66\x45\x8d\x93?s\x8c\x06\xcb\nOk", 16, DIGEST_NONE, CIPHER_NONE},
	    {"sscep_2016_PKCSReq.der", 0, ERR_DIGEST, 0, 19, "C06F2EF6882795BCC828911912F3F728", 16,
	        DIGEST_NONE, CIPHER_NONE},
	    {"smallstep_CertRep.der", 0, 0, ERR_CIPHER, 3,
	        "A13090761A30F66664F85D37433D2065E1112BA1", 0, DIGEST_SHA1, CIPHER_NONE},
	    {"cryptlib_scep_resp2.der", 0, 0, 0, 3, "7XXEY-ERLPU-2JDR9", 0, DIGEST_SHA256,
	        CIPHER_AES128},
	    {"ndes_CertRep_nocerts_mixedBER.der", 0, ERR_SIGNER, 0, 3,
	        "97dbc2ca8453aab0365c7a7b22541b70c6227038", 16, DIGEST_NONE, CIPHER_NONE},
	    {"ndes_CertRep_FAILURE_2016.der", 0, ERR_SIGNER, 0, 3,
	        "9CB1CB998B7FCC0142297B492988AFB4", 16, DIGEST_NONE, CIPHER_NONE},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf der = {0};
		struct scep_msg m;
		struct scep_env env;
		struct err e = ERR_INIT;

		if (fixture_captured(cases[i].file, &der) != 0)
			continue;
		(void)!scep_msg_read(buf_view(&der), &m, &e);
		CU_ASSERT_EQUAL(e.code, cases[i].read);
		if (cases[i].read == ERR_OK && e.code == ERR_OK) {
			CU_ASSERT_EQUAL(m.attrs.type, cases[i].type);
			CU_ASSERT_TRUE(view_eq(m.attrs.transaction_id, view_str(cases[i].tid)));
			CU_ASSERT_EQUAL(m.attrs.sender_nonce.n, cases[i].nonce);
			(void)!scep_msg_verify(&m, ALGS_ALL.digests, NULL, &e);
			CU_ASSERT_EQUAL(e.code, cases[i].verify);
			CU_ASSERT_EQUAL(m.digest, cases[i].digest);
			if (e.code != cases[i].verify || m.digest != cases[i].digest)
				printf("%s: %s %s\n", cases[i].file, err_slug(e.code), e.detail);
		}
		if (e.code == ERR_OK) {
			(void)!scep_env_read(m.content, ALGS_ALL.ciphers, &env, &e);
			CU_ASSERT_EQUAL(e.code, cases[i].envelope);
			CU_ASSERT_EQUAL(env.cipher, cases[i].cipher);
			if (e.code != cases[i].envelope || env.cipher != cases[i].cipher)
				printf("%s: %s %s\n", cases[i].file, err_slug(e.code), e.detail);
			scep_env_free(&env);
		}
		scep_msg_free(&m);
		buf_free(&der);
	}
}

/* A reply of NDES without certificates, checked with the one that signed it. */
static void
a_captured_reply_without_certificates_verifies_with_a_known_one(void)
{
	X509 *cert = cert_of("smallstep_testca2_ca2.pem", fixture_captured);
	struct buf der = {0};
	struct scep_msg m;
	struct err e = ERR_INIT;

	if (cert == NULL)
		return;
	CU_ASSERT_EQUAL_FATAL(
	    fixture_captured("smallstep_CertRep_NoCertificatesForSigners.der", &der), 0);
	CU_ASSERT_EQUAL_FATAL(scep_msg_read(buf_view(&der), &m, &e), 0);
	CU_ASSERT_EQUAL(m.attrs.status, STATUS_SUCCESS);
	CU_ASSERT_EQUAL(scep_msg_verify(&m, ALGS_ALL.digests, cert, &e), 0);
	scep_msg_free(&m);
	buf_free(&der);
	X509_free(cert);
}

/* macOS 10.11 sends a PKCS#10 of version 2; its envelope's key is public. */
static void
a_captured_envelope_opens_to_its_request(void)
{
	X509 *cert = cert_of("micromdm_testca_ca.crt", fixture_captured);
	EVP_PKEY *key;
	struct buf der = {0}, inner = {0};
	struct scep_msg m;
	struct secret content = {0};
	struct csr csr;
	struct err e = ERR_INIT;

	if (cert == NULL)
		return;
	key = key_of("micromdm_testca_ca.plain.key", fixture_captured);
	CU_ASSERT_EQUAL_FATAL(fixture_captured("micromdm_PKCSReq.der", &der), 0);
	CU_ASSERT_EQUAL_FATAL(fixture_captured("micromdm_PKCSReq.inner.der", &inner), 0);
	CU_ASSERT_EQUAL_FATAL(scep_msg_read(buf_view(&der), &m, &e), 0);
	open_with(&m, cert, key, &content);
	CU_ASSERT_TRUE(view_eq(secret_view(&content), buf_view(&inner)));
	CU_ASSERT_EQUAL(csr_read(secret_view(&content), NULL, NULL, &csr, &e), 0);
	CU_ASSERT_EQUAL(sk_X509_EXTENSION_num(csr.exts), 1);
	csr_free(&csr);
	secret_free(&content);
	scep_msg_free(&m);
	buf_free(&der);
	buf_free(&inner);
	EVP_PKEY_free(key);
	X509_free(cert);
}

static void
captured_requests_are_read(void)
{
	static const struct {
		const char *file;
		enum err_code code;
		const char *challenge;
		int exts;
	} cases[] = {
	    {"cryptlib_scep_req0.der", ERR_OK, "NQ3C6-GS3ZN-2XPGL-SEJTQ", 1},
	    {"ejbca_altnamep10.csr.der", ERR_OK, "dsfsdf", 2},
	    {"ejbca_iep10.csr.der", ERR_CSR_PROOF, NULL, 1}, /* MD5 */
	    {"ejbca_keytoolp10.csr.der", ERR_OK, NULL, 0},
	    {"ejbca_oldbcp10.csr.der", ERR_OK, NULL, 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf der = {0};
		struct csr csr;
		struct err e = ERR_INIT;

		if (fixture_captured(cases[i].file, &der) != 0)
			continue;
		(void)!csr_read(buf_view(&der), NULL, NULL, &csr, &e);
		CU_ASSERT_EQUAL(e.code, cases[i].code);
		CU_ASSERT_TRUE(view_eq(secret_view(&csr.challenge), view_str(cases[i].challenge)));
		CU_ASSERT_EQUAL(
		    csr.exts != NULL ? sk_X509_EXTENSION_num(csr.exts) : 0, cases[i].exts);
		if (e.code != cases[i].code)
			printf("%s: %s %s\n", cases[i].file, err_slug(e.code), e.detail);
		csr_free(&csr);
		buf_free(&der);
	}
}

static CU_TestInfo tests[] = {
    T(recorded_enrolments_get_certificates),
    T(recorded_messages_decrypt_to_what_was_inside),
    T(captured_messages_decode_or_are_refused_for_the_known_reason),
    T(a_captured_reply_without_certificates_verifies_with_a_known_one),
    T(a_captured_envelope_opens_to_its_request),
    T(captured_requests_are_read),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo fixtures_suite = {"fixtures", NULL, NULL, NULL, NULL, tests};
