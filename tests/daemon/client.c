/* SPDX-License-Identifier: ISC
 *
 * The web server's side of FastCGI 1.0, as much of it as tests need.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "suites.h"

enum { BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6 };

#define RECORD_MAX 65535

int
client_connect(struct scepd *s)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	const struct timeval patience = {.tv_sec = 30};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(un.sun_path, sizeof un.sun_path, "%.107s", tmpdir_path(&s->dir, "sock"));
	if (connect(fd, (const struct sockaddr *)&un, sizeof un) != 0) {
		close(fd);
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return fd;
}

/* A peer that has gone is the business of whoever reads next. */
bool
client_send_raw(int fd, const void *p, size_t n)
{
	const char *from = p;

	while (n > 0) {
		ssize_t sent = send(fd, from, n, MSG_NOSIGNAL);

		if (sent < 0)
			return false;
		from += sent;
		n -= (size_t)sent;
	}
	return true;
}

static bool
send_record(int fd, int type, const void *p, size_t n)
{
	const uint8_t head[8] = {1, (uint8_t)type, 0, 1, (uint8_t)(n >> 8), (uint8_t)n, 0, 0};

	return client_send_raw(fd, head, sizeof head) && client_send_raw(fd, p, n);
}

static size_t
put_length(uint8_t *at, size_t n)
{
	if (n < 128) {
		at[0] = (uint8_t)n;
		return 1;
	}
	at[0] = (uint8_t)(n >> 24 | 0x80);
	at[1] = (uint8_t)(n >> 16);
	at[2] = (uint8_t)(n >> 8);
	at[3] = (uint8_t)n;
	return 4;
}

static void
send_param(int fd, const char *name, const char *value)
{
	uint8_t pair[8192];
	size_t n, name_len = strlen(name), value_len = strlen(value);

	n = put_length(pair, name_len);
	n += put_length(pair + n, value_len);
	memcpy(pair + n, name, name_len);
	memcpy(pair + n + name_len, value, value_len);
	send_record(fd, PARAMS, pair, n + name_len + value_len);
}

bool
client_send(int fd, const struct request *r)
{
	bool taken = true;
	const uint8_t begin[8] = {0, 1, r->keep, 0, 0, 0, 0, 0};

	send_record(fd, BEGIN, begin, sizeof begin);
	for (const char *const *p = r->params; *p != NULL; p += 2)
		send_param(fd, p[0], p[1]);
	send_record(fd, PARAMS, NULL, 0);
	for (size_t at = 0; at < r->body_len;) {
		size_t n = r->body_len - at < 32768 ? r->body_len - at : 32768;

		taken = taken && send_record(fd, STDIN, r->body + at, n);
		at += n;
	}
	if (!r->open_body)
		taken = taken && send_record(fd, STDIN, NULL, 0);
	return taken;
}

static bool
read_exactly(int fd, uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t got = read(fd, p, n);

		if (got <= 0)
			return false;
		p += got;
		n -= (size_t)got;
	}
	return true;
}

bool
client_read(int fd, char *out, size_t len)
{
	static uint8_t content[RECORD_MAX + 255];
	uint8_t head[8];
	size_t have = 0;

	out[0] = '\0';
	while (read_exactly(fd, head, sizeof head)) {
		size_t n = (size_t)head[4] << 8 | head[5];

		if (!read_exactly(fd, content, n + head[6]))
			return false;
		if (head[1] == END)
			return true;
		if (head[1] == STDOUT && have + n < len) {
			memcpy(out + have, content, n);
			have += n;
			out[have] = '\0';
		}
	}
	return false;
}

bool
client_closed(int fd)
{
	char octet;
	ssize_t n = read(fd, &octet, 1);

	return n == 0 || (n < 0 && errno == ECONNRESET);
}

bool
client_get(struct scepd *s, const char *path, char *out, size_t len)
{
	const char *const params[] = {"REQUEST_METHOD", "GET", "SCRIPT_NAME", path, NULL};
	int fd = client_connect(s);
	bool answered;

	out[0] = '\0';
	if (fd < 0)
		return false;
	client_send(fd, &(struct request){.params = params});
	answered = client_read(fd, out, len);
	close(fd);
	return answered;
}

long
client_number(struct scepd *s, const char *path)
{
	char out[4096], *body;

	if (!client_get(s, path, out, sizeof out) || (body = strstr(out, "\r\n\r\n")) == NULL)
		return -1;
	return strtol(body + 4, NULL, 10);
}
