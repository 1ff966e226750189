/* SPDX-License-Identifier: ISC
 *
 * Trouble on the way: silence, a server that dies and comes back, one that refuses to write. Each
 * is an error within the deadline, the next call finds the server when it is there, and no answer
 * is ever taken for that of another question.
 */
#include <signal.h>
#include <string.h>

#include "server.h"
#include "suites.h"

/* A store that does not wait long. */
static struct store *
hasty(void)
{
	struct store_conf c = redis_conf(&redis);

	c.timeout_ms = 200;
	return redis_store_of(&c, NULL);
}

/* Whether a call gives this word; "" for trouble of the store. */
static void
gives(struct store *s, const char *word, const char *function, const char *first)
{
	struct err e = ERR_INIT;
	redisReply *r =
	    call_texts(s, &e, function, first, "ca", "60", "60", "me", "", "", "0", NULL);

	if (*word == '\0') {
		CU_ASSERT_PTR_NULL(r);
		CU_ASSERT_EQUAL(e.code, ERR_STORE);
	} else {
		CU_ASSERT_PTR_NOT_NULL(r);
		CU_ASSERT_STRING_EQUAL(e.detail, "");
		CU_ASSERT(r != NULL && reply_is(r, word));
	}
	if (r != NULL)
		freeReplyObject(r);
}

static void
silence_is_an_error_and_passes(void)
{
	struct store *s = hasty();
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(store_ready(s, &e), 0);
	kill(redis.pid, SIGSTOP);
	for (int i = 0; i < 3; i++) {
		err_clear(&e);
		CU_ASSERT_EQUAL(store_ready(s, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_STORE);
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "in time"));
	kill(redis.pid, SIGCONT);
	store_free(s);
	s = redis_store(&redis);
	gives(s, "NONE", "poll", "x");
	store_free(s);
}

/* The answer that came too late is not the answer to the next question. */
static void
answers_never_shift(void)
{
	struct store *s = hasty();
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(store_ready(s, &e), 0);
	for (int i = 0; i < 5; i++) {
		kill(redis.pid, SIGSTOP);
		gives(s, "", "sizes", "x");
		kill(redis.pid, SIGCONT);
		freeReplyObject(redis_do(&redis, "PING"));
		gives(s, "NONE", "poll", "x");
		gives(s, "SIZES", "sizes", "x");
		gives(s, "DROPPED", "drop", "x");
	}
	store_free(s);
}

static void
a_closed_connection_is_made_again(void)
{
	struct store *s = redis_store(&redis);
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(store_ready(s, &e), 0);
	for (int i = 0; i < 5; i++) {
		freeReplyObject(redis_do(&redis, "CLIENT KILL TYPE normal SKIPME yes"));
		gives(s, "NONE", "poll", "x");
	}
	store_free(s);
}

static void
a_restarted_server_is_found(void)
{
	struct store *s = redis_store(&redis);

	gives(s, "NONE", "poll", "x");
	redis_kill(&redis);
	gives(s, "", "poll", "x");
	gives(s, "", "poll", "x");
	redis_start(&redis, dir.path, "appendonly yes\nappendfsync always\n");
	gives(s, "NONE", "poll", "x");
	/* And between two calls, without anybody having noticed. */
	redis_kill(&redis);
	redis_start(&redis, dir.path, "appendonly yes\nappendfsync always\n");
	gives(s, "NONE", "poll", "x");
	store_free(s);
}

static void
what_cannot_be_written_is_an_error(void)
{
	struct store *s = redis_store(&redis);

	gives(s, "MINTED", "mint", "p1");
	freeReplyObject(redis_do(&redis, "CONFIG SET maxmemory 1"));
	gives(s, "", "mint", "p2");
	freeReplyObject(redis_do(&redis, "CONFIG SET maxmemory 0"));
	gives(s, "MINTED", "mint", "p2");
	freeReplyObject(redis_do(&redis, "REPLICAOF 127.0.0.1 1"));
	gives(s, "", "mint", "p3");
	gives(s, "", "poll", "x");
	freeReplyObject(redis_do(&redis, "REPLICAOF NO ONE"));
	gives(s, "MINTED", "mint", "p3");
	store_free(s);
}

/* Keys of another type stop a worker before it has written anything. */
static void
keys_of_another_type_are_errors(void)
{
	static const char *const keys[] = {
	    "int", "pend:11111111-2222-3333-4444-555555555555", "log", "exp:ca", "nodes", "blk"};
	struct store *s = redis_store(&redis);
	struct err e = ERR_INIT;

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		freeReplyObject(redis_do(&redis, "FLUSHALL"));
		freeReplyObject(redis_do(&redis, "SET {scepd}:%s x", keys[i]));
		err_clear(&e);
		CU_ASSERT_EQUAL(worker_day(s, 1, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_STORE);
		if (strstr(e.detail, "WRONGTYPE") == NULL)
			fprintf(stderr, "\n  %s: %s\n", keys[i], e.detail);
		CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "WRONGTYPE"));
		freeReplyObject(redis_do(&redis, "FLUSHALL"));
		err_clear(&e);
		CU_ASSERT_EQUAL(worker_day(s, 2, &e), 0);
		CU_ASSERT_STRING_EQUAL(e.detail, "");
	}
	store_free(s);
}

static void
nobody_at_the_address(void)
{
	struct store_conf c = redis_conf(&redis);
	char path[] = "/nonexistent/redis.sock", port[64];
	char *const servers[] = {path, port};

	snprintf(port, sizeof port, "127.0.0.1:%d", redis_free_port());
	for (size_t i = 0; i < 2; i++) {
		struct store *s;

		c.server = servers[i];
		s = redis_store_of(&c, NULL);
		gives(s, "", "poll", "x");
		store_free(s);
	}
}

/* A name may take for ever, so it is none here; of several addresses the one that answers is used.
 */
static void
addresses_and_no_names(void)
{
	struct store_conf c = redis_conf(&redis);
	char name[] = "127.1:6379", dead[64], *both[2] = {dead, c.server};
	struct err e = ERR_INIT;
	struct store *s;

	c.server = name;
	s = redis_store_of(&c, NULL);
	CU_ASSERT_EQUAL(store_ready(s, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "names are not looked up here"));
	store_free(s);
	snprintf(dead, sizeof dead, "127.0.0.1:%d", redis_free_port());
	c.addresses = both;
	c.n_addresses = 2;
	s = redis_store_of(&c, NULL);
	gives(s, "NONE", "poll", "x");
	store_free(s);
	c.n_addresses = 1;
	s = redis_store_of(&c, NULL);
	gives(s, "", "poll", "x");
	store_free(s);
}

static CU_TestInfo tests[] = {
    T(silence_is_an_error_and_passes),
    T(answers_never_shift),
    T(a_closed_connection_is_made_again),
    T(a_restarted_server_is_found),
    T(what_cannot_be_written_is_an_error),
    T(keys_of_another_type_are_errors),
    T(nobody_at_the_address),
    T(addresses_and_no_names),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo link_suite = {"link", durable_server_start, server_stop, NULL, NULL, tests};
