/* SPDX-License-Identifier: ISC
 *
 * The connection. hiredis formats commands and reads replies; waiting is done here, with one
 * deadline for all of an operation, on a socket that never blocks. (The time limit that hiredis
 * offers is one of each read, and hiredis 0.14 does not keep it over a reconnect.)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/resolve.h"
#include "connection.h"

static int
left(int64_t deadline)
{
	int64_t ms = deadline - clock_ms();

	return ms < 0 ? 0 : ms > 60000 ? 60000 : (int)ms;
}

static int
late(struct err *e)
{
	return err_set(e, ERR_STORE, "the store does not answer in time");
}

/* Waits until the socket is ready. 0 ready, -1 the time is over. */
static int
await(int fd, short events, int64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = events};
	int rc;

	while ((rc = poll(&p, 1, left(deadline))) < 0 && errno == EINTR)
		;
	return rc > 0 ? 0 : -1;
}

/* An unfinished connection to "ADDRESS:PORT". A name is none: to look one up takes a time that
 * nobody can limit. NULL: STORE. */
static redisContext *
dial_tcp(const char *address, struct err *e)
{
	unsigned char octets[sizeof(struct in6_addr)];
	char *host, *port;
	redisContext *c = NULL;
	bool split = host_port_split(address, &host, &port) == 0;

	if (split &&
	    (inet_pton(AF_INET, host, octets) == 1 || inet_pton(AF_INET6, host, octets) == 1))
		c = redisConnectNonBlock(host, atoi(port));
	else
		err_set(e, ERR_STORE,
		    "%s is no address of a store, and names are not looked up here", address);
	if (split) {
		free(host);
		free(port);
	}
	return c;
}

redisContext *
link_dial(const char *address, int64_t deadline, struct err *e)
{
	redisContext *c =
	    *address == '/' ? redisConnectUnixNonBlock(address) : dial_tcp(address, e);
	int error = 0;
	socklen_t len = sizeof error;

	if (c == NULL || c->err != 0) {
		err_set(e, ERR_STORE, "%s: %s", address, c != NULL ? c->errstr : "no memory");
		goto fail;
	}
	if (await(c->fd, POLLOUT, deadline) != 0) {
		err_set(e, ERR_STORE, "%s: no connection in time", address);
		goto fail;
	}
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error != 0) {
		err_set(e, ERR_STORE, "%s: %s", address, strerror(error != 0 ? error : errno));
		goto fail;
	}
	(void)fcntl(c->fd, F_SETFD, FD_CLOEXEC);
	c->flags |= REDIS_CONNECTED;
	return c;
fail:
	if (c != NULL)
		redisFree(c);
	return NULL;
}

void
link_close(struct store *s)
{
	if (s->c != NULL)
		redisFree(s->c);
	s->c = NULL;
	s->checked = false;
}

int
link_send(struct store *s, size_t n, const struct view *words, struct err *e)
{
	const char *argv[WORDS_MAX];
	size_t len[WORDS_MAX];

	for (size_t i = 0; i < n && i < WORDS_MAX; i++) {
		argv[i] = words[i].n > 0 ? (const char *)words[i].p : "";
		len[i] = words[i].n;
	}
	if (n <= WORDS_MAX && redisAppendCommandArgv(s->c, (int)n, argv, len) == REDIS_OK)
		return 0;
	link_close(s);
	return err_set(e, ERR_STORE, "a command cannot be sent to the store");
}

static redisReply *
broken(struct store *s, bool *lost, struct err *e)
{
	*lost = s->c->err == REDIS_ERR_EOF ||
	        (s->c->err == REDIS_ERR_IO && (errno == ECONNRESET || errno == EPIPE));
	err_set(e, ERR_STORE, "the connection to the store: %s", s->c->errstr);
	link_close(s);
	return NULL;
}

redisReply *
link_reply(struct store *s, int64_t deadline, bool *lost, struct err *e)
{
	void *reply = NULL;
	int done = 0;

	*lost = false;
	while (!done) {
		if (redisBufferWrite(s->c, &done) != REDIS_OK)
			return broken(s, lost, e);
		if (!done && await(s->c->fd, POLLOUT, deadline) != 0)
			goto late;
	}
	for (;;) {
		if (redisGetReplyFromReader(s->c, &reply) != REDIS_OK)
			return broken(s, lost, e);
		if (reply != NULL)
			return reply;
		/* With TLS octets may wait that the socket does not show: read before waiting. */
		if (s->tls != NULL && redisBufferRead(s->c) != REDIS_OK)
			return broken(s, lost, e);
		if (s->tls != NULL &&
		    (redisGetReplyFromReader(s->c, &reply) != REDIS_OK || reply != NULL))
			return reply != NULL ? reply : broken(s, lost, e);
		if (await(s->c->fd, POLLIN, deadline) != 0)
			goto late;
		if (redisBufferRead(s->c) != REDIS_OK)
			return broken(s, lost, e);
	}
late:
	link_close(s);
	late(e);
	return NULL;
}

redisReply *
link_command(struct store *s, int64_t deadline, struct err *e, size_t n, const struct view *words)
{
	bool lost;

	return link_send(s, n, words, e) == 0 ? link_reply(s, deadline, &lost, e) : NULL;
}

/* A command of which only success matters. */
static int
demand(struct store *s, int64_t deadline, struct err *e, size_t n, const struct view *words)
{
	redisReply *r = link_command(s, deadline, e, n, words);
	int rc = 0;

	if (r == NULL)
		return -1;
	if (r->type == REDIS_REPLY_ERROR)
		rc = err_set(
		    e, ERR_STORE, "%.*s: %s", (int)words[0].n, (const char *)words[0].p, r->str);
	freeReplyObject(r);
	return rc;
}

static int
sign_in(struct store *s, int64_t deadline, struct err *e)
{
	char number[24];
	struct view user = view_str(s->conf.user), password = secret_view(&s->password);

	snprintf(number, sizeof number, "%d", s->conf.database);
	if (password.n > 0 && user.n > 0 &&
	    demand(s, deadline, e, 3, (struct view[]){view_str("AUTH"), user, password}) != 0)
		return -1;
	if (password.n > 0 && user.n == 0 &&
	    demand(s, deadline, e, 2, (struct view[]){view_str("AUTH"), password}) != 0)
		return -1;
	return s->conf.database == 0 ? 0
	                             : demand(s, deadline, e, 2,
	                                   (struct view[]){view_str("SELECT"), view_str(number)});
}

/* The first address that answers; one that is silent must not take the time of the others. */
static redisContext *
dial_any(char *const *addresses, size_t n, int64_t deadline, const char **at, struct err *e)
{
	struct err last = ERR_INIT;

	for (size_t i = 0; i < n; i++) {
		int64_t now = clock_ms(), share = now + (deadline - now) / (int64_t)(n - i);
		redisContext *c;

		err_clear(&last);
		*at = addresses[i];
		if ((c = link_dial(addresses[i], share, &last)) != NULL)
			return c;
	}
	err_set(e, ERR_STORE, "%s", last.detail);
	return NULL;
}

int
link_open(struct store *s, int64_t deadline, struct err *e)
{
	const struct store_conf *c = &s->conf;
	char found[300];
	const char *at = c->server;

	if (c->n_sentinels > 0) {
		if (sentinel_find(c, deadline, found, e) != 0)
			return -1;
		s->c = link_dial(at = found, deadline, e);
	} else if (c->n_addresses > 0)
		s->c = dial_any(c->addresses, c->n_addresses, deadline, &at, e);
	else
		s->c = link_dial(at, deadline, e);
	if (s->c == NULL)
		return -1;
	if ((c->tls && tls_start(s, at, e) != 0) || sign_in(s, deadline, e) != 0) {
		link_close(s);
		return -1;
	}
	return 0;
}
