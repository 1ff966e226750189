/* SPDX-License-Identifier: ISC
 *
 * The one error value. It speaks to three audiences: the web server (HTTP status), the client
 * (failInfo and a fixed text, RFC 8894 section 3.2.1.4) and the operator (slug and detail).
 * err_list.h is the table that maps them. The detail never leaves the host; what a client reads
 * never carries data of the request.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

/* failInfo values of RFC 8894 section 3.2.1.4. FAIL_NONE: there is no CertRep for this error, only
 * an HTTP status. */
enum fail_info {
	FAIL_NONE = -1,
	FAIL_BAD_ALG = 0,
	FAIL_BAD_MESSAGE_CHECK = 1,
	FAIL_BAD_REQUEST = 2,
	FAIL_BAD_TIME = 3,
	FAIL_BAD_CERT_ID = 4,
};

enum err_code {
	ERR_OK = 0,
#define ERR(name, http, fail, slug, text) ERR_##name,
#include "base/err_list.h"
#undef ERR
	ERR_COUNT
};

struct err {
	enum err_code code;
	char detail[384]; /* for the operator: printable, NUL-terminated, may be cut short */
};

#define ERR_INIT                                                                                   \
	{                                                                                          \
		.code = ERR_OK                                                                     \
	}

/* Records an error and returns -1, so that a caller may write `return err_set(...)`. The deepest
 * cause wins: an error that is already set stays. The detail is cut to fit; control characters in
 * it become '?'. With e NULL nothing is recorded. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Like err_set, with the oldest reason in OpenSSL's error queue appended to the detail; empties
 * that queue. */
int err_set_ossl(struct err *e, enum err_code code, const char *what);

/* Forgets the error, so that another attempt may record its own. */
void err_clear(struct err *e);

/* The columns of the table. err_text is NULL where the client gets no text. */
int err_http(enum err_code code);
enum fail_info err_fail_info(enum err_code code);
const char *err_slug(enum err_code code);
const char *err_text(enum err_code code);

#endif
