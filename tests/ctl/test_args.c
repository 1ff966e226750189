/* SPDX-License-Identifier: ISC
 *
 * Command lines: what is understood, what is refused, help, exit codes.
 */
#include <string.h>

#include "stage.h"
#include "suites.h"

static const struct opt table[] = {
    OPT_NEED("subject", subject, "DN", "a name"),
    OPT("key", key, "SPEC", "a key"),
    OPT_FLAG("single", single, "one"),
    OPT_END,
};
static const struct command with_name = {"x", "y", "NAME", "test", table, NULL};
static const struct opt many_table[] = {OPT_MANY("profile", profiles, "NAME", "some"), OPT_END};
static const struct command many = {"x", "z", NULL, "test", many_table, NULL};
static const struct command two_names = {"x", "y", "NAME OTHER", "test", NULL, NULL};
static const struct command optional_name = {"x", "y", "[NAME]", "test", NULL, NULL};

/* Reads words separated by spaces. */
static int
read_words(const struct command *cmd, const char *words, struct args *a, struct err *e)
{
	static char line[512];
	char *argv[48], *rest = line;
	int argc = 0;

	snprintf(line, sizeof line, "%s", words);
	while (*words != '\0' && argc < 48 && (argv[argc] = strsep(&rest, " ")) != NULL)
		argc++;
	*a = (struct args){0};
	err_clear(e);
	return args_read(cmd, argc, argv, a, e);
}

static void
options_are_read(void)
{
	struct err e = ERR_INIT;
	struct args a;

	CU_ASSERT_EQUAL(
	    read_words(&with_name, "n --subject CN=x --single --key=ed25519", &a, &e), 0);
	CU_ASSERT_STRING_EQUAL(a.operand, "n");
	CU_ASSERT_STRING_EQUAL(a.subject, "CN=x");
	CU_ASSERT_STRING_EQUAL(a.key, "ed25519");
	CU_ASSERT_TRUE(a.single);
	CU_ASSERT_EQUAL(read_words(&with_name, "--subject=CN=x -c f -- --n", &a, &e), 0);
	CU_ASSERT_STRING_EQUAL(a.subject, "CN=x");
	CU_ASSERT_STRING_EQUAL(a.operand, "--n");
	CU_ASSERT_STRING_EQUAL(a.conf_file, "f");
	CU_ASSERT_EQUAL(read_words(&with_name, "-h", &a, &e), 0);
	CU_ASSERT_TRUE(a.help);
	CU_ASSERT_EQUAL(read_words(&optional_name, "", &a, &e), 0);
	CU_ASSERT_PTR_NULL(a.operand);
	CU_ASSERT_EQUAL(read_words(&two_names, "n m", &a, &e), 0);
	CU_ASSERT_EQUAL(a.n_operands, 2);
	CU_ASSERT_STRING_EQUAL(a.operands[1], "m");
	CU_ASSERT_EQUAL(read_words(&two_names, "n", &a, &e), -1);
	CU_ASSERT_STRING_EQUAL(e.detail, "OTHER is missing");
	CU_ASSERT_EQUAL(read_words(&two_names, "n m o", &a, &e), -1);
	CU_ASSERT_STRING_EQUAL(e.detail, "\"o\" is one argument too many");
}

static void
some_options_may_be_repeated(void)
{
	char line[480] = "";
	struct err e = ERR_INIT;
	struct args a;

	CU_ASSERT_EQUAL(read_words(&many, "--profile a --profile=b", &a, &e), 0);
	CU_ASSERT_EQUAL_FATAL(a.profiles.n, 2);
	CU_ASSERT_STRING_EQUAL(a.profiles.v[0], "a");
	CU_ASSERT_STRING_EQUAL(a.profiles.v[1], "b");
	for (int i = 0; i < ARG_MANY_MAX; i++)
		strcat(line, i == 0 ? "--profile=a" : " --profile=a");
	CU_ASSERT_EQUAL(read_words(&many, line, &a, &e), 0);
	strcat(line, " --profile=a");
	CU_ASSERT_EQUAL(read_words(&many, line, &a, &e), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "more than 32 times"));
	CU_ASSERT_EQUAL(read_words(&many, "--profile", &a, &e), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "needs a value"));
}

static void
bad_lines_are_refused(void)
{
	static const struct {
		const char *words, *why;
	} bad[] = {
	    {"n --subject CN=x --what", "unknown option --what"},
	    {"n --subject CN=x --sing", "unknown option --sing"},
	    {"n --subject CN=x -x", "unknown option -x"},
	    {"n --subject CN=x m", "one argument too many"},
	    {"--subject CN=x", "NAME is missing"},
	    {"n", "--subject DN is missing"},
	    {"n --subject", "--subject needs a value"},
	    {"n --subject=", "--subject needs a value"},
	    {"n --subject a --subject b", "given twice"},
	    {"n --subject a --single=yes", "takes no value"},
	};
	struct err e = ERR_INIT;
	struct args a;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		CU_ASSERT_EQUAL(read_words(&with_name, bad[i].words, &a, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_USAGE);
		CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, bad[i].why));
	}
}

static void
commands_are_found(void)
{
	static const struct {
		const char *line, *said;
		int rc;
	} lines[] = {
	    {"ca", "needs a second word", CTL_USAGE},
	    {"ca|what", "unknown command \"ca what\"", CTL_USAGE},
	    {"what", "unknown command \"what\"", CTL_USAGE},
	    {"--what", "unknown option --what", CTL_USAGE},
	    {"ca|create", "scepctl ca create --help", CTL_USAGE},
	    {"ca|create|n|--subject|CN=x|--key|rsa:1|", "argument too many", CTL_USAGE},
	    {"poll|--out|@none", "none.pending", CTL_FAILED},
	};
	struct stage s;

	stage_open(&s, NULL);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		CU_ASSERT_EQUAL(stage_run(&s, NULL, "%s", lines[i].line), lines[i].rc);
		CU_ASSERT_TRUE(stage_said(&s, lines[i].said));
		CU_ASSERT_EQUAL(strncmp(s.err, "scepctl: ", 9), 0);
		CU_ASSERT_STRING_EQUAL(s.out, "");
	}
	stage_close(&s);
}

/* Every command shows its options and the exit codes. */
static void
help_is_complete(void)
{
	static const struct command *const groups[] = {
	    ca_commands, profile_commands, challenge_commands, client_commands};
	static const char *const libraries[] = {"scepctl ", "\nOpenSSL 3.",
	    "\nlibconfig libconfig.so", "\njansson 2.", "\nlibcurl ",
	    "\nstore protocol " STORE_PROTOCOL "\n", "(built with OpenSSL 3."};
	struct stage s;

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "--help"), CTL_OK);
	for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
		for (const struct command *cmd = groups[g]; cmd->name != NULL; cmd++)
			CU_ASSERT_TRUE(stage_printed(&s, cmd->summary));
	}
	for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
		for (const struct command *cmd = groups[g]; cmd->name != NULL; cmd++) {
			if (*cmd->group != '\0')
				CU_ASSERT_EQUAL(
				    stage_run(&s, NULL, "%s|%s|--help", cmd->group, cmd->name),
				    CTL_OK)
			else
				CU_ASSERT_EQUAL(stage_run(&s, NULL, "%s|--help", cmd->name), CTL_OK)
			CU_ASSERT_TRUE(stage_printed(&s, "Exit codes"));
			for (const struct opt *o = cmd->options; o != NULL && o->name != NULL; o++)
				CU_ASSERT_TRUE(stage_printed(&s, o->help));
		}
	}
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|--help"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "scepctl ca install NAME"));
	CU_ASSERT_FALSE(stage_printed(&s, "scepctl profile"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "--version"), CTL_OK);
	for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
		CU_ASSERT_TRUE(stage_printed(&s, libraries[i]));
	stage_close(&s);
}

static void
a_bad_configuration_is_said(void)
{
	struct stage s;

	stage_open(&s, "public_url = 5;\n");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|list"), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "scepd.conf:1:"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|list|-c|@none.conf"), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "none.conf"));
	stage_close(&s);
}

/* Success is not reported when the output went nowhere. */
static void
a_full_disk_is_said(void)
{
	char *argv[] = {(char[]){"scepctl"}, (char[]){"--version"}};
	FILE *full = fopen("/dev/full", "w"), *err = tmpfile();
	struct ctl c;

	if (full == NULL || err == NULL)
		CU_FAIL_FATAL("no /dev/full");
	ctl_init(&c);
	c.out = full;
	c.err = err;
	CU_ASSERT_EQUAL(ctl_run(&c, 2, argv), CTL_FAILED);
	CU_ASSERT_TRUE(ftell(err) > 0);
	fclose(full);
	fclose(err);
}

CU_TestInfo args_tests[] = {
    T(options_are_read),
    T(some_options_may_be_repeated),
    T(bad_lines_are_refused),
    T(commands_are_found),
    T(help_is_complete),
    T(a_bad_configuration_is_said),
    T(a_full_disk_is_said),
    CU_TEST_INFO_NULL,
};
