/* SPDX-License-Identifier: ISC
 *
 * The master's loop. A reload goes by generation: the new configuration is parsed whole here, tried
 * in a child, and only when both went well do new workers start; the old ones are asked to end when
 * the new ones are ready. Whatever fails on the way leaves the old set as it is.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/check.h"
#include "daemon/daemon.h"
#include "daemon/master.h"
#include "daemon/notify.h"
#include "daemon/pool.h"

#define TICK 1000       /* ms: how often the beats are looked at */
#define CHECK_MAX 60000 /* ms: what the trial of a configuration may take */

struct master {
	const struct master_args *a;
	struct pool pool;
	struct conf next; /* under trial while check.pid != 0 */
	struct check check;
	bool again; /* another reload was asked for meanwhile */
	bool stopping;
	unsigned announced; /* the last generation that was ready */
};

static volatile sig_atomic_t got_stop, got_reload, got_reopen;

static void
on_signal(int sig)
{
	if (sig == SIGHUP)
		got_reload = 1;
	else if (sig == SIGUSR1)
		got_reopen = 1;
	else if (sig != SIGCHLD) /* which has done its duty by ending the wait */
		got_stop = 1;
}

static const int handled[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD};
#define HANDLED (sizeof handled / sizeof handled[0])

void
master_block_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal};
	sigset_t set;

	sigemptyset(&sa.sa_mask);
	sigemptyset(&set);
	for (size_t i = 0; i < HANDLED; i++) {
		sigaddset(&set, handled[i]);
		sigaction(handled[i], &sa, NULL);
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int
master_log_open(const struct conf *c, bool detached, struct err *e)
{
	const char *target = c->log_target;

	if (detached && strcmp(target, "stderr") == 0)
		target = "syslog";
	return log_open(target, c->log_format, c->log_level, e);
}

static void
announce(struct master *m)
{
	const struct conf *c = m->a->conf;
	struct log_line l;

	log_begin(&l, LOG_LEVEL_INFO);
	log_str(&l, "msg", m->announced == 0 ? "started" : "reloaded");
	log_str(&l, "version", PACKAGE_VERSION);
	log_int(&l, "workers", (int64_t)m->pool.want);
	log_int(&l, "profiles", (int64_t)c->n_profiles);
	log_str(&l, "listen", m->a->listener->where);
	log_str(&l, "config", c->file);
	log_end(&l);
	if (m->announced == 0 && m->a->started_fd >= 0 && write(m->a->started_fd, "", 1) != 1)
		log_msg(LOG_LEVEL_WARN, "nobody waits for the start");
	m->announced = m->pool.generation;
	notify_ready();
}

/* What a running master cannot change. */
static void
warn_of_fixed(const struct conf *old, const struct conf *new)
{
	const struct {
		const char *key;
		bool same;
	} fixed[] = {
	    {"listen", strcmp(old->listen, new->listen) == 0},
	    {"listen_mode", old->listen_mode == new->listen_mode},
	    {"listen_group", strcmp(old->listen_group, new->listen_group) == 0},
	    {"user", strcmp(old->user, new->user) == 0},
	    {"group", strcmp(old->group, new->group) == 0},
	};

	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		if (!fixed[i].same)
			log_msg(
			    LOG_LEVEL_WARN, "reload: %s changes with a restart only", fixed[i].key);
}

static void
reload_failed(struct master *m, const struct err *e)
{
	log_msg(LOG_LEVEL_ERROR, "reload: %s", e->detail);
	log_msg(LOG_LEVEL_ERROR, "reload: the old configuration stays in force");
	conf_free(&m->next);
	notify_ready();
}

static void
start_reload(struct master *m)
{
	struct err e = ERR_INIT;

	notify_reloading();
	if (conf_read(m->a->conf->file, &m->next, &e) != 0 ||
	    check_start(&m->check, &m->next, &e) != 0)
		reload_failed(m, &e);
}

static void
finish_check(struct master *m, int status)
{
	struct conf *current = m->a->conf;
	struct err e = ERR_INIT;

	if (check_end(&m->check, status, &e) != 0 ||
	    master_log_open(&m->next, m->a->detached, &e) != 0) {
		reload_failed(m, &e);
		return;
	}
	warn_of_fixed(current, &m->next);
	conf_free(current);
	*current = m->next;
	m->next = (struct conf){0};
	pool_next(&m->pool, current);
}

static void
reap(struct master *m)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == m->check.pid)
			finish_check(m, status);
		else
			pool_ended(&m->pool, pid, status);
	}
}

static void
reopen_log(struct master *m)
{
	struct err e = ERR_INIT;

	if (log_reopen(&e) != 0)
		log_msg(LOG_LEVEL_ERROR, "%s", e.detail);
	pool_signal(&m->pool, SIGUSR1);
}

static void
stop(struct master *m)
{
	m->stopping = true;
	notify_stopping();
	log_msg(LOG_LEVEL_INFO, "stopping");
	if (m->check.pid > 0)
		kill(m->check.pid, SIGKILL);
	pool_retire(&m->pool, m->a->conf, true);
}

static void
handle_signals(struct master *m)
{
	if (got_stop && !m->stopping)
		stop(m);
	if (got_reopen) {
		got_reopen = 0;
		reopen_log(m);
	}
	if (got_reload) {
		got_reload = 0;
		m->again = true;
	}
	if (m->again && m->check.pid == 0 && !m->stopping) {
		m->again = false;
		start_reload(m);
	}
}

/* One round: what happened, what is due, what is missing. Gives how long nothing more is due, in
 * milliseconds. */
static int64_t
round_once(struct master *m)
{
	int64_t due = TICK, wait;
	char octets[64];

	reap(m);
	handle_signals(m);
	pool_watch(&m->pool, m->a->conf);
	if (m->check.pid > 0 && clock_ms() - m->check.started > CHECK_MAX)
		kill(m->check.pid, SIGKILL);
	if (m->stopping)
		return due;
	if ((wait = pool_fill(&m->pool, m->a->conf)) >= 0 && wait < due)
		due = wait;
	while (read(m->pool.ready_fds[0], octets, sizeof octets) > 0)
		continue;
	pool_settle(&m->pool);
	if (m->announced != m->pool.generation && pool_ready(&m->pool)) {
		announce(m);
		pool_retire(&m->pool, m->a->conf, false);
	}
	return due;
}

int
master_run(const struct master_args *a)
{
	struct master m = {.a = a, .check = {.fd = -1}};
	struct err e = ERR_INIT;
	sigset_t waiting;

	if (pool_init(&m.pool, a->listener->fd, &e) != 0) {
		log_msg(LOG_LEVEL_ERROR, "%s", e.detail);
		return EXIT_RUNTIME;
	}
	sigprocmask(SIG_SETMASK, NULL, &waiting);
	for (size_t i = 0; i < HANDLED; i++)
		sigdelset(&waiting, handled[i]);
	pool_next(&m.pool, a->conf);
	do {
		struct pollfd pfd = {.fd = m.pool.ready_fds[0], .events = POLLIN};
		int64_t due = round_once(&m);
		struct timespec ts = {due / 1000, due % 1000 * 1000000};

		if (m.stopping && m.pool.procs == NULL)
			break;
		ppoll(&pfd, 1, &ts, &waiting);
	} while (true);
	log_msg(LOG_LEVEL_INFO, "stopped");
	conf_free(&m.next);
	pool_free(&m.pool);
	return EXIT_OK;
}
