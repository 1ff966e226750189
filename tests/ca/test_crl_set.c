/* SPDX-License-Identifier: ISC
 *
 * Sets of revoked serial numbers: what goes in is found again, and nothing else.
 */
#include <string.h>

#include "ca/crl_set.h"
#include "suites.h"

static int
add(struct crl_set *s, const char *serial, const char *reason, time_t at, time_t not_after)
{
	struct err e = ERR_INIT;
	int rc = crl_set_add(s, view_str(serial), view_str(reason), at, not_after, &e);

	CU_ASSERT_EQUAL(e.code, rc == 0 ? ERR_OK : ERR_CRL);
	return rc;
}

static const struct crl_entry *
find(struct crl_set *s, const char *octets, size_t n)
{
	return crl_set_find(s, view_of(octets, n));
}

static void
what_goes_in_is_found(void)
{
	struct crl_set s = {0};
	const struct crl_entry *one;

	CU_ASSERT_PTR_NULL(find(&s, "\x01", 1));
	for (int i = 0; i < 1000; i++) {
		char hex[5];

		snprintf(hex, sizeof hex, "%04x", (i * 7919) % 65536);
		CU_ASSERT_EQUAL(add(&s, hex, "superseded", i, 2 * i), 0);
	}
	CU_ASSERT_EQUAL(add(&s, "01", "keyCompromise", 5, 6), 0);
	for (int i = 0; i < 1000; i++) {
		int n = (i * 7919) % 65536;
		char octets[2] = {(char)(n >> 8), (char)n};

		one = find(&s, octets, 2);
		CU_ASSERT_FATAL(one != NULL && one->at == i && one->not_after == 2 * i);
		CU_ASSERT_EQUAL(one->reason, 4);
	}
	/* Neither a part of one nor one with more in front of it. */
	one = find(&s, "\x01", 1);
	CU_ASSERT_FATAL(one != NULL && one->at == 5 && one->reason == 1);
	CU_ASSERT_PTR_NULL(find(&s, "\x02", 1));
	CU_ASSERT_PTR_NULL(find(&s, "\x00\x00\x01", 3));
	CU_ASSERT_PTR_NULL(find(&s, "", 0));
	CU_ASSERT_PTR_NULL(find(&s, "123456789012345678901", 21));
	crl_set_free(&s);
	CU_ASSERT_EQUAL(s.n, 0);
}

static void
what_is_no_serial_is_refused(void)
{
	static const char *const bad[] = {
	    "", "0", "abc", "xy", "01 ", "000102030405060708090a0b0c0d0e0f1011121314"};
	struct crl_set s = {0};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CU_ASSERT_EQUAL(add(&s, bad[i], "superseded", 1, 2), -1);
	CU_ASSERT_EQUAL(s.n, 0);
	CU_ASSERT_EQUAL(add(&s, "000102030405060708090a0b0c0d0e0f10111213", "x", 1, 2), 0);
	crl_set_free(&s);
}

/* Of two ends the later one counts; what one of them lacks is there. */
static void
sets_are_merged(void)
{
	struct crl_set a = {0}, b = {0};
	struct err e = ERR_INIT;
	struct buf text = {0};

	CU_ASSERT_EQUAL(add(&a, "01", "superseded", 1, 10), 0);
	CU_ASSERT_EQUAL(add(&a, "02", "superseded", 1, 30), 0);
	CU_ASSERT_EQUAL(add(&b, "02", "superseded", 1, 20), 0);
	CU_ASSERT_EQUAL(add(&b, "01", "superseded", 1, 20), 0);
	CU_ASSERT_EQUAL(add(&b, "03", "superseded", 1, 20), 0);
	CU_ASSERT_EQUAL(crl_set_merge(&a, &b, &e), 0);
	CU_ASSERT_EQUAL(crl_set_write(&a, &text, &e), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&text), "01 20\n02 30\n03 20\n");
	CU_ASSERT_PTR_NOT_NULL(find(&a, "\x03", 1));
	crl_set_free(&a);
	crl_set_free(&b);
	buf_free(&text);
}

static void
what_is_remembered_is_read_back(void)
{
	struct crl_set s = {0}, again = {0};
	struct buf text = {0};
	struct err e = ERR_INIT;
	const struct crl_entry *one;

	CU_ASSERT_EQUAL(add(&s, "0a0b", "superseded", 1, 4000000000), 0);
	CU_ASSERT_EQUAL(add(&s, "0c", "superseded", 1, 7), 0);
	CU_ASSERT_EQUAL(crl_set_write(&s, &text, &e), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&text), "0a0b 4000000000\n0c 7\n");
	CU_ASSERT_EQUAL(crl_set_read(&again, buf_view(&text), &e), 0);
	CU_ASSERT_EQUAL(again.n, 2);
	one = find(&again, "\x0a\x0b", 2);
	CU_ASSERT(one != NULL && one->not_after == 4000000000);
	crl_set_free(&again);
	/* What cannot be understood is passed over, also where the text was torn. */
	CU_ASSERT_EQUAL(crl_set_read(&again, view_str("xx 5\n\n0a\nabc 4\n0d 9\n0e"), &e), 0);
	CU_ASSERT_EQUAL(again.n, 1);
	CU_ASSERT_PTR_NOT_NULL(find(&again, "\x0d", 1));
	crl_set_free(&again);
	crl_set_free(&s);
	buf_free(&text);
}

static void
reasons_are_those_of_the_rfc(void)
{
	static const struct {
		const char *name;
		int code;
		bool final;
	} all[] = {{"unspecified", 0, true}, {"keyCompromise", 1, true}, {"cACompromise", 2, false},
	    {"affiliationChanged", 3, true}, {"superseded", 4, true},
	    {"cessationOfOperation", 5, true}, {"certificateHold", 6, false},
	    {"removeFromCRL", 8, false}, {"privilegeWithdrawn", 9, true},
	    {"aACompromise", 10, false}};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		CU_ASSERT_EQUAL(crl_reason_read(view_str(all[i].name)), all[i].code);
		CU_ASSERT_STRING_EQUAL(crl_reason_name(all[i].code), all[i].name);
		CU_ASSERT_EQUAL(crl_reason_final(all[i].code), all[i].final);
	}
	CU_ASSERT_EQUAL(crl_reason_read(view_str("keycompromise")), -1);
	CU_ASSERT_EQUAL(crl_reason_read(view_str("")), -1);
	CU_ASSERT_PTR_NULL(crl_reason_name(7));
	CU_ASSERT_PTR_NULL(crl_reason_name(11));
	CU_ASSERT_PTR_NULL(crl_reason_name(-1));
	CU_ASSERT_FALSE(crl_reason_final(-1));
}

CU_TestInfo crl_set_tests[] = {
    T(what_goes_in_is_found),
    T(what_is_no_serial_is_refused),
    T(sets_are_merged),
    T(what_is_remembered_is_read_back),
    T(reasons_are_those_of_the_rfc),
    CU_TEST_INFO_NULL,
};
