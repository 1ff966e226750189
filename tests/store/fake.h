/* SPDX-License-Identifier: ISC
 *
 * A server that says what it is told to say, for what a real one cannot be brought to.
 */
#ifndef TESTS_STORE_FAKE_H
#define TESTS_STORE_FAKE_H

#include <sys/types.h>

/* Listens at a Unix socket in a process of its own: INFO is answered by `info`, every other command
 * by `other`, which is a whole reply of the protocol. */
pid_t fake_start(const char *path, const char *info, const char *other);
void fake_stop(pid_t pid, const char *path);

#endif
