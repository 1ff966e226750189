/* SPDX-License-Identifier: ISC
 *
 * A second host made from a bundle serves like the first one; a backup brings back what was lost,
 * and keys only when it was asked to keep them.
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/assemble.h"
#include "ctl/sealed.h"
#include "stage.h"
#include "store/rebuild.h"
#include "suites.h"
#include "support/redis.h"

static struct stage first, second;
static struct test_redis redis;

#define PASS "|--passphrase-stdin"
#define SECRET "correct horse\n"

/* A first host with a CA, a profile and a store; the second is an empty folder. */
static void
begin(void)
{
	char conf[PATH_MAX + 200];

	stage_open(&first, NULL);
	snprintf(conf, sizeof conf,
	    "user = \"\";\nissued_log = \"issued.log\";\ncrl = { dir = \"crl\"; };\n"
	    "store = { server = \"%.100s/redis.sock\"; durability = \"none\"; };\n",
	    first.dir.path);
	stage_write(&first, "scepd.conf", conf, 0640);
	redis_start(&redis, first.dir.path, NULL);
	CU_ASSERT_EQUAL_FATAL(stage_run(&first, NULL, "store|init"), CTL_OK);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&first, NULL, "ca|create|demo|--subject|CN=Demo,O=Test|--key|ec:P-256"),
	    CTL_OK);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&first, "open sesame\n",
	        "profile|create|p|--ca|demo|--challenge|static|--challenge-stdin"),
	    CTL_OK);
	stage_open(&second, NULL);
	CU_ASSERT_EQUAL(unlink(second.conf), 0);
}

static void
end(void)
{
	redis_stop(&redis);
	stage_close(&first);
	stage_close(&second);
}

/* Whether a file is the same on both, permissions included; 0 when it is on the first alone. */
static int
same(const char *name)
{
	char *a = stage_text(&first, name), *b = stage_text(&second, name);
	int rc = a == NULL ? -1 : b == NULL ? 0 : strcmp(a, b) == 0 ? 1 : -1;

	if (rc == 1)
		CU_ASSERT_EQUAL(stage_mode(&first, name), stage_mode(&second, name));
	free(a);
	free(b);
	return rc;
}

/* Whether the second host can serve. */
static int
serves(void)
{
	struct conf c;
	struct service s;
	struct err e = ERR_INIT;
	int rc = conf_read(second.conf, &c, &e);

	if (rc == 0) {
		rc = conf_assemble(&c, &s, &e);
		if (rc == 0)
			rc = store_ready(s.store, &e);
		service_free(&s);
	}
	conf_free(&c);
	return rc;
}

static void
a_bundle_makes_a_second_host(void)
{
	char bundle[PATH_MAX];

	begin();
	snprintf(bundle, sizeof bundle, "%s", stage_path(&first, "bundle"));
	CU_ASSERT_EQUAL(stage_run(&first, "short\n", "bundle|export|%s" PASS, bundle), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&first, SECRET, "bundle|export|%s" PASS, bundle), CTL_OK);
	CU_ASSERT_EQUAL(stage_mode(&first, "bundle"), 0600);
	CU_ASSERT_EQUAL(stage_run(&first, SECRET, "bundle|export|%s" PASS, bundle), CTL_USAGE);
	CU_ASSERT_EQUAL(
	    stage_run(&second, "wrong horse\n", "bundle|import|%s" PASS, bundle), CTL_REFUSED);
	CU_ASSERT_EQUAL(stage_count(&second, "."), 0);
	CU_ASSERT_EQUAL(stage_run(&second, SECRET, "restore|%s" PASS, bundle), CTL_REFUSED);
	CU_ASSERT_TRUE(stage_said(&second, "not a backup but a bundle"));
	CU_ASSERT_EQUAL(stage_run(&second, SECRET, "bundle|import|%s" PASS, bundle), CTL_OK);
	CU_ASSERT_EQUAL(same("scepd.conf"), 1);
	CU_ASSERT_EQUAL(same("profiles.d/p.conf"), 1);
	CU_ASSERT_EQUAL(same("pepper"), 1);
	CU_ASSERT_EQUAL(same("ca/demo/ca.pem"), 1);
	CU_ASSERT_EQUAL(same("ca/demo/ca.key"), 1);
	CU_ASSERT_EQUAL(stage_mode(&second, "ca/demo"), stage_mode(&first, "ca/demo"));
	/* The key of the root belongs into a safe, and the log to its host. */
	CU_ASSERT_EQUAL(same("ca/demo/root.key"), 0);
	CU_ASSERT_EQUAL(stage_mode(&second, "issued.log"), -1);
	CU_ASSERT_EQUAL(serves(), 0);
	end();
}

static void
nothing_is_overwritten_unasked(void)
{
	char bundle[PATH_MAX];

	begin();
	snprintf(bundle, sizeof bundle, "%s", stage_path(&first, "bundle"));
	CU_ASSERT_EQUAL(stage_run(&first, SECRET, "bundle|export|%s" PASS, bundle), CTL_OK);
	stage_write(&second, "pepper", "mine\n", 0600);
	CU_ASSERT_EQUAL(stage_run(&second, SECRET, "bundle|import|%s" PASS, bundle), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&second, "pepper exists and is another one"));
	CU_ASSERT_EQUAL(stage_count(&second, "."), 1);
	CU_ASSERT_EQUAL(
	    stage_run(&second, SECRET, "bundle|import|%s|--replace" PASS, bundle), CTL_OK);
	CU_ASSERT_EQUAL(same("pepper"), 1);
	/* The same again is no conflict. */
	CU_ASSERT_EQUAL(stage_run(&second, SECRET, "bundle|import|%s" PASS, bundle), CTL_OK);
	end();
}

/* A new RA for a host of the pool: what is its own stays. */
static void
what_is_new_is_added(void)
{
	char bundle[PATH_MAX], *text;

	begin();
	snprintf(bundle, sizeof bundle, "%s", stage_path(&first, "bundle"));
	CU_ASSERT_EQUAL(stage_run(&first, SECRET, "bundle|export|%s" PASS, bundle), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&second, SECRET, "bundle|import|%s" PASS, bundle), CTL_OK);
	stage_write(&second, "scepd.conf", "user = \"\"; node_name = \"two\";\n", 0640);
	CU_ASSERT_EQUAL(stage_run(&first, NULL, "store|install"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&first, NULL, "ra|rotate|p"), CTL_PENDING);
	CU_ASSERT_TRUE(stage_said(&first, "bundle import --add there"));
	CU_ASSERT_EQUAL(
	    stage_run(&first, SECRET, "bundle|export|%s|--replace" PASS, bundle), CTL_OK);
	CU_ASSERT_EQUAL(
	    stage_run(&second, SECRET, "bundle|import|%s|--add|--replace" PASS, bundle), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&second, SECRET, "bundle|import|%s|--add" PASS, bundle), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&second, "scepd.conf stays as it is here"));
	CU_ASSERT_TRUE(stage_said(&second, "transcript.txt stays as it is here"));
	CU_ASSERT_FALSE(stage_said(&second, "p.conf"));
	CU_ASSERT_TRUE(stage_said(&second, "3 files written"));
	CU_ASSERT_EQUAL(same("ra/p/ra-2.pem"), 1);
	CU_ASSERT_EQUAL(same("ra/p/ra-2.key"), 1);
	CU_ASSERT_EQUAL(same("ra/p/ra-2.staged"), 1);
	text = stage_text(&second, "scepd.conf");
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "node_name = \"two\""));
	free(text);
	/* It is presented here by now, and waits nowhere but where the bundle comes from. */
	CU_ASSERT_EQUAL(unlink(stage_path(&second, "ra/p/ra-2.staged")), 0);
	CU_ASSERT_EQUAL(stage_run(&second, SECRET, "bundle|import|%s|--add" PASS, bundle), CTL_OK);
	CU_ASSERT_EQUAL(stage_mode(&second, "ra/p/ra-2.staged"), -1);
	/* This host has made one of the same number for itself. */
	text = stage_text(&second, "ra/p/ra.pem");
	stage_write(&second, "ra/p/ra-2.pem", text, 0644);
	free(text);
	CU_ASSERT_EQUAL(
	    stage_run(&second, SECRET, "bundle|import|%s|--add" PASS, bundle), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&second, "ra-2.pem exists and is another one"));
	CU_ASSERT_EQUAL(stage_mode(&second, "ra/p/ra-2.staged"), -1);
	end();
}

/* A reload in between must not find an RA without its key, or present one that has to wait. */
static void
the_certificate_of_an_ra_comes_last(void)
{
	static const char *const others[] = {"ra/p/ra-2.key", "ra/p/ra-2.staged"};
	char bundle[PATH_MAX];

	begin();
	CU_ASSERT_EQUAL(stage_run(&first, NULL, "store|install"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&first, NULL, "ra|rotate|p"), CTL_PENDING);
	snprintf(bundle, sizeof bundle, "%s", stage_path(&first, "bundle"));
	CU_ASSERT_EQUAL(stage_run(&first, SECRET, "bundle|export|%s" PASS, bundle), CTL_OK);
	CU_ASSERT_EQUAL(mkdir(stage_path(&second, "ra"), 0755), 0);
	CU_ASSERT_EQUAL(mkdir(stage_path(&second, "ra/p"), 0755), 0);
	for (size_t i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(mkdir(stage_path(&second, others[i]), 0755), 0);
		CU_ASSERT_EQUAL(
		    stage_run(&second, SECRET, "bundle|import|%s|--replace" PASS, bundle),
		    CTL_FAILED);
		CU_ASSERT_EQUAL(stage_mode(&second, "ra/p/ra-2.pem"), -1);
		CU_ASSERT_EQUAL(rmdir(stage_path(&second, others[i])), 0);
	}
	CU_ASSERT_EQUAL(
	    stage_run(&second, SECRET, "bundle|import|%s|--replace" PASS, bundle), CTL_OK);
	CU_ASSERT_EQUAL(same("ra/p/ra-2.pem"), 1);
	end();
}

/* One certificate, a token, a switched-off profile and a challenge. */
static void
fill_store(void)
{
	static const char *const commands[] = {"HSET {scepd}:off id reason",
	    "HSET {scepd}:tokens mdm 00aa", "HSET {scepd}:tk:00aa name mdm exp 0",
	    "HSET {scepd}:install run r", "HSET {scepd}:ch:c p id exp 99999999999999"};
	struct store *s;
	struct put p = {.grace = 100};
	struct put_cert cert;
	struct put_row row = {.what = view_str("issued"),
	    .ca = view_str("demo"),
	    .at = view_str("1700000000000"),
	    .profile = view_str("id")};
	struct conf c;
	struct err e = ERR_INIT;
	X509 *ca = stage_cert(&first, "ca/demo/ca.pem");
	unsigned char *der = NULL;
	int n = i2d_X509(ca, &der);

	CU_ASSERT_EQUAL_FATAL(conf_read(first.conf, &c, &e), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p.s = s = conf_store(&c, &e));
	CU_ASSERT_EQUAL_FATAL(put_cert_read(view_of(der, (size_t)n), &cert, &e), 0);
	put_cert_fill(&cert, view_of(der, (size_t)n), &row);
	CU_ASSERT_EQUAL(put_add(&p, &row, &e), 0);
	CU_ASSERT_EQUAL(put_flush(&p, &e), 0);
	CU_ASSERT_EQUAL(p.new, 1);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		freeReplyObject(redis_do(&redis, commands[i]));
	put_free(&p);
	put_cert_free(&cert);
	store_free(s);
	conf_free(&c);
	OPENSSL_free(der);
	X509_free(ca);
}

static void
revoke_in_store(const char *serial)
{
	freeReplyObject(redis_do(&redis,
	    "FCALL scepd" STORE_PROTOCOL
	    "_revoke 1 {scepd} demo %s 1700000000 superseded 4000000000",
	    serial));
}

static void
a_backup_brings_records_back(void)
{
	char backup[PATH_MAX], serial[48], *key;
	redisReply *r;

	begin();
	fill_store();
	snprintf(backup, sizeof backup, "%s", stage_path(&first, "backup"));
	/* A key by its name, and one by what is in it. */
	stage_write(&first, "ca/demo/der.key", "octets", 0600);
	key = stage_text(&first, "ca/demo/ca.key");
	stage_write(&first, "ca/demo/kept.pem", key, 0600);
	free(key);
	/* One that is revoked, and one of which there is no record any more. */
	r = redis_do(&redis, "ZRANGE {scepd}:exp:demo 0 0");
	snprintf(serial, sizeof serial, "%s", r->element[0]->str);
	freeReplyObject(r);
	revoke_in_store(serial);
	revoke_in_store("0a0b");
	CU_ASSERT_EQUAL(stage_run(&first, SECRET, "backup|%s" PASS, backup), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&first, "no private key, and 1 certificates"));
	freeReplyObject(redis_do(&redis, "FLUSHALL"));
	CU_ASSERT_EQUAL(stage_run(&second, SECRET, "bundle|import|%s" PASS, backup), CTL_REFUSED);
	CU_ASSERT_EQUAL(stage_run(&second, SECRET, "restore|%s" PASS, backup), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&second, "1 certificates restored, 0 were there"));
	CU_ASSERT_EQUAL(same("pepper"), 1);
	CU_ASSERT_EQUAL(same("ca/demo/ca.pem"), 1);
	CU_ASSERT_EQUAL(same("ca/demo/ca.key"), 0);
	CU_ASSERT_EQUAL(same("ca/demo/der.key"), 0);
	CU_ASSERT_EQUAL(same("ca/demo/kept.pem"), 0);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:exp:demo"), 1);
	CU_ASSERT_EQUAL(redis_int(&redis, "HGET {scepd}:crt:demo:%s rev", serial), 1700000000);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:rev:demo"), 2);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZSCORE {scepd}:rev:demo 0a0b"), 4000000000);
	r = redis_do(&redis, "HGET {scepd}:rvk:demo 0a0b");
	CU_ASSERT_STRING_EQUAL(r->str, "1700000000 superseded");
	freeReplyObject(r);
	CU_ASSERT_EQUAL(redis_int(&redis, "HEXISTS {scepd}:off id"), 1);
	CU_ASSERT_EQUAL(redis_int(&redis, "HEXISTS {scepd}:install run"), 1);
	/* A token may have been revoked since. */
	CU_ASSERT_EQUAL(redis_int(&redis, "EXISTS {scepd}:tk:00aa {scepd}:tokens"), 0);
	CU_ASSERT_TRUE(stage_said(&second, "1 tokens do not come back"));
	CU_ASSERT_TRUE(stage_said(&second, "--tokens: mdm"));
	/* A challenge of the past may have been used since. */
	CU_ASSERT_EQUAL(redis_int(&redis, "EXISTS {scepd}:ch:c"), 0);
	CU_ASSERT_EQUAL(stage_run(&second, SECRET, "restore|%s" PASS, backup), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&second, "0 certificates restored, 1 were there"));
	end();
}

/* On demand, and then no other ones than the list shows: the name may have got another token. */
static void
tokens_come_back_on_demand(void)
{
	char backup[PATH_MAX];

	begin();
	fill_store();
	snprintf(backup, sizeof backup, "%s", stage_path(&first, "backup"));
	CU_ASSERT_EQUAL(stage_run(&first, SECRET, "backup|%s" PASS, backup), CTL_OK);
	freeReplyObject(redis_do(&redis, "DEL {scepd}:tk:00aa"));
	freeReplyObject(redis_do(&redis, "HSET {scepd}:tokens mdm 00bb"));
	CU_ASSERT_EQUAL(stage_run(&second, SECRET, "restore|%s|--tokens" PASS, backup), CTL_OK);
	CU_ASSERT_EQUAL(redis_int(&redis, "EXISTS {scepd}:tk:00aa"), 0);
	freeReplyObject(redis_do(&redis, "FLUSHALL"));
	CU_ASSERT_EQUAL(stage_run(&second, SECRET, "restore|%s|--tokens" PASS, backup), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&second, "revoke what must not be good (token revoke): mdm"));
	CU_ASSERT_EQUAL(redis_int(&redis, "HEXISTS {scepd}:tk:00aa name"), 1);
	CU_ASSERT_EQUAL(redis_int(&redis, "HEXISTS {scepd}:tokens mdm"), 1);
	end();
}

static void
keys_are_kept_on_demand(void)
{
	char backup[PATH_MAX];

	begin();
	snprintf(backup, sizeof backup, "%s", stage_path(&first, "backup"));
	CU_ASSERT_EQUAL(stage_run(&first, SECRET, "backup|%s|--keys" PASS, backup), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&second, SECRET, "restore|%s" PASS, backup), CTL_OK);
	CU_ASSERT_EQUAL(same("ca/demo/ca.key"), 1);
	CU_ASSERT_EQUAL(serves(), 0);
	end();
}

/* A bundle is made by somebody who knows the passphrase; it still stays in its place. */
static void
paths_stay_in_their_folder(void)
{
	static const char *const paths[] = {"../x", "a/../../x", "/tmp/../x", "a/..", ""};
	char bundle[PATH_MAX], line[200];

	begin();
	snprintf(bundle, sizeof bundle, "%s", stage_path(&first, "bundle"));
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct err e = ERR_INIT;
		struct sealed *s = sealed_create(bundle, view_str("correct horse"), true, &e);

		CU_ASSERT_PTR_NOT_NULL_FATAL(s);
		snprintf(line, sizeof line, "{\"file\":\"%s\",\"mode\":384,\"data\":\"AAAA\"}",
		    paths[i]);
		CU_ASSERT_EQUAL(sealed_add(s, view_str("{\"scepd\":\"bundle\"}"), &e), 0);
		CU_ASSERT_EQUAL(sealed_add(s, view_str(line), &e), 0);
		CU_ASSERT_EQUAL(sealed_finish(s, &e), 0);
		sealed_free(s);
		CU_ASSERT_EQUAL(
		    stage_run(&second, SECRET, "bundle|import|%s" PASS, bundle), CTL_REFUSED);
		CU_ASSERT_TRUE(stage_said(&second, "leads out of its folder"));
		CU_ASSERT_EQUAL(stage_count(&second, "."), 0);
	}
	end();
}

CU_TestInfo bundle_tests[] = {
    T(paths_stay_in_their_folder),
    T(a_bundle_makes_a_second_host),
    T(nothing_is_overwritten_unasked),
    T(what_is_new_is_added),
    T(the_certificate_of_an_ra_comes_last),
    T(a_backup_brings_records_back),
    T(tokens_come_back_on_demand),
    T(keys_are_kept_on_demand),
    CU_TEST_INFO_NULL,
};
