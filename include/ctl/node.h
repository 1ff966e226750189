/* SPDX-License-Identifier: ISC
 *
 * The hosts of the pool, compared.
 */
#ifndef CTL_NODE_H
#define CTL_NODE_H

#include <jansson.h>

#include "store/store.h"

/* Appends a row for each host that lives: node, version, protocol, configuration (its digest),
 * certificates (a digest), fingerprints, seconds_ago, and drift: in what it differs from most of
 * the others. *drifting is how many do. -1: STORE, MEMORY. */
int node_rows(struct store *s, json_t *rows, size_t *drifting, struct err *e)
    __attribute__((warn_unused_result));

#endif
