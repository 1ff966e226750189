/* SPDX-License-Identifier: ISC
 *
 * Many at once: on one challenge, and on the last places among the pending ones.
 */
#include <poll.h>
#include <string.h>
#include <sys/mman.h>

#include "base/ossl.h"
#include "race.h"

#define CROWD 64
#define KEYS 8 /* the crowd has so many keys; of each one is the rightful request, sent often */
#define LIMIT 100
#define MINTS 8

struct seen {
	int rc;
	enum err_code code;
	uint8_t digest[32];
};

struct crowd {
	struct device devices[KEYS];
	struct seen *seen; /* shared */
};

static void *
shared(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CU_ASSERT_FATAL(p != MAP_FAILED);
	return p;
}

static void
want(struct bench *b, struct store *s, int self, void *arg)
{
	struct crowd *c = arg;
	struct buf cert = {0};
	struct err e = ERR_INIT;
	char tid[20];
	int rc;

	snprintf(tid, sizeof tid, "tid-%d", self % 2);
	/* Pending: another one is at it; in trouble: another one has taken over. */
	while ((rc = enrol(&b->issuer, s, &c->devices[self % KEYS], "one", tid, &cert, &e)) == 1 ||
	       (rc == -1 && e.code == ERR_STORE)) {
		err_clear(&e);
		(void)poll(NULL, 0, 5);
	}
	c->seen[self].rc = rc;
	c->seen[self].code = e.code;
	ossl_sha256(buf_view(&cert), c->seen[self].digest);
}

static void
crowd_on_one(int64_t lease)
{
	struct bench b;
	struct crowd c = {.seen = shared(CROWD * sizeof *c.seen)};
	int first = -1, served = 0;

	bench_start(&b);
	b.issuer.lease = lease;
	for (int i = 0; i < KEYS; i++)
		device_make(&c.devices[i], "CN=crowd");
	bench_mint(&b, "one");
	bench_together(&b, CROWD, want, &c);
	for (int i = 0; i < CROWD; i++) {
		const struct seen *s = &c.seen[i];

		if (s->rc != 0) {
			CU_ASSERT_EQUAL(s->code, ERR_CHALLENGE_USED);
			continue;
		}
		if (first < 0)
			first = i;
		served++;
		CU_ASSERT_EQUAL(i % KEYS, first % KEYS);
		CU_ASSERT_EQUAL(memcmp(s->digest, c.seen[first].digest, 32), 0);
	}
	CU_ASSERT_EQUAL(served, CROWD / KEYS);
	CU_ASSERT_EQUAL(redis_int(&b.redis, "ZCARD {scepd}:exp:ca"), 1);
	CU_ASSERT_EQUAL(redis_int(&b.redis, "ZCARD {scepd}:int"), 0);
	for (int i = 0; i < KEYS; i++)
		device_free(&c.devices[i]);
	munmap(c.seen, CROWD * sizeof *c.seen);
	bench_stop(&b);
}

static void
test_one_challenge(void)
{
	crowd_on_one(10);
}

/* All who have the right request work on it at the same time. */
static void
test_one_challenge_without_leases(void)
{
	crowd_on_one(0);
}

struct mints {
	int minted[CROWD], full[CROWD], above[CROWD];
};

static void
mint_some(struct bench *b, struct store *s, int self, void *arg)
{
	struct mints *m = arg;
	redisContext *look = redisConnectUnix(b->redis.socket);

	for (int i = 0; i < MINTS; i++) {
		struct err e = ERR_INIT;
		char challenge[40];
		redisReply *r;

		snprintf(challenge, sizeof challenge, "%d-%d", self, i);
		switch (mint(&b->issuer, s, challenge, 3600, LIMIT, &e)) {
		case 0:
			m->minted[self]++;
			break;
		case 1:
			m->full[self]++;
			break;
		}
		r = redisCommand(look, "ZCARD {scepd}:pend:%s", b->issuer.profile.id);
		m->above[self] += r == NULL || r->type != REDIS_REPLY_INTEGER || r->integer > LIMIT;
		freeReplyObject(r);
	}
	redisFree(look);
}

static void
test_mints_at_the_limit(void)
{
	struct mints *m = shared(sizeof *m);
	struct bench b;
	int minted = 0, full = 0, above = 0;

	bench_start(&b);
	bench_together(&b, CROWD, mint_some, m);
	for (int i = 0; i < CROWD; i++) {
		minted += m->minted[i];
		full += m->full[i];
		above += m->above[i];
	}
	CU_ASSERT_EQUAL(minted, LIMIT);
	CU_ASSERT_EQUAL(full, CROWD * MINTS - LIMIT);
	CU_ASSERT_EQUAL(above, 0);
	CU_ASSERT_EQUAL(redis_int(&b.redis, "ZCARD {scepd}:pend:%s", b.issuer.profile.id), LIMIT);
	munmap(m, sizeof *m);
	bench_stop(&b);
}

static CU_TestInfo tests[] = {
    T(test_one_challenge),
    T(test_one_challenge_without_leases),
    T(test_mints_at_the_limit),
    CU_TEST_INFO_NULL,
};
const CU_SuiteInfo race_suite = {.pName = "race", .pTests = tests};
