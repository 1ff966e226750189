/* SPDX-License-Identifier: ISC
 *
 * Calling a function of the library and taking its answer apart; for the verbs of this layer and
 * for scepctl's own. An answer is an array whose first element is a word; its shape is checked
 * before anything of it is used.
 */
#ifndef STORE_CALL_H
#define STORE_CALL_H

#include <hiredis/hiredis.h>

#include "store/store.h"

#define ARGS_MAX 32

/* Arguments in the making. Views are borrowed until the call; numbers are kept inside. */
struct args {
	struct view v[ARGS_MAX];
	char number[ARGS_MAX][24];
	size_t n;
};

void arg_view(struct args *a, struct view v);
void arg_str(struct args *a, const char *s);
void arg_int(struct args *a, int64_t n);

/* FCALL with the prefix of the pool as its key. With `durable` the effect has been confirmed as the
 * level demands before this returns. The caller frees the reply with freeReplyObject. NULL: STORE,
 * with the reason. */
redisReply *store_call(struct store *s, const char *function, const struct args *a, bool durable,
    struct err *e) __attribute__((warn_unused_result));

/* Any other command, for the administrator's and the operator's use. NULL: STORE; an error reply is
 * returned as a reply. */
redisReply *store_command(struct store *s, struct err *e, size_t n, const struct view *words)
    __attribute__((warn_unused_result));

/* Whether the answer begins with this word. */
bool reply_is(const redisReply *r, const char *word);

/* The i-th element as octets or a number, the empty view or 0 when it is not there or of another
 * type. Borrowed from the reply. */
struct view reply_view(const redisReply *r, size_t i);
int64_t reply_int(const redisReply *r, size_t i);

/* The i-th element when it is an array; NULL. */
const redisReply *reply_array(const redisReply *r, size_t i);

/* STORE: an answer that no function gives. */
int reply_strange(const redisReply *r, const char *function, struct err *e);

#endif
