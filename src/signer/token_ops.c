/* SPDX-License-Identifier: ISC
 *
 * What a key in a token does when OpenSSL asks for it: signatures by RSA PKCS#1 v1.5 (RFC 8017
 * section 8.2) and ECDSA, and the raw RSA operation for decryption. The token gets a finished
 * DigestInfo or hash, so that it needs no mechanism beyond the three that every one has.
 */
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "tokens.h"

#define RAW_MAX 2048 /* octets of what a token gives back */

/* An operation under way. */
struct operation {
	struct token_key *key; /* counted */
	const EVP_MD *md;
	EVP_MD_CTX *hash; /* of what is being signed */
};

static void *
operation_new(void *provider)
{
	(void)provider;
	return OPENSSL_zalloc(sizeof(struct operation));
}

static void *
signature_new(void *provider, const char *properties)
{
	(void)properties;
	return operation_new(provider);
}

static void
operation_free(void *operation)
{
	struct operation *o = operation;

	EVP_MD_CTX_free(o->hash);
	token_key_free(o->key);
	OPENSSL_free(o);
}

/* EVP_DigestSignFinal works on a copy, so that more may be added afterwards. */
static void *
operation_copy(void *operation)
{
	const struct operation *from = operation;
	struct operation *to = operation_new(NULL);

	if (to == NULL)
		return NULL;
	to->md = from->md;
	to->key = from->key != NULL ? token_key_ref(from->key) : NULL;
	if (from->hash == NULL || ((to->hash = EVP_MD_CTX_new()) != NULL &&
	                              EVP_MD_CTX_copy_ex(to->hash, from->hash) == 1))
		return to;
	operation_free(to);
	return NULL;
}

static int
set_key(struct operation *o, struct box *box)
{
	if (box != NULL) {
		token_key_free(o->key);
		o->key = token_key_ref(box->key);
	}
	return o->key != NULL;
}

static int
set_digest(struct operation *o, const char *name)
{
	o->md = EVP_get_digestbyname(name);
	return o->md != NULL;
}

/* Only what this provider does; everything else is an error and not another operation than the one
 * that was asked for. */
static int
operation_set(void *operation, const OSSL_PARAM params[])
{
	const OSSL_PARAM *p;
	const char *text;

	if (params == NULL)
		return 1;
	if ((p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_DIGEST)) != NULL &&
	    (OSSL_PARAM_get_utf8_string_ptr(p, &text) != 1 || !set_digest(operation, text)))
		return 0;
	return 1;
}

/* The padding: a number or a name. */
static int
padding_is(const OSSL_PARAM params[], const char *param, int number, const char *name)
{
	const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, param);
	const char *text;
	int value;

	if (p == NULL)
		return 1;
	if (p->data_type == OSSL_PARAM_UTF8_STRING)
		return OSSL_PARAM_get_utf8_string_ptr(p, &text) == 1 && strcmp(text, name) == 0;
	return OSSL_PARAM_get_int(p, &value) == 1 && value == number;
}

static int
rsa_sign_set(void *operation, const OSSL_PARAM params[])
{
	if (params == NULL)
		return 1;
	return padding_is(params, OSSL_SIGNATURE_PARAM_PAD_MODE, RSA_PKCS1_PADDING,
	           OSSL_PKEY_RSA_PAD_MODE_PKCSV15) &&
	       operation_set(operation, params);
}

static int
decrypt_set(void *operation, const OSSL_PARAM params[])
{
	(void)operation;
	if (params == NULL)
		return 1;
	return padding_is(
	    params, OSSL_ASYM_CIPHER_PARAM_PAD_MODE, RSA_NO_PADDING, OSSL_PKEY_RSA_PAD_MODE_NONE);
}

static const OSSL_PARAM *
operation_settable(void *operation, void *provider)
{
	static const OSSL_PARAM settable[] = {
	    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
	    OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_PAD_MODE, NULL, 0), OSSL_PARAM_END};

	(void)operation;
	(void)provider;
	return settable;
}

static int
sign_init(void *operation, void *box, const OSSL_PARAM params[])
{
	return set_key(operation, box) && operation_set(operation, params);
}

static int
rsa_sign_init(void *operation, void *box, const OSSL_PARAM params[])
{
	return set_key(operation, box) && rsa_sign_set(operation, params);
}

/* DigestInfo (RFC 8017 section 9.2), which the token pads and signs; the caller frees. */
static int
digest_info(const EVP_MD *md, struct view hash, unsigned char **der)
{
	X509_SIG *info = X509_SIG_new();
	X509_ALGOR *alg;
	ASN1_OCTET_STRING *digest;
	int n = -1;

	*der = NULL;
	if (info != NULL) {
		X509_SIG_getm(info, &alg, &digest);
		if (X509_ALGOR_set0(alg, OBJ_nid2obj(EVP_MD_get_type(md)), V_ASN1_NULL, NULL) ==
		        1 &&
		    ASN1_OCTET_STRING_set(digest, hash.p, (int)hash.n) == 1)
			n = i2d_X509_SIG(info, der);
	}
	X509_SIG_free(info);
	return n;
}

static int
sign_rsa(struct operation *o, struct view hash, unsigned char *sig, size_t *n)
{
	size_t size = (size_t)EVP_PKEY_get_size(token_key_public(o->key));
	unsigned char *info;
	int len, rc;

	if (o->md == NULL || hash.n != (size_t)EVP_MD_get_size(o->md) ||
	    (len = digest_info(o->md, hash, &info)) <= 0)
		return 0;
	rc = token_key_use(o->key, CKM_RSA_PKCS, view_of(info, (size_t)len), sig, n) == 0 &&
	     *n == size;
	OPENSSL_free(info);
	return rc;
}

/* The token gives r and s one after the other (PKCS#11 section 2.3.1); certificates want
 * Ecdsa-Sig-Value (RFC 3279 section 2.2.3). */
static int
write_ecdsa(struct view raw, unsigned char *sig, size_t *n)
{
	ECDSA_SIG *value = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw.p, (int)raw.n / 2, NULL),
	       *s = BN_bin2bn(raw.p + raw.n / 2, (int)raw.n / 2, NULL);
	int len = -1;

	if (value != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(value, r, s) == 1) {
		r = s = NULL;
		len = i2d_ECDSA_SIG(value, NULL);
		len = len > 0 && (size_t)len <= *n ? i2d_ECDSA_SIG(value, &sig) : -1;
	}
	ECDSA_SIG_free(value);
	BN_free(r);
	BN_free(s);
	if (len <= 0)
		return 0;
	*n = (size_t)len;
	return 1;
}

/* Of a hash that is longer than the order the leftmost bits count (FIPS 186-5 section 6.4.1). */
static int
sign_ec(struct operation *o, struct view hash, unsigned char *sig, size_t *n)
{
	size_t order = ((size_t)EVP_PKEY_get_bits(token_key_public(o->key)) + 7) / 8;
	uint8_t raw[RAW_MAX];
	size_t len = sizeof raw;

	if (hash.n > order)
		hash.n = order;
	return token_key_use(o->key, CKM_ECDSA, hash, raw, &len) == 0 && len == 2 * order &&
	       write_ecdsa(view_of(raw, len), sig, n);
}

static int
sign(void *operation, unsigned char *sig, size_t *n, size_t room, const unsigned char *hash,
    size_t hash_len)
{
	struct operation *o = operation;
	EVP_PKEY *public = token_key_public(o->key);

	*n = (size_t)EVP_PKEY_get_size(public);
	if (sig == NULL)
		return 1;
	if (room < *n)
		return 0;
	return EVP_PKEY_is_a(public, "RSA") ? sign_rsa(o, view_of(hash, hash_len), sig, n)
	                                    : sign_ec(o, view_of(hash, hash_len), sig, n);
}

static int
digest_sign_init(void *operation, const char *digest, void *box, const OSSL_PARAM params[])
{
	struct operation *o = operation;

	if (!sign_init(o, box, params) || (digest != NULL && !set_digest(o, digest)))
		return 0;
	EVP_MD_CTX_free(o->hash);
	o->hash = EVP_MD_CTX_new();
	return o->md != NULL && o->hash != NULL && EVP_DigestInit_ex(o->hash, o->md, NULL) == 1;
}

static int
rsa_digest_sign_init(void *operation, const char *digest, void *box, const OSSL_PARAM params[])
{
	return rsa_sign_set(operation, params) && digest_sign_init(operation, digest, box, params);
}

static int
digest_sign_update(void *operation, const unsigned char *data, size_t n)
{
	struct operation *o = operation;

	return o->hash != NULL && EVP_DigestUpdate(o->hash, data, n) == 1;
}

/* OpenSSL asks for the length first; the hash is still wanted then. */
static int
digest_sign_final(void *operation, unsigned char *sig, size_t *n, size_t room)
{
	struct operation *o = operation;
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (sig != NULL && (o->hash == NULL || EVP_DigestFinal_ex(o->hash, hash, &len) != 1))
		return 0;
	return sign(o, sig, n, room, hash, len);
}

/* The AlgorithmIdentifier of the signature, which X509_sign puts into the certificate (RFC 4055
 * section 5, RFC 5758 section 3.2). */
static int
operation_get(void *operation, OSSL_PARAM params[])
{
	struct operation *o = operation;
	OSSL_PARAM *p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_ALGORITHM_ID);
	bool rsa = EVP_PKEY_is_a(token_key_public(o->key), "RSA");
	X509_ALGOR *alg;
	unsigned char *der = NULL;
	int nid, n = -1, rc;

	if (p == NULL)
		return 1;
	if (o->md == NULL ||
	    OBJ_find_sigid_by_algs(&nid, EVP_MD_get_type(o->md),
	        rsa ? NID_rsaEncryption : NID_X9_62_id_ecPublicKey) != 1 ||
	    (alg = X509_ALGOR_new()) == NULL)
		return 0;
	if (X509_ALGOR_set0(alg, OBJ_nid2obj(nid), rsa ? V_ASN1_NULL : V_ASN1_UNDEF, NULL) == 1)
		n = i2d_X509_ALGOR(alg, &der);
	rc = n > 0 && OSSL_PARAM_set_octet_string(p, der, (size_t)n) == 1;
	OPENSSL_free(der);
	X509_ALGOR_free(alg);
	return rc;
}

static const OSSL_PARAM *
operation_gettable(void *operation, void *provider)
{
	static const OSSL_PARAM gettable[] = {
	    OSSL_PARAM_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, NULL, 0), OSSL_PARAM_END};

	(void)operation;
	(void)provider;
	return gettable;
}

static int
decrypt_init(void *operation, void *box, const OSSL_PARAM params[])
{
	return set_key(operation, box) && decrypt_set(operation, params);
}

/* The result is as long as the modulus, whatever the token leaves out in front. */
static int
decrypt(void *operation, unsigned char *out, size_t *n, size_t room, const unsigned char *in,
    size_t in_len)
{
	struct operation *o = operation;
	size_t k = (size_t)EVP_PKEY_get_size(token_key_public(o->key)), len = k;

	*n = k;
	if (out == NULL)
		return 1;
	if (room < k || in_len != k ||
	    token_key_use(o->key, CKM_RSA_X_509, view_of(in, in_len), out, &len) != 0)
		return 0;
	memmove(out + (k - len), out, len);
	memset(out, 0, k - len);
	return 1;
}

/* ISO C has no conversion between kinds of function pointers but this one. */
#define ENTRY(id, function)                                                                        \
	{                                                                                          \
		id, (void (*)(void))(function)                                                     \
	}
#define ENTRY_END                                                                                  \
	{                                                                                          \
		0, NULL                                                                            \
	}
#define SIGNATURE_ENTRIES                                                                          \
	ENTRY(OSSL_FUNC_SIGNATURE_NEWCTX, signature_new),                                          \
	    ENTRY(OSSL_FUNC_SIGNATURE_FREECTX, operation_free),                                    \
	    ENTRY(OSSL_FUNC_SIGNATURE_DUPCTX, operation_copy),                                     \
	    ENTRY(OSSL_FUNC_SIGNATURE_SIGN, sign),                                                 \
	    ENTRY(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, digest_sign_update),                     \
	    ENTRY(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, digest_sign_final),                       \
	    ENTRY(OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, operation_get),                              \
	    ENTRY(OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS, operation_gettable),                    \
	    ENTRY(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, operation_settable)

const OSSL_DISPATCH token_rsa_signature[] = {SIGNATURE_ENTRIES,
    ENTRY(OSSL_FUNC_SIGNATURE_SIGN_INIT, rsa_sign_init),
    ENTRY(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, rsa_digest_sign_init),
    ENTRY(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, rsa_sign_set), ENTRY_END};

const OSSL_DISPATCH token_ec_signature[] = {SIGNATURE_ENTRIES,
    ENTRY(OSSL_FUNC_SIGNATURE_SIGN_INIT, sign_init),
    ENTRY(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, digest_sign_init),
    ENTRY(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, operation_set), ENTRY_END};

const OSSL_DISPATCH token_rsa_decryption[] = {ENTRY(OSSL_FUNC_ASYM_CIPHER_NEWCTX, operation_new),
    ENTRY(OSSL_FUNC_ASYM_CIPHER_FREECTX, operation_free),
    ENTRY(OSSL_FUNC_ASYM_CIPHER_DECRYPT_INIT, decrypt_init),
    ENTRY(OSSL_FUNC_ASYM_CIPHER_DECRYPT, decrypt),
    ENTRY(OSSL_FUNC_ASYM_CIPHER_SET_CTX_PARAMS, decrypt_set),
    ENTRY(OSSL_FUNC_ASYM_CIPHER_SETTABLE_CTX_PARAMS, operation_settable), ENTRY_END};
