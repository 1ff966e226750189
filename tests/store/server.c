/* SPDX-License-Identifier: ISC
 *
 * See server.h.
 */
#include "server.h"

struct tmpdir dir;
struct test_redis redis;

static int
start(const char *options)
{
	if (tmpdir_make(&dir) != 0)
		return -1;
	redis_start(&redis, dir.path, options);
	return 0;
}

int
server_start(void)
{
	return start(NULL);
}

int
durable_server_start(void)
{
	return start("appendonly yes\nappendfsync always\n");
}

int
server_stop(void)
{
	redis_stop(&redis);
	tmpdir_remove(&dir);
	return 0;
}
