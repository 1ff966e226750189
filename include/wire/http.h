/* SPDX-License-Identifier: ISC
 *
 * A request and a reply as the web server and this program exchange them, free of FastCGI: the
 * daemon fills the first and sends the second, the service turns one into the other.
 */
#ifndef WIRE_HTTP_H
#define WIRE_HTTP_H

#include <stdbool.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"

#define HTTP_BODY_MAX 65536  /* octets of a POST body; more is 413 */
#define HTTP_QUERY_MAX 65536 /* octets of a query string */

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_OTHER };

/* All views are borrowed for the time of the request. */
struct http_request {
	enum http_method method;
	struct view path;  /* SCRIPT_NAME + PATH_INFO, percent-decoded by the web server */
	struct view query; /* QUERY_STRING as it came */
	struct view body;  /* of a POST */
	bool body_large;   /* the body has more than HTTP_BODY_MAX octets: it was not read */
	bool body_short;   /* fewer octets came than CONTENT_LENGTH said */
	bool https;
	struct view remote;        /* REMOTE_ADDR */
	struct view forwarded;     /* X-Forwarded-For */
	struct view user_agent;    /* User-Agent */
	struct view authorization; /* Authorization: a secret */
	struct view if_none_match, if_modified_since;
};

struct http_reply {
	int status;
	const char *type;         /* Content-Type: static text, never with a charset */
	struct buf body;          /* owned: http_reply_free */
	const char *allow;        /* Allow of a 405, or NULL */
	int retry_after;          /* seconds; 0: no such header */
	const char *authenticate; /* WWW-Authenticate of a 401, or NULL */
	bool secret;              /* the body is one, and is wiped when freed */
	char etag[48];            /* ETag with its quotes; "": no such header */
	time_t modified;          /* Last-Modified; 0: no such header */
	int max_age;              /* seconds that anybody may keep it; 0: nobody may */
};

#define HTTP_DATE_LEN 30

/* A date as headers have it (RFC 9110 section 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT". */
void http_date(time_t at, char out[HTTP_DATE_LEN]);

/* Whether the one who asks has this already (RFC 9110 section 13.2.2): one of the entity tags that
 * he names is that of the reply, or he names none and repeats the date of the last change. */
bool http_unchanged(const struct http_request *in, const struct http_reply *r);

/* Makes it a reply that says so: 304 without a body. */
void http_reply_unchanged(struct http_reply *r);

/* "GET", "POST", "HEAD"; anything else is HTTP_OTHER. */
enum http_method http_method_read(const char *text);

/* The status line and headers in CGI form ("Status: 200 OK\r\n...\r\n\r\n"), with Content-Length
 * but for a 304, and with Cache-Control, appended to `head`. -1: memory. */
int http_reply_head(const struct http_reply *r, struct buf *head)
    __attribute__((warn_unused_result));

/* A text/plain reply of one line for an error, with its HTTP status. Replaces the body. `detail`,
 * when not NULL, is used instead of the table's text (it must carry no data of the request). */
void http_reply_error(struct http_reply *r, enum err_code code, const char *detail);

void http_reply_free(struct http_reply *r);

#endif
