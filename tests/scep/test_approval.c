/* SPDX-License-Identifier: ISC
 *
 * Requests that wait for the operator (RFC 8894 section 3.3.3): who waits, what a poll and a
 * repeated request are told, what the operator's word is good for and how long.
 */
#include <string.h>

#include "base/clock.h"
#include "base/net.h"
#include "harness.h"
#include "rig.h"
#include "store/request.h"
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

/* Every test begins with an empty store and a profile whose every request waits. */
static void
begin(void)
{
	struct profile *p = &rig.sp->profile;

	freeReplyObject(redis_do(rig.redis, "FLUSHALL"));
	p->challenge_type = CHALLENGE_NONE;
	p->approval = APPROVAL_MANUAL;
	p->pending_ttl = 3600;
	p->max_pending_requests = 10;
}

/* A device: its key and the certificate that signs for it. */
static void
ask(const char *tid, const char *subject, const char *challenge, struct seen *s)
{
	struct buf csr = {0}, der = {0};

	make_csr(make_rsa(2048, 3), subject, challenge, "DNS:device.example", &csr);
	rig_msg(&rig, (struct make_msg){.tid = view_str(tid), .inner = buf_view(&csr)}, &der);
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), s);
	buf_free(&csr);
	buf_free(&der);
}

static void
poll_as(EVP_PKEY *key, X509 *signer, const char *tid, struct seen *s)
{
	struct buf names = {0}, der = {0};
	X509_NAME *subject = make_name("CN=device/O=Test");

	CU_ASSERT_EQUAL_FATAL(
	    issuer_subject_write(X509_get_subject_name(rig.ca), subject, &names), 0);
	rig_msg(&rig,
	    (struct make_msg){.type = TYPE_CERT_POLL,
	        .tid = view_str(tid),
	        .key = key,
	        .cert = signer,
	        .inner = buf_view(&names)},
	    &der);
	rig_post(&rig, buf_view(&der), key, s);
	X509_NAME_free(subject);
	buf_free(&names);
	buf_free(&der);
}

static void
poll_of(const char *tid, struct seen *s)
{
	poll_as(make_rsa(2048, 3), rig.signer, tid, s);
}

static void
expect_pending(const struct seen *s)
{
	CU_ASSERT_STRING_EQUAL(s->slug, "pending");
	CU_ASSERT_EQUAL(s->http, 200);
	CU_ASSERT_EQUAL(s->status, STATUS_PENDING);
	CU_ASSERT_TRUE(s->verified);
	CU_ASSERT_PTR_NULL(s->cert);
}

static void
expect_issued(const struct seen *s, const char *slug)
{
	CU_ASSERT_STRING_EQUAL(s->slug, slug);
	CU_ASSERT_EQUAL(s->status, STATUS_SUCCESS);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s->cert);
	CU_ASSERT_EQUAL(X509_verify(s->cert, rig.ca_key), 1);
}

static void
expect_failure(const struct seen *s, const char *slug, int info)
{
	CU_ASSERT_STRING_EQUAL(s->slug, slug);
	CU_ASSERT_EQUAL(s->status, STATUS_FAILURE);
	CU_ASSERT_EQUAL(s->fail_info, info);
	CU_ASSERT_PTR_NULL(s->cert);
}

/* The names of what waits, oldest first. */
struct queue {
	char name[10][REQUEST_NAME_LEN + 1];
	char subject[10][64];
	int n;
};

static int
add(void *arg, const struct request_row *row, struct err *e)
{
	struct queue *q = arg;

	(void)e;
	CU_ASSERT_FATAL(q->n < 10);
	snprintf(
	    q->name[q->n], sizeof q->name[0], "%.*s", (int)row->name.n, (const char *)row->name.p);
	snprintf(q->subject[q->n++], sizeof q->subject[0], "%.*s", (int)row->subject.n,
	    (const char *)row->subject.p);
	return 0;
}

static struct queue
queue_now(void)
{
	struct queue q = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(store_requests(rig.service.store, RIG_ID, add, &q, &e), 0);
	return q;
}

static void
decide(const char *name, bool approve)
{
	struct err e = ERR_INIT;
	int state = 0;

	CU_ASSERT_EQUAL(store_decide(rig.operator, name, approve, "alice", &state, &e), 0);
}

/* Asks, and tells under which name the request waits. */
static void
wait_for_operator_of(const char *tid, const char *subject, struct queue *q)
{
	struct seen s;

	ask(tid, subject, NULL, &s);
	expect_pending(&s);
	*q = queue_now();
	CU_ASSERT_EQUAL_FATAL(q->n, 1);
}

static struct queue
wait_for_operator(const char *tid)
{
	struct queue q;

	wait_for_operator_of(tid, "CN=device/O=Test", &q);
	return q;
}

static void
what_waits_is_issued_after_approval(void)
{
	struct queue q;
	struct seen s, again;

	begin();
	wait_for_operator("a");
	q = wait_for_operator("a"); /* sent again: one entry */
	poll_of("a", &s);
	expect_pending(&s);
	decide(q.name[0], true);
	poll_of("a", &s);
	expect_issued(&s, "issued");
	CU_ASSERT_EQUAL(queue_now().n, 0);
	poll_of("a", &again);
	expect_issued(&again, "replayed");
	CU_ASSERT_EQUAL(X509_cmp(s.cert, again.cert), 0);
	seen_free(&again);
	ask("b", "CN=device/O=Test", NULL, &again);
	expect_issued(&again, "replayed");
	CU_ASSERT_EQUAL(X509_cmp(s.cert, again.cert), 0);
	seen_free(&again);
	seen_free(&s);
}

static void
what_was_approved_is_issued_when_sent_again(void)
{
	struct queue q;
	struct seen s;

	begin();
	q = wait_for_operator("a");
	decide(q.name[0], true);
	ask("other", "CN=device/O=Test", NULL, &s);
	expect_issued(&s, "issued");
	seen_free(&s);
	CU_ASSERT_EQUAL(queue_now().n, 0);
}

static void
what_was_rejected_fails(void)
{
	struct queue q;
	struct seen s;

	begin();
	q = wait_for_operator("a");
	decide(q.name[0], false);
	poll_of("a", &s);
	expect_failure(&s, "rejected", FAIL_BAD_REQUEST);
	ask("b", "CN=device/O=Test", NULL, &s);
	expect_failure(&s, "rejected", FAIL_BAD_REQUEST);
	CU_ASSERT_EQUAL(queue_now().n, 0);
}

static void
an_approval_can_be_taken_back(void)
{
	struct queue q;
	struct seen s;
	struct err e = ERR_INIT;
	int state = 0;

	begin();
	q = wait_for_operator("a");
	decide(q.name[0], true);
	decide(q.name[0], true); /* once more changes nothing */
	decide(q.name[0], false);
	poll_of("a", &s);
	expect_failure(&s, "rejected", FAIL_BAD_REQUEST);
	CU_ASSERT_EQUAL(store_decide(rig.operator, q.name[0], true, "bob", &state, &e), 2);
	CU_ASSERT_EQUAL(state, REQUEST_REJECTED);
	CU_ASSERT_EQUAL(store_forget(rig.operator, q.name[0], &state, &e), 0);
	CU_ASSERT_EQUAL(store_forget(rig.operator, q.name[0], &state, &e), 1);
	ask("a", "CN=device/O=Test", NULL, &s);
	expect_pending(&s);
}

static void
a_challenge_can_stand_in_for_the_operator(void)
{
	struct seen s;

	begin();
	rig.sp->profile.challenge_type = CHALLENGE_STATIC;
	rig.sp->profile.approval = APPROVAL_WITHOUT_CHALLENGE;
	ask("wrong", "CN=device/O=Test", "correct-hors", &s);
	expect_failure(&s, "challenge", FAIL_BAD_REQUEST);
	CU_ASSERT_EQUAL(queue_now().n, 0);
	ask("none", "CN=device/O=Test", NULL, &s);
	expect_pending(&s);
	CU_ASSERT_EQUAL(queue_now().n, 1);
	ask("right", "CN=device/O=Test", RIG_CHALLENGE, &s);
	expect_issued(&s, "issued");
	seen_free(&s);
	CU_ASSERT_EQUAL(queue_now().n, 1);
}

static void
the_operator_can_be_needed_besides_the_challenge(void)
{
	struct seen s;
	struct queue q;

	begin();
	rig.sp->profile.challenge_type = CHALLENGE_STATIC;
	ask("wrong", "CN=device/O=Test", "correct-hors", &s);
	expect_failure(&s, "challenge", FAIL_BAD_REQUEST);
	ask("none", "CN=device/O=Test", NULL, &s);
	expect_failure(&s, "no-challenge", FAIL_BAD_REQUEST);
	CU_ASSERT_EQUAL(queue_now().n, 0);
	ask("right", "CN=device/O=Test", RIG_CHALLENGE, &s);
	expect_pending(&s);
	q = queue_now();
	CU_ASSERT_EQUAL_FATAL(q.n, 1);
	decide(q.name[0], true);
	poll_of("right", &s);
	expect_issued(&s, "issued");
	seen_free(&s);
}

/* What policy refuses never reaches the operator, and the client learns nothing. */
static void
what_is_forbidden_does_not_wait(void)
{
	struct seen s;

	begin();
	rig.sp->profile.min_rsa_bits = 2049;
	ask("a", "CN=device/O=Test", NULL, &s);
	CU_ASSERT_EQUAL(s.status, STATUS_FAILURE);
	CU_ASSERT_EQUAL(queue_now().n, 0);
	rig.sp->profile.min_rsa_bits = 2048;
	ask("a", "", NULL, &s);
	expect_pending(&s); /* the alternative name is enough */
}

static void
a_full_queue_takes_no_more(void)
{
	struct queue q;
	struct seen s;

	begin();
	rig.sp->profile.max_pending_requests = 1;
	q = wait_for_operator("a");
	ask("b", "CN=other/O=Test", NULL, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "queue-full");
	CU_ASSERT_EQUAL(s.http, 503);
	CU_ASSERT_TRUE(s.retry_after > 0);
	wait_for_operator("a"); /* what waits already goes on waiting */
	decide(q.name[0], false);
	ask("b", "CN=other/O=Test", NULL, &s);
	expect_pending(&s);
}

static void
what_waits_too_long_is_gone(void)
{
	int64_t end = clock_ms() + 30000;
	struct seen s;

	begin();
	rig.sp->profile.pending_ttl = 1;
	wait_for_operator("a");
	do
		poll_of("a", &s);
	while (strcmp(s.slug, "pending") == 0 && clock_ms() < end);
	expect_failure(&s, "no-transaction", FAIL_BAD_CERT_ID);
	CU_ASSERT_EQUAL(queue_now().n, 0);
	rig.sp->profile.pending_ttl = 3600;
	wait_for_operator("a");
}

static void
what_is_approved_is_one_request(void)
{
	struct queue q;
	struct seen s;

	begin();
	wait_for_operator("a");
	ask("b", "CN=device2/O=Test", NULL, &s);
	expect_pending(&s);
	q = queue_now();
	CU_ASSERT_EQUAL_FATAL(q.n, 2);
	decide(q.name[strcmp(q.subject[0], "O=Test,CN=device") == 0 ||
	                      strcmp(q.subject[0], "CN=device,O=Test") == 0
	                  ? 0
	                  : 1],
	    true);
	poll_of("b", &s);
	expect_pending(&s);
	ask("a", "CN=device2/O=Test", NULL, &s); /* the transaction of the approved one */
	expect_pending(&s);
	ask("c", "CN=device/O=Test", NULL, &s);
	expect_issued(&s, "issued");
	seen_free(&s);
}

static void
nobody_else_polls(void)
{
	X509 *other = make_cert(&(struct make_cert){.key = make_rsa(2048, 2), .cn = "CN=other"});
	struct queue q;
	struct seen s;

	begin();
	q = wait_for_operator("a");
	decide(q.name[0], true);
	poll_as(make_rsa(2048, 2), other, "a", &s);
	expect_failure(&s, "no-transaction", FAIL_BAD_CERT_ID);
	poll_of("unknown", &s);
	expect_failure(&s, "no-transaction", FAIL_BAD_CERT_ID);
	/* Nor another profile, even one of the same CA. */
	freeReplyObject(redis_do(rig.redis, "HSET {scepd}:rq:%s p other", q.name[0]));
	poll_of("a", &s);
	expect_failure(&s, "no-transaction", FAIL_BAD_CERT_ID);
	freeReplyObject(redis_do(rig.redis, "HSET {scepd}:rq:%s p " RIG_ID, q.name[0]));
	poll_of("a", &s);
	expect_issued(&s, "issued");
	seen_free(&s);
	X509_free(other);
}

/* What a proxy reports as the address of a client cannot pretend to be another fact. */
static void
a_reported_address_stays_a_string(void)
{
	struct buf csr = {0}, der = {0};
	struct http_request in = {.method = HTTP_POST,
	    .path = view_str("/scep/" RIG_ID),
	    .query = view_str("operation=PKIOperation"),
	    .remote = view_str("192.0.2.7"),
	    .forwarded = view_str("x\",\"csr\":\"forged")};
	struct http_reply out;
	struct net trusted;
	struct queue q;
	struct seen s;
	redisReply *r;

	begin();
	CU_ASSERT_EQUAL_FATAL(net_read("192.0.2.7", &trusted), 0);
	rig.service.trusted_proxies = &trusted;
	rig.service.n_trusted_proxies = 1;
	make_csr(make_rsa(2048, 3), "CN=device/O=Test", NULL, NULL, &csr);
	rig_msg(&rig, (struct make_msg){.inner = buf_view(&csr)}, &der);
	in.body = buf_view(&der);
	rig_handle(&rig, &in, &out, &s);
	q = queue_now();
	CU_ASSERT_EQUAL_FATAL(q.n, 1);
	r = redis_do(rig.redis, "HGET {scepd}:rq:%s about", q.name[0]);
	CU_ASSERT_PTR_NOT_NULL(strstr(r->str, "\"source\":\"\\\"csr\\\":\\\"forged\"}"));
	freeReplyObject(r);
	http_reply_free(&out);
	rig.service.trusted_proxies = NULL;
	rig.service.n_trusted_proxies = 0;
	buf_free(&csr);
	buf_free(&der);
}

/* Whoever can write to the store changes the state of a request, and still approves nothing:
 * whether it is polled for or sent again, it is not signed, and the operator's word is as good as
 * before. */
static void
expect_unsigned(const char *tid, const char *detail)
{
	struct seen s;

	poll_of(tid, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "store");
	CU_ASSERT_EQUAL(s.http, 503);
	CU_ASSERT_PTR_NULL(s.cert);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, detail));
	ask(tid, "CN=device/O=Test", NULL, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "store");
	CU_ASSERT_EQUAL(s.http, 503);
	CU_ASSERT_PTR_NULL(s.cert);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, detail));
}

static void
set_word(const char *name, const char *word)
{
	freeReplyObject(redis_do(rig.redis, "HSET {scepd}:rq:%s st A", name));
	freeReplyObject(redis_do(rig.redis, "HSET {scepd}:rq:%s word %s", name, word));
}

static void
word_of(const char *name, char word[200])
{
	redisReply *r = redis_do(rig.redis, "HGET {scepd}:rq:%s word", name);

	CU_ASSERT_FATAL(r->type == REDIS_REPLY_STRING && r->len < 200);
	memcpy(word, r->str, r->len + 1);
	freeReplyObject(r);
}

static void
nobody_else_approves(void)
{
	static const char made_up[] =
	    "9999999999999 "
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff alice";
	struct queue q;
	struct seen s;

	begin();
	q = wait_for_operator("a");
	freeReplyObject(redis_do(rig.redis, "HSET {scepd}:rq:%s st A", q.name[0]));
	expect_unsigned("a", "no operator has given his word");
	set_word(q.name[0], "rubbish");
	expect_unsigned("a", "not by the word of an operator");
	set_word(q.name[0], made_up);
	expect_unsigned("a", "forged");
	/* The operator's own word takes its place. */
	decide(q.name[0], true);
	poll_of("a", &s);
	expect_issued(&s, "issued");
	seen_free(&s);
}

/* A word is good for one request, with the end and the name that it was given with. */
static void
an_approval_is_for_one_request(void)
{
	char word[200], changed[204];
	struct queue q;
	struct seen s;

	begin();
	q = wait_for_operator("a");
	decide(q.name[0], true);
	word_of(q.name[0], word);
	snprintf(changed, sizeof changed, "9%s", word);
	set_word(q.name[0], changed);
	expect_unsigned("a", "forged");
	snprintf(changed, sizeof changed, "%s2", word);
	set_word(q.name[0], changed);
	expect_unsigned("a", "forged");
	decide(q.name[0], false);
	wait_for_operator_of("b", "CN=device2/O=Test", &q);
	set_word(q.name[0], word);
	poll_of("b", &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "store");
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, "forged"));
	CU_ASSERT_PTR_NULL(s.cert);
}

static int
tell_changed(void *arg, const struct request_row *row, struct err *e)
{
	(void)e;
	*(bool *)arg = row->changed;
	return 0;
}

/* Nor does he have another request approved than the one that the operator is shown. */
static void
what_the_operator_sees_is_what_was_sent(void)
{
	static const char *const fields[] = {"sub", "san", "about", "p"};
	struct queue q;

	begin();
	q = wait_for_operator("a");
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		redisReply *was =
		    redis_do(rig.redis, "HGET {scepd}:rq:%s %s", q.name[0], fields[i]);
		struct err e = ERR_INIT;
		bool changed = false;
		int state = 0;

		CU_ASSERT_EQUAL(
		    store_request(rig.operator, q.name[0], tell_changed, &changed, &e), 0);
		CU_ASSERT_FALSE(changed);
		freeReplyObject(
		    redis_do(rig.redis, "HSET {scepd}:rq:%s %s other", q.name[0], fields[i]));
		CU_ASSERT_EQUAL(
		    store_request(rig.operator, q.name[0], tell_changed, &changed, &e), 0);
		CU_ASSERT_TRUE(changed);
		CU_ASSERT_EQUAL(
		    store_decide(rig.operator, q.name[0], true, "alice", &state, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_STORE);
		freeReplyObject(redis_do(
		    rig.redis, "HSET {scepd}:rq:%s %s %s", q.name[0], fields[i], was->str));
		freeReplyObject(was);
	}
	decide(q.name[0], true);
}

/* Nor does it help to say that a worker had begun with it: its plan still waits. */
static void
what_waits_cannot_be_taken_for_begun(void)
{
	struct queue q;

	begin();
	q = wait_for_operator("a");
	freeReplyObject(redis_do(rig.redis,
	    "HSET {scepd}:rq:%s st S owner nobody lease 0 fence 1 keep 60 serial 00 tbs 00",
	    q.name[0]));
	expect_unsigned("a", "its seal is wrong");
}

/* A new validity between asking and fetching: the certificate has the dates of the day on which it
 * is signed, and otherwise is what the operator saw. */
static void
what_was_approved_has_the_dates_of_its_signing(void)
{
	struct queue q;
	struct seen s;
	int days, seconds;
	int64_t validity = rig.sp->profile.validity;

	begin();
	q = wait_for_operator("a");
	decide(q.name[0], true);
	rig.sp->profile.validity = 10 * 86400;
	rig_prepare(&rig);
	poll_of("a", &s);
	expect_issued(&s, "issued");
	CU_ASSERT_EQUAL(ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(s.cert)), 1);
	CU_ASSERT_TRUE(days == 9 || (days == 10 && seconds == 0));
	seen_free(&s);
	rig.sp->profile.validity = validity;
	rig_prepare(&rig);
}

static CU_TestInfo tests[] = {
    T(what_waits_is_issued_after_approval),
    T(what_was_approved_is_issued_when_sent_again),
    T(what_was_rejected_fails),
    T(an_approval_can_be_taken_back),
    T(a_challenge_can_stand_in_for_the_operator),
    T(the_operator_can_be_needed_besides_the_challenge),
    T(what_is_forbidden_does_not_wait),
    T(a_full_queue_takes_no_more),
    T(what_waits_too_long_is_gone),
    T(what_is_approved_is_one_request),
    T(nobody_else_polls),
    T(a_reported_address_stays_a_string),
    T(nobody_else_approves),
    T(an_approval_is_for_one_request),
    T(what_the_operator_sees_is_what_was_sent),
    T(what_waits_cannot_be_taken_for_begun),
    T(what_was_approved_has_the_dates_of_its_signing),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo approval_suite = {"approval", start, stop, NULL, NULL, tests};
