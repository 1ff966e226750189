/* SPDX-License-Identifier: ISC
 *
 * PKCSReq (RFC 8894 section 3.3.1): policy first, then authorisation, then the signature. A request
 * that policy refuses is told why only when its challenge is right; otherwise it gets the answer
 * that everybody else gets.
 */
#include "base/clock.h"
#include "request.h"

static int
check_csr(struct request *r, struct view content)
{
	const X509_PUBKEY *signer = X509_get_X509_PUBKEY(r->msg.signer);

	if (csr_read(content, signer, r->msg.signer_key, &r->csr, &r->err) != 0)
		return -1;
	if (r->sp->profile.signer_must_match && !csr_same_key(signer, r->csr.spki))
		return err_set(
		    &r->err, ERR_CSR_SIGNER, "signed by another key than that of the PKCS#10");
	return 0;
}

/* Policy said no. Whoever shows a right challenge learns the reason. */
static int
refuse_plan(struct request *r, const struct err *why, time_t now)
{
	if (challenge_check(&r->sp->profile.challenges, secret_view(&r->csr.challenge), now, NULL,
	        &r->err) != 0)
		return -1;
	r->authorised = true;
	r->err = *why;
	return -1;
}

int
enrol(struct request *r, struct view content, struct buf *cert)
{
	time_t now = clock_now();
	struct err why = ERR_INIT;
	struct grant *grant;
	int rc;

	if (check_csr(r, content) != 0)
		return -1;
	if (plan_make(&r->sp->profile, &r->sp->ca->authority, &r->csr, now, &r->plan, &why) != 0)
		return refuse_plan(r, &why, now);
	grant = grant_by_static_challenge(
	    &r->sp->profile, secret_view(&r->csr.challenge), now, &r->plan, &r->err);
	if (grant == NULL)
		return -1;
	r->authorised = true;
	snprintf(r->reason, sizeof r->reason, "%s", grant_reason(grant));
	rc = signer_issue(r->sp->ca->key, grant, &r->plan, cert, &r->err);
	grant_free(grant);
	return rc;
}
