/* SPDX-License-Identifier: ISC
 *
 * The state of a revocation list: one number means one list, an old one never comes after a new
 * one, and a loss is accepted by nobody but the operator.
 */
#include "store/crl.h"

#include <string.h>
#include <time.h>

#include "store/revoked.h"
#include "store/state.h"
#include "server.h"
#include "suites.h"

static struct store *store;

static int
start(void)
{
	if (server_start() != 0)
		return -1;
	store = redis_store(&redis);
	return 0;
}

static int
stop(void)
{
	store_free(store);
	return server_stop();
}

static void
clean(void)
{
	freeReplyObject(redis_do(&redis, "FLUSHALL"));
}

static void
revoke_until(const char *serial, int64_t not_after)
{
	enum revoked_state state;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(store_revoke(store,
	                    &(struct revocation){.authority = "ca",
	                        .serial = serial,
	                        .reason = "superseded",
	                        .at = 5,
	                        .not_after = not_after},
	                    &state, &e),
	    0);
	CU_ASSERT_EQUAL(state, REVOKED_NOW);
}

static int
lease(const char *owner, struct crl_lease *l)
{
	struct err e = ERR_INIT;
	int rc = store_crl_lease(store, "ca", owner, 3600, l, &e);

	CU_ASSERT_STRING_EQUAL(e.detail, "");
	return rc;
}

static int
publish(int64_t before, int64_t number, int64_t of, const char *der)
{
	struct err e = ERR_INIT;
	int rc = store_crl_publish(store, "ca",
	    &(struct crl_publication){.before = before,
	        .number = number,
	        .of = of,
	        .from = 1000 + number,
	        .to = 2000 + number,
	        .der = view_str(der)},
	    &e);

	CU_ASSERT_STRING_EQUAL(e.detail, "");
	return rc;
}

/* "version of number from to" as a worker hears it. */
static void
state_is(const char *expected)
{
	struct crl_state state;
	struct err e = ERR_INIT;
	char text[100];

	store_free(store);
	store = redis_store(&redis);
	store_crl_state(store, "ca", &state);
	CU_ASSERT_EQUAL(state.version, 0);
	CU_ASSERT_EQUAL(store_refresh(store, &e), 0);
	store_crl_state(store, "ca", &state);
	snprintf(text, sizeof text, "%d %d %d %d %d", (int)state.version, (int)state.of,
	    (int)state.number, (int)state.from, (int)state.to);
	if (strcmp(text, expected) != 0)
		fprintf(stderr, "\n  %s, not %s\n", text, expected);
	CU_ASSERT_STRING_EQUAL(text, expected);
}

static void
der_is(const char *expected)
{
	struct crl_stored c;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(store_crl(store, "ca", &c, &e), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&c.der), expected);
	crl_stored_free(&c);
}

static void
a_list_is_published(void)
{
	struct crl_lease l;
	struct crl_stored c;
	struct err e = ERR_INIT;

	clean();
	CU_ASSERT_EQUAL(store_crl(store, "ca", &c, &e), 1);
	state_is("0 0 0 0 0");
	CU_ASSERT_EQUAL(lease("me", &l), 0);
	CU_ASSERT_EQUAL(l.state.version, 0);
	CU_ASSERT_EQUAL(l.state.number, 0);
	CU_ASSERT_EQUAL(publish(0, 10, 0, "first"), 0);
	state_is("0 0 10 1010 2010");
	revoke_until("aa", 4000000000);
	state_is("1 0 10 1010 2010");
	CU_ASSERT_EQUAL(lease("me", &l), 0);
	CU_ASSERT_EQUAL(l.state.version, 1);
	CU_ASSERT_EQUAL(l.state.number, 10);
	CU_ASSERT_EQUAL(l.state.from, 1010);
	CU_ASSERT_EQUAL(publish(10, 11, 1, "second"), 0);
	state_is("1 1 11 1011 2011");
	CU_ASSERT_EQUAL(store_crl(store, "ca", &c, &e), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&c.der), "second");
	CU_ASSERT_EQUAL(c.state.number, 11);
	CU_ASSERT_EQUAL(c.revoked, 1);
	CU_ASSERT_STRING_EQUAL(c.alarm, "");
	crl_stored_free(&c);
}

static void
one_at_a_time_makes_a_list(void)
{
	struct crl_lease l;

	clean();
	CU_ASSERT_EQUAL(lease("one", &l), 0);
	CU_ASSERT_EQUAL(lease("other", &l), 1);
	CU_ASSERT_EQUAL(lease("one", &l), 0);
	/* Until it is over. */
	freeReplyObject(redis_do(&redis, "HSET {scepd}:crl:ca lease 5"));
	CU_ASSERT_EQUAL(lease("other", &l), 0);
	CU_ASSERT_EQUAL(lease("one", &l), 1);
	/* Publishing ends it. */
	CU_ASSERT_EQUAL(publish(0, 10, 0, "x"), 0);
	CU_ASSERT_EQUAL(lease("one", &l), 0);
}

static void
refuse(const char *owner, int64_t version, const char *why)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(
	    store_crl_refuse(store, "ca",
	        &(struct crl_refusal){.owner = owner, .version = version, .ttl = 3600, .why = why},
	        &e),
	    0);
}

static void
what_was_refused_is_not_made_again(void)
{
	struct crl_lease l;

	clean();
	revoke_until("aa", 4000000000);
	CU_ASSERT_EQUAL(lease("one", &l), 0);
	refuse("other", 1, "not mine"); /* who has no lease holds nobody off */
	CU_ASSERT_EQUAL(lease("one", &l), 0);
	refuse("one", 1, "why");
	CU_ASSERT_EQUAL(lease("one", &l), 1);
	CU_ASSERT_EQUAL(lease("other", &l), 1);
	/* Until the set changes, or the time is over. */
	revoke_until("bb", 4000000000);
	CU_ASSERT_EQUAL(lease("other", &l), 0);
	CU_ASSERT_EQUAL(lease("one", &l), 1);
	refuse("other", 2, "why");
	freeReplyObject(redis_do(&redis, "HSET {scepd}:crl:ca lease 5"));
	CU_ASSERT_EQUAL(lease("one", &l), 0);
	refuse("one", 2, "why");
	CU_ASSERT_EQUAL(publish(0, 10, 2, "x"), 0);
	CU_ASSERT_EQUAL(lease("other", &l), 0);
}

/* He who slept while another one published. */
static void
an_old_list_never_comes_after_a_new_one(void)
{
	clean();
	CU_ASSERT_EQUAL(publish(0, 10, 0, "first"), 0);
	CU_ASSERT_EQUAL(publish(0, 11, 0, "slept"), 1);
	CU_ASSERT_EQUAL(publish(0, 10, 0, "the same number"), 1);
	CU_ASSERT_EQUAL(publish(10, 10, 0, "the same number"), 1);
	CU_ASSERT_EQUAL(publish(10, 9, 0, "lower"), 1);
	der_is("first");
	/* The answer was lost, and the same is said again. */
	CU_ASSERT_EQUAL(publish(0, 10, 0, "first"), 0);
	CU_ASSERT_EQUAL(publish(10, 11, 0, "second"), 0);
	der_is("second");
}

/* What is made from a set that was lost since, or from an older one than the list that stands. */
static void
a_list_is_of_a_version_that_was(void)
{
	clean();
	revoke_until("aa", 4000000000);
	revoke_until("bb", 4000000000);
	CU_ASSERT_EQUAL(publish(0, 10, 3, "never was"), 1);
	CU_ASSERT_EQUAL(publish(0, 10, 2, "first"), 0);
	CU_ASSERT_EQUAL(publish(10, 11, 1, "older"), 1);
	der_is("first");
	/* While another one was revoked: it is complete as far as it goes, and the next is due. */
	revoke_until("cc", 4000000000);
	CU_ASSERT_EQUAL(publish(10, 11, 2, "second"), 0);
	state_is("3 2 11 1011 2011");
}

static void
an_entry_leaves_after_it_was_on_a_list_past_its_end(void)
{
	clean();
	revoke_until("aa", 1010); /* ends when list 10 is made */
	revoke_until("bb", 1009); /* has ended by then */
	CU_ASSERT_EQUAL(publish(0, 10, 2, "first"), 0);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:rev:ca"), 2);
	CU_ASSERT_EQUAL(publish(10, 11, 2, "second"), 0);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:rev:ca"), 1);
	CU_ASSERT_EQUAL(redis_int(&redis, "HEXISTS {scepd}:rvk:ca aa"), 1);
	CU_ASSERT_EQUAL(redis_int(&redis, "HEXISTS {scepd}:rvk:ca bb"), 0);
}

/* A list that a clock far ahead once made does not take away what is still good. */
static void
a_clock_that_was_ahead_trims_nothing(void)
{
	clean();
	revoke_until("aa", 5000);
	CU_ASSERT_EQUAL(publish(0, 8000, 1, "from the future"), 0);
	CU_ASSERT_EQUAL(store_crl_publish(store, "ca",
	                    &(struct crl_publication){.before = 8000,
	                        .number = 8001,
	                        .of = 1,
	                        .from = 4000,
	                        .to = 5000,
	                        .der = view_str("next")},
	                    &(struct err)ERR_INIT),
	    0);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:rev:ca"), 1);
}

static void
a_wrong_clock_makes_no_list(void)
{
	struct err e = ERR_INIT;

	clean();
	for (int off = -61; off <= 61; off += 122) {
		char at[24];
		redisReply *r;

		snprintf(at, sizeof at, "%lld", (long long)time(NULL) + off + off / 10);
		r = call_texts(store, &e, "crl_lease", "ca", at, "me", "60", NULL);
		CU_ASSERT_PTR_NOT_NULL_FATAL(r);
		CU_ASSERT(reply_is(r, "CLOCK"));
		freeReplyObject(r);
	}
}

static int
keep(int64_t number)
{
	struct err e = ERR_INIT;

	return store_crl_keep(store, "ca",
	    &(struct crl_publication){
	        .number = number, .from = 1, .to = 2, .der = view_str("kept")},
	    &e);
}

static void
a_lost_list_comes_back(void)
{
	clean();
	CU_ASSERT_EQUAL(keep(10), 0);
	state_is("1 0 10 1 2");
	der_is("kept");
	CU_ASSERT_EQUAL(publish(10, 11, 1, "next"), 0);
	CU_ASSERT_EQUAL(keep(11), 1);
	CU_ASSERT_EQUAL(keep(10), 1);
	der_is("next");
	state_is("1 1 11 1011 2011");
}

static void
an_alarm_stays_until_a_list_is_published(void)
{
	struct crl_stored c;
	struct err e = ERR_INIT;

	clean();
	refuse("", 0, "3 serials are missing");
	CU_ASSERT_EQUAL(store_crl(store, "ca", &c, &e), 0);
	CU_ASSERT_STRING_EQUAL(c.alarm, "3 serials are missing");
	crl_stored_free(&c);
	CU_ASSERT_EQUAL(publish(0, 10, 0, "x"), 0);
	CU_ASSERT_EQUAL(store_crl(store, "ca", &c, &e), 0);
	CU_ASSERT_STRING_EQUAL(c.alarm, "");
	crl_stored_free(&c);
}

static void
the_operator_has_a_new_one_made(void)
{
	struct crl_lease l;
	struct err e = ERR_INIT;

	clean();
	CU_ASSERT_EQUAL(store_crl_mark(store, "ca", 0, &e), 0);
	state_is("1 0 0 0 0");
	CU_ASSERT_EQUAL(lease("me", &l), 0);
	CU_ASSERT_EQUAL(l.loss, 0);
	CU_ASSERT_EQUAL(store_crl_mark(store, "ca", 10, &e), 0);
	CU_ASSERT_EQUAL(lease("me", &l), 0);
	CU_ASSERT_EQUAL(l.state.version, 2);
	CU_ASSERT_EQUAL(l.loss, 10);
}

/* Whoever can write to Redis and has no pepper. */
static void
nobody_else_accepts_a_loss(void)
{
	struct crl_lease l;
	struct crl_stored c;
	struct err e = ERR_INIT;
	redisReply *seal;

	clean();
	CU_ASSERT_EQUAL(store_crl_mark(store, "ca", 10, &e), 0);
	freeReplyObject(redis_do(&redis, "HSET {scepd}:crl:ca loss 11"));
	CU_ASSERT_EQUAL(lease("me", &l), 0);
	CU_ASSERT_EQUAL(l.loss, 0);
	CU_ASSERT_EQUAL(store_crl(store, "ca", &c, &e), 0);
	CU_ASSERT_EQUAL(c.loss, 0);
	crl_stored_free(&c);
	/* Nor is the seal of one authority good for another. */
	seal = redis_do(&redis, "HGET {scepd}:crl:ca seal");
	freeReplyObject(
	    redis_do(&redis, "HSET {scepd}:crl:other number 1 loss 10 seal %s", seal->str));
	CU_ASSERT_EQUAL(store_crl(store, "other", &c, &e), 0);
	CU_ASSERT_EQUAL(c.loss, 0);
	crl_stored_free(&c);
	freeReplyObject(redis_do(&redis, "HSET {scepd}:crl:ca loss 10"));
	CU_ASSERT_EQUAL(store_crl(store, "ca", &c, &e), 0);
	CU_ASSERT_EQUAL(c.loss, 10);
	crl_stored_free(&c);
	freeReplyObject(seal);
}

static CU_TestInfo tests[] = {
    T(a_list_is_published),
    T(one_at_a_time_makes_a_list),
    T(what_was_refused_is_not_made_again),
    T(an_old_list_never_comes_after_a_new_one),
    T(a_list_is_of_a_version_that_was),
    T(an_entry_leaves_after_it_was_on_a_list_past_its_end),
    T(a_clock_that_was_ahead_trims_nothing),
    T(a_wrong_clock_makes_no_list),
    T(a_lost_list_comes_back),
    T(an_alarm_stays_until_a_list_is_published),
    T(the_operator_has_a_new_one_made),
    T(nobody_else_accepts_a_loss),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo crl_suite = {"crl", start, stop, NULL, NULL, tests};
