/* SPDX-License-Identifier: ISC
 *
 * See signer/token.h: keys in tokens are opened, and asked whether they are there.
 */
#include <openssl/err.h>

#include "base/ossl.h"
#include "tokens.h"

/* The public half that the certificate shows; tokens here have RSA and EC keys. */
static EVP_PKEY *
public_of(X509 *cert, struct err *e)
{
	EVP_PKEY *key = ossl_spki_key(X509_get_X509_PUBKEY(cert), NULL);

	if (key != NULL && (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "EC")))
		return key;
	err_set(e, ERR_CONFIG, "the certificate of a key in a token has an RSA or EC key");
	EVP_PKEY_free(key);
	return NULL;
}

EVP_PKEY *
token_open(const struct token_place *place, X509 *cert, struct err *e)
{
	EVP_PKEY *public = cert != NULL ? public_of(cert, e) : NULL;
	struct err away = ERR_INIT;
	struct token_key *k;

	if (cert != NULL && public == NULL)
		return NULL;
	k = token_key_new(place, public, e);
	EVP_PKEY_free(public);
	if (k == NULL)
		return NULL;
	if (token_key_here(k, &away) != 0 && cert == NULL) {
		err_set(e, away.code, "%s", away.detail);
		token_key_free(k);
		return NULL;
	}
	return token_evp(k, e);
}

const char *
key_uri(const EVP_PKEY *key)
{
	const struct token_key *k = token_of(key);

	return k != NULL ? token_key_uri(k) : NULL;
}

const EVP_PKEY *
key_public_half(const EVP_PKEY *key)
{
	const struct token_key *k = token_of(key);

	return k != NULL ? token_key_public(k) : key;
}

int
key_here(const EVP_PKEY *key, struct err *e)
{
	struct token_key *k = token_of(key);

	return k != NULL ? token_key_here(k, e) : 0;
}

int
key_fault(const EVP_PKEY *key, struct err *e, enum err_code code, const char *what)
{
	const struct token_key *k = token_of(key);

	if (k == NULL || !token_key_gone(k, e))
		return err_set_ossl(e, code, what);
	ERR_clear_error();
	return -1;
}
