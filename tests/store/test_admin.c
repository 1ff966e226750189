/* SPDX-License-Identifier: ISC
 *
 * The administrator's side: the library goes in and old ones come out, and a server is called good
 * only when it keeps what it is told.
 */
#include "store/admin.h"

#include <string.h>

#include "store/node.h"
#include "server.h"
#include "suites.h"

static void
config_set(const char *name, const char *value)
{
	freeReplyObject(redis_do(&redis, "CONFIG SET %s %s", name, value));
}

static void
load(const char *protocol)
{
	char text[200];

	snprintf(text, sizeof text,
	    "#!lua name=scepd%s\nredis.register_function('scepd%s_hello', function(keys, args) "
	    "return {'digest', '', '', 0} end)",
	    protocol, protocol);
	freeReplyObject(redis_do(&redis, "FUNCTION LOAD REPLACE %s", text));
}

static void
the_library_goes_in(void)
{
	struct store *s;
	struct err e = ERR_INIT;
	enum library_state state;

	freeReplyObject(redis_do(&redis, "FUNCTION FLUSH"));
	s = redis_store_as(&redis, ACL_ADMIN); /* loads it */
	freeReplyObject(redis_do(&redis, "FUNCTION FLUSH"));
	CU_ASSERT_EQUAL(store_install(s, &state, &e), 0);
	CU_ASSERT_EQUAL(state, LIBRARY_ABSENT);
	CU_ASSERT_EQUAL(store_install(s, &state, &e), 0);
	CU_ASSERT_EQUAL(state, LIBRARY_OURS);
	load(STORE_PROTOCOL);
	CU_ASSERT_EQUAL(store_install(s, &state, &e), 0);
	CU_ASSERT_EQUAL(state, LIBRARY_OTHER);
	CU_ASSERT_EQUAL(store_library(s, &state, &e), 0);
	CU_ASSERT_EQUAL(state, LIBRARY_OURS);
	CU_ASSERT_STRING_EQUAL(e.detail, "");
	store_free(s);
}

static void
old_libraries_come_out(void)
{
	struct store *s = redis_store_as(&redis, ACL_ADMIN);
	struct err e = ERR_INIT;
	long protocols[LIBRARIES_MAX];
	size_t n;

	long oldest = 99;

	freeReplyObject(redis_do(&redis, "DEL {scepd}:install"));
	CU_ASSERT_EQUAL(store_oldest(s, &oldest, &e), 0);
	CU_ASSERT_EQUAL(oldest, 0);
	load("0");
	load("99");
	freeReplyObject(redis_do(&redis, "FUNCTION LOAD %s",
	    "#!lua name=scepdx\nredis.register_function('scepdx', function() return 1 end)"));
	CU_ASSERT_EQUAL(store_libraries(s, protocols, &n, &e), 0);
	CU_ASSERT_EQUAL(n, 3);
	CU_ASSERT_EQUAL(store_prune(s, &n, &e), 0);
	CU_ASSERT_EQUAL(n, 1);
	CU_ASSERT_EQUAL(store_oldest(s, &oldest, &e), 0);
	CU_ASSERT_EQUAL(oldest, atol(STORE_PROTOCOL));
	CU_ASSERT_EQUAL(store_libraries(s, protocols, &n, &e), 0);
	CU_ASSERT_EQUAL(n, 2);
	CU_ASSERT_EQUAL(redis_int(&redis, "FCALL scepdx 0"), 1);
	/* What a newer one has ended stays ended, until it is admitted again. */
	freeReplyObject(redis_do(&redis, "HSET {scepd}:install protocol 99"));
	CU_ASSERT_EQUAL(store_prune(s, &n, &e), 0);
	CU_ASSERT_EQUAL(store_oldest(s, &oldest, &e), 0);
	CU_ASSERT_EQUAL(oldest, 99);
	CU_ASSERT_EQUAL(store_admit(s, &e), 0);
	CU_ASSERT_EQUAL(store_oldest(s, &oldest, &e), 0);
	CU_ASSERT_EQUAL(oldest, atol(STORE_PROTOCOL));
	freeReplyObject(redis_do(&redis, "FUNCTION DELETE scepd99"));
	freeReplyObject(redis_do(&redis, "FUNCTION DELETE scepdx"));
	store_free(s);
}

static char told[2000];

static void
tell(void *context, bool good, const char *text)
{
	size_t n = strlen(told);

	(void)context;
	if (!good)
		snprintf(told + n, sizeof told - n, "%s\n", text);
}

static void
verified(struct store *s, size_t expected, const char *words)
{
	struct err e = ERR_INIT;
	size_t wrong = 99;

	*told = '\0';
	CU_ASSERT_EQUAL(store_verify(s, tell, NULL, &wrong, &e), 0);
	CU_ASSERT_EQUAL(wrong, expected);
	if (wrong != expected || strstr(told, words) == NULL)
		fprintf(stderr, "\n  %s%s", told, e.detail);
	CU_ASSERT_PTR_NOT_NULL(strstr(told, words));
}

static struct store *
admin_store(enum durability level, int replicas)
{
	static char user[] = "admin";
	struct store_conf c = redis_conf(&redis);

	redis_account(&redis, user, ACL_ADMIN);
	c.durability = level;
	c.replicas = replicas;
	c.user = user;
	return redis_store_of(&c, "secret");
}

static void
a_good_server_is_called_good(void)
{
	for (enum durability level = DURABILITY_NONE; level <= DURABILITY_FSYNC; level++) {
		struct store *s = admin_store(level, 1);

		verified(s, 0, "");
		store_free(s);
	}
}

static void
each_wrong_setting_is_found(void)
{
	static const struct {
		const char *name, *bad, *good;
		size_t wrong; /* INFO shows some of them too */
	} settings[] = {
	    {"appendfsync", "everysec", "always", 1},
	    {"appendfsync", "no", "always", 1},
	    {"no-appendfsync-on-rewrite", "yes", "no", 1},
	    {"appendonly", "no", "yes", 2},
	    {"maxmemory-policy", "volatile-ttl", "noeviction", 2},
	};
	struct store *s = admin_store(DURABILITY_FSYNC, 1);

	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		config_set(settings[i].name, settings[i].bad);
		verified(s, settings[i].wrong, settings[i].name);
		config_set(settings[i].name, settings[i].good);
	}
	verified(s, 0, "");
	store_free(s);
	/* What fsync needs does not matter to none. */
	s = admin_store(DURABILITY_NONE, 1);
	config_set("appendfsync", "no");
	verified(s, 0, "");
	config_set("appendfsync", "always");
	store_free(s);
}

static void
replicas_and_their_guard_are_demanded(void)
{
	struct store *s = admin_store(DURABILITY_REPLICATED, 1);

	verified(s, 2, "min-replicas-to-write is 0, it must be 1 or more");
	verified(s, 2, "has 0 replicas, 1 are demanded");
	store_free(s);
}

static void
library_and_pepper_are_looked_at(void)
{
	struct store *s = admin_store(DURABILITY_FSYNC, 1);

	freeReplyObject(redis_do(&redis, "FUNCTION FLUSH"));
	verified(s, 1, "is not there");
	load(STORE_PROTOCOL);
	verified(s, 1, "is another one");
	store_free(s);
	s = admin_store(DURABILITY_FSYNC, 1);
	freeReplyObject(redis_do(&redis, "SET {scepd}:pepper other"));
	verified(s, 1, "pepper");
	freeReplyObject(redis_do(&redis, "DEL {scepd}:pepper"));
	store_free(s);
}

/* A worker's account cannot see the configuration: nothing is called good by guess. */
static void
what_cannot_be_read_is_wrong(void)
{
	struct store_conf c = redis_conf(&redis);
	char user[] = "worker";
	struct store *s;

	redis_account(&redis, user, ACL_WORKER);
	c.user = user;
	c.durability = DURABILITY_FSYNC;
	s = redis_store_of(&c, "secret");
	verified(s, 4, "appendfsync cannot be read: NOPERM");
	store_free(s);
}

static void
what_was_verified_is_recorded(void)
{
	struct store *s = admin_store(DURABILITY_FSYNC, 1);
	struct store_verified v;
	struct err e = ERR_INIT;

	freeReplyObject(redis_do(&redis, "DEL {scepd}:install"));
	CU_ASSERT_EQUAL(store_verified(s, &v, &e), 0);
	CU_ASSERT_STRING_EQUAL(v.run, "");
	verified(s, 0, "");
	CU_ASSERT_EQUAL(store_record_verified(s, &e), 0);
	CU_ASSERT_EQUAL(store_verified(s, &v, &e), 0);
	CU_ASSERT_STRING_EQUAL(v.run, store_server(s)->run_id);
	CU_ASSERT_STRING_EQUAL(v.level, "fsync");
	CU_ASSERT_STRING_EQUAL(v.version, store_server(s)->version);
	CU_ASSERT(v.at > 1700000000);
	store_free(s);
}

static void
sizes_are_counted(void)
{
	static const char *const names[] = {"log", "int", "off", "exp:ca", "nothing"};
	struct store *s = redis_store(&redis);
	struct err e = ERR_INIT;
	int64_t sizes[5];

	freeReplyObject(redis_do(&redis, "FLUSHALL"));
	CU_ASSERT_EQUAL(worker_day(s, 1, &e), 0);
	freeReplyObject(redis_do(&redis, "HSET {scepd}:off a b c d"));
	CU_ASSERT_EQUAL(store_sizes(s, names, 5, sizes, &e), 0);
	CU_ASSERT_EQUAL(sizes[0], 2);
	CU_ASSERT_EQUAL(sizes[1], 0);
	CU_ASSERT_EQUAL(sizes[2], 2);
	CU_ASSERT_EQUAL(sizes[3], 1);
	CU_ASSERT_EQUAL(sizes[4], 0);
	store_free(s);
}

static int
count_node(void *context, const struct node *n, struct err *e)
{
	int *seen = context;

	(void)e;
	CU_ASSERT(n->age >= 0 && n->age < NODE_TTL * 1000);
	if (strcmp(n->name, "host b") == 0) {
		CU_ASSERT_EQUAL(n->protocol, atol(STORE_PROTOCOL));
		CU_ASSERT(view_eq(n->text, view_str("{\"x\":2}")));
		*seen += 10;
	} else
		*seen += 1;
	return 0;
}

static void
hosts_are_listed_while_they_live(void)
{
	struct store *s = redis_store(&redis);
	struct err e = ERR_INIT;
	int seen = 0;

	freeReplyObject(redis_do(&redis, "FLUSHALL"));
	CU_ASSERT_EQUAL(store_report(s, "a", "{}", &e), 0);
	CU_ASSERT_EQUAL(store_report(s, "host b", "{\"x\":1}", &e), 0);
	CU_ASSERT_EQUAL(store_report(s, "host b", "{\"x\":2}", &e), 0);
	CU_ASSERT_EQUAL(store_nodes(s, count_node, &seen, &e), 0);
	CU_ASSERT_EQUAL(seen, 11);
	freeReplyObject(redis_do(&redis, "ZADD {scepd}:nodes 1 %s", "a " STORE_PROTOCOL));
	seen = 0;
	CU_ASSERT_EQUAL(store_nodes(s, count_node, &seen, &e), 0);
	CU_ASSERT_EQUAL(seen, 10);
	CU_ASSERT(redis_int(&redis, "PTTL %b", "{scepd}:node:host b " STORE_PROTOCOL,
	              strlen("{scepd}:node:host b " STORE_PROTOCOL)) > 0);
	store_free(s);
}

static CU_TestInfo tests[] = {
    T(the_library_goes_in),
    T(old_libraries_come_out),
    T(a_good_server_is_called_good),
    T(each_wrong_setting_is_found),
    T(replicas_and_their_guard_are_demanded),
    T(library_and_pepper_are_looked_at),
    T(what_cannot_be_read_is_wrong),
    T(what_was_verified_is_recorded),
    T(sizes_are_counted),
    T(hosts_are_listed_while_they_live),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo admin_suite = {"admin", durable_server_start, server_stop, NULL, NULL, tests};
