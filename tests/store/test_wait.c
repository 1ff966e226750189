/* SPDX-License-Identifier: ISC
 *
 * Durability "replicated": while a replica that is demanded does not confirm, nothing is promised,
 * neither what is new nor what was answered before. A certificate that somebody else's connection
 * has recorded, and that no replica has, would be lost with the primary: so whoever only reads it
 * writes too, and waits. One replica too few is as bad as none.
 */
#include <signal.h>
#include <string.h>

#include "group.h"

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
	group_enrol(&p, &n);
	node_cut(&p.primary, true);
	group_ask(&p, p.hasty, &n, false);
	CU_ASSERT_EQUAL(issued(&p), 1);
	node_cut(&p.primary, false);
	node_follow(&p.replicas[0], &p.primary);
	group_ask(&p, p.patient, &n, true);
	CU_ASSERT_EQUAL(issued(&p), 2);
	enrolment_free(&n);
	group_stop(&p);
}

/* However a server counts: behind a refusal too something was written, which has to be confirmed.
 */
static void
test_a_refusal_is_confirmed(void)
{
	static struct group p;
	struct enrolment n = {0};
	struct err e = ERR_INIT;

	group_start(&p, 1);
	group_enrol(&p, &n);
	freeReplyObject(redis_do(&p.primary.redis, "DEL {scepd}:ready"));
	CU_ASSERT_EQUAL(ask_rival(&p, &n, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_CHALLENGE_USED);
	CU_ASSERT_EQUAL(redis_int(&p.primary.redis, "EXISTS {scepd}:ready"), 1);
	enrolment_free(&n);
	group_stop(&p);
}

/* What cannot be written cannot be confirmed, whatever the replicas say. */
static void
test_a_failed_write_is_not_confirmed(void)
{
	static struct group p;
	static char user[] = "worker";
	struct store_conf c;
	struct err e = ERR_INIT;

	group_start(&p, 1);
	redis_account(&p.primary.redis, user, ACL_WORKER);
	c = redis_conf(&p.primary.redis);
	c.durability = DURABILITY_REPLICATED;
	c.replicas = 1;
	c.user = user;
	p.store = redis_store_of(&c, "secret");
	CU_ASSERT_EQUAL(ask_record(&p, NULL, &e), 0);
	freeReplyObject(redis_do(&p.primary.redis, "ACL SETUSER worker -set"));
	CU_ASSERT_EQUAL(ask_record(&p, NULL, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	CU_ASSERT_PTR_NULL(strstr(e.detail, "replicas"));
	store_free(p.store);
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
	group_enrol(&p, &n);
	modest = group_store(&p, 1, 20000);
	kill(p.replicas[1].redis.pid, SIGSTOP);
	group_ask(&p, p.hasty, &n, false);
	CU_ASSERT_EQUAL(issued(&p), 1);
	/* The server looks at its clock ten times a second: hasty ones do not wait for its answer.
	 */
	strict = group_store(&p, 2, 2000);
	CU_ASSERT_EQUAL(mint(&p.b.issuer, strict, "lost", 3600, 100, &e), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "1 of 2 replicas have confirmed"));
	group_ask(&p, modest, &n, true);
	CU_ASSERT_EQUAL(issued(&p), 2);
	kill(p.replicas[1].redis.pid, SIGCONT);
	group_ask(&p, p.patient, &n, true);
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
		s = group_store(&p, n + 1, 20000);
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
    T(test_a_refusal_is_confirmed),
    T(test_a_failed_write_is_not_confirmed),
    T(test_nothing_with_one_of_two),
    T(test_too_few_replicas),
    CU_TEST_INFO_NULL,
};
const CU_SuiteInfo wait_suite = {.pName = "wait", .pTests = tests};
