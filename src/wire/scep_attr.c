/* SPDX-License-Identifier: ISC
 *
 * See wire/scep_attr.h. One table says of each attribute its OID, the types it may have and its
 * length.
 */
#include "wire/scep_attr.h"

#include <openssl/objects.h>
#include <string.h>

#include "base/ossl.h"

#define SCEP_OID(n) {0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x09, n}, 10
#define PKCS9_OID(n) {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, n}, 9

enum attr {
	CONTENT_TYPE,
	MESSAGE_DIGEST,
	SIGNING_TIME,
	MESSAGE_TYPE,
	PKI_STATUS,
	FAIL_INFO,
	SENDER_NONCE,
	RECIPIENT_NONCE,
	TRANSACTION_ID,
	FAIL_INFO_TEXT,
	ATTR_COUNT
};

#define STRINGS                                                                                    \
	(B_ASN1_PRINTABLESTRING | B_ASN1_UTF8STRING | B_ASN1_IA5STRING | B_ASN1_T61STRING |        \
	    B_ASN1_BMPSTRING | B_ASN1_VISIBLESTRING | B_ASN1_NUMERICSTRING)

static const struct {
	const char *name;
	uint8_t oid[10];
	size_t oid_len;
	unsigned long types; /* B_ASN1_*; 0: read elsewhere */
	size_t max;
} table[ATTR_COUNT] = {
    [CONTENT_TYPE] = {"contentType", PKCS9_OID(3), 0, 0},
    [MESSAGE_DIGEST] = {"messageDigest", PKCS9_OID(4), B_ASN1_OCTET_STRING, EVP_MAX_MD_SIZE},
    [SIGNING_TIME] = {"signingTime", PKCS9_OID(5), B_ASN1_TIME, 32},
    [MESSAGE_TYPE] = {"messageType", SCEP_OID(2), B_ASN1_PRINTABLESTRING, 5},
    [PKI_STATUS] = {"pkiStatus", SCEP_OID(3), B_ASN1_PRINTABLESTRING, 5},
    [FAIL_INFO] = {"failInfo", SCEP_OID(4), B_ASN1_PRINTABLESTRING, 5},
    [SENDER_NONCE] = {"senderNonce", SCEP_OID(5), B_ASN1_OCTET_STRING, NONCE_MAX},
    [RECIPIENT_NONCE] = {"recipientNonce", SCEP_OID(6), B_ASN1_OCTET_STRING, NONCE_MAX},
    [TRANSACTION_ID] = {"transactionID", SCEP_OID(7), STRINGS, TRANSACTION_ID_MAX},
    [FAIL_INFO_TEXT] = {"failInfoText", {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x18, 0x01}, 8,
        B_ASN1_UTF8STRING, 1024},
};

static enum attr
attr_of(X509_ATTRIBUTE *a)
{
	const ASN1_OBJECT *oid = X509_ATTRIBUTE_get0_object(a);
	struct view given = view_of(OBJ_get0_data(oid), OBJ_length(oid));

	for (int i = 0; i < ATTR_COUNT; i++)
		if (view_eq(given, view_of(table[i].oid, table[i].oid_len)))
			return (enum attr)i;
	return ATTR_COUNT;
}

/* The one value of each known attribute, or NULL. */
static int
collect(const STACK_OF(X509_ATTRIBUTE) *set, const ASN1_TYPE *values[ATTR_COUNT], struct err *e)
{
	for (int i = 0; i < sk_X509_ATTRIBUTE_num(set); i++) {
		X509_ATTRIBUTE *a = sk_X509_ATTRIBUTE_value(set, i);
		enum attr which = attr_of(a);

		if (which == ATTR_COUNT)
			continue;
		if (values[which] != NULL)
			return err_set(e, ERR_ATTRIBUTE, "%s twice", table[which].name);
		if (X509_ATTRIBUTE_count(a) != 1)
			return err_set(e, ERR_ATTRIBUTE, "%s has %d values", table[which].name,
			    X509_ATTRIBUTE_count(a));
		values[which] = X509_ATTRIBUTE_get0_type(a, 0);
	}
	return 0;
}

/* The octets of a value of the type and length that the table wants; the empty view when it is
 * absent. */
static int
octets(const ASN1_TYPE *value, enum attr which, struct view *out, struct err *e)
{
	const ASN1_STRING *s;

	*out = (struct view){0};
	if (value == NULL)
		return 0;
	if ((ASN1_tag2bit(value->type) & table[which].types) == 0)
		return err_set(
		    e, ERR_ATTRIBUTE, "%s has ASN.1 type %d", table[which].name, value->type);
	s = value->value.asn1_string;
	*out = ossl_string_view(s);
	if (out->n == 0 || out->n > table[which].max)
		return err_set(e, ERR_ATTRIBUTE, "%s has %zu octets", table[which].name, out->n);
	return 0;
}

/* Decimal digits without sign, space or leading zero; anything else is `none`. The table admits no
 * more than five octets. */
static int
number(struct view digits, int none)
{
	int n = 0;

	if (digits.n == 0 || (digits.n > 1 && digits.p[0] == '0'))
		return none;
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return none;
		n = n * 10 + (digits.p[i] - '0');
	}
	return n;
}

static time_t
time_of(const ASN1_TYPE *value)
{
	struct tm tm;

	if (value == NULL || ASN1_TIME_to_tm(value->value.asn1_string, &tm) != 1)
		return 0;
	return timegm(&tm);
}

int
signed_attrs_read(const STACK_OF(X509_ATTRIBUTE) *set, struct scep_attrs *a, struct err *e)
{
	const ASN1_TYPE *values[ATTR_COUNT] = {0};
	const ASN1_TYPE *type;
	struct view v[ATTR_COUNT];

	*a = (struct scep_attrs)SCEP_ATTRS_INIT;
	if (collect(set, values, e) != 0)
		return -1;
	for (int i = MESSAGE_DIGEST; i < ATTR_COUNT; i++)
		if (octets(values[i], (enum attr)i, &v[i], e) != 0)
			return -1;
	type = values[CONTENT_TYPE];
	a->is_data = type != NULL && type->type == V_ASN1_OBJECT &&
	             (OBJ_obj2nid(type->value.object) == NID_pkcs7_data ||
	                 OBJ_obj2nid(type->value.object) == NID_pkcs7_enveloped);
	a->type = number(v[MESSAGE_TYPE], TYPE_NONE);
	a->status = number(v[PKI_STATUS], STATUS_NONE);
	a->fail_info = number(v[FAIL_INFO], FAIL_NONE);
	a->fail_text = v[FAIL_INFO_TEXT];
	a->transaction_id = v[TRANSACTION_ID];
	if (values[TRANSACTION_ID] != NULL)
		a->transaction_id_tag = values[TRANSACTION_ID]->type;
	a->sender_nonce = v[SENDER_NONCE];
	a->recipient_nonce = v[RECIPIENT_NONCE];
	a->message_digest = v[MESSAGE_DIGEST];
	a->signing_time = time_of(values[SIGNING_TIME]);
	return 0;
}

int
scep_attrs_read(const STACK_OF(X509_ATTRIBUTE) *set, struct scep_attrs *a, struct err *e)
{
	if (signed_attrs_read(set, a, e) != 0)
		return -1;
	if (a->transaction_id.n == 0)
		return err_set(e, ERR_ATTRIBUTE, "transactionID is absent");
	return 0;
}

struct scep_attrs
scep_attrs_reply(const struct scep_attrs *request, enum pki_status status, enum fail_info fail_info,
    struct view fail_text, struct view nonce, time_t now)
{
	struct scep_attrs a = SCEP_ATTRS_INIT;

	a.type = TYPE_CERT_REP;
	a.status = status;
	if (status == STATUS_FAILURE) {
		a.fail_info = fail_info;
		a.fail_text = fail_text;
	}
	a.transaction_id = request->transaction_id;
	a.transaction_id_tag = request->transaction_id_tag;
	a.sender_nonce = nonce;
	a.recipient_nonce = request->sender_nonce;
	a.signing_time = now;
	return a;
}

/* Attribute (RFC 5652 section 5.3) with its one value, which the caller writes in between. */
static void
begin(struct der *d, enum attr which)
{
	der_begin(d, DER_SEQUENCE);
	der_put(d, DER_OID, view_of(table[which].oid, table[which].oid_len));
	der_begin(d, DER_SET);
}

static void
end(struct der *d)
{
	der_end(d);
	der_end(d);
}

static void
write_view(struct der *d, enum attr which, int tag, struct view v)
{
	if (v.n == 0)
		return;
	begin(d, which);
	der_put(d, (uint8_t)tag, v);
	end(d);
}

static void
write_number(struct der *d, enum attr which, int value)
{
	char digits[12];

	if (value < 0)
		return;
	snprintf(digits, sizeof digits, "%d", value);
	write_view(d, which, V_ASN1_PRINTABLESTRING, view_str(digits));
}

static void
write_content_type(struct der *d)
{
	begin(d, CONTENT_TYPE);
	der_oid(d, NID_pkcs7_data);
	end(d);
}

static void
write_time(struct der *d, time_t at)
{
	ASN1_TIME *t = at != 0 ? ASN1_TIME_set(NULL, at) : NULL;

	if (t != NULL)
		write_view(d, SIGNING_TIME, t->type, ossl_string_view(t));
	else if (at != 0)
		d->failed = true;
	ASN1_TIME_free(t);
}

void
scep_attrs_write(const struct scep_attrs *a, struct view message_digest, struct der *d)
{
	der_begin(d, DER_SET);
	write_content_type(d);
	write_time(d, a->signing_time);
	write_view(d, MESSAGE_DIGEST, DER_OCTET_STRING, message_digest);
	write_number(d, MESSAGE_TYPE, a->type);
	write_number(d, PKI_STATUS, a->status);
	write_number(d, FAIL_INFO, a->fail_info);
	write_view(d, SENDER_NONCE, DER_OCTET_STRING, a->sender_nonce);
	write_view(d, RECIPIENT_NONCE, DER_OCTET_STRING, a->recipient_nonce);
	write_view(d, TRANSACTION_ID, a->transaction_id_tag, a->transaction_id);
	write_view(d, FAIL_INFO_TEXT, V_ASN1_UTF8STRING, a->fail_text);
	der_end_set_of(d);
}

const char *
message_type_name(int type)
{
	switch (type) {
	case TYPE_CERT_REP:
		return "CertRep";
	case TYPE_RENEWAL_REQ:
		return "RenewalReq";
	case TYPE_PKCS_REQ:
		return "PKCSReq";
	case TYPE_CERT_POLL:
		return "CertPoll";
	case TYPE_GET_CERT:
		return "GetCert";
	case TYPE_GET_CRL:
		return "GetCRL";
	default:
		return "unknown";
	}
}
