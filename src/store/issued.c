/* SPDX-License-Identifier: ISC
 *
 * See store/issued.h and the function cert in src/store/lua/record.lua.
 */
#include "store/issued.h"

#include <stdio.h>

#include "base/enc.h"
#include "store/call.h"

#define SERIAL_MAX 20 /* octets, RFC 5280 section 4.1.2.2 */

/* Places in the answer. */
enum { CERT_DER, CERT_PROFILE, CERT_REVOKED = 10, CERT_FIELDS = 12 };

static int
take(const redisReply *fields, struct issued *out, struct err *e)
{
	struct view der, profile;

	if (fields == NULL || fields->elements < CERT_FIELDS)
		return err_set(e, ERR_STORE, "cert: an answer of the wrong shape");
	der = reply_view(fields, CERT_DER);
	profile = reply_view(fields, CERT_PROFILE);
	snprintf(out->profile, sizeof out->profile, "%.*s", (int)profile.n,
	    profile.n > 0 ? (const char *)profile.p : "");
	out->revoked = reply_view(fields, CERT_REVOKED).n > 0;
	return der.n > 0 && buf_add(&out->cert, der.p, der.n) == 0
	           ? 0
	           : err_set(e, ERR_STORE, "cert: an empty certificate");
}

int
store_issued(
    struct store *s, const char *authority, struct view serial, struct issued *out, struct err *e)
{
	struct args a = {0};
	char hex[2 * SERIAL_MAX + 1];
	redisReply *reply;
	int rc;

	*out = (struct issued){0};
	if (serial.n == 0 || serial.n > SERIAL_MAX)
		return 1;
	hex_of(serial, hex);
	arg_str(&a, authority);
	arg_str(&a, hex);
	/* That there is no such certificate is a reason to refuse for good. */
	if ((reply = store_call(s, "cert", &a, true, e)) == NULL)
		return -1;
	rc = reply_is(reply, "NONE") ? 1 : take(reply_array(reply, 1), out, e);
	freeReplyObject(reply);
	return rc;
}

void
issued_free(struct issued *i)
{
	buf_free(&i->cert);
	*i = (struct issued){0};
}
