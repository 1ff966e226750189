/* SPDX-License-Identifier: ISC
 *
 * CertRep (RFC 8894 section 3.3.2): the one way out of a PKIOperation. It mirrors the request's
 * cipher, digest and key transport, is signed by the RA that was addressed, and echoes
 * transactionID and nonce octet for octet.
 */
#include <string.h>

#include <openssl/rand.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/ossl.h"
#include "request.h"
#include "wire/scep_body.h"
#include "wire/scep_ca.h"

static int
seal(struct request *r, enum pki_status status, enum fail_info fail_info, struct view fail_text,
    struct view content, struct err *e)
{
	const struct service_ra *ra = r->ra != NULL ? r->ra : service_presented(r->service, r->sp);
	enum digest digest =
	    r->msg.digest != DIGEST_NONE && (r->sp->profile.algs.digests & 1u << r->msg.digest) != 0
	        ? r->msg.digest
	        : DIGEST_SHA256;
	struct scep_attrs a;
	uint8_t nonce[NONCE_LEN];

	if (RAND_bytes(nonce, sizeof nonce) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "random");
	a = scep_attrs_reply(
	    &r->msg.attrs, status, fail_info, fail_text, view_of(nonce, sizeof nonce), clock_now());
	if (signer_seal(ra->key, &a, &content, digest, &r->reply->body, e) != 0)
		return -1;
	r->reply->status = 200;
	r->reply->type = CONTENT_TYPE_PKI;
	r->status = status;
	return 0;
}

/* The certificate first, since clients take the first one; the chain only where the profile wants
 * it. */
static STACK_OF(X509) *
reply_certs(const struct request *r, X509 *leaf)
{
	const struct service_issuer *by = service_issuer_of(r->sp, leaf);
	const struct authority *a = &(by != NULL ? by : r->by)->ca->authority;
	STACK_OF(X509) *certs = sk_X509_new_null();

	if (certs == NULL || sk_X509_push(certs, leaf) <= 0)
		goto fail;
	if (!r->sp->profile.chain_in_reply)
		return certs;
	if (sk_X509_push(certs, a->cert) <= 0)
		goto fail;
	for (int i = 0; i < sk_X509_num(a->chain); i++)
		if (sk_X509_push(certs, sk_X509_value(a->chain, i)) <= 0)
			goto fail;
	return certs;
fail:
	sk_X509_free(certs);
	return NULL;
}

/* For the log: the answer may be another certificate than the one that was planned. */
static void
note_serial(struct request *r, const X509 *leaf)
{
	const ASN1_INTEGER *serial = leaf != NULL ? X509_get0_serialNumber(leaf) : NULL;

	if (serial != NULL && ASN1_STRING_length(serial) <= SERIAL_LEN)
		hex_of(view_of(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial)),
		    r->serial);
}

/* Encrypted to the signer of the request: these certificates, or this CRL. */
static int
success(struct request *r, STACK_OF(X509) *certs, X509_CRL *crl)
{
	struct buf inner = {0}, envelope = {0};
	int rc = -1;

	if (certs_only_write(certs, crl, &inner) != 0)
		err_set(&r->err, ERR_INTERNAL, "cannot write the content of a reply");
	else if (scep_env_write(buf_view(&inner), r->env.cipher, r->transport, r->msg.signer,
	             &envelope, &r->err) == 0)
		rc = seal(
		    r, STATUS_SUCCESS, FAIL_NONE, (struct view){0}, buf_view(&envelope), &r->err);
	buf_free(&inner);
	buf_free(&envelope);
	return rc;
}

int
certrep_success(struct request *r, struct view cert)
{
	X509 *leaf = ossl_cert_read(cert);
	STACK_OF(X509) *certs = leaf != NULL ? reply_certs(r, leaf) : NULL;
	int rc;

	note_serial(r, leaf);
	rc = certs != NULL ? success(r, certs, NULL)
	                   : err_set(&r->err, ERR_INTERNAL, "cannot read what was issued");
	sk_X509_free(certs);
	X509_free(leaf);
	return rc;
}

int
certrep_crl(struct request *r)
{
	X509_CRL *crl = ossl_read(r->crl, ASN1_ITEM_rptr(X509_CRL));
	int rc = crl != NULL ? success(r, NULL, crl)
	                     : err_set(&r->err, ERR_INTERNAL, "cannot read the CRL");

	X509_CRL_free(crl);
	return rc;
}

/* The content is empty and not absent, as in a FAILURE (doc/decisions.md). */
int
certrep_pending(struct request *r)
{
	return seal(r, STATUS_PENDING, FAIL_NONE, (struct view){0}, (struct view){0}, &r->err);
}

/* Details made of our own words and of numbers, fit for the client. */
static const char *
public_detail(const struct err *e)
{
	return e->code == ERR_CIPHER || e->code == ERR_SIGNER_WEAK || e->code == ERR_KEY_WEAK
	           ? e->detail
	           : NULL;
}

/* failInfoText: what the table says of the code, its slug to look it up by, and the tag of the
 * request. */
static void
fail_text(const struct request *r, char *out, size_t len)
{
	const char *text =
	    public_detail(&r->err) != NULL ? public_detail(&r->err) : err_text(r->err.code);

	out[0] = '\0';
	if (r->sp->profile.fail_info_text && text != NULL)
		snprintf(out, len, "%s (%s, request %s)", text, err_slug(r->err.code), r->tag);
}

static bool
by_http(const struct request *r)
{
	return !r->known || err_fail_info(r->err.code) == FAIL_NONE ||
	       (r->err.code == ERR_CIPHER && !r->sp->profile.bad_cipher_cert_rep);
}

void
certrep_failure(struct request *r)
{
	struct err again = ERR_INIT;
	char text[512];

	buf_free(&r->reply->body);
	if (!by_http(r)) {
		fail_text(r, text, sizeof text);
		if (seal(r, STATUS_FAILURE, err_fail_info(r->err.code), view_str(text),
		        (struct view){0}, &again) == 0)
			return;
		r->err = again;
	}
	http_reply_error(r->reply, r->err.code, public_detail(&r->err));
	if (r->reply->status == 503 || r->reply->status == 429)
		r->reply->retry_after = r->err.code == ERR_BUSY ? 1 : RETRY_AFTER;
}
