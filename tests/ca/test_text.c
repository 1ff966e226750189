/* SPDX-License-Identifier: ISC
 *
 * Plain text by example: what passes with how many characters, and what does not.
 */
#include <string.h>

#include "ca/text.h"
#include "suites.h"

static void
plain_text_passes(void)
{
	static const struct {
		const char *text;
		size_t chars;
	} good[] = {
	    {"", 0}, {"abc", 3}, {" ~", 2}, {"z\xc3\xbcri", 4}, {"\xe2\x82\xac", 1},
	    {"\xf0\x9f\x94\x91", 1}, {"\xf4\x8f\xbf\xbf", 1}, /* U+10FFFF */
	};

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		size_t chars = 99;

		CU_ASSERT(text_plain(view_str(good[i].text), &chars));
		CU_ASSERT_EQUAL(chars, good[i].chars);
		CU_ASSERT(text_plain(view_str(good[i].text), NULL));
	}
}

static void
control_characters_do_not(void)
{
	static const char *const bad[] = {
	    "\x01", "a\tb", "a\n", "\x1f", "\x7f", "\xc2\x80", "\xc2\x9f"};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CU_ASSERT(!text_plain(view_str(bad[i]), NULL));
	CU_ASSERT(!text_plain(view_of("a\0b", 3), NULL));
	CU_ASSERT(text_plain(view_str("\xc2\xa0"), NULL));
}

static void
other_octets_do_not(void)
{
	static const char *const bad[] = {
	    "\x80",             /* a continuation alone */
	    "a\xc3",            /* cut short */
	    "\xc0\xaf",         /* overlong */
	    "\xed\xa0\x80",     /* a surrogate */
	    "\xf4\x90\x80\x80", /* beyond U+10FFFF */
	    "\xff",
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CU_ASSERT(!text_plain(view_str(bad[i]), NULL));
}

CU_TestInfo text_tests[] = {
    T(plain_text_passes),
    T(control_characters_do_not),
    T(other_octets_do_not),
    CU_TEST_INFO_NULL,
};
