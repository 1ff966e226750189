/* SPDX-License-Identifier: ISC
 *
 * See store/transaction.h and src/store/lua/transaction.lua. A plan is kept under a seal made with
 * the pepper, so that whoever can write to the store cannot choose what is signed; he can approve a
 * plan that waits, though (SECURITY.md).
 */
#include "store/transaction.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/enc.h"
#include "store/call.h"

#define SEAL_LEN 32

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

/* The seal binds a plan to its request. */
static int
seal(const struct store *s, const char *request, struct view plan, uint8_t mac[SEAL_LEN])
{
	struct buf all = {0};
	int rc = -1;

	if (buf_add_str(&all, request) == 0 && buf_add(&all, plan.p, plan.n) == 0)
		rc = store_mac(s, "plan", buf_view(&all), mac);
	buf_free(&all);
	return rc;
}

static int
plan_seal(const struct store *s, const char *request, const struct plan *plan, struct buf *out,
    struct err *e)
{
	struct buf der = {0};
	uint8_t mac[SEAL_LEN];
	int rc = plan_write(plan, &der, e);

	if (rc == 0 && (seal(s, request, buf_view(&der), mac) != 0 ||
	                   buf_add(out, mac, sizeof mac) != 0 || buf_add(out, der.p, der.n) != 0))
		rc = err_set(e, ERR_MEMORY, "plan");
	buf_free(&der);
	return rc;
}

static int
plan_unseal(const struct store *s, const struct authority *a, const char *request,
    struct view sealed, struct plan *plan, struct err *e)
{
	uint8_t mac[SEAL_LEN];
	struct view der;

	*plan = (struct plan){0};
	if (sealed.n <= SEAL_LEN)
		return err_set(e, ERR_STORE, "a stored plan is too short");
	der = view_of(sealed.p + SEAL_LEN, sealed.n - SEAL_LEN);
	if (seal(s, request, der, mac) != 0 || CRYPTO_memcmp(mac, sealed.p, SEAL_LEN) != 0)
		return err_set(e, ERR_STORE, "a stored plan was changed: its seal is wrong");
	return plan_read(a, der, plan, e);
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

/* The texts that arguments point to while a call is made. */
struct texts {
	char request[65], transaction[65], mac[65], settings[65], tbs[65],
	    serial[2 * SERIAL_LEN + 1];
	struct buf plan;
};

static int
texts_fill(const struct store *s, const struct reserve *w, const struct plan *plan, struct texts *t,
    struct err *e)
{
	*t = (struct texts){0};
	hex_of(view_of(w->request, 32), t->request);
	if (w->transaction != NULL)
		hex_of(view_of(w->transaction, 32), t->transaction);
	hex_of(claim_mac(w->claim), t->mac);
	hex_of(view_of(w->settings, 32), t->settings);
	if (plan == NULL)
		return 0;
	hex_of(view_of(plan->tbs_digest, 32), t->tbs);
	hex_of(view_of(plan->serial, SERIAL_LEN), t->serial);
	return plan_seal(s, t->request, plan, &t->plan, e);
}

/* `anew`: the serial of a reserved plan that cannot be signed any more, or "". */
static redisReply *
call_reserve(struct store *s, const struct reserve *w, const struct texts *t, const char *owner,
    const char *anew, struct err *e)
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
	arg_str(&a, anew);
	arg_str(&a, w->about);
	return store_call(s, "reserve", &a, true, e);
}

/* Takes the plan that was reserved before in place of the new one; 1: it cannot be signed any more
 * (the CA has another certificate now), `serial` is its own. */
static int
take_over(const struct store *s, const struct reserve *w, const char *request, struct view sealed,
    struct plan *plan, char serial[2 * SERIAL_LEN + 1], struct err *e)
{
	struct plan old;
	struct err why = ERR_INIT;

	if (plan_unseal(s, w->authority, request, sealed, &old, &why) == 0) {
		plan_free(plan);
		*plan = old;
		return 0;
	}
	hex_of(view_of(old.serial, SERIAL_LEN), serial);
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

/* 1: once more, with `anew`. */
static int
take_reply(const struct store *s, const struct reserve *w, const struct texts *t,
    const redisReply *reply, struct plan *plan, struct reservation *r,
    char anew[2 * SERIAL_LEN + 1], struct err *e)
{
	int rc;

	if (reply_is(reply, "RESERVED"))
		return begin(w->claim, plan, reply_int(reply, 1), r, e);
	if (reply_is(reply, "RESUME")) {
		rc = take_over(s, w, t->request, reply_view(reply, 2), plan, anew, e);
		return rc != 0 ? rc : begin(w->claim, plan, reply_int(reply, 1), r, e);
	}
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
	struct texts t = {0};
	char anew[2 * SERIAL_LEN + 1] = "";
	int rc = 1;

	*r = (struct reservation){0};
	if (make_owner(r->owner, e) != 0 || texts_fill(s, what, plan, &t, e) != 0)
		rc = -1;
	for (int tries = 0; rc == 1 && tries < 2; tries++) {
		redisReply *reply = call_reserve(s, what, &t, r->owner, anew, e);

		rc = reply != NULL ? take_reply(s, what, &t, reply, plan, r, anew, e) : -1;
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
	struct texts t = {0};
	struct view found;
	redisReply *reply;
	int rc = -1;

	if (texts_fill(s, what, NULL, &t, e) != 0)
		return -1;
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

static int
take_poll(const struct store *s, const struct authority *a, const redisReply *reply, struct poll *p,
    struct err *e)
{
	struct view second = reply_view(reply, 1);
	struct err why = ERR_INIT;
	char request[65];

	if (reply_is(reply, "ISSUED")) {
		p->state = POLL_ISSUED;
		return second.n > 0 && buf_add(&p->cert, second.p, second.n) == 0
		           ? 0
		           : err_set(e, ERR_STORE, "an issued certificate is empty");
	}
	if (reply_is(reply, "READY")) {
		p->state = POLL_READY;
		p->approved = reply_int(reply, 3) != 0;
		if (second.n != 64 || hex_into(second, p->request, 32) != 0)
			return reply_strange(reply, "poll", e);
		hex_of(view_of(p->request, 32), request);
		if (plan_unseal(s, a, request, reply_view(reply, 2), &p->plan, &why) == 0)
			return 0;
		/* Planned for a CA certificate that has been replaced: a new request is needed. */
		return err_set(
		    e, why.code == ERR_CONFIG ? ERR_REJECTED : why.code, "%s", why.detail);
	}
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
