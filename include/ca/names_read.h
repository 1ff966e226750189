/* SPDX-License-Identifier: ISC
 *
 * Names as an operator writes them. "CN=x,O=y,C=z" is the form of RFC 4514, whose first element is
 * the last of the encoded name; "/C=z/O=y/CN=x" is OpenSSL's, in the order of the encoding. '+'
 * joins the parts of a multi-valued RDN, '\' escapes.
 */
#ifndef CA_NAMES_READ_H
#define CA_NAMES_READ_H

#include <openssl/x509v3.h>

#include "base/err.h"

/* The caller frees. NULL: USAGE naming the part that cannot be read. */
X509_NAME *dn_read(const char *text, struct err *e);

/* subjectAltName from "DNS:a.example,IP:192.0.2.1,email:x@example.org,URI:https://...": a new
 * stack. NULL: USAGE. */
GENERAL_NAMES *san_read(const char *text, struct err *e);

#endif
