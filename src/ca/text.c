/* SPDX-License-Identifier: ISC
 *
 * Plain text, character by character, in the UTF-8 of RFC 3629: no surrogate, nothing beyond
 * U+10FFFF, no overlong form (OpenSSL's reader refuses those), no control character.
 */
#include <limits.h>

#include <openssl/asn1.h>

#include "ca/text.h"

static bool
is_control(unsigned long c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

static bool
is_scalar(unsigned long c)
{
	return c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
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
		if (n <= 0 || is_control(c) || !is_scalar(c))
			return false;
	}
	if (chars != NULL)
		*chars = count;
	return true;
}
