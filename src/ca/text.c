/* SPDX-License-Identifier: ISC
 *
 * Plain text, character by character, in the UTF-8 of RFC 3629: OpenSSL's reader refuses
 * surrogates, overlong forms and what lies beyond U+10FFFF; control characters are refused here.
 */
#include <limits.h>

#include <openssl/asn1.h>

#include "ca/text.h"

static bool
is_control(unsigned long c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

bool
text_plain(struct view in, size_t *chars)
{
	unsigned long c;
	size_t count = 0;
	int n;

	if (in.n > INT_MAX)
		return false;
	for (size_t i = 0; i < in.n; i += (size_t)n, count++) {
		n = UTF8_getc(in.p + i, (int)(in.n - i), &c);
		if (n <= 0 || is_control(c))
			return false;
	}
	if (chars != NULL)
		*chars = count;
	return true;
}
