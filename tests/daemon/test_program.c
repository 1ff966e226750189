/* SPDX-License-Identifier: ISC
 *
 * The program from outside: options and exit codes, where the socket comes from, detaching, rights,
 * the service manager.
 */
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/priv.h"
#include "suites.h"

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
options_and_exit_codes(void)
{
	struct scepd s;

	scepd_configure(&s, "workers = 3;");
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-h")), EXIT_OK);
	CU_ASSERT_EQUAL(
	    scepd_count(&s, "out", "Exit codes: 0 done, 1 failure while running, 2 usage, 3"), 1);
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("--help")), EXIT_OK);
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-V")), EXIT_OK);
	CU_ASSERT_EQUAL(scepd_count(&s, "out", "OpenSSL 3"), 1);
	CU_ASSERT_EQUAL(scepd_count(&s, "out", "libfcgi libfcgi.so"), 1);
	CU_ASSERT_EQUAL(scepd_count(&s, "out", "libconfig libconfig.so"), 1);
	CU_ASSERT_EQUAL(scepd_count(&s, "out", "(built with "), 3);
	CU_ASSERT_EQUAL(scepd_count(&s, "out", "store protocol " STORE_PROTOCOL), 1);
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-x")), EXIT_USAGE);
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("operand")), EXIT_USAGE);
	CU_ASSERT_EQUAL(scepd_count(&s, "err", "there are no operands"), 1);
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-T")), EXIT_OK);
	CU_ASSERT_EQUAL(scepd_count(&s, "out", "# scepd.conf:4"), 1);
	tmpdir_remove(&s.dir);
}

static void
checking_a_configuration(void)
{
	struct scepd s;

	scepd_configure(&s, "user = \"\";");
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-t")), EXIT_OK);
	CU_ASSERT_EQUAL(scepd_count(&s, "out", "scepd.conf: ok"), 1);
	close(open(tmpdir_path(&s.dir, "broken"), O_CREAT | O_WRONLY, 0600));
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-t")), EXIT_CONFIG);
	CU_ASSERT_EQUAL(scepd_count(&s, "err", "broken: a key that is no key"), 1);
	CU_ASSERT_EQUAL(scepd_count(&s, "out", "ok"), 0);
	CU_ASSERT_EQUAL(chmod(tmpdir_path(&s.dir, "scepd.conf"), 0666), 0);
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&s.dir, "broken")), 0);
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-t")), EXIT_CONFIG);
	CU_ASSERT_EQUAL(scepd_count(&s, "err", "scepd.conf: writable by group or others"), 1);
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-f")), EXIT_CONFIG);
	CU_ASSERT_EQUAL(scepd_count(&s, "err", "scepd.conf: writable by group or others"), 1);
	CU_ASSERT_EQUAL(chmod(tmpdir_path(&s.dir, "scepd.conf"), 0644), 0);
	scepd_rewrite(&s, "workers = yes;");
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-t")), EXIT_CONFIG);
	CU_ASSERT_EQUAL(
	    scepd_count(&s, "err", "scepd: scepd.conf:4: yes is not a boolean here"), 1);
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-T")), EXIT_CONFIG);
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-f")), EXIT_CONFIG);
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&s.dir, "scepd.conf")), 0);
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-t")), EXIT_CONFIG);
	CU_ASSERT_EQUAL(scepd_count(&s, "err", "No such file or directory"), 1);
	tmpdir_remove(&s.dir);
}

/* A token that is away may come: the service starts, and a trial says so. A PIN that is wrong does
 * not mend itself. */
static void
keys_that_cannot_be_used(void)
{
	struct scepd s, running;

	scepd_configure(&s, "workers = 1; user = \"\";");
	close(open(tmpdir_path(&s.dir, "refused"), O_CREAT | O_WRONLY, 0600));
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-t")), EXIT_CONFIG);
	CU_ASSERT_EQUAL(scepd_count(&s, "err", "refused: a token that refuses the PIN"), 1);
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-f")), EXIT_CONFIG);
	CU_ASSERT_EQUAL(scepd_count(&s, "err", "refused: a token that refuses the PIN"), 1);
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&s.dir, "refused")), 0);
	close(open(tmpdir_path(&s.dir, "away"), O_CREAT | O_WRONLY, 0600));
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-t")), EXIT_RUNTIME);
	CU_ASSERT_EQUAL(scepd_count(&s, "err", "away: a token that is away"), 1);
	running = s;
	scepd_exec(&running, -1, -1, ARGS("-f"));
	CU_ASSERT_TRUE(scepd_await(&running, "log", "msg=started", 1));
	CU_ASSERT_TRUE(client_number(&running, "/pid") > 0);
	CU_ASSERT_EQUAL(scepd_stop(&running), EXIT_OK);
}

static void
a_start_that_fails(void)
{
	struct scepd s, other;

	scepd_configure(&s, "user = \"\";");
	close(open(tmpdir_path(&s.dir, "broken"), O_CREAT | O_WRONLY, 0600));
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-f")), EXIT_CONFIG);
	CU_ASSERT_EQUAL(scepd_count(&s, "err", "a key that is no key"), 1);
	/* Detaching does not hide it. */
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-c")), EXIT_USAGE);
	CU_ASSERT_EQUAL(scepd_run(&s, (const char *const[]){NULL}), EXIT_CONFIG);
	CU_ASSERT_EQUAL(scepd_count(&s, "err", "a key that is no key"), 1);
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&s.dir, "broken")), 0);

	other = s;
	scepd_exec(&other, -1, -1, ARGS("-f"));
	CU_ASSERT_TRUE(scepd_await(&other, "log", "msg=started", 1));
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-f")), EXIT_RUNTIME);
	CU_ASSERT_EQUAL(scepd_count(&s, "err", "another process listens there"), 1);
	CU_ASSERT_EQUAL(scepd_stop(&other), EXIT_OK);
}

static int
listening_socket(struct scepd *s)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(un.sun_path, sizeof un.sun_path, "%.107s", tmpdir_path(&s->dir, "sock"));
	CU_ASSERT_EQUAL(bind(fd, (const struct sockaddr *)&un, sizeof un), 0);
	CU_ASSERT_EQUAL(listen(fd, 16), 0);
	return fd;
}

/* Whoever gave the socket watches the process that it started: that one must serve, without being
 * told -f. */
static void
a_socket_that_was_given(void)
{
	static const char *const none[] = {NULL};

	for (int systemd = 0; systemd < 2; systemd++) {
		struct scepd s;
		int fd;

		scepd_configure(&s, "workers = 1; user = \"\";");
		fd = listening_socket(&s);
		scepd_exec(&s, systemd ? -1 : fd, systemd ? fd : -1, none);
		close(fd);
		CU_ASSERT_TRUE(
		    scepd_await(&s, "log", systemd ? "sock (systemd)" : "sock (descriptor 0)", 1));
		CU_ASSERT_TRUE(client_number(&s, "/pid") > 0);
		CU_ASSERT_EQUAL(kill(s.pid, SIGTERM), 0);
		CU_ASSERT_EQUAL(scepd_wait(&s), EXIT_OK);
		/* It belongs to somebody else. */
		CU_ASSERT_EQUAL(access(tmpdir_path(&s.dir, "sock"), F_OK), 0);
		tmpdir_remove(&s.dir);
	}
}

static void
no_socket_at_all(void)
{
	struct scepd s;

	scepd_configure(&s, "");
	FILE *f = fopen(tmpdir_path(&s.dir, "scepd.conf"), "w");
	fputs("listen = \"\"; user = \"\";", f);
	fclose(f);
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-f")), EXIT_CONFIG);
	CU_ASSERT_EQUAL(scepd_count(&s, "err", "no socket: descriptor 0 is none"), 1);
	tmpdir_remove(&s.dir);
}

static void
detached(void)
{
	const struct timespec nap = {.tv_nsec = 5000000};
	struct scepd s;
	char pid_file[PATH_MAX];
	FILE *f;
	int pid = 0;

	scepd_configure(&s, "workers = 1; user = \"\";");
	snprintf(pid_file, sizeof pid_file, "%s", tmpdir_path(&s.dir, "pid"));
	/* It returns when the service is ready. */
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-p", pid_file)), EXIT_OK);
	CU_ASSERT_TRUE(client_number(&s, "/pid") > 0);
	f = fopen(pid_file, "r");
	CU_ASSERT_FATAL(f != NULL);
	CU_ASSERT_EQUAL(fscanf(f, "%d", &pid), 1);
	fclose(f);
	CU_ASSERT_EQUAL(getsid(pid), pid);
	CU_ASSERT_EQUAL(kill(pid, SIGTERM), 0);
	CU_ASSERT_TRUE(scepd_await(&s, "log", "stopped", 1));
	for (int i = 0; i < 2000 && access(pid_file, F_OK) == 0; i++)
		nanosleep(&nap, NULL);
	CU_ASSERT_EQUAL(access(pid_file, F_OK), -1);
	tmpdir_remove(&s.dir);
}

static void
the_pid_file_of_a_start_that_fails(void)
{
	struct scepd s;
	char pid_file[PATH_MAX];

	scepd_configure(&s, "user = \"\";");
	snprintf(pid_file, sizeof pid_file, "%s", tmpdir_path(&s.dir, "pid"));
	close(open(tmpdir_path(&s.dir, "broken"), O_CREAT | O_WRONLY, 0600));
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-f", "-p", pid_file)), EXIT_CONFIG);
	CU_ASSERT_EQUAL(access(pid_file, F_OK), -1);
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-p", pid_file)), EXIT_CONFIG);
	CU_ASSERT_EQUAL(access(pid_file, F_OK), -1);
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&s.dir, "broken")), 0);
	snprintf(pid_file, sizeof pid_file, "%s", tmpdir_path(&s.dir, "no/such/pid"));
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-f", "-p", pid_file)), EXIT_CONFIG);
	CU_ASSERT_TRUE(scepd_count(&s, "err", "no/such") > 0);
	tmpdir_remove(&s.dir);
}

static void
the_pid_file_by_a_relative_path(void)
{
	struct scepd s;
	char back[PATH_MAX];

	scepd_configure(&s, "workers = 1; user = \"\";");
	CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(back, sizeof back));
	CU_ASSERT_EQUAL_FATAL(chdir(s.dir.path), 0);
	scepd_exec(&s, -1, -1, ARGS("-f", "-p", "pid"));
	CU_ASSERT_EQUAL_FATAL(chdir(back), 0);
	CU_ASSERT_TRUE(scepd_await(&s, "log", "msg=started", 1));
	CU_ASSERT_EQUAL(access(tmpdir_path(&s.dir, "pid"), F_OK), 0);
	CU_ASSERT_EQUAL(kill(s.pid, SIGTERM), 0);
	CU_ASSERT_EQUAL(scepd_wait(&s), EXIT_OK);
	CU_ASSERT_EQUAL(access(tmpdir_path(&s.dir, "pid"), F_OK), -1);
	tmpdir_remove(&s.dir);
}

static void
the_pid_file_of_somebody_else_stays(void)
{
	struct scepd s;
	char pid_file[PATH_MAX];
	int fd;

	scepd_configure(&s, "workers = 1; user = \"\";");
	snprintf(pid_file, sizeof pid_file, "%s", tmpdir_path(&s.dir, "pid"));
	fd = open(tmpdir_path(&s.dir, "other"), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	scepd_exec(&s, -1, -1, ARGS("-f", "-p", pid_file));
	CU_ASSERT_TRUE(scepd_await(&s, "log", "msg=started", 1));
	CU_ASSERT_EQUAL(rename(tmpdir_path(&s.dir, "other"), pid_file), 0);
	CU_ASSERT_EQUAL(kill(s.pid, SIGTERM), 0);
	CU_ASSERT_EQUAL(scepd_wait(&s), EXIT_OK);
	CU_ASSERT_EQUAL(access(pid_file, F_OK), 0);
	close(fd);
	tmpdir_remove(&s.dir);
}

/* The value of a line of /proc/PID/FILE. */
static void
proc_line(long pid, const char *file, const char *key, char out[256])
{
	char path[64];
	FILE *f;

	out[0] = '\0';
	snprintf(path, sizeof path, "/proc/%ld/%s", pid, file);
	if ((f = fopen(path, "r")) == NULL)
		return;
	while (fgets(out, 256, f) != NULL)
		if (strncmp(out, key, strlen(key)) == 0)
			break;
	fclose(f);
}

static void
rights_of_a_worker(void)
{
	struct scepd s;
	char line[256], soft[32] = "", hard[32] = "";
	long worker;

	scepd_start(&s, "workers = 1; user = \"\";");
	worker = client_number(&s, "/pid");
	CU_ASSERT_TRUE(worker > 0);
	CU_ASSERT_NOT_EQUAL(worker, (long)s.pid);
	proc_line(worker, "status", "NoNewPrivs:", line);
	CU_ASSERT_STRING_EQUAL(line, "NoNewPrivs:\t1\n");
	proc_line(worker, "limits", "Max core file size", line);
	CU_ASSERT_EQUAL(sscanf(line, "Max core file size %31s %31s", soft, hard), 2);
	CU_ASSERT_STRING_EQUAL(soft, "0");
	CU_ASSERT_STRING_EQUAL(hard, "0");
	CU_ASSERT_EQUAL(scepd_stop(&s), EXIT_OK);
}

/* In a child: becomes nobody; 0 when all that is as it should be and nothing brings root back. */
static int
try_to_drop(const struct passwd *nobody)
{
	char user[] = "nobody", group[] = "";
	const struct conf c = {.user = user, .group = group};
	struct err e = ERR_INIT;
	uid_t u[3];
	gid_t g[3], groups[1];

	if (priv_drop(&c, &e) != 0)
		return 1;
	if (getresuid(&u[0], &u[1], &u[2]) != 0 || getresgid(&g[0], &g[1], &g[2]) != 0)
		return 2;
	for (int i = 0; i < 3; i++)
		if (u[i] != nobody->pw_uid || g[i] != nobody->pw_gid)
			return 3;
	if (getgroups(1, groups) != 1 || groups[0] != nobody->pw_gid)
		return 4;
	return setuid(0) == 0 || setgid(0) == 0 ? 5 : 0;
}

static int
child_status(pid_t child)
{
	int status = -1;

	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
root_becomes_somebody(void)
{
	const struct passwd *nobody = getpwnam("nobody");
	struct scepd s;
	pid_t child;

	if (geteuid() != 0 || nobody == NULL) {
		fprintf(stderr, "(not root: nothing to try) ");
		return;
	}
	fflush(NULL);
	if ((child = fork()) == 0)
		_exit(try_to_drop(nobody));
	CU_ASSERT_EQUAL(child_status(child), 0);

	scepd_configure(&s, "user = \"no-such-user\";");
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-f")), EXIT_CONFIG);
	CU_ASSERT_EQUAL(scepd_count(&s, "err", "user: there is no user \"no-such-user\""), 1);
	scepd_rewrite(&s, "user = \"nobody\"; group = \"no-such-group\";");
	CU_ASSERT_EQUAL(scepd_run(&s, ARGS("-t")), EXIT_CONFIG);
	CU_ASSERT_EQUAL(scepd_count(&s, "err", "group: there is no group \"no-such-group\""), 1);
	tmpdir_remove(&s.dir);
}

static bool
reaches(const struct passwd *pw, const char *folder)
{
	pid_t child;

	fflush(NULL);
	if ((child = fork()) == 0)
		_exit(setuid(pw->pw_uid) != 0 || access(folder, W_OK | X_OK) != 0);
	return child_status(child) == 0;
}

static void
master_and_workers_are_somebody(void)
{
	const struct passwd *nobody = getpwnam("nobody");
	struct scepd s;
	char line[256], want[128];

	scepd_configure(&s, "workers = 1; user = \"nobody\";");
	if (geteuid() != 0 || nobody == NULL ||
	    chown(s.dir.path, nobody->pw_uid, nobody->pw_gid) != 0 ||
	    !reaches(nobody, s.dir.path)) {
		fprintf(
		    stderr, "(not root, or nobody cannot reach %s: nothing to try) ", s.dir.path);
		tmpdir_remove(&s.dir);
		return;
	}
	scepd_exec(&s, -1, -1, ARGS("-f"));
	CU_ASSERT_TRUE(scepd_await(&s, "log", "msg=started", 1));
	snprintf(want, sizeof want, "Uid:\t%u\t%u\t%u\t%u\n", nobody->pw_uid, nobody->pw_uid,
	    nobody->pw_uid, nobody->pw_uid);
	proc_line(client_number(&s, "/pid"), "status", "Uid:", line);
	CU_ASSERT_STRING_EQUAL(line, want);
	proc_line(s.pid, "status", "Uid:", line);
	CU_ASSERT_STRING_EQUAL(line, want);
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "running as root"), 0);
	CU_ASSERT_EQUAL(scepd_stop(&s), EXIT_OK);
}

static void
the_service_manager_is_told(void)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct scepd s;
	char got[256];
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ssize_t n;
	static const char *const want[] = {
	    "READY=1\n", "RELOADING=1\n", "READY=1\n", "STOPPING=1\n"};

	scepd_configure(&s, "workers = 1; user = \"\";");
	snprintf(un.sun_path, sizeof un.sun_path, "%.107s", tmpdir_path(&s.dir, "notify"));
	CU_ASSERT_EQUAL(bind(fd, (const struct sockaddr *)&un, sizeof un), 0);
	setenv("NOTIFY_SOCKET", un.sun_path, 1);
	/* Without -f: the manager means this process. */
	scepd_exec(&s, -1, -1, (const char *const[]){NULL});
	unsetenv("NOTIFY_SOCKET");
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		n = recv(fd, got, sizeof got - 1, 0);
		CU_ASSERT_FATAL(n > 0);
		got[n] = '\0';
		CU_ASSERT_EQUAL(strncmp(got, want[i], strlen(want[i])), 0);
		if (i == 0)
			CU_ASSERT_EQUAL(kill(s.pid, SIGHUP), 0);
		if (i == 2)
			CU_ASSERT_EQUAL(kill(s.pid, SIGTERM), 0);
	}
	CU_ASSERT_EQUAL(scepd_wait(&s), EXIT_OK);
	close(fd);
	tmpdir_remove(&s.dir);
}

CU_TestInfo program_tests[] = {
    T(options_and_exit_codes),
    T(checking_a_configuration),
    T(keys_that_cannot_be_used),
    T(a_start_that_fails),
    T(a_socket_that_was_given),
    T(no_socket_at_all),
    T(detached),
    T(the_pid_file_of_a_start_that_fails),
    T(the_pid_file_by_a_relative_path),
    T(the_pid_file_of_somebody_else_stays),
    T(rights_of_a_worker),
    T(root_becomes_somebody),
    T(master_and_workers_are_somebody),
    T(the_service_manager_is_told),
    CU_TEST_INFO_NULL,
};
