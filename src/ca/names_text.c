/* SPDX-License-Identifier: ISC
 *
 * Names as text for people, lists and comparisons: subjects by RFC 2253, alternative names a line
 * each.
 */
#include <arpa/inet.h>
#include <limits.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/ossl.h"
#include "ca/names.h"

/* A value that is no text is shown as its octets in hexadecimal (RFC 2253 section 2.4). */
static int
name_print(BIO *bio, const X509_NAME *name)
{
	unsigned long octets = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_UTF8_CONVERT;

	if (X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0)
		return 0;
	ERR_clear_error();
	if (BIO_reset(bio) != 1 ||
	    X509_NAME_print_ex(bio, name, 0, octets | ASN1_STRFLGS_DUMP_ALL) < 0)
		return -1;
	return 0;
}

int
name_line(const X509_NAME *name, struct buf *out, struct err *e)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n;
	int rc = -1;

	if (bio != NULL && name_print(bio, name) == 0) {
		n = BIO_get_mem_data(bio, &text);
		rc = n > 0 ? buf_add(out, text, (size_t)n) : 0;
	}
	BIO_free(bio);
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "text of a name");
}

static int
add_text(struct buf *out, const char *kind, const ASN1_STRING *s, bool lower)
{
	size_t n = (size_t)ASN1_STRING_length(s), at;

	if (buf_add_str(out, kind) != 0)
		return -1;
	at = out->n;
	if (n > 0 && buf_add(out, ASN1_STRING_get0_data(s), n) != 0)
		return -1;
	for (; lower && at < out->n; at++)
		if (out->p[at] >= 'A' && out->p[at] <= 'Z')
			out->p[at] = (uint8_t)(out->p[at] + ('a' - 'A'));
	return buf_add(out, "\n", 1);
}

static int
add_address(struct buf *out, const ASN1_OCTET_STRING *s)
{
	char text[INET6_ADDRSTRLEN];
	int family = ASN1_STRING_length(s) == 4 ? AF_INET : AF_INET6;

	if (ASN1_STRING_length(s) != 4 && ASN1_STRING_length(s) != 16)
		return 0;
	return inet_ntop(family, ASN1_STRING_get0_data(s), text, sizeof text) == NULL
	           ? -1
	           : buf_printf(out, "IP:%s\n", text);
}

static int
add_general_name(struct buf *out, const GENERAL_NAME *g)
{
	switch (g->type) {
	case GEN_DNS:
		return add_text(out, "DNS:", g->d.dNSName, true);
	case GEN_EMAIL:
		return add_text(out, "email:", g->d.rfc822Name, false);
	case GEN_URI:
		return add_text(out, "URI:", g->d.uniformResourceIdentifier, false);
	case GEN_IPADD:
		return add_address(out, g->d.iPAddress);
	case GEN_OTHERNAME:
		return g->d.otherName->value->type == V_ASN1_UTF8STRING
		           ? add_text(out, "UPN:", g->d.otherName->value->value.utf8string, false)
		           : 0;
	default:
		return 0;
	}
}

struct view
cert_san(const X509 *cert)
{
	int at = X509_get_ext_by_NID(cert, NID_subject_alt_name, -1);
	const ASN1_OCTET_STRING *value =
	    at < 0 ? NULL : X509_EXTENSION_get_data(X509_get_ext(cert, at));

	return value == NULL
	           ? (struct view){0}
	           : view_of(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
}

int
san_lines(struct view value, struct buf *out, struct err *e)
{
	GENERAL_NAMES *names;
	int rc = 0;

	if (value.n == 0)
		return 0;
	if ((names = ossl_read(value, ASN1_ITEM_rptr(GENERAL_NAMES))) == NULL)
		return err_set_ossl(e, ERR_INTERNAL, "subjectAltName");
	for (int i = 0; rc == 0 && i < sk_GENERAL_NAME_num(names); i++)
		rc = add_general_name(out, sk_GENERAL_NAME_value(names, i));
	GENERAL_NAMES_free(names);
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "text of subjectAltName");
}

void
name_text(const X509_NAME *name, char *out, size_t len)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int n = -1, room = len > INT_MAX ? INT_MAX : (int)len;

	if (bio != NULL && name_print(bio, name) == 0)
		n = BIO_read(bio, out, room - 1);
	out[n > 0 ? n : 0] = '\0';
	BIO_free(bio);
}
