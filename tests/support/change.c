/* SPDX-License-Identifier: ISC
 *
 * See support/change.h.
 */
#include "support/change.h"

#include "base/ossl.h"

#include <openssl/x509v3.h>

int
change_write(struct buf *out, int nid, const void *value, const ASN1_ITEM *it)
{
	CMS_INFO *info = CMS_INFO_new();
	struct buf der = {0};
	int rc = -1;

	if (info != NULL && ossl_write(&der, value, it) == 0) {
		ASN1_OBJECT_free(info->type);
		info->type = OBJ_nid2obj(nid);
		info->content = change_any(buf_view(&der));
		rc = ossl_write(out, info, ASN1_ITEM_rptr(CMS_INFO));
	}
	CMS_INFO_free(info);
	buf_free(&der);
	return rc;
}

ASN1_TYPE *
change_any(struct view der)
{
	const unsigned char *p = der.p;

	return d2i_ASN1_TYPE(NULL, &p, (long)der.n);
}

CMS_ID *
change_id_of(const X509 *cert)
{
	struct buf der = {0};
	struct der d = der_to(&der);
	CMS_ID *id;

	cms_id_write(cert, &d);
	id = ossl_read(buf_view(&der), ASN1_ITEM_rptr(CMS_ID));
	buf_free(&der);
	return id;
}

void
change_nothing(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	(void)sd;
	(void)si;
	(void)arg;
}

void
change_no_certs(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	(void)si;
	(void)arg;
	sk_ASN1_TYPE_pop_free(sd->certs, ASN1_TYPE_free);
	sd->certs = NULL;
}

void
change_digest(CMS_SIGNED *sd, CMS_SIGNER *si, void *nid)
{
	(void)sd;
	X509_ALGOR_set0(si->digest_alg, OBJ_nid2obj(*(int *)nid), V_ASN1_NULL, NULL);
}

void
change_sig_alg(CMS_SIGNED *sd, CMS_SIGNER *si, void *nid)
{
	(void)sd;
	X509_ALGOR_set0(si->sig_alg, OBJ_nid2obj(*(int *)nid), V_ASN1_NULL, NULL);
}

void
change_signature(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	(void)sd;
	(void)arg;
	si->signature->data[11] ^= 4;
}

void
change_to_key_id(CMS_SIGNED *sd, CMS_SIGNER *si, void *cert)
{
	(void)sd;
	CMS_ID_free(si->sid);
	si->sid = CMS_ID_new();
	si->sid->type = CMS_ID_KEY;
	si->sid->d.key_id = ASN1_OCTET_STRING_dup(X509_get0_subject_key_id(cert));
}

X509_ATTRIBUTE *
change_attribute(CMS_SIGNER *si, int nid)
{
	for (int i = 0; i < sk_X509_ATTRIBUTE_num(si->signed_attrs); i++) {
		X509_ATTRIBUTE *a = sk_X509_ATTRIBUTE_value(si->signed_attrs, i);

		if (OBJ_obj2nid(X509_ATTRIBUTE_get0_object(a)) == nid)
			return a;
	}
	return NULL;
}
