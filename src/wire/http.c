/* SPDX-License-Identifier: ISC
 *
 * The head of a reply in CGI form (RFC 3875 section 6.3), and plain replies for errors. The
 * Content-Type is bare and Content-Length always there, because clients compare the first as a
 * whole and old ones do not read chunks.
 */
#include <string.h>

#include <openssl/crypto.h>

#include "wire/http.h"

#define RETRY_AFTER 5 /* seconds, with every 503 */

static const struct {
	const char *name;
	enum http_method method;
} methods[] = {{"GET", HTTP_GET}, {"HEAD", HTTP_HEAD}, {"POST", HTTP_POST}};

static const struct {
	int status;
	const char *reason;
} reasons[] = {
    {200, "OK"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {413, "Content Too Large"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
};

enum http_method
http_method_read(const char *text)
{
	for (size_t i = 0; text != NULL && i < sizeof methods / sizeof methods[0]; i++)
		if (strcmp(text, methods[i].name) == 0)
			return methods[i].method;
	return HTTP_OTHER;
}

static const char *
reason_of(int status)
{
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

/* What caches need to know. */
static int
add_caching(const struct http_reply *r, struct buf *head)
{
	char date[HTTP_DATE_LEN];

	if (r->max_age <= 0)
		return buf_add_str(head, "Cache-Control: no-store\r\n");
	http_date(r->modified, date);
	if (buf_printf(head, "Cache-Control: public, max-age=%d\r\n", r->max_age) != 0 ||
	    (*r->etag != '\0' && buf_printf(head, "ETag: %s\r\n", r->etag) != 0) ||
	    (r->modified != 0 && buf_printf(head, "Last-Modified: %s\r\n", date) != 0))
		return -1;
	return 0;
}

int
http_reply_head(const struct http_reply *r, struct buf *head)
{
	size_t mark = head->n;

	if (buf_printf(head, "Status: %d %s\r\n", r->status, reason_of(r->status)) == 0 &&
	    (r->type == NULL || buf_printf(head, "Content-Type: %s\r\n", r->type) == 0) &&
	    (r->status == 304 || buf_printf(head, "Content-Length: %zu\r\n", r->body.n) == 0) &&
	    add_caching(r, head) == 0 &&
	    (r->allow == NULL || buf_printf(head, "Allow: %s\r\n", r->allow) == 0) &&
	    (r->authenticate == NULL ||
	        buf_printf(head, "WWW-Authenticate: %s\r\n", r->authenticate) == 0) &&
	    (r->retry_after == 0 || buf_printf(head, "Retry-After: %d\r\n", r->retry_after) == 0) &&
	    buf_add_str(head, "\r\n") == 0)
		return 0;
	buf_cut(head, mark);
	return -1;
}

void
http_reply_error(struct http_reply *r, enum err_code code, const char *detail)
{
	const char *text = detail != NULL ? detail : err_text(code);

	http_reply_free(r);
	r->status = err_http(code);
	r->type = "text/plain";
	if (r->status == 405)
		r->allow = "GET, HEAD, POST";
	if (r->status == 401)
		r->authenticate = "Bearer";
	if (r->status == 503)
		r->retry_after = RETRY_AFTER;
	/* Without memory for a line of text, the status alone still says what matters. */
	if (buf_printf(&r->body, "%s\n", text != NULL ? text : "bad request") != 0)
		buf_free(&r->body);
}

void
http_reply_free(struct http_reply *r)
{
	if (r->secret && r->body.p != NULL)
		OPENSSL_cleanse(r->body.p, r->body.n);
	buf_free(&r->body);
	*r = (struct http_reply){.status = 0};
}
