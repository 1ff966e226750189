/* SPDX-License-Identifier: ISC
 *
 * inproc [ca-key [enrolments]]: what one enrolment costs this process, by phase and as a multiple
 * of the bare asymmetric operations in it (three with a private key, two verifications, one
 * encryption, with prepared contexts), measured in turns in one run. Time is that of the processor;
 * the store is a Redis of its own, whose time is not in it. The medians of rounds are printed. With
 * a number there are only so many enrolments and no figures, for callgrind and perf.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/ossl.h"
#include "ca/plan.h"
#include "scep/rig.h"
#include "signer/signer.h"
#include "wire/scep_body.h"
#include "wire/scep_ca.h"

#define ROUNDS 21
#define BATCH 40 /* operations, or enrolments, a round */

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define NEED(ok) ((ok) ? (void)0 : need_failed(#ok, __LINE__))

static void
need_failed(const char *what, int line)
{
	fprintf(stderr, "inproc.c:%d: %s\n", line, what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

static double
cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* One thing that is measured; `us` is filled round by round. */
struct probe {
	const char *name;
	void (*run)(void);
	double us[ROUNDS];
	int times; /* in an enrolment */
};

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(const double *of)
{
	double sorted[ROUNDS];

	memcpy(sorted, of, sizeof sorted);
	qsort(sorted, ROUNDS, sizeof *sorted, by_value);
	return sorted[ROUNDS / 2];
}

static struct rig rig;
static struct buf messages[ROUNDS * BATCH + 1]; /* distinct requests */
static size_t next_message;

/* --- the bare operations */

static EVP_PKEY_CTX *unwrap_ctx, *issue_ctx, *seal_ctx, *verify_ctx, *encrypt_ctx;
static EVP_MD_CTX *ed_ctx;
static uint8_t block[256], wrapped[256], signature[512], digest[32], cek[16];
static size_t signature_len;

static EVP_PKEY_CTX *
sign_ctx(EVP_PKEY *key)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);

	NEED(c != NULL && EVP_PKEY_sign_init(c) == 1);
	NEED(EVP_PKEY_CTX_set_signature_md(c, EVP_sha256()) == 1);
	return c;
}

static void
prepare_bare(EVP_PKEY *ca_key)
{
	NEED(unwrap_ctx = EVP_PKEY_CTX_new(make_rsa(2048, 1), NULL));
	NEED(EVP_PKEY_decrypt_init(unwrap_ctx) == 1);
	NEED(EVP_PKEY_CTX_set_rsa_padding(unwrap_ctx, RSA_NO_PADDING) == 1);
	if (EVP_PKEY_get_base_id(ca_key) == EVP_PKEY_ED25519) {
		NEED(ed_ctx = EVP_MD_CTX_new());
		NEED(EVP_DigestSignInit(ed_ctx, NULL, NULL, NULL, ca_key) == 1);
	} else
		issue_ctx = sign_ctx(ca_key);
	seal_ctx = sign_ctx(make_rsa(2048, 1));
	signature_len = sizeof signature;
	NEED(
	    EVP_PKEY_sign(sign_ctx(make_rsa(2048, 3)), signature, &signature_len, digest, 32) == 1);
	NEED(verify_ctx = EVP_PKEY_CTX_new(make_rsa(2048, 3), NULL));
	NEED(EVP_PKEY_verify_init(verify_ctx) == 1);
	NEED(EVP_PKEY_CTX_set_signature_md(verify_ctx, EVP_sha256()) == 1);
	NEED(encrypt_ctx = EVP_PKEY_CTX_new(make_rsa(2048, 3), NULL));
	NEED(EVP_PKEY_encrypt_init(encrypt_ctx) == 1);
	NEED(EVP_PKEY_CTX_set_rsa_padding(encrypt_ctx, RSA_PKCS1_PADDING) == 1);
	wrapped[255] = 2;
}

static void
bare_unwrap(void)
{
	size_t n = sizeof block;

	NEED(EVP_PKEY_decrypt(unwrap_ctx, block, &n, wrapped, sizeof wrapped) == 1);
}

static void
bare_issue(void)
{
	uint8_t out[512];
	size_t n = sizeof out;

	if (ed_ctx != NULL)
		NEED(EVP_DigestSign(ed_ctx, out, &n, block, sizeof block) == 1);
	else
		NEED(EVP_PKEY_sign(issue_ctx, out, &n, digest, 32) == 1);
}

static void
bare_seal(void)
{
	uint8_t out[512];
	size_t n = sizeof out;

	NEED(EVP_PKEY_sign(seal_ctx, out, &n, digest, 32) == 1);
}

static void
bare_verify(void)
{
	NEED(EVP_PKEY_verify(verify_ctx, signature, signature_len, digest, 32) == 1);
}

static void
bare_encrypt(void)
{
	uint8_t out[512];
	size_t n = sizeof out;

	NEED(EVP_PKEY_encrypt(encrypt_ctx, out, &n, cek, sizeof cek) == 1);
}

static struct probe bare[] = {
    {"RSA decryption, RA", bare_unwrap, {0}, 1},
    {"signature, CA", bare_issue, {0}, 1},
    {"signature, RA", bare_seal, {0}, 1},
    {"verification, RSA-2048", bare_verify, {0}, 2},
    {"encryption, RSA-2048", bare_encrypt, {0}, 1},
};

/* --- the phases, on the first message over and over */

static struct scep_msg msg;
static struct scep_env env;
static struct env_recipient to;
static struct secret key, content;
static struct csr csr;
static struct plan plan;
static struct buf reply_cert, inner, envelope;
static struct err e = ERR_INIT;

static void
phase_read(void)
{
	scep_msg_free(&msg);
	NEED(scep_msg_read(buf_view(&messages[0]), &msg, &e) == 0);
}

static void
phase_read_verify(void)
{
	phase_read();
	NEED(scep_msg_verify(&msg, ALGS_ALL.digests, NULL, &e) == 0);
}

static void
phase_envelope(void)
{
	scep_env_free(&env);
	NEED(scep_env_read(msg.content, ALGS_ALL.ciphers, &env, &e) == 0);
	NEED(scep_env_recipient(&env, rig.ra, &to, &e) == 0);
}

static void
phase_unwrap(void)
{
	secret_free(&key);
	NEED(signer_unwrap(rig.sp->ras[0].key, &to, cipher_key_len(env.cipher), &key, &e) == 0);
}

static void
phase_open(void)
{
	secret_free(&content);
	NEED(scep_env_open(&env, secret_view(&key), &content, &e) == 0);
}

static void
phase_csr(void)
{
	csr_free(&csr);
	NEED(csr_read(secret_view(&content), &msg.signer_key, &csr, &e) == 0);
}

static void
phase_plan(void)
{
	plan_free(&plan);
	NEED(plan_make(&rig.sp->profile, &rig.service.cas[0].authority, &csr, time(NULL), &plan,
	         &e) == 0);
}

static void
phase_envelope_out(void)
{
	buf_cut(&inner, 0);
	buf_cut(&envelope, 0);
	NEED(certs_only_write(buf_view(&reply_cert), NULL, (struct view){0}, &inner) == 0);
	NEED(scep_env_write(buf_view(&inner), env.cipher, to.transport, msg.signer,
	         msg.signer_key.key, &envelope, &e) == 0);
}

static void
phase_seal(void)
{
	static const uint8_t nonce[NONCE_LEN] = "abcdefghijklmno";
	struct scep_attrs a = scep_attrs_reply(&msg.attrs, STATUS_SUCCESS, FAIL_NONE,
	    (struct view){0}, view_of(nonce, sizeof nonce), time(NULL));
	struct view v = buf_view(&envelope);
	struct buf out = {0};

	NEED(signer_seal(rig.sp->ras[0].key, &a, &v, DIGEST_SHA256, &out, &e) == 0);
	buf_free(&out);
}

/* The store alone: the two calls of an enrolment are much like these. */
static void
phase_store(void)
{
	freeReplyObject(redis_do(rig.redis, "PING"));
}

static struct probe phases[] = {
    {"read the message", phase_read, {0}, 1},
    {"read and verify it", phase_read_verify, {0}, 1},
    {"read the envelope, find our key", phase_envelope, {0}, 1},
    {"unwrap", phase_unwrap, {0}, 1},
    {"decrypt the content", phase_open, {0}, 1},
    {"read and verify the PKCS#10", phase_csr, {0}, 1},
    {"plan", phase_plan, {0}, 1},
    {"encrypt the reply", phase_envelope_out, {0}, 1},
    {"seal the reply", phase_seal, {0}, 1},
    {"one round trip to Redis", phase_store, {0}, 2},
};

/* --- whole enrolments */

static void
enrol_one(void)
{
	const struct http_request in = {.method = HTTP_POST,
	    .path = view_str("/scep/" RIG_ID "/pkiclient.exe"),
	    .query = view_str("operation=PKIOperation"),
	    .body = buf_view(&messages[next_message++ % COUNT(messages)]),
	    .remote = view_str("192.0.2.7")};
	struct http_reply out;

	service_handle(&rig.service, &in, &out);
	NEED(out.status == 200 && out.body.n > 1500);
	http_reply_free(&out);
}

static struct probe whole[] = {{"enrolment", enrol_one, {0}, 1}};

static void
measure(struct probe *p, size_t n, int round)
{
	for (size_t i = 0; i < n; i++) {
		double start = cpu_us();

		for (int j = 0; j < BATCH; j++)
			p[i].run();
		p[i].us[round] = (cpu_us() - start) / BATCH;
	}
}

static double
print(const char *title, const struct probe *p, size_t n, double of)
{
	double sum = 0;

	printf("\n%-36s %9s%s\n", title, "us", of > 0 ? "   of the bare operations" : "");
	for (size_t i = 0; i < n; i++) {
		double us = median(p[i].us);

		sum += us * p[i].times;
		printf("%-32s x %d %9.1f", p[i].name, p[i].times, us);
		if (of > 0)
			printf(" %8.3f", us / of);
		printf("\n");
	}
	return sum;
}

static void
prepare_messages(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct buf request = {0};
		char name[64];

		snprintf(name, sizeof name, "CN=device-%zu/O=Test", i);
		make_csr(make_rsa(2048, 3), name, RIG_CHALLENGE, "DNS:device.example", &request);
		rig_msg(&rig, (struct make_msg){.inner = buf_view(&request)}, &messages[i]);
		buf_free(&request);
	}
}

static EVP_PKEY *
key_named(const char *spec)
{
	if (strncmp(spec, "rsa:", 4) == 0)
		return make_rsa(atoi(spec + 4), 0);
	if (strncmp(spec, "ec:", 3) == 0)
		return make_ec(spec + 3);
	return strcmp(spec, "ed25519") == 0 ? make_ed25519() : NULL;
}

int
main(int argc, char **argv)
{
	const char *spec = argc > 1 ? argv[1] : "rsa:2048";
	size_t given = argc > 2 ? (size_t)atoi(argv[2]) : 0; /* enrolments; 0: measure */
	EVP_PKEY *ca_key = key_named(spec);
	double ratios[ROUNDS], bare_us;

	if (ca_key == NULL) {
		fprintf(stderr,
		    "usage: inproc [rsa:2048 | rsa:3072 | ec:P-256 | ed25519 [ENROLMENTS]]\n");
		return 2;
	}
	NEED(ossl_start(&e) == 0);
	rig_start(&rig, ca_key);
	rig.remember = true;
	prepare_bare(ca_key);
	prepare_messages(given > 0 && given < COUNT(messages) ? given + 1 : COUNT(messages));
	/* The first one derives the challenge by scrypt; the others remember it. */
	next_message = given > 0 && given < COUNT(messages) ? given : COUNT(messages) - 1;
	enrol_one();
	next_message = 0;
	phase_read_verify();
	NEED(ossl_write(&reply_cert, rig.ra, ASN1_ITEM_rptr(X509)) == 0);
	if (given > 0) {
		for (size_t i = 0; i < given; i++)
			enrol_one();
		rig_stop(&rig);
		return 0;
	}
	for (int round = 0; round < ROUNDS; round++) {
		double sum = 0;

		measure(bare, COUNT(bare), round);
		next_message = (size_t)round * BATCH;
		measure(whole, 1, round);
		measure(phases, COUNT(phases), round);
		for (size_t i = 0; i < COUNT(bare); i++)
			sum += bare[i].us[round] * bare[i].times;
		ratios[round] = whole[0].us[round] / sum;
	}
	printf("CA %s, RA rsa:2048, %s\n", spec, OpenSSL_version(OPENSSL_VERSION));
	bare_us = print("bare operations", bare, COUNT(bare), 0);
	printf("%-36s %9.1f\n", "together", bare_us);
	print("phases", phases, COUNT(phases), bare_us);
	print("whole", whole, 1, bare_us);
	printf(
	    "\nenrolment / bare operations, median of %d rounds: %.3f\n", ROUNDS, median(ratios));
	rig_stop(&rig);
	return 0;
}
