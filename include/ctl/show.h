/* SPDX-License-Identifier: ISC
 *
 * Everything a command lists is built once, as JSON, and then printed either as JSON or as a table:
 * the two cannot disagree.
 */
#ifndef CTL_SHOW_H
#define CTL_SHOW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>
#include <openssl/x509.h>

#include "base/err.h"

struct column {
	const char *key, *title; /* key NULL ends */
};

/* An array of objects: as JSON, or as a table of the given columns (at most eight). -1: MEMORY
 * (also when `rows` is NULL). */
int show_rows(FILE *out, bool as_json, const json_t *rows, const struct column *columns,
    struct err *e) __attribute__((warn_unused_result));

/* A list that may be long, printed as it comes: as JSON one object a line, or as a table whose
 * columns are as wide as its first rows need. */
struct show_list {
	FILE *out;
	bool as_json;
	const struct column *columns;
	int widths[8];
	json_t *first; /* the rows until the widths are known; owned */
	size_t n;      /* how many were added */
};
void show_list_begin(struct show_list *l, FILE *out, bool as_json, const struct column *columns);

/* Takes over `row`. -1: MEMORY (also when it is NULL). */
int show_list_add(struct show_list *l, json_t *row, struct err *e)
    __attribute__((warn_unused_result));

/* In any case; prints nothing more when the list is to be given up. */
void show_list_end(struct show_list *l, bool give_up);

/* One object: as JSON, or a line a member. -1: MEMORY (also when `object` is NULL). */
int show_object(FILE *out, bool as_json, const json_t *object, struct err *e)
    __attribute__((warn_unused_result));

/* subject, issuer, serial, not_before, not_after, key, sha256, sha1 of a certificate; a new
 * reference, NULL: memory. */
json_t *show_cert(const X509 *cert);

/* "2051-03-01T12:00:00Z" into out[24]; "" when it cannot be read. */
void show_time(const ASN1_TIME *at, char out[24]);

/* The same of seconds since 1970; "" for 0. */
void show_seconds(int64_t at, char out[24]);

/* The serial in hexadecimal into out[48]. */
void show_serial(const X509 *cert, char out[48]);

#endif
