/* SPDX-License-Identifier: ISC
 *
 * Unwrapping with implicit rejection (RFC 8894 section 7 leaves the danger to the implementer; RFC
 * 3218 names it). The RSA operation is raw and either padding is taken off here, in constant time,
 * for the one length of key that the content cipher has. Whatever is wrong with it, the result is a
 * key: one derived from the ciphertext and a secret of the RA key, so that repeating a message
 * shows nothing, on every version of OpenSSL and for a key in hardware as well.
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/ossl.h"
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

/* Whether a number of k octets is below the modulus. Both can be seen by everybody. */
static bool
is_below_modulus(const struct ra_key *k, const uint8_t *in, size_t n)
{
	struct ra_kept *kept = k->kept;
	BIGNUM *modulus = NULL;

	if (kept->size != n &&
	    EVP_PKEY_get_bn_param(k->key, OSSL_PKEY_PARAM_RSA_N, &modulus) == 1 &&
	    BN_bn2binpad(modulus, kept->modulus, (int)n) == (int)n)
		kept->size = n;
	BN_free(modulus);
	return kept->size == n && memcmp(in, kept->modulus, n) < 0;
}

void
ra_kept_renew(struct ra_kept *kept)
{
	EVP_PKEY_CTX_free(kept->decrypt);
	kept->decrypt = NULL;
	sig_ctx_renew(&kept->seal);
}

/* The context of raw decryption; NULL: the key cannot. */
static EVP_PKEY_CTX *
context(const struct ra_key *k)
{
	struct ra_kept *kept = k->kept;
	EVP_PKEY *use;

	if (kept->decrypt != NULL)
		return kept->decrypt;
	use = sig_key(k->key, kept->seal.anew);
	kept->decrypt = EVP_PKEY_CTX_new(use, NULL);
	EVP_PKEY_free(use);
	if (kept->decrypt != NULL && EVP_PKEY_decrypt_init(kept->decrypt) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(kept->decrypt, RSA_NO_PADDING) == 1)
		return kept->decrypt;
	EVP_PKEY_CTX_free(kept->decrypt);
	return kept->decrypt = NULL;
}

/* The raw RSA operation into em[n], right-aligned by definition. A ciphertext of the wrong length
 * or not below the modulus gives zeroes, which are no padding; so a failure of the operation is
 * always one of ours, and not the client's. */
static int
raw_decrypt(const struct ra_key *k, struct view in, uint8_t *em, size_t n)
{
	EVP_PKEY_CTX *ctx;
	size_t made = n;

	memset(em, 0, n);
	if (in.n != n || !is_below_modulus(k, in.p, n))
		return 0;
	if ((ctx = context(k)) != NULL && EVP_PKEY_decrypt(ctx, em, &made, in.p, in.n) == 1 &&
	    made == n)
		return 0;
	ra_kept_renew(k->kept);
	return -1;
}

static void
unwrap_pkcs1(const uint8_t *em, size_t k, size_t n, uint8_t *cek, uint8_t *good)
{
	*good = padding_mask(em, k, n);
	memcpy(cek, em + k - n, n);
}

/* Adds MGF1 over `seed` (RFC 8017 appendix B.2.1) to out[n]. */
static int
mask(const EVP_MD *md, const uint8_t *seed, size_t seed_len, uint8_t *out, size_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t block[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	int rc = ctx != NULL ? 0 : -1;

	for (size_t at = 0, counter = 0; rc == 0 && at < n; counter++) {
		const uint8_t c[4] = {0, 0, (uint8_t)(counter >> 8), (uint8_t)counter};

		if (EVP_DigestInit_ex(ctx, md, NULL) != 1 ||
		    EVP_DigestUpdate(ctx, seed, seed_len) != 1 ||
		    EVP_DigestUpdate(ctx, c, sizeof c) != 1 ||
		    EVP_DigestFinal_ex(ctx, block, &len) != 1)
			rc = -1;
		for (size_t i = 0; rc == 0 && i < len && at < n; i++)
			out[at++] ^= block[i];
	}
	OPENSSL_cleanse(block, sizeof block);
	EVP_MD_CTX_free(ctx);
	return rc;
}

/* EME-OAEP (RFC 8017 section 7.1.2) with an empty label, for a message of exactly n octets: it
 * stands at the end, so nothing has to be looked for. In 2048 bits, the least that an RA has, there
 * is room for every hash. */
static int
unwrap_oaep(const struct transport *t, uint8_t *em, size_t k, size_t n, uint8_t *cek, uint8_t *good)
{
	const EVP_MD *md = digest_md(t->oaep_md), *mgf = digest_md(t->oaep_mgf);
	size_t h = (size_t)EVP_MD_get_size(md), rest = k - h - 1;
	uint8_t *seed = em + 1, *db = em + 1 + h, hash[EVP_MAX_MD_SIZE];

	if (mask(mgf, db, rest, seed, h) != 0 || mask(mgf, seed, h, db, rest) != 0 ||
	    EVP_Digest("", 0, hash, NULL, md, NULL) != 1)
		return -1;
	*good = eq_mask(em[0], 0) & eq_mask(db[rest - n - 1], 1);
	for (size_t i = 0; i < h; i++)
		*good &= eq_mask(db[i], hash[i]);
	for (size_t i = h; i < rest - n - 1; i++)
		*good &= eq_mask(db[i], 0);
	memcpy(cek, db + rest - n, n);
	return 0;
}

/* What stands in the encrypted key, and whether its padding is right. -1: the key failed. */
static int
unwrap(const struct ra_key *k, const struct env_recipient *r, size_t n, uint8_t *cek, uint8_t *good)
{
	uint8_t em[MODULUS_MAX];
	size_t size = (size_t)EVP_PKEY_get_size(k->key);
	int rc = -1;

	if (size > sizeof em || raw_decrypt(k, r->encrypted_key, em, size) != 0)
		goto out;
	rc = 0;
	if (r->transport.kind == KEY_TRANSPORT_OAEP)
		rc = unwrap_oaep(&r->transport, em, size, n, cek, good);
	else
		unwrap_pkcs1(em, size, n, cek, good);
out:
	OPENSSL_cleanse(em, sizeof em);
	return rc;
}

/* A secret that only the holder of the key can compute and that is the same in every worker on
 * every host, whether the key is a file or in a token: the hash of what the key makes of a block of
 * our own. A client that sends that block learns nothing of it, since it has no padding. By
 * decryption and not by a signature, because a token may have a key that does not sign. */
static int
learn_rejection(const struct ra_key *k)
{
	static const uint8_t text[] = "scepd implicit rejection 1";
	uint8_t block[MODULUS_MAX] = {0}, made[MODULUS_MAX];
	size_t size = (size_t)EVP_PKEY_get_size(k->key);
	int rc = -1;

	if (k->kept->known)
		return 0;
	/* Below every modulus of that size, as its first octet is zero. */
	if (size <= sizeof block &&
	    mask(EVP_sha256(), text, sizeof text, block + 1, size - 1) == 0 &&
	    raw_decrypt(k, view_of(block, size), made, size) == 0) {
		ossl_sha256(view_of(made, size), k->kept->secret);
		k->kept->known = true;
		rc = 0;
	}
	OPENSSL_cleanse(made, sizeof made);
	return rc;
}

int
unwrap_prepare(struct ra_key *k, struct err *e)
{
	struct err away = ERR_INIT;

	if ((k->kept = OPENSSL_zalloc(sizeof *k->kept)) == NULL)
		return err_set(e, ERR_MEMORY, "RA key");
	/* A token that is away is asked with the first message. */
	if (key_here(k->key, &away) != 0 || learn_rejection(k) == 0)
		return 0;
	return key_fault(k->key, e, ERR_KEY_FILE, "the RA key does not decrypt");
}

int
signer_unwrap(const struct ra_key *k, const struct env_recipient *r, size_t key_len,
    struct secret *cek, struct err *e)
{
	uint8_t found[CEK_MAX] = {0}, synthetic[CEK_MAX], good = 0;
	int rc = -1;

	if (key_len > CEK_MAX || secret_alloc(cek, key_len) != 0)
		return err_set(e, ERR_INTERNAL, "no room for a key");
	if (learn_rejection(k) != 0 || unwrap(k, r, key_len, found, &good) != 0)
		goto out;
	if (ossl_hmac(
	        view_of(k->kept->secret, sizeof k->kept->secret), r->encrypted_key, synthetic) != 0)
		goto out;
	for (size_t i = 0; i < key_len; i++)
		cek->p[i] = (uint8_t)((found[i] & good) | (synthetic[i] & ~good));
	rc = 0;
out:
	OPENSSL_cleanse(found, sizeof found);
	OPENSSL_cleanse(synthetic, sizeof synthetic);
	if (rc != 0)
		key_fault(k->key, e, ERR_INTERNAL, "cannot unwrap");
	ERR_clear_error();
	return rc;
}
