/* SPDX-License-Identifier: ISC
 *
 * See seal.h.
 */
#include "seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/enc.h"

#define SEAL_LEN 32
#define CLOCK_SLACK 60 /* seconds that the clocks of host and store may differ: CLOCK_MAX */

/* The seal binds a plan to its request and to what may be done with it. */
static int
seal(const struct store *s, enum seal_kind kind, const char *request, struct view plan,
    uint8_t mac[SEAL_LEN])
{
	struct buf all = {0};
	int rc = -1;

	if (buf_add_str(&all, request) == 0 && buf_add(&all, plan.p, plan.n) == 0)
		rc = store_mac(
		    s, kind == SEAL_SIGN ? "plan" : "plan that waits", buf_view(&all), mac);
	buf_free(&all);
	return rc;
}

int
plan_seal(const struct store *s, enum seal_kind kind, const char *request, const struct plan *plan,
    struct buf *out, struct err *e)
{
	struct buf der = {0};
	uint8_t mac[SEAL_LEN];
	int rc = plan_write(plan, (struct view){0}, &der, e);

	if (rc == 0 && (seal(s, kind, request, buf_view(&der), mac) != 0 ||
	                   buf_add(out, mac, sizeof mac) != 0 || buf_add(out, der.p, der.n) != 0))
		rc = err_set(e, ERR_MEMORY, "plan");
	buf_free(&der);
	return rc;
}

int
plan_unseal(const struct store *s, enum seal_kind kind, const struct authority *a,
    const char *request, struct view sealed, struct plan *plan, struct err *e)
{
	uint8_t mac[SEAL_LEN];
	struct view der;

	*plan = (struct plan){0};
	if (sealed.n <= SEAL_LEN)
		return err_set(e, ERR_STORE, "a stored plan is too short");
	der = view_of(sealed.p + SEAL_LEN, sealed.n - SEAL_LEN);
	if (seal(s, kind, request, der, mac) != 0 || CRYPTO_memcmp(mac, sealed.p, SEAL_LEN) != 0)
		return err_set(e, ERR_STORE, "a stored plan was changed: its seal is wrong");
	return plan_read(a, der, plan, e);
}

int
shown_seal(
    const struct store *s, const char *request, const struct shown *w, char hex[65], struct err *e)
{
	const struct view parts[] = {w->profile, w->subject, w->sans, w->about};
	struct buf all = {0};
	uint8_t mac[SEAL_LEN];
	int rc = buf_add_str(&all, request);

	for (size_t i = 0; rc == 0 && i < sizeof parts / sizeof *parts; i++) {
		rc = buf_printf(&all, " %zu ", parts[i].n);
		if (rc == 0)
			rc = buf_add(&all, parts[i].p, parts[i].n);
	}
	if (rc == 0)
		rc = store_mac(s, "request", buf_view(&all), mac);
	buf_free(&all);
	if (rc != 0)
		return err_set(e, ERR_MEMORY, "request");
	hex_of(view_of(mac, sizeof mac), hex);
	return 0;
}

/* Nothing before the name has a space in it. */
static int
word_mac(const struct store *s, const char *request, struct view profile, int64_t until,
    const char *who, uint8_t mac[SEAL_LEN])
{
	struct buf all = {0};
	int rc = -1;

	if (buf_printf(&all, "%s %.*s %lld %s", request, (int)profile.n, (const char *)profile.p,
	        (long long)until, who) == 0)
		rc = store_mac(s, "approval", buf_view(&all), mac);
	buf_free(&all);
	return rc;
}

int
word_seal(const struct store *s, const char *request, struct view profile, int64_t until,
    const char *who, char word[WORD_SIZE], struct err *e)
{
	char hex[2 * SEAL_LEN + 1];
	uint8_t mac[SEAL_LEN];

	if (word_mac(s, request, profile, until, who, mac) != 0)
		return err_set(e, ERR_MEMORY, "approval");
	hex_of(view_of(mac, sizeof mac), hex);
	snprintf(word, WORD_SIZE, "%lld %s %s", (long long)until, hex, who);
	return 0;
}

int
word_check(const struct store *s, const char *request, const char *profile, time_t now,
    const char *word, struct err *e)
{
	char *rest;
	int64_t until = strtoll(word, &rest, 10);
	uint8_t mac[SEAL_LEN], shown[SEAL_LEN];
	const char *who = rest + 1 + 2 * SEAL_LEN + 1;

	if (strlen(rest) < 1 + 2 * SEAL_LEN + 1 ||
	    hex_into(view_of((const uint8_t *)rest + 1, 2 * SEAL_LEN), shown, SEAL_LEN) != 0)
		return err_set(e, ERR_STORE,
		    "request %.12s counts as approved, but not by the word of an operator: "
		    "somebody else has written to the store",
		    request);
	if (word_mac(s, request, view_str(profile), until, who, mac) != 0 ||
	    CRYPTO_memcmp(mac, shown, SEAL_LEN) != 0)
		return err_set(e, ERR_STORE,
		    "the approval of request %.12s is forged: its seal is wrong", request);
	if (until / 1000 + CLOCK_SLACK < (int64_t)now)
		return err_set(
		    e, ERR_STORE, "the approval of request %.12s is an old one", request);
	return 0;
}
