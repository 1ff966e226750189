/* SPDX-License-Identifier: ISC
 *
 * scepctl crl, with a worker beside it that makes the lists.
 */
#include <string.h>

#include <jansson.h>

#include "base/log.h"
#include "conf/assemble.h"
#include "stage.h"
#include "suites.h"
#include "support/redis.h"

#define SERIAL "0a00000000000000000000000000000000000001"

struct desk {
	struct stage s;
	struct test_redis redis;
	struct conf conf;
	struct service service;
};

static void
desk_open(struct desk *d)
{
	struct err e = ERR_INIT;

	*d = (struct desk){0};
	stage_open(&d->s, "public_url = \"http://scep.example\"; user = \"\"; issued_log = \"\";\n"
	                  "store = { server = \"./redis.sock\"; durability = \"none\"; };\n"
	                  "crl = { dir = \"crl\"; };\n");
	redis_start(&d->redis, d->s.dir.path, NULL);
	CU_ASSERT_EQUAL_FATAL(stage_run(&d->s, NULL, "store|init"), 0);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&d->s, NULL, "ca|create|demo|--single|--subject|CN=Demo|--key|ec:P-256"), 0);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&d->s, NULL, "profile|create|p|--ca|demo|--challenge|static|--generate"), 0);
	CU_ASSERT_EQUAL_FATAL(
	    log_open(stage_path(&d->s, "log"), LOG_LOGFMT, LOG_LEVEL_INFO, &e), 0);
	CU_ASSERT_EQUAL_FATAL(conf_read(d->s.conf, &d->conf, &e), 0);
	CU_ASSERT_EQUAL_FATAL(conf_assemble(&d->conf, &d->service, &e), 0);
}

static void
desk_close(struct desk *d)
{
	struct err e = ERR_INIT;

	service_free(&d->service);
	conf_free(&d->conf);
	redis_stop(&d->redis);
	CU_ASSERT_EQUAL(log_open("stderr", LOG_LOGFMT, LOG_LEVEL_INFO, &e), 0);
	stage_close(&d->s);
}

/* A second of the worker. */
static void
tick(struct desk *d)
{
	struct err e = ERR_INIT;

	store_free(d->service.store);
	d->service.store = conf_store_worker(&d->conf, &e);
	d->service.tick_at = 0;
	CU_ASSERT(service_tick(&d->service) > 0);
}

static void
revoke_one(struct desk *d)
{
	freeReplyObject(
	    redis_do(&d->redis, "FCALL scepd" STORE_PROTOCOL "_revoke 1 {scepd} demo " SERIAL
	                        " 1700000000 superseded 4000000000"));
}

/* A member of what "crl show --json" says of the one CA, as text. */
static void
says(struct desk *d, const char *key, const char *expected)
{
	json_t *row;
	const json_t *v;
	char text[200];

	CU_ASSERT_EQUAL(stage_run(&d->s, NULL, "crl|show|demo|--json"), 0);
	row = json_loads(d->s.out, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(row);
	v = json_object_get(json_is_array(row) ? json_array_get(row, 0) : row, key);
	if (json_is_integer(v))
		snprintf(text, sizeof text, "%lld", (long long)json_integer_value(v));
	else
		snprintf(text, sizeof text, "%s", json_string_value(v));
	if (strcmp(text, expected) != 0)
		fprintf(stderr, "\n  %s is %s, not %s\n", key, text, expected);
	CU_ASSERT_STRING_EQUAL(text, expected);
	json_decref(row);
}

static void
the_state_is_shown(void)
{
	struct desk d;
	char number[24];

	desk_open(&d);
	says(&d, "state", "none");
	says(&d, "number", "0");
	tick(&d);
	says(&d, "state", "good");
	says(&d, "entries", "0");
	snprintf(
	    number, sizeof number, "%lld", redis_int(&d.redis, "HGET {scepd}:crl:demo number"));
	says(&d, "number", number);
	says(&d, "filed", number);
	revoke_one(&d);
	says(&d, "state", "due");
	says(&d, "revoked", "1");
	tick(&d);
	says(&d, "state", "good");
	says(&d, "entries", "1");
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "crl|show"), 0);
	CU_ASSERT_TRUE(stage_printed(&d.s, "demo  "));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "crl|show|other"), CTL_USAGE);
	/* One that is over, and one that is none. */
	freeReplyObject(redis_do(&d.redis, "HSET {scepd}:crl:demo to 5"));
	says(&d, "state", "over");
	freeReplyObject(redis_do(&d.redis, "HSET {scepd}:crl:demo der rubbish"));
	says(&d, "state", "bad");
	says(&d, "why", "not a revocation list");
	desk_close(&d);
}

static void
a_new_list_is_made_on_request(void)
{
	struct desk d;
	long long number;

	desk_open(&d);
	tick(&d);
	number = redis_int(&d.redis, "HGET {scepd}:crl:demo number");
	tick(&d);
	CU_ASSERT_EQUAL(redis_int(&d.redis, "HGET {scepd}:crl:demo number"), number);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "crl|publish|demo"), 0);
	CU_ASSERT_TRUE(stage_said(&d.s, "the workers will make a new list"));
	tick(&d);
	CU_ASSERT(redis_int(&d.redis, "HGET {scepd}:crl:demo number") > number);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "crl|publish|other"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "crl|publish"), CTL_USAGE);
	desk_close(&d);
}

static void
a_loss_is_shown_and_accepted(void)
{
	struct desk d;
	char number[24];

	desk_open(&d);
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "crl|publish|demo|--accept-loss|--yes"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&d.s, "no list of which anything could be missing"));
	revoke_one(&d);
	tick(&d);
	snprintf(
	    number, sizeof number, "%lld", redis_int(&d.redis, "HGET {scepd}:crl:demo number"));
	freeReplyObject(redis_do(&d.redis, "FLUSHALL"));
	tick(&d);
	tick(&d);
	says(&d, "state", "alarm");
	says(&d, "number", number);
	CU_ASSERT_TRUE(stage_printed(&d.s, "1 serial numbers of list"));
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "crl|publish|demo"), 0);
	tick(&d);
	says(&d, "state", "alarm");
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "crl|publish|demo|--accept-loss"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&d.s, "there is no terminal to ask at: use --yes"));
	tick(&d);
	says(&d, "state", "alarm");
	says(&d, "entries", "1");
	CU_ASSERT_EQUAL(stage_run(&d.s, NULL, "crl|publish|demo|--accept-loss|--yes"), 0);
	tick(&d);
	says(&d, "state", "good");
	says(&d, "entries", "0");
	desk_close(&d);
}

CU_TestInfo crl_tests[] = {
    T(the_state_is_shown),
    T(a_new_list_is_made_on_request),
    T(a_loss_is_shown_and_accepted),
    CU_TEST_INFO_NULL,
};
