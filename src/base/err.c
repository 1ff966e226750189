/* SPDX-License-Identifier: ISC
 *
 * The error value and its table. Each code has an HTTP status, a failInfo (RFC 8894
 * section 3.2.1.4), a slug for the operator and a fixed text for the client, all taken from
 * err_list.h. The first error recorded is the deepest one, so it is the one that stays.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

#include "base/err.h"

struct row {
	int http;
	enum fail_info fail;
	const char *slug, *text;
};

static const struct row rows[ERR_COUNT] = {
    [ERR_OK] = {200, FAIL_NONE, "ok", NULL},
#define ERR(name, http, fail, slug, text) [ERR_##name] = {http, fail, slug, text},
#include "base/err_list.h"
#undef ERR
};

static void
make_printable(char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

int
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL || e->code != ERR_OK)
		return -1;
	e->code = code;
	va_start(ap, fmt);
	if (vsnprintf(e->detail, sizeof e->detail, fmt, ap) < 0)
		e->detail[0] = '\0';
	va_end(ap);
	make_printable(e->detail);
	return -1;
}

int
err_set_ossl(struct err *e, enum err_code code, const char *what)
{
	unsigned long oldest = ERR_peek_error();
	const char *reason = oldest == 0 ? NULL : ERR_reason_error_string(oldest);

	if (oldest == 0)
		err_set(e, code, "%s", what);
	else if (reason == NULL)
		err_set(e, code, "%s: OpenSSL error %lx", what, oldest);
	else
		err_set(e, code, "%s: %s", what, reason);
	ERR_clear_error();
	return -1;
}

void
err_clear(struct err *e)
{
	e->code = ERR_OK;
	e->detail[0] = '\0';
}

static const struct row *
row_of(enum err_code code)
{
	return &rows[(unsigned)code < ERR_COUNT ? code : ERR_INTERNAL];
}

int
err_http(enum err_code code)
{
	return row_of(code)->http;
}

enum fail_info
err_fail_info(enum err_code code)
{
	return row_of(code)->fail;
}

const char *
err_slug(enum err_code code)
{
	return row_of(code)->slug;
}

const char *
err_text(enum err_code code)
{
	return row_of(code)->text;
}
