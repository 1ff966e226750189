/* SPDX-License-Identifier: ISC
 *
 * What the versions of libconfig read differently, or complain of without a reason, gets a
 * complaint of our own.
 */
#include <string.h>

#include "conf/scan.h"
#include "suites.h"

struct row {
	const char *text, *fault; /* NULL: fine */
};

static void
check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err e = ERR_INIT;
		int rc = conf_scan("scepd.conf", KEY_FILE_MAIN, view_str(rows[i].text), &e);

		CU_ASSERT_EQUAL(rc, rows[i].fault == NULL ? 0 : -1);
		CU_ASSERT_STRING_EQUAL(e.detail, rows[i].fault == NULL ? "" : rows[i].fault);
		if (strcmp(e.detail, rows[i].fault == NULL ? "" : rows[i].fault) != 0)
			fprintf(stderr, "\n  %s\n  gave   %s\n", rows[i].text, e.detail);
	}
}
#define CHECK(rows) check_rows((rows), sizeof(rows) / sizeof(rows)[0])

static void
what_is_fine_passes(void)
{
	static const struct row rows[] = {
	    {"", NULL},
	    {"# nothing\n// nothing\n/* nothing\n at all */", NULL},
	    {"a = 1; b = -1\nc : \"x\", d = TRUE; e = False", NULL},
	    {"a = { b = ( { c = [ 1, 2 ]; }, { } ); };", NULL},
	    {"a = \"quote \\\" and backslash \\\\ and # no comment\";", NULL},
	    {"a = 0; b = 2147483647; c = -2147483648;", NULL},
	    {"a = \"\xc3\xa9\";", NULL},
	};

	CHECK(rows);
}

static void
words_that_are_no_values(void)
{
	static const struct row rows[] = {
	    {"x = yes;", "scepd.conf:1: yes is not a boolean here; write true"},
	    {"\n\nx = Off;", "scepd.conf:3: Off is not a boolean here; write false"},
	    {"x = no", "scepd.conf:1: no is not a boolean here; write false"},
	    {"log_level = debug;", "scepd.conf:1: debug needs quotes: \"debug\""},
	    {"x = [ a ];", "scepd.conf:1: a needs quotes: \"a\""},
	};

	CHECK(rows);
}

static void
numbers_that_are_read_differently(void)
{
	static const struct row rows[] = {
	    {"# a\n\nlisten_mode = 0770;", "scepd.conf:3: mode 0770 must be a string: \"0770\""},
	    {"listen_mode = 660;", "scepd.conf:1: mode 660 must be a string: \"0660\""},
	    {"workers = 010;", "scepd.conf:1: 010 begins with a zero; write 10"},
	    {"workers = 3000000000;", "scepd.conf:1: workers must be a whole number from 0 to 512 "
	                              "(0: four a processor), not 3000000000"},
	    {"other = 99999999999999999999;", "scepd.conf:1: 99999999999999999999 is out of range"},
	    {"workers = 0x10;", "scepd.conf:1: 0x10 is no whole number"},
	    {"workers = 1.5;", "scepd.conf:1: 1.5 is no whole number"},
	    {"workers = 10L;", "scepd.conf:1: 10L needs quotes: \"10L\""},
	};

	CHECK(rows);
}

static void
text_that_is_not_closed(void)
{
	static const struct row rows[] = {
	    {"a = 1;\nb = \"open;\nc = 1;", "scepd.conf:2: this string is not closed in its line"},
	    {"a = 1;\nb = (\n1\n", "scepd.conf:2: this ( is never closed"},
	    {"a = {\n b = 1;\n);", "scepd.conf:3: ) does not close the { of line 1"},
	    {"a = 1; }", "scepd.conf:1: } closes nothing"},
	    {"\n/* a\n", "scepd.conf:2: this comment is never closed"},
	    {"a = ((((((((((((((((((1))))))))))))))))));",
	        "scepd.conf:1: more than 16 brackets inside one another"},
	};

	CHECK(rows);
}

static void
syntax_in_words(void)
{
	static const struct row rows[] = {
	    {"workers 4;", "scepd.conf:1: \"=\" is missing after workers"},
	    {"workers \"4\";", "scepd.conf:1: \"=\" is missing after workers"},
	    {"workers;", "scepd.conf:1: \"=\" is missing after workers"},
	    {"workers", "scepd.conf:1: \"=\" is missing after workers"},
	    {"workers = ;", "scepd.conf:1: a value is missing after workers ="},
	    {"a = { b = }", "scepd.conf:1: a value is missing after b ="},
	    {"workers =", "scepd.conf:1: a value is missing after workers ="},
	    {"= 4;", "scepd.conf:1: a name is missing before ="},
	    {"{ a = 1; }", "scepd.conf:1: a name is missing before {"},
	    {"a = \"x\" \"y\";",
	        "scepd.conf:1: a comma or semicolon is missing before this string"},
	    {"a = [ \"x\", \"y\"\n\"z\" ];",
	        "scepd.conf:2: a comma or semicolon is missing before this string"},
	    {"a = { b = 1; } \"x\";",
	        "scepd.conf:1: a comma or semicolon is missing before this string"},
	    {"a.b = 1;", "scepd.conf:1: a.b is a key in a group; write a = { b = ...; };"},
	    {"a. = 1;", "scepd.conf:1: the name a. has a dot at its end"},
	    {"a = [ 1, ];", "scepd.conf:1: a comma before ]"},
	    {"a = ( 1,\n);", "scepd.conf:2: a comma before )"},
	    {"@include \"x\"",
	        "scepd.conf:1: @include is not supported; profiles.d takes further files"},
	};

	CHECK(rows);
}

static void
names_with_dots(void)
{
	static const struct {
		const char *text, *fault;
	} rows[] = {
	    {"challenge.type = \"static\";",
	        "p:1: challenge.type is a key in a group; write challenge = { type = ...; };"},
	    {"\nra.key = \"x\";",
	        "p:2: ra.key is a key in a group; write ra = ( { key = ...; } );"},
	    {"challenge.static.name = \"x\";", "p:1: challenge.static.name is a key in a group; "
	                                       "write challenge = { static = ( { name "
	                                       "= ...; } ); };"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct err e = ERR_INIT;

		CU_ASSERT_EQUAL(conf_scan("p", KEY_FILE_PROFILE, view_str(rows[i].text), &e), -1);
		CU_ASSERT_STRING_EQUAL(e.detail, rows[i].fault);
	}
}

static void
octets_that_do_not_belong(void)
{
	static const struct row rows[] = {
	    {"\xef\xbb\xbfworkers = 1;",
	        "scepd.conf:1: a byte order mark before the first key; save the file without it"},
	    {"a = \"x\ty\";", "scepd.conf:1: a control character in a string"},
	    {"a = \"x\\n\";", "scepd.conf:1: only \\\" and \\\\ may follow a \\ in a string"},
	    {"a = \"x\\x00\";", "scepd.conf:1: only \\\" and \\\\ may follow a \\ in a string"},
	    {"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggg = 1;",
	        "scepd.conf:1: \"aaaaaaaaaabbbbbbbbbb...\" is too long for a name or a number"},
	};
	struct err e = ERR_INIT;

	CHECK(rows);
	CU_ASSERT_EQUAL(conf_scan("scepd.conf", KEY_FILE_MAIN, view_of("a = 1;\0b", 8), &e), -1);
	CU_ASSERT_STRING_EQUAL(e.detail, "scepd.conf: not a text file");
}

CU_TestInfo scan_tests[] = {
    T(what_is_fine_passes),
    T(words_that_are_no_values),
    T(numbers_that_are_read_differently),
    T(text_that_is_not_closed),
    T(syntax_in_words),
    T(names_with_dots),
    T(octets_that_do_not_belong),
    CU_TEST_INFO_NULL,
};
