/* SPDX-License-Identifier: ISC
 *
 * The revoked set: once and for ever, whether or not there is a record, and in the answers of the
 * functions that hand certificates out.
 */
#include "store/revoked.h"

#include <string.h>
#include <time.h>

#include "store/state.h"
#include "server.h"
#include "suites.h"

#define PROFILE "11111111-2222-3333-4444-555555555555"
#define REQUEST "0000000000000000000000000000000000000000000000000000000000000001"

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

/* A record of that serial, which ends in so many seconds. */
static void
record(const char *serial, long seconds)
{
	freeReplyObject(redis_do(&redis, "HSET {scepd}:crt:ca:%s der x p " PROFILE " na %lld",
	    serial, (long long)time(NULL) + seconds));
}

static enum revoked_state
revoke_at(const char *serial, const char *reason, int64_t at, int64_t not_after)
{
	enum revoked_state state = REVOKED_UNKNOWN;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(store_revoke(store,
	                    &(struct revocation){.authority = "ca",
	                        .serial = serial,
	                        .reason = reason,
	                        .at = at,
	                        .not_after = not_after},
	                    &state, &e),
	    0);
	CU_ASSERT_STRING_EQUAL(e.detail, "");
	return state;
}

static enum revoked_state
revoke_now(const char *serial)
{
	return revoke_at(serial, "keyCompromise", 0, 0);
}

static long long
version(void)
{
	return redis_int(&redis, "HGET {scepd}:crl:ca version");
}

static int
join(void *arg, const struct revoked_row *r, struct err *e)
{
	char one[80];

	(void)e;
	snprintf(one, sizeof one, "%.*s %lld %lld %.*s\n", (int)r->serial.n,
	    (const char *)r->serial.p, (long long)r->at, (long long)r->not_after, (int)r->reason.n,
	    (const char *)r->reason.p);
	strcat(arg, one);
	return 0;
}

static void
one_is_revoked_for_ever(void)
{
	char text[200] = "", expected[200];
	struct err e = ERR_INIT;
	long long end = (long long)time(NULL) + 900;

	clean();
	record("aa", 900);
	CU_ASSERT_EQUAL(revoke_at("aa", "keyCompromise", 1700000000, 0), REVOKED_NOW);
	CU_ASSERT_EQUAL(version(), 1);
	CU_ASSERT_EQUAL(revoke_at("aa", "superseded", 1800000000, 5), REVOKED_BEFORE);
	CU_ASSERT_EQUAL(version(), 1);
	CU_ASSERT_EQUAL(redis_int(&redis, "HGET {scepd}:crt:ca:aa rev"), 1700000000);
	end = redis_int(&redis, "HGET {scepd}:crt:ca:aa na");
	CU_ASSERT_EQUAL(store_revoked_each(store, "ca", join, text, &e), 0);
	snprintf(expected, sizeof expected, "aa 1700000000 %lld keyCompromise\n", end);
	CU_ASSERT_STRING_EQUAL(text, expected);
}

static void
now_is_the_time_unless_it_is_given(void)
{
	long long at;

	clean();
	record("aa", 900);
	CU_ASSERT_EQUAL(revoke_now("aa"), REVOKED_NOW);
	at = redis_int(&redis, "HGET {scepd}:crt:ca:aa rev");
	CU_ASSERT(at > (long long)time(NULL) - 60 && at <= (long long)time(NULL));
}

static void
without_a_record_its_end_must_be_known(void)
{
	char text[200] = "";
	struct err e = ERR_INIT;

	clean();
	CU_ASSERT_EQUAL(revoke_now("bb"), REVOKED_UNKNOWN);
	CU_ASSERT_EQUAL(redis_int(&redis, "EXISTS {scepd}:rev:ca"), 0);
	CU_ASSERT_EQUAL(redis_int(&redis, "EXISTS {scepd}:crt:ca:bb"), 0);
	CU_ASSERT_EQUAL(version(), -1);
	CU_ASSERT_EQUAL(revoke_at("bb", "superseded", 5, 2000000000), REVOKED_NOW);
	CU_ASSERT_EQUAL(redis_int(&redis, "EXISTS {scepd}:crt:ca:bb"), 0);
	CU_ASSERT_EQUAL(store_revoked_each(store, "ca", join, text, &e), 0);
	CU_ASSERT_STRING_EQUAL(text, "bb 5 2000000000 superseded\n");
}

/* What an older program marked in the record alone keeps its time and reason. */
static void
a_record_that_is_marked_comes_into_the_set(void)
{
	char text[200] = "";
	struct err e = ERR_INIT;

	clean();
	freeReplyObject(redis_do(&redis, "HSET {scepd}:crt:ca:aa der x na 2000000000 rev 7 why x"));
	CU_ASSERT_EQUAL(revoke_now("aa"), REVOKED_NOW);
	CU_ASSERT_EQUAL(store_revoked_each(store, "ca", join, text, &e), 0);
	CU_ASSERT_STRING_EQUAL(text, "aa 7 2000000000 x\n");
}

static int
count(void *arg, const struct revoked_row *r, struct err *e)
{
	(void)e;
	CU_ASSERT(r->at == 5 && r->serial.n > 0);
	++*(int *)arg;
	return 0;
}

static int
end_it(void *arg, const struct revoked_row *r, struct err *e)
{
	(void)r;
	(void)e;
	++*(int *)arg;
	return 7;
}

/* More than one page, many of them with the same end. */
static void
the_walk_meets_every_one_once(void)
{
	struct err e = ERR_INIT;
	int n = 0;

	clean();
	for (int i = 0; i < 2500; i++) {
		freeReplyObject(
		    redis_do(&redis, "ZADD {scepd}:rev:ca %d s%d", i < 1500 ? 7 : i, i));
		freeReplyObject(redis_do(&redis, "HSET {scepd}:rvk:ca s%d %s", i, "5 x"));
	}
	CU_ASSERT_EQUAL(store_revoked_each(store, "ca", count, &n, &e), 0);
	CU_ASSERT_EQUAL(n, 2500);
	n = 0;
	CU_ASSERT_EQUAL(store_revoked_each(store, "ca", end_it, &n, &e), 7);
	CU_ASSERT_EQUAL(n, 1);
	n = 0;
	CU_ASSERT_EQUAL(store_revoked_each(store, "other", count, &n, &e), 0);
	CU_ASSERT_EQUAL(n, 0);
}

/* A key of another type: an error before anything is written. */
static void
a_broken_set_is_trouble_and_changes_nothing(void)
{
	static const char *const keys[] = {"cas", "rev:ca", "rvk:ca", "crl:ca", "sup"};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		enum revoked_state state;
		struct err e = ERR_INIT;

		clean();
		record("aa", 900);
		freeReplyObject(redis_do(&redis, "SET {scepd}:%s x", keys[i]));
		CU_ASSERT_EQUAL(
		    store_revoke(store,
		        &(struct revocation){.authority = "ca", .serial = "aa", .reason = "x"},
		        &state, &e),
		    -1);
		CU_ASSERT_EQUAL(e.code, ERR_STORE);
		CU_ASSERT_EQUAL(redis_int(&redis, "HEXISTS {scepd}:crt:ca:aa rev"), 0);
		/* the record, the broken key, perhaps the proof of the pepper */
		CU_ASSERT(redis_int(&redis, "DBSIZE") <= 3);
	}
}

static void
reserve(const char *word, const char *kind)
{
	struct err e = ERR_INIT;
	char now[24];
	redisReply *r;

	snprintf(now, sizeof now, "%lld", (long long)time(NULL));
	r = call_texts(store, &e, "reserve", now, "owner", "ca", PROFILE, REQUEST, REQUEST, kind,
	    "", REQUEST, "tbs", "plan", "conf", "600", "10", "auto", "600", "100", "CN=a", "DNS:a",
	    "", "{}", NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	if (!reply_is(r, word))
		fprintf(stderr, "\n  reserve: %s\n", (const char *)reply_view(r, 0).p);
	CU_ASSERT(reply_is(r, word));
	freeReplyObject(r);
}

static void
commit(const char *word, const char *before, const char *lives)
{
	struct err e = ERR_INIT;
	char after[24];
	redisReply *r;

	snprintf(after, sizeof after, "%lld", (long long)time(NULL) + 86400);
	r = call_texts(store, &e, "commit", "owner", "1", "ca", PROFILE, REQUEST, REQUEST, "cert",
	    after, "60", "CN=a", "DNS:a", "192.0.2.1", "challenge", "spki", "{}", before, lives,
	    NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	CU_ASSERT(reply_is(r, word));
	freeReplyObject(r);
}

static void
poll(const char *word)
{
	struct err e = ERR_INIT;
	redisReply *r = call_texts(store, &e, "poll", REQUEST, "ca", PROFILE, NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	CU_ASSERT(reply_is(r, word));
	freeReplyObject(r);
}

/* Whatever asks for it again: RESERVE, CertPoll, and a COMMIT that comes late. */
static void
a_revoked_certificate_is_not_handed_out(void)
{
	clean();
	reserve("RESERVED", "renewal");
	commit("COMMITTED", "", "0");
	reserve("ISSUED", "renewal");
	commit("ISSUED", "", "0");
	poll("ISSUED");
	CU_ASSERT_EQUAL(revoke_now(REQUEST), REVOKED_NOW);
	reserve("USED", "renewal");
	commit("LOST", "", "0");
	poll("NONE");
}

/* Another CA took over, and with it another worker; the first one comes late. */
static void
what_another_ca_revoked_is_not_handed_out(void)
{
	clean();
	reserve("RESERVED", "renewal");
	commit("COMMITTED", "", "0");
	freeReplyObject(redis_do(&redis, "HSET {scepd}:rq:" REQUEST " ca other"));
	commit("ISSUED", "", "0");
	freeReplyObject(redis_do(&redis, "HSET {scepd}:rvk:other " REQUEST " 5"));
	commit("LOST", "", "0");
}

/* One that was signed and not recorded: revoked by its certificate, it cannot be delivered later.
 */
static void
what_is_revoked_before_it_is_recorded_is_not_handed_out(void)
{
	clean();
	reserve("RESERVED", "renewal");
	CU_ASSERT_EQUAL(revoke_at(REQUEST, "unspecified", 5, 2000000000), REVOKED_NOW);
	commit("LOST", "", "0");
	CU_ASSERT_EQUAL(redis_int(&redis, "HGET {scepd}:crt:ca:" REQUEST " rev"), 5);
	reserve("USED", "renewal");
	poll("NONE");
}

static size_t
due(struct superseded *first)
{
	struct superseded all[SUPERSEDED_MAX];
	struct err e = ERR_INIT;
	size_t n = 99;

	CU_ASSERT_EQUAL(store_superseded(store, all, &n, &e), 0);
	if (n > 0)
		*first = all[0];
	return n;
}

static bool
heard(void)
{
	struct store *s = redis_store(&redis);
	struct err e = ERR_INIT;
	bool is;

	CU_ASSERT_EQUAL(store_refresh(s, &e), 0);
	is = store_superseded_due(s);
	store_free(s);
	return is;
}

static void
a_predecessor_is_due_once(void)
{
	struct superseded one = {.not_after = 0};

	clean();
	record("aa", 900);
	reserve("RESERVED", "renewal");
	commit("COMMITTED", "ca aa", "0");
	CU_ASSERT(heard());
	CU_ASSERT_EQUAL(due(&one), 1);
	CU_ASSERT_STRING_EQUAL(one.authority, "ca");
	CU_ASSERT_STRING_EQUAL(one.serial, "aa");
	CU_ASSERT_EQUAL(one.not_after, redis_int(&redis, "HGET {scepd}:crt:ca:aa na"));
	/* Somebody has it; if he dies it comes back. */
	CU_ASSERT_EQUAL(due(&one), 0);
	CU_ASSERT_FALSE(heard());
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:sup"), 1);
	CU_ASSERT_EQUAL(revoke_now("aa"), REVOKED_NOW);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:sup"), 0);
}

static void
a_predecessor_is_not_due_before_its_time(void)
{
	struct superseded one;

	clean();
	record("aa", 900);
	reserve("RESERVED", "renewal");
	commit("COMMITTED", "ca aa", "3600");
	CU_ASSERT_FALSE(heard());
	CU_ASSERT_EQUAL(due(&one), 0);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:sup"), 1);
}

static void
what_is_revoked_or_gone_is_not_due(void)
{
	struct superseded one;

	clean();
	record("aa", 900);
	CU_ASSERT_EQUAL(revoke_now("aa"), REVOKED_NOW);
	freeReplyObject(redis_do(&redis, "ZADD {scepd}:sup 5 %s 6 %s", "ca aa", "ca gone"));
	CU_ASSERT_EQUAL(due(&one), 0);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:sup"), 0);
}

static CU_TestInfo tests[] = {
    T(one_is_revoked_for_ever),
    T(now_is_the_time_unless_it_is_given),
    T(without_a_record_its_end_must_be_known),
    T(a_record_that_is_marked_comes_into_the_set),
    T(the_walk_meets_every_one_once),
    T(a_broken_set_is_trouble_and_changes_nothing),
    T(a_revoked_certificate_is_not_handed_out),
    T(what_another_ca_revoked_is_not_handed_out),
    T(what_is_revoked_before_it_is_recorded_is_not_handed_out),
    T(a_predecessor_is_due_once),
    T(a_predecessor_is_not_due_before_its_time),
    T(what_is_revoked_or_gone_is_not_due),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo revoked_suite = {"revoked", start, stop, NULL, NULL, tests};
