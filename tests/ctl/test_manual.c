/* SPDX-License-Identifier: ISC
 *
 * scepctl(8) and the tables of commands say the same: every command has its part of the page, which
 * names each of its options and no other.
 */
#include "ctl/ctl.h"
#include "manual.h"
#include "suites.h"

static const struct command *const groups[] = {ca_commands, profile_commands, challenge_commands,
    token_commands, store_commands, node_commands, client_commands, request_commands, cert_commands,
    why_commands, bundle_commands, check_commands};
#define GROUPS (sizeof groups / sizeof groups[0])

static void
complain(const struct command *cmd, const char *what, const char *name)
{
	fprintf(stderr, "\n  scepctl.8, %s %s: %s %s\n", cmd->group, cmd->name, what, name);
	CU_FAIL("the page and the table differ");
}

/* The part of the page about a command, in memory of its own; NULL: there is none. */
static char *
part_of(const char *page, const struct command *cmd)
{
	char line[128];
	const char *start, *end, *next;

	snprintf(
	    line, sizeof line, ".Ss %s%s%s", cmd->group, *cmd->group != '\0' ? " " : "", cmd->name);
	if ((start = manual_line(page, line)) == NULL)
		return NULL;
	end = strstr(start, "\n.Sh ");
	next = strstr(start + 1, "\n.Ss ");
	if (end == NULL || (next != NULL && next < end))
		end = next;
	return end == NULL ? NULL : strndup(start, (size_t)(end - start) + 1);
}

static bool
names(const char *text, const char *option)
{
	size_t n = strlen(option);

	while ((text = strstr(text, "Fl -")) != NULL) {
		text += strlen("Fl -");
		if (strncmp(text, option, n) == 0 && strchr(" \n", text[n]) != NULL)
			return true;
	}
	return false;
}

/* Whether some entry of a list on the page is about the option. */
static bool
explains(const char *page, const char *option)
{
	char line[256];

	for (const char *p = page; (p = strstr(p, "\n.It Fl -")) != NULL; p++) {
		snprintf(line, sizeof line, "%.*s\n", (int)strcspn(p + 1, "\n"), p + 1);
		if (names(line, option))
			return true;
	}
	return false;
}

static bool
has_option(const struct command *cmd, const char *name, size_t n)
{
	for (const struct opt *o = cmd->options; o->name != NULL; o++)
		if (strlen(o->name) == n && memcmp(o->name, name, n) == 0)
			return true;
	return false;
}

static void
no_other_option(const struct command *cmd, const char *part)
{
	while ((part = strstr(part, "Fl -")) != NULL) {
		char name[64];

		part += strlen("Fl -");
		snprintf(name, sizeof name, "%.*s", (int)strcspn(part, " \n"), part);
		if (!has_option(cmd, name, strlen(name)))
			complain(cmd, "there is no option", name);
	}
}

static void
every_command_and_option(void)
{
	char *page = manual_read("scepctl.8");

	CU_ASSERT_PTR_NOT_NULL_FATAL(page);
	for (size_t g = 0; g < GROUPS; g++)
		for (const struct command *cmd = groups[g]; cmd->name != NULL; cmd++) {
			char *part = part_of(page, cmd);

			if (part == NULL) {
				complain(cmd, "has no part", "of the page");
				continue;
			}
			for (const struct opt *o = cmd->options; o->name != NULL; o++) {
				if (!names(part, o->name))
					complain(cmd, "does not name", o->name);
				if (!explains(page, o->name))
					complain(cmd, "nothing explains", o->name);
			}
			no_other_option(cmd, part);
			free(part);
		}
	free(page);
}

CU_TestInfo manual_tests[] = {
    T(every_command_and_option),
    CU_TEST_INFO_NULL,
};
