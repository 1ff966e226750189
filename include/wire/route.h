/* SPDX-License-Identifier: ISC
 *
 * Which profile a path means, as far as the path alone tells: /scep/{profile} with any suffix; and
 * the paths that belong to no profile, but to an authority or to the service.
 */
#ifndef WIRE_ROUTE_H
#define WIRE_ROUTE_H

#include <stdbool.h>

#include "base/buf.h"

enum route_kind {
	ROUTE_SCEP, /* /scep/{profile}, /scep/{profile}/, /scep/{profile}/pkiclient.exe, any other
	               suffix */
	ROUTE_CHALLENGE, /* /scep/{profile}/challenge exactly */
	ROUTE_HEALTH,    /* /health exactly */
	ROUTE_READY,     /* /ready exactly */
	ROUTE_METRICS,   /* /metrics exactly */
	ROUTE_CRL,       /* /crl/{authority}.crl */
	ROUTE_CRL_PEM,   /* /crl/{authority}.pem */
	ROUTE_CA_CERT,   /* /ca/{authority}.cer */
	ROUTE_OTHER,     /* no such prefix: a further path of a profile, or the default profile, may
	                    match */
};

struct route {
	enum route_kind kind;
	struct view profile;   /* of the first two; borrowed from the path, as all here */
	struct view authority; /* of the last three but one; else empty */
};

/* Doubled slashes count as one. Never fails. */
struct route route_of(struct view path);

/* Whether a segment of a path is what clients append to a base address themselves (pkiclient.exe,
 * mscep.dll, cgi-bin and the like, in any case), so that at the place of a profile it means none.
 */
bool route_is_program(struct view segment);

/* Whether `path` lies at or below `prefix`: equal, or continued by '/' (trailing slashes of the
 * prefix do not count). */
bool route_below(struct view path, struct view prefix);

#endif
