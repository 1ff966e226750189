/* SPDX-License-Identifier: ISC
 *
 * See support/make.h.
 */
#include "support/make.h"

#include "support/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/ossl.h"
#include "wire/scep_sig.h"

#define NEED(ok) ((ok) ? (void)0 : need_failed(#ok, __LINE__))

static void
need_failed(const char *what, int line)
{
	fprintf(stderr, "make.c:%d: %s\n", line, what);
	ERR_print_errors_fp(stderr);
	abort();
}

EVP_PKEY *
make_rsa(int bits, int n)
{
	static struct {
		int bits;
		EVP_PKEY *keys[8];
	} cache[8];
	size_t i = 0;

	while (cache[i].bits != 0 && cache[i].bits != bits)
		i++;
	NEED(n < 8);
	cache[i].bits = bits;
	if (cache[i].keys[n] == NULL)
		NEED(cache[i].keys[n] = EVP_RSA_gen((unsigned)bits));
	return cache[i].keys[n];
}

EVP_PKEY *
make_ec(const char *curve)
{
	static struct {
		const char *curve;
		EVP_PKEY *key;
	} cache[8];
	size_t i = 0;

	while (cache[i].curve != NULL && strcmp(cache[i].curve, curve) != 0)
		i++;
	cache[i].curve = curve;
	if (cache[i].key == NULL)
		NEED(cache[i].key = EVP_EC_gen(curve));
	return cache[i].key;
}

EVP_PKEY *
make_ed25519(void)
{
	static EVP_PKEY *key;

	if (key == NULL)
		NEED(key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
	return key;
}

X509_NAME *
make_name(const char *text)
{
	X509_NAME *name = X509_NAME_new();
	char *copy = strdup(text), *save = NULL;

	NEED(name != NULL && copy != NULL);
	for (char *part = strtok_r(copy, "/", &save); part != NULL;
	     part = strtok_r(NULL, "/", &save)) {
		char *value = strchr(part, '=');

		NEED(value != NULL);
		*value++ = '\0';
		NEED(X509_NAME_add_entry_by_txt(
		         name, part, MBSTRING_UTF8, (unsigned char *)value, -1, -1, 0) == 1);
	}
	free(copy);
	return name;
}

static void
add_exts(X509 *cert, X509 *issuer, const char *const exts[])
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	for (int i = 0; exts[i] != NULL; i++) {
		char *copy = strdup(exts[i]), *value = strchr(copy, '=');
		X509_EXTENSION *ext;

		*value++ = '\0';
		ext = X509V3_EXT_nconf(NULL, &ctx, copy, value);
		NEED(ext != NULL && X509_add_ext(cert, ext, -1) == 1);
		X509_EXTENSION_free(ext);
		free(copy);
	}
}

X509 *
make_cert(const struct make_cert *m)
{
	X509 *cert = X509_new(), *read;
	X509_NAME *name = make_name(m->cn);
	struct buf der = {0};
	EVP_PKEY *by = m->issuer_key != NULL ? m->issuer_key : m->key;
	X509 *issuer = NULL; /* parsed with its key, as extensions need it */

	if (m->issuer != NULL) {
		const unsigned char *p;

		NEED(ossl_write(&der, m->issuer, ASN1_ITEM_rptr(X509)) == 0);
		p = der.p;
		NEED(issuer = d2i_X509(NULL, &p, (long)der.n));
		buf_free(&der);
	}
	NEED(X509_set_version(cert, m->v1 ? X509_VERSION_1 : X509_VERSION_3) == 1);
	NEED(ASN1_INTEGER_set(X509_get_serialNumber(cert), m->serial != 0 ? m->serial : 1) == 1);
	NEED(X509_set_subject_name(cert, name) == 1);
	NEED(
	    X509_set_issuer_name(cert, issuer != NULL ? X509_get_subject_name(issuer) : name) == 1);
	NEED(X509_gmtime_adj(X509_getm_notBefore(cert), m->start != 0 ? m->start : -3600) != NULL);
	NEED(X509_gmtime_adj(X509_getm_notAfter(cert), m->days != 0 ? m->days * 86400 : 3600) !=
	     NULL);
	NEED(X509_set_pubkey(cert, m->key) == 1);
	if (!m->v1)
		add_exts(cert, issuer != NULL ? issuer : cert, m->exts);
	NEED(X509_sign(cert, by, EVP_PKEY_is_a(by, "ED25519") ? NULL : EVP_sha256()) > 0);
	NEED(ossl_write(&der, cert, ASN1_ITEM_rptr(X509)) == 0);
	NEED(read = ossl_cert_read(buf_view(&der)));
	buf_free(&der);
	X509_NAME_free(name);
	X509_free(issuer);
	X509_free(cert);
	return read;
}

STACK_OF(X509_EXTENSION) *
make_exts(const char *const *pairs)
{
	STACK_OF(X509_EXTENSION) *exts = sk_X509_EXTENSION_new_null();
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, NULL, NULL, NULL, NULL, X509V3_CTX_TEST);
	for (; pairs[0] != NULL; pairs += 2) {
		X509_EXTENSION *ext = X509V3_EXT_nconf(NULL, &ctx, pairs[0], pairs[1]);

		NEED(ext != NULL && sk_X509_EXTENSION_push(exts, ext) > 0);
	}
	return exts;
}

void
make_csr(
    EVP_PKEY *key, const char *subject, const char *challenge, const char *san, struct buf *out)
{
	const char *const pairs[] = {san != NULL ? "subjectAltName" : NULL, san, NULL};
	STACK_OF(X509_EXTENSION) *exts = make_exts(pairs);
	X509_NAME *name = make_name(subject);
	const struct csr_wish w = {.subject = name,
	    .challenge = view_str(challenge),
	    .exts = san != NULL ? exts : NULL,
	    .digest = DIGEST_SHA256};

	NEED(csr_write(&w, key, out, NULL) == 0);
	X509_NAME_free(name);
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
}

void
make_msg(const struct make_msg *m, struct buf *out)
{
	static const uint8_t nonce[NONCE_LEN] = "0123456789abcde";
	struct scep_attrs a = SCEP_ATTRS_INIT;
	const struct msg_signer by = {.cert = m->cert,
	    .key = m->key,
	    .pss = m->pss,
	    .digest = m->digest == DIGEST_SHA1 && !m->sha1 ? DIGEST_SHA256 : m->digest};
	enum cipher cipher = m->cipher == CIPHER_DES3 && !m->des3 ? CIPHER_AES128 : m->cipher;
	struct buf env = {0};
	struct view content;
	struct err e = ERR_INIT;

	a.type = m->type != 0 ? m->type : TYPE_PKCS_REQ;
	a.transaction_id = m->tid.n > 0 ? m->tid : view_str("tid-1");
	a.sender_nonce = m->nonce.n > 0 ? m->nonce : view_of(nonce, sizeof nonce);
	a.signing_time = m->signing_time;
	NEED(scep_env_write(m->inner, cipher, m->transport, m->ra, NULL, &env, &e) == 0);
	content = buf_view(&env);
	NEED(scep_msg_write(&a, &content, &by, NULL, out, &e) == 0);
	buf_free(&env);
}

void
make_sig(EVP_PKEY *key, enum digest d, struct view data, struct buf *sig)
{
	struct sig_ctx ctx = {0};
	struct sig_alg alg;

	NEED(sig_alg_of(key, d, false, &alg) == 0);
	NEED(sig_make(key, &ctx, &alg, data, sig) == 0);
	sig_ctx_free(&ctx);
}

void
make_changed(struct view der, void (*change)(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg), void *arg,
    EVP_PKEY *key, struct buf *out)
{
	CMS_SIGNED *sd = cms_read(der, NID_pkcs7_signed, ASN1_ITEM_rptr(CMS_SIGNED), NULL);
	CMS_SIGNER *si;
	struct buf attrs = {0}, sig = {0};

	NEED(sd != NULL);
	si = sk_CMS_SIGNER_value(sd->signers, 0);
	change(sd, si, arg);
	if (key != NULL) {
		enum digest d = digest_of(si->digest_alg);

		NEED(ossl_write(&attrs, si->signed_attrs, ASN1_ITEM_rptr(PKCS7_ATTR_SIGN)) == 0);
		make_sig(key, d != DIGEST_NONE ? d : DIGEST_SHA256, buf_view(&attrs), &sig);
		NEED(ASN1_STRING_set(si->signature, sig.p, (int)sig.n) == 1);
	}
	NEED(change_write(out, NID_pkcs7_signed, sd, ASN1_ITEM_rptr(CMS_SIGNED)) == 0);
	buf_free(&attrs);
	buf_free(&sig);
	CMS_SIGNED_free(sd);
}

void
make_read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	uint8_t chunk[4096];
	size_t n;

	if (f == NULL)
		perror(path);
	NEED(f != NULL);
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		NEED(buf_add(out, chunk, n) == 0);
	fclose(f);
}
