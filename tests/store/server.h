/* SPDX-License-Identifier: ISC
 *
 * The server of a suite, in a folder of its own: one that keeps nothing, or one that syncs every
 * write. For the start and stop of the suite; there is one at a time.
 */
#ifndef TESTS_STORE_SERVER_H
#define TESTS_STORE_SERVER_H

#include "support/redis.h"
#include "tmpdir.h"

extern struct tmpdir dir;
extern struct test_redis redis;

int server_start(void);
int durable_server_start(void);
int server_stop(void);

#endif
