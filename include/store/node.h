/* SPDX-License-Identifier: ISC
 *
 * The hosts of a pool as they see themselves: each says now and then what it runs, and an operator
 * sees where they differ.
 */
#ifndef STORE_NODE_H
#define STORE_NODE_H

#include "store/store.h"

#define NODE_PERIOD_MS 30000 /* how often a worker reports */
#define NODE_TTL 180         /* seconds that a report is good for */

/* Reports for the host `node`; `text` is JSON. -1: STORE. */
int store_report(struct store *s, const char *node, const char *text, struct err *e)
    __attribute__((warn_unused_result));

/* A host as it reported; borrowed during the call. */
struct node {
	char name[64];
	long protocol;
	int64_t age; /* milliseconds since the report */
	struct view text;
};
typedef int node_each(void *context, const struct node *n, struct err *e);

/* The clock of the server, milliseconds since 1970. -1: STORE. */
int store_clock(struct store *s, int64_t *now, struct err *e) __attribute__((warn_unused_result));

/* Calls `each` for every host that is alive, until it returns non-zero, which is then returned. -1:
 * STORE. */
int store_nodes(struct store *s, node_each *each, void *context, struct err *e)
    __attribute__((warn_unused_result));

#endif
