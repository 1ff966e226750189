/* SPDX-License-Identifier: ISC
 *
 * See signer/signer.h: issue, seal and crl.
 */
#include "signer/signer.h"

#include <openssl/crypto.h>

#include "base/ossl.h"
#include "keys.h"

int
signer_issue(const struct ca_key *k, const struct grant *g, const struct plan *plan,
    struct buf *out, struct err *e)
{
	int md = NID_undef;
	uint8_t digest[32];

	if (!grant_covers(g, plan))
		return err_set(e, ERR_INTERNAL, "the grant is not for this plan");
	/* The plan already names the algorithm, since it is part of what is signed; Ed25519 has no
	 * digest of its own. */
	OBJ_find_sigid_algs(alg_nid(X509_get0_tbs_sigalg(plan->cert)), &md, NULL);
	if (X509_sign(plan->cert, k->key, md != NID_undef ? EVP_get_digestbynid(md) : NULL) <= 0)
		return key_fault(k->key, e, ERR_INTERNAL, "cannot sign the certificate");
	if (tbs_digest(plan->cert, digest) != 0 ||
	    CRYPTO_memcmp(digest, plan->tbs_digest, sizeof digest) != 0)
		return err_set(e, ERR_INTERNAL, "the signed certificate is not the planned one");
	return ossl_write(out, plan->cert, ASN1_ITEM_rptr(X509)) == 0
	           ? 0
	           : err_set(e, ERR_INTERNAL, "certificate");
}

int
signer_seal(const struct ra_key *k, const struct scep_attrs *a, const struct view *content,
    enum digest digest, struct buf *out, struct err *e)
{
	const struct msg_signer by = {.cert = k->cert, .key = k->key, .digest = digest};
	struct err why = ERR_INIT;

	if (a->type != TYPE_CERT_REP)
		return err_set(e, ERR_INTERNAL, "only a CertRep is sealed");
	if (scep_msg_write(a, content, &by, NULL, out, &why) == 0)
		return 0;
	return key_fault(k->key, e, why.code, why.detail);
}

int
signer_crl(const struct ca_key *k, const struct crl_plan *plan, struct buf *out, struct err *e)
{
	int md = NID_undef, rc = -1;
	X509_CRL *list;

	if (!ossl_cert_same(k->cert, plan->by->cert))
		return err_set(e, ERR_INTERNAL, "the revocation list is not of this CA");
	if ((list = crl_write(plan, e)) == NULL)
		return -1;
	OBJ_find_sigid_algs(plan->by->sig_nid, &md, NULL);
	if (X509_CRL_sign(list, k->key, md != NID_undef ? EVP_get_digestbynid(md) : NULL) <= 0)
		key_fault(k->key, e, ERR_INTERNAL, "cannot sign the revocation list");
	else if (ossl_write(out, list, ASN1_ITEM_rptr(X509_CRL)) != 0)
		err_set(e, ERR_INTERNAL, "revocation list");
	else
		rc = 0;
	X509_CRL_free(list);
	return rc;
}
