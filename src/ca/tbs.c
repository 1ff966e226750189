/* SPDX-License-Identifier: ISC
 *
 * A TBSCertificate (RFC 5280 section 4.1.1.1). The signature algorithm is already in it, so its
 * octets do not change when it is signed: what was authorised, recorded and signed can be compared
 * by one digest. Everything is written as DER, whatever the request was written in.
 */
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "ca/profile.h"
#include "ca/tbs.h"
#include "ca/urls.h"

_Static_assert(CSR_SUBJECT_MAX <= DER_SET_MAX, "an RDN may hold the whole subject");

static const X509_NAME *
subject_of(const struct tbs *t)
{
	return t->subject != NULL ? t->subject : t->csr->subject;
}

void
tbs_algorithm_write(int sig_nid, struct der *d)
{
	der_alg(d, sig_nid,
	    sig_nid == NID_sha256WithRSAEncryption ? DER_PARAMS_NULL : DER_PARAMS_ABSENT);
}

/* The entries as they are, but in DER: OpenSSL repeats the octets of a name that was read, and a
 * request may hold BER. */
static void
write_subject(const struct tbs *t, struct der *d)
{
	const X509_NAME *name = subject_of(t);
	int last = -1;

	der_begin(d, DER_SEQUENCE);
	for (int i = 0; i < X509_NAME_entry_count(name); i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);

		if (X509_NAME_ENTRY_set(entry) != last) {
			if (last >= 0)
				der_end_set_of(d);
			der_begin(d, DER_SET);
		}
		last = X509_NAME_ENTRY_set(entry);
		der_item(d, entry, ASN1_ITEM_rptr(X509_NAME_ENTRY));
	}
	if (last >= 0)
		der_end_set_of(d);
	der_end(d);
}

/* UTCTime through 2049, GeneralizedTime after it (RFC 5280 section 4.1.2.5). */
static void
write_time(time_t at, struct der *d)
{
	ASN1_TIME *t = ASN1_TIME_set(NULL, at);

	if (t != NULL)
		der_put(d, (uint8_t)t->type, ossl_string_view(t));
	else
		d->failed = true;
	ASN1_TIME_free(t);
}

static void
write_validity(const struct tbs *t, struct der *d)
{
	der_begin(d, DER_SEQUENCE);
	write_time(t->not_before, d);
	write_time(t->not_after, d);
	der_end(d);
}

/* The octets of the key, which have been found to be DER, under an algorithm that is written anew.
 */
static void
write_key(const struct csr *csr, struct view octets, struct der *d)
{
	der_begin(d, DER_SEQUENCE);
	if (csr->key.type == EVP_PKEY_EC) {
		der_begin(d, DER_SEQUENCE);
		der_oid(d, csr->key.type);
		der_oid(d, csr->key.curve);
		der_end(d);
	} else {
		der_alg(d, csr->key.type,
		    csr->key.type == EVP_PKEY_RSA ? DER_PARAMS_NULL : DER_PARAMS_ABSENT);
	}
	der_begin(d, DER_BIT_STRING);
	der_add(d, view_of("", 1)); /* no unused bits */
	der_add(d, octets);
	der_end(d);
	der_end(d);
}

static void
begin_extension(int nid, bool critical, struct der *d)
{
	der_begin(d, DER_SEQUENCE);
	der_oid(d, nid);
	if (critical)
		der_put(d, DER_BOOLEAN, view_of("\xff", 1));
	der_begin(d, DER_OCTET_STRING);
}

static void
end_extension(struct der *d)
{
	der_end(d);
	der_end(d);
}

/* CA:FALSE, which is the default of an empty one. */
static void
write_basic_constraints(struct der *d)
{
	begin_extension(NID_basic_constraints, true, d);
	der_put(d, DER_SEQUENCE, (struct view){0});
	end_extension(d);
}

/* A list of named bits ends with its last one (X.690 section 11.2.2). */
static void
write_key_usage(unsigned usage, struct der *d)
{
	uint8_t octets[3] = {0};
	unsigned last = 0;

	if (usage == 0)
		return;
	for (unsigned i = 0; i < 9; i++)
		if ((usage & USAGE_BIT(i)) != 0) {
			octets[1 + i / 8] |= (uint8_t)(0x80 >> i % 8);
			last = i;
		}
	octets[0] = (uint8_t)(7 - last % 8);
	begin_extension(NID_key_usage, true, d);
	der_put(d, DER_BIT_STRING, view_of(octets, 2 + last / 8));
	end_extension(d);
}

static void
write_ext_key_usage(const STACK_OF(ASN1_OBJECT) *usages, struct der *d)
{
	if (sk_ASN1_OBJECT_num(usages) <= 0)
		return;
	begin_extension(NID_ext_key_usage, false, d);
	der_begin(d, DER_SEQUENCE);
	for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++)
		der_item(d, sk_ASN1_OBJECT_value(usages, i), ASN1_ITEM_rptr(ASN1_OBJECT));
	der_end(d);
	end_extension(d);
}

/* Critical when it is the only name (RFC 5280 section 4.2.1.6). */
static void
write_subject_alt_name(const struct tbs *t, struct der *d)
{
	if (t->san.n == 0)
		return;
	begin_extension(NID_subject_alt_name, X509_NAME_entry_count(subject_of(t)) == 0, d);
	der_add(d, t->san);
	end_extension(d);
}

/* Method (1) of RFC 5280 section 4.2.1.2: SHA-1 of the octets of the key. */
static int
key_id_of(struct view octets, uint8_t id[SHA_DIGEST_LENGTH])
{
	return EVP_Digest(octets.p, octets.n, id, NULL, digest_md(DIGEST_SHA1), NULL) == 1 ? 0 : -1;
}

static void
write_subject_key_id(struct view octets, struct der *d)
{
	uint8_t id[SHA_DIGEST_LENGTH];

	if (key_id_of(octets, id) != 0)
		d->failed = true;
	begin_extension(NID_subject_key_identifier, false, d);
	der_put(d, DER_OCTET_STRING, view_of(id, sizeof id));
	end_extension(d);
}

ASN1_OCTET_STRING *
tbs_key_id_of_ca(const X509 *ca)
{
	ASN1_OCTET_STRING *id = X509_get_ext_d2i(ca, NID_subject_key_identifier, NULL, NULL);
	uint8_t made[SHA_DIGEST_LENGTH];

	if (id != NULL)
		return id;
	id = ASN1_OCTET_STRING_new();
	if (id != NULL && key_id_of(ossl_string_view(X509_get0_pubkey_bitstr(ca)), made) == 0 &&
	    ASN1_OCTET_STRING_set(id, made, sizeof made) == 1)
		return id;
	ASN1_OCTET_STRING_free(id);
	return NULL;
}

static void
write_authority_key_id(const X509 *ca, struct der *d)
{
	ASN1_OCTET_STRING *id = tbs_key_id_of_ca(ca);

	begin_extension(NID_authority_key_identifier, false, d);
	der_begin(d, DER_SEQUENCE);
	if (id != NULL)
		der_put(d, DER_CONTEXT(0), ossl_string_view(id));
	else
		d->failed = true;
	der_end(d);
	end_extension(d);
	ASN1_OCTET_STRING_free(id);
}

static void
write_extensions(const struct tbs *t, struct view key, struct der *d)
{
	der_begin(d, DER_CONTEXT_CONSTRUCTED(3));
	der_begin(d, DER_SEQUENCE);
	write_basic_constraints(d);
	write_key_usage(t->key_usage, d);
	write_ext_key_usage(t->ext_key_usage, d);
	write_subject_alt_name(t, d);
	write_subject_key_id(key, d);
	write_authority_key_id(t->by->cert, d);
	urls_write(t->by, t->crl_url, t->ca_url, d);
	der_end(d);
	der_end(d);
}

int
tbs_write(const struct tbs *t, struct buf *out, uint8_t key_digest[32], struct err *e)
{
	struct der d = der_to(out);
	const uint8_t *octets;
	int n;
	size_t key;

	if (X509_PUBKEY_get0_param(NULL, &octets, &n, NULL, t->csr->spki) != 1 || n <= 0)
		return err_set_ossl(e, ERR_INTERNAL, "the key of a request");
	der_begin(&d, DER_SEQUENCE);
	der_begin(&d, DER_CONTEXT_CONSTRUCTED(0));
	der_small(&d, X509_VERSION_3);
	der_end(&d);
	der_put(&d, DER_INTEGER, view_of(t->serial, SERIAL_LEN));
	tbs_algorithm_write(t->by->sig_nid, &d);
	der_item(&d, X509_get_subject_name(t->by->cert), ASN1_ITEM_rptr(X509_NAME));
	write_validity(t, &d);
	write_subject(t, &d);
	key = out->n;
	write_key(t->csr, view_of(octets, (size_t)n), &d);
	if (!d.failed)
		ossl_sha256(view_of(out->p + key, out->n - key), key_digest);
	write_extensions(t, view_of(octets, (size_t)n), &d);
	der_end(&d);
	return der_done(&d) == 0 ? 0 : err_set_ossl(e, ERR_INTERNAL, "writing the certificate");
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
