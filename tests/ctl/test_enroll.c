/* SPDX-License-Identifier: ISC
 *
 * scepctl enroll, renew, poll over HTTP against a server that does as it is told: what reaches it,
 * and what its answers leave behind.
 */
#include <string.h>

#include <openssl/x509v3.h>

#include "fake.h"
#include "httpd.h"
#include "signer/ceremony.h"
#include "stage.h"
#include "suites.h"

#define CHALLENGE "open sesame"
#define RIGHT "|--challenge-file|@challenge"

/* The server that does as it is told, on a stage. */
struct told {
	struct stage s;
	struct fake fake;
	struct httpd web;
};

static void
told_open(struct told *t)
{
	stage_open(&t->s, NULL);
	fake_open(&t->fake);
	httpd_start(&t->web, fake_handle, &t->fake);
	stage_write(&t->s, "challenge", CHALLENGE "\n", 0600);
}

static void
told_close(struct told *t)
{
	httpd_stop(&t->web);
	fake_close(&t->fake);
	stage_close(&t->s);
}

static int
ask(struct told *t, const char *prefix, const char *more)
{
	return stage_run(&t->s, NULL,
	    "enroll|--url|%s/scep|--subject|CN=device|--out|@%s" RIGHT "%s", t->web.url, prefix,
	    more);
}

static void
options_reach_the_message(void)
{
	struct told t;

	told_open(&t);
	CU_ASSERT_EQUAL(ask(&t, "a", ""), CTL_OK);
	CU_ASSERT_TRUE(t.fake.posted);
	CU_ASSERT_EQUAL(t.fake.type, TYPE_PKCS_REQ);
	CU_ASSERT_EQUAL(t.fake.cipher, CIPHER_AES128);
	CU_ASSERT_EQUAL(t.fake.digest, DIGEST_SHA256);
	CU_ASSERT_TRUE(view_eq(secret_view(&t.fake.csr.challenge), view_str(CHALLENGE)));
	CU_ASSERT_EQUAL(
	    ask(&t, "b", "|--get|--cipher|des3|--digest|sha384|--pss|--oaep|--key-file|@a.key"),
	    CTL_OK);
	CU_ASSERT_FALSE(t.fake.posted);
	CU_ASSERT_EQUAL(t.fake.cipher, CIPHER_DES3);
	CU_ASSERT_EQUAL(t.fake.digest, DIGEST_SHA384);
	CU_ASSERT_TRUE(t.fake.pss);
	CU_ASSERT_EQUAL(t.fake.transport.kind, KEY_TRANSPORT_OAEP);
	t.fake.caps = "";
	CU_ASSERT_EQUAL(ask(&t, "c", "|--key-file|@a.key"), CTL_OK);
	CU_ASSERT_FALSE(t.fake.posted);
	CU_ASSERT_EQUAL(t.fake.cipher, CIPHER_DES3);
	CU_ASSERT_EQUAL(t.fake.digest, DIGEST_SHA1);
	told_close(&t);
}

static void
a_pending_request_is_polled(void)
{
	struct told t;
	char tid[64], *state;

	told_open(&t);
	t.fake.mood = FAKE_HESITATES;
	CU_ASSERT_EQUAL_FATAL(ask(&t, "a", "|--cipher|aes256"), CTL_PENDING);
	CU_ASSERT_TRUE(stage_said(&t.s, "scepctl poll"));
	CU_ASSERT_EQUAL(stage_mode(&t.s, "a.pending"), 0600);
	CU_ASSERT_EQUAL(stage_mode(&t.s, "a.key"), 0600);
	state = stage_text(&t.s, "a.pending");
	CU_ASSERT_PTR_NULL(strstr(state, CHALLENGE));
	CU_ASSERT_PTR_NULL(strstr(state, "PRIVATE"));
	free(state);
	snprintf(tid, sizeof tid, "%s", t.fake.tid);
	CU_ASSERT_EQUAL(stage_run(&t.s, NULL, "poll|--out|@a"), CTL_PENDING);
	CU_ASSERT_EQUAL(t.fake.type, TYPE_CERT_POLL);
	CU_ASSERT_STRING_EQUAL(t.fake.tid, tid);
	CU_ASSERT_EQUAL(t.fake.cipher, CIPHER_AES256);
	CU_ASSERT_EQUAL(X509_NAME_cmp(t.fake.names.issuer, X509_get_subject_name(t.fake.ca)), 0);
	CU_ASSERT_EQUAL(
	    X509_NAME_cmp(t.fake.names.subject, X509_get_subject_name(t.fake.signer)), 0);
	t.fake.mood = FAKE_GRANTS;
	CU_ASSERT_EQUAL(stage_run(&t.s, NULL, "poll|--out|@a"), CTL_OK);
	CU_ASSERT_EQUAL(stage_mode(&t.s, "a.pending"), -1);
	CU_ASSERT_EQUAL(stage_mode(&t.s, "a.pem"), 0644);
	CU_ASSERT_EQUAL(stage_run(&t.s, NULL, "poll|--out|@a"), CTL_USAGE);
	told_close(&t);
}

static void
a_changed_state_is_refused(void)
{
	static const char *const states[] = {"", "{}", "[1,2]", "{\"url\": 5}"};
	struct told t;
	char *state;

	told_open(&t);
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		stage_write(&t.s, "a.pending", states[i], 0600);
		CU_ASSERT_EQUAL(stage_run(&t.s, NULL, "poll|--out|@a"), CTL_FAILED);
		CU_ASSERT_TRUE(stage_said(&t.s, "not a file that scepctl wrote"));
	}
	t.fake.mood = FAKE_HESITATES;
	CU_ASSERT_EQUAL_FATAL(ask(&t, "b", "|--key|ec:P-256"), CTL_PENDING);
	state = stage_text(&t.s, "b.pending");
	memcpy(strstr(state, "\"subject\": \"") + 12, "00", 2);
	stage_write(&t.s, "b.pending", state, 0600);
	CU_ASSERT_EQUAL(stage_run(&t.s, NULL, "poll|--out|@b"), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&t.s, "changed"));
	free(state);
	told_close(&t);
}

static void
a_certificate_is_renewed(void)
{
	struct told t;
	X509 *old;
	EVP_PKEY *key, *new_key;

	told_open(&t);
	CU_ASSERT_EQUAL_FATAL(ask(&t, "old", "|--key|ec:P-256"), CTL_OK);
	old = stage_cert(&t.s, "old.pem");
	key = stage_key(&t.s, "old.key", NULL);
	CU_ASSERT_EQUAL(
	    stage_run(&t.s, NULL, "renew|--url|%s|--cert|@old.pem|--cert-key|@old.key|--out|@new",
	        t.web.url),
	    CTL_OK);
	CU_ASSERT_EQUAL(t.fake.type, TYPE_RENEWAL_REQ);
	CU_ASSERT_TRUE(t.fake.signer != NULL && X509_cmp(t.fake.signer, old) == 0);
	CU_ASSERT_FALSE(t.fake.csr.has_challenge);
	CU_ASSERT_EQUAL(X509_NAME_cmp(t.fake.csr.subject, X509_get_subject_name(old)), 0);
	new_key = stage_key(&t.s, "new.key", NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(new_key);
	CU_ASSERT_EQUAL(EVP_PKEY_get_base_id(new_key), EVP_PKEY_EC); /* like the old one */
	CU_ASSERT_NOT_EQUAL(EVP_PKEY_eq(key, new_key), 1);
	CU_ASSERT_EQUAL(stage_run(&t.s, NULL,
	                    "renew|--url|%s|--cert|@old.pem|--cert-key|@old.key|--key-file|@old."
	                    "key|--out|@same|--as-pkcsreq",
	                    t.web.url),
	    CTL_OK);
	CU_ASSERT_EQUAL(t.fake.type, TYPE_PKCS_REQ);
	CU_ASSERT_EQUAL(
	    stage_run(&t.s, NULL, "renew|--url|%s|--cert|@old.pem|--cert-key|@new.key|--out|@x",
	        t.web.url),
	    CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&t.s, "does not belong"));
	X509_free(old);
	EVP_PKEY_free(key);
	EVP_PKEY_free(new_key);
	told_close(&t);
}

/* The key goes only when the server itself said that there is no certificate for it. */
static void
answers_become_exit_codes(void)
{
	static const struct {
		enum fake_mood mood;
		int rc;
		bool kept;
		const char *said;
	} table[] = {
	    {FAKE_REFUSES, CTL_REFUSED, false, "badRequest: because?of this"},
	    {FAKE_NOT_FOUND, CTL_REFUSED, false, "404: nothing here"},
	    {FAKE_REDIRECTS, CTL_FAILED, true, "302"},
	    {FAKE_TIMES_OUT, CTL_FAILED, true, "504 (try again in 7 s): nothing here"},
	    {FAKE_GARBAGE, CTL_FAILED, true, "not a SCEP message"},
	    {FAKE_FLOODS, CTL_FAILED, true, "scepctl: http://127.0.0.1"},
	    {FAKE_OTHER_NONCE, CTL_FAILED, true, "recipientNonce"},
	    {FAKE_OTHER_TID, CTL_FAILED, true, "transactionID"},
	    {FAKE_OTHER_SIGNER, CTL_FAILED, true, "GetCACert"},
	    {FAKE_OTHER_KEY, CTL_FAILED, true, "for the key of the request"},
	    {FAKE_TAMPERED, CTL_FAILED, true, "content"},
	    {FAKE_NO_CERTS, CTL_FAILED, true, "certificate"},
	};
	struct told t;

	told_open(&t);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		t.fake.mood = table[i].mood;
		CU_ASSERT_EQUAL(ask(&t, "a", "|--key|ec:P-256"), table[i].rc);
		CU_ASSERT_TRUE(stage_said(&t.s, table[i].said));
		CU_ASSERT_EQUAL(stage_said(&t.s, "--key-file"), table[i].kept);
		CU_ASSERT_EQUAL(stage_mode(&t.s, "a.key"), table[i].kept ? 0600 : -1);
		CU_ASSERT_EQUAL(stage_mode(&t.s, "a.pem"), -1);
		CU_ASSERT_EQUAL(stage_mode(&t.s, "a.pending"), -1);
		unlink(stage_path(&t.s, "a.key"));
	}
	told_close(&t);
}

static int
renew_old(struct told *t)
{
	return stage_run(&t->s, NULL,
	    "renew|--url|%s|--cert|@old.pem|--cert-key|@old.key|--out|@new", t->web.url);
}

static void
a_renewal_keeps_its_key_too(void)
{
	struct told t;

	told_open(&t);
	CU_ASSERT_EQUAL_FATAL(ask(&t, "old", "|--key|ec:P-256"), CTL_OK);
	t.fake.mood = FAKE_REFUSES;
	CU_ASSERT_EQUAL(renew_old(&t), CTL_REFUSED);
	CU_ASSERT_EQUAL(stage_mode(&t.s, "new.key"), -1);
	t.fake.mood = FAKE_TIMES_OUT;
	CU_ASSERT_EQUAL(renew_old(&t), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&t.s, "--key-file"));
	CU_ASSERT_EQUAL(stage_mode(&t.s, "new.key"), 0600);
	told_close(&t);
}

/* A request that could not even be made leaves no key behind: here the passing key that should sign
 * it cannot be written. */
static void
an_unsent_request_leaves_no_key(void)
{
	struct told t;

	told_open(&t);
	CU_ASSERT_EQUAL_FATAL(mkdir(stage_path(&t.s, "a.signer.key"), 0700), 0);
	CU_ASSERT_EQUAL(ask(&t, "a", "|--key|ed25519"), CTL_FAILED);
	CU_ASSERT_EQUAL(t.fake.type, 0);
	CU_ASSERT_EQUAL(stage_mode(&t.s, "a.key"), -1);
	told_close(&t);
}

static void
bad_requests_are_refused(void)
{
	struct told t;

	told_open(&t);
	CU_ASSERT_EQUAL(ask(&t, "a", "|--cipher|des"), CTL_USAGE);
	CU_ASSERT_EQUAL(ask(&t, "a", "|--digest|md5"), CTL_USAGE);
	CU_ASSERT_EQUAL(ask(&t, "a", "|--san|foo"), CTL_USAGE);
	CU_ASSERT_EQUAL(ask(&t, "a", "|--key|rsa:1"), CTL_USAGE);
	CU_ASSERT_EQUAL(ask(&t, "a", "|--key|rsa:2048|--key-file|@a.key"), CTL_USAGE);
	CU_ASSERT_EQUAL(ask(&t, "a", "|--fingerprint|12"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_mode(&t.s, "a.key"), -1);
	CU_ASSERT_EQUAL(stage_run(&t.s, NULL, "getca|--url|file:///etc/passwd"), CTL_USAGE);

	CU_ASSERT_EQUAL_FATAL(ask(&t, "a", "|--key|ec:P-256"), CTL_OK);
	CU_ASSERT_EQUAL(ask(&t, "a", "|--key|ec:P-256"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&t.s, "a.pem exists already"));
	CU_ASSERT_EQUAL(unlink(stage_path(&t.s, "a.pem")), 0);
	CU_ASSERT_EQUAL(ask(&t, "a", "|--key|ec:P-256"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&t.s, "a.key exists already"));
	CU_ASSERT_EQUAL(stage_mode(&t.s, "a.key"), 0600);
	CU_ASSERT_EQUAL(chmod(stage_path(&t.s, "a.key"), 0640), 0);
	CU_ASSERT_EQUAL(ask(&t, "b", "|--key-file|@a.key"), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&t.s, "chmod 600"));
	told_close(&t);
}

/* The request may have arrived: its key is kept for another attempt. */
static void
a_lost_answer_keeps_the_key(void)
{
	struct told t;
	EVP_PKEY *key;
	X509 *cert;

	told_open(&t);
	t.fake.mood = FAKE_HANGS_UP;
	CU_ASSERT_EQUAL(ask(&t, "a", "|--key|ec:P-256"), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&t.s, "--key-file"));
	CU_ASSERT_EQUAL(stage_mode(&t.s, "a.key"), 0600);
	t.fake.mood = FAKE_GRANTS;
	CU_ASSERT_EQUAL(ask(&t, "a", "|--key-file|@a.key"), CTL_OK);
	key = stage_key(&t.s, "a.key", NULL);
	cert = stage_cert(&t.s, "a.pem");
	CU_ASSERT_TRUE(key != NULL && cert != NULL && key_fits(key, cert));
	EVP_PKEY_free(key);
	X509_free(cert);
	told_close(&t);
}

/* Nobody listens: a network error, and no trust in anything. */
static void
a_dead_server_is_said(void)
{
	struct told t;

	told_open(&t);
	httpd_stop(&t.web);
	CU_ASSERT_EQUAL(ask(&t, "a", ""), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&t.s, "127.0.0.1"));
	CU_ASSERT_EQUAL(stage_mode(&t.s, "a.key"), -1);
	fake_close(&t.fake);
	stage_close(&t.s);
}

CU_TestInfo enroll_tests[] = {
    T(options_reach_the_message),
    T(a_pending_request_is_polled),
    T(a_changed_state_is_refused),
    T(a_certificate_is_renewed),
    T(answers_become_exit_codes),
    T(a_renewal_keeps_its_key_too),
    T(an_unsent_request_leaves_no_key),
    T(bad_requests_are_refused),
    T(a_lost_answer_keeps_the_key),
    T(a_dead_server_is_said),
    CU_TEST_INFO_NULL,
};
