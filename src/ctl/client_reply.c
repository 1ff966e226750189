/* SPDX-License-Identifier: ISC
 *
 * The answer to a request (RFC 8894 section 3.3.2). It is believed only when a certificate that
 * GetCACert gave signed it for this very transaction and nonce, and when the certificate in it is
 * for our key and by that CA.
 */
#include "ctl/client.h"

#include <ctype.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/ossl.h"
#include "wire/csr.h"
#include "wire/scep_body.h"

#define CEK_MAX 1024

/* Some servers leave their certificate out of the reply: then it is one of GetCACert. */
static int
verify_reply(const struct client_ca *ca, struct scep_msg *m, struct err *e)
{
	const CMS_ID *sid = sk_CMS_SIGNER_value(m->sd->signers, 0)->sid;
	X509 *known = NULL;

	for (int i = 0; i < sk_X509_num(ca->certs) && known == NULL; i++) {
		if (cms_id_is(sid, sk_X509_value(ca->certs, i)))
			known = sk_X509_value(ca->certs, i);
	}
	if (scep_msg_verify(m, ALGS_ALL.digests, known, e) != 0)
		return -1;
	return client_ca_signs(ca, m->signer)
	           ? 0
	           : err_set(e, ERR_SIGNER,
	                 "the reply is signed by a certificate that GetCACert did not give");
}

static int
check_attrs(const struct client_request *r, const struct scep_attrs *a, struct err *e)
{
	if (a->type != TYPE_CERT_REP)
		return err_set(e, ERR_TYPE, "the reply is not a CertRep");
	if (!view_eq(a->transaction_id, view_str(r->transaction_id)))
		return err_set(e, ERR_ATTRIBUTE, "the reply is for another transactionID");
	if (!view_eq(a->recipient_nonce, view_of(r->nonce, NONCE_LEN)))
		return err_set(
		    e, ERR_ATTRIBUTE, "the recipientNonce is not the nonce that was sent");
	if (a->status != STATUS_SUCCESS && a->status != STATUS_FAILURE &&
	    a->status != STATUS_PENDING)
		return err_set(e, ERR_ATTRIBUTE, "the reply has no pkiStatus");
	return 0;
}

static int
unwrap(const struct env_recipient *er, EVP_PKEY *key, struct secret *cek, struct err *e)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	uint8_t octets[CEK_MAX];
	size_t n = sizeof(octets);
	bool oaep = er->transport.kind == KEY_TRANSPORT_OAEP;
	int rc = -1;

	if (ctx != NULL && EVP_PKEY_decrypt_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, oaep ? RSA_PKCS1_OAEP_PADDING : RSA_PKCS1_PADDING) ==
	        1 &&
	    (!oaep ||
	        (EVP_PKEY_CTX_set_rsa_oaep_md(ctx, digest_md(er->transport.oaep_md)) == 1 &&
	            EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, digest_md(er->transport.oaep_mgf)) == 1)) &&
	    EVP_PKEY_decrypt(ctx, octets, &n, er->encrypted_key.p, er->encrypted_key.n) == 1)
		rc = secret_set(cek, octets, n);
	OPENSSL_cleanse(octets, sizeof(octets));
	EVP_PKEY_CTX_free(ctx);
	return rc == 0 ? 0 : err_set_ossl(e, ERR_CONTENT, "cannot unwrap the key of the reply");
}

static int
open_rsa(struct view der, const struct client_signer *by, struct secret *out, struct err *e)
{
	struct scep_env env = {0};
	struct env_recipient er;
	struct secret cek = {0};
	int rc = -1, found;

	if (scep_env_read(der, ALGS_ALL.ciphers, &env, e) != 0)
		goto out;
	found = scep_env_recipient(&env, by->cert, &er, e);
	if (found == 1)
		err_set(e, ERR_RECIPIENT,
		    "the reply is not encrypted to the key that signed the request");
	if (found != 0 || unwrap(&er, by->key, &cek, e) != 0)
		goto out;
	if (cek.n != cipher_key_len(env.cipher)) {
		err_set(e, ERR_CONTENT, "the key of the reply has %zu octets", cek.n);
		goto out;
	}
	rc = scep_env_open(&env, secret_view(&cek), out, e);
out:
	secret_free(&cek);
	scep_env_free(&env);
	return rc;
}

/* A reply to an EC key is a KeyAgreeRecipientInfo, which the codec only writes. */
static int
open_ec(struct view der, const struct client_signer *by, struct secret *out, struct err *e)
{
	const unsigned char *p = der.p;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.n);
	BIO *plain = BIO_new(BIO_s_mem());
	char *data;
	long n;
	int rc = -1;

	if (cms != NULL && plain != NULL &&
	    CMS_decrypt(cms, by->key, by->cert, NULL, plain, 0) == 1 &&
	    (n = BIO_get_mem_data(plain, &data)) > 0)
		rc = secret_set(out, data, (size_t)n);
	BIO_free(plain);
	CMS_ContentInfo_free(cms);
	return rc == 0 ? 0 : err_set_ossl(e, ERR_CONTENT, "the reply does not decrypt");
}

/* The certificate for our key comes first, whatever order the server used. */
static int
choose_issued(STACK_OF(X509) *certs, const X509_PUBKEY *spki, struct err *e)
{
	for (int i = 0; spki != NULL && i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		if (!csr_same_key(X509_get_X509_PUBKEY(cert), spki))
			continue;
		sk_X509_delete(certs, i);
		if (sk_X509_unshift(certs, cert) > 0)
			return 0;
		X509_free(cert);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	if (spki == NULL && sk_X509_num(certs) > 0)
		return 0;
	return err_set(e, ERR_CONTENT, "the reply holds no certificate for the key of the request");
}

static int
check_issuer(const struct client_ca *ca, X509 *cert, struct err *e)
{
	EVP_PKEY *key;
	int rc;

	if (ca->issuer == NULL)
		return 0;
	key = X509_get0_pubkey(ca->issuer);
	rc = key != NULL &&
	     X509_NAME_cmp(X509_get_issuer_name(cert), X509_get_subject_name(ca->issuer)) == 0 &&
	     X509_verify(cert, key) == 1;
	return rc ? 0
	          : err_set_ossl(
	                e, ERR_CONTENT, "the certificate is not issued by the CA of GetCACert");
}

static int
open_certs(const struct client_ca *ca, const struct client_signer *by, const X509_PUBKEY *spki,
    struct view envelope, struct client_reply *out, struct err *e)
{
	struct secret plain = {0};
	int rc = -1;

	if ((EVP_PKEY_get_base_id(by->key) == EVP_PKEY_RSA ? open_rsa(envelope, by, &plain, e)
	                                                   : open_ec(envelope, by, &plain, e)) != 0)
		goto out;
	out->certs = certs_only_read(secret_view(&plain), NULL, e);
	if (out->certs == NULL || choose_issued(out->certs, spki, e) != 0)
		goto out;
	rc = check_issuer(ca, sk_X509_value(out->certs, 0), e);
out:
	secret_free(&plain);
	return rc;
}

int
client_reply_read(const struct client_ca *ca, const struct client_request *r,
    const struct client_signer *by, const X509_PUBKEY *spki, struct view der,
    struct client_reply *out, struct err *e)
{
	struct err why = ERR_INIT;
	struct scep_msg m = {0};
	int rc = -1;

	*out = (struct client_reply){.status = STATUS_NONE, .fail_info = FAIL_NONE};
	if (scep_msg_read(der, &m, &why) != 0) {
		err_set(e, why.code, "the answer is not a SCEP message: %s", why.detail);
		goto out;
	}
	if (verify_reply(ca, &m, e) != 0 || check_attrs(r, &m.attrs, e) != 0)
		goto out;
	out->status = m.attrs.status;
	out->fail_info = m.attrs.fail_info;
	for (size_t i = 0; i < m.attrs.fail_text.n && i + 1 < sizeof(out->fail_text); i++)
		out->fail_text[i] =
		    iscntrl(m.attrs.fail_text.p[i]) ? '?' : (char)m.attrs.fail_text.p[i];
	rc = m.attrs.status == STATUS_SUCCESS ? open_certs(ca, by, spki, m.content, out, e) : 0;
out:
	scep_msg_free(&m);
	if (rc != 0)
		client_reply_free(out);
	return rc;
}

void
client_reply_free(struct client_reply *r)
{
	sk_X509_pop_free(r->certs, X509_free);
	*r = (struct client_reply){.status = STATUS_NONE, .fail_info = FAIL_NONE};
}
