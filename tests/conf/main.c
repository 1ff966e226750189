/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of the conf layer.
 */
#include <sys/stat.h>

#include "ca/challenge.h"
#include "suites.h"

int
conf_dir_write(struct tmpdir *t, const char *name, const char *text)
{
	FILE *f = fopen(tmpdir_path(t, name), "w");
	int rc;

	if (f == NULL)
		return -1;
	rc = fputs(text, f) < 0 ? -1 : 0;
	return fclose(f) == 0 ? rc : -1;
}

int
conf_dir_make(struct tmpdir *t)
{
	if (tmpdir_make(t) != 0 || mkdir(tmpdir_path(t, "profiles.d"), 0755) != 0)
		return -1;
	return conf_dir_write(t, "scepd.conf", "");
}

const char *
test_hash(void)
{
	static char text[256];
	struct buf made = {0};
	struct err e = ERR_INIT;

	if (text[0] == '\0' && challenge_hash(view_str(TEST_CHALLENGE), NULL, &made, &e) == 0)
		snprintf(text, sizeof text, "%s", buf_str(&made));
	buf_free(&made);
	return text;
}

const char *
profile_text(const char *id, const char *more)
{
	static char text[4096];

	snprintf(text, sizeof text,
	    "id = \"%s\";\n"
	    "ca = \"main\";\n"
	    "challenge = {\n"
	    "  static = ( { name = \"first\"; hash = \"%s\"; } );\n"
	    "};\n"
	    "%s\n",
	    id, test_hash(), more);
	return text;
}

int
main(void)
{
	CU_SuiteInfo suites[] = {
	    SUITE(scan),
	    SUITE(conf),
	    SUITE(print),
	    SUITE(digest),
	    SUITE(assemble),
	    SUITE(owner),
	    SUITE(ras),
	    SUITE(line),
	    SUITE(keys),
	    SUITE(passphrase),
	    SUITE(manual),
	    CU_SUITE_INFO_NULL,
	};

	return *test_hash() == '\0' ? 99 : run_suites(suites);
}
