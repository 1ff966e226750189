/* SPDX-License-Identifier: ISC
 *
 * TERM drains, HUP reloads by generation or leaves everything as it was, USR1 opens the log again.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suites.h"

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A request that a worker has in hand until the gate opens; gives its connection. */
static int
request_in_hand(struct scepd *s, int *gate)
{
	int fd;

	CU_ASSERT_EQUAL(mkfifo(tmpdir_path(&s->dir, "gate"), 0600), 0);
	fd = client_connect(s);
	client_send(
	    fd, &(struct request){.params = ARGS("REQUEST_METHOD", "GET", "SCRIPT_NAME", "/gate")});
	/* Opening for writing waits for the worker that reads. */
	*gate = open(tmpdir_path(&s->dir, "gate"), O_WRONLY | O_CLOEXEC);
	CU_ASSERT_TRUE(*gate >= 0);
	return fd;
}

static bool
url_is(struct scepd *s, const char *url)
{
	char out[4096];

	return client_get(s, "/url", out, sizeof out) && strstr(out, url) != NULL;
}

static void
term_finishes_what_is_in_hand(void)
{
	static const int signals[] = {SIGTERM, SIGINT};

	for (size_t i = 0; i < 2; i++) {
		struct scepd s;
		char out[4096];
		int fd, gate;

		scepd_start(&s, "workers = 2; user = \"\";");
		fd = request_in_hand(&s, &gate);
		CU_ASSERT_EQUAL(kill(s.pid, signals[i]), 0);
		CU_ASSERT_TRUE(scepd_await(&s, "log", "stopping", 1));
		close(gate);
		CU_ASSERT_TRUE(client_read(fd, out, sizeof out));
		CU_ASSERT_PTR_NOT_NULL(strstr(out, "GET /gate"));
		close(fd);
		CU_ASSERT_EQUAL(scepd_wait(&s), 0);
		CU_ASSERT_EQUAL(access(tmpdir_path(&s.dir, "sock"), F_OK), -1);
		CU_ASSERT_EQUAL(scepd_count(&s, "log", "level=error"), 0);
		tmpdir_remove(&s.dir);
	}
}

static void
term_does_not_wait_for_ever(void)
{
	struct scepd s;
	int fd, gate;

	scepd_start(
	    &s, "workers = 1; user = \"\"; request_deadline = \"1h\"; drain_deadline = \"1s\";");
	fd = request_in_hand(&s, &gate);
	CU_ASSERT_EQUAL(kill(s.pid, SIGTERM), 0);
	CU_ASSERT_EQUAL(scepd_wait(&s), 0);
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "killed: it did not end within 1 seconds"), 1);
	close(gate);
	close(fd);
	tmpdir_remove(&s.dir);
}

static void
hup_starts_a_new_generation(void)
{
	struct scepd s;
	char out[4096];
	int fd, gate;

	scepd_start(&s, "workers = 1; user = \"\"; public_url = \"http://old\";");
	fd = request_in_hand(&s, &gate);
	scepd_rewrite(&s, "workers = 2; user = \"\"; public_url = \"http://new\";");
	CU_ASSERT_EQUAL(kill(s.pid, SIGHUP), 0);
	CU_ASSERT_TRUE(scepd_await(&s, "log", "msg=reloaded", 1));
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "workers=2"), 1);
	/* The old worker still has a request; everybody else meets the new ones. */
	for (int i = 0; i < 10; i++)
		CU_ASSERT_TRUE(url_is(&s, "http://new"));
	close(gate);
	CU_ASSERT_TRUE(client_read(fd, out, sizeof out));
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "GET /gate"));
	close(fd);
	CU_ASSERT_TRUE(scepd_await(&s, "log", "ended after 1 requests", 1));
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "level=error"), 0);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

/* What a host runs is told to the others only when nothing older runs any more. */
static void
new_workers_know_of_older_ones(void)
{
	struct scepd s;
	int fd, gate;

	scepd_start(&s, "workers = 1; user = \"\";");
	while (client_number(&s, "/replacing") != 2)
		continue;
	fd = request_in_hand(&s, &gate);
	CU_ASSERT_EQUAL(kill(s.pid, SIGHUP), 0);
	CU_ASSERT_TRUE(scepd_await(&s, "log", "msg=reloaded", 1));
	for (int i = 0; i < 10; i++)
		CU_ASSERT_EQUAL(client_number(&s, "/replacing"), 1);
	close(gate);
	/* The old one ends although others wait to be served. */
	while (client_number(&s, "/replacing") != 2)
		continue;
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "ended after"), 1);
	close(fd);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

/* Nothing is lost while generations change under load. */
static void
hup_again_and_again(void)
{
	struct scepd s;

	scepd_start(&s, "workers = 2; user = \"\";");
	for (int i = 1; i <= 5; i++) {
		CU_ASSERT_EQUAL(kill(s.pid, SIGHUP), 0);
		do {
			CU_ASSERT_TRUE_FATAL(client_number(&s, "/pid") > 0);
		} while (scepd_count(&s, "log", "msg=reloaded") < i);
	}
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "level=error"), 0);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

static void
hup_with_a_bad_configuration(void)
{
	struct scepd s;
	long worker;

	scepd_start(&s, "workers = 1; user = \"\"; public_url = \"http://old\";");
	worker = client_number(&s, "/pid");
	scepd_rewrite(&s, "public_url = \"http://new\";\nworker = 1;");
	CU_ASSERT_EQUAL(kill(s.pid, SIGHUP), 0);
	CU_ASSERT_TRUE(scepd_await(&s, "log", "the old configuration stays in force", 1));
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "reload: scepd.conf:5: unknown key"), 1);
	CU_ASSERT_EQUAL(client_number(&s, "/pid"), worker);

	/* A fault that only shows when keys are read. */
	scepd_rewrite(&s, "user = \"\"; public_url = \"http://new\";");
	close(open(tmpdir_path(&s.dir, "broken"), O_CREAT | O_WRONLY, 0600));
	CU_ASSERT_EQUAL(kill(s.pid, SIGHUP), 0);
	CU_ASSERT_TRUE(scepd_await(&s, "log", "the old configuration stays in force", 2));
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "broken: a key that is no key"), 1);
	CU_ASSERT_EQUAL(client_number(&s, "/pid"), worker);
	CU_ASSERT_TRUE(url_is(&s, "http://old"));

	/* Files that others can write. */
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&s.dir, "broken")), 0);
	CU_ASSERT_EQUAL(chmod(tmpdir_path(&s.dir, "scepd.conf"), 0666), 0);
	CU_ASSERT_EQUAL(kill(s.pid, SIGHUP), 0);
	CU_ASSERT_TRUE(scepd_await(&s, "log", "the old configuration stays in force", 3));
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "scepd.conf: writable by group or others"), 1);
	CU_ASSERT_EQUAL(chmod(tmpdir_path(&s.dir, "scepd.conf"), 0644), 0);

	/* A log that cannot be opened. */
	FILE *f = fopen(tmpdir_path(&s.dir, "scepd.conf"), "w");
	fputs("listen = \"sock\"; user = \"\"; log_target = \"no/such/folder/log\";", f);
	fclose(f);
	CU_ASSERT_EQUAL(kill(s.pid, SIGHUP), 0);
	CU_ASSERT_TRUE(scepd_await(&s, "log", "the old configuration stays in force", 4));
	CU_ASSERT_EQUAL(client_number(&s, "/pid"), worker);
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "msg=reloaded"), 0);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

static void
hup_says_what_takes_a_restart(void)
{
	struct scepd s;

	scepd_start(&s, "workers = 1; user = \"\";");
	scepd_rewrite(&s, "workers = 1; user = \"\"; listen_mode = \"0600\";");
	CU_ASSERT_EQUAL(kill(s.pid, SIGHUP), 0);
	CU_ASSERT_TRUE(scepd_await(&s, "log", "msg=reloaded", 1));
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "listen_mode changes with a restart only"), 1);
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "user changes with a restart only"), 0);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

static void
usr1_opens_the_files_again(void)
{
	struct scepd s;
	char old[PATH_MAX], out[4096];

	scepd_start(&s, "workers = 1; user = \"\";");
	CU_ASSERT_TRUE(client_get(&s, "/log", out, sizeof out));
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "a worker speaks"), 1);
	snprintf(old, sizeof old, "%s", tmpdir_path(&s.dir, "log.1"));
	CU_ASSERT_EQUAL(rename(tmpdir_path(&s.dir, "log"), old), 0);
	snprintf(old, sizeof old, "%s", tmpdir_path(&s.dir, "issued.1"));
	CU_ASSERT_EQUAL(rename(tmpdir_path(&s.dir, "issued"), old), 0);
	CU_ASSERT_EQUAL(kill(s.pid, SIGUSR1), 0);
	/* The worker gets the word from the master, when that has it. */
	do {
		CU_ASSERT_TRUE_FATAL(client_get(&s, "/log", out, sizeof out));
	} while (scepd_count(&s, "log", "a worker speaks") == 0);
	CU_ASSERT_TRUE(scepd_count(&s, "issued.1", "a worker records") > 0);
	CU_ASSERT_TRUE(scepd_count(&s, "issued", "a worker records") > 0);
	CU_ASSERT_EQUAL(kill(s.pid, SIGTERM), 0);
	CU_ASSERT_EQUAL(scepd_wait(&s), 0);
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "stopped"), 1);
	CU_ASSERT_EQUAL(scepd_count(&s, "log.1", "stopped"), 0);
	tmpdir_remove(&s.dir);
}

/* The next request is there before the worker waits again. */
static void
usr1_is_heard_under_load(void)
{
	struct scepd s;
	char old[PATH_MAX], out[4096];
	int fds[2], gate;
	long worker;

	scepd_start(&s, "workers = 1; user = \"\";");
	worker = client_number(&s, "/pid");
	fds[0] = request_in_hand(&s, &gate);
	fds[1] = client_connect(&s);
	client_send(fds[1],
	    &(struct request){.params = ARGS("REQUEST_METHOD", "GET", "SCRIPT_NAME", "/log")});
	snprintf(old, sizeof old, "%s", tmpdir_path(&s.dir, "log.1"));
	CU_ASSERT_EQUAL(rename(tmpdir_path(&s.dir, "log"), old), 0);
	CU_ASSERT_EQUAL_FATAL(kill((pid_t)worker, SIGUSR1), 0);
	close(gate);
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_TRUE(client_read(fds[i], out, sizeof out));
		close(fds[i]);
	}
	CU_ASSERT_EQUAL(scepd_count(&s, "log.1", "a worker speaks"), 0);
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "a worker speaks"), 1);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

CU_TestInfo signal_tests[] = {
    T(term_finishes_what_is_in_hand),
    T(term_does_not_wait_for_ever),
    T(hup_starts_a_new_generation),
    T(new_workers_know_of_older_ones),
    T(hup_again_and_again),
    T(hup_with_a_bad_configuration),
    T(hup_says_what_takes_a_restart),
    T(usr1_opens_the_files_again),
    T(usr1_is_heard_under_load),
    CU_TEST_INFO_NULL,
};
