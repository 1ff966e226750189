/* SPDX-License-Identifier: ISC
 *
 * A CA brought along with its key, as PEM files or as the PKCS#12 that AD CS and others export.
 * Everything is checked before the folder appears, and the key is stored like one of our own.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

#include "conf/assemble.h"
#include "ctl/ask.h"
#include "ctl/ca_files.h"
#include "ctl/ca_install.h"
#include "ctl/ceremony_log.h"
#include "ctl/folder.h"
#include "ctl/new_key.h"
#include "ctl/show.h"
#include "signer/ceremony.h"
#include "signer/keyring.h"

/* What was brought: the certificates still unchecked. */
struct import {
	struct secret key_pem; /* as it will be stored */
	struct secret pass;    /* that the source was protected with; may be empty */
	EVP_PKEY *key;
	const char *uri;        /* of a key that stays in its token; NULL: it is in key_pem */
	struct buf cert, chain; /* PEM */
};

static void
import_free(struct import *in)
{
	secret_free(&in->key_pem);
	secret_free(&in->pass);
	EVP_PKEY_free(in->key);
	buf_free(&in->cert);
	buf_free(&in->chain);
}

/* The passphrase of what is imported. A PKCS#12 always has one, if only an empty one. */
static int
source_passphrase(struct ctl *c, const struct args *a, struct secret *pass, struct err *e)
{
	struct ask ask = {.prompt = "Passphrase of the imported key",
	    .option = "passphrase",
	    .file = a->passphrase_file,
	    .from_stdin = a->passphrase_stdin,
	    .allow_empty = a->p12 != NULL};

	return ask_secret(c, &ask, pass, e);
}

static int
read_pem(struct ctl *c, const struct args *a, struct import *in, struct err *e)
{
	if (a->cert == NULL || a->key == NULL)
		return err_set(e, ERR_USAGE, "--cert and --key, or --p12, are needed");
	if (file_read(a->cert, PEM_MAX, &in->cert, e) != 0 ||
	    (a->chain != NULL && file_read(a->chain, PEM_MAX, &in->chain, e) != 0))
		return -1;
	if (token_is_uri(a->key)) {
		char what[PROFILE_NAME_MAX + 4];

		snprintf(what, sizeof what, "ca-%.*s", PROFILE_NAME_MAX, a->operand);
		in->uri = a->key;
		in->key = open_token(c, a, a->key, what, true, e);
		return in->key != NULL ? 0 : -1;
	}
	if (key_encrypted(a->key, c->owner.uid) && source_passphrase(c, a, &in->pass, e) != 0)
		return -1;
	in->key =
	    key_load(a->key, in->pass.n > 0 ? (const char *)in->pass.p : NULL, c->owner.uid, e);
	return in->key != NULL ? 0 : -1;
}

/* The key leaves the library context it was read in as PEM and is read again in the usual one. */
static EVP_PKEY *
rehome(EVP_PKEY *key)
{
	struct err ignored = ERR_INIT;
	struct secret pem = {0};
	EVP_PKEY *copy = NULL;
	BIO *bio;

	if (key_pem(key, NULL, &pem, &ignored) != 0)
		return NULL;
	bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	if (bio != NULL)
		copy = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	secret_free(&pem);
	return copy;
}

/* Opens a PKCS#12; `ctx` decides which algorithms exist. Nothing that was made in it outlives the
 * call. Of an empty passphrase there are two kinds, no octets and an empty string (RFC 7292
 * appendix B.1 ends it with two zero octets); PKCS12_parse tries both. */
static int
parse_p12(OSSL_LIB_CTX *ctx, struct view der, struct import *in)
{
	const unsigned char *p = der.p;
	PKCS12 *p12 = PKCS12_init_ex(NID_pkcs7_data, ctx, NULL);
	struct err ignored = ERR_INIT;
	EVP_PKEY *key = NULL;
	X509 *cert = NULL;
	STACK_OF(X509) *chain = NULL;
	int rc = -1;

	if (p12 != NULL && d2i_PKCS12(&p12, &p, (long)der.n) != NULL &&
	    PKCS12_parse(p12, (const char *)in->pass.p, &key, &cert, &chain) == 1 && key != NULL &&
	    cert != NULL && (in->key = rehome(key)) != NULL &&
	    pem_add(&in->cert, cert, &ignored) == 0)
		rc = pem_add_all(&in->chain, chain, &ignored);
	EVP_PKEY_free(key);
	X509_free(cert);
	sk_X509_pop_free(chain, X509_free);
	PKCS12_free(p12);
	return rc;
}

/* Old exports are encrypted with RC2, which only OpenSSL's legacy provider knows. It is loaded into
 * a library context of its own, so that nothing else here can ever use it. */
static int
parse_legacy_p12(struct view der, struct import *in)
{
	OSSL_LIB_CTX *ctx = OSSL_LIB_CTX_new();
	OSSL_PROVIDER *usual = NULL, *legacy = NULL;
	int rc = -1;

	if (ctx != NULL) {
		usual = OSSL_PROVIDER_load(ctx, "default");
		legacy = OSSL_PROVIDER_load(ctx, "legacy");
	}
	if (usual != NULL && legacy != NULL)
		rc = parse_p12(ctx, der, in);
	if (usual != NULL)
		OSSL_PROVIDER_unload(usual);
	if (legacy != NULL)
		OSSL_PROVIDER_unload(legacy);
	OSSL_LIB_CTX_free(ctx);
	return rc;
}

static int
read_p12(struct ctl *c, const struct args *a, struct import *in, struct err *e)
{
	struct secret der = {0};
	int rc = -1;

	if (a->cert != NULL || a->key != NULL)
		return err_set(e, ERR_USAGE, "--p12 excludes --cert and --key");
	if (file_read_secret(a->p12, PEM_MAX, c->owner.uid, &der, e) != 0 ||
	    (a->chain != NULL && file_read(a->chain, PEM_MAX, &in->chain, e) != 0) ||
	    source_passphrase(c, a, &in->pass, e) != 0)
		goto out;
	if (parse_p12(NULL, secret_view(&der), in) != 0 &&
	    parse_legacy_p12(secret_view(&der), in) != 0) {
		err_set_ossl(e, ERR_KEY_FILE,
		    "the PKCS#12 file cannot be opened: wrong passphrase, or no key and "
		    "certificate in it");
		goto out;
	}
	rc = 0;
out:
	secret_free(&der);
	ERR_clear_error();
	return rc;
}

/* With --encrypt the stored key keeps the passphrase it came with, or gets a new one. */
static int
seal_key(struct ctl *c, const struct args *a, struct import *in, struct err *e)
{
	if (in->uri != NULL)
		return a->encrypt ? err_set(e, ERR_USAGE, "--encrypt: no key goes into a file") : 0;
	if (a->encrypt && in->pass.n == 0) {
		secret_free(&in->pass); /* an empty one has its octet too */
		if (new_passphrase(c, a, &in->pass, e) != 0)
			return -1;
	}
	return key_pem(in->key, a->encrypt ? (const char *)in->pass.p : NULL, &in->key_pem, e);
}

static int
write_import(struct ctl *c, const struct args *a, const struct import *in,
    const struct authority *ca, struct err *e)
{
	struct folder f = {0};
	struct buf cert = {0}, chain = {0}, text = {0};
	int rc = -1;

	if (pem_add(&cert, ca->cert, e) == 0 && pem_add_all(&chain, ca->chain, e) == 0 &&
	    transcript_begin(&text, e, "ca import %s from %s%s", a->operand,
	        a->p12 != NULL ? a->p12 : a->cert, a->encrypt ? " --encrypt" : "") == 0 &&
	    transcript_cert(&text, "CA certificate", ca->cert, e) == 0 &&
	    folder_begin(c, c->conf.ca_dir, a->operand, &f, e) == 0 &&
	    (in->uri != NULL
	            ? key_uri_store(c, &f, "ca", in->uri, e)
	            : folder_add(c, &f, "ca.key", secret_view(&in->key_pem), 0600, e)) == 0 &&
	    folder_add(c, &f, "ca.pem", buf_view(&cert), 0644, e) == 0 &&
	    (chain.n == 0 || folder_add(c, &f, "chain.pem", buf_view(&chain), 0644, e) == 0) &&
	    folder_add(c, &f, HISTORY_FILE, view_str("its past is not known here\n"), 0644, e) ==
	        0 &&
	    folder_add(c, &f, TRANSCRIPT_FILE, buf_view(&text), 0644, e) == 0)
		rc = folder_keep(&f, e);
	folder_close(&f);
	buf_free(&cert);
	buf_free(&chain);
	buf_free(&text);
	return rc;
}

int
ca_import(struct ctl *c, const struct args *a, struct err *e)
{
	struct import in = {0};
	struct authority ca = {0};
	json_t *facts = NULL;
	int rc = -1;

	if (ctl_conf(c, e) != 0 || check_name(a->operand, e) != 0 ||
	    (a->p12 != NULL ? read_p12(c, a, &in, e) : read_pem(c, a, &in, e)) != 0 ||
	    authority_read(&ca, a->operand, buf_view(&in.cert), buf_view(&in.chain), e) != 0)
		goto out;
	if (!key_fits(in.key, ca.cert)) {
		err_set(e, ERR_KEY_FILE, "the key does not belong to the certificate");
		goto out;
	}
	if (seal_key(c, a, &in, e) != 0 || write_import(c, a, &in, &ca, e) != 0)
		goto out;
	facts = show_cert(ca.cert);
	rc = show_object(c->out, false, facts, e);
out:
	json_decref(facts);
	authority_free(&ca);
	import_free(&in);
	return rc;
}

const struct opt ca_import_options[] = {
    OPT("cert", cert, "FILE", "certificate of the CA, PEM"),
    OPT("key", key, "FILE|URI",
        "its private key, PEM, readable by its owner only, or the pkcs11 URI of one in a token"),
    OPT("chain", chain, "FILE", "its issuers, PEM"),
    OPT("p12", p12, "FILE", "certificate, key and chain as PKCS#12, instead"),
    OPT_FLAG("encrypt", encrypt,
        "store the key encrypted, under the passphrase it came with or a new one"),
    PASSPHRASE_OPTIONS,
    OPT_END,
};
