/* SPDX-License-Identifier: ISC
 *
 * Parsing without keys, facts of keys, keys from facts. Good keys are made at run time; bad ones
 * are put together octet by octet.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/enc.h"
#include "base/ossl.h"
#include "suites.h"

static X509_PUBKEY *
spki_of(EVP_PKEY *key)
{
	X509_PUBKEY *spki = NULL;

	CU_ASSERT_EQUAL_FATAL(X509_PUBKEY_set(&spki, key), 1);
	return spki;
}

/* A SubjectPublicKeyInfo with any octets as the key. `curve` 0: parameters NULL. */
static X509_PUBKEY *
spki_made(int algorithm, int curve, const void *bits, size_t n)
{
	X509_PUBKEY *spki = X509_PUBKEY_new();
	uint8_t *copy = OPENSSL_memdup(bits, n);

	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	CU_ASSERT_EQUAL_FATAL(X509_PUBKEY_set0_param(spki, OBJ_nid2obj(algorithm),
	                          curve == 0 ? V_ASN1_NULL : V_ASN1_OBJECT,
	                          curve == 0 ? NULL : OBJ_nid2obj(curve), copy, (int)n),
	    1);
	return spki;
}

/* As many octets as DER wants; which are as many as this says. */
static size_t
length_octets(size_t n)
{
	return n < 0x80 ? 1 : n < 0x100 ? 2 : 3;
}

static void
put_length(struct buf *b, size_t n)
{
	size_t octets = length_octets(n);
	uint8_t head[] = {(uint8_t)(0x7f + octets), (uint8_t)(n >> 8), (uint8_t)n};

	if (octets == 2)
		head[1] = (uint8_t)n;
	if (octets == 1)
		head[0] = (uint8_t)n;
	CU_ASSERT_EQUAL_FATAL(buf_add(b, head, octets), 0);
}

/* RSAPublicKey with a modulus of n octets, first and last given, and the exponent in hexadecimal.
 */
static X509_PUBKEY *
rsa_made(uint8_t first, uint8_t last, size_t n, const char *exponent)
{
	struct buf e = {0}, b = {0};
	X509_PUBKEY *spki;
	uint8_t *to;

	CU_ASSERT_EQUAL_FATAL(hex_read(&e, view_str(exponent)), 0);
	CU_ASSERT_EQUAL_FATAL(buf_add_str(&b, "\x30"), 0);
	put_length(&b, 1 + length_octets(n) + n + 2 + e.n);
	CU_ASSERT_EQUAL_FATAL(buf_add_str(&b, "\x02"), 0);
	put_length(&b, n);
	to = buf_room(&b, n);
	CU_ASSERT_PTR_NOT_NULL_FATAL(to);
	memset(to, 0x5a, n);
	to[0] = first;
	to[1] = first == 0 ? 0x80 : 0x5a;
	to[n - 1] = last;
	b.n += n;
	CU_ASSERT_EQUAL_FATAL(buf_add_str(&b, "\x02"), 0);
	CU_ASSERT_EQUAL_FATAL(buf_add(&b, &(uint8_t){(uint8_t)e.n}, 1), 0);
	CU_ASSERT_EQUAL_FATAL(buf_add(&b, e.p, e.n), 0);
	spki = spki_made(EVP_PKEY_RSA, 0, b.p, b.n);
	buf_free(&e);
	buf_free(&b);
	return spki;
}

static void
not_sane(X509_PUBKEY *spki, int type, int bits)
{
	struct key_facts f = ossl_key_facts(spki);
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(f.type, type);
	CU_ASSERT_EQUAL(f.bits, bits);
	CU_ASSERT(!f.sane);
	CU_ASSERT_PTR_NULL(ossl_spki_key(spki, &e));
	CU_ASSERT_EQUAL(e.code, ERR_SIGNER_KEY);
	X509_PUBKEY_free(spki);
}

static X509 *
cert_made(EVP_PKEY *key)
{
	X509 *x = X509_new();

	CU_ASSERT_PTR_NOT_NULL_FATAL(x);
	CU_ASSERT_EQUAL_FATAL(X509_set_version(x, X509_VERSION_3), 1);
	CU_ASSERT_EQUAL_FATAL(ASN1_INTEGER_set(X509_get_serialNumber(x), 1), 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(X509_gmtime_adj(X509_getm_notBefore(x), 0));
	CU_ASSERT_PTR_NOT_NULL_FATAL(X509_gmtime_adj(X509_getm_notAfter(x), 3600));
	CU_ASSERT_EQUAL_FATAL(X509_set_pubkey(x, key), 1);
	CU_ASSERT(X509_sign(x, key, EVP_sha256()) > 0);
	return x;
}

static void
certificate_without_its_key(void)
{
	EVP_PKEY *made = EVP_EC_gen("P-256"), *built;
	X509 *x = cert_made(made), *read;
	struct buf der = {0}, again = {0}, longer = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(ossl_write(&der, x, ASN1_ITEM_rptr(X509)), 0);
	read = ossl_cert_read(buf_view(&der));
	CU_ASSERT_PTR_NOT_NULL_FATAL(read);
	CU_ASSERT_PTR_NULL(X509_get0_pubkey(read));
	ERR_clear_error();
	CU_ASSERT_EQUAL(ossl_write(&again, read, ASN1_ITEM_rptr(X509)), 0);
	CU_ASSERT(view_eq(buf_view(&again), buf_view(&der)));
	built = ossl_spki_key(X509_get_X509_PUBKEY(read), &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(built);
	CU_ASSERT_EQUAL(EVP_PKEY_eq(built, made), 1);
	CU_ASSERT_EQUAL(X509_verify(x, built), 1);

	CU_ASSERT_PTR_NULL(ossl_cert_read(view_of(der.p, der.n - 1)));
	CU_ASSERT_PTR_NULL(ossl_cert_read(view_of(der.p, 0)));
	CU_ASSERT_EQUAL_FATAL(buf_add(&longer, der.p, der.n), 0);
	CU_ASSERT_EQUAL_FATAL(buf_add(&longer, "\0", 1), 0);
	CU_ASSERT_PTR_NULL(ossl_cert_read(buf_view(&longer)));
	CU_ASSERT_PTR_NULL(ossl_csr_read(buf_view(&der)));
	ERR_clear_error();
	EVP_PKEY_free(built);
	EVP_PKEY_free(made);
	X509_free(read);
	X509_free(x);
	buf_free(&der);
	buf_free(&again);
	buf_free(&longer);
}

static void
request_without_its_key(void)
{
	EVP_PKEY *made = EVP_EC_gen("P-256"), *built;
	X509_REQ *req = X509_REQ_new(), *read;
	struct buf der = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(X509_REQ_set_pubkey(req, made), 1);
	CU_ASSERT_FATAL(X509_REQ_sign(req, made, EVP_sha256()) > 0);
	CU_ASSERT_EQUAL_FATAL(ossl_write(&der, req, ASN1_ITEM_rptr(X509_REQ)), 0);
	read = ossl_csr_read(buf_view(&der));
	CU_ASSERT_PTR_NOT_NULL_FATAL(read);
	CU_ASSERT_PTR_NULL(X509_REQ_get0_pubkey(read));
	ERR_clear_error();
	built = ossl_spki_key(X509_REQ_get_X509_PUBKEY(read), &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(built);
	CU_ASSERT_EQUAL(X509_REQ_verify_ex(read, built, NULL, NULL), 1);
	EVP_PKEY_free(built);
	EVP_PKEY_free(made);
	X509_REQ_free(read);
	X509_REQ_free(req);
	buf_free(&der);
}

static EVP_PKEY *
pss_gen(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *key = NULL;

	CU_ASSERT_EQUAL_FATAL(EVP_PKEY_keygen_init(ctx), 1);
	CU_ASSERT_EQUAL_FATAL(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 1024), 1);
	CU_ASSERT_EQUAL_FATAL(EVP_PKEY_CTX_set_rsa_pss_keygen_md(ctx, EVP_sha256()), 1);
	CU_ASSERT_EQUAL_FATAL(EVP_PKEY_keygen(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
compressed_gen(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-384");

	CU_ASSERT_EQUAL_FATAL(EVP_PKEY_set_utf8_string_param(
	                          key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed"),
	    1);
	return key;
}

static void
good_keys_come_back(void)
{
	struct {
		EVP_PKEY *key;
		struct key_facts f;
	} rows[] = {
	    {EVP_RSA_gen(1024), {EVP_PKEY_RSA, 1024, 0, true, "RSA"}},
	    {EVP_RSA_gen(1030), {EVP_PKEY_RSA, 1030, 0, true, "RSA"}},
	    {pss_gen(), {EVP_PKEY_RSA_PSS, 1024, 0, true, "RSA"}},
	    {EVP_EC_gen("P-256"), {EVP_PKEY_EC, 256, NID_X9_62_prime256v1, true, "EC"}},
	    {compressed_gen(), {EVP_PKEY_EC, 384, NID_secp384r1, true, "EC"}},
	    {EVP_EC_gen("P-521"), {EVP_PKEY_EC, 521, NID_secp521r1, true, "EC"}},
	    {EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), {EVP_PKEY_ED25519, 256, 0, true, "Ed25519"}},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		X509_PUBKEY *spki = spki_of(rows[i].key);
		struct key_facts f = ossl_key_facts(spki);
		struct err e = ERR_INIT;
		EVP_PKEY *built = ossl_spki_key(spki, &e);

		CU_ASSERT_EQUAL(f.type, rows[i].f.type);
		CU_ASSERT_EQUAL(f.bits, rows[i].f.bits);
		CU_ASSERT_EQUAL(f.curve, rows[i].f.curve);
		CU_ASSERT(f.sane);
		CU_ASSERT_STRING_EQUAL(f.name, rows[i].f.name);
		CU_ASSERT_PTR_NOT_NULL_FATAL(built);
		CU_ASSERT_EQUAL(EVP_PKEY_eq(built, rows[i].key), 1);
		EVP_PKEY_free(built);
		EVP_PKEY_free(rows[i].key);
		X509_PUBKEY_free(spki);
	}
}

static void
rsa_limits(void)
{
	X509_PUBKEY *spki = rsa_made(0x40, 1, 128, "010001");
	struct err e = ERR_INIT;
	EVP_PKEY *key = ossl_spki_key(spki, &e);

	CU_ASSERT_PTR_NOT_NULL(key);
	EVP_PKEY_free(key);
	X509_PUBKEY_free(spki);
	not_sane(rsa_made(0x7f, 1, 64, "010001"), EVP_PKEY_RSA, 511);
	not_sane(rsa_made(0x01, 1, 1025, "010001"), EVP_PKEY_RSA, 8193);
	not_sane(rsa_made(0x40, 1, 60000, "010001"), EVP_PKEY_RSA, 60000 * 8 - 1);
	not_sane(rsa_made(0x40, 2, 128, "010001"), EVP_PKEY_RSA, 1023);
	not_sane(rsa_made(0xc0, 1, 128, "010001"), EVP_PKEY_RSA, 0);
	not_sane(rsa_made(0x40, 1, 128, "01"), EVP_PKEY_RSA, 1023);
	not_sane(rsa_made(0x40, 1, 128, "00"), EVP_PKEY_RSA, 1023);
	not_sane(rsa_made(0x40, 1, 128, "fd"), EVP_PKEY_RSA, 1023);
	not_sane(rsa_made(0x40, 1, 128, "010000"), EVP_PKEY_RSA, 1023);
	not_sane(rsa_made(0x40, 1, 128, "0200000001"), EVP_PKEY_RSA, 1023);
	not_sane(rsa_made(0x40, 1, 128, "010000000000000001"), EVP_PKEY_RSA, 1023);
}

/* The same numbers in a BER that is no DER. */
static void
rsa_in_ber(void)
{
	X509_PUBKEY *spki = rsa_made(0x40, 1, 128, "010001");
	const uint8_t *der;
	struct buf ber = {0};
	int n;

	CU_ASSERT_EQUAL_FATAL(X509_PUBKEY_get0_param(NULL, &der, &n, NULL, spki), 1);
	CU_ASSERT_EQUAL_FATAL(der[1], 0x81);
	CU_ASSERT_EQUAL_FATAL(buf_add(&ber, "\x30\x80", 2), 0);
	CU_ASSERT_EQUAL_FATAL(buf_add(&ber, der + 3, (size_t)n - 3), 0);
	CU_ASSERT_EQUAL_FATAL(buf_add(&ber, "\0\0", 2), 0);
	not_sane(spki_made(EVP_PKEY_RSA, 0, ber.p, ber.n), EVP_PKEY_RSA, 1023);
	buf_free(&ber);
	X509_PUBKEY_free(spki);
}

static void
rsa_at_the_limits(void)
{
	static const struct {
		uint8_t first;
		size_t n;
		const char *exponent;
		int bits;
	} rows[] = {{0, 65, "03", 512}, {0, 1025, "010001", 8192}, {0x40, 128, "01ffffffff", 1023}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		X509_PUBKEY *spki = rsa_made(rows[i].first, 1, rows[i].n, rows[i].exponent);

		CU_ASSERT_EQUAL(ossl_key_facts(spki).bits, rows[i].bits);
		CU_ASSERT(ossl_key_facts(spki).sane);
		X509_PUBKEY_free(spki);
	}
}

static void
rsa_unreadable(void)
{
	static const char *const bits[] = {"\x30\x06\x02\x01\x05\x02\x01\x03\x05",
	    "\x30\x03\x02\x01\x05", "\x04\x01x", "\x30\x08\x02\x01\x05\x02\x01\x03\x05\x01"};

	for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++)
		not_sane(spki_made(EVP_PKEY_RSA, 0, bits[i], strlen(bits[i])), 0, 0);
	ERR_clear_error();
}

static void
ec_limits(void)
{
	uint8_t point[1 + 2 * 72] = {4};

	not_sane(spki_made(EVP_PKEY_EC, NID_X9_62_prime256v1, point, 64), EVP_PKEY_EC, 256);
	not_sane(spki_made(EVP_PKEY_EC, NID_X9_62_prime256v1, point, 66), EVP_PKEY_EC, 256);
	not_sane(spki_made(EVP_PKEY_EC, NID_secp384r1, point, 65), EVP_PKEY_EC, 384);
	not_sane(spki_made(EVP_PKEY_EC, NID_secp256k1, point, 65), EVP_PKEY_EC, 0);
	not_sane(spki_made(EVP_PKEY_EC, NID_sect571r1, point, 1 + 2 * 72), EVP_PKEY_EC, 0);
	not_sane(spki_made(EVP_PKEY_EC, 0, point, 65), EVP_PKEY_EC, 0);
	point[0] = 6;
	not_sane(spki_made(EVP_PKEY_EC, NID_X9_62_prime256v1, point, 65), EVP_PKEY_EC, 256);
	point[0] = 0;
	not_sane(spki_made(EVP_PKEY_EC, NID_X9_62_prime256v1, point, 1), EVP_PKEY_EC, 256);
	point[0] = 2;
	not_sane(spki_made(EVP_PKEY_EC, NID_X9_62_prime256v1, point, 65), EVP_PKEY_EC, 256);
	point[0] = 5;
	not_sane(spki_made(EVP_PKEY_EC, NID_X9_62_prime256v1, point, 33), EVP_PKEY_EC, 256);
}

static void
point_off_the_curve(void)
{
	static const uint8_t plain[65] = {4, 1}, compressed[33] = {2, 0, 0, [32] = 1};
	X509_PUBKEY *spki[] = {spki_made(EVP_PKEY_EC, NID_X9_62_prime256v1, plain, sizeof plain),
	    spki_made(EVP_PKEY_EC, NID_X9_62_prime256v1, compressed, sizeof compressed)};

	for (size_t i = 0; i < 2; i++) {
		struct err e = ERR_INIT;

		CU_ASSERT(ossl_key_facts(spki[i]).sane);
		CU_ASSERT_PTR_NULL(ossl_spki_key(spki[i], &e));
		CU_ASSERT_EQUAL(e.code, ERR_SIGNER_KEY);
		CU_ASSERT_EQUAL(ERR_peek_error(), 0);
		X509_PUBKEY_free(spki[i]);
	}
}

static void
other_keys_are_unknown(void)
{
	uint8_t raw[57] = {9};

	CU_ASSERT_STRING_EQUAL(ossl_key_facts(NULL).name, "unknown");
	not_sane(spki_made(EVP_PKEY_X25519, 0, raw, 32), 0, 0);
	not_sane(spki_made(EVP_PKEY_ED448, 0, raw, 57), 0, 0);
	not_sane(spki_made(EVP_PKEY_DSA, 0, raw, 32), 0, 0);
	not_sane(spki_made(EVP_PKEY_ED25519, 0, raw, 31), EVP_PKEY_ED25519, 256);
	not_sane(spki_made(EVP_PKEY_ED25519, 0, raw, 33), EVP_PKEY_ED25519, 256);
}

static void
spki_octets_are_kept(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509_PUBKEY *spki = spki_of(key);
	uint8_t *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	struct buf out = {0};

	CU_ASSERT_EQUAL(ossl_spki_write(&out, spki), 0);
	CU_ASSERT(view_eq(buf_view(&out), view_of(der, (size_t)n)));
	OPENSSL_free(der);
	buf_free(&out);
	X509_PUBKEY_free(spki);
	EVP_PKEY_free(key);
}

/* Test case 2 of RFC 4231, between others, none of which leaves its key to the next. */
static void
hmac_of_rfc_4231(void)
{
	static const char expected[] =
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
	uint8_t out[32], other[32];
	char hex[65];

	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL_FATAL(ossl_hmac(view_str("a longer key than that, of more octets"
		                                         " than a block of SHA-256 has"),
		                          view_of(NULL, 0), other),
		    0);
		CU_ASSERT_EQUAL_FATAL(
		    ossl_hmac(view_str("Jefe"), view_str("what do ya want for nothing?"), out), 0);
		hex_of(view_of(out, sizeof out), hex);
		CU_ASSERT_STRING_EQUAL(hex, expected);
		CU_ASSERT(memcmp(out, other, sizeof out) != 0);
	}
}

static void
sha256_of_nothing_and_abc(void)
{
	uint8_t out[32];
	struct buf hex = {0};

	ossl_sha256(view_of(NULL, 0), out);
	CU_ASSERT_EQUAL(hex_write(&hex, view_of(out, 4)), 0);
	ossl_sha256(view_str("abc"), out);
	CU_ASSERT_EQUAL(hex_write(&hex, view_of(out, 32)), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&hex),
	    "e3b0c442"
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	buf_free(&hex);
}

static void
starting_twice_is_one_start(void)
{
	OSSL_LIB_CTX *ctx = ossl_parse_ctx();
	struct err e = ERR_INIT;

	CU_ASSERT_PTR_NOT_NULL(ctx);
	CU_ASSERT_EQUAL(ossl_start(&e), 0);
	CU_ASSERT_PTR_EQUAL(ossl_parse_ctx(), ctx);
}

CU_TestInfo ossl_tests[] = {
    T(starting_twice_is_one_start),
    T(certificate_without_its_key),
    T(request_without_its_key),
    T(good_keys_come_back),
    T(rsa_limits),
    T(rsa_in_ber),
    T(rsa_at_the_limits),
    T(rsa_unreadable),
    T(ec_limits),
    T(point_off_the_curve),
    T(other_keys_are_unknown),
    T(spki_octets_are_kept),
    T(sha256_of_nothing_and_abc),
    T(hmac_of_rfc_4231),
    CU_TEST_INFO_NULL,
};
