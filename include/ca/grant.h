/* SPDX-License-Identifier: ISC
 *
 * A grant: the right to have one plan signed. Only the checks below can make one, each makes it
 * only for the plan that was checked, and the signer takes nothing else. This is what keeps
 * "authorisation skipped" from being expressible.
 */
#ifndef CA_GRANT_H
#define CA_GRANT_H

#include "ca/challenge.h"
#include "ca/plan.h"

struct grant; /* opaque: made here, read by the signer */

/* By a static challenge of the profile: NULL, with challenge_check's errors, when it is not right.
 */
struct grant *grant_by_static_challenge(
    const struct profile *p, struct view given, time_t now, const struct plan *plan, struct err *e);

/* Whether this grant is for exactly this plan (its TBS digest). NULL: no. */
bool grant_covers(const struct grant *g, const struct plan *plan);

/* By what it was made, for the log: "static:NAME". */
const char *grant_reason(const struct grant *g);

void grant_free(struct grant *g);

#endif
