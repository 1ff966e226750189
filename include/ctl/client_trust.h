/* SPDX-License-Identifier: ISC
 *
 * Which of the certificates of a server a client believes: the operator's fingerprint names one,
 * and everything else must chain to it.
 */
#ifndef CTL_CLIENT_TRUST_H
#define CTL_CLIENT_TRUST_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "base/err.h"

/* Whether a certificate is one of a CA. */
bool client_is_ca(X509 *cert);

/* Keeps of *certs those that chain to the one with the fingerprint (NULL: to a CA among them), and
 * the root above it. An RA that comes alone and unnamed has nothing to be checked against, and is
 * kept. `any_time`: a CA that is still to come may not be valid yet. -1: USAGE (no fingerprint),
 * SIGNER (nobody has it; the first certificate does not chain), MEMORY; *certs is as it was. */
int client_trust(STACK_OF(X509) **certs, const char *fingerprint, bool any_time, struct err *e)
    __attribute__((warn_unused_result));

#endif
