/* SPDX-License-Identifier: ISC
 *
 * scepctl check, in several files: each part looks at something and says what it found.
 */
#ifndef CTL_CHECK_H
#define CTL_CHECK_H

#include <jansson.h>

#include "ctl/ctl.h"
#include "store/store.h"

/* From good to bad; SKIP: it could not be looked at from here, which is no fault. */
enum found { FOUND_OK, FOUND_SKIP, FOUND_WARN, FOUND_FAIL, FOUND_N };

struct checkup {
	struct ctl *c;
	struct store *store; /* connected and refreshed; NULL: it cannot be asked; owned */
	int64_t within;      /* seconds before an end that are soon */
	time_t now;
	json_t *rows; /* state, what, detail; owned */
	size_t n[FOUND_N];
};

/* Notes a finding. */
void check_find(struct checkup *k, enum found state, const char *what, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Whether a step did not fail; notes that it did. */
bool check_step(struct checkup *k, int rc, const char *what, const struct err *why);

/* Certificates, keys and revocation lists: of every CA, of every profile. */
void check_cas(struct checkup *k);
void check_profiles(struct checkup *k);

/* The revocation list of a CA that profiles use, as this host and the store have it. */
struct authority;
void check_list(struct checkup *k, const struct authority *a);

/* The store, which is opened when it can be, and what it tells of the pool. */
void check_store(struct checkup *k);

#endif
