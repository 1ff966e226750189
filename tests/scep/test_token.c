/* SPDX-License-Identifier: ISC
 *
 * The keys of CA and RA in a token: enrolment as ever, and while the token is away a clear answer,
 * nothing issued, and a retry that goes on where it was.
 */
#include <string.h>
#include <time.h>

#include "harness.h"
#include "rig.h"
#include "signer/token.h"
#include "suites.h"
#include "support/softhsm.h"
#include "tmpdir.h"

#define PATIENCE 30 /* seconds: only ever waited for in full by a test that fails */

static struct rig rig;
static struct tmpdir dir;
static EVP_PKEY *ca_key;

static EVP_PKEY *
make(const char *uri, int type)
{
	struct token_place place = {
	    .uri = uri, .module = softhsm_module(), .pin = view_str(SOFTHSM_PIN)};
	struct key_spec spec = {.type = type, .bits = 2048, .curve = NID_X9_62_prime256v1};
	struct err e = ERR_INIT;

	return token_make(&place, &spec, &e);
}

static int
start(void)
{
	if (tmpdir_make(&dir) != 0)
		return 1;
	if (softhsm_start(dir.path) &&
	    (ca_key = make(SOFTHSM_TOKEN_URI ";object=ca", EVP_PKEY_EC)) == NULL)
		return 1;
	rig_start(&rig, ca_key);
	rig.remember = true;
	return 0;
}

static int
stop(void)
{
	rig_stop(&rig);
	EVP_PKEY_free(ca_key);
	softhsm_stop();
	tmpdir_remove(&dir);
	return 0;
}

/* Sends the message and expects this outcome; the certificate, if one came, is the caller's. */
static X509 *
post(const struct buf *message, int http, const char *slug)
{
	struct seen s;
	X509 *cert;

	rig_post(&rig, buf_view(message), make_rsa(2048, 3), &s);
	CU_ASSERT_EQUAL(s.http, http);
	CU_ASSERT_STRING_EQUAL(s.slug, slug);
	if (strcmp(s.slug, slug) != 0)
		printf("\n  %s", s.line);
	CU_ASSERT_EQUAL(s.retry_after > 0, http == 503);
	if (http == 503)
		CU_ASSERT_PTR_NOT_NULL(strstr(s.line, "pkcs11:token=scepd%20test;object="));
	cert = s.cert;
	s.cert = NULL;
	seen_free(&s);
	return cert;
}

static int
ready(void)
{
	struct http_reply out;
	struct seen s;

	rig_get(&rig, "/ready", "", &out, &s);
	if (s.http == 503)
		CU_ASSERT_STRING_EQUAL(buf_str(&out.body), "a key cannot be used\n");
	http_reply_free(&out);
	return s.http;
}

static void
await_ready(void)
{
	const struct timespec nap = {.tv_nsec = 5000000};
	time_t end = time(NULL) + PATIENCE;

	while (ready() != 200 && time(NULL) < end)
		nanosleep(&nap, NULL);
	CU_ASSERT_EQUAL(ready(), 200);
}

static void
message(const char *tid, struct buf *out)
{
	rig_msg(&rig, (struct make_msg){.tid = view_str(tid)}, out);
}

/* The CA's token goes between an enrolment and the next. */
static void
the_token_of_the_ca(void)
{
	struct buf first = {0}, second = {0};
	X509 *one, *two, *again;
	struct err e = ERR_INIT;
	EVP_PKEY *public;

	if (ca_key == NULL)
		return;
	message("one", &first);
	one = post(&first, 200, "issued");
	CU_ASSERT_PTR_NOT_NULL_FATAL(one);
	public = ossl_spki_key(X509_get_X509_PUBKEY(rig.ca), &e);
	CU_ASSERT_EQUAL(X509_verify(one, public), 1);
	EVP_PKEY_free(public);
	CU_ASSERT_EQUAL(ready(), 200);
	freeReplyObject(redis_do(rig.redis, "FLUSHALL"));
	message("two", &second);
	rig.service.lease = 0; /* who comes again need not wait for the end of the lease */
	softhsm_away();
	CU_ASSERT_PTR_NULL(post(&second, 503, "key-unavailable"));
	CU_ASSERT_EQUAL(ready(), 503);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:int"), 1);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "EXISTS {scepd}:exp:ca"), 0);
	softhsm_back();
	await_ready();
	two = post(&second, 200, "issued");
	CU_ASSERT_PTR_NOT_NULL_FATAL(two);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:int"), 0);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:exp:ca"), 1);
	rig.service.lease = 10;
	again = post(&second, 200, "replayed");
	CU_ASSERT_EQUAL(X509_cmp(two, again), 0);
	X509_free(one);
	X509_free(two);
	X509_free(again);
	buf_free(&first);
	buf_free(&second);
}

/* And that of the RA: nobody can be told more than to come again. */
static void
the_token_of_the_ra(void)
{
	struct err e = ERR_INIT;
	struct buf request = {0};
	struct ra_key *file = rig.sp->ras[0].key;
	EVP_PKEY *key;
	X509 *cert;

	if (ca_key == NULL)
		return;
	freeReplyObject(redis_do(rig.redis, "FLUSHALL"));
	key = make(SOFTHSM_TOKEN_URI ";object=ra", EVP_PKEY_RSA);
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	cert = make_cert(&(struct make_cert){.key = key,
	    .cn = "CN=Test RA",
	    .issuer = rig.ca,
	    .issuer_key = rig.ca_key,
	    .serial = 78,
	    .days = 800,
	    .exts = {"keyUsage=critical,digitalSignature,keyEncipherment"}});
	rig.sp->ras[0].key = ra_key_new(key, cert, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig.sp->ras[0].key);
	rig_msg(&rig, (struct make_msg){.tid = view_str("three"), .ra = cert}, &request);
	softhsm_away();
	CU_ASSERT_PTR_NULL(post(&request, 503, "key-unavailable"));
	CU_ASSERT_EQUAL(redis_int(rig.redis, "EXISTS {scepd}:int"), 0);
	CU_ASSERT_EQUAL(ready(), 503);
	softhsm_back();
	await_ready();
	X509_free(post(&request, 200, "issued"));
	ra_key_free(rig.sp->ras[0].key);
	rig.sp->ras[0].key = file;
	X509_free(cert);
	buf_free(&request);
}

static CU_TestInfo tests[] = {
    T(the_token_of_the_ca),
    T(the_token_of_the_ra),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo token_suite = {"token", start, stop, NULL, NULL, tests};
