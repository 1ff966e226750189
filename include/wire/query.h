/* SPDX-License-Identifier: ISC
 *
 * The query string of a SCEP request (RFC 8894 section 4.1) as clients really send it: parameters
 * in any order, names of operations in any case, a message on operations that have none, base64 in
 * four dialects.
 */
#ifndef WIRE_QUERY_H
#define WIRE_QUERY_H

#include "wire/http.h"

enum scep_operation { OP_GET_CA_CAPS, OP_GET_CA_CERT, OP_GET_NEXT_CA_CERT, OP_PKI_OPERATION };

/* The operation of a request. A POST is PKIOperation whatever its operation parameter says (RFC
 * 8894 section 4.3). GetCAChain and GetCACertChain are GetCACert. Of a repeated parameter the first
 * counts. -1: METHOD (neither GET, HEAD nor POST), OPERATION (absent or unknown). */
int query_operation(const struct http_request *r, enum scep_operation *op, struct err *e)
    __attribute__((warn_unused_result));

/* The octets of the pkiMessage: the body of a POST (DER; a body that is base64 text is decoded), or
 * the message parameter of a GET. Appended to `out`. -1: NO_MESSAGE, ENCODING, TOO_LARGE,
 * BODY_SHORT. */
int query_message(const struct http_request *r, struct buf *out, struct err *e)
    __attribute__((warn_unused_result));

/* Whether a parameter, in any case, has this value. */
bool query_is(const struct http_request *r, const char *name, const char *value);

/* "GetCACaps" and so on, for the log. */
const char *query_operation_name(enum scep_operation op);

#endif
