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

/* Encrypted to the signer of the request: this certificate with those above it, or this CRL. */
static int
success(struct request *r, struct view cert, STACK_OF(X509) *above, struct view crl)
{
	struct buf inner = {0}, envelope = {0};
	int rc = -1;

	if (certs_only_write(cert, above, crl, &inner) != 0)
		err_set(&r->err, ERR_INTERNAL, "cannot write the content of a reply");
	else if (scep_env_write(buf_view(&inner), r->env.cipher, r->transport, r->msg.signer,
	             r->msg.signer_key.key, &envelope, &r->err) == 0)
		rc = seal(
		    r, STATUS_SUCCESS, FAIL_NONE, (struct view){0}, buf_view(&envelope), &r->err);
	buf_free(&inner);
	buf_free(&envelope);
	return rc;
}

/* An answer that was given before is read: it may be another certificate than the one that was
 * planned, and of an earlier CA. Notes its serial for the log. */
static int
look_at(struct request *r, struct view cert, const struct service_issuer **by)
{
	X509 *leaf = ossl_cert_read(cert);
	const struct service_issuer *found;
	struct view serial;

	if (leaf == NULL)
		return err_set(&r->err, ERR_INTERNAL, "cannot read what was issued");
	if ((found = service_issuer_of(r->sp, leaf)) != NULL)
		*by = found;
	serial = ossl_string_view(X509_get0_serialNumber(leaf));
	if (serial.n <= SERIAL_LEN)
		hex_of(serial, r->serial);
	X509_free(leaf);
	return 0;
}

/* The certificate first, since clients take the first one; those above it only where the profile
 * wants them. */
int
certrep_success(struct request *r, struct view cert)
{
	const struct service_issuer *by = r->by;
	STACK_OF(X509) *above = NULL;
	int rc = -1;

	if (!r->noted && look_at(r, cert, &by) != 0)
		return -1;
	if (r->sp->profile.chain_in_reply &&
	    (above = authority_presented(&by->ca->authority, NULL, true, true)) == NULL)
		err_set(&r->err, ERR_MEMORY, "reply");
	else
		rc = success(r, cert, above, (struct view){0});
	sk_X509_free(above);
	return rc;
}

int
certrep_crl(struct request *r)
{
	return success(r, (struct view){0}, NULL, r->crl);
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
