/* SPDX-License-Identifier: ISC
 *
 * See httpd.h.
 */
#include "httpd.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
die(const char *what)
{
	perror(what);
	exit(99);
}

/* Reads until `mark` octets are there, or with mark 0 until the end of the head; the offset of the
 * body, 0: the peer went away. */
static size_t
read_more(int fd, struct buf *in, size_t mark)
{
	for (;;) {
		const char *end = in->n > 0 ? strstr(buf_str(in), "\r\n\r\n") : NULL;
		uint8_t *room;
		ssize_t n;

		if (mark == 0 && end != NULL)
			return (size_t)(end - buf_str(in)) + 4;
		if (mark != 0 && in->n >= mark)
			return mark;
		room = buf_room(in, 4096);
		n = room != NULL ? read(fd, room, 4096) : -1;
		if (n <= 0)
			return 0;
		in->n += (size_t)n;
		in->p[in->n] = '\0';
	}
}

static void
answer(const struct httpd *h, int fd, struct buf *in, size_t body)
{
	struct http_request r = {.remote = view_str("127.0.0.1")};
	struct http_reply reply = {0};
	struct buf out = {0};
	char later[40] = "";
	char *line = strdup(buf_str(in)), *rest = line;
	const char *method = strsep(&rest, " "), *target = strsep(&rest, " ");
	size_t path = strcspn(target, "?");

	r.method = http_method_read(method);
	r.path = view_of(target, path);
	r.query = view_str(target[path] == '?' ? target + path + 1 : "");
	r.body = view_of(in->p + body, in->n - body);
	h->handle(h->arg, &r, &reply);
	if (reply.status == 0)
		goto out;
	if (reply.retry_after > 0)
		snprintf(later, sizeof later, "Retry-After: %d\r\n", reply.retry_after);
	if (buf_printf(&out,
	        "HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: "
	        "close\r\n%s%s\r\n",
	        reply.status, reply.type, reply.body.n,
	        reply.status == 302 ? "Location: /elsewhere\r\n" : "", later) != 0 ||
	    buf_add(&out, reply.body.p, reply.body.n) != 0)
		die("httpd");
	for (size_t sent = 0; sent < out.n;) {
		ssize_t n = send(fd, out.p + sent, out.n - sent, MSG_NOSIGNAL);

		if (n <= 0)
			break;
		sent += (size_t)n;
	}
out:
	http_reply_free(&reply);
	buf_free(&out);
	free(line);
}

static void
serve_one(const struct httpd *h, int fd)
{
	struct buf in = {0};
	size_t body = read_more(fd, &in, 0);
	const char *length = body > 0 ? strcasestr(buf_str(&in), "\r\nContent-Length:") : NULL;
	size_t n = length != NULL ? strtoul(length + 17, NULL, 10) : 0;

	if (body > 0 && (n == 0 || read_more(fd, &in, body + n) > 0))
		answer(h, fd, &in, body);
	buf_free(&in);
}

static void *
serve(void *arg)
{
	const struct httpd *h = arg;
	struct pollfd p[2] = {
	    {.fd = h->listener, .events = POLLIN}, {.fd = h->stop[0], .events = POLLIN}};

	while (poll(p, 2, -1) > 0 && p[1].revents == 0) {
		int fd = accept(h->listener, NULL, NULL);

		if (fd < 0)
			continue;
		serve_one(h, fd);
		close(fd);
	}
	return NULL;
}

void
httpd_start(struct httpd *h,
    void (*handle)(void *, const struct http_request *, struct http_reply *), void *arg)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;

	*h = (struct httpd){.handle = handle, .arg = arg};
	h->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (h->listener < 0 || bind(h->listener, (struct sockaddr *)&at, len) != 0 ||
	    listen(h->listener, 16) != 0 ||
	    getsockname(h->listener, (struct sockaddr *)&at, &len) != 0 || pipe(h->stop) != 0)
		die("httpd");
	snprintf(h->url, sizeof h->url, "http://127.0.0.1:%u", ntohs(at.sin_port));
	if (pthread_create(&h->thread, NULL, serve, h) != 0)
		die("httpd");
}

void
httpd_stop(struct httpd *h)
{
	close(h->stop[1]);
	pthread_join(h->thread, NULL);
	close(h->stop[0]);
	close(h->listener);
}
