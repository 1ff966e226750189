/* SPDX-License-Identifier: ISC
 *
 * EnvelopedData: what is written opens again, for every cipher and key transport; what is not ours
 * or not permitted is refused before anything is decrypted.
 */
#include <string.h>

#include <openssl/cms.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "harness.h"
#include "suites.h"
#include "support/change.h"
#include "support/make.h"

#define ALL_CIPHERS (ALGS_ALL.ciphers)

static const struct view text = {(const uint8_t *)"what is inside", 14};

static X509 *
recipient(void)
{
	static X509 *cert;

	if (cert == NULL)
		cert = make_cert(&(struct make_cert){.key = make_rsa(2048, 0),
		    .cn = "CN=ra",
		    .serial = 42,
		    .exts = {"subjectKeyIdentifier=hash"}});
	return cert;
}

static void
good(struct buf *out)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(
	    scep_env_write(text, CIPHER_AES128, (struct transport){0}, recipient(), NULL, out, &e),
	    0);
}

static enum err_code
read_code(struct view der, unsigned ciphers)
{
	struct scep_env env;
	struct err e = ERR_INIT;

	(void)!scep_env_read(der, ciphers, &env, &e);
	scep_env_free(&env);
	return e.code;
}

/* Opens with OpenSSL's own CMS, an independent reader. */
static bool
cms_opens(struct view der, EVP_PKEY *key, X509 *to)
{
	const unsigned char *p = der.p;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.n);
	BIO *out = BIO_new(BIO_s_mem());
	struct buf cert_der = {0};
	X509 *cert;
	char *data;
	bool ok = false;

	CU_ASSERT_EQUAL_FATAL(ossl_write(&cert_der, to, ASN1_ITEM_rptr(X509)), 0);
	p = cert_der.p;
	cert = d2i_X509(NULL, &p, (long)cert_der.n);
	if (cms != NULL && CMS_decrypt(cms, key, cert, NULL, out, CMS_BINARY) == 1) {
		long n = BIO_get_mem_data(out, &data);

		ok = view_eq(view_of(data, (size_t)n), text);
	}
	buf_free(&cert_der);
	X509_free(cert);
	BIO_free(out);
	CMS_ContentInfo_free(cms);
	return ok;
}

static void
every_cipher_and_transport_opens_elsewhere(void)
{
	static const struct transport transports[] = {
	    {KEY_TRANSPORT_PKCS1, DIGEST_SHA1, DIGEST_SHA1},
	    {KEY_TRANSPORT_OAEP, DIGEST_SHA1, DIGEST_SHA1},
	    {KEY_TRANSPORT_OAEP, DIGEST_SHA256, DIGEST_SHA256},
	    {KEY_TRANSPORT_OAEP, DIGEST_SHA512, DIGEST_SHA1}};

	for (int c = 0; c < CIPHER_COUNT; c++)
		for (size_t t = 0; t < sizeof transports / sizeof *transports; t++) {
			struct buf der = {0};
			struct scep_env env;
			struct env_recipient r;
			struct err e = ERR_INIT;

			CU_ASSERT_EQUAL_FATAL(scep_env_write(text, (enum cipher)c, transports[t],
			                          recipient(), NULL, &der, &e),
			    0);
			CU_ASSERT_TRUE(cms_opens(buf_view(&der), make_rsa(2048, 0), recipient()));
			CU_ASSERT_EQUAL(scep_env_read(buf_view(&der), ALL_CIPHERS, &env, &e), 0);
			CU_ASSERT_EQUAL(env.cipher, (enum cipher)c);
			CU_ASSERT_EQUAL(scep_env_recipient(&env, recipient(), &r, &e), 0);
			CU_ASSERT_EQUAL(r.transport.kind, transports[t].kind);
			if (transports[t].kind == KEY_TRANSPORT_OAEP) {
				CU_ASSERT_EQUAL(r.transport.oaep_md, transports[t].oaep_md);
				CU_ASSERT_EQUAL(r.transport.oaep_mgf, transports[t].oaep_mgf);
			}
			CU_ASSERT_EQUAL(r.encrypted_key.n, 256);
			scep_env_free(&env);
			CU_ASSERT_EQUAL(
			    read_code(buf_view(&der), ALL_CIPHERS & ~(1u << c)), ERR_CIPHER);
			buf_free(&der);
		}
}

static bool
possible(const X509 *to)
{
	struct key_facts f = ossl_key_facts(X509_get_X509_PUBKEY(to));

	return scep_env_possible(&f);
}

static void
an_ec_client_gets_key_agreement(void)
{
	static const char *const curves[] = {"P-256", "P-384", "P-521"};

	for (size_t i = 0; i < 3; i++)
		for (int c = 0; c < CIPHER_COUNT; c++) {
			X509 *to = make_cert(
			    &(struct make_cert){.key = make_ec(curves[i]), .cn = "CN=ec"});
			struct buf der = {0};
			struct err e = ERR_INIT;

			CU_ASSERT_TRUE(possible(to));
			CU_ASSERT_EQUAL_FATAL(scep_env_write(text, (enum cipher)c,
			                          (struct transport){0}, to, NULL, &der, &e),
			    0);
			CU_ASSERT_TRUE(cms_opens(buf_view(&der), make_ec(curves[i]), to));
			/* Towards the server this form is not spoken. */
			CU_ASSERT_EQUAL(read_code(buf_view(&der), ALL_CIPHERS), ERR_ENVELOPE);
			buf_free(&der);
			X509_free(to);
		}
}

static void
no_reply_to_keys_that_cannot_decrypt(void)
{
	X509 *ed = make_cert(&(struct make_cert){.key = make_ed25519(), .cn = "CN=ed"});
	X509 *weak = make_cert(&(struct make_cert){.key = make_rsa(512, 0), .cn = "CN=weak"});
	X509 *k256 =
	    make_cert(&(struct make_cert){.key = make_ec("secp256k1"), .cn = "CN=other curve"});
	X509 *all[] = {ed, weak, k256};

	for (size_t i = 0; i < 3; i++) {
		struct buf der = {0};
		struct err e = ERR_INIT;

		CU_ASSERT_FALSE(possible(all[i]));
		CU_ASSERT_EQUAL(scep_env_write(text, CIPHER_AES128, (struct transport){0}, all[i],
		                    NULL, &der, &e),
		    -1);
		CU_ASSERT_EQUAL(e.code, ERR_REPLY_KEY);
		buf_free(&der);
		X509_free(all[i]);
	}
}

/* A good envelope, changed in one place. */
static void
changed(void (*change)(CMS_ENVELOPED *ed, void *arg), void *arg, struct buf *out)
{
	struct buf der = {0};
	CMS_ENVELOPED *ed;

	good(&der);
	ed = cms_read(buf_view(&der), NID_pkcs7_enveloped, ASN1_ITEM_rptr(CMS_ENVELOPED), NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ed);
	change(ed, arg);
	CU_ASSERT_EQUAL_FATAL(
	    change_write(out, NID_pkcs7_enveloped, ed, ASN1_ITEM_rptr(CMS_ENVELOPED)), 0);
	CMS_ENVELOPED_free(ed);
	buf_free(&der);
}

static enum err_code
changed_code(void (*change)(CMS_ENVELOPED *ed, void *arg), void *arg)
{
	struct buf der = {0};
	enum err_code code;

	changed(change, arg, &der);
	code = read_code(buf_view(&der), ALL_CIPHERS);
	buf_free(&der);
	return code;
}

static void
set_cipher(CMS_ENVELOPED *ed, void *nid)
{
	ASN1_OCTET_STRING *iv = ASN1_OCTET_STRING_new();

	ASN1_STRING_set(iv, "12345678", 8);
	X509_ALGOR_set0(ed->encrypted->alg, OBJ_nid2obj(*(int *)nid), V_ASN1_OCTET_STRING, iv);
}

static void
no_iv(CMS_ENVELOPED *ed, void *arg)
{
	(void)arg;
	X509_ALGOR_set0(ed->encrypted->alg, OBJ_nid2obj(NID_aes_128_cbc), V_ASN1_NULL, NULL);
}

static void
cut_content(CMS_ENVELOPED *ed, void *n)
{
	ed->encrypted->content->length = *(int *)n;
}

static void
drop_content(CMS_ENVELOPED *ed, void *arg)
{
	(void)arg;
	ASN1_OCTET_STRING_free(ed->encrypted->content);
	ed->encrypted->content = NULL;
}

static void
set_type(CMS_ENVELOPED *ed, void *arg)
{
	(void)arg;
	ASN1_OBJECT_free(ed->encrypted->type);
	ed->encrypted->type = OBJ_nid2obj(NID_pkcs7_signed);
}

static void
more_recipients(CMS_ENVELOPED *ed, void *n)
{
	while (sk_ASN1_TYPE_num(ed->recipients) < *(int *)n)
		sk_ASN1_TYPE_push(ed->recipients,
		    change_any(cms_any_view(sk_ASN1_TYPE_value(ed->recipients, 0))));
}

static void
no_recipients(CMS_ENVELOPED *ed, void *arg)
{
	(void)arg;
	ASN1_TYPE_free(sk_ASN1_TYPE_pop(ed->recipients));
}

static void
what_is_visibly_wrong_is_refused(void)
{
	int des = NID_des_cbc, gcm = NID_aes_128_gcm, rc2 = NID_rc2_cbc, aes = NID_aes_128_cbc;
	int short_by_one = 15, empty = 0, nine = 9, eight = 8;
	static const char signed_data[] =
	    "\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x02\x30\x00";
	uint8_t deep[200];
	struct buf der = {0};

	CU_ASSERT_EQUAL(changed_code(set_cipher, &des), ERR_CIPHER);
	CU_ASSERT_EQUAL(changed_code(set_cipher, &gcm), ERR_CIPHER);
	CU_ASSERT_EQUAL(changed_code(set_cipher, &rc2), ERR_CIPHER);
	CU_ASSERT_EQUAL(changed_code(set_cipher, &aes), ERR_ENVELOPE); /* an IV of 8 octets */
	CU_ASSERT_EQUAL(changed_code(no_iv, NULL), ERR_ENVELOPE);
	CU_ASSERT_EQUAL(changed_code(cut_content, &short_by_one), ERR_ENVELOPE);
	CU_ASSERT_EQUAL(changed_code(cut_content, &empty), ERR_ENVELOPE);
	CU_ASSERT_EQUAL(changed_code(drop_content, NULL), ERR_ENVELOPE);
	CU_ASSERT_EQUAL(changed_code(set_type, NULL), ERR_ENVELOPE);
	CU_ASSERT_EQUAL(changed_code(more_recipients, &nine), ERR_LIMITS);
	CU_ASSERT_EQUAL(changed_code(more_recipients, &eight), ERR_OK);
	CU_ASSERT_EQUAL(changed_code(no_recipients, NULL), ERR_ENVELOPE);
	CU_ASSERT_EQUAL(
	    read_code(view_of(signed_data, sizeof signed_data - 1), ALL_CIPHERS), ERR_ENVELOPE);
	CU_ASSERT_EQUAL(read_code((struct view){0}, ALL_CIPHERS), ERR_ENVELOPE);
	memset(deep, 0x30, sizeof deep);
	for (size_t i = 1; i < sizeof deep; i += 2)
		deep[i] = 0x80;
	CU_ASSERT_EQUAL(read_code(view_of(deep, sizeof deep), ALL_CIPHERS), ERR_LIMITS);
	good(&der);
	CU_ASSERT_EQUAL(read_code(view_of(der.p, der.n - 1), ALL_CIPHERS), ERR_ENVELOPE);
	buf_free(&der);
}

static void
the_refused_cipher_is_named(void)
{
	struct buf der = {0};
	struct scep_env env;
	struct err e = ERR_INIT;
	int des = NID_des_cbc;

	changed(set_cipher, &des, &der);
	CU_ASSERT_EQUAL(scep_env_read(buf_view(&der), ALGS_MODERN.ciphers, &env, &e), -1);
	CU_ASSERT_STRING_EQUAL(e.detail, "content encryption 1.3.14.3.2.7 not accepted; accepted: "
	                                 "AES-256-CBC, AES-192-CBC, AES-128-CBC");
	scep_env_free(&env);
	buf_free(&der);
}

static CMS_KEY_TRANS *
first_recipient(CMS_ENVELOPED *ed)
{
	return ossl_read(
	    cms_any_view(sk_ASN1_TYPE_value(ed->recipients, 0)), ASN1_ITEM_rptr(CMS_KEY_TRANS));
}

static void
put_recipient(CMS_ENVELOPED *ed, CMS_KEY_TRANS *kt, int where)
{
	struct buf der = {0};

	CU_ASSERT_EQUAL_FATAL(ossl_write(&der, kt, ASN1_ITEM_rptr(CMS_KEY_TRANS)), 0);
	if (where < 0) {
		ASN1_TYPE_free(sk_ASN1_TYPE_delete(ed->recipients, 0));
		where = 0;
	}
	sk_ASN1_TYPE_insert(ed->recipients, change_any(buf_view(&der)), where);
	CMS_KEY_TRANS_free(kt);
	buf_free(&der);
}

static void
another_before_ours(CMS_ENVELOPED *ed, void *other)
{
	CMS_KEY_TRANS *kt = first_recipient(ed);

	CMS_ID_free(kt->rid);
	kt->rid = change_id_of(other);
	put_recipient(ed, kt, 0);
}

static void
ours_by_key_id(CMS_ENVELOPED *ed, void *arg)
{
	CMS_KEY_TRANS *kt = first_recipient(ed);

	(void)arg;
	CMS_ID_free(kt->rid);
	kt->rid = CMS_ID_new();
	kt->rid->type = CMS_ID_KEY;
	kt->rid->d.key_id = ASN1_OCTET_STRING_dup(X509_get0_subject_key_id(recipient()));
	put_recipient(ed, kt, -1);
}

struct oaep_change {
	int nid;           /* of keyEncryptionAlgorithm */
	const char *param; /* DER, or NULL for ASN.1 NULL */
	int n;
};

static void
set_transport(CMS_ENVELOPED *ed, void *arg)
{
	const struct oaep_change *c = arg;
	CMS_KEY_TRANS *kt = first_recipient(ed);

	if (c->param != NULL) {
		ASN1_STRING *s = ASN1_STRING_type_new(V_ASN1_SEQUENCE);

		ASN1_STRING_set(s, c->param, c->n);
		X509_ALGOR_set0(kt->key_alg, OBJ_nid2obj(c->nid), V_ASN1_SEQUENCE, s);
	} else {
		X509_ALGOR_set0(kt->key_alg, OBJ_nid2obj(c->nid), V_ASN1_NULL, NULL);
	}
	put_recipient(ed, kt, -1);
}

/* 0 found, 1 none of them, -1 refused. */
static int
find(void (*change)(CMS_ENVELOPED *ed, void *arg), void *arg, enum err_code *code)
{
	struct buf der = {0};
	struct scep_env env;
	struct env_recipient r;
	struct err e = ERR_INIT;
	int rc;

	changed(change, arg, &der);
	CU_ASSERT_EQUAL_FATAL(scep_env_read(buf_view(&der), ALL_CIPHERS, &env, &e), 0);
	rc = scep_env_recipient(&env, recipient(), &r, &e);
	*code = e.code;
	scep_env_free(&env);
	buf_free(&der);
	return rc;
}

static void
keep(CMS_ENVELOPED *ed, void *arg)
{
	(void)ed;
	(void)arg;
}

static void
our_recipient_is_found_and_its_transport_admitted(void)
{
	X509 *other =
	    make_cert(&(struct make_cert){.key = make_rsa(2048, 1), .cn = "CN=ra", .serial = 43});
	struct oaep_change md5 = {NID_rsaesOaep,
	    "\x30\x10\xa0\x0e\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00", 18};
	struct oaep_change broken = {NID_rsaesOaep, "\x30\x02\x05\x00", 4};
	struct oaep_change no_params = {NID_rsaesOaep, NULL, 0};
	struct oaep_change defaults = {NID_rsaesOaep, "\x30\x00", 2};
	struct oaep_change label = {NID_rsaesOaep,
	    "\x30\x12\xa2\x10\x30\x0e\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x09\x04\x01\x78", 20};
	struct oaep_change empty_label = {NID_rsaesOaep,
	    "\x30\x11\xa2\x0f\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x09\x04\x00", 19};
	struct oaep_change text_label = {NID_rsaesOaep,
	    "\x30\x11\xa2\x0f\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x09\x0c\x00", 19};
	struct oaep_change other_source = {NID_rsaesOaep,
	    "\x30\x11\xa2\x0f\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07\x04\x00", 19};
	struct oaep_change other_mgf = {NID_rsaesOaep,
	    "\x30\x0f\xa1\x0d\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07", 17};
	struct oaep_change *refused[] = {
	    &md5, &broken, &no_params, &label, &text_label, &other_source, &other_mgf, NULL};
	struct oaep_change not_rsa = {NID_dhKeyAgreement, NULL, 0};
	enum err_code code;

	CU_ASSERT_EQUAL(find(keep, NULL, &code), 0);
	CU_ASSERT_EQUAL(find(another_before_ours, other, &code), 0);
	CU_ASSERT_EQUAL(find(ours_by_key_id, NULL, &code), 0);
	CU_ASSERT_EQUAL(find(set_transport, &defaults, &code), 0);
	CU_ASSERT_EQUAL(find(set_transport, &empty_label, &code), 0);
	for (struct oaep_change **c = refused; *c != NULL; c++) {
		CU_ASSERT_EQUAL(find(set_transport, *c, &code), -1);
		CU_ASSERT_EQUAL(code, ERR_KEY_TRANSPORT);
	}
	CU_ASSERT_EQUAL(find(set_transport, &not_rsa, &code), -1);
	CU_ASSERT_EQUAL(code, ERR_KEY_TRANSPORT);
	X509_free(other);
}

static void
somebody_elses_envelope_is_not_ours(void)
{
	X509 *other =
	    make_cert(&(struct make_cert){.key = make_rsa(2048, 0), .cn = "CN=ra", .serial = 43});
	struct buf der = {0};
	struct scep_env env;
	struct env_recipient r;
	struct err e = ERR_INIT;

	good(&der);
	CU_ASSERT_EQUAL_FATAL(scep_env_read(buf_view(&der), ALL_CIPHERS, &env, &e), 0);
	CU_ASSERT_EQUAL(scep_env_recipient(&env, other, &r, &e), 1);
	scep_env_free(&env);
	buf_free(&der);
	X509_free(other);
}

static void
a_wrong_key_does_not_open(void)
{
	struct buf der = {0};
	struct scep_env env;
	struct err e = ERR_INIT;
	struct secret out = {0};
	int opened = 0;

	good(&der);
	CU_ASSERT_EQUAL_FATAL(scep_env_read(buf_view(&der), ALL_CIPHERS, &env, &e), 0);
	/* One key in 256 gives a padding that looks right; then the content is rubbish. */
	for (int i = 0; i < 16; i++) {
		uint8_t key[16] = {(uint8_t)i};
		struct err each = ERR_INIT;

		if (scep_env_open(&env, view_of(key, sizeof key), &out, &each) == 0)
			opened += view_eq(secret_view(&out), text);
		else
			CU_ASSERT_EQUAL(each.code, ERR_CONTENT);
	}
	CU_ASSERT_EQUAL(opened, 0);
	CU_ASSERT_EQUAL(scep_env_open(&env, view_of("short", 5), &out, &e), -1);
	secret_free(&out);
	scep_env_free(&env);
	buf_free(&der);
}

CU_TestInfo scep_env_tests[] = {
    T(every_cipher_and_transport_opens_elsewhere),
    T(an_ec_client_gets_key_agreement),
    T(no_reply_to_keys_that_cannot_decrypt),
    T(what_is_visibly_wrong_is_refused),
    T(the_refused_cipher_is_named),
    T(our_recipient_is_found_and_its_transport_admitted),
    T(somebody_elses_envelope_is_not_ours),
    T(a_wrong_key_does_not_open),
    CU_TEST_INFO_NULL,
};
