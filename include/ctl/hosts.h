/* SPDX-License-Identifier: ISC
 *
 * What the hosts of the pool report, for commands that take effect only when all of them are ready.
 */
#ifndef CTL_HOSTS_H
#define CTL_HOSTS_H

#include <jansson.h>

#include "ctl/ctl.h"
#include "store/store.h"

struct hosts {
	json_t *rows; /* of each its name and the certificates that it has; owned */
};

/* -1: STORE, MEMORY. In any case free it afterwards. */
int hosts_read(struct store *s, struct hosts *h, struct err *e) __attribute__((warn_unused_result));
void hosts_free(struct hosts *h);

/* How many there are, and how many have a certificate (SHA-256, hexadecimal). */
size_t hosts_count(const struct hosts *h);
size_t hosts_having(const struct hosts *h, const char *fingerprint);

/* The first host that reports a certificate under a name ("ca demo"); NULL: none. Of `h`. */
const char *hosts_reporting(const struct hosts *h, const char *name);

/* The newest generation of a profile's RA that any host reports, and which host; 0: none. */
int hosts_newest_ra(const struct hosts *h, const char *profile, const char **node);

/* Whether every host that lives has it, and one lives. If not, says which one has not and what is
 * to be done there; `what` is "RA 2 of vpn", `again` the command that is then to be given again. */
bool hosts_all(struct ctl *c, const struct hosts *h, const char *fingerprint, const char *what,
    const char *again);

#endif
