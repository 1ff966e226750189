/* SPDX-License-Identifier: ISC
 *
 * See wire/scep_msg.h. The digest over the content is taken once and by us: OpenSSL's CMS_verify
 * would hash it once for each of the sender's digestAlgorithms.
 */
#include "wire/scep_msg.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "base/ossl.h"
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

	m->signer_key.spki = X509_get_X509_PUBKEY(m->signer);
	m->signer_key.key = ossl_spki_key(m->signer_key.spki, e);
	if (m->signer_key.key == NULL)
		return err_set(e, ERR_SIGNER_KEY, "the key of the signer cannot be used");
	/* The signature is over the DER of the attributes in the order in which they came. */
	if (ossl_write(&attrs, si->signed_attrs, ASN1_ITEM_rptr(PKCS7_ATTR_VERIFY)) != 0) {
		err_set(e, ERR_INTERNAL, "signed attributes");
		goto out;
	}
	if (sig_verify(&m->signer_key, alg, buf_view(&attrs), sig) != 0) {
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

/* SignerInfo (RFC 5652 section 5.3): the attributes as they were signed but for their tag. */
static void
write_signer(const struct msg_signer *by, struct buf *attrs, const struct sig_alg *alg,
    struct view sig, struct der *d)
{
	attrs->p[0] = DER_CONTEXT_CONSTRUCTED(0);
	der_begin(d, DER_SEQUENCE);
	der_small(d, 1);
	cms_id_write(by->cert, d);
	der_alg(d, digest_nid(by->digest), DER_PARAMS_ABSENT);
	der_add(d, buf_view(attrs));
	sig_alg_write(alg, d);
	der_put(d, DER_OCTET_STRING, sig);
	der_end(d);
}

static void
write_certs(const struct msg_signer *by, STACK_OF(X509) *more, struct der *d)
{
	der_begin(d, DER_CONTEXT_CONSTRUCTED(0));
	der_item(d, by->cert, ASN1_ITEM_rptr(X509));
	for (int i = 0; i < sk_X509_num(more); i++)
		der_item(d, sk_X509_value(more, i), ASN1_ITEM_rptr(X509));
	der_end(d);
}

/* The attributes, and the signature over their DER. */
static int
sign(const struct scep_attrs *a, struct view content, const struct msg_signer *by,
    const struct sig_alg *alg, struct buf *attrs, struct buf *sig)
{
	struct sig_ctx own = {0}, *kept = by->kept != NULL ? by->kept : &own;
	struct der d = der_to(attrs);
	uint8_t md[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	int rc = -1;

	if (EVP_Digest(content.n > 0 ? content.p : md, content.n, md, &len, digest_md(by->digest),
	        NULL) == 1) {
		scep_attrs_write(a, view_of(md, len), &d);
		if (der_done(&d) == 0)
			rc = sig_make(by->key, kept, alg, buf_view(attrs), sig);
	}
	sig_ctx_free(&own);
	return rc;
}

/* SignedData (RFC 5652 section 5.1) in its ContentInfo. */
static void
write_signed(const struct view *content, const struct msg_signer *by, STACK_OF(X509) *more,
    struct buf *attrs, const struct sig_alg *alg, struct view sig, struct der *d)
{
	cms_begin(d, NID_pkcs7_signed);
	der_small(d, 1);
	der_begin(d, DER_SET);
	der_alg(d, digest_nid(by->digest), DER_PARAMS_ABSENT);
	der_end(d);
	der_begin(d, DER_SEQUENCE);
	der_oid(d, NID_pkcs7_data);
	if (content != NULL) {
		der_begin(d, DER_CONTEXT_CONSTRUCTED(0));
		der_put(d, DER_OCTET_STRING, *content);
		der_end(d);
	}
	der_end(d);
	write_certs(by, more, d);
	der_begin(d, DER_SET);
	write_signer(by, attrs, alg, sig, d);
	der_end(d);
	cms_end(d);
}

int
scep_msg_write(const struct scep_attrs *a, const struct view *content, const struct msg_signer *by,
    STACK_OF(X509) *more, struct buf *out, struct err *e)
{
	struct buf attrs = {0}, sig = {0};
	struct der d = der_to(out);
	struct sig_alg alg;
	int rc = -1;

	if (sig_alg_of(by->key, by->digest, by->pss, &alg) == 0 &&
	    sign(a, content != NULL ? *content : (struct view){0}, by, &alg, &attrs, &sig) == 0) {
		write_signed(content, by, more, &attrs, &alg, buf_view(&sig), &d);
		rc = der_done(&d);
	}
	if (rc != 0)
		err_set_ossl(e, ERR_INTERNAL, "cannot write a pkiMessage");
	buf_free(&attrs);
	buf_free(&sig);
	return rc;
}

void
scep_msg_free(struct scep_msg *m)
{
	CMS_SIGNED_free(m->sd);
	X509_free(m->signer);
	known_key_free(&m->signer_key);
	*m = (struct scep_msg){.attrs = SCEP_ATTRS_INIT, .digest = DIGEST_NONE};
}
