/* SPDX-License-Identifier: ISC
 *
 * Key ceremonies. What a certificate of a role holds is one line of a table; the function that
 * builds one only follows it (RFC 5280 section 4). Validity is counted in calendar years and cut to
 * that of the issuer.
 */
#include "signer/ceremony.h"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/ossl.h"
#include "ca/profile.h"
#include "signer/token.h"
#include "wire/csr.h"

#define BACKDATE_SECONDS 600
#define SERIAL_OCTETS 20
#define RA_BITS_MIN 2048
#define NO_PATH_LEN (-1)

static const struct role {
	int years;
	bool ca, ra;
	long path_len;
	unsigned key_usage;
} roles[] = {
    [CEREMONY_ROOT] = {25, true, false, NO_PATH_LEN,
        USAGE_KEY_CERT_SIGN | USAGE_CRL_SIGN | USAGE_DIGITAL_SIGNATURE},
    [CEREMONY_ISSUING] = {20, true, false, 0,
        USAGE_KEY_CERT_SIGN | USAGE_CRL_SIGN | USAGE_DIGITAL_SIGNATURE},
    [CEREMONY_SINGLE] = {20, true, false, 0,
        USAGE_KEY_CERT_SIGN | USAGE_CRL_SIGN | USAGE_DIGITAL_SIGNATURE},
    [CEREMONY_RA] = {10, false, true, NO_PATH_LEN,
        USAGE_DIGITAL_SIGNATURE | USAGE_KEY_ENCIPHERMENT},
    [CEREMONY_RA_SIGN] = {10, false, true, NO_PATH_LEN, USAGE_DIGITAL_SIGNATURE},
    [CEREMONY_RA_ENCRYPT] = {10, false, true, NO_PATH_LEN, USAGE_KEY_ENCIPHERMENT},
};

bool
key_fits(const EVP_PKEY *key, const X509 *cert)
{
	struct err e = ERR_INIT;
	EVP_PKEY *of_cert = ossl_spki_key(X509_get_X509_PUBKEY(cert), &e);
	bool fits = of_cert != NULL && EVP_PKEY_eq(key_public_half(key), of_cert) == 1;

	EVP_PKEY_free(of_cert);
	return fits;
}

/* The usual digest of a signature by this key; NULL where the algorithm brings its own. */
static const EVP_MD *
signature_md(const EVP_PKEY *key)
{
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519)
		return NULL;
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && EVP_PKEY_get_bits(key) > 256)
		return EVP_sha384();
	return EVP_sha256();
}

static int
set_serial(X509 *cert)
{
	unsigned char octets[SERIAL_OCTETS];
	BIGNUM *n;
	int rc = -1;

	if (RAND_bytes(octets, sizeof(octets)) != 1)
		return -1;
	octets[0] = (unsigned char)((octets[0] & 0x3f) | 0x40); /* positive, always 20 octets */
	n = BN_bin2bn(octets, sizeof(octets), NULL);
	if (n != NULL && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert)) != NULL)
		rc = 0;
	BN_free(n);
	return rc;
}

static time_t
years_later(time_t at, int years)
{
	struct tm tm;

	gmtime_r(&at, &tm);
	tm.tm_year += years;
	return timegm(&tm);
}

/* Ten minutes back for clocks that are slow, and inside the validity of the issuer. */
static int
set_validity(X509 *cert, const struct ceremony *c, struct err *e)
{
	time_t from = c->now - BACKDATE_SECONDS, to = years_later(c->now, roles[c->role].years);
	bool ok;

	if (c->issuer != NULL && X509_cmp_time(X509_get0_notAfter(c->issuer), &to) < 0)
		ok = X509_set1_notAfter(cert, X509_get0_notAfter(c->issuer)) == 1;
	else
		ok = ASN1_TIME_set(X509_getm_notAfter(cert), to) != NULL;
	if (c->issuer != NULL && X509_cmp_time(X509_get0_notBefore(c->issuer), &from) > 0)
		ok = ok && X509_set1_notBefore(cert, X509_get0_notBefore(c->issuer)) == 1;
	else
		ok = ok && ASN1_TIME_set(X509_getm_notBefore(cert), from) != NULL;
	if (!ok)
		return err_set_ossl(e, ERR_INTERNAL, "cannot set the validity");
	if (ASN1_TIME_compare(X509_get0_notAfter(cert), X509_get0_notBefore(cert)) <= 0)
		return err_set(e, ERR_CA_EXPIRED, "the certificate of the issuer has expired");
	return 0;
}

static ASN1_BIT_STRING *
key_usage_bits(unsigned usage)
{
	ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();

	for (int i = 0; bits != NULL && i < 9; i++) {
		if ((usage & USAGE_BIT(i)) == 0 || ASN1_BIT_STRING_set_bit(bits, i, 1) == 1)
			continue;
		ASN1_BIT_STRING_free(bits);
		bits = NULL;
	}
	return bits;
}

static BASIC_CONSTRAINTS *
basic_constraints(const struct role *role)
{
	BASIC_CONSTRAINTS *bc = BASIC_CONSTRAINTS_new();

	if (bc == NULL || !role->ca)
		return bc;
	bc->ca = 0xff;
	if (role->path_len == NO_PATH_LEN)
		return bc;
	bc->pathlen = ASN1_INTEGER_new();
	if (bc->pathlen != NULL && ASN1_INTEGER_set(bc->pathlen, role->path_len) == 1)
		return bc;
	BASIC_CONSTRAINTS_free(bc);
	return NULL;
}

/* basicConstraints and keyUsage, which a certificate holds and a request asks for. */
static int
role_exts(STACK_OF(X509_EXTENSION) **exts, const struct role *role)
{
	BASIC_CONSTRAINTS *bc = basic_constraints(role);
	ASN1_BIT_STRING *usage = key_usage_bits(role->key_usage);
	int rc = -1;

	if (bc != NULL && usage != NULL &&
	    X509V3_add1_i2d(exts, NID_basic_constraints, bc, 1, X509V3_ADD_DEFAULT) == 1 &&
	    X509V3_add1_i2d(exts, NID_key_usage, usage, 1, X509V3_ADD_DEFAULT) == 1)
		rc = 0;
	BASIC_CONSTRAINTS_free(bc);
	ASN1_BIT_STRING_free(usage);
	return rc;
}

/* The key identifier of RFC 5280 section 4.2.1.2 (1): SHA-1 of the key bits. */
static ASN1_OCTET_STRING *
key_id(const X509 *cert)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();

	if (id != NULL && X509_pubkey_digest(cert, EVP_sha1(), hash, &len) == 1 &&
	    ASN1_OCTET_STRING_set(id, hash, (int)len) == 1)
		return id;
	ASN1_OCTET_STRING_free(id);
	return NULL;
}

static int
add_key_ids(X509 *cert, const X509 *issuer)
{
	AUTHORITY_KEYID *aki = AUTHORITY_KEYID_new();
	ASN1_OCTET_STRING *ski = key_id(cert);
	int rc = -1;

	if (aki != NULL) {
		aki->keyid = X509_get_ext_d2i(issuer, NID_subject_key_identifier, NULL, NULL);
		if (aki->keyid == NULL)
			aki->keyid = key_id(issuer);
	}
	if (ski != NULL && aki != NULL && aki->keyid != NULL &&
	    X509_add1_ext_i2d(cert, NID_subject_key_identifier, ski, 0, X509V3_ADD_DEFAULT) == 1 &&
	    X509_add1_ext_i2d(cert, NID_authority_key_identifier, aki, 0, X509V3_ADD_DEFAULT) == 1)
		rc = 0;
	AUTHORITY_KEYID_free(aki);
	ASN1_OCTET_STRING_free(ski);
	return rc;
}

static int
add_exts(X509 *cert, const struct ceremony *c, const X509 *issuer)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	int rc = -1;

	if (role_exts(&exts, &roles[c->role]) != 0)
		goto out;
	for (int i = 0; i < sk_X509_EXTENSION_num(exts); i++) {
		if (X509_add_ext(cert, sk_X509_EXTENSION_value(exts, i), -1) != 1)
			goto out;
	}
	if (roles[c->role].ra && sk_ASN1_OBJECT_num(c->ext_key_usage) > 0 &&
	    X509_add1_ext_i2d(
	        cert, NID_ext_key_usage, (void *)c->ext_key_usage, 0, X509V3_ADD_DEFAULT) != 1)
		goto out;
	rc = add_key_ids(cert, issuer);
out:
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	return rc;
}

static int
admit(const struct ceremony *c, struct err *e)
{
	if (c->issuer != NULL && !key_fits(c->issuer_key, c->issuer))
		return err_set(
		    e, ERR_KEY_FILE, "the key of the issuer does not belong to its certificate");
	if (c->issuer != NULL &&
	    X509_cmp_time(X509_get0_notAfter(c->issuer), (time_t *)&c->now) < 0)
		return err_set(e, ERR_CA_EXPIRED, "the certificate of the issuer has expired");
	if (roles[c->role].ra && (EVP_PKEY_get_base_id(c->key) != EVP_PKEY_RSA ||
	                             EVP_PKEY_get_bits(c->key) < RA_BITS_MIN))
		return err_set(
		    e, ERR_USAGE, "an RA key must be RSA of at least %d bits", RA_BITS_MIN);
	return 0;
}

X509 *
ceremony_cert(const struct ceremony *c, struct err *e)
{
	X509 *cert = NULL;
	const X509 *issuer;
	EVP_PKEY *by = c->issuer != NULL ? c->issuer_key : c->key;

	if (admit(c, e) != 0)
		return NULL;
	cert = X509_new();
	if (cert == NULL || X509_set_version(cert, X509_VERSION_3) != 1 || set_serial(cert) != 0 ||
	    X509_set_subject_name(cert, c->subject) != 1 || X509_set_pubkey(cert, c->key) != 1) {
		err_set_ossl(e, ERR_INTERNAL, "cannot build the certificate");
		goto fail;
	}
	issuer = c->issuer != NULL ? c->issuer : cert;
	if (set_validity(cert, c, e) != 0)
		goto fail;
	if (X509_set_issuer_name(cert, X509_get_subject_name(issuer)) != 1 ||
	    add_exts(cert, c, issuer) != 0 || X509_sign(cert, by, signature_md(by)) == 0) {
		err_set_ossl(e, ERR_INTERNAL, "cannot sign the certificate");
		goto fail;
	}
	return cert;
fail:
	X509_free(cert);
	return NULL;
}

int
ceremony_csr(const X509_NAME *subject, EVP_PKEY *key, struct buf *pem, struct err *e)
{
	struct csr_wish wish = {.subject = subject, .digest = DIGEST_SHA256};
	STACK_OF(X509_EXTENSION) *exts = NULL;
	const EVP_MD *md = signature_md(key);
	struct buf der = {0};
	BIO *bio = NULL;
	char *text;
	long n;
	int rc = -1;

	if (role_exts(&exts, &roles[CEREMONY_ISSUING]) != 0) {
		err_set_ossl(e, ERR_INTERNAL, "cannot build the request");
		goto out;
	}
	wish.exts = exts;
	if (md != NULL)
		wish.digest = digest_of_nid(EVP_MD_get_type(md));
	if (csr_write(&wish, key, &der, e) != 0)
		goto out;
	bio = BIO_new(BIO_s_mem());
	if (bio == NULL || PEM_write_bio(bio, PEM_STRING_X509_REQ, "", der.p, (long)der.n) == 0 ||
	    (n = BIO_get_mem_data(bio, &text)) <= 0 || buf_add(pem, text, (size_t)n) != 0) {
		err_set_ossl(e, ERR_INTERNAL, "cannot write the request");
		goto out;
	}
	rc = 0;
out:
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	buf_free(&der);
	BIO_free(bio);
	return rc;
}
