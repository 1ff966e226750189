/* SPDX-License-Identifier: ISC
 *
 * Durability "replicated": while a replica that is demanded does not confirm, nothing is promised,
 * neither what is new nor what was answered before. A certificate that somebody else's connection
 * has recorded, and that no replica has, would be lost with the primary: so whoever only reads it
 * writes too, and waits. One replica too few is as bad as none.
 */
#include <signal.h>
#include <string.h>

#include "ledger/ledger.h"
#include "race.h"
#include "store/call.h"

#define REPLICAS_MAX 2

struct group {
	struct bench b;
	struct node primary, replicas[REPLICAS_MAX];
	int n;
	struct store *store; /* the one that is asked: the patient one, or the hasty one */
	struct store *hasty, *patient;
};

/* One that demands the confirmation of so many. */
static struct store *
demanding(struct group *p, int replicas, int64_t timeout_ms)
{
	struct store_conf c = redis_conf(&p->primary.redis);
	struct err e = ERR_INIT;
	struct store *s;

	c.durability = DURABILITY_REPLICATED;
	c.replicas = replicas;
	c.timeout_ms = timeout_ms;
	s = store_new(&c, (struct view){0}, view_of(test_pepper, sizeof test_pepper), &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	return s;
}

static void
group_start(struct group *p, int n)
{
	*p = (struct group){.n = n};
	bench_start(&p->b); /* its server is not used */
	node_start(&p->primary, p->b.dir.path, "a", "no", false);
	node_proxy(&p->primary);
	for (int i = 0; i < n; i++) {
		node_start(&p->replicas[i], p->b.dir.path, i == 0 ? "b" : "c", "no", false);
		node_follow(&p->replicas[i], &p->primary);
	}
	p->hasty = demanding(p, n, 300);
	p->patient = demanding(p, n, 20000);
	store_free(p->b.store);
	p->b.store = p->store = p->patient;
}

static void
group_stop(struct group *p)
{
	node_stop(&p->primary);
	for (int i = 0; i < p->n; i++)
		node_stop(&p->replicas[i]);
	store_free(p->hasty);
	bench_stop(&p->b);
}

/* Each thing a worker may answer from; after a refusal on a new connection. */
static int
ask_mint(struct group *p, struct enrolment *n, struct err *e)
{
	(void)n;
	return mint(&p->b.issuer, p->store, "new", 3600, 100, e);
}

static int
ask_mint_again(struct group *p, struct enrolment *n, struct err *e)
{
	(void)n;
	return mint(&p->b.issuer, p->store, "open", 3600, 100, e);
}

static int
ask_reserve(struct group *p, struct enrolment *n, struct err *e)
{
	struct buf cert = {0};
	int rc = enrol(&p->b.issuer, p->store, &p->b.right, "open", "tid", &cert, e);

	(void)n;
	CU_ASSERT_EQUAL(cert.n > 0, rc == 0);
	buf_free(&cert);
	return rc;
}

static int
ask_again(struct group *p, struct enrolment *n, struct err *e)
{
	struct buf cert = {0};
	int rc = enrol(&p->b.issuer, p->store, &p->b.right, "done", "tid", &cert, e);

	(void)n;
	CU_ASSERT_EQUAL(cert.n > 0, rc == 0);
	buf_free(&cert);
	return rc;
}

static int
ask_lookup(struct group *p, struct enrolment *n, struct err *e)
{
	struct buf cert = {0};
	int rc = store_lookup(p->store, &n->what, &cert, e);

	buf_free(&cert);
	return rc == 1 ? 0 : -1;
}

static int
ask_poll(struct group *p, struct enrolment *n, struct err *e)
{
	struct poll found = {0};
	int rc = store_poll(
	    p->store, &p->b.issuer.authority, p->b.issuer.profile.id, n->transaction, &found, e);

	CU_ASSERT(rc != 0 || found.state == POLL_ISSUED);
	poll_free(&found);
	return rc;
}

/* A worker that was too slow: the answer is the certificate of another one. */
static int
ask_commit(struct group *p, struct enrolment *n, struct err *e)
{
	struct enrolment late = {0};
	int rc;

	CU_ASSERT_FATAL(
	    enrolment_plan(&late, &p->b.issuer, p->store, &p->b.right, "done", "tid", e) == 0);
	snprintf(late.held.owner, sizeof late.held.owner, "%032d", 0);
	CU_ASSERT_FATAL(buf_add_str(&late.cert, "late") == 0);
	rc = enrolment_commit(&late, p->store, e);
	CU_ASSERT(rc != 0 || view_eq(buf_view(&late.cert), buf_view(&n->cert)));
	enrolment_free(&late);
	return rc;
}

static int (*const asks[])(struct group *, struct enrolment *, struct err *) = {
    ask_mint, ask_mint_again, ask_again, ask_lookup, ask_poll, ask_commit, ask_reserve};
#define ASKS (sizeof asks / sizeof *asks)

/* All of them on a store, one after the other, and that each does the same. */
static void
ask_all(struct group *p, struct store *s, struct enrolment *n, int expected)
{
	p->store = s;
	for (size_t i = 0; i < ASKS; i++) {
		struct err e = ERR_INIT;
		int rc = asks[i](p, n, &e);

		CU_ASSERT_EQUAL(rc, expected);
		CU_ASSERT_EQUAL(e.code, expected == 0 ? ERR_OK : ERR_STORE);
	}
}

/* One certificate is issued, "done", and one challenge is open. */
static void
enrol_one(struct group *p, struct enrolment *n)
{
	struct err e = ERR_INIT;

	bench_mint(&p->b, "open");
	bench_mint(&p->b, "done");
	CU_ASSERT_FATAL(
	    enrolment_plan(n, &p->b.issuer, p->store, &p->b.right, "done", "tid", &e) == 0 &&
	    enrolment_reserve(n, p->store, &e) == 0 && enrolment_sign(n, &p->b.issuer, &e) == 0 &&
	    enrolment_commit(n, p->store, &e) == 0);
}

static long long
issued(struct group *p)
{
	return redis_int(&p->primary.redis, "ZCARD {scepd}:exp:ca");
}

static void
test_nothing_without_the_replica(void)
{
	static struct group p;
	struct enrolment n = {0};

	group_start(&p, 1);
	enrol_one(&p, &n);
	node_cut(&p.primary, true);
	ask_all(&p, p.hasty, &n, -1);
	CU_ASSERT_EQUAL(issued(&p), 1);
	node_cut(&p.primary, false);
	node_follow(&p.replicas[0], &p.primary);
	ask_all(&p, p.patient, &n, 0);
	CU_ASSERT_EQUAL(issued(&p), 2);
	enrolment_free(&n);
	group_stop(&p);
}

/* Of two one confirms: that is not enough where two are demanded, and enough where one is. */
static void
test_nothing_with_one_of_two(void)
{
	static struct group p;
	struct enrolment n = {0};
	struct store *modest, *strict;
	struct err e = ERR_INIT;

	group_start(&p, 2);
	enrol_one(&p, &n);
	modest = demanding(&p, 1, 20000);
	kill(p.replicas[1].redis.pid, SIGSTOP);
	ask_all(&p, p.hasty, &n, -1);
	CU_ASSERT_EQUAL(issued(&p), 1);
	/* The server looks at its clock ten times a second: hasty ones do not wait for its answer.
	 */
	strict = demanding(&p, 2, 2000);
	CU_ASSERT_EQUAL(mint(&p.b.issuer, strict, "lost", 3600, 100, &e), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "1 of 2 replicas have confirmed"));
	ask_all(&p, modest, &n, 0);
	CU_ASSERT_EQUAL(issued(&p), 2);
	kill(p.replicas[1].redis.pid, SIGCONT);
	ask_all(&p, p.patient, &n, 0);
	CU_ASSERT_EQUAL(issued(&p), 2);
	for (int i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(redis_int(&p.replicas[i].redis, "ZCARD {scepd}:exp:ca"), 2);
	store_free(modest);
	store_free(strict);
	enrolment_free(&n);
	group_stop(&p);
}

/* Fewer replicas than demanded: not even begun. */
static void
test_too_few_replicas(void)
{
	static struct group p;

	for (int n = 0; n < 2; n++) {
		struct err e = ERR_INIT;
		struct store *s;
		char words[60];

		group_start(&p, n);
		s = demanding(&p, n + 1, 20000);
		CU_ASSERT_EQUAL(store_ready(s, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_STORE);
		snprintf(words, sizeof words, "has %d replicas, %d are demanded", n, n + 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, words));
		store_free(s);
		group_stop(&p);
	}
}

static CU_TestInfo tests[] = {
    T(test_nothing_without_the_replica),
    T(test_nothing_with_one_of_two),
    T(test_too_few_replicas),
    CU_TEST_INFO_NULL,
};
const CU_SuiteInfo wait_suite = {.pName = "wait", .pTests = tests};
