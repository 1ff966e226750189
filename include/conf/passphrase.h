/* SPDX-License-Identifier: ISC
 *
 * Passphrases of encrypted keys, and PINs of tokens, by what they open: "ca-NAME", or "ra-PROFILE"
 * for every RA key of a profile. One is the first line of $CREDENTIALS_DIRECTORY/WHAT or of
 * passphrase_dir/WHAT, or was typed when the service started; what was typed stays in the memory of
 * this process and of those that it forks, since they read the keys again with every reload.
 */
#ifndef CONF_PASSPHRASE_H
#define CONF_PASSPHRASE_H

#include "base/file.h"
#include "conf/conf.h"

#define PASSPHRASES_MAX 64 /* typed */

/* The one for `what`; empty when there is none. -1: FILE, KEY_FILE, MEMORY. */
int conf_passphrase(const struct conf *c, const char *what, struct secret *out, struct err *e)
    __attribute__((warn_unused_result));

/* Gives the passphrase for `what`. -1 ends the asking. */
typedef int passphrase_ask(void *arg, const char *what, struct secret *out, struct err *e);

/* Has each passphrase asked for that a key file of the configuration needs and that is not there
 * yet, once. -1: what `ask` says, CONFIG, FILE, KEY_FILE, MEMORY. */
int passphrase_ask_all(const struct conf *c, passphrase_ask *ask, void *arg, struct err *e)
    __attribute__((warn_unused_result));

/* Wipes what was typed. */
void passphrase_forget(void);

#endif
