/* SPDX-License-Identifier: ISC
 *
 * The index.txt of "openssl ca", which micromdm's depot and many scripts keep too: a line a
 * certificate, with what became of it.
 */
#ifndef CTL_INDEX_TXT_H
#define CTL_INDEX_TXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "ca/tbs.h"

struct index_row {
	char serial[2 * SERIAL_LEN + 1]; /* hexadecimal as in our records */
	bool revoked;
	int64_t expires;    /* seconds; read of revoked ones alone, as the rest is */
	int64_t at;         /* seconds, when it was revoked */
	const char *reason; /* as RFC 5280 section 5.3.1 spells it */
};

/* Calls `each` for every line, in their order; non-zero ends it and is returned. -1: FILE, MESSAGE
 * (naming the line). */
int index_read(const char *path, int (*each)(void *arg, const struct index_row *row, struct err *e),
    void *arg, struct err *e) __attribute__((warn_unused_result));

/* A serial number in hexadecimal as other programs write it (capitals, colons, leading zeros) in
 * the form of our records, into out[41]. -1: USAGE. */
int serial_read(const char *given, char out[2 * SERIAL_LEN + 1], struct err *e)
    __attribute__((warn_unused_result));

#endif
