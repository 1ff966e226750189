/* SPDX-License-Identifier: ISC
 *
 * What a server says of itself: GetCACaps (RFC 8894 section 3.5) and GetCACert (section 4.2). Trust
 * starts here: the operator's fingerprint names one certificate, and everything else must chain to
 * it.
 */
#include "ctl/client.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/ossl.h"
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
	err_set(e, ERR_MESSAGE, "the answer to GetCACert holds no certificate that can be read");
	return NULL;
}

static bool
is_ca(X509 *cert)
{
	return X509_check_ca(cert) > 0;
}

/* The RA that takes encrypted messages; a CA that has no RA does it itself. */
static X509 *
find_encrypt(STACK_OF(X509) *certs)
{
	for (int i = 0; i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		if (!is_ca(cert) && (X509_get_key_usage(cert) & X509v3_KU_KEY_ENCIPHERMENT) != 0)
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
	if (is_ca(of))
		return of;
	for (int i = 0; i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		if (is_ca(cert) && X509_check_issued(cert, of) == X509_V_OK)
			return cert;
	}
	return NULL;
}

/* Whether `cert` chains to one of `anchors`, which need not be roots; *why is the reason when it
 * does not. */
static bool
chains(X509 *cert, STACK_OF(X509) *anchors, STACK_OF(X509) *others, const char **why)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	bool ok = false;

	*why = "out of memory";
	if (ctx != NULL && X509_STORE_CTX_init(ctx, NULL, cert, others) == 1) {
		X509_STORE_CTX_set0_trusted_stack(ctx, anchors);
		param = X509_STORE_CTX_get0_param(ctx);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		X509_VERIFY_PARAM_set_time(param, clock_now());
		ok = X509_verify_cert(ctx) == 1;
		*why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
	}
	X509_STORE_CTX_free(ctx);
	return ok;
}

static bool
is_among(X509 *cert, STACK_OF(X509) *certs)
{
	for (int i = 0; i < sk_X509_num(certs); i++) {
		if (sk_X509_value(certs, i) == cert)
			return true;
	}
	return false;
}

/* A root is as good as what it signed: the key that made its own signature made that of `below`
 * too. */
static bool
is_root_of(X509 *root, X509 *below)
{
	return X509_self_signed(root, 1) == 1 && X509_check_issued(root, below) == X509_V_OK &&
	       X509_verify(below, X509_get0_pubkey(root)) == 1;
}

static int
read_fingerprint(const char *text, uint8_t out[32], struct err *e)
{
	struct buf digits = {0}, octets = {0};
	int rc = 0;

	for (const char *p = text; *p != '\0' && rc == 0; p++)
		rc = *p == ':' ? 0 : buf_add(&digits, p, 1);
	if (rc != 0 || hex_read(&octets, buf_view(&digits)) != 0 || octets.n != 32)
		rc = err_set(
		    e, ERR_USAGE, "%s is not a SHA-256 fingerprint: 64 hexadecimal digits", text);
	else
		memcpy(out, octets.p, 32);
	buf_free(&digits);
	buf_free(&octets);
	return rc;
}

static X509 *
find_fingerprint(STACK_OF(X509) *certs, const uint8_t wanted[32])
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned len;

	for (int i = 0; i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		if (X509_digest(cert, EVP_sha256(), hash, &len) == 1 &&
		    memcmp(hash, wanted, 32) == 0)
			return cert;
	}
	return NULL;
}

/* What is trusted to begin with: the certificate that was named, or every CA that came along. */
static int
find_anchors(STACK_OF(X509) *certs, const char *fingerprint, STACK_OF(X509) *anchors, struct err *e)
{
	uint8_t wanted[32];
	X509 *named;

	if (fingerprint != NULL) {
		if (read_fingerprint(fingerprint, wanted, e) != 0)
			return -1;
		named = find_fingerprint(certs, wanted);
		if (named == NULL)
			return err_set(e, ERR_SIGNER,
			    "no certificate of the server has the fingerprint %s", fingerprint);
		return sk_X509_push(anchors, named) > 0 ? 0
		                                        : err_set(e, ERR_MEMORY, "out of memory");
	}
	for (int i = 0; i < sk_X509_num(certs); i++) {
		if (is_ca(sk_X509_value(certs, i)) &&
		    sk_X509_push(anchors, sk_X509_value(certs, i)) <= 0)
			return err_set(e, ERR_MEMORY, "out of memory");
	}
	return 0;
}

/* Keeps what can be believed. An RA that comes alone and unnamed has nothing to be checked against.
 */
static int
keep_trusted(struct client_ca *ca, const char *fingerprint, struct err *e)
{
	STACK_OF(X509) *anchors = sk_X509_new_null(), *kept = sk_X509_new_null();
	const char *why = "";
	int rc = -1;

	if (anchors == NULL || kept == NULL) {
		err_set(e, ERR_MEMORY, "out of memory");
		goto out;
	}
	if (find_anchors(ca->certs, fingerprint, anchors, e) != 0)
		goto out;
	for (int i = 0; i < sk_X509_num(ca->certs); i++) {
		X509 *cert = sk_X509_value(ca->certs, i);
		/* An anchor is not validated: a false root of the right name could spoil that. */
		bool good = sk_X509_num(anchors) == 0 || is_among(cert, anchors) ||
		            chains(cert, anchors, ca->certs, &why) ||
		            is_root_of(cert, sk_X509_value(anchors, 0));

		if (!good && i == 0) {
			err_set(
			    e, ERR_SIGNER, "the RA certificate does not chain to the CA: %s", why);
			goto out;
		}
		if (good && (X509_up_ref(cert) != 1 || sk_X509_push(kept, cert) <= 0)) {
			err_set(e, ERR_MEMORY, "out of memory");
			goto out;
		}
	}
	sk_X509_pop_free(ca->certs, X509_free);
	ca->certs = kept;
	kept = NULL;
	rc = 0;
out:
	sk_X509_free(anchors);
	sk_X509_pop_free(kept, X509_free);
	ERR_clear_error();
	return rc;
}

int
client_ca_read(struct view caps, struct view certs, const char *fingerprint, struct client_ca *ca,
    struct err *e)
{
	*ca = (struct client_ca){.caps = caps_read(caps)};
	ca->certs = read_certs(certs, e);
	if (ca->certs == NULL || keep_trusted(ca, fingerprint, e) != 0) {
		client_ca_free(ca);
		return -1;
	}
	ca->encrypt = find_encrypt(ca->certs);
	ca->issuer = find_issuer(ca->certs, ca->encrypt);
	return 0;
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

void
client_ca_free(struct client_ca *ca)
{
	sk_X509_pop_free(ca->certs, X509_free);
	*ca = (struct client_ca){0};
}
