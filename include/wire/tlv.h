/* SPDX-License-Identifier: ISC
 *
 * A cheap walk over BER before any library sees it: bounds depth, number of elements and every
 * length, so that what follows is spent on messages of a sane shape only.
 */
#ifndef WIRE_TLV_H
#define WIRE_TLV_H

#include "base/buf.h"
#include "base/err.h"

#define TLV_DEPTH_MAX 32
#define TLV_ELEMENTS_MAX 2000
#define TLV_OID_MAX 64 /* octets of an OBJECT IDENTIFIER: OpenSSL prints one in quadratic time */

/* `ber` must be exactly one element, definite or indefinite, with every child inside its parent; up
 * to three trailing octets out of CR, LF and NUL are tolerated. On success *n is the length without
 * them. Primitive content is not entered. -1: MESSAGE (malformed, cut short, octets left over),
 * LIMITS (depth, number of elements, length of an OBJECT IDENTIFIER). */
int tlv_walk(struct view ber, size_t *n, struct err *e) __attribute__((warn_unused_result));

#endif
