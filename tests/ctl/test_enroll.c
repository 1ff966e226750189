/* SPDX-License-Identifier: ISC
 *
 * scepctl getca, enroll, renew, poll over HTTP: against the real service behind a web server of the
 * test, and against a server that does as it is told.
 */
#include <string.h>

#include <jansson.h>
#include <openssl/x509v3.h>

#include "base/log.h"
#include "ca/authority.h"
#include "conf/assemble.h"
#include "fake.h"
#include "httpd.h"
#include "signer/ceremony.h"
#include "stage.h"
#include "suites.h"

#define CHALLENGE "open sesame"

/* The service as scepd runs it, with one static profile. */
struct real {
	struct stage s;
	struct conf conf;
	struct service service;
	struct httpd web;
	char url[128];
};

static void
handle_real(void *arg, const struct http_request *in, struct http_reply *out)
{
	service_handle(arg, in, out);
}

static void
real_open(struct real *r)
{
	struct err e = ERR_INIT;

	*r = (struct real){0};
	stage_open(&r->s, NULL);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&r->s, NULL, "ca|create|demo|--subject|CN=Demo,O=Test|--key|ec:P-256"), 0);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&r->s, CHALLENGE "\n",
	        "profile|create|p|--ca|demo|--challenge|static|--challenge-stdin"),
	    0);
	CU_ASSERT_EQUAL_FATAL(
	    log_open(stage_path(&r->s, "log"), LOG_LOGFMT, LOG_LEVEL_INFO, &e), 0);
	CU_ASSERT_EQUAL_FATAL(conf_read(r->s.conf, &r->conf, &e), 0);
	CU_ASSERT_EQUAL_FATAL(conf_assemble(&r->conf, &r->service, &e), 0);
	r->service.profiles[0].profile.allow_ed25519 = true;
	httpd_start(&r->web, handle_real, &r->service);
	snprintf(r->url, sizeof r->url, "%s/scep/p/pkiclient.exe", r->web.url);
	stage_write(&r->s, "challenge", CHALLENGE "\n", 0600);
	stage_write(&r->s, "wrong", "open sesamo\n", 0600);
}

static void
real_close(struct real *r)
{
	struct err e = ERR_INIT;

	httpd_stop(&r->web);
	service_free(&r->service);
	conf_free(&r->conf);
	CU_ASSERT_EQUAL(log_open("stderr", LOG_LOGFMT, LOG_LEVEL_INFO, &e), 0);
	stage_close(&r->s);
}

/* Checks PREFIX.key, PREFIX.pem, PREFIX.ca.pem of an enrolment. */
static void
check_files(struct real *r, const char *prefix, const char *key_file)
{
	char name[64];
	X509 *cert, *ca = stage_cert(&r->s, "ca/demo/ca.pem"), *chain;
	EVP_PKEY *key = stage_key(&r->s, key_file, NULL);

	snprintf(name, sizeof name, "%s.pem", prefix);
	cert = stage_cert(&r->s, name);
	CU_ASSERT_PTR_NOT_NULL_FATAL(cert);
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	CU_ASSERT_TRUE(key_fits(key, cert));
	CU_ASSERT_EQUAL(X509_verify(cert, X509_get0_pubkey(ca)), 1);
	CU_ASSERT_EQUAL(stage_mode(&r->s, key_file), 0600);
	snprintf(name, sizeof name, "%s.ca.pem", prefix);
	chain = stage_cert(&r->s, name);
	CU_ASSERT_TRUE(chain != NULL && X509_cmp(chain, ca) == 0);
	X509_free(chain);
	X509_free(cert);
	X509_free(ca);
	EVP_PKEY_free(key);
}

/* Enrols with more options and a new prefix. */
static int
enrol(struct real *r, const char *prefix, const char *more)
{
	return stage_run(&r->s, NULL, "enroll|--url|%s|--subject|CN=device,O=Test|--out|@%s%s",
	    r->url, prefix, more);
}

#define RIGHT "|--challenge-file|@challenge"

static void
the_service_enrols(void)
{
	struct real r;
	char more[200], sha256[96];
	X509 *cert;
	GENERAL_NAMES *san;

	real_open(&r);
	cert = stage_cert(&r.s, "ca/demo/ca.pem");
	cert_fingerprint(cert, EVP_sha256(), sha256);
	X509_free(cert);
	snprintf(
	    more, sizeof more, RIGHT "|--san|DNS:a.example,IP:192.0.2.1|--fingerprint|%s", sha256);
	CU_ASSERT_EQUAL(enrol(&r, "a", more), CTL_OK);
	check_files(&r, "a", "a.key");
	cert = stage_cert(&r.s, "a.pem");
	san = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	CU_ASSERT_EQUAL(sk_GENERAL_NAME_num(san), 2);
	sk_GENERAL_NAME_pop_free(san, GENERAL_NAME_free);
	X509_free(cert);
	CU_ASSERT_EQUAL(stage_run(&r.s, CHALLENGE "\n",
	                    "enroll|--url|%s|--subject|/O=Test/"
	                    "CN=b|--out|@b|--key-file|@a.key|--challenge-stdin|--get",
	                    r.url),
	    CTL_OK);
	check_files(&r, "b", "a.key");
	CU_ASSERT_EQUAL(stage_mode(&r.s, "b.key"), -1);
	CU_ASSERT_EQUAL(
	    enrol(&r, "c", RIGHT "|--key-file|@a.key|--pss|--oaep|--cipher|aes256|--digest|sha512"),
	    CTL_OK);
	check_files(&r, "c", "a.key");
	CU_ASSERT_EQUAL(enrol(&r, "d", RIGHT "|--key|ec:P-256"), CTL_OK);
	check_files(&r, "d", "d.key");
	CU_ASSERT_EQUAL(enrol(&r, "e", RIGHT "|--key|ed25519"), CTL_OK);
	check_files(&r, "e", "e.key");
	CU_ASSERT_EQUAL(stage_mode(&r.s, "e.signer.key"), -1);
	real_close(&r);
}

static void
the_service_refuses(void)
{
	struct real r;

	real_open(&r);
	CU_ASSERT_EQUAL(enrol(&r, "a", "|--challenge-file|@wrong"), CTL_REFUSED);
	CU_ASSERT_TRUE(stage_said(&r.s, "badRequest"));
	CU_ASSERT_EQUAL(enrol(&r, "a", ""), CTL_REFUSED);
	CU_ASSERT_EQUAL(stage_mode(&r.s, "a.key"), -1); /* of no use */
	CU_ASSERT_EQUAL(stage_mode(&r.s, "a.pem"), -1);
	CU_ASSERT_EQUAL(
	    enrol(&r, "a", RIGHT "|--key|ed25519|--san|otherName:1.3.6.1.4.1.311.20.2.3;UTF8:x@y"),
	    CTL_REFUSED);
	CU_ASSERT_TRUE(stage_said(&r.s, "user principal name"));
	CU_ASSERT_EQUAL(stage_mode(&r.s, "a.signer.key"), -1);
	snprintf(r.url, sizeof r.url, "%s/scep/none", r.web.url);
	CU_ASSERT_EQUAL(enrol(&r, "a", RIGHT), CTL_REFUSED);
	CU_ASSERT_TRUE(stage_said(&r.s, "404"));
	real_close(&r);
}

static void
the_service_shows_its_ca(void)
{
	struct real r;
	json_error_t why;
	json_t *rows;
	X509 *cert;
	char *ca, *exported;

	real_open(&r);
	CU_ASSERT_EQUAL(stage_run(&r.s, NULL, "getca|--url|%s|--out|@got|--json", r.url), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&r.s, "No --fingerprint"));
	rows = json_loads(r.s.out, 0, &why);
	CU_ASSERT_EQUAL_FATAL(json_array_size(rows), 3);
	CU_ASSERT_STRING_EQUAL(
	    json_string_value(json_object_get(json_array_get(rows, 0), "role")), "RA");
	CU_ASSERT_STRING_EQUAL(
	    json_string_value(json_object_get(json_array_get(rows, 2), "role")), "CA");
	json_decref(rows);
	cert = stage_cert(&r.s, "got.ra.pem");
	CU_ASSERT_TRUE(cert != NULL && X509_check_ca(cert) == 0);
	X509_free(cert);
	ca = stage_text(&r.s, "got.ca.pem");
	CU_ASSERT_EQUAL(stage_run(&r.s, NULL, "ca|export|demo|--chain"), CTL_OK);
	exported = strdup(r.s.out);
	CU_ASSERT_STRING_EQUAL(ca, exported);
	free(ca);
	free(exported);
	CU_ASSERT_EQUAL(stage_run(&r.s, NULL,
	                    "getca|--url|%s|--fingerprint|"
	                    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	                    r.url),
	    CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&r.s, "fingerprint"));
	real_close(&r);
}

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

static void
answers_become_exit_codes(void)
{
	static const struct {
		enum fake_mood mood;
		int rc;
		const char *said;
	} table[] = {
	    {FAKE_REFUSES, CTL_REFUSED, "badRequest: because?of this"},
	    {FAKE_NOT_FOUND, CTL_REFUSED, "404: nothing here"},
	    {FAKE_REDIRECTS, CTL_REFUSED, "302"},
	    {FAKE_GARBAGE, CTL_FAILED, "not a SCEP message"},
	    {FAKE_FLOODS, CTL_FAILED, "scepctl: http://127.0.0.1"},
	    {FAKE_OTHER_NONCE, CTL_FAILED, "recipientNonce"},
	    {FAKE_OTHER_TID, CTL_FAILED, "transactionID"},
	    {FAKE_OTHER_SIGNER, CTL_FAILED, "GetCACert"},
	    {FAKE_OTHER_KEY, CTL_FAILED, "for the key of the request"},
	};
	struct told t;

	told_open(&t);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		t.fake.mood = table[i].mood;
		/* The key of an attempt whose answer was never seen may have got a certificate. */
		unlink(stage_path(&t.s, "a.key"));
		CU_ASSERT_EQUAL(ask(&t, "a", "|--key|ec:P-256"), table[i].rc);
		CU_ASSERT_TRUE(stage_said(&t.s, table[i].said));
		CU_ASSERT_EQUAL(stage_mode(&t.s, "a.pem"), -1);
		CU_ASSERT_EQUAL(stage_mode(&t.s, "a.pending"), -1);
	}
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
    T(the_service_enrols),
    T(the_service_refuses),
    T(the_service_shows_its_ca),
    T(options_reach_the_message),
    T(a_pending_request_is_polled),
    T(a_changed_state_is_refused),
    T(a_certificate_is_renewed),
    T(answers_become_exit_codes),
    T(bad_requests_are_refused),
    T(a_lost_answer_keeps_the_key),
    T(a_dead_server_is_said),
    CU_TEST_INFO_NULL,
};
