/* SPDX-License-Identifier: ISC
 *
 * Two hosts have the same digest when what they do is the same, whatever their paths and sockets
 * are, and no secret goes into it.
 */
#include <string.h>

#include "conf/conf.h"
#include "suites.h"

static void
conf_digest_of(const char *scepd, const char *profile, char digest[65])
{
	struct tmpdir t;
	struct conf c;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "scepd.conf", scepd), 0);
	CU_ASSERT_EQUAL(
	    conf_dir_write(&t, "profiles.d/routers.conf", profile_text(TEST_ID, profile)), 0);
	CU_ASSERT_EQUAL(conf_read(tmpdir_path(&t, "scepd.conf"), &c, &e), 0);
	CU_ASSERT_STRING_EQUAL(e.detail, "");
	snprintf(digest, 65, "%s", c.digest);
	conf_free(&c);
	tmpdir_remove(&t);
}

static void
compare(const char *scepd, const char *profile, bool same)
{
	char plain[65], other[65];

	conf_digest_of("", "", plain);
	conf_digest_of(scepd, profile, other);
	CU_ASSERT_EQUAL(strlen(plain), 64);
	CU_ASSERT_EQUAL(strcmp(plain, other) == 0, same);
	if ((strcmp(plain, other) == 0) != same)
		fprintf(stderr, "\n  %s %s\n", scepd, profile);
}

static void
what_is_of_a_host_does_not_count(void)
{
	compare("", "", true);
	compare("# a remark\n", "", true);
	compare("listen = \"127.0.0.1:9000\"; workers = 7; user = \"x\"; node_name = \"b\";\n", "",
	    true);
	compare("log_level = \"debug\"; ca_dir = \"/elsewhere\"; issued_log = \"\";\n", "", true);
	compare("warn_before = \"7d\";\n", "", true);
	compare("crl = { dir = \"/elsewhere\"; };\n", "", true);
	compare("store = { server = \"127.0.0.1:1\"; user = \"u\"; operator_user = \"o\"; };\n", "",
	    true);
	/* The default, written down. */
	compare("record_grace = \"30d\";\n", "validity = \"365d\";", true);
}

static void
what_is_of_the_pool_counts(void)
{
	compare("public_url = \"http://other.example\";\n", "", false);
	compare("record_grace = \"31d\";\n", "", false);
	compare("store = { durability = \"none\"; };\n", "", false);
	compare("crl = { validity = \"8d\"; };\n", "", false);
	compare("store = { prefix = \"other\"; };\n", "", false);
	compare("", "validity = \"30d\";", false);
	compare("", "allow_upn = true;", false);
	compare("default_profile = \"routers\";\n", "", false);
}

CU_TestInfo digest_tests[] = {
    T(what_is_of_a_host_does_not_count),
    T(what_is_of_the_pool_counts),
    CU_TEST_INFO_NULL,
};
