/* SPDX-License-Identifier: ISC
 *
 * The servers, and what befalls them.
 */
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "ledger.h"

#define AWAIT_MS 60000

/* Waits until `true_now` holds. */
#define AWAIT(true_now)                                                                            \
	do {                                                                                       \
		int64_t end = clock_ms() + AWAIT_MS;                                               \
		while (!(true_now)) {                                                              \
			NEED(clock_ms() < end);                                                    \
			(void)poll(NULL, 0, 2);                                                    \
		}                                                                                  \
	} while (0)

static const char *
in(const struct node *n, const char *name)
{
	static char path[300];

	snprintf(path, sizeof path, "%s/%s", n->dir, name);
	return path;
}

static void
start(struct node *n, const char *more)
{
	char options[600];

	snprintf(options, sizeof options, "%s%s", n->options, more);
	if (n->honest) {
		setenv("LD_PRELOAD", getenv("LEDGER_POWER"), 1);
		setenv("LEDGER_SYNCED", in(n, "synced"), 1);
		setenv("LEDGER_HOLD", in(n, "hold"), 1);
	}
	redis_start(&n->redis, n->dir, options);
	unsetenv("LD_PRELOAD");
}

void
node_start(struct node *n, const char *dir, const char *name, const char *policy, bool honest)
{
	*n = (struct node){.honest = honest, .control = -1};
	NEED(!honest || getenv("LEDGER_POWER") != NULL);
	snprintf(n->dir, sizeof n->dir, "%s/%s", dir, name);
	snprintf(n->options, sizeof n->options,
	    "appendonly yes\nappendfsync %s\nauto-aof-rewrite-percentage 0\n"
	    "repl-diskless-sync yes\nrepl-diskless-sync-delay 0\n",
	    policy);
	NEED(mkdir(n->dir, 0700) == 0);
	start(n, "");
}

void
node_again(struct node *n)
{
	start(n, "");
}

void
node_kill(struct node *n)
{
	redis_kill(&n->redis);
}

void
node_stop(struct node *n)
{
	redis_stop(&n->redis);
	if (n->proxy > 0) {
		close(n->control);
		kill(n->proxy, SIGKILL);
		waitpid(n->proxy, NULL, 0);
	}
}

void
node_serve(struct world *w, const struct node *n)
{
	char next[300];

	snprintf(next, sizeof next, "%s.next", w->address);
	NEED(symlink(n->redis.socket, next) == 0 && rename(next, w->address) == 0);
}

void
node_hold(const struct node *n, bool hold)
{
	FILE *f;

	if (hold)
		NEED((f = fopen(in(n, "hold"), "w")) != NULL && fclose(f) == 0);
	else
		NEED(unlink(in(n, "hold")) == 0);
}

/* The append-only file: there is one, since it is never rewritten. */
static void
find_aof(const struct node *n, char path[300])
{
	glob_t found;

	NEED(glob(in(n, "appendonlydir/*.incr.aof"), 0, NULL, &found) == 0 && found.gl_pathc == 1);
	NEED(strlen(found.gl_pathv[0]) < 300);
	memcpy(path, found.gl_pathv[0], strlen(found.gl_pathv[0]) + 1);
	globfree(&found);
}

static long
synced(const struct node *n)
{
	FILE *f = fopen(in(n, "synced"), "r");
	long length = -1;

	if (f != NULL) {
		if (fscanf(f, "%ld", &length) != 1)
			length = -1;
		fclose(f);
	}
	return length;
}

static long
written(const struct node *n)
{
	char path[300];
	struct stat st;

	find_aof(n, path);
	NEED(stat(path, &st) == 0);
	return (long)st.st_size;
}

void
node_await_synced(const struct node *n)
{
	AWAIT(synced(n) == written(n));
}

void
node_power_loss(struct node *n)
{
	char path[300];
	long kept;

	redis_kill(&n->redis);
	NEED((kept = synced(n)) >= 0);
	find_aof(n, path);
	NEED(kept <= written(n) && truncate(path, kept) == 0);
}

void
node_proxy(struct node *n)
{
	n->proxy = proxy_start(n->redis.socket, &n->port, &n->control);
}

static bool
info_says(struct node *n, const char *text)
{
	redisReply *r = redis_do(&n->redis, "INFO replication");
	bool there = r->type == REDIS_REPLY_STRING && strstr(r->str, text) != NULL;

	freeReplyObject(r);
	return there;
}

static void
follow(struct node *n, const struct node *primary)
{
	char line[80];

	snprintf(line, sizeof line, "replicaof 127.0.0.1 %d\n", primary->port);
	start(n, line);
	AWAIT(info_says(n, "master_link_status:up"));
}

void
node_follow(struct node *n, const struct node *primary)
{
	redis_kill(&n->redis);
	follow(n, primary);
}

void
node_promote(struct node *n)
{
	freeReplyObject(redis_do(&n->redis, "REPLICAOF NO ONE"));
	NEED(info_says(n, "role:master"));
}

void
node_cut(const struct node *n, bool cut)
{
	char word = cut ? 'c' : 'h', back = 0;

	NEED(write(n->control, &word, 1) == 1 && read(n->control, &back, 1) == 1 && back == word);
}
