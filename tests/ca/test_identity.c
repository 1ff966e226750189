/* SPDX-License-Identifier: ISC
 *
 * The same request is the same however it is sent; another one differs by each of its parts.
 */
#include <string.h>

#include "ca/identity.h"
#include "make.h"
#include "suites.h"

#define SECRET "a static secret"

static void
open_profile(struct profile *p)
{
	struct err e = ERR_INIT;
	struct buf text = {0};

	CU_ASSERT_EQUAL_FATAL(profile_init(p, &e), 0);
	snprintf(p->id, sizeof p->id, "11111111-2222-4333-8444-555555555555");
	p->approval = APPROVAL_WITHOUT_CHALLENGE;
	CU_ASSERT_EQUAL_FATAL(challenge_hash(view_str(SECRET), NULL, &text, &e), 0);
	CU_ASSERT_EQUAL_FATAL(challenge_add(&p->challenges, "first", buf_str(&text), 0, 0, &e), 0);
	buf_free(&text);
}

static struct claim *
static_claim(const struct profile *p)
{
	struct err e = ERR_INIT;
	struct claim *c = claim_by_static_challenge(p, view_str(SECRET), NOW, &e);

	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	return c;
}

/* A claim by a one-time challenge of that digest. */
static struct claim *
dynamic_claim(struct profile *p, uint8_t first)
{
	const uint8_t mac[32] = {first, 1};
	struct err e = ERR_INIT;
	struct claim *c;

	p->challenge_type = CHALLENGE_DYNAMIC;
	c = claim_by_dynamic_challenge(p, view_str("x"), mac, &e);
	p->challenge_type = CHALLENGE_STATIC;
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	return c;
}

struct identity {
	uint8_t octets[32];
};

static struct identity
of_request(const struct profile *p, struct claim *by, const struct csr *csr)
{
	struct identity d = {{0}};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(identity_request(p, by, csr, d.octets, &e), 0);
	claim_free(by);
	return d;
}

static bool
same(struct identity a, struct identity b)
{
	return memcmp(a.octets, b.octets, sizeof a.octets) == 0;
}

/* A claim by a certificate of that CA that expires so much later. */
static struct claim *
renewal_claim(
    const struct profile *p, const struct authority *a, const struct csr *csr, time_t more)
{
	X509 *old = make_ca((struct make_ca){.cn = "device",
	    .key = KEY_OTHER,
	    .issuer = a->cert,
	    .issuer_key = KEY_P256,
	    .flags = CA_FALSE,
	    .not_before = NOW - DAY,
	    .not_after = NOW + DAY + more});
	struct err e = ERR_INIT;
	struct claim *c = claim_by_renewal(p, a, old, csr, NOW, &e);

	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	X509_free(old);
	return c;
}

/* The same request, signed by two certificates, is two: a device may renew twice in a day. */
static void
a_renewal_is_of_one_certificate(void)
{
	struct authority a;
	struct profile p;
	struct csr csr;
	struct identity one, again, other;

	open_profile(&p);
	make_authority(&a, KEY_P256);
	make_csr(&csr, KEY_OTHER, DIGEST_SHA256, NULL, "CN=device", NULL);
	one = of_request(&p, renewal_claim(&p, &a, &csr, 0), &csr);
	again = of_request(&p, static_claim(&p), &csr);
	other = of_request(&p, renewal_claim(&p, &a, &csr, DAY), &csr);
	CU_ASSERT(!same(one, other));
	CU_ASSERT(!same(one, again));
	csr_free(&csr);
	authority_free(&a);
	profile_free(&p);
}

/* The requests differ from the first by one thing each. */
static void
every_part_of_a_request_counts(void)
{
	static const struct {
		enum make_key key;
		const char *subject, *more, *ext, *value;
	} rows[] = {
	    {KEY_P256, "CN=device", "O=Test", "subjectAltName", "DNS:a.example"},
	    {KEY_OTHER, "CN=device", "O=Test", "subjectAltName", "DNS:a.example"},
	    {KEY_P256, "CN=devicf", "O=Test", "subjectAltName", "DNS:a.example"},
	    {KEY_P256, "CN=device", NULL, "subjectAltName", "DNS:a.example"},
	    {KEY_P256, "CN=device", "O=Test", "subjectAltName", "DNS:b.example"},
	    {KEY_P256, "CN=device", "O=Test", "keyUsage", "digitalSignature"},
	};
	enum { ROWS = sizeof rows / sizeof rows[0] };
	struct identity seen[ROWS + 4];
	struct profile p;
	size_t n = 0;

	open_profile(&p);
	for (size_t i = 0; i < ROWS; i++) {
		STACK_OF(X509_EXTENSION) *exts = NULL;
		struct csr csr;

		make_ext(&exts, rows[i].ext, rows[i].value);
		make_csr(
		    &csr, rows[i].key, DIGEST_SHA256, exts, rows[i].subject, rows[i].more, NULL);
		seen[n++] = of_request(&p, static_claim(&p), &csr);
		if (i == 0) {
			struct err e = ERR_INIT;

			seen[n++] = of_request(&p, dynamic_claim(&p, 1), &csr);
			seen[n++] = of_request(&p, dynamic_claim(&p, 2), &csr);
			seen[n++] = of_request(&p, claim_for_approval(&p, &e), &csr);
			p.id[0] = '2';
			seen[n++] = of_request(&p, static_claim(&p), &csr);
			p.id[0] = '1';
		}
		csr_free(&csr);
	}
	CU_ASSERT_EQUAL(n, ROWS + 4);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			CU_ASSERT(!same(seen[i], seen[j]));
	profile_free(&p);
}

/* Two extensions in either order; the one that is less and longer than the other by turns. */
static void
the_order_of_extensions_does_not(void)
{
	struct identity seen[2];
	struct profile p;

	open_profile(&p);
	for (int i = 0; i < 2; i++) {
		STACK_OF(X509_EXTENSION) *exts = NULL;
		struct csr csr;

		if (i == 1)
			make_ext(&exts, "subjectAltName", "DNS:a.example,DNS:another.example");
		make_ext(&exts, "keyUsage", "digitalSignature");
		make_ext(&exts, "extendedKeyUsage", "clientAuth");
		if (i == 0)
			make_ext(&exts, "subjectAltName", "DNS:a.example,DNS:another.example");
		make_csr(&csr, KEY_P256, DIGEST_SHA256, exts, "CN=device", NULL);
		seen[i] = of_request(&p, static_claim(&p), &csr);
		csr_free(&csr);
	}
	CU_ASSERT(same(seen[0], seen[1]));
	profile_free(&p);
}

/* A device that repeats itself signs anew, with another digest perhaps. A static challenge that was
 * replaced in between is no other authority. */
static void
nor_does_what_changes_from_try_to_try(void)
{
	static const enum digest digests[] = {DIGEST_SHA256, DIGEST_SHA256, DIGEST_SHA512};
	struct identity seen[3];
	struct profile p;

	open_profile(&p);
	for (size_t i = 0; i < 3; i++) {
		struct csr csr;

		make_csr(&csr, KEY_P256, digests[i], NULL, "CN=device", NULL);
		snprintf(
		    p.challenges.entries[0].name, sizeof p.challenges.entries[0].name, "n%zu", i);
		seen[i] = of_request(&p, static_claim(&p), &csr);
		csr_free(&csr);
		CU_ASSERT(same(seen[0], seen[i]));
	}
	profile_free(&p);
}

static struct identity
of_renewal(const char *authority, const char *id, const X509 *signer, const char *predecessor)
{
	struct identity d = {{0}};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(identity_transaction(
	                    authority, view_str(id), signer, view_str(predecessor), d.octets, &e),
	    0);
	return d;
}

static struct identity
of_transaction(const char *authority, const char *id, const X509 *signer)
{
	return of_renewal(authority, id, signer, "");
}

static void
a_transaction_is_of_one_key(void)
{
	X509 *one = make_ca((struct make_ca){.cn = "one", .key = KEY_P256}),
	     *again = make_ca((struct make_ca){.cn = "another", .key = KEY_P256}),
	     *other = make_ca((struct make_ca){.cn = "one", .key = KEY_OTHER});
	struct identity first = of_transaction("ca", "42", one);

	CU_ASSERT(same(first, of_transaction("ca", "42", again)));
	CU_ASSERT(!same(first, of_transaction("ca", "42", other)));
	CU_ASSERT(!same(first, of_transaction("ca", "43", one)));
	CU_ASSERT(!same(first, of_transaction("cb", "42", one)));
	/* Devices renew under the key and the transactionID of the enrolment. */
	CU_ASSERT(!same(first, of_renewal("ca", "42", one, "p")));
	CU_ASSERT(!same(of_renewal("ca", "42", one, "p"), of_renewal("ca", "42", one, "q")));
	/* No part runs into the next one. */
	CU_ASSERT(!same(first, of_transaction("ca4", "2", one)));
	CU_ASSERT(!same(of_transaction("ca", "", one), of_transaction("", "ca", one)));
	X509_free(one);
	X509_free(again);
	X509_free(other);
}

CU_TestInfo identity_tests[] = {
    T(every_part_of_a_request_counts),
    T(the_order_of_extensions_does_not),
    T(nor_does_what_changes_from_try_to_try),
    T(a_transaction_is_of_one_key),
    T(a_renewal_is_of_one_certificate),
    CU_TEST_INFO_NULL,
};
