/* SPDX-License-Identifier: ISC
 *
 * See store/crl.h and src/store/lua/revoke.lua.
 */
#include "store/crl.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>

#include "base/enc.h"
#include "connection.h"
#include "store/call.h"

void
store_crl_state(const struct store *s, const char *authority, struct crl_state *out)
{
	const redisReply *lists = s->state != NULL ? reply_array(s->state, 3) : NULL;

	*out = (struct crl_state){0};
	for (size_t i = 0; lists != NULL && i < lists->elements; i++) {
		const redisReply *row = reply_array(lists, i);

		if (row != NULL && view_eq(reply_view(row, 0), view_str(authority)))
			*out = (struct crl_state){.version = reply_int(row, 1),
			    .of = reply_int(row, 2),
			    .number = reply_int(row, 3),
			    .from = reply_int(row, 4),
			    .to = reply_int(row, 5)};
	}
}

/* The operator's word that a loss is accepted is worth something only from somebody who has the
 * pepper: whoever can merely write to Redis un-revokes nothing. */
static int
seal_of(const struct store *s, const char *authority, int64_t number, char hex[65])
{
	struct buf text = {0};
	uint8_t mac[32];
	int rc = buf_printf(&text, "%s %lld", authority, (long long)number);

	if (rc == 0)
		rc = store_mac(s, "loss", buf_view(&text), mac);
	if (rc == 0)
		hex_of(view_of(mac, sizeof mac), hex);
	buf_free(&text);
	return rc;
}

/* The number up to which a loss is accepted, 0 when nobody with the pepper said so. */
static int64_t
loss_of(const struct store *s, const char *authority, int64_t number, struct view seal)
{
	char right[65];

	if (number <= 0 || seal.n != 64 || seal_of(s, authority, number, right) != 0)
		return 0;
	return CRYPTO_memcmp(seal.p, right, 64) == 0 ? number : 0;
}

int
store_crl_lease(struct store *s, const char *authority, const char *owner, int64_t ttl,
    struct crl_lease *out, struct err *e)
{
	struct args a = {0};
	redisReply *r;
	int rc = 0;

	*out = (struct crl_lease){0};
	arg_str(&a, authority);
	arg_int(&a, time(NULL)); /* the clock itself, not the test's */
	arg_str(&a, owner);
	arg_int(&a, ttl);
	if ((r = store_call(s, "crl_lease", &a, false, e)) == NULL)
		return -1;
	if (reply_is(r, "LEASE"))
		*out = (struct crl_lease){.state = {.version = reply_int(r, 1),
		                              .number = reply_int(r, 2),
		                              .from = reply_int(r, 3)},
		    .loss = loss_of(s, authority, reply_int(r, 4), reply_view(r, 5))};
	else if (reply_is(r, "CLOCK"))
		rc = err_set(e, ERR_CRL,
		    "the clocks of this host and the store differ by %lld s: none is made",
		    (long long)reply_int(r, 1));
	else
		rc = reply_is(r, "BUSY") ? 1 : reply_strange(r, "crl_lease", e);
	freeReplyObject(r);
	return rc;
}

/* Calls a function that changes something and answers with one of two words: 0 or 1. */
static int
change(struct store *s, const char *function, const struct args *a, const char *done,
    const char * not, struct err *e)
{
	redisReply *r = store_call(s, function, a, true, e);
	int rc;

	if (r == NULL)
		return -1;
	rc = reply_is(r, done) ? 0 : reply_is(r, not ) ? 1 : reply_strange(r, function, e);
	s->state_at = INT64_MIN / 2; /* hear of it at once */
	freeReplyObject(r);
	return rc;
}

int
store_crl_publish(
    struct store *s, const char *authority, const struct crl_publication *p, struct err *e)
{
	struct args a = {0};

	arg_str(&a, authority);
	arg_int(&a, p->before);
	arg_int(&a, p->number);
	arg_int(&a, p->of);
	arg_int(&a, p->from);
	arg_int(&a, p->to);
	arg_view(&a, p->der);
	return change(s, "crl_publish", &a, "PUBLISHED", "BEHIND", e);
}

int
store_crl_keep(
    struct store *s, const char *authority, const struct crl_publication *p, struct err *e)
{
	struct args a = {0};

	arg_str(&a, authority);
	arg_int(&a, p->number);
	arg_int(&a, p->from);
	arg_int(&a, p->to);
	arg_view(&a, p->der);
	return change(s, "crl_keep", &a, "KEPT", "SAME", e);
}

int
store_crl_refuse(struct store *s, const char *authority, const struct crl_refusal *r, struct err *e)
{
	struct args a = {0};

	arg_str(&a, authority);
	arg_str(&a, r->owner);
	arg_int(&a, r->version);
	arg_int(&a, r->ttl);
	arg_str(&a, r->why);
	return change(s, "crl_refuse", &a, "NOTED", "NOTED", e);
}

int
store_crl(struct store *s, const char *authority, struct crl_stored *out, struct err *e)
{
	struct args a = {0};
	struct view alarm, der;
	redisReply *r;
	int rc = 0;

	*out = (struct crl_stored){0};
	arg_str(&a, authority);
	if ((r = store_call(s, "crl", &a, false, e)) == NULL)
		return -1;
	if (reply_is(r, "CRL")) {
		out->state = (struct crl_state){.version = reply_int(r, 1),
		    .of = reply_int(r, 2),
		    .number = reply_int(r, 3),
		    .from = reply_int(r, 4),
		    .to = reply_int(r, 5)};
		alarm = reply_view(r, 6);
		snprintf(out->alarm, sizeof out->alarm, "%.*s", (int)alarm.n,
		    alarm.n > 0 ? (const char *)alarm.p : "");
		out->revoked = reply_int(r, 7);
		out->loss = loss_of(s, authority, reply_int(r, 8), reply_view(r, 9));
		der = reply_view(r, 10);
		if (der.n > 0 && buf_add(&out->der, der.p, der.n) != 0)
			rc = err_set(e, ERR_MEMORY, "revocation list");
	} else
		rc = reply_is(r, "NONE") ? 1 : reply_strange(r, "crl", e);
	freeReplyObject(r);
	return rc;
}

void
crl_stored_free(struct crl_stored *c)
{
	buf_free(&c->der);
	*c = (struct crl_stored){0};
}

int
store_crl_mark(struct store *s, const char *authority, int64_t loss, struct err *e)
{
	struct args a = {0};
	char seal[65] = "";

	arg_str(&a, authority);
	if (loss > 0) {
		if (seal_of(s, authority, loss, seal) != 0)
			return err_set(e, ERR_MEMORY, "seal");
		arg_int(&a, loss);
	} else
		arg_str(&a, "");
	arg_str(&a, seal);
	return change(s, "crl_mark", &a, "MARKED", "MARKED", e);
}
