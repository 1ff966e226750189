/* SPDX-License-Identifier: ISC
 *
 * From hosts to addresses, as far as that needs no name server.
 */
#include "base/resolve.h"

#include <string.h>

#include "suites.h"

static void
expect(const char *text, const char *wanted)
{
	struct addresses a = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(resolve_add(&a, text, &e), 0);
	CU_ASSERT_EQUAL_FATAL(a.n, 1);
	CU_ASSERT_STRING_EQUAL(a.v[0], wanted);
	addresses_free(&a);
	CU_ASSERT_EQUAL(a.n, 0);
}

static void
an_address_and_a_path_are_themselves(void)
{
	expect("/run/redis.sock", "/run/redis.sock");
	expect("192.0.2.1:6379", "192.0.2.1:6379");
	expect("[2001:db8::1]:6379", "[2001:db8::1]:6379");
	expect("127.1:6379", "127.0.0.1:6379"); /* a name to whoever does not look it up */
}

static void
all_are_kept_in_order(void)
{
	struct addresses a = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(resolve_add(&a, "192.0.2.2:1", &e), 0);
	CU_ASSERT_EQUAL(resolve_add(&a, "192.0.2.1:2", &e), 0);
	CU_ASSERT_EQUAL_FATAL(a.n, 2);
	CU_ASSERT_STRING_EQUAL(a.v[0], "192.0.2.2:1");
	CU_ASSERT_STRING_EQUAL(a.v[1], "192.0.2.1:2");
	addresses_free(&a);
}

static void
what_is_no_host_is_said(void)
{
	/* No label may be so long, so that nobody is asked. */
	static const char *const wrong[] = {"host", "host:", ":1", "",
	    "a123456789012345678901234567890123456789012345678901234567890123456789:1"};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct addresses a = {0};
		struct err e = ERR_INIT;

		CU_ASSERT_EQUAL(resolve_add(&a, wrong[i], &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
		CU_ASSERT_PTR_NOT_NULL(
		    strstr(e.detail, i < 4 ? "is no HOST:PORT" : "cannot be looked up"));
		addresses_free(&a);
	}
}

CU_TestInfo resolve_tests[] = {
    T(an_address_and_a_path_are_themselves),
    T(all_are_kept_in_order),
    T(what_is_no_host_is_said),
    CU_TEST_INFO_NULL,
};
