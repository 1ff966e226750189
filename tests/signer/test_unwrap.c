/* SPDX-License-Identifier: ISC
 *
 * Implicit rejection. Whoever can repeat a message must see the same outcome whether its padding
 * was right or wrong: that is the test, with OpenSSL's CMS_decrypt as the control, which draws a
 * fresh key for wrong padding and so fails it.
 */
#include <string.h>

#include <openssl/cms.h>
#include <openssl/rsa.h>

#include "harness.h"
#include "signer/signer.h"
#include "signer/token.h"
#include "suites.h"
#include "support/make.h"
#include "support/softhsm.h"
#include "tmpdir.h"

#define K 256 /* octets of the modulus */

static struct ra_key *ra;
static X509 *ra_cert;
static EVP_PKEY *public; /* of the RA */
static struct tmpdir dir;
static int times = 400; /* that a message is repeated */

/* Takes over the key. */
static int
start_with(EVP_PKEY *key)
{
	struct err e = ERR_INIT;

	ra_cert = make_cert(&(struct make_cert){.key = key, .cn = "CN=ra"});
	public = ossl_spki_key(X509_get_X509_PUBKEY(ra_cert), &e);
	ra = ra_key_new(key, ra_cert, &e);
	return ra == NULL || public == NULL;
}

static int
start(void)
{
	EVP_PKEY_up_ref(make_rsa(2048, 0));
	return start_with(make_rsa(2048, 0));
}

static int
stop(void)
{
	ra_key_free(ra);
	X509_free(ra_cert);
	EVP_PKEY_free(public);
	return 0;
}

/* Where there is no token the tests run once more with the key in a file. */
static int
start_token(void)
{
	struct token_place place = {
	    SOFTHSM_TOKEN_URI ";object=unwrap", softhsm_module(), view_str(SOFTHSM_PIN)};
	struct key_spec spec = {.type = EVP_PKEY_RSA, .bits = 2048};
	struct err e = ERR_INIT;

	times = 40; /* a token takes its time */
	if (tmpdir_make(&dir) != 0)
		return 1;
	return softhsm_start(dir.path) ? start_with(token_make(&place, &spec, &e)) : start();
}

static int
stop_token(void)
{
	stop();
	softhsm_stop();
	tmpdir_remove(&dir);
	return 0;
}

/* The public operation on a padded block of our choice. */
static void
raw_encrypt(const uint8_t block[K], uint8_t out[K])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(public, NULL);
	size_t n = K;

	CU_ASSERT_EQUAL_FATAL(EVP_PKEY_encrypt_init(ctx), 1);
	CU_ASSERT_EQUAL_FATAL(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING), 1);
	CU_ASSERT_EQUAL_FATAL(EVP_PKEY_encrypt(ctx, out, &n, block, K), 1);
	EVP_PKEY_CTX_free(ctx);
}

enum fault { NONE, FIRST, SECOND, NO_SEPARATOR, EARLY_ZERO, SHORT_KEY, LONG_KEY, ZEROES, FAULTS };

/* 00 02 ff.. 00 key, with one fault. The key is `seed` repeated. */
static void
block_with(enum fault fault, size_t key_len, uint8_t seed, uint8_t block[K])
{
	size_t n = key_len + (fault == LONG_KEY) - (fault == SHORT_KEY);

	memset(block, 0xff, K);
	block[0] = fault == FIRST ? 1 : 0;
	block[1] = fault == SECOND ? 1 : 2;
	block[K - n - 1] = fault == NO_SEPARATOR ? 0xff : 0;
	memset(block + K - n, seed, n);
	if (fault == EARLY_ZERO)
		block[30] = 0;
	if (fault == ZEROES)
		memset(block, 0, K);
}

static void
unwrap(struct view encrypted, enum key_transport kind, size_t n, struct secret *cek)
{
	struct env_recipient r = {{kind, DIGEST_SHA256, DIGEST_SHA256}, encrypted};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(signer_unwrap(ra, &r, n, cek, &e), 0);
	CU_ASSERT_EQUAL(cek->n, n);
	CU_ASSERT_EQUAL(e.code, ERR_OK);
}

static void
the_right_key_comes_out(void)
{
	static const size_t lengths[] = {16, 24, 32};

	for (size_t i = 0; i < 3; i++) {
		uint8_t block[K], encrypted[K];
		struct secret cek = {0};

		block_with(NONE, lengths[i], 0x5a, block);
		raw_encrypt(block, encrypted);
		unwrap(view_of(encrypted, K), KEY_TRANSPORT_PKCS1, lengths[i], &cek);
		CU_ASSERT_EQUAL(memcmp(cek.p, block + K - lengths[i], lengths[i]), 0);
		secret_free(&cek);
	}
}

/* Every fault gives a key; the same one each time; never the octets that stood at the key's place;
 * another one for another ciphertext. */
static void
every_fault_gives_a_constant_key(void)
{
	for (int fault = FIRST; fault < FAULTS; fault++) {
		uint8_t block[K], encrypted[K], other[K];
		struct secret a = {0}, b = {0}, c = {0};

		block_with((enum fault)fault, 16, 0x5a, block);
		raw_encrypt(block, encrypted);
		block[40] ^= fault == ZEROES ? 0 : 1;
		block[60] ^= 1;
		raw_encrypt(block, other);
		unwrap(view_of(encrypted, K), KEY_TRANSPORT_PKCS1, 16, &a);
		unwrap(view_of(encrypted, K), KEY_TRANSPORT_PKCS1, 16, &b);
		unwrap(view_of(other, K), KEY_TRANSPORT_PKCS1, 16, &c);
		CU_ASSERT_TRUE(view_eq(secret_view(&a), secret_view(&b)));
		CU_ASSERT_FALSE(view_eq(secret_view(&a), secret_view(&c)));
		CU_ASSERT_FALSE(view_eq(secret_view(&a), view_of(block + K - 16, 16)));
		secret_free(&a);
		secret_free(&b);
		secret_free(&c);
	}
}

static void
ciphertexts_of_no_block_give_a_key_too(void)
{
	uint8_t high[K], bytes[K + 1] = {1};
	struct view cases[] = {{bytes, 0}, {bytes, 1}, {bytes, K - 1}, {bytes, K + 1}, {high, K}};

	memset(high, 0xff, sizeof high); /* above the modulus */
	for (int kind = KEY_TRANSPORT_PKCS1; kind <= KEY_TRANSPORT_OAEP; kind++)
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			struct secret a = {0}, b = {0};

			unwrap(cases[i], (enum key_transport)kind, 32, &a);
			unwrap(cases[i], (enum key_transport)kind, 32, &b);
			CU_ASSERT_TRUE(view_eq(secret_view(&a), secret_view(&b)));
			secret_free(&a);
			secret_free(&b);
		}
}

/* A ciphertext that begins with a zero is not taken without it. */
static void
a_ciphertext_is_as_long_as_the_modulus(void)
{
	uint8_t block[K], encrypted[K] = {1};
	struct secret cek = {0};

	block_with(NONE, 16, 0x5a, block);
	for (unsigned i = 0; encrypted[0] != 0; i++) {
		block[10] = (uint8_t)(i % 255 + 1);
		block[11] = (uint8_t)(i / 255 + 1);
		raw_encrypt(block, encrypted);
	}
	unwrap(view_of(encrypted, K), KEY_TRANSPORT_PKCS1, 16, &cek);
	CU_ASSERT_EQUAL(memcmp(cek.p, block + K - 16, 16), 0);
	secret_free(&cek);
	unwrap(view_of(encrypted + 1, K - 1), KEY_TRANSPORT_PKCS1, 16, &cek);
	CU_ASSERT_NOT_EQUAL(memcmp(cek.p, block + K - 16, 16), 0);
	secret_free(&cek);
}

/* What stands in for a key is known to nobody who lacks the RA key: another RA makes another. */
static void
the_key_of_a_fault_is_a_secret_of_the_ra(void)
{
	X509 *cert = make_cert(&(struct make_cert){.key = make_rsa(2048, 1), .cn = "CN=other"});
	const struct env_recipient r = {
	    {KEY_TRANSPORT_PKCS1, DIGEST_SHA256, DIGEST_SHA256}, view_str("no block")};
	struct secret here = {0}, there = {0};
	struct err e = ERR_INIT;
	struct ra_key *other;

	EVP_PKEY_up_ref(make_rsa(2048, 1));
	other = ra_key_new(make_rsa(2048, 1), cert, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(other);
	CU_ASSERT_EQUAL(signer_unwrap(ra, &r, 16, &here, &e), 0);
	CU_ASSERT_EQUAL(signer_unwrap(other, &r, 16, &there, &e), 0);
	CU_ASSERT_FALSE(view_eq(secret_view(&here), secret_view(&there)));
	secret_free(&here);
	secret_free(&there);
	ra_key_free(other);
	X509_free(cert);
}

static void
oaep_of_a_wrong_length_or_hash_gives_a_constant_key(void)
{
	static const struct {
		size_t n;
		const EVP_MD *(*md)(void);
		bool right;
	} cases[] = {{16, EVP_sha256, true}, {15, EVP_sha256, false}, {17, EVP_sha256, false},
	    {16, EVP_sha1, false}};
	uint8_t key[32];

	memset(key, 0x5a, sizeof key);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(public, NULL);
		uint8_t encrypted[K];
		size_t n = K;
		struct secret a = {0}, b = {0};

		EVP_PKEY_encrypt_init(ctx);
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING);
		EVP_PKEY_CTX_set_rsa_oaep_md(ctx, cases[i].md());
		EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, cases[i].md());
		CU_ASSERT_EQUAL_FATAL(EVP_PKEY_encrypt(ctx, encrypted, &n, key, cases[i].n), 1);
		unwrap(view_of(encrypted, K), KEY_TRANSPORT_OAEP, 16, &a);
		unwrap(view_of(encrypted, K), KEY_TRANSPORT_OAEP, 16, &b);
		CU_ASSERT_TRUE(view_eq(secret_view(&a), secret_view(&b)));
		CU_ASSERT_EQUAL(view_eq(secret_view(&a), view_of(key, 16)), cases[i].right);
		secret_free(&a);
		secret_free(&b);
		EVP_PKEY_CTX_free(ctx);
	}
}

/* Adds MGF1 with SHA-256 over `seed` to out[n]. */
static void
add_mask(const uint8_t *seed, size_t seed_len, uint8_t *out, size_t n)
{
	for (uint8_t counter = 0; n > 0; counter++) {
		uint8_t in[K + 4], block[32];
		size_t part = n < sizeof block ? n : sizeof block;

		memcpy(in, seed, seed_len);
		memcpy(in + seed_len, (const uint8_t[]){0, 0, 0, counter}, 4);
		ossl_sha256(view_of(in, seed_len + 4), block);
		for (size_t i = 0; i < part; i++)
			*out++ ^= block[i];
		n -= part;
	}
}

/* An OAEP block with SHA-256 for a key of 16 octets, whose DB has the octet `at` changed; `first`
 * is its first octet. The parts of DB: the hash of nothing, zeroes, 1, the key. */
static void
oaep_block(uint8_t first, size_t at, uint8_t change, uint8_t block[K])
{
	uint8_t *seed = block + 1, *db = block + 33;

	memset(block, 0, K);
	block[0] = first;
	memset(seed, 0x33, 32);
	ossl_sha256(view_of("", 0), db);
	db[K - 33 - 17] = 1;
	memset(db + K - 33 - 16, 0x5a, 16);
	db[at] ^= change;
	add_mask(seed, 32, db, K - 33);
	add_mask(db, K - 33, seed, 32);
}

static void
every_fault_of_an_oaep_block_gives_a_constant_key(void)
{
	static const struct {
		uint8_t first;
		size_t at;
		uint8_t change;
	} cases[] = {{0, 0, 0}, {1, 0, 0}, {0, 0, 1}, {0, 31, 0x80}, {0, 32, 1},
	    {0, K - 33 - 18, 1}, {0, K - 33 - 17, 1}, {0, K - 33 - 17, 2}};
	uint8_t key[16];

	memset(key, 0x5a, sizeof key);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t block[K], encrypted[K];
		struct secret a = {0}, b = {0};

		oaep_block(cases[i].first, cases[i].at, cases[i].change, block);
		raw_encrypt(block, encrypted);
		unwrap(view_of(encrypted, K), KEY_TRANSPORT_OAEP, 16, &a);
		unwrap(view_of(encrypted, K), KEY_TRANSPORT_OAEP, 16, &b);
		CU_ASSERT_TRUE(view_eq(secret_view(&a), secret_view(&b)));
		CU_ASSERT_EQUAL(view_eq(secret_view(&a), view_of(key, 16)), i == 0);
		secret_free(&a);
		secret_free(&b);
	}
}

/* OpenSSL's own OAEP with other hashes, the one of MGF1 differing from the other. */
static void
oaep_with_other_hashes(void)
{
	static const enum digest digests[] = {
	    DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512};
	uint8_t key[24];

	memset(key, 0x5a, sizeof key);
	for (size_t i = 0; i < 16; i++) {
		enum digest md = digests[i / 4], mgf = digests[i % 4];
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(public, NULL);
		struct err e = ERR_INIT;
		struct secret cek = {0};
		uint8_t encrypted[K];
		size_t n = K;

		EVP_PKEY_encrypt_init(ctx);
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING);
		EVP_PKEY_CTX_set_rsa_oaep_md(ctx, digest_md(md));
		EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, digest_md(mgf));
		CU_ASSERT_EQUAL_FATAL(EVP_PKEY_encrypt(ctx, encrypted, &n, key, sizeof key), 1);
		EVP_PKEY_CTX_free(ctx);
		struct env_recipient r = {{KEY_TRANSPORT_OAEP, md, mgf}, view_of(encrypted, K)};
		CU_ASSERT_EQUAL(signer_unwrap(ra, &r, sizeof key, &cek, &e), 0);
		CU_ASSERT_TRUE(view_eq(secret_view(&cek), view_of(key, sizeof key)));
		secret_free(&cek);
	}
}

/* An envelope with this wrapped key and one ciphertext block after the IV. */
static void
envelope(const uint8_t wrapped[K], uint32_t n, struct buf *out)
{
	struct buf der = {0};
	struct err e = ERR_INIT;
	uint8_t *at;

	CU_ASSERT_EQUAL_FATAL(scep_env_write(view_str("x"), CIPHER_AES128, (struct transport){0},
	                          ra_cert, NULL, &der, &e),
	    0);
	/* encryptedKey is the one OCTET STRING of 256 octets; the ciphertext is the last block. */
	at = memmem(der.p, der.n, "\x04\x82\x01\x00", 4);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	memcpy(at + 4, wrapped, K);
	memset(der.p + der.n - 16, 0, 16);
	memcpy(der.p + der.n - 16, &n, sizeof n);
	CU_ASSERT_EQUAL_FATAL(buf_add(out, der.p, der.n), 0);
	buf_free(&der);
}

typedef bool opens_fn(struct view der);

static bool
ours(struct view der)
{
	struct scep_env env;
	struct env_recipient r;
	struct secret cek = {0}, text = {0};
	struct err e = ERR_INIT;
	bool ok;

	CU_ASSERT_EQUAL_FATAL(scep_env_read(der, ALGS_ALL.ciphers, &env, &e), 0);
	CU_ASSERT_EQUAL_FATAL(scep_env_recipient(&env, ra_cert, &r, &e), 0);
	CU_ASSERT_EQUAL_FATAL(signer_unwrap(ra, &r, 16, &cek, &e), 0);
	ok = scep_env_open(&env, secret_view(&cek), &text, &e) == 0;
	secret_free(&cek);
	secret_free(&text);
	scep_env_free(&env);
	return ok;
}

static bool
control(struct view der)
{
	static X509 *cert;
	const unsigned char *p = der.p;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.n);
	BIO *out = BIO_new(BIO_s_null());
	bool ok;

	if (cert == NULL) {
		struct buf cert_der = {0};

		CU_ASSERT_EQUAL_FATAL(ossl_write(&cert_der, ra_cert, ASN1_ITEM_rptr(X509)), 0);
		p = cert_der.p;
		cert = d2i_X509(NULL, &p, (long)cert_der.n);
		buf_free(&cert_der);
	}
	ok = CMS_decrypt(cms, make_rsa(2048, 0), cert, NULL, out, CMS_BINARY) == 1;
	BIO_free(out);
	CMS_ContentInfo_free(cms);
	return ok;
}

/* Looks for a message with this wrapped key that decrypts to something, then repeats it. */
static int
repeats(enum fault fault, opens_fn *opens)
{
	uint8_t block[K], wrapped[K];
	struct buf der = {0};
	int again = 0;

	block_with(fault, 16, 0x77, block);
	raw_encrypt(block, wrapped);
	for (uint32_t n = 0;; n++) {
		buf_free(&der);
		envelope(wrapped, n, &der);
		if (opens(buf_view(&der)))
			break;
	}
	for (int i = 0; i < times; i++)
		again += opens(buf_view(&der));
	buf_free(&der);
	return again;
}

static void
repeating_a_message_tells_nothing(void)
{
	CU_ASSERT_EQUAL(repeats(NONE, ours), times);
	CU_ASSERT_EQUAL(repeats(SECOND, ours), times);
	CU_ASSERT_EQUAL(repeats(EARLY_ZERO, ours), times);
	CU_ASSERT_EQUAL(repeats(SHORT_KEY, ours), times);
}

/* If this fails, the test above has lost its teeth: CMS_decrypt must be seen to tell the classes
 * apart. */
static void
the_control_is_seen_through(void)
{
	CU_ASSERT_EQUAL(repeats(NONE, control), times);
	CU_ASSERT_TRUE(repeats(SECOND, control) < times / 4);
}

#define TESTS                                                                                      \
	T(the_right_key_comes_out), T(every_fault_gives_a_constant_key),                           \
	    T(ciphertexts_of_no_block_give_a_key_too), T(a_ciphertext_is_as_long_as_the_modulus),  \
	    T(the_key_of_a_fault_is_a_secret_of_the_ra),                                           \
	    T(oaep_of_a_wrong_length_or_hash_gives_a_constant_key),                                \
	    T(every_fault_of_an_oaep_block_gives_a_constant_key), T(oaep_with_other_hashes),       \
	    T(repeating_a_message_tells_nothing)

static CU_TestInfo tests[] = {TESTS, T(the_control_is_seen_through), CU_TEST_INFO_NULL};
static CU_TestInfo token_tests[] = {TESTS, CU_TEST_INFO_NULL};

const CU_SuiteInfo unwrap_suite = {"unwrap", start, stop, NULL, NULL, tests};
const CU_SuiteInfo unwrap_token_suite = {
    "unwrap_token", start_token, stop_token, NULL, NULL, token_tests};
