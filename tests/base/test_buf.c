/* SPDX-License-Identifier: ISC
 *
 * Buffers grow, keep their maximum and end with a NUL; secrets hold a copy.
 */
#include <string.h>

#include "base/buf.h"
#include "suites.h"

static void
views_compare_by_content(void)
{
	CU_ASSERT(view_eq(view_str("abc"), view_of("abcd", 3)));
	CU_ASSERT(!view_eq(view_str("abc"), view_str("abd")));
	CU_ASSERT(!view_eq(view_str("abc"), view_str("ab")));
	CU_ASSERT(view_eq(view_str(NULL), view_str("")));
}

static void
appending_keeps_a_nul_behind(void)
{
	struct buf b = {0};

	CU_ASSERT_STRING_EQUAL(buf_str(&b), "");
	CU_ASSERT_EQUAL(buf_add(&b, "ab\0c", 4), 0);
	CU_ASSERT_EQUAL(buf_add_str(&b, "d"), 0);
	CU_ASSERT_EQUAL(buf_printf(&b, "%d-%s", 42, "x"), 0);
	CU_ASSERT(view_eq(buf_view(&b), view_of("ab\0cd42-x", 9)));
	CU_ASSERT_EQUAL(b.p[b.n], 0);
	buf_free(&b);
	CU_ASSERT_PTR_NULL(b.p);
	CU_ASSERT_EQUAL(b.n, 0);
	CU_ASSERT_EQUAL(buf_add(&b, NULL, 0), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(b.p);
	CU_ASSERT_EQUAL(b.p[0], 0);
	buf_free(&b);
}

static void
growing_keeps_the_content(void)
{
	struct buf b = {0};

	for (unsigned i = 0; i < 10000; i++)
		CU_ASSERT_EQUAL_FATAL(buf_printf(&b, "%05u", i), 0);
	CU_ASSERT_EQUAL(b.n, 50000);
	CU_ASSERT_EQUAL(memcmp(b.p, "0000000001", 10), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&b) + 49995, "09999");
	buf_free(&b);
}

static void
maximum_refuses_and_changes_nothing(void)
{
	struct buf b = {.max = 5};

	CU_ASSERT_EQUAL(buf_add(&b, "abc", 3), 0);
	CU_ASSERT_EQUAL(buf_add(&b, "def", 3), -1);
	CU_ASSERT_EQUAL(buf_printf(&b, "%s", "def"), -1);
	CU_ASSERT_PTR_NULL(buf_room(&b, 3));
	CU_ASSERT_PTR_NULL(buf_room(&b, SIZE_MAX));
	CU_ASSERT_STRING_EQUAL(buf_str(&b), "abc");
	CU_ASSERT_EQUAL(buf_add(&b, "de", 2), 0);
	buf_free(&b);
	CU_ASSERT_EQUAL(b.max, 5);
	CU_ASSERT_EQUAL(buf_add(&b, "abcdef", 6), -1);
	buf_free(&b);
}

static void
without_a_maximum_there_is_one(void)
{
	struct buf b = {0};

	CU_ASSERT_PTR_NULL(buf_room(&b, BUF_MAX + 1));
	CU_ASSERT_PTR_NOT_NULL(buf_room(&b, BUF_MAX));
	buf_free(&b);
}

static void
room_not_used_is_nul(void)
{
	struct buf b = {0};
	uint8_t *to;

	CU_ASSERT_EQUAL(buf_add_str(&b, "ab"), 0);
	to = buf_room(&b, 100);
	CU_ASSERT_PTR_NOT_NULL_FATAL(to);
	memset(to, 'c', 3);
	b.n += 3;
	CU_ASSERT_STRING_EQUAL(buf_str(&b), "abccc");
	buf_free(&b);
}

static void
cutting_keeps_the_beginning(void)
{
	struct buf b = {0};

	buf_cut(&b, 0);
	CU_ASSERT_PTR_NULL(b.p);
	CU_ASSERT_EQUAL(buf_add_str(&b, "abcdef"), 0);
	buf_cut(&b, 7);
	CU_ASSERT_STRING_EQUAL(buf_str(&b), "abcdef");
	buf_cut(&b, 3);
	CU_ASSERT_STRING_EQUAL(buf_str(&b), "abc");
	CU_ASSERT_EQUAL(b.n, 3);
	buf_free(&b);
}

static void
secret_is_a_copy_with_a_nul(void)
{
	char source[] = "hush";
	struct secret s = {0};

	CU_ASSERT_EQUAL(secret_set(&s, source, 4), 0);
	memset(source, 'x', 4);
	CU_ASSERT(view_eq(secret_view(&s), view_str("hush")));
	CU_ASSERT_EQUAL(s.p[4], 0);
	secret_free(&s);
	CU_ASSERT_PTR_NULL(s.p);
	CU_ASSERT_EQUAL(s.n, 0);
	secret_free(&s);
	CU_ASSERT_EQUAL(secret_set(&s, NULL, 0), 0);
	CU_ASSERT_EQUAL(s.n, 0);
	CU_ASSERT_EQUAL(secret_alloc(&(struct secret){0}, SIZE_MAX), -1);
	secret_free(&s);
}

static void
octet_strings_have_an_order(void)
{
	static const char *const sorted[] = {"", "a", "ab", "b", "ba", "\xff"};

	for (int i = 0; i < 6; i++)
		for (int j = 0; j < 6; j++) {
			int order = view_order(view_str(sorted[i]), view_str(sorted[j]));

			CU_ASSERT_EQUAL((order > 0) - (order < 0), (i > j) - (i < j));
		}
}

CU_TestInfo buf_tests[] = {
    T(octet_strings_have_an_order),
    T(views_compare_by_content),
    T(appending_keeps_a_nul_behind),
    T(growing_keeps_the_content),
    T(maximum_refuses_and_changes_nothing),
    T(without_a_maximum_there_is_one),
    T(room_not_used_is_nul),
    T(cutting_keeps_the_beginning),
    T(secret_is_a_copy_with_a_nul),
    CU_TEST_INFO_NULL,
};
