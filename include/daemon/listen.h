/* SPDX-License-Identifier: ISC
 *
 * Where the listening socket comes from: descriptor 0 when it is one (spawn-fcgi, lighttpd), else
 * systemd's, else the configuration's. The master keeps it open as long as it lives, so no
 * connection is lost between generations.
 */
#ifndef DAEMON_LISTEN_H
#define DAEMON_LISTEN_H

#include <sys/types.h>

#include "conf/conf.h"

struct listener {
	int fd;          /* not blocking, closed on exec; -1: none */
	bool inherited;  /* somebody else made it, and supervises this process */
	char where[160]; /* for the log */
	char path[108];  /* of a Unix socket made here: removed at the end; else "" */
	dev_t dev;       /* and its identity: another socket may stand there by then */
	ino_t ino;
};

/* -1: CONFIG, NETWORK. In any case close it afterwards. */
int listen_open(const struct conf *c, struct listener *l, struct err *e)
    __attribute__((warn_unused_result));
void listen_close(struct listener *l);

/* Makes the socket that the configuration names. -1: NETWORK, CONFIG. */
int listen_make(const struct conf *c, struct listener *l, struct err *e)
    __attribute__((warn_unused_result));

#endif
