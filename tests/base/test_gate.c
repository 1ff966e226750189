/* SPDX-License-Identifier: ISC
 *
 * One process at a time holds the gate, and a dead one holds nothing. Pipes say when the child is
 * where the test wants it.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asleep.h"
#include "base/gate.h"
#include "suites.h"

static void
before_the_start_it_is_open(void)
{
	CU_ASSERT(gate_try());
	CU_ASSERT(gate_try());
	gate_leave();
}

/* A child that goes to the gate and waits there as gate_patience says; it ends with 0 when it came
 * through. It lets nobody wait longer than the test program lives. */
static pid_t
comer(const int release[2])
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	close(release[1]);
	alarm(60);
	if (!gate_enter())
		_exit(1);
	gate_leave();
	_exit(0);
}

static int
end_of(pid_t pid)
{
	int status = -1;

	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A child that takes the gate, says so, and then waits until `release` is closed. */
static pid_t
holder(int release[2], bool *held)
{
	int said[2];
	char c = 0;
	pid_t pid;

	if (pipe(said) != 0 || pipe(release) != 0)
		return -1;
	if ((pid = fork()) == 0) {
		close(release[1]);
		c = gate_try() ? 'y' : 'n';
		if (write(said[1], &c, 1) == 1 && read(release[0], &c, 1) == 0)
			gate_leave();
		_exit(0);
	}
	close(said[1]);
	*held = read(said[0], &c, 1) == 1 && c == 'y';
	close(said[0]);
	return pid;
}

static void
one_at_a_time(void)
{
	struct err e = ERR_INIT;
	bool held = false;
	int release[2];
	pid_t pid;

	CU_ASSERT_EQUAL_FATAL(gate_start(&e), 0);
	pid = holder(release, &held);
	CU_ASSERT_FATAL(pid > 0);
	CU_ASSERT(held);
	CU_ASSERT(!gate_try());
	close(release[1]);
	CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
	CU_ASSERT(gate_try());
	CU_ASSERT(!gate_try());
	CU_ASSERT_EQUAL(gate_start(&e), 0);
	CU_ASSERT(!gate_try());
	gate_leave();
	close(release[0]);
}

static void
a_dead_holder_releases_it(void)
{
	bool held = false;
	int release[2];
	pid_t pid = holder(release, &held);

	CU_ASSERT_FATAL(pid > 0);
	CU_ASSERT(held);
	kill(pid, SIGKILL);
	CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
	CU_ASSERT(gate_try());
	gate_leave();
	CU_ASSERT(gate_try());
	gate_leave();
	close(release[0]);
	close(release[1]);
}

#define LONG 50000 /* ms: never waited for in full */

static void
who_waits_comes_through(void)
{
	bool held = false;
	int release[2];
	pid_t keeper = holder(release, &held), first;

	CU_ASSERT_FATAL(keeper > 0);
	gate_patience(1, LONG);
	first = comer(release);
	CU_ASSERT(child_sleeps(first));
	close(release[1]);
	CU_ASSERT_EQUAL(end_of(first), 0);
	CU_ASSERT_EQUAL(end_of(keeper), 0);
	gate_patience(0, 0);
	close(release[0]);
}

/* As long as nobody has guessed, all may wait; this is before any test in which somebody has. */
static void
seats_matter_after_a_guess(void)
{
	bool held = false;
	int release[2];
	pid_t keeper = holder(release, &held), one, late;

	CU_ASSERT_FATAL(keeper > 0);
	gate_patience(0, LONG);
	one = comer(release);
	CU_ASSERT(child_sleeps(one));
	gate_disturb();
	late = comer(release);
	CU_ASSERT(!child_sleeps(late));
	CU_ASSERT_EQUAL(end_of(late), 1);
	close(release[1]);
	CU_ASSERT_EQUAL(end_of(one), 0);
	CU_ASSERT_EQUAL(end_of(keeper), 0);
	gate_patience(0, 0);
	close(release[0]);
}

static void
seats_are_few(void)
{
	bool held = false;
	int release[2];
	pid_t keeper = holder(release, &held), seated[2], late;

	gate_disturb();
	CU_ASSERT_FATAL(keeper > 0);
	gate_patience(0, LONG);
	late = comer(release);
	CU_ASSERT(!child_sleeps(late));
	CU_ASSERT_EQUAL(end_of(late), 1);

	gate_patience(2, LONG);
	for (int i = 0; i < 2; i++) {
		seated[i] = comer(release);
		CU_ASSERT(child_sleeps(seated[i]));
	}
	late = comer(release);
	CU_ASSERT(!child_sleeps(late));
	CU_ASSERT_EQUAL(end_of(late), 1);

	/* The seat of one that dies is free again. */
	kill(seated[0], SIGKILL);
	CU_ASSERT_EQUAL(end_of(seated[0]), -1);
	late = comer(release);
	CU_ASSERT(child_sleeps(late));
	close(release[1]);
	CU_ASSERT_EQUAL(end_of(late), 0);
	CU_ASSERT_EQUAL(end_of(seated[1]), 0);
	CU_ASSERT_EQUAL(end_of(keeper), 0);
	gate_patience(0, 0);
	close(release[0]);
}

/* And there are no more seats than there are, whatever is asked for. */
static void
seats_have_a_limit(void)
{
	bool held = false;
	int release[2];
	pid_t keeper = holder(release, &held), seated[GATE_SEATS_MAX], late;

	gate_disturb();
	CU_ASSERT_FATAL(keeper > 0);
	gate_patience(1000, LONG);
	for (int i = 0; i < GATE_SEATS_MAX; i++) {
		seated[i] = comer(release);
		CU_ASSERT(child_sleeps(seated[i]));
	}
	late = comer(release);
	CU_ASSERT(!child_sleeps(late));
	CU_ASSERT_EQUAL(end_of(late), 1);
	close(release[1]);
	for (int i = 0; i < GATE_SEATS_MAX; i++)
		CU_ASSERT_EQUAL(end_of(seated[i]), 0);
	CU_ASSERT_EQUAL(end_of(keeper), 0);
	gate_patience(0, 0);
	close(release[0]);
}

static void
nobody_waits_for_ever(void)
{
	bool held = false;
	int release[2];
	pid_t keeper = holder(release, &held), again;

	CU_ASSERT_FATAL(keeper > 0);
	gate_patience(1, 1);
	CU_ASSERT(!gate_enter());
	/* and the seat was given back */
	gate_patience(1, LONG);
	again = comer(release);
	CU_ASSERT(child_sleeps(again));
	close(release[1]);
	CU_ASSERT_EQUAL(end_of(again), 0);
	CU_ASSERT_EQUAL(end_of(keeper), 0);
	gate_patience(0, 0);
	close(release[0]);
}

CU_TestInfo gate_tests[] = {
    T(before_the_start_it_is_open),
    T(one_at_a_time),
    T(a_dead_holder_releases_it),
    T(who_waits_comes_through),
    T(seats_matter_after_a_guess),
    T(seats_are_few),
    T(seats_have_a_limit),
    T(nobody_waits_for_ever),
    CU_TEST_INFO_NULL,
};
