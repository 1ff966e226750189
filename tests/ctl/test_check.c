/* SPDX-License-Identifier: ISC
 *
 * scepctl check: all is well on a host that serves, and each fault is found, named and counted.
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "base/clock.h"
#include "conf/assemble.h"
#include "stage.h"
#include "suites.h"
#include "support/redis.h"

#define DAY (INT64_C(24) * 60 * 60)

static const char conf[] =
    "user = \"\"; issued_log = \"\"; crl = { dir = \"lists\"; }; node_name = \"here\";\n"
    "store = { server = \"./redis.sock\"; durability = \"none\"; };\n";

static struct stage s;
static struct test_redis redis;

/* What a worker does in its first second: reports its host and makes the lists. */
static void
serve(void)
{
	struct conf c;
	struct service service = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(conf_read(s.conf, &c, &e), 0);
	CU_ASSERT_EQUAL_FATAL(conf_assemble(&c, &service, &e), 0);
	CU_ASSERT(service_tick(&service) > 0);
	service_free(&service);
	conf_free(&c);
}

/* A host with a CA that has a root, and a profile, that serves. */
static void
begin(void)
{
	stage_open(&s, conf);
	redis_start(&redis, s.dir.path, NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|init"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|install"), CTL_OK);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|create|demo|--subject|CN=Demo|--key|ec:P-256"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, "open sesame\n",
	                    "profile|create|vpn|--ca|demo|--challenge|static|--challenge-stdin"),
	    CTL_OK);
	serve();
}

static void
end(void)
{
	clock_fix(0);
	redis_stop(&redis);
	stage_close(&s);
}

/* The finding that the check has about something, as JSON; the exit code is as it should be. */
static void
expect(int code, const char *options, const char *what, const char *state, const char *detail)
{
	json_t *rows, *row = NULL;

	CU_ASSERT_EQUAL(stage_run(&s, NULL, "check|--json%s", options), code);
	rows = json_loads(s.out, 0, NULL);
	for (size_t i = 0; row == NULL && i < json_array_size(rows); i++)
		if (strcmp(json_string_value(json_object_get(json_array_get(rows, i), "what")),
		        what) == 0)
			row = json_array_get(rows, i);
	if (row == NULL || strcmp(json_string_value(json_object_get(row, "state")), state) != 0 ||
	    strstr(json_string_value(json_object_get(row, "detail")), detail) == NULL) {
		fprintf(stderr, "\n  %s should be %s, %s:\n%s", what, state, detail, s.out);
		CU_FAIL("another finding");
	}
	json_decref(rows);
}

static void
all_is_well(void)
{
	begin();
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "check"), CTL_OK);
	CU_ASSERT_FALSE(stage_printed(&s, "warn "));
	CU_ASSERT_FALSE(stage_printed(&s, "fail "));
	CU_ASSERT_FALSE(stage_printed(&s, "skip "));
	CU_ASSERT_STRING_EQUAL(s.err, "");
	expect(CTL_OK, "", "configuration", "ok", "1 profiles");
	expect(CTL_OK, "", "permissions", "ok", "");
	expect(CTL_OK, "", "store", "ok", "protocol " STORE_PROTOCOL);
	expect(CTL_OK, "", "store verified", "ok", "for durability none");
	expect(CTL_OK, "", "clock", "ok", "");
	expect(CTL_OK, "", "intents", "ok", "0 to sign");
	expect(CTL_OK, "", "hosts", "ok", "0 of 1 differ");
	expect(CTL_OK, "", "this host", "ok", "");
	expect(CTL_OK, "", "CA demo", "ok", "ends on ");
	expect(CTL_OK, "", "certificate 1 of the chain of CA demo", "ok", "ends on ");
	expect(CTL_OK, "", "key of CA demo", "ok", "ca.key fits the certificate");
	expect(CTL_OK, "", "revocation list of CA demo", "ok", "good until ");
	expect(CTL_OK, "", "RA 1 of profile vpn", "ok", "ends on ");
	expect(CTL_OK, "", "key of RA 1 of profile vpn", "ok", "ra.key fits");
	end();
}

static void
what_ends_is_found_in_time(void)
{
	begin();
	expect(CTL_PENDING, "|--within|25y", "CA demo", "warn", "Z: scepctl ca next demo");
	CU_ASSERT_TRUE(stage_said(&s, "checks want attention"));
	expect(CTL_PENDING, "|--within|25y", "RA 1 of profile vpn", "warn",
	    "Z: scepctl ra rotate vpn");
	expect(CTL_PENDING, "|--within=30y", "certificate 1 of the chain of CA demo", "warn",
	    "Z: scepctl ca install demo --replace");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "check|--within|soon"), CTL_USAGE);
	stage_write(&s, "scepd.conf",
	    "user = \"\"; issued_log = \"\"; crl = { dir = \"lists\"; }; node_name = \"here\";\n"
	    "warn_before = \"10y\";\n"
	    "store = { server = \"./redis.sock\"; durability = \"none\"; };\n",
	    0644);
	expect(CTL_OK, "", "RA 1 of profile vpn", "ok", "ends on ");
	/* It is good for ten years, some of which have a day more. */
	clock_fix(clock_now() + 4 * DAY);
	expect(CTL_FAILED, "", "RA 1 of profile vpn", "warn", "ends on ");
	expect(CTL_FAILED, "|--within|0", "RA 1 of profile vpn", "ok", "ends on ");
	clock_fix(clock_now() + 26 * 365 * DAY);
	expect(CTL_FAILED, "", "RA 1 of profile vpn", "fail", "ended on ");
	expect(CTL_FAILED, "", "CA demo", "fail", "ended on ");
	CU_ASSERT_TRUE(stage_said(&s, "checks failed"));
	end();
}

/* An old RA is meant to end unless it is still used. */
static void
an_old_ra(void)
{
	char id[65];
	json_t *rows;

	begin();
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|list|--json"), CTL_OK);
	rows = json_loads(s.out, 0, NULL);
	snprintf(id, sizeof id, "%s",
	    json_string_value(json_object_get(json_array_get(rows, 0), "sha256")));
	json_decref(rows);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn|--force"), CTL_OK);
	serve();
	expect(CTL_PENDING, "|--within|25y", "RA 2 of profile vpn", "warn", "ra rotate vpn");
	expect(CTL_PENDING, "|--within|25y", "RA 1 of profile vpn", "ok", "ends on ");
	freeReplyObject(
	    redis_do(&redis, "HSET {scepd}:used ra:%s %lld", id, (long long)clock_now()));
	expect(CTL_PENDING, "|--within|25y", "RA 1 of profile vpn", "warn", "GetCACert again");
	expect(CTL_OK, "", "RA 1 of profile vpn", "ok", "ends on ");
	freeReplyObject(redis_do(
	    &redis, "HSET {scepd}:used ra:%s %lld", id, (long long)(clock_now() - 2 * DAY)));
	expect(CTL_PENDING, "|--within|25y", "RA 1 of profile vpn", "ok", "ends on ");
	end();
}

static void
keys_that_are_not_there_or_cannot_be_tried(void)
{
	char *text;

	begin();
	text = stage_text(&s, "ra/vpn/ra.key");
	stage_write(&s, "ra/vpn/other.key", text, 0600);
	free(text);
	CU_ASSERT_EQUAL(unlink(stage_path(&s, "ra/vpn/ra.key")), 0);
	expect(CTL_FAILED, "", "key of RA 1 of profile vpn", "fail", "ra.key");
	text = stage_text(&s, "ca/demo/root.key");
	stage_write(&s, "ra/vpn/ra.key", text, 0600);
	free(text);
	expect(CTL_FAILED, "", "key of RA 1 of profile vpn", "fail", "is not the key of");
	CU_ASSERT_EQUAL(unlink(stage_path(&s, "ra/vpn/ra.key")), 0);
	stage_write(&s, "ra/vpn/ra.uri", "pkcs11:token=t;object=ra\n", 0600);
	expect(CTL_OK, "", "key of RA 1 of profile vpn", "skip", "in a token");
	CU_ASSERT_EQUAL(unlink(stage_path(&s, "ra/vpn/ra.uri")), 0);
	CU_ASSERT_EQUAL(
	    rename(stage_path(&s, "ra/vpn/other.key"), stage_path(&s, "ra/vpn/ra.key")), 0);
	expect(CTL_OK, "", "key of RA 1 of profile vpn", "ok", "fits");
	end();
}

/* Without its passphrase it is not tried; with it, it is. */
static void
an_encrypted_key(void)
{
	begin();
	CU_ASSERT_EQUAL(stage_run(&s, "sesame open\n",
	                    "ca|create|sealed|--subject|CN=Sealed|--key|ec:P-256|--single|"
	                    "--encrypt|--passphrase-stdin"),
	    CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, "sesame open\n",
	                    "profile|create|p2|--ca|sealed|--challenge|dynamic|--passphrase-stdin"),
	    CTL_OK);
	expect(CTL_PENDING, "", "key of CA sealed", "skip", "is encrypted");
	CU_ASSERT_EQUAL(mkdir(stage_path(&s, "pass"), 0700), 0);
	stage_write(&s, "pass/ca-sealed", "sesame open\n", 0600);
	stage_write(&s, "scepd.conf",
	    "user = \"\"; issued_log = \"\"; crl = { dir = \"lists\"; }; node_name = \"here\";\n"
	    "passphrase_dir = \"pass\";\n"
	    "store = { server = \"./redis.sock\"; durability = \"none\"; };\n",
	    0644);
	serve();
	expect(CTL_OK, "", "key of CA sealed", "ok", "fits the certificate");
	stage_write(&s, "pass/ca-sealed", "sesame\n", 0600);
	expect(CTL_FAILED, "", "key of CA sealed", "fail", "");
	end();
}

static void
files_that_others_can_write(void)
{
	begin();
	CU_ASSERT_EQUAL(chmod(stage_path(&s, "scepd.conf"), 0666), 0);
	expect(CTL_FAILED, "", "permissions", "fail", "scepd.conf");
	stage_write(&s, "scepd.conf", "workers = no;\n", 0644);
	expect(CTL_FAILED, "", "configuration", "fail", "scepd.conf:1: ");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "check"), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "1 of 1 checks failed"));
	end();
}

static void
the_revocation_list(void)
{
	begin();
	/* Seven days, and the next one is due after one. */
	clock_fix(clock_now() + 3 * DAY);
	expect(CTL_FAILED, "", "revocation list of CA demo", "ok", "good until ");
	clock_fix(clock_now() + 2 * DAY);
	expect(CTL_FAILED, "", "revocation list of CA demo", "warn", "no newer one");
	clock_fix(clock_now() + 3 * DAY);
	expect(CTL_FAILED, "", "revocation list of CA demo", "fail", "no newer one");
	clock_fix(0);
	freeReplyObject(redis_do(&redis, "HSET {scepd}:crl:demo alarm broken"));
	expect(CTL_FAILED, "", "revocation list of CA demo", "fail", "broken");
	freeReplyObject(redis_do(&redis, "HDEL {scepd}:crl:demo alarm"));
	stage_write(&s, "lists/demo.crl", "rubbish", 0644);
	expect(CTL_FAILED, "", "revocation list of CA demo", "fail", "");
	CU_ASSERT_EQUAL(unlink(stage_path(&s, "lists/demo.crl")), 0);
	expect(CTL_PENDING, "", "revocation list of CA demo", "warn", "this host has none in ");
	end();
}

/* Imported, and nobody has said what it revoked. */
static void
the_history_of_an_imported_ca(void)
{
	begin();
	stage_write(&s, "ca/demo/imported", "", 0644);
	expect(CTL_FAILED, "", "history of CA demo", "fail", "cert import");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "crl|publish|demo|--no-history|--yes"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "check"), CTL_OK);
	CU_ASSERT_FALSE(stage_printed(&s, "history"));
	end();
}

static void
report(const char *node, const char *version, const char *digest)
{
	char text[300];

	snprintf(text, sizeof text, "{\"version\":\"%s\",\"conf\":\"%s\",\"certs\":{}}", version,
	    digest);
	freeReplyObject(
	    redis_do(&redis, "FCALL scepd" STORE_PROTOCOL "_report 1 {scepd} %s %s %s 180", node,
	        STORE_PROTOCOL, text));
}

static void
the_hosts(void)
{
	begin();
	report("other", "0.0", "x");
	expect(
	    CTL_PENDING, "", "hosts", "warn", "1 of 2 differ from the others: scepctl node list");
	report("here", "0.0", "x");
	expect(CTL_PENDING, "", "hosts", "ok", "0 of 2 differ");
	expect(CTL_PENDING, "", "this host", "warn", "reload scepd");
	freeReplyObject(redis_do(&redis, "DEL {scepd}:nodes"));
	expect(CTL_PENDING, "", "this host", "warn", "no scepd reports as here");
	end();
}

static void
the_store(void)
{
	begin();
	clock_fix(clock_now() + 50);
	expect(CTL_OK, "", "clock", "ok", "");
	clock_fix(clock_now() + 50);
	expect(CTL_FAILED, "", "clock", "fail", "seconds ahead");
	clock_fix(clock_now() - 200);
	expect(CTL_FAILED, "", "clock", "fail", "-");
	clock_fix(0);
	freeReplyObject(redis_do(&redis, "HSET {scepd}:install level fsync"));
	expect(CTL_PENDING, "", "store verified", "warn", "for durability fsync, and none");
	freeReplyObject(redis_do(&redis, "HSET {scepd}:install run other"));
	expect(CTL_PENDING, "", "store verified", "warn", "another run id");
	freeReplyObject(redis_do(&redis, "HDEL {scepd}:install run level"));
	expect(CTL_PENDING, "", "store verified", "warn", "never");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|install"), CTL_OK);
	freeReplyObject(redis_do(&redis, "ZADD {scepd}:int 1 %s", "demo 01 p r t"));
	expect(CTL_PENDING, "", "intents", "warn", "1 to sign came to nothing");
	freeReplyObject(redis_do(&redis, "DEL {scepd}:int"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "check"), CTL_OK);
	redis_stop(&redis);
	/* What is on this host is looked at all the same. */
	expect(CTL_FAILED, "", "store", "fail", "");
	expect(CTL_FAILED, "", "key of CA demo", "ok", "fits");
	expect(CTL_FAILED, "", "revocation list of CA demo", "ok", "good until");
	stage_close(&s);
}

/* One that waits for its certificate is no fault, unless a profile needs it. */
static void
a_ca_that_waits(void)
{
	begin();
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|csr|waits|--subject|CN=Waits|--key|ec:P-256"), CTL_OK);
	expect(CTL_OK, "", "CA waits", "skip", "waits for its certificate");
	CU_ASSERT_EQUAL(unlink(stage_path(&s, "ca/demo/ca.pem")), 0);
	expect(CTL_FAILED, "", "CA demo", "fail", "");
	expect(CTL_FAILED, "", "profile vpn", "fail", "");
	end();
}

CU_TestInfo check_tests[] = {
    T(all_is_well),
    T(what_ends_is_found_in_time),
    T(an_old_ra),
    T(keys_that_are_not_there_or_cannot_be_tried),
    T(an_encrypted_key),
    T(files_that_others_can_write),
    T(the_revocation_list),
    T(the_history_of_an_imported_ca),
    T(the_hosts),
    T(the_store),
    T(a_ca_that_waits),
    CU_TEST_INFO_NULL,
};
