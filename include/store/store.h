/* SPDX-License-Identifier: ISC
 *
 * The store: what all workers of all hosts agree on, in Redis or Valkey, behind the functions of
 * one library (src/store/lua). One connection a process; one monotonic deadline an operation; the
 * connection is dropped after any error, because what comes late would be read as the answer to
 * something else. Every verb of this layer either has its effect recorded as durably as configured
 * or fails with STORE, and then nothing may be issued.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define STORE_PEPPER_LEN 32

/* What a change survives: nothing is promised; power loss of the one server; loss of the primary,
 * as far as every replica that may be promoted has confirmed. */
enum durability { DURABILITY_NONE, DURABILITY_FSYNC, DURABILITY_REPLICATED };

struct store_conf {
	char *server; /* "/path" (Unix) or "HOST:PORT" as configured; "" with sentinels */
	/* Where that is, addresses and no names, to be tried in this order; owned. None: `server`
	 * is an address or a path itself. */
	char **addresses;
	size_t n_addresses;
	char **sentinels; /* "HOST:PORT" each, addresses when the store is made; owned */
	size_t n_sentinels;
	char *primary;       /* its name among the sentinels */
	char *user;          /* "": none */
	char *password_file; /* absolute; "": none */
	char *pepper_file;   /* absolute */
	char *prefix;        /* of all keys: [A-Za-z0-9._-]+ */
	int database;
	int64_t timeout_ms; /* of one operation, connecting included */
	enum durability durability;
	int replicas; /* that must confirm, for DURABILITY_REPLICATED */
	bool strict;  /* 503 when the server is not the one that was verified */
	bool tls;
	char *tls_ca_file; /* absolute; "": the system's */
	char *tls_name;    /* expected in the certificate; "": the host of `server` */
};

struct store;

/* Copies what it needs and reads nothing; `password` and `pepper` (STORE_PEPPER_LEN octets) are
 * copied and wiped at the end. Connects at the first use. The caller frees. NULL: MEMORY, CONFIG
 * (TLS wanted and not built in). */
struct store *store_new(
    const struct store_conf *c, struct view password, struct view pepper, struct err *e);
void store_free(struct store *s);

/* Connects unless connected, and has the server answer. -1: STORE. */
int store_ready(struct store *s, struct err *e) __attribute__((warn_unused_result));

/* HMAC-SHA-256 under the pepper over `what`, a zero octet and `data`: what is kept instead of a
 * challenge, and the seal of a plan. -1: memory. */
int store_mac(const struct store *s, const char *what, struct view data, uint8_t mac[32])
    __attribute__((warn_unused_result));

/* The server's version, run id and role as they were when the connection was made; "" before. For
 * scepctl and the log. */
struct store_server {
	char version[32], run_id[64], role[16], policy[32];
	bool valkey, aof, aof_ok, loading;
	int replicas;
};
const struct store_server *store_server(const struct store *s);

/* How often a connection met a run id that the administrator has not verified. */
unsigned store_strangers(const struct store *s);

#endif
