/* SPDX-License-Identifier: ISC
 *
 * A key in a token as an EVP_PKEY, so that what signs and decrypts need not know where a key is.
 * OpenSSL asks a provider for that; this one is built in, lives in a library context of its own,
 * and so is used for these keys alone. What it does not do itself it leaves to the public half,
 * which is an ordinary key. What the key does is in token_ops.c.
 */
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include "tokens.h"

#define PROVIDER "scepd-token"
#define KEY_PARAM "scepd-token-key"

static void *
key_new(void *provider)
{
	(void)provider;
	return OPENSSL_zalloc(sizeof(struct box));
}

static void
key_free(void *box)
{
	token_key_free(((struct box *)box)->key);
	OPENSSL_free(box);
}

static int
key_import(void *box, int selection, const OSSL_PARAM params[])
{
	const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, KEY_PARAM);
	const void *key = NULL;
	size_t n;

	(void)selection;
	if (p == NULL || OSSL_PARAM_get_octet_ptr(p, &key, &n) != 1 || key == NULL)
		return 0;
	((struct box *)box)->key = token_key_ref((struct token_key *)key);
	return 1;
}

static const OSSL_PARAM *
key_import_types(int selection)
{
	static const OSSL_PARAM types[] = {
	    OSSL_PARAM_octet_ptr(KEY_PARAM, NULL, 0), OSSL_PARAM_END};

	(void)selection;
	return types;
}

static int
key_has(const void *box, int selection)
{
	(void)selection;
	return ((const struct box *)box)->key != NULL;
}

static int
key_match(const void *a, const void *b, int selection)
{
	const struct box *x = a, *y = b;

	(void)selection;
	return EVP_PKEY_eq(token_key_public(x->key), token_key_public(y->key)) == 1;
}

/* The public half goes wherever OpenSSL wants it. */
static int
key_export(void *box, int selection, OSSL_CALLBACK *take, void *arg)
{
	OSSL_PARAM *params = NULL;
	int rc;

	if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 ||
	    EVP_PKEY_todata(
	        token_key_public(((struct box *)box)->key), EVP_PKEY_PUBLIC_KEY, &params) != 1)
		return 0;
	rc = take(params, arg);
	OSSL_PARAM_free(params);
	return rc;
}

static const OSSL_PARAM *
key_export_types(int selection)
{
	static const OSSL_PARAM types[] = {OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
	    OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
	    OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
	    OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0), OSSL_PARAM_END};

	return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 ? NULL : types;
}

static int
key_get(void *box, OSSL_PARAM params[])
{
	struct token_key *key = ((struct box *)box)->key;
	OSSL_PARAM *p = OSSL_PARAM_locate(params, KEY_PARAM);

	if (p != NULL)
		return OSSL_PARAM_set_octet_ptr(p, key, sizeof key);
	return EVP_PKEY_get_params(token_key_public(key), params);
}

static const OSSL_PARAM *
key_gettable(void *provider)
{
	static const OSSL_PARAM gettable[] = {OSSL_PARAM_octet_ptr(KEY_PARAM, NULL, 0),
	    OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
	    OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
	    OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL), OSSL_PARAM_END};

	(void)provider;
	return gettable;
}

static const char *
ec_operation(int operation)
{
	return operation == OSSL_OP_SIGNATURE ? "ECDSA" : NULL;
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
#define KEY_ENTRIES                                                                                \
	ENTRY(OSSL_FUNC_KEYMGMT_NEW, key_new), ENTRY(OSSL_FUNC_KEYMGMT_FREE, key_free),            \
	    ENTRY(OSSL_FUNC_KEYMGMT_IMPORT, key_import),                                           \
	    ENTRY(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, key_import_types),                               \
	    ENTRY(OSSL_FUNC_KEYMGMT_HAS, key_has), ENTRY(OSSL_FUNC_KEYMGMT_MATCH, key_match),      \
	    ENTRY(OSSL_FUNC_KEYMGMT_EXPORT, key_export),                                           \
	    ENTRY(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, key_export_types),                               \
	    ENTRY(OSSL_FUNC_KEYMGMT_GET_PARAMS, key_get),                                          \
	    ENTRY(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, key_gettable)

static const OSSL_DISPATCH rsa_key[] = {KEY_ENTRIES, ENTRY_END};
static const OSSL_DISPATCH ec_key[] = {
    KEY_ENTRIES, ENTRY(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, ec_operation), ENTRY_END};

static const OSSL_ALGORITHM keys[] = {{"RSA:rsaEncryption", "provider=" PROVIDER, rsa_key, NULL},
    {"EC:id-ecPublicKey", "provider=" PROVIDER, ec_key, NULL}, {NULL, NULL, NULL, NULL}};
static const OSSL_ALGORITHM signatures[] = {
    {"RSA:rsaEncryption", "provider=" PROVIDER, token_rsa_signature, NULL},
    {"ECDSA", "provider=" PROVIDER, token_ec_signature, NULL}, {NULL, NULL, NULL, NULL}};
static const OSSL_ALGORITHM ciphers[] = {
    {"RSA:rsaEncryption", "provider=" PROVIDER, token_rsa_decryption, NULL},
    {NULL, NULL, NULL, NULL}};

static const OSSL_ALGORITHM *
query(void *provider, int operation, int *no_cache)
{
	(void)provider;
	*no_cache = 0;
	switch (operation) {
	case OSSL_OP_KEYMGMT:
		return keys;
	case OSSL_OP_SIGNATURE:
		return signatures;
	case OSSL_OP_ASYM_CIPHER:
		return ciphers;
	default:
		return NULL;
	}
}

static int
start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
    void **provider)
{
	static const OSSL_DISPATCH entries[] = {
	    ENTRY(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query), ENTRY_END};
	static char nothing;

	(void)handle;
	(void)in;
	*out = entries;
	*provider = &nothing;
	return 1;
}

/* The library context with this provider, and with what writes public keys; made once and kept. */
static OSSL_LIB_CTX *
context(void)
{
	static OSSL_LIB_CTX *ctx;

	if (ctx != NULL)
		return ctx;
	if ((ctx = OSSL_LIB_CTX_new()) != NULL &&
	    (OSSL_PROVIDER_add_builtin(ctx, PROVIDER, start) != 1 ||
	        OSSL_PROVIDER_load(ctx, PROVIDER) == NULL ||
	        OSSL_PROVIDER_load(ctx, "base") == NULL)) {
		OSSL_LIB_CTX_free(ctx);
		ctx = NULL;
	}
	return ctx;
}

EVP_PKEY *
token_evp(struct token_key *k, struct err *e)
{
	OSSL_LIB_CTX *lib = context();
	const char *type = EVP_PKEY_is_a(token_key_public(k), "RSA") ? "RSA" : "EC";
	EVP_PKEY_CTX *ctx = lib != NULL ? EVP_PKEY_CTX_new_from_name(lib, type, NULL) : NULL;
	void *pointer = k;
	OSSL_PARAM params[] = {OSSL_PARAM_construct_octet_ptr(KEY_PARAM, &pointer, sizeof k),
	    OSSL_PARAM_construct_end()};
	EVP_PKEY *key = NULL;

	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1) {
		err_set_ossl(e, ERR_INTERNAL, "cannot use the key of a token");
		key = NULL;
	}
	EVP_PKEY_CTX_free(ctx);
	token_key_free(k);
	return key;
}

struct token_key *
token_of(const EVP_PKEY *key)
{
	void *pointer = NULL;
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_octet_ptr(KEY_PARAM, &pointer, 0), OSSL_PARAM_construct_end()};

	/* Another provider's key may hold anything under any name, and ours is no secret. */
	if (key == NULL || EVP_PKEY_get0_provider(key) == NULL ||
	    strcmp(OSSL_PROVIDER_get0_name(EVP_PKEY_get0_provider(key)), PROVIDER) != 0 ||
	    EVP_PKEY_get_params(key, params) != 1)
		return NULL;
	return pointer;
}
