/* SPDX-License-Identifier: ISC
 *
 * See wire/scep_sig.h (RFC 5652 section 5.6, RFC 4056, RFC 5753).
 */
#include "wire/scep_sig.h"

#include <openssl/rsa.h>

static int
pss_read(struct sig_alg *s, const X509_ALGOR *alg)
{
	RSA_PSS_PARAMS *params;
	const ASN1_STRING *der;
	const unsigned char *p;
	const void *value;
	int type, rc = -1;
	long salt;

	X509_ALGOR_get0(NULL, &type, &value, alg);
	if (type != V_ASN1_SEQUENCE)
		return -1;
	der = value;
	p = ASN1_STRING_get0_data(der);
	params = d2i_RSA_PSS_PARAMS(NULL, &p, ASN1_STRING_length(der));
	if (params == NULL)
		return -1;
	salt = params->saltLength != NULL ? ASN1_INTEGER_get(params->saltLength) : 20;
	s->mgf = alg_mgf1_read(params->maskGenAlgorithm);
	s->salt_len = (int)salt;
	if ((params->hashAlgorithm != NULL ? digest_of(params->hashAlgorithm) : DIGEST_SHA1) ==
	        s->digest &&
	    s->mgf != DIGEST_NONE && salt >= 0 && salt <= EVP_MAX_MD_SIZE &&
	    (params->trailerField == NULL || ASN1_INTEGER_get(params->trailerField) == 1))
		rc = 0;
	RSA_PSS_PARAMS_free(params);
	return rc;
}

enum digest
sig_digest(const X509_ALGOR *alg)
{
	struct sig_alg s;
	int md = NID_undef;

	if (alg_nid(alg) != NID_rsassaPss)
		return OBJ_find_sigid_algs(alg_nid(alg), &md, NULL) == 1 ? digest_of_nid(md)
		                                                         : DIGEST_NONE;
	for (int d = 0; d < DIGEST_COUNT; d++)
		if (sig_alg_read(&s, alg, (enum digest)d, EVP_PKEY_RSA) == 0)
			return (enum digest)d;
	return DIGEST_NONE;
}

int
sig_alg_read(struct sig_alg *s, const X509_ALGOR *alg, enum digest d, int key_type)
{
	int nid = alg_nid(alg), md = NID_undef, pk = NID_undef;

	*s = (struct sig_alg){.digest = d};
	if (nid == NID_rsassaPss) {
		s->kind = SIG_RSA_PSS;
		return key_type == EVP_PKEY_RSA || key_type == EVP_PKEY_RSA_PSS ? pss_read(s, alg)
		                                                                : -1;
	}
	if (OBJ_find_sigid_algs(nid, &md, &pk) == 1) {
		if (md != digest_nid(d))
			return -1;
	} else {
		pk = nid;
	}
	if (pk == NID_rsaEncryption && key_type == EVP_PKEY_RSA)
		s->kind = SIG_RSA_PKCS1;
	else if (pk == NID_X9_62_id_ecPublicKey && key_type == EVP_PKEY_EC)
		s->kind = SIG_ECDSA;
	else
		return -1;
	return 0;
}

static int
set_padding(EVP_PKEY_CTX *ctx, const struct sig_alg *s)
{
	if (EVP_PKEY_CTX_set_signature_md(ctx, digest_md(s->digest)) != 1)
		return -1;
	if (s->kind == SIG_RSA_PKCS1)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 ? 0 : -1;
	if (s->kind == SIG_RSA_PSS)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		               EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, digest_md(s->mgf)) == 1 &&
		               EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, s->salt_len) == 1
		           ? 0
		           : -1;
	return 0;
}

int
sig_verify(const struct sig_alg *s, EVP_PKEY *key, struct view data, struct view sig)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	uint8_t md[EVP_MAX_MD_SIZE];
	unsigned len;
	int rc = -1;

	if (ctx != NULL && EVP_Digest(data.p, data.n, md, &len, digest_md(s->digest), NULL) == 1 &&
	    EVP_PKEY_verify_init(ctx) == 1 && set_padding(ctx, s) == 0 &&
	    EVP_PKEY_verify(ctx, sig.p, sig.n, md, len) == 1)
		rc = 0;
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

/* RSASSA-PSS-params with MGF1 over the same digest (RFC 4056 section 3). */
static int
pss_write(const struct sig_alg *s, X509_ALGOR *alg)
{
	RSA_PSS_PARAMS *params = RSA_PSS_PARAMS_new();
	ASN1_STRING *der = NULL;

	if (params != NULL) {
		params->hashAlgorithm = alg_digest_new(s->digest);
		params->maskGenAlgorithm = alg_mgf1_new(s->mgf);
		params->saltLength = ASN1_INTEGER_new();
		if (params->hashAlgorithm != NULL && params->maskGenAlgorithm != NULL &&
		    params->saltLength != NULL &&
		    ASN1_INTEGER_set(params->saltLength, s->salt_len) == 1)
			der = ASN1_item_pack(params, ASN1_ITEM_rptr(RSA_PSS_PARAMS), NULL);
	}
	RSA_PSS_PARAMS_free(params);
	if (der == NULL)
		return -1;
	X509_ALGOR_set0(alg, OBJ_nid2obj(NID_rsassaPss), V_ASN1_SEQUENCE, der);
	return 0;
}

static int
alg_write(const struct sig_alg *s, X509_ALGOR *alg)
{
	int nid;

	if (s->kind == SIG_RSA_PSS)
		return pss_write(s, alg);
	if (s->kind == SIG_RSA_PKCS1)
		return X509_ALGOR_set0(alg, OBJ_nid2obj(NID_rsaEncryption), V_ASN1_NULL, NULL) == 1
		           ? 0
		           : -1;
	if (OBJ_find_sigid_by_algs(&nid, digest_nid(s->digest), NID_X9_62_id_ecPublicKey) != 1)
		return -1;
	return X509_ALGOR_set0(alg, OBJ_nid2obj(nid), V_ASN1_UNDEF, NULL) == 1 ? 0 : -1;
}

int
sig_make(EVP_PKEY *key, enum digest d, bool pss, struct view data, X509_ALGOR *alg, struct buf *sig)
{
	struct sig_alg s = {.digest = d, .mgf = d, .salt_len = EVP_MD_get_size(digest_md(d))};
	EVP_PKEY_CTX *ctx = NULL;
	uint8_t md[EVP_MAX_MD_SIZE], *to;
	unsigned len;
	size_t n;
	int rc = -1;

	if (EVP_PKEY_is_a(key, "EC"))
		s.kind = SIG_ECDSA;
	else if (EVP_PKEY_is_a(key, "RSA"))
		s.kind = pss ? SIG_RSA_PSS : SIG_RSA_PKCS1;
	else
		return -1;
	n = (size_t)EVP_PKEY_get_size(key);
	to = buf_room(sig, n);
	ctx = EVP_PKEY_CTX_new(key, NULL);
	if (to == NULL || ctx == NULL ||
	    EVP_Digest(data.p, data.n, md, &len, digest_md(d), NULL) != 1 ||
	    EVP_PKEY_sign_init(ctx) != 1 || set_padding(ctx, &s) != 0 ||
	    EVP_PKEY_sign(ctx, to, &n, md, len) != 1 || alg_write(&s, alg) != 0)
		goto out;
	sig->n += n;
	rc = 0;
out:
	EVP_PKEY_CTX_free(ctx);
	return rc;
}
