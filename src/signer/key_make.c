/* SPDX-License-Identifier: ISC
 *
 * New private keys and their form on disk: PKCS#8 in PEM, encrypted on demand under PBES2 with
 * scrypt (RFC 8018, RFC 7914), whose cost is that of the static challenges, so that a worker that
 * loads its key does not wait for long.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "signer/ceremony.h"

#define SCRYPT_N 16384
#define SCRYPT_R 8
#define SCRYPT_P 1

static const struct {
	const char *text;
	struct key_spec spec;
} specs[] = {
    {"rsa:2048", {EVP_PKEY_RSA, 2048, 0}},
    {"rsa:3072", {EVP_PKEY_RSA, 3072, 0}},
    {"rsa:4096", {EVP_PKEY_RSA, 4096, 0}},
    {"ec:P-256", {EVP_PKEY_EC, 0, NID_X9_62_prime256v1}},
    {"ec:P-384", {EVP_PKEY_EC, 0, NID_secp384r1}},
    {"ed25519", {EVP_PKEY_ED25519, 0, 0}},
};

int
key_spec_read(const char *text, struct key_spec *spec, struct err *e)
{
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		if (strcasecmp(text, specs[i].text) == 0) {
			*spec = specs[i].spec;
			return 0;
		}
	}
	return err_set(e, ERR_USAGE, "%s is not a key: use %s", text, KEY_SPECS);
}

void
key_spec_of(const EVP_PKEY *key, char out[24])
{
	int type = EVP_PKEY_get_base_id(key), bits = EVP_PKEY_get_bits(key);

	if (type == EVP_PKEY_ED25519)
		snprintf(out, 24, "ed25519");
	else if (type == EVP_PKEY_EC)
		snprintf(out, 24, "ec:P-%d", bits);
	else if (type == EVP_PKEY_RSA)
		snprintf(out, 24, "rsa:%d", bits);
	else
		snprintf(out, 24, "unknown");
}

EVP_PKEY *
key_make(const struct key_spec *spec, struct err *e)
{
	EVP_PKEY *key = NULL;

	switch (spec->type) {
	case EVP_PKEY_RSA:
		key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)spec->bits);
		break;
	case EVP_PKEY_EC:
		key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", OBJ_nid2sn(spec->curve));
		break;
	case EVP_PKEY_ED25519:
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		break;
	}
	if (key == NULL)
		err_set_ossl(e, ERR_INTERNAL, "cannot make a key");
	return key;
}

/* PBES2 with scrypt around a PKCS#8 key; NULL on failure. */
static X509_SIG *
encrypt(PKCS8_PRIV_KEY_INFO *plain, const char *passphrase)
{
	X509_ALGOR *pbe =
	    PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, SCRYPT_N, SCRYPT_R, SCRYPT_P);
	X509_SIG *sealed;

	if (pbe == NULL)
		return NULL;
	sealed = PKCS8_set0_pbe(passphrase, (int)strlen(passphrase), plain, pbe);
	if (sealed == NULL)
		X509_ALGOR_free(pbe);
	return sealed;
}

int
key_pem(const EVP_PKEY *key, const char *passphrase, struct secret *pem, struct err *e)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(key);
	X509_SIG *sealed = NULL;
	char *text;
	long n;
	int rc = -1;

	if (bio == NULL || plain == NULL)
		goto out;
	if (passphrase == NULL) {
		if (PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, plain) != 1)
			goto out;
	} else {
		sealed = encrypt(plain, passphrase);
		if (sealed == NULL || PEM_write_bio_PKCS8(bio, sealed) != 1)
			goto out;
	}
	n = BIO_get_mem_data(bio, &text);
	if (n > 0 && secret_set(pem, text, (size_t)n) == 0)
		rc = 0;
out:
	if (rc != 0)
		err_set_ossl(e, ERR_INTERNAL, "cannot write the key");
	BIO_free(bio);
	PKCS8_PRIV_KEY_INFO_free(plain);
	X509_SIG_free(sealed);
	return rc;
}
