/* SPDX-License-Identifier: ISC
 *
 * Workers that end: on their own, by a crash, by the deadline, with the master.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/daily.h"
#include "daemon/pool.h"
#include "suites.h"

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
a_crash_is_replaced(void)
{
	struct scepd s;
	char out[4096];
	long before, after;

	scepd_start(&s, "workers = 1; user = \"\";");
	before = client_number(&s, "/pid");
	CU_ASSERT_FALSE(client_get(&s, "/crash", out, sizeof out));
	after = client_number(&s, "/pid");
	CU_ASSERT_TRUE(after > 0);
	CU_ASSERT_NOT_EQUAL(after, before);
	CU_ASSERT_TRUE(scepd_await(&s, "log", "after 1 requests", 1));
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

static void
a_crash_loop_is_slowed(void)
{
	struct scepd s;
	char out[4096];

	scepd_start(&s, "workers = 1; user = \"\";");
	for (int i = 0; i < 5; i++)
		CU_ASSERT_FALSE(client_get(&s, "/crash", out, sizeof out));
	CU_ASSERT_TRUE(
	    scepd_await(&s, "log", "workers end too fast: one is started every 5 seconds", 1));
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

static void
a_request_past_its_deadline(void)
{
	struct scepd s;
	char out[4096];
	long before, after;

	scepd_start(&s, "workers = 1; user = \"\"; request_deadline = \"1s\";");
	before = client_number(&s, "/pid");
	CU_ASSERT_FALSE(client_get(&s, "/hang", out, sizeof out));
	after = client_number(&s, "/pid");
	CU_ASSERT_TRUE(after > 0);
	CU_ASSERT_NOT_EQUAL(after, before);
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "killed: a request took more than 1 seconds"), 1);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

/* One that hangs does not hold up the others. */
static void
others_are_served_meanwhile(void)
{
	struct scepd s;
	int fd;

	scepd_start(
	    &s, "workers = 2; user = \"\"; request_deadline = \"1h\"; drain_deadline = \"1s\";");
	fd = client_connect(&s);
	client_send(
	    fd, &(struct request){.params = ARGS("REQUEST_METHOD", "GET", "SCRIPT_NAME", "/hang")});
	for (int i = 0; i < 20; i++)
		CU_ASSERT_TRUE(client_number(&s, "/pid") > 0);
	close(fd);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

static void
a_worker_retires(void)
{
	struct scepd s;
	long pids[6];

	scepd_start(&s, "workers = 1; user = \"\"; max_requests = 2;");
	for (int i = 0; i < 6; i++)
		CU_ASSERT_TRUE((pids[i] = client_number(&s, "/pid")) > 0);
	for (int i = 0; i < 6; i += 2)
		CU_ASSERT_EQUAL(pids[i], pids[i + 1]);
	CU_ASSERT_NOT_EQUAL(pids[0], pids[2]);
	CU_ASSERT_NOT_EQUAL(pids[2], pids[4]);
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "level=error"), 0);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

/* Nobody would watch them any more. */
static void
workers_end_with_the_master(void)
{
	const struct timespec nap = {.tv_nsec = 5000000};
	struct scepd s;
	int fd = -1;

	scepd_start(&s, "workers = 2; user = \"\";");
	CU_ASSERT_EQUAL(kill(s.pid, SIGKILL), 0);
	CU_ASSERT_EQUAL(scepd_wait(&s), 256 + SIGKILL);
	for (int i = 0; i < 6000 && (fd = client_connect(&s)) >= 0; i++) {
		close(fd);
		nanosleep(&nap, NULL);
	}
	CU_ASSERT_EQUAL(fd, -1);
	CU_ASSERT_EQUAL(errno, ECONNREFUSED);
	tmpdir_remove(&s.dir);
}

static void
how_many(void)
{
	struct conf c = {.workers = 7};
	cpu_set_t cpus, one;
	size_t n;

	CU_ASSERT_EQUAL(pool_size(&c), 7);
	c.workers = 1;
	CU_ASSERT_EQUAL(pool_size(&c), 1);
	c.workers = 0;
	CU_ASSERT_EQUAL(sched_getaffinity(0, sizeof cpus, &cpus), 0);
	n = (size_t)CPU_COUNT(&cpus);
	CU_ASSERT_EQUAL(pool_size(&c), 4 * n);
	/* Also with one processor somebody can wait at the gate. */
	CPU_ZERO(&one);
	for (size_t i = 0; CPU_COUNT(&one) == 0; i++)
		if (CPU_ISSET(i, &cpus))
			CPU_SET(i, &one);
	CU_ASSERT_EQUAL(sched_setaffinity(0, sizeof one, &one), 0);
	CU_ASSERT_EQUAL(pool_size(&c), 4);
	CU_ASSERT_EQUAL(sched_setaffinity(0, sizeof cpus, &cpus), 0);
}

/* With the one that holds the gate, never all. */
static void
how_many_wait(void)
{
	CU_ASSERT_EQUAL(pool_seats(0), 0);
	CU_ASSERT_EQUAL(pool_seats(2), 0);
	CU_ASSERT_EQUAL(pool_seats(4), 1);
	CU_ASSERT_EQUAL(pool_seats(8), 3);
	for (size_t n = 2; n < 100; n++)
		CU_ASSERT(1 + pool_seats(n) < n);
}

/* What the log hears once a day it hears again after a reload, and from nobody who is to leave. */
static void
a_new_generation_speaks_anew(void)
{
	struct pool p = {.generation = 1};
	struct proc old = {.generation = 1, .beat = &(struct beat){.ready = true}};

	daily_reset();
	pool_settle(&p);
	CU_ASSERT_TRUE(daily_take(DAILY_ENDINGS, 1));
	pool_settle(&p);
	CU_ASSERT_FALSE(daily_take(DAILY_ENDINGS, 1));
	p.generation = 2;
	p.procs = &old;
	pool_settle(&p);
	CU_ASSERT_FALSE(daily_take(DAILY_ENDINGS, 1));
	p.procs = NULL;
	pool_settle(&p);
	CU_ASSERT_TRUE(daily_take(DAILY_ENDINGS, 1));
}

CU_TestInfo pool_tests[] = {
    T(a_crash_is_replaced),
    T(a_crash_loop_is_slowed),
    T(a_request_past_its_deadline),
    T(others_are_served_meanwhile),
    T(a_worker_retires),
    T(workers_end_with_the_master),
    T(how_many),
    T(how_many_wait),
    T(a_new_generation_speaks_anew),
    CU_TEST_INFO_NULL,
};
