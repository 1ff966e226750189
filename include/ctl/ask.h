/* SPDX-License-Identifier: ISC
 *
 * How a secret gets in: typed at the terminal without echo, from a file that only its owner can
 * read, or from stdin. Never from argv.
 */
#ifndef CTL_ASK_H
#define CTL_ASK_H

#include "ctl/ctl.h"

struct ask {
	const char *prompt; /* "Passphrase" */
	const char
	    *option; /* "passphrase": names --passphrase-file and --passphrase-stdin in messages */
	const char *file; /* NULL: not from a file; "-" is stdin */
	bool from_stdin;
	bool twice;       /* at the terminal, typed a second time */
	bool allow_empty; /* somebody else may have chosen an empty one */
};

/* The first line, without its end. -1: USAGE (empty unless allowed, typed differently the second
 * time, no terminal, both sources given), FILE, KEY_FILE. */
int ask_secret(struct ctl *c, const struct ask *ask, struct secret *out, struct err *e)
    __attribute__((warn_unused_result));

/* Asks a question at the terminal that is answered by y or n. -1: USAGE (no terminal), or the
 * answer was not y. */
int ask_yes(struct ctl *c, const char *question, struct err *e) __attribute__((warn_unused_result));

#endif
