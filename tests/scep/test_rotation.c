/* SPDX-License-Identifier: ISC
 *
 * Several RAs of one profile: which one GetCACert presents, and that each answers what is encrypted
 * to it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "harness.h"
#include "rig.h"
#include "store/state.h"
#include "suites.h"
#include "wire/scep_body.h"

#define DAY (24 * 60 * 60)
#define WORD "ra:" RIG_ID

static struct rig rig;
static X509 *first, *second, *sign, *encrypt;

static X509 *
make_ra(int key, long serial, const char *usage, long days)
{
	return make_cert(&(struct make_cert){.key = make_rsa(2048, key),
	    .cn = "CN=Test RA",
	    .issuer = rig.ca,
	    .issuer_key = rig.ca_key,
	    .serial = serial,
	    .days = days,
	    .exts = {usage}});
}

static void
add(EVP_PKEY *key, X509 *cert, EVP_PKEY *seal_key, X509 *seal_cert, bool staged)
{
	struct err e = ERR_INIT;
	struct service_ra *ra = &rig.sp->ras[rig.sp->n_ras++];

	EVP_PKEY_up_ref(key);
	if (seal_key != NULL)
		EVP_PKEY_up_ref(seal_key);
	*ra = (struct service_ra){.number = (int)rig.sp->n_ras,
	    .staged = staged,
	    .key = seal_key != NULL ? ra_key_new_two(key, cert, seal_key, seal_cert, &e)
	                            : ra_key_new(key, cert, &e)};
	if (ra->key == NULL)
		abort();
}

/* The first one is the rig's; the second is a staged one; the third has two certificates. */
static int
start(void)
{
	rig_start(&rig, NULL);
	rig.remember = true;
	first = rig.ra;
	second = make_ra(2, 78, "keyUsage=critical,digitalSignature,keyEncipherment", 700);
	sign = make_ra(4, 79, "keyUsage=critical,digitalSignature", 700);
	encrypt = make_ra(5, 80, "keyUsage=critical,keyEncipherment", 700);
	add(make_rsa(2048, 2), second, NULL, NULL, true);
	add(make_rsa(2048, 5), encrypt, make_rsa(2048, 4), sign, true);
	rig_prepare(&rig);
	return 0;
}

static int
stop(void)
{
	rig.ra = first;
	X509_free(second);
	X509_free(sign);
	X509_free(encrypt);
	rig_stop(&rig);
	return 0;
}

static void
fingerprint(X509 *cert, char hex[65])
{
	unsigned char digest[32];

	CU_ASSERT_EQUAL(X509_digest(cert, EVP_sha256(), digest, NULL), 1);
	hex_of(view_of(digest, 32), hex);
}

/* The operator names an RA, and the workers hear it. */
static void
say(X509 *cert)
{
	struct err e = ERR_INIT;
	char hex[65] = "";

	if (cert != NULL)
		fingerprint(cert, hex);
	CU_ASSERT_EQUAL(store_say(rig.operator, WORD, hex, &e), 0);
	store_free(rig.service.store);
	rig.service.store = redis_store(rig.redis);
	CU_ASSERT_EQUAL(store_refresh(rig.service.store, &e), 0);
}

/* Whether GetCACert gives these, and the CA after them. */
static void
expect_presented(X509 *one, X509 *two)
{
	struct http_reply out;
	struct seen s;
	struct err e = ERR_INIT;
	STACK_OF(X509) *certs;
	int n = two != NULL ? 2 : 1;

	rig_get(&rig, "/scep/" RIG_PROFILE, "operation=GetCACert", &out, &s);
	certs = certs_only_read(buf_view(&out.body), NULL, &e);
	CU_ASSERT_EQUAL_FATAL(sk_X509_num(certs), n + 1);
	CU_ASSERT_EQUAL(X509_cmp(sk_X509_value(certs, 0), one), 0);
	if (two != NULL)
		CU_ASSERT_EQUAL(X509_cmp(sk_X509_value(certs, 1), two), 0);
	CU_ASSERT_EQUAL(X509_cmp(sk_X509_value(certs, n), rig.ca), 0);
	sk_X509_pop_free(certs, X509_free);
	http_reply_free(&out);
}

/* A request encrypted to one certificate; whether the reply is signed by the other. */
static void
enrol(const char *subject, X509 *to, X509 *signed_by, const char *slug)
{
	struct buf csr = {0}, der = {0};
	struct seen s;

	make_csr(make_rsa(2048, 3), subject, RIG_CHALLENGE, NULL, &csr);
	rig_msg(&rig, (struct make_msg){.ra = to, .inner = buf_view(&csr)}, &der);
	rig.ra = signed_by;
	rig_post(&rig, buf_view(&der), make_rsa(2048, 3), &s);
	CU_ASSERT_STRING_EQUAL(s.slug, slug);
	CU_ASSERT_TRUE(s.verified);
	rig.ra = first;
	seen_free(&s);
	buf_free(&csr);
	buf_free(&der);
}

static void
one_that_waits_is_not_presented(void)
{
	expect_presented(first, NULL);
	rig.sp->ras[1].staged = false;
	rig_prepare(&rig);
	expect_presented(second, NULL);
	rig.sp->ras[0].staged = true;
	rig.sp->ras[1].staged = true;
	rig_prepare(&rig);
	expect_presented(first, NULL);
	rig.sp->ras[0].staged = false;
	rig_prepare(&rig);
}

static void
the_operator_names_it(void)
{
	struct store *kept;

	say(second);
	expect_presented(second, NULL);
	/* Without the store it goes by what was heard. */
	freeReplyObject(redis_do(rig.redis, "RENAME {scepd}:word {scepd}:kept"));
	expect_presented(second, NULL);
	freeReplyObject(redis_do(rig.redis, "RENAME {scepd}:kept {scepd}:word"));
	kept = rig.service.store;
	rig.service.store = NULL;
	expect_presented(first, NULL);
	rig.service.store = kept;
	/* One that this host does not have is passed over. */
	say(rig.ca);
	expect_presented(first, NULL);
	say(NULL);
	expect_presented(first, NULL);
}

static void
of_two_certificates_the_signing_one_comes_first(void)
{
	say(encrypt);
	expect_presented(sign, encrypt);
	say(NULL);
}

static void
each_answers_what_is_for_it(void)
{
	for (int i = 0; i < 3; i++) {
		say(i == 0 ? NULL : i == 1 ? second : encrypt);
		enrol("CN=one", first, first, i == 0 ? "issued" : "replayed");
		enrol("CN=two", second, second, i == 0 ? "issued" : "replayed");
		enrol("CN=three", encrypt, sign, i == 0 ? "issued" : "replayed");
		/* What is for none of them, the one that is presented refuses. */
		enrol("CN=four", sign, i == 0 ? first : i == 1 ? second : sign, "recipient");
	}
	say(NULL);
}

static void
an_older_one_ends_with_its_certificate(void)
{
	clock_fix(time(NULL) + 750 * (time_t)DAY); /* the second one has expired, the first not */
	enrol("CN=five", second, second, "recipient");
	enrol("CN=six", first, first, "issued");
	say(second);
	enrol("CN=seven", second, second, "issued"); /* it is presented, so it goes on */
	say(NULL);
	clock_fix(0);
}

static CU_TestInfo tests[] = {
    T(one_that_waits_is_not_presented),
    T(the_operator_names_it),
    T(of_two_certificates_the_signing_one_comes_first),
    T(each_answers_what_is_for_it),
    T(an_older_one_ends_with_its_certificate),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo rotation_suite = {"rotation", start, stop, NULL, NULL, tests};
