/* SPDX-License-Identifier: ISC
 *
 * The file of scepd -p: written as soon as the master has its process id, gone when it ends,
 * however that comes.
 */
#ifndef DAEMON_PIDFILE_H
#define DAEMON_PIDFILE_H

#include <sys/types.h>

#include "base/err.h"

struct pid_file {
	char *path; /* absolute, since the master leaves its folder; owned; NULL: none */
	dev_t dev;  /* its identity: another process may have put its own there by then */
	ino_t ino;
};

/* Writes the process id of the caller. -1: FILE, MEMORY. */
int pid_file_write(const char *path, struct pid_file *f, struct err *e)
    __attribute__((warn_unused_result));

/* Removes the file that pid_file_write made, if there is one, and frees. -1: errno says why it is
 * still there. */
int pid_file_remove(struct pid_file *f);

#endif
