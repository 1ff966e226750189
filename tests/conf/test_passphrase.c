/* SPDX-License-Identifier: ISC
 *
 * Passphrases of encrypted keys: from a file, or typed, when nothing else gives them.
 */
#include <string.h>
#include <sys/stat.h>

#include <openssl/pem.h>

#include "conf/passphrase.h"
#include "suites.h"
#include "support/make.h"

static struct tmpdir dir;

static void
write_key(const char *name, bool encrypted)
{
	FILE *f = fopen(tmpdir_path(&dir, name), "w");

	CU_ASSERT_FATAL(f != NULL);
	CU_ASSERT_FATAL(
	    PEM_write_PKCS8PrivateKey(f, make_rsa(2048, 1), encrypted ? EVP_aes_256_cbc() : NULL,
	        NULL, 0, NULL, encrypted ? (char[]){"sesame"} : NULL) == 1);
	fclose(f);
	CU_ASSERT_EQUAL(chmod(tmpdir_path(&dir, name), 0600), 0);
}

/* A CA that another one follows, and two RAs. */
static void
setup(struct conf *c)
{
	static const char *const folders[] = {
	    "ca", "ca/main", "ca/heir", "ra", "ra/vpn", "passphrases"};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&dir), 0);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		CU_ASSERT_EQUAL(mkdir(tmpdir_path(&dir, folders[i]), 0700), 0);
	conf_dir_write(&dir, "scepd.conf", "passphrase_dir = \"passphrases\";\n");
	conf_dir_write(&dir, "profiles.d/vpn.conf", profile_text(TEST_ID, ""));
	conf_dir_write(&dir, "ca/main/next", "heir\n");
	conf_dir_write(&dir, "ra/vpn/ra.pem", "");
	conf_dir_write(&dir, "ra/vpn/ra-2.pem", "");
	write_key("ca/main/ca.key", true);
	write_key("ca/heir/ca.key", true);
	write_key("ra/vpn/ra.key", true);
	write_key("ra/vpn/ra-2.key", true);
	CU_ASSERT_EQUAL_FATAL(conf_read(tmpdir_path(&dir, "scepd.conf"), c, &e), 0);
}

static void
stop(struct conf *c)
{
	conf_free(c);
	tmpdir_remove(&dir);
}

/* Answers "typed-WHAT", up to so many times, and notes what was asked for. */
struct clerk {
	char asked[400];
	int patience;
};

static int
answer(void *arg, const char *what, struct secret *out, struct err *e)
{
	struct clerk *k = arg;
	char text[100];

	if (k->patience-- == 0)
		return err_set(e, ERR_KEY_FILE, "no answer");
	strcat(strcat(k->asked, what), " ");
	snprintf(text, sizeof text, "typed-%s", what);
	return secret_set(out, text, strlen(text));
}

static bool
is(const struct conf *c, const char *what, const char *want)
{
	struct secret got = {0};
	struct err e = ERR_INIT;
	bool same;

	CU_ASSERT_EQUAL(conf_passphrase(c, what, &got, &e), 0);
	same = view_eq(secret_view(&got), view_str(want));
	secret_free(&got);
	return same;
}

static void
each_is_asked_for_once(void)
{
	struct clerk k = {"", 9};
	struct err e = ERR_INIT;
	struct conf c;

	setup(&c);
	CU_ASSERT_TRUE(is(&c, "ca-main", ""));
	CU_ASSERT_EQUAL(passphrase_ask_all(&c, answer, &k, &e), 0);
	CU_ASSERT_STRING_EQUAL(k.asked, "ca-main ca-heir ra-vpn ");
	CU_ASSERT_TRUE(is(&c, "ca-heir", "typed-ca-heir"));
	CU_ASSERT_TRUE(is(&c, "ra-vpn", "typed-ra-vpn"));
	CU_ASSERT_TRUE(is(&c, "ra-lan", ""));
	k.asked[0] = '\0';
	CU_ASSERT_EQUAL(passphrase_ask_all(&c, answer, &k, &e), 0);
	CU_ASSERT_STRING_EQUAL(k.asked, "");
	passphrase_forget();
	CU_ASSERT_TRUE(is(&c, "ca-heir", ""));
	stop(&c);
}

static void
only_what_is_missing_is(void)
{
	struct clerk k = {"", 9};
	struct err e = ERR_INIT;
	struct conf c;

	setup(&c);
	write_key("ra/vpn/ra.key", false);
	write_key("ra/vpn/ra-2.key", false);
	conf_dir_write(&dir, "passphrases/ca-main", "from a file\n");
	CU_ASSERT_EQUAL(chmod(tmpdir_path(&dir, "passphrases/ca-main"), 0600), 0);
	CU_ASSERT_EQUAL(passphrase_ask_all(&c, answer, &k, &e), 0);
	CU_ASSERT_STRING_EQUAL(k.asked, "ca-heir ");
	CU_ASSERT_TRUE(is(&c, "ca-main", "from a file"));
	passphrase_forget();
	/* A file that is no good is a fault, and no reason to ask. */
	CU_ASSERT_EQUAL(chmod(tmpdir_path(&dir, "passphrases/ca-main"), 0644), 0);
	CU_ASSERT_EQUAL(passphrase_ask_all(&c, answer, &k, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_KEY_FILE);
	stop(&c);
}

static void
no_answer_ends_it(void)
{
	struct clerk k = {"", 1};
	struct err e = ERR_INIT;
	struct conf c;

	setup(&c);
	CU_ASSERT_EQUAL(passphrase_ask_all(&c, answer, &k, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_KEY_FILE);
	CU_ASSERT_STRING_EQUAL(k.asked, "ca-main ");
	CU_ASSERT_TRUE(is(&c, "ca-heir", ""));
	passphrase_forget();
	stop(&c);
}

CU_TestInfo passphrase_tests[] = {
    T(each_is_asked_for_once),
    T(only_what_is_missing_is),
    T(no_answer_ends_it),
    CU_TEST_INFO_NULL,
};
