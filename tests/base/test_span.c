/* SPDX-License-Identifier: ISC
 *
 * Durations: what is one, what is none, and the shortest text of each.
 */
#include <inttypes.h>

#include "base/span.h"
#include "suites.h"

#define DAY INT64_C(86400)

static void
read_and_written(void)
{
	static const struct {
		const char *text;
		int64_t seconds;
		const char *shortest;
	} rows[] = {
	    {"0", 0, "0"},
	    {"0d", 0, "0"},
	    {"1s", 1, "1s"},
	    {"90s", 90, "90s"},
	    {"60s", 60, "1m"},
	    {"60m", 3600, "1h"},
	    {"36h", 36 * 3600, "36h"},
	    {"14d", 14 * DAY, "14d"},
	    {"365d", 365 * DAY, "1y"},
	    {"366d", 366 * DAY, "366d"},
	    {"100y", 36500 * DAY, "100y"},
	    {"007m", 420, "7m"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char out[24];

		CU_ASSERT_EQUAL(span_read(rows[i].text), rows[i].seconds);
		span_write(rows[i].seconds, out);
		CU_ASSERT_STRING_EQUAL(out, rows[i].shortest);
	}
}

static void
not_a_duration(void)
{
	static const char *const texts[] = {"", "1", "60", "m", "-1s", "+1s", "1.5h", "1h30m",
	    " 1h", "1 h", "1h ", "1H", "1w", "0x1s", "101y", "36501d", "3153600001s",
	    "99999999999999999999s", "18446744073709551617s", "0x"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (span_read(texts[i]) != -1)
			CU_FAIL(texts[i]);
	CU_ASSERT_EQUAL(span_read("3153600000s"), 36500 * DAY);
}

static void
any_number_fits_its_place(void)
{
	char out[24];

	span_write(INT64_MAX, out);
	CU_ASSERT_STRING_EQUAL(out, "9223372036854775807s");
	span_write(INT64_MIN + 1, out);
	CU_ASSERT_STRING_EQUAL(out, "-9223372036854775807s");
}

CU_TestInfo span_tests[] = {
    T(read_and_written),
    T(not_a_duration),
    T(any_number_fits_its_place),
    CU_TEST_INFO_NULL,
};
