/* SPDX-License-Identifier: ISC
 *
 * The encodings, each as a table of texts and values; what is refused leaves the output alone.
 */
#include <string.h>

#include "base/enc.h"
#include "suites.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

typedef int codec(struct buf *, struct view);

/* A value of NULL: the text is refused. */
struct row {
	const char *text, *value;
};

static void
check(codec *read, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct buf out = {0};
		int rc;

		CU_ASSERT_EQUAL_FATAL(buf_add_str(&out, ">"), 0);
		rc = read(&out, view_str(rows[i].text));
		CU_ASSERT_EQUAL(rc, rows[i].value == NULL ? -1 : 0);
		if (strcmp(buf_str(&out) + 1, rows[i].value == NULL ? "" : rows[i].value) != 0)
			CU_FAIL(rows[i].text);
		CU_ASSERT_EQUAL(out.p[0], '>');
		buf_free(&out);
	}
}

static void
hexadecimal(void)
{
	static const struct row written[] = {{"", ""}, {"Jk\177", "4a6b7f"}, {"\376", "fe"}};
	static const struct row read[] = {{"", ""}, {"4a6B", "Jk"}, {"FE", "\376"}, {"4", NULL},
	    {"4a6", NULL}, {"4g", NULL}, {"g4", NULL}, {" 4", NULL}, {"4a:6b", NULL}};
	struct buf out = {0};

	check(hex_write, written, COUNT(written));
	check(hex_read, read, COUNT(read));
	/* Half an octet, though another digit follows in memory. */
	CU_ASSERT_EQUAL(hex_read(&out, view_of("4a6b", 3)), -1);
	CU_ASSERT_EQUAL(out.n, 0);
	buf_free(&out);
}

static void
hexadecimal_of_a_known_length(void)
{
	static const char *const wrong[] = {
	    "", "0a0b0", "0a0b0c0", "0a0b0c0d", "0a0b0g", "g00b0c", "0A 0B0", "0a0b0c\n"};
	uint8_t octets[3] = {1, 2, 3};
	char text[7];

	hex_of(view_of("\012\253\377", 3), text);
	CU_ASSERT_STRING_EQUAL(text, "0aabff");
	hex_of((struct view){0}, text);
	CU_ASSERT_STRING_EQUAL(text, "");
	CU_ASSERT_EQUAL(hex_into(view_str("0aABff"), octets, sizeof octets), 0);
	CU_ASSERT_EQUAL(memcmp(octets, "\012\253\377", 3), 0);
	for (size_t i = 0; i < COUNT(wrong); i++)
		CU_ASSERT_EQUAL(hex_into(view_str(wrong[i]), octets, sizeof octets), -1);
}

static void
base64_strict(void)
{
	static const struct row written[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
	    {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
	    {"\377\376\376", "//7+"}};
	static const struct row refused[] = {{"Zg", NULL}, {"Zg=", NULL}, {"Z===", NULL},
	    {"=", NULL}, {"====", NULL}, {"Zg==Zg==", NULL}, {"Zm9v\n", NULL}, {" Zm9", NULL},
	    {"__7-", NULL}, {"Zh==", NULL}, {"Zm9=", NULL}, {"Z=g=", NULL}, {"Zm9vZ", NULL},
	    {"Zm9\200", NULL}};

	check(base64_write, written, COUNT(written));
	check(base64_read, refused, COUNT(refused));
	for (size_t i = 0; i < COUNT(written); i++)
		check(base64_read, &(struct row){written[i].value, written[i].text}, 1);
}

static void
base64_forgiving(void)
{
	static const struct row rows[] = {
	    {"", ""},
	    {"Zm9vYg==", "foob"},
	    {"Zm9vYg=", "foob"},
	    {"Zm9vYg", "foob"},
	    {"Zm9vYmE", "fooba"},
	    {"//7+", "\377\376\376"},
	    {"//7 ", "\377\376\376"},
	    {"__7-", "\377\376\376"},
	    {"_/7-", "\377\376\376"},
	    {"Zm\r\n9v\tYg==\n", "foob"},
	    {"Zm9vYg==\r\n", "foob"},
	    {"Zm9vYg==!ignored", "foob"},
	    {"Zh==", "f"},
	    {"=", ""},
	    {"Z", NULL},
	    {"Z===", NULL},
	    {"Zm9vY", NULL},
	    {"Zm9v.Yg=", NULL},
	    {"Zm%39v", NULL},
	    {"Zm9v\200", NULL},
	    {"Zm9v\vYg==", NULL},
	};
	struct buf out = {0};

	check(base64_read_lenient, rows, COUNT(rows));
	CU_ASSERT_EQUAL(base64_read_lenient(&out, view_of("Zm9v\0", 5)), -1);
	buf_free(&out);
}

static void
percent(void)
{
	static const struct row rows[] = {{"", ""}, {"a%2Bb%2fc%3D", "a+b/c="}, {"a+b", "a+b"},
	    {"%", "%"}, {"%4", "%4"}, {"%4g%41", "%4gA"}, {"%g4", "%g4"}, {"100%", "100%"},
	    {"%%41", "%A"}, {"%2541", "%41"}, {"%0A", "\n"}, {"%41%", "A%"}, {"%FF", "\377"}};

	check(percent_read, rows, COUNT(rows));
}

static void
every_octet_survives(void)
{
	static codec *const pairs[][2] = {{hex_write, hex_read}, {base64_write, base64_read},
	    {base64_write, base64_read_lenient}};
	uint8_t all[256 + 2];

	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (uint8_t)i;
	for (size_t i = 0; i < COUNT(pairs); i++)
		for (size_t n = 256; n <= sizeof all; n++) {
			struct buf text = {0}, back = {0};

			CU_ASSERT_EQUAL(pairs[i][0](&text, view_of(all, n)), 0);
			CU_ASSERT_EQUAL(pairs[i][1](&back, buf_view(&text)), 0);
			CU_ASSERT(view_eq(buf_view(&back), view_of(all, n)));
			buf_free(&text);
			buf_free(&back);
		}
}

static void
maximum_of_the_output_holds(void)
{
	static codec *const all[] = {
	    hex_write, hex_read, base64_write, base64_read, base64_read_lenient, percent_read};

	for (size_t i = 0; i < COUNT(all); i++) {
		struct buf out = {.max = 2};

		CU_ASSERT_EQUAL(all[i](&out, view_str("41414141")), -1);
		CU_ASSERT_EQUAL(out.n, 0);
		buf_free(&out);
	}
}

CU_TestInfo enc_tests[] = {
    T(hexadecimal),
    T(hexadecimal_of_a_known_length),
    T(base64_strict),
    T(base64_forgiving),
    T(percent),
    T(every_octet_survives),
    T(maximum_of_the_output_holds),
    CU_TEST_INFO_NULL,
};
