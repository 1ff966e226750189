/* SPDX-License-Identifier: ISC
 *
 * From files to a service: what the configuration names is read, and what is wrong with a file is
 * said with its path.
 */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/pem.h>

#include "conf/assemble.h"
#include "suites.h"
#include "support/make.h"

#define OTHER_ID "11111111-2222-3333-4444-555555555555"
#define PASSPHRASE "pass phrase"
#define PEPPER "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define NO_HOST /* no label may be so long, so that no name server is asked */                     \
	"a123456789012345678901234567890123456789012345678901234567890123456789"
#define RECORDS "issued_log = \"issued.log\"; crl = { dir = \"crl\"; }; "

static void
write_cert(struct tmpdir *t, const char *name, X509 *cert)
{
	FILE *f = fopen(tmpdir_path(t, name), "w");

	CU_ASSERT_FATAL(f != NULL && PEM_write_X509(f, cert) == 1);
	fclose(f);
}

static void
write_key(struct tmpdir *t, const char *name, EVP_PKEY *key, const char *passphrase)
{
	FILE *f = fopen(tmpdir_path(t, name), "w");
	const EVP_CIPHER *cipher = passphrase == NULL ? NULL : EVP_aes_256_cbc();

	CU_ASSERT_FATAL(f != NULL);
	CU_ASSERT_FATAL(PEM_write_PKCS8PrivateKey(
	                    f, key, cipher, NULL, 0, NULL, (void *)(uintptr_t)passphrase) == 1);
	fclose(f);
	CU_ASSERT_EQUAL(chmod(tmpdir_path(t, name), 0600), 0);
}

static void
write_text(struct tmpdir *t, const char *name, const char *text, mode_t mode)
{
	CU_ASSERT_EQUAL(conf_dir_write(t, name, text), 0);
	CU_ASSERT_EQUAL(chmod(tmpdir_path(t, name), mode), 0);
}

/* Two profiles of one authority under a root. */
static void
setup(struct tmpdir *t)
{
	struct make_cert root = {.key = make_rsa(2048, 0),
	    .cn = "CN=Root",
	    .exts = {"basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"}};
	struct make_cert ca = {.key = make_rsa(2048, 1),
	    .cn = "CN=CA",
	    .issuer_key = root.key,
	    .exts = {"basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"}};
	struct make_cert ra = {.key = make_rsa(2048, 2),
	    .cn = "CN=RA",
	    .issuer_key = ca.key,
	    .exts = {"keyUsage=critical,digitalSignature,keyEncipherment"}};
	static const char *const folders[] = {"ca", "ca/main", "ra", "ra/vpn", "ra/wifi", "pass"};
	X509 *root_cert, *ca_cert, *ra_cert;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(t), 0);
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		CU_ASSERT_EQUAL(mkdir(tmpdir_path(t, folders[i]), 0700), 0);
	root_cert = make_cert(&root);
	ca.issuer = root_cert;
	ca_cert = make_cert(&ca);
	ra.issuer = ca_cert;
	ra_cert = make_cert(&ra);
	write_cert(t, "ca/main/chain.pem", root_cert);
	write_cert(t, "ca/main/ca.pem", ca_cert);
	write_key(t, "ca/main/ca.key", ca.key, NULL);
	write_cert(t, "ra/vpn/ra.pem", ra_cert);
	write_key(t, "ra/vpn/ra.key", ra.key, NULL);
	write_cert(t, "ra/wifi/ra.pem", ra_cert);
	write_key(t, "ra/wifi/ra.key", ra.key, NULL);
	X509_free(root_cert);
	X509_free(ca_cert);
	X509_free(ra_cert);
	write_text(t, "pepper", PEPPER "\n", 0600);
	write_text(t, "scepd.conf",
	    RECORDS "default_profile = \"wifi\"; trusted_proxies = [ \"127.0.0.1\" ]; "
	            "passphrase_dir = \"pass\"; node_name = \"here\";",
	    0644);
	write_text(t, "profiles.d/vpn.conf", profile_text(TEST_ID, "paths = [ \"/x\" ];"), 0644);
	write_text(t, "profiles.d/wifi.conf", profile_text(OTHER_ID, ""), 0644);
}

/* Assembles the folder; the error's code, with its detail in `detail`. */
static enum err_code
assemble(struct tmpdir *t, struct service *s, char *detail, size_t len)
{
	struct conf c;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(conf_read(tmpdir_path(t, "scepd.conf"), &c, &e), 0);
	CU_ASSERT_EQUAL(conf_assemble(&c, s, &e), e.code == ERR_OK ? 0 : -1);
	conf_free(&c);
	snprintf(detail, len, "%s", e.detail);
	return e.code;
}

static void
expect(struct tmpdir *t, enum err_code code, const char *in_detail)
{
	struct service s;
	char detail[400];

	CU_ASSERT_EQUAL(assemble(t, &s, detail, sizeof detail), code);
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, in_detail));
	if (strstr(detail, in_detail) == NULL)
		fprintf(stderr, "\n  %s is not in: %s\n", in_detail, detail);
	service_free(&s);
}

static void
a_service_of_its_own(void)
{
	struct tmpdir t;
	struct service s;
	char detail[400];

	setup(&t);
	CU_ASSERT_EQUAL_FATAL(assemble(&t, &s, detail, sizeof detail), ERR_OK);
	CU_ASSERT_STRING_EQUAL(detail, "");
	CU_ASSERT_EQUAL(s.n_cas, 1);
	CU_ASSERT_EQUAL(sk_X509_num(s.cas[0].authority.chain), 1);
	CU_ASSERT_EQUAL_FATAL(s.n_profiles, 2);
	CU_ASSERT_PTR_EQUAL(s.profiles[0].line[0].ca, &s.cas[0]);
	CU_ASSERT_PTR_EQUAL(s.profiles[1].line[0].ca, &s.cas[0]);
	CU_ASSERT_PTR_EQUAL(s.default_profile, &s.profiles[1]);
	CU_ASSERT_STRING_EQUAL(s.profiles[0].profile.paths[0], "/x");
	CU_ASSERT_EQUAL(s.profiles[0].profile.challenges.n, 1);
	CU_ASSERT_EQUAL(s.profiles[0].n_ras, 1);
	CU_ASSERT_PTR_NOT_NULL(s.profiles[0].ras[0].key);
	CU_ASSERT_EQUAL(s.n_trusted_proxies, 1);
	CU_ASSERT_TRUE(s.profiles[0].ras[0].ca_cert.n > 0);
	CU_ASSERT_PTR_NOT_NULL(s.store); /* nothing is connected yet: there is no server here */
	CU_ASSERT_PTR_NOT_NULL(s.journal);
	CU_ASSERT_STRING_EQUAL(s.node, "here");
	CU_ASSERT_EQUAL(s.lease, 10);
	CU_ASSERT_EQUAL(s.record_grace, 30 * 86400);
	CU_ASSERT_EQUAL(s.warn_before, 30 * 86400);
	CU_ASSERT_STRING_EQUAL(s.crl_dir, tmpdir_path(&t, "crl"));
	CU_ASSERT_EQUAL(s.crl_validity, 7 * 86400);
	CU_ASSERT_EQUAL(s.crl_renew, 86400);
	CU_ASSERT_PTR_NOT_NULL(s.cas[0].crl);
	/* The folder is made when there is something to file. */
	CU_ASSERT_EQUAL(access(s.crl_dir, F_OK), -1);
	service_free(&s);
	CU_ASSERT_EQUAL(access(tmpdir_path(&t, "issued.log"), W_OK), 0);
	tmpdir_remove(&t);
}

static void
files_that_are_missing(void)
{
	static const char *const files[] = {
	    "ca/main/ca.pem", "ca/main/ca.key", "ra/vpn/ra.pem", "ra/wifi/ra.key"};
	struct tmpdir t;
	char aside[PATH_MAX];

	setup(&t);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		snprintf(aside, sizeof aside, "%s/aside", t.path);
		CU_ASSERT_EQUAL(rename(tmpdir_path(&t, files[i]), aside), 0);
		expect(&t, strstr(files[i], ".key") != NULL ? ERR_KEY_FILE : ERR_FILE, files[i]);
		CU_ASSERT_EQUAL(rename(aside, tmpdir_path(&t, files[i])), 0);
	}
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&t, "ca/main/chain.pem")), 0);
	expect(&t, ERR_OK, "");
	tmpdir_remove(&t);
}

/* A look-alike has the CA's name in it and a matching key, but another signed it. */
static void
an_ra_of_another_ca(void)
{
	struct make_cert other = {.key = make_rsa(2048, 3), .cn = "CN=CA"};
	struct make_cert ra = {.key = make_rsa(2048, 2), .cn = "CN=RA", .issuer_key = other.key};
	X509 *other_cert = make_cert(&other), *ra_cert;
	struct tmpdir t;

	setup(&t);
	ra.issuer = other_cert;
	ra_cert = make_cert(&ra);
	write_cert(&t, "ra/vpn/ra.pem", ra_cert);
	expect(&t, ERR_CONFIG, "not issued by CA main");
	X509_free(ra_cert);
	ra.issuer = NULL;
	ra.issuer_key = NULL;
	ra_cert = make_cert(&ra);
	write_cert(&t, "ra/vpn/ra.pem", ra_cert);
	expect(&t, ERR_CONFIG, "not issued by CA main");
	X509_free(ra_cert);
	X509_free(other_cert);
	tmpdir_remove(&t);
}

/* A further generation of vpn: two certificates, and it waits. */
static void
add_generation(struct tmpdir *t)
{
	struct make_cert ca = {.key = make_rsa(2048, 1), .cn = "CN=CA"};
	struct make_cert ra = {.cn = "CN=RA 2", .issuer_key = ca.key};
	X509 *ca_cert = make_cert(&ca), *cert;

	ra.issuer = ca_cert;
	for (int i = 0; i < 2; i++) {
		ra.key = make_rsa(2048, 4 + i);
		ra.serial = 40 + i;
		ra.exts[0] = i == 0 ? "keyUsage=critical,keyEncipherment"
		                    : "keyUsage=critical,digitalSignature";
		cert = make_cert(&ra);
		write_cert(t, i == 0 ? "ra/vpn/ra-2.pem" : "ra/vpn/ra-2-sign.pem", cert);
		write_key(t, i == 0 ? "ra/vpn/ra-2.key" : "ra/vpn/ra-2-sign.key", ra.key, NULL);
		X509_free(cert);
	}
	X509_free(ca_cert);
	write_text(t, "ra/vpn/ra-2.staged", "", 0644);
}

static void
generations_of_an_ra(void)
{
	const struct service_ra *ras;
	struct tmpdir t;
	struct service s;
	char detail[400];

	setup(&t);
	add_generation(&t);
	CU_ASSERT_EQUAL_FATAL(assemble(&t, &s, detail, sizeof detail), ERR_OK);
	CU_ASSERT_EQUAL_FATAL(s.profiles[0].n_ras, 2);
	ras = s.profiles[0].ras;
	CU_ASSERT_EQUAL(s.profiles[0].line[0].ra, 0);
	CU_ASSERT_EQUAL(ras[1].number, 2);
	CU_ASSERT_TRUE(ras[1].staged);
	CU_ASSERT_PTR_NOT_EQUAL(ra_key_seal_cert(ras[1].key), ra_key_cert(ras[1].key));
	CU_ASSERT_PTR_NOT_NULL(strstr(buf_str(&s.report), "\"ra vpn 2\":\""));
	service_free(&s);

	/* Each half is looked at. */
	write_key(&t, "ra/vpn/ra-2-sign.key", make_rsa(2048, 3), NULL);
	expect(&t, ERR_KEY_FILE, "ra/vpn/ra-2-sign.key: the private key does not belong");
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&t, "ra/vpn/ra-2-sign.key")), 0);
	expect(&t, ERR_KEY_FILE, "ra/vpn/ra-2-sign.key");
	tmpdir_remove(&t);
}

/* A CA that is to follow, with an RA for vpn but none for wifi. */
static void
add_next(struct tmpdir *t)
{
	struct make_cert ca = {.key = make_rsa(2048, 6),
	    .cn = "CN=CA 2",
	    .exts = {"basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"}};
	struct make_cert ra = {
	    .key = make_rsa(2048, 7), .cn = "CN=RA", .issuer_key = ca.key, .serial = 50};
	X509 *ca_cert = make_cert(&ca), *ra_cert;

	ra.issuer = ca_cert;
	ra_cert = make_cert(&ra);
	CU_ASSERT_EQUAL(mkdir(tmpdir_path(t, "ca/second"), 0700), 0);
	write_cert(t, "ca/second/ca.pem", ca_cert);
	write_key(t, "ca/second/ca.key", ca.key, NULL);
	write_cert(t, "ra/vpn/ra-2.pem", ra_cert);
	write_key(t, "ra/vpn/ra-2.key", ra.key, NULL);
	write_text(t, "ca/main/next", "second\n", 0644);
	X509_free(ca_cert);
	X509_free(ra_cert);
}

static void
a_ca_that_is_to_follow(void)
{
	const struct service_profile *sp;
	struct tmpdir t;
	struct service s;
	char detail[400];

	setup(&t);
	add_next(&t);
	CU_ASSERT_EQUAL_FATAL(assemble(&t, &s, detail, sizeof detail), ERR_OK);
	CU_ASSERT_EQUAL(s.n_cas, 2);
	sp = &s.profiles[0];
	CU_ASSERT_EQUAL_FATAL(sp->n_line, 2);
	CU_ASSERT_STRING_EQUAL(sp->line[1].ca->authority.name, "second");
	CU_ASSERT_FALSE(sp->line[0].ca->followed);
	CU_ASSERT_EQUAL(sp->ras[0].at, 0);
	CU_ASSERT_EQUAL(sp->ras[1].at, 1);
	CU_ASSERT_EQUAL(sp->line[0].ra, 0);
	CU_ASSERT_EQUAL(sp->line[1].ra, 1);
	CU_ASSERT_TRUE(sp->ras[0].next_ca.n > 0);
	CU_ASSERT_EQUAL(sp->ras[1].next_ca.n, 0);
	CU_ASSERT_EQUAL(s.profiles[1].n_line, 1); /* wifi cannot serve under it */
	CU_ASSERT_PTR_NOT_NULL(strstr(buf_str(&s.report), "\"ca second\":\""));
	service_free(&s);
	/* Its key is wanted, and that of the first one is until it was followed. */
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&t, "ca/main/ca.key")), 0);
	expect(&t, ERR_KEY_FILE, "ca/main/ca.key");
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&t, "ca/main/next")), 0);
	write_text(&t, "ca/main/successor", "second\n", 0644);
	expect(&t, ERR_CONFIG, "profile wifi: CA main has no key");
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&t, "profiles.d/wifi.conf")), 0);
	write_text(&t, "scepd.conf", RECORDS, 0644);
	CU_ASSERT_EQUAL_FATAL(assemble(&t, &s, detail, sizeof detail), ERR_OK);
	CU_ASSERT_EQUAL(service_current(&s, &s.profiles[0]), 1);
	service_free(&s);
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&t, "ca/second/ca.key")), 0);
	expect(&t, ERR_KEY_FILE, "ca/second/ca.key");
	write_text(&t, "ca/main/successor", "third\n", 0644);
	expect(&t, ERR_FILE, "ca/third/ca.pem");
	tmpdir_remove(&t);
}

static void
the_first_of_a_list_is_presented(void)
{
	const struct service_profile *sp;
	struct tmpdir t;
	struct service s;
	char detail[400];

	setup(&t);
	add_generation(&t);
	write_text(&t, "profiles.d/vpn.conf",
	    profile_text(TEST_ID,
	        "ra = ( { certificate = \"ra/vpn/ra-2.pem\"; key = \"ra/vpn/ra-2.key\"; "
	        "sign_certificate = \"ra/vpn/ra-2-sign.pem\"; sign_key = "
	        "\"ra/vpn/ra-2-sign.key\"; }, { certificate = \"ra/vpn/ra.pem\"; key = "
	        "\"ra/vpn/ra.key\"; } );"),
	    0644);
	CU_ASSERT_EQUAL_FATAL(assemble(&t, &s, detail, sizeof detail), ERR_OK);
	sp = &s.profiles[0];
	CU_ASSERT_EQUAL(sp->n_ras, 2);
	CU_ASSERT_EQUAL(sp->ras[sp->line[0].ra].number, 1);
	CU_ASSERT_PTR_NOT_EQUAL(ra_key_seal_cert(sp->ras[sp->line[0].ra].key),
	    ra_key_cert(sp->ras[sp->line[0].ra].key));
	service_free(&s);
	tmpdir_remove(&t);
}

static void
files_that_are_wrong(void)
{
	struct tmpdir t;

	setup(&t);
	write_key(&t, "ra/vpn/ra.key", make_rsa(2048, 3), NULL);
	expect(&t, ERR_KEY_FILE, "ra/vpn/ra.key");
	write_key(&t, "ra/vpn/ra.key", make_rsa(2048, 2), NULL);
	write_key(&t, "ca/main/ca.key", make_rsa(2048, 3), NULL);
	expect(&t, ERR_KEY_FILE, "ca/main/ca.key");
	write_key(&t, "ca/main/ca.key", make_rsa(2048, 1), NULL);
	CU_ASSERT_EQUAL(chmod(tmpdir_path(&t, "ca/main/ca.key"), 0644), 0);
	expect(&t, ERR_KEY_FILE, "ca/main/ca.key");
	CU_ASSERT_EQUAL(chmod(tmpdir_path(&t, "ca/main/ca.key"), 0600), 0);
	write_text(&t, "ca/main/ca.pem", "no certificate\n", 0644);
	expect(&t, ERR_CONFIG, "ca/main/ca.pem");
	tmpdir_remove(&t);
}

/* Keys that belong to the user who will serve, and a root that looks at them. */
static void
keys_of_the_user_that_serves(void)
{
	static const char *const theirs[] = {"ca/main", "ca/main/ca.key", "pass", "pass/ca-main"};
	const struct passwd *nobody = getpwnam("nobody");
	struct tmpdir t;

	if (geteuid() != 0 || nobody == NULL)
		return;
	setup(&t);
	write_key(&t, "ca/main/ca.key", make_rsa(2048, 1), PASSPHRASE);
	write_text(&t, "pass/ca-main", PASSPHRASE, 0600);
	for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++)
		CU_ASSERT_EQUAL(
		    chown(tmpdir_path(&t, theirs[i]), nobody->pw_uid, nobody->pw_gid), 0);
	write_text(&t, "scepd.conf", RECORDS "passphrase_dir = \"pass\"; user = \"nobody\";", 0644);
	expect(&t, ERR_OK, "");
	write_text(&t, "scepd.conf", RECORDS "passphrase_dir = \"pass\"; user = \"\";", 0644);
	expect(&t, ERR_KEY_FILE, "pass/ca-main: belongs to user");
	CU_ASSERT_EQUAL(chown(tmpdir_path(&t, "pass/ca-main"), 0, 0), 0);
	CU_ASSERT_EQUAL(chown(tmpdir_path(&t, "pass"), 0, 0), 0);
	expect(&t, ERR_KEY_FILE, "ca/main/ca.key: belongs to user");
	tmpdir_remove(&t);
}

static void
keys_with_a_passphrase(void)
{
	struct tmpdir t;
	char credentials[PATH_MAX];

	setup(&t);
	write_key(&t, "ca/main/ca.key", make_rsa(2048, 1), PASSPHRASE);
	expect(&t, ERR_KEY_FILE, "ca/main/ca.key");
	write_text(&t, "pass/ca-main", "wrong one\n", 0600);
	expect(&t, ERR_KEY_FILE, "ca/main/ca.key");
	write_text(&t, "pass/ca-main", PASSPHRASE "\r\nsecond line\n", 0600);
	expect(&t, ERR_OK, "");
	CU_ASSERT_EQUAL(chmod(tmpdir_path(&t, "pass/ca-main"), 0644), 0);
	expect(&t, ERR_KEY_FILE, "pass/ca-main");

	/* A credential goes before the folder. */
	CU_ASSERT_EQUAL(mkdir(tmpdir_path(&t, "credentials"), 0700), 0);
	write_text(&t, "credentials/ca-main", PASSPHRASE, 0440);
	write_key(&t, "ra/wifi/ra.key", make_rsa(2048, 2), PASSPHRASE);
	write_text(&t, "credentials/ra-wifi", PASSPHRASE, 0440);
	snprintf(credentials, sizeof credentials, "%s/credentials", t.path);
	CU_ASSERT_EQUAL(setenv("CREDENTIALS_DIRECTORY", credentials, 1), 0);
	expect(&t, ERR_OK, "");
	unsetenv("CREDENTIALS_DIRECTORY");
	tmpdir_remove(&t);
}

/* Nothing is served without a pepper that is kept like a key, nor without the record that was asked
 * for. */
static void
what_the_store_needs(void)
{
	static const char *const wrong[] = {"", "\n", "0011\n", PEPPER "00\n",
	    "g0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"};
	struct tmpdir t;

	setup(&t);
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&t, "pepper")), 0);
	expect(
	    &t, ERR_CONFIG, "pepper: there is no pepper yet: make one with \"scepctl store init");
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		write_text(&t, "pepper", wrong[i], 0600);
		expect(&t, ERR_CONFIG, "pepper: a pepper is one line of 64 hexadecimal digits");
	}
	write_text(&t, "pepper", PEPPER "\r\nsecond line\n", 0644);
	expect(&t, ERR_KEY_FILE, "pepper");
	CU_ASSERT_EQUAL(chmod(tmpdir_path(&t, "pepper"), 0400), 0);
	expect(&t, ERR_OK, "");

	write_text(
	    &t, "scepd.conf", RECORDS "store = { password_file = \"redis-password\"; };", 0644);
	expect(&t, ERR_KEY_FILE, "redis-password: No such file");
	write_text(&t, "redis-password", "secret\n", 0644);
	expect(&t, ERR_KEY_FILE, "redis-password");
	CU_ASSERT_EQUAL(chmod(tmpdir_path(&t, "redis-password"), 0600), 0);
	expect(&t, ERR_OK, "");

	/* Names are looked up now, and not when somebody waits for an answer. */
	write_text(&t, "scepd.conf", RECORDS "store = { server = \"" NO_HOST ":6379\"; };", 0644);
	expect(&t, ERR_CONFIG, NO_HOST " cannot be looked up");
	write_text(&t, "scepd.conf",
	    RECORDS "store = { sentinels = [ \"127.0.0.1:1\", \"" NO_HOST ":2\" ]; };", 0644);
	expect(&t, ERR_CONFIG, NO_HOST " cannot be looked up");
	write_text(&t, "scepd.conf",
	    RECORDS "store = { server = \"\"; sentinels = [ \"127.0.0.1:1\" ]; };", 0644);
	expect(&t, ERR_OK, "");

	write_text(&t, "scepd.conf", "issued_log = \"no/such/folder/issued.log\";", 0644);
	expect(&t, ERR_FILE, "no/such/folder/issued.log");
	write_text(&t, "scepd.conf", "issued_log = \"\";", 0644);
	expect(&t, ERR_OK, "");
	tmpdir_remove(&t);
}

/* What a host is called when nobody says. */
static void
the_name_of_a_node(void)
{
	struct tmpdir t;
	struct service s;
	char detail[400], host[64] = "";

	setup(&t);
	CU_ASSERT_EQUAL(gethostname(host, sizeof host - 1), 0);
	write_text(&t, "scepd.conf", RECORDS, 0644);
	CU_ASSERT_EQUAL(assemble(&t, &s, detail, sizeof detail), ERR_OK);
	CU_ASSERT_STRING_EQUAL(s.node, host);
	service_free(&s);
	tmpdir_remove(&t);
}

CU_TestInfo assemble_tests[] = {
    T(a_service_of_its_own),
    T(files_that_are_missing),
    T(an_ra_of_another_ca),
    T(generations_of_an_ra),
    T(a_ca_that_is_to_follow),
    T(the_first_of_a_list_is_presented),
    T(files_that_are_wrong),
    T(keys_of_the_user_that_serves),
    T(keys_with_a_passphrase),
    T(what_the_store_needs),
    T(the_name_of_a_node),
    CU_TEST_INFO_NULL,
};
