/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of the store layer, on a real server.
 */
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/ossl.h"
#include "suites.h"

redisReply *
call_texts(struct store *s, struct err *e, const char *function, ...)
{
	struct args a = {0};
	const char *text;
	va_list ap;

	va_start(ap, function);
	while ((text = va_arg(ap, const char *)) != NULL)
		arg_str(&a, text);
	va_end(ap);
	return store_call(s, function, &a, false, e);
}

/* Whether the call answered one of two words. */
static int
expect(redisReply *r, const char *word, const char *other, struct err *e)
{
	int rc = 0;

	if (r == NULL)
		return -1;
	if (!reply_is(r, word) && !reply_is(r, other))
		rc = reply_strange(r, word, e);
	freeReplyObject(r);
	return rc;
}

#define HEX64 "%062d%02d"
#define PROFILE "11111111-2222-3333-4444-555555555555"

static redisReply *
reserve(struct store *s, struct err *e, const char *req, const char *mac, const char *kind,
    const char *mode)
{
	char now[24];

	snprintf(now, sizeof now, "%lld", (long long)time(NULL));
	return call_texts(s, e, "reserve", now, "owner", "ca", PROFILE, req, req, kind, mac, req,
	    "tbs", "plan", "conf", "600", "10", mode, "600", "100", "CN=a", "DNS:a", "", "{}",
	    NULL);
}

static int
one_enrolment(struct store *s, const char *req, const char *mac, struct err *e)
{
	char after[24], before[80];
	redisReply *r;
	int rc;

	snprintf(before, sizeof before, "ca %s", req); /* itself, to be revoked at once */
	snprintf(after, sizeof after, "%lld", (long long)time(NULL) + 86400);
	if (expect(call_texts(s, e, "mint", PROFILE, mac, "600", "10000", "me", "CN=a", "DNS:a",
	               "1", NULL),
	        "MINTED", "MINTED", e) != 0 ||
	    expect(call_texts(s, e, "lookup", "ca", PROFILE, req, "dynamic", mac, "conf", "CN=a",
	               "DNS:a", NULL),
	        "ALIVE", "ISSUED", e) != 0 ||
	    (r = reserve(s, e, req, mac, "dynamic", "auto")) == NULL)
		return -1;
	rc = expect(r, "RESERVED", "RESERVED", e);
	if (rc != 0)
		return -1;
	return expect(
	    call_texts(s, e, "commit", "owner", "1", "ca", PROFILE, req, req, "cert", after, "60",
	        "CN=a", "DNS:a", "192.0.2.1", "challenge", "spki", "{}", before, "0", NULL),
	    "COMMITTED", "COMMITTED", e);
}

/* The certificate is revoked, and a list is made of it. */
static int
one_revocation(struct store *s, const char *serial, int round, struct err *e)
{
	char number[24], next[24], of[24];
	redisReply *r;

	snprintf(of, sizeof of, "%lld", (long long)time(NULL));
	if ((r = call_texts(s, e, "crl_lease", "ca", of, "owner", "60", NULL)) == NULL)
		return -1;
	snprintf(number, sizeof number, "%lld", (long long)reply_int(r, 2));
	freeReplyObject(r);
	if (expect(call_texts(s, e, "superseded", NULL), "DUE", "DUE", e) != 0 ||
	    expect(call_texts(s, e, "revoke", "ca", serial, "", "superseded", "", NULL), "DONE",
	        "DONE", e) != 0 ||
	    expect(call_texts(s, e, "revoke", "ca", serial, "", "superseded", "", NULL), "SAME",
	        "SAME", e) != 0 ||
	    expect(call_texts(s, e, "revoke", "ca", number, "1", "superseded", "5", NULL), "DONE",
	        "SAME", e) != 0 ||
	    expect(call_texts(s, e, "revoked", "ca", "", "", NULL), "PAGE", "PAGE", e) != 0 ||
	    (r = call_texts(s, e, "crl", "ca", NULL)) == NULL)
		return -1;
	snprintf(of, sizeof of, "%lld", (long long)reply_int(r, 1));
	freeReplyObject(r);
	snprintf(next, sizeof next, "%d", round * 10);
	if (expect(call_texts(s, e, "crl_publish", "ca", number, next, of, "10", "20", "der", NULL),
	        "PUBLISHED", "PUBLISHED", e) != 0)
		return -1;
	snprintf(number, sizeof number, "%d", round * 10 + 1);
	if (expect(call_texts(s, e, "crl_keep", "ca", number, "10", "20", "der", NULL), "KEPT",
	        "KEPT", e) != 0)
		return -1;
	return expect(call_texts(s, e, "crl_refuse", "ca", "owner", of, "60", "why", NULL), "NOTED",
	    "NOTED", e);
}

int
worker_day(struct store *s, int round, struct err *e)
{
	char req[65], mac[65], other[65], full[65], nobody[65];

	snprintf(req, sizeof req, HEX64, round, 1);
	snprintf(mac, sizeof mac, HEX64, round, 2);
	snprintf(other, sizeof other, HEX64, round, 3);
	snprintf(full, sizeof full, HEX64, round, 4);
	snprintf(nobody, sizeof nobody, HEX64, round, 5);
	if (expect(call_texts(s, e, "token", nobody, NULL), "TOKEN", "TOKEN", e) != 0 ||
	    expect(call_texts(
	               s, e, "mint_by_token", nobody, PROFILE, full, "600", "9", "", "", "0", NULL),
	        "TOKEN", "TOKEN", e) != 0 ||
	    expect(call_texts(s, e, "cert", "ca", nobody, NULL), "NONE", "NONE", e) != 0)
		return -1;
	if (store_ready(s, e) != 0 || one_enrolment(s, req, mac, e) != 0 ||
	    expect(reserve(s, e, req, mac, "dynamic", "auto"), "ISSUED", "ISSUED", e) != 0 ||
	    expect(call_texts(s, e, "lookup", "ca", PROFILE, req, "dynamic", mac, "conf", "CN=a",
	               "DNS:a", NULL),
	        "ISSUED", "ISSUED", e) != 0 ||
	    expect(call_texts(s, e, "poll", req, "ca", PROFILE, NULL), "ISSUED", "ISSUED", e) != 0)
		return -1;
	if (expect(reserve(s, e, other, "", "manual", "manual"), "PENDING", "PENDING", e) != 0 ||
	    expect(reserve(s, e, other, "", "manual", "manual"), "PENDING", "PENDING", e) != 0 ||
	    expect(call_texts(s, e, "mint", "other", full, "600", "1", "me", "", "", "0", NULL),
	        "MINTED", "FULL", e) != 0 ||
	    expect(call_texts(s, e, "mint", "other", nobody, "600", "1", "me", "", "", "0", NULL),
	        "FULL", "FULL", e) != 0 ||
	    expect(call_texts(s, e, "note", "{}", PROFILE, "192.0.2.1", "1", "60", req, NULL),
	        "BLOCKED", "NOTED", e) != 0)
		return -1;
	if (one_revocation(s, req, round, e) != 0)
		return -1;
	return expect(
	    call_texts(s, e, "report", "node", "1", "{}", "60", NULL), "REPORTED", "REPORTED", e);
}

int
main(void)
{
	CU_SuiteInfo suites[] = {acl_suite, check_suite, link_suite, admin_suite, rebuild_suite,
	    revoked_suite, crl_suite, sentinel_suite, tls_suite, CU_SUITE_INFO_NULL};
	struct err e = ERR_INIT;
	int rc;

	if (ossl_start(&e) != 0)
		return 99;
	rc = run_suites(suites);
	ossl_stop();
	return rc;
}
