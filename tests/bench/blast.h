/* SPDX-License-Identifier: ISC
 *
 * Sends requests that were prepared beforehand, as fast as answers come or at a given pace, over
 * connections that are kept, and takes the time of each.
 */
#ifndef TESTS_BENCH_BLAST_H
#define TESTS_BENCH_BLAST_H

#include <stdint.h>
#include <sys/socket.h>

#include "base/buf.h"

struct shot {
	struct buf request; /* a whole HTTP request; owned by the caller */
	struct buf reply;   /* the body of the answer; owned by the caller */
	int status;         /* of HTTP; 0: there was no answer */
	int64_t us;         /* from when it was due until the answer was complete */
};

#define TARGETS_MAX 4

/* Where to: the connections are spread over the addresses. */
struct target {
	struct {
		struct sockaddr_storage address;
		socklen_t len;
	} at[TARGETS_MAX];
	size_t n;
};

/* One address more: "unix:/path" or "127.0.0.1:8080"; ends the program when it is neither. */
void target_add(const char *text, struct target *t);

/* Sends all of them over so many connections. rate 0: the next one when an answer has come; else so
 * many a second, in order, each as soon as it is due and a connection is free. Returns the seconds
 * that it took. */
double blast(const struct target *t, struct shot *shots, size_t n, size_t connections, double rate);

#endif
