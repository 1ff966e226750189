/* SPDX-License-Identifier: ISC
 *
 * Which files make the RAs of a profile: the generations of its folder, or what it lists.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/ras.h"
#include "scep/service.h"
#include "suites.h"

static struct tmpdir dir;

static void
setup(const char *profile)
{
	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&dir), 0);
	CU_ASSERT_EQUAL(mkdir(tmpdir_path(&dir, "ra"), 0700), 0);
	CU_ASSERT_EQUAL(mkdir(tmpdir_path(&dir, "ra/vpn"), 0700), 0);
	CU_ASSERT_EQUAL(
	    conf_dir_write(&dir, "profiles.d/vpn.conf", profile_text(TEST_ID, profile)), 0);
}

static void
touch(const char *name)
{
	char path[80];

	snprintf(path, sizeof path, "ra/vpn/%s", name);
	CU_ASSERT_EQUAL(conf_dir_write(&dir, path, ""), 0);
}

/* The RAs as one text: the last part of each path, "*" after a staged one. */
static const char *
found(void)
{
	static char text[400];
	struct conf c;
	struct err e = ERR_INIT;
	size_t at = 0;

	text[0] = '\0';
	if (conf_read(tmpdir_path(&dir, "scepd.conf"), &c, &e) != 0)
		snprintf(text, sizeof text, "%s", strrchr(e.detail, '/'));
	for (size_t i = 0; e.code == ERR_OK && i < c.profiles[0].n_ras; i++) {
		const struct conf_ra *ra = &c.profiles[0].ras[i];

		at += (size_t)snprintf(text + at, sizeof text - at, "%s%d:%s,%s%s%s%s%s%s",
		    i > 0 ? " " : "", ra->number, strrchr(ra->cert, '/') + 1,
		    strrchr(ra->key, '/') + 1, ra->sign_cert != NULL ? "," : "",
		    ra->sign_cert != NULL ? strrchr(ra->sign_cert, '/') + 1 : "",
		    ra->sign_key != NULL ? "," : "",
		    ra->sign_key != NULL ? strrchr(ra->sign_key, '/') + 1 : "",
		    ra->staged ? "*" : "");
	}
	conf_free(&c);
	return text;
}

static void
generations_in_their_order(void)
{
	setup("");
	touch("ra-10.pem");
	touch("ra.pem");
	touch("ra-2.pem");
	touch("ra-2.staged");
	touch("ra-3.staged"); /* there is no third one */
	touch("ra-10-sign.pem");
	CU_ASSERT_STRING_EQUAL(found(), "1:ra.pem,ra.key 2:ra-2.pem,ra-2.key* "
	                                "10:ra-10.pem,ra-10.key,ra-10-sign.pem,ra-10-sign.key");
	tmpdir_remove(&dir);
}

static void
other_files_are_none(void)
{
	static const char *const names[] = {"ra-1.pem", "ra-02.pem", "ra-0.pem", "ra--2.pem",
	    "ra-2.pem~", "ra-2-sign.pem", "ra-.pem", "ra-2x.pem", "ra-10000.pem", "ra.key",
	    "xra.pem", ".ra.pem.tmp"};

	setup("");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		touch(names[i]);
	/* Whoever needs it says that it is missing. */
	CU_ASSERT_STRING_EQUAL(found(), "1:ra.pem,ra.key");
	touch("ra-7.pem");
	CU_ASSERT_STRING_EQUAL(found(), "7:ra-7.pem,ra-7.key");
	tmpdir_remove(&dir);
}

static void
a_folder_that_is_not_there(void)
{
	setup("");
	CU_ASSERT_EQUAL(rmdir(tmpdir_path(&dir, "ra/vpn")), 0);
	CU_ASSERT_STRING_EQUAL(found(), "1:ra.pem,ra.key");
	tmpdir_remove(&dir);
}

static void
too_many(void)
{
	setup("");
	for (int i = 2; i < 2 + RAS_MAX; i++) {
		char name[20];

		snprintf(name, sizeof name, "ra-%d.pem", i);
		touch(name);
	}
	CU_ASSERT_TRUE(strlen(found()) > 100);
	touch("ra.pem");
	CU_ASSERT_STRING_EQUAL(found(), "/vpn: more than 8 RAs: scepctl ra retire takes one away");
	tmpdir_remove(&dir);
}

static void
a_list_instead(void)
{
	setup("ra = ( { certificate = \"/a/new.pem\"; key = \"/a/new.key\"; "
	      "sign_certificate = \"/a/sign.pem\"; sign_key = \"/a/sign.key\"; }, "
	      "{ certificate = \"/a/old.pem\"; key = \"/a/old.key\"; } );");
	touch("ra.pem");
	CU_ASSERT_STRING_EQUAL(found(), "1:new.pem,new.key,sign.pem,sign.key 2:old.pem,old.key");
	tmpdir_remove(&dir);
}

CU_TestInfo ras_tests[] = {
    T(generations_in_their_order),
    T(other_files_are_none),
    T(a_folder_that_is_not_there),
    T(too_many),
    T(a_list_instead),
    CU_TEST_INFO_NULL,
};
