/* SPDX-License-Identifier: ISC
 *
 * Whether a configuration can be served, tried in a process of its own: the master never loads a
 * key.
 */
#ifndef DAEMON_CHECK_H
#define DAEMON_CHECK_H

#include <sys/types.h>

#include "conf/conf.h"

struct check {
	pid_t pid; /* 0: none runs */
	int fd;    /* where its error comes from */
	int64_t started;
};

/* Starts it. -1: INTERNAL. */
int check_start(struct check *k, const struct conf *c, struct err *e)
    __attribute__((warn_unused_result));

/* What came of it, once it has ended with `status`. -1: its error. */
int check_end(struct check *k, int status, struct err *e) __attribute__((warn_unused_result));

/* Both, waiting for the end. */
int check_run(const struct conf *c, struct err *e) __attribute__((warn_unused_result));

#endif
