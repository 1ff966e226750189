/* SPDX-License-Identifier: ISC
 *
 * The same request gets its certificate for as long as was promised: the challenge that leads to it
 * is remembered no shorter than the answer, however the request came to it.
 */
#include <poll.h>

#include "base/enc.h"
#include "race.h"
#include "store/request.h"

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
	struct err e = ERR_INIT;
	char hex[65];
	int state = 0;

	hex_of(view_of(request, 32), hex);
	CU_ASSERT_FATAL(store_decide(b->store, hex, true, "test", &state, &e) == 0);
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
	n.what.word = p.word;
	reservation_free(&n.held);
	/* The word is not for ever. */
	n.what.now += 2 * WAITS + 60;
	CU_ASSERT_EQUAL(enrolment_reserve(&n, b.store, &e), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "is an old one"));
	err_clear(&e);
	n.what.now = time(NULL);
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

/* What was begun under a CA certificate that has been replaced is begun anew, with another serial;
 * where the operator decided, his word must still be there. */
static void
test_another_ca(void)
{
	struct bench b;
	struct issuer other;
	struct enrolment begun = {0}, anew = {0}, forged = {0};
	struct err e = ERR_INIT;
	char hex[65];

	bench_start(&b);
	issuer_start(&other);
	other.lease = 0;
	b.issuer.profile.approval = other.profile.approval = APPROVAL_MANUAL;
	bench_mint(&b, "waits");
	CU_ASSERT_FATAL(
	    enrolment_plan(&begun, &b.issuer, b.store, &b.right, "waits", "tid", &e) == 0 &&
	    enrolment_reserve(&begun, b.store, &e) == 0 && begun.held.state == RESERVE_PENDING);
	approve(&b, begun.request);
	reservation_free(&begun.held);
	CU_ASSERT_FATAL(
	    enrolment_reserve(&begun, b.store, &e) == 0 && begun.held.state == RESERVE_SIGN);
	CU_ASSERT_FATAL(enrolment_plan(&anew, &other, b.store, &b.right, "waits", "tid", &e) == 0 &&
	                enrolment_reserve(&anew, b.store, &e) == 0);
	CU_ASSERT_FATAL(anew.held.state == RESERVE_SIGN && anew.held.grant != NULL);
	CU_ASSERT(memcmp(anew.plan.serial, begun.plan.serial, SERIAL_LEN) != 0);
	CU_ASSERT_EQUAL(enrolment_sign(&anew, &other, &e), 0);
	hex_of(view_of(anew.request, 32), hex);
	freeReplyObject(redis_do(&b.redis, "HDEL {scepd}:rq:%s word", hex));
	CU_ASSERT_FATAL(
	    enrolment_plan(&forged, &b.issuer, b.store, &b.right, "waits", "tid", &e) == 0);
	CU_ASSERT_EQUAL(enrolment_reserve(&forged, b.store, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	CU_ASSERT_PTR_NULL(forged.held.grant);
	enrolment_free(&begun);
	enrolment_free(&anew);
	enrolment_free(&forged);
	issuer_stop(&other);
	bench_stop(&b);
}

/* A word that was fetched and is not there any more: the plan, sealed to be signed, must not wait.
 */
static void
test_word_is_gone(void)
{
	struct bench b;
	struct enrolment n = {0};
	struct poll p = {0};
	struct err e = ERR_INIT;
	char hex[65];
	int state = 0;

	bench_start(&b);
	b.issuer.profile.approval = APPROVAL_MANUAL;
	bench_mint(&b, "waits");
	CU_ASSERT_FATAL(enrolment_plan(&n, &b.issuer, b.store, &b.right, "waits", "tid", &e) == 0 &&
	                enrolment_reserve(&n, b.store, &e) == 0 && n.held.state == RESERVE_PENDING);
	approve(&b, n.request);
	CU_ASSERT_FATAL(store_poll(b.store, &b.issuer.authority, b.issuer.profile.id, n.transaction,
	                    &p, &e) == 0);
	hex_of(view_of(n.request, 32), hex);
	CU_ASSERT_EQUAL(store_forget(b.store, hex, &state, &e), 0);
	n.what.word = p.word;
	CU_ASSERT_EQUAL(enrolment_reserve(&n, b.store, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	CU_ASSERT_EQUAL(redis_int(&b.redis, "EXISTS {scepd}:rq:%s", hex), 0);
	poll_free(&p);
	enrolment_free(&n);
	bench_stop(&b);
}

/* Whatever the server answers (an old library, an intruder): what needs the operator's word is not
 * granted without it. */
static void
test_no_word_no_grant(void)
{
	struct bench b;
	struct enrolment n = {0};
	struct err e = ERR_INIT;

	bench_start(&b);
	b.issuer.profile.approval = APPROVAL_MANUAL;
	bench_mint(&b, "waits");
	CU_ASSERT_FATAL(enrolment_plan(&n, &b.issuer, b.store, &b.right, "waits", "tid", &e) == 0);
	freeReplyObject(redis_do(&b.redis, "FUNCTION DELETE scepd" STORE_PROTOCOL));
	freeReplyObject(redis_do(&b.redis, "FUNCTION LOAD %s",
	    "#!lua name=scepd" STORE_PROTOCOL "\n"
	    "redis.register_function('scepd" STORE_PROTOCOL "_reserve', function()\n"
	    "return {'RESERVED', 1} end)"));
	CU_ASSERT_EQUAL(enrolment_reserve(&n, b.store, &e), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "without the operator's word"));
	CU_ASSERT_PTR_NULL(n.held.grant);
	enrolment_free(&n);
	bench_stop(&b);
}

static CU_TestInfo tests[] = {
    T(test_fetched_by_poll),
    T(test_taken_over),
    T(test_leased),
    T(test_another_ca),
    T(test_word_is_gone),
    T(test_no_word_no_grant),
    CU_TEST_INFO_NULL,
};
const CU_SuiteInfo keep_suite = {.pName = "keep", .pTests = tests};
