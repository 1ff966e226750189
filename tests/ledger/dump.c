/* SPDX-License-Identifier: ISC
 *
 * What the store holds at the end: the intents that led to nothing yet, and the records.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger.h"
#include "store/call.h"

static void
dump_intents(int log, struct node *n)
{
	redisReply *all = redis_do(&n->redis, "ZRANGE {scepd}:int 0 -1");

	NEED(all->type == REDIS_REPLY_ARRAY);
	for (size_t i = 0; i < all->elements; i++) {
		char serial[64], profile[64], request[80], tbs[80];

		NEED(sscanf(all->element[i]->str, "%*63s %63s %63s %79s %79s", serial, profile,
		         request, tbs) == 4);
		world_line(log, "intent %s %s %s", request, serial, tbs);
	}
	freeReplyObject(all);
}

static void
dump_record(int log, struct node *n, const char *serial)
{
	redisReply *r = redis_do(&n->redis, "HMGET {scepd}:crt:ca:%s der req", serial);
	struct view der = reply_view(r, 0), request = reply_view(r, 1);
	char digest[65];

	NEED(der.n > 0 && request.n == 64);
	world_digest(der, digest);
	world_line(log, "record %.64s %s %s", (const char *)request.p, serial, digest);
	freeReplyObject(r);
}

void
dump_store(struct world *w, struct node *n)
{
	char path[256];
	redisReply *all = redis_do(&n->redis, "ZRANGE {scepd}:exp:ca 0 -1");
	int log;

	snprintf(path, sizeof path, "%s/store", w->dir);
	NEED((log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) >= 0);
	NEED(all->type == REDIS_REPLY_ARRAY);
	for (size_t i = 0; i < all->elements; i++)
		dump_record(log, n, all->element[i]->str);
	freeReplyObject(all);
	dump_intents(log, n);
	close(log);
}
