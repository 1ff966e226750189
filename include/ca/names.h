/* SPDX-License-Identifier: ISC
 *
 * The rules for subject and subjectAltName: what devices send passes (unstructuredName,
 * serialNumber, multi-valued RDNs), what would give somebody else's identity is refused by name.
 */
#ifndef CA_NAMES_H
#define CA_NAMES_H

#include <openssl/x509v3.h>

#include "ca/profile.h"

#define NAMES_SAN_MAX 100 /* names in a subjectAltName */

/* -1: SUBJECT_TEXT (a value with a control character or NUL, empty, over 255 characters, or badly
 * encoded), SUBJECT_ITEM (a value that is not of a string type). An empty name is fine here. */
int names_admit_subject(const X509_NAME *subject, struct err *e)
    __attribute__((warn_unused_result));

/* `value` is the DER of GeneralNames. -1: EXTENSIONS (malformed, empty, not DER, more than
 * NAMES_SAN_MAX names, beyond the bounds of tlv_walk), FORBID_SID (URI
 * tag:microsoft.com,2022-09-14:sid:), FORBID_UPN (unless the profile allows it), FORBID_SAN
 * (directoryName, x400, EDI, registeredID, other otherName types; an empty name, a control
 * character, NUL or non-ASCII octet in a name; an address of neither 4 nor 16 octets). */
int names_admit_san(const struct profile *p, struct view value, struct err *e)
    __attribute__((warn_unused_result));

/* The subject as one line for logs and lists, RFC 2253 order and escapes, controls escaped, into
 * out (cut to fit). */
void name_text(const X509_NAME *name, char *out, size_t len);

/* The same without a limit, appended. -1: MEMORY. */
int name_line(const X509_NAME *name, struct buf *out, struct err *e)
    __attribute__((warn_unused_result));

/* The subjectAltName of a certificate, one name a line: "DNS:" in lower case, "IP:", "email:",
 * "URI:", "UPN:"; appended, nothing when there is none. -1: MEMORY, INTERNAL. */
int san_lines(const X509 *cert, struct buf *out, struct err *e) __attribute__((warn_unused_result));

/* The same of names that are in no certificate yet; NULL is none of them. */
int general_names_lines(const GENERAL_NAMES *names, struct buf *out, struct err *e)
    __attribute__((warn_unused_result));

#endif
