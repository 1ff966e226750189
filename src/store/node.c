/* SPDX-License-Identifier: ISC
 *
 * See store/node.h and src/store/lua/node.lua.
 */
#include "store/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/call.h"

int
store_report(struct store *s, const char *node, const char *text, struct err *e)
{
	struct args a = {0};
	redisReply *r;

	arg_str(&a, node);
	arg_str(&a, STORE_PROTOCOL);
	arg_str(&a, text);
	arg_int(&a, NODE_TTL);
	if ((r = store_call(s, "report", &a, false, e)) == NULL)
		return -1;
	freeReplyObject(r);
	return 0;
}

/* "NAME PROTOCOL", when it is good for until, text. */
static int
read_node(const redisReply *row, int64_t now, struct node *n)
{
	struct view id = reply_view(row, 0);
	char text[96], *space;

	*n = (struct node){.text = reply_view(row, 2)};
	if (id.n >= sizeof text)
		return -1;
	snprintf(text, sizeof text, "%.*s", (int)id.n, id.n > 0 ? (const char *)id.p : "");
	if ((space = strrchr(text, ' ')) == NULL)
		return -1;
	*space = '\0';
	snprintf(n->name, sizeof n->name, "%.63s", text);
	n->protocol = strtol(space + 1, NULL, 10);
	n->age = NODE_TTL * INT64_C(1000) - (reply_int(row, 1) - now);
	return 0;
}

int
store_nodes(struct store *s, node_each *each, void *context, struct err *e)
{
	struct args none = {0};
	redisReply *r = store_call(s, "nodes", &none, false, e);
	int rc = 0;

	if (r == NULL)
		return -1;
	if (!reply_is(r, "NODES"))
		rc = reply_strange(r, "nodes", e);
	for (size_t i = 2; rc == 0 && i < r->elements; i++) {
		const redisReply *row = reply_array(r, i);
		struct node n;

		if (row == NULL || read_node(row, reply_int(r, 1), &n) != 0)
			rc = reply_strange(r, "nodes", e);
		else
			rc = each(context, &n, e);
	}
	freeReplyObject(r);
	return rc;
}

/* The answer to nodes begins with it, and every account may ask for that. */
int
store_clock(struct store *s, int64_t *now, struct err *e)
{
	struct args none = {0};
	redisReply *r = store_call(s, "nodes", &none, false, e);
	int rc = 0;

	if (r == NULL)
		return -1;
	if (!reply_is(r, "NODES") || (*now = reply_int(r, 1)) <= 0)
		rc = reply_strange(r, "nodes", e);
	freeReplyObject(r);
	return rc;
}
