/* SPDX-License-Identifier: ISC
 *
 * A CA under somebody else's root, and a CA brought along: requests, what comes back, PEM, PKCS#12
 * old and new, and every way in which key, certificate and chain may not fit.
 */
#include <string.h>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

#include "base/clock.h"
#include "ctl/dn.h"
#include "signer/ceremony.h"
#include "stage.h"
#include "suites.h"
#include "support/make.h"

/* A root of somebody else, at home in no folder. */
static X509 *
foreign_root(void)
{
	static X509 *root;
	X509_NAME *name;
	struct err e = ERR_INIT;

	if (root == NULL) {
		name = make_name("CN=Foreign Root");
		root = ceremony_cert(&(struct ceremony){.role = CEREMONY_ROOT,
		                         .subject = name,
		                         .key = make_ec("P-384"),
		                         .now = clock_now()},
		    &e);
		X509_NAME_free(name);
	}
	return root;
}

static void
write_cert(struct stage *s, const char *file, X509 *cert)
{
	FILE *f = fopen(stage_path(s, file), "w");

	if (f == NULL || PEM_write_X509(f, cert) != 1)
		CU_FAIL_FATAL("cannot write a certificate");
	fclose(f);
}

static void
write_key(struct stage *s, const char *file, EVP_PKEY *key, const char *passphrase)
{
	struct secret pem = {0};
	struct err e = ERR_INIT;

	if (key_pem(key, passphrase, &pem, &e) != 0)
		CU_FAIL_FATAL("cannot write a key");
	stage_write(s, file, (const char *)pem.p, 0600);
	secret_free(&pem);
}

/* A CA for this key under the foreign root. */
static X509 *
foreign_issue(EVP_PKEY *key, const char *cn)
{
	X509_NAME *name = make_name(cn);
	struct err e = ERR_INIT;
	X509 *cert = ceremony_cert(&(struct ceremony){.role = CEREMONY_ISSUING,
	                               .subject = name,
	                               .key = key,
	                               .issuer = foreign_root(),
	                               .issuer_key = make_ec("P-384"),
	                               .now = clock_now()},
	    &e);

	X509_NAME_free(name);
	if (cert == NULL)
		CU_FAIL_FATAL("cannot issue");
	return cert;
}

/* Answers the request that the last command printed. */
static X509 *
answer(struct stage *s, const char *cn)
{
	BIO *in = BIO_new_mem_buf(s->out, -1);
	X509_REQ *req = PEM_read_bio_X509_REQ(in, NULL, NULL, NULL);
	X509 *cert = NULL;

	CU_ASSERT_PTR_NOT_NULL_FATAL(req);
	CU_ASSERT_EQUAL(X509_REQ_verify(req, X509_REQ_get0_pubkey(req)), 1);
	cert = foreign_issue(X509_REQ_get0_pubkey(req), cn);
	X509_REQ_free(req);
	BIO_free(in);
	return cert;
}

static void
a_request_is_answered(void)
{
	struct stage s;
	X509 *cert, *installed;
	char *printed, *kept, *transcript;

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "ca|csr|sub|--subject|CN=Sub|--key|ec:P-256"), CTL_OK);
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/sub"), 0700);
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/sub/ca.key"), 0600);
	printed = strdup(s.out);
	kept = stage_text(&s, "ca/sub/ca.csr");
	CU_ASSERT_STRING_EQUAL(printed, kept);
	cert = answer(&s, "CN=Sub");
	write_cert(&s, "sub.pem", cert);
	write_cert(&s, "chain.pem", foreign_root());
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "ca|install|sub|--cert|@sub.pem|--chain|@chain.pem"), CTL_OK);
	installed = stage_cert(&s, "ca/sub/ca.pem");
	CU_ASSERT_TRUE(installed != NULL && X509_cmp(installed, cert) == 0);
	X509_free(installed);
	installed = stage_cert(&s, "ca/sub/chain.pem");
	CU_ASSERT_TRUE(installed != NULL && X509_cmp(installed, foreign_root()) == 0);
	X509_free(installed);
	transcript = stage_text(&s, "ca/sub/transcript.txt");
	CU_ASSERT_PTR_NOT_NULL_FATAL(transcript);
	CU_ASSERT_PTR_NOT_NULL(strstr(transcript, "ca csr sub"));
	CU_ASSERT_PTR_NOT_NULL(strstr(transcript, "ca install sub"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|export|sub|--chain"), CTL_OK);
	free(transcript);
	free(printed);
	free(kept);
	X509_free(cert);
	stage_close(&s);
}

/* How many entries a transcript has that say `done`. */
static int
entries(struct stage *s, const char *done)
{
	char *text = stage_text(s, "ca/sub/transcript.txt");
	int n = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	for (const char *at = text; (at = strstr(at, done)) != NULL; at++)
		n++;
	free(text);
	return n;
}

static bool
csr_is(struct stage *s, const char *text)
{
	char *kept = stage_text(s, "ca/sub/ca.csr");
	bool same = kept != NULL && strcmp(kept, text) == 0;

	free(kept);
	return same;
}

/* A request that got lost on its way is printed again; another name makes another one. */
static void
a_request_is_printed_again(void)
{
	struct stage s;
	X509 *cert;
	char *first;

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "ca|csr|sub|--subject|CN=Sub|--key|ec:P-256"), CTL_OK);
	first = strdup(s.out);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|csr|sub"), CTL_OK);
	CU_ASSERT_STRING_EQUAL(s.out, first);
	CU_ASSERT_EQUAL(entries(&s, "done: ca csr"), 1);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|csr|sub|--subject|CN=Again"), CTL_OK);
	CU_ASSERT_STRING_NOT_EQUAL(s.out, first);
	CU_ASSERT_TRUE(csr_is(&s, s.out));
	CU_ASSERT_EQUAL(entries(&s, "done: ca csr sub --subject \"CN=Again\"\n"), 1);
	cert = answer(&s, "CN=Again");
	write_cert(&s, "sub.pem", cert);
	write_cert(&s, "chain.pem", foreign_root());
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|install|sub|--cert|@sub.pem|--chain|@chain.pem"), CTL_OK);
	/* Once it is installed a new one is made, for the renewal. */
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|csr|sub"), CTL_OK);
	CU_ASSERT_TRUE(csr_is(&s, s.out));
	CU_ASSERT_EQUAL(entries(&s, "done: ca csr sub\n"), 1);
	/* A folder whose request is gone has nothing to print. */
	CU_ASSERT_EQUAL(unlink(stage_path(&s, "ca/sub/ca.pem")), 0);
	CU_ASSERT_EQUAL(unlink(stage_path(&s, "ca/sub/ca.csr")), 0);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|csr|sub"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "waits for its certificate"));
	free(first);
	X509_free(cert);
	stage_close(&s);
}

/* The same key again: the name comes from the present certificate, and only --replace puts the
 * answer in. */
static void
an_answer_replaces_a_certificate(void)
{
	struct stage s;
	X509 *cert, *other, *installed;

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "ca|create|own|--subject|CN=Own|--key|ec:P-256|--single"), CTL_OK);
	CU_ASSERT_EQUAL_FATAL(stage_run(&s, NULL, "ca|csr|own"), CTL_OK);
	cert = answer(&s, "CN=Own");
	other = answer(&s, "CN=Other");
	write_cert(&s, "own.pem", cert);
	write_cert(&s, "other.pem", other);
	write_cert(&s, "chain.pem", foreign_root());
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|install|own|--cert|@own.pem|--chain|@chain.pem"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "--replace"));
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|install|own|--cert|@other.pem|--chain|@chain.pem|--replace"),
	    CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "another subject"));
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|install|own|--cert|@own.pem|--chain|@chain.pem|--replace"),
	    CTL_OK);
	installed = stage_cert(&s, "ca/own/ca.pem");
	CU_ASSERT_TRUE(installed != NULL && X509_cmp(installed, cert) == 0);
	X509_free(installed);
	X509_free(cert);
	X509_free(other);
	stage_close(&s);
}

static void
what_does_not_fit_is_refused(void)
{
	struct stage s;
	X509 *cert, *wrong_key = foreign_issue(make_ec("P-384"), "CN=Sub");

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|csr|sub"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "--subject"));
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "ca|csr|sub|--subject|CN=Sub|--key|ec:P-256"), CTL_OK);
	cert = answer(&s, "CN=Sub");
	write_cert(&s, "sub.pem", cert);
	write_cert(&s, "wrong.pem", wrong_key);
	write_cert(&s, "chain.pem", foreign_root());
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|csr|sub|--subject|CN=Sub|--key|ec:P-256"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "has a key already"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|export|sub"), CTL_USAGE);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|install|sub|--cert|@wrong.pem|--chain|@chain.pem"), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "does not belong"));
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|install|sub|--cert|@sub.pem|--chain|@wrong.pem"), CTL_FAILED);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|install|none|--cert|@sub.pem|--chain|@chain.pem"), CTL_FAILED);
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/sub/ca.pem"), -1);
	X509_free(cert);
	X509_free(wrong_key);
	stage_close(&s);
}

static void
pem_files_are_imported(void)
{
	EVP_PKEY *key = make_rsa(2048, 0), *stored;
	X509 *cert = foreign_issue(key, "CN=Imported");
	struct stage s;

	stage_open(&s, NULL);
	write_cert(&s, "in.pem", cert);
	write_cert(&s, "chain.pem", foreign_root());
	write_key(&s, "in.key", key, NULL);
	write_key(&s, "sealed.key", key, "secret words");
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|import|a|--cert|@in.pem|--key|@in.key|--chain|@chain.pem"),
	    CTL_OK);
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/a/ca.key"), 0600);
	stored = stage_key(&s, "ca/a/ca.key", NULL);
	CU_ASSERT_TRUE(stored != NULL && EVP_PKEY_eq(stored, key) == 1);
	EVP_PKEY_free(stored);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|import|a|--cert|@in.pem|--key|@in.key|--chain|@chain.pem"),
	    CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "exists already"));

	CU_ASSERT_EQUAL(stage_run(&s, "secret words\n",
	                    "ca|import|b|--cert|@in.pem|--key|@sealed.key|--chain|@chain.pem|--"
	                    "passphrase-stdin|--encrypt"),
	    CTL_OK);
	stored = stage_key(&s, "ca/b/ca.key", "secret words");
	CU_ASSERT_PTR_NOT_NULL(stored);
	EVP_PKEY_free(stored);
	CU_ASSERT_PTR_NULL(stage_key(&s, "ca/b/ca.key", NULL));
	X509_free(cert);
	stage_close(&s);
}

static void
bad_imports_are_refused(void)
{
	EVP_PKEY *key = make_rsa(2048, 0);
	X509 *cert = foreign_issue(key, "CN=Imported");
	X509 *leaf = make_cert(&(struct make_cert){.key = key, .cn = "CN=leaf"});
	static const struct {
		const char *line, *said;
		int rc;
	} bad[] = {
	    {"--cert|@in.pem|--key|@other.key|--chain|@chain.pem", "does not belong", CTL_FAILED},
	    {"--cert|@in.pem|--key|@open.key|--chain|@chain.pem", "chmod 600", CTL_FAILED},
	    {"--cert|@in.pem|--key|@sealed.key|--chain|@chain.pem|--passphrase-file|@pass",
	        "wrong passphrase", CTL_FAILED},
	    {"--cert|@in.pem|--key|@sealed.key|--chain|@chain.pem|--passphrase-file|@nothing",
	        "the passphrase is empty", CTL_USAGE},
	    {"--cert|@leaf.pem|--key|@in.key", "", CTL_FAILED},
	    {"--cert|@in.pem|--key|@in.key|--chain|@leaf.pem", "", CTL_FAILED},
	    {"--cert|@in.key|--key|@in.key", "", CTL_FAILED},
	    {"--cert|@in.pem", "--cert and --key, or --p12", CTL_USAGE},
	    {"--p12|@in.key|--key|@in.key", "excludes", CTL_USAGE},
	    {"--p12|@in.key|--passphrase-file|@pass", "PKCS#12", CTL_FAILED},
	};
	struct stage s;

	stage_open(&s, NULL);
	write_cert(&s, "in.pem", cert);
	write_cert(&s, "leaf.pem", leaf);
	write_cert(&s, "chain.pem", foreign_root());
	write_key(&s, "in.key", key, NULL);
	write_key(&s, "open.key", key, NULL);
	chmod(stage_path(&s, "open.key"), 0644);
	write_key(&s, "other.key", make_rsa(2048, 1), NULL);
	write_key(&s, "sealed.key", key, "secret words");
	stage_write(&s, "pass", "not these\n", 0600);
	stage_write(&s, "nothing", "", 0600);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|import|x|%s", bad[i].line), bad[i].rc);
		CU_ASSERT_TRUE(stage_said(&s, bad[i].said));
		CU_ASSERT_TRUE(stage_count(&s, "ca") <= 0);
	}
	X509_free(cert);
	X509_free(leaf);
	stage_close(&s);
}

static void
write_p12(struct stage *s, const char *file, PKCS12 *p12)
{
	FILE *f = fopen(stage_path(s, file), "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(p12);
	if (f == NULL || i2d_PKCS12_fp(f, p12) != 1)
		CU_FAIL_FATAL("cannot write a PKCS#12");
	fclose(f);
	chmod(stage_path(s, file), 0600);
	PKCS12_free(p12);
}

static void
pkcs12_is_imported(void)
{
	EVP_PKEY *key = make_rsa(2048, 0), *stored;
	X509 *cert = foreign_issue(key, "CN=Imported"), *found;
	STACK_OF(X509) *chain = sk_X509_new_null();
	struct stage s;

	stage_open(&s, NULL);
	sk_X509_push(chain, foreign_root());
	write_p12(
	    &s, "ca.p12", PKCS12_create("secret words", "ca", key, cert, chain, 0, 0, 0, 0, 0));
	CU_ASSERT_EQUAL(
	    stage_run(&s, "secret words\n", "ca|import|p|--p12|@ca.p12|--passphrase-stdin"),
	    CTL_OK);
	stored = stage_key(&s, "ca/p/ca.key", NULL);
	CU_ASSERT_TRUE(stored != NULL && EVP_PKEY_eq(stored, key) == 1);
	EVP_PKEY_free(stored);
	found = stage_cert(&s, "ca/p/chain.pem");
	CU_ASSERT_TRUE(found != NULL && X509_cmp(found, foreign_root()) == 0);
	X509_free(found);
	CU_ASSERT_EQUAL(
	    stage_run(&s, "other words\n", "ca|import|q|--p12|@ca.p12|--passphrase-stdin"),
	    CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "PKCS#12"));
	CU_ASSERT_EQUAL(stage_count(&s, "ca"), 1);
	sk_X509_free(chain);
	X509_free(cert);
	stage_close(&s);
}

/* A file that was made without a passphrase has one of two: none, or an empty one. */
static void
pkcs12_with_an_empty_passphrase(void)
{
	static const struct {
		const char *made_with, *input, *source;
	} rows[] = {
	    {"", "\n", "--passphrase-stdin"},
	    {NULL, "", "--passphrase-stdin"},
	    {"", NULL, "--passphrase-file|@nothing"},
	};
	EVP_PKEY *key = make_rsa(2048, 0), *stored;
	X509 *cert = foreign_issue(key, "CN=Imported");
	char ca_key[32];
	struct stage s;

	stage_open(&s, NULL);
	write_cert(&s, "chain.pem", foreign_root());
	stage_write(&s, "nothing", "", 0600);
	for (int i = 0; i < (int)(sizeof rows / sizeof rows[0]); i++) {
		write_p12(&s, "ca.p12",
		    PKCS12_create(rows[i].made_with, "ca", key, cert, NULL, 0, 0, 0, 0, 0));
		CU_ASSERT_EQUAL(
		    stage_run(&s, rows[i].input,
		        "ca|import|p%d|--p12|@ca.p12|--chain|@chain.pem|%s", i, rows[i].source),
		    CTL_OK);
		snprintf(ca_key, sizeof ca_key, "ca/p%d/ca.key", i);
		stored = stage_key(&s, ca_key, NULL);
		CU_ASSERT_TRUE(stored != NULL && EVP_PKEY_eq(stored, key) == 1);
		EVP_PKEY_free(stored);
	}
	/* A key is never stored under an empty passphrase. */
	CU_ASSERT_EQUAL(stage_run(&s, NULL,
	                    "ca|import|q|--p12|@ca.p12|--chain|@chain.pem|--encrypt|"
	                    "--passphrase-file|@nothing"),
	    CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "the passphrase is empty"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/q"), -1);
	X509_free(cert);
	stage_close(&s);
}

/* What Windows wrote for many years: certificates under RC2 with 40 bits. */
static void
old_pkcs12_is_imported(void)
{
	EVP_PKEY *key = make_rsa(2048, 0);
	X509 *cert = foreign_issue(key, "CN=Imported");
	STACK_OF(X509) *chain = sk_X509_new_null();
	OSSL_LIB_CTX *ctx = OSSL_LIB_CTX_new();
	OSSL_PROVIDER *usual = OSSL_PROVIDER_load(ctx, "default");
	OSSL_PROVIDER *legacy = OSSL_PROVIDER_load(ctx, "legacy");
	struct stage s;

	stage_open(&s, NULL);
	sk_X509_push(chain, foreign_root());
	if (legacy != NULL) {
		write_p12(&s, "ca.p12",
		    PKCS12_create_ex("secret words", "ca", key, cert, chain,
		        NID_pbe_WithSHA1And3_Key_TripleDES_CBC, NID_pbe_WithSHA1And40BitRC2_CBC, 0,
		        0, 0, ctx, NULL));
		CU_ASSERT_EQUAL(
		    stage_run(&s, "secret words\n", "ca|import|p|--p12|@ca.p12|--passphrase-stdin"),
		    CTL_OK);
		CU_ASSERT_EQUAL(stage_mode(&s, "ca/p/ca.key"), 0600);
		OSSL_PROVIDER_unload(legacy);
	} else {
		printf("skipped old_pkcs12_is_imported ");
	}
	OSSL_PROVIDER_unload(usual);
	OSSL_LIB_CTX_free(ctx);
	sk_X509_free(chain);
	X509_free(cert);
	stage_close(&s);
}

CU_TestInfo ca_install_tests[] = {
    T(a_request_is_answered),
    T(a_request_is_printed_again),
    T(an_answer_replaces_a_certificate),
    T(what_does_not_fit_is_refused),
    T(pem_files_are_imported),
    T(bad_imports_are_refused),
    T(pkcs12_is_imported),
    T(pkcs12_with_an_empty_passphrase),
    T(old_pkcs12_is_imported),
    CU_TEST_INFO_NULL,
};
