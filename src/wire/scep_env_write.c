/* SPDX-License-Identifier: ISC
 *
 * See wire/scep_env.h: the outgoing half. The templates serve RSA, which is nearly every client;
 * for EC the CMS API does the key agreement (RFC 5753).
 */
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "base/ossl.h"
#include "wire/scep_env.h"

bool
scep_env_possible(const struct key_facts *f)
{
	return f->sane && ((f->type == EVP_PKEY_RSA && f->bits >= 1024) || f->type == EVP_PKEY_EC);
}

/* RSAES-OAEP-params (RFC 4055 section 4.1). */
static void
oaep_write(const struct transport *how, struct der *d)
{
	der_begin(d, DER_SEQUENCE);
	der_oid(d, NID_rsaesOaep);
	der_begin(d, DER_SEQUENCE);
	alg_hash_write(how->oaep_md, 0, d);
	alg_mgf1_write(how->oaep_mgf, 1, d);
	der_end(d);
	der_end(d);
}

static int
wrap_key(EVP_PKEY *key, struct view cek, const struct transport *how, struct buf *wrapped)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t n = (size_t)EVP_PKEY_get_size(key);
	uint8_t *to = buf_room(wrapped, n);
	int rc = -1;

	if (ctx == NULL || to == NULL || EVP_PKEY_encrypt_init(ctx) != 1)
		goto out;
	if (how->kind == KEY_TRANSPORT_OAEP) {
		if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) != 1 ||
		    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, digest_md(how->oaep_md)) != 1 ||
		    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, digest_md(how->oaep_mgf)) != 1)
			goto out;
	} else if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1)
		goto out;
	if (EVP_PKEY_encrypt(ctx, to, &n, cek.p, cek.n) != 1)
		goto out;
	wrapped->n += n;
	rc = 0;
out:
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

/* The one KeyTransRecipientInfo (RFC 5652 section 6.2.1), version 0 with issuer and serial: other
 * forms are unknown to some clients. */
static void
write_recipient(const X509 *to, const struct transport *how, struct view wrapped, struct der *d)
{
	der_begin(d, DER_SEQUENCE);
	der_small(d, 0);
	cms_id_write(to, d);
	if (how->kind == KEY_TRANSPORT_OAEP)
		oaep_write(how, d);
	else
		der_alg(d, NID_rsaEncryption, DER_PARAMS_NULL);
	der_put(d, DER_OCTET_STRING, wrapped);
	der_end(d);
}

/* EncryptedContentInfo (RFC 5652 section 6.1). */
static void
write_content(enum cipher cipher, struct view iv, struct view encrypted, struct der *d)
{
	der_begin(d, DER_SEQUENCE);
	der_oid(d, NID_pkcs7_data);
	der_begin(d, DER_SEQUENCE);
	der_oid(d, cipher_nid(cipher));
	der_put(d, DER_OCTET_STRING, iv);
	der_end(d);
	der_put(d, DER_CONTEXT(0), encrypted);
	der_end(d);
}

static int
write_rsa(struct view content, enum cipher cipher, const struct transport *how, const X509 *to,
    EVP_PKEY *key, struct buf *out)
{
	struct {
		uint8_t key[32], iv[16];
	} fresh;
	struct view cek = view_of(fresh.key, cipher_key_len(cipher)),
	            iv = view_of(fresh.iv, cipher_iv_len(cipher));
	struct buf wrapped = {0}, encrypted = {0};
	struct der d = der_to(out);
	int rc = -1;

	if (RAND_bytes((uint8_t *)&fresh, sizeof fresh) == 1 &&
	    wrap_key(key, cek, how, &wrapped) == 0 &&
	    cipher_encrypt(cipher, cek, iv, content, &encrypted) == 0) {
		cms_begin(&d, NID_pkcs7_enveloped);
		der_small(&d, 0);
		der_begin(&d, DER_SET);
		write_recipient(to, how, buf_view(&wrapped), &d);
		der_end(&d);
		write_content(cipher, iv, buf_view(&encrypted), &d);
		cms_end(&d);
		rc = der_done(&d);
	}
	OPENSSL_cleanse(&fresh, sizeof fresh);
	buf_free(&wrapped);
	buf_free(&encrypted);
	return rc;
}

/* ECDH with the ephemeral-static scheme, KDF over SHA-256 instead of OpenSSL's default of SHA-1. */
static int
write_ec(struct view content, enum cipher cipher, const X509 *to, struct buf *out)
{
	const unsigned flags = CMS_BINARY | CMS_PARTIAL | CMS_KEY_PARAM;
	struct buf der = {0};
	X509 *cert = NULL; /* parsed again, with its key */
	BIO *in = NULL;
	CMS_ContentInfo *cms = NULL;
	CMS_RecipientInfo *ri;
	const unsigned char *p;
	int rc = -1;

	if (ossl_write(&der, to, ASN1_ITEM_rptr(X509)) != 0)
		goto out;
	p = der.p;
	cert = d2i_X509(NULL, &p, (long)der.n);
	in = BIO_new_mem_buf(content.p, (int)content.n);
	cms = CMS_encrypt(NULL, NULL, cipher_evp(cipher), CMS_BINARY | CMS_PARTIAL);
	if (cert == NULL || in == NULL || cms == NULL ||
	    (ri = CMS_add1_recipient_cert(cms, cert, flags)) == NULL ||
	    EVP_PKEY_CTX_set_ecdh_kdf_md(CMS_RecipientInfo_get0_pkey_ctx(ri), EVP_sha256()) != 1 ||
	    CMS_final(cms, in, NULL, CMS_BINARY) != 1)
		goto out;
	rc = ossl_write(out, cms, ASN1_ITEM_rptr(CMS_ContentInfo));
out:
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	X509_free(cert);
	buf_free(&der);
	return rc;
}

int
scep_env_write(struct view content, enum cipher cipher, struct transport how, X509 *to,
    EVP_PKEY *key, struct buf *out, struct err *e)
{
	struct key_facts f = ossl_key_facts(X509_get_X509_PUBKEY(to));
	EVP_PKEY *own = NULL;
	int rc;

	if (!scep_env_possible(&f))
		return err_set(e, ERR_REPLY_KEY, "cannot encrypt to this key");
	if (f.type == EVP_PKEY_RSA && key == NULL &&
	    (key = own = ossl_spki_key(X509_get_X509_PUBKEY(to), e)) == NULL)
		return -1;
	rc = f.type == EVP_PKEY_EC ? write_ec(content, cipher, to, out)
	                           : write_rsa(content, cipher, &how, to, key, out);
	EVP_PKEY_free(own);
	return rc == 0 ? 0 : err_set_ossl(e, ERR_INTERNAL, "cannot write an envelope");
}
