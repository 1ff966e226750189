/* SPDX-License-Identifier: ISC
 *
 * See store/request.h and src/store/lua/queue.lua.
 */
#include "store/request.h"

#include <stdio.h>

#include "seal.h"
#include "store/call.h"
#include "walk.h"

/* The elements of a row: name, expiry, then the fields of QUEUE. */
static struct request_row
row_of(const redisReply *r)
{
	struct view state = reply_view(r, 2);

	return (struct request_row){.name = reply_view(r, 0),
	    .expires = reply_int(r, 1),
	    .state = state.n == 1 ? state.p[0] : 0,
	    .profile = reply_view(r, 3),
	    .authority = reply_view(r, 4),
	    .at = reply_int(r, 5),
	    .about = reply_view(r, 6),
	    .subject = reply_view(r, 7),
	    .sans = reply_view(r, 8),
	    .serial = reply_view(r, 9),
	    .decided = reply_int(r, 10),
	    .who = reply_view(r, 11)};
}

/* Whether the operator sees something else than a worker put there for him. */
static int
judge(const struct store *s, struct request_row *row, struct view seal, struct err *e)
{
	const struct shown shown = {row->profile, row->subject, row->sans, row->about};
	char name[REQUEST_NAME_LEN + 1], hex[65];

	if (row->state != REQUEST_PENDING && row->state != REQUEST_APPROVED)
		return 0;
	snprintf(name, sizeof name, "%.*s", (int)row->name.n, (const char *)row->name.p);
	if (shown_seal(s, name, &shown, hex, e) != 0)
		return -1;
	row->changed = !view_eq(seal, view_str(hex));
	return 0;
}

/* One row to `each`; what expired since it was listed has no state and is passed over. */
static int
give_row(const struct store *s, const redisReply *r, request_each each, void *arg, struct err *e)
{
	struct request_row row;

	if (r == NULL)
		return err_set(e, ERR_STORE, "a request of the wrong shape");
	row = row_of(r);
	if (row.state == 0)
		return 0;
	return judge(s, &row, reply_view(r, 12), e) == 0 ? each(arg, &row, e) : -1;
}

int
store_requests(struct store *s, const char *profile, request_each each, void *arg, struct err *e)
{
	struct place at = {0};
	int rc = 0;

	while (rc == 0 && !at.done) {
		struct args a = {0};
		redisReply *r;

		arg_str(&a, profile);
		place_args(&at, &a);
		if ((r = place_call(s, "requests", &a, &at, e)) == NULL)
			return -1;
		for (size_t i = 3; rc == 0 && i < r->elements; i++)
			rc = give_row(s, reply_array(r, i), each, arg, e);
		freeReplyObject(r);
	}
	return rc;
}

/* Of one list; *n goes on. */
static int
find_in(struct store *s, const char *list, const char *profile, const char *begins,
    char name[REQUEST_NAME_LEN + 1], int *n, struct err *e)
{
	struct place at = {0};

	while (*n < 2 && !at.done) {
		struct args a = {0};
		redisReply *r;

		arg_str(&a, profile);
		place_args(&at, &a);
		arg_str(&a, begins);
		arg_str(&a, list);
		if ((r = place_call(s, "requests_named", &a, &at, e)) == NULL)
			return -1;
		for (size_t i = 3; *n < 2 && i < r->elements; i++) {
			struct view found = reply_view(r, i);

			if (found.n == REQUEST_NAME_LEN && (*n)++ == 0)
				snprintf(name, REQUEST_NAME_LEN + 1, "%.*s", (int)found.n,
				    (const char *)found.p);
		}
		freeReplyObject(r);
	}
	return 0;
}

int
store_request_find(struct store *s, const char *profile, const char *begins,
    char name[REQUEST_NAME_LEN + 1], struct err *e)
{
	int n = 0;

	return find_in(s, "pq", profile, begins, name, &n, e) == 0 &&
	               find_in(s, "dq", profile, begins, name, &n, e) == 0
	           ? n
	           : -1;
}

int
store_request(struct store *s, const char *name, request_each each, void *arg, struct err *e)
{
	struct args a = {0};
	redisReply *r;
	int rc;

	arg_str(&a, name);
	if ((r = store_call(s, "request", &a, false, e)) == NULL)
		return -1;
	if (reply_is(r, "FOUND"))
		rc = give_row(s, reply_array(r, 1), each, arg, e);
	else
		rc = reply_is(r, "NONE") ? 1 : reply_strange(r, "request", e);
	freeReplyObject(r);
	return rc;
}

/* DONE | NONE | STATE word. */
static int
change(struct store *s, const char *function, const struct args *a, int *state, struct err *e)
{
	redisReply *r = store_call(s, function, a, true, e);
	struct view word;
	int rc;

	if (r == NULL)
		return -1;
	word = reply_view(r, 1);
	if (reply_is(r, "STATE") && word.n == 1) {
		*state = word.p[0];
		rc = 2;
	} else {
		rc = reply_is(r, "DONE")   ? 0
		     : reply_is(r, "NONE") ? 1
		                           : reply_strange(r, function, e);
	}
	freeReplyObject(r);
	return rc;
}

/* An approval in the making. */
struct decision {
	struct store *s;
	const char *name, *who;
	char word[WORD_SIZE];
};

static int
give_word(void *arg, const struct request_row *row, struct err *e)
{
	struct decision *d = arg;

	if (row->changed)
		return err_set(e, ERR_STORE,
		    "the request %.12s is not what the device sent: somebody has changed it in "
		    "the store",
		    d->name);
	return word_seal(d->s, d->name, row->profile, row->expires, d->who, d->word, e);
}

int
store_decide(
    struct store *s, const char *name, bool approve, const char *who, int *state, struct err *e)
{
	struct decision decision = {s, name, who, ""};
	struct args a = {0};
	int rc = approve ? store_request(s, name, give_word, &decision, e) : 0;

	if (rc != 0)
		return rc;
	arg_str(&a, name);
	arg_str(&a, approve ? "A" : "D");
	arg_str(&a, who);
	arg_str(&a, decision.word);
	return change(s, "decide", &a, state, e);
}

int
store_forget(struct store *s, const char *name, int *state, struct err *e)
{
	struct args a = {0};

	arg_str(&a, name);
	return change(s, "forget", &a, state, e);
}
