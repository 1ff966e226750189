/* SPDX-License-Identifier: ISC
 *
 * The log hears in time of what ends, once a day, and of nothing that is meant to end.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/daily.h"
#include "harness.h"
#include "host.h"
#include "rig.h"
#include "scep/ending.h"
#include "suites.h"

#define DAY (INT64_C(24) * 60 * 60)

/* The CA of the rig ends after 900 days, its RA after 800. */
static struct rig rig;
static X509 *old, *issuer;

static int
start(void)
{
	rig_start(&rig, NULL);
	rig.remember = true;
	rig.sp->ras[0].number = 2;
	return 0;
}

static int
stop(void)
{
	X509_free(old);
	X509_free(issuer);
	rig_stop(&rig);
	return 0;
}

/* How many lines with this the watch adds when it may speak. */
static int
said(const char *text)
{
	int before = rig_logged(text);

	daily_reset();
	service_watch(&rig.service);
	return rig_logged(text) - before;
}

static void
what_ends_is_said_in_time(void)
{
	rig.service.warn_before = 799 * DAY;
	CU_ASSERT_EQUAL(said(" ends on "), 0);
	rig.service.warn_before = 801 * DAY;
	CU_ASSERT_EQUAL(said("msg=\"RA 2 of profile test ends on "), 1);
	CU_ASSERT_EQUAL(said("Z: scepctl ra rotate test\""), 1);
	CU_ASSERT_EQUAL(said("level=warn"), 1);
	CU_ASSERT_EQUAL(said("CA ca"), 0);
	rig.service.warn_before = 901 * DAY;
	CU_ASSERT_EQUAL(said("msg=\"CA ca ends on "), 1);
	CU_ASSERT_EQUAL(said("Z: scepctl ca next ca\""), 1);
	/* When it is too late. */
	rig.service.warn_before = 0;
	clock_fix(clock_now() + 801 * DAY);
	CU_ASSERT_EQUAL(said("level=error"), 1);
	CU_ASSERT_EQUAL(said("RA 2 of profile test ended on "), 1);
	clock_fix(0);
}

static void
once_a_day_and_by_those_who_stay(void)
{
	int before = rig_logged(" ends on ");

	rig.service.warn_before = 801 * DAY;
	daily_reset();
	rig.service.replacing = true;
	service_watch(&rig.service);
	CU_ASSERT_EQUAL(rig_logged(" ends on "), before);
	rig.service.replacing = false;
	rig.service.tick_at = 0;
	CU_ASSERT(service_tick(&rig.service) > 0);
	CU_ASSERT_EQUAL(rig_logged(" ends on "), before + 1);
	service_watch(&rig.service);
	CU_ASSERT_EQUAL(rig_logged(" ends on "), before + 1);
}

/* One of two keys, behind the one that is presented. */
static void
add_old_ra(void)
{
	struct err e = ERR_INIT;
	struct service_ra *ra = &rig.sp->ras[1];

	old = make_cert(&(struct make_cert){.key = make_rsa(2048, 2),
	    .cn = "CN=Test RA",
	    .issuer = rig.ca,
	    .issuer_key = rig.ca_key,
	    .serial = 78,
	    .days = 20,
	    .exts = {"keyUsage=critical,digitalSignature,keyEncipherment"}});
	EVP_PKEY_up_ref(make_rsa(2048, 2));
	*ra = (struct service_ra){
	    .number = 1, .staged = true, .key = ra_key_new(make_rsa(2048, 2), old, &e)};
	CU_ASSERT_PTR_NOT_NULL_FATAL(ra->key);
	rig.sp->n_ras = 2;
	rig_prepare(&rig);
}

static void
an_old_ra_may_end_unless_it_is_used(void)
{
	struct service_use *use;
	int lines;

	add_old_ra();
	rig.service.warn_before = 30 * DAY;
	CU_ASSERT_EQUAL(said("RA 1 of profile test"), 0);
	use = rig.sp->ras[1].use;
	use->at = clock_ms();
	CU_ASSERT_EQUAL(said("RA 1 of profile test ends on "), 1);
	CU_ASSERT_EQUAL(said("its clients have to ask for GetCACert again"), 1);
	lines = rig_logged("RA 1 of profile test");
	service_watch(&rig.service);
	CU_ASSERT_EQUAL(rig_logged("RA 1 of profile test"), lines);
	CU_ASSERT_EQUAL(said("RA 1 of profile test"), 1);
	/* A use of the day before yesterday is none. */
	use->at = clock_ms() - 2 * DAY * 1000;
	CU_ASSERT_EQUAL(said("RA 1 of profile test"), 0);
	/* Nor is it said that one is still used that has ended or will not end soon. */
	use->at = clock_ms();
	rig.service.warn_before = 10 * DAY;
	CU_ASSERT_EQUAL(said("RA 1 of profile test"), 0);
	rig.service.warn_before = 30 * DAY;
	clock_fix(clock_now() + 21 * DAY);
	CU_ASSERT_EQUAL(said("RA 1 of profile test"), 0);
	clock_fix(0);
}

static void
the_chain_is_looked_at_too(void)
{
	struct authority *a = &rig.service.cas[0].authority;

	issuer = make_cert(&(struct make_cert){
	    .key = make_rsa(2048, 5), .cn = "CN=Root", .serial = 5, .days = 10});
	X509_up_ref(issuer);
	CU_ASSERT(sk_X509_push(a->chain, issuer) > 0);
	rig.service.warn_before = 30 * DAY;
	CU_ASSERT_EQUAL(said("certificate 1 of the chain of CA ca ends on "), 1);
	CU_ASSERT_EQUAL(said("scepctl ca install ca --replace"), 1);
	X509_free(sk_X509_pop(a->chain));
}

/* A CA that was followed is meant to end; one that waits for its follower is to be switched. */
static void
a_followed_ca_may_end(void)
{
	struct ending x = {.kind = ENDING_CA, .name = "ca", .wanted = true, .followed = true};
	char text[ENDING_TEXT];
	size_t n = rig.sp->n_line;

	ending_text(&x, 1, text);
	CU_ASSERT_STRING_EQUAL(text, "ended on 1970-01-01T00:00:00Z: scepctl ca switch ca");
	/* No profile has it any more. */
	rig.sp->line[0].ca = NULL;
	rig.sp->n_line = 0;
	rig.service.n_profiles = 0;
	rig.service.warn_before = 901 * DAY;
	CU_ASSERT_EQUAL(said("CA ca ends"), 0);
	rig.service.n_profiles = 1;
	rig.sp->line[0].ca = &rig.service.cas[0];
	rig.sp->n_line = n;
	CU_ASSERT_EQUAL(said("CA ca ends"), 1);
}

static int
list_said(struct host *h, int64_t days)
{
	static const char text[] = "the revocation list of CA ca is good until ";
	int before = rig_logged(text);

	clock_fix(clock_now() + days * DAY);
	daily_reset();
	service_watch(&h->service);
	clock_fix(0);
	return rig_logged(text) - before;
}

/* Good for seven days, and a day old when the next one is due. */
static void
a_list_that_nobody_renews(void)
{
	struct host h;

	host_start(&h, &rig, "a");
	CU_ASSERT_EQUAL(list_said(&h, 30), 0);
	host_tick(&h);
	CU_ASSERT(host_number(&h) > 0);
	CU_ASSERT_EQUAL(list_said(&h, 3), 0);
	CU_ASSERT_EQUAL(list_said(&h, 5), 1);
	CU_ASSERT_EQUAL(rig_logged("level=error msg=\"the revocation"), 0);
	CU_ASSERT_EQUAL(list_said(&h, 8), 1);
	CU_ASSERT_EQUAL(rig_logged("no newer one: scepctl crl show ca"), 2);
	/* Of a CA that has ended nobody looks at it. */
	CU_ASSERT_EQUAL(list_said(&h, 901), 0);
	host_stop(&h);
}

static CU_TestInfo tests[] = {
    T(what_ends_is_said_in_time),
    T(once_a_day_and_by_those_who_stay),
    T(an_old_ra_may_end_unless_it_is_used),
    T(the_chain_is_looked_at_too),
    T(a_followed_ca_may_end),
    T(a_list_that_nobody_renews),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo watch_suite = {"watch", start, stop, NULL, NULL, tests};
