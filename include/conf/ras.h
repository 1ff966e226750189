/* SPDX-License-Identifier: ISC
 *
 * The RA files of a profile. Unless the profile lists them, they are what the folder ra/NAME beside
 * scepd.conf holds, one generation after the other: ra.pem with ra.key, ra-2.pem with ra-2.key and
 * so on; with two certificates ra-sign.pem and ra-sign.key too. A file ra-2.staged says that the
 * second one is not to be presented before every host has it.
 */
#ifndef CONF_RAS_H
#define CONF_RAS_H

#include "conf/conf.h"

enum ra_file {
	RA_CERT,
	RA_KEY,
	RA_KEY_URI, /* in the place of the key when that is in a token (conf/keys.h) */
	RA_SIGN_CERT,
	RA_SIGN_KEY,
	RA_SIGN_KEY_URI,
	RA_STAGED,
	RA_FILES
};

/* The folder of a profile's RAs, and the name of a file of a generation in it. The caller frees.
 * NULL: memory. */
char *conf_ra_folder(const char *conf_dir, const char *profile);
char *conf_ra_file(int number, enum ra_file file);

/* Fills in the RAs that the folder holds, the oldest first; the first one's files when it holds
 * none or cannot be read, so that whoever needs them says what is missing. -1: CONFIG (too many),
 * MEMORY. */
int conf_ras_scan(struct conf_profile *p, const char *conf_dir, struct err *e)
    __attribute__((warn_unused_result));

void conf_ras_free(struct conf_profile *p);

#endif
