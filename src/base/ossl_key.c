/* SPDX-License-Identifier: ISC
 *
 * Keys without surprises. The lengths in a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) are
 * measured before any arithmetic, and a key is made from it only when a public operation with it is
 * cheap. It is made from its numbers, not by a decoder, which on OpenSSL 3.0 would cost more than
 * verifying a signature.
 */
#include <limits.h>

#include <openssl/asn1t.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "base/ossl.h"

#define RSA_BITS_MIN 512
#define RSA_BITS_MAX 8192
#define RSA_EXPONENT_MAX ((uint64_t)1 << 33)

/* RSAPublicKey of RFC 8017 appendix A.1.1, read as integers of octets: OpenSSL's own reader makes a
 * key at once. */
struct rsa_numbers {
	ASN1_INTEGER *n, *e;
};

ASN1_SEQUENCE(rsa_numbers) =
    {
        ASN1_SIMPLE(struct rsa_numbers, n, ASN1_INTEGER),
        ASN1_SIMPLE(struct rsa_numbers, e, ASN1_INTEGER),
} static_ASN1_SEQUENCE_END_name(struct rsa_numbers, rsa_numbers)

        static int octet_bits(uint8_t c)
{
	int n = 0;

	for (; c != 0; c >>= 1)
		n++;
	return n;
}

/* Size of a positive integer in bits; 0 for zero and for a negative one. */
static int
integer_bits(const ASN1_INTEGER *i)
{
	const uint8_t *p = ASN1_STRING_get0_data(i);
	int n = ASN1_STRING_length(i);

	if (ASN1_STRING_type(i) != V_ASN1_INTEGER || n <= 0 || n > INT_MAX / 8)
		return 0;
	return (n - 1) * 8 + octet_bits(p[0]);
}

static bool
integer_odd(const ASN1_INTEGER *i)
{
	int n = ASN1_STRING_length(i);

	return n > 0 && (ASN1_STRING_get0_data(i)[n - 1] & 1) != 0;
}

static bool
exponent_sane(const ASN1_INTEGER *e)
{
	uint64_t value;

	return ASN1_INTEGER_get_uint64(&value, e) == 1 && (value & 1) != 0 && value >= 3 &&
	       value < RSA_EXPONENT_MAX;
}

/* The parts of a SubjectPublicKeyInfo, borrowed. */
struct parts {
	const X509_PUBKEY *spki;
	int type; /* NID of the algorithm */
	const ASN1_OBJECT *curve;
	struct view bits;
};

static int
parts_of(const X509_PUBKEY *spki, struct parts *p)
{
	ASN1_OBJECT *algorithm;
	X509_ALGOR *alg;
	const uint8_t *octets;
	const void *value;
	int n, kind;

	if (spki == NULL || X509_PUBKEY_get0_param(&algorithm, &octets, &n, &alg, spki) != 1 ||
	    n < 0)
		return -1;
	X509_ALGOR_get0(NULL, &kind, &value, alg);
	p->spki = spki;
	p->type = OBJ_obj2nid(algorithm);
	p->curve = kind == V_ASN1_OBJECT ? value : NULL;
	p->bits = view_of(octets, (size_t)n);
	return 0;
}

static struct rsa_numbers *
rsa_read(struct view bits)
{
	return ossl_read(bits, ASN1_ITEM_rptr(rsa_numbers));
}

static void
rsa_free(struct rsa_numbers *r)
{
	ASN1_item_free((ASN1_VALUE *)r, ASN1_ITEM_rptr(rsa_numbers));
}

/* The octets of a key are copied into certificates, so they have to be DER already. */
static bool
is_der(const struct rsa_numbers *r, struct view bits)
{
	struct buf der = {0};
	bool same =
	    ossl_write(&der, r, ASN1_ITEM_rptr(rsa_numbers)) == 0 && view_eq(buf_view(&der), bits);

	buf_free(&der);
	return same;
}

static void
rsa_facts(const struct parts *p, struct key_facts *f)
{
	struct rsa_numbers *r = rsa_read(p->bits);

	if (r == NULL)
		return;
	f->type = p->type;
	f->name = "RSA";
	f->bits = integer_bits(r->n);
	f->sane = f->bits >= RSA_BITS_MIN && f->bits <= RSA_BITS_MAX && integer_odd(r->n) &&
	          exponent_sane(r->e) && is_der(r, p->bits);
	rsa_free(r);
}

static const struct {
	int curve, bits;
	const char *group;
} curves[] = {
    {NID_X9_62_prime256v1, 256, SN_X9_62_prime256v1},
    {NID_secp384r1, 384, SN_secp384r1},
    {NID_secp521r1, 521, SN_secp521r1},
};
#define CURVES (sizeof curves / sizeof curves[0])

static void
ec_facts(const struct parts *p, struct key_facts *f)
{
	f->type = EVP_PKEY_EC;
	f->name = "EC";
	f->curve = p->curve == NULL ? 0 : OBJ_obj2nid(p->curve);
	for (size_t i = 0; i < CURVES; i++) {
		size_t octets = ((size_t)curves[i].bits + 7) / 8;
		uint8_t form = p->bits.n == 0 ? 0 : p->bits.p[0];

		if (curves[i].curve != f->curve)
			continue;
		f->bits = curves[i].bits;
		f->sane = (form == 4 && p->bits.n == 1 + 2 * octets) ||
		          ((form == 2 || form == 3) && p->bits.n == 1 + octets);
	}
}

static void
ed25519_facts(const struct parts *p, struct key_facts *f)
{
	f->type = EVP_PKEY_ED25519;
	f->name = "Ed25519";
	f->bits = 256;
	f->sane = p->bits.n == 32;
}

static EVP_PKEY *
key_from(EVP_PKEY_CTX *ctx, OSSL_PARAM_BLD *bld)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY *key = NULL;

	if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	return key;
}

EVP_PKEY *
ossl_key_from(const char *type, OSSL_PARAM_BLD *bld)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = key_from(ctx, bld);

	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
rsa_key(const struct parts *p)
{
	/* Made once a process, as nearly every device has a key of this type. */
	static EVP_PKEY_CTX *maker;
	struct rsa_numbers *r = rsa_read(p->bits);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *n = NULL, *e = NULL;
	EVP_PKEY *key = NULL;

	if (maker == NULL)
		maker = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	if (r != NULL && bld != NULL && (n = ASN1_INTEGER_to_BN(r->n, NULL)) != NULL &&
	    (e = ASN1_INTEGER_to_BN(r->e, NULL)) != NULL &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		key = key_from(maker, bld);
	OSSL_PARAM_BLD_free(bld);
	BN_free(n);
	BN_free(e);
	rsa_free(r);
	return key;
}

/* A key that only makes PSS signatures may restrict digest and salt: OpenSSL's decoder keeps these.
 */
static EVP_PKEY *
rsa_pss_key(const struct parts *p)
{
	struct buf der = {0};
	EVP_PKEY *key = NULL;
	const uint8_t *at;

	if (ossl_spki_write(&der, p->spki) == 0) {
		at = der.p;
		key = d2i_PUBKEY(NULL, &at, (long)der.n);
	}
	buf_free(&der);
	return key;
}

static EVP_PKEY *
ec_key(const struct parts *p)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	int curve = OBJ_obj2nid(p->curve);
	const char *group = NULL;
	EVP_PKEY *key = NULL;

	for (size_t i = 0; i < CURVES; i++)
		if (curves[i].curve == curve)
			group = curves[i].group;
	if (bld != NULL && group != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, p->bits.p, p->bits.n) ==
	        1)
		key = ossl_key_from("EC", bld);
	OSSL_PARAM_BLD_free(bld);
	return key;
}

static EVP_PKEY *
ed25519_key(const struct parts *p)
{
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, p->bits.p, p->bits.n);
}

static const struct kind {
	int type;
	void (*facts)(const struct parts *, struct key_facts *);
	EVP_PKEY *(*key)(const struct parts *);
} kinds[] = {
    {EVP_PKEY_RSA, rsa_facts, rsa_key},
    {EVP_PKEY_RSA_PSS, rsa_facts, rsa_pss_key},
    {EVP_PKEY_EC, ec_facts, ec_key},
    {EVP_PKEY_ED25519, ed25519_facts, ed25519_key},
};

static const struct kind *
kind_of(int type)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

struct key_facts
ossl_key_facts(const X509_PUBKEY *spki)
{
	struct key_facts f = {.name = "unknown"};
	const struct kind *kind;
	struct parts p;

	if (parts_of(spki, &p) == 0 && (kind = kind_of(p.type)) != NULL)
		kind->facts(&p, &f);
	return f;
}

EVP_PKEY *
ossl_spki_key(const X509_PUBKEY *spki, struct err *e)
{
	EVP_PKEY *key;
	struct parts p;

	if (!ossl_key_facts(spki).sane || parts_of(spki, &p) != 0) {
		err_set(e, ERR_SIGNER_KEY, "public key outside the limits");
		return NULL;
	}
	if ((key = kind_of(p.type)->key(&p)) == NULL)
		err_set_ossl(e, ERR_SIGNER_KEY, "public key");
	return key;
}
