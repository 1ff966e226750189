/* SPDX-License-Identifier: ISC
 *
 * What the store knows, as lines of a backup: records, revoked serials, profiles that are off, the
 * operator's words, tokens. No challenge and no request: one that was used would be alive again.
 */
#ifndef CTL_SAVED_H
#define CTL_SAVED_H

#include <jansson.h>

#include "ctl/ctl.h"
#include "ctl/sealed.h"
#include "store/rebuild.h"

/* Adds a line and frees it. -1: MEMORY (also when it is NULL) and what sealed_add says. */
int save_line(struct sealed *to, json_t *line, struct err *e) __attribute__((warn_unused_result));

/* Adds everything, of every CA; *records is how many certificates. -1: STORE, FILE, MEMORY. */
int save_store(struct ctl *c, struct store *s, struct sealed *to, int64_t *records, struct err *e)
    __attribute__((warn_unused_result));

/* Puts back what a line says; one that says nothing of the store is passed over. Both are to be
 * flushed and freed afterwards. -1: STORE, REFUSED (it is damaged), MESSAGE, MEMORY. */
struct restoring {
	struct put certs, revoked;
};
int saved_line(struct restoring *to, const json_t *line, struct err *e)
    __attribute__((warn_unused_result));

#endif
