/* SPDX-License-Identifier: ISC
 *
 * The number of pending challenges after a long random life: challenges are made, used, revoked and
 * expire, workers and the server die. After every step the number that the limit is held against is
 * compared with a count of the challenges themselves, at one moment, inside the server.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/ossl.h"
#include "race.h"
#include "store/call.h"

#define MAX 40
#define STEPS_QUICK 10000
#define KNOWN_MAX 400 /* challenges made and not yet seen to be gone */

struct life {
	struct bench b;
	char known[KNOWN_MAX][24]; /* challenges */
	char macs[KNOWN_MAX][65];
	int n;
	long named, made, full, used, expired, revoked, worker_deaths, server_deaths;
	unsigned seed;
};

static int
draw(struct life *l, int n)
{
	return (int)((unsigned)rand_r(&l->seed) % (unsigned)n);
}

static void
forget(struct life *l, int i)
{
	l->n--;
	memmove(l->known[i], l->known[l->n], sizeof l->known[i]);
	memmove(l->macs[i], l->macs[l->n], sizeof l->macs[i]);
}

/* For each challenge 1 when it is pending; then what the limit is held against, and all that the
 * index holds. */
static const char count[] =
    "local t, out = redis.call('TIME'), {}\n"
    "local now = t[1] * 1000 + math.floor(t[2] / 1000)\n"
    "for i, mac in ipairs(ARGV) do\n"
    "  local c = redis.call('HMGET', KEYS[1] .. ':ch:' .. mac, 'exp', 'req', 'p')\n"
    "  out[i] = (c[1] and not c[2] and tonumber(c[1]) > now) and 1 or 0\n"
    "end\n"
    "out[#out + 1] = redis.call('ZCOUNT', KEYS[2], '(' .. now, '+inf')\n"
    "out[#out + 1] = redis.call('ZCARD', KEYS[2])\n"
    "return out\n";

static void
recount(struct life *l)
{
	const char *words[KNOWN_MAX + 5] = {"EVAL", count, "2", "{scepd}"};
	char pend[100];
	redisReply *r;
	long long pending = 0;
	int n = l->n;

	snprintf(pend, sizeof pend, "{scepd}:pend:%s", l->b.issuer.profile.id);
	words[4] = pend;
	for (int i = 0; i < n; i++)
		words[5 + i] = l->macs[i];
	r = redisCommandArgv(l->b.redis.c, 5 + n, words, NULL);
	CU_ASSERT_FATAL(r != NULL && r->type == REDIS_REPLY_ARRAY && (int)r->elements == n + 2);
	for (int i = n; i-- > 0;) {
		pending += r->element[i]->integer;
		if (r->element[i]->integer == 0)
			forget(l, i);
	}
	CU_ASSERT_EQUAL(pending, r->element[n]->integer);
	CU_ASSERT(r->element[n + 1]->integer <= MAX);
	freeReplyObject(r);
}

/* The name of the next one stands at the end of the known. */
static void
name_one(struct life *l)
{
	uint8_t mac[32];

	snprintf(l->known[l->n], sizeof l->known[l->n], "c%ld", l->named++);
	challenge_mac(&l->b.issuer, l->b.store, l->known[l->n], mac, l->macs[l->n]);
}

static void
make_one(struct life *l)
{
	struct err e = ERR_INIT;
	int n = l->n, rc;

	name_one(l);
	rc = mint(&l->b.issuer, l->b.store, l->known[n], draw(l, 3) == 0 ? 1 : 3600, MAX, &e);
	CU_ASSERT_FATAL(rc >= 0);
	l->made += rc == 0;
	l->full += rc == 1;
	l->n += rc == 0;
	/* Refused only when there may have been so many. */
	CU_ASSERT(rc == 0 || l->n >= MAX);
}

static void
use_one(struct life *l)
{
	struct buf cert = {0};
	struct err e = ERR_INIT;
	int rc;

	if (l->n == 0)
		return;
	rc =
	    enrol(&l->b.issuer, l->b.store, &l->b.right, l->known[draw(l, l->n)], "tid", &cert, &e);
	CU_ASSERT(rc == 0 || e.code == ERR_CHALLENGE); /* expired just now */
	l->used += rc == 0;
	buf_free(&cert);
}

/* Time passes for one of them. */
static void
expire_one(struct life *l)
{
	int i = l->n > 0 ? draw(l, l->n) : -1;
	long long past = (long long)time(NULL) * 1000 - 60000;

	if (i < 0 || redis_int(&l->b.redis, "EXISTS {scepd}:ch:%s", l->macs[i]) == 0)
		return;
	freeReplyObject(redis_do(&l->b.redis, "ZADD {scepd}:pend:%s XX %lld %s",
	    l->b.issuer.profile.id, past, l->macs[i]));
	freeReplyObject(redis_do(&l->b.redis, "PEXPIREAT {scepd}:ch:%s %lld", l->macs[i], past));
	l->expired++;
}

static void
revoke_some(struct life *l)
{
	struct args a = {0};
	struct err e = ERR_INIT;
	char begins[2] = {"0123456789abcdef"[draw(l, 16)], '\0'};
	redisReply *r;

	arg_str(&a, l->b.issuer.profile.id);
	arg_str(&a, begins);
	arg_int(&a, 2);
	r = store_call(l->b.store, "drop", &a, true, &e);
	CU_ASSERT_FATAL(r != NULL && reply_is(r, "DROPPED"));
	l->revoked += (long)reply_int(r, 1);
	freeReplyObject(r);
}

/* A worker that dies while it makes or uses a challenge. */
static void
worker_dies(struct life *l)
{
	bool making = draw(l, 2) == 0;
	int i = l->n > 0 ? draw(l, l->n) : -1;
	pid_t pid;

	if (l->n == KNOWN_MAX || (!making && i < 0))
		return;
	if (making)
		name_one(l);
	CU_ASSERT_FATAL((pid = fork()) >= 0);
	if (pid == 0) {
		struct store *s = redis_store(&l->b.redis);
		struct enrolment n = {0};
		struct err e = ERR_INIT;

		if (making)
			(void)!mint(&l->b.issuer, s, l->known[l->n], 3600, MAX, &e);
		else if (enrolment_plan(&n, &l->b.issuer, s, &l->b.right, l->known[i], "tid", &e) ==
		         0)
			(void)!enrolment_reserve(&n, s, &e);
		raise(SIGKILL);
	}
	waitpid(pid, NULL, 0);
	l->n += making;
	l->worker_deaths++;
}

static void
one_step(struct life *l, long step, long steps)
{
	int dice = draw(l, 1000);

	if (step % (steps / 10) == steps / 20) {
		bench_restart(&l->b);
		l->server_deaths++;
	} else if (dice < 600 && l->n < KNOWN_MAX)
		make_one(l);
	else if (dice < 850)
		use_one(l);
	else if (dice < 930)
		expire_one(l);
	else if (dice < 985)
		revoke_some(l);
	else
		worker_dies(l);
	recount(l);
}

static void
test_a_long_life(void)
{
	const char *wish = getenv("RACE_STEPS");
	long steps = wish != NULL ? strtol(wish, NULL, 10) : STEPS_QUICK;
	static struct life l;

	l = (struct life){.seed = (unsigned)getpid()};
	bench_start(&l.b);
	CU_ASSERT_FATAL(steps >= 100);
	for (long step = 0; step < steps; step++)
		one_step(&l, step, steps);
	printf(
	    "\n    %ld steps: made %ld, refused as full %ld, used %ld, expired %ld, revoked %ld, "
	    "workers died %ld, server died %ld ",
	    steps, l.made, l.full, l.used, l.expired, l.revoked, l.worker_deaths, l.server_deaths);
	CU_ASSERT(l.full > 0 && l.used > 0 && l.expired > 0 && l.revoked > 0);
	CU_ASSERT(l.worker_deaths > 0 && l.server_deaths > 0);
	bench_stop(&l.b);
}

static CU_TestInfo tests[] = {
    T(test_a_long_life),
    CU_TEST_INFO_NULL,
};
const CU_SuiteInfo pending_suite = {.pName = "pending", .pTests = tests};
