/* SPDX-License-Identifier: ISC
 *
 * What the administrator's account does: brings the function library into the server, takes old
 * ones out, looks whether the server keeps what it is told as durably as the configuration says,
 * and records that it did.
 */
#ifndef STORE_ADMIN_H
#define STORE_ADMIN_H

#include "store/store.h"

#define LIBRARIES_MAX 16

enum library_state { LIBRARY_ABSENT, LIBRARY_OTHER, LIBRARY_OURS };

/* Which library of our protocol the server has. -1: STORE. */
int store_library(struct store *s, enum library_state *state, struct err *e)
    __attribute__((warn_unused_result));

/* Loads the library, or replaces another one of the same protocol; *was is what was there. -1:
 * STORE. */
int store_install(struct store *s, enum library_state *was, struct err *e)
    __attribute__((warn_unused_result));

/* The protocol numbers of the libraries of scepd in the server. -1: STORE. */
int store_libraries(struct store *s, long protocols[LIBRARIES_MAX], size_t *n, struct err *e)
    __attribute__((warn_unused_result));

/* The oldest protocol whose programs this pool admits; 0: all. -1: STORE. */
int store_oldest(struct store *s, long *protocol, struct err *e)
    __attribute__((warn_unused_result));

/* Admits ours and newer ones. -1: STORE. */
int store_admit(struct store *s, struct err *e) __attribute__((warn_unused_result));

/* Admits no older protocol any more, and removes the libraries of older ones. -1: STORE. */
int store_prune(struct store *s, size_t *removed, struct err *e)
    __attribute__((warn_unused_result));

/* A finding: whether it is as it must be, and one line about it. */
typedef void finding_tell(void *context, bool good, const char *text);

/* Looks at the server; tells of everything and counts what is wrong. -1: STORE, when it cannot be
 * asked at all. */
int store_verify(struct store *s, finding_tell *tell, void *context, size_t *wrong, struct err *e)
    __attribute__((warn_unused_result));

/* Records that the server of this connection was verified for the configured durability. -1: STORE.
 */
int store_record_verified(struct store *s, struct err *e) __attribute__((warn_unused_result));

/* What was recorded; empty texts when nothing was. -1: STORE. */
struct store_verified {
	char run[64], level[16], version[32];
	int64_t at; /* seconds */
};
int store_verified(struct store *s, struct store_verified *v, struct err *e)
    __attribute__((warn_unused_result));

/* How much there is under each of `n` names (at most 30), the part of a key behind the prefix. -1:
 * STORE. */
int store_sizes(struct store *s, const char *const *names, size_t n, int64_t *sizes, struct err *e)
    __attribute__((warn_unused_result));

/* "none", "fsync", "replicated". */
const char *durability_name(enum durability level);

#endif
