/* SPDX-License-Identifier: ISC
 *
 * An issuing CA and what stands above it. Whatever order the operator's files have, the chain is
 * put in the order issuer by issuer, and every link is verified once, so that a wrong bundle is
 * noticed here and not by the first device. A CA certificate has to say that it is one (RFC 5280
 * section 4.2.1.9); a keyUsage, which old roots lack, has to let it sign certificates (section
 * 4.2.1.3).
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "ca/authority.h"
#include "ca/names.h"

#define CA_RSA_BITS_MIN 2048

/* One more certificate of a PEM text: 1 with *cert set, 0 at the end, -1. What is not a certificate
 * is passed over. */
static int
pem_next(BIO *bio, X509 **cert, struct err *e)
{
	char *type = NULL, *header = NULL;
	uint8_t *der = NULL;
	long n = 0;
	bool is_cert;

	if (PEM_read_bio(bio, &type, &header, &der, &n) != 1) {
		if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
			return err_set_ossl(e, ERR_CONFIG, "malformed PEM");
		ERR_clear_error();
		return 0;
	}
	is_cert = strcmp(type, PEM_STRING_X509) == 0 || strcmp(type, PEM_STRING_X509_OLD) == 0;
	*cert = is_cert ? ossl_cert_read(view_of(der, (size_t)n)) : NULL;
	OPENSSL_free(type);
	OPENSSL_free(header);
	OPENSSL_clear_free(der, (size_t)n); /* it may have been a private key */
	if (is_cert && *cert == NULL)
		return err_set_ossl(e, ERR_CONFIG, "malformed certificate");
	return 1;
}

STACK_OF(X509) *
certs_read_pem(struct view pem, struct err *e)
{
	BIO *bio = pem.n > INT_MAX
	               ? NULL
	               : BIO_new_mem_buf(pem.n == 0 ? "" : (const void *)pem.p, (int)pem.n);
	STACK_OF(X509) *certs = sk_X509_new_null();
	X509 *cert = NULL;
	int more = -1;

	if (bio == NULL || certs == NULL)
		err_set_ossl(e, ERR_CONFIG, "no memory for certificates");
	else
		while ((more = pem_next(bio, &cert, e)) > 0)
			if (cert != NULL && sk_X509_push(certs, cert) <= 0) {
				X509_free(cert);
				more = err_set(e, ERR_CONFIG, "no memory for certificates");
				break;
			}
	if (more == 0 && sk_X509_num(certs) == 0)
		more = err_set(e, ERR_CONFIG, "no certificate in it");
	BIO_free(bio);
	if (more != 0) {
		sk_X509_pop_free(certs, X509_free);
		return NULL;
	}
	return certs;
}

static bool
self_issued(const X509 *cert)
{
	return X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert)) == 0;
}

/* Verifying looks algorithms up in the certificate's own library context, and the one for parsing
 * has none: so it is read again without it. */
static bool
signed_by(const X509 *cert, const X509 *issuer)
{
	EVP_PKEY *key = NULL;
	X509 *again = NULL;
	struct buf der = {0};
	const uint8_t *at;
	bool ok;

	if (ossl_write(&der, cert, ASN1_ITEM_rptr(X509)) == 0) {
		at = der.p;
		again = d2i_X509(NULL, &at, (long)der.n);
		key = ossl_spki_key(X509_get_X509_PUBKEY(issuer), NULL);
	}
	ok = again != NULL && key != NULL && X509_verify(again, key) == 1;
	ERR_clear_error();
	X509_free(again);
	EVP_PKEY_free(key);
	buf_free(&der);
	return ok;
}

bool
authority_issued(const struct authority *a, const X509 *cert)
{
	return X509_NAME_cmp(X509_get_issuer_name(cert), X509_get_subject_name(a->cert)) == 0 &&
	       signed_by(cert, a->cert);
}

/* What the text of an error calls a certificate. */
struct title {
	char text[160];
};

static struct title
title_of(const X509 *cert)
{
	struct title t;

	name_text(X509_get_subject_name(cert), t.text, sizeof t.text);
	return t;
}

static bool
is_ca(const X509 *cert)
{
	BASIC_CONSTRAINTS *bc = X509_get_ext_d2i(cert, NID_basic_constraints, NULL, NULL);
	bool ca = bc != NULL && bc->ca != 0;

	BASIC_CONSTRAINTS_free(bc);
	return ca;
}

/* Without a keyUsage nothing is restricted; one that cannot be read permits nothing. */
static bool
may_sign_certs(const X509 *cert)
{
	int found = 0;
	ASN1_BIT_STRING *usage = X509_get_ext_d2i(cert, NID_key_usage, &found, NULL);
	bool may = usage != NULL ? ASN1_BIT_STRING_get_bit(usage, 5) != 0 : found == -1;

	ASN1_BIT_STRING_free(usage);
	return may;
}

static int
check_ca(const X509 *cert, struct err *e)
{
	struct key_facts key = ossl_key_facts(X509_get_X509_PUBKEY(cert));

	if (!is_ca(cert))
		return err_set(e, ERR_CONFIG,
		    "\"%s\" is no CA certificate: basicConstraints CA:TRUE is missing",
		    title_of(cert).text);
	if (!may_sign_certs(cert))
		return err_set(e, ERR_CONFIG,
		    "\"%s\" may not sign certificates: its keyUsage lacks keyCertSign",
		    title_of(cert).text);
	if (!key.sane || key.type == EVP_PKEY_RSA_PSS)
		return err_set(e, ERR_CONFIG, "the key of \"%s\" is of an unsupported type or size",
		    title_of(cert).text);
	if (key.type == EVP_PKEY_RSA && key.bits < CA_RSA_BITS_MIN)
		return err_set(e, ERR_CONFIG,
		    "the key of \"%s\" is RSA-%d; at least %d bits are required",
		    title_of(cert).text, key.bits, CA_RSA_BITS_MIN);
	return 0;
}

static int
sig_nid_of(const struct key_facts *key)
{
	if (key->type == EVP_PKEY_RSA)
		return NID_sha256WithRSAEncryption;
	if (key->type == EVP_PKEY_ED25519)
		return NID_ED25519;
	if (key->curve == NID_X9_62_prime256v1)
		return NID_ecdsa_with_SHA256;
	return key->curve == NID_secp384r1 ? NID_ecdsa_with_SHA384 : NID_ecdsa_with_SHA512;
}

/* Takes the certificate that issued `below` out of the pool; NULL when there is none. */
static X509 *
issuer_take(STACK_OF(X509) *pool, const X509 *below)
{
	for (int i = 0; i < sk_X509_num(pool); i++) {
		X509 *c = sk_X509_value(pool, i);

		if (X509_NAME_cmp(X509_get_subject_name(c), X509_get_issuer_name(below)) == 0 &&
		    signed_by(below, c))
			return sk_X509_delete(pool, i);
	}
	return NULL;
}

/* A bundle often repeats the issuing CA or another certificate. */
static void
drop_repeated(STACK_OF(X509) *pool, const X509 *cert)
{
	for (int i = sk_X509_num(pool) - 1; i >= 0; i--)
		if (ossl_cert_same(sk_X509_value(pool, i), cert))
			X509_free(sk_X509_delete(pool, i));
}

/* Moves the issuers from the pool to the chain, from the issuing CA upwards. */
static int
chain_order(struct authority *a, STACK_OF(X509) *pool, struct err *e)
{
	X509 *at = a->cert;

	for (int i = 0; i < sk_X509_num(pool); i++)
		if (check_ca(sk_X509_value(pool, i), e) != 0)
			return -1;
	drop_repeated(pool, at);
	while (!self_issued(at) || !signed_by(at, at)) {
		X509 *issuer = issuer_take(pool, at);

		if (issuer == NULL)
			break;
		if (sk_X509_push(a->chain, issuer) <= 0) {
			X509_free(issuer);
			return err_set(e, ERR_CONFIG, "no memory for the chain");
		}
		drop_repeated(pool, issuer);
		at = issuer;
	}
	if (sk_X509_num(pool) > 0)
		return err_set(e, ERR_CONFIG,
		    "\"%s\" does not belong to the chain: it did not issue \"%s\"",
		    title_of(sk_X509_value(pool, 0)).text, title_of(at).text);
	return 0;
}

/* Everything after the first certificate, and the whole chain file, in one pool. */
static STACK_OF(X509) *
pool_read(struct view cert_pem, struct view chain_pem, X509 **first, struct err *e)
{
	STACK_OF(X509) *pool = certs_read_pem(cert_pem, e), *more = NULL;

	if (pool == NULL)
		return NULL;
	*first = sk_X509_shift(pool);
	if (chain_pem.n == 0)
		return pool;
	if ((more = certs_read_pem(chain_pem, e)) == NULL)
		goto fail;
	while (sk_X509_num(more) > 0)
		if (sk_X509_push(pool, sk_X509_value(more, 0)) <= 0) {
			err_set(e, ERR_CONFIG, "no memory for the chain");
			goto fail;
		} else
			(void)sk_X509_shift(more);
	sk_X509_free(more);
	return pool;
fail:
	sk_X509_pop_free(more, X509_free);
	sk_X509_pop_free(pool, X509_free);
	return NULL;
}

int
authority_read(struct authority *a, const char *name, struct view cert_pem, struct view chain_pem,
    struct err *e)
{
	STACK_OF(X509) *pool = NULL;
	int rc = -1;

	*a = (struct authority){0};
	snprintf(a->name, sizeof a->name, "%s", name);
	if ((a->chain = sk_X509_new_null()) == NULL) {
		err_set(e, ERR_CONFIG, "no memory for a CA");
		goto out;
	}
	if ((pool = pool_read(cert_pem, chain_pem, &a->cert, e)) == NULL ||
	    check_ca(a->cert, e) != 0 || chain_order(a, pool, e) != 0)
		goto out;
	a->key = ossl_key_facts(X509_get_X509_PUBKEY(a->cert));
	a->sig_nid = sig_nid_of(&a->key);
	rc = 0;
out:
	sk_X509_pop_free(pool, X509_free);
	if (rc != 0)
		authority_free(a);
	return rc;
}

void
authority_free(struct authority *a)
{
	if (a == NULL)
		return;
	X509_free(a->cert);
	sk_X509_pop_free(a->chain, X509_free);
	*a = (struct authority){0};
}

static int
present(STACK_OF(X509) *out, STACK_OF(X509) *certs, bool include_root)
{
	for (int i = 0; i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		if ((include_root || !self_issued(cert)) && sk_X509_push(out, cert) <= 0)
			return -1;
	}
	return 0;
}

STACK_OF(X509) *
authority_presented(
    const struct authority *a, STACK_OF(X509) *ras, bool include_ca, bool include_root)
{
	STACK_OF(X509) *out = sk_X509_new_null();

	if (out == NULL)
		return NULL;
	if (present(out, ras, true) != 0 ||
	    (include_ca &&
	        (sk_X509_push(out, a->cert) <= 0 || present(out, a->chain, include_root) != 0))) {
		sk_X509_free(out);
		return NULL;
	}
	return out;
}

void
cert_fingerprint(const X509 *cert, const EVP_MD *md, char out[96])
{
	struct buf der = {0};
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	out[0] = '\0';
	if (ossl_write(&der, cert, ASN1_ITEM_rptr(X509)) == 0 &&
	    EVP_Digest(der.p, der.n, digest, &n, md, NULL) == 1)
		for (unsigned i = 0; i < n && 3 * i + 3 <= 96; i++)
			snprintf(out + 3 * i, 4, "%02X%s", digest[i], i + 1 < n ? ":" : "");
	buf_free(&der);
}
