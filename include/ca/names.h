/* SPDX-License-Identifier: ISC
 *
 * The rules for subject and subjectAltName: what devices send passes (unstructuredName,
 * serialNumber, multi-valued RDNs), what would give somebody else's identity is refused by name.
 */
#ifndef CA_NAMES_H
#define CA_NAMES_H

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

/* The value of a certificate's subjectAltName, DER; empty: none. Borrowed. */
struct view cert_san(const X509 *cert);

/* What `value`, the DER of GeneralNames, holds, one name a line: "DNS:" in lower case, "IP:",
 * "email:", "URI:", "UPN:"; appended, nothing for the empty view. -1: MEMORY, INTERNAL. */
int san_lines(struct view value, struct buf *out, struct err *e)
    __attribute__((warn_unused_result));

#endif
