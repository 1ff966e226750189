/* SPDX-License-Identifier: ISC
 *
 * What a worker does between requests.
 */
#include "harness.h"
#include "rig.h"
#include "store/node.h"
#include "store/state.h"
#include "suites.h"

static struct rig rig;

static int
start(void)
{
	rig_start(&rig, NULL);
	rig.remember = true;
	return 0;
}

static int
stop(void)
{
	rig_stop(&rig);
	return 0;
}

static void
tick(void)
{
	rig.service.tick_at = 0;
	CU_ASSERT(service_tick(&rig.service) > 0);
}

static bool
heard(const char *value)
{
	return view_eq(store_word(rig.service.store, "colour"), view_str(value));
}

static void
it_hears_the_operator(void)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(store_say(rig.operator, "colour", "green", &e), 0);
	tick();
	CU_ASSERT(heard("green"));
	CU_ASSERT_EQUAL(store_say(rig.operator, "colour", "red", &e), 0);
	/* Not before it is time. */
	CU_ASSERT(service_tick(&rig.service) <= TICK_MS);
	CU_ASSERT(heard("green"));
	/* With the store away it goes by what it heard. */
	freeReplyObject(redis_do(rig.redis, "RENAME {scepd}:word {scepd}:kept"));
	freeReplyObject(redis_do(rig.redis, "SET {scepd}:word broken"));
	rig.service.tick_at = 0;
	CU_ASSERT(service_tick(&rig.service) >= TICK_MS);
	CU_ASSERT(heard("green"));
	freeReplyObject(redis_do(rig.redis, "RENAME {scepd}:kept {scepd}:word"));
	store_free(rig.service.store);
	rig.service.store = redis_store(rig.redis);
	tick();
	CU_ASSERT(heard("red"));
	CU_ASSERT_EQUAL(store_say(rig.operator, "colour", "", &e), 0);
	/* The store asks no more often than once a second; a new one asks at once. */
	store_free(rig.service.store);
	rig.service.store = redis_store(rig.redis);
	tick();
	CU_ASSERT(heard(""));
}

/* Whoever can write to the store, but has no host of the pool, has no say; nor does a word that was
 * said about something else. */
static void
it_hears_nobody_else(void)
{
	struct err e = ERR_INIT;
	redisReply *r;

	CU_ASSERT_EQUAL(store_say(rig.operator, "taste", "green", &e), 0);
	r = redis_do(rig.redis, "HGET {scepd}:word taste");
	CU_ASSERT_EQUAL_FATAL(r->type, REDIS_REPLY_STRING);
	freeReplyObject(redis_do(rig.redis, "HSET {scepd}:word colour green"));
	store_free(rig.service.store);
	rig.service.store = redis_store(rig.redis);
	tick();
	CU_ASSERT(heard(""));
	freeReplyObject(redis_do(rig.redis, "HSET {scepd}:word colour %s", r->str));
	store_free(rig.service.store);
	rig.service.store = redis_store(rig.redis);
	tick();
	CU_ASSERT(heard(""));
	CU_ASSERT(view_eq(store_word(rig.service.store, "taste"), view_str("green")));
	r->str[r->len - 1] = 'm';
	freeReplyObject(redis_do(rig.redis, "HSET {scepd}:word taste %s", r->str));
	store_free(rig.service.store);
	rig.service.store = redis_store(rig.redis);
	tick();
	CU_ASSERT_EQUAL(store_word(rig.service.store, "taste").n, 0);
	freeReplyObject(r);
	freeReplyObject(redis_do(rig.redis, "DEL {scepd}:word"));
	store_free(rig.service.store);
	rig.service.store = redis_store(rig.redis);
	tick();
}

static int
count(void *context, const struct node *n, struct err *e)
{
	(void)n;
	(void)e;
	++*(int *)context;
	return 0;
}

static void
it_reports_its_host(void)
{
	struct err e = ERR_INIT;
	int nodes = 0;

	rig.service.report_at = 0;
	tick();
	CU_ASSERT_EQUAL(store_nodes(rig.operator, count, &nodes, &e), 0);
	CU_ASSERT_EQUAL(nodes, 1);
	CU_ASSERT(rig.service.report_at > 0);
}

static void
it_keeps_quiet_while_older_workers_serve(void)
{
	struct err e = ERR_INIT;
	int nodes = 0;

	freeReplyObject(redis_do(rig.redis, "FLUSHALL"));
	rig.service.report_at = 0;
	rig.service.replacing = true;
	tick();
	CU_ASSERT_EQUAL(store_nodes(rig.operator, count, &nodes, &e), 0);
	CU_ASSERT_EQUAL(nodes, 0);
	rig.service.replacing = false;
	tick();
	CU_ASSERT_EQUAL(store_nodes(rig.operator, count, &nodes, &e), 0);
	CU_ASSERT_EQUAL(nodes, 1);
}

/* How often the store was told since the last time that this was asked. */
static int
told(void)
{
	redisReply *r = redis_do(rig.redis, "HLEN {scepd}:used");
	int n = (int)r->integer;

	freeReplyObject(r);
	freeReplyObject(redis_do(rig.redis, "DEL {scepd}:used"));
	return n;
}

static void
post(const char *challenge)
{
	struct buf csr = {0}, der = {0};
	struct seen s;

	make_csr(make_rsa(2048, 3), "CN=device", challenge, NULL, &csr);
	rig_msg(&rig, (struct make_msg){.inner = buf_view(&csr)}, &der);
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), &s);
	seen_free(&s);
	buf_free(&csr);
	buf_free(&der);
}

static void
it_tells_that_an_ra_is_used(void)
{
	struct service_use *use = rig.sp->ras[0].use;

	*use = (struct service_use){0};
	tick();
	CU_ASSERT_EQUAL(told(), 0);
	post("wrong one");
	tick();
	CU_ASSERT_EQUAL(told(), 0);
	post(RIG_CHALLENGE);
	tick();
	CU_ASSERT_EQUAL(told(), 1);
	/* Not again within the hour. */
	use->at = use->told + 1;
	tick();
	CU_ASSERT_EQUAL(told(), 0);
	use->told -= 3600 * 1000;
	tick();
	CU_ASSERT_EQUAL(told(), 1);
	/* Nor without a use. */
	use->told = use->at;
	tick();
	CU_ASSERT_EQUAL(told(), 0);
}

static void
it_does_without_a_store(void)
{
	struct store *store = rig.service.store;

	rig.service.store = NULL;
	CU_ASSERT_EQUAL(service_tick(&rig.service), TICK_MS);
	rig.service.store = store;
}

static CU_TestInfo tests[] = {
    T(it_hears_the_operator),
    T(it_hears_nobody_else),
    T(it_reports_its_host),
    T(it_keeps_quiet_while_older_workers_serve),
    T(it_tells_that_an_ra_is_used),
    T(it_does_without_a_store),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo tick_suite = {"tick", start, stop, NULL, NULL, tests};
