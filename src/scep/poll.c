/* SPDX-License-Identifier: ISC
 *
 * CertPoll (RFC 8894 section 3.3.3): answered from what the store holds for this transactionID and
 * this key. The names in the content say nothing that the transaction does not, and clients fill
 * them differently; they only have to be names.
 */
#include "base/clock.h"
#include "base/ossl.h"
#include "ca/identity.h"
#include "ca/names.h"
#include "request.h"
#include "wire/scep_body.h"

static int
check_content(struct request *r, struct view content)
{
	struct issuer_subject names = {0};
	struct err why = ERR_INIT;
	int rc = issuer_subject_read(content, &names, &why);

	if (rc == 0)
		name_text(names.subject, r->named, sizeof r->named);
	issuer_subject_free(&names);
	return rc == 0 ? 0 : err_set(&r->err, ERR_CONTENT, "IssuerAndSubject: %s", why.detail);
}

/* What was approved, or begun by a worker that died, is signed now, under the CA that it was
 * planned for, as long as that has its key. */
static int
finish(struct request *r, struct poll *p, struct buf *cert)
{
	const struct authority *a = &r->by->ca->authority;
	struct claim *claim = claim_by_transaction(&r->err);
	int rc = -1;

	r->plan = p->plan;
	p->plan = (struct plan){0};
	if (r->by->ca->key == NULL)
		err_set(&r->err, ERR_NO_TRANSACTION, "CA %s issues nothing any more", a->name);
	if (claim == NULL || r->err.code != ERR_OK ||
	    (p->approved && plan_refresh(&r->sp->profile, a, clock_now(), &r->plan, &r->err) != 0))
		goto out;
	snprintf(r->reason, sizeof r->reason, "%s", claim_reason(claim));
	r->word = p->word;
	rc = issue(r, claim, p->request, "", cert);
	r->word = NULL;
out:
	claim_free(claim);
	return rc;
}

/* A renewal's transaction has the digest of the certificate that signed it in it. */
static int
transaction(struct request *r, bool renewal, uint8_t out[32])
{
	uint8_t digest[32];
	struct buf der = {0};
	struct view predecessor = {0};

	if (renewal) {
		if (ossl_write(&der, r->msg.signer, ASN1_ITEM_rptr(X509)) != 0)
			return err_set(&r->err, ERR_MEMORY, "certificate");
		ossl_sha256(buf_view(&der), digest);
		predecessor = view_of(digest, sizeof digest);
		buf_free(&der);
	}
	return identity_transaction(r->sp->profile.id, r->msg.attrs.transaction_id, r->msg.signer,
	    predecessor, out, &r->err);
}

/* Under the CA that is addressed or, when another one took over since the request came, under an
 * earlier one: r->by becomes the one that was found. */
static int
ask(struct request *r, bool renewal, struct poll *p)
{
	const struct service_issuer *first = r->by;
	uint8_t tx[32];

	if (transaction(r, renewal, tx) != 0)
		return -1;
	for (size_t i = 0; i <= r->sp->n_line; i++) {
		r->by = i == 0 ? first : &r->sp->line[i - 1];
		if (i > 0 && r->by == first)
			continue;
		err_clear(&r->err);
		if (store_poll(r->service->store, &r->by->ca->authority, r->sp->profile.id, tx, p,
		        &r->err) == 0)
			return 0;
		if (r->err.code != ERR_NO_TRANSACTION)
			return -1;
	}
	r->by = first;
	return -1;
}

static int
find(struct request *r, struct poll *p)
{
	if (renew_possible(r)) {
		if (ask(r, true, p) == 0)
			return 0;
		if (r->err.code != ERR_NO_TRANSACTION)
			return -1;
		err_clear(&r->err);
	}
	return ask(r, false, p);
}

int
poll_cert(struct request *r, struct view content, struct buf *cert)
{
	struct poll p = {0};
	int rc = -1;

	if (check_content(r, content) != 0 || find(r, &p) != 0)
		goto out;
	if (p.state == POLL_READY)
		rc = finish(r, &p, cert);
	else if (p.state == POLL_PENDING)
		rc = 0;
	else {
		r->replayed = true;
		rc = buf_add(cert, p.cert.p, p.cert.n) == 0 ? 0
		                                            : err_set(&r->err, ERR_MEMORY, "reply");
	}
out:
	poll_free(&p);
	return rc;
}
