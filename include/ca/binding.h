/* SPDX-License-Identifier: ISC
 *
 * What a one-time challenge is bound to: the names that a certificate may hold which is requested
 * with it. They are kept as the text that the store compares with that of a request (name_line and
 * san_lines), so both sides come from the same functions.
 */
#ifndef CA_BINDING_H
#define CA_BINDING_H

#include "base/buf.h"
#include "base/err.h"

struct profile;

struct binding {
	struct buf subject; /* name_line; empty: none is bound */
	struct buf sans;    /* san_lines */
};

/* Binds to a subject as dn_read takes it. -1: USAGE (no name, an empty one, or not one that would
 * be issued), MEMORY. */
int binding_subject(struct binding *b, const char *dn, struct err *e)
    __attribute__((warn_unused_result));

/* Adds one alternative name: "DNS:", "IP:", "email:", "URI:" or "UPN:" and its value. -1: USAGE
 * (unreadable, or one that the profile would not issue), MEMORY. */
int binding_san(const struct profile *p, struct binding *b, const char *san, struct err *e)
    __attribute__((warn_unused_result));

/* Adds those of a list separated by commas. */
int binding_sans(const struct profile *p, struct binding *b, const char *list, struct err *e)
    __attribute__((warn_unused_result));

/* Whether anything is bound. */
bool binding_any(const struct binding *b);

void binding_free(struct binding *b);

#endif
