/* SPDX-License-Identifier: ISC
 *
 * What a server says of itself: GetCACaps (RFC 8894 section 3.5), GetCACert (section 4.2) and
 * GetNextCACert (section 4.7). The CA that is to follow is believed on the word of the present one.
 */
#include "ctl/client.h"

#include <string.h>

#include <openssl/x509v3.h>

#include "base/ossl.h"
#include "ctl/client_trust.h"
#include "ctl/fetch.h"
#include "wire/scep_body.h"

/* The same certificate parsed with its key, which path validation needs. */
static X509 *
with_key(const X509 *cert)
{
	struct buf der = {0};
	const unsigned char *p;
	X509 *copy = NULL;

	if (ossl_write(&der, cert, ASN1_ITEM_rptr(X509)) == 0) {
		p = der.p;
		copy = d2i_X509(NULL, &p, (long)der.n);
	}
	buf_free(&der);
	return copy;
}

/* A PKCS#7 with the RA first, or one bare CA certificate. */
static STACK_OF(X509) *
read_certs(struct view der, struct err *e)
{
	struct err not_pkcs7 = ERR_INIT;
	STACK_OF(X509) *plain = certs_only_read(der, NULL, &not_pkcs7), *certs = sk_X509_new_null();
	X509 *one = plain == NULL ? ossl_cert_read(der) : NULL;

	if (one != NULL && (plain = sk_X509_new_null()) != NULL && sk_X509_push(plain, one) > 0)
		one = NULL;
	for (int i = 0; certs != NULL && i < sk_X509_num(plain); i++) {
		X509 *copy = with_key(sk_X509_value(plain, i));

		if (copy != NULL && sk_X509_push(certs, copy) > 0)
			continue;
		X509_free(copy);
		sk_X509_pop_free(certs, X509_free);
		certs = NULL;
	}
	X509_free(one);
	sk_X509_pop_free(plain, X509_free);
	if (sk_X509_num(certs) > 0)
		return certs;
	sk_X509_pop_free(certs, X509_free);
	err_set(e, ERR_MESSAGE, "the answer holds no certificate that can be read");
	return NULL;
}

/* The RA that takes encrypted messages; a CA that has no RA does it itself. */
static X509 *
find_encrypt(STACK_OF(X509) *certs)
{
	for (int i = 0; i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		if (!client_is_ca(cert) &&
		    (X509_get_key_usage(cert) & X509v3_KU_KEY_ENCIPHERMENT) != 0)
			return cert;
	}
	for (int i = 0; i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		if ((X509_get_key_usage(cert) & X509v3_KU_KEY_ENCIPHERMENT) != 0)
			return cert;
	}
	return sk_X509_value(certs, 0);
}

static X509 *
find_issuer(STACK_OF(X509) *certs, X509 *of)
{
	if (client_is_ca(of))
		return of;
	for (int i = 0; i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		if (client_is_ca(cert) && X509_check_issued(cert, of) == X509_V_OK)
			return cert;
	}
	return NULL;
}

static int
take_certs(
    struct client_ca *ca, struct view certs, const char *fingerprint, bool any_time, struct err *e)
{
	ca->certs = read_certs(certs, e);
	if (ca->certs == NULL || client_trust(&ca->certs, fingerprint, any_time, e) != 0) {
		client_ca_free(ca);
		return -1;
	}
	ca->encrypt = find_encrypt(ca->certs);
	ca->issuer = find_issuer(ca->certs, ca->encrypt);
	return 0;
}

int
client_ca_read(struct view caps, struct view certs, const char *fingerprint, struct client_ca *ca,
    struct err *e)
{
	*ca = (struct client_ca){.caps = caps_read(caps)};
	return take_certs(ca, certs, fingerprint, false, e);
}

bool
client_ca_signs(const struct client_ca *ca, const X509 *signer)
{
	for (int i = 0; i < sk_X509_num(ca->certs); i++) {
		X509 *cert = sk_X509_value(ca->certs, i);

		if (ossl_cert_same(cert, signer))
			return client_is_ca(cert) ||
			       (X509_get_key_usage(cert) & X509v3_KU_DIGITAL_SIGNATURE) != 0;
	}
	return false;
}

static X509 *
find_signer(const struct client_ca *ca, const struct scep_msg *m)
{
	const CMS_ID *sid = sk_CMS_SIGNER_value(m->sd->signers, 0)->sid;

	for (int i = 0; i < sk_X509_num(ca->certs); i++)
		if (cms_id_is(sid, sk_X509_value(ca->certs, i)))
			return sk_X509_value(ca->certs, i);
	return NULL;
}

int
client_next_read(const struct client_ca *ca, struct view der, struct client_ca *next, struct err *e)
{
	struct err why = ERR_INIT;
	struct scep_msg m = {0};
	int rc = -1;

	*next = (struct client_ca){.caps = ca->caps};
	if (scep_signed_read(der, &m, &why) != 0)
		err_set(e, ERR_MESSAGE,
		    "the answer to GetNextCACert is not a signed message around certificates: %s",
		    why.detail);
	else if (scep_msg_verify(&m, ALGS_ALL.digests, find_signer(ca, &m), e) != 0)
		rc = -1;
	else if (!client_ca_signs(ca, m.signer))
		err_set(e, ERR_SIGNER,
		    "the next CA is not signed for by a certificate that GetCACert gave: nothing "
		    "of it is believed");
	else
		rc = take_certs(next, m.content, NULL, true, e);
	if (rc == 0 && next->issuer == NULL) {
		rc = err_set(e, ERR_MESSAGE, "the answer to GetNextCACert holds no CA");
		client_ca_free(next);
	}
	scep_msg_free(&m);
	return rc;
}

static int
get(const struct client_server *s, const char *operation, struct fetched *out, struct err *e)
{
	struct buf url = {0};
	struct fetch f = {.tls_ca = s->tls_ca};
	int rc = -1;

	if (buf_printf(&url, "%s%coperation=%s", s->url, strchr(s->url, '?') != NULL ? '&' : '?',
	        operation) != 0) {
		err_set(e, ERR_MEMORY, "out of memory");
	} else {
		f.url = buf_str(&url);
		rc = fetch(&f, out, e);
	}
	buf_free(&url);
	return rc;
}

int
client_ca_get(
    const struct client_server *s, const char *fingerprint, struct client_ca *ca, struct err *e)
{
	struct fetched caps = {0}, certs = {0};
	int rc = -1;

	*ca = (struct client_ca){0};
	if (get(s, "GetCACaps", &caps, e) != 0 || get(s, "GetCACert", &certs, e) != 0)
		goto out;
	if (fetch_check(&certs, "GetCACert", e) != 0)
		goto out;
	/* A server without GetCACaps has no capabilities (RFC 8894 section 3.5.1). */
	rc = client_ca_read(caps.status == 200 ? buf_view(&caps.body) : (struct view){0},
	    buf_view(&certs.body), fingerprint, ca, e);
out:
	buf_free(&caps.body);
	buf_free(&certs.body);
	return rc;
}

int
client_next_get(const struct client_server *s, const struct client_ca *ca, struct client_ca *next,
    struct err *e)
{
	struct fetched got = {0};
	int rc = get(s, "GetNextCACert", &got, e);

	*next = (struct client_ca){0};
	if (rc == 0)
		rc = fetch_check(&got, "GetNextCACert", e);
	if (rc == 0)
		rc = client_next_read(ca, buf_view(&got.body), next, e);
	buf_free(&got.body);
	return rc;
}

void
client_ca_free(struct client_ca *ca)
{
	sk_X509_pop_free(ca->certs, X509_free);
	*ca = (struct client_ca){0};
}
