/* SPDX-License-Identifier: ISC
 *
 * A web server for tests: one thread, one request a connection, on a free port of the loopback.
 */
#ifndef TESTS_CTL_HTTPD_H
#define TESTS_CTL_HTTPD_H

#include <pthread.h>

#include "wire/http.h"

struct httpd {
	int listener, stop[2];
	pthread_t thread;
	void (*handle)(void *arg, const struct http_request *in, struct http_reply *out);
	void *arg;
	char url[64]; /* http://127.0.0.1:PORT */
};

/* Starts it, or ends the program. The handler runs in the server's thread; status 0 is no answer at
 * all. */
void httpd_start(struct httpd *h,
    void (*handle)(void *, const struct http_request *, struct http_reply *), void *arg);
void httpd_stop(struct httpd *h);

#endif
