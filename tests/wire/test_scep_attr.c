/* SPDX-License-Identifier: ISC
 *
 * Signed attributes: each exactly once, with one value, of its type and length; numbers without
 * disguise.
 */
#include <string.h>

#include "harness.h"
#include "suites.h"
#include "support/make.h"

#define SCEP "2.16.840.1.113733.1.9."

static X509_ATTRIBUTE *
attr(const char *oid, int type, const void *data, int len)
{
	ASN1_OBJECT *obj = OBJ_txt2obj(oid, 1);
	X509_ATTRIBUTE *a = X509_ATTRIBUTE_create_by_OBJ(NULL, obj, type, data, len);

	ASN1_OBJECT_free(obj);
	return a;
}

/* The same with a second value of another type; never read back by OpenSSL, which from 3.4 on looks
 * into a time. */
static X509_ATTRIBUTE *
attr_of_two(const char *oid, int type, const char *data)
{
	X509_ATTRIBUTE *a = attr(oid, type, data, 2);

	X509_ATTRIBUTE_set1_data(a, V_ASN1_OCTET_STRING, data, 3);
	return a;
}

static STACK_OF(X509_ATTRIBUTE) *
good_set(void)
{
	STACK_OF(X509_ATTRIBUTE) *set = sk_X509_ATTRIBUTE_new_null();

	sk_X509_ATTRIBUTE_push(set, attr(SCEP "7", V_ASN1_PRINTABLESTRING, "tid", 3));
	sk_X509_ATTRIBUTE_push(set, attr(SCEP "2", V_ASN1_PRINTABLESTRING, "19", 2));
	sk_X509_ATTRIBUTE_push(set, attr(SCEP "5", V_ASN1_OCTET_STRING, "12345678", 8));
	return set;
}

static enum err_code
read_with(X509_ATTRIBUTE *extra, struct scep_attrs *out)
{
	STACK_OF(X509_ATTRIBUTE) *set = good_set();
	struct err e = ERR_INIT;
	struct scep_attrs a;

	if (extra != NULL)
		sk_X509_ATTRIBUTE_push(set, extra);
	(void)!scep_attrs_read(set, &a, &e);
	if (out != NULL)
		*out = a;
	sk_X509_ATTRIBUTE_pop_free(set, X509_ATTRIBUTE_free);
	return e.code;
}

static void
reads_what_clients_send(void)
{
	STACK_OF(X509_ATTRIBUTE) *set = good_set();
	struct scep_attrs a;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(scep_attrs_read(set, &a, &e), 0);
	CU_ASSERT_EQUAL(a.type, TYPE_PKCS_REQ);
	CU_ASSERT_TRUE(view_eq(a.transaction_id, view_str("tid")));
	CU_ASSERT_TRUE(view_eq(a.sender_nonce, view_str("12345678")));
	CU_ASSERT_EQUAL(a.status, STATUS_NONE);
	CU_ASSERT_EQUAL(a.fail_info, FAIL_NONE);
	CU_ASSERT_EQUAL(a.recipient_nonce.n, 0);
	CU_ASSERT_FALSE(a.is_data);
	sk_X509_ATTRIBUTE_pop_free(set, X509_ATTRIBUTE_free);
}

/* Every attribute we read: twice, with two values, with none, of another type, too long. */
static void
refuses_each_in_every_wrong_shape(void)
{
	static const struct {
		const char *oid;
		int type, wrong;
		int max;
	} attrs[] = {
	    {SCEP "2", V_ASN1_PRINTABLESTRING, V_ASN1_UTF8STRING, 5},
	    {SCEP "3", V_ASN1_PRINTABLESTRING, V_ASN1_UTF8STRING, 5},
	    {SCEP "4", V_ASN1_PRINTABLESTRING, V_ASN1_OCTET_STRING, 5},
	    {SCEP "5", V_ASN1_OCTET_STRING, V_ASN1_PRINTABLESTRING, NONCE_MAX},
	    {SCEP "6", V_ASN1_OCTET_STRING, V_ASN1_PRINTABLESTRING, NONCE_MAX},
	    {SCEP "7", V_ASN1_PRINTABLESTRING, V_ASN1_OCTET_STRING, TRANSACTION_ID_MAX},
	    {"1.2.840.113549.1.9.4", V_ASN1_OCTET_STRING, V_ASN1_PRINTABLESTRING, 64},
	    {"1.2.840.113549.1.9.5", V_ASN1_UTCTIME, V_ASN1_OCTET_STRING, 32},
	    {"1.3.6.1.5.5.7.24.1", V_ASN1_UTF8STRING, V_ASN1_PRINTABLESTRING, 1024},
	};
	static char filler[2048];

	memset(filler, '1', sizeof filler);
	for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++) {
		bool in_good_set = strcmp(attrs[i].oid, SCEP "7") == 0 ||
		                   strcmp(attrs[i].oid, SCEP "2") == 0 ||
		                   strcmp(attrs[i].oid, SCEP "5") == 0;
		STACK_OF(X509_ATTRIBUTE) *set = sk_X509_ATTRIBUTE_new_null();
		struct scep_attrs a;
		struct err e = ERR_INIT;
		X509_ATTRIBUTE *two = attr_of_two(attrs[i].oid, attrs[i].type, filler);

		if (!in_good_set) {
			CU_ASSERT_EQUAL(
			    read_with(attr(attrs[i].oid, attrs[i].type, filler, 2), NULL), ERR_OK);
			CU_ASSERT_EQUAL(
			    read_with(attr_of_two(attrs[i].oid, attrs[i].type, filler), NULL),
			    ERR_ATTRIBUTE);
			CU_ASSERT_EQUAL(
			    read_with(attr(attrs[i].oid, attrs[i].wrong, filler, 2), NULL),
			    ERR_ATTRIBUTE);
			CU_ASSERT_EQUAL(
			    read_with(
			        attr(attrs[i].oid, attrs[i].type, filler, attrs[i].max + 1), NULL),
			    ERR_ATTRIBUTE);
		} else {
			CU_ASSERT_EQUAL(
			    read_with(attr(attrs[i].oid, attrs[i].type, filler, 2), NULL),
			    ERR_ATTRIBUTE);
		}
		/* Alone beside a good transactionID. */
		if (strcmp(attrs[i].oid, SCEP "7") != 0)
			sk_X509_ATTRIBUTE_push(
			    set, attr(SCEP "7", V_ASN1_PRINTABLESTRING, "tid", 3));
		sk_X509_ATTRIBUTE_push(set, attr(attrs[i].oid, attrs[i].wrong, filler, 2));
		CU_ASSERT_EQUAL(scep_attrs_read(set, &a, &e), -1);
		X509_ATTRIBUTE_free(sk_X509_ATTRIBUTE_pop(set));
		sk_X509_ATTRIBUTE_push(
		    set, attr(attrs[i].oid, attrs[i].type, filler, attrs[i].max + 1));
		CU_ASSERT_EQUAL(scep_attrs_read(set, &a, &e), -1);
		X509_ATTRIBUTE_free(sk_X509_ATTRIBUTE_pop(set));
		sk_X509_ATTRIBUTE_push(set, two);
		CU_ASSERT_EQUAL(scep_attrs_read(set, &a, &e), -1);
		sk_X509_ATTRIBUTE_pop_free(set, X509_ATTRIBUTE_free);
	}
}

static void
needs_a_transaction_id(void)
{
	STACK_OF(X509_ATTRIBUTE) *set = sk_X509_ATTRIBUTE_new_null();
	struct scep_attrs a;
	struct err e = ERR_INIT;

	sk_X509_ATTRIBUTE_push(set, attr(SCEP "2", V_ASN1_PRINTABLESTRING, "19", 2));
	CU_ASSERT_EQUAL(scep_attrs_read(set, &a, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_ATTRIBUTE);
	sk_X509_ATTRIBUTE_pop_free(set, X509_ATTRIBUTE_free);
}

static void
ignores_attributes_of_others(void)
{
	CU_ASSERT_EQUAL(
	    read_with(
	        attr("1.3.6.1.4.1.311.21.33", V_ASN1_PRINTABLESTRING, "-2147024809", 11), NULL),
	    ERR_OK);
	CU_ASSERT_EQUAL(
	    read_with(attr("1.2.840.113549.1.9.25.3", V_ASN1_OCTET_STRING, "x", 1), NULL), ERR_OK);
}

static void
takes_any_octets_as_transaction_id(void)
{
	static const int tags[] = {
	    V_ASN1_PRINTABLESTRING, V_ASN1_UTF8STRING, V_ASN1_IA5STRING, V_ASN1_T61STRING};

	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
		STACK_OF(X509_ATTRIBUTE) *set = sk_X509_ATTRIBUTE_new_null();
		struct scep_attrs a;
		struct err e = ERR_INIT;

		sk_X509_ATTRIBUTE_push(set, attr(SCEP "7", tags[i], "\x93\x00\n/", 4));
		CU_ASSERT_EQUAL(scep_attrs_read(set, &a, &e), 0);
		CU_ASSERT_EQUAL(a.transaction_id_tag, tags[i]);
		CU_ASSERT_TRUE(view_eq(a.transaction_id, view_of("\x93\x00\n/", 4)));
		sk_X509_ATTRIBUTE_pop_free(set, X509_ATTRIBUTE_free);
	}
}

static void
reads_a_message_type_only_in_plain_digits(void)
{
	static const struct {
		const char *text;
		int type;
	} cases[] = {{"19", 19}, {"17", 17}, {"3", 3}, {"0", 0}, {"999", 999}, {"019", TYPE_NONE},
	    {"19 ", TYPE_NONE}, {" 19", TYPE_NONE}, {"+19", TYPE_NONE}, {"-19", TYPE_NONE},
	    {"1x", TYPE_NONE}, {"00", TYPE_NONE}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		STACK_OF(X509_ATTRIBUTE) *set = sk_X509_ATTRIBUTE_new_null();
		struct scep_attrs a;
		struct err e = ERR_INIT;

		sk_X509_ATTRIBUTE_push(set, attr(SCEP "7", V_ASN1_PRINTABLESTRING, "t", 1));
		sk_X509_ATTRIBUTE_push(set, attr(SCEP "2", V_ASN1_PRINTABLESTRING, cases[i].text,
		                                (int)strlen(cases[i].text)));
		CU_ASSERT_EQUAL(scep_attrs_read(set, &a, &e), 0);
		CU_ASSERT_EQUAL(a.type, cases[i].type);
		sk_X509_ATTRIBUTE_pop_free(set, X509_ATTRIBUTE_free);
	}
}

static bool
data_with(int type, const void *value)
{
	struct scep_attrs a;

	CU_ASSERT_EQUAL(read_with(attr("1.2.840.113549.1.9.3", type, value, -1), &a), ERR_OK);
	return a.is_data;
}

/* These two are judged when the signature is, so that a CertRep can say it. */
static void
a_wrong_content_type_or_time_counts_as_none(void)
{
	struct scep_attrs a;

	CU_ASSERT_TRUE(data_with(V_ASN1_OBJECT, OBJ_nid2obj(NID_pkcs7_data)));
	CU_ASSERT_TRUE(data_with(V_ASN1_OBJECT, OBJ_nid2obj(NID_pkcs7_enveloped)));
	CU_ASSERT_FALSE(data_with(V_ASN1_OBJECT, OBJ_nid2obj(NID_pkcs7_signed)));
	CU_ASSERT_FALSE(data_with(V_ASN1_BOOLEAN, "x"));
	CU_ASSERT_EQUAL(
	    read_with(attr("1.2.840.113549.1.9.5", V_ASN1_UTCTIME, "231114221320Z", 13), &a),
	    ERR_OK);
	CU_ASSERT_EQUAL(a.signing_time, 1700000000);
	CU_ASSERT_EQUAL(
	    read_with(attr("1.2.840.113549.1.9.5", V_ASN1_UTCTIME, "231314221320Z", 13), &a),
	    ERR_OK);
	CU_ASSERT_EQUAL(a.signing_time, 0);
}

static void
an_empty_value_is_refused(void)
{
	CU_ASSERT_EQUAL(read_with(attr(SCEP "6", V_ASN1_OCTET_STRING, "", 0), NULL), ERR_ATTRIBUTE);
	CU_ASSERT_EQUAL(
	    read_with(attr(SCEP "3", V_ASN1_PRINTABLESTRING, "", 0), NULL), ERR_ATTRIBUTE);
}

/* Read back by OpenSSL's template. */
static STACK_OF(X509_ATTRIBUTE) *
written(const struct scep_attrs *a, struct view message_digest)
{
	struct buf der = {0}, again = {0};
	struct der d = der_to(&der);
	STACK_OF(X509_ATTRIBUTE) *set;

	scep_attrs_write(a, message_digest, &d);
	CU_ASSERT_EQUAL_FATAL(der_done(&d), 0);
	set = ossl_read(buf_view(&der), ASN1_ITEM_rptr(PKCS7_ATTR_SIGN));
	CU_ASSERT_PTR_NOT_NULL_FATAL(set);
	/* It is DER: in the order that a SET OF has, and with the shortest lengths. */
	CU_ASSERT_EQUAL(ossl_write(&again, set, ASN1_ITEM_rptr(PKCS7_ATTR_SIGN)), 0);
	CU_ASSERT_TRUE(view_eq(buf_view(&der), buf_view(&again)));
	buf_free(&der);
	buf_free(&again);
	return set;
}

static void
writes_what_it_reads(void)
{
	struct scep_attrs a = SCEP_ATTRS_INIT, b;
	STACK_OF(X509_ATTRIBUTE) *set;
	struct err e = ERR_INIT;

	a.type = TYPE_CERT_REP;
	a.status = STATUS_FAILURE;
	a.fail_info = FAIL_BAD_ALG;
	a.fail_text = view_str("because");
	a.transaction_id = view_str("T");
	a.transaction_id_tag = V_ASN1_UTF8STRING;
	a.sender_nonce = view_str("ssssssssssssssss");
	a.recipient_nonce = view_str("rrrrrrrr");
	a.signing_time = 1700000000;
	set = written(&a, view_str("digest"));
	CU_ASSERT_EQUAL_FATAL(scep_attrs_read(set, &b, &e), 0);
	CU_ASSERT_EQUAL(b.type, a.type);
	CU_ASSERT_EQUAL(b.status, a.status);
	CU_ASSERT_EQUAL(b.fail_info, a.fail_info);
	CU_ASSERT_TRUE(view_eq(b.fail_text, a.fail_text));
	CU_ASSERT_TRUE(view_eq(b.transaction_id, a.transaction_id));
	CU_ASSERT_EQUAL(b.transaction_id_tag, a.transaction_id_tag);
	CU_ASSERT_TRUE(view_eq(b.sender_nonce, a.sender_nonce));
	CU_ASSERT_TRUE(view_eq(b.recipient_nonce, a.recipient_nonce));
	CU_ASSERT_TRUE(view_eq(b.message_digest, view_str("digest")));
	CU_ASSERT_EQUAL(b.signing_time, a.signing_time);
	CU_ASSERT_TRUE(b.is_data);
	sk_X509_ATTRIBUTE_pop_free(set, X509_ATTRIBUTE_free);
}

/* RFC 8894 section 3.2.1: what each CertRep holds, and nothing else. */
static void
a_reply_has_exactly_the_attributes_of_its_status(void)
{
	static const struct {
		enum pki_status status;
		int count; /* contentType, messageDigest, signingTime, five of SCEP, and failInfo
		              with its text */
	} cases[] = {{STATUS_SUCCESS, 8}, {STATUS_PENDING, 8}, {STATUS_FAILURE, 10}};
	STACK_OF(X509_ATTRIBUTE) *asked = good_set();
	struct scep_attrs request, a, b;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(scep_attrs_read(asked, &request, &e), 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		STACK_OF(X509_ATTRIBUTE) *set;

		a = scep_attrs_reply(&request, cases[i].status, FAIL_BAD_REQUEST, view_str("why"),
		    view_str("nonce of the CA.."), 1700000000);
		set = written(&a, view_str("digest"));
		CU_ASSERT_EQUAL(sk_X509_ATTRIBUTE_num(set), cases[i].count);
		CU_ASSERT_EQUAL_FATAL(scep_attrs_read(set, &b, &e), 0);
		CU_ASSERT_EQUAL(b.type, TYPE_CERT_REP);
		CU_ASSERT_EQUAL(b.status, cases[i].status);
		CU_ASSERT_EQUAL(
		    b.fail_info, cases[i].status == STATUS_FAILURE ? FAIL_BAD_REQUEST : FAIL_NONE);
		CU_ASSERT_TRUE(view_eq(b.transaction_id, request.transaction_id));
		CU_ASSERT_TRUE(view_eq(b.recipient_nonce, request.sender_nonce));
		CU_ASSERT_TRUE(view_eq(b.sender_nonce, view_str("nonce of the CA..")));
		CU_ASSERT_TRUE(b.is_data && b.signing_time != 0 && b.message_digest.n > 0);
		sk_X509_ATTRIBUTE_pop_free(set, X509_ATTRIBUTE_free);
	}
	sk_X509_ATTRIBUTE_pop_free(asked, X509_ATTRIBUTE_free);
}

CU_TestInfo scep_attr_tests[] = {
    T(reads_what_clients_send),
    T(refuses_each_in_every_wrong_shape),
    T(needs_a_transaction_id),
    T(ignores_attributes_of_others),
    T(takes_any_octets_as_transaction_id),
    T(reads_a_message_type_only_in_plain_digits),
    T(a_wrong_content_type_or_time_counts_as_none),
    T(an_empty_value_is_refused),
    T(writes_what_it_reads),
    T(a_reply_has_exactly_the_attributes_of_its_status),
    CU_TEST_INFO_NULL,
};
