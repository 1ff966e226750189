/* SPDX-License-Identifier: ISC
 *
 * Finding the primary by asking the sentinels, one after another; the first that knows it is
 * believed, and the server found is asked for its role when it is checked.
 */
#include <stdio.h>
#include <string.h>

#include "connection.h"
#include "base/clock.h"

static int
ask(const char *sentinel, const struct store_conf *c, int64_t deadline, char address[300],
    struct err *e)
{
	struct store at = {.c = link_dial(sentinel, deadline, e)};
	struct view words[] = {
	    view_str("SENTINEL"), view_str("get-master-addr-by-name"), view_str(c->primary)};
	redisReply *r;
	int rc = -1;

	if (at.c == NULL || (r = link_command(&at, deadline, e, 3, words)) == NULL)
		return -1;
	if (r->type == REDIS_REPLY_ARRAY && r->elements == 2 &&
	    r->element[0]->type == REDIS_REPLY_STRING &&
	    r->element[1]->type == REDIS_REPLY_STRING) {
		snprintf(address, 300,
		    strchr(r->element[0]->str, ':') != NULL ? "[%.250s]:%.10s" : "%.250s:%.10s",
		    r->element[0]->str, r->element[1]->str);
		rc = 0;
	} else
		err_set(e, ERR_STORE, "the sentinel %s does not know %s", sentinel, c->primary);
	freeReplyObject(r);
	link_close(&at);
	return rc;
}

int
sentinel_find(const struct store_conf *c, int64_t deadline, char address[300], struct err *e)
{
	struct err last = ERR_INIT;

	for (size_t i = 0; i < c->n_sentinels; i++) {
		/* One that is silent must not take the time of the others. */
		int64_t share =
		    clock_ms() + (deadline - clock_ms()) / (int64_t)(c->n_sentinels - i + 1);

		err_clear(&last);
		if (ask(c->sentinels[i], c, share, address, &last) == 0)
			return 0;
	}
	return err_set(e, ERR_STORE, "%s", last.detail);
}
