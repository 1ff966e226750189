/* SPDX-License-Identifier: ISC
 *
 * Unwrapping with implicit rejection (RFC 8894 section 7 leaves the danger to the implementer; RFC
 * 3218 names it). The RSA operation is raw and the padding is taken off here, in constant time, for
 * the one length of key that the content cipher has. Whatever is wrong with it, the result is a
 * key: one derived from the ciphertext and a secret of the RA key, so that repeating a message
 * shows nothing, on every version of OpenSSL and for a key in hardware as well.
 */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "keys.h"
#include "signer/signer.h"

#define CEK_MAX 32

/* 0xff when a == b, else 0. */
static uint8_t
eq_mask(uint8_t a, uint8_t b)
{
	unsigned x = (unsigned)(a ^ b);

	return (uint8_t)((x - 1) >> 8);
}

/* EME-PKCS1-v1_5 (RFC 8017 section 7.2.2) for a message of exactly n octets: 00 02, non-zero
 * octets, 00, message. The mask is 0xff when the padding is right. No branch and no index depends
 * on the octets. */
static uint8_t
padding_mask(const uint8_t *em, size_t k, size_t n)
{
	uint8_t good = eq_mask(em[0], 0) & eq_mask(em[1], 2) & eq_mask(em[k - n - 1], 0);

	for (size_t i = 2; i < k - n - 1; i++)
		good &= (uint8_t)~eq_mask(em[i], 0);
	return good;
}

/* Zeroes are no padding. */
int
rsa_raw_decrypt(EVP_PKEY *key, struct view in, uint8_t *em, size_t k)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t n = k;
	int rc = -1;

	memset(em, 0, k);
	if (ctx == NULL || EVP_PKEY_decrypt_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) != 1)
		goto out;
	if (in.n != k || EVP_PKEY_decrypt(ctx, em, &n, in.p, in.n) != 1 || n != k)
		memset(em, 0, k);
	rc = 0;
out:
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

static int
unwrap_pkcs1(EVP_PKEY *key, struct view in, size_t n, uint8_t *cek, uint8_t *good)
{
	uint8_t em[MODULUS_MAX];
	size_t k = (size_t)EVP_PKEY_get_size(key);

	if (k > sizeof em || rsa_raw_decrypt(key, in, em, k) != 0)
		return -1;
	*good = padding_mask(em, k, n);
	memcpy(cek, em + k - n, n);
	OPENSSL_cleanse(em, k);
	return 0;
}

static int
unwrap_oaep(EVP_PKEY *key, const struct env_recipient *r, size_t n, uint8_t *cek, uint8_t *good)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	uint8_t out[MODULUS_MAX] = {0};
	size_t len = sizeof out;
	int rc = -1;

	if (ctx == NULL || EVP_PKEY_get_size(key) > MODULUS_MAX ||
	    EVP_PKEY_decrypt_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, digest_md(r->transport.oaep_md)) != 1 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, digest_md(r->transport.oaep_mgf)) != 1)
		goto out;
	*good = EVP_PKEY_decrypt(ctx, out, &len, r->encrypted_key.p, r->encrypted_key.n) == 1 &&
	                len == n
	            ? 0xff
	            : 0;
	memcpy(cek, out, n);
	rc = 0;
out:
	OPENSSL_cleanse(out, sizeof out);
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

int
signer_unwrap(const struct ra_key *k, const struct env_recipient *r, size_t key_len,
    struct secret *cek, struct err *e)
{
	uint8_t found[CEK_MAX] = {0}, synthetic[EVP_MAX_MD_SIZE], good = 0;
	unsigned len = sizeof synthetic;
	int rc = -1;

	if (key_len > CEK_MAX || secret_alloc(cek, key_len) != 0)
		return err_set(e, ERR_INTERNAL, "no room for a key");
	if (HMAC(EVP_sha256(), k->rejection, sizeof k->rejection, r->encrypted_key.p,
	        r->encrypted_key.n, synthetic, &len) == NULL)
		goto out;
	if ((r->transport.kind == KEY_TRANSPORT_OAEP
	            ? unwrap_oaep(k->key, r, key_len, found, &good)
	            : unwrap_pkcs1(k->key, r->encrypted_key, key_len, found, &good)) != 0)
		goto out;
	for (size_t i = 0; i < key_len; i++)
		cek->p[i] = (uint8_t)((found[i] & good) | (synthetic[i] & ~good));
	rc = 0;
out:
	OPENSSL_cleanse(found, sizeof found);
	OPENSSL_cleanse(synthetic, sizeof synthetic);
	if (rc != 0)
		err_set_ossl(e, ERR_INTERNAL, "cannot unwrap");
	ERR_clear_error();
	return rc;
}
