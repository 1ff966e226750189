/* SPDX-License-Identifier: ISC
 *
 * What a fresh connection must show: each server that will not do is refused, and the operator
 * reads why.
 */
#include <signal.h>
#include <string.h>

#include "fake.h"
#include "suites.h"
#include "support/redis.h"
#include "tmpdir.h"

static struct tmpdir dir, second;
static struct test_redis redis;

#define GOOD                                                                                       \
	"redis_version:7.0.15\r\nrun_id:abc\r\nrole:master\r\nmaxmemory_policy:noeviction\r\n"     \
	"loading:0\r\naof_enabled:1\r\naof_last_write_status:ok\r\nconnected_slaves:0\r\n"

static int
start(void)
{
	if (tmpdir_make(&dir) != 0 || tmpdir_make(&second) != 0)
		return -1;
	redis_start(&redis, dir.path, NULL);
	return 0;
}

static int
stop(void)
{
	redis_stop(&redis);
	tmpdir_remove(&dir);
	tmpdir_remove(&second);
	return 0;
}

static void
clean(void)
{
	freeReplyObject(redis_do(&redis, "FLUSHALL"));
}

/* A store on this configuration is refused (ready NULL) or not, with these words. */
static void
judged(const struct store_conf *c, const char *refusal)
{
	struct store *s = redis_store_of(c, NULL);
	struct err e = ERR_INIT;
	int rc = store_ready(s, &e);

	if (refusal == NULL) {
		CU_ASSERT_EQUAL(rc, 0);
		CU_ASSERT_STRING_EQUAL(e.detail, "");
	} else {
		CU_ASSERT_EQUAL(rc, -1);
		CU_ASSERT_EQUAL(e.code, ERR_STORE);
		if (strstr(e.detail, refusal) == NULL)
			fprintf(stderr, "\n  \"%s\" is not \"%s\"\n", e.detail, refusal);
		CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, refusal));
	}
	store_free(s);
}

static void
a_plain_server_will_do(void)
{
	struct store_conf c = redis_conf(&redis);

	clean();
	judged(&c, NULL);
}

/* What the tests start is what the store believes to be talking to. */
static void
the_server_is_known_by_its_name(void)
{
	struct store *s = redis_store(&redis);
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(store_ready(s, &e), 0);
	CU_ASSERT_EQUAL(store_server(s)->valkey, strstr(redis_program(), "valkey") != NULL);
	CU_ASSERT(atoi(store_server(s)->version) >= 7);
	store_free(s);
}

static void
one_that_evicts_is_refused(void)
{
	struct store_conf c = redis_conf(&redis);

	freeReplyObject(redis_do(&redis, "CONFIG SET maxmemory-policy allkeys-lru"));
	judged(&c, "maxmemory-policy is allkeys-lru");
	freeReplyObject(redis_do(&redis, "CONFIG SET maxmemory-policy noeviction"));
	judged(&c, NULL);
}

static void
fsync_needs_the_append_only_file(void)
{
	struct store_conf c = redis_conf(&redis);

	c.durability = DURABILITY_FSYNC;
	judged(&c, "appendonly yes");
	freeReplyObject(redis_do(&redis, "CONFIG SET appendonly yes"));
	judged(&c, NULL);
	freeReplyObject(redis_do(&redis, "CONFIG SET appendonly no"));
}

static void
replicated_needs_replicas(void)
{
	struct store_conf c = redis_conf(&redis);

	freeReplyObject(redis_do(&redis, "CONFIG SET appendonly yes"));
	c.durability = DURABILITY_REPLICATED;
	c.replicas = 2;
	judged(&c, "has 0 replicas, 2 are demanded");
	freeReplyObject(redis_do(&redis, "CONFIG SET appendonly no"));
}

static void
a_replica_is_refused(void)
{
	struct test_redis replica;
	struct store_conf c;

	redis_start(&replica, second.path, "replicaof 127.0.0.1 1\n");
	c = redis_conf(&replica);
	judged(&c, "is a slave, not the primary");
	redis_stop(&replica);
}

static void
what_a_fake_says(
    const char *info, const char *other, enum durability durability, const char *refusal)
{
	char path[PATH_MAX];
	struct store_conf c = redis_conf(&redis);
	pid_t pid;

	snprintf(path, sizeof path, "%s", tmpdir_path(&second, "fake.sock"));
	pid = fake_start(path, info, other);
	c.server = path;
	c.durability = durability;
	c.replicas = 1;
	judged(&c, refusal);
	fake_stop(pid, path);
}

static void
other_states_are_refused(void)
{
	static const char none[] = "-ERR Function not found\r\n";

	what_a_fake_says("redis_version:6.2.14\r\nrole:master\r\n", none, DURABILITY_NONE,
	    "Redis 7.0 or later is needed, this is 6.2.14");
	what_a_fake_says("redis_version:7.0.15\r\nloading:1\r\nrole:master\r\n", none,
	    DURABILITY_NONE, "loading");
	what_a_fake_says("valkey_version:8.1.1\r\nredis_version:6.0\r\nrole:sentinel\r\n", none,
	    DURABILITY_NONE, "is a sentinel, not the primary");
	what_a_fake_says("redis_version:7.0.15\r\nrole:master\r\nmaxmemory_policy:noeviction\r\n"
	                 "aof_enabled:1\r\naof_last_write_status:err\r\n",
	    none, DURABILITY_FSYNC, "cannot write its append-only file");
	what_a_fake_says(GOOD, none, DURABILITY_REPLICATED, "has 0 replicas, 1 are demanded");
	what_a_fake_says("", none, DURABILITY_NONE, "Redis 7.0 or later is needed");
	what_a_fake_says(GOOD, none, DURABILITY_FSYNC, "scepctl store install");
}

/* What answers FCALL and is no answer of ours. */
static void
strange_answers_are_refused(void)
{
	what_a_fake_says(GOOD, "+OK\r\n", DURABILITY_NONE, "hello: strange answer");
	what_a_fake_says(GOOD, "*0\r\n", DURABILITY_NONE, "pepper");
	what_a_fake_says(GOOD, ":1\r\n", DURABILITY_NONE, "hello: strange answer");
	what_a_fake_says(GOOD, "-MISCONF disk\r\n", DURABILITY_NONE, "MISCONF");
	what_a_fake_says(GOOD, "HTTP/1.1 400 Bad Request\r\n", DURABILITY_NONE, "Protocol error");
}

static void
another_pepper_is_refused(void)
{
	struct store_conf c = redis_conf(&redis);
	char file[] = "/etc/scepd/pepper";
	uint8_t other[STORE_PEPPER_LEN] = {9};
	struct err e = ERR_INIT;
	struct store *s;

	clean();
	judged(&c, NULL);
	c.pepper_file = file;
	s = store_new(&c, (struct view){0}, view_of(other, sizeof other), &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_EQUAL(store_ready(s, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "the pepper of this host (/etc/scepd/pepper)"));
	store_free(s);
}

static void
another_server_is_counted(void)
{
	struct store_conf c = redis_conf(&redis);
	struct store *s;
	struct err e = ERR_INIT;

	clean();
	freeReplyObject(redis_do(&redis, "HSET {scepd}:install run another"));
	s = redis_store_of(&c, NULL);
	CU_ASSERT_EQUAL(store_ready(s, &e), 0);
	CU_ASSERT_EQUAL(store_strangers(s), 1);
	CU_ASSERT_EQUAL(store_ready(s, &e), 0);
	CU_ASSERT_EQUAL(store_strangers(s), 1);
	freeReplyObject(redis_do(&redis, "HSET {scepd}:install run %s", store_server(s)->run_id));
	freeReplyObject(redis_do(&redis, "CLIENT KILL TYPE normal SKIPME yes"));
	CU_ASSERT_EQUAL(store_ready(s, &e), 0);
	CU_ASSERT_EQUAL(store_strangers(s), 1);
	store_free(s);
}

static void
strict_wants_the_verified_server(void)
{
	struct store_conf c = redis_conf(&redis);
	struct store *s = redis_store_of(&c, NULL);
	struct err e = ERR_INIT;

	clean();
	CU_ASSERT_EQUAL(store_ready(s, &e), 0);
	c.strict = true;
	judged(&c, "nobody has verified this server");
	freeReplyObject(redis_do(&redis, "HSET {scepd}:install run another"));
	judged(&c, "not the one that was verified");
	freeReplyObject(redis_do(&redis, "HSET {scepd}:install run %s", store_server(s)->run_id));
	judged(&c, NULL);
	store_free(s);
}

static void
another_library_is_refused(void)
{
	struct store_conf c = redis_conf(&redis);

	clean();
	freeReplyObject(redis_do(&redis, "FUNCTION FLUSH"));
	freeReplyObject(redis_do(&redis, "FUNCTION LOAD %s",
	    "#!lua name=scepd" STORE_PROTOCOL "\nredis.register_function('scepd" STORE_PROTOCOL
	    "_hello', function(keys, args) return {'digest', args[1], '', 0} end)"));
	judged(&c, "another one of protocol " STORE_PROTOCOL);
	freeReplyObject(redis_do(&redis, "FUNCTION FLUSH"));
	judged(&c, NULL);
}

/* Another pool may still have the library of this protocol in the server. */
static void
a_protocol_that_was_ended_is_refused(void)
{
	struct store_conf c = redis_conf(&redis);
	long ours = atol(STORE_PROTOCOL);

	clean();
	judged(&c, NULL);
	freeReplyObject(redis_do(&redis, "HSET {scepd}:install protocol %ld", ours + 1));
	judged(&c, "the store was upgraded to protocol");
	freeReplyObject(redis_do(&redis, "HSET {scepd}:install protocol %ld", ours));
	judged(&c, NULL);
	clean();
}

static CU_TestInfo tests[] = {
    T(a_plain_server_will_do),
    T(the_server_is_known_by_its_name),
    T(one_that_evicts_is_refused),
    T(fsync_needs_the_append_only_file),
    T(replicated_needs_replicas),
    T(a_replica_is_refused),
    T(other_states_are_refused),
    T(strange_answers_are_refused),
    T(another_pepper_is_refused),
    T(another_server_is_counted),
    T(strict_wants_the_verified_server),
    T(another_library_is_refused),
    T(a_protocol_that_was_ended_is_refused),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo check_suite = {"check", start, stop, NULL, NULL, tests};
