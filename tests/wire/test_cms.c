/* SPDX-License-Identifier: ISC
 *
 * SignedData whose structure is not what it says: another content type, no content, a sid that
 * means nobody, certificates that cannot be read, keys that cannot be made.
 */
#include <string.h>

#include "harness.h"
#include "suites.h"
#include "support/change.h"
#include "support/make.h"

static enum err_code
outcome(struct view der)
{
	struct scep_msg m;
	struct err e = ERR_INIT;

	if (scep_msg_read(der, &m, &e) == 0)
		(void)!scep_msg_verify(&m, ALGS_ALL.digests, NULL, &e);
	scep_msg_free(&m);
	return e.code;
}

static void
good(EVP_PKEY *key, const char *ext, struct buf *out)
{
	X509 *cert = make_cert(&(struct make_cert){.key = key, .cn = "CN=signer", .exts = {ext}});
	const struct msg_signer by = {.cert = cert, .key = key, .digest = DIGEST_SHA256};
	const struct view content = view_str("content");
	struct scep_attrs a = SCEP_ATTRS_INIT;
	struct err e = ERR_INIT;

	a.type = TYPE_PKCS_REQ;
	a.transaction_id = view_str("tid");
	a.sender_nonce = view_str("0123456789abcdef");
	CU_ASSERT_EQUAL_FATAL(scep_msg_write(&a, &content, &by, NULL, out, &e), 0);
	X509_free(cert);
}

/* A good message, by a certificate with this extension (NULL: none), changed. */
static enum err_code
changed(const char *ext, void (*change)(CMS_SIGNED *, CMS_SIGNER *, void *), void *arg, bool again)
{
	struct buf der = {0}, out = {0};
	enum err_code code;

	good(make_rsa(2048, 0), ext, &der);
	make_changed(buf_view(&der), change, arg, again ? make_rsa(2048, 0) : NULL, &out);
	code = outcome(buf_view(&out));
	buf_free(&der);
	buf_free(&out);
	return code;
}

static CMS_INFO *
info_of(struct view der)
{
	CMS_INFO *info = ossl_read(der, ASN1_ITEM_rptr(CMS_INFO));

	CU_ASSERT_PTR_NOT_NULL_FATAL(info);
	return info;
}

static enum err_code
info_outcome(CMS_INFO *info)
{
	struct buf der = {0};
	enum err_code code;

	CU_ASSERT_EQUAL_FATAL(ossl_write(&der, info, ASN1_ITEM_rptr(CMS_INFO)), 0);
	code = outcome(buf_view(&der));
	CMS_INFO_free(info);
	buf_free(&der);
	return code;
}

static void
the_outermost_type_counts(void)
{
	ASN1_STRING *octets = ASN1_STRING_type_new(V_ASN1_OCTET_STRING);
	struct buf der = {0};
	struct view inner;
	CMS_INFO *info;

	good(make_rsa(2048, 0), NULL, &der);
	CU_ASSERT_EQUAL(info_outcome(info_of(buf_view(&der))), ERR_OK);
	info = info_of(buf_view(&der));
	ASN1_OBJECT_free(info->type);
	info->type = OBJ_nid2obj(NID_pkcs7_enveloped);
	CU_ASSERT_EQUAL(info_outcome(info), ERR_MESSAGE);
	info = info_of(buf_view(&der));
	ASN1_TYPE_free(info->content);
	info->content = NULL;
	CU_ASSERT_EQUAL(info_outcome(info), ERR_MESSAGE);
	/* The SignedData inside an OCTET STRING. */
	info = info_of(buf_view(&der));
	inner = cms_any_view(info->content);
	ASN1_STRING_set(octets, inner.p, (int)inner.n);
	ASN1_TYPE_set(info->content, V_ASN1_OCTET_STRING, octets);
	CU_ASSERT_EQUAL(info_outcome(info), ERR_MESSAGE);
	buf_free(&der);
}

static void
a_message_is_measured_first(void)
{
	uint8_t deep[200];
	struct buf der = {0};

	for (size_t i = 0; i < sizeof deep; i += 2) {
		deep[i] = 0x30;
		deep[i + 1] = 0x80;
	}
	CU_ASSERT_EQUAL(outcome(view_of(deep, sizeof deep)), ERR_LIMITS);
	good(make_rsa(2048, 0), NULL, &der);
	CU_ASSERT_EQUAL_FATAL(buf_add_str(&der, "\r\n"), 0); /* some clients end it like a line */
	CU_ASSERT_EQUAL(outcome(buf_view(&der)), ERR_OK);
	buf_free(&der);
}

static void
no_signer(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	(void)arg;
	sk_CMS_SIGNER_pop(sd->signers);
	CMS_SIGNER_free(si);
}

static void
nothing_before_the_certificate(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	(void)si;
	(void)arg;
	sk_ASN1_TYPE_insert(sd->certs, change_any(view_of("\x30\x00", 2)), 0);
}

static void
the_signer_is_the_one_of_the_sid(void)
{
	static const char with_id[] = "subjectKeyIdentifier=hash";
	X509 *same = make_cert(
	    &(struct make_cert){.key = make_rsa(2048, 0), .cn = "CN=a", .exts = {with_id}});
	X509 *other = make_cert(
	    &(struct make_cert){.key = make_rsa(2048, 1), .cn = "CN=b", .exts = {with_id}});

	CU_ASSERT_EQUAL(changed(NULL, no_signer, NULL, false), ERR_MESSAGE);
	CU_ASSERT_EQUAL(changed(NULL, nothing_before_the_certificate, NULL, false), ERR_OK);
	CU_ASSERT_EQUAL(changed(with_id, change_to_key_id, same, false), ERR_OK);
	CU_ASSERT_EQUAL(changed(with_id, change_to_key_id, other, false), ERR_SIGNER);
	CU_ASSERT_EQUAL(changed(NULL, change_to_key_id, same, false), ERR_SIGNER);
	X509_free(same);
	X509_free(other);
}

/* The digest and one octet more. */
static void
longer_digest(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	ASN1_STRING *value =
	    X509_ATTRIBUTE_get0_type(change_attribute(si, NID_pkcs9_messageDigest), 0)
	        ->value.octet_string;
	uint8_t octets[33] = {0};

	(void)sd;
	(void)arg;
	memcpy(octets, ASN1_STRING_get0_data(value), 32);
	ASN1_STRING_set(value, octets, sizeof octets);
}

static void
a_message_digest_is_as_long_as_the_digest(void)
{
	CU_ASSERT_EQUAL(changed(NULL, change_nothing, NULL, true), ERR_OK);
	CU_ASSERT_EQUAL(changed(NULL, longer_digest, NULL, true), ERR_SIGNATURE);
}

/* A key outside the limits is refused before anything is hashed, one that no curve has when it is
 * made. `at` is the octet of the point that changes. */
static enum err_code
point_outcome(size_t at, bool content_too)
{
	struct buf der = {0}, spki = {0};
	X509 *cert = make_cert(&(struct make_cert){.key = make_ec("P-256"), .cn = "CN=signer"});
	enum err_code code;
	uint8_t *p;

	good(make_ec("P-256"), NULL, &der);
	CU_ASSERT_EQUAL_FATAL(ossl_spki_write(&spki, X509_get_X509_PUBKEY(cert)), 0);
	p = memmem(der.p, der.n, spki.p, spki.n);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	p[spki.n - 65 + at] ^= 1;
	if (content_too)
		((uint8_t *)memmem(der.p, der.n, "content", 7))[0] ^= 1;
	code = outcome(buf_view(&der));
	X509_free(cert);
	buf_free(&spki);
	buf_free(&der);
	return code;
}

static void
an_impossible_key_is_refused_for_itself(void)
{
	CU_ASSERT_EQUAL(point_outcome(0, true), ERR_SIGNER_KEY);   /* no form of a point */
	CU_ASSERT_EQUAL(point_outcome(64, false), ERR_SIGNER_KEY); /* not on the curve */
}

CU_TestInfo cms_tests[] = {
    T(the_outermost_type_counts),
    T(a_message_is_measured_first),
    T(the_signer_is_the_one_of_the_sid),
    T(a_message_digest_is_as_long_as_the_digest),
    T(an_impossible_key_is_refused_for_itself),
    CU_TEST_INFO_NULL,
};
