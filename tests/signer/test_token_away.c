/* SPDX-License-Identifier: ISC
 *
 * A token goes and comes back: while it is away every operation says so and nothing else, and
 * afterwards the same key does the same work.
 */
#include <string.h>
#include <time.h>

#include <openssl/rsa.h>

#include "base/clock.h"
#include "harness.h"
#include "signer/signer.h"
#include "signer/token.h"
#include "suites.h"
#include "support/make.h"
#include "support/softhsm.h"
#include "tmpdir.h"

#define PATIENCE 30 /* seconds: only ever waited for in full by a test that fails */

static struct tmpdir dir;
static bool there;

static int
start(void)
{
	if (tmpdir_make(&dir) != 0)
		return 1;
	there = softhsm_start(dir.path);
	return 0;
}

static int
stop(void)
{
	softhsm_stop();
	tmpdir_remove(&dir);
	return 0;
}

/* A certificate for the key, as its own issuer. */
static X509 *
cert_of(EVP_PKEY *key)
{
	return make_cert(&(struct make_cert){.key = key, .cn = "CN=ra"});
}

static bool
comes_back(const struct ra_key *ra)
{
	const struct timespec nap = {.tv_nsec = 5000000};
	time_t end = time(NULL) + PATIENCE;
	struct err e = ERR_INIT;

	while (ra_key_here(ra, &e) != 0 && time(NULL) < end) {
		err_clear(&e);
		nanosleep(&nap, NULL);
	}
	return e.code == ERR_OK;
}

/* Unwraps octets that are no block: what comes out is the key of the rejection. */
static int
reject(const struct ra_key *ra, struct secret *cek, struct err *e)
{
	const struct env_recipient r = {
	    {KEY_TRANSPORT_PKCS1, DIGEST_SHA256, DIGEST_SHA256}, view_str("no block")};

	return signer_unwrap(ra, &r, 16, cek, e);
}

/* And octets that are below the modulus, so that the token is asked. */
static int
decrypt(const struct ra_key *ra, struct secret *cek, struct err *e)
{
	uint8_t block[256] = {0, 1, 2, 3};
	const struct env_recipient r = {
	    {KEY_TRANSPORT_PKCS1, DIGEST_SHA256, DIGEST_SHA256}, view_of(block, sizeof block)};

	return signer_unwrap(ra, &r, 16, cek, e);
}

static int
seal(const struct ra_key *ra, struct err *e)
{
	struct scep_attrs a = SCEP_ATTRS_INIT;
	struct view empty = {0};
	struct buf der = {0};
	int rc;

	a.transaction_id = view_str("t");
	a.sender_nonce = view_str("0123456789abcdef");
	a.type = TYPE_CERT_REP;
	a.status = STATUS_FAILURE;
	a.fail_info = FAIL_BAD_REQUEST;
	rc = signer_seal(ra, &a, &empty, DIGEST_SHA256, &der, e);
	buf_free(&der);
	return rc;
}

static void
away_and_back(void)
{
	struct token_place place = token_test_place("ra");
	struct secret before = {0}, away = {0}, after = {0};
	struct err e = ERR_INIT;
	struct ra_key *ra;
	EVP_PKEY *key;
	X509 *cert;

	if (!there)
		return;
	key = token_test_key("ra", "rsa:2048");
	cert = cert_of(key);
	EVP_PKEY_free(key);
	key = token_open(&place, cert, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	ra = ra_key_new(key, cert, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ra);
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(decrypt(ra, &before, &e), 0);
		CU_ASSERT_EQUAL(seal(ra, &e), 0);
		softhsm_away();
		CU_ASSERT_EQUAL(decrypt(ra, &away, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_KEY_GONE);
		CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, place.uri));
		err_clear(&e);
		CU_ASSERT_EQUAL(seal(ra, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_KEY_GONE);
		err_clear(&e);
		CU_ASSERT_EQUAL(ra_key_here(ra, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_KEY_GONE);
		err_clear(&e);
		softhsm_back();
		CU_ASSERT_TRUE(comes_back(ra));
		CU_ASSERT_EQUAL(decrypt(ra, &after, &e), 0);
		CU_ASSERT_EQUAL(seal(ra, &e), 0);
		CU_ASSERT_TRUE(view_eq(secret_view(&before), secret_view(&after)));
		/* Nothing was asked of it in between. */
		softhsm_away();
		softhsm_back();
		CU_ASSERT_EQUAL(seal(ra, &e), 0);
		secret_free(&before);
		secret_free(&away);
		secret_free(&after);
	}
	ra_key_free(ra);
	X509_free(cert);
}

/* A worker that starts while the token is away has the key when the token comes, with the same
 * rejection as everybody else. */
static void
away_from_the_beginning(void)
{
	struct token_place place = token_test_place("late");
	struct secret usual = {0}, late = {0};
	struct err e = ERR_INIT;
	struct ra_key *ra;
	EVP_PKEY *key;
	X509 *cert;

	if (!there)
		return;
	key = token_test_key("late", "rsa:2048");
	cert = cert_of(key);
	ra = ra_key_new(key, cert, &e);
	CU_ASSERT_EQUAL(reject(ra, &usual, &e), 0);
	ra_key_free(ra);
	softhsm_away();
	CU_ASSERT_PTR_NULL(token_open(&place, NULL, &e));
	CU_ASSERT_EQUAL(e.code, ERR_KEY_GONE);
	err_clear(&e);
	key = token_open(&place, cert, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	ra = ra_key_new(key, cert, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ra);
	CU_ASSERT_EQUAL(reject(ra, &late, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_KEY_GONE);
	secret_free(&late);
	err_clear(&e);
	softhsm_back();
	CU_ASSERT_TRUE(comes_back(ra));
	CU_ASSERT_EQUAL(reject(ra, &late, &e), 0);
	CU_ASSERT_TRUE(view_eq(secret_view(&usual), secret_view(&late)));
	secret_free(&usual);
	secret_free(&late);
	ra_key_free(ra);
	X509_free(cert);
}

/* Keys of two tokens behind one module: that one goes does not take the other along. */
static void
one_of_two_tokens(void)
{
	struct token_place here = token_test_place("stays"), other = here;
	struct key_spec spec = {.type = EVP_PKEY_RSA, .bits = 2048};
	struct secret cek = {0};
	struct err e = ERR_INIT;
	struct ra_key *ra, *gone;
	EVP_PKEY *key;
	X509 *cert;

	if (!there)
		return;
	softhsm_add("second"); /* before the module is started */
	key = token_test_key("stays", "rsa:2048");
	cert = cert_of(key);
	ra = ra_key_new(key, cert, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ra);
	X509_free(cert);
	other.uri = "pkcs11:token=second;object=x";
	key = token_make(&other, &spec, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	cert = cert_of(key);
	EVP_PKEY_free(key);
	CU_ASSERT_EQUAL(token_unmake(&other, &e), 0);
	key = token_open(&other, cert, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	gone = ra_key_new(key, cert, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(gone);
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(decrypt(gone, &cek, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_KEY_GONE);
		secret_free(&cek);
		err_clear(&e);
		CU_ASSERT_EQUAL(decrypt(ra, &cek, &e), 0);
		secret_free(&cek);
	}
	ra_key_free(ra);
	ra_key_free(gone);
	X509_free(cert);
}

/* The certificate of another key: the key in the token is not used for it. */
static void
the_key_of_another_certificate(void)
{
	struct token_place place = token_test_place("mine");
	struct err e = ERR_INIT;
	EVP_PKEY *key, *open;
	X509 *cert;

	if (!there)
		return;
	key = token_test_key("mine", "rsa:2048");
	cert = cert_of(make_rsa(2048, 2));
	open = token_open(&place, cert, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(open);
	CU_ASSERT_EQUAL(key_here(open, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_KEY_FILE);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "does not belong to the certificate"));
	EVP_PKEY_free(open);
	EVP_PKEY_free(key);
	X509_free(cert);
	cert = cert_of(make_ed25519());
	err_clear(&e);
	CU_ASSERT_PTR_NULL(token_open(&place, cert, &e));
	CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
	X509_free(cert);
}

/* A token may lock itself after a few wrong PINs: one is enough. */
static void
a_wrong_pin_is_shown_once(void)
{
	const struct timespec nap = {.tv_nsec = 5000000};
	struct token_place place = token_test_place("pin");
	struct err e = ERR_INIT;
	EVP_PKEY *key;
	X509 *cert;

	if (!there)
		return;
	key = token_test_key("pin", "rsa:2048");
	cert = cert_of(key);
	EVP_PKEY_free(key);
	place.pin = view_str("wrong-pin");
	key = token_open(&place, cert, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	softhsm_away(); /* whoever asked the token now would say that it is not there */
	/* Until after a key that is gone would be tried again. */
	for (int64_t end = clock_ms() + 1200, now = 0; now < end; now = clock_ms()) {
		err_clear(&e);
		if (key_here(key, &e) == 0 || e.code != ERR_KEY_FILE)
			break;
		nanosleep(&nap, NULL);
	}
	CU_ASSERT_EQUAL(e.code, ERR_KEY_FILE);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "refuses the PIN"));
	softhsm_back();
	EVP_PKEY_free(key);
	X509_free(cert);
}

static CU_TestInfo tests[] = {
    T(away_and_back),
    T(away_from_the_beginning),
    T(one_of_two_tokens),
    T(the_key_of_another_certificate),
    T(a_wrong_pin_is_shown_once),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo token_away_suite = {"token_away", start, stop, NULL, NULL, tests};
