/* SPDX-License-Identifier: ISC
 *
 * See wire/scep_msg.h. The digest over the content is taken once and by us: OpenSSL's CMS_verify
 * would hash it once for each of the sender's digestAlgorithms.
 */
#include "wire/scep_msg.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "base/ossl.h"
#include "wire/scep_sig.h"
#include "wire/tlv.h"

static int
check_counts(const CMS_SIGNED *sd, struct err *e)
{
	int digests = sk_X509_ALGOR_num(sd->digest_algs), certs = sk_ASN1_TYPE_num(sd->certs);
	int signers = sk_CMS_SIGNER_num(sd->signers), type = OBJ_obj2nid(sd->encap->type);

	if (digests < 1 || digests > MSG_DIGEST_ALGS_MAX)
		return err_set(e, ERR_LIMITS, "%d digestAlgorithms", digests);
	if (certs > MSG_CERTS_MAX)
		return err_set(e, ERR_LIMITS, "%d certificates", certs);
	if (signers != 1)
		return err_set(e, ERR_MESSAGE, "%d signerInfos", signers);
	if (type != NID_pkcs7_data && type != NID_pkcs7_enveloped)
		return err_set(e, ERR_MESSAGE, "eContentType is not id-data");
	return 0;
}

static int
read_structure(struct view der, struct scep_msg *m, struct err *e)
{
	size_t n;

	*m = (struct scep_msg){.attrs = SCEP_ATTRS_INIT, .digest = DIGEST_NONE};
	if (tlv_walk(der, &n, e) != 0)
		return -1;
	m->sd = cms_read(view_of(der.p, n), NID_pkcs7_signed, ASN1_ITEM_rptr(CMS_SIGNED), e);
	if (m->sd == NULL || check_counts(m->sd, e) != 0)
		return -1;
	m->has_content = m->sd->encap->content != NULL;
	if (m->has_content)
		m->content = ossl_string_view(m->sd->encap->content);
	return 0;
}

static const STACK_OF(X509_ATTRIBUTE) *
signed_attrs(const struct scep_msg *m)
{
	return sk_CMS_SIGNER_value(m->sd->signers, 0)->signed_attrs;
}

int
scep_msg_read(struct view der, struct scep_msg *m, struct err *e)
{
	if (read_structure(der, m, e) != 0)
		return -1;
	/* The transactionID has to be among them, so a message without signed attributes ends here:
	 * its signature would be over the content itself, and could have been made for something
	 * else (a certificate, say). */
	return scep_attrs_read(signed_attrs(m), &m->attrs, e);
}

int
scep_signed_read(struct view der, struct scep_msg *m, struct err *e)
{
	/* One without signed attributes ends where they are verified. */
	return read_structure(der, m, e) == 0 ? signed_attrs_read(signed_attrs(m), &m->attrs, e)
	                                      : -1;
}

static X509 *
find_signer(const CMS_SIGNED *sd, const CMS_ID *sid)
{
	for (int i = 0; i < sk_ASN1_TYPE_num(sd->certs); i++) {
		X509 *cert = ossl_cert_read(cms_any_view(sk_ASN1_TYPE_value(sd->certs, i)));

		if (cert != NULL && cms_id_is(sid, cert))
			return cert;
		X509_free(cert);
	}
	return NULL;
}

static int
check_content_digest(const struct scep_msg *m, struct err *e)
{
	uint8_t md[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!m->attrs.is_data)
		return err_set(e, ERR_SIGNATURE, "the contentType attribute is absent or wrong");
	if (EVP_Digest(m->content.n > 0 ? m->content.p : md, m->content.n, md, &len,
	        digest_md(m->digest), NULL) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "digest");
	if (len != m->attrs.message_digest.n ||
	    CRYPTO_memcmp(md, m->attrs.message_digest.p, len) != 0)
		return err_set(e, ERR_SIGNATURE, "messageDigest does not fit the content");
	return 0;
}

static int
check_signature(struct scep_msg *m, const CMS_SIGNER *si, const struct sig_alg *alg, struct err *e)
{
	struct buf attrs = {0};
	struct view sig = ossl_string_view(si->signature);
	int rc = -1;

	m->signer_key = ossl_spki_key(X509_get_X509_PUBKEY(m->signer), e);
	if (m->signer_key == NULL)
		return err_set(e, ERR_SIGNER_KEY, "the key of the signer cannot be used");
	/* The signature is over the DER of the attributes in the order in which they came. */
	if (ossl_write(&attrs, si->signed_attrs, ASN1_ITEM_rptr(PKCS7_ATTR_VERIFY)) != 0) {
		err_set(e, ERR_INTERNAL, "signed attributes");
		goto out;
	}
	if (sig_verify(alg, m->signer_key, buf_view(&attrs), sig) != 0) {
		err_set(e, ERR_SIGNATURE, "the signature does not verify");
		goto out;
	}
	rc = 0;
out:
	buf_free(&attrs);
	ERR_clear_error();
	return rc;
}

int
scep_msg_verify(struct scep_msg *m, unsigned digests, X509 *cert, struct err *e)
{
	const CMS_SIGNER *si = sk_CMS_SIGNER_value(m->sd->signers, 0);
	struct sig_alg alg;
	char oid[80];

	m->signer = find_signer(m->sd, si->sid);
	if (m->signer == NULL && cert != NULL && cms_id_is(si->sid, cert) && X509_up_ref(cert))
		m->signer = cert;
	if (m->signer == NULL)
		return err_set(e, ERR_SIGNER, "no certificate fits the sid of the SignerInfo");
	m->signer_facts = ossl_key_facts(X509_get_X509_PUBKEY(m->signer));
	m->digest = digest_of(si->digest_alg);
	if (m->digest == DIGEST_NONE || (digests & 1u << m->digest) == 0) {
		alg_oid_text(si->digest_alg, oid);
		return err_set(e, ERR_DIGEST, "digest %s", oid);
	}
	if (sig_alg_read(&alg, si->sig_alg, m->digest, m->signer_facts.type) != 0) {
		alg_oid_text(si->sig_alg, oid);
		return err_set(
		    e, ERR_SIGNATURE_ALG, "signature %s by a %s key", oid, m->signer_facts.name);
	}
	if (!m->signer_facts.sane)
		return err_set(e, ERR_SIGNER_KEY, "%s key of %d bits", m->signer_facts.name,
		    m->signer_facts.bits);
	if (check_content_digest(m, e) != 0)
		return -1;
	return check_signature(m, si, &alg, e);
}

static int
add_cert(STACK_OF(ASN1_TYPE) *certs, const X509 *cert)
{
	struct buf der = {0};
	ASN1_TYPE *any = NULL;
	int rc = -1;

	if (ossl_write(&der, cert, ASN1_ITEM_rptr(X509)) == 0 &&
	    (any = cms_any(buf_view(&der))) != NULL && sk_ASN1_TYPE_push(certs, any) > 0)
		rc = 0;
	if (rc != 0)
		ASN1_TYPE_free(any);
	buf_free(&der);
	return rc;
}

/* The SignerInfo: attributes first, then the signature over their DER. */
static CMS_SIGNER *
make_signer(const struct scep_attrs *a, struct view content, const struct msg_signer *by)
{
	CMS_SIGNER *si = CMS_SIGNER_new();
	struct buf attrs = {0}, sig = {0};
	uint8_t md[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	int rc = -1;

	if (si == NULL || EVP_Digest(content.n > 0 ? content.p : md, content.n, md, &len,
	                      digest_md(by->digest), NULL) != 1)
		goto out;
	CMS_ID_free(si->sid);
	si->sid = cms_id_of(by->cert);
	si->signed_attrs = scep_attrs_write(a, view_of(md, len));
	if (si->sid == NULL || si->signed_attrs == NULL || ASN1_INTEGER_set(si->version, 1) != 1)
		goto out;
	X509_ALGOR_set0(si->digest_alg, OBJ_nid2obj(digest_nid(by->digest)), V_ASN1_UNDEF, NULL);
	if (ossl_write(&attrs, si->signed_attrs, ASN1_ITEM_rptr(PKCS7_ATTR_SIGN)) != 0 ||
	    sig_make(by->key, by->digest, by->pss, buf_view(&attrs), si->sig_alg, &sig) != 0 ||
	    ASN1_STRING_set(si->signature, sig.p, (int)sig.n) != 1)
		goto out;
	rc = 0;
out:
	buf_free(&attrs);
	buf_free(&sig);
	if (rc != 0) {
		CMS_SIGNER_free(si);
		si = NULL;
	}
	return si;
}

int
scep_msg_write(const struct scep_attrs *a, const struct view *content, const struct msg_signer *by,
    STACK_OF(X509) *more, struct buf *out, struct err *e)
{
	CMS_SIGNED *sd = CMS_SIGNED_new();
	X509_ALGOR *alg = X509_ALGOR_new();
	CMS_SIGNER *si = NULL;
	int rc = -1;

	if (sd == NULL || alg == NULL || ASN1_INTEGER_set(sd->version, 1) != 1)
		goto out;
	X509_ALGOR_set0(alg, OBJ_nid2obj(digest_nid(by->digest)), V_ASN1_UNDEF, NULL);
	if (sk_X509_ALGOR_push(sd->digest_algs, alg) <= 0)
		goto out;
	alg = NULL;
	ASN1_OBJECT_free(sd->encap->type);
	sd->encap->type = OBJ_nid2obj(NID_pkcs7_data);
	if (content != NULL &&
	    ((sd->encap->content = ASN1_OCTET_STRING_new()) == NULL ||
	        ASN1_STRING_set(sd->encap->content,
	            content->n > 0 ? content->p : (const uint8_t *)"", (int)content->n) != 1))
		goto out;
	if ((sd->certs = sk_ASN1_TYPE_new_null()) == NULL || add_cert(sd->certs, by->cert) != 0)
		goto out;
	for (int i = 0; i < sk_X509_num(more); i++)
		if (add_cert(sd->certs, sk_X509_value(more, i)) != 0)
			goto out;
	si = make_signer(a, content != NULL ? *content : (struct view){0}, by);
	if (si == NULL || sk_CMS_SIGNER_push(sd->signers, si) <= 0)
		goto out;
	si = NULL;
	rc = cms_write(out, NID_pkcs7_signed, sd, ASN1_ITEM_rptr(CMS_SIGNED));
out:
	if (rc != 0)
		err_set_ossl(e, ERR_INTERNAL, "cannot write a pkiMessage");
	CMS_SIGNER_free(si);
	X509_ALGOR_free(alg);
	CMS_SIGNED_free(sd);
	return rc;
}

void
scep_msg_free(struct scep_msg *m)
{
	CMS_SIGNED_free(m->sd);
	X509_free(m->signer);
	EVP_PKEY_free(m->signer_key);
	*m = (struct scep_msg){.attrs = SCEP_ATTRS_INIT, .digest = DIGEST_NONE};
}
