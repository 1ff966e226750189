/* SPDX-License-Identifier: ISC
 *
 * Where the commands get a challenge from.
 */
#ifndef CTL_CHALLENGE_H
#define CTL_CHALLENGE_H

#include "ctl/ctl.h"

#define CHALLENGE_SOURCE_OPTIONS                                                                   \
	OPT("challenge-file", challenge_file, "FILE",                                              \
	    "the challenge is the first line of FILE (- is stdin)"),                               \
	    OPT_FLAG("challenge-stdin", challenge_stdin, "the challenge comes from stdin")

/* A random challenge of 138 bits in characters that cannot be confused. -1: INTERNAL, MEMORY. */
int challenge_generate(struct secret *out, struct err *e) __attribute__((warn_unused_result));

/* A challenge from --generate, a file, stdin or the terminal. -1: USAGE, FILE, KEY_FILE. */
int challenge_take(struct ctl *c, const struct args *a, struct secret *out, struct err *e)
    __attribute__((warn_unused_result));

#endif
