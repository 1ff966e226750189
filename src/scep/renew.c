/* SPDX-License-Identifier: ISC
 *
 * RenewalReq (RFC 8894 section 3.3.1), and a PKCSReq that shows no right challenge but is signed
 * with a certificate of ours: devices send both. The challengePassword is neither checked nor
 * consumed, since many re-send the one of their enrolment.
 */
#include <string.h>

#include "base/clock.h"
#include "base/ossl.h"
#include "ca/identity.h"
#include "request.h"
#include "store/issued.h"

bool
renew_possible(const struct request *r)
{
	return service_issuer_of(r->sp, r->msg.signer) != NULL;
}

/* What the record must say of the signer's certificate. */
static int
judge(struct request *r, const struct issued *found)
{
	const struct profile *p = &r->sp->profile;
	struct buf der = {0};
	bool same;

	if (ossl_write(&der, r->msg.signer, ASN1_ITEM_rptr(X509)) != 0)
		return err_set(&r->err, ERR_MEMORY, "certificate");
	same = view_eq(buf_view(&der), buf_view(&found->cert));
	buf_free(&der);
	if (!same)
		return err_set(
		    &r->err, ERR_RENEWAL_SIGNER, "not the certificate issued under this serial");
	if (p->renewal_scope == RENEWAL_PROFILE && strcmp(found->profile, p->id) != 0)
		return err_set(&r->err, ERR_RENEWAL_SIGNER, "issued under another profile");
	return found->revoked ? err_set(&r->err, ERR_RENEWAL_REVOKED, "revoked") : 0;
}

int
signer_issued(struct request *r)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(r->msg.signer);
	const struct service_issuer *by = service_issuer_of(r->sp, r->msg.signer);
	struct issued found = {0};
	int rc;

	if (by == NULL)
		return err_set(&r->err, ERR_RENEWAL_SIGNER, "issued by another CA");
	rc = store_issued(r->service->store, by->ca->authority.name,
	    view_of(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial)), &found,
	    &r->err);

	if (rc == 0)
		rc = judge(r, &found);
	else if (rc == 1)
		rc = err_set(&r->err, ERR_RENEWAL_SIGNER, "not among the certificates issued");
	issued_free(&found);
	return rc;
}

int
renew_csr(struct request *r, struct buf *cert)
{
	const struct profile *p = &r->sp->profile;
	const struct service_issuer *by = service_issuer_of(r->sp, r->msg.signer);
	struct claim *claim = NULL;
	uint8_t request[32];
	time_t now = clock_now();
	int rc = -1;

	plan_free(&r->plan);
	if (signer_issued(r) != 0 || (claim = claim_by_renewal(p, &by->ca->authority, r->msg.signer,
	                                  &r->csr, now, &r->err)) == NULL)
		goto out;
	snprintf(r->reason, sizeof r->reason, "%s", claim_reason(claim));
	if (plan_renew(p, &r->by->ca->authority, &r->csr, r->msg.signer, now, &r->plan, &r->err) !=
	        0 ||
	    identity_request(p, claim, &r->csr, request, &r->err) != 0)
		goto out;
	rc = issue(r, claim, request, "", cert);
out:
	claim_free(claim);
	return rc;
}

int
renew(struct request *r, struct view content, struct buf *cert)
{
	if (csr_read(content, &r->msg.signer_key, &r->csr, &r->err) != 0)
		return -1;
	if (!renew_possible(r))
		return err_set(
		    &r->err, ERR_RENEWAL_SIGNER, "signed by a certificate of another CA");
	return renew_csr(r, cert);
}
