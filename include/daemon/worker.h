/* SPDX-License-Identifier: ISC
 *
 * A worker: loads the keys, then answers one request after the other until it is asked to stop.
 */
#ifndef DAEMON_WORKER_H
#define DAEMON_WORKER_H

#include "conf/conf.h"
#include "daemon/beat.h"

struct worker {
	const struct conf *conf;
	int listen_fd; /* not blocking */
	int ready_fd;  /* one octet is written here when the worker is ready */
	struct beat *beat;
	pid_t master;
};

/* The life of a worker; gives its exit code. Signals must be blocked when it begins. */
int worker_run(const struct worker *w);

#endif
