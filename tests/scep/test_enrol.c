/* SPDX-License-Identifier: ISC
 *
 * Enrolment with a static challenge: every algorithm a client may use comes back mirrored, every
 * kind of CA issues, and only the right challenge opens.
 */
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/gate.h"
#include "base/ossl.h"
#include "ca/tbs.h"
#include "harness.h"
#include "rig.h"
#include "suites.h"

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

static void
expect_issued(struct rig *r, const struct seen *s)
{
	CU_ASSERT_EQUAL(s->http, 200);
	CU_ASSERT_STRING_EQUAL(s->slug, "issued");
	CU_ASSERT_EQUAL(s->status, STATUS_SUCCESS);
	CU_ASSERT_TRUE(s->verified);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s->cert);
	CU_ASSERT_EQUAL(X509_verify(s->cert, r->ca_key), 1);
}

static void
every_algorithm_is_mirrored(void)
{
	for (int c = 0; c < CIPHER_COUNT; c++)
		for (int d = 0; d < DIGEST_COUNT; d++)
			for (int variant = 0; variant < 4; variant++) {
				struct make_msg m = {.cipher = (enum cipher)c,
				    .des3 = true,
				    .digest = (enum digest)d,
				    .sha1 = true,
				    .pss = (variant & 1) != 0};
				struct buf der = {0};
				struct seen s;

				if ((variant & 2) != 0)
					m.transport = (struct transport){
					    KEY_TRANSPORT_OAEP, DIGEST_SHA1, DIGEST_SHA1};
				rig_msg(&rig, m, &der);
				rig_post(&rig, buf_view(&der), make_rsa(2048, 3), &s);
				expect_issued(&rig, &s);
				CU_ASSERT_EQUAL(s.cipher, (enum cipher)c);
				CU_ASSERT_EQUAL(s.digest, (enum digest)d);
				CU_ASSERT_EQUAL(s.transport, m.transport.kind);
				CU_ASSERT_EQUAL(s.n_certs, 1);
				seen_free(&s);
				buf_free(&der);
			}
}

static void
an_ec_client_is_answered_by_key_agreement(void)
{
	EVP_PKEY *key = make_ec("P-256");
	X509 *cert = make_cert(&(struct make_cert){.key = key, .cn = "CN=ec"});
	struct buf der = {0};
	struct seen s;

	rig_msg(&rig, (struct make_msg){.key = key, .cert = cert}, &der);
	rig_post(&rig, buf_view(&der), key, &s);
	expect_issued(&rig, &s);
	seen_free(&s);
	buf_free(&der);
	X509_free(cert);
}

static void
every_kind_of_ca_issues(void)
{
	EVP_PKEY *keys[] = {make_rsa(3072, 0), make_ec("P-256"), make_ec("P-384"), make_ed25519()};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct rig r;
		struct buf der = {0};
		struct seen s;

		rig_stop(&rig);
		rig_start(&r, keys[i]);
		rig_msg(&r, (struct make_msg){0}, &der);
		rig_post(&r, buf_view(&der), make_rsa(2048, 3), &s);
		expect_issued(&r, &s);
		seen_free(&s);
		buf_free(&der);
		rig_stop(&r);
		rig_start(&rig, NULL);
	}
}

static void
the_certificate_is_what_the_profile_says(void)
{
	struct buf der = {0};
	struct seen s;
	char text[256];

	rig_msg(&rig, (struct make_msg){0}, &der);
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), &s);
	expect_issued(&rig, &s);
	X509_NAME_oneline(X509_get_subject_name(s.cert), text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "/CN=device/O=Test");
	CU_ASSERT_EQUAL(X509_get_version(s.cert), X509_VERSION_3);
	CU_ASSERT_EQUAL(X509_check_ca(s.cert), 0);
	CU_ASSERT_TRUE(X509_cmp_current_time(X509_get0_notBefore(s.cert)) < 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, "by=static:first"));
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, "serial="));
	seen_free(&s);
	buf_free(&der);
}

/* Two requests alike but for the nonce: two certificates until there is a store that remembers. */
static void
transaction_and_nonce_are_echoed_octet_for_octet(void)
{
	static const char binary[] = "\x93\x38\xbf\xd1 /+=\n\x00k";
	struct make_msg m = {
	    .tid = view_of(binary, sizeof binary - 1), .nonce = view_str("8octets!")};
	struct http_request in = {.method = HTTP_POST, .path = view_str("/scep/" RIG_PROFILE)};
	struct http_reply out;
	struct scep_msg reply;
	struct buf der = {0};
	struct err e = ERR_INIT;
	struct seen s;

	rig_msg(&rig, m, &der);
	in.body = buf_view(&der);
	rig_handle(&rig, &in, &out, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "issued");
	CU_ASSERT_EQUAL_FATAL(scep_msg_read(buf_view(&out.body), &reply, &e), 0);
	CU_ASSERT_TRUE(view_eq(reply.attrs.transaction_id, m.tid));
	CU_ASSERT_EQUAL(reply.attrs.transaction_id_tag, V_ASN1_PRINTABLESTRING);
	CU_ASSERT_TRUE(view_eq(reply.attrs.recipient_nonce, m.nonce));
	scep_msg_free(&reply);
	http_reply_free(&out);
	buf_free(&der);
}

static enum err_code
slug_code(const char *slug)
{
	for (int c = ERR_OK + 1; c < ERR_COUNT; c++)
		if (strcmp(err_slug((enum err_code)c), slug) == 0)
			return (enum err_code)c;
	return ERR_OK;
}

static void
only_the_right_challenge_opens(void)
{
	static const struct {
		const char *challenge;
		enum err_code code;
	} cases[] = {{NULL, ERR_NO_CHALLENGE}, {"", ERR_NO_CHALLENGE},
	    {"correct-hors", ERR_CHALLENGE}, {"correct-horse!", ERR_CHALLENGE},
	    {"CORRECT-HORSE", ERR_CHALLENGE}, {"wrong-wrong", ERR_CHALLENGE},
	    {" " RIG_CHALLENGE "\n", ERR_OK}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf csr = {0};
		struct seen s;

		make_csr(make_rsa(2048, 3), "CN=device", cases[i].challenge, NULL, &csr);
		rig_enrol_csr(&rig, buf_view(&csr), &s);
		if (cases[i].code == ERR_OK) {
			expect_issued(&rig, &s);
		} else {
			CU_ASSERT_EQUAL(slug_code(s.slug), cases[i].code);
			CU_ASSERT_EQUAL(s.status, STATUS_FAILURE);
			CU_ASSERT_EQUAL(s.fail_info, FAIL_BAD_REQUEST);
			CU_ASSERT_STRING_EQUAL(s.text, "");
			CU_ASSERT_PTR_NULL(s.cert);
		}
		CU_ASSERT_PTR_NULL(strstr(s.line, RIG_CHALLENGE));
		seen_free(&s);
		buf_free(&csr);
	}
}

static void
a_profile_without_challenges_opens_to_nobody(void)
{
	struct challenge_set kept = rig.sp->profile.challenges;
	struct buf der = {0};
	struct seen s;

	rig.sp->profile.challenges = (struct challenge_set){0};
	rig_msg(&rig, (struct make_msg){0}, &der);
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "challenge");
	CU_ASSERT_EQUAL(s.status, STATUS_FAILURE);
	rig.sp->profile.challenges = kept;
	buf_free(&der);
}

static void
mint(const char *challenge)
{
	struct buf scoped = {0};
	uint8_t mac[32];
	char hex[65];

	CU_ASSERT_EQUAL(challenge_scope(RIG_ID, view_str(challenge), &scoped), 0);
	CU_ASSERT_EQUAL(store_mac(rig.service.store, "challenge", buf_view(&scoped), mac), 0);
	hex_of(view_of(mac, 32), hex);
	freeReplyObject(redis_do(rig.redis,
	    "FCALL scepd" STORE_PROTOCOL "_mint 1 {scepd} %s %s 60 10 test %s %s 0", RIG_ID, hex,
	    "", ""));
	buf_free(&scoped);
}

/* The log names the certificate that the client got. */
static void
expect_serial(const struct seen *s)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(s->cert);
	char hex[2 * SERIAL_LEN + 1], field[80];

	CU_ASSERT_EQUAL_FATAL(ASN1_STRING_length(serial), SERIAL_LEN);
	hex_of(view_of(ASN1_STRING_get0_data(serial), SERIAL_LEN), hex);
	snprintf(field, sizeof field, " serial=%s ", hex);
	CU_ASSERT_PTR_NOT_NULL(strstr(s->line, field));
}

/* One request wins a one-time challenge and gets the same answer as often as it asks; any other
 * request is refused. */
static void
a_one_time_challenge_is_for_one_request(void)
{
	struct buf der = {0}, csr = {0};
	struct seen first, again, other;

	rig.sp->profile.challenge_type = CHALLENGE_DYNAMIC;
	rig.remember = true;
	freeReplyObject(redis_do(rig.redis, "FLUSHALL"));
	rig_msg(&rig, (struct make_msg){0}, &der);
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), &first);
	CU_ASSERT_STRING_EQUAL(first.slug, "challenge");
	mint(RIG_CHALLENGE);
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), &first);
	CU_ASSERT_STRING_EQUAL(first.slug, "issued");
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), &again);
	CU_ASSERT_STRING_EQUAL(again.slug, "replayed");
	CU_ASSERT(strstr(first.line, " serial=") != NULL &&
	          strncmp(strstr(first.line, " serial="), strstr(again.line, " serial="), 48) == 0);
	CU_ASSERT(
	    first.cert != NULL && again.cert != NULL && X509_cmp(first.cert, again.cert) == 0);
	expect_serial(&first);
	expect_serial(&again);
	make_csr(make_rsa(2048, 3), "CN=other", RIG_CHALLENGE, NULL, &csr);
	rig_enrol_csr(&rig, buf_view(&csr), &other);
	CU_ASSERT_STRING_EQUAL(other.slug, "challenge-used");
	CU_ASSERT_STRING_EQUAL(other.text, "");
	CU_ASSERT_PTR_NULL(strstr(other.line, "serial="));
	seen_free(&first);
	seen_free(&again);
	rig.remember = false;
	rig.sp->profile.challenge_type = CHALLENGE_STATIC;
	buf_free(&der);
	buf_free(&csr);
}

static void
another_signer_key_is_a_matter_of_the_profile(void)
{
	struct buf csr = {0};
	struct seen s;

	make_csr(make_rsa(2048, 2), "CN=device", RIG_CHALLENGE, NULL, &csr);
	rig_enrol_csr(&rig, buf_view(&csr), &s);
	expect_issued(&rig, &s);
	seen_free(&s);
	rig.sp->profile.signer_must_match = true;
	rig_enrol_csr(&rig, buf_view(&csr), &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "csr-signer");
	CU_ASSERT_EQUAL(s.fail_info, FAIL_BAD_REQUEST);
	CU_ASSERT_STRING_EQUAL(s.text, "");
	rig.sp->profile.signer_must_match = false;
	buf_free(&csr);
}

static void
the_chain_comes_along_when_the_profile_wants_it(void)
{
	struct buf der = {0};
	struct seen s;

	rig.sp->profile.chain_in_reply = true;
	rig_msg(&rig, (struct make_msg){0}, &der);
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), &s);
	expect_issued(&rig, &s);
	CU_ASSERT_EQUAL(s.n_certs, 2);
	rig.sp->profile.chain_in_reply = false;
	seen_free(&s);
	buf_free(&der);
}

/* While another worker derives: try again, soon. */
static void
a_busy_gate_asks_for_patience(void)
{
	struct buf csr = {0};
	struct err e = ERR_INIT;
	struct seen s;

	make_csr(make_rsa(2048, 3), "CN=device", "never seen before", NULL, &csr);
	CU_ASSERT_EQUAL_FATAL(gate_start(&e), 0);
	CU_ASSERT_TRUE_FATAL(gate_try());
	rig_enrol_csr(&rig, buf_view(&csr), &s);
	CU_ASSERT_EQUAL(s.http, 503);
	CU_ASSERT_STRING_EQUAL(s.slug, "busy");
	CU_ASSERT_EQUAL(s.retry_after, 1);
	gate_leave();
	rig_enrol_csr(&rig, buf_view(&csr), &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "challenge");
	buf_free(&csr);
}

static CU_TestInfo tests[] = {
    T(every_algorithm_is_mirrored),
    T(an_ec_client_is_answered_by_key_agreement),
    T(every_kind_of_ca_issues),
    T(the_certificate_is_what_the_profile_says),
    T(transaction_and_nonce_are_echoed_octet_for_octet),
    T(only_the_right_challenge_opens),
    T(a_profile_without_challenges_opens_to_nobody),
    T(a_one_time_challenge_is_for_one_request),
    T(a_busy_gate_asks_for_patience),
    T(another_signer_key_is_a_matter_of_the_profile),
    T(the_chain_comes_along_when_the_profile_wants_it),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo enrol_suite = {"enrol", start, stop, NULL, NULL, tests};
