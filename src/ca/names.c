/* SPDX-License-Identifier: ISC
 *
 * Names in a request. A subject may hold any attribute of a string type, as devices send them
 * (RFC 2985 section 5.4 and the X.520 ones), within 255 characters a value: the upper bounds of
 * RFC 5280 appendix A.1 are too widely ignored to insist on. A subjectAltName (RFC 5280 section
 * 4.2.1.6) holds DNS names, mail addresses, URIs and IP addresses; what maps to an account in a
 * Windows domain is refused.
 */
#include <limits.h>
#include <string.h>
#include <strings.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/ossl.h"
#include "ca/names.h"
#include "ca/text.h"
#include "wire/tlv.h"

#define VALUE_CHARS_MAX 255
#define SID_URI "tag:microsoft.com,2022-09-14:sid:"

static bool
is_ascii(struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] >= 0x80)
			return false;
	return true;
}

static bool
is_string_type(int type)
{
	static const int types[] = {V_ASN1_UTF8STRING, V_ASN1_PRINTABLESTRING, V_ASN1_IA5STRING,
	    V_ASN1_T61STRING, V_ASN1_BMPSTRING, V_ASN1_UNIVERSALSTRING, V_ASN1_NUMERICSTRING};

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (types[i] == type)
			return true;
	return false;
}

/* Whether a string is well encoded plain text of 1 to VALUE_CHARS_MAX characters. PrintableString
 * may hold any ASCII: many devices put '_', '@' or '*' there. */
static bool
value_plain(const ASN1_STRING *s)
{
	int type = ASN1_STRING_type(s), n;
	size_t chars = 0;
	uint8_t *utf8 = NULL;
	bool plain;

	if ((type == V_ASN1_PRINTABLESTRING || type == V_ASN1_IA5STRING ||
	        type == V_ASN1_NUMERICSTRING) &&
	    !is_ascii(ossl_string_view(s)))
		return false;
	if ((n = ASN1_STRING_to_UTF8(&utf8, s)) < 0) {
		ERR_clear_error();
		return false;
	}
	plain =
	    text_plain(view_of(utf8, (size_t)n), &chars) && chars > 0 && chars <= VALUE_CHARS_MAX;
	OPENSSL_free(utf8);
	return plain;
}

int
names_admit_subject(const X509_NAME *subject, struct err *e)
{
	for (int i = 0; i < X509_NAME_entry_count(subject); i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(subject, i);
		const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
		char what[80] = "";

		OBJ_obj2txt(what, sizeof what, X509_NAME_ENTRY_get_object(entry), 0);
		if (!is_string_type(ASN1_STRING_type(value)))
			return err_set(e, ERR_SUBJECT_ITEM, "%s is not a string", what);
		if (!value_plain(value))
			return err_set(e, ERR_SUBJECT_TEXT,
			    "%s is badly encoded, empty, longer than %d characters, or has a "
			    "control "
			    "character",
			    what, VALUE_CHARS_MAX);
	}
	return 0;
}

/* An IA5String of the kinds that hold text: DNS name, mail address, URI. */
static int
admit_text(const char *kind, const ASN1_IA5STRING *s, struct err *e)
{
	struct view v = ossl_string_view(s);

	if (v.n == 0 || !is_ascii(v) || !text_plain(v, NULL))
		return err_set(e, ERR_FORBID_SAN,
		    "%s is empty or has a character that is not printable ASCII", kind);
	return 0;
}

static int
admit_uri(const ASN1_IA5STRING *s, struct err *e)
{
	struct view v = ossl_string_view(s);
	size_t n = strlen(SID_URI);

	if (v.n >= n && strncasecmp((const char *)v.p, SID_URI, n) == 0)
		return err_set(e, ERR_FORBID_SID, "URI " SID_URI);
	return admit_text("URI", s, e);
}

static int
admit_other_name(const struct profile *p, const OTHERNAME *o, struct err *e)
{
	char what[80] = "";

	if (OBJ_obj2nid(o->type_id) != NID_ms_upn) {
		OBJ_obj2txt(what, sizeof what, o->type_id, 1);
		return err_set(e, ERR_FORBID_SAN, "otherName %s", what);
	}
	if (!p->allow_upn)
		return err_set(e, ERR_FORBID_UPN, "otherName UPN");
	if (o->value->type != V_ASN1_UTF8STRING || !value_plain(o->value->value.utf8string))
		return err_set(e, ERR_FORBID_SAN, "a UPN that is not a plain UTF8String");
	return 0;
}

static int
admit_address(const ASN1_OCTET_STRING *s, struct err *e)
{
	int n = ASN1_STRING_length(s);

	if (n != 4 && n != 16)
		return err_set(e, ERR_FORBID_SAN, "an IP address of %d octets", n);
	return 0;
}

static int
admit_general_name(const struct profile *p, const GENERAL_NAME *g, struct err *e)
{
	switch (g->type) {
	case GEN_DNS:
		return admit_text("DNS name", g->d.dNSName, e);
	case GEN_EMAIL:
		return admit_text("mail address", g->d.rfc822Name, e);
	case GEN_URI:
		return admit_uri(g->d.uniformResourceIdentifier, e);
	case GEN_IPADD:
		return admit_address(g->d.iPAddress, e);
	case GEN_OTHERNAME:
		return admit_other_name(p, g->d.otherName, e);
	case GEN_DIRNAME:
		return err_set(e, ERR_FORBID_SAN, "directoryName");
	case GEN_X400:
		return err_set(e, ERR_FORBID_SAN, "x400Address");
	case GEN_EDIPARTY:
		return err_set(e, ERR_FORBID_SAN, "ediPartyName");
	default:
		return err_set(e, ERR_FORBID_SAN, "registeredID");
	}
}

/* The value is copied into the certificate as it is, so it has to be DER already. */
static bool
is_der(const GENERAL_NAMES *names, struct view value)
{
	struct buf der = {0};
	bool same;

	same = ossl_write(&der, names, ASN1_ITEM_rptr(GENERAL_NAMES)) == 0 &&
	       view_eq(buf_view(&der), value);
	buf_free(&der);
	return same;
}

int
names_admit_san(const struct profile *p, struct view value, struct err *e)
{
	GENERAL_NAMES *names = NULL;
	struct err why = ERR_INIT;
	size_t n;
	int rc = -1;

	if (tlv_walk(value, &n, &why) != 0)
		return err_set(e, ERR_EXTENSIONS, "subjectAltName: %s", why.detail);
	names = ossl_read(value, ASN1_ITEM_rptr(GENERAL_NAMES));
	if (sk_GENERAL_NAME_num(names) < 1 || !is_der(names, value)) { /* -1: unreadable */
		err_set_ossl(e, ERR_EXTENSIONS, "subjectAltName is malformed");
		goto out;
	}
	if (sk_GENERAL_NAME_num(names) > NAMES_SAN_MAX) {
		err_set(e, ERR_EXTENSIONS, "subjectAltName has more than %d names", NAMES_SAN_MAX);
		goto out;
	}
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		if (admit_general_name(p, sk_GENERAL_NAME_value(names, i), e) != 0)
			goto out;
	rc = 0;
out:
	GENERAL_NAMES_free(names);
	return rc;
}
