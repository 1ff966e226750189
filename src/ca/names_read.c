/* SPDX-License-Identifier: ISC
 *
 * Distinguished names from text (RFC 4514 section 3, and OpenSSL's slash form) and subjectAltName
 * from a list. String types are OpenSSL's choice for the attribute: PrintableString for countries
 * and serial numbers, IA5String for mail, UTF8String else.
 */
#include "ca/names_read.h"

#include <ctype.h>
#include <string.h>

#include "base/enc.h"
#include "ca/text.h"

#define PARTS_MAX 64
#define VALUE_MAX 512

/* One attribute of a name: where its text lies, and whether it belongs to the RDN of the part
 * before it. */
struct part {
	const char *text;
	size_t len;
	bool joined;
};

/* Cuts at every unescaped `separator` and '+'. */
static int
split(const char *text, char separator, struct part parts[PARTS_MAX], size_t *n, struct err *e)
{
	bool joined = false;
	const char *start = text;

	*n = 0;
	for (const char *p = text;; p++) {
		if (*p == '\\' && p[1] != '\0') {
			p++;
			continue;
		}
		if (*p != '\0' && *p != separator && *p != '+')
			continue;
		if (*n == PARTS_MAX)
			return err_set(e, ERR_USAGE, "the name has more than %d parts", PARTS_MAX);
		parts[(*n)++] = (struct part){start, (size_t)(p - start), joined};
		if (*p == '\0')
			return 0;
		joined = *p == '+';
		start = p + 1;
	}
}

/* Undoes the escapes of RFC 4514 section 2.4: '\' before a character, or before two hexadecimal
 * digits. */
static int
unescape(const char *in, size_t len, char out[VALUE_MAX], size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < len; i++) {
		struct buf octet = {0};
		char c = in[i];

		if (c == '\\' && i + 2 < len && isxdigit((unsigned char)in[i + 1]) &&
		    isxdigit((unsigned char)in[i + 2])) {
			if (hex_read(&octet, view_of(in + i + 1, 2)) != 0)
				return -1;
			c = (char)octet.p[0];
			buf_free(&octet);
			i += 2;
		} else if (c == '\\' && i + 1 < len) {
			c = in[++i];
		}
		if (*n == VALUE_MAX)
			return -1;
		out[(*n)++] = c;
	}
	return 0;
}

/* The type of an attribute: OpenSSL's names, in any case, or a dotted OID. */
static ASN1_OBJECT *
attribute_type(const char *text, size_t len)
{
	char name[64];
	ASN1_OBJECT *obj;

	if (len == 0 || len >= sizeof(name))
		return NULL;
	memcpy(name, text, len);
	name[len] = '\0';
	if (strcasecmp(name, "E") == 0)
		return OBJ_nid2obj(NID_pkcs9_emailAddress);
	if (strcasecmp(name, "serialNumber") == 0)
		return OBJ_nid2obj(NID_serialNumber);
	if (strcasecmp(name, "emailAddress") == 0)
		return OBJ_nid2obj(NID_pkcs9_emailAddress);
	obj = OBJ_txt2obj(name, 0);
	for (size_t i = 0; i < len && obj == NULL; i++)
		name[i] = (char)toupper((unsigned char)name[i]);
	return obj != NULL ? obj : OBJ_txt2obj(name, 0);
}

static void
trim(const char **p, size_t *n)
{
	while (*n > 0 && **p == ' ') {
		(*p)++;
		(*n)--;
	}
	while (*n > 0 && (*p)[*n - 1] == ' ' && (*n < 2 || (*p)[*n - 2] != '\\'))
		(*n)--;
}

/* Appends one attribute; `set` as in X509_NAME_add_entry: -1 joins the RDN before it, 0 starts one.
 */
static int
add_part(X509_NAME *name, const struct part *part, int set, struct err *e)
{
	const char *equals = memchr(part->text, '=', part->len), *type = part->text, *value;
	char octets[VALUE_MAX];
	size_t type_len, value_len, n;
	ASN1_OBJECT *obj;
	int rc;

	if (equals == NULL)
		return err_set(e, ERR_USAGE, "the name has a part without '=': \"%.*s\"",
		    (int)part->len, part->text);
	type_len = (size_t)(equals - type);
	value = equals + 1;
	value_len = part->len - type_len - 1;
	trim(&type, &type_len);
	trim(&value, &value_len);
	obj = attribute_type(type, type_len);
	if (obj == NULL)
		return err_set(
		    e, ERR_USAGE, "\"%.*s\" is not an attribute of a name", (int)type_len, type);
	if (unescape(value, value_len, octets, &n) != 0 || n == 0) {
		ASN1_OBJECT_free(obj);
		return err_set(
		    e, ERR_USAGE, "the value of %.*s is empty or too long", (int)type_len, type);
	}
	if (!text_plain(view_of(octets, n), NULL)) {
		ASN1_OBJECT_free(obj);
		return err_set(e, ERR_USAGE,
		    "the value of %.*s has a control character or is not UTF-8", (int)type_len,
		    type);
	}
	rc = X509_NAME_add_entry_by_OBJ(
	    name, obj, MBSTRING_UTF8, (unsigned char *)octets, (int)n, -1, set);
	ASN1_OBJECT_free(obj);
	if (rc != 1) {
		char what[128];

		snprintf(
		    what, sizeof(what), "the value of %.*s is not possible", (int)type_len, type);
		return err_set_ossl(e, ERR_USAGE, what);
	}
	return 0;
}

/* Adds the RDN that starts at parts[i]. */
static int
add_rdn(X509_NAME *name, const struct part *parts, size_t n, size_t i, struct err *e)
{
	if (add_part(name, &parts[i], 0, e) != 0)
		return -1;
	for (i++; i < n && parts[i].joined; i++) {
		if (add_part(name, &parts[i], -1, e) != 0)
			return -1;
	}
	return 0;
}

X509_NAME *
dn_read(const char *text, struct err *e)
{
	struct part parts[PARTS_MAX];
	X509_NAME *name = NULL;
	bool slash = *text == '/';
	size_t n;

	if (split(slash ? text + 1 : text, slash ? '/' : ',', parts, &n, e) != 0)
		return NULL;
	name = X509_NAME_new();
	if (name == NULL) {
		err_set(e, ERR_MEMORY, "out of memory");
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		size_t at = slash ? i : n - 1 - i;

		if (!parts[at].joined && add_rdn(name, parts, n, at, e) != 0) {
			X509_NAME_free(name);
			return NULL;
		}
	}
	return name;
}

GENERAL_NAMES *
san_read(const char *text, struct err *e)
{
	X509V3_CTX ctx = {0};
	STACK_OF(CONF_VALUE) *list = NULL;
	GENERAL_NAMES *names = NULL;

	X509V3_set_ctx(&ctx, NULL, NULL, NULL, NULL, X509V3_CTX_TEST);
	list = X509V3_parse_list(text);
	names = sk_GENERAL_NAME_new_null();
	for (int i = 0; i < sk_CONF_VALUE_num(list); i++) {
		GENERAL_NAME *one = v2i_GENERAL_NAME(NULL, &ctx, sk_CONF_VALUE_value(list, i));

		if (one != NULL && sk_GENERAL_NAME_push(names, one) > 0)
			continue;
		GENERAL_NAME_free(one);
		sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
		names = NULL;
		break;
	}
	sk_CONF_VALUE_pop_free(list, X509V3_conf_free);
	if (names == NULL || sk_GENERAL_NAME_num(names) == 0) {
		sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
		err_set_ossl(e, ERR_USAGE,
		    "the alternative names must read like "
		    "DNS:a.example,IP:192.0.2.1,email:x@a.example");
		return NULL;
	}
	return names;
}
