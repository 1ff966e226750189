/* SPDX-License-Identifier: ISC
 *
 * Revoking, by the operator or because a certificate has a successor: first a line in the journal
 * of this host, from which a lost store learns it again, then the store, from which everybody does.
 */
#ifndef SCEP_REVOKE_H
#define SCEP_REVOKE_H

#include "base/journal.h"
#include "store/revoked.h"

/* Revokes a serial (r->at and r->not_after are given); `by` says who does it, "" nobody in
 * particular. j NULL: there is no journal. -1: FILE (and nothing is revoked), STORE. */
int revoke_recorded(struct store *s, struct journal *j, const struct revocation *r, const char *by,
    enum revoked_state *state, struct err *e) __attribute__((warn_unused_result));

#endif
