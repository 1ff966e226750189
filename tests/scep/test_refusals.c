/* SPDX-License-Identifier: ISC
 *
 * Refusals: what anybody can see is said; what depends on the content of the envelope has one
 * answer until the client is authorised; policy speaks to the authorised only.
 */
#include <string.h>

#include <openssl/rsa.h>

#include "base/clock.h"
#include "base/ossl.h"
#include "harness.h"
#include "rig.h"
#include "suites.h"
#include "support/change.h"

static struct rig rig;

static int
start(void)
{
	rig_start(&rig, NULL);
	return 0;
}

static int
stop(void)
{
	rig_stop(&rig);
	return 0;
}

/* A CertRep FAILURE under HTTP 200 with this slug and failInfo; with `text` it says why, else it
 * says nothing. */
static void
expect_failure(const struct seen *s, const char *slug, int fail_info, const char *text)
{
	CU_ASSERT_EQUAL(s->http, 200);
	CU_ASSERT_STRING_EQUAL(s->type, "application/x-pki-message");
	CU_ASSERT_STRING_EQUAL(s->slug, slug);
	CU_ASSERT_EQUAL(s->status, STATUS_FAILURE);
	CU_ASSERT_EQUAL(s->fail_info, fail_info);
	CU_ASSERT_TRUE(s->verified);
	CU_ASSERT_PTR_NULL(s->cert);
	if (text == NULL) {
		CU_ASSERT_STRING_EQUAL(s->text, "");
	} else {
		CU_ASSERT_PTR_NOT_NULL(strstr(s->text, text));
		CU_ASSERT_PTR_NOT_NULL(strstr(s->text, "request "));
		CU_ASSERT_PTR_NOT_NULL(strstr(s->text, slug));
	}
}

static void
post_msg(struct make_msg m, struct seen *s)
{
	struct buf der = {0};

	rig_msg(&rig, m, &der);
	rig_post(&rig, buf_view(&der), m.key != NULL ? m.key : make_rsa(2048, 3), s);
	buf_free(&der);
}

static void
post_changed(
    void (*change)(CMS_SIGNED *, CMS_SIGNER *, void *), void *arg, bool sign_again, struct seen *s)
{
	struct buf der = {0}, changed = {0};

	rig_msg(&rig, (struct make_msg){0}, &der);
	make_changed(buf_view(&der), change, arg, sign_again ? make_rsa(2048, 3) : NULL, &changed);
	rig_post(&rig, buf_view(&changed), make_rsa(2048, 3), s);
	buf_free(&der);
	buf_free(&changed);
}

static void
set_content(CMS_SIGNED *sd, CMS_SIGNER *si, void *content)
{
	uint8_t md[32];

	ASN1_STRING_set(sd->encap->content, content, (int)strlen(content));
	ossl_sha256(view_str(content), md);
	ASN1_STRING_set(X509_ATTRIBUTE_get0_type(change_attribute(si, NID_pkcs9_messageDigest), 0)
	                    ->value.octet_string,
	    md, sizeof md);
}

static void
drop_nonce(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	ASN1_OBJECT *nonce = OBJ_txt2obj("2.16.840.1.113733.1.9.5", 1);
	int at = -1;

	(void)sd;
	(void)arg;
	for (int i = 0; i < sk_X509_ATTRIBUTE_num(si->signed_attrs); i++)
		if (OBJ_cmp(nonce, X509_ATTRIBUTE_get0_object(
		                       sk_X509_ATTRIBUTE_value(si->signed_attrs, i))) == 0)
			at = i;
	X509_ATTRIBUTE_free(sk_X509_ATTRIBUTE_delete(si->signed_attrs, at));
	ASN1_OBJECT_free(nonce);
}

static void
what_anybody_can_see_is_said(void)
{
	int md5 = NID_md5, wrong_sig = NID_sha512WithRSAEncryption;
	char no_envelope[] = "no envelope";
	struct seen s;

	post_changed(change_no_certs, NULL, false, &s);
	expect_failure(&s, "signer", FAIL_BAD_MESSAGE_CHECK, "certificate of the signer");
	post_changed(change_digest, &md5, false, &s);
	expect_failure(&s, "digest", FAIL_BAD_ALG, "digest algorithm");
	post_changed(change_sig_alg, &wrong_sig, false, &s);
	expect_failure(&s, "signature-alg", FAIL_BAD_ALG, "signature algorithm");
	post_changed(change_signature, NULL, false, &s);
	expect_failure(&s, "signature", FAIL_BAD_MESSAGE_CHECK, "does not verify");
	post_changed(set_content, no_envelope, true, &s);
	expect_failure(&s, "envelope", FAIL_BAD_REQUEST, "EnvelopedData");
	post_msg((struct make_msg){.ra = rig.ca}, &s);
	expect_failure(&s, "recipient", FAIL_BAD_CERT_ID, "GetCACert");
	rig.sp->profile.algs.digests &= ~(1u << DIGEST_SHA1);
	post_msg((struct make_msg){.digest = DIGEST_SHA1, .sha1 = true}, &s);
	expect_failure(&s, "digest", FAIL_BAD_ALG, "digest algorithm");
	CU_ASSERT_EQUAL(s.digest, DIGEST_SHA256);
	rig.sp->profile.algs = ALGS_ALL;
}

static void
a_message_without_a_nonce_is_no_message(void)
{
	struct seen s;

	post_changed(drop_nonce, NULL, true, &s);
	CU_ASSERT_EQUAL(s.http, 400);
	CU_ASSERT_STRING_EQUAL(s.slug, "attribute");
}

static void
weak_and_strange_keys_of_signers_are_named(void)
{
	X509 *weak = make_cert(&(struct make_cert){.key = make_rsa(1024, 0), .cn = "CN=routeros"});
	X509 *curve = make_cert(&(struct make_cert){.key = make_ec("secp256k1"), .cn = "CN=curve"});
	struct seen s;

	post_msg((struct make_msg){.key = make_rsa(1024, 0), .cert = weak}, &s);
	expect_failure(
	    &s, "signer-weak", FAIL_BAD_ALG, "RSA key of 1024 bits, at least 2048 needed");
	post_msg((struct make_msg){.key = make_ec("secp256k1"), .cert = curve}, &s);
	expect_failure(&s, "signer-key", FAIL_BAD_ALG, "unsupported type or size");
	rig.sp->profile.min_rsa_bits = 1024;
	post_msg((struct make_msg){.key = make_rsa(1024, 0), .cert = weak}, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "issued");
	seen_free(&s);
	rig.sp->profile.min_rsa_bits = 512;
	X509_free(weak);
	weak = make_cert(&(struct make_cert){.key = make_rsa(768, 0), .cn = "CN=tiny"});
	post_msg((struct make_msg){.key = make_rsa(768, 0), .cert = weak}, &s);
	expect_failure(&s, "reply-key", FAIL_BAD_ALG, "no reply can be encrypted");
	/* Before the envelope is looked at, let alone opened: this one is for somebody else. */
	post_msg((struct make_msg){.key = make_rsa(768, 0), .cert = weak, .ra = rig.ca}, &s);
	expect_failure(&s, "reply-key", FAIL_BAD_ALG, "no reply can be encrypted");
	rig.sp->profile.min_rsa_bits = 2048;
	X509_free(weak);
	X509_free(curve);
}

static void
an_unaccepted_cipher_is_named_by_http_or_certrep(void)
{
	struct seen s;

	rig.sp->profile.algs.ciphers &= ~(1u << CIPHER_DES3);
	post_msg((struct make_msg){.cipher = CIPHER_DES3, .des3 = true}, &s);
	CU_ASSERT_EQUAL(s.http, 400);
	CU_ASSERT_STRING_EQUAL(s.slug, "cipher");
	CU_ASSERT_STRING_EQUAL(s.type, "text/plain");
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(s.text, "1.2.840.113549.3.7 not accepted; accepted: AES-256-CBC"));
	rig.sp->profile.bad_cipher_cert_rep = true;
	post_msg((struct make_msg){.cipher = CIPHER_DES3, .des3 = true}, &s);
	expect_failure(&s, "cipher", FAIL_BAD_ALG, "1.2.840.113549.3.7 not accepted");
	rig.sp->profile.bad_cipher_cert_rep = false;
	rig.sp->profile.algs = ALGS_ALL;
}

static void
only_message_types_of_the_table_exist(void)
{
	for (int type = 0; type < 300; type++) {
		struct seen s;

		if (type == TYPE_PKCS_REQ || type == TYPE_CERT_POLL || type == TYPE_RENEWAL_REQ ||
		    type == TYPE_GET_CERT || type == TYPE_GET_CRL || (type > 40 && type % 17 != 0))
			continue;
		post_msg((struct make_msg){.type = type == 0 ? 99999 : type}, &s);
		expect_failure(&s, "type", FAIL_BAD_REQUEST, "message type");
	}
}

static void
signing_time_counts_where_the_profile_says(void)
{
	struct seen s;

	post_msg((struct make_msg){.signing_time = time(NULL) - 7200}, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "issued");
	seen_free(&s);
	rig.sp->profile.signing_time_window = 600;
	post_msg((struct make_msg){.signing_time = time(NULL) - 7200}, &s);
	expect_failure(&s, "signing-time", FAIL_BAD_TIME, "signingTime");
	post_msg((struct make_msg){.signing_time = time(NULL) + 7200}, &s);
	expect_failure(&s, "signing-time", FAIL_BAD_TIME, "signingTime");
	post_msg((struct make_msg){.signing_time = time(NULL)}, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "issued");
	seen_free(&s);
	rig.sp->profile.signing_time_window = 0;
}

/* A key transport we do not take, in the recipient that is ours. */
static void
key_transport_is_admitted_before_our_key_is_used(void)
{
	struct buf csr = {0}, env = {0}, der = {0};
	struct scep_attrs a = SCEP_ATTRS_INIT;
	const struct msg_signer by = {
	    .cert = rig.signer, .key = make_rsa(2048, 3), .digest = DIGEST_SHA256};
	struct err e = ERR_INIT;
	struct view content;
	uint8_t *oid;
	struct seen s;

	make_csr(make_rsa(2048, 3), "CN=d", RIG_CHALLENGE, NULL, &csr);
	CU_ASSERT_EQUAL_FATAL(scep_env_write(buf_view(&csr), CIPHER_AES128, (struct transport){0},
	                          rig.ra, NULL, &env, &e),
	    0);
	oid = memmem(env.p, env.n, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 9);
	CU_ASSERT_PTR_NOT_NULL_FATAL(oid);
	oid[8] = 4; /* md5WithRSAEncryption where rsaEncryption stood */
	a.type = TYPE_PKCS_REQ;
	a.transaction_id = view_str("t");
	a.sender_nonce = view_str("0123456789abcdef");
	content = buf_view(&env);
	CU_ASSERT_EQUAL_FATAL(scep_msg_write(&a, &content, &by, NULL, &der, &e), 0);
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), &s);
	expect_failure(&s, "key-transport", FAIL_BAD_ALG, "key transport");
	buf_free(&csr);
	buf_free(&env);
	buf_free(&der);
}

/* A good message whose wrapped key or ciphertext is spoiled before it is signed. */
static void
post_spoiled_envelope(size_t from_end, const char *after, size_t at, struct seen *s)
{
	struct buf csr = {0}, env = {0}, der = {0};
	struct scep_attrs a = SCEP_ATTRS_INIT;
	const struct msg_signer by = {
	    .cert = rig.signer, .key = make_rsa(2048, 3), .digest = DIGEST_SHA256};
	struct err e = ERR_INIT;
	struct view content;

	make_csr(make_rsa(2048, 3), "CN=device/O=Test", RIG_CHALLENGE, "DNS:device.example", &csr);
	CU_ASSERT_EQUAL_FATAL(scep_env_write(buf_view(&csr), CIPHER_AES128, (struct transport){0},
	                          rig.ra, NULL, &env, &e),
	    0);
	if (after != NULL)
		((uint8_t *)memmem(env.p, env.n, after, 4))[4 + at] ^= 0x10;
	else
		env.p[env.n - from_end] ^= 0x10;
	a.type = TYPE_PKCS_REQ;
	a.transaction_id = view_str("tid-1");
	a.sender_nonce = view_str("0123456789abcdef");
	content = buf_view(&env);
	CU_ASSERT_EQUAL_FATAL(scep_msg_write(&a, &content, &by, NULL, &der, &e), 0);
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), s);
	buf_free(&csr);
	buf_free(&env);
	buf_free(&der);
}

static void
expect_uniform(const struct seen *s, const char *slug, size_t *length)
{
	if (slug != NULL)
		expect_failure(s, slug, FAIL_BAD_REQUEST, NULL);
	else
		expect_failure(s, s->slug, FAIL_BAD_REQUEST, NULL);
	if (*length == 0)
		*length = s->length;
	CU_ASSERT_EQUAL(s->length, *length);
}

/* From the wrapped key to the challenge: the same failInfo, no text, the same length to the octet.
 */
static void
behind_the_envelope_there_is_one_answer(void)
{
	struct buf csr = {0};
	size_t length = 0;
	struct seen s;

	post_spoiled_envelope(0, "\x04\x82\x01\x00", 100, &s); /* the wrapped key */
	CU_ASSERT_TRUE(strcmp(s.slug, "content") == 0 || strcmp(s.slug, "csr") == 0);
	expect_uniform(&s, NULL, &length);
	post_spoiled_envelope(1, NULL, 0, &s); /* the last block, and with it the padding */
	CU_ASSERT_TRUE(strcmp(s.slug, "content") == 0 || strcmp(s.slug, "csr") == 0 ||
	               strcmp(s.slug, "csr-proof") == 0);
	expect_uniform(&s, NULL, &length);
	post_spoiled_envelope(600, NULL, 0, &s); /* in the middle */
	expect_uniform(&s, NULL, &length);
	rig_enrol_csr(&rig, view_str("this is no PKCS#10"), &s);
	expect_uniform(&s, "csr", &length);
	make_csr(make_rsa(2048, 3), "CN=device", RIG_CHALLENGE, NULL, &csr);
	csr.p[csr.n - 3] ^= 1;
	rig_enrol_csr(&rig, buf_view(&csr), &s);
	expect_uniform(&s, "csr-proof", &length);
	buf_free(&csr);
	make_csr(make_rsa(2048, 3), "CN=device", NULL, NULL, &csr);
	rig_enrol_csr(&rig, buf_view(&csr), &s);
	expect_uniform(&s, "no-challenge", &length);
	buf_free(&csr);
	make_csr(make_rsa(2048, 3), "CN=device", "not the challenge", NULL, &csr);
	rig_enrol_csr(&rig, buf_view(&csr), &s);
	expect_uniform(&s, "challenge", &length);
	buf_free(&csr);
	/* What policy forbids, without and with a wrong challenge. */
	make_csr(make_rsa(1024, 1), "CN=device", NULL, NULL, &csr);
	rig_enrol_csr(&rig, buf_view(&csr), &s);
	expect_uniform(&s, "no-challenge", &length);
	buf_free(&csr);
	make_csr(make_rsa(1024, 1), "CN=device", "not the challenge", NULL, &csr);
	rig_enrol_csr(&rig, buf_view(&csr), &s);
	expect_uniform(&s, "challenge", &length);
	buf_free(&csr);
	make_csr(make_rsa(2048, 2), "CN=device", RIG_CHALLENGE, NULL, &csr);
	rig.sp->profile.signer_must_match = true;
	rig_enrol_csr(&rig, buf_view(&csr), &s);
	expect_uniform(&s, "csr-signer", &length);
	rig.sp->profile.signer_must_match = false;
	buf_free(&csr);
}

/* A request with an extension, by the rig's client with the right challenge. */
static void
enrol_with(EVP_PKEY *key, const char *subject, const char *name, const char *value, struct seen *s)
{
	const char *const pairs[] = {name, value, NULL};
	STACK_OF(X509_EXTENSION) *exts = make_exts(pairs);
	X509_NAME *dn = make_name(subject);
	const struct csr_wish w = {.subject = dn,
	    .challenge = view_str(RIG_CHALLENGE),
	    .exts = name != NULL ? exts : NULL,
	    .digest = DIGEST_SHA256};
	struct buf csr = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(csr_write(&w, key, &csr, &e), 0);
	rig_enrol_csr(&rig, buf_view(&csr), s);
	X509_NAME_free(dn);
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	buf_free(&csr);
}

static void
policy_is_explained_to_the_authorised(void)
{
	static const struct {
		const char *name, *value, *slug;
		int fail_info;
	} cases[] = {
	    {"basicConstraints", "CA:TRUE", "forbid-ca", FAIL_BAD_REQUEST},
	    {"keyUsage", "keyCertSign", "forbid-key-usage", FAIL_BAD_REQUEST},
	    {"extendedKeyUsage", "anyExtendedKeyUsage", "forbid-eku", FAIL_BAD_REQUEST},
	    {"1.3.6.1.4.1.311.25.2", "DER:3000", "forbid-sid", FAIL_BAD_REQUEST},
	    {"subjectAltName", "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:admin@example.org",
	        "forbid-upn", FAIL_BAD_REQUEST},
	    {"subjectAltName", /* URI:tag:microsoft.com,2022-09-14:sid:S-1-5-21-1 */
	        "DER:"
	        "302d862b7461673a6d6963726f736f66742e636f6d2c323032322d30392d31343a7369643a532d312d"
	        "352d32312d31",
	        "forbid-sid", FAIL_BAD_REQUEST},
	    {"subjectAltName", "RID:1.2.3", "forbid-san", FAIL_BAD_REQUEST},
	    {"nameConstraints", "permitted;DNS:example.org", "forbid-constraints",
	        FAIL_BAD_REQUEST},
	    {"subjectAltName", "DER:0500", "extensions", FAIL_BAD_REQUEST},
	};
	struct seen s;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enrol_with(make_rsa(2048, 3), "CN=device", cases[i].name, cases[i].value, &s);
		expect_failure(&s, cases[i].slug, cases[i].fail_info, "");
		CU_ASSERT_TRUE(strlen(s.text) > 0);
	}
	enrol_with(make_rsa(1024, 1), "CN=device", NULL, NULL, &s);
	expect_failure(&s, "key-weak", FAIL_BAD_ALG, "1024");
	enrol_with(make_ed25519(), "CN=device", NULL, NULL, &s);
	expect_failure(&s, "key-type", FAIL_BAD_ALG, "type of the requested key");
	enrol_with(make_rsa(2048, 3), "CN=bad\nname", NULL, NULL, &s);
	expect_failure(&s, "subject-text", FAIL_BAD_REQUEST, "control character");
	enrol_with(make_rsa(2048, 3), "", NULL, NULL, &s);
	expect_failure(&s, "subject-empty", FAIL_BAD_REQUEST, "neither subject nor subjectAltName");
	rig.sp->profile.fail_info_text = false;
	enrol_with(make_rsa(1024, 1), "CN=device", NULL, NULL, &s);
	expect_failure(&s, "key-weak", FAIL_BAD_ALG, NULL);
	rig.sp->profile.fail_info_text = true;
}

static void
an_expired_ca_issues_nothing(void)
{
	struct seen s;

	clock_fix(time(NULL) + 901L * 86400);
	post_msg((struct make_msg){0}, &s);
	expect_failure(&s, "ca-expired", FAIL_BAD_REQUEST, "expired");
	clock_fix(0);
}

static CU_TestInfo tests[] = {
    T(what_anybody_can_see_is_said),
    T(a_message_without_a_nonce_is_no_message),
    T(weak_and_strange_keys_of_signers_are_named),
    T(an_unaccepted_cipher_is_named_by_http_or_certrep),
    T(only_message_types_of_the_table_exist),
    T(signing_time_counts_where_the_profile_says),
    T(key_transport_is_admitted_before_our_key_is_used),
    T(behind_the_envelope_there_is_one_answer),
    T(policy_is_explained_to_the_authorised),
    T(an_expired_ca_issues_nothing),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo refusals_suite = {"refusals", start, stop, NULL, NULL, tests};
