/* SPDX-License-Identifier: ISC
 *
 * scepd as a process under test. It dies with the test program, whatever happens to that.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "suites.h"

#define PATIENCE 30 /* seconds: only ever waited for in full by a test that fails */
#define ARGS_MAX 12

void
scepd_rewrite(struct scepd *s, const char *more)
{
	FILE *f = fopen(tmpdir_path(&s->dir, "scepd.conf"), "w");

	CU_ASSERT_FATAL(f != NULL);
	fprintf(f, "listen = \"sock\";\nlog_target = \"log\";\nlog_level = \"debug\";\n%s\n", more);
	fclose(f);
}

void
scepd_configure(struct scepd *s, const char *more)
{
	*s = (struct scepd){0};
	CU_ASSERT_FATAL(tmpdir_make(&s->dir) == 0);
	scepd_rewrite(s, more);
}

/* In the child: becomes the program. */
static void
become_scepd(struct scepd *s, int fd0, int fd3, const char *const *args)
{
	char *argv[ARGS_MAX] = {
	    (char[]){"scepd"}, (char[]){"-c"}, strdup(tmpdir_path(&s->dir, "scepd.conf"))};
	char pid[16];
	size_t n = 3;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (*args != NULL && n < ARGS_MAX - 1)
		argv[n++] = strdup(*args++);
	if (fd0 < 0)
		fd0 = open("/dev/null", O_RDONLY);
	dup2(fd0, STDIN_FILENO);
	if (fd3 >= 0) {
		dup2(fd3, 3);
		fcntl(3, F_SETFD, 0); /* it may have been number 3 already */
		snprintf(pid, sizeof pid, "%d", (int)getpid());
		setenv("LISTEN_PID", pid, 1);
		setenv("LISTEN_FDS", "1", 1);
	}
	setenv("SCEPD_UNDER_TEST", "1", 1);
	execv("/proc/self/exe", argv);
	_exit(99);
}

void
scepd_exec(struct scepd *s, int fd0, int fd3, const char *const *args)
{
	fflush(NULL);
	s->pid = fork();
	CU_ASSERT_FATAL(s->pid >= 0);
	if (s->pid == 0)
		become_scepd(s, fd0, fd3, args);
}

void
scepd_start(struct scepd *s, const char *more)
{
	static const char *const args[] = {"-f", NULL};

	scepd_configure(s, more);
	scepd_exec(s, -1, -1, args);
	CU_ASSERT_TRUE_FATAL(scepd_await(s, "log", "msg=started", 1));
}

int
scepd_wait(struct scepd *s)
{
	int status = 0;

	CU_ASSERT_EQUAL(waitpid(s->pid, &status, 0), s->pid);
	s->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

int
scepd_stop(struct scepd *s)
{
	int code;

	kill(s->pid, SIGTERM);
	code = scepd_wait(s);
	if (code != 0 || scepd_count(s, "log", "Sanitizer") != 0)
		fprintf(stderr, "\n  scepd ended with %d, see %s\n", code, s->dir.path);
	else
		tmpdir_remove(&s->dir);
	return code;
}

int
scepd_count(struct scepd *s, const char *file, const char *text)
{
	FILE *f = fopen(tmpdir_path(&s->dir, file), "r");
	char line[4096];
	int n = 0;

	if (f == NULL)
		return 0;
	while (fgets(line, sizeof line, f) != NULL)
		n += strstr(line, text) != NULL;
	fclose(f);
	return n;
}

bool
scepd_await(struct scepd *s, const char *file, const char *text, int times)
{
	const struct timespec nap = {.tv_nsec = 5000000};
	time_t end = time(NULL) + PATIENCE;

	while (scepd_count(s, file, text) < times) {
		if (time(NULL) > end) {
			fprintf(stderr, "\n  no \"%s\" in %s\n", text, tmpdir_path(&s->dir, file));
			return false;
		}
		nanosleep(&nap, NULL);
	}
	return true;
}

int
scepd_run(struct scepd *s, const char *const *args)
{
	int out, err;

	fflush(NULL);
	s->pid = fork();
	CU_ASSERT_FATAL(s->pid >= 0);
	if (s->pid == 0) {
		out = open(tmpdir_path(&s->dir, "out"), O_WRONLY | O_CREAT | O_TRUNC, 0644);
		err = open(tmpdir_path(&s->dir, "err"), O_WRONLY | O_CREAT | O_TRUNC, 0644);
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		become_scepd(s, -1, -1, args);
	}
	return scepd_wait(s);
}
