/* SPDX-License-Identifier: ISC
 *
 * Keys: only from files that nobody else can read or replace, only when they belong to their
 * certificate.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "harness.h"
#include "signer/keyring.h"
#include "suites.h"
#include "support/make.h"
#include "tmpdir.h"

static struct tmpdir dir;
static const char *path;

static int
start(void)
{
	if (tmpdir_make(&dir) != 0)
		return 1;
	path = tmpdir_path(&dir, "key");
	return 0;
}

static int
stop(void)
{
	tmpdir_remove(&dir);
	return 0;
}

static void
write_key(EVP_PKEY *key, const char *passphrase, mode_t mode)
{
	FILE *f;

	unlink(path);
	f = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT_EQUAL_FATAL(
	    PEM_write_PKCS8PrivateKey(f, key, passphrase != NULL ? EVP_aes_256_cbc() : NULL,
	        passphrase, passphrase != NULL ? (int)strlen(passphrase) : 0, NULL, NULL),
	    1);
	fclose(f);
	CU_ASSERT_EQUAL_FATAL(chmod(path, mode), 0);
}

static enum err_code
load(const char *passphrase)
{
	struct err e = ERR_INIT;
	EVP_PKEY *key = key_load(path, passphrase, (uid_t)-1, &e);

	CU_ASSERT_EQUAL(key == NULL, e.code != ERR_OK);
	EVP_PKEY_free(key);
	return e.code;
}

static void
a_private_file_is_read(void)
{
	write_key(make_rsa(2048, 0), NULL, 0600);
	CU_ASSERT_EQUAL(load(NULL), ERR_OK);
	write_key(make_ec("P-256"), NULL, 0400);
	CU_ASSERT_EQUAL(load(NULL), ERR_OK);
}

static void
a_file_others_can_reach_is_refused(void)
{
	static const mode_t modes[] = {0640, 0604, 0620, 0602, 0666};

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		write_key(make_rsa(2048, 0), NULL, modes[i]);
		CU_ASSERT_EQUAL(load(NULL), ERR_KEY_FILE);
	}
}

static void
a_passphrase_is_needed_and_must_be_right(void)
{
	write_key(make_rsa(2048, 0), "correct horse", 0600);
	CU_ASSERT_EQUAL(load("correct horse"), ERR_OK);
	CU_ASSERT_EQUAL(load("battery staple"), ERR_KEY_FILE);
	CU_ASSERT_EQUAL(load(""), ERR_KEY_FILE);
	CU_ASSERT_EQUAL(load(NULL), ERR_KEY_FILE);
	/* No passphrase is not an empty one. */
	write_key(make_rsa(2048, 0), "", 0600);
	CU_ASSERT_EQUAL(load(NULL), ERR_KEY_FILE);
}

static void
what_is_no_key_is_refused(void)
{
	FILE *f = fopen(path, "w");

	fputs("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", f);
	fclose(f);
	chmod(path, 0600);
	CU_ASSERT_EQUAL(load(NULL), ERR_KEY_FILE);
	unlink(path);
	CU_ASSERT_NOT_EQUAL(load(NULL), ERR_OK);
}

static struct err refusal; /* of the last RA key */

static bool
ra_accepts(EVP_PKEY *key, EVP_PKEY *cert_key)
{
	X509 *cert = make_cert(&(struct make_cert){.key = cert_key, .cn = "CN=ra"});
	struct err e = ERR_INIT;
	struct ra_key *k;

	EVP_PKEY_up_ref(key);
	k = ra_key_new(key, cert, &e);
	CU_ASSERT_EQUAL(e.code, k == NULL ? ERR_KEY_FILE : ERR_OK);
	refusal = e;
	ra_key_free(k);
	X509_free(cert);
	return k != NULL;
}

static bool
ca_accepts(EVP_PKEY *key, EVP_PKEY *cert_key)
{
	X509 *cert = make_cert(&(struct make_cert){.key = cert_key, .cn = "CN=ca"});
	struct err e = ERR_INIT;
	struct ca_key *k;

	EVP_PKEY_up_ref(key);
	k = ca_key_new(key, cert, &e);
	CU_ASSERT_EQUAL(e.code, k == NULL ? ERR_KEY_FILE : ERR_OK);
	ca_key_free(k);
	X509_free(cert);
	return k != NULL;
}

/* A key that may only make PSS signatures. */
static EVP_PKEY *
make_pss(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *pss = NULL;

	EVP_PKEY_keygen_init(ctx);
	EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048);
	CU_ASSERT_EQUAL_FATAL(EVP_PKEY_keygen(ctx, &pss), 1);
	EVP_PKEY_CTX_free(ctx);
	return pss;
}

static void
an_ra_key_is_rsa_and_its_certificates(void)
{
	EVP_PKEY *pss = make_pss();

	CU_ASSERT_TRUE(ra_accepts(make_rsa(2048, 0), make_rsa(2048, 0)));
	CU_ASSERT_FALSE(ra_accepts(make_rsa(2048, 0), make_rsa(2048, 1)));
	CU_ASSERT_FALSE(ra_accepts(make_rsa(1024, 0), make_rsa(1024, 0)));
	CU_ASSERT_FALSE(ra_accepts(make_ec("P-256"), make_ec("P-256")));
	/* It can decrypt nothing. */
	CU_ASSERT_FALSE(ra_accepts(pss, pss));
	CU_ASSERT_PTR_NOT_NULL(strstr(refusal.detail, "an RA key is RSA"));
	EVP_PKEY_free(pss);
}

/* Without a keyUsage anything is permitted; with one the two certificates need one bit each. */
static void
an_ra_may_do_what_it_is_for(void)
{
	static const struct {
		const char *usage, *seal_usage;
		bool two, good;
	} rows[] = {
	    {"critical,digitalSignature,keyEncipherment", NULL, false, true},
	    {NULL, NULL, false, true},
	    {"critical,digitalSignature", NULL, false, false},
	    {"critical,keyEncipherment", NULL, false, false},
	    {"critical,keyEncipherment", "critical,digitalSignature", true, true},
	    {NULL, NULL, true, true},
	    {"critical,digitalSignature", "critical,digitalSignature", true, false},
	    {"critical,keyEncipherment", "critical,keyEncipherment", true, false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char usage[2][80];
		struct make_cert c = {.key = make_rsa(2048, 0), .cn = "CN=ra"},
		                 s = {.key = make_rsa(2048, 1), .cn = "CN=ra sign"};
		struct err e = ERR_INIT;
		struct ra_key *k;
		X509 *cert, *seal;

		snprintf(usage[0], sizeof usage[0], "keyUsage=%s", rows[i].usage);
		snprintf(usage[1], sizeof usage[1], "keyUsage=%s", rows[i].seal_usage);
		c.exts[0] = rows[i].usage != NULL ? usage[0] : NULL;
		s.exts[0] = rows[i].seal_usage != NULL ? usage[1] : NULL;
		cert = make_cert(&c);
		seal = make_cert(&s);
		EVP_PKEY_up_ref(c.key);
		if (rows[i].two)
			EVP_PKEY_up_ref(s.key);
		k = rows[i].two ? ra_key_new_two(c.key, cert, s.key, seal, &e)
		                : ra_key_new(c.key, cert, &e);
		CU_ASSERT_EQUAL(k != NULL, rows[i].good);
		CU_ASSERT_EQUAL(e.code, rows[i].good ? ERR_OK : ERR_KEY_FILE);
		if (k != NULL) {
			CU_ASSERT_PTR_EQUAL(ra_key_cert(k), cert);
			CU_ASSERT_PTR_EQUAL(ra_key_seal_cert(k), rows[i].two ? seal : cert);
		}
		ra_key_free(k);
		X509_free(cert);
		X509_free(seal);
	}
}

/* The half that signs is looked at like the other one. */
static void
the_signing_half_fits_its_certificate(void)
{
	EVP_PKEY *pss = make_pss();
	EVP_PKEY *keys[] = {make_rsa(2048, 2), make_rsa(1024, 0), make_ec("P-256"), pss};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		X509 *cert = make_cert(&(struct make_cert){.key = make_rsa(2048, 0), .cn = "CN=r"}),
		     *seal = make_cert(&(struct make_cert){
		         .key = i == 0 ? make_rsa(2048, 1) : keys[i], .cn = "CN=s"});
		struct err e = ERR_INIT;

		EVP_PKEY_up_ref(make_rsa(2048, 0));
		EVP_PKEY_up_ref(keys[i]);
		CU_ASSERT_PTR_NULL(ra_key_new_two(make_rsa(2048, 0), cert, keys[i], seal, &e));
		CU_ASSERT_EQUAL(e.code, ERR_KEY_FILE);
		X509_free(cert);
		X509_free(seal);
	}
	EVP_PKEY_free(pss);
}

static void
a_ca_key_is_its_certificates(void)
{
	EVP_PKEY *good[] = {make_rsa(2048, 0), make_ec("P-256"), make_ec("P-384"), make_ed25519()};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		CU_ASSERT_TRUE(ca_accepts(good[i], good[i]));
		CU_ASSERT_FALSE(ca_accepts(good[i], make_rsa(2048, 1)));
	}
	CU_ASSERT_FALSE(ca_accepts(make_rsa(1024, 0), make_rsa(1024, 0)));
}

static CU_TestInfo tests[] = {
    T(a_private_file_is_read),
    T(a_file_others_can_reach_is_refused),
    T(a_passphrase_is_needed_and_must_be_right),
    T(what_is_no_key_is_refused),
    T(an_ra_key_is_rsa_and_its_certificates),
    T(an_ra_may_do_what_it_is_for),
    T(the_signing_half_fits_its_certificate),
    T(a_ca_key_is_its_certificates),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo keyring_suite = {"keyring", start, stop, NULL, NULL, tests};
