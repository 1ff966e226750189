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

/* `ber` must be exactly one element, definite or indefinite, with every child inside its parent; up
 * to three trailing octets out of CR, LF and NUL are tolerated. On success *n is the length without
 * them. Primitive content is not entered. -1: MESSAGE (malformed, cut short, octets left over),
 * LIMITS (depth or number of elements). */
int tlv_walk(struct view ber, size_t *n, struct err *e) __attribute__((warn_unused_result));

#endif
