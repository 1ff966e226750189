/* SPDX-License-Identifier: ISC
 *
 * What the commands about profiles share.
 */
#ifndef CTL_PROFILE_H
#define CTL_PROFILE_H

#include <jansson.h>

#include "ctl/ctl.h"

/* What a new profile's file says; all borrowed. */
struct profile_text {
	const char *name, *id, *ca;
	enum challenge_type challenge;
	const char *hash;             /* static: the scrypt text */
	const char *paths;            /* comma-separated; NULL: none */
	const char *validity;         /* NULL: the default */
	bool modern;                  /* no triple DES, no SHA-1 */
	const char *crl_url, *ca_url; /* NULL: none */
};

/* The URL of a file that everybody may fetch, below public_url by plain HTTP: whoever checks a
 * certificate cannot check that of an https server first. The port of an https URL is left out. The
 * caller frees. NULL: memory. */
char *profile_plain_url(const char *public_url, const char *path);

/* The file of a new profile: what was chosen, then every other key with its default as a comment.
 * -1: MEMORY. */
int profile_text_write(const struct profile_text *p, struct buf *out, struct err *e)
    __attribute__((warn_unused_result));

int profile_create(struct ctl *c, const struct args *a, struct err *e);
extern const struct opt profile_create_options[];

/* Everything that `profile show` shows: URLs, fingerprints, RA; a new reference. NULL with an error
 * when a certificate cannot be read. */
json_t *profile_facts(struct ctl *c, const struct conf_profile *p, struct err *e);

/* Adds to each row of profiles whether it is "on" or "off", and why. -1: STORE, CONFIG. */
int profile_states(struct ctl *c, json_t *rows, struct err *e) __attribute__((warn_unused_result));

int profile_disable(struct ctl *c, const struct args *a, struct err *e);
int profile_enable(struct ctl *c, const struct args *a, struct err *e);
extern const struct opt profile_disable_options[], profile_enable_options[];

/* The profile of that name or id. NULL: USAGE, CONFIG. */
const struct conf_profile *profile_find(struct ctl *c, const char *name, struct err *e);

#endif
