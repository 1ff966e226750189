/* SPDX-License-Identifier: ISC
 *
 * See store/record.h and src/store/lua/record.lua.
 */
#include "store/record.h"

#include "store/call.h"
#include "walk.h"

/* The fields of RECORD, from element `i` of a reply on. */
static struct record
record_of(const char *authority, struct view serial, const redisReply *r, size_t i)
{
	return (struct record){.authority = authority,
	    .serial = serial,
	    .der = reply_view(r, i),
	    .profile = reply_view(r, i + 1),
	    .subject = reply_view(r, i + 2),
	    .sans = reply_view(r, i + 3),
	    .not_after = reply_int(r, i + 4),
	    .at = reply_int(r, i + 5),
	    .source = reply_view(r, i + 6),
	    .by = reply_view(r, i + 7),
	    .spki = reply_view(r, i + 8),
	    .request = reply_view(r, i + 9),
	    .revoked = reply_view(r, i + 10).n > 0,
	    .revoked_at = reply_int(r, i + 10),
	    .why = reply_view(r, i + 11)};
}

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static redisReply *
call_certs(struct store *s, const char *authority, const struct record_filter *f, struct place *at,
    struct err *e)
{
	struct args a = {0};

	arg_str(&a, authority);
	place_args(at, &a);
	arg_str(&a, or_empty(f->profile));
	arg_str(&a, or_empty(f->subject));
	arg_str(&a, or_empty(f->source));
	if (f->within > 0)
		arg_int(&a, f->within);
	else
		arg_str(&a, "");
	arg_str(&a, f->der ? "1" : "");
	arg_str(&a, or_empty(f->request));
	return place_call(s, "certs", &a, at, e);
}

int
store_certs(struct store *s, const char *authority, const struct record_filter *f, record_each each,
    void (*progress)(void *arg, int64_t seen, int64_t total), void *arg, struct err *e)
{
	struct place at = {0};
	int64_t seen = 0;
	int rc = 0;

	while (rc == 0 && !at.done) {
		redisReply *r = call_certs(s, authority, f, &at, e);

		if (r == NULL)
			return -1;
		for (size_t i = 5; rc == 0 && i < r->elements; i++) {
			const redisReply *row = reply_array(r, i);
			struct record one;

			if (row == NULL) {
				rc = reply_strange(r, "certs", e);
				break;
			}
			one = record_of(authority, reply_view(row, 0), row, 1);
			rc = each(arg, &one, e);
		}
		seen += reply_int(r, 3);
		if (progress != NULL)
			progress(arg, seen, reply_int(r, 4));
		freeReplyObject(r);
	}
	return rc;
}

int
store_cert(struct store *s, const char *authority, const char *serial, record_each each, void *arg,
    struct err *e)
{
	struct args a = {0};
	const redisReply *row;
	redisReply *r;
	int rc;

	arg_str(&a, authority);
	arg_str(&a, serial);
	if ((r = store_call(s, "cert", &a, false, e)) == NULL)
		return -1;
	if (reply_is(r, "FOUND") && (row = reply_array(r, 1)) != NULL) {
		struct record one = record_of(authority, view_str(serial), row, 0);

		rc = each(arg, &one, e);
	} else {
		rc = reply_is(r, "NONE") ? 1 : reply_strange(r, "cert", e);
	}
	freeReplyObject(r);
	return rc;
}

static int
give_orphan(const redisReply *row, orphan_each each, void *arg, struct err *e)
{
	struct orphan o;
	struct view state;

	if (row == NULL)
		return err_set(e, ERR_STORE, "an intent of the wrong shape");
	state = reply_view(row, 6);
	o = (struct orphan){.at = reply_int(row, 0),
	    .authority = reply_view(row, 1),
	    .serial = reply_view(row, 2),
	    .profile = reply_view(row, 3),
	    .request = reply_view(row, 4),
	    .tbs = reply_view(row, 5),
	    .state = state.n == 1 ? state.p[0] : 0};
	return each(arg, &o, e);
}

int
store_orphans(struct store *s, int64_t age, orphan_each each, void *arg, struct err *e)
{
	struct place at = {0};
	int rc = 0;

	while (rc == 0 && !at.done) {
		struct args a = {0};
		redisReply *r;

		place_args(&at, &a);
		arg_int(&a, age * 1000);
		if ((r = place_call(s, "orphans", &a, &at, e)) == NULL)
			return -1;
		for (size_t i = 3; rc == 0 && i < r->elements; i++)
			rc = give_orphan(reply_array(r, i), each, arg, e);
		freeReplyObject(r);
	}
	return rc;
}

int
store_settle(struct store *s, const struct orphan *o, struct err *e)
{
	struct args a = {0};
	redisReply *r;
	int rc;

	arg_view(&a, o->authority);
	arg_view(&a, o->serial);
	arg_view(&a, o->profile);
	arg_view(&a, o->request);
	arg_view(&a, o->tbs);
	if ((r = store_call(s, "settle", &a, true, e)) == NULL)
		return -1;
	rc = reply_is(r, "DONE") ? 0 : reply_is(r, "SIGNING") ? 2 : reply_strange(r, "settle", e);
	freeReplyObject(r);
	return rc;
}
