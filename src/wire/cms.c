/* SPDX-License-Identifier: ISC
 *
 * See wire/cms.h. Templates first, then the few functions that move between octets and structures.
 */
#include "wire/cms.h"

#include <openssl/x509v3.h>

#include "base/ossl.h"

/* clang-format off */
ASN1_SEQUENCE(CMS_INFO) = {
	ASN1_SIMPLE(CMS_INFO, type, ASN1_OBJECT),
	ASN1_EXP_OPT(CMS_INFO, content, ASN1_ANY, 0),
} ASN1_SEQUENCE_END(CMS_INFO)
IMPLEMENT_ASN1_FUNCTIONS(CMS_INFO)

ASN1_SEQUENCE(CMS_ENCAP) = {
	ASN1_SIMPLE(CMS_ENCAP, type, ASN1_OBJECT),
	ASN1_EXP_OPT(CMS_ENCAP, content, ASN1_OCTET_STRING, 0),
} static_ASN1_SEQUENCE_END(CMS_ENCAP)

ASN1_CHOICE(CMS_ID) = {
	ASN1_SIMPLE(CMS_ID, d.issuer_serial, PKCS7_ISSUER_AND_SERIAL),
	ASN1_IMP(CMS_ID, d.key_id, ASN1_OCTET_STRING, 0),
} ASN1_CHOICE_END(CMS_ID)
IMPLEMENT_ASN1_FUNCTIONS(CMS_ID)

ASN1_SEQUENCE(CMS_SIGNER) = {
	ASN1_SIMPLE(CMS_SIGNER, version, ASN1_INTEGER),
	ASN1_SIMPLE(CMS_SIGNER, sid, CMS_ID),
	ASN1_SIMPLE(CMS_SIGNER, digest_alg, X509_ALGOR),
	ASN1_IMP_SET_OF_OPT(CMS_SIGNER, signed_attrs, X509_ATTRIBUTE, 0),
	ASN1_SIMPLE(CMS_SIGNER, sig_alg, X509_ALGOR),
	ASN1_SIMPLE(CMS_SIGNER, signature, ASN1_OCTET_STRING),
	ASN1_IMP_SET_OF_OPT(CMS_SIGNER, unsigned_attrs, X509_ATTRIBUTE, 1),
} ASN1_SEQUENCE_END(CMS_SIGNER)
IMPLEMENT_ASN1_FUNCTIONS(CMS_SIGNER)

ASN1_SEQUENCE(CMS_SIGNED) = {
	ASN1_SIMPLE(CMS_SIGNED, version, ASN1_INTEGER),
	ASN1_SET_OF(CMS_SIGNED, digest_algs, X509_ALGOR),
	ASN1_SIMPLE(CMS_SIGNED, encap, CMS_ENCAP),
	ASN1_IMP_SEQUENCE_OF_OPT(CMS_SIGNED, certs, ASN1_ANY, 0),
	ASN1_IMP_SEQUENCE_OF_OPT(CMS_SIGNED, crls, ASN1_ANY, 1),
	ASN1_SET_OF(CMS_SIGNED, signers, CMS_SIGNER),
} ASN1_SEQUENCE_END(CMS_SIGNED)
IMPLEMENT_ASN1_FUNCTIONS(CMS_SIGNED)

ASN1_SEQUENCE(CMS_KEY_TRANS) = {
	ASN1_SIMPLE(CMS_KEY_TRANS, version, ASN1_INTEGER),
	ASN1_SIMPLE(CMS_KEY_TRANS, rid, CMS_ID),
	ASN1_SIMPLE(CMS_KEY_TRANS, key_alg, X509_ALGOR),
	ASN1_SIMPLE(CMS_KEY_TRANS, encrypted_key, ASN1_OCTET_STRING),
} ASN1_SEQUENCE_END(CMS_KEY_TRANS)
IMPLEMENT_ASN1_FUNCTIONS(CMS_KEY_TRANS)

ASN1_SEQUENCE(CMS_ENCRYPTED) = {
	ASN1_SIMPLE(CMS_ENCRYPTED, type, ASN1_OBJECT),
	ASN1_SIMPLE(CMS_ENCRYPTED, alg, X509_ALGOR),
	ASN1_IMP_OPT(CMS_ENCRYPTED, content, ASN1_OCTET_STRING, 0),
} static_ASN1_SEQUENCE_END(CMS_ENCRYPTED)

ASN1_SEQUENCE(CMS_ENVELOPED) = {
	ASN1_SIMPLE(CMS_ENVELOPED, version, ASN1_INTEGER),
	ASN1_IMP_SEQUENCE_OF_OPT(CMS_ENVELOPED, originator, ASN1_ANY, 0),
	ASN1_SET_OF(CMS_ENVELOPED, recipients, ASN1_ANY),
	ASN1_SIMPLE(CMS_ENVELOPED, encrypted, CMS_ENCRYPTED),
	ASN1_IMP_SET_OF_OPT(CMS_ENVELOPED, unprotected, X509_ATTRIBUTE, 1),
} ASN1_SEQUENCE_END(CMS_ENVELOPED)
IMPLEMENT_ASN1_FUNCTIONS(CMS_ENVELOPED)
/* clang-format on */

void *
cms_read(struct view der, int nid, const ASN1_ITEM *it, struct err *e)
{
	CMS_INFO *info = ossl_read(der, ASN1_ITEM_rptr(CMS_INFO));
	struct view inner = {0};
	void *value = NULL;

	if (info == NULL) {
		err_set(e, ERR_MESSAGE, "not a ContentInfo");
		return NULL;
	}
	if (OBJ_obj2nid(info->type) != nid) {
		err_set(e, ERR_MESSAGE, "the ContentInfo is not %s", OBJ_nid2ln(nid));
		goto out;
	}
	inner = cms_any_view(info->content);
	value = ossl_read(inner, it);
	if (value == NULL)
		err_set(e, ERR_MESSAGE, "malformed %s", OBJ_nid2ln(nid));
out:
	CMS_INFO_free(info);
	return value;
}

void
cms_begin(struct der *d, int nid)
{
	der_begin(d, DER_SEQUENCE);
	der_oid(d, nid);
	der_begin(d, DER_CONTEXT_CONSTRUCTED(0));
	der_begin(d, DER_SEQUENCE);
}

void
cms_end(struct der *d)
{
	der_end(d);
	der_end(d);
	der_end(d);
}

void
cms_id_write(const X509 *cert, struct der *d)
{
	der_begin(d, DER_SEQUENCE);
	der_item(d, X509_get_issuer_name(cert), ASN1_ITEM_rptr(X509_NAME));
	der_item(d, X509_get0_serialNumber(cert), ASN1_ITEM_rptr(ASN1_INTEGER));
	der_end(d);
}

int
cms_id_is(const CMS_ID *id, X509 *cert)
{
	const ASN1_OCTET_STRING *key_id;

	if (id->type == CMS_ID_ISSUER_SERIAL)
		return ASN1_INTEGER_cmp(
		           id->d.issuer_serial->serial, X509_get0_serialNumber(cert)) == 0 &&
		       X509_NAME_cmp(id->d.issuer_serial->issuer, X509_get_issuer_name(cert)) == 0;
	key_id = X509_get0_subject_key_id(cert);
	return key_id != NULL && ASN1_OCTET_STRING_cmp(id->d.key_id, key_id) == 0;
}

struct view
cms_any_view(const ASN1_TYPE *any)
{
	if (any == NULL || any->type != V_ASN1_SEQUENCE)
		return (struct view){0};
	return view_of(any->value.sequence->data, (size_t)any->value.sequence->length);
}
