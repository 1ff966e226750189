/* SPDX-License-Identifier: ISC
 *
 * See group.h.
 */
#include "group.h"

#include <string.h>

#include "store/call.h"
#include "store/issued.h"

struct store *
group_store(struct group *p, int replicas, int64_t timeout_ms)
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

void
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
	p->hasty = group_store(p, n, 300);
	p->patient = group_store(p, n, 20000);
	store_free(p->b.store);
	p->b.store = p->store = p->patient;
}

void
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

/* Somebody else with the same challenge, and with one that is unknown: such a refusal is the last
 * word for a client, so it too must be what the next primary would say. */
int
ask_rival(struct group *p, struct enrolment *n, struct err *e)
{
	struct buf cert = {0};
	int rc = enrol(&p->b.issuer, p->store, &p->b.rival, "done", "tid", &cert, e);

	(void)n;
	CU_ASSERT_EQUAL(cert.n, 0);
	return rc;
}

static int
ask_stranger(struct group *p, struct enrolment *n, struct err *e)
{
	struct buf cert = {0};
	int rc = enrol(&p->b.issuer, p->store, &p->b.right, "nobody's", "tid", &cert, e);

	(void)n;
	CU_ASSERT_EQUAL(cert.n, 0);
	return rc;
}

static int
ask_poll_stranger(struct group *p, struct enrolment *n, struct err *e)
{
	struct poll found = {0};
	int rc;

	(void)n;
	rc = store_poll(
	    p->store, &p->b.issuer.authority, p->b.issuer.profile.id, (uint8_t[32]){1}, &found, e);
	poll_free(&found);
	return rc;
}

int
ask_record(struct group *p, struct enrolment *n, struct err *e)
{
	struct issued found = {0};
	int rc = store_issued(p->store, "ca", view_of((uint8_t[1]){1}, 1), &found, e);

	(void)n;
	issued_free(&found);
	return rc == 1 ? 0 : rc;
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

static const struct {
	int (*ask)(struct group *, struct enrolment *, struct err *);
	enum err_code code; /* the answer when all is well */
} asks[] = {
    {ask_mint, ERR_OK},
    {ask_mint_again, ERR_OK},
    {ask_again, ERR_OK},
    {ask_lookup, ERR_OK},
    {ask_poll, ERR_OK},
    {ask_commit, ERR_OK},
    {ask_reserve, ERR_OK},
    {ask_rival, ERR_CHALLENGE_USED},
    {ask_stranger, ERR_CHALLENGE},
    {ask_poll_stranger, ERR_NO_TRANSACTION},
    {ask_record, ERR_OK},
};
#define ASKS (sizeof asks / sizeof *asks)

void
group_ask(struct group *p, struct store *s, struct enrolment *n, bool answered)
{
	p->store = s;
	for (size_t i = 0; i < ASKS; i++) {
		struct err e = ERR_INIT;
		enum err_code expected = answered ? asks[i].code : ERR_STORE;
		int rc = asks[i].ask(p, n, &e);

		if (e.code != expected)
			fprintf(stderr, "\n  question %zu: %s\n", i, e.detail);
		CU_ASSERT_EQUAL(e.code, expected);
		CU_ASSERT_EQUAL(rc, expected == ERR_OK ? 0 : -1);
	}
}

void
group_enrol(struct group *p, struct enrolment *n)
{
	struct err e = ERR_INIT;

	bench_mint(&p->b, "open");
	bench_mint(&p->b, "done");
	CU_ASSERT_FATAL(
	    enrolment_plan(n, &p->b.issuer, p->store, &p->b.right, "done", "tid", &e) == 0 &&
	    enrolment_reserve(n, p->store, &e) == 0 && enrolment_sign(n, &p->b.issuer, &e) == 0 &&
	    enrolment_commit(n, p->store, &e) == 0);
}
