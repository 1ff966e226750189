/* SPDX-License-Identifier: ISC
 *
 * See wire/scep_body.h.
 */
#include "wire/scep_body.h"

#include "base/ossl.h"
#include "wire/cms.h"

typedef struct issuer_and_subject {
	X509_NAME *issuer, *subject;
} ISSUER_SUBJECT;

/* clang-format off */
ASN1_SEQUENCE(ISSUER_SUBJECT) = {
	ASN1_SIMPLE(ISSUER_SUBJECT, issuer, X509_NAME),
	ASN1_SIMPLE(ISSUER_SUBJECT, subject, X509_NAME),
} static_ASN1_SEQUENCE_END(ISSUER_SUBJECT)
/* clang-format on */

int
certs_only_write(struct view first, STACK_OF(X509) *more, struct view crl, struct buf *out)
{
	struct der d = der_to(out);

	cms_begin(&d, NID_pkcs7_signed);
	der_small(&d, 1);
	der_begin(&d, DER_SET);
	der_end(&d);
	der_begin(&d, DER_SEQUENCE);
	der_oid(&d, NID_pkcs7_data);
	der_end(&d);
	if (first.n > 0 || sk_X509_num(more) > 0) {
		der_begin(&d, DER_CONTEXT_CONSTRUCTED(0));
		der_add(&d, first);
		for (int i = 0; i < sk_X509_num(more); i++)
			der_item(&d, sk_X509_value(more, i), ASN1_ITEM_rptr(X509));
		der_end(&d);
	}
	if (crl.n > 0) {
		der_begin(&d, DER_CONTEXT_CONSTRUCTED(1));
		der_add(&d, crl);
		der_end(&d);
	}
	der_begin(&d, DER_SET);
	der_end(&d);
	cms_end(&d);
	return der_done(&d);
}

STACK_OF(X509) *
certs_only_read(struct view der, X509_CRL **crl, struct err *e)
{
	CMS_SIGNED *sd = cms_read(der, NID_pkcs7_signed, ASN1_ITEM_rptr(CMS_SIGNED), e);
	STACK_OF(X509) *certs = sk_X509_new_null();
	int rc = -1;

	if (sd == NULL || certs == NULL)
		goto out;
	for (int i = 0; i < sk_ASN1_TYPE_num(sd->certs); i++) {
		X509 *cert = ossl_cert_read(cms_any_view(sk_ASN1_TYPE_value(sd->certs, i)));

		if (cert == NULL || sk_X509_push(certs, cert) <= 0) {
			X509_free(cert);
			goto out;
		}
	}
	if (crl != NULL && sk_ASN1_TYPE_num(sd->crls) > 0) {
		*crl = ossl_read(
		    cms_any_view(sk_ASN1_TYPE_value(sd->crls, 0)), ASN1_ITEM_rptr(X509_CRL));
		if (*crl == NULL)
			goto out;
	}
	rc = 0;
out:
	CMS_SIGNED_free(sd);
	if (rc != 0) {
		err_set(e, ERR_MESSAGE, "not a certs-only SignedData");
		sk_X509_pop_free(certs, X509_free);
		certs = NULL;
	}
	return certs;
}

int
issuer_subject_read(struct view der, struct issuer_subject *s, struct err *e)
{
	ISSUER_SUBJECT *is = ossl_read(der, ASN1_ITEM_rptr(ISSUER_SUBJECT));

	*s = (struct issuer_subject){0};
	if (is == NULL)
		return err_set(e, ERR_MESSAGE, "not an IssuerAndSubject");
	*s = (struct issuer_subject){.issuer = is->issuer, .subject = is->subject};
	is->issuer = is->subject = NULL;
	ASN1_item_free((ASN1_VALUE *)is, ASN1_ITEM_rptr(ISSUER_SUBJECT));
	return 0;
}

int
issuer_subject_write(const X509_NAME *issuer, const X509_NAME *subject, struct buf *out)
{
	ISSUER_SUBJECT is = {X509_NAME_dup(issuer), X509_NAME_dup(subject)};
	int rc = is.issuer != NULL && is.subject != NULL
	             ? ossl_write(out, &is, ASN1_ITEM_rptr(ISSUER_SUBJECT))
	             : -1;

	X509_NAME_free(is.issuer);
	X509_NAME_free(is.subject);
	return rc;
}

void
issuer_subject_free(struct issuer_subject *s)
{
	X509_NAME_free(s->issuer);
	X509_NAME_free(s->subject);
	*s = (struct issuer_subject){0};
}

PKCS7_ISSUER_AND_SERIAL *
issuer_serial_read(struct view der, struct err *e)
{
	PKCS7_ISSUER_AND_SERIAL *is = ossl_read(der, ASN1_ITEM_rptr(PKCS7_ISSUER_AND_SERIAL));

	if (is == NULL)
		err_set(e, ERR_MESSAGE, "not an IssuerAndSerialNumber");
	return is;
}
