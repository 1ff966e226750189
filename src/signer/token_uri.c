/* SPDX-License-Identifier: ISC
 *
 * The pkcs11 URI (RFC 7512). Of its attributes those are understood that say which token and which
 * key; every other one is refused, because a name that is read in part may mean another key. A PIN
 * has no place in it: the URI stands in configurations, lists and logs.
 */
#include <string.h>

#include <openssl/crypto.h>

#include "base/enc.h"
#include "signer/token.h"

#define SCHEME "pkcs11:"

bool
token_is_uri(const char *text)
{
	return strncasecmp(text, SCHEME, strlen(SCHEME)) == 0;
}

/* Where the value of an attribute goes. */
struct place {
	const char *name;
	char *to;
	size_t size; /* with the NUL */
};

/* pchar of RFC 3986 and the few more that RFC 7512 section 2.3 has, in path or query. */
static bool
may_stand(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("-._~:[]@!$'()*+,=&/?|%", c) != NULL;
}

/* Decodes a value: printable octets and %XX. -1: anything else. */
static int
decode(struct view in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++) {
		uint8_t octet = in.p[i];

		if (octet == '\0' || !may_stand((char)octet))
			return -1;
		if (octet == '%') {
			if (in.n - i < 3 || hex_into(view_of(in.p + i + 1, 2), &octet, 1) != 0)
				return -1;
			i += 2;
		}
		if (buf_add(out, &octet, 1) != 0)
			return -1;
	}
	return 0;
}

static int
fault(struct err *e, struct view name, const char *why)
{
	return err_set(e, ERR_CONFIG, "pkcs11 URI: %.*s: %s", (int)(name.n < 32 ? name.n : 32),
	    (const char *)name.p, why);
}

static int
set_text(const struct place *to, struct view name, struct view value, struct err *e)
{
	if (*to->to != '\0')
		return fault(e, name, "stands there twice");
	if (value.n == 0 || value.n >= to->size || memchr(value.p, 0, value.n) != NULL)
		return fault(e, name, "empty, too long, or with a NUL in it");
	memcpy(to->to, value.p, value.n);
	to->to[value.n] = '\0';
	return 0;
}

static int
set_id(struct token_uri *u, struct view name, struct view value, struct err *e)
{
	if (u->id_len > 0)
		return fault(e, name, "stands there twice");
	if (value.n == 0 || value.n > sizeof u->id)
		return fault(e, name, "empty or too long");
	memcpy(u->id, value.p, value.n);
	u->id_len = value.n;
	return 0;
}

static int
set_path_attribute(struct token_uri *u, struct view name, struct view value, struct err *e)
{
	const struct place places[] = {
	    {"token", u->token, sizeof u->token},
	    {"manufacturer", u->manufacturer, sizeof u->manufacturer},
	    {"model", u->model, sizeof u->model},
	    {"serial", u->serial, sizeof u->serial},
	    {"object", u->object, sizeof u->object},
	};

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (view_eq(name, view_str(places[i].name)))
			return set_text(&places[i], name, value, e);
	if (view_eq(name, view_str("id")))
		return set_id(u, name, value, e);
	if (view_eq(name, view_str("type")))
		return view_eq(value, view_str("private"))
		           ? 0
		           : fault(e, name, "must be private, or left out");
	return fault(
	    e, name, "not understood here; token, manufacturer, model, serial, object and id are");
}

static int
set_query_attribute(struct token_uri *u, struct view name, struct view value, struct err *e)
{
	const struct place module = {"module-path", u->module, sizeof u->module};

	if (view_eq(name, view_str("pin-value")) || view_eq(name, view_str("pin-source")))
		return fault(e, name,
		    "a PIN does not belong here: put it where passphrases of keys are kept");
	if (!view_eq(name, view_str(module.name)))
		return fault(e, name, "not understood here; module-path is");
	if (value.n == 0 || value.p[0] != '/')
		return fault(e, name, "must be an absolute path");
	return set_text(&module, name, value, e);
}

typedef int set_attribute(struct token_uri *u, struct view name, struct view value, struct err *e);

/* "name=value" */
static int
read_attribute(struct token_uri *u, struct view text, set_attribute *set, struct err *e)
{
	const uint8_t *equals = text.n > 0 ? memchr(text.p, '=', text.n) : NULL;
	struct view name = view_of(text.p, equals != NULL ? (size_t)(equals - text.p) : 0);
	struct buf value = {0};
	int rc;

	if (name.n == 0)
		return err_set(e, ERR_CONFIG, "pkcs11 URI: a part that is not name=value");
	for (size_t i = 0; i < name.n; i++)
		if (!may_stand((char)name.p[i]) || name.p[i] == '%')
			return err_set(e, ERR_CONFIG, "pkcs11 URI: a part that is not name=value");
	if (decode(view_of(equals + 1, text.n - name.n - 1), &value) != 0)
		rc = fault(e, name, "a character that has to be written as %XX");
	else
		rc = set(u, name, buf_view(&value), e);
	if (value.p != NULL)
		OPENSSL_cleanse(value.p, value.n); /* it may have been a PIN */
	buf_free(&value);
	return rc;
}

static int
read_attributes(
    struct token_uri *u, struct view text, char between, set_attribute *set, struct err *e)
{
	while (text.n > 0) {
		const uint8_t *end = memchr(text.p, between, text.n);
		size_t n = end != NULL ? (size_t)(end - text.p) : text.n;

		if (read_attribute(u, view_of(text.p, n), set, e) != 0)
			return -1;
		if (end == NULL)
			return 0;
		text = view_of(text.p + n + 1, text.n - n - 1);
		if (text.n == 0)
			return err_set(
			    e, ERR_CONFIG, "pkcs11 URI: nothing behind a \"%c\"", between);
	}
	return 0;
}

int
token_uri_read(const char *text, struct token_uri *u, struct err *e)
{
	const char *path = text + strlen(SCHEME), *query = NULL;
	size_t n;

	*u = (struct token_uri){.id_len = 0};
	if (!token_is_uri(text))
		return err_set(e, ERR_CONFIG, "not a pkcs11 URI");
	if (strlen(text) > TOKEN_URI_MAX)
		return err_set(e, ERR_CONFIG, "pkcs11 URI: too long");
	query = strchr(path, '?');
	n = query != NULL ? (size_t)(query - path) : strlen(path);
	if (read_attributes(u, view_of(path, n), ';', set_path_attribute, e) != 0 ||
	    (query != NULL &&
	        read_attributes(u, view_str(query + 1), '&', set_query_attribute, e) != 0))
		return -1;
	if (*u->object == '\0' && u->id_len == 0)
		return err_set(
		    e, ERR_CONFIG, "pkcs11 URI: it names no key: object or id is missing");
	memcpy(u->text, text, strlen(text) + 1);
	return 0;
}
