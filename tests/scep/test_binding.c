/* SPDX-License-Identifier: ISC
 *
 * A challenge that is bound to names is good for these names alone, however they are written, and a
 * request for others leaves it as it was.
 */
#include <string.h>

#include "ca/binding.h"
#include "harness.h"
#include "rig.h"
#include "store/challenge.h"
#include "suites.h"

#define SECRET "0123456789ABCDEF0123456789ABCDEF"

static struct rig rig;

static int
start(void)
{
	rig_start(&rig, NULL);
	rig.remember = true;
	rig.sp->profile.challenge_type = CHALLENGE_DYNAMIC;
	return 0;
}

static int
stop(void)
{
	rig_stop(&rig);
	return 0;
}

/* Mints SECRET for these names (NULL: none). */
static void
bind(const char *subject, const char *sans)
{
	struct binding b = {0};
	struct err e = ERR_INIT;
	struct minted out;
	uint8_t mac[32];

	if (subject != NULL)
		CU_ASSERT_EQUAL(binding_subject(&b, subject, &e), 0);
	if (sans != NULL)
		CU_ASSERT_EQUAL(binding_sans(&rig.sp->profile, &b, sans, &e), 0);
	CU_ASSERT_EQUAL(
	    store_challenge_mac(rig.service.store, RIG_ID, view_str(SECRET), mac, &e), 0);
	CU_ASSERT_EQUAL(store_mint(rig.service.store,
	                    &(struct mint){.profile = RIG_ID,
	                        .mac = mac,
	                        .ttl = 60,
	                        .max = 10,
	                        .by = "test",
	                        .bound = binding_any(&b),
	                        .subject = buf_str(&b.subject),
	                        .sans = buf_str(&b.sans)},
	                    &out, &e),
	    0);
	if (*e.detail != '\0')
		fprintf(stderr, "\n  %s", e.detail);
	binding_free(&b);
}

static void
enrol_as(const char *subject, const char *sans, struct seen *s)
{
	struct buf csr = {0};

	make_csr(make_rsa(2048, 3), subject, SECRET, sans, &csr);
	rig_enrol_csr(&rig, buf_view(&csr), s);
	buf_free(&csr);
}

static void
only_the_bound_names_are_issued(void)
{
	static const struct {
		const char *bound, *bound_sans, *asked, *asked_sans;
		const char *slug;
	} cases[] = {
	    {"CN=a,O=Test", NULL, "CN=a/O=Test", NULL, "binding"}, /* the other order */
	    {"CN=a,O=Test", NULL, "O=Test/CN=a", NULL, "issued"},
	    {"/O=Test/CN=a", NULL, "O=Test/CN=a", NULL, "issued"},
	    {"CN=a,O=Test", NULL, "O=Test/CN=b", NULL, "binding"},
	    {"CN=a,O=Test", NULL, "O=Test/OU=x/CN=a", NULL, "binding"},
	    {"CN=a,O=Test", NULL, "O=Test/CN=a", "DNS:a.example", "binding"},
	    {"CN=a", "DNS:a.example", "CN=a", "DNS:a.example", "issued"},
	    {"CN=a", "DNS:A.Example", "CN=a", "DNS:a.EXAMPLE", "issued"},
	    {"CN=a", "DNS:a.example,DNS:b.example", "CN=a", "DNS:b.example", "issued"},
	    {"CN=a", "DNS:a.example", "CN=a", "DNS:a.example,DNS:b.example", "binding"},
	    {"CN=a", "DNS:a.example", "CN=a", "email:a.example", "binding"},
	    {"CN=a", "IP:2001:DB8::1", "CN=a", "IP:2001:db8:0:0::1", "issued"},
	    {"CN=a", "URI:urn:x", "CN=a", "URI:urn:x", "issued"},
	    {NULL, "DNS:a.example", "CN=A.example", "DNS:a.example", "issued"},
	    {NULL, "DNS:a.example", "CN=b.example", "DNS:a.example", "binding"},
	    {NULL, "DNS:a.example", "CN=a.example/O=Test", "DNS:a.example", "binding"},
	    {NULL, "IP:192.0.2.1", "CN=192.0.2.1", NULL, "issued"},
	    {"CN=M\xc3\xbcller\\, Anna,O=Test", NULL, "O=Test/CN=M\xc3\xbcller, Anna", NULL,
	        "issued"},
	    {NULL, NULL, "CN=anything", "DNS:at.all", "issued"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct seen s;

		freeReplyObject(redis_do(rig.redis, "FLUSHDB"));
		bind(cases[i].bound, cases[i].bound_sans);
		enrol_as(cases[i].asked, cases[i].asked_sans, &s);
		CU_ASSERT_STRING_EQUAL(s.slug, cases[i].slug);
		if (strcmp(s.slug, cases[i].slug) != 0)
			fprintf(stderr, "\n  case %zu: %s", i, s.line);
		CU_ASSERT_EQUAL(s.cert != NULL, strcmp(s.slug, "issued") == 0);
		seen_free(&s);
	}
}

static void
a_refused_request_leaves_the_challenge_alive(void)
{
	struct seen s;
	redisReply *before, *after, *mac;

	freeReplyObject(redis_do(rig.redis, "FLUSHDB"));
	bind("CN=a", NULL);
	mac = redis_do(rig.redis, "ZRANGE {scepd}:pend:%s 0 0", RIG_ID);
	before = redis_do(rig.redis, "DUMP {scepd}:ch:%s", mac->element[0]->str);
	enrol_as("CN=b", NULL, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "binding");
	CU_ASSERT_EQUAL(s.status, STATUS_FAILURE);
	CU_ASSERT_EQUAL(s.fail_info, FAIL_BAD_REQUEST);
	CU_ASSERT_EQUAL(strncmp(s.text, "the challenge is for other names (binding, ", 43), 0);
	after = redis_do(rig.redis, "DUMP {scepd}:ch:%s", mac->element[0]->str);
	CU_ASSERT(before->type == REDIS_REPLY_STRING && after->type == REDIS_REPLY_STRING &&
	          before->len == after->len &&
	          memcmp(before->str, after->str, (size_t)before->len) == 0);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:pend:%s", RIG_ID), 1);
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:int"), 0);
	enrol_as("CN=a", NULL, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "issued");
	seen_free(&s);
	freeReplyObject(mac);
	freeReplyObject(before);
	freeReplyObject(after);
}

/* Policy comes before the challenge, and a challenge that is alive stays so (the client learns
 * why); one that is not gives the answer that everybody gets. */
static void
policy_costs_no_challenge(void)
{
	struct buf csr = {0};
	struct seen s;

	freeReplyObject(redis_do(rig.redis, "FLUSHDB"));
	bind(NULL, NULL);
	make_csr(make_rsa(1024, 3), "CN=a", SECRET, NULL, &csr);
	rig_enrol_csr(&rig, buf_view(&csr), &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "key-weak");
	CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "key-weak"));
	CU_ASSERT_EQUAL(redis_int(rig.redis, "ZCARD {scepd}:pend:%s", RIG_ID), 1);
	enrol_as("CN=a", NULL, &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "issued");
	seen_free(&s);
	freeReplyObject(redis_do(rig.redis, "FLUSHDB"));
	rig_enrol_csr(&rig, buf_view(&csr), &s);
	CU_ASSERT_STRING_EQUAL(s.slug, "challenge");
	CU_ASSERT_STRING_EQUAL(s.text, "");
	buf_free(&csr);
}

static CU_TestInfo tests[] = {
    T(only_the_bound_names_are_issued),
    T(a_refused_request_leaves_the_challenge_alive),
    T(policy_costs_no_challenge),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo binding_suite = {"binding", start, stop, NULL, NULL, tests};
