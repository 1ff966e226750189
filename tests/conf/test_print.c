/* SPDX-License-Identifier: ISC
 *
 * The effective configuration: every key of the table, its value, its origin, no secret; and what
 * is printed reads back.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "suites.h"

static char *
print_dir(struct tmpdir *t)
{
	struct err e = ERR_INIT;
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	CU_ASSERT_EQUAL(conf_print(tmpdir_path(t, "scepd.conf"), f, &e), 0);
	CU_ASSERT_STRING_EQUAL(e.detail, "");
	fclose(f);
	return text;
}

/* The line of a key, without its blanks; valid until the next call. That of "GROUP.NAME" stands
 * after the one that opens the group. */
static const char *
line_of(const char *text, const char *key)
{
	static char line[1024];
	size_t n = 0;
	const char *p = text, *dot = strchr(key, '.');
	char start[80];

	if (dot != NULL) {
		snprintf(start, sizeof start, "\n%.*s = {\n", (int)(dot - key), key);
		if ((p = strstr(text, start)) == NULL)
			return "";
	}
	snprintf(start, sizeof start,
	    dot != NULL ? "\n  %s = " : "\n%s = ", dot != NULL ? dot + 1 : key);
	if ((p = strstr(p, start)) == NULL)
		return "";
	for (p++; *p != '\n' && n < sizeof line - 1; p++)
		if (*p != ' ')
			line[n++] = *p;
	line[n] = '\0';
	return line;
}

static void
values_and_origins(void)
{
	struct tmpdir t;
	char *text;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	CU_ASSERT_EQUAL(
	    conf_dir_write(&t, "scepd.conf", "\nworkers = 3;\nuser = \"a\\\"b\\\\\";\n"), 0);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "profiles.d/vpn.conf",
	                    profile_text(TEST_ID, "key_usage = [ \"keyAgreement\" ];")),
	    0);
	text = print_dir(&t);
	CU_ASSERT_STRING_EQUAL(line_of(text, "workers"), "workers=3;#scepd.conf:2");
	CU_ASSERT_STRING_EQUAL(line_of(text, "user"), "user=\"a\\\"b\\\\\";#scepd.conf:3");
	CU_ASSERT_STRING_EQUAL(
	    line_of(text, "request_deadline"), "request_deadline=\"10s\";#default");
	CU_ASSERT_STRING_EQUAL(line_of(text, "id"), "id=\"" TEST_ID "\";#profiles.d/vpn.conf:1");
	CU_ASSERT_STRING_EQUAL(line_of(text, "challenge.type"), "type=\"static\";#default");
	CU_ASSERT_STRING_EQUAL(line_of(text, "challenge.static"),
	    "static=({name=\"first\";hash=\"(hidden)\";});#profiles.d/vpn.conf:4");
	CU_ASSERT_STRING_EQUAL(
	    line_of(text, "key_usage"), "key_usage=[\"keyAgreement\"];#profiles.d/vpn.conf:6");
	CU_ASSERT_STRING_EQUAL(line_of(text, "ra"), "ra=();#default");
	CU_ASSERT_PTR_NULL(strstr(text, "scrypt"));
	free(text);
	tmpdir_remove(&t);
}

static void
every_key_is_printed(void)
{
	struct tmpdir t;
	char *text;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "profiles.d/vpn.conf", profile_text(TEST_ID, "")), 0);
	text = print_dir(&t);
	for (const struct conf_key *k = conf_keys(); k->path != NULL; k++) {
		bool inside = strncmp(k->path, "challenge.static.", 17) == 0 ||
		              strncmp(k->path, "ra.", 3) == 0;

		if (!inside && strcmp(k->type, "group") != 0)
			CU_ASSERT_STRING_NOT_EQUAL(line_of(text, k->path), "");
	}
	free(text);
	tmpdir_remove(&t);
}

static void
what_is_printed_reads_back(void)
{
	struct tmpdir t;
	struct conf c;
	struct err e = ERR_INIT;
	char *text, *profile;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "scepd.conf",
	                    "listen_mode = \"0600\"; trusted_proxies = [ \"::1\" ];\n"
	                    "store = { server = \"redis:6379\"; };"),
	    0);
	text = print_dir(&t);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "scepd.conf", text), 0);
	CU_ASSERT_EQUAL(conf_read(tmpdir_path(&t, "scepd.conf"), &c, &e), 0);
	CU_ASSERT_STRING_EQUAL(e.detail, "");
	CU_ASSERT_EQUAL(c.listen_mode, 0600);
	CU_ASSERT_EQUAL(c.n_trusted_proxies, 1);
	CU_ASSERT_STRING_EQUAL(c.store.server, "redis:6379");
	CU_ASSERT_STRING_EQUAL(c.store.prefix, "scepd");
	conf_free(&c);
	profile = print_dir(&t);
	CU_ASSERT_PTR_NULL(strstr(profile, "# default"));
	free(profile);
	free(text);
	tmpdir_remove(&t);
}

static void
a_fault_is_not_printed(void)
{
	struct tmpdir t;
	struct err e = ERR_INIT;
	FILE *f = tmpfile();

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "scepd.conf", "workers = 900;"), 0);
	CU_ASSERT_EQUAL(conf_print(tmpdir_path(&t, "scepd.conf"), f, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
	CU_ASSERT_EQUAL(ftell(f), 0);
	fclose(f);
	tmpdir_remove(&t);
}

CU_TestInfo print_tests[] = {
    T(values_and_origins),
    T(every_key_is_printed),
    T(what_is_printed_reads_back),
    T(a_fault_is_not_printed),
    CU_TEST_INFO_NULL,
};
