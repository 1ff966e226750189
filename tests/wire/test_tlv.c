/* SPDX-License-Identifier: ISC
 *
 * The walk over BER: good shapes pass, and each hostile one is refused for its own reason. Real
 * messages pass as well.
 */
#include <string.h>

#include "base/enc.h"
#include "fixtures.h"
#include "wire/tlv.h"
#include "suites.h"

static void
check(struct view ber, enum err_code code, const char *why)
{
	struct err e = ERR_INIT;
	size_t n = 0;
	int rc = tlv_walk(ber, &n, &e);

	CU_ASSERT_EQUAL(rc, code == ERR_OK ? 0 : -1);
	CU_ASSERT_EQUAL(e.code, code);
	if (why != NULL && strstr(e.detail, why) == NULL)
		CU_FAIL(why);
}

static void
check_hex(const char *hex, enum err_code code, const char *why)
{
	struct buf ber = {0};

	CU_ASSERT_EQUAL_FATAL(hex_read(&ber, view_str(hex)), 0);
	check(buf_view(&ber), code, why);
	buf_free(&ber);
}

static void
good_shapes(void)
{
	static const char *const good[] = {
	    "0500",
	    "3000",
	    "30030101ff",
	    "30800000",
	    "3080020100308004010000000000",
	    "24800401aa0401bb0000",
	    "308200050403616263",
	    "30840000000402020102",
	    "1f8101010a",
	    "bf8f7f00",
	    "04820000",
	    "048101aa",
	};

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		check_hex(good[i], ERR_OK, NULL);
}

static void
malformed_shapes(void)
{
	static const struct {
		const char *hex, *why;
	} rows[] = {
	    {"", "cut short"},
	    {"30", "no length"},
	    {"0000", "out of place"},
	    {"30020000", "out of place"},
	    {"308002010000", "out of place"},
	    {"3080", "cut short"},
	    {"30800001", "out of place"},
	    {"308000", "out of place"},
	    {"3080020100", "cut short"},
	    {"308030800201000000", "cut short"},
	    {"3005020100", "longer than"},
	    {"300402030102ff", "longer than"},
	    {"3003020200", "longer than"},
	    {"300330800500", "no length"},
	    {"3004308005000000", "cut short"},
	    {"300104", "no length"},
	    {"30030482000500", "too many octets"},
	    {"04800000", "primitive of indefinite"},
	    {"0484ffffffff00", "longer than"},
	    {"3084ffffffff00", "longer than"},
	    {"0485000000000100", "too many octets"},
	    {"3088ffffffffffffffff", "too many octets"},
	    {"30ff", "too many octets"},
	    {"3083ffff", "too many octets"},
	    {"1f", "tag without"},
	    {"1f81", "tag without"},
	    {"1f818181810100", "tag without"},
	    {"30021f810100", "tag without"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_hex(rows[i].hex, ERR_MESSAGE, rows[i].why);
}

static void
what_may_follow(void)
{
	static const struct {
		const char *hex;
		enum err_code code;
	} rows[] = {{"30000d0a00", ERR_OK}, {"30000a", ERR_OK}, {"3000000000", ERR_OK},
	    {"300000000000", ERR_MESSAGE}, {"300020", ERR_MESSAGE}, {"30003000", ERR_MESSAGE}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_hex(rows[i].hex, rows[i].code, NULL);
}

static void
length_is_without_what_follows(void)
{
	struct err e = ERR_INIT;
	size_t n = 0;

	CU_ASSERT_EQUAL(tlv_walk(view_of("\x30\x80\x05\x00\x00\x00\r\n", 8), &n, &e), 0);
	CU_ASSERT_EQUAL(n, 6);
}

/* One SEQUENCE with `n` NULLs in it. */
static void
wide(struct buf *b, size_t n)
{
	uint8_t head[] = {0x30, 0x82, (uint8_t)(2 * n >> 8), (uint8_t)(2 * n)};

	CU_ASSERT_EQUAL_FATAL(buf_add(b, head, 4), 0);
	for (size_t i = 0; i < n; i++)
		CU_ASSERT_EQUAL_FATAL(buf_add(b, "\x05\x00", 2), 0);
}

static void
too_many_elements(void)
{
	static const struct {
		size_t n;
		enum err_code code;
	} rows[] = {{TLV_ELEMENTS_MAX - 1, ERR_OK}, {TLV_ELEMENTS_MAX, ERR_LIMITS},
	    {3000, ERR_LIMITS}, {30000, ERR_LIMITS}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf b = {0};

		wide(&b, rows[i].n);
		check(buf_view(&b), rows[i].code, rows[i].code == ERR_OK ? NULL : "elements");
		buf_free(&b);
	}
}

static void
too_deep(void)
{
	static const struct {
		size_t depth;
		enum err_code code;
	} rows[] = {{TLV_DEPTH_MAX, ERR_OK}, {TLV_DEPTH_MAX + 1, ERR_LIMITS}, {20000, ERR_LIMITS}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf open = {0}, definite = {0};
		uint8_t *to;

		for (size_t d = 0; d < rows[i].depth; d++)
			CU_ASSERT_EQUAL_FATAL(buf_add(&open, "\x30\x80", 2), 0);
		to = buf_room(&open, 2 * rows[i].depth);
		CU_ASSERT_PTR_NOT_NULL_FATAL(to);
		memset(to, 0, 2 * rows[i].depth);
		open.n += 2 * rows[i].depth;
		check(buf_view(&open), rows[i].code, rows[i].code == ERR_OK ? NULL : "deeper");
		for (size_t d = 0; rows[i].depth < 100 && d < rows[i].depth; d++) {
			uint8_t head[] = {0x30, (uint8_t)(2 * (rows[i].depth - d - 1))};

			CU_ASSERT_EQUAL_FATAL(buf_add(&definite, head, 2), 0);
		}
		if (definite.n > 0)
			check(buf_view(&definite), rows[i].code, NULL);
		buf_free(&open);
		buf_free(&definite);
	}
}

static void
object_identifiers_are_short(void)
{
	uint8_t der[4 + TLV_OID_MAX + 1] = {0x30, TLV_OID_MAX + 2, 0x06, TLV_OID_MAX};

	check(view_of(der, 4 + TLV_OID_MAX), ERR_OK, NULL);
	der[1]++;
	der[3]++;
	check(view_of(der, sizeof der), ERR_LIMITS, "an object identifier of 65 octets");
	der[2] = 0x04;
	check(view_of(der, sizeof der), ERR_OK, NULL);
}

static void
real_messages_pass_and_cut_ones_do_not(void)
{
	static const char *const names[] = {"live_certmonger_rekey19_get.der",
	    "live_strongswan_rsapss.der", "live_strongswan_RenewalReq17.inner.der"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct buf ber = {0};
		struct err e = ERR_INIT;
		size_t n = 0;

		CU_ASSERT_EQUAL_FATAL(fixture_live(names[i], &ber), 0);
		CU_ASSERT_EQUAL(tlv_walk(buf_view(&ber), &n, &e), 0);
		CU_ASSERT_EQUAL(n, ber.n);
		for (size_t cut = 0; cut < ber.n; cut += 7)
			check(view_of(ber.p, cut), ERR_MESSAGE, NULL);
		buf_free(&ber);
	}
}

static void
captured_messages_pass(void)
{
	static const char *const names[] = {"apple_ios_2012_PKCSReq.der",
	    "apple_ios_2013_PKCSReq.der", "windows_PKCSReq.der", "ejbca_pixscep_PKCSReq.der",
	    "ericsson_2015_GetCertInitial.der", "mdm_comodo_ber_PKCSReq_2016.der",
	    "ndes_CertRep_nocerts_mixedBER.der"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct buf ber = {0};

		if (fixture_captured(names[i], &ber) == 0)
			check(buf_view(&ber), ERR_OK, NULL);
		buf_free(&ber);
	}
}

CU_TestInfo tlv_tests[] = {
    T(good_shapes),
    T(malformed_shapes),
    T(what_may_follow),
    T(length_is_without_what_follows),
    T(too_many_elements),
    T(too_deep),
    T(object_identifiers_are_short),
    T(real_messages_pass_and_cut_ones_do_not),
    T(captured_messages_pass),
    CU_TEST_INFO_NULL,
};
