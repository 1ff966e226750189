/* SPDX-License-Identifier: ISC
 *
 * scepctl profile: the file and the RA it makes, what the configuration reads back, what is printed
 * where, and what is refused.
 */
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>
#include <openssl/x509v3.h>

#include "ca/authority.h"
#include "signer/ceremony.h"
#include "ctl/profile.h"
#include "stage.h"
#include "suites.h"

#define MAKE_CA "ca|create|demo|--subject|/C=DE/O=Test/CN=Demo CA|--key|ec:P-256"
#define STATIC "profile|create|vpn|--ca|demo|--challenge|static|--challenge-stdin"

static void
open_with_ca(struct stage *s, const char *conf)
{
	stage_open(s, conf);
	CU_ASSERT_EQUAL_FATAL(stage_run(s, NULL, MAKE_CA), CTL_OK);
}

static void
a_static_profile_is_made(void)
{
	const struct conf_profile *p;
	struct conf conf;
	struct stage s;
	struct err e = ERR_INIT;
	char url[256];

	open_with_ca(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, "open sesame\n",
	        STATIC "|--validity|90d|--modern|--path|/cgi-bin/pkiclient.exe,/scep-vpn"),
	    CTL_OK);
	CU_ASSERT_EQUAL(stage_mode(&s, "profiles.d/vpn.conf"), 0640);
	CU_ASSERT_EQUAL_FATAL(conf_read(s.conf, &conf, &e), 0);
	p = conf_profile(&conf, "vpn");
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	CU_ASSERT_STRING_EQUAL(p->profile.ca, "demo");
	CU_ASSERT_EQUAL(p->profile.challenge_type, CHALLENGE_STATIC);
	CU_ASSERT_EQUAL(p->profile.validity, 90 * 86400);
	CU_ASSERT_STRING_EQUAL(p->profile.crl_url, "http://scep.example/crl/{authority}.crl");
	CU_ASSERT_STRING_EQUAL(p->profile.ca_url, "http://scep.example/ca/{authority}.cer");
	CU_ASSERT_EQUAL(p->profile.algs.ciphers, ALGS_MODERN.ciphers);
	CU_ASSERT_EQUAL(p->profile.algs.digests, ALGS_MODERN.digests);
	CU_ASSERT_EQUAL_FATAL(p->profile.n_paths, 2);
	CU_ASSERT_STRING_EQUAL(p->profile.paths[0], "/cgi-bin/pkiclient.exe");
	CU_ASSERT_EQUAL(p->profile.id[14], '4'); /* UUID version 4 */
	CU_ASSERT_PTR_NOT_NULL(strchr("89ab", p->profile.id[19]));
	CU_ASSERT_EQUAL(
	    challenge_check(&p->profile.challenges, view_str("open sesame"), time(NULL), NULL, &e),
	    0);
	CU_ASSERT_EQUAL_FATAL(p->n_ras, 1);
	CU_ASSERT_STRING_EQUAL(p->ras[0].cert, stage_path(&s, "ra/vpn/ra.pem"));
	snprintf(url, sizeof url, "http://scep.example/scep/%s/pkiclient.exe", p->profile.id);
	CU_ASSERT_TRUE(stage_printed(&s, url));
	CU_ASSERT_FALSE(stage_printed(&s, "challenge_url"));
	CU_ASSERT_FALSE(stage_said(&s, "open sesame"));
	CU_ASSERT_FALSE(stage_printed(&s, "open sesame"));
	conf_free(&conf);
	stage_close(&s);
}

/* By plain HTTP, whatever devices use; and not at all while nobody has said where we are. */
static void
certificates_say_where_their_list_is(void)
{
	static const struct {
		const char *public_url, *url;
	} rows[] = {{"http://a.example", "http://a.example/x"},
	    {"http://a.example:8080", "http://a.example:8080/x"},
	    {"https://a.example", "http://a.example/x"},
	    {"https://a.example:8443", "http://a.example/x"},
	    {"https://a.example:8443/sub:1", "http://a.example/sub:1/x"},
	    {"https://[2001:db8::1]", "http://[2001:db8::1]/x"},
	    {"https://[2001:db8::1]:8443", "http://[2001:db8::1]/x"}};
	struct conf conf;
	struct stage s;
	struct err e = ERR_INIT;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *url = profile_plain_url(rows[i].public_url, "/x");

		CU_ASSERT_STRING_EQUAL(url, rows[i].url);
		free(url);
	}
	open_with_ca(&s, "user = \"\";\n");
	CU_ASSERT_EQUAL_FATAL(stage_run(&s, "open sesame\n", STATIC), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "public_url is not set"));
	CU_ASSERT_EQUAL_FATAL(conf_read(s.conf, &conf, &e), 0);
	CU_ASSERT_STRING_EQUAL(conf_profile(&conf, "vpn")->profile.crl_url, "");
	conf_free(&conf);
	stage_close(&s);
}

static void
the_ra_is_what_clients_want(void)
{
	struct stage s;
	X509 *ra, *ca;
	EVP_PKEY *key;
	char *transcript, text[96];

	open_with_ca(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(stage_run(&s, "open sesame\n", STATIC), CTL_OK);
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn"), 0700);
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra.key"), 0600);
	CU_ASSERT_EQUAL(stage_count(&s, "ra"), 1);
	ra = stage_cert(&s, "ra/vpn/ra.pem");
	ca = stage_cert(&s, "ca/demo/ca.pem");
	key = stage_key(&s, "ra/vpn/ra.key", NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ra);
	CU_ASSERT_TRUE(key != NULL && key_fits(key, ra));
	CU_ASSERT_EQUAL(EVP_PKEY_get_bits(key), 2048);
	CU_ASSERT_EQUAL(X509_verify(ra, X509_get0_pubkey(ca)), 1);
	CU_ASSERT_EQUAL(
	    X509_get_key_usage(ra), X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_KEY_ENCIPHERMENT);
	CU_ASSERT_EQUAL(X509_get_extended_key_usage(ra), XKU_SSL_SERVER);
	X509_NAME_get_text_by_NID(X509_get_subject_name(ra), NID_commonName, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "vpn RA");
	X509_NAME_get_text_by_NID(
	    X509_get_subject_name(ra), NID_organizationName, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "Test");
	X509_NAME_get_text_by_NID(X509_get_subject_name(ra), NID_countryName, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "DE");
	transcript = stage_text(&s, "ca/demo/transcript.txt");
	cert_fingerprint(ra, EVP_sha256(), text);
	CU_ASSERT_PTR_NOT_NULL(strstr(transcript, text));
	free(transcript);
	X509_free(ra);
	X509_free(ca);
	EVP_PKEY_free(key);
	stage_close(&s);
}

static void
the_ra_can_be_chosen(void)
{
	struct stage s;
	X509 *ra;
	EVP_PKEY *key;

	open_with_ca(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, "open sesame\n", STATIC "|--key|rsa:3072|--ra-eku|clientAuth,1.2.3.4"),
	    CTL_OK);
	ra = stage_cert(&s, "ra/vpn/ra.pem");
	key = stage_key(&s, "ra/vpn/ra.key", NULL);
	CU_ASSERT_EQUAL(EVP_PKEY_get_bits(key), 3072);
	CU_ASSERT_EQUAL(X509_get_extended_key_usage(ra), XKU_SSL_CLIENT);
	X509_free(ra);
	EVP_PKEY_free(key);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "profile|create|two|--ca|demo|--challenge|dynamic|--ra-eku|none"),
	    CTL_OK);
	ra = stage_cert(&s, "ra/two/ra.pem");
	CU_ASSERT_EQUAL(X509_get_extended_key_usage(ra), UINT32_MAX);
	X509_free(ra);
	CU_ASSERT_FALSE(stage_said(&s, "Certificate Request Agent"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL,
	                    "profile|create|agent|--ca|demo|--challenge|dynamic|--ra-"
	                    "eku|serverAuth,1.3.6.1.4.1.311.20.2.1"),
	    CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "warning: with Certificate Request Agent"));
	stage_close(&s);
}

static void
only_the_secret_goes_to_stdout(void)
{
	struct conf conf;
	struct stage s;
	struct err e = ERR_INIT;

	open_with_ca(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "profile|create|vpn|--ca|demo|--challenge|static|--generate"),
	    CTL_OK);
	CU_ASSERT_EQUAL_FATAL(strlen(s.out), 29);
	s.out[28] = '\0';
	CU_ASSERT_FALSE(stage_said(&s, s.out));
	CU_ASSERT_TRUE(stage_said(&s, "http://scep.example/scep/"));
	CU_ASSERT_EQUAL_FATAL(conf_read(s.conf, &conf, &e), 0);
	CU_ASSERT_EQUAL(challenge_check(&conf.profiles[0].profile.challenges, view_str(s.out),
	                    time(NULL), NULL, &e),
	    0);
	conf_free(&conf);
	stage_close(&s);
}

static void
a_dynamic_profile_has_a_challenge_url(void)
{
	struct stage s;
	json_error_t why;
	json_t *facts;
	X509 *ca, *root;
	char sha256[96], sha1[96];

	open_with_ca(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "profile|create|mdm|--ca|demo|--challenge|dynamic"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|show|mdm|--json"), CTL_OK);
	facts = json_loads(s.out, 0, &why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(facts);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(json_string_value(json_object_get(facts, "challenge_url")), "/challenge"));
	ca = stage_cert(&s, "ca/demo/ca.pem");
	root = stage_cert(&s, "ca/demo/chain.pem");
	cert_fingerprint(ca, EVP_sha1(), sha1);
	cert_fingerprint(root, EVP_sha256(), sha256);
	CU_ASSERT_STRING_EQUAL(
	    json_string_value(json_object_get(json_object_get(facts, "ca_certificate"), "sha1")),
	    sha1);
	CU_ASSERT_STRING_EQUAL(
	    json_string_value(json_object_get(json_object_get(facts, "root"), "sha256")), sha256);
	json_decref(facts);
	X509_free(ca);
	X509_free(root);
	stage_close(&s);
}

static void
profiles_are_listed_and_deleted(void)
{
	struct stage s;
	json_error_t why;
	json_t *rows;

	open_with_ca(&s, NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|list|--json"), CTL_OK);
	CU_ASSERT_STRING_EQUAL(s.out, "[]\n");
	CU_ASSERT_EQUAL_FATAL(stage_run(&s, "open sesame\n", STATIC), CTL_OK);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "profile|create|mdm|--ca|demo|--challenge|dynamic"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|list|--json"), CTL_OK);
	rows = json_loads(s.out, 0, &why);
	CU_ASSERT_EQUAL(json_array_size(rows), 2);
	json_decref(rows);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|list"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "CHALLENGE"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|show|vpn"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "scep_url: "));

	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|delete|vpn|--yes"), CTL_OK);
	CU_ASSERT_EQUAL(stage_mode(&s, "profiles.d/vpn.conf"), -1);
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn"), -1);
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/mdm/ra.key"), 0600);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|show|vpn"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|delete|vpn|--yes"), CTL_USAGE);
	CU_ASSERT_EQUAL(
	    stage_run(&s, "open sesame\n", STATIC), CTL_OK); /* the name is free again */
	stage_close(&s);
}

static void
bad_requests_are_refused(void)
{
	static const struct {
		const char *line, *input, *said;
		int rc;
	} bad[] = {
	    {"a/b|--ca|demo|--challenge|dynamic", NULL, "is not a name", CTL_USAGE},
	    {"x|--ca|none|--challenge|dynamic", NULL, "there is no CA none", CTL_USAGE},
	    {"x|--ca|waits|--challenge|dynamic", NULL, "waits for its certificate", CTL_USAGE},
	    {"x|--ca|demo|--challenge|other", NULL, "static or dynamic", CTL_USAGE},
	    {"x|--ca|demo|--challenge|dynamic|--generate", NULL, "none of its own", CTL_USAGE},
	    {"x|--ca|demo|--challenge|dynamic|--challenge-stdin", "12345678\n", "none of its own",
	        CTL_USAGE},
	    {"x|--ca|demo|--challenge|static", NULL, "no terminal", CTL_USAGE},
	    {"x|--ca|demo|--challenge|static|--challenge-stdin", "1234567\n", "", CTL_USAGE},
	    {"x|--ca|demo|--challenge|dynamic|--key|ec:P-256", NULL, "RSA", CTL_USAGE},
	    {"x|--ca|demo|--challenge|dynamic|--ra-eku|foo", NULL, "extended key usage", CTL_USAGE},
	    {"x|--ca|demo|--challenge|dynamic|--ra-eku|serverAuth,CN", NULL,
	        "\"CN\" is not an extended", CTL_USAGE},
	    {"x|--ca|demo|--challenge|dynamic|--ra-eku|anyExtendedKeyUsage", NULL,
	        "is not an extended", CTL_USAGE},
	    {"x|--ca|demo|--challenge|dynamic|--ra-eku|serverAuth,2.5.29.37.0", NULL,
	        "is not an extended", CTL_USAGE},
	    {"x|--ca|demo|--challenge|dynamic|--ra-eku|serverAuth,", NULL, "is not an extended",
	        CTL_USAGE},
	    {"x|--ca|demo|--challenge|dynamic|--validity|soon", NULL, "duration", CTL_USAGE},
	    {"x|--ca|demo|--challenge|dynamic|--path|relative", NULL, "x.conf:", CTL_FAILED},
	    {"x|--ca|broken|--challenge|dynamic", NULL, "does not belong", CTL_FAILED},
	};
	struct stage s;
	char *key;

	open_with_ca(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "ca|csr|waits|--subject|CN=W|--key|ec:P-256"), CTL_OK);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "ca|create|broken|--subject|CN=B|--key|ec:P-256"), CTL_OK);
	key = stage_text(&s, "ca/demo/ca.key");
	stage_write(&s, "ca/broken/ca.key", key, 0600);
	free(key);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		CU_ASSERT_EQUAL(
		    stage_run(&s, bad[i].input, "profile|create|%s", bad[i].line), bad[i].rc);
		CU_ASSERT_TRUE(stage_said(&s, bad[i].said));
		CU_ASSERT_TRUE(stage_count(&s, "ra") <= 0);
		CU_ASSERT_TRUE(stage_count(&s, "profiles.d") <= 0);
	}
	stage_close(&s);
}

/* A name that is taken is refused before anything is signed. */
static void
nothing_is_overwritten(void)
{
	struct stage s;
	char *before, *after, *signed_before, *signed_after;

	open_with_ca(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(stage_run(&s, "open sesame\n", STATIC), CTL_OK);
	before = stage_text(&s, "ra/vpn/ra.key");
	signed_before = stage_text(&s, "ca/demo/transcript.txt");
	CU_ASSERT_EQUAL(stage_run(&s, "open sesame\n", STATIC), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "vpn.conf exists already"));
	CU_ASSERT_EQUAL(unlink(stage_path(&s, "profiles.d/vpn.conf")), 0);
	CU_ASSERT_EQUAL(stage_run(&s, "open sesame\n", STATIC), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "ra/vpn exists already"));
	after = stage_text(&s, "ra/vpn/ra.key");
	signed_after = stage_text(&s, "ca/demo/transcript.txt");
	CU_ASSERT_STRING_EQUAL(before, after);
	CU_ASSERT_STRING_EQUAL(signed_before, signed_after);
	free(before);
	free(after);
	free(signed_before);
	free(signed_after);
	stage_close(&s);
}

static void
a_world_readable_ca_key_is_refused(void)
{
	struct stage s;

	open_with_ca(&s, NULL);
	CU_ASSERT_EQUAL(chmod(stage_path(&s, "ca/demo/ca.key"), 0644), 0);
	CU_ASSERT_EQUAL(stage_run(&s, "open sesame\n", STATIC), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "chmod 600"));
	CU_ASSERT_EQUAL(stage_mode(&s, "profiles.d/vpn.conf"), -1);
	stage_close(&s);
}

/* The passphrase of the CA's key: from a file, or from where the service takes it. */
static void
an_encrypted_ca_key_is_opened(void)
{
	struct stage s;

	stage_open(&s, "public_url = \"http://x\";\nuser = \"\";\npassphrase_dir = \"pass\";\n");
	CU_ASSERT_EQUAL(mkdir(stage_path(&s, "pass"), 0700), 0);
	stage_write(&s, "secret", "correct horse\n", 0600);
	stage_write(&s, "wrong", "battery staple\n", 0600);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, MAKE_CA "|--encrypt|--passphrase-file|@secret"), CTL_OK);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "profile|create|a|--ca|demo|--challenge|dynamic"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "--passphrase-file"));
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL,
	        "profile|create|a|--ca|demo|--challenge|dynamic|--passphrase-file|@wrong"),
	    CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "passphrase"));
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL,
	        "profile|create|a|--ca|demo|--challenge|dynamic|--passphrase-file|@secret"),
	    CTL_OK);
	stage_write(&s, "pass/ca-demo", "correct horse\n", 0600);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "profile|create|b|--ca|demo|--challenge|dynamic"), CTL_OK);
	stage_close(&s);
}

/* What an operator types cannot become another setting of the file. */
static void
a_path_is_quoted(void)
{
	struct conf conf;
	struct stage s;
	struct err e = ERR_INIT;

	open_with_ca(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL,
	        "profile|create|p|--ca|demo|--challenge|dynamic|--path|/a\" ]; sha1 = "
	        "[ \"\\"),
	    CTL_OK);
	CU_ASSERT_EQUAL_FATAL(conf_read(s.conf, &conf, &e), 0);
	CU_ASSERT_EQUAL_FATAL(conf.profiles[0].profile.n_paths, 1);
	CU_ASSERT_STRING_EQUAL(conf.profiles[0].profile.paths[0], "/a\" ]; sha1 = [ \"\\");
	conf_free(&conf);
	stage_close(&s);
}

/* The service must be able to read the profile and its RA's key. */
static void
files_belong_to_the_configured_user(void)
{
	const struct passwd *nobody = getpwnam("nobody");
	struct stage s;
	struct stat st;

	CU_ASSERT_PTR_NOT_NULL_FATAL(nobody);
	open_with_ca(&s, "public_url = \"http://x\";\nuser = \"nobody\";\n");
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "profile|create|p|--ca|demo|--challenge|dynamic"), CTL_OK);
	CU_ASSERT_EQUAL(lstat(stage_path(&s, "profiles.d/p.conf"), &st), 0);
	CU_ASSERT_EQUAL(st.st_uid, geteuid());
	CU_ASSERT_EQUAL(st.st_gid, geteuid() == 0 ? nobody->pw_gid : getegid());
	CU_ASSERT_EQUAL(lstat(stage_path(&s, "ra/p/ra.key"), &st), 0);
	CU_ASSERT_EQUAL(st.st_uid, geteuid() == 0 ? nobody->pw_uid : geteuid());
	stage_close(&s);
}

CU_TestInfo profile_tests[] = {
    T(a_static_profile_is_made),
    T(certificates_say_where_their_list_is),
    T(the_ra_is_what_clients_want),
    T(the_ra_can_be_chosen),
    T(only_the_secret_goes_to_stdout),
    T(a_dynamic_profile_has_a_challenge_url),
    T(profiles_are_listed_and_deleted),
    T(bad_requests_are_refused),
    T(nothing_is_overwritten),
    T(a_world_readable_ca_key_is_refused),
    T(an_encrypted_ca_key_is_opened),
    T(a_path_is_quoted),
    T(files_belong_to_the_configured_user),
    CU_TEST_INFO_NULL,
};
