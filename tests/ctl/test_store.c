/* SPDX-License-Identifier: ISC
 *
 * scepctl store: from an empty server to one that is verified, with the accounts that the manual
 * tells to make.
 */
#include <string.h>

#include <jansson.h>

#include "stage.h"
#include "suites.h"
#include "support/redis.h"

static struct stage s;
static struct test_redis redis;

static void
conf_of(const char *more)
{
	char text[600];

	snprintf(text, sizeof text,
	    "public_url = \"http://scep.example\";\nuser = \"\";\nissued_log = \"\";\n"
	    "store = { server = \"./redis.sock\"; %s };\n",
	    more);
	stage_write(&s, "scepd.conf", text, 0644);
}

static void
begin(const char *more, const char *options)
{
	stage_open(&s, NULL);
	conf_of(more);
	redis_start(&redis, s.dir.path, options);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|init"), CTL_OK);
}

static void
end(void)
{
	redis_stop(&redis);
	stage_close(&s);
}

/* Sends the line that `store acl --setuser` prints. */
static void
make_account(const char *role, const char *password)
{
	redisReply *r;

	stage_write(&s, "password", password, 0600);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "store|acl|%s|--setuser|--password-file|@/password", role), CTL_OK);
	CU_ASSERT_PTR_NULL(strstr(s.out, password));
	s.out[strcspn(s.out, "\n")] = '\0';
	r = redis_do(&redis, s.out);
	CU_ASSERT_EQUAL(r->type, REDIS_REPLY_STATUS);
	freeReplyObject(r);
}

/* A server that has a name, to whoever does not look it up. */
static void
a_name_is_looked_up(void)
{
	char text[300], options[100];
	int port = redis_free_port();

	snprintf(options, sizeof options, "bind 127.0.0.1\nport %d\n", port);
	begin("durability = \"none\";", options);
	snprintf(text, sizeof text,
	    "user = \"\";\nissued_log = \"\";\n"
	    "store = { server = \"127.1:%d\"; durability = \"none\"; };\n",
	    port);
	stage_write(&s, "scepd.conf", text, 0644);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "token|list"), CTL_OK);
	CU_ASSERT_EQUAL(redis_int(&redis, "EXISTS {scepd}:pepper"), 1);
	end();
}

static void
install_and_verify(void)
{
	begin("durability = \"fsync\";", "appendonly yes\nappendfsync always\n");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|install"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "loaded"));
	CU_ASSERT_TRUE(stage_said(&s, "is recorded as verified for durability fsync"));
	CU_ASSERT_TRUE(stage_printed(&s, "ok     appendfsync is always"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|install|--prune"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "there already"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|verify"), CTL_OK);
	freeReplyObject(redis_do(&redis, "DEL {scepd}:install"));
	freeReplyObject(redis_do(&redis, "CONFIG SET appendfsync everysec"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|verify"), CTL_FAILED);
	CU_ASSERT_TRUE(stage_printed(&s, "WRONG  appendfsync is everysec, it must be always"));
	CU_ASSERT_TRUE(stage_said(&s, "1 thing is wrong"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|install"), CTL_FAILED);
	/* What is not as it should be is not recorded. */
	CU_ASSERT_EQUAL(redis_int(&redis, "EXISTS {scepd}:install"), 0);
	redis_kill(&redis);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|verify"), CTL_FAILED);
	end();
}

static void
the_accounts_of_the_manual_work(void)
{
	begin("durability = \"none\";", NULL);
	freeReplyObject(redis_do(&redis, "FUNCTION FLUSH"));
	make_account("admin", "admin secret");
	make_account("operator", "operator secret");
	make_account("worker", "worker secret");
	freeReplyObject(redis_do(&redis, "ACL SETUSER default off"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|status"), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "NOAUTH"));
	CU_ASSERT_EQUAL(stage_run(&s, "admin secret\n",
	                    "store|install|--admin-user|scepd-admin|--admin-password-file|-"),
	    CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, "wrong\n",
	                    "store|verify|--admin-user|scepd-admin|--admin-password-file|-"),
	    CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "WRONGPASS"));
	stage_write(&s, "worker", "worker secret\n", 0600);
	stage_write(&s, "operator", "operator secret\n", 0600);
	conf_of("durability = \"none\"; user = \"scepd\"; password_file = \"worker\"; "
	        "operator_user = \"scepctl\"; operator_password_file = \"operator\";");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|status"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "yes"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "node|list"), CTL_OK);
	/* The operator is no administrator. */
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|verify"), CTL_FAILED);
	CU_ASSERT_TRUE(stage_printed(&s, "WRONG  maxmemory-policy cannot be read: NOPERM"));
	/* With the worker's account in its place he can less. */
	conf_of("durability = \"none\"; user = \"scepd\"; password_file = \"worker\";");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "node|list"), CTL_OK);
	end();
}

static void
accounts_are_printed(void)
{
	begin("prefix = \"pool-7\";", NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|acl|worker|--user|w1"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "user w1 on resetchannels resetkeys ~{pool-7} ~{pool-7}:* "
	                                 "-@all "));
	CU_ASSERT_FALSE(stage_printed(&s, "+del "));
	CU_ASSERT_TRUE(stage_said(&s, "nobody can sign in"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|acl|operator"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "user scepctl on "));
	CU_ASSERT_TRUE(stage_printed(&s, " +del "));
	CU_ASSERT_FALSE(stage_printed(&s, "+config"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|acl|root"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|acl|worker|--user|a b"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|acl"), CTL_USAGE);
	end();
}

static void
an_upgrade_waits_for_every_host(void)
{
	begin("durability = \"none\";", NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|install"), CTL_OK);
	freeReplyObject(redis_do(&redis, "FUNCTION LOAD %s",
	    "#!lua name=scepd0\nredis.register_function('scepd0_x', function() return 1 end)"));
	freeReplyObject(
	    redis_do(&redis, "FCALL scepd" STORE_PROTOCOL "_report 1 {scepd} old 0 {} 60"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|upgrade"), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "host old reported protocol 0"));
	CU_ASSERT_EQUAL(redis_int(&redis, "FCALL scepd0_x 0"), 1);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|upgrade|--force"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "1 function library of older protocols removed"));
	CU_ASSERT_EQUAL(redis_int(&redis, "FCALL scepd0_x 0"), -1);
	CU_ASSERT_EQUAL(redis_int(&redis, "HGET {scepd}:install protocol"), atol(STORE_PROTOCOL));
	freeReplyObject(redis_do(&redis, "DEL {scepd}:nodes"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|upgrade"), CTL_OK);
	end();
}

static void
what_was_upgraded_does_not_go_back_by_mistake(void)
{
	begin("durability = \"none\";", NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|install"), CTL_OK);
	freeReplyObject(redis_do(&redis, "HSET {scepd}:install protocol 99"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|verify"), CTL_FAILED);
	CU_ASSERT_TRUE(stage_printed(&s, "WRONG  the store was upgraded to protocol 99"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|status"), CTL_FAILED);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|install"), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "(--force goes back)"));
	CU_ASSERT_EQUAL(redis_int(&redis, "HGET {scepd}:install protocol"), 99);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|install|--force"), CTL_OK);
	CU_ASSERT_EQUAL(redis_int(&redis, "HGET {scepd}:install protocol"), atol(STORE_PROTOCOL));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|status"), CTL_OK);
	end();
}

static void
status_tells_how_much_there_is(void)
{
	json_t *shown;

	begin("durability = \"none\";", NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|status|--json"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "\"verified\": \"never\""));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|install"), CTL_OK);
	freeReplyObject(redis_do(&redis, "HSET {scepd}:off a b"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|status|--json"), CTL_OK);
	shown = json_loads(s.out, 0, NULL);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(shown, "disabled")), 1);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(shown, "tokens")), 0);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(shown, "verified")), "yes");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(shown, "verified_level")), "none");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(shown, "role")), "master");
	json_decref(shown);
	freeReplyObject(redis_do(&redis, "HSET {scepd}:install run other"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|status"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "another run id"));
	end();
}

CU_TestInfo store_tests[] = {
    T(a_name_is_looked_up),
    T(install_and_verify),
    T(the_accounts_of_the_manual_work),
    T(accounts_are_printed),
    T(an_upgrade_waits_for_every_host),
    T(what_was_upgraded_does_not_go_back_by_mistake),
    T(status_tells_how_much_there_is),
    CU_TEST_INFO_NULL,
};
