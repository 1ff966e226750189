/* SPDX-License-Identifier: ISC
 *
 * GetCert and GetCRL (RFC 8894 sections 3.3.4 and 3.3.5). A certificate goes to whoever it was made
 * for; that it does not exist, is revoked, or is somebody else's are one answer. A CRL is for
 * everybody.
 */
#include <string.h>

#include "base/clock.h"
#include "base/ossl.h"
#include "ca/names.h"
#include "request.h"
#include "store/issued.h"
#include "wire/scep_body.h"

/* Whose certificates an issuer's name means: those of our CA. Some clients write the name of the
 * RA, which they take for the CA. */
static const struct service_ca *
ca_named(const struct request *r, const X509_NAME *issuer)
{
	const struct service_profile *sp = r->sp;

	if (X509_NAME_cmp(issuer, X509_get_subject_name(sp->ca->authority.cert)) == 0)
		return sp->ca;
	for (size_t i = 0; i < sp->n_ras; i++)
		if (X509_NAME_cmp(issuer, X509_get_subject_name(ra_key_cert(sp->ras[i]))) == 0)
			return sp->ca;
	return NULL;
}

/* Reads the content; *ca is NULL when the issuer is not known here. */
static PKCS7_ISSUER_AND_SERIAL *
read_names(struct request *r, struct view content, const struct service_ca **ca)
{
	struct err why = ERR_INIT;
	PKCS7_ISSUER_AND_SERIAL *is = issuer_serial_read(content, &why);

	if (is == NULL) {
		err_set(&r->err, ERR_CONTENT, "%s", why.detail);
		return NULL;
	}
	*ca = ca_named(r, is->issuer);
	if (*ca == NULL)
		name_text(is->issuer, r->named, sizeof r->named);
	return is;
}

/* The holder of a certificate that is good now. */
static int
check_holder(struct request *r, const struct service_ca *ca)
{
	const X509 *signer = r->msg.signer;
	time_t now = clock_now();

	if (!renew_possible(r) || !authority_issued(&ca->authority, signer))
		return err_set(&r->err, ERR_NO_CERT, "signed by no certificate of this CA");
	if (X509_cmp_time(X509_get0_notBefore(signer), &now) >= 0 ||
	    X509_cmp_time(X509_get0_notAfter(signer), &now) <= 0)
		return err_set(&r->err, ERR_NO_CERT, "the signer is not valid now");
	return signer_issued(r);
}

static bool
same_names(const X509 *a, const X509 *b)
{
	return X509_NAME_cmp(X509_get_subject_name(a), X509_get_subject_name(b)) == 0 &&
	       view_eq(cert_san(a), cert_san(b));
}

/* Whether the signer may have it. */
static int
check_asker(struct request *r, const struct service_ca *ca, const struct issued *found, X509 *cert)
{
	const struct profile *p = &r->sp->profile;

	if (found->revoked)
		return err_set(&r->err, ERR_NO_CERT, "revoked");
	if (p->get_cert == GET_CERT_OWNER && strcmp(found->profile, p->id) != 0)
		return err_set(&r->err, ERR_NO_CERT, "issued under another profile");
	if (csr_same_key(X509_get_X509_PUBKEY(r->msg.signer), X509_get_X509_PUBKEY(cert)))
		return 0;
	if (check_holder(r, ca) != 0)
		return -1;
	return p->get_cert == GET_CERT_AUTHORITY || same_names(r->msg.signer, cert)
	           ? 0
	           : err_set(&r->err, ERR_NO_CERT, "somebody else's (get_cert)");
}

static int
fetch(struct request *r, const struct service_ca *ca, const ASN1_INTEGER *serial,
    struct issued *found)
{
	struct view octets =
	    view_of(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial));
	int rc;

	if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER)
		return err_set(&r->err, ERR_NO_CERT, "a negative serial number");
	rc = store_issued(r->service->store, ca->authority.name, octets, found, &r->err);
	return rc == 1 ? err_set(&r->err, ERR_NO_CERT, "not among the certificates issued") : rc;
}

/* What a certificate of the signer's lacks is no answer to the question. */
static void
one_answer(struct request *r)
{
	if (r->err.code == ERR_RENEWAL_SIGNER || r->err.code == ERR_RENEWAL_REVOKED)
		r->err.code = ERR_NO_CERT;
}

int
get_cert(struct request *r, struct view content, struct buf *cert)
{
	const struct service_ca *ca = NULL;
	PKCS7_ISSUER_AND_SERIAL *is = read_names(r, content, &ca);
	struct issued found = {0};
	X509 *x = NULL;
	int rc = -1;

	if (is == NULL)
		return -1;
	if (ca == NULL) {
		err_set(&r->err, ERR_NO_CERT, "issued by another CA");
		goto out;
	}
	if (fetch(r, ca, is->serial, &found) != 0)
		goto out;
	if ((x = ossl_cert_read(buf_view(&found.cert))) == NULL) {
		err_set(&r->err, ERR_STORE, "a record that is no certificate");
		goto out;
	}
	name_text(X509_get_subject_name(x), r->named, sizeof r->named);
	if (check_asker(r, ca, &found, x) != 0)
		goto out;
	r->sent = true;
	rc = buf_add(cert, found.cert.p, found.cert.n) == 0 ? 0
	                                                    : err_set(&r->err, ERR_MEMORY, "reply");
out:
	one_answer(r);
	PKCS7_ISSUER_AND_SERIAL_free(is);
	issued_free(&found);
	X509_free(x);
	return rc;
}

/* Which certificate is asked about does not matter: the list is for all of its issuer, and clients
 * write any serial number. */
int
get_crl(struct request *r, struct view content, struct buf *cert)
{
	const struct service_ca *ca = NULL;
	PKCS7_ISSUER_AND_SERIAL *is = read_names(r, content, &ca);

	(void)cert;
	if (is == NULL)
		return -1;
	PKCS7_ISSUER_AND_SERIAL_free(is);
	if (ca == NULL)
		return err_set(&r->err, ERR_NO_CRL, "of another CA");
	r->crl = service_crl(ca);
	if (r->crl.n == 0)
		return err_set(&r->err, ERR_NO_CRL, "none has been made yet");
	r->sent = true;
	return 0;
}
