/* SPDX-License-Identifier: ISC
 *
 * One-time challenges by HTTP: who gets one, in which form, how many, and what everybody else is
 * told.
 */
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/net.h"
#include "harness.h"
#include "rig.h"
#include "store/challenge.h"
#include "store/state.h"
#include "store/token.h"
#include "suites.h"

#define HERE "/scep/" RIG_PROFILE "/challenge"

static struct rig rig;
static char token[72], foreign[72];

static int
start(void)
{
	rig_start(&rig, NULL);
	rig.remember = true;
	rig.sp->profile.challenge_type = CHALLENGE_DYNAMIC;
	rig_token(&rig, "jamf", "", 0, token);
	rig_token(&rig, "other", "99999999-2222-4333-8444-555555555555", 0, foreign);
	return 0;
}

static int
stop(void)
{
	rig_stop(&rig);
	return 0;
}

static void
flush(void)
{
	struct err e = ERR_INIT;
	int64_t n;

	CU_ASSERT_EQUAL(store_challenge_drop(rig.operator, RIG_ID, "", &n, &e), 0);
}

/* What is asked; zeroed members stand for a right request. */
struct ask {
	const char *path, *query, *body, *header, *bearer, *remote;
	const char *method;
	bool plain, large, cut;
};

static void
ask(struct ask a, struct http_reply *out, struct seen *s)
{
	char header[160];
	struct http_request in = {.method = http_method_read(a.method != NULL ? a.method : "POST"),
	    .path = view_str(a.path != NULL ? a.path : HERE),
	    .query = view_str(a.query),
	    .body = view_str(a.body),
	    .https = !a.plain,
	    .body_large = a.large,
	    .body_short = a.cut,
	    .remote = view_str(a.remote != NULL ? a.remote : "192.0.2.9")};

	snprintf(header, sizeof header, "Bearer %s", a.bearer != NULL ? a.bearer : token);
	in.authorization = view_str(a.header != NULL ? a.header : header);
	rig_handle(&rig, &in, out, s);
}

static void
expect(struct ask a, int http, const char *slug)
{
	struct http_reply out;
	struct seen s;

	ask(a, &out, &s);
	CU_ASSERT_EQUAL(s.http, http);
	CU_ASSERT_STRING_EQUAL(s.slug, slug);
	if (s.http != http || strcmp(s.slug, slug) != 0)
		fprintf(stderr, "\n  expected %d %s: %s", http, slug, s.line);
	if (http != 200) {
		CU_ASSERT_EQUAL(strcspn(buf_str(&out.body), "\n"), out.body.n - 1);
		CU_ASSERT_PTR_NULL(strstr(s.line, " challenge="));
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, " op=challenge "));
	CU_ASSERT_PTR_NULL(strstr(s.line, token));
	CU_ASSERT_STRING_EQUAL(out.allow != NULL ? out.allow : "", http == 405 ? "POST" : "");
	CU_ASSERT_EQUAL(out.authenticate != NULL, http == 401);
	http_reply_free(&out);
}

static long long
pending(void)
{
	return redis_int(rig.redis, "ZCARD {scepd}:pend:%s", RIG_ID);
}

static void
the_body_is_the_challenge_alone(void)
{
	struct http_reply out;
	struct seen s;
	uint8_t mac[32];
	char field[40] = " challenge=";
	struct err e = ERR_INIT;

	flush();
	ask((struct ask){.body = "whatever=this&is"}, &out, &s);
	CU_ASSERT_EQUAL(s.http, 200);
	CU_ASSERT_STRING_EQUAL(s.slug, "minted");
	CU_ASSERT_STRING_EQUAL(out.type, "text/plain");
	CU_ASSERT_EQUAL_FATAL(out.body.n, 32);
	CU_ASSERT_EQUAL(strspn(buf_str(&out.body), "0123456789ABCDEF"), 32);
	CU_ASSERT_TRUE(out.secret);
	CU_ASSERT_PTR_NULL(strstr(s.line, buf_str(&out.body)));
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, " by=jamf "));
	CU_ASSERT_EQUAL(
	    store_challenge_mac(rig.service.store, RIG_ID, buf_view(&out.body), mac, &e), 0);
	hex_of(view_of(mac, 8), field + strlen(field));
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, field));
	CU_ASSERT_EQUAL(pending(), 1);
	http_reply_free(&out);
}

static void
json_on_demand(void)
{
	struct http_reply out;
	struct seen s;

	ask((struct ask){.query = "format=json"}, &out, &s);
	CU_ASSERT_EQUAL(s.http, 200);
	CU_ASSERT_STRING_EQUAL(out.type, "application/json");
	CU_ASSERT_EQUAL(strncmp(buf_str(&out.body), "{\"challenge\":\"", 14), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(buf_str(&out.body), "\",\"expires_at\":\"20"));
	CU_ASSERT_PTR_NOT_NULL(strstr(buf_str(&out.body), "Z\",\"profile\":\"" RIG_PROFILE "\"}"));
	http_reply_free(&out);
	ask((struct ask){.query = "format=json", .bearer = "wrong"}, &out, &s);
	CU_ASSERT_EQUAL(s.http, 401);
	CU_ASSERT_STRING_EQUAL(out.type, "application/json");
	CU_ASSERT_STRING_EQUAL(buf_str(&out.body),
	    "{\"error\":\"token\",\"message\":\"a valid bearer token is needed\",\"status\":401}");
	http_reply_free(&out);
}

static void
only_a_token_opens(void)
{
	static const char *const headers[] = {
	    "", "Bearer", "Bearer ", "Basic amFtZjpwdw==", "Bearerx y", "NTLM TlRMTVNTUAAB"};
	char again[72], header[160];
	struct err e = ERR_INIT;

	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		expect((struct ask){.header = headers[i]}, 401, "token");
	expect((struct ask){.bearer = "scepd_0"}, 401, "token");
	/* To whoever has no token a profile that is not there looks like any other. */
	expect((struct ask){.bearer = "scepd_0", .path = "/scep/nobody/challenge"}, 401, "token");
	expect((struct ask){.bearer = foreign}, 403, "token-profile");
	expect((struct ask){.path = "/scep/nobody/challenge"}, 404, "no-profile");
	snprintf(header, sizeof header, "Digest %s", token);
	expect((struct ask){.header = header}, 401, "token");
	rig_token(&rig, "short", RIG_ID " 99999999-2222-4333-8444-555555555555", 600, again);
	expect((struct ask){.bearer = again}, 200, "minted");
	CU_ASSERT_EQUAL(store_token_drop(rig.operator, "short", &e), 0);
	expect((struct ask){.bearer = again}, 401, "token"); /* at once */
	snprintf(header, sizeof header, "bearer  %s ", token);
	expect((struct ask){.header = header}, 200, "minted");
}

/* A path without a profile hands out nothing, whatever else it serves. */
static void
the_default_profile_has_a_name_too(void)
{
	rig.service.default_profile = rig.sp;
	expect((struct ask){.path = "/scep/pkiclient.exe/challenge"}, 404, "no-profile");
	rig.service.default_profile = NULL;
}

static void
a_token_ends(void)
{
	char digest[65], mortal[72];

	rig_token(&rig, "mortal", "", 600, mortal);
	token_digest(view_str(mortal), digest);
	expect((struct ask){.bearer = mortal}, 200, "minted");
	freeReplyObject(redis_do(rig.redis, "HSET {scepd}:tk:%s exp 1000", digest));
	expect((struct ask){.bearer = mortal}, 401, "token");
	expect((struct ask){.bearer = mortal, .body = "{"}, 401, "token");
}

static void
nothing_but_post_mints(void)
{
	static const char *const methods[] = {"GET", "HEAD", "OPTIONS", "PUT"};

	flush();
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		expect((struct ask){.method = methods[i]}, 405, "method");
		expect((struct ask){.method = methods[i], .header = ""}, 405, "method");
	}
	CU_ASSERT_EQUAL(pending(), 0);
}

static void
plain_http_is_a_matter_of_the_configuration(void)
{
	flush();
	expect((struct ask){.plain = true}, 403, "https-only");
	CU_ASSERT_EQUAL(pending(), 0);
	rig.service.allow_http_challenge = true;
	expect((struct ask){.plain = true}, 200, "minted");
	rig.service.allow_http_challenge = false;
}

static void
the_profile_must_be_dynamic_and_on(void)
{
	struct err e = ERR_INIT;
	bool same;

	rig.sp->profile.challenge_type = CHALLENGE_STATIC;
	expect((struct ask){.body = ""}, 409, "not-dynamic");
	expect((struct ask){.bearer = "x"}, 401, "token");
	expect((struct ask){.bearer = foreign}, 403, "token-profile");
	rig.sp->profile.challenge_type = CHALLENGE_DYNAMIC;
	CU_ASSERT_EQUAL(store_switch(rig.operator, RIG_ID, true, "moving", &same, &e), 0);
	CU_ASSERT_FALSE(same);
	expect((struct ask){.body = ""}, 503, "disabled");
	CU_ASSERT_EQUAL(store_switch(rig.operator, RIG_ID, true, "moving", &same, &e), 0);
	CU_ASSERT_TRUE(same);
	CU_ASSERT_EQUAL(store_switch(rig.operator, RIG_ID, false, "", &same, &e), 0);
	CU_ASSERT_FALSE(same);
	expect((struct ask){.body = ""}, 200, "minted");
}

/* Posts until the outcome is the expected one, and the line has that in it: workers ask the store
 * once a second, and RESERVE, which knows it at once, gives no reason. */
static void
await_slug(struct view message, const char *slug, const char *line, struct seen *s)
{
	int64_t end = clock_ms() + 20000;

	do {
		(void)poll(NULL, 0, 5);
		rig_post(&rig, message, make_rsa(2048, 3), s);
		seen_free(s);
	} while ((strcmp(s->slug, slug) != 0 || strstr(s->line, line) == NULL) && clock_ms() < end);
	CU_ASSERT_STRING_EQUAL(s->slug, slug);
}

static void
a_profile_that_is_off_serves_nobody(void)
{
	struct err e = ERR_INIT;
	struct buf der = {0};
	struct seen s;
	bool same;

	rig_msg(&rig, (struct make_msg){0}, &der);
	CU_ASSERT_EQUAL(store_switch(rig.operator, RIG_ID, true, "moving", &same, &e), 0);
	await_slug(buf_view(&der), "disabled", "detail=moving", &s);
	CU_ASSERT_EQUAL(s.http, 503);
	CU_ASSERT(s.retry_after > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, "detail=moving"));
	CU_ASSERT_EQUAL(store_switch(rig.operator, RIG_ID, false, "", &same, &e), 0);
	await_slug(buf_view(&der), "challenge", "", &s);
	buf_free(&der);
}

static void
the_limit_is_exact(void)
{
	struct http_reply out;
	struct seen s;

	flush();
	rig.sp->profile.max_pending_challenges = 2;
	expect((struct ask){.body = ""}, 200, "minted");
	expect((struct ask){.body = "{\"expires_in\":30}"}, 200, "minted");
	ask((struct ask){.query = "format=json"}, &out, &s);
	CU_ASSERT_EQUAL(s.http, 429);
	CU_ASSERT_STRING_EQUAL(s.slug, "pending-full");
	CU_ASSERT(s.retry_after > 20 && s.retry_after <= 30);
	CU_ASSERT_PTR_NOT_NULL(strstr(buf_str(&out.body), "\"error\":\"pending-full\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, " by=jamf "));
	CU_ASSERT_EQUAL(pending(), 2);
	http_reply_free(&out);
	rig.sp->profile.max_pending_challenges = 100;
}

static void
any_body_will_do_but_not_any_webhook(void)
{
	static const struct {
		const char *body;
		int http;
		const char *slug;
	} cases[] = {
	    {"", 200, "minted"},
	    {"x", 200, "minted"},
	    {"[]", 200, "minted"},
	    {"{}", 200, "minted"},
	    {"{\"webhook\":{\"id\":1,\"webhookEvent\":\"SCEPChallenge\",\"eventTimestamp\":17},"
	     "\"event\":{\"targetDevice\":{\"udid\":\"x\",\"more\":[1,{}]}}}",
	        200, "minted"},
	    {"\xef\xbb\xbf {\"webhook\":{\"webhookEvent\":\"SCEPChallenge\"}}", 200, "minted"},
	    {"{\"webhook\":{\"webhookEvent\":\"ComputerAdded\"}}", 400, "webhook"},
	    {"{\"webhook\":{\"webhookEvent\":7}}", 400, "webhook"},
	    {"<JSSEvent><webhook><webhookEvent>SCEPChallenge</webhookEvent></webhook></JSSEvent>",
	        200, "minted"},
	    {"<x/>", 200, "minted"},
	    {"<JSSEvent><webhookEvent>ComputerAdded</webhookEvent></JSSEvent>", 400, "webhook"},
	    {"<webhookEvent>SCEPChallenge", 400, "webhook"},
	    {"{", 400, "body"},
	    {"{} {}", 400, "body"},
	    {"{\"subject\":\"CN=a\",\"subject\":\"CN=b\"}", 400, "body"},
	    {"{\"expires_in\":0}", 400, "body"},
	    {"{\"expires_in\":\"60\"}", 400, "body"},
	    {"{\"subject\":7}", 400, "body"},
	    {"{\"subject\":\"device\"}", 400, "body"},
	    {"{\"sans\":\"DNS:a\"}", 400, "body"},
	    {"{\"sans\":[]}", 400, "body"},
	    {"{\"sans\":[7]}", 400, "body"},
	    {"{\"sans\":[\"DNS:\"]}", 400, "body"},
	    {"{\"sans\":[\"dirName:x\"]}", 400, "body"},
	    {"{\"sans\":[\"UPN:a@b\"]}", 400, "body"},
	    {"{\"san\":[\"DNS:a\"]}", 400, "body"},
	    {"{\"sans\":[\"DNS:a.example\",\"IP:192.0.2.1\"]}", 200, "minted"},
	};

	flush();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect((struct ask){.body = cases[i].body}, cases[i].http, cases[i].slug);
	expect((struct ask){.large = true}, 413, "too-large");
	expect((struct ask){.cut = true}, 400, "body-short");
	/* What is refused counts for nothing. */
	CU_ASSERT_EQUAL(pending(), 9);
}

/* The profile's time is the most that a caller gets. */
static void
a_caller_may_shorten_the_time_and_no_more(void)
{
	static const struct {
		const char *body;
		long long low, high;
	} cases[] = {{"", 3590000, 3600000}, {"{\"expires_in\":60}", 50000, 60000},
	    {"{\"expires_in\":99999999}", 3590000, 3600000}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		redisReply *mac;
		long long left;

		flush();
		expect((struct ask){.body = cases[i].body}, 200, "minted");
		mac = redis_do(rig.redis, "ZRANGE {scepd}:pend:%s 0 0", RIG_ID);
		left = redis_int(rig.redis, "PTTL {scepd}:ch:%s", mac->element[0]->str);
		CU_ASSERT(left > cases[i].low && left <= cases[i].high);
		freeReplyObject(mac);
	}
}

static void
without_a_store_there_are_none(void)
{
	struct store *kept = rig.service.store;

	rig.service.store = NULL;
	expect((struct ask){.body = ""}, 503, "store");
	rig.service.store = kept;
	flush();
	freeReplyObject(redis_do(rig.redis, "SET {scepd}:pend:%s x", RIG_ID));
	expect((struct ask){.body = ""}, 503, "store");
	freeReplyObject(redis_do(rig.redis, "DEL {scepd}:pend:%s", RIG_ID));
	expect((struct ask){.body = ""}, 200, "minted");
}

static int
count_row(void *to, const struct challenge_row *row)
{
	int *n = to;

	CU_ASSERT_EQUAL(row->mac.n, 64);
	CU_ASSERT(row->expires > row->made);
	++*n;
	return 0;
}

/* More than a page of them, and more than one call ends. */
static void
all_are_listed_and_ended(void)
{
	enum { MANY = 1203 };
	struct err e = ERR_INIT;
	int n = 0;
	int64_t dropped;

	flush();
	for (int i = 0; i < MANY; i++) {
		uint8_t mac[32] = {(uint8_t)i, (uint8_t)(i >> 8)};
		struct minted out;
		struct mint m = {
		    .profile = RIG_ID, .mac = mac, .ttl = 60, .max = MANY, .by = "operator"};

		CU_ASSERT_EQUAL(store_mint(rig.service.store, &m, &out, &e), 0);
	}
	CU_ASSERT_EQUAL(store_challenges(rig.operator, RIG_ID, count_row, &n, &e), 0);
	CU_ASSERT_EQUAL(n, MANY);
	CU_ASSERT_EQUAL(
	    store_challenge_drop(rig.operator, RIG_ID, "0102000000000000", &dropped, &e), 0);
	CU_ASSERT_EQUAL(dropped, 1);
	CU_ASSERT_EQUAL(store_challenge_drop(rig.operator, RIG_ID, "", &dropped, &e), 0);
	CU_ASSERT_EQUAL(dropped, MANY - 1);
	CU_ASSERT_EQUAL(pending(), 0);
}

#define WRONG(from)                                                                                \
	(struct ask)                                                                               \
	{                                                                                          \
		.bearer = "scepd_0", .remote = from                                                \
	}

static void
who_guesses_tokens_is_shut_out(void)
{
	struct profile *p = &rig.sp->profile;
	int before = p->wrong_challenges;
	struct http_reply out;
	struct seen s;

	p->wrong_challenges = 2;
	expect(WRONG("198.51.100.1"), 401, "token");
	expect((struct ask){.remote = "198.51.100.1"}, 200, "minted"); /* not counted */
	expect((struct ask){.remote = "198.51.100.1", .bearer = foreign}, 403, "token-profile");
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:bad:token:198.51.100.1"), 1);
	expect(WRONG("198.51.100.1"), 401, "token");
	expect(WRONG("198.51.100.1"), 429, "guessing");
	/* Whatever he shows then; and he is told when to come back. */
	ask((struct ask){.remote = "198.51.100.1", .query = "format=json"}, &out, &s);
	CU_ASSERT_EQUAL(s.http, 429);
	CU_ASSERT_STRING_EQUAL(s.slug, "guessing");
	CU_ASSERT(s.retry_after > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(buf_str(&out.body), "\"error\":\"guessing\""));
	http_reply_free(&out);
	expect((struct ask){.remote = "198.51.100.1", .path = "/scep/nobody/challenge"}, 429,
	    "guessing");
	expect((struct ask){.remote = "198.51.100.10"}, 200, "minted");
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:bad:" RIG_ID ":198.51.100.1"), 0);
	/* Where the token is only looked at, as for a profile that is not there. */
	expect((struct ask){.bearer = "x", .remote = "198.51.100.2", .body = "{"}, 401, "token");
	expect((struct ask){.bearer = "x", .remote = "198.51.100.2", .path = "/scep/no/challenge"},
	    401, "token");
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:bad:token:198.51.100.2"), 2);
	CU_ASSERT(redis_int(rig.redis, "PTTL {scepd}:bad:token:198.51.100.2") > 0);
	p->wrong_challenges = 0;
	for (int i = 0; i < 4; i++)
		expect(WRONG("198.51.100.3"), 401, "token");
	expect((struct ask){.remote = "198.51.100.3"}, 200, "minted");
	p->wrong_challenges = before;
}

/* allow_from is for devices; who fetches challenges for them sits elsewhere. A stolen token is of
 * no use there, and whoever has none is told nothing. */
static void
challenges_can_be_for_some_addresses(void)
{
	struct profile *p = &rig.sp->profile;
	struct net here, there;

	CU_ASSERT_EQUAL_FATAL(net_read("192.0.2.0/28", &here), 0);
	CU_ASSERT_EQUAL_FATAL(net_read("203.0.113.0/24", &there), 0);
	p->allow_from = &there;
	p->n_allow_from = 1;
	p->challenge_allow_from = &here;
	p->n_challenge_allow_from = 1;
	flush();
	expect((struct ask){.body = ""}, 200, "minted");
	expect((struct ask){.remote = "203.0.113.1"}, 403, "source");
	expect((struct ask){.remote = "203.0.113.1", .bearer = "x"}, 401, "token");
	CU_ASSERT_EQUAL(pending(), 1);
	p->allow_from = p->challenge_allow_from = NULL;
	p->n_allow_from = p->n_challenge_allow_from = 0;
	expect((struct ask){.remote = "203.0.113.1"}, 200, "minted");
}

/* The newest event. */
static int
keep_first(void *arg, int64_t at, struct view event, struct err *e)
{
	char *text = arg;

	(void)at, (void)e;
	if (*text == '\0')
		snprintf(text, 1000, "%.*s", (int)event.n, (const char *)event.p);
	return 0;
}

static void
expect_event(const char *const *members)
{
	char text[1000] = "";
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(store_events(rig.operator, keep_first, text, &e), 0);
	CU_ASSERT_EQUAL(text[0], '{');
	CU_ASSERT_EQUAL(text[strlen(text) - 1], '}');
	for (; *members != NULL; members++)
		if (strstr(text, *members) == NULL) {
			fprintf(stderr, "\n  no %s in %s", *members, text);
			CU_FAIL("event");
		}
}

#define EVENT(...) expect_event((const char *const[]){__VA_ARGS__, NULL})

static void
all_hosts_hear_of_it(void)
{
	const char *reply = "\"challenge\":\"";
	struct err e = ERR_INIT;
	bool same;

	flush();
	expect((struct ask){.body = "{\"subject\":\"CN=a\\\\,b\",\"sans\":[\"DNS:a.example\"]}"},
	    200, "minted");
	EVENT("{\"req\":\"", "\"src\":\"192.0.2.9\"", "\"profile\":\"" RIG_PROFILE "\"",
	    "\"type\":\"challenge\"", "\"by\":\"jamf\"", reply, "\"subject\":\"CN=a",
	    "\"outcome\":\"minted\"");
	expect((struct ask){.bearer = "x"}, 401, "token");
	EVENT("\"src\":\"192.0.2.9\"", "\"outcome\":\"token\"");
	expect((struct ask){.bearer = foreign}, 403, "token-profile");
	EVENT("\"by\":\"other\"", "\"outcome\":\"token-profile\"");
	expect((struct ask){.body = "{"}, 400, "body");
	EVENT("\"by\":\"jamf\"", "\"detail\":\"not JSON", "\"outcome\":\"body\"");
	expect((struct ask){.path = "/scep/nobody/challenge"}, 404, "no-profile");
	EVENT("\"by\":\"jamf\"", "\"outcome\":\"no-profile\"");
	rig.sp->profile.max_pending_challenges = 1;
	expect((struct ask){.body = ""}, 429, "pending-full");
	EVENT("\"by\":\"jamf\"", "\"outcome\":\"pending-full\"");
	rig.sp->profile.max_pending_challenges = 100;
	CU_ASSERT_EQUAL(store_switch(rig.operator, RIG_ID, true, "moving", &same, &e), 0);
	expect((struct ask){.body = ""}, 503, "disabled");
	EVENT("\"by\":\"jamf\"", "\"outcome\":\"disabled\"");
	CU_ASSERT_EQUAL(store_switch(rig.operator, RIG_ID, false, "", &same, &e), 0);
}

static CU_TestInfo tests[] = {
    T(the_body_is_the_challenge_alone),
    T(json_on_demand),
    T(only_a_token_opens),
    T(the_default_profile_has_a_name_too),
    T(a_token_ends),
    T(nothing_but_post_mints),
    T(plain_http_is_a_matter_of_the_configuration),
    T(the_profile_must_be_dynamic_and_on),
    T(a_profile_that_is_off_serves_nobody),
    T(the_limit_is_exact),
    T(any_body_will_do_but_not_any_webhook),
    T(a_caller_may_shorten_the_time_and_no_more),
    T(without_a_store_there_are_none),
    T(all_are_listed_and_ended),
    T(who_guesses_tokens_is_shut_out),
    T(all_hosts_hear_of_it),
    T(challenges_can_be_for_some_addresses),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo mint_suite = {"mint", start, stop, NULL, NULL, tests};
