/* SPDX-License-Identifier: ISC
 *
 * Nothing that was revoked comes back to life: not when the store loses everything, nor when
 * somebody else puts another list into it or onto the disk. The last good list stays until what is
 * missing is there again, or the operator accepts the loss.
 */
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "ca/crl.h"
#include "harness.h"
#include "host.h"
#include "signer/signer.h"
#include "store/crl.h"
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
flush(void)
{
	freeReplyObject(redis_do(rig.redis, "FLUSHALL"));
}

/* Both hosts have a list with A and B. */
static void
begin(void)
{
	flush();
	host_start(&one, &rig, "one");
	host_start(&two, &rig, "two");
	host_revoke(&rig, A, HOUR);
	host_revoke(&rig, B, HOUR);
	host_tick(&one);
	host_tick(&two);
	CU_ASSERT(host_has(&one, A) && host_has(&two, B));
}

static void
end(void)
{
	clock_fix(0);
	host_stop(&one);
	host_stop(&two);
}

static void
alarm_says(const char *what)
{
	char alarm[200];

	host_alarm(&rig, alarm);
	if (*what == '\0' ? *alarm != '\0' : strstr(alarm, what) == NULL)
		fprintf(stderr, "\n  alarm: \"%s\", not \"%s\"\n", alarm, what);
	CU_ASSERT(*what == '\0' ? *alarm == '\0' : strstr(alarm, what) != NULL);
}

static void
a_lost_store_revives_nothing(void)
{
	int64_t number;

	begin();
	number = host_number(&one);
	flush();
	for (int i = 0; i < 3; i++) {
		host_tick(&one);
		host_tick(&two);
	}
	CU_ASSERT_EQUAL(host_number(&one), number);
	CU_ASSERT_EQUAL(host_number(&two), number);
	CU_ASSERT(host_has(&one, A) && host_has(&two, B));
	/* The store has it again, and says what is the matter. */
	CU_ASSERT_EQUAL(redis_int(rig.redis, "HGET {scepd}:crl:ca number"), number);
	alarm_says(" keeps list");
	alarm_says("2 serial numbers");
	/* One of them comes back: the other one is still missing. */
	host_revoke(&rig, A, HOUR);
	host_tick(&two);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&two), number);
	alarm_says("1 serial numbers");
	host_revoke(&rig, B, HOUR);
	host_tick(&two);
	host_tick(&one);
	CU_ASSERT(host_number(&one) > number);
	CU_ASSERT_EQUAL(host_number(&one), host_number(&two));
	CU_ASSERT_EQUAL(host_entries(&one), 2);
	alarm_says("");
	end();
}

/* A host that has nothing yet takes what the others gave back. */
static void
a_new_host_learns_it_from_the_others(void)
{
	struct host three;
	int64_t number;

	begin();
	number = host_number(&one);
	flush();
	host_tick(&one);
	host_start(&three, &rig, "three");
	host_tick(&three);
	CU_ASSERT_EQUAL(host_number(&three), number);
	CU_ASSERT(host_has(&three, A) && host_has(&three, B));
	host_tick(&three);
	CU_ASSERT_EQUAL(host_number(&three), number);
	host_stop(&three);
	end();
}

static void
the_operator_accepts_a_loss(void)
{
	struct err e = ERR_INIT;
	int64_t number;

	begin();
	number = host_number(&one);
	flush();
	host_tick(&one);
	/* Only of lists up to the one that he has seen. */
	CU_ASSERT_EQUAL(store_crl_mark(rig.operator, "ca", number - 1, &e), 0);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), number);
	CU_ASSERT_EQUAL(store_crl_mark(rig.operator, "ca", number, &e), 0);
	host_tick(&one);
	CU_ASSERT(host_number(&one) > number);
	CU_ASSERT_EQUAL(host_entries(&one), 0);
	host_tick(&two);
	CU_ASSERT_EQUAL(host_number(&two), host_number(&one));
	/* It is no word for later. */
	host_revoke(&rig, A, HOUR);
	host_tick(&one);
	number = host_number(&one);
	freeReplyObject(redis_do(rig.redis, "DEL {scepd}:rvk:ca {scepd}:rev:ca"));
	CU_ASSERT_EQUAL(store_crl_mark(rig.operator, "ca", 0, &e), 0);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), number);
	alarm_says("1 serial numbers");
	end();
}

/* Certificates that ended while it was lost need not come back. */
static void
what_has_ended_may_be_missing(void)
{
	int64_t number;
	time_t at = clock_now();

	begin();
	number = host_number(&one);
	flush();
	host_tick(&one);
	clock_fix(at + 3 * HOUR);
	freeReplyObject(redis_do(rig.redis, "HSET {scepd}:crl:ca lease 5"));
	host_tick(&one);
	CU_ASSERT(host_number(&one) > number);
	CU_ASSERT_EQUAL(host_entries(&one), 0);
	end();
}

static bool
remembers(struct host *h, const char *serial, long at_least)
{
	struct crl_set set = {0};
	struct buf text = {0}, octets = {0};
	struct err e = ERR_INIT;
	const struct crl_entry *entry;
	bool has;

	CU_ASSERT_EQUAL(file_read(tmpdir_path(&h->dir, "crl/ca.ends"), CRL_MAX, &text, &e), 0);
	CU_ASSERT_EQUAL(crl_set_read(&set, buf_view(&text), &e), 0);
	CU_ASSERT_EQUAL(hex_read(&octets, view_str(serial)), 0);
	entry = crl_set_find(&set, buf_view(&octets));
	has = entry != NULL && entry->not_after >= clock_now() + at_least;
	crl_set_free(&set);
	buf_free(&octets);
	buf_free(&text);
	return has;
}

/* Neither when a file is written again from a store that lost them, nor when somebody changes them
 * there. */
static void
ends_are_not_forgotten(void)
{
	begin();
	CU_ASSERT(remembers(&one, A, HOUR - 100));
	flush();
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&one.dir, "crl/ca.crl")), 0);
	host_tick(&one);
	CU_ASSERT_EQUAL(access(tmpdir_path(&one.dir, "crl/ca.crl"), F_OK), 0);
	CU_ASSERT(remembers(&one, A, HOUR - 100));
	host_stop(&one);
	host_stop(&two);
	begin();
	freeReplyObject(
	    redis_do(rig.redis, "ZADD {scepd}:rev:ca %lld " A, (long long)clock_now() + 10));
	host_revoke(&rig, "0c", HOUR);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_entries(&one), 3);
	CU_ASSERT(remembers(&one, A, HOUR - 100));
	end();
}

/* Somebody says in the store that they have ended. */
static void
an_end_is_not_believed_over_what_was_known(void)
{
	int64_t number;

	begin();
	number = host_number(&one);
	freeReplyObject(redis_do(rig.redis, "ZADD {scepd}:rev:ca 5 " A));
	host_revoke(&rig, "0c", HOUR);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), number);
	alarm_says("1 serial numbers");
	end();
}

/* Without what was remembered of their ends it cannot be told. */
static void
what_is_not_known_to_have_ended_may_not(void)
{
	int64_t number;
	time_t at = clock_now();

	begin();
	number = host_number(&one);
	flush();
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&one.dir, "crl/ca.ends")), 0);
	clock_fix(at + 3 * HOUR);
	host_tick(&one);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), number);
	alarm_says("2 serial numbers");
	end();
}

/* Puts a list into the store, past everybody: of this key, with these serials. */
static void
forge(EVP_PKEY *key, int64_t number, const char *serial)
{
	struct crl_set set = {0};
	struct crl_plan plan = {.by = &one.ca->authority,
	    .number = number,
	    .this_update = clock_now(),
	    .next_update = clock_now() + 86400,
	    .revoked = &set};
	struct err e = ERR_INIT;
	struct buf der = {0};
	X509_CRL *list;

	if (serial != NULL)
		CU_ASSERT_EQUAL(crl_set_add(&set, view_str(serial), view_str("superseded"),
		                    clock_now(), clock_now() + HOUR, &e),
		    0);
	list = crl_write(&plan, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(list);
	CU_ASSERT(X509_CRL_sign(list, key, EVP_sha256()) > 0);
	CU_ASSERT_EQUAL(ossl_write(&der, list, ASN1_ITEM_rptr(X509_CRL)), 0);
	freeReplyObject(redis_do(rig.redis, "HSET {scepd}:crl:ca number %lld from %lld der %b",
	    (long long)number, (long long)clock_now(), der.p, der.n));
	X509_CRL_free(list);
	crl_set_free(&set);
	buf_free(&der);
}

static void
a_list_that_the_ca_did_not_sign_is_not_taken(void)
{
	int64_t number;

	begin();
	number = host_number(&one);
	forge(make_rsa(2048, 2), number + 5, A);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), number);
	alarm_says("not signed by CA");
	/* A new host has none rather than this one. */
	tmpdir_remove(&two.dir);
	CU_ASSERT_EQUAL(tmpdir_make(&two.dir), 0);
	host_restart(&two);
	host_tick(&two);
	CU_ASSERT_EQUAL(service_crl(two.ca).n, 0);
	/* The next real one is above it. */
	host_revoke(&rig, "0c", HOUR);
	host_tick(&one);
	CU_ASSERT(host_number(&one) > number + 5);
	CU_ASSERT_EQUAL(host_entries(&one), 3);
	host_tick(&two);
	CU_ASSERT_EQUAL(host_entries(&two), 3);
	end();
}

/* Signed by the CA, by a host that had forgotten: whoever remembers does not take it. */
static void
a_list_that_lacks_something_is_not_taken(void)
{
	struct err e = ERR_INIT;
	int64_t number;

	begin();
	number = host_number(&one);
	forge(rig.ca_key, number + 5, A);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), number);
	alarm_says("1 serial numbers");
	CU_ASSERT_EQUAL(store_crl_mark(rig.operator, "ca", number + 5, &e), 0);
	freeReplyObject(redis_do(rig.redis, "DEL {scepd}:rvk:ca {scepd}:rev:ca"));
	host_tick(&one);
	CU_ASSERT(host_number(&one) > number + 5);
	host_tick(&two);
	CU_ASSERT_EQUAL(host_number(&two), host_number(&one));
	end();
}

static void
put_file(struct view content)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(file_write(tmpdir_path(&one.dir, "crl/ca.crl"), content, 0644,
	                    (struct file_owner){(uid_t)-1, (gid_t)-1}, false, &e),
	    0);
}

/* An old copy of the folder, or anything else, put in the place of the list. */
static void
the_disk_does_not_go_back(void)
{
	struct buf old = {0};
	struct view der;
	int64_t number;

	begin();
	der = service_crl(one.ca);
	CU_ASSERT_EQUAL(buf_add(&old, der.p, der.n), 0);
	host_revoke(&rig, "0c", HOUR);
	host_tick(&one);
	number = host_number(&one);
	put_file(buf_view(&old));
	CU_ASSERT_EQUAL(host_number(&one), number);
	put_file(view_str("rubbish"));
	CU_ASSERT_EQUAL(host_number(&one), number);
	/* The right one goes back to its place. */
	host_tick(&one);
	host_restart(&one);
	CU_ASSERT_EQUAL(host_number(&one), number);
	put_file(view_str("rubbish"));
	/* A worker that starts with it has none, and takes the right one from the store. */
	host_restart(&one);
	CU_ASSERT_EQUAL(service_crl(one.ca).n, 0);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), number);
	put_file(buf_view(&old));
	host_restart(&one);
	host_tick(&one);
	CU_ASSERT_EQUAL(host_number(&one), number);
	buf_free(&old);
	end();
}

static CU_TestInfo tests[] = {
    T(a_lost_store_revives_nothing),
    T(a_new_host_learns_it_from_the_others),
    T(the_operator_accepts_a_loss),
    T(what_has_ended_may_be_missing),
    T(ends_are_not_forgotten),
    T(an_end_is_not_believed_over_what_was_known),
    T(what_is_not_known_to_have_ended_may_not),
    T(a_list_that_the_ca_did_not_sign_is_not_taken),
    T(a_list_that_lacks_something_is_not_taken),
    T(the_disk_does_not_go_back),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo crl_loss_suite = {"crl_loss", start, stop, NULL, NULL, tests};
