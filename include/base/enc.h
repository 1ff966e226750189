/* SPDX-License-Identifier: ISC
 *
 * Text encodings: hexadecimal, base64 in its strict form (RFC 4648 section 4), and the
 * percent-decoding and forgiving base64 that real SCEP clients need in a GET (requirements of RFC
 * 8894 section 4.1 as clients really meet them).
 */
#ifndef BASE_ENC_H
#define BASE_ENC_H

#include "base/buf.h"

/* Appends lower-case hexadecimal. -1: memory. */
int hex_write(struct buf *out, struct view in) __attribute__((warn_unused_result));

/* Appends the octets of an even number of hexadecimal digits of either case. -1: anything else, or
 * memory. */
int hex_read(struct buf *out, struct view in) __attribute__((warn_unused_result));

/* The same into out[2 * in.n + 1], NUL-terminated. */
void hex_of(struct view in, char *out);

/* Exactly n octets from 2 * n digits. -1: anything else. */
int hex_into(struct view in, uint8_t *out, size_t n) __attribute__((warn_unused_result));

/* Appends base64 with padding and without newlines. -1: memory. */
int base64_write(struct buf *out, struct view in) __attribute__((warn_unused_result));

/* Strict: the standard alphabet, padding as due, nothing else. -1: anything else, or memory. */
int base64_read(struct buf *out, struct view in) __attribute__((warn_unused_result));

/* Forgiving: standard and URL-safe alphabet, a space counts as '+', CR LF TAB are skipped, padding
 * may be missing, and what follows padding is ignored. -1: another character, an impossible length,
 * or memory. */
int base64_read_lenient(struct buf *out, struct view in) __attribute__((warn_unused_result));

/* Decodes %XX once. '+' stays '+'. A '%' that is not followed by two hexadecimal digits stays as it
 * is. -1: memory. */
int percent_read(struct buf *out, struct view in) __attribute__((warn_unused_result));

#endif
