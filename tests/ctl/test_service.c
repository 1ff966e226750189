/* SPDX-License-Identifier: ISC
 *
 * scepctl getca and enroll against the real service, behind a web server of the test.
 */
#include <string.h>

#include <jansson.h>
#include <openssl/x509v3.h>

#include "base/log.h"
#include "ca/authority.h"
#include "conf/assemble.h"
#include "httpd.h"
#include "signer/ceremony.h"
#include "stage.h"
#include "suites.h"
#include "support/redis.h"

#define CHALLENGE "open sesame"

/* The service as scepd runs it, with one static profile and a store of its own. */
struct real {
	struct stage s;
	struct test_redis redis;
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
	stage_open(&r->s, "public_url = \"http://scep.example\"; user = \"\";\n"
	                  "issued_log = \"issued.log\";\ncrl = { dir = \"crl\"; };\n"
	                  "store = { server = \"./redis.sock\"; durability = \"none\"; };\n");
	redis_start(&r->redis, r->s.dir.path, NULL);
	CU_ASSERT_EQUAL_FATAL(stage_run(&r->s, NULL, "store|init"), 0);
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
	redis_stop(&r->redis);
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

/* As scepd does when it is reloaded. */
static void
reload(struct real *r)
{
	struct err e = ERR_INIT;

	httpd_stop(&r->web);
	service_free(&r->service);
	conf_free(&r->conf);
	CU_ASSERT_EQUAL_FATAL(conf_read(r->s.conf, &r->conf, &e), 0);
	CU_ASSERT_EQUAL_FATAL(conf_assemble(&r->conf, &r->service, &e), 0);
	httpd_start(&r->web, handle_real, &r->service);
	snprintf(r->url, sizeof r->url, "%s/scep/p/pkiclient.exe", r->web.url);
}

static void
the_service_shows_its_next_ca(void)
{
	struct real r;
	char *got, *made;

	real_open(&r);
	CU_ASSERT_EQUAL(stage_run(&r.s, NULL, "store|install"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&r.s, NULL, "getca|--url|%s|--next", r.url), CTL_REFUSED);
	CU_ASSERT_TRUE(stage_said(&r.s, "GetNextCACert: HTTP status 404: there is no next CA"));
	CU_ASSERT_EQUAL(stage_run(&r.s, NULL, "ca|next|demo|--key|ec:P-256"), CTL_OK);
	reload(&r);
	CU_ASSERT_EQUAL(stage_run(&r.s, NULL, "getca|--url|%s|--next|--out|@next", r.url), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&r.s, "Demo 2"));
	CU_ASSERT_TRUE(stage_said(&r.s, "No --fingerprint"));
	CU_ASSERT_TRUE(stage_said(&r.s, "compare the SHA-256 of the next CA"));
	got = stage_text(&r.s, "next.ra.pem");
	made = stage_text(&r.s, "ra/p/ra-2.pem");
	CU_ASSERT_STRING_EQUAL(got, made);
	free(got);
	free(made);
	got = stage_text(&r.s, "next.ca.pem");
	CU_ASSERT_EQUAL(stage_run(&r.s, NULL, "ca|export|demo-2|--chain"), CTL_OK);
	CU_ASSERT_STRING_EQUAL(got, r.s.out);
	free(got);
	/* It is the present CA that the fingerprint names. */
	CU_ASSERT_EQUAL(stage_run(&r.s, NULL,
	                    "getca|--url|%s|--next|--fingerprint|"
	                    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	                    r.url),
	    CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&r.s, "fingerprint"));
	real_close(&r);
}

CU_TestInfo service_tests[] = {
    T(the_service_enrols),
    T(the_service_refuses),
    T(the_service_shows_its_ca),
    T(the_service_shows_its_next_ca),
    CU_TEST_INFO_NULL,
};
