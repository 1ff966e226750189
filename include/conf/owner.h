/* SPDX-License-Identifier: ISC
 *
 * Who may own and write what the service is made of.
 */
#ifndef CONF_OWNER_H
#define CONF_OWNER_H

#include "conf/conf.h"

/* The user that serves, who may own key files (base/file.h); OWNER_NONE when none is configured or
 * there is no such user. */
uid_t conf_user(const struct conf *c);

/* Whether nobody but root, the effective user and the user that serves can have written the files
 * of the configuration, or can put others in their place: scepd.conf and its folder, profiles.d and
 * the files in it, ca_dir, crl.dir, and the folder that holds the folder of an RA. What holds a key
 * is judged when it is read. -1: CONFIG. */
int conf_judge(const struct conf *c, struct err *e) __attribute__((warn_unused_result));

#endif
