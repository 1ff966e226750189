/* SPDX-License-Identifier: ISC
 *
 * scepctl challenge hash: the text it prints is one that a profile takes, secrets go where they
 * should, bad ones are refused.
 */
#include <string.h>
#include <time.h>

#include "ca/challenge.h"
#include "ctl/challenge.h"
#include "stage.h"
#include "suites.h"

/* Whether a printed scrypt text fits a challenge. */
static bool
fits(const char *line, const char *challenge)
{
	struct challenge_set set = {0};
	struct err e = ERR_INIT;
	char text[256];
	bool ok;

	snprintf(text, sizeof text, "%.*s", (int)strcspn(line, "\n"), line);
	ok = challenge_add(&set, "x", text, 0, 0, &e) == 0 &&
	     challenge_check(&set, view_str(challenge), time(NULL), NULL, &e) == 0;
	challenge_set_free(&set);
	return ok;
}

static void
a_challenge_is_hashed(void)
{
	struct stage s;

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL(stage_run(&s, "open sesame\n", "challenge|hash|--challenge-stdin"), CTL_OK);
	CU_ASSERT_TRUE(fits(s.out, "open sesame"));
	CU_ASSERT_FALSE(fits(s.out, "open sesamo"));
	stage_write(&s, "challenge", "from a file\n", 0600);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|hash|--challenge-file|@challenge"), CTL_OK);
	CU_ASSERT_TRUE(fits(s.out, "from a file"));
	stage_close(&s);
}

static void
a_challenge_is_generated(void)
{
	struct stage s;
	char first[64];

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|hash|--generate"), CTL_OK);
	CU_ASSERT_EQUAL_FATAL(strlen(s.out), 29); /* the secret alone, and a newline */
	CU_ASSERT_EQUAL(strspn(s.out, "23456789ABCDEFGHJKMNPQRSTUVWXYZ"), 28);
	s.out[28] = '\0';
	CU_ASSERT_TRUE(fits(s.err, s.out));
	CU_ASSERT_FALSE(stage_said(&s, s.out));
	snprintf(first, sizeof first, "%s", s.out);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|hash|--generate"), CTL_OK);
	CU_ASSERT_NOT_EQUAL(strncmp(first, s.out, 28), 0);
	stage_close(&s);
}

static void
the_salt_of_a_profile_is_kept(void)
{
	struct stage s;
	char *file, *text;

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "ca|create|a|--subject|CN=A|--key|ec:P-256|--single"), CTL_OK);
	CU_ASSERT_EQUAL_FATAL(stage_run(&s, "the first one\n",
	                          "profile|create|p|--ca|a|--challenge|static|--challenge-stdin"),
	    CTL_OK);
	file = stage_text(&s, "profiles.d/p.conf");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	text = strstr(file, "scrypt:");
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT_EQUAL(
	    stage_run(&s, "another one\n", "challenge|hash|--profile|p|--challenge-stdin"), CTL_OK);
	CU_ASSERT_EQUAL(strncmp(s.out, text, strlen("scrypt:14:8:1:") + 2 * CHALLENGE_SALT), 0);
	CU_ASSERT_NOT_EQUAL(strncmp(s.out, text, 100), 0);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|create|d|--ca|a|--challenge|dynamic"), CTL_OK);
	CU_ASSERT_EQUAL(
	    stage_run(&s, "another one\n", "challenge|hash|--profile|d|--challenge-stdin"),
	    CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "dynamic"));
	CU_ASSERT_EQUAL(
	    stage_run(&s, "another one\n", "challenge|hash|--profile|n|--challenge-stdin"),
	    CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "there is no profile n"));
	free(file);
	stage_close(&s);
}

static void
bad_challenges_are_refused(void)
{
	char line[5001];
	struct stage s;

	stage_open(&s, NULL);
	memset(line, 'x', 5000);
	line[5000] = '\0';
	CU_ASSERT_EQUAL(stage_run(&s, line, "challenge|hash|--challenge-stdin"), CTL_FAILED);
	stage_write(&s, "open", "challenge\n", 0640);
	CU_ASSERT_EQUAL(stage_run(&s, "1234567\n", "challenge|hash|--challenge-stdin"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&s, "", "challenge|hash|--challenge-stdin"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "is empty"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|hash"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "--challenge-stdin"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|hash|--challenge-file|@open"), CTL_FAILED);
	CU_ASSERT_EQUAL(
	    stage_run(&s, "12345678\n", "challenge|hash|--generate|--challenge-stdin"), CTL_USAGE);
	CU_ASSERT_STRING_EQUAL(s.out, "");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|hash|open sesame"), CTL_USAGE);
	stage_close(&s);
}

CU_TestInfo challenge_tests[] = {
    T(a_challenge_is_hashed),
    T(a_challenge_is_generated),
    T(the_salt_of_a_profile_is_kept),
    T(bad_challenges_are_refused),
    CU_TEST_INFO_NULL,
};
