/* SPDX-License-Identifier: ISC
 *
 * The public half of a key in a token, made into a key of OpenSSL from the attributes that the
 * token shows.
 */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>

#include "base/ossl.h"
#include "tokens.h"

/* The public key object beside a private one: the same CKA_ID. */
static int
find_public(
    struct token_module *m, ck_session session, ck_object private, ck_object *out, struct err *e)
{
	struct token_uri beside = {.id_len = 0};
	struct buf id = {0};
	struct ck_read read = {CKA_ID, &id};
	ck_object found[2];
	size_t n = 0;
	int rc = object_read(m, session, private, &read, 1, e);

	if (rc == 0 && id.n > 0 && id.n <= sizeof beside.id) {
		memcpy(beside.id, id.p, id.n);
		beside.id_len = id.n;
		rc = object_find(m, session, CKO_PUBLIC_KEY, &beside, found, &n, e);
	}
	if (rc == 0 && n != 1)
		rc = err_set(e, ERR_KEY_FILE,
		    "beside the private key the token has to hold its public key with the same id");
	else if (rc == 0)
		*out = found[0];
	buf_free(&id);
	return rc;
}

static EVP_PKEY *
rsa_public(struct token_module *m, ck_session session, ck_object private, struct err *e)
{
	OSSL_PARAM_BLD *parts = OSSL_PARAM_BLD_new();
	struct buf n = {0}, exponent = {0};
	struct ck_read read[] = {{CKA_MODULUS, &n}, {CKA_PUBLIC_EXPONENT, &exponent}};
	BIGNUM *bn_n = NULL, *bn_e = NULL;
	EVP_PKEY *key = NULL;
	ck_object public;
	int rc = object_read(m, session, private, read, 2, e);

	/* PKCS#11 lets a private key lack its public exponent. */
	if (rc == 0 && exponent.n == 0 && (rc = find_public(m, session, private, &public, e)) == 0)
		rc = object_read(m, session, public, &read[1], 1, e);
	if (rc == 0 && parts != NULL && (bn_n = BN_bin2bn(n.p, (int)n.n, NULL)) != NULL &&
	    (bn_e = BN_bin2bn(exponent.p, (int)exponent.n, NULL)) != NULL &&
	    OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_N, bn_n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_E, bn_e) == 1)
		key = ossl_key_from("RSA", parts);
	OSSL_PARAM_BLD_free(parts);
	BN_free(bn_n);
	BN_free(bn_e);
	buf_free(&n);
	buf_free(&exponent);
	ERR_clear_error();
	return key;
}

/* The name of the curve of an ECParameters that is an object identifier (RFC 5480 section 2.1.1).
 */
static const char *
curve_of(const struct buf *params)
{
	const unsigned char *p = params->p;
	ASN1_OBJECT *curve = params->n > 0 ? d2i_ASN1_OBJECT(NULL, &p, (long)params->n) : NULL;
	const char *name = curve != NULL ? OBJ_nid2sn(OBJ_obj2nid(curve)) : NULL;

	ASN1_OBJECT_free(curve);
	return name;
}

/* A point in an OCTET STRING, as the standard has it, or bare, as some tokens do. */
static struct view
point_of(const struct buf *value)
{
	const unsigned char *p = value->p;
	long n;
	int tag, class;

	if (value->n > 2 && (ASN1_get_object(&p, &n, &tag, &class, (long)value->n) & 0x80) == 0 &&
	    tag == V_ASN1_OCTET_STRING && n > 0 && p + n == value->p + value->n)
		return view_of(p, (size_t)n);
	return buf_view(value);
}

static EVP_PKEY *
ec_public(struct token_module *m, ck_session session, ck_object private, struct err *e)
{
	OSSL_PARAM_BLD *parts = OSSL_PARAM_BLD_new();
	struct buf params = {0}, value = {0};
	struct ck_read read[] = {{CKA_EC_PARAMS, &params}, {CKA_EC_POINT, &value}};
	EVP_PKEY *key = NULL;
	ck_object public;
	const char *curve;
	struct view point;

	if (find_public(m, session, private, &public, e) != 0 ||
	    object_read(m, session, public, read, 2, e) != 0)
		goto out;
	curve = curve_of(&params);
	point = point_of(&value);
	if (parts != NULL && curve != NULL && point.n > 0 &&
	    OSSL_PARAM_BLD_push_utf8_string(parts, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(parts, OSSL_PKEY_PARAM_PUB_KEY, point.p, point.n) == 1)
		key = ossl_key_from("EC", parts);
out:
	OSSL_PARAM_BLD_free(parts);
	buf_free(&params);
	buf_free(&value);
	ERR_clear_error();
	return key;
}

EVP_PKEY *
token_public(struct token_module *m, ck_session session, ck_object private, struct err *e)
{
	ck_ulong type = CK_UNAVAILABLE;
	struct ck_attribute a = {CKA_KEY_TYPE, &type, sizeof type};
	EVP_PKEY *key = NULL;

	if (m->f->get_attribute_value(session, private, &a, 1) == CKR_OK) {
		if (type == CKK_RSA)
			key = rsa_public(m, session, private, e);
		else if (type == CKK_EC)
			key = ec_public(m, session, private, e);
	}
	if (key == NULL)
		err_set(e, ERR_KEY_FILE, "the key is neither RSA nor EC on a known curve");
	return key;
}
