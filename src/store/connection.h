/* SPDX-License-Identifier: ISC
 *
 * The inside of a store; for the files of this layer only.
 */
#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include <hiredis/hiredis.h>

#include "store/store.h"

#define WORDS_MAX 40 /* of one command */

struct store {
	struct store_conf conf; /* strings owned */
	struct secret password, pepper;
	char *key;       /* the prefix in braces: the one key of every call */
	redisContext *c; /* NULL: not connected */
	struct store_server server;
	bool checked; /* the server of this connection has passed store_check */
	unsigned strangers;
	void *tls;         /* of store/tls.c */
	redisReply *state; /* the last answer of the function state; NULL: none yet */
	int64_t state_at;  /* when, clock_ms */
};

/* Sends a command and takes one reply within the deadline (clock_ms). -1: STORE, and the connection
 * is gone. *lost says that the server closed it, so that nothing may have been read. */
int link_send(struct store *s, size_t n, const struct view *words, struct err *e);
redisReply *link_reply(struct store *s, int64_t deadline, bool *lost, struct err *e);

/* Opens the connection: address (by the sentinels where there are any), TLS, user, database. -1:
 * STORE. */
int link_open(struct store *s, int64_t deadline, struct err *e);
void link_close(struct store *s);

/* A connection without user and database to "/path" or "ADDRESS:PORT". NULL: STORE. */
redisContext *link_dial(const char *address, int64_t deadline, struct err *e);

/* Where the primary is, as the sentinels say: "HOST:PORT". -1: STORE. */
int sentinel_find(const struct store_conf *c, int64_t deadline, char address[300], struct err *e);

/* Asks the server of the present connection what it is; whether that will do; whether it has our
 * library and our pepper. -1: STORE. */
int store_info(struct store *s, int64_t deadline, struct err *e);
int store_judge(const struct store_conf *c, const struct store_server *server, struct err *e);
int store_hello(struct store *s, int64_t deadline, struct err *e);

/* Judges the server of a fresh connection: role, persistence as the durability demands, library,
 * pepper, run id. -1: STORE. */
int store_check(struct store *s, int64_t deadline, struct err *e);

/* Starts TLS on a fresh connection. -1: STORE. Without TLS in hiredis tls_new fails with CONFIG. */
int tls_new(struct store *s, struct err *e);
int tls_start(struct store *s, const char *host, struct err *e);
void tls_free(struct store *s);

/* Adds what the store must know of a bearer, behind the arguments of the function itself; `text` is
 * for the words, to be freed after the call. `good`: the outcome of a token that is. -1: MEMORY. */
struct args;
struct bearer;
int bearer_args(const struct bearer *b, enum err_code good, struct args *a, struct buf *text,
    struct err *e) __attribute__((warn_unused_result));

/* Whether an answer refuses a token: TOKEN, TOKEN_PROFILE; name[64] is then whose it is, as far as
 * known. */
bool token_refused(struct store *s, const redisReply *r, char name[64], struct err *e);

/* The text of the library, and the hexadecimal SHA-256 of it as it was built. */
struct view library_text(void);
const char *library_digest(void);

/* A command and its one reply on the present connection. NULL: STORE. */
redisReply *link_command(
    struct store *s, int64_t deadline, struct err *e, size_t n, const struct view *words);

#endif
