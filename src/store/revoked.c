/* SPDX-License-Identifier: ISC
 *
 * See store/revoked.h and src/store/lua/revoke.lua.
 */
#include "store/revoked.h"

#include <stdio.h>
#include <string.h>

#include "connection.h"
#include "walk.h"

int
store_revoke(struct store *s, const struct revocation *r, enum revoked_state *state, struct err *e)
{
	struct args a = {0};
	redisReply *reply;
	int rc = 0;

	arg_str(&a, r->authority);
	arg_str(&a, r->serial);
	if (r->at > 0)
		arg_int(&a, r->at);
	else
		arg_str(&a, "");
	arg_str(&a, r->reason);
	if (r->not_after > 0)
		arg_int(&a, r->not_after);
	else
		arg_str(&a, "");
	if ((reply = store_call(s, "revoke", &a, true, e)) == NULL)
		return -1;
	if (reply_is(reply, "DONE"))
		*state = REVOKED_NOW;
	else if (reply_is(reply, "SAME"))
		*state = REVOKED_BEFORE;
	else if (reply_is(reply, "UNKNOWN"))
		*state = REVOKED_UNKNOWN;
	else
		rc = reply_strange(reply, "revoke", e);
	freeReplyObject(reply);
	return rc;
}

/* serial, end, "seconds reason" */
static int
give(const redisReply *row, revoked_each each, void *arg, struct err *e)
{
	struct view why, reason;
	const uint8_t *space;

	if (row == NULL || row->elements != 3)
		return err_set(e, ERR_STORE, "revoked: a row of the wrong shape");
	why = reply_view(row, 2);
	space = why.n > 0 ? memchr(why.p, ' ', why.n) : NULL;
	reason = space != NULL ? view_of(space + 1, (size_t)(why.p + why.n - space - 1)) : why;
	return each(arg,
	    &(struct revoked_row){.serial = reply_view(row, 0),
	        .reason = reason,
	        .at = reply_int(row, 2), /* as far as the space */
	        .not_after = reply_int(row, 1)},
	    e);
}

int
store_revoked_each(
    struct store *s, const char *authority, revoked_each each, void *arg, struct err *e)
{
	struct place at = {0};
	int rc = 0;

	while (rc == 0 && !at.done) {
		struct args a = {0};
		redisReply *r;

		arg_str(&a, authority);
		place_args(&at, &a);
		if ((r = place_call(s, "revoked", &a, &at, e)) == NULL)
			return -1;
		for (size_t i = 3; rc == 0 && i < r->elements; i++)
			rc = give(reply_array(r, i), each, arg, e);
		freeReplyObject(r);
	}
	return rc;
}

bool
store_superseded_due(const struct store *s)
{
	return s->state != NULL && reply_int(s->state, 4) > 0;
}

static void
text(char *out, size_t size, struct view v)
{
	snprintf(out, size, "%.*s", (int)v.n, v.n > 0 ? (const char *)v.p : "");
}

int
store_superseded(struct store *s, struct superseded out[SUPERSEDED_MAX], size_t *n, struct err *e)
{
	struct args none = {0};
	redisReply *r = store_call(s, "superseded", &none, true, e);
	int rc = 0;

	*n = 0;
	if (r == NULL)
		return -1;
	if (!reply_is(r, "DUE"))
		rc = reply_strange(r, "superseded", e);
	for (size_t i = 1; rc == 0 && i < r->elements && *n < SUPERSEDED_MAX; i++) {
		const redisReply *row = reply_array(r, i);

		if (row == NULL || row->elements != 3) {
			rc = err_set(e, ERR_STORE, "superseded: a row of the wrong shape");
			break;
		}
		text(out[*n].authority, sizeof out[*n].authority, reply_view(row, 0));
		text(out[*n].serial, sizeof out[*n].serial, reply_view(row, 1));
		out[*n].not_after = reply_int(row, 2);
		++*n;
	}
	freeReplyObject(r);
	return rc;
}
