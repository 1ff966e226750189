/* SPDX-License-Identifier: ISC
 *
 * Durability "replicated": while the link to the replica is cut nothing is promised, neither what
 * is new nor what was answered before. A certificate that somebody else's connection has recorded,
 * and that no replica has, would be lost with the primary: so whoever only reads it writes too, and
 * waits.
 */
#include <string.h>

#include "ledger/ledger.h"
#include "race.h"
#include "store/call.h"

struct pair {
	struct bench b;
	struct node primary, replica;
	struct store *store; /* the one that is asked: the patient one, or the hasty one */
	struct store *hasty, *patient;
};

/* One that demands the confirmation of the replica. */
static struct store *
demanding(struct pair *p, int64_t timeout_ms)
{
	struct store_conf c = redis_conf(&p->primary.redis);
	struct err e = ERR_INIT;
	struct store *s;

	c.durability = DURABILITY_REPLICATED;
	c.replicas = 1;
	c.timeout_ms = timeout_ms;
	s = store_new(&c, (struct view){0}, view_of(test_pepper, sizeof test_pepper), &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	return s;
}

static void
pair_start(struct pair *p)
{
	bench_start(&p->b); /* its server is not used */
	node_start(&p->primary, p->b.dir.path, "a", "no", false);
	node_start(&p->replica, p->b.dir.path, "b", "no", false);
	node_proxy(&p->primary);
	node_follow(&p->replica, &p->primary);
	p->hasty = demanding(p, 300);
	p->patient = demanding(p, 20000);
	store_free(p->b.store);
	p->b.store = p->store = p->patient;
}

static void
pair_stop(struct pair *p)
{
	node_stop(&p->primary);
	node_stop(&p->replica);
	store_free(p->hasty);
	bench_stop(&p->b);
}

/* Each thing a worker may answer from; after a refusal on a new connection. */
static int
ask_mint(struct pair *p, struct enrolment *n, struct err *e)
{
	(void)n;
	return mint(&p->b.issuer, p->store, "new", 3600, 100, e);
}

static int
ask_mint_again(struct pair *p, struct enrolment *n, struct err *e)
{
	(void)n;
	return mint(&p->b.issuer, p->store, "open", 3600, 100, e);
}

static int
ask_reserve(struct pair *p, struct enrolment *n, struct err *e)
{
	struct buf cert = {0};
	int rc = enrol(&p->b.issuer, p->store, &p->b.right, "open", "tid", &cert, e);

	(void)n;
	CU_ASSERT_EQUAL(cert.n > 0, rc == 0);
	buf_free(&cert);
	return rc;
}

static int
ask_again(struct pair *p, struct enrolment *n, struct err *e)
{
	struct buf cert = {0};
	int rc = enrol(&p->b.issuer, p->store, &p->b.right, "done", "tid", &cert, e);

	(void)n;
	CU_ASSERT_EQUAL(cert.n > 0, rc == 0);
	buf_free(&cert);
	return rc;
}

static int
ask_lookup(struct pair *p, struct enrolment *n, struct err *e)
{
	struct buf cert = {0};
	int rc = store_lookup(p->store, &n->what, &cert, e);

	buf_free(&cert);
	return rc == 1 ? 0 : -1;
}

static int
ask_poll(struct pair *p, struct enrolment *n, struct err *e)
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
ask_commit(struct pair *p, struct enrolment *n, struct err *e)
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

static int (*const asks[])(struct pair *, struct enrolment *, struct err *) = {
    ask_mint, ask_mint_again, ask_again, ask_lookup, ask_poll, ask_commit, ask_reserve};
#define ASKS (sizeof asks / sizeof *asks)

static void
test_nothing_without_the_replica(void)
{
	static struct pair p;
	struct enrolment n = {0};
	struct err e = ERR_INIT;

	pair_start(&p);
	bench_mint(&p.b, "open");
	bench_mint(&p.b, "done");
	CU_ASSERT_FATAL(
	    enrolment_plan(&n, &p.b.issuer, p.store, &p.b.right, "done", "tid", &e) == 0 &&
	    enrolment_reserve(&n, p.store, &e) == 0 && enrolment_sign(&n, &p.b.issuer, &e) == 0 &&
	    enrolment_commit(&n, p.store, &e) == 0);
	node_cut(&p.primary, true);
	p.store = p.hasty;
	for (size_t i = 0; i < ASKS; i++) {
		CU_ASSERT_EQUAL(asks[i](&p, &n, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_STORE);
		err_clear(&e);
	}
	node_cut(&p.primary, false);
	node_follow(&p.replica, &p.primary);
	p.store = p.patient;
	for (size_t i = 0; i < ASKS; i++) {
		int rc = asks[i](&p, &n, &e);

		CU_ASSERT_EQUAL(rc, 0);
		CU_ASSERT_EQUAL(e.code, ERR_OK);
	}
	enrolment_free(&n);
	pair_stop(&p);
}

/* Fewer replicas than demanded: not even begun. */
static void
test_too_few_replicas(void)
{
	struct bench b;
	struct store_conf c;
	struct store *s;
	struct err e = ERR_INIT;

	bench_start(&b);
	c = redis_conf(&b.redis);
	c.durability = DURABILITY_REPLICATED;
	c.replicas = 1;
	s = store_new(&c, (struct view){0}, view_of(test_pepper, sizeof test_pepper), &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_EQUAL(store_ready(s, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	store_free(s);
	bench_stop(&b);
}

static CU_TestInfo tests[] = {
    T(test_nothing_without_the_replica),
    T(test_too_few_replicas),
    CU_TEST_INFO_NULL,
};
const CU_SuiteInfo wait_suite = {.pName = "wait", .pTests = tests};
