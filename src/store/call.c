/* SPDX-License-Identifier: ISC
 *
 * See store/call.h. Every function gives the same answer when it is called twice with the same
 * arguments, so a call whose connection turned out to be closed is made once more on a new one.
 */
#include "store/call.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "connection.h"

void
arg_view(struct args *a, struct view v)
{
	if (a->n < ARGS_MAX)
		a->v[a->n] = v;
	a->n++;
}

void
arg_str(struct args *a, const char *s)
{
	arg_view(a, view_str(s));
}

void
arg_int(struct args *a, int64_t n)
{
	if (a->n >= ARGS_MAX)
		return;
	snprintf(a->number[a->n], sizeof a->number[a->n], "%lld", (long long)n);
	arg_str(a, a->number[a->n]);
}

/* A connection whose server has been judged. */
static int
connected(struct store *s, int64_t deadline, struct err *e)
{
	if (s->c == NULL && link_open(s, deadline, e) != 0)
		return -1;
	if (!s->checked && store_check(s, deadline, e) != 0) {
		link_close(s);
		return -1;
	}
	s->checked = true;
	return 0;
}

int
store_ready(struct store *s, struct err *e)
{
	struct args none = {0};
	redisReply *r = store_call(s, "state", &none, false, e);

	if (r == NULL)
		return -1;
	freeReplyObject(r);
	return 0;
}

/* WAIT counts who has what this connection wrote, and newer servers let one pass that wrote
 * nothing. But refusals are final too, and may rest on what another connection wrote, or be those
 * of a primary that has been replaced and does not know it: so something is always written, behind
 * which everything that was seen lies. */
static int
send_wait(struct store *s, int64_t deadline, struct err *e)
{
	char replicas[24], ms[24];
	int64_t left = deadline - clock_ms();

	/* A little earlier than the deadline, so that too few is an answer and not silence. */
	snprintf(replicas, sizeof replicas, "%d", s->conf.replicas);
	snprintf(ms, sizeof ms, "%lld", (long long)(left > 20 ? left * 9 / 10 : 1));
	if (link_send(s, 4,
	        (struct view[]){view_str("FCALL"), view_str("scepd" STORE_PROTOCOL "_ready"),
	            view_str("1"), view_str(s->key)},
	        e) != 0)
		return -1;
	return link_send(
	    s, 3, (struct view[]){view_str("WAIT"), view_str(replicas), view_str(ms)}, e);
}

/* Takes the two replies. `needed`: enough replicas must have confirmed. */
static int
take_wait(struct store *s, int64_t deadline, bool needed, bool *lost, struct err *e)
{
	redisReply *written = link_reply(s, deadline, lost, e), *w = NULL;
	int rc = -1;

	if (written == NULL || (w = link_reply(s, deadline, lost, e)) == NULL)
		goto out;
	if (!needed)
		rc = 0;
	else if (written->type == REDIS_REPLY_ERROR)
		err_set(e, ERR_STORE, "%.200s", written->str);
	else if (w->type == REDIS_REPLY_INTEGER && w->integer >= s->conf.replicas)
		rc = 0;
	else
		err_set(e, ERR_STORE, "%lld of %d replicas have confirmed", w->integer,
		    s->conf.replicas);
	if (rc != 0)
		link_close(s);
out:
	freeReplyObject(written);
	freeReplyObject(w);
	return rc;
}

static int
send_call(struct store *s, const char *function, const struct args *a, bool wait, int64_t deadline,
    struct err *e)
{
	struct view words[WORDS_MAX];
	char name[64];

	snprintf(name, sizeof name, "scepd" STORE_PROTOCOL "_%s", function);
	words[0] = view_str("FCALL");
	words[1] = view_str(name);
	words[2] = view_str("1");
	words[3] = view_str(s->key);
	memcpy(words + 4, a->v, a->n * sizeof *a->v);
	if (link_send(s, a->n + 4, words, e) != 0)
		return -1;
	return wait ? send_wait(s, deadline, e) : 0;
}

static redisReply *
call_once(struct store *s, const char *function, const struct args *a, bool wait, int64_t deadline,
    bool *lost, struct err *e)
{
	redisReply *r;

	*lost = false;
	if (connected(s, deadline, e) != 0 || send_call(s, function, a, wait, deadline, e) != 0 ||
	    (r = link_reply(s, deadline, lost, e)) == NULL)
		return NULL;
	if (!wait || take_wait(s, deadline, r->type != REDIS_REPLY_ERROR, lost, e) == 0)
		return r;
	freeReplyObject(r);
	return NULL;
}

redisReply *
store_call(struct store *s, const char *function, const struct args *a, bool durable, struct err *e)
{
	int64_t deadline = clock_ms() + s->conf.timeout_ms;
	bool wait = durable && s->conf.durability == DURABILITY_REPLICATED && s->conf.replicas > 0;
	bool was_open = s->c != NULL, lost;
	struct err first = ERR_INIT;
	redisReply *r;

	if (a->n > ARGS_MAX) {
		err_set(e, ERR_INTERNAL, "%s: too many arguments", function);
		return NULL;
	}
	r = call_once(s, function, a, wait, deadline, &lost, &first);
	if (r == NULL && lost && was_open)
		r = call_once(s, function, a, wait, deadline, &lost, e);
	else if (r == NULL)
		err_set(e, first.code, "%s", first.detail);
	if (r == NULL)
		return NULL;
	if (r->type == REDIS_REPLY_ARRAY && r->elements >= 1)
		return r;
	err_set(e, ERR_STORE, "%s: %.200s", function,
	    r->type == REDIS_REPLY_ERROR ? r->str : "an answer of the wrong shape");
	freeReplyObject(r);
	/* Whatever the error means (read-only, no memory, no such function), the next request looks
	 * at the server anew. */
	link_close(s);
	return NULL;
}

redisReply *
store_command(struct store *s, struct err *e, size_t n, const struct view *words)
{
	int64_t deadline = clock_ms() + s->conf.timeout_ms;

	if (s->c == NULL && link_open(s, deadline, e) != 0)
		return NULL;
	return link_command(s, deadline, e, n, words);
}

bool
reply_is(const redisReply *r, const char *word)
{
	return view_eq(reply_view(r, 0), view_str(word));
}

struct view
reply_view(const redisReply *r, size_t i)
{
	if (r->type != REDIS_REPLY_ARRAY || i >= r->elements ||
	    (r->element[i]->type != REDIS_REPLY_STRING &&
	        r->element[i]->type != REDIS_REPLY_STATUS))
		return (struct view){0};
	return view_of(r->element[i]->str, (size_t)r->element[i]->len);
}

int64_t
reply_int(const redisReply *r, size_t i)
{
	if (r->type != REDIS_REPLY_ARRAY || i >= r->elements)
		return 0;
	if (r->element[i]->type == REDIS_REPLY_INTEGER)
		return r->element[i]->integer;
	return r->element[i]->type == REDIS_REPLY_STRING ? strtoll(r->element[i]->str, NULL, 10)
	                                                 : 0;
}

const redisReply *
reply_array(const redisReply *r, size_t i)
{
	return r->type == REDIS_REPLY_ARRAY && i < r->elements &&
	               r->element[i]->type == REDIS_REPLY_ARRAY
	           ? r->element[i]
	           : NULL;
}

int
reply_strange(const redisReply *r, const char *function, struct err *e)
{
	struct view word = reply_view(r, 0);

	return err_set(e, ERR_STORE, "%s: strange answer %.*s", function,
	    (int)(word.n < 20 ? word.n : 20), word.n > 0 ? (const char *)word.p : "");
}
