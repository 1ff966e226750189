/* SPDX-License-Identifier: ISC
 *
 * Putting records back into a store that lost them, from the logs of the hosts or from a backup,
 * and reading them all for a backup. Rows go in batches; the same row again changes nothing.
 * Challenges and states of requests are never put back: one that was used would be alive again.
 */
#ifndef STORE_REBUILD_H
#define STORE_REBUILD_H

#include "ca/tbs.h"
#include "store/store.h"

/* A row, texts as the store keeps them; borrowed. In the order of PUT in rebuild.lua. */
struct put_row {
	struct view what; /* "issued", "intent", "revoked" */
	struct view ca, profile, serial;
	struct view at, not_after; /* milliseconds, seconds */
	struct view cert, subject, sans, source, by, spki, request, tbs;
	struct view revoked, why; /* seconds and reason; empty: it is not */
};

/* What a certificate says of its own row; owned. */
struct put_cert {
	char serial[2 * SERIAL_LEN + 1], not_after[24], spki[65], tbs[65];
	int64_t from, to; /* its validity, seconds since 1970 */
	struct buf subject, sans;
};

/* Reads a certificate in DER. In any case free it afterwards. -1: MESSAGE (it is none, or has a
 * serial number that RFC 5280 section 4.1.2.2 does not allow), MEMORY. */
int put_cert_read(struct view der, struct put_cert *c, struct err *e)
    __attribute__((warn_unused_result));
void put_cert_free(struct put_cert *c);

/* Puts what the certificate says into a row. */
void put_cert_fill(const struct put_cert *c, struct view der, struct put_row *row);

struct put {
	struct store *s;
	int64_t grace; /* seconds that records outlive certificates */
	struct buf batch;
	size_t rows;
	int64_t new, known, over,
	    unknown; /* what became of the rows; unknown: revoked, no record */
};

/* Adds a row; a full batch is sent. -1: STORE, MEMORY. */
int put_add(struct put *p, const struct put_row *row, struct err *e)
    __attribute__((warn_unused_result));

/* Sends what is left. -1: STORE. */
int put_flush(struct put *p, struct err *e) __attribute__((warn_unused_result));
void put_free(struct put *p);

/* Calls `each` with every record of an authority, by expiry; `revoked` is empty when it is not.
 * Non-zero ends it and is returned. -1: STORE. */
typedef int row_each(void *context, const struct put_row *row, struct err *e);
int store_dump(struct store *s, const char *ca, row_each *each, void *context, struct err *e)
    __attribute__((warn_unused_result));

/* A hash that a backup keeps: "off", "tokens", "install", "tk:...". `each` gets fields and values
 * in turn. */
struct hash_entry {
	int64_t ends; /* milliseconds; not above 0: never */
	struct view field, value;
};
typedef int hash_each(void *context, const struct hash_entry *entry, struct err *e);
int store_dump_hash(struct store *s, const char *name, hash_each *each, void *context,
    struct err *e) __attribute__((warn_unused_result));

/* Puts one field back unless it is there. -1: STORE. */
int store_put_hash(struct store *s, const char *name, const struct hash_entry *entry, struct err *e)
    __attribute__((warn_unused_result));

#endif
