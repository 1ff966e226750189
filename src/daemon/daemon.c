/* SPDX-License-Identifier: ISC
 *
 * From the command line to a serving master, in the order that rights demand: read, bind, detach,
 * drop, log, try, serve.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/daily.h"
#include "base/gate.h"
#include "base/ossl.h"
#include "ca/memo.h"
#include "base/tally.h"
#include "conf/assemble.h"
#include "conf/owner.h"
#include "conf/passphrase.h"
#include "daemon/check.h"
#include "daemon/daemon.h"
#include "daemon/listen.h"
#include "daemon/master.h"
#include "daemon/notify.h"
#include "daemon/options.h"
#include "daemon/pidfile.h"
#include "daemon/priv.h"
#include "daemon/typing.h"

static int
complain(const struct err *e)
{
	fprintf(stderr, "scepd: %s\n", e->detail);
	switch (e->code) {
	case ERR_CONFIG:
	case ERR_FILE:
	case ERR_KEY_FILE:
		return EXIT_CONFIG;
	default:
		return EXIT_RUNTIME;
	}
}

/* Whatever is opened later must not get the number of a standard stream. */
static void
fill_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* scepd -t: as the user that will serve, so that a key which that user cannot read is found. */
static int
check(const struct conf *c, struct err *e)
{
	struct service s = {0};
	int rc = -1;

	if (priv_drop(c, e) == 0 && conf_judge(c, e) == 0 && conf_assemble(c, &s, e) == 0 &&
	    service_keys_here(&s, e) == 0)
		rc = 0;
	service_free(&s);
	return rc;
}

static int
run_check(const char *path)
{
	struct conf c;
	struct err e = ERR_INIT;
	int code = EXIT_OK;

	if (conf_read(path, &c, &e) != 0 || typing_ask(&c, &e) != 0 || ossl_start(&e) != 0 ||
	    check(&c, &e) != 0)
		code = complain(&e);
	else
		printf("%s: ok\n", path);
	passphrase_forget();
	conf_free(&c);
	ossl_stop();
	return code;
}

static int
run_print(const char *path)
{
	struct err e = ERR_INIT;

	return conf_print(path, stdout, &e) == 0 ? EXIT_OK : complain(&e);
}

/* Waits for the detached master to be ready. */
static int
wait_started(pid_t child, int fd)
{
	char octet;
	int status;

	if (read(fd, &octet, 1) == 1)
		return EXIT_OK;
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return EXIT_RUNTIME;
	return WEXITSTATUS(status);
}

/* Leaves the terminal. The parent ends here, when the child is ready or has failed; *started_fd is
 * where the child says so. */
static int
detach(int *started_fd, struct err *e)
{
	int fds[2];
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) != 0 || (child = fork()) < 0)
		return err_set(e, ERR_INTERNAL, "cannot detach: %s", strerror(errno));
	if (child > 0) {
		close(fds[1]);
		/* _exit: what is to be cleaned up belongs to the child now. */
		_exit(wait_started(child, fds[0]));
	}
	close(fds[0]);
	*started_fd = fds[1];
	if (setsid() < 0)
		return err_set(e, ERR_INTERNAL, "setsid: %s", strerror(errno));
	return 0;
}

/* The terminal goes once there is nothing more to say to it. */
static void
leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
}

/* Between the bound socket and the first worker. */
static int
prepare(const struct options *o, struct pid_file *pid, struct master_args *a, struct err *e)
{
	const struct conf *c = a->conf;

	if (a->detached && detach(&a->started_fd, e) != 0)
		return -1;
	if (o->pid_file != NULL && pid_file_write(o->pid_file, pid, e) != 0)
		return -1;
	if (chdir("/") != 0)
		return err_set(e, ERR_INTERNAL, "/: %s", strerror(errno));
	if (priv_drop(c, e) != 0 || master_log_open(c, a->detached, e) != 0)
		return -1;
	if (geteuid() == 0)
		log_msg(LOG_LEVEL_WARN, "running as root: set user in %s", c->file);
	if (ossl_start(e) != 0 || gate_start(e) != 0 || daily_start(e) != 0 ||
	    tally_start(e) != 0 || memo_start(e) != 0)
		return -1;
	if (check_run(c, e) != 0)
		return -1;
	if (a->detached)
		leave_terminal();
	return 0;
}

static int
serve(const struct options *o)
{
	struct conf c;
	struct listener l = {.fd = -1};
	struct pid_file pid = {0};
	struct master_args a = {.conf = &c, .listener = &l, .started_fd = -1};
	struct err e = ERR_INIT;
	int code;

	if (conf_read(o->config, &c, &e) != 0 || typing_ask(&c, &e) != 0) {
		code = complain(&e);
		goto out;
	}
	master_block_signals();
	if (listen_open(&c, &l, &e) != 0) {
		code = complain(&e);
		goto out;
	}
	/* A program that supervises us would take a parent that ends for a crash. */
	a.detached = !o->foreground && !l.inherited && !notify_wanted();
	if (prepare(o, &pid, &a, &e) != 0) {
		if (a.detached || strcmp(c.log_target, "stderr") != 0)
			log_msg(LOG_LEVEL_ERROR, "%s", e.detail);
		code = complain(&e);
		goto out;
	}
	code = master_run(&a);
out:
	if (pid_file_remove(&pid) != 0)
		log_msg(LOG_LEVEL_WARN, "%s stays: %s", o->pid_file, strerror(errno));
	listen_close(&l);
	passphrase_forget();
	conf_free(&c);
	ossl_stop();
	return code;
}

int
daemon_main(int argc, char **argv)
{
	struct options o;

	if (options_read(argc, argv, &o) != 0)
		return EXIT_USAGE;
	fill_standard_fds();
	switch (o.action) {
	case ACTION_HELP:
		options_help();
		return EXIT_OK;
	case ACTION_VERSION:
		options_version();
		return EXIT_OK;
	case ACTION_PRINT:
		return run_print(o.config);
	case ACTION_CHECK:
		return run_check(o.config);
	default:
		return serve(&o);
	}
}
