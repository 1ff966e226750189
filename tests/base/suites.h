/* SPDX-License-Identifier: ISC
 *
 * The suites of the base layer, one table a module.
 */
#ifndef TESTS_BASE_SUITES_H
#define TESTS_BASE_SUITES_H

#include "harness.h"

extern CU_TestInfo buf_tests[], clock_tests[], daily_tests[], enc_tests[], err_tests[],
    file_tests[], gate_tests[], journal_tests[], log_tests[], manual_tests[], net_tests[],
    ossl_tests[], resolve_tests[], span_tests[], tally_tests[];

/* Set up and cleared once a suite. */
int file_tests_begin(void);
int file_tests_end(void);
int journal_tests_begin(void);
int journal_tests_end(void);
int log_tests_begin(void);
int log_tests_end(void);

#endif
