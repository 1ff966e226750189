/* SPDX-License-Identifier: ISC
 *
 * Keys in a token do what keys in files do: ceremonies, issue, seal. (Unwrapping: test_unwrap.c.)
 * What leads to no key, to several, or to a module that somebody else may have written, is refused.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness.h"
#include "signer/keyring.h"
#include "signer/token.h"
#include "suites.h"
#include "support/make.h"
#include "support/softhsm.h"
#include "tmpdir.h"

static struct tmpdir dir;
static bool there;

struct token_place
token_test_place(const char *label)
{
	static char uris[4][128];
	static unsigned next;
	char *uri = uris[next++ % 4];

	snprintf(uri, sizeof uris[0], "%s;object=%s", SOFTHSM_TOKEN_URI, label);
	return (struct token_place){
	    .uri = uri, .module = softhsm_module(), .pin = view_str(SOFTHSM_PIN)};
}

EVP_PKEY *
token_test_key(const char *label, const char *text)
{
	struct token_place place = token_test_place(label);
	struct err e = ERR_INIT;
	struct key_spec spec;
	EVP_PKEY *key;

	CU_ASSERT_EQUAL_FATAL(key_spec_read(text, &spec, &e), 0);
	key = token_make(&place, &spec, &e);
	if (key == NULL)
		printf("\n  %s: %s\n", place.uri, e.detail);
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	return key;
}

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

/* Opens a key that must not open; says why not. */
static struct err
refused(const struct token_place *place)
{
	struct err e = ERR_INIT;
	EVP_PKEY *key = token_open(place, NULL, &e);

	CU_ASSERT_PTR_NULL(key);
	EVP_PKEY_free(key);
	return e;
}

static void
says(struct err e, enum err_code code, const char *text)
{
	CU_ASSERT_EQUAL(e.code, code);
	if (strstr(e.detail, text) == NULL)
		printf("\n  not \"%s\": %s\n", text, e.detail);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, text));
	CU_ASSERT_PTR_NULL(strstr(e.detail, SOFTHSM_PIN));
}

/* Every kind of key that a token makes here: it certifies itself as a root, issues, and
 * signs revocation lists. */
static void
each_kind_is_made_and_signs(void)
{
	static const char *const specs[] = {"rsa:2048", "rsa:3072", "ec:P-256", "ec:P-384"};

	for (size_t i = 0; there && i < sizeof specs / sizeof *specs; i++) {
		EVP_PKEY *key = token_test_key(specs[i], specs[i]), *public;
		X509_NAME *name = make_name("CN=single");
		struct ceremony c = {
		    .role = CEREMONY_SINGLE, .subject = name, .key = key, .now = time(NULL)};
		struct err e = ERR_INIT;
		char text[24];
		X509 *cert;

		key_spec_of(key, text);
		CU_ASSERT_STRING_EQUAL(text, specs[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(key_uri(key));
		CU_ASSERT_STRING_EQUAL(key_uri(key), token_test_place(specs[i]).uri);
		cert = ceremony_cert(&c, &e);
		CU_ASSERT_PTR_NOT_NULL_FATAL(cert);
		public = ossl_spki_key(X509_get_X509_PUBKEY(cert), &e);
		CU_ASSERT_EQUAL(X509_verify(cert, public), 1);
		CU_ASSERT_TRUE(key_fits(key, cert));
		CU_ASSERT_EQUAL(EVP_PKEY_eq(key, public), 1);
		check_issue(key);
		check_crl(key);
		EVP_PKEY_free(public);
		X509_free(cert);
		X509_NAME_free(name);
		EVP_PKEY_free(key);
	}
}

static void
an_ra_seals(void)
{
	EVP_PKEY *key;

	if (!there)
		return;
	key = token_test_key("ra", "rsa:2048");
	check_seal(key);
	EVP_PKEY_free(key);
}

/* A key opened again is the same one, and its private half is nowhere to be had. */
static void
a_key_stays_in_the_token(void)
{
	struct token_place place = token_test_place("stays");
	EVP_PKEY *made, *again;
	struct secret pem = {0};
	struct err e = ERR_INIT;
	BIGNUM *d = NULL;

	if (!there)
		return;
	made = token_test_key("stays", "rsa:2048");
	again = token_open(&place, NULL, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(again);
	CU_ASSERT_EQUAL(EVP_PKEY_eq(made, again), 1);
	CU_ASSERT_EQUAL(key_here(again, &e), 0);
	CU_ASSERT_EQUAL(key_pem(again, NULL, &pem, &e), -1);
	CU_ASSERT_EQUAL(EVP_PKEY_get_bn_param(again, "d", &d), 0);
	EVP_PKEY_free(made);
	EVP_PKEY_free(again);
	CU_ASSERT_PTR_NULL(key_uri(make_rsa(2048, 0)));
	CU_ASSERT_EQUAL(key_here(make_rsa(2048, 0), &e), 0);
}

/* Other operations than those that are needed are errors, and no other operation. */
static void
other_paddings_are_refused(void)
{
	EVP_PKEY *key;
	EVP_PKEY_CTX *ctx;

	if (!there)
		return;
	key = token_test_key("paddings", "rsa:2048");
	ctx = EVP_PKEY_CTX_new(key, NULL);
	CU_ASSERT_EQUAL_FATAL(EVP_PKEY_sign_init(ctx), 1);
	CU_ASSERT_TRUE(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) <= 0);
	EVP_PKEY_CTX_free(ctx);
	ctx = EVP_PKEY_CTX_new(key, NULL);
	CU_ASSERT_EQUAL_FATAL(EVP_PKEY_decrypt_init(ctx), 1);
	CU_ASSERT_TRUE(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) <= 0);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
}

static void
a_name_that_is_taken(void)
{
	struct token_place place = token_test_place("taken");
	struct key_spec spec;
	struct err e = ERR_INIT;
	EVP_PKEY *key;

	if (!there)
		return;
	key = token_test_key("taken", "ec:P-256");
	CU_ASSERT_EQUAL(key_spec_read("ec:P-256", &spec, &e), 0);
	CU_ASSERT_PTR_NULL(token_make(&place, &spec, &e));
	says(e, ERR_USAGE, "has such a key already");
	EVP_PKEY_free(key);
	err_clear(&e);
	CU_ASSERT_EQUAL(token_unmake(&place, &e), 0);
	says(refused(&place), ERR_KEY_FILE, "no such private key");
	key = token_make(&place, &spec, &e);
	CU_ASSERT_PTR_NOT_NULL(key);
	EVP_PKEY_free(key);
	CU_ASSERT_EQUAL(key_spec_read("ed25519", &spec, &e), 0);
	place = token_test_place("ed25519");
	CU_ASSERT_PTR_NULL(token_make(&place, &spec, &e));
	says(e, ERR_USAGE, "is RSA or EC");
}

/* Two keys of one label under two ids: the label alone leads to neither. */
static void
what_fits_several_is_refused(void)
{
	struct token_place place = token_test_place("twins;id=%01");
	struct key_spec spec = {.type = EVP_PKEY_EC, .curve = NID_X9_62_prime256v1};
	struct err e = ERR_INIT;
	EVP_PKEY *one, *two;

	if (!there)
		return;
	one = token_make(&place, &spec, &e);
	place = token_test_place("twins;id=%02");
	two = token_make(&place, &spec, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(one);
	CU_ASSERT_PTR_NOT_NULL_FATAL(two);
	CU_ASSERT_EQUAL(EVP_PKEY_eq(one, two), 0);
	place = token_test_place("twins");
	says(refused(&place), ERR_KEY_FILE, "several private keys fit");
	CU_ASSERT_EQUAL(token_unmake(&place, &e), -1);
	says(e, ERR_KEY_FILE, "not alone");
	EVP_PKEY_free(one);
	EVP_PKEY_free(two);
	err_clear(&e);
	/* A module may have places for tokens to come: they count for nothing. */
	place.uri = "pkcs11:object=twins;id=%01";
	one = token_open(&place, NULL, &e);
	CU_ASSERT_PTR_NOT_NULL(one);
	EVP_PKEY_free(one);
	softhsm_add("scepd second");
	says(refused(&place), ERR_KEY_FILE, "several tokens fit");
}

static void
what_leads_nowhere_is_refused(void)
{
	struct token_place place = token_test_place("nothing");

	if (!there)
		return;
	EVP_PKEY_free(token_test_key("something", "ec:P-256"));
	says(refused(&place), ERR_KEY_FILE, "no such private key");
	place.uri = "pkcs11:token=other;object=something";
	says(refused(&place), ERR_KEY_GONE, "the token is not there");
	place.uri = "pkcs11:token=scepd;object=something"; /* the beginning of the label */
	says(refused(&place), ERR_KEY_GONE, "the token is not there");
	place = token_test_place("something");
	place.pin = view_str("");
	says(refused(&place), ERR_KEY_FILE, "wants a PIN and none is configured");
	place.pin = view_str("wrong-pin");
	says(refused(&place), ERR_KEY_FILE, "refuses the PIN: CKR_PIN_INCORRECT");
}

static void
a_module_is_judged_before_it_is_loaded(void)
{
	struct token_place place = token_test_place("x");
	char path[PATH_MAX];
	FILE *f;

	place.module = "";
	says(refused(&place), ERR_CONFIG, "no PKCS#11 module");
	place.module = "module.so";
	says(refused(&place), ERR_CONFIG, "needs an absolute path");
	place.module = "/nowhere/module.so";
	says(refused(&place), ERR_CONFIG, "cannot be loaded");
	snprintf(path, sizeof path, "%s", tmpdir_path(&dir, "module.so"));
	f = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fclose(f);
	place.module = path;
	says(refused(&place), ERR_CONFIG, "cannot be loaded");
	CU_ASSERT_EQUAL(chmod(path, 0666), 0);
	says(refused(&place), ERR_CONFIG, "writable by group or others");
	CU_ASSERT_EQUAL(chmod(path, 0644), 0);
	CU_ASSERT_EQUAL(chmod(dir.path, 0777), 0);
	says(refused(&place), ERR_CONFIG, "writable by group or others");
	CU_ASSERT_EQUAL(chmod(dir.path, 0700), 0);
	place.module = "/lib/x86_64-linux-gnu/libcrypto.so.3";
	if (access(place.module, R_OK) == 0)
		says(refused(&place), ERR_CONFIG, "is no PKCS#11 module");
	/* What the URI says comes first. */
	place.module = "/nowhere/module.so";
	place.uri = "pkcs11:object=x?module-path=/nowhere/of-the-uri.so";
	says(refused(&place), ERR_CONFIG, "of-the-uri.so");
}

static CU_TestInfo tests[] = {
    T(each_kind_is_made_and_signs),
    T(an_ra_seals),
    T(a_key_stays_in_the_token),
    T(other_paddings_are_refused),
    T(a_name_that_is_taken),
    T(what_fits_several_is_refused),
    T(what_leads_nowhere_is_refused),
    T(a_module_is_judged_before_it_is_loaded),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo token_suite = {"token", start, stop, NULL, NULL, tests};
