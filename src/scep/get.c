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

/* Whether an issuer's name means a CA of the line. Some clients write the name of the RA, which
 * they take for the CA. */
static bool
means(const struct service_profile *sp, size_t at, const X509_NAME *issuer)
{
	if (X509_NAME_cmp(issuer, X509_get_subject_name(sp->line[at].ca->authority.cert)) == 0)
		return true;
	for (size_t i = 0; i < sp->n_ras; i++) {
		const struct ra_key *ra = sp->ras[i].key;

		if (sp->ras[i].at == at &&
		    (X509_NAME_cmp(issuer, X509_get_subject_name(ra_key_cert(ra))) == 0 ||
		        X509_NAME_cmp(issuer, X509_get_subject_name(ra_key_seal_cert(ra))) == 0))
			return true;
	}
	return false;
}

/* The holder of a certificate that is good now. */
static int
check_holder(struct request *r)
{
	const X509 *signer = r->msg.signer;
	const struct service_issuer *by = service_issuer_of(r->sp, signer);
	time_t now = clock_now();

	if (by == NULL || !authority_issued(&by->ca->authority, signer))
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
check_asker(struct request *r, const struct issued *found, X509 *cert)
{
	const struct profile *p = &r->sp->profile;

	if (found->revoked)
		return err_set(&r->err, ERR_NO_CERT, "revoked");
	if (p->get_cert == GET_CERT_OWNER && strcmp(found->profile, p->id) != 0)
		return err_set(&r->err, ERR_NO_CERT, "issued under another profile");
	if (csr_same_key(X509_get_X509_PUBKEY(r->msg.signer), X509_get_X509_PUBKEY(cert)))
		return 0;
	if (check_holder(r) != 0)
		return -1;
	return p->get_cert == GET_CERT_AUTHORITY || same_names(r->msg.signer, cert)
	           ? 0
	           : err_set(&r->err, ERR_NO_CERT, "somebody else's (get_cert)");
}

/* Two CAs may have one name, and RAs of two always may. */
static int
fetch(struct request *r, const PKCS7_ISSUER_AND_SERIAL *is, struct issued *found)
{
	const struct service_profile *sp = r->sp;
	struct view serial = ossl_string_view(is->serial);
	bool known = false;
	int rc = 1;

	if (ASN1_STRING_type(is->serial) == V_ASN1_NEG_INTEGER)
		return err_set(&r->err, ERR_NO_CERT, "a negative serial number");
	for (size_t i = 0; rc == 1 && i < sp->n_line; i++) {
		if (!means(sp, i, is->issuer))
			continue;
		known = true;
		rc = store_issued(
		    r->service->store, sp->line[i].ca->authority.name, serial, found, &r->err);
	}
	if (rc != 1)
		return rc;
	if (!known)
		name_text(is->issuer, r->named, sizeof r->named);
	return err_set(&r->err, ERR_NO_CERT, "%s",
	    known ? "not among the certificates issued" : "issued by another CA");
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
	struct err why = ERR_INIT;
	PKCS7_ISSUER_AND_SERIAL *is = issuer_serial_read(content, &why);
	struct issued found = {0};
	X509 *x = NULL;
	int rc = -1;

	if (is == NULL)
		return err_set(&r->err, ERR_CONTENT, "%s", why.detail);
	if (fetch(r, is, &found) != 0)
		goto out;
	if ((x = ossl_cert_read(buf_view(&found.cert))) == NULL) {
		err_set(&r->err, ERR_STORE, "a record that is no certificate");
		goto out;
	}
	name_text(X509_get_subject_name(x), r->named, sizeof r->named);
	if (check_asker(r, &found, x) != 0)
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

/* Whose list is meant. Where a name means several CAs, a client that writes the name of its RA
 * writes the serial number of that too; else it is the CA that issues now, or the last that has the
 * name. */
static const struct service_ca *
list_of(const struct request *r, const PKCS7_ISSUER_AND_SERIAL *is)
{
	const struct service_profile *sp = r->sp;
	const struct service_ca *found = NULL;

	for (size_t i = 0; i < sp->n_line; i++)
		if (means(sp, i, is->issuer))
			found = sp->line[i].ca;
	if (found == NULL)
		return NULL;
	for (size_t i = 0; i < sp->n_ras; i++) {
		X509 *ra = ra_key_seal_cert(sp->ras[i].key);

		if (means(sp, sp->ras[i].at, is->issuer) &&
		    ASN1_INTEGER_cmp(is->serial, X509_get0_serialNumber(ra)) == 0)
			return sp->line[sp->ras[i].at].ca;
	}
	return means(sp, service_current(r->service, sp), is->issuer)
	           ? sp->line[service_current(r->service, sp)].ca
	           : found;
}

/* Which certificate is asked about does not matter: the list is for all of its issuer, and clients
 * write any serial number. */
int
get_crl(struct request *r, struct view content, struct buf *cert)
{
	struct err why = ERR_INIT;
	PKCS7_ISSUER_AND_SERIAL *is = issuer_serial_read(content, &why);
	const struct service_ca *ca;

	(void)cert;
	if (is == NULL)
		return err_set(&r->err, ERR_CONTENT, "%s", why.detail);
	ca = list_of(r, is);
	if (ca == NULL)
		name_text(is->issuer, r->named, sizeof r->named);
	PKCS7_ISSUER_AND_SERIAL_free(is);
	if (ca == NULL)
		return err_set(&r->err, ERR_NO_CRL, "of another CA");
	r->crl = service_crl(ca);
	if (r->crl.n == 0)
		return err_set(&r->err, ERR_NO_CRL, "none has been made yet");
	r->sent = true;
	return 0;
}
