/* SPDX-License-Identifier: ISC
 *
 * What the tests of races and of a broken store share.
 */
#ifndef TESTS_STORE_RACE_H
#define TESTS_STORE_RACE_H

#include "harness.h"
#include "support/issuer.h"
#include "support/redis.h"
#include "tmpdir.h"

extern const CU_SuiteInfo race_suite, pending_suite, keep_suite, wait_suite, broken_suite,
    rubbish_suite, denied_suite, crl_race_suite;

/* A server that keeps what it acknowledged, an issuer, a store: one of each test. Leases are over
 * at once: nobody is waited for. */
struct bench {
	struct tmpdir dir;
	struct test_redis redis;
	struct issuer issuer;
	struct device right, rival;
	struct store *store;
};
void bench_start(struct bench *b);
void bench_stop(struct bench *b);
/* The server dies and comes back in its folder. */
void bench_restart(struct bench *b);

/* Enrols until it is neither pending nor, when `whole`, in trouble. 0 with the certificate, or -1.
 */
int bench_insist(struct bench *b, const struct device *d, const char *challenge, struct buf *cert,
    struct err *e);

/* However it went before: the request gets one certificate, always the same, which is recorded; a
 * rival gets none. `none`: nor does the request itself, any more. */
void bench_judge(struct bench *b, const char *challenge, bool none);

/* The key of a request, of a challenge, ...: "{scepd}:" and the rest. */
void bench_key(char out[200], const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Mints and fails the test when that is not possible. */
void bench_mint(struct bench *b, const char *challenge);

/* Runs `child` in n processes that start together, and waits; each has a store of its own. */
void bench_together(struct bench *b, int n,
    void (*child)(struct bench *, struct store *, int self, void *arg), void *arg);

#endif
