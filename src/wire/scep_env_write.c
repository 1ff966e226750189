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
scep_env_possible(const X509 *to)
{
	struct key_facts f = ossl_key_facts(X509_get_X509_PUBKEY(to));

	return f.sane && ((f.type == EVP_PKEY_RSA && f.bits >= 1024) || f.type == EVP_PKEY_EC);
}

static int
oaep_write(const struct transport *how, X509_ALGOR *alg)
{
	RSA_OAEP_PARAMS *params = RSA_OAEP_PARAMS_new();
	ASN1_STRING *der = NULL;

	if (params != NULL) {
		params->hashFunc = alg_digest_new(how->oaep_md);
		params->maskGenFunc = alg_mgf1_new(how->oaep_mgf);
		if (params->hashFunc != NULL && params->maskGenFunc != NULL)
			der = ASN1_item_pack(params, ASN1_ITEM_rptr(RSA_OAEP_PARAMS), NULL);
	}
	RSA_OAEP_PARAMS_free(params);
	if (der == NULL)
		return -1;
	X509_ALGOR_set0(alg, OBJ_nid2obj(NID_rsaesOaep), V_ASN1_SEQUENCE, der);
	return 0;
}

static int
wrap_key(EVP_PKEY *key, struct view cek, const struct transport *how, CMS_KEY_TRANS *kt)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	uint8_t wrapped[1024]; /* RSA of 8192 bits */
	size_t n = sizeof wrapped;
	int rc = -1;

	if (ctx == NULL || EVP_PKEY_encrypt_init(ctx) != 1)
		goto out;
	if (how->kind == KEY_TRANSPORT_OAEP) {
		if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) != 1 ||
		    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, digest_md(how->oaep_md)) != 1 ||
		    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, digest_md(how->oaep_mgf)) != 1 ||
		    oaep_write(how, kt->key_alg) != 0)
			goto out;
	} else {
		if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1)
			goto out;
		X509_ALGOR_set0(kt->key_alg, OBJ_nid2obj(NID_rsaEncryption), V_ASN1_NULL, NULL);
	}
	if (EVP_PKEY_encrypt(ctx, wrapped, &n, cek.p, cek.n) != 1 ||
	    ASN1_STRING_set(kt->encrypted_key, wrapped, (int)n) != 1)
		goto out;
	rc = 0;
out:
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

/* The one KeyTransRecipientInfo, version 0 with issuer and serial: other forms are unknown to some
 * clients. */
static int
add_recipient(
    CMS_ENVELOPED *ed, struct view cek, const struct transport *how, const X509 *to, struct err *e)
{
	CMS_KEY_TRANS *kt = CMS_KEY_TRANS_new();
	EVP_PKEY *key = ossl_spki_key(X509_get_X509_PUBKEY(to), e);
	struct buf der = {0};
	ASN1_TYPE *any = NULL;
	int rc = -1;

	if (kt == NULL || key == NULL || wrap_key(key, cek, how, kt) != 0)
		goto out;
	CMS_ID_free(kt->rid);
	kt->rid = cms_id_of(to);
	if (kt->rid == NULL || ASN1_INTEGER_set(kt->version, 0) != 1 ||
	    ossl_write(&der, kt, ASN1_ITEM_rptr(CMS_KEY_TRANS)) != 0 ||
	    (any = cms_any(buf_view(&der))) == NULL || sk_ASN1_TYPE_push(ed->recipients, any) <= 0)
		goto out;
	any = NULL;
	rc = 0;
out:
	ASN1_TYPE_free(any);
	buf_free(&der);
	EVP_PKEY_free(key);
	CMS_KEY_TRANS_free(kt);
	return rc;
}

static int
set_content(
    CMS_ENVELOPED *ed, enum cipher cipher, struct view cek, struct view iv, struct view content)
{
	CMS_ENCRYPTED *ec = ed->encrypted;
	ASN1_OCTET_STRING *param = ASN1_OCTET_STRING_new();
	struct buf encrypted = {0};
	int rc = -1;

	ASN1_OBJECT_free(ec->type);
	ec->type = OBJ_nid2obj(NID_pkcs7_data);
	ec->content = ASN1_OCTET_STRING_new();
	if (param == NULL || ec->content == NULL || ASN1_STRING_set(param, iv.p, (int)iv.n) != 1 ||
	    cipher_encrypt(cipher, cek, iv, content, &encrypted) != 0 ||
	    ASN1_STRING_set(ec->content, encrypted.p, (int)encrypted.n) != 1)
		goto out;
	X509_ALGOR_set0(ec->alg, OBJ_nid2obj(cipher_nid(cipher)), V_ASN1_OCTET_STRING, param);
	param = NULL;
	rc = 0;
out:
	ASN1_OCTET_STRING_free(param);
	buf_free(&encrypted);
	return rc;
}

static int
write_rsa(struct view content, enum cipher cipher, const struct transport *how, const X509 *to,
    struct buf *out, struct err *e)
{
	CMS_ENVELOPED *ed = CMS_ENVELOPED_new();
	uint8_t key[32], iv[16];
	struct view cek = view_of(key, cipher_key_len(cipher)),
	            iv_view = view_of(iv, cipher_iv_len(cipher));
	int rc = -1;

	if (ed != NULL && RAND_bytes(key, sizeof key) == 1 && RAND_bytes(iv, sizeof iv) == 1 &&
	    ASN1_INTEGER_set(ed->version, 0) == 1 && add_recipient(ed, cek, how, to, e) == 0 &&
	    set_content(ed, cipher, cek, iv_view, content) == 0)
		rc = cms_write(out, NID_pkcs7_enveloped, ed, ASN1_ITEM_rptr(CMS_ENVELOPED));
	OPENSSL_cleanse(key, sizeof key);
	CMS_ENVELOPED_free(ed);
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
    struct buf *out, struct err *e)
{
	int type = ossl_key_facts(X509_get_X509_PUBKEY(to)).type;

	if (!scep_env_possible(to))
		return err_set(e, ERR_REPLY_KEY, "cannot encrypt to this key");
	if ((type == EVP_PKEY_EC ? write_ec(content, cipher, to, out)
	                         : write_rsa(content, cipher, &how, to, out, e)) != 0)
		return err_set_ossl(e, ERR_INTERNAL, "cannot write an envelope");
	return 0;
}
