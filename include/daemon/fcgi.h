/* SPDX-License-Identifier: ISC
 *
 * Between libfcgi and the service: parameters and body to a request, a reply to the output stream.
 */
#ifndef DAEMON_FCGI_H
#define DAEMON_FCGI_H

#include <fcgiapp.h>

#include "wire/http.h"

/* A request with what its views point into. */
struct fcgi_request {
	struct http_request http; /* borrows from this struct and from the FCGX_Request */
	struct buf path, body;    /* owned */
	bool unread;              /* a part of the body is still in the connection */
};

/* Fills the request. The path is SCRIPT_NAME and PATH_INFO; a body is read for POST only, up to its
 * length or the end, and not at all when it is announced too large. -1: memory. In any case free it
 * afterwards. */
int fcgi_read(FCGX_Request *from, struct fcgi_request *r) __attribute__((warn_unused_result));
void fcgi_request_free(struct fcgi_request *r);

/* Sends a reply; HEAD gets the head alone. -1: the web server is gone, or memory. Nobody may
 * conclude from 0 that the client has it. */
int fcgi_write(FCGX_Request *to, const struct http_reply *reply, bool head_only);

/* Before a connection with something unread in it is closed: reads what the web server still sends
 * until it ends the connection, pauses for 300 ms, or `ms` or 3 s are over. Otherwise it would find
 * the connection broken while it sends, and never look at the answer. */
void fcgi_drain(int fd, int64_t ms);

#endif
