/* SPDX-License-Identifier: ISC
 *
 * The extensions a request asks for (extensionRequest, RFC 2985 section 5.4.2): which of them would
 * be dangerous, which one is taken over, which are left out.
 */
#ifndef CA_EXTREQ_H
#define CA_EXTREQ_H

#include "ca/profile.h"

#define EXTREQ_MAX 64

struct extreq {
	struct view
	    san; /* value of subjectAltName, borrowed from the request; empty when there is none */
	char dropped[160]; /* OIDs of what is left out, comma-separated, for the log */
};

/* Admits the extensions of a request (NULL: none). What can never stand in a device's certificate
 * is refused: CA:TRUE (FORBID_CA), keyCertSign and cRLSign (FORBID_KEY_USAGE), extended key usages
 * that mean anything, a logon, an enrolment agent, an OCSP responder or a KDC (FORBID_EKU, unless
 * the profile itself gives it), the AD security identifier (FORBID_SID), name and policy
 * constraints (FORBID_CONSTRAINTS), and the names that names_admit_san refuses. EXTENSIONS: more
 * than EXTREQ_MAX, one repeated, or one of these unreadable. basicConstraints CA:FALSE and the key
 * identifiers are passed over; keyUsage and extendedKeyUsage count as left out when they ask for
 * more than the profile gives; every other one is left out. */
int extreq_admit(const struct profile *p, const STACK_OF(X509_EXTENSION) *exts, struct extreq *r,
    struct err *e) __attribute__((warn_unused_result));

#endif
