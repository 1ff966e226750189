/* SPDX-License-Identifier: ISC
 *
 * scepctl with keys in a token: they are made there, found again by their URI, and nothing of them
 * but the URI is ever written, shown or carried away.
 */
#include <string.h>

#include <openssl/pem.h>

#include "conf/assemble.h"
#include "signer/ceremony.h"
#include "stage.h"
#include "suites.h"
#include "support/softhsm.h"

#define URI(label) SOFTHSM_TOKEN_URI ";object=" label
#define SUBJECT "|--subject|CN=H,O=T"
#define PROFILE "profile|create|p|--ca|hsm|--challenge|static|--challenge-stdin|--key|" URI("ra")
#define CHALLENGE "open sesame\n"

/* A stage with a token; with its PIN where the service looks for it when `told`. False: there is no
 * token. */
static bool
begin(struct stage *s, bool told)
{
	char conf[512];

	stage_open(s, NULL);
	if (!softhsm_start(s->dir.path)) {
		stage_close(s);
		return false;
	}
	snprintf(conf, sizeof conf,
	    "user = \"\";\nissued_log = \"issued.log\";\npassphrase_dir = \"pass\";\n"
	    "pkcs11_module = \"%s\";\n",
	    softhsm_module());
	stage_write(s, "scepd.conf", conf, 0640);
	stage_write(s, "pepper",
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n", 0600);
	CU_ASSERT_EQUAL(mkdir(stage_path(s, "pass"), 0700), 0);
	if (told) {
		stage_write(s, "pass/ca-hsm", SOFTHSM_PIN "\n", 0600);
		stage_write(s, "pass/ra-p", SOFTHSM_PIN "\n", 0600);
	}
	return true;
}

static void
end(struct stage *s)
{
	softhsm_stop();
	stage_close(s);
}

/* Runs a command, whose output never holds the PIN. */
static int
run(struct stage *s, const char *input, const char *words)
{
	int rc = stage_run(s, input, "%s", words);

	CU_ASSERT_FALSE(stage_said(s, SOFTHSM_PIN));
	CU_ASSERT_FALSE(stage_printed(s, SOFTHSM_PIN));
	return rc;
}

static void
file_is(struct stage *s, const char *name, const char *text)
{
	char *has = stage_text(s, name);

	CU_ASSERT_PTR_NOT_NULL_FATAL(has);
	CU_ASSERT_STRING_EQUAL(has, text);
	free(has);
}

/* Whether the service can use every key. */
static int
serves(const char *conf_file)
{
	struct conf c;
	struct service s;
	struct err e = ERR_INIT;
	int rc = conf_read(conf_file, &c, &e);

	if (rc == 0) {
		rc = conf_assemble(&c, &s, &e);
		if (rc == 0)
			rc = service_keys_here(&s, &e);
		service_free(&s);
	}
	if (rc != 0)
		printf("\n  %s\n", e.detail);
	conf_free(&c);
	return rc;
}

static void
ca_and_ra_are_made_in_a_token(void)
{
	struct stage s;
	X509 *ca, *root;
	char *text;

	if (!begin(&s, true))
		return;
	CU_ASSERT_EQUAL_FATAL(
	    run(&s, NULL, "ca|create|hsm" SUBJECT "|--key|" URI("ca") "|--key-type|ec:P-256"),
	    CTL_OK);
	CU_ASSERT_FALSE(stage_said(&s, "needs the PIN"));
	file_is(&s, "ca/hsm/ca.uri", URI("ca") "\n");
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/hsm/ca.key"), -1);
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/hsm/root.key"), 0600);
	ca = stage_cert(&s, "ca/hsm/ca.pem");
	root = stage_cert(&s, "ca/hsm/chain.pem");
	CU_ASSERT_EQUAL(X509_verify(ca, X509_get0_pubkey(root)), 1);
	CU_ASSERT_EQUAL(EVP_PKEY_get_base_id(X509_get0_pubkey(ca)), EVP_PKEY_EC);
	text = stage_text(&s, "ca/hsm/transcript.txt");
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "--key " URI("ca") " --key-type ec:P-256"));
	CU_ASSERT_PTR_NULL(strstr(text, SOFTHSM_PIN));
	free(text);

	CU_ASSERT_EQUAL_FATAL(run(&s, CHALLENGE, PROFILE), CTL_OK);
	file_is(&s, "ra/p/ra.uri", URI("ra") "\n");
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/p/ra.key"), -1);
	CU_ASSERT_EQUAL(serves(s.conf), 0);

	CU_ASSERT_EQUAL(run(&s, NULL, "ca|list"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "token"));
	CU_ASSERT_TRUE(stage_printed(&s, "ready"));
	CU_ASSERT_EQUAL(run(&s, NULL, "ca|list|--json"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "\"key_in\": \"token\""));
	CU_ASSERT_TRUE(stage_printed(&s, "\"key_uri\": \"" URI("ca") "\""));
	CU_ASSERT_TRUE(stage_printed(&s, "\"encrypted\": false"));
	CU_ASSERT_EQUAL(run(&s, NULL, "profile|delete|p|--yes"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "stays in its token: " URI("ra")));
	/* And so its name is taken. */
	CU_ASSERT_EQUAL(run(&s, CHALLENGE, PROFILE), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "has such a key already"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/p"), -1);
	X509_free(ca);
	X509_free(root);
	end(&s);
}

/* The RA in a file, as DECRYPT is what some tokens do not do, and the PIN from stdin. */
static void
the_pin_comes_from_elsewhere(void)
{
	struct stage s;

	if (!begin(&s, false))
		return;
	CU_ASSERT_EQUAL(
	    run(&s, NULL, "ca|create|hsm" SUBJECT "|--single|--key|" URI("ca")), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "no terminal to ask at"));
	CU_ASSERT_EQUAL(
	    run(&s, "wrong\n",
	        "ca|create|hsm" SUBJECT "|--single|--passphrase-stdin|--key|" URI("ca")),
	    CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "refuses the PIN"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/hsm"), -1);
	CU_ASSERT_EQUAL_FATAL(
	    run(&s, SOFTHSM_PIN "\n",
	        "ca|create|hsm" SUBJECT
	        "|--single|--passphrase-stdin|--key-type|rsa:2048|--key|" URI("ca")),
	    CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "The service needs the PIN: in "));
	CU_ASSERT_TRUE(stage_said(&s, "/pass/ca-hsm, or as the credential ca-hsm"));
	stage_write(&s, "pin", SOFTHSM_PIN "\n", 0600);
	CU_ASSERT_EQUAL_FATAL(
	    run(&s, CHALLENGE,
	        "profile|create|p|--ca|hsm|--challenge|static|--challenge-stdin|--passphrase-file|"
	        "@pin"),
	    CTL_OK);
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/p/ra.key"), 0600);
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/p/ra.uri"), -1);
	stage_write(&s, "pass/ca-hsm", SOFTHSM_PIN "\n", 0600);
	CU_ASSERT_EQUAL(serves(s.conf), 0);
	end(&s);
}

/* What fails after the key was made takes it back: the same command works afterwards. */
static void
a_command_that_fails_leaves_no_key(void)
{
	struct stage s;

	if (!begin(&s, true))
		return;
	stage_write(&s, "ca", "a file where the folder should be", 0644);
	CU_ASSERT_EQUAL(
	    run(&s, NULL, "ca|create|hsm" SUBJECT "|--key|" URI("ca") "|--key-type|ec:P-256"),
	    CTL_FAILED);
	CU_ASSERT_EQUAL(
	    run(&s, NULL, "ca|csr|hsm" SUBJECT "|--key|" URI("ca") "|--key-type|ec:P-256"),
	    CTL_FAILED);
	CU_ASSERT_EQUAL(unlink(stage_path(&s, "ca")), 0);
	CU_ASSERT_EQUAL(
	    run(&s, NULL, "ca|create|hsm" SUBJECT "|--key|" URI("ca") "|--key-type|ec:P-256"),
	    CTL_OK);
	stage_write(&s, "ra", "a file", 0644);
	CU_ASSERT_EQUAL(run(&s, CHALLENGE, PROFILE), CTL_FAILED);
	CU_ASSERT_EQUAL(unlink(stage_path(&s, "ra")), 0);
	CU_ASSERT_EQUAL(run(&s, CHALLENGE, PROFILE), CTL_OK);
	end(&s);
}

/* The key of a CA that is under somebody else's root, asked for twice. */
static void
a_request_for_a_key_in_a_token(void)
{
	struct stage s;
	X509_REQ *csr;
	BIO *in;

	if (!begin(&s, true))
		return;
	CU_ASSERT_EQUAL_FATAL(
	    run(&s, NULL, "ca|csr|hsm" SUBJECT "|--key|" URI("ca") "|--key-type|ec:P-384"), CTL_OK);
	in = BIO_new_mem_buf(s.out, -1);
	csr = PEM_read_bio_X509_REQ(in, NULL, NULL, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(csr);
	CU_ASSERT_EQUAL(X509_REQ_verify(csr, X509_REQ_get0_pubkey(csr)), 1);
	file_is(&s, "ca/hsm/ca.uri", URI("ca") "\n");
	CU_ASSERT_EQUAL(run(&s, NULL, "ca|csr|hsm|--key-type|ec:P-256"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "has a key already"));
	CU_ASSERT_EQUAL(run(&s, NULL, "ca|csr|hsm|--subject|CN=Other"), CTL_OK);
	CU_ASSERT_EQUAL(run(&s, NULL, "ca|list"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "waits for its certificate"));
	BIO_free(in);
	X509_REQ_free(csr);
	end(&s);
}

static void
a_key_that_is_there_is_imported(void)
{
	struct stage s;

	if (!begin(&s, true))
		return;
	CU_ASSERT_EQUAL_FATAL(
	    run(&s, NULL,
	        "ca|create|hsm" SUBJECT "|--single|--key|" URI("ca") "|--key-type|ec:P-256"),
	    CTL_OK);
	CU_ASSERT_EQUAL_FATAL(
	    run(&s, NULL, "ca|create|own" SUBJECT "|--single|--key|ec:P-256"), CTL_OK);
	stage_write(&s, "pass/ca-two", SOFTHSM_PIN "\n", 0600);
	CU_ASSERT_EQUAL(
	    run(&s, NULL, "ca|import|two|--cert|@ca/own/ca.pem|--key|" URI("ca")), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "does not belong to the certificate"));
	CU_ASSERT_EQUAL(
	    run(&s, NULL, "ca|import|two|--cert|@ca/hsm/ca.pem|--encrypt|--key|" URI("ca")),
	    CTL_USAGE);
	CU_ASSERT_EQUAL(
	    run(&s, NULL, "ca|import|two|--cert|@ca/hsm/ca.pem|--key|" URI("ca")), CTL_OK);
	file_is(&s, "ca/two/ca.uri", URI("ca") "\n");
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/two/ca.key"), -1);
	end(&s);
}

static void
what_is_refused(void)
{
	static const struct {
		const char *words, *says;
		int code;
	} cases[] = {
	    {"|--key-type|ec:P-256", "--key-type is for a key in a token", CTL_USAGE},
	    {"|--key|" URI("x") "|--key-type|ed25519", "is RSA or EC", CTL_USAGE},
	    {"|--key|" URI("x") "|--key-type|dsa", "dsa is not a key", CTL_USAGE},
	    {"|--key|" URI("x") "|--single|--encrypt", "no key goes into a file", CTL_USAGE},
	    {"|--key|" URI("x") "?pin-value=" SOFTHSM_PIN, "pin-value: a PIN does not belong",
	        CTL_FAILED},
	    {"|--key|pkcs11:token=other;object=x", "the token is not there", CTL_FAILED},
	};
	struct stage s;

	if (!begin(&s, true))
		return;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char words[512];

		snprintf(words, sizeof words, "ca|create|hsm" SUBJECT "%s", cases[i].words);
		CU_ASSERT_EQUAL(run(&s, NULL, words), cases[i].code);
		if (!stage_said(&s, cases[i].says))
			printf("\n  not \"%s\": %s", cases[i].says, s.err);
		CU_ASSERT_TRUE(stage_said(&s, cases[i].says));
		CU_ASSERT_EQUAL(stage_mode(&s, "ca/hsm"), -1);
	}
	end(&s);
}

/* Another host gets the way to the keys, and not the keys. */
static void
a_bundle_carries_the_uri(void)
{
	struct stage s, second;
	char bundle[PATH_MAX];

	if (!begin(&s, true))
		return;
	CU_ASSERT_EQUAL_FATAL(
	    run(&s, NULL,
	        "ca|create|hsm" SUBJECT "|--single|--key|" URI("ca") "|--key-type|ec:P-256"),
	    CTL_OK);
	CU_ASSERT_EQUAL_FATAL(run(&s, CHALLENGE, PROFILE), CTL_OK);
	snprintf(bundle, sizeof bundle, "%s", stage_path(&s, "bundle"));
	CU_ASSERT_EQUAL(
	    stage_run(&s, "correct horse\n", "bundle|export|%s|--passphrase-stdin", bundle),
	    CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "Keys in tokens stay there"));
	stage_open(&second, NULL);
	CU_ASSERT_EQUAL(unlink(second.conf), 0);
	CU_ASSERT_EQUAL(
	    stage_run(&second, "correct horse\n", "bundle|import|%s|--passphrase-stdin", bundle),
	    CTL_OK);
	file_is(&second, "ca/hsm/ca.uri", URI("ca") "\n");
	file_is(&second, "ra/p/ra.uri", URI("ra") "\n");
	CU_ASSERT_EQUAL(serves(second.conf), 0);
	stage_close(&second);
	end(&s);
}

CU_TestInfo token_keys_tests[] = {
    T(ca_and_ra_are_made_in_a_token),
    T(the_pin_comes_from_elsewhere),
    T(a_command_that_fails_leaves_no_key),
    T(a_request_for_a_key_in_a_token),
    T(a_key_that_is_there_is_imported),
    T(what_is_refused),
    T(a_bundle_carries_the_uri),
    CU_TEST_INFO_NULL,
};
