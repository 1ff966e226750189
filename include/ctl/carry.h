/* SPDX-License-Identifier: ISC
 *
 * The files that a host needs to serve, as lines of a sealed file: a bundle carries them to the
 * next host, a backup to a better day. Paths below the folder of scepd.conf are kept relative to
 * it.
 */
#ifndef CTL_CARRY_H
#define CTL_CARRY_H

#include <jansson.h>

#include "ctl/ctl.h"
#include "ctl/sealed.h"

/* Adds every file: configuration, profiles, pepper, passwords of the store, certificates, and with
 * `keys` the private keys and passphrases; never the key of a root. *n is their number. -1: FILE,
 * MEMORY and what sealed_add says. */
int carry_pack(struct ctl *c, struct sealed *to, bool keys, size_t *n, struct err *e)
    __attribute__((warn_unused_result));

/* What becomes of a file that is there with other content; CARRY_KEEP refuses keys and
 * certificates, of which two under one name never go together. */
enum carry_there { CARRY_REFUSE, CARRY_REPLACE, CARRY_KEEP };

/* Whether a line may be written here: 0, also when it is no file or the same is there already. -1:
 * USAGE (it exists and is another one), REFUSED (a path that leads out of its folder). */
int carry_check(struct ctl *c, const json_t *line, enum carry_there there, struct err *e)
    __attribute__((warn_unused_result));

/* Writes the file of a line, with its permissions; its owner is the user that serves here when it
 * was that there. 1: done, 0: the line is no file, or it is kept, which is said. -1: FILE, CONFIG.
 */
int carry_unpack(struct ctl *c, const json_t *line, enum carry_there there, struct err *e)
    __attribute__((warn_unused_result));

#endif
