/* SPDX-License-Identifier: ISC
 *
 * Who may ask at all: addresses that a profile admits, sources that guessed too often, profiles
 * that are switched off, and a store that is not there. All of it is decided before the message is
 * read.
 */
#include <string.h>

#include "harness.h"
#include "rig.h"
#include "suites.h"

static struct rig rig;
static struct buf message; /* of the rig's client, with the right challenge */
static struct net nets[2];

static int
start(void)
{
	rig_start(&rig, NULL);
	rig_msg(&rig, (struct make_msg){0}, &message);
	rig.remember = true;
	return 0;
}

static int
stop(void)
{
	buf_free(&message);
	rig_stop(&rig);
	return 0;
}

/* A store that has heard nothing yet, as that of another worker. */
static void
another_worker(void)
{
	store_free(rig.service.store);
	rig.service.store = redis_store(rig.redis);
}

/* Everything forgotten. */
static void
begin(void)
{
	freeReplyObject(redis_do(rig.redis, "FLUSHALL"));
	another_worker();
}

static void
ask(const char *remote, const char *forwarded, struct view body, struct seen *s)
{
	const struct http_request in = {.method = HTTP_POST,
	    .path = view_str("/scep/" RIG_ID),
	    .query = view_str("operation=PKIOperation"),
	    .body = body,
	    .remote = view_str(remote),
	    .forwarded = view_str(forwarded)};
	struct http_reply out;

	rig_handle(&rig, &in, &out, s);
	snprintf(s->text, sizeof s->text, "%s", out.status == 200 ? "" : buf_str(&out.body));
	http_reply_free(&out);
}

static void
expect(const char *remote, const char *forwarded, int http, const char *slug)
{
	struct seen s;

	ask(remote, forwarded, buf_view(&message), &s);
	CU_ASSERT_EQUAL(s.http, http);
	CU_ASSERT_STRING_EQUAL(s.slug, slug);
	CU_ASSERT_EQUAL(s.retry_after > 0, http == 503 || http == 429);
	if (http != 200)
		CU_ASSERT_STRING_EQUAL(s.type, "text/plain");
}

static void
trust(const char *proxy)
{
	static struct net trusted;

	CU_ASSERT_EQUAL_FATAL(net_read(proxy, &trusted), 0);
	rig.service.trusted_proxies = &trusted;
	rig.service.n_trusted_proxies = 1;
}

static void
trust_nobody(void)
{
	rig.service.trusted_proxies = NULL;
	rig.service.n_trusted_proxies = 0;
}

/* The address that the log shows. */
static void
source_is(const char *remote, const char *forwarded, const char *wanted)
{
	struct seen s;
	char field[80];

	ask(remote, forwarded, view_str("no message"), &s);
	snprintf(field, sizeof field, " src=%s ", wanted);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, field));
}

static void
the_last_stranger_of_the_list_asks(void)
{
	trust("10.0.0.0/8");
	source_is("10.0.0.1", "192.0.2.1,10.0.0.2 , 10.0.0.3", "192.0.2.1");
	source_is("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"); /* nobody else is named */
	source_is("10.0.0.1", "192.0.2.9, nonsense", "nonsense");
	source_is("10.0.0.1", "192.0.2.9, ", "10.0.0.1");
	source_is("10.0.0.1", "192.0.2.9,,10.0.0.2", "10.0.0.2");
	source_is("192.0.2.2", "10.0.0.9", "192.0.2.2");
	source_is("10.0.0.1", "0123456789012345678901234567890123456789012345678901234567890",
	    "012345678901234567890123456789012345678901234"); /* longer than any address */
	trust_nobody();
}

static void
a_profile_can_be_for_some_addresses(void)
{
	struct profile *p = &rig.sp->profile;
	struct http_reply out;
	struct seen s;

	begin();
	CU_ASSERT_EQUAL_FATAL(net_read("192.0.2.0/24", &nets[0]), 0);
	CU_ASSERT_EQUAL_FATAL(net_read("2001:db8::1", &nets[1]), 0);
	p->allow_from = nets;
	p->n_allow_from = 2;
	expect("192.0.2.200", "", 200, "issued");
	expect("2001:db8::1", "", 200, "replayed");
	expect("::ffff:192.0.2.1", "", 200, "replayed");
	expect("192.0.3.1", "", 403, "source");
	expect("", "", 403, "source");
	/* A header proves nothing, unless a trusted proxy wrote it. */
	expect("192.0.3.1", "192.0.2.1", 403, "source");
	trust("192.0.3.1");
	expect("192.0.3.1", "192.0.2.1", 200, "replayed");
	expect("192.0.3.1", "198.51.100.1", 403, "source");
	trust_nobody();
	rig_get(&rig, "/scep/" RIG_ID, "operation=GetCACert", &out, &s);
	CU_ASSERT_EQUAL(s.http, 200);
	http_reply_free(&out);
	p->allow_from = NULL;
	p->n_allow_from = 0;
}

static void
guess(const char *remote)
{
	struct buf csr = {0}, wrong = {0};
	struct seen s;

	make_csr(make_rsa(2048, 3), "CN=device", "not the challenge", NULL, &csr);
	rig_msg(&rig, (struct make_msg){.inner = buf_view(&csr)}, &wrong);
	ask(remote, "", buf_view(&wrong), &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "challenge");
	buf_free(&csr);
	buf_free(&wrong);
}

static void
who_guesses_is_shut_out_everywhere(void)
{
	struct profile *p = &rig.sp->profile;
	struct seen s;
	int before = p->wrong_challenges;

	begin();
	p->wrong_challenges = 2;
	guess("192.0.2.1");
	guess("192.0.2.3");
	expect("192.0.2.1", "", 200, "issued"); /* what is right is not counted */
	expect("192.0.2.1", "", 200, "replayed");
	guess("192.0.2.1");
	expect("192.0.2.1", "", 429, "guessing");
	ask("192.0.2.1", "", view_str("no message"), &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "guessing");
	expect("192.0.2.3", "", 200, "replayed");
	expect("192.0.2.11", "", 200, "replayed"); /* begins like the other */
	another_worker();
	expect("192.0.2.1", "", 429, "guessing");

	begin();
	p->wrong_challenges = 0;
	for (int i = 0; i < 4; i++)
		guess("192.0.2.1");
	expect("192.0.2.1", "", 200, "issued");
	p->wrong_challenges = before;
}

/* As it is after the window: nobody waits for it here. */
static void
the_block_ends(void)
{
	begin();
	freeReplyObject(redis_do(rig.redis, "ZADD {scepd}:blk 1 %s", RIG_ID " 192.0.2.1"));
	freeReplyObject(redis_do(
	    rig.redis, "ZADD {scepd}:blk 99999999999999 %b", RIG_ID " 192.0.2.2", (size_t)46));
	freeReplyObject(redis_do(rig.redis, "ZADD {scepd}:blk 99999999999999 %b",
	    "22222222-2222-4333-8444-555555555555 192.0.2.1", (size_t)46)); /* at another profile */
	expect("192.0.2.1", "", 200, "issued");
	expect("192.0.2.2", "", 429, "guessing");
}

static void
switch_off(const char *profile, const char *reason)
{
	freeReplyObject(redis_do(rig.redis, "HSET {scepd}:off %s %s", profile, reason));
}

static void
a_profile_that_is_switched_off(void)
{
	struct seen s;

	begin();
	switch_off("22222222-2222-4333-8444-555555555555", "another one");
	expect("192.0.2.1", "", 200, "issued");
	/* The worker heard a moment ago that it is on. What would be issued is refused even so. */
	switch_off(RIG_ID, "maintenance");
	expect("192.0.2.1", "", 503, "disabled");
	another_worker();
	ask("192.0.2.1", "", view_str("no message"), &s);
	CU_ASSERT_EQUAL(s.http, 503);
	CU_ASSERT_STRING_EQUAL(s.slug, "disabled");
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, "maintenance"));
	CU_ASSERT_PTR_NULL(strstr(s.text, "maintenance"));
	begin();
	expect("192.0.2.1", "", 200, "issued");
}

/* Nothing is promised without the store, and all is as before when it is back. */
static void
without_the_store_nothing_is_issued(void)
{
	struct store *store = rig.service.store;
	char dir[PATH_MAX];

	begin();
	snprintf(dir, sizeof dir, "%s", rig.redis->dir);
	store = rig.service.store;
	rig.service.store = NULL;
	expect("192.0.2.1", "", 503, "store");
	rig.service.store = store;
	expect("192.0.2.1", "", 200, "issued");
	redis_kill(rig.redis);
	expect("192.0.2.1", "", 503, "store"); /* heard a moment ago, or not */
	another_worker();
	expect("192.0.2.1", "", 503, "store");
	redis_start(rig.redis, dir, NULL);
	expect("192.0.2.1", "", 200, "issued"); /* this one keeps nothing on its disk */
}

static CU_TestInfo tests[] = {
    T(the_last_stranger_of_the_list_asks),
    T(a_profile_can_be_for_some_addresses),
    T(who_guesses_is_shut_out_everywhere),
    T(the_block_ends),
    T(a_profile_that_is_switched_off),
    T(without_the_store_nothing_is_issued),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo source_suite = {"source", start, stop, NULL, NULL, tests};
