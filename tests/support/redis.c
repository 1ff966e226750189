/* SPDX-License-Identifier: ISC
 *
 * See redis.h.
 */
#include "support/redis.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/admin.h"

#define NEED(ok) ((ok) ? (void)0 : need_failed(#ok, __LINE__))

const uint8_t test_pepper[STORE_PEPPER_LEN] = {1, 2, 3, 4, 5, 6, 7, 8};

static void
need_failed(const char *what, int line)
{
	fprintf(stderr, "redis.c:%d: %s (%s)\n", line, what, strerror(errno));
	abort();
}

const char *
redis_program(void)
{
	const char *named = getenv("SCEPD_TEST_REDIS");

	if (named != NULL)
		return named;
	return access("/usr/bin/redis-server", X_OK) == 0 ? "redis-server" : "valkey-server";
}

static void
run(const char *dir, const char *config)
{
	int log = open("redis.log", O_WRONLY | O_CREAT | O_APPEND, 0600);

	(void)dir;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(log, 1);
	dup2(log, 2);
	execlp(redis_program(), redis_program(), config, (char *)NULL);
	_exit(127);
}

static void
write_config(const struct test_redis *r, const char *options)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof path, "%s/redis.conf", r->dir);
	NEED((f = fopen(path, "w")) != NULL);
	fprintf(f, "port 0\nunixsocket %s\nunixsocketperm 700\ndir %s\nsave \"\"\ndaemonize no\n%s",
	    r->socket, r->dir, options != NULL ? options : "");
	NEED(fclose(f) == 0);
}

/* The server is up when it answers PING; it is asked again as soon as its socket can be there. */
static redisContext *
await(const struct test_redis *r)
{
	int64_t end = clock_ms() + 20000;

	while (clock_ms() < end && waitpid(r->pid, NULL, WNOHANG) == 0) {
		redisContext *c = redisConnectUnix(r->socket);
		redisReply *reply = c != NULL && c->err == 0 ? redisCommand(c, "PING") : NULL;
		int up = reply != NULL && reply->type == REDIS_REPLY_STATUS;

		if (reply != NULL)
			freeReplyObject(reply);
		if (up)
			return c;
		if (c != NULL)
			redisFree(c);
		(void)poll(NULL, 0, 5);
	}
	return NULL;
}

void
redis_start(struct test_redis *r, const char *dir, const char *options)
{
	*r = (struct test_redis){0};
	snprintf(r->dir, sizeof r->dir, "%s", dir);
	snprintf(r->socket, sizeof r->socket, "%s/redis.sock", r->dir);
	write_config(r, options);
	signal(SIGPIPE, SIG_IGN);
	NEED((r->pid = fork()) >= 0);
	if (r->pid == 0) {
		NEED(chdir(dir) == 0);
		run(dir, "redis.conf");
	}
	NEED((r->c = await(r)) != NULL);
}

void
redis_kill(struct test_redis *r)
{
	if (r->c != NULL)
		redisFree(r->c);
	r->c = NULL;
	if (r->pid > 0) {
		kill(r->pid, SIGKILL);
		kill(r->pid, SIGCONT);
		waitpid(r->pid, NULL, 0);
	}
	r->pid = 0;
}

void
redis_stop(struct test_redis *r)
{
	redis_kill(r);
	unlink(r->socket);
}

redisReply *
redis_do(struct test_redis *r, const char *format, ...)
{
	va_list ap;
	redisReply *reply;

	va_start(ap, format);
	reply = redisvCommand(r->c, format, ap);
	va_end(ap);
	NEED(reply != NULL);
	return reply;
}

long long
redis_int(struct test_redis *r, const char *format, ...)
{
	va_list ap;
	redisReply *reply;
	long long n;

	va_start(ap, format);
	reply = redisvCommand(r->c, format, ap);
	va_end(ap);
	NEED(reply != NULL);
	n = reply->type == REDIS_REPLY_INTEGER  ? reply->integer
	    : reply->type == REDIS_REPLY_STRING ? atoll(reply->str)
	                                        : -1;
	freeReplyObject(reply);
	return n;
}

struct store_conf
redis_conf(struct test_redis *r)
{
	static char none[] = "", prefix[] = "scepd";

	return (struct store_conf){.server = r->socket,
	    .primary = none,
	    .user = none,
	    .password_file = none,
	    .pepper_file = none,
	    .prefix = prefix,
	    .tls_ca_file = none,
	    .tls_name = none,
	    .timeout_ms = 5000,
	    .durability = DURABILITY_NONE};
}

struct store *
redis_store_of(const struct store_conf *c, const char *password)
{
	struct err e = ERR_INIT;
	struct store *s =
	    store_new(c, view_str(password), view_of(test_pepper, sizeof test_pepper), &e);

	NEED(s != NULL);
	return s;
}

struct store *
redis_store(struct test_redis *r)
{
	struct store_conf c = redis_conf(r);

	return redis_store_of(&c, NULL);
}

void
redis_account(struct test_redis *r, const char *user, enum acl_role role)
{
	struct store *s = redis_store(r);
	struct err e = ERR_INIT;
	struct buf line = {0};
	enum library_state was;
	redisReply *reply;

	NEED(store_install(s, &was, &e) == 0);
	store_free(s);
	NEED(buf_printf(&line, "ACL SETUSER %s reset on >secret ", user) == 0);
	NEED(acl_rules(role, "scepd", &line, &e) == 0);
	/* No argument of it has a space or a per cent sign. */
	reply = redis_do(r, buf_str(&line));
	NEED(reply->type == REDIS_REPLY_STATUS);
	freeReplyObject(reply);
	buf_free(&line);
}

struct store *
redis_store_as(struct test_redis *r, enum acl_role role)
{
	struct store_conf c = redis_conf(r);
	char user[16];

	snprintf(user, sizeof user, "%s", acl_role_name(role));
	redis_account(r, user, role);
	c.user = user;
	return redis_store_of(&c, "secret");
}

int
redis_free_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	NEED(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0);
	NEED(getsockname(fd, (struct sockaddr *)&at, &len) == 0);
	close(fd);
	return ntohs(at.sin_port);
}
