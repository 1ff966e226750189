/* SPDX-License-Identifier: ISC
 *
 * Where keys are: in the file that the configuration names, or in a token, by the .uri file beside
 * it or by the configuration itself. A PIN stands in neither.
 */
#include <string.h>
#include <sys/stat.h>

#include <openssl/pem.h>

#include "base/file.h"
#include "conf/assemble.h"
#include "conf/keys.h"
#include "signer/token.h"
#include "suites.h"
#include "support/make.h"
#include "support/softhsm.h"

#define CA_URI SOFTHSM_TOKEN_URI ";object=ca"
#define RA_URI SOFTHSM_TOKEN_URI ";object=ra"
#define PEPPER "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"

static void
says(const struct err *e, enum err_code code, const char *text)
{
	CU_ASSERT_EQUAL(e->code, code);
	if (strstr(e->detail, text) == NULL)
		printf("\n  not \"%s\": %s\n", text, e->detail);
	CU_ASSERT_PTR_NOT_NULL(strstr(e->detail, text));
	CU_ASSERT_PTR_NULL(strstr(e->detail, "s3cret"));
}

static void
a_key_is_where_the_path_says(void)
{
	struct tmpdir t;
	struct key_place place;
	struct err e = ERR_INIT;
	char key[PATH_MAX];
	const char *uri;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	snprintf(key, sizeof key, "%s", tmpdir_path(&t, "ca.key"));
	/* Neither is there: it is the file that is missing. */
	CU_ASSERT_EQUAL(key_place_find(key, OWNER_NONE, &place, &e), 0);
	CU_ASSERT_STRING_EQUAL(place.file, key);
	CU_ASSERT_PTR_NULL(place.uri);
	key_place_free(&place);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "ca.uri", "pkcs11:object=x\nnothing\n"), 0);
	CU_ASSERT_EQUAL(key_place_find(key, OWNER_NONE, &place, &e), 0);
	CU_ASSERT_PTR_NULL(place.file);
	CU_ASSERT_STRING_EQUAL(place.uri, "pkcs11:object=x");
	key_place_free(&place);
	/* A URI needs no file, and only a .key has one beside it. */
	CU_ASSERT_EQUAL(key_place_find("pkcs11:id=%01", OWNER_NONE, &place, &e), 0);
	CU_ASSERT_STRING_EQUAL(place.uri, "pkcs11:id=%01");
	key_place_free(&place);
	uri = tmpdir_path(&t, "ca.pem");
	CU_ASSERT_EQUAL(key_place_find(uri, OWNER_NONE, &place, &e), 0);
	CU_ASSERT_STRING_EQUAL(place.file, uri);
	key_place_free(&place);
	tmpdir_remove(&t);
}

static void
what_is_wrong_with_a_uri_file(void)
{
	struct tmpdir t;
	char key[PATH_MAX];

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	snprintf(key, sizeof key, "%s", tmpdir_path(&t, "ca.key"));
	for (int i = 0; i < 6; i++) {
		struct key_place place;
		struct err e = ERR_INIT;

		CU_ASSERT_EQUAL(conf_dir_write(&t, "ca.uri",
		                    i == 0   ? ""
		                    : i == 1 ? "pkcs11:object=x?pin-value=s3cret\n"
		                             : "pkcs11:object=x\n"),
		    0);
		CU_ASSERT_EQUAL(chmod(tmpdir_path(&t, "ca.uri"), i == 2 ? 0666 : 0644), 0);
		CU_ASSERT_EQUAL(chmod(t.path, i == 3 ? 0777 : 0700), 0);
		if (i == 4)
			CU_ASSERT_EQUAL(conf_dir_write(&t, "ca.key", ""), 0);
		CU_ASSERT_EQUAL(key_place_find(key, OWNER_NONE, &place, &e), i < 5 ? -1 : 0);
		if (i < 5)
			says(&e, ERR_CONFIG,
			    i == 0   ? "ca.uri: not a pkcs11 URI"
			    : i == 1 ? "ca.uri: pkcs11 URI: pin-value"
			    : i == 4 ? "ca.key: there is"
			             : "writable by group or others");
		key_place_free(&place);
		if (i == 4)
			CU_ASSERT_EQUAL(unlink(key), 0);
	}
	tmpdir_remove(&t);
}

static void
a_pin_in_the_configuration(void)
{
	struct tmpdir t;
	struct conf c;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "profiles.d/vpn.conf",
	                    profile_text(TEST_ID, "ra = ( { certificate = \"ra.pem\";\n"
	                                          "key = \"pkcs11:object=x?pin-value=s3cret\"; } "
	                                          ");")),
	    0);
	CU_ASSERT_EQUAL(conf_read(tmpdir_path(&t, "scepd.conf"), &c, &e), -1);
	says(&e, ERR_CONFIG, "profiles.d/vpn.conf:7: pkcs11 URI: pin-value: a PIN does not belong");
	conf_free(&c);
	tmpdir_remove(&t);
}

static EVP_PKEY *
make_in_token(const char *uri, int type)
{
	struct token_place place = {
	    .uri = uri, .module = softhsm_module(), .pin = view_str(SOFTHSM_PIN)};
	struct key_spec spec = {.type = type, .bits = 2048, .curve = NID_X9_62_prime256v1};
	struct err e = ERR_INIT;
	EVP_PKEY *key = token_make(&place, &spec, &e);

	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	return key;
}

static void
write_cert(struct tmpdir *t, const char *name, X509 *cert)
{
	FILE *f = fopen(tmpdir_path(t, name), "w");

	CU_ASSERT_FATAL(f != NULL && PEM_write_X509(f, cert) == 1);
	fclose(f);
}

static void
write_secret(struct tmpdir *t, const char *name, const char *text)
{
	CU_ASSERT_EQUAL(conf_dir_write(t, name, text), 0);
	CU_ASSERT_EQUAL(chmod(tmpdir_path(t, name), 0600), 0);
}

/* An authority whose key is in the token by its .uri, and a profile whose RA is by the
 * configuration. */
static void
setup(struct tmpdir *t)
{
	static const char *const folders[] = {"ca", "ca/main", "pass"};
	EVP_PKEY *ca_key = make_in_token(CA_URI, EVP_PKEY_EC),
	         *ra_key = make_in_token(RA_URI, EVP_PKEY_RSA);
	struct make_cert ca = {.key = ca_key,
	    .cn = "CN=CA",
	    .exts = {"basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"}};
	struct make_cert ra = {.key = ra_key, .cn = "CN=RA", .issuer_key = ca_key};
	X509 *ca_cert = make_cert(&ca), *ra_cert;
	char text[512];

	ra.issuer = ca_cert;
	ra_cert = make_cert(&ra);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		CU_ASSERT_EQUAL(mkdir(tmpdir_path(t, folders[i]), 0700), 0);
	write_cert(t, "ca/main/ca.pem", ca_cert);
	write_cert(t, "ra.pem", ra_cert);
	CU_ASSERT_EQUAL(conf_dir_write(t, "ca/main/ca.uri", CA_URI "\n"), 0);
	write_secret(t, "pass/ca-main", SOFTHSM_PIN "\n");
	write_secret(t, "pass/ra-vpn", SOFTHSM_PIN "\n");
	write_secret(t, "pepper", PEPPER);
	snprintf(text, sizeof text,
	    "issued_log = \"issued.log\"; passphrase_dir = \"pass\"; pkcs11_module = \"%s\";",
	    softhsm_module());
	CU_ASSERT_EQUAL(conf_dir_write(t, "scepd.conf", text), 0);
	CU_ASSERT_EQUAL(conf_dir_write(t, "profiles.d/vpn.conf",
	                    profile_text(TEST_ID,
	                        "ra = ( { certificate = \"ra.pem\"; key = \"" RA_URI "\"; } );")),
	    0);
	X509_free(ca_cert);
	X509_free(ra_cert);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(ra_key);
}

/* What becomes of the service: assembled always; then whether its keys are there. */
static void
expect(struct tmpdir *t, enum err_code code, const char *text)
{
	struct service s;
	struct conf c;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(conf_read(tmpdir_path(t, "scepd.conf"), &c, &e), 0);
	CU_ASSERT_EQUAL(conf_assemble(&c, &s, &e), 0);
	if (code == ERR_OK) {
		CU_ASSERT_EQUAL(service_keys_here(&s, &e), 0);
		CU_ASSERT_EQUAL(e.code, ERR_OK);
	} else {
		CU_ASSERT_EQUAL(service_keys_here(&s, &e), -1);
		says(&e, code, text);
	}
	service_free(&s);
	conf_free(&c);
}

static void
a_service_with_keys_in_a_token(void)
{
	struct tmpdir t;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	if (softhsm_start(t.path)) {
		setup(&t);
		expect(&t, ERR_OK, "");
		softhsm_away();
		expect(&t, ERR_KEY_GONE, "key " CA_URI ": ");
		softhsm_back();
		write_secret(&t, "pass/ca-main", "wrong\n");
		expect(&t, ERR_KEY_FILE, "key " CA_URI ": the token refuses the PIN");
		CU_ASSERT_EQUAL(unlink(tmpdir_path(&t, "pass/ca-main")), 0);
		expect(&t, ERR_KEY_FILE, "key " CA_URI ": the token wants a PIN");
		softhsm_stop();
	}
	tmpdir_remove(&t);
}

static void
no_module_is_configured(void)
{
	struct tmpdir t;
	struct service s;
	struct conf c;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	if (softhsm_start(t.path)) {
		setup(&t);
		CU_ASSERT_EQUAL(conf_dir_write(&t, "scepd.conf", "passphrase_dir = \"pass\";"), 0);
		CU_ASSERT_EQUAL_FATAL(conf_read(tmpdir_path(&t, "scepd.conf"), &c, &e), 0);
		CU_ASSERT_EQUAL(conf_assemble(&c, &s, &e), -1);
		says(&e, ERR_CONFIG, "no PKCS#11 module: set pkcs11_module");
		service_free(&s);
		conf_free(&c);
		softhsm_stop();
	}
	tmpdir_remove(&t);
}

CU_TestInfo keys_tests[] = {
    T(a_key_is_where_the_path_says),
    T(what_is_wrong_with_a_uri_file),
    T(a_pin_in_the_configuration),
    T(a_service_with_keys_in_a_token),
    T(no_module_is_configured),
    CU_TEST_INFO_NULL,
};
