/* SPDX-License-Identifier: ISC
 *
 * The same request gets its certificate for as long as was promised: the challenge that leads to it
 * is remembered no shorter than the answer, however the request came to it.
 */
#include <poll.h>

#include "base/enc.h"
#include "race.h"
#include "store/call.h"

#define WAITS                                                                                      \
	60 /* seconds that a request waits for the operator; the answer is kept for longer         \
	    */

static long long
left(struct bench *b, const char *kind, const uint8_t digest[32])
{
	char hex[65];

	hex_of(view_of(digest, 32), hex);
	return redis_int(&b->redis, "PTTL {scepd}:%s:%s", kind, hex);
}

static void
approve(struct bench *b, const uint8_t request[32])
{
	struct args a = {0};
	struct err e = ERR_INIT;
	char hex[65];
	redisReply *r;

	hex_of(view_of(request, 32), hex);
	arg_str(&a, hex);
	arg_str(&a, "A");
	arg_str(&a, "test");
	r = store_call(b->store, "decide", &a, true, &e);
	CU_ASSERT_FATAL(r != NULL && reply_is(r, "DONE"));
	freeReplyObject(r);
}

/* By CertPoll, which knows of no challenge. */
static void
test_fetched_by_poll(void)
{
	struct bench b;
	struct enrolment n = {0};
	struct poll p = {0};
	struct err e = ERR_INIT;
	struct claim *claim;

	bench_start(&b);
	b.issuer.profile.approval = APPROVAL_MANUAL;
	b.issuer.profile.pending_ttl = WAITS;
	bench_mint(&b, "waits");
	CU_ASSERT_FATAL(enrolment_plan(&n, &b.issuer, b.store, &b.right, "waits", "tid", &e) == 0 &&
	                enrolment_reserve(&n, b.store, &e) == 0 && n.held.state == RESERVE_PENDING);
	CU_ASSERT(left(&b, "ch", claim_mac(n.claim).p) <= WAITS * 1000);
	approve(&b, n.request);
	CU_ASSERT_FATAL(store_poll(b.store, &b.issuer.authority, b.issuer.profile.id, n.transaction,
	                    &p, &e) == 0 &&
	                p.state == POLL_READY && p.approved);
	CU_ASSERT_PTR_NOT_NULL_FATAL(claim = claim_by_transaction(&e));
	n.what.claim = claim;
	n.what.manual = false;
	reservation_free(&n.held);
	CU_ASSERT_FATAL(enrolment_reserve(&n, b.store, &e) == 0 && n.held.state == RESERVE_SIGN &&
	                enrolment_sign(&n, &b.issuer, &e) == 0 &&
	                enrolment_commit(&n, b.store, &e) == 0);
	CU_ASSERT(left(&b, "ch", claim_mac(n.claim).p) > WAITS * 1000);
	CU_ASSERT(left(&b, "rq", n.request) > WAITS * 1000);
	bench_judge(&b, "waits", false);
	claim_free(claim);
	poll_free(&p);
	enrolment_free(&n);
	bench_stop(&b);
}

/* By a worker that finishes, long after, what another one had begun. */
static void
test_taken_over(void)
{
	struct bench b;
	struct enrolment begun = {0}, later = {0};
	struct err e = ERR_INIT;

	bench_start(&b);
	bench_mint(&b, "begun");
	CU_ASSERT_FATAL(
	    enrolment_plan(&begun, &b.issuer, b.store, &b.right, "begun", "tid", &e) == 0 &&
	    enrolment_reserve(&begun, b.store, &e) == 0 && begun.held.state == RESERVE_SIGN);
	b.issuer.keep = 7200;
	CU_ASSERT_FATAL(
	    enrolment_plan(&later, &b.issuer, b.store, &b.right, "begun", "tid", &e) == 0);
	while (enrolment_reserve(&later, b.store, &e) == 0 && later.held.state == RESERVE_PENDING)
		(void)poll(NULL, 0, 5);
	CU_ASSERT_EQUAL(later.held.state, RESERVE_SIGN);
	CU_ASSERT(left(&b, "ch", claim_mac(later.claim).p) > 3600 * 1000);
	CU_ASSERT(left(&b, "rq", later.request) > 3600 * 1000);
	/* The first one is too late: its certificate is not recorded. */
	CU_ASSERT_FATAL(enrolment_sign(&begun, &b.issuer, &e) == 0);
	CU_ASSERT_EQUAL(enrolment_commit(&begun, b.store, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	err_clear(&e);
	CU_ASSERT_EQUAL(enrolment_sign(&later, &b.issuer, &e), 0);
	CU_ASSERT_EQUAL(enrolment_commit(&later, b.store, &e), 0);
	bench_judge(&b, "begun", false);
	enrolment_free(&begun);
	enrolment_free(&later);
	bench_stop(&b);
}

/* While one worker is at it, another one waits: two of them would sign twice. */
static void
test_leased(void)
{
	struct bench b;
	struct enrolment n = {0};
	struct buf cert = {0};
	struct err e = ERR_INIT;

	bench_start(&b);
	b.issuer.lease = 60;
	bench_mint(&b, "leased");
	CU_ASSERT_FATAL(
	    enrolment_plan(&n, &b.issuer, b.store, &b.right, "leased", "tid", &e) == 0 &&
	    enrolment_reserve(&n, b.store, &e) == 0 && n.held.state == RESERVE_SIGN);
	CU_ASSERT_EQUAL(enrol(&b.issuer, b.store, &b.right, "leased", "tid", &cert, &e), 1);
	CU_ASSERT_EQUAL(cert.n, 0);
	CU_ASSERT_FATAL(
	    enrolment_sign(&n, &b.issuer, &e) == 0 && enrolment_commit(&n, b.store, &e) == 0);
	CU_ASSERT_EQUAL(enrol(&b.issuer, b.store, &b.right, "leased", "tid", &cert, &e), 0);
	CU_ASSERT_TRUE(view_eq(buf_view(&cert), buf_view(&n.cert)));
	buf_free(&cert);
	enrolment_free(&n);
	bench_stop(&b);
}

static CU_TestInfo tests[] = {
    T(test_fetched_by_poll),
    T(test_taken_over),
    T(test_leased),
    CU_TEST_INFO_NULL,
};
const CU_SuiteInfo keep_suite = {.pName = "keep", .pTests = tests};
