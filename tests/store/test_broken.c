/* SPDX-License-Identifier: ISC
 *
 * A store that is gone, empty, full or read-only, from before RESERVE on, or between
 * RESERVE and COMMIT: no certificate, STORE, and when all is well again the request gets one
 * certificate and a rival none.
 */
#include "race.h"

static void
stop(struct bench *b)
{
	redis_kill(&b->redis);
}

static void
start(struct bench *b)
{
	bench_restart(b);
}

static void
command(struct bench *b, const char *text)
{
	redisReply *r = redis_do(&b->redis, text);

	CU_ASSERT_NOT_EQUAL(r->type, REDIS_REPLY_ERROR);
	freeReplyObject(r);
}

static void
fill(struct bench *b)
{
	command(b, "CONFIG SET maxmemory 1");
}

static void
make_room(struct bench *b)
{
	command(b, "CONFIG SET maxmemory 0");
}

/* Of a primary that is not there. */
static void
make_replica(struct bench *b)
{
	command(b, "REPLICAOF 127.0.0.1 1");
}

static void
make_primary(struct bench *b)
{
	command(b, "REPLICAOF NO ONE");
}

static void
unload(struct bench *b)
{
	command(b, "FUNCTION FLUSH");
	command(b, "ACL SETUSER default -function");
}

static void
allow_load(struct bench *b)
{
	command(b, "ACL SETUSER default +function");
}

struct trouble {
	void (*begin)(struct bench *b);
	void (*end)(struct bench *b);
};

/* The request meets the trouble as a whole. */
static void
meet_before(struct bench *b, const struct trouble *t, const char *challenge)
{
	struct buf cert = {0};
	struct err e = ERR_INIT;

	bench_mint(b, challenge);
	t->begin(b);
	for (int i = 0; i < 2; i++) { /* on the old connection, and on a new one */
		CU_ASSERT_EQUAL(
		    enrol(&b->issuer, b->store, &b->right, challenge, "tid", &cert, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_STORE);
		CU_ASSERT_EQUAL(cert.n, 0);
		err_clear(&e);
	}
	t->end(b);
	bench_judge(b, challenge, false);
	buf_free(&cert);
}

/* The trouble comes between RESERVE and COMMIT. */
static void
meet_between(struct bench *b, const struct trouble *t, const char *challenge)
{
	struct enrolment n = {0};
	struct err e = ERR_INIT;

	bench_mint(b, challenge);
	CU_ASSERT_FATAL(
	    enrolment_plan(&n, &b->issuer, b->store, &b->right, challenge, "tid", &e) == 0 &&
	    enrolment_reserve(&n, b->store, &e) == 0 && n.held.state == RESERVE_SIGN);
	CU_ASSERT_FATAL(enrolment_sign(&n, &b->issuer, &e) == 0);
	t->begin(b);
	CU_ASSERT_EQUAL(enrolment_commit(&n, b->store, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	CU_ASSERT_EQUAL(err_http(e.code), 503);
	t->end(b);
	bench_judge(b, challenge, false);
	enrolment_free(&n);
}

static void
meet(struct trouble t)
{
	struct bench b;

	bench_start(&b);
	meet_before(&b, &t, "before");
	meet_between(&b, &t, "between");
	bench_stop(&b);
}

static void
test_stopped(void)
{
	meet((struct trouble){stop, start});
}

static void
test_out_of_memory(void)
{
	meet((struct trouble){fill, make_room});
}

static void
test_read_only(void)
{
	meet((struct trouble){make_replica, make_primary});
}

static void
test_no_library(void)
{
	meet((struct trouble){unload, allow_load});
}

/* An empty store opens for nobody: what was reserved before cannot be committed. */
static void
test_flushed(void)
{
	struct bench b;
	struct enrolment n = {0};
	struct err e = ERR_INIT;

	bench_start(&b);
	bench_mint(&b, "flushed");
	CU_ASSERT_FATAL(
	    enrolment_plan(&n, &b.issuer, b.store, &b.right, "flushed", "tid", &e) == 0 &&
	    enrolment_reserve(&n, b.store, &e) == 0 && enrolment_sign(&n, &b.issuer, &e) == 0);
	command(&b, "FLUSHALL");
	CU_ASSERT_EQUAL(enrolment_commit(&n, b.store, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	bench_judge(&b, "flushed", true);
	CU_ASSERT_EQUAL(redis_int(&b.redis, "ZCARD {scepd}:exp:ca"), 0);
	enrolment_free(&n);
	bench_stop(&b);
}

static CU_TestInfo tests[] = {
    T(test_stopped),
    T(test_out_of_memory),
    T(test_read_only),
    T(test_no_library),
    T(test_flushed),
    CU_TEST_INFO_NULL,
};
const CU_SuiteInfo broken_suite = {.pName = "broken", .pTests = tests};
