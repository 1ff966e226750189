/* SPDX-License-Identifier: ISC
 *
 * The suites of the store layer, and the calls that several of them make.
 */
#ifndef TESTS_STORE_SUITES_H
#define TESTS_STORE_SUITES_H

#include "harness.h"
#include "store/call.h"

extern const CU_SuiteInfo acl_suite;
extern const CU_SuiteInfo admin_suite;
extern const CU_SuiteInfo check_suite;
extern const CU_SuiteInfo crl_suite;
extern const CU_SuiteInfo link_suite;
extern const CU_SuiteInfo rebuild_suite;
extern const CU_SuiteInfo revoked_suite;
extern const CU_SuiteInfo sentinel_suite;
extern const CU_SuiteInfo tls_suite;

/* Calls a function with the arguments given as text; NULL ends them. */
redisReply *call_texts(struct store *s, struct err *e, const char *function, ...);

/* Everything that a worker asks of the store, from a challenge to a certificate and beyond. Returns
 * 0, or -1 with the error of the first call that failed. `round` keeps rounds apart. */
int worker_day(struct store *s, int round, struct err *e);

#endif
