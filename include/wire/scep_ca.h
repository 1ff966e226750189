/* SPDX-License-Identifier: ISC
 *
 * The bodies of GetCACaps (RFC 8894 section 3.5) and GetCACert (section 4.2).
 */
#ifndef WIRE_SCEP_CA_H
#define WIRE_SCEP_CA_H

#include "wire/alg.h"

#define CONTENT_TYPE_CAPS "text/plain"
#define CONTENT_TYPE_CA_RA "application/x-x509-ca-ra-cert"
#define CONTENT_TYPE_CA "application/x-x509-ca-cert"
#define CONTENT_TYPE_NEXT_CA "application/x-x509-next-ca-cert"
#define CONTENT_TYPE_PKI "application/x-pki-message"

struct caps {
	struct algs algs;
	bool renewal;
	bool next_ca;
};

/* Keywords one a line, LF, none empty (a client takes an empty line for every capability).
 * Appended. -1: memory. */
int caps_write(const struct caps *c, struct buf *out) __attribute__((warn_unused_result));

/* What a list of keywords means, either line ending, any case; unknown ones are ignored. */
struct caps_read {
	bool post, aes, des3, sha1, sha256, sha512, renewal, next_ca;
};
struct caps_read caps_read(struct view text);

#endif
