/* SPDX-License-Identifier: ISC
 *
 * scepctl ca create, list, export: the files, their modes and owners, the certificates in them, and
 * what is refused.
 */
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>
#include <openssl/x509v3.h>

#include "ca/authority.h"
#include "signer/ceremony.h"
#include "stage.h"
#include "suites.h"

#define CREATE "ca|create|demo|--subject|/C=DE/O=Test/CN=Demo CA|--key|ec:P-256"

static void
check_name(const X509_NAME *name, const char *cn)
{
	char text[128] = "";

	X509_NAME_get_text_by_NID((X509_NAME *)name, NID_commonName, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, cn);
	X509_NAME_get_text_by_NID((X509_NAME *)name, NID_organizationName, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "Test");
}

static void
a_hierarchy_is_made(void)
{
	struct stage s;
	X509 *ca, *root;
	EVP_PKEY *key, *root_key;
	char *transcript, sha256[96], sha1[96];

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(stage_run(&s, NULL, CREATE), CTL_OK);
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/demo"), 0700);
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/demo/ca.key"), 0600);
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/demo/root.key"), 0600);
	CU_ASSERT_EQUAL(stage_count(&s, "ca"), 1);
	CU_ASSERT_EQUAL(stage_count(&s, "ca/demo"), 5);
	ca = stage_cert(&s, "ca/demo/ca.pem");
	root = stage_cert(&s, "ca/demo/chain.pem");
	key = stage_key(&s, "ca/demo/ca.key", NULL);
	root_key = stage_key(&s, "ca/demo/root.key", NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ca);
	CU_ASSERT_PTR_NOT_NULL_FATAL(root);
	CU_ASSERT_TRUE(key != NULL && key_fits(key, ca));
	CU_ASSERT_TRUE(root_key != NULL && key_fits(root_key, root));
	CU_ASSERT_EQUAL(EVP_PKEY_get_base_id(key), EVP_PKEY_EC);
	check_name(X509_get_subject_name(ca), "Demo CA");
	check_name(X509_get_subject_name(root), "Demo CA Root");
	CU_ASSERT_EQUAL(X509_self_signed(root, 1), 1);
	CU_ASSERT_EQUAL(X509_verify(ca, X509_get0_pubkey(root)), 1);
	CU_ASSERT_EQUAL(X509_get_pathlen(ca), 0);
	CU_ASSERT_TRUE(stage_said(&s, "root.key offline"));

	transcript = stage_text(&s, "ca/demo/transcript.txt");
	CU_ASSERT_PTR_NOT_NULL_FATAL(transcript);
	cert_fingerprint(ca, EVP_sha256(), sha256);
	cert_fingerprint(root, EVP_sha1(), sha1);
	CU_ASSERT_PTR_NOT_NULL(strstr(transcript, sha256));
	CU_ASSERT_PTR_NOT_NULL(strstr(transcript, sha1));
	CU_ASSERT_PTR_NOT_NULL(strstr(transcript, "--key ec:P-256"));
	CU_ASSERT_PTR_NOT_NULL(strstr(transcript, "OpenSSL"));
	CU_ASSERT_PTR_NULL(strstr(transcript, "PRIVATE"));
	CU_ASSERT_TRUE(stage_printed(&s, sha256));
	free(transcript);
	X509_free(ca);
	X509_free(root);
	EVP_PKEY_free(key);
	EVP_PKEY_free(root_key);
	stage_close(&s);
}

static void
a_single_ca_is_made(void)
{
	struct stage s;
	X509 *ca;

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(stage_run(&s, NULL, CREATE "|--single"), CTL_OK);
	CU_ASSERT_EQUAL(stage_count(&s, "ca/demo"), 3);
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/demo/root.key"), -1);
	ca = stage_cert(&s, "ca/demo/ca.pem");
	CU_ASSERT_PTR_NOT_NULL_FATAL(ca);
	CU_ASSERT_EQUAL(X509_self_signed(ca, 1), 1);
	check_name(X509_get_subject_name(ca), "Demo CA");
	X509_free(ca);
	stage_close(&s);
}

static void
the_default_key_is_rsa_3072(void)
{
	struct stage s;
	EVP_PKEY *key;

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(stage_run(&s, NULL, "ca|create|d|--subject|CN=D|--single"), CTL_OK);
	key = stage_key(&s, "ca/d/ca.key", NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	CU_ASSERT_EQUAL(EVP_PKEY_get_base_id(key), EVP_PKEY_RSA);
	CU_ASSERT_EQUAL(EVP_PKEY_get_bits(key), 3072);
	EVP_PKEY_free(key);
	stage_close(&s);
}

static void
keys_are_encrypted_on_demand(void)
{
	struct stage s;
	EVP_PKEY *key;

	stage_open(&s, NULL);
	stage_write(&s, "pass", "correct horse\r\nnot this\n", 0600);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, CREATE "|--encrypt|--passphrase-file|@pass"), CTL_OK);
	CU_ASSERT_PTR_NULL(stage_key(&s, "ca/demo/ca.key", NULL));
	key = stage_key(&s, "ca/demo/ca.key", "correct horse");
	CU_ASSERT_PTR_NOT_NULL(key);
	EVP_PKEY_free(key);
	key = stage_key(&s, "ca/demo/root.key", "correct horse");
	CU_ASSERT_PTR_NOT_NULL(key);
	EVP_PKEY_free(key);
	CU_ASSERT_FALSE(stage_said(&s, "correct horse"));

	CU_ASSERT_EQUAL(
	    stage_run(&s, "from stdin\n",
	        "ca|create|two|--subject|CN=x|--key|ec:P-256|--encrypt|--passphrase-stdin"),
	    CTL_OK);
	key = stage_key(&s, "ca/two/ca.key", "from stdin");
	CU_ASSERT_PTR_NOT_NULL(key);
	EVP_PKEY_free(key);
	stage_close(&s);
}

static void
bad_requests_are_refused(void)
{
	static const struct {
		const char *line, *said;
		int rc;
	} bad[] = {
	    {"ca|create|../x|--subject|CN=x", "is not a name", CTL_USAGE},
	    {"ca|create|.x|--subject|CN=x", "is not a name", CTL_USAGE},
	    {"ca|create|x|--subject|foo", "without '='", CTL_USAGE},
	    {"ca|create|x|--subject|O=x|--key|ec:P-256", "needs a CN", CTL_USAGE},
	    {"ca|create|x|--subject|CN=x|--key|rsa:1024", "rsa:1024 is not a key", CTL_USAGE},
	    {"ca|create|x|--subject|CN=x|--encrypt", "no terminal", CTL_USAGE},
	    {"ca|create|x|--subject|CN=x|--encrypt|--passphrase-file|@open", "chmod", CTL_FAILED},
	    {"ca|create|x|--subject|CN=x|--encrypt|--passphrase-file|@empty", "is empty",
	        CTL_USAGE},
	    {"ca|create|x|--subject|CN=x|--encrypt|--passphrase-file|@empty|--passphrase-stdin",
	        "exclude each other", CTL_USAGE},
	    {"ca|create|x|--subject|CN=x|--passphrase-file|@empty", "with --encrypt only",
	        CTL_USAGE},
	};
	struct stage s;

	stage_open(&s, NULL);
	stage_write(&s, "open", "passphrase\n", 0644);
	stage_write(&s, "empty", "\npassphrase\n", 0600);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		CU_ASSERT_EQUAL(stage_run(&s, NULL, "%s", bad[i].line), bad[i].rc);
		CU_ASSERT_TRUE(stage_said(&s, bad[i].said));
		CU_ASSERT_TRUE(stage_count(&s, "ca") <= 0);
	}
	stage_close(&s);
}

static void
nothing_is_overwritten(void)
{
	struct stage s;
	char *before, *after;

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(stage_run(&s, NULL, CREATE "|--single"), CTL_OK);
	before = stage_text(&s, "ca/demo/ca.key");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, CREATE), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "exists already"));
	after = stage_text(&s, "ca/demo/ca.key");
	CU_ASSERT_STRING_EQUAL(before, after);
	CU_ASSERT_EQUAL(stage_count(&s, "ca"), 1);
	free(before);
	free(after);
	stage_close(&s);
}

/* When the folder cannot be made nothing is left behind. */
static void
a_failure_leaves_nothing(void)
{
	struct stage s;

	stage_open(&s, "public_url = \"http://x\";\nuser = \"\";\nca_dir = \"scepd.conf/ca\";\n");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, CREATE "|--single"), CTL_FAILED);
	CU_ASSERT_EQUAL(stage_count(&s, ""), 1);
	stage_close(&s);
}

/* Root gives what it makes to the service's user; anybody else keeps it. */
static void
files_belong_to_the_configured_user(void)
{
	static const char *const files[] = {"ca", "ca/demo", "ca/demo/ca.key", "ca/demo/root.key",
	    "ca/demo/ca.pem", "ca/demo/chain.pem", "ca/demo/transcript.txt"};
	const struct passwd *nobody = getpwnam("nobody");
	uid_t expected = geteuid() == 0 && nobody != NULL ? nobody->pw_uid : geteuid();
	struct stage s;
	struct stat st;

	CU_ASSERT_PTR_NOT_NULL_FATAL(nobody);
	stage_open(&s, "public_url = \"http://x\";\nuser = \"nobody\";\n");
	CU_ASSERT_EQUAL_FATAL(stage_run(&s, NULL, CREATE), CTL_OK);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		CU_ASSERT_EQUAL_FATAL(lstat(stage_path(&s, files[i]), &st), 0);
		CU_ASSERT_EQUAL(st.st_uid, expected);
	}
	stage_close(&s);

	if (geteuid() != 0)
		return;
	stage_open(&s, "public_url = \"http://x\";\nuser = \"no-such-user-here\";\n");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, CREATE), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "no user \"no-such-user-here\""));
	stage_close(&s);
	stage_open(
	    &s, "public_url = \"http://x\";\nuser = \"nobody\";\ngroup = \"no-such-group\";\n");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, CREATE), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "no group \"no-such-group\""));
	stage_close(&s);
}

static void
the_list_shows_every_state(void)
{
	struct stage s;
	json_t *rows;
	json_error_t why;

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|list|--json"), CTL_OK);
	CU_ASSERT_STRING_EQUAL(s.out, "[]\n");
	CU_ASSERT_EQUAL_FATAL(stage_run(&s, NULL, CREATE), CTL_OK);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "ca|csr|waits|--subject|CN=W|--key|ec:P-256"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|list"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "NAME"));
	CU_ASSERT_TRUE(stage_printed(&s, "Demo CA"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|list|--json"), CTL_OK);
	rows = json_loads(s.out, 0, &why);
	CU_ASSERT_EQUAL_FATAL(json_array_size(rows), 2);
	CU_ASSERT_STRING_EQUAL(
	    json_string_value(json_object_get(json_array_get(rows, 0), "state")), "ready");
	CU_ASSERT_TRUE(json_is_true(json_object_get(json_array_get(rows, 0), "root_key_here")));
	CU_ASSERT_PTR_NOT_NULL(strstr(
	    json_string_value(json_object_get(json_array_get(rows, 1), "state")), "waits for"));
	json_decref(rows);
	stage_close(&s);
}

static void
certificates_are_exported(void)
{
	struct stage s;
	char *ca;

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(stage_run(&s, NULL, CREATE), CTL_OK);
	ca = stage_text(&s, "ca/demo/ca.pem");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|export|demo"), CTL_OK);
	CU_ASSERT_STRING_EQUAL(s.out, ca);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|export|demo|--chain"), CTL_OK);
	CU_ASSERT_EQUAL(strncmp(s.out, ca, strlen(ca)), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.out + strlen(ca), "BEGIN CERTIFICATE"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|export|demo|--der"), CTL_OK);
	CU_ASSERT_EQUAL((unsigned char)s.out[0], 0x30);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|export|none"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "there is no CA none"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|export|../ca/demo"), CTL_USAGE);
	free(ca);
	stage_close(&s);
}

CU_TestInfo ca_tests[] = {
    T(a_hierarchy_is_made),
    T(a_single_ca_is_made),
    T(the_default_key_is_rsa_3072),
    T(keys_are_encrypted_on_demand),
    T(bad_requests_are_refused),
    T(nothing_is_overwritten),
    T(a_failure_leaves_nothing),
    T(files_belong_to_the_configured_user),
    T(the_list_shows_every_state),
    T(certificates_are_exported),
    CU_TEST_INFO_NULL,
};
