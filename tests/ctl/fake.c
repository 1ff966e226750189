/* SPDX-License-Identifier: ISC
 *
 * See fake.h.
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rsa.h>

#include "base/ossl.h"
#include "support/change.h"
#include "wire/query.h"
#include "wire/scep_ca.h"

#define NEED(ok) ((ok) ? (void)0 : need_failed(#ok, __LINE__))

static void
need_failed(const char *what, int line)
{
	fprintf(stderr, "fake.c:%d: %s\n", line, what);
	abort();
}

#define CA_EXTS                                                                                    \
	{                                                                                          \
		"basicConstraints=critical,CA:TRUE",                                               \
		    "keyUsage=critical,keyCertSign,cRLSign,digitalSignature",                      \
		    "subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid"                    \
	}

void
fake_open(struct fake *f)
{
	*f = (struct fake){.caps = "AES\nPOSTPKIOperation\nRenewal\nSCEPStandard\nSHA-256\n"};
	f->root_key = make_ec("P-384");
	f->ca_key = make_ec("P-256");
	f->ra_key = make_rsa(2048, 0);
	f->root = make_cert(
	    &(struct make_cert){.key = f->root_key, .cn = "CN=Fake Root", .exts = CA_EXTS});
	f->ca = make_cert(&(struct make_cert){.key = f->ca_key,
	    .cn = "CN=Fake CA",
	    .issuer = f->root,
	    .issuer_key = f->root_key,
	    .exts = CA_EXTS});
	f->ra = make_cert(&(struct make_cert){.key = f->ra_key,
	    .cn = "CN=Fake RA",
	    .issuer = f->ca,
	    .issuer_key = f->ca_key,
	    .exts = {"keyUsage=critical,digitalSignature,keyEncipherment",
	        "authorityKeyIdentifier=keyid"}});
}

static void
forget(struct fake *f)
{
	X509_free(f->signer);
	f->signer = NULL;
	csr_free(&f->csr);
	issuer_subject_free(&f->names);
	f->names = (struct issuer_subject){0};
}

void
fake_close(struct fake *f)
{
	forget(f);
	X509_free(f->root);
	X509_free(f->ca);
	X509_free(f->ra);
}

void
fake_ca_cert(struct fake *f, struct buf *out)
{
	STACK_OF(X509) *certs = sk_X509_new_null();

	NEED(sk_X509_push(certs, f->ra) > 0 && sk_X509_push(certs, f->ca) > 0 &&
	     sk_X509_push(certs, f->root) > 0);
	NEED(certs_only_write((struct view){0}, certs, (struct view){0}, out) == 0);
	sk_X509_free(certs);
}

/* Opens the envelope with the RA's key. */
static void
open_envelope(struct fake *f, struct view der, struct secret *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(f->ra_key, NULL);
	struct env_recipient r;
	struct scep_env env;
	struct err e = ERR_INIT;
	uint8_t cek[512];
	size_t n = sizeof cek;

	NEED(scep_env_read(der, ALGS_ALL.ciphers, &env, &e) == 0);
	NEED(scep_env_recipient(&env, f->ra, &r, &e) == 0);
	f->cipher = env.cipher;
	f->transport = r.transport;
	NEED(EVP_PKEY_decrypt_init(ctx) == 1);
	if (r.transport.kind == KEY_TRANSPORT_OAEP) {
		NEED(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1);
		NEED(EVP_PKEY_CTX_set_rsa_oaep_md(ctx, digest_md(r.transport.oaep_md)) == 1);
		NEED(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, digest_md(r.transport.oaep_mgf)) == 1);
	} else {
		NEED(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1);
	}
	NEED(EVP_PKEY_decrypt(ctx, cek, &n, r.encrypted_key.p, r.encrypted_key.n) == 1);
	NEED(scep_env_open(&env, view_of(cek, n), out, &e) == 0);
	EVP_PKEY_CTX_free(ctx);
	scep_env_free(&env);
}

/* A certificate for the request's key; a poll gets one for the signer's. */
static X509 *
issue(struct fake *f)
{
	const X509_PUBKEY *spki =
	    f->csr.spki != NULL ? f->csr.spki : X509_get_X509_PUBKEY(f->signer);
	EVP_PKEY *key = f->mood == FAKE_OTHER_KEY ? make_rsa(2048, 3) : ossl_spki_key(spki, NULL);
	X509 *cert = make_cert(&(struct make_cert){.key = key,
	    .cn = "CN=issued",
	    .issuer = f->ca,
	    .issuer_key = f->mood == FAKE_OTHER_ISSUER ? f->root_key : f->ca_key,
	    .serial = 77});

	if (f->mood != FAKE_OTHER_KEY)
		EVP_PKEY_free(key);
	return cert;
}

/* Spoils the wrapped key, or names a cipher with a longer one. */
static void
alter_envelope(const struct fake *f, struct buf *der)
{
	struct err e = ERR_INIT;
	CMS_ENVELOPED *ed =
	    cms_read(buf_view(der), NID_pkcs7_enveloped, ASN1_ITEM_rptr(CMS_ENVELOPED), &e);

	NEED(ed != NULL);
	if (f->mood == FAKE_SPOILED_KEY) {
		ASN1_STRING *recipient = sk_ASN1_TYPE_value(ed->recipients, 0)->value.sequence;

		recipient->data[recipient->length - 1] ^= 1;
	} else {
		ASN1_OBJECT_free(ed->encrypted->alg->algorithm);
		ed->encrypted->alg->algorithm = OBJ_nid2obj(NID_aes_256_cbc);
	}
	buf_free(der);
	NEED(change_write(der, NID_pkcs7_enveloped, ed, ASN1_ITEM_rptr(CMS_ENVELOPED)) == 0);
	CMS_ENVELOPED_free(ed);
}

/* The inside of a SUCCESS, encrypted to who asked. */
static void
write_success(struct fake *f, struct buf *out)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	X509 *issued = issue(f), *to = f->signer;
	struct buf inner = {0};
	struct err e = ERR_INIT;

	if (f->mood == FAKE_CHAIN_FIRST)
		NEED(sk_X509_push(certs, f->ca) > 0);
	if (f->mood != FAKE_NO_CERTS)
		NEED(sk_X509_push(certs, issued) > 0);
	if (f->mood == FAKE_OTHER_RECIPIENT)
		to = f->ra;
	NEED(certs_only_write((struct view){0}, certs, (struct view){0}, &inner) == 0);
	NEED(scep_env_write(buf_view(&inner), f->cipher, f->transport, to, NULL, out, &e) == 0);
	if (f->mood == FAKE_SPOILED_KEY || f->mood == FAKE_SHORT_KEY)
		alter_envelope(f, out);
	sk_X509_free(certs);
	X509_free(issued);
	buf_free(&inner);
}

static void
flip(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	(void)si;
	(void)arg;
	sd->encap->content->data[sd->encap->content->length - 1] ^= 1;
}

static void
strip(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	(void)si;
	(void)arg;
	sk_ASN1_TYPE_pop_free(sd->certs, ASN1_TYPE_free);
	sd->certs = NULL;
}

static void
set_attrs(const struct fake *f, struct scep_attrs *a)
{
	switch (f->mood) {
	case FAKE_HESITATES:
		a->status = STATUS_PENDING;
		break;
	case FAKE_REFUSES:
		a->status = STATUS_FAILURE;
		a->fail_info = FAIL_BAD_REQUEST;
		a->fail_text = view_str("because\nof this");
		break;
	case FAKE_OTHER_NONCE:
		a->recipient_nonce = a->sender_nonce;
		break;
	case FAKE_OTHER_TID:
		a->transaction_id = view_str("another");
		break;
	case FAKE_OTHER_TYPE:
		a->type = TYPE_PKCS_REQ;
		break;
	case FAKE_NO_STATUS:
		a->status = STATUS_NONE;
		break;
	default:
		break;
	}
}

/* Who signs the reply: the RA, or somebody else with the same key usage or another one. */
static X509 *
reply_signer(const struct fake *f, struct msg_signer *by)
{
	X509 *other = NULL;

	if (f->mood == FAKE_OTHER_SIGNER)
		other =
		    make_cert(&(struct make_cert){.key = make_rsa(2048, 2), .cn = "CN=Somebody"});
	by->cert = other != NULL ? other : f->mood == FAKE_LEAF_SIGNS ? f->root : f->ra;
	by->key = other != NULL                ? make_rsa(2048, 2)
	          : f->mood == FAKE_LEAF_SIGNS ? f->root_key
	                                       : f->ra_key;
	return other;
}

static void
write_reply(struct fake *f, const struct scep_msg *m, struct buf *out)
{
	static const uint8_t nonce[NONCE_LEN] = "fake's own nonce";
	struct scep_attrs a = SCEP_ATTRS_INIT;
	struct msg_signer by = {.digest = m->digest};
	struct buf plain = {0}, envelope = {0};
	struct err e = ERR_INIT;
	struct view content;
	X509 *other = reply_signer(f, &by);

	a.type = TYPE_CERT_REP;
	a.status = STATUS_SUCCESS;
	a.transaction_id = m->attrs.transaction_id;
	a.recipient_nonce = m->attrs.sender_nonce;
	a.sender_nonce = view_of(nonce, sizeof nonce);
	set_attrs(f, &a);
	if (a.status == STATUS_SUCCESS)
		write_success(f, &envelope);
	content = buf_view(&envelope);
	NEED(scep_msg_write(&a, &content, &by, NULL, &plain, &e) == 0);
	if (f->mood == FAKE_TAMPERED || f->mood == FAKE_BARE)
		make_changed(
		    buf_view(&plain), f->mood == FAKE_BARE ? strip : flip, NULL, NULL, out);
	else
		NEED(buf_add(out, plain.p, plain.n) == 0);
	X509_free(other);
	buf_free(&plain);
	buf_free(&envelope);
}

void
fake_answer(struct fake *f, struct view der, struct buf *out)
{
	const CMS_SIGNER *si;
	struct scep_msg m;
	struct secret inner = {0};
	struct err e = ERR_INIT;

	forget(f);
	NEED(scep_msg_read(der, &m, &e) == 0);
	NEED(scep_msg_verify(&m, ALGS_ALL.digests, NULL, &e) == 0);
	si = sk_CMS_SIGNER_value(m.sd->signers, 0);
	f->type = m.attrs.type;
	f->digest = m.digest;
	f->pss = OBJ_obj2nid(si->sig_alg->algorithm) == NID_rsassaPss;
	snprintf(f->tid, sizeof f->tid, "%.*s", (int)m.attrs.transaction_id.n,
	    (const char *)m.attrs.transaction_id.p);
	f->signer = m.signer;
	X509_up_ref(f->signer);
	open_envelope(f, m.content, &inner);
	if (f->type == TYPE_CERT_POLL)
		NEED(issuer_subject_read(secret_view(&inner), &f->names, &e) == 0);
	else
		NEED(csr_read(secret_view(&inner), NULL, &f->csr, &e) == 0);
	write_reply(f, &m, out);
	secret_free(&inner);
	scep_msg_free(&m);
}

/* The answers that are no SCEP at all. */
static bool
is_rude(const struct fake *f, struct http_reply *out)
{
	switch (f->mood) {
	case FAKE_NOT_FOUND:
		out->status = 404;
		break;
	case FAKE_REDIRECTS:
		out->status = 302;
		break;
	case FAKE_TIMES_OUT:
		out->status = 504;
		out->retry_after = 7;
		break;
	case FAKE_HANGS_UP:
		out->status = 0;
		break;
	case FAKE_GARBAGE:
	case FAKE_FLOODS:
		break;
	default:
		return false;
	}
	for (int i = 0; i < (f->mood == FAKE_FLOODS ? 100000 : 1); i++)
		NEED(buf_add_str(&out->body, "nothing here\r\nfor you\n") == 0);
	return true;
}

void
fake_handle(void *arg, const struct http_request *in, struct http_reply *out)
{
	struct fake *f = arg;
	struct buf message = {0};
	enum scep_operation op;
	struct err e = ERR_INIT;

	NEED(query_operation(in, &op, &e) == 0);
	out->status = 200;
	out->type = CONTENT_TYPE_PKI;
	if (op == OP_GET_CA_CAPS) {
		NEED(buf_add_str(&out->body, f->caps) == 0);
	} else if (op == OP_GET_CA_CERT) {
		fake_ca_cert(f, &out->body);
	} else if (!is_rude(f, out)) {
		f->posted = in->method == HTTP_POST;
		NEED(query_message(in, &message, &e) == 0);
		fake_answer(f, buf_view(&message), &out->body);
	}
	buf_free(&message);
}
