/* SPDX-License-Identifier: ISC
 *
 * See support/change.h.
 */
#include "support/change.h"

#include <openssl/x509v3.h>

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
