/* SPDX-License-Identifier: ISC
 *
 * A key that holds a value of another type, whoever put it there: the function that needs it stops
 * before it has written anything, and when the key has been put right all goes on.
 */
#include <string.h>

#include "base/enc.h"
#include "race.h"

/* The keys that a request touches, by what they are called with its parts in them. */
enum part { PART_NONE, PART_MAC, PART_REQUEST, PART_TRANSACTION, PART_PROFILE, PART_SERIAL };
static const struct rubbish {
	const char *kind;
	enum part part;
	bool reserve, commit; /* which of the two cannot do without it */
} rubbish[] = {
    {"ch:", PART_MAC, true, false},
    {"rq:", PART_REQUEST, true, true},
    {"tx:", PART_TRANSACTION, true, false},
    {"pend:", PART_PROFILE, true, false},
    {"pq:", PART_PROFILE, true, false},
    {"off", PART_NONE, true, false},
    {"int", PART_NONE, true, true},
    {"exp:ca", PART_NONE, false, true},
    {"log", PART_NONE, false, true},
    {"crt:ca:", PART_SERIAL, true, true},
};

static void
rubbish_key(
    const struct rubbish *r, const struct bench *b, const struct enrolment *n, char key[200])
{
	char hex[65] = "";

	switch (r->part) {
	case PART_NONE:
		break;
	case PART_MAC:
		hex_of(claim_mac(n->claim), hex);
		break;
	case PART_REQUEST:
		hex_of(view_of(n->request, 32), hex);
		break;
	case PART_TRANSACTION:
		hex_of(view_of(n->transaction, 32), hex);
		break;
	case PART_PROFILE:
		snprintf(hex, sizeof hex, "%s", b->issuer.profile.id);
		break;
	case PART_SERIAL:
		hex_of(view_of(n->plan.serial, SERIAL_LEN), hex);
		break;
	}
	bench_key(key, "%s%s", r->kind, hex);
}

/* Puts a value of another type there, keeping what was; and the other way round. */
static void
spoil(struct bench *b, const char *key)
{
	if (redis_int(&b->redis, "EXISTS %s", key) == 1)
		freeReplyObject(redis_do(&b->redis, "RENAME %s kept", key));
	if (strstr(key, ":tx:") != NULL)
		freeReplyObject(redis_do(&b->redis, "RPUSH %s rubbish", key));
	else
		freeReplyObject(redis_do(&b->redis, "SET %s rubbish", key));
}

static void
restore(struct bench *b, const char *key)
{
	freeReplyObject(redis_do(&b->redis, "DEL %s", key));
	if (redis_int(&b->redis, "EXISTS kept") == 1)
		freeReplyObject(redis_do(&b->redis, "RENAME kept %s", key));
}

/* A function that finds rubbish stops before it has written anything. */
static void
unclaimed(struct bench *b, const struct enrolment *n)
{
	char mac[65], request[65];

	hex_of(claim_mac(n->claim), mac);
	hex_of(view_of(n->request, 32), request);
	CU_ASSERT_EQUAL(redis_int(&b->redis, "HEXISTS {scepd}:ch:%s req", mac), 0);
	CU_ASSERT_EQUAL(redis_int(&b->redis, "EXISTS {scepd}:rq:%s", request), 0);
}

static void
uncommitted(struct bench *b, const struct enrolment *n)
{
	char serial[2 * SERIAL_LEN + 1], request[65];

	hex_of(view_of(n->plan.serial, SERIAL_LEN), serial);
	hex_of(view_of(n->request, 32), request);
	CU_ASSERT_EQUAL(redis_int(&b->redis, "EXISTS {scepd}:crt:ca:%s", serial), 0);
	CU_ASSERT_EQUAL(redis_int(&b->redis, "HEXISTS {scepd}:rq:%s cert", request), 0);
}

static void
rubbish_at_reserve(struct bench *b, const struct rubbish *r)
{
	struct enrolment n = {0};
	struct err e = ERR_INIT;
	char challenge[32], key[200];
	int rc;

	snprintf(challenge, sizeof challenge, "reserve %s", r->kind);
	bench_mint(b, challenge);
	CU_ASSERT_FATAL(
	    enrolment_plan(&n, &b->issuer, b->store, &b->right, challenge, "tid", &e) == 0);
	rubbish_key(r, b, &n, key);
	spoil(b, key);
	rc = enrolment_reserve(&n, b->store, &e);
	CU_ASSERT_EQUAL(rc, r->reserve ? -1 : 0);
	CU_ASSERT_EQUAL(e.code, r->reserve ? ERR_STORE : ERR_OK);
	CU_ASSERT_EQUAL(n.held.grant != NULL, !r->reserve);
	restore(b, key);
	if (r->reserve)
		unclaimed(b, &n);
	bench_judge(b, challenge, false);
	enrolment_free(&n);
}

static void
rubbish_at_commit(struct bench *b, const struct rubbish *r)
{
	struct enrolment n = {0};
	struct err e = ERR_INIT;
	char challenge[32], key[200];
	int rc;

	snprintf(challenge, sizeof challenge, "commit %s", r->kind);
	bench_mint(b, challenge);
	CU_ASSERT_FATAL(
	    enrolment_plan(&n, &b->issuer, b->store, &b->right, challenge, "tid", &e) == 0 &&
	    enrolment_reserve(&n, b->store, &e) == 0 && enrolment_sign(&n, &b->issuer, &e) == 0);
	rubbish_key(r, b, &n, key);
	spoil(b, key);
	rc = enrolment_commit(&n, b->store, &e);
	CU_ASSERT_EQUAL(rc, r->commit ? -1 : 0);
	CU_ASSERT_EQUAL(e.code, r->commit ? ERR_STORE : ERR_OK);
	restore(b, key);
	if (r->commit)
		uncommitted(b, &n);
	bench_judge(b, challenge, false);
	enrolment_free(&n);
}

static void
test_wrong_types(void)
{
	struct bench b;

	bench_start(&b);
	for (size_t i = 0; i < sizeof rubbish / sizeof *rubbish; i++) {
		rubbish_at_reserve(&b, &rubbish[i]);
		rubbish_at_commit(&b, &rubbish[i]);
	}
	bench_stop(&b);
}

/* What a connection looks at first. */
static void
test_wrong_types_at_connect(void)
{
	static const char *const names[] = {"pepper", "install"};
	struct bench b;

	bench_start(&b);
	for (size_t i = 0; i < 2; i++) {
		struct err e = ERR_INIT;
		char key[200];

		bench_mint(&b, names[i]);
		bench_key(key, "%s", names[i]);
		freeReplyObject(redis_do(&b.redis, "DEL %s", key));
		freeReplyObject(redis_do(&b.redis, "RPUSH %s rubbish", key));
		store_free(b.store);
		b.store = redis_store(&b.redis);
		CU_ASSERT_EQUAL(store_ready(b.store, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_STORE);
		freeReplyObject(redis_do(&b.redis, "DEL %s", key));
		bench_judge(&b, names[i], false);
	}
	bench_stop(&b);
}

static CU_TestInfo tests[] = {
    T(test_wrong_types),
    T(test_wrong_types_at_connect),
    CU_TEST_INFO_NULL,
};
const CU_SuiteInfo rubbish_suite = {.pName = "rubbish", .pTests = tests};
