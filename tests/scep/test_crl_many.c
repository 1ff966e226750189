/* SPDX-License-Identifier: ISC
 *
 * A thousand revocations over two hosts in random order, and several hosts at the same time as
 * processes: the lists agree with the records, and a number means one list.
 */
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/ossl.h"
#include "ca/crl.h"
#include "harness.h"
#include "host.h"
#include "suites.h"

#define RECORDS 2000
#define REVOKED 1000
#define PROCESSES 4
#define TOGETHER 240 /* are revoked by them */
#define SEEN_MAX 4096

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
serial_of(int i, char out[2 * CRL_SERIAL_MAX + 1])
{
	uint8_t digest[32];

	ossl_sha256(view_of(&i, sizeof i), digest);
	digest[0] = digest[0] % 0x7f + 1;
	hex_of(view_of(digest, CRL_SERIAL_MAX), out);
}

static const char *const reasons[] = {"unspecified", "keyCompromise", "affiliationChanged",
    "superseded", "cessationOfOperation", "privilegeWithdrawn"};

static void
revoke_record(struct store *s, int i, int64_t at)
{
	char serial[2 * CRL_SERIAL_MAX + 1];
	enum revoked_state state;
	struct err e = ERR_INIT;

	serial_of(i, serial);
	CU_ASSERT_EQUAL(
	    store_revoke(s,
	        &(struct revocation){
	            .authority = "ca", .serial = serial, .reason = reasons[i % 6], .at = at},
	        &state, &e),
	    0);
}

/* Whether a record and the list of a host say the same. */
static void
compare(struct crl_set *list, int i, int *revoked)
{
	char serial[2 * CRL_SERIAL_MAX + 1];
	uint8_t octets[CRL_SERIAL_MAX];
	const struct crl_entry *entry;
	redisReply *r;

	serial_of(i, serial);
	CU_ASSERT_EQUAL(hex_into(view_str(serial), octets, sizeof octets), 0);
	entry = crl_set_find(list, view_of(octets, sizeof octets));
	r = redis_do(rig.redis, "HMGET {scepd}:crt:ca:%s rev why", serial);
	CU_ASSERT_EQUAL(entry != NULL, r->element[0]->type == REDIS_REPLY_STRING);
	if (entry != NULL && r->element[0]->type == REDIS_REPLY_STRING) {
		CU_ASSERT_EQUAL(entry->at, atoll(r->element[0]->str));
		CU_ASSERT_STRING_EQUAL(crl_reason_name(entry->reason), r->element[1]->str);
		++*revoked;
	}
	freeReplyObject(r);
}

static void
agrees(struct host *h)
{
	struct crl_set set = {0};
	struct crl list;
	struct err e = ERR_INIT;
	int revoked = 0;

	CU_ASSERT_EQUAL_FATAL(crl_read(&h->ca->authority, service_crl(h->ca), &list, &e), 0);
	CU_ASSERT_EQUAL(crl_entries(&list, &set, &e), 0);
	CU_ASSERT_EQUAL(set.n, REVOKED);
	for (int i = 0; i < RECORDS; i++)
		compare(&set, i, &revoked);
	CU_ASSERT_EQUAL(revoked, REVOKED);
	crl_set_free(&set);
	crl_free(&list);
}

static void
make_records(void)
{
	freeReplyObject(redis_do(rig.redis, "FLUSHALL"));
	for (int i = 0; i < RECORDS; i++) {
		char serial[2 * CRL_SERIAL_MAX + 1];

		serial_of(i, serial);
		freeReplyObject(redis_do(rig.redis, "HSET {scepd}:crt:ca:%s der x na %lld", serial,
		    (long long)clock_now() + 100000 + i));
	}
}

static void
a_thousand_over_two_hosts(void)
{
	struct host hosts[2];
	int order[RECORDS], left = RECORDS;
	unsigned seed = 20261126;

	make_records();
	host_start(&hosts[0], &rig, "one");
	host_start(&hosts[1], &rig, "two");
	for (int i = 0; i < RECORDS; i++)
		order[i] = i;
	for (int i = 0; i < REVOKED; i++) {
		int pick = (int)((unsigned)rand_r(&seed) % (unsigned)left);

		/* By whoever's connection, now and then with a second of a host in between. */
		revoke_record(rand_r(&seed) % 2 ? hosts[0].service.store : hosts[1].service.store,
		    order[pick], clock_now() - i);
		order[pick] = order[--left];
		if (rand_r(&seed) % 20 == 0)
			host_tick(&hosts[rand_r(&seed) % 2]);
	}
	for (int i = 0; i < 4; i++)
		host_tick(&hosts[i % 2]);
	agrees(&hosts[0]);
	agrees(&hosts[1]);
	CU_ASSERT(view_eq(service_crl(hosts[0].ca), service_crl(hosts[1].ca)));
	host_stop(&hosts[0]);
	host_stop(&hosts[1]);
}

/* What the hosts have seen: a number and the digest of the list. */
struct seen_list {
	int64_t number;
	uint8_t digest[32];
};
struct crowd {
	atomic_int n, done;
	struct seen_list seen[SEEN_MAX];
};

static void
note_list(struct crowd *c, struct host *h)
{
	struct seen_list one = {.number = h->ca->crl != NULL ? host_number(h) : 0};
	int at;

	if (one.number == 0)
		return;
	ossl_sha256(service_crl(h->ca), one.digest);
	if ((at = atomic_fetch_add(&c->n, 1)) < SEEN_MAX)
		c->seen[at] = one;
}

/* A host as a process, with connections of its own: until everything that is revoked is on its
 * list.
 */
static void
be_a_host(struct crowd *c, struct host *h, int self)
{
	int64_t end = clock_ms() + 60000;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; host_entries(h) < TOGETHER && clock_ms() < end; i++) {
		if (i < TOGETHER / PROCESSES)
			revoke_record(h->service.store, i * PROCESSES + self, clock_now());
		if (i % 3 == self % 3 || i >= TOGETHER / PROCESSES) {
			host_tick(h);
			note_list(c, h);
		}
	}
	atomic_fetch_add(&c->done, host_entries(h) == TOGETHER);
}

static void
a_number_means_one_list(void)
{
	struct crowd *c =
	    mmap(NULL, sizeof *c, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct host hosts[PROCESSES];
	pid_t pids[PROCESSES];
	int different = 0, status;

	CU_ASSERT_FATAL(c != MAP_FAILED);
	make_records();
	for (int i = 0; i < PROCESSES; i++) {
		char name[8];

		snprintf(name, sizeof name, "h%d", i);
		host_start(&hosts[i], &rig, name);
	}
	for (int i = 0; i < PROCESSES; i++) {
		CU_ASSERT_FATAL((pids[i] = fork()) >= 0);
		if (pids[i] == 0) {
			be_a_host(c, &hosts[i], i);
			_exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++)
		CU_ASSERT(waitpid(pids[i], &status, 0) == pids[i] && status == 0);
	for (int i = 0; i < PROCESSES; i++)
		host_stop(&hosts[i]);
	CU_ASSERT_EQUAL(c->done, PROCESSES);
	CU_ASSERT(c->n > PROCESSES && c->n < SEEN_MAX);
	for (int i = 0; i < c->n && i < SEEN_MAX; i++)
		for (int j = 0; j < i; j++) {
			bool same = c->seen[i].number == c->seen[j].number;

			different += !same;
			if (same)
				CU_ASSERT_EQUAL(
				    memcmp(c->seen[i].digest, c->seen[j].digest, 32), 0);
		}
	CU_ASSERT(different > 0);
	munmap(c, sizeof *c);
}

static CU_TestInfo tests[] = {
    T(a_thousand_over_two_hosts),
    T(a_number_means_one_list),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo crl_many_suite = {"crl_many", start, stop, NULL, NULL, tests};
