/* SPDX-License-Identifier: ISC
 *
 * One process at a time holds the gate, and a dead one holds nothing. Pipes say when the child is
 * where the test wants it.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/gate.h"
#include "suites.h"

static void
before_the_start_it_is_open(void)
{
	CU_ASSERT(gate_try());
	CU_ASSERT(gate_try());
	gate_leave();
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

CU_TestInfo gate_tests[] = {
    T(before_the_start_it_is_open),
    T(one_at_a_time),
    T(a_dead_holder_releases_it),
    CU_TEST_INFO_NULL,
};
