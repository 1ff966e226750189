/* SPDX-License-Identifier: ISC
 *
 * See wire/alg.h. The tables are the whole knowledge of algorithms; everything else looks them up.
 */
#include "wire/alg.h"

#include <openssl/objects.h>

/* `fetched` is what EVP_MD_fetch gave at the first use and stays: OpenSSL looks up what EVP_sha256
 * names at every use of it. */
static struct {
	int nid;
	const char *name;
	EVP_MD *fetched;
} digests[DIGEST_COUNT] = {
    [DIGEST_SHA1] = {NID_sha1, "SHA-1", NULL},
    [DIGEST_SHA256] = {NID_sha256, "SHA-256", NULL},
    [DIGEST_SHA384] = {NID_sha384, "SHA-384", NULL},
    [DIGEST_SHA512] = {NID_sha512, "SHA-512", NULL},
};

static struct {
	int nid;
	const char *name;
	size_t key, iv;
	EVP_CIPHER *fetched;
} ciphers[CIPHER_COUNT] = {
    [CIPHER_DES3] = {NID_des_ede3_cbc, "DES-EDE3-CBC", 24, 8, NULL},
    [CIPHER_AES128] = {NID_aes_128_cbc, "AES-128-CBC", 16, 16, NULL},
    [CIPHER_AES192] = {NID_aes_192_cbc, "AES-192-CBC", 24, 16, NULL},
    [CIPHER_AES256] = {NID_aes_256_cbc, "AES-256-CBC", 32, 16, NULL},
};

int
alg_nid(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *oid;

	X509_ALGOR_get0(&oid, NULL, NULL, alg);
	return OBJ_obj2nid(oid);
}

enum digest
digest_of_nid(int nid)
{
	for (int i = 0; i < DIGEST_COUNT; i++)
		if (digests[i].nid == nid)
			return (enum digest)i;
	return DIGEST_NONE;
}

enum digest
digest_of(const X509_ALGOR *alg)
{
	return digest_of_nid(alg_nid(alg));
}

const EVP_MD *
digest_md(enum digest d)
{
	if (d < 0 || d >= DIGEST_COUNT)
		return NULL;
	if (digests[d].fetched == NULL)
		digests[d].fetched = EVP_MD_fetch(NULL, OBJ_nid2sn(digests[d].nid), NULL);
	return digests[d].fetched;
}

int
digest_nid(enum digest d)
{
	return d >= 0 && d < DIGEST_COUNT ? digests[d].nid : NID_undef;
}

const char *
digest_name(enum digest d)
{
	return d >= 0 && d < DIGEST_COUNT ? digests[d].name : "none";
}

enum cipher
cipher_of(const X509_ALGOR *alg)
{
	int nid = alg_nid(alg);

	for (int i = 0; i < CIPHER_COUNT; i++)
		if (ciphers[i].nid == nid)
			return (enum cipher)i;
	return CIPHER_NONE;
}

const EVP_CIPHER *
cipher_evp(enum cipher c)
{
	if (c < 0 || c >= CIPHER_COUNT)
		return NULL;
	if (ciphers[c].fetched == NULL)
		ciphers[c].fetched = EVP_CIPHER_fetch(NULL, OBJ_nid2sn(ciphers[c].nid), NULL);
	return ciphers[c].fetched;
}

int
cipher_nid(enum cipher c)
{
	return c >= 0 && c < CIPHER_COUNT ? ciphers[c].nid : NID_undef;
}

size_t
cipher_key_len(enum cipher c)
{
	return c >= 0 && c < CIPHER_COUNT ? ciphers[c].key : 0;
}

size_t
cipher_iv_len(enum cipher c)
{
	return c >= 0 && c < CIPHER_COUNT ? ciphers[c].iv : 0;
}

const char *
cipher_name(enum cipher c)
{
	return c >= 0 && c < CIPHER_COUNT ? ciphers[c].name : "none";
}

void
alg_oid_text(const X509_ALGOR *alg, char out[80])
{
	const ASN1_OBJECT *oid;

	X509_ALGOR_get0(&oid, NULL, NULL, alg);
	if (OBJ_obj2txt(out, 80, oid, 1) <= 0)
		strcpy(out, "?");
}

void
alg_hash_write(enum digest hash, int n, struct der *d)
{
	der_begin(d, (uint8_t)DER_CONTEXT_CONSTRUCTED(n));
	der_alg(d, digest_nid(hash), DER_PARAMS_NULL);
	der_end(d);
}

void
alg_mgf1_write(enum digest hash, int n, struct der *d)
{
	der_begin(d, (uint8_t)DER_CONTEXT_CONSTRUCTED(n));
	der_begin(d, DER_SEQUENCE);
	der_oid(d, NID_mgf1);
	der_alg(d, digest_nid(hash), DER_PARAMS_NULL);
	der_end(d);
	der_end(d);
}

enum digest
alg_mgf1_read(const X509_ALGOR *mgf)
{
	const ASN1_STRING *param;
	const void *value;
	X509_ALGOR *hash;
	enum digest d;
	int type;

	if (mgf == NULL)
		return DIGEST_SHA1;
	X509_ALGOR_get0(NULL, &type, &value, mgf);
	if (alg_nid(mgf) != NID_mgf1 || type != V_ASN1_SEQUENCE)
		return DIGEST_NONE;
	param = value;
	hash = ASN1_item_unpack(param, ASN1_ITEM_rptr(X509_ALGOR));
	d = hash != NULL ? digest_of(hash) : DIGEST_NONE;
	X509_ALGOR_free(hash);
	return d;
}

int
cipher_encrypt(enum cipher c, struct view key, struct view iv, struct view in, struct buf *out)
{
	EVP_CIPHER_CTX *ctx = NULL;
	uint8_t *to;
	int n = 0, tail = 0, rc = -1;

	if (key.n != cipher_key_len(c) || iv.n != cipher_iv_len(c) || in.n > INT32_MAX / 2)
		return -1;
	to = buf_room(out, in.n + iv.n);
	ctx = EVP_CIPHER_CTX_new();
	if (to == NULL || ctx == NULL)
		goto out;
	if (EVP_EncryptInit_ex(ctx, cipher_evp(c), NULL, key.p, iv.p) != 1 ||
	    EVP_EncryptUpdate(ctx, to, &n, in.p, (int)in.n) != 1 ||
	    EVP_EncryptFinal_ex(ctx, to + n, &tail) != 1)
		goto out;
	out->n += (size_t)(n + tail);
	out->p[out->n] = 0;
	rc = 0;
out:
	EVP_CIPHER_CTX_free(ctx);
	return rc;
}

int
cipher_decrypt(enum cipher c, struct view key, struct view iv, struct view in, struct secret *out)
{
	EVP_CIPHER_CTX *ctx = NULL;
	int n = 0, tail = 0, rc = -1;

	if (key.n != cipher_key_len(c) || iv.n != cipher_iv_len(c) || in.n > INT32_MAX / 2)
		return -1;
	secret_free(out);
	if (secret_alloc(out, in.n + iv.n) != 0)
		return -1;
	ctx = EVP_CIPHER_CTX_new();
	if (ctx == NULL || EVP_DecryptInit_ex(ctx, cipher_evp(c), NULL, key.p, iv.p) != 1 ||
	    EVP_DecryptUpdate(ctx, out->p, &n, in.p, (int)in.n) != 1 ||
	    EVP_DecryptFinal_ex(ctx, out->p + n, &tail) != 1)
		goto out;
	out->n = (size_t)(n + tail);
	rc = 0;
out:
	EVP_CIPHER_CTX_free(ctx);
	if (rc != 0)
		secret_free(out);
	return rc;
}
