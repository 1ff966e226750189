/* SPDX-License-Identifier: ISC
 *
 * Passphrases from the terminal, at the start only.
 */
#ifndef DAEMON_TYPING_H
#define DAEMON_TYPING_H

#include "conf/conf.h"

/* Asks for what conf/passphrase.h says is missing; nothing when standard input is no terminal. The
 * passphrases stay until passphrase_forget. -1: KEY_FILE (no answer), and what passphrase_ask_all
 * says. */
int typing_ask(const struct conf *c, struct err *e) __attribute__((warn_unused_result));

#endif
