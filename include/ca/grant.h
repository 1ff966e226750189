/* SPDX-License-Identifier: ISC
 *
 * A grant: the right to have one plan signed. The signer takes nothing else, and store_reserve is
 * the only function that makes one: after the claim was admitted and the intent to sign exactly
 * this plan is recorded (a test holds that no other file calls grant_make).
 */
#ifndef CA_GRANT_H
#define CA_GRANT_H

#include "ca/claim.h"
#include "ca/plan.h"

struct grant; /* opaque */

/* For store_reserve alone. The caller frees. NULL: INTERNAL. */
struct grant *grant_make(const struct claim *by, const struct plan *plan, struct err *e);

/* Whether this grant is for exactly this plan (its TBS digest). NULL: no. */
bool grant_covers(const struct grant *g, const struct plan *plan);

/* By what it was made, for the log: claim_reason of the claim. */
const char *grant_reason(const struct grant *g);

void grant_free(struct grant *g);

#endif
