/* SPDX-License-Identifier: ISC
 *
 * Tells what our decoders make of a file, in the words of tests/data/recorded.facts.
 */
#ifndef TESTS_WIRE_TELL_H
#define TESTS_WIRE_TELL_H

#include "base/buf.h"

/* Appends lines. `kind`: "message", "envelope", "request", "certificates", "certificate" or
 * "issuer-and-subject". Fails the test when the kind is unknown or nothing can be told. */
void tell(const char *kind, struct view der, struct buf *out);

#endif
