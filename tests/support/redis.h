/* SPDX-License-Identifier: ISC
 *
 * A private Redis (or Valkey) for a test: on a Unix socket in a folder, with the function library
 * loaded, ended with the test. Tests talk to it past the store layer by redis_do.
 */
#ifndef TESTS_SUPPORT_REDIS_H
#define TESTS_SUPPORT_REDIS_H

#include <limits.h>
#include <sys/types.h>

#include <hiredis/hiredis.h>

#include "store/acl.h"
#include "store/store.h"

struct test_redis {
	pid_t pid;
	char dir[PATH_MAX / 2], socket[PATH_MAX];
	redisContext *c; /* as the administrator */
};

/* The server that tests start: SCEPD_TEST_REDIS of the environment, or redis-server, or
 * valkey-server where that is what is installed. */
const char *redis_program(void);

/* Starts it and waits until it answers; `options` (NULL: none) are more lines of its configuration.
 * Ends the program when it cannot. */
void redis_start(struct test_redis *r, const char *dir, const char *options);

/* Kills it (SIGKILL) and waits; starting it again with redis_start in the same folder finds what
 * was kept. */
void redis_kill(struct test_redis *r);
void redis_stop(struct test_redis *r);

/* A command as printf; the reply is to be freed. Ends the program when there is none. */
redisReply *redis_do(struct test_redis *r, const char *format, ...);

/* The number that a command answers. */
long long redis_int(struct test_redis *r, const char *format, ...);

/* A configuration for it: no durability demanded, prefix "scepd". Static strings but the socket. */
struct store_conf redis_conf(struct test_redis *r);

/* A store on it with a fixed pepper. Ends the program when it cannot be made. */
struct store *redis_store(struct test_redis *r);

/* A store of a configuration, with the fixed pepper. Ends the program when it cannot be made. */
struct store *redis_store_of(const struct store_conf *c, const char *password);

/* Makes an account of the published rules (password "secret") after loading the library. */
void redis_account(struct test_redis *r, const char *user, enum acl_role role);

/* A store with such an account, made now, called like its role. */
struct store *redis_store_as(struct test_redis *r, enum acl_role role);

/* A TCP port of 127.0.0.1 that is free at this moment. */
int redis_free_port(void);

extern const uint8_t test_pepper[STORE_PEPPER_LEN];

#endif
