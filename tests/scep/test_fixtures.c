/* SPDX-License-Identifier: ISC
 *
 * Messages of real clients, as far as keys are known. The recorded ones that are ours to keep are
 * enrolled again, under the day on which they were made, and opened; so are those found in public
 * that can be. What every file decodes to is the matter of tests/wire/test_recorded.c.
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
	X509 *sign = cert_of("live_recipient_rasig.pem", fixture_live);

	ra_key_free(r->sp->ras[0].key);
	for (size_t i = 0; i < 3; i++) {
		X509 *cert = cert_of(names[i][0], fixture_live);
		struct err e = ERR_INIT;
		EVP_PKEY *key = key_of(names[i][1], fixture_live);

		r->sp->ras[i].key =
		    i < 2 ? ra_key_new(key, cert, &e)
		          : ra_key_new_two(key, cert,
		                key_of("live_recipient_rasig.key", fixture_live), sign, &e);
		CU_ASSERT_PTR_NOT_NULL_FATAL(r->sp->ras[i].key);
		X509_free(cert);
	}
	X509_free(sign);
	r->sp->n_ras = 3;
	rig_prepare(r);
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
	/* Of the certificates that were recorded some may only decrypt. */
	X509 *both = make_cert(&(struct make_cert){.key = key, .cn = "CN=RA"});

	EVP_PKEY_up_ref(key);
	ra = ra_key_new(key, both, &e);
	X509_free(both);
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

			CU_ASSERT_EQUAL(csr_read(secret_view(&content), NULL, &csr, &e), 0);
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
	CU_ASSERT_EQUAL(csr_read(secret_view(&content), NULL, &csr, &e), 0);
	CU_ASSERT_EQUAL(sk_X509_EXTENSION_num(csr.exts), 1);
	csr_free(&csr);
	secret_free(&content);
	scep_msg_free(&m);
	buf_free(&der);
	buf_free(&inner);
	EVP_PKEY_free(key);
	X509_free(cert);
}

static CU_TestInfo tests[] = {
    T(recorded_enrolments_get_certificates),
    T(recorded_messages_decrypt_to_what_was_inside),
    T(a_captured_reply_without_certificates_verifies_with_a_known_one),
    T(a_captured_envelope_opens_to_its_request),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo fixtures_suite = {"fixtures", NULL, NULL, NULL, NULL, tests};
