/* SPDX-License-Identifier: ISC
 *
 * See store/state.h and src/store/lua/state.lua.
 */
#include "store/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "base/enc.h"
#include "connection.h"
#include "store/call.h"

#define WORD_MAC 64 /* hexadecimal digits, and a space behind them */

int
store_refresh(struct store *s, struct err *e)
{
	struct args none = {0};
	redisReply *r;

	if (s->state != NULL && clock_ms() - s->state_at < STATE_AGE_MS)
		return 0;
	if ((r = store_call(s, "state", &none, false, e)) == NULL)
		return -1;
	if (reply_array(r, 0) == NULL || reply_array(r, 1) == NULL || reply_array(r, 2) == NULL) {
		reply_strange(r, "state", e);
		freeReplyObject(r);
		return -1;
	}
	freeReplyObject(s->state);
	s->state = r;
	s->state_at = clock_ms();
	return 0;
}

static bool
is_blocked(const redisReply *blocked, const char *profile, const char *source)
{
	size_t n = strlen(profile);

	for (size_t i = 0; i < blocked->elements; i++) {
		struct view v = reply_view(blocked, i);

		if (v.n == n + 1 + strlen(source) && memcmp(v.p, profile, n) == 0 &&
		    memcmp(v.p + n + 1, source, v.n - n - 1) == 0)
			return true;
	}
	return false;
}

int
store_admits(struct store *s, const char *profile, const char *source, struct err *e)
{
	const redisReply *off;

	if (store_refresh(s, e) != 0)
		return -1;
	off = reply_array(s->state, 0);
	for (size_t i = 0; i + 1 < off->elements; i += 2) {
		struct view why = reply_view(off, i + 1);

		if (view_eq(reply_view(off, i), view_str(profile)))
			return err_set(e, ERR_DISABLED, "%.*s", (int)why.n, (const char *)why.p);
	}
	return is_blocked(reply_array(s->state, 1), profile, source)
	           ? err_set(e, ERR_GUESSING, "blocked after too many wrong guesses")
	           : 0;
}

int
store_note(struct store *s, const struct store_note *n, struct err *e)
{
	struct args a = {0};
	redisReply *r;

	arg_str(&a, n->event);
	arg_str(&a, n->profile);
	arg_str(&a, n->budget > 0 ? n->source : "");
	arg_int(&a, n->budget);
	arg_int(&a, n->window);
	arg_str(&a, n->unique);
	if ((r = store_call(s, "note", &a, false, e)) == NULL)
		return -1;
	if (reply_is(r, "BLOCKED"))
		s->state_at = INT64_MIN / 2; /* hear of it at once */
	freeReplyObject(r);
	return 0;
}

/* One page; *before becomes the entry to go on before, "" at the end. */
static redisReply *
call_events(struct store *s, char before[48], struct err *e)
{
	struct args a = {0};
	struct view next;
	redisReply *r;

	arg_str(&a, before);
	if ((r = store_call(s, "events", &a, false, e)) == NULL)
		return NULL;
	next = reply_view(r, 1);
	if (reply_is(r, "PAGE") && next.n < 48) {
		snprintf(before, 48, "%.*s", (int)next.n, next.n > 0 ? (const char *)next.p : "");
		return r;
	}
	reply_strange(r, "events", e);
	freeReplyObject(r);
	return NULL;
}

int
store_events(struct store *s, event_each each, void *arg, struct err *e)
{
	char before[48] = "";
	int rc = 0;

	do {
		redisReply *r = call_events(s, before, e);

		if (r == NULL)
			return -1;
		for (size_t i = 2; rc == 0 && i < r->elements; i++) {
			const redisReply *row = reply_array(r, i);

			/* An id is the time, a dash, and a number. */
			rc = row != NULL ? each(arg, reply_int(row, 0), reply_view(row, 1), e)
			                 : err_set(e, ERR_STORE, "an event of the wrong shape");
		}
		freeReplyObject(r);
	} while (rc == 0 && *before != '\0');
	return rc;
}

int
store_writable(struct store *s, struct err *e)
{
	struct args none = {0};
	redisReply *r = store_call(s, "ready", &none, true, e);
	int rc;

	if (r == NULL)
		return -1;
	rc = reply_is(r, "READY") ? 0 : reply_strange(r, "ready", e);
	freeReplyObject(r);
	return rc;
}

int
store_switch(
    struct store *s, const char *profile, bool off, const char *reason, bool *same, struct err *e)
{
	struct args a = {0};
	redisReply *r;
	int rc = 0;

	arg_str(&a, profile);
	arg_str(&a, off ? "1" : "0");
	arg_str(&a, reason);
	if ((r = store_call(s, "switch", &a, true, e)) == NULL)
		return -1;
	*same = reply_is(r, "SAME");
	if (!*same && !reply_is(r, "DONE"))
		rc = reply_strange(r, "switch", e);
	s->state_at = INT64_MIN / 2;
	freeReplyObject(r);
	return rc;
}

int
store_switched_off(struct store *s, int (*each)(void *to, struct view profile, struct view reason),
    void *to, struct err *e)
{
	const redisReply *off;
	int rc = 0;

	if (store_refresh(s, e) != 0)
		return -1;
	off = reply_array(s->state, 0);
	for (size_t i = 0; rc == 0 && i + 1 < off->elements; i += 2)
		rc = each(to, reply_view(off, i), reply_view(off, i + 1));
	return rc;
}

/* Over the name and what is said: hexadecimal. */
static int
word_mac(const struct store *s, const char *name, struct view value, char hex[WORD_MAC + 1])
{
	struct buf all = {0};
	uint8_t mac[WORD_MAC / 2];
	int rc = -1;

	if (buf_add(&all, name, strlen(name) + 1) == 0 && buf_add(&all, value.p, value.n) == 0)
		rc = store_mac(s, "word", buf_view(&all), mac);
	buf_free(&all);
	if (rc == 0)
		hex_of(view_of(mac, sizeof mac), hex);
	return rc;
}

/* What was said, when a host of this pool said it: whoever can merely write to the store has no say
 * in which CA issues. */
static struct view
word_open(const struct store *s, const char *name, struct view sealed)
{
	char hex[WORD_MAC + 1];
	struct view value;

	if (sealed.n <= WORD_MAC + 1)
		return (struct view){0};
	value = view_of(sealed.p + WORD_MAC + 1, sealed.n - WORD_MAC - 1);
	return word_mac(s, name, value, hex) == 0 && CRYPTO_memcmp(hex, sealed.p, WORD_MAC) == 0
	           ? value
	           : (struct view){0};
}

struct view
store_word(const struct store *s, const char *name)
{
	const redisReply *words = s->state != NULL ? reply_array(s->state, 2) : NULL;

	for (size_t i = 0; words != NULL && i + 1 < words->elements; i += 2)
		if (view_eq(reply_view(words, i), view_str(name)))
			return word_open(s, name, reply_view(words, i + 1));
	return (struct view){0};
}

int
store_say(struct store *s, const char *name, const char *value, struct err *e)
{
	struct buf sealed = {0};
	char hex[WORD_MAC + 1];
	struct args a = {0};
	redisReply *r = NULL;
	int rc = -1;

	if (*value != '\0' && (word_mac(s, name, view_str(value), hex) != 0 ||
	                          buf_printf(&sealed, "%s %s", hex, value) != 0)) {
		err_set(e, ERR_MEMORY, "word");
		goto out;
	}
	arg_str(&a, name);
	arg_view(&a, buf_view(&sealed));
	if ((r = store_call(s, "say", &a, true, e)) == NULL)
		goto out;
	rc = reply_is(r, "DONE") || reply_is(r, "SAME") ? 0 : reply_strange(r, "say", e);
	s->state_at = INT64_MIN / 2;
out:
	freeReplyObject(r);
	buf_free(&sealed);
	return rc;
}

int
store_touch(struct store *s, const char *name, struct err *e)
{
	struct args a = {0};
	redisReply *r;

	arg_str(&a, name);
	if ((r = store_call(s, "touch", &a, false, e)) == NULL)
		return -1;
	freeReplyObject(r);
	return 0;
}
