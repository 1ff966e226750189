/* SPDX-License-Identifier: ISC
 *
 * Everything is made at run time with OpenSSL's own functions; what cannot be made ends the test.
 */
#include <stdarg.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "harness.h"
#include "make.h"

static EVP_PKEY *keys[KEY_COUNT];

static EVP_PKEY *
pss_new(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *key = NULL;

	EVP_PKEY_keygen_init(ctx);
	EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048);
	EVP_PKEY_keygen(ctx, &key);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
key_new(enum make_key k)
{
	static const char *const groups[KEY_COUNT] = {
	    [KEY_ROOT] = "P-256",
	    [KEY_OTHER] = "P-256",
	    [KEY_P256] = "P-256",
	    [KEY_P384] = "P-384",
	    [KEY_P521] = "P-521",
	    [KEY_SECP256K1] = "secp256k1",
	};

	if (k == KEY_RSA || k == KEY_RSA_SMALL)
		return EVP_RSA_gen(k == KEY_RSA ? 2048 : 1024);
	if (k == KEY_PSS)
		return pss_new();
	if (k == KEY_ED25519)
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return EVP_EC_gen(groups[k]);
}

EVP_PKEY *
make_key(enum make_key k)
{
	if (keys[k] == NULL)
		keys[k] = key_new(k);
	CU_ASSERT_PTR_NOT_NULL_FATAL(keys[k]);
	return keys[k];
}

void
make_end(void)
{
	for (int k = 0; k < KEY_COUNT; k++)
		EVP_PKEY_free(keys[k]);
}

static void
add_ext(X509 *cert, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;

	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ext);
	CU_ASSERT_EQUAL_FATAL(X509_add_ext(cert, ext, -1), 1);
	X509_EXTENSION_free(ext);
}

X509 *
make_ca(struct make_ca m)
{
	EVP_PKEY *by = make_key(m.issuer == NULL ? m.key : m.issuer_key);
	X509 *c = X509_new();
	X509_NAME *name = X509_NAME_new();

	CU_ASSERT_EQUAL_FATAL(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	                          (const unsigned char *)m.cn, -1, -1, 0),
	    1);
	X509_set_version(c, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(c), 7);
	ASN1_TIME_set(X509_getm_notBefore(c), m.not_before != 0 ? m.not_before : NOW - 3650 * DAY);
	ASN1_TIME_set(X509_getm_notAfter(c), m.not_after != 0 ? m.not_after : NOW + 3650 * DAY);
	X509_set_subject_name(c, name);
	X509_set_issuer_name(c, m.issuer == NULL ? name : X509_get_subject_name(m.issuer));
	X509_set_pubkey(c, make_key(m.key));
	if ((m.flags & CA_NOT) == 0)
		add_ext(c, NID_basic_constraints,
		    m.flags & CA_FALSE ? "critical,CA:FALSE" : "critical,CA:TRUE");
	if ((m.flags & CA_BAD_USAGE) != 0)
		add_ext(c, NID_key_usage, "critical,DER:0101FF");
	else if ((m.flags & CA_NO_USAGE) == 0)
		add_ext(c, NID_key_usage,
		    m.flags & CA_NO_SIGN ? "critical,cRLSign" : "critical,keyCertSign,cRLSign");
	if ((m.flags & CA_NO_KEY_ID) == 0)
		add_ext(c, NID_subject_key_identifier, "hash");
	CU_ASSERT_FATAL(X509_sign(c, by, EVP_PKEY_is_a(by, "ED25519") ? NULL : EVP_sha256()) > 0);
	X509_NAME_free(name);
	return c;
}

void
make_pem(struct buf *out, const X509 *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n;

	CU_ASSERT_EQUAL_FATAL(PEM_write_bio_X509(bio, cert), 1);
	n = BIO_get_mem_data(bio, &text);
	CU_ASSERT_EQUAL_FATAL(buf_add(out, text, (size_t)n), 0);
	BIO_free(bio);
}

void
make_authority(struct authority *a, enum make_key key)
{
	X509 *cert = make_ca((struct make_ca){.cn = "Issuing CA", .key = key});
	struct err e = ERR_INIT;
	struct buf pem = {0};

	make_pem(&pem, cert);
	CU_ASSERT_EQUAL_FATAL(authority_read(a, "test", buf_view(&pem), view_str(""), &e), 0);
	buf_free(&pem);
	X509_free(cert);
}

void
make_csr(struct csr *c, enum make_key key, enum digest d, STACK_OF(X509_EXTENSION) *exts, ...)
{
	X509_NAME *name = X509_NAME_new();
	struct csr_wish wish = {.subject = name, .exts = exts, .digest = d};
	struct err e = ERR_INIT;
	struct buf der = {0};
	const char *item;
	va_list ap;

	va_start(ap, exts);
	while ((item = va_arg(ap, const char *)) != NULL) {
		const char *value = strchr(item, '=') + 1;
		char type[32] = "";

		memcpy(type, item, (size_t)(value - 1 - item));
		CU_ASSERT_EQUAL_FATAL(X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8,
		                          (const unsigned char *)value, -1, -1, 0),
		    1);
	}
	va_end(ap);
	CU_ASSERT_EQUAL_FATAL(csr_write(&wish, make_key(key), &der, &e), 0);
	CU_ASSERT_EQUAL_FATAL(csr_read(buf_view(&der), NULL, c, &e), 0);
	buf_free(&der);
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	X509_NAME_free(name);
}

static void
push_ext(STACK_OF(X509_EXTENSION) **exts, X509_EXTENSION *ext)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(ext);
	if (*exts == NULL)
		*exts = sk_X509_EXTENSION_new_null();
	CU_ASSERT_FATAL(sk_X509_EXTENSION_push(*exts, ext) > 0);
}

void
make_ext(STACK_OF(X509_EXTENSION) **exts, const char *oid, const char *value)
{
	push_ext(exts, X509V3_EXT_conf_nid(NULL, NULL, OBJ_txt2nid(oid), value));
}

void
make_raw_ext(STACK_OF(X509_EXTENSION) **exts, const char *oid, struct view value)
{
	ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
	ASN1_OBJECT *type = OBJ_txt2obj(oid, 1);

	CU_ASSERT_EQUAL_FATAL(ASN1_OCTET_STRING_set(octets, value.p, (int)value.n), 1);
	push_ext(exts, X509_EXTENSION_create_by_OBJ(NULL, type, 0, octets));
	ASN1_OCTET_STRING_free(octets);
	ASN1_OBJECT_free(type);
}

void
make_uri(STACK_OF(X509_EXTENSION) **exts, const char *uri)
{
	uint8_t der[4 + 120] = {0x30, (uint8_t)(strlen(uri) + 2), 0x86, (uint8_t)strlen(uri)};

	CU_ASSERT_FATAL(strlen(uri) <= 120);
	memcpy(der + 4, uri, strlen(uri));
	make_raw_ext(exts, "2.5.29.17", view_of(der, 4 + strlen(uri)));
}

X509 *
make_plain(const X509 *cert)
{
	struct buf der = {0};
	const uint8_t *at;
	X509 *plain;

	CU_ASSERT_EQUAL_FATAL(ossl_write(&der, cert, ASN1_ITEM_rptr(X509)), 0);
	at = der.p;
	plain = d2i_X509(NULL, &at, (long)der.n);
	CU_ASSERT_PTR_NOT_NULL_FATAL(plain);
	buf_free(&der);
	return plain;
}
