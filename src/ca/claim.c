/* SPDX-License-Identifier: ISC
 *
 * See ca/claim.h.
 */
#include "ca/claim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/ossl.h"
#include "ca/renew.h"

struct claim {
	enum claim_kind kind;
	uint8_t mac[32]; /* of the challenge, or the digest of the predecessor */
	char reason[80];
};

static struct claim *
claim_new(enum claim_kind kind, const char *reason, const char *name, struct err *e)
{
	struct claim *c = calloc(1, sizeof *c);

	if (c == NULL) {
		err_set(e, ERR_MEMORY, "claim");
		return NULL;
	}
	c->kind = kind;
	snprintf(c->reason, sizeof c->reason, "%s%s", reason, name);
	return c;
}

struct claim *
claim_by_static_challenge(const struct profile *p, struct view given, time_t now, struct err *e)
{
	const struct challenge_entry *which = NULL;

	if (p->challenge_type != CHALLENGE_STATIC) {
		err_set(e, ERR_CHALLENGE, "the challenges of this profile are not static");
		return NULL;
	}
	if (challenge_check(&p->challenges, given, now, &which, e) != 0)
		return NULL;
	return claim_new(CLAIM_STATIC, "static:", which->name, e);
}

struct claim *
claim_by_dynamic_challenge(
    const struct profile *p, struct view given, const uint8_t mac[32], struct err *e)
{
	struct claim *c;
	char name[17];

	if (p->challenge_type != CHALLENGE_DYNAMIC) {
		err_set(e, ERR_CHALLENGE, "the challenges of this profile are not dynamic");
		return NULL;
	}
	if (given.n == 0) {
		err_set(e, ERR_NO_CHALLENGE, "no challengePassword");
		return NULL;
	}
	if (given.n > CHALLENGE_MAX) {
		err_set(e, ERR_CHALLENGE, "a challengePassword of %zu octets", given.n);
		return NULL;
	}
	hex_of(view_of(mac, 8), name);
	if ((c = claim_new(CLAIM_DYNAMIC, "dynamic:", name, e)) != NULL)
		memcpy(c->mac, mac, sizeof c->mac);
	return c;
}

struct claim *
claim_for_approval(const struct profile *p, struct err *e)
{
	if (p->challenge_type != CHALLENGE_NONE && p->approval != APPROVAL_WITHOUT_CHALLENGE) {
		err_set(e, ERR_NO_CHALLENGE, "no challengePassword");
		return NULL;
	}
	return claim_new(CLAIM_MANUAL, "approval", "", e);
}

struct claim *
claim_by_renewal(const struct profile *p, const struct authority *a, const X509 *predecessor,
    const struct csr *csr, time_t now, struct err *e)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(predecessor);
	struct buf der = {0};
	struct claim *c = NULL;
	char hex[2 * 20 + 1] = "";

	if (renew_admit(p, a, predecessor, csr, now, e) != 0)
		return NULL;
	if (ASN1_STRING_length(serial) <= 20)
		hex_of(view_of(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial)),
		    hex);
	if (ossl_write(&der, predecessor, ASN1_ITEM_rptr(X509)) != 0)
		err_set(e, ERR_MEMORY, "claim");
	else if ((c = claim_new(CLAIM_RENEWAL, "renewal:", hex, e)) != NULL)
		ossl_sha256(buf_view(&der), c->mac);
	buf_free(&der);
	return c;
}

struct claim *
claim_by_transaction(struct err *e)
{
	return claim_new(CLAIM_APPROVED, "transaction", "", e);
}

enum claim_kind
claim_kind(const struct claim *c)
{
	return c->kind;
}

struct view
claim_mac(const struct claim *c)
{
	return c->kind == CLAIM_DYNAMIC ? view_of(c->mac, sizeof c->mac) : (struct view){0};
}

struct view
claim_predecessor(const struct claim *c)
{
	return c->kind == CLAIM_RENEWAL ? view_of(c->mac, sizeof c->mac) : (struct view){0};
}

void
claim_authority(const struct claim *c, char out[65])
{
	if (c->kind == CLAIM_DYNAMIC || c->kind == CLAIM_RENEWAL)
		hex_of(view_of(c->mac, sizeof c->mac), out);
	else
		snprintf(out, 65, "%s", c->kind == CLAIM_STATIC ? "static" : "manual");
}

const char *
claim_reason(const struct claim *c)
{
	return c->reason;
}

void
claim_free(struct claim *c)
{
	free(c);
}
