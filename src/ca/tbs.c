/* SPDX-License-Identifier: ISC
 *
 * A TBSCertificate (RFC 5280 section 4.1.1.1). The signature algorithm is already in it, so its
 * octets do not change when it is signed: what was authorised, recorded and signed can be compared
 * by one digest. Everything is written as DER, whatever the request was written in.
 */
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "ca/profile.h"
#include "ca/tbs.h"
#include "ca/urls.h"

/* The entries as they are, in an encoding that is surely DER: OpenSSL repeats the octets of a name
 * that was read, and a request may hold BER. */
static X509_NAME *
name_rebuild(const X509_NAME *in)
{
	X509_NAME *out = X509_NAME_new();
	int last = -1;

	for (int i = 0; out != NULL && i < X509_NAME_entry_count(in); i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(in, i);
		int set = X509_NAME_ENTRY_set(entry);

		if (X509_NAME_add_entry(out, entry, -1, set == last ? -1 : 0) != 1) {
			X509_NAME_free(out);
			out = NULL;
		}
		last = set;
	}
	return out;
}

static const X509_NAME *
subject_of(const struct tbs *t)
{
	return t->subject != NULL ? t->subject : t->csr->subject;
}

static int
put_names(X509 *cert, const struct tbs *t)
{
	X509_NAME *name = name_rebuild(subject_of(t));
	int rc = -1;

	if (name != NULL && X509_set_subject_name(cert, name) == 1 &&
	    X509_set_issuer_name(cert, X509_get_subject_name(t->by->cert)) == 1)
		rc = 0;
	X509_NAME_free(name);
	return rc;
}

/* Copies the octets of the key; OpenSSL's own way decodes them, which costs more than all the rest.
 */
static int
put_key(X509 *cert, const struct tbs *t)
{
	const struct csr *csr = t->csr;
	const uint8_t *octets;
	uint8_t *copy;
	int n, ptype = V_ASN1_UNDEF;
	void *param = NULL;

	if (csr->key.type == EVP_PKEY_RSA)
		ptype = V_ASN1_NULL;
	else if (csr->key.type == EVP_PKEY_EC) {
		ptype = V_ASN1_OBJECT;
		param = OBJ_nid2obj(csr->key.curve);
	}
	if (X509_PUBKEY_get0_param(NULL, &octets, &n, NULL, csr->spki) != 1 || n <= 0 ||
	    (copy = OPENSSL_memdup(octets, (size_t)n)) == NULL)
		return -1;
	if (X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(cert), OBJ_nid2obj(csr->key.type), ptype,
	        param, copy, n) != 1) {
		OPENSSL_free(copy);
		return -1;
	}
	return 0;
}

static int
put_serial(X509 *cert, const struct tbs *t)
{
	return ASN1_STRING_set(X509_get_serialNumber(cert), t->serial, SERIAL_LEN) == 1 ? 0 : -1;
}

static int
put_validity(X509 *cert, const struct tbs *t)
{
	return ASN1_TIME_set(X509_getm_notBefore(cert), t->not_before) != NULL &&
	               ASN1_TIME_set(X509_getm_notAfter(cert), t->not_after) != NULL
	           ? 0
	           : -1;
}

/* Names the algorithm in both places, as signing will. There is no other way to it than the pointer
 * meant for reading. */
static int
put_algorithm(X509 *cert, const struct tbs *t)
{
	int nid = t->by->sig_nid;
	const X509_ALGOR *outer, *inner = X509_get0_tbs_sigalg(cert);
	int ptype = nid == NID_sha256WithRSAEncryption ? V_ASN1_NULL : V_ASN1_UNDEF;

	X509_get0_signature(NULL, &outer, cert);
	return X509_ALGOR_set0((X509_ALGOR *)(uintptr_t)inner, OBJ_nid2obj(nid), ptype, NULL) ==
	                   1 &&
	               X509_ALGOR_set0(
	                   (X509_ALGOR *)(uintptr_t)outer, OBJ_nid2obj(nid), ptype, NULL) == 1
	           ? 0
	           : -1;
}

static int
put_basic_constraints(X509 *cert, const struct tbs *t)
{
	BASIC_CONSTRAINTS *bc = BASIC_CONSTRAINTS_new(); /* CA:FALSE */
	int done = bc == NULL ? 0 : X509_add1_ext_i2d(cert, NID_basic_constraints, bc, 1, 0);

	(void)t;
	BASIC_CONSTRAINTS_free(bc);
	return done == 1 ? 0 : -1;
}

static int
put_key_usage(X509 *cert, const struct tbs *t)
{
	ASN1_BIT_STRING *bits;
	int done = 1;

	if (t->key_usage == 0)
		return 0;
	if ((bits = ASN1_BIT_STRING_new()) == NULL)
		return -1;
	for (int i = 0; i < 9 && done == 1; i++)
		if ((t->key_usage & USAGE_BIT(i)) != 0)
			done = ASN1_BIT_STRING_set_bit(bits, i, 1);
	if (done == 1)
		done = X509_add1_ext_i2d(cert, NID_key_usage, bits, 1, 0);
	ASN1_BIT_STRING_free(bits);
	return done == 1 ? 0 : -1;
}

static int
put_ext_key_usage(X509 *cert, const struct tbs *t)
{
	if (sk_ASN1_OBJECT_num(t->ext_key_usage) <= 0)
		return 0;
	return X509_add1_ext_i2d(cert, NID_ext_key_usage, t->ext_key_usage, 0, 0) == 1 ? 0 : -1;
}

/* Method (1) of RFC 5280 section 4.2.1.2: SHA-1 of the octets of the key. */
static ASN1_OCTET_STRING *
key_id_of(const X509 *cert)
{
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(cert);
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (id != NULL &&
	    EVP_Digest(ASN1_STRING_get0_data(bits), (size_t)ASN1_STRING_length(bits), digest, &n,
	        EVP_sha1(), NULL) == 1 &&
	    ASN1_OCTET_STRING_set(id, digest, (int)n) == 1)
		return id;
	ASN1_OCTET_STRING_free(id);
	return NULL;
}

static int
put_subject_key_id(X509 *cert, const struct tbs *t)
{
	ASN1_OCTET_STRING *id = key_id_of(cert);
	int done = id == NULL ? 0 : X509_add1_ext_i2d(cert, NID_subject_key_identifier, id, 0, 0);

	(void)t;
	ASN1_OCTET_STRING_free(id);
	return done == 1 ? 0 : -1;
}

ASN1_OCTET_STRING *
tbs_key_id_of_ca(const X509 *ca)
{
	ASN1_OCTET_STRING *id = X509_get_ext_d2i(ca, NID_subject_key_identifier, NULL, NULL);

	return id != NULL ? id : key_id_of(ca);
}

static int
put_authority_key_id(X509 *cert, const struct tbs *t)
{
	AUTHORITY_KEYID *akid = AUTHORITY_KEYID_new();
	int done = 0;

	if (akid == NULL)
		return -1;
	akid->keyid = tbs_key_id_of_ca(t->by->cert);
	if (akid->keyid != NULL)
		done = X509_add1_ext_i2d(cert, NID_authority_key_identifier, akid, 0, 0);
	AUTHORITY_KEYID_free(akid);
	return done == 1 ? 0 : -1;
}

/* Critical when it is the only name (RFC 5280 section 4.2.1.6). */
static int
put_subject_alt_name(X509 *cert, const struct tbs *t)
{
	int critical = X509_NAME_entry_count(subject_of(t)) == 0, done = 0;
	ASN1_OCTET_STRING *value;
	X509_EXTENSION *ext = NULL;

	if (t->san.n == 0)
		return 0;
	if ((value = ASN1_OCTET_STRING_new()) != NULL &&
	    ASN1_OCTET_STRING_set(value, t->san.p, (int)t->san.n) == 1 &&
	    (ext = X509_EXTENSION_create_by_NID(NULL, NID_subject_alt_name, critical, value)) !=
	        NULL)
		done = X509_add_ext(cert, ext, -1);
	ASN1_OCTET_STRING_free(value);
	X509_EXTENSION_free(ext);
	return done == 1 ? 0 : -1;
}

static int
put_urls(X509 *cert, const struct tbs *t)
{
	return urls_put(cert, t->by, t->crl_url, t->ca_url);
}

static int (*const puts_in_order[])(X509 *, const struct tbs *) = {
    put_algorithm,
    put_serial,
    put_names,
    put_validity,
    put_key,
    put_basic_constraints,
    put_key_usage,
    put_ext_key_usage,
    put_subject_alt_name,
    put_subject_key_id,
    put_authority_key_id,
    put_urls,
};

X509 *
tbs_write(const struct tbs *t, struct err *e)
{
	X509 *cert = X509_new();
	bool done = cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1;

	for (size_t i = 0; done && i < sizeof puts_in_order / sizeof puts_in_order[0]; i++)
		done = puts_in_order[i](cert, t) == 0;
	if (done)
		return cert;
	err_set_ossl(e, ERR_INTERNAL, "writing the certificate");
	X509_free(cert);
	return NULL;
}

int
tbs_digest(X509 *cert, uint8_t digest[32])
{
	uint8_t *der = NULL;
	int n = i2d_re_X509_tbs(cert, &der);

	if (n <= 0)
		return -1;
	ossl_sha256(view_of(der, (size_t)n), digest);
	OPENSSL_free(der);
	return 0;
}
