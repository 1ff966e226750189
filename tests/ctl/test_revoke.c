/* SPDX-License-Identifier: ISC
 *
 * scepctl cert revoke, with two hosts that serve the same CA: what is revoked is so at once, on
 * both, and for ever.
 */
#include <string.h>

#include <jansson.h>
#include <openssl/pem.h>

#include "base/enc.h"
#include "base/log.h"
#include "ca/crl.h"
#include "conf/assemble.h"
#include "httpd.h"
#include "stage.h"
#include "suites.h"
#include "support/make.h"
#include "support/redis.h"

#define CHALLENGE "open sesame"
#define CONF                                                                                       \
	"public_url = \"http://scep.example\"; user = \"\";\n"                                     \
	"store = { server = \"./redis.sock\"; durability = \"none\"; };\n"                         \
	"crl = { dir = \"crl\"; };\n"

struct pool {
	struct stage s;
	struct test_redis redis;
	struct conf conf;
	struct service service[2];
	struct httpd web[2];
};

static void
handle(void *arg, const struct http_request *in, struct http_reply *out)
{
	service_handle(arg, in, out);
}

static void
pool_open(struct pool *p)
{
	struct err e = ERR_INIT;

	*p = (struct pool){0};
	stage_open(&p->s, CONF "issued_log = \"issued.log\";\n");
	redis_start(&p->redis, p->s.dir.path, NULL);
	CU_ASSERT_EQUAL_FATAL(stage_run(&p->s, NULL, "store|init"), 0);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&p->s, NULL, "ca|create|demo|--single|--subject|CN=Demo|--key|ec:P-256"), 0);
	for (const char *name = "p"; name != NULL; name = *name == 'p' ? "q" : NULL)
		CU_ASSERT_EQUAL_FATAL(
		    stage_run(&p->s, CHALLENGE "\n",
		        "profile|create|%s|--ca|demo|--challenge|static|--challenge-stdin", name),
		    0);
	CU_ASSERT_EQUAL_FATAL(
	    log_open(stage_path(&p->s, "log"), LOG_LOGFMT, LOG_LEVEL_INFO, &e), 0);
	CU_ASSERT_EQUAL_FATAL(conf_read(p->s.conf, &p->conf, &e), 0);
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL_FATAL(conf_assemble(&p->conf, &p->service[i], &e), 0);
		httpd_start(&p->web[i], handle, &p->service[i]);
	}
	stage_write(&p->s, "challenge", CHALLENGE "\n", 0600);
}

static void
pool_close(struct pool *p)
{
	struct err e = ERR_INIT;

	for (int i = 0; i < 2; i++) {
		httpd_stop(&p->web[i]);
		service_free(&p->service[i]);
	}
	conf_free(&p->conf);
	redis_stop(&p->redis);
	CU_ASSERT_EQUAL(log_open("stderr", LOG_LOGFMT, LOG_LEVEL_INFO, &e), 0);
	stage_close(&p->s);
}

/* Enrols "CN=NAME" under a profile; its files are NAME.pem and so on. */
static void
enrol(struct pool *p, const char *profile, const char *name)
{
	CU_ASSERT_EQUAL_FATAL(stage_run(&p->s, NULL,
	                          "enroll|--url|%s/scep/%s|--subject|CN=%s,O=Test|--out|@%s|"
	                          "--key|ec:P-256|--challenge-file|@challenge",
	                          p->web[0].url, profile, name, name),
	    0);
}

static void
serial_of(struct pool *p, const char *name, char out[48])
{
	char file[64];
	X509 *cert;
	const ASN1_INTEGER *serial;

	snprintf(file, sizeof file, "%s.pem", name);
	cert = stage_cert(&p->s, file);
	CU_ASSERT_PTR_NOT_NULL_FATAL(cert);
	serial = X509_get0_serialNumber(cert);
	hex_of(view_of(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial)), out);
	X509_free(cert);
}

static int
renew(struct pool *p, int host, const char *name)
{
	static int n;

	return stage_run(&p->s, NULL,
	    "renew|--url|%s/scep/p|--cert|@%s.pem|--cert-key|@%s.key|--out|@renewed%d",
	    p->web[host].url, name, name, n++);
}

static long long
revoked_serials(struct pool *p)
{
	return redis_int(&p->redis, "ZCARD {scepd}:rev:demo");
}

static void
one_is_revoked_on_both_hosts(void)
{
	struct pool p;
	char serial[48], *log;

	pool_open(&p);
	enrol(&p, "p", "a");
	serial_of(&p, "a", serial);
	CU_ASSERT_EQUAL(renew(&p, 1, "a"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&p.s, NULL, "cert|revoke|%s|--reason|keyCompromise", serial), 0);
	CU_ASSERT_TRUE(stage_printed(&p.s, serial));
	CU_ASSERT_TRUE(stage_printed(&p.s, "CN=a,O=Test"));
	for (int host = 0; host < 2; host++) {
		CU_ASSERT_EQUAL(renew(&p, host, "a"), CTL_REFUSED);
		CU_ASSERT_TRUE(stage_said(&p.s, "the certificate is revoked"));
	}
	CU_ASSERT_EQUAL(stage_run(&p.s, NULL, "cert|show|%s", serial), 0);
	CU_ASSERT_TRUE(stage_printed(&p.s, "state: revoked\n"));
	CU_ASSERT_TRUE(stage_printed(&p.s, "reason: keyCompromise\n"));
	CU_ASSERT_TRUE(stage_printed(&p.s, "revoked_at: 2"));
	/* The journal has it, with the name of who did it. */
	log = stage_text(&p.s, "issued.log");
	CU_ASSERT_PTR_NOT_NULL(strstr(log, "{\"what\":\"revoked\",\"at\":"));
	CU_ASSERT_PTR_NOT_NULL(strstr(log, "\"reason\":\"keyCompromise\",\"by\":\""));
	free(log);
	/* Once is for ever, and another reason changes nothing. */
	CU_ASSERT_EQUAL(stage_run(&p.s, NULL, "cert|revoke|%s|--reason|superseded", serial), 0);
	CU_ASSERT_TRUE(stage_said(&p.s, "was revoked before"));
	CU_ASSERT_EQUAL(stage_run(&p.s, NULL, "cert|show|%s", serial), 0);
	CU_ASSERT_TRUE(stage_printed(&p.s, "reason: keyCompromise\n"));
	pool_close(&p);
}

/* A device that asks again for what was revoked: with the same request, and in the same
 * transaction. */
static void
what_is_revoked_is_not_handed_out_again(void)
{
	struct pool p;
	char serial[48], again[48];

	pool_open(&p);
	enrol(&p, "p", "a");
	serial_of(&p, "a", serial);
	CU_ASSERT_EQUAL(
	    stage_run(&p.s, NULL,
	        "enroll|--url|%s/scep/p|--subject|CN=a,O=Test|--out|@b|--key-file|@a.key|"
	        "--challenge-file|@challenge",
	        p.web[1].url),
	    0);
	serial_of(&p, "b", again);
	CU_ASSERT_STRING_EQUAL(again, serial);
	CU_ASSERT_EQUAL(stage_run(&p.s, NULL, "cert|revoke|%s|--reason|unspecified", serial), 0);
	CU_ASSERT_EQUAL(
	    stage_run(&p.s, NULL,
	        "enroll|--url|%s/scep/p|--subject|CN=a,O=Test|--out|@c|--key-file|@a.key|"
	        "--challenge-file|@challenge",
	        p.web[1].url),
	    0);
	serial_of(&p, "c", again);
	CU_ASSERT_STRING_NOT_EQUAL(again, serial);
	pool_close(&p);
}

static void
only_some_reasons_are_taken(void)
{
	static const char *const bad[] = {"stolen", "keycompromise", "cACompromise", "aACompromise",
	    "certificateHold", "removeFromCRL"};
	static const char *const good[] = {"unspecified", "keyCompromise", "affiliationChanged",
	    "superseded", "cessationOfOperation", "privilegeWithdrawn"};
	struct pool p;
	char serial[48];

	pool_open(&p);
	enrol(&p, "p", "a");
	serial_of(&p, "a", serial);
	CU_ASSERT_EQUAL(stage_run(&p.s, NULL, "cert|revoke|%s", serial), CTL_USAGE);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CU_ASSERT_EQUAL(
		    stage_run(&p.s, NULL, "cert|revoke|%s|--reason|%s", serial, bad[i]), CTL_USAGE);
		CU_ASSERT_TRUE(stage_said(&p.s, "keyCompromise, affiliationChanged"));
		CU_ASSERT_EQUAL(stage_said(&p.s, "is no reason"), i < 2);
	}
	CU_ASSERT_EQUAL(revoked_serials(&p), 0);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CU_ASSERT_EQUAL(
		    stage_run(&p.s, NULL, "cert|revoke|%s|--reason|%s", serial, good[i]), 0);
	CU_ASSERT_EQUAL(revoked_serials(&p), 1);
	pool_close(&p);
}

static void
many_are_counted_and_confirmed(void)
{
	struct pool p;
	json_t *row;
	int lines = 0;

	pool_open(&p);
	enrol(&p, "p", "a1");
	enrol(&p, "p", "a2");
	enrol(&p, "q", "a3");
	enrol(&p, "p", "b1");
	CU_ASSERT_EQUAL(
	    stage_run(&p.s, NULL, "cert|revoke|--profile|p|--subject|cn=a|--reason|superseded"),
	    CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&p.s, "there is no terminal to ask at: use --yes"));
	CU_ASSERT_EQUAL(revoked_serials(&p), 0);
	CU_ASSERT_EQUAL(
	    stage_run(&p.s, NULL,
	        "cert|revoke|--profile|p|--subject|cn=a|--reason|superseded|--yes|--json"),
	    0);
	for (const char *at = p.s.out; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	row = json_loads(p.s.out, JSON_DISABLE_EOF_CHECK, NULL);
	CU_ASSERT_PTR_NOT_NULL(row);
	json_decref(row);
	CU_ASSERT_TRUE(stage_printed(&p.s, "CN=a1"));
	CU_ASSERT_TRUE(stage_printed(&p.s, "CN=a2"));
	CU_ASSERT_FALSE(stage_printed(&p.s, "CN=a3"));
	CU_ASSERT_EQUAL(revoked_serials(&p), 2);
	/* The rest, whatever its profile. */
	CU_ASSERT_EQUAL(
	    stage_run(&p.s, NULL, "cert|revoke|--subject|O=Test|--reason|superseded|--yes"), 0);
	CU_ASSERT_EQUAL(revoked_serials(&p), 4);
	CU_ASSERT_EQUAL(
	    stage_run(&p.s, NULL, "cert|revoke|--subject|O=Test|--reason|superseded|--yes"), 0);
	CU_ASSERT_TRUE(stage_said(&p.s, "there is no certificate to revoke"));
	pool_close(&p);
}

/* Of which there is no record: signed and lost, an RA, or issued elsewhere by this CA. */
static void
a_certificate_is_revoked_as_a_file(void)
{
	struct pool p;
	char serial[48];
	X509 *other = make_cert(&(struct make_cert){.key = make_rsa(2048, 0), .cn = "CN=Demo"});
	BIO *out = BIO_new(BIO_s_mem());
	char *pem;
	long n;

	pool_open(&p);
	enrol(&p, "p", "a");
	serial_of(&p, "a", serial);
	freeReplyObject(redis_do(&p.redis, "DEL {scepd}:crt:demo:%s", serial));
	CU_ASSERT_EQUAL(
	    stage_run(&p.s, NULL, "cert|revoke|%s|--reason|superseded", serial), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&p.s, "there is no record of a certificate"));
	CU_ASSERT_EQUAL(stage_run(&p.s, NULL, "cert|revoke|--cert|@a.pem|--reason|superseded"), 0);
	CU_ASSERT_TRUE(stage_printed(&p.s, serial));
	CU_ASSERT_EQUAL(revoked_serials(&p), 1);
	CU_ASSERT_EQUAL(
	    stage_run(&p.s, NULL, "cert|revoke|--cert|@ra/p/ra.pem|--reason|keyCompromise"), 0);
	CU_ASSERT_EQUAL(revoked_serials(&p), 2);
	PEM_write_bio_X509(out, other);
	n = BIO_get_mem_data(out, &pem);
	pem = strndup(pem, (size_t)n);
	stage_write(&p.s, "other.pem", pem, 0644);
	free(pem);
	CU_ASSERT_EQUAL(
	    stage_run(&p.s, NULL, "cert|revoke|--cert|@other.pem|--reason|superseded"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&p.s, "not issued by a CA of this host"));
	CU_ASSERT_EQUAL(
	    stage_run(&p.s, NULL, "cert|revoke|--cert|@challenge|--reason|superseded"), CTL_USAGE);
	CU_ASSERT_EQUAL(revoked_serials(&p), 2);
	BIO_free(out);
	X509_free(other);
	pool_close(&p);
}

/* What was to be signed, and nobody knows whether it was. */
static void
an_intent_is_revoked(void)
{
	struct pool p;
	char serial[48];

	pool_open(&p);
	enrol(&p, "p", "a");
	serial_of(&p, "a", serial);
	freeReplyObject(redis_do(&p.redis, "FLUSHALL"));
	freeReplyObject(redis_do(&p.redis, "ZADD {scepd}:int 5 %s", "demo 0a0b p r t"));
	CU_ASSERT_EQUAL(
	    stage_run(&p.s, NULL, "cert|revoke|0a0b|--ca|none|--reason|superseded"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&p.s, NULL, "cert|revoke|0A:0B|--reason|superseded"), 0);
	CU_ASSERT_TRUE(stage_printed(&p.s, "not known to be issued"));
	CU_ASSERT_EQUAL(revoked_serials(&p), 1);
	CU_ASSERT(redis_int(&p.redis, "ZSCORE {scepd}:rev:demo 0a0b") >
	          (long long)time(NULL) + 5 * 365 * 86400);
	CU_ASSERT_EQUAL(stage_run(&p.s, NULL, "cert|revoke|0a0c|--reason|superseded"), CTL_USAGE);
	pool_close(&p);
}

static void
what_is_meant_is_said_once(void)
{
	static const char *const bad[] = {"cert|revoke|--reason|superseded",
	    "cert|revoke|01|--profile|p|--reason|superseded",
	    "cert|revoke|01|--cert|@a.pem|--reason|superseded",
	    "cert|revoke|--cert|@a.pem|--subject|a|--reason|superseded|--yes",
	    "cert|revoke|xyz|--reason|superseded",
	    "cert|revoke|--profile|none|--reason|superseded|--yes",
	    "cert|revoke|01|--ca|none|--reason|superseded"};
	struct pool p;

	pool_open(&p);
	enrol(&p, "p", "a");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CU_ASSERT_EQUAL(stage_run(&p.s, NULL, "%s", bad[i]), CTL_USAGE);
	CU_ASSERT_EQUAL(revoked_serials(&p), 0);
	pool_close(&p);
}

/* What could not be put down is not done. */
static void
the_journal_comes_first(void)
{
	struct pool p;
	char serial[48];

	pool_open(&p);
	enrol(&p, "p", "a");
	serial_of(&p, "a", serial);
	stage_write(&p.s, "scepd.conf", CONF "issued_log = \"no/such/issued.log\";\n", 0644);
	CU_ASSERT_EQUAL(
	    stage_run(&p.s, NULL, "cert|revoke|%s|--reason|superseded", serial), CTL_FAILED);
	CU_ASSERT_EQUAL(revoked_serials(&p), 0);
	stage_write(&p.s, "scepd.conf", CONF "issued_log = \"/dev/full\";\n", 0644);
	CU_ASSERT_EQUAL(
	    stage_run(&p.s, NULL, "cert|revoke|%s|--reason|superseded", serial), CTL_FAILED);
	CU_ASSERT_EQUAL(revoked_serials(&p), 0);
	stage_write(&p.s, "scepd.conf", CONF "issued_log = \"\";\n", 0644);
	CU_ASSERT_EQUAL(stage_run(&p.s, NULL, "cert|revoke|%s|--reason|superseded", serial), 0);
	CU_ASSERT_EQUAL(revoked_serials(&p), 1);
	pool_close(&p);
}

static void
a_lost_store_learns_it_from_the_journal(void)
{
	struct pool p;
	char serial[48];

	pool_open(&p);
	enrol(&p, "p", "a");
	serial_of(&p, "a", serial);
	CU_ASSERT_EQUAL(stage_run(&p.s, NULL, "cert|revoke|%s|--reason|keyCompromise", serial), 0);
	freeReplyObject(redis_do(&p.redis, "FLUSHALL"));
	CU_ASSERT_EQUAL(stage_run(&p.s, NULL, "store|rebuild|@issued.log"), 0);
	CU_ASSERT_EQUAL(revoked_serials(&p), 1);
	CU_ASSERT_EQUAL(renew(&p, 1, "a"), CTL_REFUSED);
	CU_ASSERT_EQUAL(stage_run(&p.s, NULL, "cert|show|%s", serial), 0);
	CU_ASSERT_TRUE(stage_printed(&p.s, "reason: keyCompromise\n"));
	pool_close(&p);
}

CU_TestInfo revoke_tests[] = {
    T(one_is_revoked_on_both_hosts),
    T(what_is_revoked_is_not_handed_out_again),
    T(only_some_reasons_are_taken),
    T(many_are_counted_and_confirmed),
    T(a_certificate_is_revoked_as_a_file),
    T(an_intent_is_revoked),
    T(what_is_meant_is_said_once),
    T(the_journal_comes_first),
    T(a_lost_store_learns_it_from_the_journal),
    CU_TEST_INFO_NULL,
};
