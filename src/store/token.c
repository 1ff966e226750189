/* SPDX-License-Identifier: ISC
 *
 * See store/token.h and src/store/lua/token.lua.
 */
#include "store/token.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/enc.h"
#include "base/ossl.h"
#include "connection.h"
#include "store/call.h"

int
token_draw(struct secret *out, struct err *e)
{
	uint8_t random[32];
	char hex[2 * sizeof random + 1];

	if (RAND_priv_bytes(random, sizeof random) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "random token");
	if (secret_alloc(out, TOKEN_LEN) != 0)
		return err_set(e, ERR_MEMORY, "no memory for a token");
	hex_of(view_of(random, sizeof random), hex);
	memcpy(out->p, TOKEN_PREFIX, strlen(TOKEN_PREFIX));
	memcpy(out->p + strlen(TOKEN_PREFIX), hex, 2 * sizeof random);
	OPENSSL_cleanse(random, sizeof random);
	OPENSSL_cleanse(hex, sizeof hex);
	return 0;
}

void
token_digest(struct view token, char hex[65])
{
	uint8_t digest[32];

	ossl_sha256(token, digest);
	hex_of(view_of(digest, sizeof digest), hex);
}

int
bearer_args(
    const struct bearer *b, enum err_code good, struct args *a, struct buf *text, struct err *e)
{
	if (buf_printf(text, "TOKEN=%s FOREIGN=%s FULL=%s OFF=%s MINTED=minted KNOWN=%s",
	        err_slug(ERR_TOKEN), err_slug(ERR_TOKEN_PROFILE), err_slug(ERR_PENDING_FULL),
	        err_slug(ERR_DISABLED), err_slug(good)) != 0)
		return err_set(e, ERR_MEMORY, "token");
	arg_str(a, b->event);
	arg_view(a, buf_view(text));
	arg_str(a, b->source);
	arg_int(a, b->budget);
	arg_int(a, b->window);
	arg_str(a, b->unique);
	return 0;
}

bool
token_refused(struct store *s, const redisReply *r, char name[64], struct err *e)
{
	struct view v = reply_view(r, 1);
	const char *text = v.n > 0 ? (const char *)v.p : "";

	name[0] = '\0';
	if (reply_is(r, "TOKEN")) {
		err_set(e, ERR_TOKEN, "the token is %.*s", (int)v.n, text);
		if (view_eq(reply_view(r, 2), view_str("BLOCKED")))
			s->state_at = INT64_MIN / 2; /* hear of it at once */
		return true;
	}
	if (!reply_is(r, "FOREIGN"))
		return false;
	snprintf(name, 64, "%.*s", (int)v.n, text);
	err_set(e, ERR_TOKEN_PROFILE, "the token %s is for other profiles", name);
	return true;
}

int
store_token(struct store *s, const struct bearer *b, const char *profile, enum err_code outcome,
    char name[64], struct err *e)
{
	struct args a = {0};
	struct buf text = {0};
	struct view v;
	redisReply *r = NULL;
	int rc = -1;

	arg_str(&a, b->token);
	arg_str(&a, profile != NULL ? profile : "");
	if (bearer_args(b, outcome, &a, &text, e) == 0)
		r = store_call(s, "token", &a, false, e);
	buf_free(&text);
	if (r == NULL)
		return -1;
	v = reply_view(r, 1);
	if (token_refused(s, r, name, e))
		;
	else if (reply_is(r, "KNOWN") && v.n > 0) {
		snprintf(name, 64, "%.*s", (int)v.n, (const char *)v.p);
		rc = 0;
	} else
		reply_strange(r, "token", e);
	freeReplyObject(r);
	return rc;
}

int
store_token_add(struct store *s, const char *name, const char *digest, const char *profiles,
    int64_t ttl, int64_t *expires, struct err *e)
{
	struct args a = {0};
	redisReply *r;
	int rc = -1;

	arg_str(&a, name);
	arg_str(&a, digest);
	arg_str(&a, profiles);
	arg_int(&a, ttl);
	if ((r = store_call(s, "token_add", &a, true, e)) == NULL)
		return -1;
	if (reply_is(r, "ADDED")) {
		*expires = reply_int(r, 1) / 1000;
		rc = 0;
	} else if (reply_is(r, "EXISTS"))
		err_set(e, ERR_USAGE, "there is a token %s already", name);
	else
		reply_strange(r, "token_add", e);
	freeReplyObject(r);
	return rc;
}

int
store_tokens(
    struct store *s, int (*each)(void *to, const struct token_row *row), void *to, struct err *e)
{
	struct args none = {0};
	redisReply *r = store_call(s, "tokens", &none, false, e);
	int rc = 0;

	if (r == NULL)
		return -1;
	for (size_t i = 1; rc == 0 && i < r->elements; i++) {
		const redisReply *row = reply_array(r, i);

		if (row == NULL || row->elements != 6)
			rc = reply_strange(r, "tokens", e);
		else
			rc = each(to, &(struct token_row){.name = reply_view(row, 0),
			                  .digest = reply_view(row, 1),
			                  .profiles = reply_view(row, 2),
			                  .made = reply_int(row, 3) / 1000,
			                  .expires = reply_int(row, 4) / 1000,
			                  .used = reply_int(row, 5) / 1000});
	}
	freeReplyObject(r);
	return rc;
}

int
store_token_drop(struct store *s, const char *name, struct err *e)
{
	struct args a = {0};
	redisReply *r;
	int rc = -1;

	arg_str(&a, name);
	if ((r = store_call(s, "token_drop", &a, true, e)) == NULL)
		return -1;
	if (reply_is(r, "DROPPED"))
		rc = 0;
	else if (reply_is(r, "NONE"))
		err_set(e, ERR_USAGE, "there is no token %s", name);
	else
		reply_strange(r, "token_drop", e);
	freeReplyObject(r);
	return rc;
}
