/* SPDX-License-Identifier: ISC
 *
 * Looking up the address of a host. The resolver of the system waits as long as it likes, so this
 * is for the start of a program and never for the time in which somebody waits for an answer.
 */
#ifndef BASE_RESOLVE_H
#define BASE_RESOLVE_H

#include <stddef.h>

#include "base/err.h"

/* Addresses as "ADDRESS:PORT", one of IPv6 in brackets, in the order in which they are to be tried.
 */
struct addresses {
	char **v;
	size_t n;
};

/* Appends those of "HOST:PORT"; "/path" is appended as it is. -1: CONFIG (there is no such host, or
 * nobody knows), MEMORY. In any case free them afterwards. */
int resolve_add(struct addresses *a, const char *text, struct err *e)
    __attribute__((warn_unused_result));
void addresses_free(struct addresses *a);

/* Splits "HOST:PORT" where its last colon is, without the brackets of IPv6. The caller frees both.
 * -1: there is no port, or no memory. */
int host_port_split(const char *text, char **host, char **port) __attribute__((warn_unused_result));

#endif
