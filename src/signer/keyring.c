/* SPDX-License-Identifier: ISC
 *
 * See signer/keyring.h.
 */
#include "signer/keyring.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/file.h"
#include "base/ossl.h"
#include "keys.h"

#define KEY_FILE_MAX 65536

/* Bits of keyUsage (RFC 5280 section 4.2.1.3). */
#define USAGE_SIGN 0
#define USAGE_ENCIPHER 2

static int
give_passphrase(char *out, int size, int writing, void *passphrase)
{
	size_t n = passphrase != NULL ? strlen(passphrase) : 0;

	(void)writing;
	if (passphrase == NULL || n > (size_t)size)
		return -1;
	memcpy(out, passphrase, n);
	return (int)n;
}

static bool
is_encrypted(const struct secret *pem)
{
	return pem->n > 0 && strstr((const char *)pem->p, "ENCRYPTED") != NULL;
}

bool
key_encrypted(const char *path, uid_t service)
{
	struct secret pem = {0};
	struct err ignored = ERR_INIT;
	bool yes = file_read_secret(path, KEY_FILE_MAX, service, &pem, &ignored) == 0 &&
	           is_encrypted(&pem);

	secret_free(&pem);
	return yes;
}

EVP_PKEY *
key_load(const char *path, const char *passphrase, uid_t service, struct err *e)
{
	struct secret pem = {0};
	EVP_PKEY *key = NULL;
	BIO *in = NULL;
	char *pass = NULL;

	if (file_read_secret(path, KEY_FILE_MAX, service, &pem, e) != 0)
		return NULL;
	in = BIO_new_mem_buf(pem.p, (int)pem.n);
	pass = passphrase != NULL ? OPENSSL_strdup(passphrase) : NULL;
	if (in != NULL)
		key = PEM_read_bio_PrivateKey(in, NULL, give_passphrase, pass);
	if (key == NULL && passphrase == NULL && is_encrypted(&pem))
		err_set(e, ERR_KEY_FILE,
		    "%s: the key is encrypted and no passphrase is configured for it", path);
	else if (key == NULL)
		err_set(e, ERR_KEY_FILE, "%s: no private key in PEM%s", path,
		    passphrase != NULL ? ", or a wrong passphrase" : "");
	ERR_clear_error();
	if (pass != NULL)
		OPENSSL_clear_free(pass, strlen(pass));
	BIO_free(in);
	secret_free(&pem);
	return key;
}

/* The certificate's public key is built from its octets: a key in hardware may not be able to show
 * its own. */
static int
check_match(EVP_PKEY *key, const X509 *cert, struct err *e)
{
	EVP_PKEY *public = ossl_spki_key(X509_get_X509_PUBKEY(cert), e);
	int same = public != NULL && EVP_PKEY_eq(public, key_public_half(key)) == 1;

	EVP_PKEY_free(public);
	ERR_clear_error();
	return same
	           ? 0
	           : err_set(e, ERR_KEY_FILE, "the private key does not belong to the certificate");
}

/* Without a keyUsage nothing is restricted (RFC 5280 section 4.2.1.3). */
static bool
usage_has(const X509 *cert, int bit)
{
	int found = 0;
	ASN1_BIT_STRING *usage = X509_get_ext_d2i(cert, NID_key_usage, &found, NULL);
	bool has = usage != NULL ? ASN1_BIT_STRING_get_bit(usage, bit) != 0 : found == -1;

	ASN1_BIT_STRING_free(usage);
	return has;
}

/* One half of an RA: the key that decrypts or the key that signs, and its certificate. */
static int
check_half(EVP_PKEY *key, const X509 *cert, int usage, const char *name, struct err *e)
{
	if (!EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_get_bits(key) < 2048)
		return err_set(e, ERR_KEY_FILE, "an RA key is RSA of at least 2048 bits");
	if (!usage_has(cert, usage))
		return err_set(
		    e, ERR_KEY_FILE, "no client would use this RA: its keyUsage lacks %s", name);
	return check_match(key, cert, e);
}

struct ra_key *
ra_key_new(EVP_PKEY *key, X509 *cert, struct err *e)
{
	return ra_key_new_two(key, cert, NULL, NULL, e);
}

struct ra_key *
ra_key_new_two(EVP_PKEY *key, X509 *cert, EVP_PKEY *seal_key, X509 *seal_cert, struct err *e)
{
	struct ra_key *k = OPENSSL_zalloc(sizeof *k);
	bool two = seal_key != NULL;

	if (k == NULL) {
		EVP_PKEY_free(key);
		EVP_PKEY_free(seal_key);
		err_set(e, ERR_MEMORY, "RA key");
		return NULL;
	}
	k->key = key;
	k->seal_key = seal_key;
	k->cert = X509_up_ref(cert) ? cert : NULL;
	k->seal_cert = two && X509_up_ref(seal_cert) ? seal_cert : NULL;
	if (check_half(key, cert, USAGE_ENCIPHER, "keyEncipherment", e) == 0 &&
	    check_half(two ? seal_key : key, ra_key_seal_cert(k), USAGE_SIGN, "digitalSignature",
	        e) == 0 &&
	    unwrap_prepare(k, e) == 0)
		return k;
	ra_key_free(k);
	return NULL;
}

struct ca_key *
ca_key_new(EVP_PKEY *key, X509 *cert, struct err *e)
{
	struct ca_key *k = OPENSSL_zalloc(sizeof *k);

	if (k == NULL || (k->kept = OPENSSL_zalloc(sizeof *k->kept)) == NULL ||
	    !X509_up_ref(cert)) {
		if (k != NULL)
			OPENSSL_free(k->kept);
		OPENSSL_free(k);
		EVP_PKEY_free(key);
		err_set(e, ERR_MEMORY, "CA key");
		return NULL;
	}
	k->key = key;
	k->cert = cert;
	if (EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) < 2048)
		err_set(e, ERR_KEY_FILE, "an RSA key of a CA has at least 2048 bits");
	else if (check_match(key, cert, e) == 0)
		return k;
	ca_key_free(k);
	return NULL;
}

void
ra_key_free(struct ra_key *k)
{
	if (k == NULL)
		return;
	if (k->kept != NULL) {
		EVP_PKEY_CTX_free(k->kept->decrypt);
		sig_ctx_free(&k->kept->seal);
	}
	OPENSSL_clear_free(k->kept, sizeof *k->kept);
	EVP_PKEY_free(k->key);
	X509_free(k->cert);
	EVP_PKEY_free(k->seal_key);
	X509_free(k->seal_cert);
	OPENSSL_free(k);
}

void
ca_key_free(struct ca_key *k)
{
	if (k == NULL)
		return;
	sig_ctx_free(k->kept);
	OPENSSL_free(k->kept);
	EVP_PKEY_free(k->key);
	X509_free(k->cert);
	OPENSSL_free(k);
}

int
ra_key_here(const struct ra_key *k, struct err *e)
{
	if (key_here(k->key, e) != 0)
		return -1;
	return k->seal_key != NULL ? key_here(k->seal_key, e) : 0;
}

int
ca_key_here(const struct ca_key *k, struct err *e)
{
	return key_here(k->key, e);
}

X509 *
ra_key_cert(const struct ra_key *k)
{
	return k->cert;
}

X509 *
ra_key_seal_cert(const struct ra_key *k)
{
	return k->seal_cert != NULL ? k->seal_cert : k->cert;
}
