/* SPDX-License-Identifier: ISC
 *
 * scepctl token, challenge new|list|revoke|flush and profile disable|enable on a real store.
 */
#include <string.h>

#include <jansson.h>

#include "base/enc.h"
#include "base/ossl.h"
#include "stage.h"
#include "suites.h"
#include "support/redis.h"

#define DIGITS "0123456789ABCDEF"

static struct stage s;
static struct test_redis redis;
static char id[64]; /* of the profile d */

static int
start(void)
{
	json_t *facts;

	stage_open(&s, "public_url = \"http://scep.example\"; user = \"\";\n"
	               "store = { server = \"./redis.sock\"; durability = \"none\"; };\n");
	redis_start(&redis, s.dir.path, NULL);
	if (stage_run(&s, NULL, "store|init") != 0 ||
	    stage_run(&s, NULL, "ca|create|a|--subject|CN=A|--key|ec:P-256|--single") != 0 ||
	    stage_run(&s, NULL, "profile|create|d|--ca|a|--challenge|dynamic") != 0 ||
	    stage_run(&s, NULL, "profile|create|f|--ca|a|--challenge|static|--generate") != 0 ||
	    stage_run(&s, NULL, "profile|show|d|--json") != 0)
		return -1;
	facts = json_loads(s.out, 0, NULL);
	snprintf(id, sizeof id, "%s", json_string_value(json_object_get(facts, "id")));
	json_decref(facts);
	return 0;
}

static int
stop(void)
{
	redis_stop(&redis);
	stage_close(&s);
	return 0;
}

/* A list of the last command as JSON; the caller frees. */
static json_t *
rows(void)
{
	json_t *all = json_loads(s.out, 0, NULL);

	CU_ASSERT_TRUE_FATAL(json_is_array(all));
	return all;
}

static const char *
text(const json_t *rows, size_t i, const char *member)
{
	const char *t = json_string_value(json_object_get(json_array_get(rows, i), member));

	return t != NULL ? t : "(none)";
}

static void
a_token_is_shown_once_and_kept_as_its_digest(void)
{
	char digest[65], key[80];
	uint8_t sha256[32];
	json_t *all;

	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "token|create|jamf|--profile|d|--profile|f|--expires|90d"), CTL_OK);
	CU_ASSERT_EQUAL_FATAL(strlen(s.out), 71);
	CU_ASSERT_EQUAL(strncmp(s.out, "scepd_", 6), 0);
	CU_ASSERT_EQUAL(strspn(s.out + 6, "0123456789abcdef"), 64);
	s.out[70] = '\0';
	CU_ASSERT_FALSE(stage_said(&s, s.out));
	ossl_sha256(view_str(s.out), sha256);
	hex_of(view_of(sha256, 32), digest);
	snprintf(key, sizeof key, "{scepd}:tk:%s", digest);
	CU_ASSERT_EQUAL(redis_int(&redis, "EXISTS %s", key), 1);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "token|create|jamf"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "there is a token jamf already"));
	CU_ASSERT_STRING_EQUAL(s.out, "");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "token|create|all"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "token|list|--json"), CTL_OK);
	all = rows();
	CU_ASSERT_EQUAL(json_array_size(all), 2);
	CU_ASSERT_STRING_EQUAL(text(all, 1, "name"), "jamf");
	CU_ASSERT_EQUAL(strncmp(text(all, 1, "sha256"), digest, 16), 0);
	CU_ASSERT_STRING_EQUAL(text(all, 1, "state"), "good");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(json_array_get(all, 1), "profiles")), 2);
	CU_ASSERT_STRING_EQUAL(text(all, 0, "expires"), "");
	CU_ASSERT_STRING_EQUAL(text(all, 1, "used"), "");
	json_decref(all);
	freeReplyObject(redis_do(&redis, "HSET %s exp 1000", key));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "token|list"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "expired"));
	CU_ASSERT_TRUE(stage_printed(&s, "d, f"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "token|revoke|jamf"), CTL_OK);
	CU_ASSERT_EQUAL(redis_int(&redis, "EXISTS %s", key), 0);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "token|revoke|jamf"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "token|create|x|--profile|none"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "token|create|x|--expires|soon"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "token|create|a b"), CTL_USAGE);
}

static void
a_challenge_is_made_listed_and_revoked(void)
{
	char *known;
	json_t *all;

	CU_ASSERT_EQUAL(stage_run(&s, NULL,
	                    "challenge|new|--profile|d|--expires|14d|--subject|CN=r1,O=Test|--san|"
	                    "DNS:R1.example,IP:192.0.2.1"),
	    CTL_OK);
	CU_ASSERT_EQUAL_FATAL(strlen(s.out), 33); /* it alone, and a newline */
	CU_ASSERT_EQUAL(strspn(s.out, DIGITS), 32);
	s.out[32] = '\0';
	CU_ASSERT_FALSE(stage_said(&s, s.out));
	known = strdup(s.out);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|list|--profile|d|--json"), CTL_OK);
	all = rows();
	CU_ASSERT_EQUAL_FATAL(json_array_size(all), 1);
	CU_ASSERT_EQUAL(strlen(text(all, 0, "id")), 16);
	CU_ASSERT_STRING_EQUAL(text(all, 0, "subject"), "CN=r1,O=Test");
	CU_ASSERT_STRING_EQUAL(
	    json_string_value(json_array_get(json_object_get(json_array_get(all, 0), "sans"), 0)),
	    "DNS:r1.example");
	CU_ASSERT_EQUAL(strncmp(text(all, 0, "by"), "operator:", 9), 0);
	CU_ASSERT_PTR_NULL(strstr(s.out, known));
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "challenge|revoke|--profile|d|%s", text(all, 0, "id")), CTL_OK);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:pend:%s", id), 0);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "challenge|revoke|--profile|d|%s", text(all, 0, "id")), CTL_USAGE);
	json_decref(all);
	free(known);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|revoke|--profile|d|0123"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|new|--profile|d"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|flush|--profile|d"), CTL_USAGE);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:pend:%s", id), 1);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|flush|--profile|d|--yes"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "revoked 1 challenges"));
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:pend:%s", id), 0);
}

static void
bad_wishes_are_refused(void)
{
	static const char *const wishes[] = {"|--profile|none", "|--profile|f",
	    "|--profile|d|--expires|59s", "|--profile|d|--expires|31d",
	    "|--profile|d|--subject|device", "|--profile|d|--san|device", "|--profile|d|--out|@x",
	    "|--profile|d|--from|@x", "|--profile|d|--from|@x|--out|@y|--subject|CN=a", ""};

	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
		CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|new%s", wishes[i]), CTL_USAGE);
		CU_ASSERT_STRING_EQUAL(s.out, "");
	}
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|list|--profile|f"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|flush|--profile|f|--yes"), CTL_USAGE);
	CU_ASSERT_EQUAL(redis_int(&redis, "EXISTS {scepd}:pend:%s", id), 0);
}

static void
a_list_of_devices_gets_a_list_of_challenges(void)
{
	char *made, *line;
	int n = 0;

	stage_write(&s, "devices.csv",
	    "name,subject,san\r\nx,\"CN=r1,O=Test\",\r\ny,,\"DNS:r2.example,IP:192.0.2.2\"\r\n",
	    0644);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "challenge|new|--profile|d|--from|@devices.csv|--out|@made.csv"),
	    CTL_OK);
	CU_ASSERT_STRING_EQUAL(s.out, "");
	CU_ASSERT_TRUE(stage_said(&s, "2 of 2 challenges made"));
	CU_ASSERT_EQUAL(stage_mode(&s, "made.csv"), 0600);
	CU_ASSERT_PTR_NOT_NULL_FATAL(made = stage_text(&s, "made.csv"));
	CU_ASSERT_EQUAL(strncmp(made, "subject,san,challenge,expires\n\"CN=r1,O=Test\",,", 46), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(made, "\n,\"DNS:r2.example,IP:192.0.2.2\","));
	for (line = made; (line = strchr(line, '\n')) != NULL; line++)
		n++;
	CU_ASSERT_EQUAL(n, 3);
	line = strstr(made, "Test\",,") + 7;
	CU_ASSERT_EQUAL(strspn(line, DIGITS), 32);
	CU_ASSERT_EQUAL(line[32], ',');
	CU_ASSERT_EQUAL(strncmp(line + 33, "20", 2), 0);
	free(made);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:pend:%s", id), 2);
	/* Nothing is overwritten, and then nothing is made. */
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "challenge|new|--profile|d|--from|@devices.csv|--out|@made.csv"),
	    CTL_FAILED);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:pend:%s", id), 2);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|flush|--profile|d|--yes"), CTL_OK);
}

/* Whatever is wrong with a list, nothing of it is made. */
static void
a_bad_list_makes_nothing(void)
{
	static const struct {
		const char *list, *why;
	} cases[] = {{"", "names no column"}, {"a,b\n1,2\n", "names no column"},
	    {"subject\n", "is empty"}, {"subject,san\nCN=a\n,\n", "line 3: neither"},
	    {"subject\nCN=a\ndevice\n", "line 3: "}, {"san\nDNS:a\nnone\n", "line 3: "},
	    {"subject\n\"CN=a\n", "line 2: a quote"}};
	char many[4096] = "subject\n";

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		stage_write(&s, "bad.csv", cases[i].list, 0644);
		CU_ASSERT_EQUAL(stage_run(&s, NULL,
		                    "challenge|new|--profile|d|--from|@bad.csv|--out|@none.csv"),
		    CTL_USAGE);
		CU_ASSERT_TRUE(stage_said(&s, cases[i].why));
	}
	for (int i = 0; i < 101; i++)
		strcat(many, "CN=a\n");
	stage_write(&s, "bad.csv", many, 0644);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "challenge|new|--profile|d|--from|@bad.csv|--out|@none.csv"),
	    CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "max_pending_challenges"));
	CU_ASSERT_EQUAL(stage_mode(&s, "none.csv"), -1);
	CU_ASSERT_EQUAL(redis_int(&redis, "EXISTS {scepd}:pend:%s", id), 0);
}

/* When the maximum is reached on the way, the file has what was made. */
static void
what_was_made_is_in_the_file(void)
{
	char many[4096] = "subject\n";
	char *made;
	int n = 0;

	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|new|--profile|d"), CTL_OK);
	for (int i = 0; i < 100; i++)
		strcat(many, "CN=a\n");
	stage_write(&s, "list.csv", many, 0644);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "challenge|new|--profile|d|--from|@list.csv|--out|@part.csv"),
	    CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "99 of 100 challenges made"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(made = stage_text(&s, "part.csv"));
	for (const char *p = made; (p = strchr(p, '\n')) != NULL; p++)
		n++;
	CU_ASSERT_EQUAL(n, 100);
	free(made);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|new|--profile|d"), CTL_FAILED);
	CU_ASSERT_STRING_EQUAL(s.out, "");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|flush|--profile|d|--yes"), CTL_OK);
}

static void
a_profile_is_switched_off_and_on(void)
{
	json_t *all;

	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|disable|d|--reason|moving house"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "the profile d is now off"));
	CU_ASSERT_EQUAL(redis_int(&redis, "HEXISTS {scepd}:off %s", id), 1);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|disable|d|--reason|moving house"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "was off"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|new|--profile|d"), CTL_FAILED);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|list|--state|--json"), CTL_OK);
	all = rows();
	CU_ASSERT_STRING_EQUAL(text(all, 0, "state"), "off");
	CU_ASSERT_STRING_EQUAL(text(all, 0, "reason"), "moving house");
	CU_ASSERT_STRING_EQUAL(text(all, 1, "state"), "on");
	json_decref(all);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|enable|d"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "is now on"));
	CU_ASSERT_EQUAL(redis_int(&redis, "HEXISTS {scepd}:off %s", id), 0);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|enable|d"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "was on"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|disable|none"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|disable|d|--reason|two\nlines"), CTL_USAGE);
}

static void
without_the_store_nothing_works(void)
{
	static const char *const commands[] = {"token|create|late", "token|list",
	    "token|revoke|all", "challenge|new|--profile|d", "challenge|list|--profile|d",
	    "challenge|flush|--profile|d|--yes", "profile|disable|d", "profile|enable|d",
	    "profile|list|--state"};

	redis_stop(&redis);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		CU_ASSERT_EQUAL(stage_run(&s, NULL, "%s", commands[i]), CTL_FAILED);
		CU_ASSERT_STRING_EQUAL(s.out, "");
		CU_ASSERT_TRUE(stage_said(&s, "redis.sock"));
	}
	stage_write(&s, "devices.csv", "subject\nCN=a\n", 0644);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "challenge|new|--profile|d|--from|@devices.csv|--out|@late.csv"),
	    CTL_FAILED);
	CU_ASSERT_EQUAL(stage_mode(&s, "late.csv"), -1);
}

static CU_TestInfo tests[] = {
    T(a_token_is_shown_once_and_kept_as_its_digest),
    T(a_challenge_is_made_listed_and_revoked),
    T(bad_wishes_are_refused),
    T(a_list_of_devices_gets_a_list_of_challenges),
    T(a_bad_list_makes_nothing),
    T(what_was_made_is_in_the_file),
    T(a_profile_is_switched_off_and_on),
    T(without_the_store_nothing_works),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo mint_suite = {"mint", start, stop, NULL, NULL, tests};
