/* SPDX-License-Identifier: ISC
 *
 * What the hosts of a pool say to each other through the store under a seal made with the pepper:
 * the plan to sign, and the operator's word. Whoever can merely write to the store can make
 * neither. For the files of this layer only.
 */
#ifndef STORE_SEAL_H
#define STORE_SEAL_H

#include "ca/plan.h"
#include "connection.h"
#include "store/transaction.h"

/* What may be done with a plan that was found: one that waits for the operator is not good for what
 * was begun, so that nobody can pass his word by. */
enum seal_kind { SEAL_SIGN, SEAL_WAITS };

/* Appends seal and plan (plan_write), bound to its request (64 hexadecimal digits). -1: MEMORY,
 * INTERNAL. */
int plan_seal(const struct store *s, enum seal_kind kind, const char *request,
    const struct plan *plan, struct buf *out, struct err *e) __attribute__((warn_unused_result));

/* Reads it back. -1: STORE (too short, or another seal); as plan_read. In any case free the plan
 * afterwards. */
int plan_unseal(const struct store *s, enum seal_kind kind, const struct authority *a,
    const char *request, struct view sealed, struct plan *plan, struct err *e)
    __attribute__((warn_unused_result));

/* What the operator is shown of a request of a profile that waits, as the worker knew it: its seal
 * in hexadecimal. -1: MEMORY. */
struct shown {
	struct view profile, subject, sans, about;
};
int shown_seal(const struct store *s, const char *request, const struct shown *w, char hex[65],
    struct err *e) __attribute__((warn_unused_result));

/* The operator's word that a request of a profile (its id) may be signed until then (milliseconds
 * since 1970): "UNTIL SEAL WHO". -1: MEMORY. */
int word_seal(const struct store *s, const char *request, struct view profile, int64_t until,
    const char *who, char word[WORD_SIZE], struct err *e) __attribute__((warn_unused_result));

/* Whether `word` is that, and its time not over at `now` (seconds). -1: STORE. */
int word_check(const struct store *s, const char *request, const char *profile, time_t now,
    const char *word, struct err *e) __attribute__((warn_unused_result));

#endif
