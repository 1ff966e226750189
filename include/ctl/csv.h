/* SPDX-License-Identifier: ISC
 *
 * Comma-separated values (RFC 4180): a record is a line, a field may stand in quotes and then holds
 * commas, newlines and doubled quotes.
 */
#ifndef CTL_CSV_H
#define CTL_CSV_H

#include "base/buf.h"
#include "base/err.h"

#define CSV_FIELDS_MAX 64

struct csv {
	struct view rest;
	int line; /* of the record that was read last */
	int next; /* of the one behind it */
	struct buf text;
	const char *fields[CSV_FIELDS_MAX]; /* valid until the next record */
	size_t n;
};

/* Begins with a text, which is borrowed; a byte order mark is passed over. */
void csv_open(struct csv *c, struct view text);

/* The next record that is not empty: 1; 0 at the end. -1: USAGE (a quote that does not end or
 * stands in the middle, too many fields, a NUL), MEMORY. */
int csv_next(struct csv *c, struct err *e) __attribute__((warn_unused_result));
void csv_free(struct csv *c);

/* Appends a field, in quotes where it needs them. -1: memory. */
int csv_add(struct buf *out, const char *field) __attribute__((warn_unused_result));

#endif
