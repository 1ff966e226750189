/* SPDX-License-Identifier: ISC
 *
 * Parsing without keys. The parsing context has only the "null" provider: OpenSSL then keeps a
 * SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) as octets, which saves the time of finding a
 * decoder and touches no key that has not been measured. Making keys is in ossl_key.c.
 */
#include <limits.h>
#include <sys/random.h>

#include <openssl/core_names.h>
#include <openssl/provider.h>

#include "base/ossl.h"

static OSSL_LIB_CTX *parse_ctx;
static OSSL_PROVIDER *parse_provider;

/* Looked up at the first use, and kept: OpenSSL would look them up at every use. */
static EVP_MD *sha256;
static EVP_MAC_CTX *hmac;

int
ossl_start(struct err *e)
{
	if (parse_ctx != NULL)
		return 0;
	if ((parse_ctx = OSSL_LIB_CTX_new()) == NULL ||
	    (parse_provider = OSSL_PROVIDER_load(parse_ctx, "null")) == NULL) {
		ossl_stop();
		return err_set_ossl(e, ERR_INTERNAL, "cannot make the parsing context");
	}
	return 0;
}

void
ossl_stop(void)
{
	if (parse_provider != NULL)
		OSSL_PROVIDER_unload(parse_provider);
	OSSL_LIB_CTX_free(parse_ctx);
	parse_provider = NULL;
	parse_ctx = NULL;
	EVP_MD_free(sha256);
	EVP_MAC_CTX_free(hmac);
	sha256 = NULL;
	hmac = NULL;
}

OSSL_LIB_CTX *
ossl_parse_ctx(void)
{
	return parse_ctx;
}

void *
ossl_read(struct view der, const ASN1_ITEM *it)
{
	const uint8_t *p = der.p;
	ASN1_VALUE *v;

	if (der.n == 0 || der.n > LONG_MAX)
		return NULL;
	v = ASN1_item_d2i_ex(NULL, &p, (long)der.n, it, parse_ctx, NULL);
	if (v != NULL && p != der.p + der.n) {
		ASN1_item_free(v, it);
		v = NULL;
	}
	return v;
}

X509 *
ossl_cert_read(struct view der)
{
	return ossl_read(der, ASN1_ITEM_rptr(X509));
}

X509_REQ *
ossl_csr_read(struct view der)
{
	return ossl_read(der, ASN1_ITEM_rptr(X509_REQ));
}

static int
add_encoded(struct buf *out, uint8_t *der, int n)
{
	int rc = n < 0 ? -1 : buf_add(out, der, (size_t)n);

	OPENSSL_free(der);
	return rc;
}

int
ossl_write(struct buf *out, const void *value, const ASN1_ITEM *it)
{
	uint8_t *der = NULL;
	int n = ASN1_item_i2d(value, &der, it);

	return add_encoded(out, der, n);
}

bool
ossl_cert_same(const X509 *a, const X509 *b)
{
	struct buf x = {0}, y = {0};
	bool same;

	same = ossl_write(&x, a, ASN1_ITEM_rptr(X509)) == 0 &&
	       ossl_write(&y, b, ASN1_ITEM_rptr(X509)) == 0 && view_eq(buf_view(&x), buf_view(&y));
	buf_free(&x);
	buf_free(&y);
	return same;
}

struct view
ossl_string_view(const ASN1_STRING *s)
{
	return view_of(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
}

int
ossl_spki_write(struct buf *out, const X509_PUBKEY *spki)
{
	uint8_t *der = NULL;
	int n = i2d_X509_PUBKEY(spki, &der);

	return add_encoded(out, der, n);
}

void
ossl_sha256(struct view in, uint8_t out[32])
{
	if (sha256 == NULL)
		sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	/* Without memory for a digest, an unpredictable value: it equals nothing, so every
	 * comparison fails. */
	if (sha256 == NULL ||
	    EVP_Digest(in.n > 0 ? in.p : (const uint8_t *)"", in.n, out, NULL, sha256, NULL) != 1)
		while (getrandom(out, 32, 0) != 32)
			continue;
}

/* With everything in it but a key that matters: OpenSSL copies none that has no key. */
static EVP_MAC_CTX *
hmac_start(void)
{
	char name[] = "SHA256";
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
	    OSSL_PARAM_construct_end()};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;

	EVP_MAC_free(mac);
	if (ctx != NULL && EVP_MAC_init(ctx, (const uint8_t *)"", 1, params) == 1)
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

int
ossl_hmac(struct view key, struct view in, uint8_t out[32])
{
	EVP_MAC_CTX *ctx = NULL;
	size_t n = 0;
	int rc = -1;

	if (hmac == NULL)
		hmac = hmac_start();
	/* A copy, so that no key stays in the first one. */
	if (hmac != NULL && (ctx = EVP_MAC_CTX_dup(hmac)) != NULL &&
	    EVP_MAC_init(ctx, key.p, key.n, NULL) == 1 && EVP_MAC_update(ctx, in.p, in.n) == 1 &&
	    EVP_MAC_final(ctx, out, &n, 32) == 1 && n == 32)
		rc = 0;
	EVP_MAC_CTX_free(ctx);
	return rc;
}

int
ossl_seconds(const ASN1_TIME *at, time_t *out)
{
	struct tm tm;

	/* OpenSSL takes NULL for now. */
	if (at == NULL || ASN1_TIME_to_tm(at, &tm) != 1)
		return -1;
	*out = timegm(&tm);
	return 0;
}
