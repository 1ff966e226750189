/* SPDX-License-Identifier: ISC
 *
 * scepctl request, cert and why on a store whose content the test puts there, as workers would, by
 * the functions of the library.
 */
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/enc.h"
#include "stage.h"
#include "suites.h"
#include "support/make.h"
#include "support/redis.h"

#define ABOUT                                                                                      \
	"{\"key\":\"RSA\",\"bits\":2048,\"spki\":\"%064d\",\"csr\":\"%064d\",\"source\":"          \
	"\"192.0.2.7\"}"

#define SANS "DNS:a.example\nIP:192.0.2.1"

struct desk {
	struct stage s;
	struct test_redis redis;
	struct store *store; /* with the pepper of the configuration */
	char id[2][64];      /* of the profiles p and q */
	struct buf der;
};

static void
profile_id(struct desk *d, const char *name, char id[64])
{
	json_t *facts;

	CU_ASSERT_EQUAL_FATAL(stage_run(&d->s, NULL, "profile|show|%s|--json", name), 0);
	facts = json_loads(d->s.out, 0, NULL);
	snprintf(id, 64, "%s", json_string_value(json_object_get(facts, "id")));
	json_decref(facts);
}

/* A configuration with two profiles, and a store to go with it. */
static void
desk_open(struct desk *d)
{
	X509 *cert = make_cert(&(struct make_cert){.key = make_rsa(2048, 0), .cn = "CN=stored"});
	char pepper[2 * STORE_PEPPER_LEN + 1];

	*d = (struct desk){0};
	stage_open(&d->s, "public_url = \"http://scep.example\";\nuser = \"\";\n"
	                  "store = { server = \"./redis.sock\"; durability = \"none\"; };\n");
	redis_start(&d->redis, d->s.dir.path, NULL);
	d->store = redis_store(&d->redis);
	hex_of(view_of(test_pepper, sizeof test_pepper), pepper);
	stage_write(&d->s, "pepper", pepper, 0600);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&d->s, NULL, "ca|create|demo|--single|--subject|CN=Demo|--key|ec:P-256"), 0);
	for (int i = 0; i < 2; i++) {
		const char *name = i == 0 ? "p" : "q";

		CU_ASSERT_EQUAL_FATAL(
		    stage_run(&d->s, NULL,
		        "profile|create|%s|--ca|demo|--challenge|static|--generate", name),
		    0);
		profile_id(d, name, d->id[i]);
	}
	CU_ASSERT_EQUAL_FATAL(ossl_write(&d->der, cert, ASN1_ITEM_rptr(X509)), 0);
	X509_free(cert);
	/* Connecting once loads the library. */
	CU_ASSERT_EQUAL_FATAL(stage_run(&d->s, NULL, "request|list"), 0);
}

static void
desk_close(struct desk *d)
{
	store_free(d->store);
	redis_stop(&d->redis);
	buf_free(&d->der);
	stage_close(&d->s);
}

/* A name of 64 digits that begins so. */
static const char *
name_of(const char *begins)
{
	static char names[4][65];
	static int next;
	char *name = names[next++ % 4];

	memset(name, '0', 64);
	memcpy(name, begins, strlen(begins));
	return name;
}

/* The seal of what the operator is shown, as a worker makes it. */
static void
seal_of(struct desk *d, int profile, const char *name, const char *subject, const char *about,
    char hex[65])
{
	struct buf all = {0};
	uint8_t mac[32];

	CU_ASSERT_EQUAL_FATAL(
	    buf_printf(&all, "%s %zu %s %zu %s %zu %s %zu %s", name, strlen(d->id[profile]),
	        d->id[profile], strlen(subject), subject, strlen(SANS), SANS, strlen(about), about),
	    0);
	CU_ASSERT_EQUAL_FATAL(store_mac(d->store, "request", buf_view(&all), mac), 0);
	hex_of(view_of(mac, sizeof mac), hex);
	buf_free(&all);
}

/* RESERVE, in the mode "manual" or "auto"; the answer's first word. */
static void
reserve(struct desk *d, int profile, const char *name, const char *serial, const char *mode,
    const char *subject, const char *want)
{
	char about[400], seal[65];
	redisReply *r;

	snprintf(about, sizeof about, ABOUT, 1, 2);
	seal_of(d, profile, name, subject, about, seal);
	r = redis_do(&d->redis,
	    "FCALL scepd" STORE_PROTOCOL "_reserve 1 {scepd} %lld owner demo %s %s %s %s %s %s tbs "
	    "plan conf 3600 10 %s 3600 100000 %s %s %s %s %s %s",
	    (long long)time(NULL), d->id[profile], name, name, "manual", "", serial, mode, subject,
	    SANS, "", about, "", seal);
	CU_ASSERT_EQUAL_FATAL(r->type, REDIS_REPLY_ARRAY);
	CU_ASSERT_STRING_EQUAL(r->element[0]->str, want);
	freeReplyObject(r);
}

/* A request that waits. */
static void
wait_for(struct desk *d, int profile, const char *begins, const char *subject)
{
	reserve(d, profile, name_of(begins), "01", "manual", subject, "PENDING");
}

/* A certificate from beginning to end, good for so many seconds. */
static void
issue(struct desk *d, int profile, const char *serial, const char *subject, const char *source,
    long long seconds)
{
	redisReply *r;

	reserve(d, profile, name_of(serial), serial, "auto", subject, "RESERVED");
	r = redis_do(&d->redis,
	    "FCALL scepd" STORE_PROTOCOL "_commit 1 {scepd} owner 1 demo %s %s %s %b %lld 2592000 "
	    "%s %s %s %s %064d %s",
	    d->id[profile], name_of(serial), serial, d->der.p, d->der.n,
	    (long long)time(NULL) + seconds, subject, SANS, source, "static:first", 7, "");
	CU_ASSERT_EQUAL_FATAL(r->type, REDIS_REPLY_ARRAY);
	CU_ASSERT_STRING_EQUAL(r->element[0]->str, "COMMITTED");
	freeReplyObject(r);
}

/* What the last command printed as JSON. */
static json_t *
printed(struct desk *d)
{
	json_t *j = json_loads(d->s.out, 0, NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(j);
	return j;
}

static size_t
rows_of(struct desk *d, const char *command)
{
	json_t *j;
	size_t n;

	CU_ASSERT_EQUAL(stage_run(&d->s, NULL, "%s|--json", command), 0);
	j = printed(d);
	n = json_array_size(j);
	json_decref(j);
	return n;
}

static const char *
member(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text != NULL ? text : "(none)";
}

static void
what_waits_is_listed_and_shown(void)
{
	struct desk d;
	json_t *j, *row;

	desk_open(&d);
	CU_ASSERT_EQUAL(rows_of(&d, "request|list"), 0);
	wait_for(&d, 0, "abcdef0123", "CN=first,O=Test");
	wait_for(&d, 1, "abcdef0199", "CN=second");
	CU_ASSERT_EQUAL(rows_of(&d, "request|list"), 2);
	CU_ASSERT_EQUAL(rows_of(&d, "request|list|--profile|q"), 1);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|list|--profile|r"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|list"), 0);
	CU_ASSERT_TRUE(stage_printed(&d.s, "abcdef012300  pending"));
	CU_ASSERT_TRUE(stage_printed(&d.s, "RSA 2048"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|ABCDEF0123|--json"), 0);
	j = printed(&d);
	row = j;
	CU_ASSERT_STRING_EQUAL(member(row, "id"), name_of("abcdef0123"));
	CU_ASSERT_STRING_EQUAL(member(row, "state"), "pending");
	CU_ASSERT_STRING_EQUAL(member(row, "profile"), "p");
	CU_ASSERT_STRING_EQUAL(member(row, "ca"), "demo");
	CU_ASSERT_STRING_EQUAL(member(row, "subject"), "CN=first,O=Test");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(row, "sans")), 2);
	CU_ASSERT_STRING_EQUAL(member(row, "key"), "RSA 2048");
	CU_ASSERT_STRING_EQUAL(member(row, "source"), "192.0.2.7");
	CU_ASSERT_EQUAL(strlen(member(row, "csr_sha256")), 64);
	CU_ASSERT_EQUAL(strlen(member(row, "asked_at")), 20);
	CU_ASSERT_NOT_EQUAL(strlen(member(row, "age")), 0);
	json_decref(j);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|abcdef0123"), 0);
	CU_ASSERT_TRUE(stage_printed(&d.s, "subject: CN=first,O=Test\n"));
	CU_ASSERT_TRUE(stage_printed(&d.s, "sans: DNS:a.example, IP:192.0.2.1\n"));
	desk_close(&d);
}

static void
a_request_is_named_without_doubt(void)
{
	struct desk d;

	desk_open(&d);
	wait_for(&d, 0, "abcdef0123", "CN=first");
	wait_for(&d, 1, "abcdef0199", "CN=second");
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|abcdef01"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&d.s, "more than one request begins with abcdef01"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|abcdef0"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&d.s, "names no request"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|abcdefgh01"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|12345678"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(
	    &d.s, "no request that waits, was rejected or got a certificate begins with 12345678"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|%s", name_of("12345678")), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&d.s, "there is no request 12345678"));
	CU_ASSERT_EQUAL(
	    stage_run(&d.s, NULL, "request|approve|%s", name_of("12345678")), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|approve|abcdef01"), CTL_USAGE);
	CU_ASSERT_EQUAL(
	    redis_int(&d.redis, "HEXISTS {scepd}:rq:%s decided", name_of("abcdef0123")), 0);
	/* One that was rejected is still found, and counts. */
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|reject|abcdef0199"), 0);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|abcdef0199"), 0);
	CU_ASSERT_TRUE(stage_printed(&d.s, "state: rejected"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|abcdef01"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&d.s, "more than one request begins with abcdef01"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|forget|abcdef0199"), 0);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|abcdef0199"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|abcdef01"), 0);
	CU_ASSERT_EQUAL(redis_int(&d.redis, "ZCARD {scepd}:dq:%s", d.id[1]), 0);
	desk_close(&d);
}

/* The records lead to it, however many certificates it has got. */
static void
an_issued_request_is_named_by_its_beginning(void)
{
	struct desk d;

	desk_open(&d);
	issue(&d, 0, "deadbeef01", "CN=alpha", "192.0.2.1", 86400);
	issue(&d, 0, "deadbeef02", "CN=beta", "192.0.2.1", 86400);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|DEADBEEF01"), 0);
	CU_ASSERT_TRUE(stage_printed(&d.s, "state: issued"));
	CU_ASSERT_TRUE(stage_printed(&d.s, "serial: deadbeef01\n"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|deadbeef"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&d.s, "more than one request begins with deadbeef"));
	freeReplyObject(
	    redis_do(&d.redis, "HSET {scepd}:crt:demo:deadbeef02 req %s", name_of("deadbeef01")));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|forget|deadbeef"), 0);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|deadbeef"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&d.s, "not remembered any more"));
	desk_close(&d);
}

static void
the_operator_decides(void)
{
	struct desk d;
	json_t *j;

	desk_open(&d);
	wait_for(&d, 0, "aaaaaaaa", "CN=first");
	wait_for(&d, 0, "bbbbbbbb", "CN=second");
	setenv("SUDO_USER", "alice", 1);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|approve|aaaaaaaa"), 0);
	CU_ASSERT_TRUE(stage_said(&d.s, "approved aaaaaaaa0000"));
	unsetenv("SUDO_USER");
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|aaaaaaaa|--json"), 0);
	j = printed(&d);
	CU_ASSERT_STRING_EQUAL(member(j, "state"), "approved");
	if (geteuid() == 0)
		CU_ASSERT_STRING_EQUAL(member(j, "decided_by"), "alice");
	CU_ASSERT_EQUAL(strlen(member(j, "decided_at")), 20);
	json_decref(j);
	/* What somebody has changed in the store is seen, and not approved. */
	freeReplyObject(
	    redis_do(&d.redis, "HSET {scepd}:rq:%s sub CN=harmless", name_of("bbbbbbbb")));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|list"), 0);
	CU_ASSERT_TRUE(stage_printed(&d.s, "bbbbbbbb0000  changed"));
	CU_ASSERT_NOT_EQUAL(stage_run(&d.s, NULL, "request|approve|bbbbbbbb"), 0);
	CU_ASSERT_TRUE(stage_said(&d.s, "somebody has changed it"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|reject|bbbbbbbb"), 0);
	CU_ASSERT_EQUAL(rows_of(&d, "request|list"), 1);
	CU_ASSERT_EQUAL(
	    stage_run(&d.s, NULL, "request|approve|%s", name_of("bbbbbbbb")), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&d.s, "is rejected"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|forget|%s", name_of("bbbbbbbb")), 0);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|forget|%s", name_of("bbbbbbbb")), CTL_USAGE);
	/* What is being signed stays. */
	reserve(&d, 0, name_of("cccccccc"), "0c", "auto", "CN=third", "RESERVED");
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|forget|%s", name_of("cccccccc")), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&d.s, "is being signed"));
	desk_close(&d);
}

/* More than a page of the walk. */
static void
many_requests_are_all_listed(void)
{
	struct desk d;
	char begins[16];

	desk_open(&d);
	for (int i = 0; i < 250; i++) {
		snprintf(begins, sizeof begins, "%08x", i);
		wait_for(&d, 0, begins, "CN=one of many");
	}
	CU_ASSERT_EQUAL(rows_of(&d, "request|list"), 250);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "request|show|000000f9"), 0);
	desk_close(&d);
}

static void
certificates_are_filtered(void)
{
	struct desk d;

	desk_open(&d);
	issue(&d, 0, "01aa", "CN=alpha,O=Test", "192.0.2.1", 86400);
	issue(&d, 0, "01bb", "CN=beta,O=Test", "192.0.2.2", 40 * 86400);
	issue(&d, 1, "01cc", "CN=gamma,O=Else", "192.0.2.2", 400 * 86400);
	issue(&d, 0, "01dd", "CN=over,O=Else", "192.0.2.3", -5);
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list"), 4);
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list|--profile|q"), 1);
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list|--subject|o=test"), 2);
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list|--subject|A.EXAMPLE"), 4);
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list|--source|192.0.2.2"), 2);
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list|--source|192.0.2.2|--profile|p"), 1);
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list|--ca|demo"), 4);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|list|--ca|none"), CTL_USAGE);
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list|--expiring|30d"), 1);
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list|--expiring|60d"), 2);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|list|--expiring|soon"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|list"), 0);
	CU_ASSERT_TRUE(stage_printed(&d.s, "expired  p        192.0.2.3  CN=over,O=Else"));
	CU_ASSERT_TRUE(strstr(d.s.out, "01dd") < strstr(d.s.out, "01aa")); /* by expiry */
	CU_ASSERT_TRUE(strstr(d.s.out, "01aa") < strstr(d.s.out, "01cc"));
	desk_close(&d);
}

/* Who has a later certificate that is good need not be looked after. */
static void
expiring_leaves_out_what_was_renewed(void)
{
	struct desk d;

	desk_open(&d);
	issue(&d, 0, "0101", "CN=renewed", "192.0.2.1", 86400);
	issue(&d, 0, "0102", "CN=renewed", "192.0.2.1", 400 * 86400);
	issue(&d, 0, "0103", "CN=revoked successor", "192.0.2.1", 86400);
	issue(&d, 0, "0104", "CN=revoked successor", "192.0.2.1", 400 * 86400);
	issue(&d, 0, "0105", "CN=elsewhere", "192.0.2.1", 86400);
	issue(&d, 1, "0106", "CN=elsewhere", "192.0.2.1", 400 * 86400);
	issue(&d, 0, "0107", "CN=revoked itself", "192.0.2.1", 86400);
	freeReplyObject(redis_do(&d.redis, "HSET {scepd}:crt:demo:0104 rev 1"));
	freeReplyObject(redis_do(&d.redis, "HSET {scepd}:crt:demo:0107 rev 1"));
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list|--expiring|30d"), 2);
	CU_ASSERT_TRUE(stage_printed(&d.s, "\"0103\""));
	CU_ASSERT_TRUE(stage_printed(&d.s, "\"0105\""));
	desk_close(&d);
}

/* Without a subject the alternative names tell who is who. */
static void
no_subject_is_nobody_else(void)
{
	struct desk d;

	desk_open(&d);
	issue(&d, 0, "0101", "", "192.0.2.1", 86400);
	freeReplyObject(redis_do(&d.redis,
	    "FCALL scepd" STORE_PROTOCOL
	    "_reserve 1 {scepd} %lld owner demo %s %s x static %s 0102 "
	    "tbs plan conf 3600 10 auto 1 1 %s DNS:b.example %s %s",
	    (long long)time(NULL), d.id[0], name_of("0102"), "", "", "", ""));
	freeReplyObject(redis_do(&d.redis,
	    "FCALL scepd" STORE_PROTOCOL "_commit 1 {scepd} owner 1 demo %s %s 0102 %b %lld 1 %s "
	    "DNS:b.example s b k %s",
	    d.id[0], name_of("0102"), d.der.p, d.der.n, (long long)time(NULL) + 400 * 86400, "",
	    ""));
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list"), 2);
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list|--expiring|30d"), 1);
	issue(&d, 0, "0103", "", "192.0.2.1", 300 * 86400);
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list|--expiring|30d"), 0);
	desk_close(&d);
}

static void
one_certificate_is_shown_and_exported(void)
{
	struct desk d;
	json_t *j;

	desk_open(&d);
	issue(&d, 0, "01aabb", "CN=alpha", "192.0.2.1", 86400);
	issue(&d, 0, "01aacc", "CN=beta", "192.0.2.1", 86400);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|show|01:AA:BB|--json"), 0);
	j = printed(&d);
	CU_ASSERT_STRING_EQUAL(member(j, "serial"), "01aabb");
	CU_ASSERT_STRING_EQUAL(member(j, "state"), "valid");
	CU_ASSERT_STRING_EQUAL(member(j, "by"), "static:first");
	CU_ASSERT_STRING_EQUAL(member(j, "request"), name_of("01aabb"));
	CU_ASSERT_STRING_EQUAL(member(json_object_get(j, "certificate"), "subject"), "CN=stored");
	json_decref(j);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|show|01aabd"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&d.s, "there is no certificate 01aabd"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|show|xyz"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|export|01aabb"), 0);
	CU_ASSERT_TRUE(strncmp(d.s.out, "-----BEGIN CERTIFICATE-----\n", 28) == 0);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|export|01aabb|--der"), 0);
	CU_ASSERT_EQUAL(memcmp(d.s.out, d.der.p, d.der.n), 0);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|export|--subject|beta"), 0);
	CU_ASSERT_PTR_NULL(strstr(strstr(d.s.out, "BEGIN") + 5, "BEGIN"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|export"), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(strstr(d.s.out, "BEGIN") + 5, "BEGIN"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|export|--der"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|export|01aabb|--subject|a"), CTL_USAGE);
	freeReplyObject(redis_do(&d.redis, "HSET {scepd}:crt:demo:01aabb rev 1 why keyCompromise"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|show|01aabb"), 0);
	CU_ASSERT_TRUE(stage_printed(&d.s, "state: revoked\n"));
	CU_ASSERT_TRUE(stage_printed(&d.s, "reason: keyCompromise\n"));
	desk_close(&d);
}

/* A walk of several pages, all of whose entries expire in the same second, and whose place has gone
 * when it goes on. */
static void
many_certificates_are_all_walked(void)
{
	struct desk d;
	long long end = (long long)time(NULL) + 86400;
	redisReply *page, *more;

	desk_open(&d);
	for (int i = 0; i < 1700; i++) {
		freeReplyObject(redis_do(&d.redis,
		    "HSET {scepd}:crt:demo:%040x der x p %s sub CN=%d san %s na %lld src s", i,
		    d.id[0], i, "", end));
		freeReplyObject(redis_do(&d.redis, "ZADD {scepd}:exp:demo %lld %040x", end, i));
	}
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list"), 1700);
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list|--expiring|30d"), 1700);
	CU_ASSERT_EQUAL(rows_of(&d, "cert|list|--subject|CN=1699"), 1);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|list"), 0);
	CU_ASSERT_TRUE(stage_printed(&d.s, "CN=1699\n"));
	page = redis_do(&d.redis, "FCALL scepd" STORE_PROTOCOL "_certs 1 {scepd} demo");
	CU_ASSERT_FATAL(page->type == REDIS_REPLY_ARRAY && page->elements == 255);
	freeReplyObject(redis_do(&d.redis, "ZREM {scepd}:exp:demo %s", page->element[2]->str));
	more = redis_do(&d.redis, "FCALL scepd" STORE_PROTOCOL "_certs 1 {scepd} demo %s %s",
	    page->element[1]->str, page->element[2]->str);
	CU_ASSERT_FATAL(more->type == REDIS_REPLY_ARRAY && more->elements == 255);
	CU_ASSERT_STRING_EQUAL(
	    more->element[5]->element[0]->str, "00000000000000000000000000000000000000fa");
	freeReplyObject(page);
	freeReplyObject(more);
	desk_close(&d);
}

static void
intents_without_a_certificate_are_listed(void)
{
	struct desk d;
	redisReply *r;

	desk_open(&d);
	issue(&d, 0, "0101", "CN=done", "192.0.2.1", 86400);
	reserve(&d, 0, name_of("aa"), "0102", "auto", "CN=begun", "RESERVED");
	reserve(&d, 0, name_of("bb"), "0103", "auto", "CN=begun", "RESERVED");
	CU_ASSERT_EQUAL(rows_of(&d, "cert|orphans"), 0); /* too young */
	r = redis_do(&d.redis, "ZRANGE {scepd}:int 0 -1");
	CU_ASSERT_EQUAL_FATAL(r->elements, 2);
	for (size_t i = 0; i < r->elements; i++)
		freeReplyObject(redis_do(&d.redis, "ZADD {scepd}:int %lld %b",
		    (long long)(time(NULL) - 61) * 1000, r->element[i]->str,
		    (size_t)r->element[i]->len));
	freeReplyObject(r);
	freeReplyObject(redis_do(&d.redis, "DEL {scepd}:rq:%s", name_of("bb")));
	CU_ASSERT_EQUAL(rows_of(&d, "cert|orphans"), 2);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|orphans"), 0);
	CU_ASSERT_TRUE(stage_printed(&d.s, "may go on"));
	CU_ASSERT_TRUE(stage_printed(&d.s, "given up"));
	freeReplyObject(redis_do(&d.redis, "HSET {scepd}:crt:demo:0103 der x"));
	CU_ASSERT_EQUAL(rows_of(&d, "cert|orphans"), 1);
	freeReplyObject(redis_do(&d.redis, "DEL {scepd}:crt:demo:0103"));
	/* The operator's word takes one off the list, but not one that may still be signed. */
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|settle|0102|--yes"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&d.s, "0102 may go on"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|settle|0103"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&d.s, "there is no terminal to ask at"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|settle|0104|--yes"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&d.s, "there is no orphan 0104"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|settle|0103|--ca|other|--yes"), CTL_USAGE);
	CU_ASSERT_EQUAL(rows_of(&d, "cert|orphans"), 2);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "cert|settle|01:03|--ca|demo|--yes"), 0);
	CU_ASSERT_TRUE(stage_printed(&d.s, "serial: 0103\n"));
	CU_ASSERT_TRUE(stage_printed(&d.s, "state: given up\n"));
	CU_ASSERT_TRUE(stage_said(&d.s, "settled 0103"));
	CU_ASSERT_EQUAL(rows_of(&d, "cert|orphans"), 1);
	desk_close(&d);
}

static void
note(struct desk *d, const char *json)
{
	freeReplyObject(redis_do(&d->redis,
	    "FCALL scepd" STORE_PROTOCOL "_note 1 {scepd} %s %s %s 0 60 x", json, d->id[0], ""));
}

static void
why_finds_what_became_of_a_request(void)
{
	struct desk d;

	desk_open(&d);
	note(&d, "{\"req\":\"af2e5efc\",\"node\":\"one\",\"src\":\"192.0.2.7\",\"profile\":\"p\","
	         "\"tid\":\"BE5EA2\",\"subject\":\"CN=router1,O=Test\",\"outcome\":\"challenge\","
	         "\"detail\":\"wrong challenge\"}");
	for (int i = 0; i < 1200; i++)
		note(&d, "{\"req\":\"00000000\",\"node\":\"two\",\"src\":\"192.0.2.70\","
		         "\"subject\":\"CN=other\",\"outcome\":\"issued\"}");
	note(&d, "not JSON");
	CU_ASSERT_EQUAL(rows_of(&d, "why|af2e5efc"), 1);
	CU_ASSERT_EQUAL(rows_of(&d, "why|be5ea2"), 1);
	CU_ASSERT_EQUAL(rows_of(&d, "why|192.0.2.7"), 1); /* and not 192.0.2.70 */
	CU_ASSERT_EQUAL(rows_of(&d, "why|ROUTER1"), 1);
	CU_ASSERT_EQUAL(rows_of(&d, "why|192.0.2.70"), 1200);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "why|router"), 0);
	CU_ASSERT_TRUE(stage_printed(&d.s, "one   af2e5efc  192.0.2.7  p        challenge"));
	CU_ASSERT_TRUE(stage_printed(&d.s, "wrong challenge\n"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "why|af2e5ef"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&d.s, "no request of the last 24 hours"));
	desk_close(&d);
}

/* The newest first; what is older than a day is not looked at. */
static void
why_ends_after_a_day(void)
{
	struct desk d;
	long long now = (long long)time(NULL) * 1000;

	desk_open(&d);
	freeReplyObject(redis_do(&d.redis, "XADD {scepd}:log %lld-0 n %s", now - 86460000,
	    "{\"req\":\"aaaaaaaa\",\"subject\":\"CN=x\"}"));
	freeReplyObject(redis_do(&d.redis, "XADD {scepd}:log %lld-0 n %s", now - 80000000,
	    "{\"req\":\"bbbbbbbb\",\"subject\":\"CN=x\"}"));
	freeReplyObject(redis_do(&d.redis, "XADD {scepd}:log %lld-0 n %s", now,
	    "{\"req\":\"cccccccc\",\"subject\":\"CN=x\"}"));
	CU_ASSERT_EQUAL(rows_of(&d, "why|CN=x"), 2);
	CU_ASSERT_TRUE(strstr(d.s.out, "cccccccc") < strstr(d.s.out, "bbbbbbbb"));
	desk_close(&d);
}

/* A name with control characters cannot reach the terminal. */
static void
no_name_commands_the_terminal(void)
{
	struct desk d;

	desk_open(&d);
	note(&d, "{\"req\":\"af2e5efc\",\"subject\":\"CN=\\u001b[2J\\u009b\\u202e\\n\"}");
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "why|af2e5efc"), 0);
	CU_ASSERT_TRUE(stage_printed(&d.s, "CN=?[2J??????"));
	CU_ASSERT_PTR_NULL(strchr(d.s.out, '\x1b'));
	desk_close(&d);
}

static void
without_a_store_every_command_says_so(void)
{
	static const char *const commands[] = {"request|list", "request|show|01234567",
	    "request|approve|01234567", "request|reject|01234567", "request|forget|01234567",
	    "cert|list", "cert|show|01", "cert|export", "cert|orphans", "why|x"};
	struct desk d;

	desk_open(&d);
	redis_stop(&d.redis);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "%s", commands[i]), CTL_FAILED);
		CU_ASSERT_TRUE(stage_said(&d.s, "redis.sock"));
	}
	desk_close(&d);
}

CU_TestInfo records_tests[] = {
    T(what_waits_is_listed_and_shown),
    T(a_request_is_named_without_doubt),
    T(an_issued_request_is_named_by_its_beginning),
    T(the_operator_decides),
    T(many_requests_are_all_listed),
    T(certificates_are_filtered),
    T(expiring_leaves_out_what_was_renewed),
    T(no_subject_is_nobody_else),
    T(one_certificate_is_shown_and_exported),
    T(many_certificates_are_all_walked),
    T(intents_without_a_certificate_are_listed),
    T(why_finds_what_became_of_a_request),
    T(why_ends_after_a_day),
    T(no_name_commands_the_terminal),
    T(without_a_store_every_command_says_so),
    CU_TEST_INFO_NULL,
};
