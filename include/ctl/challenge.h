/* SPDX-License-Identifier: ISC
 *
 * Where the commands get a challenge from, and the commands about one-time challenges.
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

/* The profile of --profile, which must have dynamic challenges. NULL: USAGE, CONFIG. */
const struct conf_profile *dynamic_profile(struct ctl *c, const struct args *a, struct err *e);

int challenge_new(struct ctl *c, const struct args *a, struct err *e);
int challenge_list(struct ctl *c, const struct args *a, struct err *e);
int challenge_revoke(struct ctl *c, const struct args *a, struct err *e);
int challenge_flush(struct ctl *c, const struct args *a, struct err *e);
extern const struct opt challenge_new_options[], challenge_list_options[],
    challenge_revoke_options[], challenge_flush_options[];

#endif
