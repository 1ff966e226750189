/* SPDX-License-Identifier: ISC
 *
 * scepctl node list: hosts that run the same are not marked, one that differs is, and in what.
 */
#include <string.h>

#include <jansson.h>

#include "conf/assemble.h"
#include "stage.h"
#include "store/node.h"
#include "suites.h"
#include "support/redis.h"

static struct stage s;
static struct test_redis redis;

static void
begin(void)
{
	stage_open(
	    &s, "user = \"\";\nissued_log = \"\";\nstore = { server = \"./redis.sock\"; durability = \"none\"; };\n");
	redis_start(&redis, s.dir.path, NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|init"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|install"), CTL_OK);
}

static void
report(const char *node, const char *version, const char *conf, const char *cert)
{
	char text[400];
	redisReply *r;

	snprintf(text, sizeof text,
	    "{\"version\":\"%s\",\"conf\":\"%s\",\"certs\":{\"ca main\":\"%s\"}}", version, conf,
	    cert);
	r = redis_do(&redis, "FCALL scepd" STORE_PROTOCOL "_report 1 {scepd} %s %s %s 180", node,
	    STORE_PROTOCOL, text);
	CU_ASSERT_EQUAL(r->type, REDIS_REPLY_ARRAY);
	freeReplyObject(r);
}

/* The drift of a host as listed. */
static void
drift(const char *node, const char *expected)
{
	json_t *rows;
	size_t i;
	const json_t *row = NULL;

	CU_ASSERT_EQUAL(stage_run(&s, NULL, "node|list|--json"), CTL_OK);
	rows = json_loads(s.out, 0, NULL);
	for (i = 0; i < json_array_size(rows); i++)
		if (strcmp(json_string_value(json_object_get(json_array_get(rows, i), "node")),
		        node) == 0)
			row = json_array_get(rows, i);
	CU_ASSERT_PTR_NOT_NULL_FATAL(row);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(row, "drift")), expected);
	json_decref(rows);
}

static void
drift_is_marked(void)
{
	begin();
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "node|list"), CTL_OK);
	for (int i = 0; i < 3; i++) {
		char name[8];

		snprintf(name, sizeof name, "host%d", i);
		report(name, "1.0", "aaaaaaaaaaaaaaaaaaaa", "bb");
	}
	drift("host0", "");
	CU_ASSERT_FALSE(stage_said(&s, "differ"));
	report("host1", "1.1", "aaaaaaaaaaaaaaaaaaaa", "bb");
	drift("host1", "version");
	drift("host0", "");
	report("host1", "1.0", "cccccccccccccccccccc", "dd");
	drift("host1", "configuration certificates");
	CU_ASSERT_TRUE(stage_said(&s, "1 of 3 hosts differ"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "node|list"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "cccccccccccc "));
	CU_ASSERT_FALSE(stage_printed(&s, "ccccccccccccc"));
	CU_ASSERT_TRUE(stage_printed(&s, "configuration certificates"));
	redis_stop(&redis);
	stage_close(&s);
}

/* What is in the store may be anything. */
static void
odd_reports_are_listed(void)
{
	begin();
	report("a", "1.0", "c", "d");
	freeReplyObject(redis_do(
	    &redis, "FCALL scepd" STORE_PROTOCOL "_report 1 {scepd} b 1 %s 180", "not json"));
	freeReplyObject(redis_do(
	    &redis, "FCALL scepd" STORE_PROTOCOL "_report 1 {scepd} c 1 %s 180", "{\"conf\":7}"));
	/* Two that say nothing are most of three. */
	drift("a", "version configuration certificates");
	drift("b", "");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "node|list"), CTL_OK);
	redis_stop(&redis);
	stage_close(&s);
}

/* What the service says of itself. */
static void
a_host_reports_its_certificates(void)
{
	struct conf c;
	struct service service;
	struct err e = ERR_INIT;
	json_t *rows, *prints;

	begin();
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|create|demo|--subject|CN=Demo|--key|ec:P-256"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, "open sesame\n",
	                    "profile|create|p|--ca|demo|--challenge|static|--challenge-stdin"),
	    CTL_OK);
	CU_ASSERT_EQUAL_FATAL(conf_read(s.conf, &c, &e), 0);
	CU_ASSERT_EQUAL_FATAL(conf_assemble(&c, &service, &e), 0);
	CU_ASSERT_EQUAL(store_report(service.store, service.node, buf_str(&service.report), &e), 0);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "node|list|--json"), CTL_OK);
	rows = json_loads(s.out, 0, NULL);
	CU_ASSERT_EQUAL(json_array_size(rows), 1);
	CU_ASSERT_STRING_EQUAL(
	    json_string_value(json_object_get(json_array_get(rows, 0), "configuration")), c.digest);
	prints = json_object_get(json_array_get(rows, 0), "fingerprints");
	CU_ASSERT_EQUAL(json_object_size(prints), 2);
	CU_ASSERT_EQUAL(strlen(json_string_value(json_object_get(prints, "ca demo"))), 64);
	CU_ASSERT_EQUAL(strlen(json_string_value(json_object_get(prints, "ra p"))), 64);
	json_decref(rows);
	service_free(&service);
	conf_free(&c);
	redis_stop(&redis);
	stage_close(&s);
}

CU_TestInfo node_tests[] = {
    T(a_host_reports_its_certificates),
    T(drift_is_marked),
    T(odd_reports_are_listed),
    CU_TEST_INFO_NULL,
};
