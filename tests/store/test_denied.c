/* SPDX-License-Identifier: ISC
 *
 * An account that lacks one command. A function then stops in its middle, and nothing is undone:
 * whatever was written by then must not break a promise, neither at once nor after the account has
 * been put right.
 */
#include <poll.h>
#include <string.h>

#include "base/enc.h"
#include "race.h"
#include "store/call.h"

/* Commands that RESERVE and COMMIT use, and where they are needed. */
static const struct denial {
	const char *command;
	bool reserve, commit;
} denials[] = {
    {"fcall", true, true},
    {"time", true, true},
    {"type", true, true},
    {"hmget", true, true},
    {"hexists", true, false},
    {"exists", true, false},
    {"hget", false, true},
    {"hset", true, true},
    {"pexpire", true, true},
    {"set", true, true},
    {"hdel", true, true},
    {"zadd", true, true},
    {"zrem", true, true},
    {"pexpireat", false, true},
    {"zremrangebyscore", false, true},
    {"xadd", false, true},
    {"xtrim", false, true},
};

static void
allow(struct bench *b, const char *command, bool yes)
{
	redisReply *r = redis_do(&b->redis, "ACL SETUSER default %s%s", yes ? "+" : "-", command);

	CU_ASSERT_NOT_EQUAL(r->type, REDIS_REPLY_ERROR);
	freeReplyObject(r);
}

/* Every signature has its intent in the index of intents, also one that goes on from what was left
 * half-written. */
static void
sign_with_intent(struct bench *b, const char *challenge)
{
	struct enrolment n = {0};
	struct err e = ERR_INIT;
	char request[65], serial[2 * SERIAL_LEN + 1], tbs[65], member[300];
	redisReply *r;

	CU_ASSERT_FATAL(
	    enrolment_plan(&n, &b->issuer, b->store, &b->right, challenge, "tid", &e) == 0);
	while (enrolment_reserve(&n, b->store, &e) == 0 && n.held.state == RESERVE_PENDING)
		(void)poll(NULL, 0, 20);
	CU_ASSERT_EQUAL(e.code, ERR_OK);
	if (n.held.state == RESERVE_SIGN) {
		hex_of(view_of(n.request, 32), request);
		hex_of(view_of(n.plan.serial, SERIAL_LEN), serial);
		hex_of(view_of(n.plan.tbs_digest, 32), tbs);
		snprintf(member, sizeof member, "ca %s %s %s %s", serial, b->issuer.profile.id,
		    request, tbs);
		r = redis_do(&b->redis, "ZSCORE {scepd}:int %s", member);
		CU_ASSERT_EQUAL(r->type, REDIS_REPLY_STRING);
		freeReplyObject(r);
	}
	enrolment_free(&n);
}

static void
denied_at_reserve(struct bench *b, const struct denial *d)
{
	struct enrolment n = {0};
	struct err e = ERR_INIT;
	char challenge[40];
	int rc;

	snprintf(challenge, sizeof challenge, "reserve %s", d->command);
	bench_mint(b, challenge);
	CU_ASSERT_FATAL(
	    enrolment_plan(&n, &b->issuer, b->store, &b->right, challenge, "tid", &e) == 0);
	allow(b, d->command, false);
	rc = enrolment_reserve(&n, b->store, &e);
	CU_ASSERT_EQUAL(rc, d->reserve ? -1 : 0);
	CU_ASSERT_EQUAL(e.code, d->reserve ? ERR_STORE : ERR_OK);
	CU_ASSERT_EQUAL(n.held.grant != NULL, !d->reserve);
	allow(b, d->command, true);
	sign_with_intent(b, challenge);
	bench_judge(b, challenge, false);
	enrolment_free(&n);
}

static void
denied_at_commit(struct bench *b, const struct denial *d)
{
	struct enrolment n = {0};
	struct err e = ERR_INIT;
	char challenge[40];
	int rc;

	snprintf(challenge, sizeof challenge, "commit %s", d->command);
	bench_mint(b, challenge);
	CU_ASSERT_FATAL(
	    enrolment_plan(&n, &b->issuer, b->store, &b->right, challenge, "tid", &e) == 0 &&
	    enrolment_reserve(&n, b->store, &e) == 0 && enrolment_sign(&n, &b->issuer, &e) == 0);
	allow(b, d->command, false);
	rc = enrolment_commit(&n, b->store, &e);
	CU_ASSERT_EQUAL(rc, d->commit ? -1 : 0);
	CU_ASSERT_EQUAL(e.code, d->commit ? ERR_STORE : ERR_OK);
	allow(b, d->command, true);
	bench_judge(b, challenge, false);
	enrolment_free(&n);
}

static void
test_a_command_denied(void)
{
	struct bench b;

	bench_start(&b);
	for (size_t i = 0; i < sizeof denials / sizeof *denials; i++) {
		denied_at_reserve(&b, &denials[i]);
		denied_at_commit(&b, &denials[i]);
	}
	bench_stop(&b);
}

/* A challenge that exists is counted. */
static void
test_mint_denied(void)
{
	struct bench b;

	bench_start(&b);
	for (size_t i = 0; i < sizeof denials / sizeof *denials; i++) {
		struct err e = ERR_INIT;
		uint8_t mac[32];
		char hex[65];

		challenge_mac(&b.issuer, b.store, denials[i].command, mac, hex);
		allow(&b, denials[i].command, false);
		(void)!mint(&b.issuer, b.store, denials[i].command, 3600, 1000, &e);
		allow(&b, denials[i].command, true);
		if (redis_int(&b.redis, "EXISTS {scepd}:ch:%s", hex) == 1)
			CU_ASSERT(redis_int(&b.redis, "ZSCORE {scepd}:pend:%s %s",
			              b.issuer.profile.id, hex) > 0);
	}
	bench_stop(&b);
}

/* A request that waits can be seen by the operator. */
static void
test_queue_denied(void)
{
	struct bench b;

	bench_start(&b);
	b.issuer.profile.approval = APPROVAL_MANUAL;
	for (size_t i = 0; i < sizeof denials / sizeof *denials; i++) {
		struct enrolment n = {0};
		struct err e = ERR_INIT;
		char request[65];
		redisReply *r;

		bench_mint(&b, denials[i].command);
		CU_ASSERT_FATAL(enrolment_plan(&n, &b.issuer, b.store, &b.right, denials[i].command,
		                    "tid", &e) == 0);
		hex_of(view_of(n.request, 32), request);
		allow(&b, denials[i].command, false);
		(void)!enrolment_reserve(&n, b.store, &e);
		CU_ASSERT_PTR_NULL(n.held.grant);
		allow(&b, denials[i].command, true);
		r = redis_do(&b.redis, "HGET {scepd}:rq:%s st", request);
		if (r->type == REDIS_REPLY_STRING)
			CU_ASSERT(redis_int(&b.redis, "ZSCORE {scepd}:pq:%s %s",
			              b.issuer.profile.id, request) > 0);
		freeReplyObject(r);
		enrolment_free(&n);
	}
	bench_stop(&b);
}

static CU_TestInfo tests[] = {
    T(test_a_command_denied),
    T(test_mint_denied),
    T(test_queue_denied),
    CU_TEST_INFO_NULL,
};
const CU_SuiteInfo denied_suite = {.pName = "denied", .pTests = tests};
