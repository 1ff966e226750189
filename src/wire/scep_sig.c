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

void
sig_ctx_free(struct sig_ctx *c)
{
	EVP_PKEY_CTX_free(c->ctx);
	*c = (struct sig_ctx){0};
}

void
known_key_free(struct known_key *k)
{
	sig_ctx_free(&k->ctx);
	EVP_PKEY_free(k->key);
	*k = (struct known_key){0};
}

void
sig_ctx_renew(struct sig_ctx *c)
{
	sig_ctx_free(c);
	c->anew = true;
}

EVP_PKEY *
sig_key(EVP_PKEY *key, bool anew)
{
	EVP_PKEY *copy = anew ? EVP_PKEY_dup(key) : NULL;

	if (copy == NULL && EVP_PKEY_up_ref(key) == 1)
		copy = key;
	return copy;
}

static bool
is_for(const struct sig_ctx *c, const struct sig_alg *s, bool signs)
{
	return c->ctx != NULL && c->signs == signs && c->alg.kind == s->kind &&
	       c->alg.digest == s->digest && c->alg.mgf == s->mgf && c->alg.salt_len == s->salt_len;
}

/* The context for this; NULL: the key cannot. */
static EVP_PKEY_CTX *
context(struct sig_ctx *c, EVP_PKEY *key, const struct sig_alg *s, bool signs)
{
	EVP_PKEY *use;

	if (is_for(c, s, signs))
		return c->ctx;
	EVP_PKEY_CTX_free(c->ctx);
	use = sig_key(key, c->anew);
	*c = (struct sig_ctx){
	    .ctx = EVP_PKEY_CTX_new(use, NULL), .alg = *s, .signs = signs, .anew = c->anew};
	EVP_PKEY_free(use);
	if (c->ctx != NULL &&
	    (signs ? EVP_PKEY_sign_init(c->ctx) : EVP_PKEY_verify_init(c->ctx)) == 1 &&
	    set_padding(c->ctx, s) == 0)
		return c->ctx;
	EVP_PKEY_CTX_free(c->ctx);
	c->ctx = NULL;
	return NULL;
}

int
sig_verify(struct known_key *k, const struct sig_alg *s, struct view data, struct view sig)
{
	EVP_PKEY_CTX *ctx = context(&k->ctx, k->key, s, false);
	uint8_t md[EVP_MAX_MD_SIZE];
	unsigned len;

	return ctx != NULL &&
	               EVP_Digest(data.p, data.n, md, &len, digest_md(s->digest), NULL) == 1 &&
	               EVP_PKEY_verify(ctx, sig.p, sig.n, md, len) == 1
	           ? 0
	           : -1;
}

int
sig_alg_of(const EVP_PKEY *key, enum digest d, bool pss, struct sig_alg *s)
{
	*s = (struct sig_alg){.digest = d};
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
		s->kind = SIG_ECDSA;
	else if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
		return -1;
	else if (pss) {
		s->kind = SIG_RSA_PSS;
		s->mgf = d;
		s->salt_len = EVP_MD_get_size(digest_md(d));
	}
	return 0;
}

/* RSASSA-PSS-params with MGF1 over the same digest (RFC 4056 section 3). */
static void
pss_write(const struct sig_alg *s, struct der *d)
{
	der_begin(d, DER_SEQUENCE);
	der_oid(d, NID_rsassaPss);
	der_begin(d, DER_SEQUENCE);
	alg_hash_write(s->digest, 0, d);
	alg_mgf1_write(s->mgf, 1, d);
	der_begin(d, DER_CONTEXT_CONSTRUCTED(2));
	der_small(d, (uint8_t)s->salt_len);
	der_end(d);
	der_end(d);
	der_end(d);
}

void
sig_alg_write(const struct sig_alg *s, struct der *d)
{
	int nid = NID_undef;

	if (s->kind == SIG_RSA_PSS)
		pss_write(s, d);
	else if (s->kind == SIG_RSA_PKCS1)
		der_alg(d, NID_rsaEncryption, DER_PARAMS_NULL);
	else {
		OBJ_find_sigid_by_algs(&nid, digest_nid(s->digest), NID_X9_62_id_ecPublicKey);
		der_alg(d, nid, DER_PARAMS_ABSENT);
	}
}

int
sig_make(
    EVP_PKEY *key, struct sig_ctx *kept, const struct sig_alg *s, struct view data, struct buf *sig)
{
	EVP_PKEY_CTX *ctx = context(kept, key, s, true);
	size_t n = (size_t)EVP_PKEY_get_size(key);
	uint8_t md[EVP_MAX_MD_SIZE], *to = buf_room(sig, n);
	unsigned len;

	if (ctx == NULL || to == NULL ||
	    EVP_Digest(data.p, data.n, md, &len, digest_md(s->digest), NULL) != 1 ||
	    EVP_PKEY_sign(ctx, to, &n, md, len) != 1) {
		sig_ctx_renew(kept);
		return -1;
	}
	sig->n += n;
	return 0;
}
