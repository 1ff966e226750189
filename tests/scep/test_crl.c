/* SPDX-License-Identifier: ISC
 *
 * Revocation lists on two hosts: made when they are due, the same everywhere, and there without the
 * store.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "ca/crl.h"
#include "harness.h"
#include "host.h"
#include "store/crl.h"
#include "store/state.h"
#include "suites.h"

#define HOUR 3600L
#define A "0a00000000000000000000000000000000000001"
#define B "0b00000000000000000000000000000000000002"

static struct rig rig;
static struct host one, two;

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
	host_start(&one, &rig, "one");
	host_start(&two, &rig, "two");
}

static void
end(void)
{
	clock_fix(0);
	host_stop(&one);
	host_stop(&two);
}

static void
the_first_list_is_empty(void)
{
	struct buf der = {0};
	struct stat st;
	struct err e = ERR_INIT;

	begin();
	CU_ASSERT_EQUAL(service_crl(one.ca).n, 0);
	clock_fix(1900000000);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), 1900000000);
	CU_ASSERT_EQUAL(host_entries(&one), 0);
	/* What is served is what lies in the folder, for a web server to take. */
	CU_ASSERT_EQUAL(file_read(tmpdir_path(&one.dir, "crl/ca.crl"), CRL_MAX, &der, &e), 0);
	CU_ASSERT(view_eq(buf_view(&der), service_crl(one.ca)));
	CU_ASSERT_EQUAL(stat(tmpdir_path(&one.dir, "crl/ca.crl"), &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0644);
	buf_free(&der);
	end();
}

/* An imported CA has revoked what nobody here knows. */
static void
an_imported_ca_waits_for_its_past(void)
{
	struct err e = ERR_INIT;

	begin();
	one.ca->imported = true;
	clock_fix(1900000000);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), 0);
	CU_ASSERT_EQUAL(store_say(rig.operator, HISTORY_WORD "ca", "known", &e), 0);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), 1900000000);
	/* A store that was lost does not stop it again. */
	CU_ASSERT_EQUAL(store_say(rig.operator, HISTORY_WORD "ca", "", &e), 0);
	clock_fix(1900000000 + 30 * HOUR);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), 1900000000 + 30 * HOUR);
	end();
}

static void
a_revocation_is_on_the_next_list_of_both(void)
{
	int64_t first;

	begin();
	host_tick(&one);
	host_tick(&two);
	first = host_number(&one);
	CU_ASSERT_EQUAL(host_number(&two), first);
	host_revoke(&rig, A, HOUR);
	host_tick(&two);
	CU_ASSERT(host_has(&two, A));
	CU_ASSERT(host_number(&two) > first);
	CU_ASSERT_FALSE(host_has(&one, A));
	host_tick(&one);
	CU_ASSERT(host_has(&one, A));
	CU_ASSERT(view_eq(service_crl(one.ca), service_crl(two.ca)));
	CU_ASSERT_EQUAL(host_number(&one), host_number(&two));
	end();
}

static void
without_a_change_there_is_a_new_one_a_day(void)
{
	time_t at = 1900000000;
	int64_t first;

	begin();
	clock_fix(at);
	host_tick(&one);
	first = host_number(&one);
	clock_fix(at + 86399);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), first);
	clock_fix(at + 86400);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), at + 86400);
	/* Nor does a clock that was put back lead to a lower number. */
	clock_fix(at);
	host_revoke(&rig, A, HOUR);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), at + 86401);
	CU_ASSERT(host_has(&one, A));
	/* One that is far ahead is put right the next day. */
	clock_fix(at - 10 * 86400);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), at + 86402);
	CU_ASSERT(host_has(&one, A));
	end();
}

/* Other workers of a host see what one of them put on the disk; a new one does, with the store
 * away. */
static void
the_disk_serves_without_the_store(void)
{
	struct store *store;
	int64_t number;

	begin();
	host_revoke(&rig, A, HOUR);
	host_tick(&one);
	number = host_number(&one);
	host_restart(&one);
	store = one.service.store;
	one.service.store = NULL;
	CU_ASSERT(host_has(&one, A));
	CU_ASSERT_EQUAL(host_number(&one), number);
	one.service.store = store;
	/* The same folder, another worker. */
	tmpdir_remove(&two.dir);
	two.dir = one.dir;
	host_restart(&two);
	CU_ASSERT(host_has(&two, A));
	host_revoke(&rig, B, HOUR);
	host_tick(&one);
	CU_ASSERT(host_has(&two, B));
	end();
}

static void
who_was_away_takes_what_was_published(void)
{
	begin();
	host_tick(&two);
	host_revoke(&rig, A, HOUR);
	host_tick(&one);
	host_revoke(&rig, B, HOUR);
	host_tick(&one);
	host_restart(&two);
	host_tick(&two);
	CU_ASSERT_EQUAL(host_number(&two), host_number(&one));
	CU_ASSERT(host_has(&two, A) && host_has(&two, B));
	end();
}

static void
what_has_ended_leaves_after_one_more_list(void)
{
	time_t at = 1900000000;

	begin();
	clock_fix(at);
	host_revoke(&rig, A, HOUR);
	host_revoke(&rig, B, 100 * HOUR);
	host_tick(&one);
	host_tick(&two);
	clock_fix(at + 86400); /* the first that is made after its end has it */
	host_tick(&one);
	CU_ASSERT(host_has(&one, A) && host_has(&one, B));
	host_tick(&two);
	clock_fix(at + 2 * 86400);
	host_tick(&two);
	CU_ASSERT_FALSE(host_has(&two, A));
	CU_ASSERT(host_has(&two, B));
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), host_number(&two));
	clock_fix(at + 3 * 86400);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), at + 3 * 86400);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:rev:ca"), 1);
	/* Also on a host that was away all the while. */
	host_restart(&two);
	host_tick(&two);
	CU_ASSERT_EQUAL(host_number(&two), at + 3 * 86400);
	end();
}

static void
the_operator_has_a_new_one_made(void)
{
	struct err e = ERR_INIT;
	int64_t first;

	begin();
	host_tick(&one);
	first = host_number(&one);
	CU_ASSERT_EQUAL(store_crl_mark(rig.operator, "ca", 0, &e), 0);
	host_tick(&one);
	CU_ASSERT(host_number(&one) > first);
	end();
}

static void
who_makes_one_is_left_alone(void)
{
	begin();
	freeReplyObject(
	    redis_do(rig.redis, "HSET {scepd}:crl:ca owner somebody lease %lld", INT64_MAX));
	host_revoke(&rig, A, HOUR);
	host_tick(&one);
	CU_ASSERT_EQUAL(service_crl(one.ca).n, 0);
	freeReplyObject(redis_do(rig.redis, "HSET {scepd}:crl:ca lease 5"));
	host_tick(&one);
	CU_ASSERT(host_has(&one, A));
	end();
}

/* A folder that cannot be: what was published is served from memory, and filed when it can be. */
static void
a_disk_that_takes_nothing_is_no_excuse(void)
{
	char path[PATH_MAX];

	begin();
	snprintf(path, sizeof path, "%s", tmpdir_path(&one.dir, "crl"));
	CU_ASSERT_EQUAL(file_write(path, view_str("x"), 0600,
	                    (struct file_owner){(uid_t)-1, (gid_t)-1}, true, &(struct err)ERR_INIT),
	    0);
	host_revoke(&rig, A, HOUR);
	host_tick(&one);
	CU_ASSERT(host_has(&one, A));
	CU_ASSERT_EQUAL(unlink(path), 0);
	host_tick(&one);
	CU_ASSERT_EQUAL(access(tmpdir_path(&one.dir, "crl/ca.crl"), F_OK), 0);
	end();
}

static void
an_authority_without_the_right_has_none(void)
{
	X509 *kept = rig.ca;

	begin();
	rig.ca = make_cert(&(struct make_cert){.key = rig.ca_key,
	    .cn = "CN=Test CA/O=Test",
	    .days = 900,
	    .exts = {
	        "basicConstraints=critical,CA:TRUE,pathlen:0", "keyUsage=critical,keyCertSign"}});
	host_restart(&one);
	host_tick(&one);
	CU_ASSERT_EQUAL(service_crl(one.ca).n, 0);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "EXISTS {scepd}:crl:ca"), 0);
	X509_free(rig.ca);
	rig.ca = kept;
	end();
}

/* One that has a successor is revoked when it is time, and the journal has it first. */
static void
a_predecessor_is_revoked(void)
{
	struct buf log = {0};
	struct err e = ERR_INIT;
	char path[PATH_MAX];

	begin();
	snprintf(path, sizeof path, "%s", tmpdir_path(&one.dir, "issued.log"));
	one.service.journal = journal_open(path, &e);
	freeReplyObject(redis_do(rig.redis, "HSET {scepd}:crt:ca:" A " der x na 4000000000"));
	freeReplyObject(redis_do(rig.redis, "ZADD {scepd}:sup 5 %s", "ca " A));
	clock_fix(1900000000);
	host_tick(&one);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "HGET {scepd}:crt:ca:" A " rev"), 1900000000);
	host_tick(&one);
	CU_ASSERT(host_has(&one, A));
	CU_ASSERT_EQUAL(file_read(path, 4096, &log, &e), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&log),
	    "{\"what\":\"revoked\",\"at\":1900000000,\"not_after\":4000000000,\"ca\":\"ca\","
	    "\"serial\":\"" A "\",\"reason\":\"superseded\",\"by\":\"successor\"}\n");
	buf_free(&log);
	end();
}

static CU_TestInfo tests[] = {
    T(the_first_list_is_empty),
    T(an_imported_ca_waits_for_its_past),
    T(a_revocation_is_on_the_next_list_of_both),
    T(without_a_change_there_is_a_new_one_a_day),
    T(the_disk_serves_without_the_store),
    T(who_was_away_takes_what_was_published),
    T(what_has_ended_leaves_after_one_more_list),
    T(the_operator_has_a_new_one_made),
    T(who_makes_one_is_left_alone),
    T(a_disk_that_takes_nothing_is_no_excuse),
    T(an_authority_without_the_right_has_none),
    T(a_predecessor_is_revoked),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo crl_suite = {"crl", start, stop, NULL, NULL, tests};
