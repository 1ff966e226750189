/* SPDX-License-Identifier: ISC
 *
 * See tell.h.
 */
#include "tell.h"

#include <string.h>
#include <time.h>

#include "base/enc.h"
#include "base/ossl.h"
#include "harness.h"
#include "wire/csr.h"
#include "wire/scep_body.h"
#include "wire/scep_env.h"
#include "wire/scep_msg.h"

#define CHECKED(call) CU_ASSERT_EQUAL_FATAL(call, 0)

static void
tell_hex(struct buf *out, const char *what, struct view octets)
{
	CHECKED(buf_printf(out, "%s ", what));
	CHECKED(hex_write(out, octets));
	CHECKED(buf_add_str(out, "\n"));
}

static void
tell_name(struct buf *out, const char *what, const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n;

	X509_NAME_print_ex(
	    bio, name, 0, XN_FLAG_RFC2253 & ~XN_FLAG_DN_REV & ~ASN1_STRFLGS_UTF8_CONVERT);
	n = BIO_get_mem_data(bio, &text);
	CHECKED(buf_printf(out, "%s %.*s\n", what, (int)n, text));
	BIO_free(bio);
}

static void
tell_serial(struct buf *out, const char *what, const ASN1_INTEGER *serial)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
	char *hex = BN_bn2hex(number);

	CHECKED(buf_printf(out, "%s %s\n", what, hex));
	OPENSSL_free(hex);
	BN_free(number);
}

static void
tell_cert(struct buf *out, const char *what, const X509 *cert)
{
	struct key_facts key = ossl_key_facts(X509_get_X509_PUBKEY(cert));

	CHECKED(buf_printf(out, "%s %s %d\n", what, key.name, key.bits));
	tell_serial(out, "  serial", X509_get0_serialNumber(cert));
	tell_name(out, "  issuer", X509_get_issuer_name(cert));
	tell_name(out, "  subject", X509_get_subject_name(cert));
}

static void
tell_verdict(struct buf *out, const char *what, const struct err *e)
{
	CHECKED(buf_printf(out, "%s %s\n", what, e->code == ERR_OK ? "ok" : err_slug(e->code)));
}

/* A refused cipher ends the reading, so what follows it is looked up in the structure. */
static void
tell_envelope(struct view der, struct buf *out)
{
	struct scep_env env;
	struct err e = ERR_INIT;
	const CMS_ENCRYPTED *ec;
	const void *iv;
	int type;

	(void)!scep_env_read(der, ALGS_ALL.ciphers, &env, &e);
	tell_verdict(out, "envelope", &e);
	if (env.ed == NULL)
		return;
	for (int i = 0; i < sk_ASN1_TYPE_num(env.ed->recipients); i++) {
		CMS_KEY_TRANS *kt =
		    ossl_read(cms_any_view(sk_ASN1_TYPE_value(env.ed->recipients, i)),
		        ASN1_ITEM_rptr(CMS_KEY_TRANS));

		CU_ASSERT_PTR_NOT_NULL_FATAL(kt);
		CU_ASSERT_EQUAL_FATAL(kt->rid->type, CMS_ID_ISSUER_SERIAL);
		CHECKED(buf_printf(out, "recipient %s %d\n", OBJ_nid2sn(alg_nid(kt->key_alg)),
		    ASN1_STRING_length(kt->encrypted_key)));
		tell_serial(out, "  serial", kt->rid->d.issuer_serial->serial);
		tell_name(out, "  issuer", kt->rid->d.issuer_serial->issuer);
		CMS_KEY_TRANS_free(kt);
	}
	ec = env.ed->encrypted;
	X509_ALGOR_get0(NULL, &type, &iv, ec->alg);
	CHECKED(buf_printf(
	    out, "content %s %d\n", OBJ_nid2sn(alg_nid(ec->alg)), ASN1_STRING_length(ec->content)));
	if (type == V_ASN1_OCTET_STRING)
		tell_hex(out, "  iv",
		    view_of(ASN1_STRING_get0_data(iv), (size_t)ASN1_STRING_length(iv)));
	scep_env_free(&env);
}

static void
tell_attributes(struct buf *out, const struct scep_attrs *a)
{
	char time[40];
	struct tm tm;

	CHECKED(buf_printf(out, "type %d\n", a->type));
	if (a->status != STATUS_NONE)
		CHECKED(buf_printf(out, "status %d\n", a->status));
	if (a->fail_info != FAIL_NONE)
		CHECKED(buf_printf(out, "failInfo %d\n", a->fail_info));
	CHECKED(buf_add_str(out, "transactionID "));
	for (size_t i = 0; i < a->transaction_id.n; i++) {
		uint8_t c = a->transaction_id.p[i];

		CHECKED(buf_printf(out, c > 32 && c < 127 && c != '\\' ? "%c" : "\\x%02x", c));
	}
	CHECKED(buf_add_str(out, "\n"));
	if (a->sender_nonce.n > 0)
		tell_hex(out, "senderNonce", a->sender_nonce);
	if (a->recipient_nonce.n > 0)
		tell_hex(out, "recipientNonce", a->recipient_nonce);
	if (a->signing_time != 0) {
		gmtime_r(&a->signing_time, &tm);
		strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%SZ", &tm);
		CHECKED(buf_printf(out, "signingTime %s\n", time));
	}
}

static void
tell_message(struct view der, struct buf *out)
{
	struct scep_msg m;
	struct err e = ERR_INIT;

	if (scep_msg_read(der, &m, &e) != 0) {
		tell_verdict(out, "message", &e);
		scep_msg_free(&m);
		return;
	}
	tell_attributes(out, &m.attrs);
	for (int i = 0; i < sk_ASN1_TYPE_num(m.sd->certs); i++) {
		X509 *cert = ossl_cert_read(cms_any_view(sk_ASN1_TYPE_value(m.sd->certs, i)));

		CU_ASSERT_PTR_NOT_NULL_FATAL(cert);
		tell_cert(out, "certificate", cert);
		X509_free(cert);
	}
	(void)!scep_msg_verify(&m, ALGS_ALL.digests, NULL, &e);
	tell_verdict(out, "signature", &e);
	if (e.code == ERR_OK) {
		CHECKED(buf_printf(out, "  digest %s\n", digest_name(m.digest)));
		tell_serial(out, "  signer", X509_get0_serialNumber(m.signer));
	}
	if (m.content.n > 1) /* NDES sends one octet 00 with a FAILURE */
		tell_envelope(m.content, out);
	else
		CHECKED(buf_printf(out, "octets %zu\n", m.content.n));
	scep_msg_free(&m);
}

static void
tell_csr(struct view der, struct buf *out)
{
	struct csr csr;
	struct err e = ERR_INIT;

	(void)!csr_read(der, NULL, &csr, &e);
	tell_verdict(out, "request", &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(csr.subject);
	CHECKED(buf_printf(out, "key %s %d\n", csr.key.name, csr.key.bits));
	tell_name(out, "subject", csr.subject);
	if (csr.has_challenge)
		CHECKED(buf_printf(out, "challenge %s\n", (const char *)csr.challenge.p));
	for (int i = 0; i < sk_X509_EXTENSION_num(csr.exts); i++)
		CHECKED(buf_printf(out, "extension %s\n",
		    OBJ_nid2sn(OBJ_obj2nid(
		        X509_EXTENSION_get_object(sk_X509_EXTENSION_value(csr.exts, i))))));
	csr_free(&csr);
}

static void
tell_certificates(struct view der, struct buf *out)
{
	struct err e = ERR_INIT;
	STACK_OF(X509) *certs = certs_only_read(der, NULL, &e);

	CU_ASSERT_PTR_NOT_NULL_FATAL(certs);
	for (int i = 0; i < sk_X509_num(certs); i++)
		tell_cert(out, "certificate", sk_X509_value(certs, i));
	sk_X509_pop_free(certs, X509_free);
}

static void
tell_certificate(struct view der, struct buf *out)
{
	X509 *cert = ossl_cert_read(der);

	CU_ASSERT_PTR_NOT_NULL_FATAL(cert);
	tell_cert(out, "certificate", cert);
	X509_free(cert);
}

static void
tell_issuer_and_subject(struct view der, struct buf *out)
{
	struct issuer_subject s;
	struct err e = ERR_INIT;

	CHECKED(issuer_subject_read(der, &s, &e));
	tell_name(out, "issuer", s.issuer);
	tell_name(out, "subject", s.subject);
	issuer_subject_free(&s);
}

static const struct {
	const char *name;
	void (*tell)(struct view der, struct buf *out);
} kinds[] = {
    {"message", tell_message},
    {"envelope", tell_envelope},
    {"request", tell_csr},
    {"certificates", tell_certificates},
    {"certificate", tell_certificate},
    {"issuer-and-subject", tell_issuer_and_subject},
};

void
tell(const char *kind, struct view der, struct buf *out)
{
	size_t i = 0;

	while (i < sizeof kinds / sizeof kinds[0] && strcmp(kinds[i].name, kind) != 0)
		i++;
	CU_ASSERT_TRUE_FATAL(i < sizeof kinds / sizeof kinds[0]);
	kinds[i].tell(der, out);
}
