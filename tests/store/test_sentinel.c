/* SPDX-License-Identifier: ISC
 *
 * A primary with a replica and a sentinel that watches both: the store finds the primary by the
 * sentinel, counts on the replica where it must, and follows when the replica takes over.
 */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "suites.h"
#include "support/redis.h"
#include "tmpdir.h"

static struct tmpdir dirs[2], home;
static struct test_redis redis[2];
static int ports[2], sentinel_port;
static pid_t sentinel;

static void
start_server(int i, const char *more)
{
	char options[400];

	snprintf(options, sizeof options,
	    "bind 127.0.0.1\nport %d\nappendonly yes\nappendfsync always\n"
	    "repl-diskless-sync-delay 0\nrepl-ping-replica-period 1\n%s",
	    ports[i], more);
	redis_start(&redis[i], dirs[i].path, options);
}

/* The sentinel decides alone and soon. */
static void
start_sentinel(void)
{
	const char *named = getenv("SCEPD_TEST_REDIS");
	const char *program = named != NULL ? named : "redis-server";
	char path[PATH_MAX];
	FILE *f;
	int log;

	snprintf(path, sizeof path, "%s", tmpdir_path(&home, "sentinel.conf"));
	if ((f = fopen(path, "w")) == NULL)
		abort();
	fprintf(f,
	    "bind 127.0.0.1\nport %d\ndir %s\nsentinel monitor pool 127.0.0.1 %d 1\n"
	    "sentinel down-after-milliseconds pool 500\nsentinel failover-timeout pool 3000\n",
	    sentinel_port, home.path, ports[0]);
	fclose(f);
	if ((sentinel = fork()) < 0)
		abort();
	if (sentinel == 0) {
		log = open(tmpdir_path(&home, "log"), O_WRONLY | O_CREAT | O_APPEND, 0600);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(log, 1);
		dup2(log, 2);
		execlp(program, program, path, "--sentinel", (char *)NULL);
		_exit(127);
	}
}

static int
start(void)
{
	char more[100];

	if (tmpdir_make(&dirs[0]) != 0 || tmpdir_make(&dirs[1]) != 0 || tmpdir_make(&home) != 0)
		return -1;
	for (int i = 0; i < 2; i++)
		ports[i] = redis_free_port();
	sentinel_port = redis_free_port();
	start_server(0, "");
	snprintf(more, sizeof more, "replicaof 127.0.0.1 %d\n", ports[0]);
	start_server(1, more);
	start_sentinel();
	return 0;
}

static int
stop(void)
{
	kill(sentinel, SIGKILL);
	waitpid(sentinel, NULL, 0);
	redis_stop(&redis[0]);
	redis_stop(&redis[1]);
	tmpdir_remove(&dirs[0]);
	tmpdir_remove(&dirs[1]);
	tmpdir_remove(&home);
	return 0;
}

/* A store that asks a sentinel, after one that is not there. */
static struct store *
sentinel_store(const char *primary)
{
	static char known[40], absent[40], name[20];
	static char *list[2] = {absent, known};
	struct store_conf c = redis_conf(&redis[0]);
	static char nowhere[] = "";

	snprintf(absent, sizeof absent, "127.0.0.1:%d", redis_free_port());
	snprintf(known, sizeof known, "127.0.0.1:%d", sentinel_port);
	snprintf(name, sizeof name, "%s", primary);
	c.server = nowhere;
	c.sentinels = list;
	c.n_sentinels = 2;
	c.primary = name;
	c.timeout_ms = 1000;
	c.durability = DURABILITY_REPLICATED;
	c.replicas = 1;
	return redis_store_of(&c, NULL);
}

static redisReply *
mint(struct store *s, const char *mac, struct err *e)
{
	struct args a = {0};

	arg_str(&a, "p");
	arg_str(&a, mac);
	arg_str(&a, "600");
	arg_str(&a, "1000");
	for (int i = 0; i < 3; i++)
		arg_str(&a, "");
	arg_str(&a, "0");
	return store_call(s, "mint", &a, true, e);
}

/* Tries until the store takes what it is given as durably as configured. */
static int
await_mint(struct store *s, const char *mac)
{
	int64_t end = clock_ms() + 30000;

	while (clock_ms() < end) {
		struct err e = ERR_INIT;
		redisReply *r = mint(s, mac, &e);

		if (r != NULL) {
			freeReplyObject(r);
			return 0;
		}
		(void)poll(NULL, 0, 20);
	}
	return -1;
}

static void
the_primary_is_found(void)
{
	struct store *s = sentinel_store("pool");

	CU_ASSERT_EQUAL(await_mint(s, "m1"), 0);
	CU_ASSERT_STRING_EQUAL(store_server(s)->role, "master");
	CU_ASSERT_EQUAL(redis_int(&redis[0], "EXISTS {scepd}:ch:m1"), 1);
	CU_ASSERT_EQUAL(redis_int(&redis[1], "EXISTS {scepd}:ch:m1"), 1);
	store_free(s);
}

static void
another_name_is_not_known(void)
{
	struct store *s = sentinel_store("other");
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(store_ready(s, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "does not know other"));
	store_free(s);
}

/* A replica that does not confirm: the change is no change. */
static void
a_silent_replica_is_an_error(void)
{
	struct store *s = sentinel_store("pool");
	struct err e = ERR_INIT;
	redisReply *r;

	CU_ASSERT_EQUAL(await_mint(s, "m2"), 0);
	kill(redis[1].pid, SIGSTOP);
	r = mint(s, "m3", &e);
	kill(redis[1].pid, SIGCONT);
	CU_ASSERT_PTR_NULL(r);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "0 of 1 replicas have confirmed"));
	CU_ASSERT_EQUAL(await_mint(s, "m3"), 0);
	store_free(s);
}

/* Whether the server becomes a primary. The sentinel closes all its connections when it does. */
static int
await_promotion(struct test_redis *r)
{
	int64_t end = clock_ms() + 30000;

	while (clock_ms() < end) {
		redisContext *c = redisConnectUnix(r->socket);
		redisReply *role = c != NULL && c->err == 0 ? redisCommand(c, "ROLE") : NULL;
		bool primary = role != NULL && role->type == REDIS_REPLY_ARRAY &&
		               role->elements > 0 && strcmp(role->element[0]->str, "master") == 0;

		freeReplyObject(role);
		if (primary) {
			redisFree(r->c);
			r->c = c;
			return 0;
		}
		redisFree(c);
		(void)poll(NULL, 0, 20);
	}
	return -1;
}

/* A connection of our own again: when the host is busy the sentinel changes its mind, and closes
 * all. */
static long long
has_key(struct test_redis *r, const char *key)
{
	redisContext *c = redisConnectUnix(r->socket);

	CU_ASSERT_FATAL(c != NULL && c->err == 0);
	redisFree(r->c);
	r->c = c;
	return redis_int(r, "EXISTS {scepd}:%s", key);
}

static void
a_failover_is_followed(void)
{
	struct store *s = sentinel_store("pool");
	struct err e = ERR_INIT;
	redisReply *r;
	char more[100];

	CU_ASSERT_EQUAL(await_mint(s, "m4"), 0);
	redis_kill(&redis[0]);
	r = mint(s, "m5", &e);
	CU_ASSERT_PTR_NULL(r);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	CU_ASSERT_EQUAL(await_promotion(&redis[1]), 0);
	/* Nobody confirms what the new primary writes until the old one is back as its replica. */
	snprintf(more, sizeof more, "replicaof 127.0.0.1 %d\n", ports[1]);
	start_server(0, more);
	CU_ASSERT_EQUAL(await_mint(s, "m5"), 0);
	CU_ASSERT_EQUAL(has_key(&redis[1], "ch:m4"), 1);
	CU_ASSERT_EQUAL(has_key(&redis[1], "ch:m5"), 1);
	store_free(s);
}

static CU_TestInfo tests[] = {
    T(the_primary_is_found),
    T(another_name_is_not_known),
    T(a_silent_replica_is_an_error),
    T(a_failover_is_followed),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo sentinel_suite = {"sentinel", start, stop, NULL, NULL, tests};
