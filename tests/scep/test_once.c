/* SPDX-License-Identifier: ISC
 *
 * One request, one certificate (RFC 8894 section 7.4), through the whole service: what a worker
 * began and did not finish, until when an answer is given again, and what comes of a plan that
 * somebody changed in the store.
 */
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "ca/identity.h"
#include "ca/names.h"
#include "harness.h"
#include "rig.h"
#include "store/request.h"
#include "store/transaction.h"
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
begin(void)
{
	freeReplyObject(redis_do(rig.redis, "FLUSHALL"));
	rig.sp->profile.challenge_type = CHALLENGE_STATIC;
	rig.sp->profile.approval = APPROVAL_AUTOMATIC;
}

static void
make_request(struct buf *csr)
{
	make_csr(make_rsa(2048, 3), "CN=device/O=Test", RIG_CHALLENGE, "DNS:device.example", csr);
}

static void
ask(struct seen *s)
{
	struct buf csr = {0};

	make_request(&csr);
	rig_enrol_csr(&rig, buf_view(&csr), s);
	buf_free(&csr);
}

static void
poll_now(struct seen *s)
{
	struct buf names = {0}, der = {0};

	CU_ASSERT_EQUAL_FATAL(issuer_subject_write(X509_get_subject_name(rig.ca),
	                          X509_get_subject_name(rig.ca), &names),
	    0);
	rig_msg(&rig, (struct make_msg){.type = TYPE_CERT_POLL, .inner = buf_view(&names)}, &der);
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), s);
	buf_free(&names);
	buf_free(&der);
}

/* Until the lease of who signs is over. */
static void
poll_until_decided(struct seen *s)
{
	int64_t end = clock_ms() + 30000;

	do
		poll_now(s);
	while (strcmp(s->slug, "pending") == 0 && clock_ms() < end);
}

static void
serial_of(const X509 *cert, char out[2 * SERIAL_LEN + 1])
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);

	hex_of(view_of(ASN1_STRING_get0_data(serial), SERIAL_LEN), out);
}

/* A worker that reserves what ask() asks for, and dies. Returns the serial that it chose. */
static void
die_after_reserve(int64_t lease, char serial[2 * SERIAL_LEN + 1], char name[65])
{
	struct authority *a = &rig.service.cas[0].authority;
	struct profile *p = &rig.sp->profile;
	struct buf der = {0}, subject = {0}, sans = {0};
	uint8_t request[32], transaction[32];
	struct reservation held = {0};
	struct plan plan = {0};
	struct claim *claim;
	struct err e = ERR_INIT;
	struct csr csr;

	make_request(&der);
	CU_ASSERT_EQUAL_FATAL(csr_read(buf_view(&der), NULL, &csr, &e), 0);
	CU_ASSERT_EQUAL_FATAL(plan_make(p, a, &csr, clock_now(), &plan, &e), 0);
	claim = claim_by_static_challenge(p, secret_view(&csr.challenge), clock_now(), &e);
	CU_ASSERT_EQUAL_FATAL(identity_request(p, claim, &csr, request, &e), 0);
	CU_ASSERT_EQUAL_FATAL(identity_transaction(p->id, view_str("tid-1"), rig.signer,
	                          (struct view){0}, transaction, &e),
	    0);
	CU_ASSERT_EQUAL(name_line(csr.subject, &subject, &e), 0);
	CU_ASSERT_EQUAL(san_lines(plan.san, &sans, &e), 0);
	CU_ASSERT_EQUAL(store_reserve(rig.service.store,
	                    &(struct reserve){.authority = a,
	                        .profile = p->id,
	                        .request = request,
	                        .transaction = transaction,
	                        .claim = claim,
	                        .settings = rig.sp->line[0].settings,
	                        .keep = 3600,
	                        .lease = lease,
	                        .subject = buf_str(&subject),
	                        .sans = buf_str(&sans),
	                        .about = "",
	                        .now = time(NULL)},
	                    &plan, &held, &e),
	    0);
	CU_ASSERT_EQUAL(held.state, RESERVE_SIGN);
	hex_of(view_of(plan.serial, SERIAL_LEN), serial);
	hex_of(view_of(request, 32), name);
	reservation_free(&held);
	claim_free(claim);
	plan_free(&plan);
	csr_free(&csr);
	buf_free(&der);
	buf_free(&subject);
	buf_free(&sans);
}

static void
expect_issued(const struct seen *s, const char *slug)
{
	CU_ASSERT_STRING_EQUAL(s->slug, slug);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s->cert);
	CU_ASSERT_EQUAL(X509_verify(s->cert, rig.ca_key), 1);
}

static void
expect_nothing_signed(const struct seen *s)
{
	CU_ASSERT_STRING_EQUAL(s->slug, "store");
	CU_ASSERT_EQUAL(s->http, 503);
	CU_ASSERT_TRUE(s->retry_after > 0);
	CU_ASSERT_PTR_NULL(s->cert);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "EXISTS {scepd}:exp:ca"), 0);
}

/* What a dead worker planned is what the client gets, and he waits while it may still come. */
static void
what_a_worker_began_another_one_finishes(void)
{
	char serial[2 * SERIAL_LEN + 1], found[2 * SERIAL_LEN + 1], name[65];
	struct seen s;

	begin();
	die_after_reserve(2, serial, name);
	poll_until_decided(&s);
	expect_issued(&s, "issued");
	serial_of(s.cert, found);
	CU_ASSERT_STRING_EQUAL(found, serial);
	seen_free(&s);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:int"), 0);
}

static void
sent_again_it_is_finished_too(void)
{
	char serial[2 * SERIAL_LEN + 1], found[2 * SERIAL_LEN + 1], name[65];
	int64_t end = clock_ms() + 30000;
	struct seen s;

	begin();
	die_after_reserve(1, serial, name);
	do
		ask(&s);
	while (strcmp(s.slug, "pending") == 0 && clock_ms() < end);
	expect_issued(&s, "issued");
	serial_of(s.cert, found);
	CU_ASSERT_STRING_EQUAL(found, serial);
	seen_free(&s);
}

/* While the lease lasts nobody else signs. */
static void
who_signs_is_left_alone(void)
{
	char serial[2 * SERIAL_LEN + 1], name[65];
	struct seen s;

	begin();
	die_after_reserve(3600, serial, name);
	ask(&s);
	CU_ASSERT_STRING_EQUAL(s.slug, "pending");
	poll_now(&s);
	CU_ASSERT_STRING_EQUAL(s.slug, "pending");
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:int"), 1);
}

static void
a_static_answer_ends_with_the_settings(void)
{
	int64_t validity = rig.sp->profile.validity;
	struct seen first, s;

	begin();
	ask(&first);
	expect_issued(&first, "issued");
	ask(&s);
	expect_issued(&s, "replayed");
	CU_ASSERT_EQUAL(X509_cmp(first.cert, s.cert), 0);
	seen_free(&s);
	rig.sp->profile.validity = validity / 2;
	rig_prepare(&rig);
	ask(&s);
	expect_issued(&s, "issued");
	CU_ASSERT_NOT_EQUAL(X509_cmp(first.cert, s.cert), 0);
	seen_free(&s);
	seen_free(&first);
	rig.sp->profile.validity = validity;
	rig_prepare(&rig);
}

static void
an_answer_ends_with_revocation(void)
{
	char serial[2 * SERIAL_LEN + 1];
	struct seen first, s;

	begin();
	ask(&first);
	expect_issued(&first, "issued");
	serial_of(first.cert, serial);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "HSET {scepd}:crt:ca:%s rev 1", serial), 1);
	poll_now(&s);
	CU_ASSERT_STRING_EQUAL(s.slug, "no-transaction");
	CU_ASSERT_EQUAL(s.fail_info, FAIL_BAD_CERT_ID);
	ask(&s);
	expect_issued(&s, "issued");
	CU_ASSERT_NOT_EQUAL(X509_cmp(first.cert, s.cert), 0);
	seen_free(&s);
	seen_free(&first);
}

/* Changes one octet of the plan of a request, from the end. */
static void
forge_plan(const char *name, size_t from_end)
{
	redisReply *r = redis_do(rig.redis, "HGET {scepd}:rq:%s plan", name);

	CU_ASSERT_FATAL(r->type == REDIS_REPLY_STRING && r->len > 100);
	r->str[r->len - from_end] ^= 1;
	freeReplyObject(
	    redis_do(rig.redis, "HSET {scepd}:rq:%s plan %b", name, r->str, (size_t)r->len));
	freeReplyObject(r);
}

static void
a_changed_plan_is_not_signed(void)
{
	char serial[2 * SERIAL_LEN + 1], name[65];
	struct seen s;

	begin();
	die_after_reserve(1, serial, name);
	forge_plan(name, 100);
	poll_until_decided(&s);
	expect_nothing_signed(&s);
	ask(&s);
	expect_nothing_signed(&s);
	forge_plan(name, 100);
	freeReplyObject(redis_do(rig.redis, "HSET {scepd}:rq:%s lease 0", name));
	poll_until_decided(&s);
	expect_issued(&s, "issued");
	seen_free(&s);
}

static void
an_approved_plan_is_not_changed_either(void)
{
	struct err e = ERR_INIT;
	struct seen s;
	redisReply *r;
	char name[65];
	int state = 0;

	begin();
	rig.sp->profile.challenge_type = CHALLENGE_NONE;
	rig.sp->profile.approval = APPROVAL_MANUAL;
	ask(&s);
	CU_ASSERT_STRING_EQUAL(s.slug, "pending");
	r = redis_do(rig.redis, "ZRANGE {scepd}:pq:" RIG_ID " 0 0");
	CU_ASSERT_FATAL(r->type == REDIS_REPLY_ARRAY && r->elements == 1);
	snprintf(name, sizeof name, "%s", r->element[0]->str);
	freeReplyObject(r);
	forge_plan(name, 1);
	CU_ASSERT_EQUAL(store_decide(rig.operator, name, true, "alice", &state, &e), 0);
	poll_now(&s);
	expect_nothing_signed(&s);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:int"), 0);
	forge_plan(name, 1);
	poll_now(&s);
	expect_issued(&s, "issued");
	seen_free(&s);
}

/* The plan of one request in the place of another one's. */
static void
plans_are_not_exchanged(void)
{
	char serial[2 * SERIAL_LEN + 1], name[65];
	struct seen s;
	redisReply *r;

	begin();
	rig.sp->profile.challenge_type = CHALLENGE_NONE;
	rig.sp->profile.approval = APPROVAL_MANUAL;
	ask(&s);
	r = redis_do(rig.redis, "ZRANGE {scepd}:pq:" RIG_ID " 0 0");
	CU_ASSERT_FATAL(r->type == REDIS_REPLY_ARRAY && r->elements == 1);
	begin();
	die_after_reserve(1, serial, name);
	/* Sealed by this pool, but for that other request. */
	{
		redisReply *plan = redis_do(rig.redis, "HGET {scepd}:rq:%s plan", name);
		char tx[200];
		redisReply *keys = redis_do(rig.redis, "KEYS {scepd}:tx:*");

		CU_ASSERT_FATAL(keys->type == REDIS_REPLY_ARRAY && keys->elements == 1);
		snprintf(tx, sizeof tx, "%s", keys->element[0]->str);
		freeReplyObject(redis_do(rig.redis,
		    "HSET {scepd}:rq:%s st S owner nobody lease 0 fence 1 keep 60 tbs 00 "
		    "serial %s ca ca p " RIG_ID " plan %b",
		    r->element[0]->str, serial, plan->str, (size_t)plan->len));
		freeReplyObject(redis_do(rig.redis, "SET %s %s", tx, r->element[0]->str));
		freeReplyObject(keys);
		freeReplyObject(plan);
	}
	poll_now(&s);
	expect_nothing_signed(&s);
	freeReplyObject(r);
}

static CU_TestInfo tests[] = {
    T(what_a_worker_began_another_one_finishes),
    T(sent_again_it_is_finished_too),
    T(who_signs_is_left_alone),
    T(a_static_answer_ends_with_the_settings),
    T(an_answer_ends_with_revocation),
    T(a_changed_plan_is_not_signed),
    T(an_approved_plan_is_not_changed_either),
    T(plans_are_not_exchanged),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo once_suite = {"once", start, stop, NULL, NULL, tests};
