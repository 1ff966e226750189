/* SPDX-License-Identifier: ISC
 *
 * scepctl store rebuild: from the logs of the hosts every record comes back, once, whatever the
 * order, and broken lines are named.
 */
#include <string.h>

#include "base/enc.h"
#include "ca/tbs.h"
#include "stage.h"
#include "suites.h"
#include "support/make.h"
#include "support/redis.h"

static struct stage s;
static struct test_redis redis;

static void
begin(void)
{
	stage_open(
	    &s, "user = \"\";\nstore = { server = \"./redis.sock\"; durability = \"none\"; };\n");
	redis_start(&redis, s.dir.path, NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|init"), CTL_OK);
}

static void
end(void)
{
	redis_stop(&redis);
	stage_close(&s);
}

struct lines {
	char serial[2 * SERIAL_LEN + 1];
	struct buf intent, issued, revoked; /* with newline */
};

/* The lines of one certificate, as src/scep/event.c writes them. */
static void
make_lines(uint8_t number, struct lines *l)
{
	uint8_t serial[SERIAL_LEN] = {1}, digest[32];
	X509 *cert =
	    make_cert(&(struct make_cert){.key = make_ec("P-256"), .cn = "CN=router", .days = 10});
	unsigned char *der = NULL;
	char tbs[65];
	int n;

	*l = (struct lines){0};
	serial[SERIAL_LEN - 1] = number;
	ASN1_STRING_set(X509_get_serialNumber(cert), serial, SERIAL_LEN);
	X509_sign(cert, make_ec("P-256"), EVP_sha256());
	n = i2d_X509(cert, &der);
	CU_ASSERT_EQUAL(tbs_digest(cert, digest), 0);
	hex_of(view_of(digest, 32), tbs);
	hex_of(view_of(serial, SERIAL_LEN), l->serial);
#define COMMON                                                                                     \
	"\"at\":17000000%02d,\"not_after\":4000000000,\"ca\":\"main\",\"profile\":\"p\","          \
	"\"serial\":\"%s\",\"request\":\"r%d\",\"source\":\"192.0.2.1\",\"by\":\"challenge\""
	CU_ASSERT_EQUAL(buf_printf(&l->intent, "{\"what\":\"intent\"," COMMON ",\"tbs\":\"%s\"}\n",
	                    number, l->serial, number, tbs),
	    0);
	CU_ASSERT_EQUAL(buf_printf(&l->issued, "{\"what\":\"issued\"," COMMON ",\"cert\":\"",
	                    number, l->serial, number),
	    0);
	CU_ASSERT_EQUAL(base64_write(&l->issued, view_of(der, (size_t)n)), 0);
	CU_ASSERT_EQUAL(buf_add_str(&l->issued, "\"}\n"), 0);
	CU_ASSERT_EQUAL(
	    buf_printf(&l->revoked,
	        "{\"what\":\"revoked\",\"at\":1700000500,\"ca\":\"main\",\"profile\":\"p\","
	        "\"serial\":\"%s\",\"reason\":\"superseded\"}\n",
	        l->serial),
	    0);
	OPENSSL_free(der);
	X509_free(cert);
}

static void
free_lines(struct lines *l)
{
	buf_free(&l->intent);
	buf_free(&l->issued);
	buf_free(&l->revoked);
}

static void
write_log(const char *name, const char *a, const char *b, const char *c)
{
	struct buf text = {0};

	CU_ASSERT_EQUAL(buf_printf(&text, "%s%s%s", a, b, c), 0);
	stage_write(&s, name, buf_str(&text), 0640);
	buf_free(&text);
}

/* One host meant to sign, another one did; a third revoked, and its log comes first. */
static void
records_come_back_from_all_logs(void)
{
	struct lines one, two;

	begin();
	make_lines(1, &one);
	make_lines(2, &two);
	write_log("a.log", buf_str(&one.intent), buf_str(&two.intent), "");
	write_log("b.log", buf_str(&one.issued), "", "");
	write_log("c.log", buf_str(&one.revoked), buf_str(&two.revoked), "");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|rebuild|@/c.log|@/a.log|@/b.log"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "1 certificates and 2 intents and revocations restored"));
	CU_ASSERT_TRUE(stage_printed(&s, "1 revocations of certificates that no log has"));
	CU_ASSERT_EQUAL(redis_int(&redis, "HEXISTS {scepd}:crt:main:%s der", one.serial), 1);
	CU_ASSERT_EQUAL(redis_int(&redis, "HGET {scepd}:crt:main:%s rev", one.serial), 1700000500);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:int"), 1);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:exp:main"), 1);
	/* Again, with the log that was missing. */
	write_log("d.log", buf_str(&two.issued), "", "");
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "store|rebuild|@/a.log|@/b.log|@/c.log|@/d.log"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "1 certificates and 1 intents and revocations restored"));
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:int"), 0);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:exp:main"), 2);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "store|rebuild|@/a.log|@/b.log|@/c.log|@/d.log"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "0 certificates and 0 intents and revocations restored"));
	free_lines(&one);
	free_lines(&two);
	end();
}

static void
broken_lines_are_named(void)
{
	struct lines one;
	char text[4000];

	begin();
	make_lines(1, &one);
	snprintf(text, sizeof text,
	    "%.40s\nnot "
	    "json\n[1]\n{\"what\":\"other\"}\n{\"what\":\"issued\",\"at\":1,\"ca\":\"a\","
	    "\"serial\":\"%s\",\"cert\":\"AAAA\"}\n{\"what\":\"intent\",\"at\":1,\"ca\":\"a b\","
	    "\"serial\":\"%s\"}\n{\"what\":\"intent\",\"ca\":\"a\",\"serial\":\"%s\"}\n"
	    "{\"what\":\"issued\",\"at\":1,\"ca\":\"a\",\"serial\":\"%s\",\"cert\":\"*\"}\n\n",
	    buf_str(&one.issued), one.serial, one.serial, one.serial, one.serial);
	write_log("a.log", text, buf_str(&one.issued), buf_str(&one.intent));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|rebuild|@/a.log"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "1 certificates and 0 intents"));
	CU_ASSERT_TRUE(stage_printed(&s, "8 of 11 lines were broken"));
	CU_ASSERT_TRUE(stage_said(&s, "/a.log:1: not a line of JSON"));
	CU_ASSERT_TRUE(stage_said(&s, "/a.log:3: not a line of JSON"));
	CU_ASSERT_TRUE(stage_said(&s, "/a.log:4: what is neither"));
	CU_ASSERT_TRUE(stage_said(&s, "/a.log:5: cert is no certificate"));
	CU_ASSERT_TRUE(stage_said(&s, "/a.log:6: ca or serial has another form"));
	CU_ASSERT_TRUE(stage_said(&s, "/a.log:7: ca, serial or at is missing"));
	CU_ASSERT_TRUE(stage_said(&s, "/a.log:8: cert is not base64"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|rebuild|@/absent.log"), CTL_FAILED);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|rebuild"), CTL_USAGE);
	free_lines(&one);
	end();
}

/* A line whose serial is another one's would hide the record of that. */
static void
a_foreign_serial_is_broken(void)
{
	struct lines one, two;
	char *at;

	begin();
	make_lines(1, &one);
	make_lines(2, &two);
	at = strstr((char *)one.issued.p, one.serial);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	memcpy(at, two.serial, strlen(two.serial));
	write_log("a.log", buf_str(&one.issued), "", "");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|rebuild|@/a.log"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "/a.log:1: serial is not that of cert"));
	CU_ASSERT_EQUAL(redis_int(&redis, "EXISTS {scepd}:exp:main"), 0);
	free_lines(&one);
	free_lines(&two);
	end();
}

static void
a_store_that_is_away_ends_it(void)
{
	struct lines one;

	begin();
	make_lines(1, &one);
	write_log("a.log", buf_str(&one.issued), "", "");
	redis_kill(&redis);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|rebuild|@/a.log"), CTL_FAILED);
	free_lines(&one);
	end();
}

CU_TestInfo rebuild_tests[] = {
    T(records_come_back_from_all_logs),
    T(broken_lines_are_named),
    T(a_foreign_serial_is_broken),
    T(a_store_that_is_away_ends_it),
    CU_TEST_INFO_NULL,
};
