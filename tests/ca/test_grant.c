/* SPDX-License-Identifier: ISC
 *
 * A claim is made by a right challenge only; a grant is good for the one plan it was made for.
 */
#include <string.h>

#include "ca/grant.h"
#include "make.h"
#include "suites.h"

#define SECRET "a static secret"

struct desk {
	struct profile p;
	struct authority a;
	struct csr csr;
	struct plan plan, other;
	struct err e;
};

static void
desk_open(struct desk *d)
{
	struct buf text = {0};

	*d = (struct desk){.e = ERR_INIT};
	CU_ASSERT_EQUAL_FATAL(profile_init(&d->p, &d->e), 0);
	CU_ASSERT_EQUAL_FATAL(challenge_hash(view_str(SECRET), NULL, &text, &d->e), 0);
	CU_ASSERT_EQUAL_FATAL(
	    challenge_add(&d->p.challenges, "fleet", buf_str(&text), 0, NOW + DAY, &d->e), 0);
	make_authority(&d->a, KEY_P256);
	make_csr(&d->csr, KEY_P256, DIGEST_SHA256, NULL, "CN=device", NULL);
	CU_ASSERT_EQUAL_FATAL(plan_make(&d->p, &d->a, &d->csr, NOW, &d->plan, &d->e), 0);
	CU_ASSERT_EQUAL_FATAL(plan_make(&d->p, &d->a, &d->csr, NOW, &d->other, &d->e), 0);
	buf_free(&text);
}

static void
desk_close(struct desk *d)
{
	plan_free(&d->plan);
	plan_free(&d->other);
	csr_free(&d->csr);
	authority_free(&d->a);
	profile_free(&d->p);
}

static struct grant *
granted(struct desk *d)
{
	struct claim *c = claim_by_static_challenge(&d->p, view_str(SECRET), NOW, &d->e);
	struct grant *g;

	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	CU_ASSERT_EQUAL(claim_kind(c), CLAIM_STATIC);
	CU_ASSERT_EQUAL(claim_mac(c).n, 0);
	g = grant_make(c, &d->plan, &d->e);
	claim_free(c);
	return g;
}

static void
a_grant_is_for_one_plan(void)
{
	struct grant *g;
	struct desk d;

	desk_open(&d);
	g = granted(&d);
	CU_ASSERT_PTR_NOT_NULL_FATAL(g);
	CU_ASSERT_STRING_EQUAL(grant_reason(g), "static:fleet");
	CU_ASSERT(grant_covers(g, &d.plan));
	CU_ASSERT(!grant_covers(g, &d.other)); /* another serial */
	CU_ASSERT(!grant_covers(NULL, &d.plan));
	grant_free(g);
	grant_free(NULL);
	desk_close(&d);
}

/* What counts is what would be signed, not the digest noted in the plan. */
static void
a_plan_changed_afterwards_is_not_covered(void)
{
	struct plan empty = {0};
	struct grant *g;
	struct desk d;

	desk_open(&d);
	g = granted(&d);
	CU_ASSERT_PTR_NOT_NULL_FATAL(g);
	d.plan.tbs.p[d.plan.tbs.n - 1] ^= 1;
	CU_ASSERT(!grant_covers(g, &d.plan));
	memcpy(empty.tbs_digest, d.plan.tbs_digest, sizeof empty.tbs_digest);
	CU_ASSERT(!grant_covers(g, &empty));
	grant_free(g);
	/* Nothing is never covered. */
	buf_cut(&d.plan.tbs, 0);
	g = granted(&d);
	CU_ASSERT_PTR_NOT_NULL_FATAL(g);
	CU_ASSERT(!grant_covers(g, &d.plan));
	grant_free(g);
	desk_close(&d);
}

static void
refused(struct desk *d, const char *given, time_t now, enum err_code code)
{
	err_clear(&d->e);
	CU_ASSERT_PTR_NULL(claim_by_static_challenge(&d->p, view_str(given), now, &d->e));
	CU_ASSERT_EQUAL(d->e.code, code);
}

static void
without_a_right_challenge_there_is_none(void)
{
	struct desk d;

	desk_open(&d);
	refused(&d, "", NOW, ERR_NO_CHALLENGE);
	refused(&d, "a wrong secret", NOW, ERR_CHALLENGE);
	refused(&d, SECRET, NOW + DAY + 1, ERR_CHALLENGE);
	challenge_set_free(&d.p.challenges);
	refused(&d, SECRET, NOW, ERR_CHALLENGE);
	desk_close(&d);
}

static void
a_dynamic_profile_has_no_static_challenges(void)
{
	struct desk d;

	desk_open(&d);
	d.p.challenge_type = CHALLENGE_DYNAMIC;
	refused(&d, SECRET, NOW, ERR_CHALLENGE);
	desk_close(&d);
}

/* Nothing shown is a claim only where the operator decides. */
static void
nothing_is_claimed_by_nothing(void)
{
	static const uint8_t mac[32] = {0xab, 0xcd};
	struct claim *c;
	struct desk d;

	desk_open(&d);
	CU_ASSERT_PTR_NULL(claim_for_approval(&d.p, &d.e));
	CU_ASSERT_EQUAL(d.e.code, ERR_NO_CHALLENGE);
	d.p.approval = APPROVAL_MANUAL; /* in addition to the challenge */
	CU_ASSERT_PTR_NULL(claim_for_approval(&d.p, &d.e));
	d.p.approval = APPROVAL_WITHOUT_CHALLENGE;
	CU_ASSERT_PTR_NOT_NULL((c = claim_for_approval(&d.p, &d.e)));
	CU_ASSERT_EQUAL(claim_kind(c), CLAIM_MANUAL);
	claim_free(c);
	err_clear(&d.e);
	CU_ASSERT_PTR_NULL(claim_by_dynamic_challenge(&d.p, view_str("x"), mac, &d.e));
	CU_ASSERT_EQUAL(d.e.code, ERR_CHALLENGE);
	d.p.challenge_type = CHALLENGE_DYNAMIC;
	err_clear(&d.e);
	CU_ASSERT_PTR_NULL(claim_by_dynamic_challenge(&d.p, view_str(""), mac, &d.e));
	CU_ASSERT_EQUAL(d.e.code, ERR_NO_CHALLENGE);
	CU_ASSERT_PTR_NOT_NULL((c = claim_by_dynamic_challenge(&d.p, view_str("x"), mac, &d.e)));
	CU_ASSERT_STRING_EQUAL(claim_reason(c), "dynamic:abcd000000000000");
	CU_ASSERT(view_eq(claim_mac(c), view_of(mac, 32)));
	claim_free(c);
	desk_close(&d);
}

/* What the identity of a request is bound to, and what the log says. */
static void
what_a_claim_says(void)
{
	static const uint8_t mac[32] = {0xab, 0xcd, [31] = 0x0f};
	char authority[65], long_one[CHALLENGE_MAX + 2];
	struct claim *c;
	struct desk d;

	desk_open(&d);
	CU_ASSERT_PTR_NOT_NULL_FATAL(
	    c = claim_by_static_challenge(&d.p, view_str(SECRET), NOW, &d.e));
	claim_authority(c, authority);
	CU_ASSERT_STRING_EQUAL(authority, "static");
	CU_ASSERT_STRING_EQUAL(claim_reason(c), "static:fleet");
	claim_free(c);

	d.p.challenge_type = CHALLENGE_DYNAMIC;
	CU_ASSERT_PTR_NOT_NULL_FATAL(
	    c = claim_by_dynamic_challenge(&d.p, view_str("x"), mac, &d.e));
	CU_ASSERT_EQUAL(claim_kind(c), CLAIM_DYNAMIC);
	claim_authority(c, authority);
	CU_ASSERT_STRING_EQUAL(
	    authority, "abcd00000000000000000000000000000000000000000000000000000000000f");
	claim_free(c);
	memset(long_one, 'x', sizeof long_one);
	CU_ASSERT_PTR_NOT_NULL(
	    c = claim_by_dynamic_challenge(&d.p, view_of(long_one, CHALLENGE_MAX), mac, &d.e));
	claim_free(c);
	CU_ASSERT_PTR_NULL(
	    claim_by_dynamic_challenge(&d.p, view_of(long_one, CHALLENGE_MAX + 1), mac, &d.e));
	CU_ASSERT_EQUAL(d.e.code, ERR_CHALLENGE);

	d.p.challenge_type = CHALLENGE_NONE;
	CU_ASSERT_PTR_NOT_NULL_FATAL(c = claim_for_approval(&d.p, &d.e));
	claim_authority(c, authority);
	CU_ASSERT_STRING_EQUAL(authority, "manual");
	CU_ASSERT_STRING_EQUAL(claim_reason(c), "approval");
	CU_ASSERT_EQUAL(claim_mac(c).n, 0);
	claim_free(c);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c = claim_by_transaction(&d.e));
	CU_ASSERT_EQUAL(claim_kind(c), CLAIM_APPROVED);
	CU_ASSERT_STRING_EQUAL(claim_reason(c), "transaction");
	CU_ASSERT_EQUAL(claim_mac(c).n, 0);
	claim_free(c);
	claim_free(NULL);
	desk_close(&d);
}

CU_TestInfo grant_tests[] = {
    T(what_a_claim_says),
    T(nothing_is_claimed_by_nothing),
    T(a_grant_is_for_one_plan),
    T(a_plan_changed_afterwards_is_not_covered),
    T(without_a_right_challenge_there_is_none),
    T(a_dynamic_profile_has_no_static_challenges),
    CU_TEST_INFO_NULL,
};
