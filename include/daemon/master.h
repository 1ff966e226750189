/* SPDX-License-Identifier: ISC
 *
 * The master: starts workers, watches, reloads, stops. It never reads an octet of a client and
 * never holds a key.
 */
#ifndef DAEMON_MASTER_H
#define DAEMON_MASTER_H

#include "conf/conf.h"
#include "daemon/listen.h"

struct master_args {
	struct conf *conf; /* read; replaced at a reload */
	const struct listener *listener;
	bool detached;  /* there is no stderr to log to */
	int started_fd; /* one octet is written here when the service is ready; -1: nobody waits */
};

/* Opens the log that a configuration names. -1: FILE. */
int master_log_open(const struct conf *c, bool detached, struct err *e)
    __attribute__((warn_unused_result));

/* Blocks the signals that master and workers handle. Before anything is forked. */
void master_block_signals(void);

/* Serves until SIGTERM or SIGINT; gives the exit code. */
int master_run(const struct master_args *a);

#endif
