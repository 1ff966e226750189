/* SPDX-License-Identifier: ISC
 *
 * Lists of comma-separated values, as spreadsheets write them.
 */
#include <string.h>

#include "ctl/csv.h"
#include "suites.h"

/* The records of a text, fields joined by '|', records by '/'; or what is wrong with it. */
static void
expect(const char *text, const char *want)
{
	struct buf got = {0};
	struct err e = ERR_INIT;
	struct csv c;
	int rc;

	csv_open(&c, view_str(text));
	while ((rc = csv_next(&c, &e)) > 0)
		for (size_t i = 0; i < c.n; i++)
			CU_ASSERT_EQUAL(buf_printf(&got, "%s%s%s", got.n > 0 && i == 0 ? "/" : "",
			                    i > 0 ? "|" : "", c.fields[i]),
			    0);
	CU_ASSERT_STRING_EQUAL(rc < 0 ? e.detail : buf_str(&got), want);
	csv_free(&c);
	buf_free(&got);
}

static void
records_and_fields(void)
{
	expect("", "");
	expect("\n\r\n", "");
	expect("a,b\nc,d\n", "a|b/c|d");
	expect("a,b\r\nc,d", "a|b/c|d");
	expect("\xef\xbb\xbf"
	       "a\n\n\nb\r\n",
	    "a/b");
	expect("a,,\n,\n", "a||/|");
	expect("\"CN=a,O=b\",\"say \"\"x\"\"\"\n", "CN=a,O=b|say \"x\"");
	expect("\"two\nlines\",b\nc\n", "two\nlines|b/c");
	expect("a\rb\n", "a\rb");
}

static void
what_is_no_record_is_refused(void)
{
	char many[2 * CSV_FIELDS_MAX + 1];
	struct err e = ERR_INIT;
	struct csv c;

	expect("a\n\"b", "line 2: a quote that does not end");
	expect("\"a\nb\"\n\nx\"y\n", "line 4: a quote in a field");
	expect("\"a\"b\n", "line 1: a quote in a field");
	memset(many, ',', sizeof many);
	many[sizeof many - 1] = '\0';
	expect(many, "line 1: more than 64 fields");
	csv_open(&c, view_of("a\0b", 3));
	CU_ASSERT_EQUAL(csv_next(&c, &e), -1);
	csv_free(&c);
}

static void
fields_are_quoted_where_they_must(void)
{
	static const char *const fields[] = {"", "plain", "CN=a,O=b", "say \"x\"", "two\nlines"};
	struct buf out = {0};
	struct err e = ERR_INIT;
	struct csv c;

	for (size_t i = 0; i < 5; i++)
		CU_ASSERT(
		    csv_add(&out, fields[i]) == 0 && buf_add(&out, i < 4 ? "," : "\n", 1) == 0);
	CU_ASSERT_STRING_EQUAL(
	    buf_str(&out), ",plain,\"CN=a,O=b\",\"say \"\"x\"\"\",\"two\nlines\"\n");
	csv_open(&c, buf_view(&out));
	CU_ASSERT_EQUAL_FATAL(csv_next(&c, &e), 1);
	CU_ASSERT_EQUAL_FATAL(c.n, 5);
	for (size_t i = 0; i < 5; i++)
		CU_ASSERT_STRING_EQUAL(c.fields[i], fields[i]);
	csv_free(&c);
	buf_free(&out);
}

CU_TestInfo csv_tests[] = {
    T(records_and_fields),
    T(what_is_no_record_is_refused),
    T(fields_are_quoted_where_they_must),
    CU_TEST_INFO_NULL,
};
