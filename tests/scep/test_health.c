/* SPDX-License-Identifier: ISC
 *
 * /health and /ready, as a load balancer asks them.
 */
#include <string.h>

#include "harness.h"
#include "rig.h"
#include "suites.h"

static struct rig rig;

static int
start(void)
{
	rig_start(&rig, NULL);
	rig.remember = true;
	return 0;
}

static int
stop(void)
{
	rig_stop(&rig);
	return 0;
}

static void
expect(const char *path, int http, const char *body)
{
	struct http_reply out;
	struct seen s;

	rig_get(&rig, "/scep/" RIG_PROFILE, "operation=GetCACaps", &out, &s);
	http_reply_free(&out);
	rig_get(&rig, path, "", &out, &s);
	CU_ASSERT_EQUAL(s.http, http);
	CU_ASSERT_STRING_EQUAL(buf_str(&out.body), body);
	CU_ASSERT_STRING_EQUAL(s.type, "text/plain");
	CU_ASSERT_EQUAL(s.retry_after > 0, http == 503);
	/* A line for what is wrong, none a second for what is not. */
	CU_ASSERT_EQUAL(strstr(s.line, "op=ready ") != NULL, http != 200);
	http_reply_free(&out);
}

static const char store_line[] = "the store does not answer or takes no writes\n";

static void
ready_when_the_store_takes_writes(void)
{
	expect("/health", 200, "ok\n");
	expect("/ready", 200, "ready\n");
	freeReplyObject(redis_do(rig.redis, "CONFIG SET maxmemory 1"));
	expect("/ready", 503, store_line);
	expect("/health", 200, "ok\n");
	freeReplyObject(redis_do(rig.redis, "CONFIG SET maxmemory 0"));
	expect("/ready", 200, "ready\n");
	freeReplyObject(redis_do(rig.redis, "REPLICAOF 127.0.0.1 1"));
	expect("/ready", 503, store_line);
	freeReplyObject(redis_do(rig.redis, "REPLICAOF NO ONE"));
	expect("/ready", 200, "ready\n");
}

static void
not_ready_without_a_store(void)
{
	struct store *store = rig.service.store;

	rig.service.store = NULL;
	expect("/ready", 503, store_line);
	expect("/health", 200, "ok\n");
	rig.service.store = store;
}

static void
not_ready_without_keys(void)
{
	size_t n = rig.sp->n_ras;

	rig.sp->n_ras = 0;
	expect("/ready", 503, "a key is missing\n");
	rig.sp->n_ras = n;
	rig.service.n_profiles = 0;
	expect("/ready", 503, "a key is missing\n");
	rig.service.n_profiles = 1;
}

static void
only_get_and_head(void)
{
	struct http_request in = {.method = HTTP_POST, .path = view_str("/ready")};
	struct http_reply out;
	struct seen s;

	rig_handle(&rig, &in, &out, &s);
	CU_ASSERT_EQUAL(s.http, 405);
	CU_ASSERT_STRING_EQUAL(out.allow, "GET, HEAD");
	http_reply_free(&out);
	in.method = HTTP_HEAD;
	rig_handle(&rig, &in, &out, &s);
	CU_ASSERT_EQUAL(s.http, 200);
	http_reply_free(&out);
}

static CU_TestInfo tests[] = {
    T(ready_when_the_store_takes_writes),
    T(not_ready_without_a_store),
    T(not_ready_without_keys),
    T(only_get_and_head),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo health_suite = {"health", start, stop, NULL, NULL, tests};
