/* SPDX-License-Identifier: ISC
 *
 * See store/transaction.h and src/store/lua/transaction.lua. A plan is kept under a seal made with
 * the pepper, and so is the operator's word: whoever can merely write to the store neither chooses
 * what is signed nor approves it.
 */
#include "store/transaction.h"

#include <stdio.h>
#include <string.h>

#include <openssl/rand.h>

#include "base/enc.h"
#include "seal.h"
#include "store/call.h"

/* What the words of refusal mean. */
static const struct {
	const char *word;
	enum err_code code;
	const char *detail;
} refusals[] = {
    {"NONE", ERR_CHALLENGE,
        "the store knows no such challenge (wrong, expired, of another profile)"},
    {"USED", ERR_CHALLENGE_USED, "the challenge belongs to another request: possibly stolen"},
    {"BOUND", ERR_BINDING, "the challenge was made for other names"},
    {"DENIED", ERR_REJECTED, "rejected by the operator"},
    {"FULL", ERR_QUEUE_FULL, "the queue of the operator is full"},
    {"OFF", ERR_DISABLED, "switched off by the operator"},
    {"SERIAL", ERR_STORE, "the serial number exists"},
    {"LOST", ERR_STORE, "another worker has taken over"},
};

static int
refused(const redisReply *reply, const char *function, struct err *e)
{
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
		if (reply_is(reply, refusals[i].word))
			return err_set(e, refusals[i].code, "%s", refusals[i].detail);
	if (reply_is(reply, "CLOCK"))
		return err_set(e, ERR_STORE,
		    "the clocks of this host and of the store differ by %lld s",
		    (long long)reply_int(reply, 1));
	return reply_strange(reply, function, e);
}

static int
make_owner(char owner[33], struct err *e)
{
	uint8_t random[16];

	if (RAND_bytes(random, sizeof random) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "random");
	hex_of(view_of(random, sizeof random), owner);
	return 0;
}

static const char *
kind_word(const struct claim *c)
{
	static const char *const words[] = {[CLAIM_STATIC] = "static",
	    [CLAIM_DYNAMIC] = "dynamic",
	    [CLAIM_MANUAL] = "manual",
	    [CLAIM_RENEWAL] = "renewal",
	    [CLAIM_APPROVED] = "approved"};

	return words[claim_kind(c)];
}

/* The texts that arguments point to while a call is made. `anew`: the serial of a reserved plan
 * that cannot be signed any more; `word`: the operator's, checked before it is used; or "". */
struct texts {
	char request[65], transaction[65], mac[65], settings[65], tbs[65],
	    serial[2 * SERIAL_LEN + 1], anew[2 * SERIAL_LEN + 1], word[WORD_SIZE], shown[65];
	struct buf plan;
};

/* Whether nothing may be signed without the operator's word. */
static bool
needs_word(const struct reserve *w)
{
	return w->manual || claim_kind(w->claim) == CLAIM_APPROVED;
}

static void
texts_fill(const struct reserve *w, struct texts *t)
{
	*t = (struct texts){0};
	hex_of(view_of(w->request, 32), t->request);
	if (w->transaction != NULL)
		hex_of(view_of(w->transaction, 32), t->transaction);
	hex_of(claim_mac(w->claim), t->mac);
	hex_of(view_of(w->settings, 32), t->settings);
	snprintf(t->word, sizeof t->word, "%s", w->word != NULL ? w->word : "");
}

/* The plan as it is to be kept: to be signed only when nobody has to be asked, or has been. */
static int
texts_plan(const struct store *s, const struct reserve *w, const struct plan *plan, struct texts *t,
    struct err *e)
{
	enum seal_kind kind = needs_word(w) && *t->word == '\0' ? SEAL_WAITS : SEAL_SIGN;

	if (*t->word != '\0' && word_check(s, t->request, w->profile, w->now, t->word, e) != 0)
		return -1;
	if (w->manual && shown_seal(s, t->request,
	                     &(struct shown){view_str(w->profile), view_str(w->subject),
	                         view_str(w->sans), view_str(w->about)},
	                     t->shown, e) != 0)
		return -1;
	hex_of(view_of(plan->tbs_digest, 32), t->tbs);
	hex_of(view_of(plan->serial, SERIAL_LEN), t->serial);
	buf_cut(&t->plan, 0);
	return plan_seal(s, kind, t->request, plan, &t->plan, e);
}

static redisReply *
call_reserve(struct store *s, const struct reserve *w, const struct texts *t, const char *owner,
    struct err *e)
{
	struct args a = {0};

	arg_int(&a, w->now);
	arg_str(&a, owner);
	arg_str(&a, w->authority->name);
	arg_str(&a, w->profile);
	arg_str(&a, t->request);
	arg_str(&a, t->transaction);
	arg_str(&a, kind_word(w->claim));
	arg_str(&a, t->mac);
	arg_str(&a, t->serial);
	arg_str(&a, t->tbs);
	arg_view(&a, buf_view(&t->plan));
	arg_str(&a, t->settings);
	arg_int(&a, w->keep);
	arg_int(&a, w->lease);
	arg_str(&a, w->manual ? "manual" : "auto");
	arg_int(&a, w->pending_ttl);
	arg_int(&a, w->pending_max);
	arg_str(&a, w->subject);
	arg_str(&a, w->sans);
	arg_str(&a, t->anew);
	arg_str(&a, w->about);
	arg_str(&a, t->word);
	arg_str(&a, t->shown);
	return store_call(s, "reserve", &a, true, e);
}

/* Takes the plan that was reserved before in place of the new one; 1: it cannot be signed any more
 * (the CA has another certificate now), t->anew is its serial. */
static int
take_over(const struct store *s, const struct reserve *w, struct texts *t, struct view sealed,
    struct plan *plan, struct err *e)
{
	struct plan old;
	struct err why = ERR_INIT;

	if (plan_unseal(s, SEAL_SIGN, w->authority, t->request, sealed, &old, &why) == 0) {
		plan_free(plan);
		*plan = old;
		return 0;
	}
	hex_of(view_of(old.serial, SERIAL_LEN), t->anew);
	plan_free(&old);
	return why.code == ERR_CONFIG ? 1 : err_set(e, why.code, "%s", why.detail);
}

static int
begin(const struct claim *claim, const struct plan *plan, int64_t fence, struct reservation *r,
    struct err *e)
{
	r->state = RESERVE_SIGN;
	r->fence = fence;
	r->grant = grant_make(claim, plan, e);
	return r->grant != NULL ? 0 : -1;
}

/* The operator's word from a reply, to be checked. 1: once more, with it. -1: there is none. */
static int
take_word(struct texts *t, struct view word, struct err *e)
{
	if (word.n == 0 || word.n >= sizeof t->word)
		return err_set(e, ERR_STORE,
		    "request %.12s counts as approved, but no operator has given his word",
		    t->request);
	snprintf(t->word, sizeof t->word, "%.*s", (int)word.n, (const char *)word.p);
	return 1;
}

/* 1: once more, with what is in `t` now. */
static int
take_reply(const struct store *s, const struct reserve *w, struct texts *t, const redisReply *reply,
    struct plan *plan, struct reservation *r, struct err *e)
{
	int rc;

	if (reply_is(reply, "RESERVED")) {
		if (needs_word(w) && *t->word == '\0')
			return err_set(e, ERR_STORE, "reserved without the operator's word");
		return begin(w->claim, plan, reply_int(reply, 1), r, e);
	}
	if (reply_is(reply, "RESUME")) {
		rc = take_over(s, w, t, reply_view(reply, 2), plan, e);
		if (rc == 1 && needs_word(w))
			return take_word(t, reply_view(reply, 3), e);
		return rc != 0 ? rc : begin(w->claim, plan, reply_int(reply, 1), r, e);
	}
	if (reply_is(reply, "APPROVED"))
		return take_word(t, reply_view(reply, 1), e);
	if (reply_is(reply, "ISSUED")) {
		struct view cert = reply_view(reply, 1);

		r->state = RESERVE_ISSUED;
		return cert.n > 0 && buf_add(&r->cert, cert.p, cert.n) == 0
		           ? 0
		           : err_set(e, ERR_STORE, "an issued certificate is empty");
	}
	if (reply_is(reply, "PENDING") || reply_is(reply, "BUSY")) {
		r->state = RESERVE_PENDING;
		return 0;
	}
	return refused(reply, "reserve", e);
}

int
store_reserve(struct store *s, const struct reserve *what, struct plan *plan, struct reservation *r,
    struct err *e)
{
	struct texts t;
	int rc;

	*r = (struct reservation){0};
	texts_fill(what, &t);
	rc = make_owner(r->owner, e) == 0 ? 1 : -1;
	for (int tries = 0; rc == 1 && tries < 3; tries++) {
		redisReply *reply = NULL;

		if (texts_plan(s, what, plan, &t, e) == 0)
			reply = call_reserve(s, what, &t, r->owner, e);
		rc = reply != NULL ? take_reply(s, what, &t, reply, plan, r, e) : -1;
		freeReplyObject(reply);
	}
	buf_free(&t.plan);
	return rc == 1 ? err_set(e, ERR_STORE, "a plan cannot be taken over") : rc;
}

void
reservation_free(struct reservation *r)
{
	grant_free(r->grant);
	buf_free(&r->cert);
	*r = (struct reservation){0};
}

int
store_commit(struct store *s, const struct reserve *what, const struct plan *plan,
    const struct reservation *r, const struct commit_note *note, struct buf *cert, struct err *e)
{
	struct args a = {0};
	struct texts t = {0};
	char spki[65];
	redisReply *reply;
	int rc = -1;

	hex_of(view_of(what->request, 32), t.request);
	hex_of(view_of(plan->serial, SERIAL_LEN), t.serial);
	hex_of(view_of(note->spki, 32), spki);
	arg_str(&a, r->owner);
	arg_int(&a, r->fence);
	arg_str(&a, what->authority->name);
	arg_str(&a, what->profile);
	arg_str(&a, t.request);
	arg_str(&a, t.serial);
	arg_view(&a, buf_view(cert));
	arg_int(&a, plan->not_after);
	arg_int(&a, note->grace);
	arg_str(&a, what->subject);
	arg_str(&a, what->sans);
	arg_str(&a, note->source);
	arg_str(&a, note->by);
	arg_str(&a, spki);
	arg_str(&a, note->event);
	arg_str(&a, note->before != NULL ? note->before : "");
	arg_int(&a, note->before_lives);
	if ((reply = store_call(s, "commit", &a, true, e)) == NULL)
		return -1;
	if (reply_is(reply, "COMMITTED")) {
		rc = 0;
	} else if (reply_is(reply, "ISSUED") && reply_view(reply, 1).n > 0) {
		struct view other = reply_view(reply, 1);

		buf_cut(cert, 0);
		rc = buf_add(cert, other.p, other.n) == 0 ? 1
		                                          : err_set(e, ERR_MEMORY, "certificate");
	} else
		refused(reply, "commit", e);
	freeReplyObject(reply);
	return rc;
}

int
store_lookup(struct store *s, const struct reserve *what, struct buf *cert, struct err *e)
{
	struct args a = {0};
	struct texts t;
	struct view found;
	redisReply *reply;
	int rc = -1;

	texts_fill(what, &t);
	arg_str(&a, what->authority->name);
	arg_str(&a, what->profile);
	arg_str(&a, t.request);
	arg_str(&a, kind_word(what->claim));
	arg_str(&a, t.mac);
	arg_str(&a, t.settings);
	arg_str(&a, what->subject);
	arg_str(&a, what->sans);
	if ((reply = store_call(s, "lookup", &a, true, e)) == NULL)
		return -1;
	found = reply_view(reply, 1);
	if (reply_is(reply, "ALIVE"))
		rc = 0;
	else if (reply_is(reply, "ISSUED") && found.n > 0)
		rc = buf_add(cert, found.p, found.n) == 0 ? 1
		                                          : err_set(e, ERR_MEMORY, "certificate");
	else
		refused(reply, "lookup", e);
	freeReplyObject(reply);
	return rc;
}

/* What waited or was begun. */
static int
take_ready(const struct store *s, const struct authority *a, const redisReply *reply,
    struct poll *p, struct err *e)
{
	struct view name = reply_view(reply, 1), word = reply_view(reply, 4);
	struct err why = ERR_INIT;
	char request[65];

	p->state = POLL_READY;
	p->approved = reply_int(reply, 3) != 0;
	if (name.n != 64 || hex_into(name, p->request, 32) != 0 || word.n >= sizeof p->word)
		return reply_strange(reply, "poll", e);
	snprintf(p->word, sizeof p->word, "%.*s", p->approved ? (int)word.n : 0,
	    word.n > 0 ? (const char *)word.p : "");
	hex_of(view_of(p->request, 32), request);
	if (plan_unseal(s, p->approved ? SEAL_WAITS : SEAL_SIGN, a, request, reply_view(reply, 2),
	        &p->plan, &why) == 0)
		return 0;
	/* Planned for a CA certificate that has been replaced: a new request is needed. */
	return err_set(e, why.code == ERR_CONFIG ? ERR_REJECTED : why.code, "%s", why.detail);
}

static int
take_poll(const struct store *s, const struct authority *a, const redisReply *reply, struct poll *p,
    struct err *e)
{
	struct view second = reply_view(reply, 1);

	if (reply_is(reply, "ISSUED")) {
		p->state = POLL_ISSUED;
		return second.n > 0 && buf_add(&p->cert, second.p, second.n) == 0
		           ? 0
		           : err_set(e, ERR_STORE, "an issued certificate is empty");
	}
	if (reply_is(reply, "READY"))
		return take_ready(s, a, reply, p, e);
	p->state = POLL_PENDING;
	if (reply_is(reply, "PENDING"))
		return 0;
	if (reply_is(reply, "NONE"))
		return err_set(e, ERR_NO_TRANSACTION, "no transaction of this id and key");
	return refused(reply, "poll", e);
}

int
store_poll(struct store *s, const struct authority *a, const char *profile,
    const uint8_t transaction[32], struct poll *p, struct err *e)
{
	struct args args = {0};
	char tx[65];
	redisReply *reply;
	int rc;

	*p = (struct poll){0};
	hex_of(view_of(transaction, 32), tx);
	arg_str(&args, tx);
	arg_str(&args, a->name);
	arg_str(&args, profile);
	if ((reply = store_call(s, "poll", &args, true, e)) == NULL)
		return -1;
	rc = take_poll(s, a, reply, p, e);
	freeReplyObject(reply);
	return rc;
}

void
poll_free(struct poll *p)
{
	buf_free(&p->cert);
	plan_free(&p->plan);
	*p = (struct poll){0};
}
