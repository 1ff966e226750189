/* SPDX-License-Identifier: ISC
 *
 * PKCSReq (RFC 8894 section 3.3.1): policy first, then the claim, then reserve, sign and commit. A
 * request that policy refuses is told why only when its challenge is right; otherwise it gets the
 * answer that everybody else gets.
 */
#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/ossl.h"
#include "ca/identity.h"
#include "request.h"

static int
check_csr(struct request *r, struct view content)
{
	const X509_PUBKEY *signer = X509_get_X509_PUBKEY(r->msg.signer);

	if (csr_read(content, &r->msg.signer_key, &r->csr, &r->err) != 0)
		return -1;
	if (r->sp->profile.signer_must_match && !csr_same_key(signer, r->csr.spki))
		return err_set(
		    &r->err, ERR_CSR_SIGNER, "signed by another key than that of the PKCS#10");
	return 0;
}

/* What the request bases itself on. A wrong challenge is never taken for none. */
static struct claim *
make_claim(struct request *r, time_t now)
{
	const struct profile *p = &r->sp->profile;
	struct view given = secret_view(&r->csr.challenge);
	uint8_t mac[32];

	if (p->challenge_type == CHALLENGE_NONE ||
	    (p->approval == APPROVAL_WITHOUT_CHALLENGE && given.n == 0))
		return claim_for_approval(p, &r->err);
	if (p->challenge_type == CHALLENGE_STATIC)
		return claim_by_static_challenge(p, given, now, &r->err);
	if (store_challenge_mac(r->service->store, p->id, given, mac, &r->err) != 0)
		return NULL;
	return claim_by_dynamic_challenge(p, given, mac, &r->err);
}

/* Policy said no. Whoever shows a right challenge learns the reason, and keeps the challenge; a
 * request that was granted before, under other rules, still gets its certificate. */
static int
refuse_plan(struct request *r, const struct claim *claim, const uint8_t request[32],
    const struct err *why, struct buf *cert)
{
	struct issue_text text = {0};
	struct reserve what;
	int rc = 0;

	if (claim_kind(claim) == CLAIM_MANUAL)
		return err_set(
		    &r->err, ERR_NO_CHALLENGE, "%s: %s", err_slug(why->code), why->detail);
	if (claim_kind(claim) == CLAIM_DYNAMIC) {
		rc = issue_reserve(r, claim, request, "", &text, &what);
		if (rc == 0)
			rc = store_lookup(r->service->store, &what, cert, &r->err);
		issue_text_free(&text);
	}
	if (rc == 0)
		r->err = *why;
	r->replayed = rc == 1;
	return rc == 1 ? 0 : -1;
}

/* What the operator sees of a request that waits: nothing of the challenge. */
static int
write_about(struct request *r, struct view content, struct buf *json)
{
	char key[65], csr[65];
	uint8_t digest[32];
	int rc;

	if (key_digest(r->csr.spki, digest) != 0)
		return err_set(&r->err, ERR_MEMORY, "key");
	hex_of(view_of(digest, 32), key);
	ossl_sha256(content, digest);
	hex_of(view_of(digest, 32), csr);
	/* The source may be what a proxy reported: whatever it is, it stays one string. */
	rc = buf_printf(json,
	    "{\"key\":\"%s\",\"bits\":%d,\"spki\":\"%s\",\"csr\":\"%s\",\"source\":\"",
	    r->csr.key.name, r->csr.key.bits, key, csr);
	if (rc == 0)
		rc = log_escape(json, view_str(r->source), sizeof r->source);
	if (rc == 0)
		rc = buf_add_str(json, "\"}");
	return rc == 0 ? 0 : err_set(&r->err, ERR_MEMORY, "request");
}

/* As an enrolment: by a challenge, or by what the operator says. */
static int
enrol_csr(struct request *r, struct view content, struct buf *cert)
{
	time_t now = clock_now();
	struct err why = ERR_INIT;
	struct buf about = {0};
	struct claim *claim = NULL;
	uint8_t request[32];
	int planned, rc = -1;

	planned = plan_make(&r->sp->profile, &r->by->ca->authority, &r->csr, now, &r->plan, &why);
	if ((claim = make_claim(r, now)) == NULL)
		goto out;
	snprintf(r->reason, sizeof r->reason, "%s", claim_reason(claim));
	if (identity_request(&r->sp->profile, claim, &r->csr, request, &r->err) != 0)
		goto out;
	if (planned != 0)
		rc = refuse_plan(r, claim, request, &why, cert);
	else if (write_about(r, content, &about) == 0)
		rc = issue(r, claim, request, buf_str(&about), cert);
out:
	buf_free(&about);
	claim_free(claim);
	return rc;
}

/* Without a right challenge a certificate of ours that signed the message makes it a renewal. When
 * it does not, the answer is that to the challenge. */
static int
renew_instead(struct request *r, struct buf *cert)
{
	struct err first = r->err;
	bool wrong = first.code == ERR_CHALLENGE || first.code == ERR_CHALLENGE_USED;

	if ((!wrong && first.code != ERR_NO_CHALLENGE) || !renew_possible(r) ||
	    (wrong && r->sp->profile.renewal_challenge))
		return -1;
	err_clear(&r->err);
	if (renew_csr(r, cert) == 0)
		return 0;
	if (r->err.code == ERR_RENEWAL_SIGNER)
		r->err = first;
	return -1;
}

/* Whether nothing is shown that could be right or wrong: the operator would decide. */
static bool
shows_nothing(const struct request *r)
{
	const struct profile *p = &r->sp->profile;

	return p->challenge_type == CHALLENGE_NONE ||
	       (p->approval == APPROVAL_WITHOUT_CHALLENGE && r->csr.challenge.n == 0);
}

int
enrol(struct request *r, struct view content, struct buf *cert)
{
	bool wrong;
	int rc;

	if (check_csr(r, content) != 0)
		return -1;
	/* A certificate of ours is more than nothing: no operator is asked again. */
	if (shows_nothing(r) && renew_possible(r)) {
		if (renew_csr(r, cert) == 0 || r->err.code != ERR_RENEWAL_SIGNER)
			return r->err.code == ERR_OK ? 0 : -1;
		err_clear(&r->err);
		plan_free(&r->plan);
	}
	rc = enrol_csr(r, content, cert);
	wrong = r->err.code == ERR_CHALLENGE || r->err.code == ERR_CHALLENGE_USED;
	if (rc != 0)
		rc = renew_instead(r, cert);
	/* Neither a renewal that is refused nor one that was answered before hides a guess. */
	r->wrong_challenge = wrong && (rc != 0 || r->replayed);
	return rc;
}
