/* SPDX-License-Identifier: ISC
 *
 * Every file and folder whose writer decides who gets certificates, open to others in turn.
 */
#include <string.h>
#include <sys/stat.h>

#include "conf/owner.h"
#include "suites.h"

static void
open_folder(struct tmpdir *t)
{
	CU_ASSERT_EQUAL_FATAL(conf_dir_make(t), 0);
	CU_ASSERT_EQUAL(mkdir(tmpdir_path(t, "ca"), 0700), 0);
	CU_ASSERT_EQUAL(mkdir(tmpdir_path(t, "ca/main"), 0700), 0);
	CU_ASSERT_EQUAL(mkdir(tmpdir_path(t, "ca/second"), 0700), 0);
	CU_ASSERT_EQUAL(conf_dir_write(t, "ca/main/next", "second\n"), 0);
	CU_ASSERT_EQUAL(chmod(tmpdir_path(t, "ca/main/next"), 0644), 0);
	CU_ASSERT_EQUAL(mkdir(tmpdir_path(t, "ra"), 0700), 0);
	CU_ASSERT_EQUAL(mkdir(tmpdir_path(t, "crl"), 0700), 0);
	CU_ASSERT_EQUAL(conf_dir_write(t, "scepd.conf", "crl = { dir = \"crl\"; };\n"), 0);
	CU_ASSERT_EQUAL(conf_dir_write(t, "profiles.d/vpn.conf", profile_text(TEST_ID, "")), 0);
	CU_ASSERT_EQUAL(chmod(tmpdir_path(t, "profiles.d"), 0755), 0);
	CU_ASSERT_EQUAL(chmod(tmpdir_path(t, "profiles.d/vpn.conf"), 0644), 0);
	CU_ASSERT_EQUAL(chmod(tmpdir_path(t, "scepd.conf"), 0644), 0);
}

/* What is wrong with the folder; "" when nothing is. */
static const char *
judge(struct tmpdir *t)
{
	static struct err e;
	struct conf c;

	e = (struct err)ERR_INIT;
	CU_ASSERT_EQUAL_FATAL(conf_read(tmpdir_path(t, "scepd.conf"), &c, &e), 0);
	CU_ASSERT_EQUAL(conf_judge(&c, &e), e.code == ERR_OK ? 0 : -1);
	CU_ASSERT_TRUE(e.code == ERR_OK || e.code == ERR_CONFIG);
	conf_free(&c);
	return e.detail;
}

static bool
blamed(struct tmpdir *t, const char *name, const char *what)
{
	const char *detail = judge(t), *path = tmpdir_path(t, name);
	size_t n = strlen(path);

	return strncmp(detail, path, n) == 0 && detail[n] == ':' && strstr(detail, what) != NULL;
}

static const struct {
	const char *name;
	mode_t right, wrong;
} things[] = {
    {"scepd.conf", 0644, 0666},
    {"scepd.conf", 0644, 0664},
    {".", 0700, 0777},
    {"profiles.d", 0755, 0775},
    {"profiles.d/vpn.conf", 0640, 0642},
    {"ca", 0700, 0777},
    {"ra", 0700, 0707},
    {"ca/main", 0700, 0770},
    {"ca/main/next", 0644, 0664},
    {"ca/second", 0700, 0770},
    {"crl", 0755, 0775},
};

static void
nobody_else_may_write(void)
{
	struct tmpdir t;

	open_folder(&t);
	CU_ASSERT_STRING_EQUAL(judge(&t), "");
	for (size_t i = 0; i < sizeof things / sizeof things[0]; i++) {
		/* The folder itself is named without the dot. */
		const char *name = *things[i].name == '.' ? "" : things[i].name;

		CU_ASSERT_EQUAL(chmod(tmpdir_path(&t, things[i].name), things[i].wrong), 0);
		if (*name != '\0')
			CU_ASSERT_TRUE(blamed(&t, name, "run chmod go-w"));
		CU_ASSERT_PTR_NOT_NULL(strstr(judge(&t), "writable by group or others"));
		CU_ASSERT_EQUAL(chmod(tmpdir_path(&t, things[i].name), things[i].right), 0);
		CU_ASSERT_STRING_EQUAL(judge(&t), "");
	}
	CU_ASSERT_EQUAL(chmod(tmpdir_path(&t, "."), 01777), 0);
	CU_ASSERT_STRING_EQUAL(judge(&t), "");
	tmpdir_remove(&t);
}

/* Only the superuser can give a file away. */
static void
nobody_else_may_own(void)
{
	struct tmpdir t;

	if (geteuid() != 0)
		return;
	open_folder(&t);
	CU_ASSERT_EQUAL(chown(tmpdir_path(&t, "profiles.d/vpn.conf"), 12345, 12345), 0);
	CU_ASSERT_TRUE(blamed(&t, "profiles.d/vpn.conf", "belongs to user 12345"));
	tmpdir_remove(&t);
}

/* An RA that stands elsewhere; folders that are not there yet. */
static void
other_places(void)
{
	struct tmpdir t;
	char more[PATH_MAX + 100];

	open_folder(&t);
	CU_ASSERT_EQUAL(mkdir(tmpdir_path(&t, "keys"), 0700), 0);
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&t, "ca/main/next")), 0);
	CU_ASSERT_EQUAL(rmdir(tmpdir_path(&t, "ca/main")), 0);
	CU_ASSERT_EQUAL(rmdir(tmpdir_path(&t, "ca/second")), 0);
	CU_ASSERT_EQUAL(rmdir(tmpdir_path(&t, "ca")), 0);
	CU_ASSERT_EQUAL(rmdir(tmpdir_path(&t, "ra")), 0);
	snprintf(more, sizeof more,
	    "ra = ( { certificate = \"ra.pem\"; key = \"%s/vpn/ra.key\"; } );",
	    tmpdir_path(&t, "keys"));
	CU_ASSERT_EQUAL(conf_dir_write(&t, "profiles.d/vpn.conf", profile_text(TEST_ID, more)), 0);
	CU_ASSERT_STRING_EQUAL(judge(&t), "");
	CU_ASSERT_EQUAL(chmod(tmpdir_path(&t, "keys"), 0770), 0);
	CU_ASSERT_TRUE(blamed(&t, "keys", "run chmod go-w"));
	tmpdir_remove(&t);
}

CU_TestInfo owner_tests[] = {
    T(nobody_else_may_write),
    T(nobody_else_may_own),
    T(other_places),
    CU_TEST_INFO_NULL,
};
