/* SPDX-License-Identifier: ISC
 *
 * See signer/signer.h: issue, seal and crl.
 */
#include "signer/signer.h"

#include <openssl/crypto.h>

#include "base/ossl.h"
#include "keys.h"
#include "wire/scep_body.h"

/* Ed25519 has no digest of its own, and signs the octets (RFC 8410 section 6). */
static int
sign_octets(EVP_PKEY *key, struct view data, struct buf *signature)
{
	size_t n = (size_t)EVP_PKEY_get_size(key);
	uint8_t *to = buf_room(signature, n);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int rc = -1;

	if (ctx != NULL && to != NULL && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestSign(ctx, to, &n, data.p, data.n) == 1) {
		signature->n += n;
		rc = 0;
	}
	EVP_MD_CTX_free(ctx);
	return rc;
}

/* A signature of a CA. Which digest is said in what is signed. */
static int
sign(const struct ca_key *k, int sig_nid, struct view data, struct buf *signature, struct err *e)
{
	struct sig_alg alg;
	int md = NID_undef, rc;

	OBJ_find_sigid_algs(sig_nid, &md, NULL);
	if (md == NID_undef)
		rc = sign_octets(k->key, data, signature);
	else if ((rc = sig_alg_of(k->key, digest_of_nid(md), false, &alg)) == 0)
		rc = sig_make(k->key, k->kept, &alg, data, signature);
	return rc == 0 ? 0 : key_fault(k->key, e, ERR_INTERNAL, "cannot sign the certificate");
}

int
signer_issue(const struct ca_key *k, const struct grant *g, const struct plan *plan,
    struct buf *out, struct err *e)
{
	struct buf signature = {0};
	int rc;

	if (!grant_covers(g, plan))
		return err_set(e, ERR_INTERNAL, "the grant is not for this plan");
	rc = sign(k, plan->sig_nid, buf_view(&plan->tbs), &signature, e);
	if (rc == 0)
		rc = plan_write(plan, buf_view(&signature), out, e);
	buf_free(&signature);
	return rc;
}

static struct msg_signer
seals(const struct ra_key *k, enum digest digest)
{
	return (struct msg_signer){.cert = ra_key_seal_cert(k),
	    .key = k->seal_key != NULL ? k->seal_key : k->key,
	    .digest = digest,
	    .kept = &k->kept->seal};
}

int
signer_seal(const struct ra_key *k, const struct scep_attrs *a, const struct view *content,
    enum digest digest, struct buf *out, struct err *e)
{
	const struct msg_signer by = seals(k, digest);
	struct err why = ERR_INIT;

	if (a->type != TYPE_CERT_REP)
		return err_set(e, ERR_INTERNAL, "only a CertRep is sealed");
	if (scep_msg_write(a, content, &by, NULL, out, &why) == 0)
		return 0;
	ra_kept_renew(k->kept);
	return key_fault(by.key, e, why.code, why.detail);
}

/* No attribute of SCEP is in it, so it can be taken for no CertRep. */
int
signer_next_ca(
    const struct ra_key *k, STACK_OF(X509) *certs, time_t now, struct buf *out, struct err *e)
{
	const struct msg_signer by = seals(k, DIGEST_SHA256);
	struct scep_attrs a = SCEP_ATTRS_INIT;
	struct err why = ERR_INIT;
	struct buf inner = {0};
	struct view content;
	int rc = certs_only_write((struct view){0}, certs, (struct view){0}, &inner);

	a.signing_time = now;
	content = buf_view(&inner);
	if (rc != 0)
		err_set(e, ERR_INTERNAL, "cannot write the certificates of the next CA");
	else if ((rc = scep_msg_write(&a, &content, &by, certs, out, &why)) != 0) {
		ra_kept_renew(k->kept);
		key_fault(by.key, e, why.code, why.detail);
	}
	buf_free(&inner);
	return rc;
}

int
signer_crl(const struct ca_key *k, const struct crl_plan *plan, struct buf *out, struct err *e)
{
	int md = NID_undef, rc = -1;
	EVP_PKEY *key;
	X509_CRL *list;

	if (!ossl_cert_same(k->cert, plan->by->cert))
		return err_set(e, ERR_INTERNAL, "the revocation list is not of this CA");
	if ((list = crl_write(plan, e)) == NULL)
		return -1;
	OBJ_find_sigid_algs(plan->by->sig_nid, &md, NULL);
	key = sig_key(k->key, k->kept->anew);
	if (X509_CRL_sign(list, key, md != NID_undef ? EVP_get_digestbynid(md) : NULL) <= 0) {
		sig_ctx_renew(k->kept);
		key_fault(k->key, e, ERR_INTERNAL, "cannot sign the revocation list");
	} else if (ossl_write(out, list, ASN1_ITEM_rptr(X509_CRL)) != 0)
		err_set(e, ERR_INTERNAL, "revocation list");
	else
		rc = 0;
	EVP_PKEY_free(key);
	X509_CRL_free(list);
	return rc;
}
