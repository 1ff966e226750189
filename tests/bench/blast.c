/* SPDX-License-Identifier: ISC
 *
 * See blast.h.
 */
#include "blast.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

#define HEAD_MAX 4096

struct conn {
	int fd;            /* -1: closed */
	struct shot *shot; /* NULL: idle */
	size_t sent;
	struct buf in;
};

struct run {
	const struct target *t;
	struct shot *shots;
	size_t n, next, done;
	double rate;
	int64_t start;
	int poll;
	struct conn *conns;
	size_t n_conns;
};

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

void
target_add(const char *text, struct target *t)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&t->at[t->n].address;
	struct sockaddr_in *in = (struct sockaddr_in *)&t->at[t->n].address;
	socklen_t *len = &t->at[t->n].len;
	char host[64];
	unsigned port;

	if (t->n == TARGETS_MAX) {
		fprintf(stderr, "too many addresses\n");
		exit(2);
	}
	if (strncmp(text, "unix:", 5) == 0 && strlen(text + 5) < sizeof un->sun_path) {
		un->sun_family = AF_UNIX;
		snprintf(un->sun_path, sizeof un->sun_path, "%s", text + 5);
		*len = sizeof *un;
	} else if (sscanf(text, "%63[0-9.]:%u", host, &port) == 2 &&
	           inet_pton(AF_INET, host, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
		*len = sizeof *in;
	} else {
		fprintf(stderr, "\"%s\" is neither unix:PATH nor ADDRESS:PORT\n", text);
		exit(2);
	}
	t->n++;
}

static void
conn_open(struct run *r, struct conn *c)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
	size_t to = (size_t)(c - r->conns) % r->t->n;
	const struct sockaddr *address = (const struct sockaddr *)&r->t->at[to].address;
	int one = 1;

	c->fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, address, r->t->at[to].len) != 0)
		die("connect");
	if (address->sa_family == AF_INET)
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (epoll_ctl(r->poll, EPOLL_CTL_ADD, c->fd, &ev) != 0)
		die("epoll_ctl");
}

static void
conn_close(struct conn *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	buf_cut(&c->in, 0);
}

/* When a request is due, in microseconds from the start. */
static int64_t
due(const struct run *r, size_t i)
{
	return r->rate > 0 ? (int64_t)((double)i / r->rate * 1e6) : 0;
}

static void
conn_send(struct conn *c)
{
	while (c->shot != NULL && c->sent < c->shot->request.n) {
		ssize_t n = send(c->fd, c->shot->request.p + c->sent, c->shot->request.n - c->sent,
		    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0)
			return;
		c->sent += (size_t)n;
	}
}

/* Gives the next request, if one is due, to a connection. */
static void
conn_next(struct run *r, struct conn *c)
{
	int64_t now = clock_us() - r->start;

	if (c->shot != NULL || r->next == r->n || due(r, r->next) > now)
		return;
	if (c->fd < 0)
		conn_open(r, c);
	c->shot = &r->shots[r->next];
	c->shot->us = r->start + (r->rate > 0 ? due(r, r->next) : now);
	c->sent = 0;
	r->next++;
	conn_send(c);
}

static void
finish(struct run *r, struct conn *c, int status)
{
	c->shot->status = status;
	c->shot->us = clock_us() - c->shot->us;
	c->shot = NULL;
	r->done++;
}

/* The value of a header field, or NULL. */
static const char *
header(const char *head, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, n) == 0 && line[2 + n] == ':')
			return line + 3 + n;
	return NULL;
}

/* A body in chunks (RFC 9112 section 7.1), as servers send one whose length they do not know.
 * False: there is more to come. */
static bool
take_chunks(const uint8_t *p, size_t n, struct buf *out)
{
	buf_cut(out, 0);
	for (;;) {
		const uint8_t *line = memmem(p, n, "\r\n", 2);
		size_t size, head;

		if (line == NULL)
			return false;
		size = strtoul((const char *)p, NULL, 16);
		head = (size_t)(line - p) + 2;
		if (n < head + size + 2)
			return false;
		if (size == 0)
			return true;
		if (buf_add(out, line + 2, size) != 0)
			die("memory");
		p += head + size + 2;
		n -= head + size + 2;
	}
}

/* Whether the answer is complete; then it is taken. */
static bool
take(struct run *r, struct conn *c)
{
	const char *text = buf_str(&c->in), *end = strstr(text, "\r\n\r\n"), *length, *close;
	char head[HEAD_MAX];
	size_t body, n;

	if (c->in.n == 0 || end == NULL || (size_t)(end - text) + 4 >= sizeof head)
		return false;
	body = (size_t)(end - text) + 4;
	memcpy(head, text, body);
	head[body] = '\0';
	length = header(head, "content-length");
	n = length != NULL ? strtoul(length, NULL, 10) : 0;
	if (header(head, "transfer-encoding") != NULL) {
		if (!take_chunks(c->in.p + body, c->in.n - body, &c->shot->reply))
			return false;
	} else if (c->in.n < body + n) {
		return false;
	} else if (buf_add(&c->shot->reply, c->in.p + body, n) != 0) {
		die("memory");
	}
	close = header(head, "connection");
	finish(r, c, atoi(head + strlen("HTTP/1.1 ")));
	buf_cut(&c->in, 0);
	if (close != NULL && strncasecmp(close + strspn(close, " "), "close", 5) == 0)
		conn_close(c);
	return true;
}

static void
conn_read(struct run *r, struct conn *c)
{
	for (;;) {
		uint8_t chunk[16384];
		ssize_t n = recv(c->fd, chunk, sizeof chunk, MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			if (c->shot != NULL)
				finish(r, c, 0);
			conn_close(c);
			return;
		}
		if (c->shot == NULL || buf_add(&c->in, chunk, (size_t)n) != 0)
			return;
		if (take(r, c) && c->fd < 0)
			return;
	}
}

/* How long to wait: until another one is due or, when one is due that finds no free connection, for
 * an answer. */
static struct timespec
until_due(const struct run *r)
{
	int64_t us = due(r, r->next) - (clock_us() - r->start);

	if (r->next == r->n || r->rate <= 0 || us <= 0)
		us = 1000000;
	return (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
}

double
blast(const struct target *t, struct shot *shots, size_t n, size_t connections, double rate)
{
	struct run r = {.t = t, .shots = shots, .n = n, .rate = rate, .n_conns = connections};
	double seconds;

	if ((r.poll = epoll_create1(EPOLL_CLOEXEC)) < 0 ||
	    (r.conns = calloc(connections, sizeof *r.conns)) == NULL)
		die("epoll");
	for (size_t i = 0; i < connections; i++)
		conn_open(&r, &r.conns[i]);
	r.start = clock_us();
	while (r.done < n) {
		struct epoll_event events[64];
		struct timespec wait;
		int ready;

		for (size_t i = 0; i < connections && r.next < n; i++)
			conn_next(&r, &r.conns[i]);
		wait = until_due(&r);
		ready = epoll_pwait2(r.poll, events, 64, &wait, NULL);
		for (int i = 0; i < ready; i++) {
			struct conn *c = events[i].data.ptr;

			if (c->fd < 0)
				continue;
			conn_send(c);
			if ((events[i].events & (EPOLLIN | EPOLLHUP)) != 0)
				conn_read(&r, c);
		}
	}
	seconds = (double)(clock_us() - r.start) / 1e6;
	for (size_t i = 0; i < connections; i++) {
		conn_close(&r.conns[i]);
		buf_free(&r.conns[i].in);
	}
	free(r.conns);
	close(r.poll);
	return seconds;
}
