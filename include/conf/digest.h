/* SPDX-License-Identifier: ISC
 *
 * What must be the same on all hosts of a pool, as one digest. Left out is what belongs to a host:
 * paths, accounts, sockets, numbers of processes, where the log goes. The files behind the paths
 * are compared by their own digests; hashes of challenges are left out as secrets.
 */
#ifndef CONF_DIGEST_H
#define CONF_DIGEST_H

#include "base/buf.h"
#include "conf/tree.h"

/* Appends every value of the file that counts, as it is in force. -1: MEMORY. */
int conf_digest_add(const struct tree *t, struct buf *text, struct err *e)
    __attribute__((warn_unused_result));

/* SHA-256 of the text, in hexadecimal. */
void conf_digest_end(const struct buf *text, char hex[65]);

/* A value as the file would have it; challenge hashes as "(hidden)". -1: memory. */
int conf_value_write(struct buf *out, const config_setting_t *v)
    __attribute__((warn_unused_result));

#endif
