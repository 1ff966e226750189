/* SPDX-License-Identifier: ISC
 *
 * FastCGI parameters and streams (CGI/1.1, RFC 3875) on one side, http_request and http_reply on
 * the other.
 */
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "daemon/fcgi.h"

#define HEAD_MAX 4096u
#define DRAIN_MS 3000
#define DRAIN_IDLE_MS 300

static const char *
param(FCGX_Request *from, const char *name)
{
	const char *v = FCGX_GetParam(name, from->envp);

	return v == NULL ? "" : v;
}

/* CONTENT_LENGTH; -1 when there is none: nginx sends it empty for a chunked body that it does not
 * buffer. */
static long
content_length(FCGX_Request *from)
{
	const char *text = param(from, "CONTENT_LENGTH");
	size_t n = strlen(text);
	long length = 0;

	if (n == 0 || strspn(text, "0123456789") != n)
		return -1;
	for (; *text != '\0'; text++)
		if ((length = length * 10 + (*text - '0')) > HTTP_BODY_MAX)
			return HTTP_BODY_MAX + 1L;
	return length;
}

/* Reads to the end of the stream, so that a connection which is kept stands at the next request. */
static int
read_body(FCGX_Request *from, struct fcgi_request *r)
{
	long length = content_length(from);
	uint8_t *to;
	int n;

	if (length > HTTP_BODY_MAX) {
		r->http.body_large = r->unread = true;
		return 0;
	}
	if ((to = buf_room(&r->body, HTTP_BODY_MAX + 1)) == NULL)
		return -1;
	n = FCGX_GetStr((char *)to, HTTP_BODY_MAX + 1, from->in);
	r->body.n = n > 0 ? (size_t)n : 0;
	if (r->body.n > HTTP_BODY_MAX) {
		r->http.body_large = r->unread = true;
		return 0;
	}
	if (FCGX_GetError(from->in) != 0 || (length >= 0 && r->body.n < (size_t)length))
		r->http.body_short = true;
	if (length >= 0 && r->body.n > (size_t)length)
		r->body.n = (size_t)length;
	if (r->http.method == HTTP_POST)
		r->http.body = buf_view(&r->body);
	return 0;
}

int
fcgi_read(FCGX_Request *from, struct fcgi_request *r)
{
	const char *https = param(from, "HTTPS");

	*r = (struct fcgi_request){
	    .http =
	        {
	            .method = http_method_read(param(from, "REQUEST_METHOD")),
	            .query = view_str(param(from, "QUERY_STRING")),
	            .https = *https != '\0' && strcasecmp(https, "off") != 0,
	            .remote = view_str(param(from, "REMOTE_ADDR")),
	            .forwarded = view_str(param(from, "HTTP_X_FORWARDED_FOR")),
	            .user_agent = view_str(param(from, "HTTP_USER_AGENT")),
	            .authorization = view_str(param(from, "HTTP_AUTHORIZATION")),
	            .if_none_match = view_str(param(from, "HTTP_IF_NONE_MATCH")),
	            .if_modified_since = view_str(param(from, "HTTP_IF_MODIFIED_SINCE")),
	        },
	};
	if (buf_add_str(&r->path, param(from, "SCRIPT_NAME")) != 0 ||
	    buf_add_str(&r->path, param(from, "PATH_INFO")) != 0)
		return -1;
	r->http.path = buf_view(&r->path);
	return read_body(from, r);
}

void
fcgi_drain(int fd, int64_t ms)
{
	int64_t end = clock_ms() + (ms < DRAIN_MS ? ms : DRAIN_MS);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char unread[4096];

	if (fd < 0 || shutdown(fd, SHUT_WR) != 0)
		return;
	while (clock_ms() < end && poll(&p, 1, DRAIN_IDLE_MS) > 0 &&
	       read(fd, unread, sizeof unread) > 0)
		continue;
}

void
fcgi_request_free(struct fcgi_request *r)
{
	buf_free(&r->path);
	buf_free(&r->body);
	*r = (struct fcgi_request){0};
}

int
fcgi_write(FCGX_Request *to, const struct http_reply *reply, bool head_only)
{
	struct buf out = {.max = reply->body.n + HEAD_MAX};
	int rc = -1;

	if (http_reply_head(reply, &out) != 0)
		goto out;
	if (!head_only && buf_add(&out, reply->body.p, reply->body.n) != 0)
		goto out;
	if (FCGX_PutStr((const char *)out.p, (int)out.n, to->out) < 0)
		goto out;
	rc = 0;
out:
	if (reply->secret && out.p != NULL)
		OPENSSL_cleanse(out.p, out.n);
	buf_free(&out);
	return rc;
}
