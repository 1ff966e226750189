/* SPDX-License-Identifier: ISC
 *
 * What counts as plain text here: UTF-8 (RFC 3629) without control characters. Names in
 * certificates and challenges are held to it alike.
 */
#ifndef CA_TEXT_H
#define CA_TEXT_H

#include "base/buf.h"

/* Whether `in` is UTF-8 without control characters (U+0000 to U+001F, U+007F to U+009F); the empty
 * text is. *chars (may be NULL) is its number of characters. */
bool text_plain(struct view in, size_t *chars);

#endif
