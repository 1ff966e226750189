/* SPDX-License-Identifier: ISC
 *
 * The loop of a worker. libfcgi has no read deadline and loses signals around accept; so signals
 * are blocked but in epoll_pwait, the listening socket does not block, and the master ends a worker
 * whose beat says that it is stuck. A connection that the web server wants kept (fastcgi_keep_conn)
 * stays in its slot and is polled with the rest, so that it never pins the worker.
 */
#include <errno.h>
#include <fcgiapp.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "conf/assemble.h"
#include "daemon/daemon.h"
#include "daemon/fcgi.h"
#include "daemon/priv.h"
#include "daemon/worker.h"

#define SLOTS 8 /* connections kept at a time */

struct slot {
	FCGX_Request request;
	int64_t used; /* when it was last served; which one to give up */
};

struct loop {
	const struct worker *w;
	struct service service;
	struct slot slots[SLOTS];
	int epoll; /* the listening socket and the connections that are kept */
	int64_t served;
};

static volatile sig_atomic_t got_stop, got_reopen;

static void
on_signal(int sig)
{
	if (sig == SIGTERM)
		got_stop = 1;
	else
		got_reopen = 1;
}

/* The mask under which the worker waits. FCGX_Init leaves handlers alone that are there before it,
 * SIGPIPE excepted. */
static int
set_signals(sigset_t *waiting)
{
	struct sigaction sa = {.sa_handler = on_signal};

	sigemptyset(&sa.sa_mask);
	if (sigaction(SIGTERM, &sa, NULL) != 0 || sigaction(SIGUSR1, &sa, NULL) != 0)
		return -1;
	if (FCGX_Init() != 0)
		return -1;
	signal(SIGPIPE, SIG_IGN);
	/* A terminal sends these to the whole group; the master decides. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigprocmask(SIG_SETMASK, NULL, waiting);
	sigdelset(waiting, SIGTERM);
	sigdelset(waiting, SIGUSR1);
	return 0;
}

/* The connection that a request structure keeps open, or -1. The field is only ever read: it is all
 * that libfcgi lets one wait for. */
static int
kept_fd(const struct slot *s)
{
	return s->request.ipcFd;
}

static void
answer(struct loop *l, FCGX_Request *request)
{
	struct http_reply reply = {0};
	struct fcgi_request r;

	if (fcgi_read(request, &r) == 0) {
		service_handle(&l->service, &r.http, &reply);
	} else {
		http_reply_error(&reply, ERR_INTERNAL, NULL);
		r.unread = true;
	}
	if (fcgi_write(request, &reply, r.http.method == HTTP_HEAD) != 0)
		log_msg(LOG_LEVEL_DEBUG, "the web server did not take the reply");
	/* What is left unread would be taken for the next request; so the connection ends here. */
	request->keepConnection |= r.unread;
	FCGX_Finish_r(request);
	if (r.unread) {
		/* Its answer is out: what is still sent of it makes no stuck worker. */
		atomic_store(&l->w->beat->busy_since, clock_ms());
		fcgi_drain(request->ipcFd, l->w->conf->request_deadline * 1000 / 3);
		FCGX_Free(request, 1);
	}
	http_reply_free(&reply);
	fcgi_request_free(&r);
}

/* Takes one request, if there is one. -1: the socket is of no use any more. */
static int
serve(struct loop *l, struct slot *s)
{
	struct beat *beat = l->w->beat;
	int rc;

	atomic_store(&beat->busy_since, clock_ms());
	if ((rc = FCGX_Accept_r(&s->request)) == 0) {
		answer(l, &s->request);
		s->used = ++l->served;
		atomic_store(&beat->requests, l->served);
	}
	atomic_store(&beat->busy_since, 0);
	/* Another worker was faster, or a connection ended: both are ordinary. */
	if (rc == 0 || rc == -EAGAIN || rc == -EWOULDBLOCK || rc == -EINTR)
		return 0;
	log_msg(LOG_LEVEL_ERROR, "accept: %s", strerror(-rc));
	return -1;
}

/* A slot for a new connection: a free one, or the one that has been idle longest. */
static struct slot *
free_slot(struct loop *l)
{
	struct slot *oldest = &l->slots[0];

	for (size_t i = 0; i < SLOTS; i++) {
		if (kept_fd(&l->slots[i]) < 0)
			return &l->slots[i];
		if (l->slots[i].used < oldest->used)
			oldest = &l->slots[i];
	}
	FCGX_Free(&oldest->request, 1);
	return oldest;
}

/* A connection that was answered and is kept has its next request told; one that is there already
 * is not put in again. libfcgi closes it, and with that it is out. One that cannot be waited for is
 * given up. */
static void
watch(struct loop *l, struct slot *s)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};

	if (kept_fd(s) < 0 || epoll_ctl(l->epoll, EPOLL_CTL_ADD, kept_fd(s), &event) == 0 ||
	    errno == EEXIST)
		return;
	log_msg(LOG_LEVEL_WARN, "epoll: %s", strerror(errno));
	FCGX_Free(&s->request, 1);
}

/* Takes a request of this connection. -1: as serve. */
static int
attend(struct loop *l, struct slot *s)
{
	if (serve(l, s) != 0)
		return -1;
	watch(l, s);
	return 0;
}

/* What there is to do: kept connections first, since a new one may push out the oldest of them. */
static int
take(struct loop *l, const struct epoll_event *got, int n)
{
	bool new = false;

	for (int i = 0; i < n; i++) {
		struct slot *s = got[i].data.ptr;

		new = new || s == NULL;
		if (s != NULL && attend(l, s) != 0)
			return -1;
	}
	return new ? attend(l, free_slot(l)) : 0;
}

/* Waits for something to do and does it. -1: end. */
static int
step(struct loop *l, const sigset_t *waiting)
{
	struct epoll_event got[SLOTS + 1];
	int64_t ms;
	int n;

	l->service.replacing = !atomic_load(&l->w->beat->alone);
	ms = service_tick(&l->service);
	n = epoll_pwait(l->epoll, got, SLOTS + 1, (int)ms, waiting);
	if (n >= 0)
		return take(l, got, n);
	if (errno == EINTR)
		return 0;
	log_msg(LOG_LEVEL_ERROR, "epoll: %s", strerror(errno));
	return -1;
}

/* One that cannot be opened again must not keep the other from it. */
static void
reopen_files(struct loop *l)
{
	struct err e = ERR_INIT;

	if (l->service.journal != NULL && journal_reopen(l->service.journal, &e) != 0)
		log_msg(LOG_LEVEL_ERROR, "%s", e.detail);
	err_clear(&e);
	if (log_reopen(&e) != 0)
		log_msg(LOG_LEVEL_ERROR, "%s", e.detail);
}

/* epoll_pwait delivers no signal when a request is there already, as is always so under load. */
static void
hear_signals(const sigset_t *waiting)
{
	sigset_t blocked;

	sigprocmask(SIG_SETMASK, waiting, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

static int
loop_run(struct loop *l, const sigset_t *waiting)
{
	int64_t max = l->w->conf->max_requests;

	while (!got_stop && (max == 0 || l->served < max)) {
		if (step(l, waiting) != 0)
			return EXIT_RUNTIME;
		hear_signals(waiting);
		if (got_reopen) {
			got_reopen = 0;
			reopen_files(l);
		}
	}
	return EXIT_OK;
}

static void
loop_free(struct loop *l)
{
	close(l->epoll);
	for (size_t i = 0; i < SLOTS; i++)
		FCGX_Free(&l->slots[i].request, 1);
	service_free(&l->service);
}

/* What is larger is given back as soon as it is freed: glibc would raise this bound by itself after
 * the first derivation of a challenge, and then keep the 16 MiB of each for ever. */
#define GIVEN_BACK (1 << 20)

/* Of the workers that wait one is woken for a new connection, not all. */
static int
listen_alone(struct loop *l, struct err *e)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};

	if ((l->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0 ||
	    epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->w->listen_fd, &event) != 0)
		return err_set(e, ERR_INTERNAL, "epoll: %s", strerror(errno));
	return 0;
}

/* Everything before the first request. */
static int
prepare(struct loop *l, sigset_t *waiting, struct err *e)
{
	if (priv_harden(l->w->master, e) != 0 || conf_assemble(l->w->conf, &l->service, e) != 0)
		return -1;
	mallopt(M_MMAP_THRESHOLD, GIVEN_BACK);
	/* How long libfcgi waits for the first octet of a connection, and for the other side to end
	 * it after the reply: not at all, since there is nothing that the web server has to send.
	 */
	if (setenv("LIBFCGI_IS_AF_UNIX_KEEPER_POLL_TIMEOUT", "1000", 0) != 0 ||
	    setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 0) != 0)
		return err_set(e, ERR_MEMORY, "no memory");
	if (set_signals(waiting) != 0)
		return err_set(e, ERR_INTERNAL, "libfcgi cannot start");
	if (listen_alone(l, e) != 0)
		return -1;
	for (size_t i = 0; i < SLOTS; i++)
		FCGX_InitRequest(&l->slots[i].request, l->w->listen_fd, FCGI_FAIL_ACCEPT_ON_INTR);
	return 0;
}

int
worker_run(const struct worker *w)
{
	struct loop l = {.w = w, .epoll = -1};
	struct err e = ERR_INIT;
	sigset_t waiting;
	int rc;

	if (prepare(&l, &waiting, &e) != 0) {
		log_msg(LOG_LEVEL_ERROR, "worker: %s", e.detail);
		service_free(&l.service);
		return e.code == ERR_INTERNAL ? EXIT_RUNTIME : EXIT_CONFIG;
	}
	atomic_store(&w->beat->ready, true);
	if (write(w->ready_fd, "", 1) != 1)
		log_msg(LOG_LEVEL_WARN, "worker: the master does not listen");
	rc = loop_run(&l, &waiting);
	loop_free(&l);
	return rc;
}
