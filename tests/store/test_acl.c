/* SPDX-License-Identifier: ISC
 *
 * The published accounts: each can do its work and nothing else, and a right that is missing is
 * trouble of the store, never a certificate.
 */
#include "store/acl.h"

#include <string.h>

#include "store/admin.h"
#include "server.h"
#include "suites.h"

/* Every function that the server knows is called by somebody of whom we know. */
static void
every_function_has_a_caller(void)
{
	struct store *s = redis_store(&redis);
	struct err e = ERR_INIT;
	enum library_state was;
	redisReply *r;
	size_t found = 0;

	CU_ASSERT_EQUAL_FATAL(store_install(s, &was, &e), 0);
	r = redis_do(&redis, "FUNCTION LIST");
	CU_ASSERT_EQUAL_FATAL(r->elements, 1);
	for (size_t i = 0; i + 1 < r->element[0]->elements; i += 2) {
		const redisReply *list = r->element[0]->element[i + 1];

		if (strcmp(r->element[0]->element[i]->str, "functions") != 0)
			continue;
		for (size_t j = 0; j < list->elements; j++) {
			const char *name = list->element[j]->element[1]->str;

			found++;
			if (acl_caller(strchr(name, '_') + 1) == ACL_ROLES) {
				fprintf(stderr, "\n  %s is in no list of src/store/acl.c\n", name);
				CU_FAIL("a function that nobody may call");
			}
		}
	}
	CU_ASSERT(found > 15);
	freeReplyObject(r);
	store_free(s);
}

static void
a_worker_can_work(void)
{
	struct store *s = redis_store_as(&redis, ACL_WORKER);
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(worker_day(s, 1, &e), 0);
	CU_ASSERT_STRING_EQUAL(e.detail, "");
	store_free(s);
}

static void
an_operator_can_work(void)
{
	static const char *const calls[][4] = {{"challenges", "p", "", ""}, {"drop", "p", "", "10"},
	    {"decide", "0", "D", "me"}, {"forget", "0", "", ""}, {"settle", "ca", "0", ""},
	    {"cert", "ca", "0", ""}, {"nodes", "", "", ""}, {"sizes", "log", "int", "off"},
	    {"dump", "ca", "", "0"}, {"dump_hash", "off", "", ""}, {"put_hash", "off", "-1", "x"},
	    {"crl_mark", "ca", "5", "seal"}};
	struct store *s = redis_store_as(&redis, ACL_OPERATOR);
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(worker_day(s, 2, &e), 0);
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		redisReply *r = call_texts(
		    s, &e, calls[i][0], calls[i][1], calls[i][2], calls[i][3], "10", NULL);

		CU_ASSERT_PTR_NOT_NULL(r);
		CU_ASSERT_STRING_EQUAL(e.detail, "");
		freeReplyObject(r);
	}
	store_free(s);
}

/* The first word of the answer to a command of some words. */
static void
first_word(struct store *s, const char *command, char word[16])
{
	struct view words[8];
	char text[200], *rest = text, *next;
	struct err e = ERR_INIT;
	redisReply *r;
	size_t n = 0;

	snprintf(text, sizeof text, "%s", command);
	while ((next = strsep(&rest, " ")) != NULL)
		words[n++] = view_str(next);
	r = store_command(s, &e, n, words);
	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	snprintf(word, 16, "%.*s", r->type == REDIS_REPLY_ERROR ? (int)strcspn(r->str, " ") : 0,
	    r->type == REDIS_REPLY_ERROR ? r->str : "");
	freeReplyObject(r);
}

static void
refused(struct store *s, const char *command)
{
	char word[16];

	first_word(s, command, word);
	if (strcmp(word, "NOPERM") != 0)
		fprintf(stderr, "\n  %s: not NOPERM but \"%s\"\n", command, word);
	CU_ASSERT_STRING_EQUAL(word, "NOPERM");
}

static void
accounts_can_do_nothing_else(void)
{
	static const char *const commands[] = {"EVAL return{1} 0", "SCRIPT LOAD x",
	    "CONFIG SET appendonly no", "FUNCTION FLUSH", "FUNCTION DUMP", "KEYS *", "SCAN 0",
	    "RANDOMKEY", "FLUSHALL", "FLUSHDB", "SHUTDOWN", "ACL LIST", "ACL SETUSER x on",
	    "CLIENT LIST", "MONITOR", "SUBSCRIBE x", "PUBLISH x y", "REPLICAOF NO ONE", "SAVE",
	    "MODULE LIST", "GET {other}:pepper", "SET scepd 1", "HGETALL {scepd2}:install",
	    "FCALL scepd1_state 1 {other}"};
	static const char *const not_of_an_admin[] = {
	    "CONFIG GET appendonly", "FUNCTION LIST", "FUNCTION LOAD x", "FUNCTION DELETE scepd1"};

	for (enum acl_role role = 0; role < ACL_ROLES; role++) {
		struct store *s = redis_store_as(&redis, role);

		for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
			refused(s, commands[i]);
		for (size_t i = 0; role != ACL_ADMIN && i < 4; i++)
			refused(s, not_of_an_admin[i]);
		store_free(s);
	}
}

/* A worker needs less than an operator. */
static void
a_worker_cannot_delete(void)
{
	struct store *s = redis_store_as(&redis, ACL_WORKER);

	refused(s, "DEL {scepd}:ch:x");
	store_free(s);
}

/* The commands of the worker's rules behind those that are not the functions'. */
static void
each_missing_right_is_trouble_of_the_store(void)
{
	static const char known[] = " +fcall +info +ping +select +wait ";
	struct buf rules = {0};
	struct err e = ERR_INIT;
	int round = 10, taken = 0;
	char *text, *word;

	CU_ASSERT_EQUAL_FATAL(acl_rules(ACL_WORKER, "scepd", &rules, &e), 0);
	text = (char *)rules.p;
	while ((word = strsep(&text, " ")) != NULL) {
		char padded[40];
		struct store *s;

		snprintf(padded, sizeof padded, " %s ", word);
		if (*word != '+' || strstr(known, padded) != NULL)
			continue;
		s = redis_store_as(&redis, ACL_WORKER);
		freeReplyObject(redis_do(&redis, "ACL SETUSER worker -%s", word + 1));
		err_clear(&e);
		if (worker_day(s, round++, &e) == 0)
			fprintf(stderr, "\n  %s is granted and not needed\n", word);
		CU_ASSERT_EQUAL(e.code, ERR_STORE);
		taken++;
		store_free(s);
	}
	CU_ASSERT(taken > 12);
	buf_free(&rules);
}

static void
without_the_library_the_worker_says_what_to_do(void)
{
	struct store *s = redis_store_as(&redis, ACL_WORKER);
	struct err e = ERR_INIT;

	freeReplyObject(redis_do(&redis, "FUNCTION FLUSH"));
	CU_ASSERT_EQUAL(store_ready(s, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "scepctl store install"));
	store_free(s);
	/* One that may loads it. */
	s = redis_store(&redis);
	err_clear(&e);
	CU_ASSERT_EQUAL(store_ready(s, &e), 0);
	store_free(s);
}

static void
a_wrong_password_is_said(void)
{
	struct store_conf c = redis_conf(&redis);
	char user[] = "worker";
	struct err e = ERR_INIT;
	struct store *s;

	redis_account(&redis, user, ACL_WORKER);
	c.user = user;
	s = redis_store_of(&c, "wrong");
	CU_ASSERT_EQUAL(store_ready(s, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "WRONGPASS"));
	CU_ASSERT_PTR_NULL(strstr(e.detail, "wrong "));
	store_free(s);
}

static CU_TestInfo tests[] = {
    T(every_function_has_a_caller),
    T(a_worker_can_work),
    T(an_operator_can_work),
    T(accounts_can_do_nothing_else),
    T(a_worker_cannot_delete),
    T(each_missing_right_is_trouble_of_the_store),
    T(without_the_library_the_worker_says_what_to_do),
    T(a_wrong_password_is_said),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo acl_suite = {"acl", server_start, server_stop, NULL, NULL, tests};
