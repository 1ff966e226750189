/* SPDX-License-Identifier: ISC
 *
 * The trial: a child assembles the whole service and says through a pipe what is wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "conf/assemble.h"
#include "conf/owner.h"
#include "daemon/check.h"
#include "daemon/daemon.h"
#include "daemon/priv.h"

/* A token that is away may come; the service starts and says so. One that refuses the PIN is not
 * shown it by every worker as well. */
static bool
never_opens(const struct service *s, struct err *e)
{
	struct err why = ERR_INIT;

	if (service_keys_here(s, &why) == 0 || why.code == ERR_KEY_GONE)
		return false;
	err_set(e, why.code, "%s", why.detail);
	return true;
}

/* In the child. */
static int
try_it(const struct conf *c, pid_t parent, int fd)
{
	struct service s = {0};
	struct err e = ERR_INIT;
	int rc = EXIT_OK;

	if (priv_harden(parent, &e) != 0 || conf_judge(c, &e) != 0 ||
	    conf_assemble(c, &s, &e) != 0 || never_opens(&s, &e)) {
		rc = EXIT_CONFIG;
		if (write(fd, &e, sizeof e) != (ssize_t)sizeof e)
			rc = EXIT_RUNTIME;
	}
	service_free(&s);
	close(fd);
	return rc;
}

int
check_start(struct check *k, const struct conf *c, struct err *e)
{
	pid_t parent = getpid();
	int fds[2];

	*k = (struct check){.fd = -1};
	if (pipe2(fds, O_CLOEXEC) != 0)
		return err_set(e, ERR_INTERNAL, "pipe: %s", strerror(errno));
	if ((k->pid = fork()) < 0) {
		err_set(e, ERR_INTERNAL, "fork: %s", strerror(errno));
		close(fds[0]);
		close(fds[1]);
		k->pid = 0;
		return -1;
	}
	if (k->pid == 0) {
		close(fds[0]);
		exit(try_it(c, parent, fds[1]));
	}
	close(fds[1]);
	k->fd = fds[0];
	k->started = clock_ms();
	return 0;
}

int
check_end(struct check *k, int status, struct err *e)
{
	struct err theirs = ERR_INIT;
	ssize_t n = read(k->fd, &theirs, sizeof theirs);

	close(k->fd);
	*k = (struct check){.fd = -1};
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_OK)
		return 0;
	if (n != (ssize_t)sizeof theirs)
		return err_set(
		    e, ERR_INTERNAL, "the check of the configuration did not come to an end");
	return err_set(e, theirs.code, "%s", theirs.detail);
}

int
check_run(const struct conf *c, struct err *e)
{
	struct check k;
	int status = 0;

	if (check_start(&k, c, e) != 0)
		return -1;
	while (waitpid(k.pid, &status, 0) < 0)
		if (errno != EINTR) {
			status = -1;
			break;
		}
	return check_end(&k, status, e);
}
