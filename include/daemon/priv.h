/* SPDX-License-Identifier: ISC
 *
 * What a process may do: given up by the master once the socket is bound, and further by each
 * worker.
 */
#ifndef DAEMON_PRIV_H
#define DAEMON_PRIV_H

#include <sys/types.h>

#include "conf/conf.h"

/* Becomes the configured user when started as root, for good: it is tried and must fail to become
 * root again. Does nothing for another user, or when none is configured. -1: CONFIG (no such user
 * or group), INTERNAL. */
int priv_drop(const struct conf *c, struct err *e) __attribute__((warn_unused_result));

/* The id of a group. -1: CONFIG, naming `key`. */
int priv_group(const char *key, const char *name, gid_t *gid, struct err *e)
    __attribute__((warn_unused_result));

/* For a process that holds secrets: no core, no tracing. -1: INTERNAL. */
int priv_conceal(struct err *e) __attribute__((warn_unused_result));

/* For a process that will hold keys: that, no new privileges, and an end (SIGTERM) when the parent
 * `parent` ends. -1: INTERNAL. */
int priv_harden(pid_t parent, struct err *e) __attribute__((warn_unused_result));

#endif
