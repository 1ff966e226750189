/* SPDX-License-Identifier: ISC
 *
 * From a claim to a certificate, exactly once: RESERVE records the intent, the signer signs what
 * was granted, COMMIT records the certificate, and the client gets what COMMIT returned (RFC 8894
 * sections 5.2 and 7.4). Whatever breaks in between, the same request sent again goes on from
 * there.
 */
#include "base/clock.h"
#include "base/enc.h"
#include "base/ossl.h"
#include "ca/identity.h"
#include "ca/names.h"
#include "request.h"

#define KEEP_MAX (24 * 60 * 60)

int
key_digest(const X509_PUBKEY *spki, uint8_t digest[32])
{
	struct buf der = {0};
	int rc = ossl_spki_write(&der, spki);

	if (rc == 0)
		ossl_sha256(buf_view(&der), digest);
	buf_free(&der);
	return rc;
}

/* As long as a client may come back for it, but never beyond half of its life. */
static int64_t
keep_of(const struct plan *plan, time_t now)
{
	int64_t half = (plan->not_after - now) / 2;

	return half < 1 ? 1 : half < KEEP_MAX ? half : KEEP_MAX;
}

/* The names as the store compares and lists them: those of the plan or, when there is none, those
 * that were asked for. */
static int
fill_names(struct request *r, struct issue_text *t)
{
	if (r->plan.tbs.n == 0)
		return r->csr.subject == NULL ? 0 : name_line(r->csr.subject, &t->subject, &r->err);
	if (name_line(r->plan.subject, &t->subject, &r->err) != 0)
		return -1;
	return san_lines(r->plan.san, &t->sans, &r->err);
}

int
issue_reserve(struct request *r, const struct claim *claim, const uint8_t request[32],
    const char *about, struct issue_text *text, struct reserve *out)
{
	const struct profile *p = &r->sp->profile;
	const struct authority *a = &r->by->ca->authority;
	time_t now = clock_now();

	*text = (struct issue_text){0};
	if (identity_transaction(p->id, r->msg.attrs.transaction_id, r->msg.signer,
	        claim_predecessor(claim), text->transaction, &r->err) != 0 ||
	    fill_names(r, text) != 0)
		return -1;
	*out = (struct reserve){.authority = a,
	    .profile = p->id,
	    .request = request,
	    .transaction = text->transaction,
	    .claim = claim,
	    .settings = r->by->settings,
	    .keep = keep_of(&r->plan, now),
	    .lease = r->service->lease,
	    .manual = (p->approval == APPROVAL_MANUAL && claim_kind(claim) != CLAIM_RENEWAL) ||
	              claim_kind(claim) == CLAIM_MANUAL,
	    .pending_ttl = p->pending_ttl,
	    .pending_max = p->max_pending_requests,
	    .subject = buf_str(&text->subject),
	    .sans = buf_str(&text->sans),
	    .about = about,
	    .word = r->word,
	    .now = time(NULL)}; /* the clock itself: it is compared with the store's */
	return 0;
}

void
issue_text_free(struct issue_text *t)
{
	buf_free(&t->subject);
	buf_free(&t->sans);
}

/* The certificate that a renewal takes the place of, when it is to be revoked after a while. */
static void
note_predecessor(
    const struct request *r, const struct reserve *what, char before[128], struct commit_note *note)
{
	int64_t after = r->sp->profile.revoke_previous_after;
	struct view serial = ossl_string_view(X509_get0_serialNumber(r->msg.signer));
	const struct service_issuer *by = service_issuer_of(r->sp, r->msg.signer);
	char hex[2 * SERIAL_LEN + 1];

	if (after < 0 || claim_kind(what->claim) != CLAIM_RENEWAL || serial.n > SERIAL_LEN ||
	    by == NULL)
		return;
	hex_of(serial, hex);
	snprintf(before, 128, "%s %s", by->ca->authority.name, hex);
	note->before = before;
	note->before_lives = after;
}

static int
sign_and_commit(
    struct request *r, const struct reserve *what, const struct reservation *held, struct buf *cert)
{
	struct commit_note note = {
	    .source = r->source, .by = r->reason, .grace = r->service->record_grace};
	struct buf event = {0};
	char before[128];
	int rc = -1;

	if (journal_intent(r, what) != 0 ||
	    signer_issue(r->by->ca->key, held->grant, &r->plan, cert, &r->err) != 0)
		return -1;
	hex_of(view_of(r->plan.serial, SERIAL_LEN), r->serial);
	if (event_write(r, "issued", &event) != 0) {
		err_set(&r->err, ERR_MEMORY, "commit");
		goto out;
	}
	note.event = buf_str(&event);
	note.spki = r->plan.key_digest;
	note_predecessor(r, what, before, &note);
	/* Before COMMIT: whatever becomes of its answer, what was signed stands in the journal. */
	if (journal_issued(r, what, buf_view(cert)) != 0)
		goto out;
	if ((rc = store_commit(r->service->store, what, &r->plan, held, &note, cert, &r->err)) < 0)
		goto out;
	if (rc == 1) { /* another worker was faster, and his it is that the store has */
		r->replayed = true;
		rc = 0;
	} else {
		r->noted = true;
	}
out:
	if (rc != 0)
		buf_cut(cert, 0);
	buf_free(&event);
	return rc;
}

int
issue(struct request *r, const struct claim *claim, const uint8_t request[32], const char *about,
    struct buf *cert)
{
	struct issue_text text = {0};
	struct reservation held = {0};
	struct reserve what;
	int rc = -1;

	/* Only one that was followed may be without; which one issues is known by the store alone.
	 */
	if (r->by->ca->key == NULL)
		return err_set(
		    &r->err, ERR_KEY_GONE, "CA %s has no key here", r->by->ca->authority.name);
	if (issue_reserve(r, claim, request, about, &text, &what) != 0 ||
	    store_reserve(r->service->store, &what, &r->plan, &held, &r->err) != 0)
		goto out;
	switch (held.state) {
	case RESERVE_SIGN:
		rc = sign_and_commit(r, &what, &held, cert);
		break;
	case RESERVE_ISSUED:
		r->replayed = true;
		rc = buf_add(cert, held.cert.p, held.cert.n) == 0
		         ? 0
		         : err_set(&r->err, ERR_MEMORY, "reply");
		break;
	case RESERVE_PENDING:
		rc = 0;
		break;
	}
out:
	reservation_free(&held);
	issue_text_free(&text);
	return rc;
}
