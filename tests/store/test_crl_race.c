/* SPDX-License-Identifier: ISC
 *
 * Many publish at once, without asking for the lease, and some of them sleep on what they know: no
 * number is given twice, none goes back, and no list takes the place of one that it did not follow.
 */
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "race.h"
#include "store/crl.h"
#include "store/revoked.h"

#define CROWD 12
#define ROUNDS 60
#define ALL (CROWD * ROUNDS)

struct published {
	int64_t before, number, of;
	int self;
};

struct contest {
	atomic_int n, behind, trouble;
	struct published done[ALL];
};

static void
revoke_something(struct store *s, int self, int round)
{
	enum revoked_state state;
	struct err e = ERR_INIT;
	char serial[16];

	snprintf(serial, sizeof serial, "%04x%04x", self, round);
	(void)!store_revoke(s,
	    &(struct revocation){.authority = "ca",
	        .serial = serial,
	        .reason = "x",
	        .at = 5,
	        .not_after = 4000000000},
	    &state, &e);
}

static void
publish_much(struct bench *b, struct store *s, int self, void *arg)
{
	struct contest *c = arg;
	struct crl_stored known = {.state = {0}};
	struct err e = ERR_INIT;

	(void)b;
	for (int round = 0; round < ROUNDS; round++) {
		struct crl_publication p;
		char der[40];
		int rc;

		/* Every third time from what was known before. */
		if (round % 3 != 2) {
			crl_stored_free(&known);
			if (store_crl(s, "ca", &known, &e) < 0)
				atomic_fetch_add(&c->trouble, 1);
		}
		if (round % 4 == self % 4)
			revoke_something(s, self, round);
		snprintf(der, sizeof der, "%d-%d", self, round);
		p = (struct crl_publication){.before = known.state.number,
		    .number = known.state.number + 1 + self % 2,
		    .of = known.state.version,
		    .from = 1,
		    .to = 2,
		    .der = view_str(der)};
		rc = store_crl_publish(s, "ca", &p, &e);
		if (rc == 0)
			c->done[atomic_fetch_add(&c->n, 1)] = (struct published){
			    .before = p.before, .number = p.number, .of = p.of, .self = self};
		atomic_fetch_add(rc == 1 ? &c->behind : &c->trouble, rc != 0);
	}
	crl_stored_free(&known);
}

static void
test_one_number_one_list(void)
{
	struct contest *c =
	    mmap(NULL, sizeof *c, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct crl_stored last;
	struct err e = ERR_INIT;
	struct bench b;
	int64_t at = 0, of = 0;
	int links = 0;

	CU_ASSERT_FATAL(c != MAP_FAILED);
	bench_start(&b);
	bench_together(&b, CROWD, publish_much, c);
	CU_ASSERT_EQUAL(c->trouble, 0);
	CU_ASSERT_EQUAL(c->n + c->behind, ALL);
	CU_ASSERT(c->n > 0);
	CU_ASSERT(c->behind > 0); /* else nobody was in anybody's way */
	/* They make one chain: each follows exactly one, with a higher number and no older set. */
	for (bool more = true; more;) {
		more = false;
		for (int i = 0; i < c->n; i++) {
			const struct published *p = &c->done[i];

			if (p->before != at)
				continue;
			CU_ASSERT(p->number > at);
			CU_ASSERT(p->of >= of);
			at = p->number;
			of = p->of;
			links++;
			more = true;
			break;
		}
	}
	CU_ASSERT_EQUAL(links, c->n);
	CU_ASSERT_EQUAL(store_crl(b.store, "ca", &last, &e), 0);
	CU_ASSERT_EQUAL(last.state.number, at);
	CU_ASSERT_EQUAL(last.state.of, of);
	crl_stored_free(&last);
	bench_stop(&b);
	munmap(c, sizeof *c);
}

static CU_TestInfo tests[] = {
    T(test_one_number_one_list),
    CU_TEST_INFO_NULL,
};
const CU_SuiteInfo crl_race_suite = {.pName = "crl_race", .pTests = tests};
