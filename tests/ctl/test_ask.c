/* SPDX-License-Identifier: ISC
 *
 * Secrets typed at a terminal: a pseudo-terminal with a thread that types when it is asked, and
 * sees what is shown.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "ctl/ask.h"
#include "stage.h"
#include "suites.h"

/* Somebody who answers each prompt in turn. */
struct typist {
	int master;
	const char *answers[4]; /* with their newline; NULL ends */
	char seen[4096];
	size_t n_seen;
	pthread_t thread;
};

/* Waits for the end of a prompt, then types; ends when the terminal is closed. */
static void *
type(void *arg)
{
	struct typist *t = arg;
	size_t from = 0;
	int next = 0;

	while (t->n_seen + 1 < sizeof t->seen) {
		ssize_t n = read(t->master, t->seen + t->n_seen, sizeof t->seen - 1 - t->n_seen);

		if (n <= 0)
			break;
		t->n_seen += (size_t)n;
		t->seen[t->n_seen] = '\0';
		if (t->answers[next] != NULL && strstr(t->seen + from, ": ") != NULL) {
			from = t->n_seen;
			if (write(t->master, t->answers[next], strlen(t->answers[next])) < 0)
				break;
			next++;
		}
	}
	return NULL;
}

/* Opens a terminal for the stage; the keeper holds it open so that the typist does not end between
 * two prompts. */
static int
open_terminal(struct stage *s, struct typist *t, int *keeper)
{
	t->master = posix_openpt(O_RDWR | O_NOCTTY);
	if (t->master < 0 || grantpt(t->master) != 0 || unlockpt(t->master) != 0)
		return -1;
	s->tty = ptsname(t->master);
	*keeper = open(s->tty, O_RDWR | O_NOCTTY);
	if (*keeper < 0)
		return -1;
	return pthread_create(&t->thread, NULL, type, t);
}

static void
close_terminal(struct typist *t, int keeper)
{
	close(keeper);
	pthread_join(t->thread, NULL);
	close(t->master);
}

static void
a_secret_is_typed_twice(void)
{
	struct typist t = {.answers = {"open sesame\n", "open sesame\n", NULL}};
	struct termios mode;
	struct stage s;
	int keeper = -1;

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(open_terminal(&s, &t, &keeper), 0);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|hash"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "scrypt:"));
	CU_ASSERT_EQUAL(tcgetattr(keeper, &mode), 0);
	CU_ASSERT_TRUE((mode.c_lflag & ECHO) != 0); /* restored */
	close_terminal(&t, keeper);
	CU_ASSERT_PTR_NOT_NULL(strstr(t.seen, "Challenge: "));
	CU_ASSERT_PTR_NOT_NULL(strstr(t.seen, "Challenge again: "));
	CU_ASSERT_PTR_NULL(strstr(t.seen, "sesame")); /* no echo */
	stage_close(&s);
}

static void
two_different_ones_are_refused(void)
{
	struct typist t = {.answers = {"open sesame\n", "open sesamo\n", NULL}};
	struct stage s;
	int keeper = -1;

	stage_open(&s, NULL);
	CU_ASSERT_EQUAL_FATAL(open_terminal(&s, &t, &keeper), 0);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "challenge|hash"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "not the same"));
	close_terminal(&t, keeper);
	stage_close(&s);
}

static void
make_profile(struct stage *s)
{
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(s, NULL, "ca|create|a|--subject|CN=A|--key|ec:P-256|--single"), CTL_OK);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(s, NULL, "profile|create|p|--ca|a|--challenge|dynamic"), CTL_OK);
}

static void
deleting_asks_first(void)
{
	struct typist no = {.answers = {"n\n", NULL}}, yes = {.answers = {"y\n", NULL}};
	struct stage s;
	int keeper = -1;

	stage_open(&s, NULL);
	make_profile(&s);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|delete|p"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "--yes"));

	CU_ASSERT_EQUAL_FATAL(open_terminal(&s, &no, &keeper), 0);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|delete|p"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "not confirmed"));
	close_terminal(&no, keeper);
	CU_ASSERT_EQUAL(stage_mode(&s, "profiles.d/p.conf"), 0640);

	CU_ASSERT_EQUAL_FATAL(open_terminal(&s, &yes, &keeper), 0);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|delete|p"), CTL_OK);
	close_terminal(&yes, keeper);
	CU_ASSERT_EQUAL(stage_mode(&s, "profiles.d/p.conf"), -1);
	stage_close(&s);
}

CU_TestInfo ask_tests[] = {
    T(a_secret_is_typed_twice),
    T(two_different_ones_are_refused),
    T(deleting_asks_first),
    CU_TEST_INFO_NULL,
};
