/* SPDX-License-Identifier: ISC
 *
 * See store/challenge.h and src/store/lua/challenge.lua.
 */
#include "store/challenge.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/enc.h"
#include "ca/challenge.h"
#include "connection.h"
#include "store/call.h"

#define PAGE 500      /* rows of a list in one call */
#define DROP_MAX 1000 /* challenges that one call ends */

int
store_challenge_mac(
    struct store *s, const char *profile, struct view challenge, uint8_t mac[32], struct err *e)
{
	struct buf scoped = {0};
	int rc = -1;

	if (challenge_scope(profile, challenge, &scoped) == 0)
		rc = store_mac(s, "challenge", buf_view(&scoped), mac);
	if (scoped.p != NULL)
		OPENSSL_cleanse(scoped.p, scoped.n);
	buf_free(&scoped);
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "challenge");
}

static void
keep_name(char name[64], struct view v)
{
	snprintf(name, 64, "%.*s", (int)v.n, v.n > 0 ? (const char *)v.p : "");
}

static int
take_minted(struct store *s, const redisReply *r, struct minted *out, struct err *e)
{
	struct view second = reply_view(r, 1);

	if (token_refused(s, r, out->by, e))
		return -1;
	keep_name(out->by, reply_view(r, 2));
	if (reply_is(r, "MINTED") && reply_int(r, 1) > 0) {
		out->expires = reply_int(r, 1) / 1000;
		return 0;
	}
	if (reply_is(r, "FULL")) {
		out->retry_after = (int)reply_int(r, 1);
		return err_set(e, ERR_PENDING_FULL, "the maximum of challenges is outstanding");
	}
	if (reply_is(r, "OFF"))
		return err_set(e, ERR_DISABLED, "%.*s", (int)second.n, (const char *)second.p);
	return reply_strange(r, "mint", e);
}

/* The arguments that both ways of minting have. */
static void
mint_args(const struct mint *m, const char *mac, struct args *a)
{
	arg_str(a, m->profile);
	arg_str(a, mac);
	arg_int(a, m->ttl);
	arg_int(a, m->max);
	if (m->bearer == NULL)
		arg_str(a, m->by);
	arg_str(a, m->bound ? m->subject : "");
	arg_str(a, m->bound ? m->sans : "");
	arg_str(a, m->bound ? "1" : "0");
}

int
store_mint(struct store *s, const struct mint *m, struct minted *out, struct err *e)
{
	struct args a = {0};
	struct buf text = {0};
	char mac[65];
	redisReply *r = NULL;
	int rc;

	*out = (struct minted){0};
	hex_of(view_of(m->mac, 32), mac);
	if (m->bearer != NULL)
		arg_str(&a, m->bearer->token);
	mint_args(m, mac, &a);
	if (m->bearer == NULL)
		r = store_call(s, "mint", &a, true, e);
	else if (bearer_args(m->bearer, ERR_OK, &a, &text, e) == 0)
		r = store_call(s, "mint_by_token", &a, true, e);
	buf_free(&text);
	if (r == NULL)
		return -1;
	rc = take_minted(s, r, out, e);
	freeReplyObject(r);
	return rc;
}

/* The rows of one answer; *from becomes the place for the next. */
static int
take_page(const redisReply *r, int (*each)(void *to, const struct challenge_row *row), void *to,
    char from[128], struct err *e)
{
	struct view next = reply_view(r, 0);

	if (next.n >= 128)
		return reply_strange(r, "challenges", e);
	snprintf(from, 128, "%.*s", (int)next.n, next.n > 0 ? (const char *)next.p : "");
	for (size_t i = 1; i < r->elements; i++) {
		const redisReply *row = reply_array(r, i);
		int rc;

		if (row == NULL || row->elements != 6)
			return reply_strange(r, "challenges", e);
		rc = each(to, &(struct challenge_row){.mac = reply_view(row, 0),
		                  .expires = reply_int(row, 1) / 1000,
		                  .by = reply_view(row, 2),
		                  .made = reply_int(row, 3) / 1000,
		                  .subject = reply_view(row, 4),
		                  .sans = reply_view(row, 5)});
		if (rc != 0)
			return rc;
	}
	return 0;
}

int
store_challenges(struct store *s, const char *profile,
    int (*each)(void *to, const struct challenge_row *row), void *to, struct err *e)
{
	char from[128] = "";
	int rc;

	do {
		struct args a = {0};
		redisReply *r;

		arg_str(&a, profile);
		arg_str(&a, from);
		arg_int(&a, PAGE);
		if ((r = store_call(s, "challenges", &a, false, e)) == NULL)
			return -1;
		rc = take_page(r, each, to, from, e);
		freeReplyObject(r);
	} while (rc == 0 && *from != '\0');
	return rc;
}

int
store_challenge_drop(
    struct store *s, const char *profile, const char *begins, int64_t *n, struct err *e)
{
	int64_t dropped;

	*n = 0;
	do {
		struct args a = {0};
		redisReply *r;

		arg_str(&a, profile);
		arg_str(&a, begins);
		arg_int(&a, DROP_MAX);
		if ((r = store_call(s, "drop", &a, true, e)) == NULL)
			return -1;
		dropped = reply_int(r, 1);
		if (!reply_is(r, "DROPPED")) {
			reply_strange(r, "drop", e);
			freeReplyObject(r);
			return -1;
		}
		freeReplyObject(r);
		*n += dropped;
	} while (dropped == DROP_MAX);
	return 0;
}
