/* SPDX-License-Identifier: ISC
 *
 * See wire/scep_env.h: the incoming half. Nothing here uses a private key, and everything that is
 * refused here is visible to anybody who sees the message.
 */
#include "wire/scep_env.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/ossl.h"
#include "wire/tlv.h"

/* "OID not accepted; accepted: AES-128-CBC, ..." goes to the client, so it holds an OID and our own
 * words only. */
static int
refuse_cipher(const X509_ALGOR *alg, unsigned ciphers, struct err *e)
{
	char oid[80], accepted[160] = "";
	size_t n = 0;

	alg_oid_text(alg, oid);
	for (int c = CIPHER_COUNT - 1; c >= 0; c--)
		if ((ciphers & 1u << c) != 0 && n < sizeof accepted)
			n += (size_t)snprintf(accepted + n, sizeof accepted - n, "%s%s",
			    n > 0 ? ", " : "", cipher_name((enum cipher)c));
	return err_set(
	    e, ERR_CIPHER, "content encryption %s not accepted; accepted: %s", oid, accepted);
}

static int
read_content(struct scep_env *env, unsigned ciphers, struct err *e)
{
	const CMS_ENCRYPTED *ec = env->ed->encrypted;
	const void *param;
	int type;
	size_t block;

	if (OBJ_obj2nid(ec->type) != NID_pkcs7_data)
		return err_set(e, ERR_ENVELOPE, "the encrypted content is not id-data");
	env->cipher = cipher_of(ec->alg);
	if (env->cipher == CIPHER_NONE || (ciphers & 1u << env->cipher) == 0)
		return refuse_cipher(ec->alg, ciphers, e);
	X509_ALGOR_get0(NULL, &type, &param, ec->alg);
	block = cipher_iv_len(env->cipher);
	if (type != V_ASN1_OCTET_STRING || (size_t)ASN1_STRING_length(param) != block)
		return err_set(e, ERR_ENVELOPE, "bad IV for %s", cipher_name(env->cipher));
	env->iv = view_of(ASN1_STRING_get0_data(param), block);
	if (ec->content == NULL)
		return err_set(e, ERR_ENVELOPE, "no encrypted content");
	env->encrypted = ossl_string_view(ec->content);
	if (env->encrypted.n == 0 || env->encrypted.n % block != 0)
		return err_set(
		    e, ERR_ENVELOPE, "%zu octets are no whole number of blocks", env->encrypted.n);
	return 0;
}

static int
read_recipients(struct scep_env *env, struct err *e)
{
	int n = sk_ASN1_TYPE_num(env->ed->recipients);

	if (n > ENV_RECIPIENTS_MAX)
		return err_set(e, ERR_LIMITS, "%d recipients", n);
	for (int i = 0; i < n; i++) {
		/* Key transport is the one choice without a tag; every other kind of recipient is
		 * passed over unread. */
		struct view der = cms_any_view(sk_ASN1_TYPE_value(env->ed->recipients, i));
		CMS_KEY_TRANS *kt = ossl_read(der, ASN1_ITEM_rptr(CMS_KEY_TRANS));

		if (kt != NULL)
			env->recipients[env->n_recipients++] = kt;
	}
	ERR_clear_error();
	if (env->n_recipients == 0)
		return err_set(e, ERR_ENVELOPE, "no recipient by key transport");
	return 0;
}

int
scep_env_read(struct view der, unsigned ciphers, struct scep_env *env, struct err *e)
{
	struct err why = ERR_INIT;
	size_t n;

	*env = (struct scep_env){.cipher = CIPHER_NONE};
	if (tlv_walk(der, &n, &why) != 0 ||
	    (env->ed = cms_read(view_of(der.p, n), NID_pkcs7_enveloped,
	         ASN1_ITEM_rptr(CMS_ENVELOPED), &why)) == NULL)
		return err_set(e, why.code == ERR_LIMITS ? ERR_LIMITS : ERR_ENVELOPE,
		    "envelope: %s", why.detail);
	if (read_content(env, ciphers, e) != 0)
		return -1;
	return read_recipients(env, e);
}

/* RSAES-OAEP-params (RFC 4055 section 4.1). Unreadable ones are refused, never taken for the
 * defaults. */
static int
oaep_read(const X509_ALGOR *alg, struct transport *t)
{
	RSA_OAEP_PARAMS *params;
	const void *value;
	int type, rc = -1;

	*t = (struct transport){KEY_TRANSPORT_OAEP, DIGEST_SHA1, DIGEST_SHA1};
	X509_ALGOR_get0(NULL, &type, &value, alg);
	if (type != V_ASN1_SEQUENCE)
		return -1;
	params = ASN1_item_unpack(value, ASN1_ITEM_rptr(RSA_OAEP_PARAMS));
	if (params == NULL)
		return -1;
	if (params->hashFunc != NULL)
		t->oaep_md = digest_of(params->hashFunc);
	t->oaep_mgf = alg_mgf1_read(params->maskGenFunc);
	if (t->oaep_md == DIGEST_NONE || t->oaep_mgf == DIGEST_NONE)
		goto out;
	if (params->pSourceFunc != NULL) {
		X509_ALGOR_get0(NULL, &type, &value, params->pSourceFunc);
		if (alg_nid(params->pSourceFunc) != NID_pSpecified || type != V_ASN1_OCTET_STRING ||
		    ASN1_STRING_length(value) != 0)
			goto out;
	}
	rc = 0;
out:
	RSA_OAEP_PARAMS_free(params);
	return rc;
}

int
scep_env_recipient(const struct scep_env *env, X509 *cert, struct env_recipient *r, struct err *e)
{
	char oid[80];

	for (size_t i = 0; i < env->n_recipients; i++) {
		const CMS_KEY_TRANS *kt = env->recipients[i];
		int nid = alg_nid(kt->key_alg);

		if (!cms_id_is(kt->rid, cert))
			continue;
		*r = (struct env_recipient){.encrypted_key = ossl_string_view(kt->encrypted_key)};
		if (nid == NID_rsaEncryption ||
		    (nid == NID_rsaesOaep && oaep_read(kt->key_alg, &r->transport) == 0))
			return 0;
		alg_oid_text(kt->key_alg, oid);
		ERR_clear_error();
		return err_set(e, ERR_KEY_TRANSPORT, "key transport %s, or its parameters", oid);
	}
	return 1;
}

int
scep_env_open(const struct scep_env *env, struct view cek, struct secret *out, struct err *e)
{
	if (cipher_decrypt(env->cipher, cek, env->iv, env->encrypted, out) == 0)
		return 0;
	ERR_clear_error();
	return err_set(e, ERR_CONTENT, "the content does not decrypt");
}

void
scep_env_free(struct scep_env *env)
{
	for (size_t i = 0; i < env->n_recipients; i++)
		CMS_KEY_TRANS_free(env->recipients[i]);
	CMS_ENVELOPED_free(env->ed);
	*env = (struct scep_env){.cipher = CIPHER_NONE};
}
